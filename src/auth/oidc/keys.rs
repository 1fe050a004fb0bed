//! A provider's keys, and the one way in which a token of it is read: signature first.

use super::fault::ProviderFault;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;

/// More than any token of a sensible provider.
const TOKEN_BYTES_MAX: usize = 16_384;

/// The public keys that a provider signs with.
#[derive(Clone)]
pub struct KeySet(Vec<Key>);

#[derive(Clone)]
struct Key {
    name: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// The keys of a JWKS document that can be used: asymmetric, for signatures, of a known kind.
    /// A symmetric key is no public key, and passed over like what is not understood.
    ///
    /// # Errors
    /// It is no such document, or has no usable key.
    pub fn read(body: &[u8]) -> Result<Self, ProviderFault> {
        let document: Document = serde_json::from_slice(body).map_err(|error| {
            ProviderFault::Keys(format!(
                "they are not the JSON of a key set ({:?})",
                error.classify()
            ))
        })?;
        let keys: Vec<Key> = document.keys.into_iter().filter_map(Key::read).collect();
        if keys.is_empty() {
            return Err(ProviderFault::Keys("none of them can be used".to_owned()));
        }
        Ok(Self(keys))
    }

    /// What a token says, if one of these keys signed it.
    ///
    /// # Errors
    /// [`ProviderFault::UnknownKey`] if it names a key that is not here; else what is wrong.
    pub(super) fn verify<T: DeserializeOwned>(
        &self,
        token: &str,
        types: &[Option<&str>],
    ) -> Result<T, ProviderFault> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(ProviderFault::Header("the token is too long"));
        }
        let header = decode_header(token).map_err(|_withheld: jsonwebtoken::errors::Error| {
            ProviderFault::Header("not readable")
        })?;
        check_header(&header, types)?;
        let key = self.key(&header)?;
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false; // with our clock, by the caller
        validation.validate_aud = false; // by the caller, with azp
        validation.required_spec_claims = HashSet::new();
        let read = decode::<T>(token, &key.key, &validation)
            .map_err(|_withheld: jsonwebtoken::errors::Error| ProviderFault::Signature)?;
        Ok(read.claims)
    }

    /// The key that a header names; the only one that fits if it names none.
    fn key(&self, header: &Header) -> Result<&Key, ProviderFault> {
        let mut fitting = self.0.iter().filter(|key| match &header.kid {
            Some(name) => key.name.as_ref() == Some(name),
            None => key.algorithms.contains(&header.alg),
        });
        let key = fitting.next().ok_or(ProviderFault::UnknownKey)?;
        if fitting.next().is_some() {
            return Err(ProviderFault::Header("several keys fit"));
        }
        if !key.algorithms.contains(&header.alg) {
            return Err(ProviderFault::Header("its algorithm is not its key's"));
        }
        Ok(key)
    }
}

/// Nothing in a header may bring a key along, point to one, or ask to be understood.
fn check_header(header: &Header, types: &[Option<&str>]) -> Result<(), ProviderFault> {
    let brings_key = header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some();
    if brings_key || header.crit.is_some() || header.enc.is_some() {
        return Err(ProviderFault::Header("it brings a key along, or asks to be understood"));
    }
    let kind = header.typ.as_deref().map(str::to_ascii_lowercase);
    if !types.contains(&kind.as_deref()) {
        return Err(ProviderFault::Header("its type is another"));
    }
    Ok(())
}

impl Key {
    fn read(value: serde_json::Value) -> Option<Self> {
        let jwk: Jwk = match serde_json::from_value(value) {
            Ok(jwk) => jwk,
            Err(error) => {
                tracing::debug!(%error, "passing over a provider's key of an unknown kind");
                return None;
            }
        };
        if jwk.common.public_key_use.as_ref().is_some_and(|of| *of != PublicKeyUse::Signature) {
            return None;
        }
        let of_kind: &[(Algorithm, KeyAlgorithm)] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => {
                &[(Algorithm::RS256, KeyAlgorithm::RS256), (Algorithm::PS256, KeyAlgorithm::PS256)]
            }
            AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
                EllipticCurve::P256 => &[(Algorithm::ES256, KeyAlgorithm::ES256)],
                EllipticCurve::P384 => &[(Algorithm::ES384, KeyAlgorithm::ES384)],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[(Algorithm::EdDSA, KeyAlgorithm::EdDSA)]
            }
            _ => return None,
        };
        let told = jwk.common.key_algorithm;
        let fits = |(_, name): &&(Algorithm, KeyAlgorithm)| told.is_none_or(|told| told == *name);
        let algorithms: Vec<Algorithm> =
            of_kind.iter().filter(fits).map(|(algorithm, _)| *algorithm).collect();
        let key = DecodingKey::from_jwk(&jwk)
            .inspect_err(|error| tracing::debug!(%error, "passing over a provider's broken key"))
            .ok()
            .filter(|_| !algorithms.is_empty())?;
        Some(Self { name: jwk.common.key_id, algorithms, key })
    }
}
