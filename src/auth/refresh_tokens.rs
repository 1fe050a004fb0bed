//! Random secrets without meaning: refresh tokens, tickets, challenges, and those that go out in a
//! link or a file. The database keeps their digest only, so a
//! stolen copy of it opens nothing.

use super::AuthError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Marks the secret for those who scan texts for leaked ones.
const PREFIX: &str = "bscp_rt_";
/// The same for a secret that lets somebody choose a password.
const ACCOUNT_PREFIX: &str = "bscp_as_";
/// The same for a ticket, and for the name of a challenge.
const TICKET_PREFIX: &str = "bscp_tk_";
const CHALLENGE_PREFIX: &str = "bscp_ch_";

/// A new secret of 256 random bits: `bscp_rt_` and 43 characters.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn fresh_secret() -> Result<String, AuthError> {
    random(PREFIX)
}

/// A new secret of 256 random bits for an invitation, a reset or the set-up: `bscp_as_` and 43
/// characters.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn fresh_account_secret() -> Result<String, AuthError> {
    random(ACCOUNT_PREFIX)
}

/// A ticket for the second step of a sign-in, as long as a refresh token.
///
/// # Errors
/// As [`fresh_secret`].
pub fn fresh_ticket() -> Result<String, AuthError> {
    random(TICKET_PREFIX)
}

/// The name of a challenge that is kept on the server, as long as a refresh token.
///
/// # Errors
/// As [`fresh_secret`].
pub fn fresh_challenge_id() -> Result<String, AuthError> {
    random(CHALLENGE_PREFIX)
}

fn random(prefix: &str) -> Result<String, AuthError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(AuthError::Randomness)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What the database keeps of a secret: its SHA-256 in hexadecimal. No salt or slow hash is needed:
/// nobody guesses 256 bits.
pub fn digest(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}
