//! Access tokens: short-lived JWTs, signed and checked here with one key (RFC 7519, RFC 9068).
//!
//! They say who and in which session, never what somebody may do: rights are read afresh for each
//! request, so a removed right bites at once.

use super::AuthError;
use super::derivation::{self, GENERATION_SALT_BYTES};
use crate::clock::UtcInstant;
use crate::ids::{PersonId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The fewest bytes of a signing key: as many as the hash gives (RFC 7518 section 3.2).
pub const KEY_BYTES_MIN: usize = 32;
const ISSUER: &str = "bscp-escalation";
const AUDIENCE: &str = "bscp-escalation/api";
/// Keeps other tokens that this key may sign one day from passing for an access token.
const KIND: &str = "at+jwt";
/// Ours have some 400 bytes; what is far longer is not worth the work of a signature.
const TOKEN_BYTES_MAX: usize = 4096;
/// How far another node's clock may be ahead of ours.
const AHEAD_SECONDS_MAX: i64 = 60;

/// The key that signs and checks access tokens. All nodes share it: the one of the key file, which
/// is generation 0, or a later generation that is derived from it.
#[derive(Clone)]
pub struct SigningKey {
    /// What other keys are derived from; the key file's bytes in every generation.
    root: Arc<[u8]>,
    /// Zero is the key file's own, and is not named in its tokens.
    generation: i32,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

/// What a good access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is.
    pub person: PersonId,
    /// The session it was issued in; the caller asks whether that session is still open.
    pub session: SessionId,
}

/// The token is not good. The only answer to whatever is wrong: more would help a forger only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("You are not signed in, or no longer. Sign in again")]
pub struct Refused;

/// The claims as they are on the wire. Each must be there, once, and no other.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireClaims {
    iss: String,
    aud: String,
    sub: PersonId,
    sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl SigningKey {
    /// The key of these secret, random bytes.
    ///
    /// # Errors
    /// Fewer than [`KEY_BYTES_MIN`] bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AuthError> {
        if bytes.len() < KEY_BYTES_MIN {
            return Err(AuthError::KeyTooShort(bytes.len()));
        }
        Ok(Self::made_of(bytes.into(), 0, bytes))
    }

    fn made_of(root: Arc<[u8]>, generation: i32, secret: &[u8]) -> Self {
        Self {
            root,
            generation,
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
        }
    }

    /// A later generation of this key: HKDF-SHA256 (RFC 5869) of the key file's bytes under a random
    /// salt that the database keeps. Neither the file nor the database alone gives it.
    ///
    /// # Errors
    /// The derivation failed.
    pub fn generation(
        &self,
        number: i32,
        salt: &[u8; GENERATION_SALT_BYTES],
    ) -> Result<Self, AuthError> {
        let label = format!("access tokens, generation {number}");
        let secret = derivation::derive(&self.root, salt, &label)?;
        Ok(Self::made_of(Arc::clone(&self.root), number, &secret))
    }

    /// A key for another purpose, which its label names; the same on every node, and not changed by
    /// generations.
    ///
    /// # Errors
    /// The derivation failed.
    pub fn derived(&self, label: &str) -> Result<[u8; 32], AuthError> {
        derivation::derive(&self.root, &[], label)
    }

    fn header(&self) -> Header {
        Header {
            typ: Some(KIND.to_owned()),
            kid: (self.generation > 0).then(|| self.generation.to_string()),
            ..Header::new(Algorithm::HS256)
        }
    }

    /// A token for this person in this session, good from `now` for so many seconds.
    ///
    /// # Errors
    /// The signature could not be made.
    pub fn issue(
        &self,
        person: PersonId,
        session: SessionId,
        now: UtcInstant,
        lifetime_seconds: u32,
    ) -> Result<String, AuthError> {
        let now = now.utc().timestamp();
        let claims = WireClaims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: person,
            sid: session,
            iat: now,
            nbf: now,
            exp: now.saturating_add(lifetime_seconds.into()),
        };
        encode(&self.header(), &claims, &self.encoding).map_err(AuthError::Signing)
    }

    /// Who this token speaks for at `now`. It is bad from the second it expires.
    ///
    /// # Errors
    /// It is not one of ours, was changed, has expired, or is from the future.
    pub fn check(&self, token: &str, now: UtcInstant) -> Result<Claims, Refused> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Refused);
        }
        let token = decode::<WireClaims>(token, &self.decoding, &validation())
            .map_err(|_withheld: jsonwebtoken::errors::Error| Refused)?;
        let (claims, now) = (token.claims, now.utc().timestamp());
        let latest_start = now.saturating_add(AHEAD_SECONDS_MAX);
        // The whole header must be ours: nothing in it may point to a key, or ask to be understood.
        let good = token.header == self.header()
            && now < claims.exp
            && claims.nbf <= latest_start
            && claims.iat <= latest_start;
        if !good {
            return Err(Refused);
        }
        Ok(Claims { person: claims.sub, session: claims.sid })
    }
}

/// One algorithm, our name twice. Times are compared above, with the `now` that is given.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.set_required_spec_claims(&["iss", "aud"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation
}
