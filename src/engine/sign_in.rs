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
use crate::store::factors::{self, Factors};
use crate::store::networks::{self, Familiarity};
use crate::store::sessions::{self, Session};
use crate::store::tickets::{self, TicketPurpose};
use crate::store::{Reader, StoreError, Writer, directory, people};
use chrono::TimeDelta;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

/// How long the second step of a sign-in may take, in seconds.
pub(super) const TICKET_SECONDS: i64 = 600;
/// A session's use is written down at most so often.
const TOUCHED_EVERY: TimeDelta = TimeDelta::minutes(1);

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
    /// The session.
    pub session_id: SessionId,
    /// Whose session it is.
    pub person_id: PersonId,
    /// How they proved who they are.
    pub by: ProofBy,
}

impl SignedIn {
    /// Says so in the log (OWASP ASVS 5.0.0, 16.3.1), once the session is committed.
    pub(super) fn logged(self) -> Self {
        log_sign_in(self.person_id, self.by);
        self
    }
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
    /// [`EngineError::NotSignedIn`]; [`EngineError::Throttled`] after too many wrong guesses.
    pub async fn sign_in(
        &self,
        email: String,
        password: String,
        from: Network,
    ) -> Result<SignInStep, EngineError> {
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
        self.after_password(person_id, from).await
    }

    /// What comes after a right password: a ticket, wherever there is a factor to prove or to add.
    async fn after_password(
        &self,
        person_id: PersonId,
        from: Network,
    ) -> Result<SignInStep, EngineError> {
        let found: Result<_, StoreError> =
            self.store().read(move |r| factors::of_person(r, person_id)).await;
        let factors = found?;
        let purpose = match factors.count() {
            0 if self.inner.options.second_factor_is_required => TicketPurpose::AddFactor,
            0 => {
                let by = ProofBy::Password;
                return Ok(SignInStep::In(self.begin_session(person_id, by, from).await?));
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

    /// Begins a session: always a fresh one, of somebody who is still here.
    ///
    /// # Errors
    /// [`EngineError::NotSignedIn`] if they have left.
    pub(super) async fn begin_session(
        &self,
        person_id: PersonId,
        by: ProofBy,
        from: Network,
    ) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let engine = self.clone();
        let begun: Result<_, EngineError> =
            self.store().write(move |w| engine.open_session(w, person_id, by, &from, now)).await;
        self.wake();
        begun?.map(SignedIn::logged).ok_or(EngineError::NotSignedIn)
    }

    /// Begins a session in the transaction of what proved it, and tells its person if it is from
    /// somewhere new; none for somebody who has left.
    pub(super) fn open_session(
        &self,
        w: &mut Writer<'_>,
        person_id: PersonId,
        by: ProofBy,
        from: &Network,
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
        know_network(w, person_id, from, now)?;
        self.tokens(w, &session, refresh_token, now).map(Some)
    }

    fn tokens(
        &self,
        r: &mut Reader<'_>,
        session: &Session,
        refresh_token: String,
        now: UtcInstant,
    ) -> Result<SignedIn, EngineError> {
        let expires_in = self.inner.options.sessions.access_token_seconds;
        let person_id = session.person_id;
        let access_token = self.issuing_key(r)?.issue(person_id, session.id, now, expires_in)?;
        let (session_id, by) = (session.id, session.proof.by);
        Ok(SignedIn { access_token, expires_in, refresh_token, session_id, person_id, by })
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
        let engine = self.clone();
        let renewed: Result<Option<SignedIn>, EngineError> = self
            .store()
            .write(move |w| {
                let Some(token) = sessions::use_token(w, &old, now)? else { return Ok(None) };
                let session = token.session;
                let is_live = engine.is_open(&session, now);
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
                engine.tokens(w, &session, fresh.clone(), now).map(Some)
            })
            .await;
        renewed?.ok_or(EngineError::NotSignedIn)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn sign_out(&self, session_id: SessionId) -> Result<(), EngineError> {
        let now = self.now();
        let ended: Result<bool, StoreError> =
            self.store().write(move |w| sessions::end(w, session_id, now)).await;
        ended?;
        Ok(())
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
        let found: Result<Option<(Actor, UtcInstant)>, EngineError> = self
            .store()
            .read(move |r| {
                let keys = engine.accepted_keys(r, now)?;
                let Some(claims) = keys.iter().find_map(|key| key.check(&token, now).ok()) else {
                    return Ok(None);
                };
                let session = sessions::find(r, claims.session)?;
                let live = session.filter(|session| {
                    session.person_id == claims.person && engine.is_open(session, now)
                });
                let Some(session) = live else { return Ok(None) };
                let (person_id, proof) = (session.person_id, session.proof);
                let actor = directory::find_actor(r, person_id, session.id, proof, now)?;
                Ok(actor.map(|actor| (actor, session.last_used_at)))
            })
            .await;
        let (actor, last_used_at) = found?.ok_or(EngineError::NotSignedIn)?;
        self.note_use(actor.session_id, last_used_at, now).await?;
        Ok(actor)
    }

    /// Writes down that a session is used, unless that was done within the last minute: most requests
    /// that read write nothing. An idle session ends up to that much early, never late.
    pub(super) async fn note_use(
        &self,
        session_id: SessionId,
        last_used_at: UtcInstant,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        if now.since(last_used_at) < TOUCHED_EVERY {
            return Ok(());
        }
        self.store().write(move |w| Ok(sessions::touch(w, session_id, now)?)).await
    }

    /// Whether a session is open now. Once a second factor is required, those that a password alone
    /// began are over.
    pub(super) fn is_open(&self, session: &Session, now: UtcInstant) -> bool {
        let options = &self.inner.options;
        let is_enough = session.proof.by != ProofBy::Password || !options.second_factor_is_required;
        is_enough && session.is_live(TimeDelta::seconds(options.sessions.idle_seconds), now)
    }
}

/// Says in the log that somebody is in. Whoever is not is told so, and that is logged there.
pub(super) fn log_sign_in(person_id: PersonId, by: ProofBy) {
    tracing::info!(%person_id, ?by, "somebody signed in");
}

/// Remembers from where somebody signed in, and tells them if it is somewhere new.
pub(super) fn know_network(
    w: &mut Writer<'_>,
    person_id: PersonId,
    from: &Network,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let since = now.plus(-NETWORK_IS_KNOWN);
    let familiarity = networks::remember(w, person_id, &from.to_string(), since, now)?;
    if familiarity == Familiarity::New {
        account_letters::enqueue(w, person_id, AccountLetterKind::NewNetwork, now)?;
    }
    Ok(())
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
