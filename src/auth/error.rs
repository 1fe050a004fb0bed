use argon2::password_hash;

/// The machinery of signing in failed; for the operator. A wrong password or token is not one.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Not enough memory, say, or no randomness.
    #[error("hashing a password: {0}")]
    Hashing(#[source] password_hash::Error),
    /// What the database holds is no password hash of ours.
    #[error("reading a stored password hash: {0}")]
    StoredHash(#[source] password_hash::Error),
    /// What the database holds has no salt or no hash.
    #[error("reading a stored password hash: its salt or its hash is missing")]
    StoredHashIncomplete,
    /// The list of stolen passwords could not be read.
    #[error(transparent)]
    Breached(#[from] super::BreachedPasswordsError),
    /// The token could not be signed.
    #[error("signing an access token: {0}")]
    Signing(#[source] jsonwebtoken::errors::Error),
    /// The key has fewer than [`KEY_BYTES_MIN`](super::KEY_BYTES_MIN) bytes.
    #[error(
        "a signing key needs at least {min} bytes, and this one has {0}",
        min = super::KEY_BYTES_MIN
    )]
    KeyTooShort(usize),
    /// A key could not be derived from another.
    #[error("deriving a key: {0}")]
    Deriving(aws_lc_rs::error::Unspecified),
    /// What the database holds was not sealed by us, for this place, under this key.
    #[error("opening something sealed: it was changed, moved, or sealed under another key")]
    Sealed,
    /// Something could not be sealed.
    #[error("sealing: {0}")]
    Sealing(#[source] aws_lc_rs::error::Unspecified),
    /// A source of one-time codes could not be made.
    #[error("making a source of one-time codes: {0}")]
    OneTimeCodes(String),
    /// A passkey ceremony could not be begun, or its stored part not be read.
    #[error("a passkey: {0}")]
    Passkeys(String),
    /// No random bytes to be had.
    #[error("asking the operating system for random bytes: {0}")]
    Randomness(getrandom::Error),
}
