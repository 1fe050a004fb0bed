//! Sealing: a secret that the server must be able to read again, so that a stolen copy of the
//! database alone cannot (AES-256-GCM, a fresh random nonce each time).

use super::AuthError;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Seals `plain` for one place, which `place` names: moved to another, it does not open.
///
/// # Errors
/// It could not be sealed.
pub fn seal(key: &[u8; 32], place: &str, plain: &[u8]) -> Result<String, AuthError> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(AuthError::Sealing)?;
    let mut sealed = plain.to_vec();
    let nonce = key
        .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut sealed)
        .map_err(AuthError::Sealing)?;
    let mut whole = nonce.as_ref().to_vec();
    whole.extend(sealed);
    Ok(URL_SAFE_NO_PAD.encode(whole))
}

/// What was sealed for this place under this key.
///
/// # Errors
/// It was changed, moved, or sealed under another key.
pub fn open(key: &[u8; 32], place: &str, sealed: &str) -> Result<Vec<u8>, AuthError> {
    let whole = URL_SAFE_NO_PAD
        .decode(sealed)
        .map_err(|_not_ours: base64::DecodeError| AuthError::Sealed)?;
    let (nonce, rest) = whole.split_at_checked(NONCE_LEN).ok_or(AuthError::Sealed)?;
    let unsealed = |_which_is_not_told: Unspecified| AuthError::Sealed;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(unsealed)?;
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(unsealed)?;
    let mut rest = rest.to_vec();
    let plain =
        key.open_in_place(nonce, Aad::from(place.as_bytes()), &mut rest).map_err(unsealed)?;
    Ok(plain.to_vec())
}
