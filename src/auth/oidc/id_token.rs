//! The ID token: who signed in at the provider, when, and how strongly.

use super::audience::Audience;
use super::fault::ProviderFault;
use super::keys::KeySet;
use super::provider::Provider;
use crate::clock::UtcInstant;
use chrono::TimeDelta;
use serde::Deserialize;

/// How far the provider's clock may be from ours.
pub(super) const SKEW_SECONDS: i64 = 60;
/// A token that answers a request of just now was issued just now.
const AGE_SECONDS_MAX: i64 = 600;
/// The longest subject (OpenID Connect Core 1.0 section 2).
const SUBJECT_BYTES_MAX: usize = 255;

/// What the token must answer.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The nonce of the attempt.
    pub nonce: &'a str,
    /// Since when somebody must have proved who they are, if it must be afresh.
    pub proved_since: Option<UtcInstant>,
}

/// Somebody, as their provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Who, at this issuer.
    pub subject: String,
    /// The session there, for its end.
    pub session: Option<String>,
    /// When they proved who they are; none if the provider does not say, and then nobody knows.
    pub proved_at: Option<UtcInstant>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    auth_time: Option<i64>,
    acr: Option<String>,
    amr: Option<Vec<String>>,
    sid: Option<String>,
}

/// Who an ID token speaks of, at `now`.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_id_token(
    provider: &Provider,
    keys: &KeySet,
    token: &str,
    expected: Expected<'_>,
    now: UtcInstant,
) -> Result<Identified, ProviderFault> {
    let claims: Claims = keys.verify(token, &[None, Some("jwt")])?;
    let wrong = |what| Err(ProviderFault::Claim(what));
    if claims.iss != provider.issuer {
        return wrong("iss is another provider");
    }
    if !claims.aud.is_for(&provider.client_id, claims.azp.as_deref()) {
        return wrong("aud or azp is not this server");
    }
    let seconds = now.utc().timestamp();
    let latest = seconds.saturating_add(SKEW_SECONDS);
    if claims.exp.saturating_add(SKEW_SECONDS) <= seconds {
        return wrong("exp has passed");
    }
    if claims.iat > latest || claims.nbf.is_some_and(|from| from > latest) {
        return wrong("iat or nbf lies ahead");
    }
    if claims.iat < seconds.saturating_sub(AGE_SECONDS_MAX) {
        return wrong("iat is long past");
    }
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if !crate::auth::is_same_secret(nonce, expected.nonce) {
        return wrong("nonce is not the attempt's");
    }
    if !is_subject(&claims.sub) {
        return wrong("sub is no subject");
    }
    let proved_at = proved_at(provider, &claims, expected.proved_since, now)?;
    check_strength(provider, &claims)?;
    let session = claims.sid.filter(|session| is_subject(session));
    Ok(Identified { subject: claims.sub, session, proved_at })
}

/// Visible characters, at most 255 bytes.
pub(super) fn is_subject(subject: &str) -> bool {
    (1..=SUBJECT_BYTES_MAX).contains(&subject.len())
        && !subject.contains(char::is_control)
        && !subject.trim().is_empty()
}

/// When they proved who they are. Where it matters, a claim that is missing is too old.
fn proved_at(
    provider: &Provider,
    claims: &Claims,
    since: Option<UtcInstant>,
    now: UtcInstant,
) -> Result<Option<UtcInstant>, ProviderFault> {
    let at = match claims.auth_time.map(|at| chrono::DateTime::from_timestamp(at, 0)) {
        Some(None) => return Err(ProviderFault::Claim("auth_time is no time")),
        Some(Some(at)) => Some(UtcInstant::new(at)),
        None => None,
    };
    let skew = TimeDelta::seconds(SKEW_SECONDS);
    if at.is_some_and(|at| at > now.plus(skew)) {
        return Err(ProviderFault::Claim("auth_time lies ahead"));
    }
    let by_age =
        provider.max_age_seconds.map(|seconds| now.plus(-TimeDelta::seconds(i64::from(seconds))));
    if let Some(since) = by_age.into_iter().chain(since).max() {
        match at {
            None => return Err(ProviderFault::TooWeak("auth_time is missing")),
            Some(at) if at.plus(skew) < since => {
                return Err(ProviderFault::TooWeak("auth_time is too long ago"));
            }
            Some(_) => {}
        }
    }
    Ok(at.map(|at| at.min(now)))
}

fn check_strength(provider: &Provider, claims: &Claims) -> Result<(), ProviderFault> {
    let acr = claims.acr.as_ref();
    if !provider.acr.is_empty() && !acr.is_some_and(|acr| provider.acr.contains(acr)) {
        return Err(ProviderFault::TooWeak("acr is missing or another"));
    }
    let ways = claims.amr.as_deref().unwrap_or_default();
    if !provider.amr.iter().all(|way| ways.contains(way)) {
        return Err(ProviderFault::TooWeak("amr is missing or another"));
    }
    Ok(())
}
