//! What is sent to a provider.

use super::metadata::Metadata;
use super::provider::Provider;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The PKCE challenge of a verifier: S256 (RFC 7636 section 4.2).
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Where a browser is sent to sign in. `afresh` asks the provider to ask again, whatever session it
/// has.
pub fn authorization_url(
    provider: &Provider,
    metadata: &Metadata,
    redirect_uri: &str,
    (state, nonce, verifier): (&str, &str, &str),
    afresh: bool,
) -> String {
    let mut scope = "openid".to_owned();
    for more in provider.scopes.iter().filter(|scope| *scope != "openid") {
        scope.push(' ');
        scope.push_str(more);
    }
    let challenge = challenge(verifier);
    let mut parameters = vec![
        ("response_type", "code".to_owned()),
        ("client_id", provider.client_id.clone()),
        ("redirect_uri", redirect_uri.to_owned()),
        ("scope", scope),
        ("state", state.to_owned()),
        ("nonce", nonce.to_owned()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ];
    if !provider.acr.is_empty() {
        parameters.push(("acr_values", provider.acr.join(" ")));
    }
    match (afresh, provider.max_age_seconds) {
        (true, _) => {
            parameters.push(("prompt", "login".to_owned()));
            parameters.push(("max_age", "0".to_owned()));
        }
        (false, Some(seconds)) => parameters.push(("max_age", seconds.to_string())),
        (false, None) => {}
    }
    let mut url = metadata.authorization_endpoint.clone();
    for (name, value) in parameters {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(name);
        url.push('=');
        url.push_str(&encoded(&value));
    }
    url
}

/// The value of `Authorization` at the token endpoint (RFC 6749 section 2.3.1).
pub fn basic_credentials(provider: &Provider) -> String {
    let both =
        format!("{}:{}", encoded(&provider.client_id), encoded(provider.client_secret.reveal()));
    format!("Basic {}", STANDARD.encode(both))
}

/// A text as it stands in a query: everything but letters, digits and `-._~` by its bytes.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a text never fails.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
