//! Signing in, staying signed in, signing out.
//!
//! An access token is short-lived and is checked against its session and the directory with each
//! request, so that ending a session or disabling somebody bites at once. A refresh token is used
//! once; one that comes back a second time was stolen, from one side or the other, and ends the
//! session.

use super::{Engine, EngineError};
use crate::access::{Actor, Proof, ProofBy};
use crate::auth;
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::{PersonId, SessionId};
use crate::store::sessions::{self, Session};
use crate::store::{StoreError, directory, people};
use chrono::TimeDelta;

/// How long sessions last.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// An access token's life, in seconds.
    pub access_token_seconds: u32,
    /// A session's life whatever happens, in seconds.
    pub session_seconds: i64,
    /// How long a session may lie idle, in seconds.
    pub idle_seconds: i64,
}

/// The tokens of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// For requests.
    pub access_token: String,
    /// Its life, in seconds.
    pub expires_in: u32,
    /// For a new pair; works once.
    pub refresh_token: String,
}

impl Engine {
    /// Signs somebody in. An unknown address, a wrong password and somebody without one are one
    /// answer, and take the same time.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`].
    pub async fn sign_in(&self, email: String, password: String) -> Result<SignedIn, EngineError> {
        let found: Result<_, StoreError> =
            self.store().read(move |r| people::find_credentials(r, &email)).await;
        let (person_id, hash) = match found? {
            Some((person_id, Some(hash))) => (Some(person_id), Some(hash)),
            Some((_, None)) | None => (None, None),
        };
        let checked = password.clone();
        let right = self
            .with_password_permit(move || match &hash {
                Some(hash) => Ok((auth::verify(&checked, hash)?, auth::needs_rehash(hash)?)),
                None => auth::verify_against_nothing(&checked).map(|()| (false, false)),
            })
            .await?;
        let (Some(person_id), (true, is_old)) = (person_id, right) else {
            return Err(EngineError::NotSignedIn);
        };
        if is_old {
            self.set_password_unchecked(person_id, password).await?;
        }
        self.begin_session(person_id, ProofBy::Password).await
    }

    /// Sets somebody's password.
    ///
    /// # Errors
    /// If it is too weak.
    pub async fn set_password(
        &self,
        person_id: PersonId,
        email: &str,
        password: String,
    ) -> Result<(), EngineError> {
        auth::check_strength(&password, email)
            .map_err(|weak| Refusal::field("/password", weak.to_string()))?;
        self.set_password_unchecked(person_id, password).await
    }

    async fn set_password_unchecked(
        &self,
        person_id: PersonId,
        password: String,
    ) -> Result<(), EngineError> {
        let hash = self.with_password_permit(move || auth::hash(&password)).await?;
        self.store().write(move |w| Ok(people::set_password_hash(w, person_id, &hash)?)).await
    }

    async fn with_password_permit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, auth::AuthError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let stopped = |why: String| EngineError::Store(StoreError::Stopped(why));
        let permits = std::sync::Arc::clone(&self.inner.password_permits);
        let permit = permits.acquire_owned().await.map_err(|error| stopped(error.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        Ok(done.await.map_err(|error| stopped(error.to_string()))??)
    }

    async fn begin_session(
        &self,
        person_id: PersonId,
        by: ProofBy,
    ) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let options = &self.inner.options.sessions;
        let session = Session {
            id: SessionId::new(),
            person_id,
            proof: Proof { at: now, by },
            last_used_at: now,
            expires_at: now.plus(TimeDelta::seconds(options.session_seconds)),
            ended_at: None,
        };
        let refresh_token = auth::fresh_secret()?;
        let digest = auth::digest(&refresh_token);
        let session_id = session.id;
        let begun: Result<(), StoreError> =
            self.store().write(move |w| sessions::insert(w, &session, &digest)).await;
        begun?;
        self.tokens(person_id, session_id, refresh_token, now).await
    }

    async fn tokens(
        &self,
        person_id: PersonId,
        session_id: SessionId,
        refresh_token: String,
        now: UtcInstant,
    ) -> Result<SignedIn, EngineError> {
        let expires_in = self.inner.options.sessions.access_token_seconds;
        let access_token =
            self.issuing_key().await?.issue(person_id, session_id, now, expires_in)?;
        Ok(SignedIn { access_token, expires_in, refresh_token })
    }

    /// A new pair of tokens for a refresh token, which is used up.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`], for whatever reason.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let old = auth::digest(refresh_token);
        let fresh = auth::fresh_secret()?;
        let new = auth::digest(&fresh);
        let idle = TimeDelta::seconds(self.inner.options.sessions.idle_seconds);
        let renewed: Result<Option<Session>, StoreError> = self
            .store()
            .write(move |w| {
                let Some(token) = sessions::use_token(w, &old, now)? else { return Ok(None) };
                let session = token.session;
                let is_live = session.ended_at.is_none()
                    && session.expires_at > now
                    && session.last_used_at.plus(idle) > now;
                if token.was_used || !is_live {
                    sessions::end(w, session.id, now)?;
                    return Ok(None);
                }
                let is_active = people::find_person(w, session.person_id)?
                    .is_some_and(|person| person.it.active);
                if !is_active {
                    sessions::end(w, session.id, now)?;
                    return Ok(None);
                }
                sessions::renew(w, session.id, &new, now)?;
                Ok(Some(session))
            })
            .await;
        let session = renewed?.ok_or(EngineError::NotSignedIn)?;
        self.tokens(session.person_id, session.id, fresh, now).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn sign_out(&self, session_id: SessionId) -> Result<(), EngineError> {
        let now = self.now();
        self.store().write(move |w| Ok(sessions::end(w, session_id, now)?)).await
    }

    /// Who sent an access token, as the directory knows them now.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`], for whatever reason.
    pub async fn authenticate(&self, access_token: &str) -> Result<Actor, EngineError> {
        let now = self.now();
        let (engine, token) = (self.clone(), access_token.to_owned());
        let found: Result<Option<Actor>, EngineError> = self
            .store()
            .read(move |r| {
                let keys = engine.accepted_keys(r, now)?;
                let Some(claims) = keys.iter().find_map(|key| key.check(&token, now).ok()) else {
                    return Ok(None);
                };
                let session = sessions::find(r, claims.session)?;
                let live = session.filter(|session| {
                    session.person_id == claims.person
                        && session.ended_at.is_none()
                        && session.expires_at > now
                });
                let Some(session) = live else { return Ok(None) };
                let (person_id, proof) = (session.person_id, session.proof);
                Ok(directory::find_actor(r, person_id, session.id, proof, now)?)
            })
            .await;
        found?.ok_or(EngineError::NotSignedIn)
    }
}
