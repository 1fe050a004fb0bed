//! What somebody had written into a form when their session was over, or when they were asked to prove
//! again that it is them: sealed for them alone and handed to their browser. Nothing of it is kept
//! here, and whoever else signs in at the same screen can neither read nor send it.

use super::{Engine, EngineError};
use crate::auth::{self, AuthError, derived_secret, is_random_secret};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use crate::store::{StoreError, browser_sessions};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What the key is derived for that forms are sealed under.
const SEALING: &str = "forms that were written";
/// How long a form that was written can still be shown again: a working day.
const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// A form as it was sent, but for what must never be sent twice.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// Where it was sent.
    pub path: String,
    /// Its fields.
    pub fields: BTreeMap<String, String>,
}

/// Whose session a cookie stood for, open or over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WasAtBrowser {
    /// Who.
    pub person_id: PersonId,
    /// What the forms of that session carry.
    pub form_token: String,
}

#[derive(Deserialize)]
struct Kept {
    path: String,
    fields: BTreeMap<String, String>,
    until: UtcInstant,
}

/// What it is sealed for: another person's does not open.
fn place(person_id: PersonId) -> String {
    format!("written by {person_id}")
}

impl Engine {
    /// Whose session a browser's cookie stood for, whether or not it is over. It opens nothing: it says
    /// to whom a form belongs that came too late.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn was_at_browser(&self, secret: &str) -> Result<Option<WasAtBrowser>, EngineError> {
        if !is_random_secret(secret) {
            return Ok(None);
        }
        let digest = auth::digest(secret);
        let found: Result<_, StoreError> =
            self.store().read(move |r| browser_sessions::find_by_cookie(r, &digest)).await;
        Ok(found?.map(|session| WasAtBrowser {
            person_id: session.person_id,
            form_token: derived_secret(secret, super::browser_sessions::FORMS),
        }))
    }

    /// Seals a form for whoever wrote it.
    ///
    /// # Errors
    /// It could not be sealed.
    pub fn seal_written(
        &self,
        person_id: PersonId,
        written: Written,
    ) -> Result<String, EngineError> {
        let fields: Map<String, Value> =
            written.fields.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
        let until = self.now().plus(KEPT_FOR).to_string();
        let kept: Map<String, Value> = [
            ("path".to_owned(), Value::String(written.path)),
            ("fields".to_owned(), Value::Object(fields)),
            ("until".to_owned(), Value::String(until)),
        ]
        .into_iter()
        .collect();
        let key = self.inner.key.derived(SEALING)?;
        Ok(auth::seal(&key, &place(person_id), Value::Object(kept).to_string().as_bytes())?)
    }

    /// What somebody had written; none if it is somebody else's, too old, or none of ours.
    ///
    /// # Errors
    /// It could not be tried.
    pub fn open_written(
        &self,
        person_id: PersonId,
        sealed: &str,
    ) -> Result<Option<Written>, EngineError> {
        let key = self.inner.key.derived(SEALING)?;
        let plain = match auth::open(&key, &place(person_id), sealed) {
            Ok(plain) => plain,
            Err(AuthError::Sealed) => return Ok(None),
            Err(other) => return Err(other.into()),
        };
        let Ok(kept) = serde_json::from_slice::<Kept>(&plain) else { return Ok(None) };
        let Kept { path, fields, until } = kept;
        Ok((until > self.now()).then_some(Written { path, fields }))
    }
}
