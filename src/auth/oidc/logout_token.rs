//! The logout token: a provider says that a session of its own has ended (OpenID Connect
//! Back-Channel Logout 1.0 section 2.6).

use super::audience::Audience;
use super::fault::ProviderFault;
use super::id_token::{SKEW_SECONDS, is_subject};
use super::keys::KeySet;
use super::provider::Provider;
use crate::clock::UtcInstant;
use serde::Deserialize;
use std::collections::HashMap;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long ago it may have been issued; its id is remembered for longer.
const AGE_SECONDS_MAX: i64 = 300;

/// What has ended at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    /// The token's own id: it works once.
    pub id: String,
    /// All of somebody's sessions, or whose the session is.
    pub subject: Option<String>,
    /// This session.
    pub session: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    events: HashMap<String, serde_json::Map<String, serde_json::Value>>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<serde_json::Value>,
}

/// What a logout token ends, at `now`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_logout_token(
    provider: &Provider,
    keys: &KeySet,
    token: &str,
    now: UtcInstant,
) -> Result<Logout, ProviderFault> {
    // Its type is recommended; the event says beyond doubt what it is.
    let claims: Claims = keys.verify(token, &[None, Some("jwt"), Some("logout+jwt")])?;
    let wrong = |what| Err(ProviderFault::Claim(what));
    if claims.iss != provider.issuer {
        return wrong("iss is another provider");
    }
    if !claims.aud.is_for(&provider.client_id, claims.azp.as_deref()) {
        return wrong("aud is not this server");
    }
    let seconds = now.utc().timestamp();
    let is_now = claims.iat <= seconds.saturating_add(SKEW_SECONDS)
        && claims.iat >= seconds.saturating_sub(AGE_SECONDS_MAX);
    if !is_now || claims.exp.is_some_and(|exp| exp.saturating_add(SKEW_SECONDS) <= seconds) {
        return wrong("iat or exp is out of time");
    }
    if claims.nonce.is_some() {
        return wrong("it has a nonce: it is an ID token");
    }
    if !claims.events.contains_key(EVENT) {
        return wrong("events does not say that it is a logout");
    }
    let named = |name: &Option<String>| name.as_deref().is_none_or(is_subject);
    if !is_subject(&claims.jti) || !named(&claims.sub) || !named(&claims.sid) {
        return wrong("jti, sub or sid is empty");
    }
    if claims.sub.is_none() && claims.sid.is_none() {
        return wrong("neither sub nor sid");
    }
    Ok(Logout { id: claims.jti, subject: claims.sub, session: claims.sid })
}
