//! Signing in, staying signed in, signing out.
//!
//! An access token is short-lived and is checked against its session and the directory with each
//! request, so that ending a session or disabling somebody bites at once. A refresh token is used
//! once; one that comes back a second time was stolen, from one side or the other, and ends the
//! session.

use super::throttle::{Account, Guess, NETWORK_IS_KNOWN};
use super::{Engine, EngineError, Operation};
use crate::access::{Actor, Proof, ProofBy};
use crate::auth::{self, Network};
use crate::clock::UtcInstant;
use crate::directory::Person;
use crate::ids::{PersonId, SessionId};
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::networks::{self, Familiarity};
use crate::store::sessions::{self, Session};
use crate::store::{StoreError, directory, people};
use chrono::TimeDelta;
use tokio::sync::OwnedSemaphorePermit;

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
    /// [`EngineError::NotSignedIn`]; [`EngineError::Throttled`] after too many wrong guesses.
    pub async fn sign_in(
        &self,
        email: String,
        password: String,
        from: Network,
    ) -> Result<SignedIn, EngineError> {
        let wanted = email.clone();
        let found: Result<_, StoreError> =
            self.store().read(move |r| people::find_credentials(r, &wanted)).await;
        let (person_id, hash) = match found? {
            Some((person_id, Some(hash))) => (Some(person_id), Some(hash)),
            Some((_, None)) | None => (None, None),
        };
        let is_old = hash.as_deref().map(auth::needs_rehash).transpose()?.unwrap_or(false);
        let account = Account::Email(email);
        let given = password.clone();
        let is_right = self.is_password(Guess::Password, from, account, hash, given).await?;
        let (Some(person_id), true) = (person_id, is_right) else {
            return Err(EngineError::NotSignedIn);
        };
        if is_old {
            self.rehash(person_id, password).await?;
        }
        self.signed_in_from(person_id, from).await?;
        self.begin_session(person_id, ProofBy::Password).await
    }

    /// Whether a password is that of a hash; of no hash, nobody's is, and it takes as long. Counts
    /// as a wrong guess unless it is.
    pub(super) async fn is_password(
        &self,
        guess: Guess,
        from: Network,
        account: Account,
        hash: Option<String>,
        password: String,
    ) -> Result<bool, EngineError> {
        self.check_guess(guess, from, Some(account.clone())).await?;
        // Counted only once it is its turn: a whole office that signs in at nine o'clock and waits
        // here has not guessed wrong.
        let permit = self.password_permit().await?;
        let admitted = self.admit_guess(guess, from, Some(account)).await?;
        let check = move || match &hash {
            Some(hash) => auth::verify(&password, hash),
            None => auth::verify_against_nothing(&password).map(|()| false),
        };
        let is_right = working(permit, check).await?;
        if is_right {
            self.guess_was_right(admitted).await?;
        }
        Ok(is_right)
    }

    /// Remembers from where somebody signed in, and tells them if it is somewhere new. Call it when
    /// they have proved all that is asked of them.
    pub(super) async fn signed_in_from(
        &self,
        person_id: PersonId,
        from: Network,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let since = now.plus(-NETWORK_IS_KNOWN);
        let told: Result<bool, StoreError> = self
            .store()
            .write(move |w| {
                let network = from.to_string();
                let is_new =
                    networks::remember(w, person_id, &network, since, now)? == Familiarity::New;
                if is_new {
                    account_letters::enqueue(w, person_id, AccountLetterKind::NewNetwork, now)?;
                }
                Ok(is_new)
            })
            .await;
        if told? {
            self.wake();
        }
        Ok(())
    }

    async fn rehash(&self, person_id: PersonId, password: String) -> Result<(), EngineError> {
        let hash = self.with_password_permit(move || auth::hash(&password)).await?;
        self.store().write(move |w| Ok(people::set_password_hash(w, person_id, &hash)?)).await
    }

    async fn password_permit(&self) -> Result<OwnedSemaphorePermit, EngineError> {
        let permits = std::sync::Arc::clone(&self.inner.password_permits);
        permits.acquire_owned().await.map_err(stopped)
    }

    pub(super) async fn with_password_permit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, auth::AuthError> + Send + 'static,
    ) -> Result<T, EngineError> {
        working(self.password_permit().await?, work).await
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
                    if token.was_used && is_live {
                        let kind = AccountLetterKind::RefreshTokenReused;
                        account_letters::enqueue(w, session.person_id, kind, now)?;
                    }
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

    /// Who sent an access token or an API token, as the directory knows them now.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`], for whatever reason; or an API token that may not do this.
    pub async fn authenticate(
        &self,
        access_token: &str,
        operation: &Operation,
    ) -> Result<Actor, EngineError> {
        if auth::is_api_token(access_token) {
            return self.authenticate_token(access_token, operation).await;
        }
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

/// What is known of somebody, for judging the password that they choose.
pub(super) fn about(person: &Person) -> Vec<String> {
    vec![person.name.clone(), person.email.clone()]
}

/// Works on a password where nothing else has to wait for it.
async fn working<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T, auth::AuthError> + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    });
    Ok(done.await.map_err(stopped)??)
}

fn stopped(why: impl std::fmt::Display) -> EngineError {
    EngineError::Store(StoreError::Stopped(why.to_string()))
}
