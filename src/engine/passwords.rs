//! Choosing passwords: by a link, or by the present one. Nobody chooses somebody else's.

use super::sign_in::about;
use super::throttle::{self, Account, Guess};
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::auth::{self, Network};
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::{PersonId, SessionId};
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::account_secrets::{self, SecretKind};
use crate::store::{Reader, StoreError, Writer, people, sessions, tickets};
use chrono::TimeDelta;

/// Nobody is sent a second letter about a new password within this time.
const BETWEEN_RESETS: TimeDelta = TimeDelta::minutes(5);

/// What is told of a link that does not work, for whatever reason.
pub(super) const DEAD_LINK: &str = "is not of a link that works now: it was used, it ran out, or a newer one was \
    sent. Ask for a new one: POST /api/v1/password-resets";

impl Engine {
    /// Sends somebody a link for choosing a new password, if anybody has this address. The answer is
    /// the same, and takes as long, if nobody has.
    ///
    /// # Errors
    /// [`EngineError::Throttled`]; or the world failed.
    pub async fn request_password_reset(
        &self,
        email: String,
        from: Network,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let asked = self.store().write(move |w| {
            let account = Account::Email(email.clone());
            // Each time counts: there is no right guess that would take it back.
            let _counted = throttle::admit(w, Guess::ResetRequest, &from, Some(&account), now)?;
            let since = now.plus(-BETWEEN_RESETS);
            let email = email.replace('\0', " ");
            let kind = AccountLetterKind::PasswordReset;
            Ok::<(), EngineError>(account_letters::enqueue_by_email(w, &email, kind, since, now)?)
        });
        asked.await?;
        self.wake();
        Ok(())
    }

    /// Sets the password of whoever was sent this secret, and ends their sessions. Signs nobody in,
    /// and leaves second factors as they are.
    ///
    /// # Errors
    /// At fault: the link is dead, or the password too weak. [`EngineError::Throttled`].
    pub async fn redeem(
        &self,
        kind: SecretKind,
        secret: String,
        password: String,
        from: Network,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let digest = auth::digest(&secret);
        let admitted = self.admit_guess(Guess::Link, from, None).await?;
        let wanted = digest.clone();
        let found: Result<_, StoreError> =
            self.store().read(move |r| whose(r, &wanted, kind, now)).await;
        let found = found?;
        if found.is_some() {
            self.guess_was_right(admitted).await?;
        }
        // Hashed whether or not the link works, so that the time tells nothing.
        let known = found.as_ref().map(about).unwrap_or_default();
        let hash = self.hash_of_new(password, known).await?;
        let is_done = self.store().write(move |w| {
            let Some(person) = whose(w, &digest, kind, now)? else { return Ok(false) };
            if !account_secrets::use_up(w, &digest, kind, now)? {
                return Ok(false);
            }
            set_hash(w, person.id, &hash, None, now)?;
            Ok::<bool, EngineError>(true)
        });
        if is_done.await? {
            self.wake();
            return Ok(());
        }
        Err(Refusal::field("/secret", DEAD_LINK).into())
    }

    /// Changes one's own password, and ends one's other sessions.
    ///
    /// # Errors
    /// At fault: the present password is another one, or the new one too weak.
    /// [`EngineError::Throttled`].
    pub async fn change_password(
        &self,
        actor: Actor,
        current: String,
        password: String,
        from: Network,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let person_id = actor.person_id;
        let found: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let Some(person) = people::find_person(r, person_id)? else { return Ok(None) };
                let hash = people::find_credentials(r, &person.it.email)?.and_then(|it| it.1);
                Ok(Some((person.it, hash)))
            })
            .await;
        let (person, hash) = found?.ok_or(EngineError::NotSignedIn)?;
        let account = Account::Person(person_id);
        if !self.is_password(Guess::Password, from, account, hash, current).await? {
            let detail = "is not your password now. If you do not know it, sign out and ask for a \
                link: POST /api/v1/password-resets";
            return Err(Refusal::field("/current_password", detail).into());
        }
        let hash = self.hash_of_new(password, about(&person)).await?;
        let session_id = actor.session_id;
        let done: Result<(), StoreError> =
            self.store().write(move |w| set_hash(w, person_id, &hash, Some(session_id), now)).await;
        done?;
        self.wake();
        Ok(())
    }

    /// Sets somebody's password, for the demonstration and for tests.
    ///
    /// # Errors
    /// If it is too weak.
    pub async fn set_password(
        &self,
        person_id: PersonId,
        email: &str,
        password: String,
    ) -> Result<(), EngineError> {
        let hash = self.hash_of_new(password, vec![email.to_owned()]).await?;
        self.store().write(move |w| Ok(people::set_password_hash(w, person_id, &hash)?)).await
    }

    /// The hash of a new password, if it will do for somebody of whom these words are known.
    pub(super) async fn hash_of_new(
        &self,
        password: String,
        about: Vec<String>,
    ) -> Result<String, EngineError> {
        let breached = self.inner.options.breached_passwords.clone();
        let hashed = self.with_password_permit(move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            if let Err(weak) = auth::check_strength(&password, &about) {
                return Ok(Err(weak));
            }
            if let Some(list) = breached
                && list.contains(&password)?
            {
                return Ok(Err(auth::WeakPassword::Breached));
            }
            auth::hash(&password).map(Ok)
        });
        let hashed = hashed.await?;
        Ok(hashed.map_err(|weak| Refusal::field("/password", weak.to_string()))?)
    }
}

/// Who may use a secret now: whoever it was sent to, while they work here.
pub(super) fn whose(
    r: &mut Reader<'_>,
    digest: &str,
    kind: SecretKind,
    now: UtcInstant,
) -> Result<Option<crate::directory::Person>, StoreError> {
    let Some(person_id) = account_secrets::find(r, digest, kind, now)? else { return Ok(None) };
    let person = people::find_person(r, person_id)?;
    Ok(person.map(|found| found.it).filter(|person| person.active))
}

/// Sets a password that its person chose: every link that was sent before is dead, their other
/// sessions end, and they are told if they had a password before.
fn set_hash(
    w: &mut Writer<'_>,
    person_id: PersonId,
    hash: &str,
    but: Option<SessionId>,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let person = people::find_person(w, person_id)?.ok_or(StoreError::Missing("the person"))?;
    let before = people::find_credentials(w, &person.it.email)?.and_then(|found| found.1);
    people::set_password_hash(w, person_id, hash)?;
    account_secrets::delete_of(w, person_id)?;
    sessions::end_all_of(w, person_id, but, now)?;
    tickets::end_all(w, person_id, now)?;
    if before.is_some() {
        account_letters::enqueue(w, person_id, AccountLetterKind::PasswordChanged, now)?;
    }
    Ok(())
}
