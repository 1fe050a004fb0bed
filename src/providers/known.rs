//! The providers of this server, with what this node has read of them.

use super::calls::{self, CallFault};
use crate::auth::oidc::{KeySet, Metadata, Provider, ProviderFault, basic_credentials};
use crate::clock::UtcInstant;
use chrono::TimeDelta;
use reqwest::Client;
use std::fmt;
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long a document and keys are believed without asking again: a key that a provider withdrew
/// is dead after this at the latest.
const KEPT: TimeDelta = TimeDelta::minutes(10);
/// How often an unknown key makes us ask again: a stranger can send any number of them.
const ASKED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);

/// The identity providers that may sign people in.
#[derive(Clone, Default)]
pub struct Providers {
    all: Arc<Vec<Known>>,
}

struct Known {
    provider: Provider,
    client: Client,
    metadata: Mutex<Option<(Metadata, UtcInstant)>>,
    keys: Mutex<Option<(KeySet, UtcInstant)>>,
}

/// Whose keys are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysFor {
    /// A token that was not tried yet.
    Token,
    /// A token whose key was not among them: they may be new.
    UnknownKey,
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(|known| &known.provider.key)).finish()
    }
}

/// A provider that gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallFault),
    /// Its answer is not believed.
    #[error(transparent)]
    Fault(#[from] ProviderFault),
}

impl Providers {
    /// These providers; nothing is asked of them yet.
    ///
    /// # Errors
    /// Calls cannot be set up.
    pub fn new(providers: Vec<Provider>) -> Result<Self, CallFault> {
        let known = |provider: Provider| {
            let client = calls::client(provider.is_on_this_machine())?;
            let (metadata, keys) = (Mutex::new(None), Mutex::new(None));
            Ok(Known { provider, client, metadata, keys })
        };
        let all = providers.into_iter().map(known).collect::<Result<_, CallFault>>()?;
        Ok(Self { all: Arc::new(all) })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.all.iter().map(|known| &known.provider)
    }

    /// The one with this key.
    pub fn find(&self, key: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.key == key)
    }

    fn known(&self, provider: &Provider) -> Result<&Known, CallFault> {
        let found = self.all.iter().find(|known| known.provider.key == provider.key);
        found.ok_or_else(|| CallFault::SetUp("no such provider".to_owned()))
    }

    /// A provider's document.
    ///
    /// # Errors
    /// It could not be had, or is not believed.
    pub async fn metadata(
        &self,
        provider: &Provider,
        now: UtcInstant,
    ) -> Result<Metadata, NoAnswer> {
        let known = self.known(provider)?;
        let mut kept = known.metadata.lock().await;
        if let Some((metadata, read_at)) = &*kept
            && now.since(*read_at) < KEPT
        {
            return Ok(metadata.clone());
        }
        let body = calls::get(&known.client, &provider.discovery_url()).await?;
        let metadata = Metadata::read(&provider.issuer, &body)?;
        *kept = Some((metadata.clone(), now));
        Ok(metadata)
    }

    /// A provider's keys.
    ///
    /// # Errors
    /// As [`Self::metadata`].
    pub async fn keys(
        &self,
        provider: &Provider,
        why: KeysFor,
        now: UtcInstant,
    ) -> Result<KeySet, NoAnswer> {
        let metadata = self.metadata(provider, now).await?;
        let known = self.known(provider)?;
        let mut kept = known.keys.lock().await;
        let believed_for = match why {
            KeysFor::Token => KEPT,
            KeysFor::UnknownKey => ASKED_AGAIN_AFTER,
        };
        if let Some((keys, read_at)) = &*kept
            && now.since(*read_at) < believed_for
        {
            return Ok(keys.clone());
        }
        let body = calls::get(&known.client, &metadata.jwks_uri).await?;
        let keys = KeySet::read(&body)?;
        *kept = Some((keys.clone(), now));
        Ok(keys)
    }

    /// The ID token for a code.
    ///
    /// # Errors
    /// There is none.
    pub async fn exchange(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        (code, verifier): (&str, &str),
        redirect_uri: &str,
    ) -> Result<String, CallFault> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let credentials = basic_credentials(provider);
        let client = &self.known(provider)?.client;
        calls::exchange(client, &metadata.token_endpoint, &credentials, &form).await
    }
}
