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
use crate::store::factors::{self, Factors};
use crate::store::sessions::{self, Session};
use crate::store::tickets::{self, TicketPurpose};
use crate::store::{StoreError, Writer, directory, people};
use chrono::TimeDelta;
use serde::Serialize;

/// How long the second step of a sign-in may take, in seconds.
pub(super) const TICKET_SECONDS: i64 = 600;
/// A session's use is written down at most so often, in seconds: it ends up to that much early.
const TOUCH_SECONDS: i64 = 60;

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

/// What a right password leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInStep {
    /// In, by a password alone: only where a second factor is optional.
    In(SignedIn),
    /// A second factor is to be proved.
    ProveFactor {
        /// For the next step.
        ticket: String,
        /// How that can be done.
        ways: Vec<Way>,
    },
    /// A second factor is to be added.
    AddFactor {
        /// For the next step.
        ticket: String,
    },
}

/// How somebody can prove a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// With their passkey, which needs neither password nor ticket.
    Passkey,
    /// With a code of their app.
    OneTimeCode,
    /// With a code from their paper.
    RecoveryCode,
}

impl Engine {
    /// Takes the first step of a sign-in. An unknown address, a wrong password and somebody without
    /// one are one answer, and take the same time.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`].
    pub async fn sign_in(
        &self,
        email: String,
        password: String,
    ) -> Result<SignInStep, EngineError> {
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
        self.after_password(person_id).await
    }

    /// What comes after a right password: a ticket, wherever there is a factor to prove or to add.
    async fn after_password(&self, person_id: PersonId) -> Result<SignInStep, EngineError> {
        let found: Result<_, StoreError> =
            self.store().read(move |r| factors::of_person(r, person_id)).await;
        let factors = found?;
        let purpose = match factors.count() {
            0 if self.inner.options.second_factor_is_required => TicketPurpose::AddFactor,
            0 => {
                return Ok(SignInStep::In(self.begin_session(person_id, ProofBy::Password).await?));
            }
            _ => TicketPurpose::ProveFactor,
        };
        let now = self.now();
        let ticket = auth::fresh_ticket()?;
        let digest = auth::digest(&ticket);
        let until = now.plus(TimeDelta::seconds(TICKET_SECONDS));
        let kept: Result<(), StoreError> = self
            .store()
            .write(move |w| tickets::insert(w, &digest, person_id, purpose, now, until))
            .await;
        kept?;
        Ok(match purpose {
            TicketPurpose::AddFactor => SignInStep::AddFactor { ticket },
            TicketPurpose::ProveFactor => {
                SignInStep::ProveFactor { ticket, ways: self.ways(&factors) }
            }
        })
    }

    fn ways(&self, factors: &Factors) -> Vec<Way> {
        let has_passkey = !factors.passkeys.is_empty() && self.inner.passkeys.is_ok();
        [
            (Way::Passkey, has_passkey),
            (Way::OneTimeCode, factors.one_time_codes.is_some()),
            (Way::RecoveryCode, factors.recovery_codes_left > 0),
        ]
        .into_iter()
        .filter_map(|(way, is_there)| is_there.then_some(way))
        .collect()
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

    pub(super) async fn with_password_permit<T: Send + 'static>(
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

    /// Begins a session: always a fresh one, of somebody who is still here.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`] if they have left.
    pub(super) async fn begin_session(
        &self,
        person_id: PersonId,
        by: ProofBy,
    ) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let engine = self.clone();
        let begun: Result<_, EngineError> =
            self.store().write(move |w| engine.open_session(w, person_id, by, now)).await;
        begun?.ok_or(EngineError::NotSignedIn)
    }

    /// Begins a session in the transaction of what proved it; none for somebody who has left.
    pub(super) fn open_session(
        &self,
        w: &mut Writer<'_>,
        person_id: PersonId,
        by: ProofBy,
        now: UtcInstant,
    ) -> Result<Option<SignedIn>, EngineError> {
        if !people::find_person(w, person_id)?.is_some_and(|person| person.it.active) {
            return Ok(None);
        }
        let options = &self.inner.options.sessions;
        let session = Session {
            id: SessionId::new(),
            person_id,
            proof: Proof { at: now, by },
            begun_at: now,
            last_used_at: now,
            expires_at: now.plus(TimeDelta::seconds(options.session_seconds)),
            ended_at: None,
        };
        let refresh_token = auth::fresh_secret()?;
        sessions::insert(w, &session, &auth::digest(&refresh_token))?;
        self.tokens(person_id, session.id, refresh_token, now).map(Some)
    }

    fn tokens(
        &self,
        person_id: PersonId,
        session_id: SessionId,
        refresh_token: String,
        now: UtcInstant,
    ) -> Result<SignedIn, EngineError> {
        let expires_in = self.inner.options.sessions.access_token_seconds;
        let access_token = self.inner.key.issue(person_id, session_id, now, expires_in)?;
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
        let idle = self.idle();
        let renewed: Result<Option<Session>, StoreError> = self
            .store()
            .write(move |w| {
                let Some(token) = sessions::use_token(w, &old, now)? else { return Ok(None) };
                let session = token.session;
                if token.was_used || !session.is_live(idle, now) {
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
        self.tokens(session.person_id, session.id, fresh, now)
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
        let claims = self
            .inner
            .key
            .check(access_token, now)
            .map_err(|_refused: auth::Refused| EngineError::NotSignedIn)?;
        let idle = self.idle();
        let found: Result<Option<(Actor, bool)>, StoreError> = self
            .store()
            .read(move |r| {
                let session = sessions::find(r, claims.session)?;
                let live = session.filter(|session| {
                    session.person_id == claims.person && session.is_live(idle, now)
                });
                let Some(session) = live else { return Ok(None) };
                let is_due = session.last_used_at.plus(TimeDelta::seconds(TOUCH_SECONDS)) <= now;
                let actor =
                    directory::find_actor(r, session.person_id, session.id, session.proof, now)?;
                Ok(actor.map(|actor| (actor, is_due)))
            })
            .await;
        let (actor, is_due) = found?.ok_or(EngineError::NotSignedIn)?;
        if is_due {
            let touched: Result<(), StoreError> =
                self.store().write(move |w| sessions::touch(w, claims.session, now)).await;
            touched?;
        }
        Ok(actor)
    }

    /// How long a session may lie idle.
    pub(super) fn idle(&self) -> TimeDelta {
        TimeDelta::seconds(self.inner.options.sessions.idle_seconds)
    }
}
