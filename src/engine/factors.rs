//! Somebody's own factors, and those of somebody who has lost them all.

use super::second_step::fresh_recovery_codes;
use super::{Engine, EngineError, found};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::{PasskeyId, PersonId};
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::factors::{self, Factors};
use crate::store::{
    StoreError, Writer, account_secrets, api_tokens, changes, people, sessions, tickets,
};

impl Engine {
    /// What somebody can prove themselves with.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn factors(&self, actor: Actor) -> Result<Factors, EngineError> {
        let person_id = actor.person_id;
        let found: Result<_, StoreError> =
            self.store().read(move |r| factors::of_person(r, person_id)).await;
        Ok(found?)
    }

    /// Removes a passkey of one's own.
    ///
    /// # Errors
    /// No fresh proof, not found, or the last factor where one is required.
    pub async fn remove_passkey(
        &self,
        actor: Actor,
        passkey_id: PasskeyId,
    ) -> Result<(), EngineError> {
        self.remove_factor(actor, move |w, person_id| {
            factors::delete_passkey(w, person_id, passkey_id)
        })
        .await
    }

    /// Removes one's own app.
    ///
    /// # Errors
    /// As [`Engine::remove_passkey`].
    pub async fn remove_one_time_codes(&self, actor: Actor) -> Result<(), EngineError> {
        self.remove_factor(actor, factors::delete_sources).await
    }

    async fn remove_factor(
        &self,
        actor: Actor,
        remove: impl Fn(&mut Writer<'_>, PersonId) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let is_required = self.inner.options.second_factor_is_required;
        let removed: Result<(), EngineError> = self
            .store()
            .write(move |w| {
                access::fresh_proof(&actor, now)?;
                let person_id = actor.person_id;
                // Two that go at once must not each take the other for the one that stays.
                tickets::lock_person(w, person_id)?;
                if !remove(w, person_id)? {
                    return Err(Refusal::NotFound.into());
                }
                let left = factors::of_person(w, person_id)?.count();
                if left == 0 && is_required {
                    return Err(Refusal::not_now(LAST_FACTOR).into());
                }
                if left == 0 {
                    factors::delete_recovery_codes(w, person_id)?;
                }
                account_letters::enqueue(w, person_id, AccountLetterKind::FactorRemoved, now)?;
                Ok(())
            })
            .await;
        self.wake();
        removed
    }

    /// A fresh set of recovery codes instead of the one before.
    ///
    /// # Errors
    /// No fresh proof, or no factor that they would replace.
    pub async fn renew_recovery_codes(&self, actor: Actor) -> Result<Vec<String>, EngineError> {
        let now = self.now();
        self.store()
            .write(move |w| {
                access::fresh_proof(&actor, now)?;
                tickets::lock_person(w, actor.person_id)?;
                if factors::of_person(w, actor.person_id)?.count() == 0 {
                    let why = "Recovery codes stand in for a passkey or an app. Add one first.";
                    return Err(Refusal::not_now(why).into());
                }
                fresh_recovery_codes(w, actor.person_id, now)
            })
            .await
    }

    /// Takes all factors and the password from somebody who has lost them, ends their sessions and API
    /// tokens, and invites them anew: a password that somebody else may know must not be what is left.
    ///
    /// # Errors
    /// Not theirs, no fresh proof, or not found.
    pub async fn reset_factors(
        &self,
        actor: Actor,
        person_id: PersonId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let reset: Result<(), EngineError> = self
            .store()
            .write(move |w| {
                access::may_keep_accounts(&actor)?;
                access::fresh_proof(&actor, now)?;
                if actor.person_id == person_id {
                    let why = "Another administrator does this for you.";
                    return Err(Refusal::NotYours(why.to_owned()).into());
                }
                let person = found(people::find_person(w, person_id))?.it;
                end_sign_ins(w, person_id, now)?;
                factors::delete_all(w, person_id)?;
                people::remove_password(w, person_id)?;
                account_secrets::delete_of(w, person_id)?;
                for token in api_tokens::of_person(w, person_id)? {
                    api_tokens::revoke(w, person_id, token.id, now)?;
                }
                if person.is_somebody_here() {
                    account_letters::enqueue(w, person_id, AccountLetterKind::FactorRemoved, now)?;
                    account_letters::enqueue(w, person_id, AccountLetterKind::Invitation, now)?;
                }
                let by = Some(actor.person_id);
                changes::append(w, by, "factors removed", &person_id.to_string(), &(), now)?;
                Ok(())
            })
            .await;
        self.wake();
        reset
    }

    /// Ends all sessions of somebody, and every sign-in that is half done.
    ///
    /// # Errors
    /// Not theirs, no fresh proof, or not found.
    pub async fn end_sessions_of(
        &self,
        actor: Actor,
        person_id: PersonId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(move |w| {
                access::may_keep_accounts(&actor)?;
                access::fresh_proof(&actor, now)?;
                found(people::find_person(w, person_id))?;
                end_sign_ins(w, person_id, now)?;
                let by = Some(actor.person_id);
                changes::append(w, by, "sessions ended", &person_id.to_string(), &(), now)?;
                Ok(())
            })
            .await
    }
}

const LAST_FACTOR: &str = "This is your last factor, and this server asks everybody for one. Add \
    another passkey or app first, then remove this one.";

fn end_sign_ins(
    w: &mut Writer<'_>,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<(), StoreError> {
    tickets::lock_person(w, person_id)?;
    tickets::end_all(w, person_id, now)?;
    sessions::end_all_of(w, person_id, None, now).map(|_ended| ())
}
