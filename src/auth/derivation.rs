//! Keys that are made from one key (HKDF-SHA256, RFC 5869), so that an operator keeps one file only.

use super::AuthError;
use aws_lc_rs::hkdf;

/// The bytes of a generation's salt: as many as the hash gives (RFC 5869 section 3.1).
pub const GENERATION_SALT_BYTES: usize = 32;

/// A fresh salt for a generation of the signing key.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn fresh_generation_salt() -> Result<[u8; GENERATION_SALT_BYTES], AuthError> {
    let mut salt = [0; GENERATION_SALT_BYTES];
    getrandom::fill(&mut salt).map_err(AuthError::Randomness)?;
    Ok(salt)
}

/// The key that these bytes give under a salt and a label.
pub(super) fn derive(root: &[u8], salt: &[u8], label: &str) -> Result<[u8; 32], AuthError> {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(root)
        .expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|made| made.fill(&mut key))
        .map_err(AuthError::Deriving)?;
    Ok(key)
}
