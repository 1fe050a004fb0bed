//! OpenID Connect, the pure half: what is asked of an agency's identity provider, and what is
//! believed of its answers.
//!
//! Authorization code flow with PKCE (OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207,
//! RFC 9700). Called by the engine, which keeps the attempts, and by `providers`, which makes the
//! calls. A signature is checked before anything that it covers is believed. A person is issuer and
//! subject, never an email address. Nothing here may write a token, a code or a secret anywhere.

mod audience;
mod endpoint;
mod fault;
mod file;
mod id_token;
mod keys;
mod logout_token;
mod metadata;
mod provider;
mod request;
mod return_path;
#[cfg(test)]
mod tests;

pub use fault::ProviderFault;
pub use file::{ProvidersFileError, load};
pub use id_token::{Expected, Identified, check_id_token};
pub use keys::KeySet;
pub use logout_token::{Logout, check_logout_token};
pub use metadata::Metadata;
pub use provider::{ClientSecret, Provider};
pub use request::{authorization_url, basic_credentials, challenge, encoded};
pub use return_path::return_path;
