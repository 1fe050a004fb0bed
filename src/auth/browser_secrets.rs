//! Random secrets that a browser or a program holds, and what is derived from them. The database
//! keeps digests only.

use super::AuthError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The characters of 256 random bits in base64url.
const CHARACTERS: usize = 43;

/// 256 random bits as 43 characters.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn random_secret() -> Result<String, AuthError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(AuthError::Randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a text has the form of [`random_secret`].
pub fn is_random_secret(text: &str) -> bool {
    text.len() == CHARACTERS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Another secret, made from one for a purpose: nobody who sees it learns the first, or what was
/// made for another purpose.
pub fn derived_secret(secret: &str, purpose: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(purpose.as_bytes());
    digest.update([0]);
    digest.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ. Nothing is
/// never the same.
pub fn is_same_secret(one: &str, other: &str) -> bool {
    !one.is_empty()
        && aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes())
            .is_ok()
}
