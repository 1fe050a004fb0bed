//! Recovery codes: on paper, for the day the phone is lost. Random, so a plain digest is kept.

use super::AuthError;
use super::refresh_tokens::digest;

/// How many a set has.
const COUNT: usize = 10;
/// Five bits a sign; no sign that looks like another (Crockford's base 32).
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A fresh set of ten, each of 120 random bits in six groups of four signs.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn fresh_recovery_codes() -> Result<Vec<String>, AuthError> {
    (0..COUNT).map(|_| fresh()).collect()
}

fn fresh() -> Result<String, AuthError> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(AuthError::Randomness)?;
    let mut code = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            code.push('-');
        }
        // Five bits of each byte: 256 is a multiple of 32, so each sign is as likely.
        let sign = SIGNS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
        code.push(char::from(sign));
    }
    Ok(code)
}

/// What the database keeps of a code, however it was typed: in capitals, without its hyphens, with
/// O for 0 and I or L for 1.
pub fn recovery_digest(code: &str) -> String {
    let normal: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    digest(&normal)
}
