//! Passkeys (WebAuthn level 3): discoverable, and with the holder verified by the device, so that
//! one counts as both factors.
//!
//! The ceremonies' state is text that the caller keeps, once and for a few minutes; when it has run
//! out is the caller's to say. (The library asks the machine's time only for the certificates of an
//! attestation, and none is asked for here.)

use super::{AuthError, Refused};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, WebauthnBuilder,
};

const NAME: &str = "Escalations";

/// The passkeys of one server, bound to its name in browsers.
#[derive(Clone)]
pub struct Passkeys {
    webauthn: Webauthn,
}

/// A ceremony that was begun.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// For the browser's `navigator.credentials`.
    pub options: Value,
    /// For the server alone, until the browser answers.
    pub state: String,
}

/// A passkey as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// What the device calls it, as base64url.
    pub credential_id: String,
    /// Its public key and counter.
    pub credential: String,
}

impl Passkeys {
    /// The passkeys of a server that browsers call `public_url`.
    ///
    /// # Errors
    /// Why there can be none, as a sentence.
    pub fn of_server(public_url: &str) -> Result<Self, String> {
        let off = |why: &str| {
            format!(
                "Passkeys are off: http.public_url is {public_url}, and {why}. Whoever runs the \
                 server can change that."
            )
        };
        let no_address = |_told_in_our_words| off("it is no address");
        let url: Url = public_url.parse().map_err(no_address)?;
        let name = url.domain().ok_or_else(|| off("browsers want a name, not a number"))?;
        let is_local = name == "localhost" || name.ends_with(".localhost");
        if url.scheme() != "https" && !is_local {
            return Err(off("browsers use passkeys over https only"));
        }
        let webauthn = WebauthnBuilder::new(name, &url)
            .and_then(|builder| builder.rp_name(NAME).build())
            .map_err(|error| off(&error.to_string()))?;
        Ok(Self { webauthn })
    }

    /// Begins to add a passkey; `there` are the credential ids of those that they have.
    ///
    /// # Errors
    /// It could not be begun.
    pub fn begin_adding(
        &self,
        person: Uuid,
        email: &str,
        name: &str,
        there: &[String],
    ) -> Result<Ceremony, AuthError> {
        let mut exclude = Vec::with_capacity(there.len());
        for id in there {
            exclude.push(URL_SAFE_NO_PAD.decode(id).map_err(failed)?);
        }
        let (options, state) = self
            .webauthn
            .start_passkey_registration(person, email, name, Some(exclude))
            .map_err(failed)?;
        let mut ceremony = ceremony(&options.public_key, &state)?;
        be_discoverable(&mut ceremony.options);
        Ok(ceremony)
    }

    /// Ends adding one with the browser's answer.
    ///
    /// # Errors
    /// `Ok(Err)` if the answer is not good, whatever is wrong with it; `Err` if the state is not ours.
    pub fn end_adding(
        &self,
        state: &str,
        credential: Value,
    ) -> Result<Result<StoredPasskey, Refused>, AuthError> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(failed)?;
        let Ok(answer) = serde_json::from_value::<RegisterPublicKeyCredential>(credential) else {
            return Ok(Err(Refused));
        };
        match self.webauthn.finish_passkey_registration(&answer, &state) {
            Ok(passkey) => stored(&passkey).map(Ok),
            Err(_withheld) => Ok(Err(Refused)),
        }
    }

    /// Begins a sign-in by whatever passkey the device has for this server.
    ///
    /// # Errors
    /// It could not be begun.
    pub fn begin_proving(&self) -> Result<Ceremony, AuthError> {
        let (options, state) = self.webauthn.start_discoverable_authentication().map_err(failed)?;
        ceremony(&options.public_key, &state)
    }

    /// Whose passkey the browser's answer says it is: their id, and the credential's.
    ///
    /// # Errors
    /// It does not say.
    pub fn named_in(&self, credential: &Value) -> Result<(Uuid, String), Refused> {
        let answer = answer(credential)?;
        let (person, id) = self
            .webauthn
            .identify_discoverable_authentication(&answer)
            .map_err(|_withheld| Refused)?;
        Ok((person, URL_SAFE_NO_PAD.encode(id)))
    }

    /// Ends a sign-in: the passkey as it is to be kept from now on.
    ///
    /// # Errors
    /// `Ok(Err)` if the answer is not good, whatever is wrong with it (a counter that did not grow
    /// among it: somebody has a copy); `Err` if the state or the passkey is not ours.
    pub fn end_proving(
        &self,
        state: &str,
        passkey: &str,
        credential: &Value,
    ) -> Result<Result<StoredPasskey, Refused>, AuthError> {
        let state: DiscoverableAuthentication = serde_json::from_str(state).map_err(failed)?;
        let mut passkey: Passkey = serde_json::from_str(passkey).map_err(failed)?;
        let Ok(answer) = answer(credential) else { return Ok(Err(Refused)) };
        let done = self.webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey);
        match done {
            Ok(result) if result.user_verified() => {
                passkey.update_credential(&result);
                stored(&passkey).map(Ok)
            }
            Ok(_) | Err(_) => Ok(Err(Refused)),
        }
    }
}

fn answer(credential: &Value) -> Result<PublicKeyCredential, Refused> {
    serde_json::from_value(credential.clone()).map_err(|_withheld: serde_json::Error| Refused)
}

/// The device must be able to find it without being told whose it is.
fn be_discoverable(options: &mut Value) {
    if let Some(Value::Object(selection)) = options.get_mut("authenticatorSelection") {
        selection.insert("residentKey".to_owned(), json!("required"));
        selection.insert("requireResidentKey".to_owned(), json!(true));
    }
}

fn ceremony(
    options: &impl serde::Serialize,
    state: &impl serde::Serialize,
) -> Result<Ceremony, AuthError> {
    Ok(Ceremony {
        options: serde_json::to_value(options).map_err(failed)?,
        state: serde_json::to_string(state).map_err(failed)?,
    })
}

fn stored(passkey: &Passkey) -> Result<StoredPasskey, AuthError> {
    Ok(StoredPasskey {
        credential_id: URL_SAFE_NO_PAD.encode(passkey.cred_id()),
        credential: serde_json::to_string(passkey).map_err(failed)?,
    })
}

fn failed(error: impl std::fmt::Display) -> AuthError {
    AuthError::Passkeys(error.to_string())
}
