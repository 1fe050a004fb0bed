//! API tokens: what programs send. Random, marked for those who scan texts for leaked secrets.

use super::AuthError;
use super::browser_secrets::{is_random_secret, random_secret};

const PERSONAL: &str = "bscp_pat_";
const MACHINE: &str = "bscp_mat_";

/// A new token of 256 random bits, for somebody's own programs or for a machine.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn fresh_api_token(is_machine: bool) -> Result<String, AuthError> {
    let mark = if is_machine { MACHINE } else { PERSONAL };
    Ok(format!("{mark}{}", random_secret()?))
}

/// Whether a text has the form of an API token, and so is no access token.
pub fn is_api_token(text: &str) -> bool {
    let secret = text.strip_prefix(PERSONAL).or_else(|| text.strip_prefix(MACHINE));
    secret.is_some_and(is_random_secret)
}
