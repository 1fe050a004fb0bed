//! Who somebody is: passwords, one-time codes, passkeys, recovery codes, access tokens, refresh
//! tokens, the file of the signing key, what an agency's identity provider says (`oidc`), and from
//! which network somebody comes.
//!
//! Called by the engine (sign-in, refresh, change of password), by api and web (which turn a token
//! into an actor), and at start. It knows no database and no web server. What somebody may do is
//! decided in `access`. It must never tell why a token or a password was refused, nor write a
//! password, a token or a key anywhere.

mod access_tokens;
mod api_tokens;
mod breached;
mod browser_secrets;
mod derivation;
mod error;
mod key_file;
mod network;
pub mod oidc;
mod one_time_codes;
mod passkeys;
mod passwords;
mod recovery_codes;
mod refresh_tokens;
mod sealing;
#[cfg(test)]
mod tests;

pub use access_tokens::{Claims, KEY_BYTES_MIN, Refused, SigningKey};
pub use api_tokens::{fresh_api_token, is_api_token};
pub use breached::{BreachedPasswords, BreachedPasswordsError};
pub use browser_secrets::{derived_secret, is_random_secret, is_same_secret, random_secret};
pub use derivation::{GENERATION_SALT_BYTES, fresh_generation_salt};
pub use error::AuthError;
pub use key_file::{IfMissing, KeyFileError, load_or_create};
pub use network::Network;
pub use one_time_codes::OneTimeCodes;
pub use passkeys::{Ceremony, Passkeys, StoredPasskey};
pub use passwords::{
    WeakPassword, check_strength, hash, needs_rehash, verify, verify_against_nothing,
};
pub use recovery_codes::{fresh_recovery_codes, recovery_digest};
pub use refresh_tokens::{
    digest, fresh_account_secret, fresh_challenge_id, fresh_secret, fresh_ticket,
};
pub use sealing::{open, seal};
