//! Refresh tokens, tickets, challenges: random secrets without meaning. The database keeps their digest only, so a
//! stolen copy of it opens nothing.

use super::AuthError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Mark the secrets for those who scan texts for leaked ones.
const REFRESH_TOKEN: &str = "bscp_rt_";
const TICKET: &str = "bscp_tk_";
const CHALLENGE: &str = "bscp_ch_";

/// A new secret of 256 random bits: `bscp_rt_` and 43 characters.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn fresh_secret() -> Result<String, AuthError> {
    marked(REFRESH_TOKEN)
}

/// A ticket for the second step of a sign-in, as long as a refresh token.
///
/// # Errors
/// As [`fresh_secret`].
pub fn fresh_ticket() -> Result<String, AuthError> {
    marked(TICKET)
}

/// The name of a challenge that is kept on the server, as long as a refresh token.
///
/// # Errors
/// As [`fresh_secret`].
pub fn fresh_challenge_id() -> Result<String, AuthError> {
    marked(CHALLENGE)
}

fn marked(prefix: &str) -> Result<String, AuthError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(AuthError::Randomness)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What the database keeps of a secret: its SHA-256 in hexadecimal. No salt or slow hash is needed:
/// nobody guesses 256 bits.
pub fn digest(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}
