//! The second step of a sign-in: proving a factor with a ticket, and adding a one-time code app, with
//! a ticket or signed in.
//!
//! The person's row is held while a try is checked, before anything else is locked, so that no number
//! of tries at once gets more than its share.

use super::sign_in::TICKET_SECONDS;
use super::throttle::{self, Guess};
use super::{Engine, EngineError, SignedIn};
use crate::access::{self, Actor, ProofBy};
use crate::auth::{self, Network, OneTimeCodes};
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::PersonId;
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::factors::{self, CodeSource};
use crate::store::tickets::{self, TicketPurpose};
use crate::store::{Reader, StoreError, Writer, people};
use chrono::TimeDelta;
use uuid::Uuid;

/// What the key is derived for that one-time codes' secrets are sealed under.
const SEALING: &str = "one-time code secrets";
/// So many wrong proofs of one person within [`PAUSE_SECONDS`], and no more is tried until fewer are.
const WRONG_MAX: i64 = 10;
const PAUSE_SECONDS: i64 = 300;

/// A code that somebody typed.
#[derive(Clone)]
pub enum Code {
    /// Of their app.
    OneTime(String),
    /// From their paper.
    Recovery(String),
}

/// Who adds a factor.
#[derive(Clone)]
pub enum Holder {
    /// Whoever holds this ticket, to add their first one, from this network.
    Ticket(String, Network),
    /// Somebody who is signed in, with a fresh proof.
    Signed(Box<Actor>),
}

/// An app that is being added.
#[derive(Clone)]
pub struct NewCodeSource {
    /// Its secret, to be typed.
    pub secret: String,
    /// The `otpauth://` URL, to be read by the app.
    pub url: String,
}

/// A factor was added.
#[derive(Clone)]
pub struct Added {
    /// The session of whoever added it with a ticket.
    pub signed_in: Option<SignedIn>,
    /// Fresh recovery codes, with the first factor.
    pub recovery_codes: Vec<String>,
}

impl Added {
    /// Says in the log that somebody is in, if this let them in.
    pub(super) fn logged(self) -> Self {
        Self { signed_in: self.signed_in.map(SignedIn::logged), ..self }
    }
}

impl Engine {
    /// Ends a sign-in with a code.
    ///
    /// # Errors
    /// [`EngineError::FactorRefused`], whatever was wrong; [`EngineError::Throttled`] after too many
    /// wrong ones from one network.
    pub async fn prove_factor(
        &self,
        ticket: &str,
        code: Code,
        from: Network,
    ) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let engine = self.clone();
        let digest = auth::digest(ticket);
        let proved: Result<Option<SignedIn>, EngineError> = self
            .store()
            .write(move |w| {
                let admitted = throttle::admit(w, Guess::Code, &from, None, now)?;
                let purpose = TicketPurpose::ProveFactor;
                let Some(person_id) = tickets::holder(w, &digest, purpose, now)? else {
                    return Ok(None);
                };
                tickets::lock_person(w, person_id)?;
                let is_in = tickets::attempt(w, &digest)?
                    && engine.is_right(w, person_id, &code, now)?
                    && tickets::use_up(w, &digest, now)?;
                if !is_in {
                    return Ok(None);
                }
                throttle::was_right(w, &admitted)?;
                engine.open_session(w, person_id, ProofBy::SecondFactor, &from, now)
            })
            .await;
        self.wake();
        proved?.map(SignedIn::logged).ok_or(EngineError::FactorRefused)
    }

    /// Begins to add an app that makes one-time codes.
    ///
    /// # Errors
    /// [`EngineError::FactorRefused`] for a ticket that does not do; or a proof that is not fresh.
    pub async fn begin_one_time_codes(&self, holder: Holder) -> Result<NewCodeSource, EngineError> {
        let now = self.now();
        let engine = self.clone();
        self.store()
            .write(move |w| {
                let person_id = adder(w, &holder, now)?;
                let email = email_of(w, person_id)?;
                let codes = OneTimeCodes::fresh(&email)?;
                let id = Uuid::now_v7().to_string();
                let key = engine.inner.key.derived(SEALING)?;
                let sealed_secret = auth::seal(&key, &id, codes.secret())?;
                let source = CodeSource { id, sealed_secret, added_at: now, last_used_at: None };
                factors::insert_waiting(w, person_id, &source)?;
                Ok(NewCodeSource { secret: codes.secret_text(), url: codes.url()? })
            })
            .await
    }

    /// Takes the app into use with its first code.
    ///
    /// # Errors
    /// [`EngineError::FactorRefused`] for whoever has a ticket; the field for whoever is signed in.
    pub async fn confirm_one_time_codes(
        &self,
        holder: Holder,
        code: String,
    ) -> Result<Added, EngineError> {
        let now = self.now();
        let engine = self.clone();
        let refused = match &holder {
            Holder::Ticket(..) => EngineError::FactorRefused,
            Holder::Signed(_) => Refusal::field("/one_time_code", WRONG_FIRST_CODE).into(),
        };
        let added: Result<Option<Added>, EngineError> = self
            .store()
            .write(move |w| {
                let person_id = adder(w, &holder, now)?;
                if let Holder::Ticket(ticket, _) = &holder
                    && !tickets::attempt(w, &auth::digest(ticket))?
                {
                    return Ok(None);
                }
                let Some(waiting) = factors::source(w, person_id, false)? else { return Ok(None) };
                let until = waiting.added_at.plus(TimeDelta::seconds(TICKET_SECONDS));
                let codes = engine.codes_of(w, person_id, &waiting)?;
                let step = codes.step_of(&code, now).filter(|_| until > now);
                let Some(step) = step else { return Ok(None) };
                let before = factors::of_person(w, person_id)?.count();
                factors::confirm(w, person_id, &waiting.id, step, now)?;
                engine.added(w, &holder, person_id, before == 0, now).map(Some)
            })
            .await;
        self.wake();
        added?.map(Added::logged).ok_or(refused)
    }

    /// What follows on a factor that was added: the letter, recovery codes with the first one, and
    /// the session that the ticket was for.
    pub(super) fn added(
        &self,
        w: &mut Writer<'_>,
        holder: &Holder,
        person_id: PersonId,
        is_first: bool,
        now: UtcInstant,
    ) -> Result<Added, EngineError> {
        account_letters::enqueue(w, person_id, AccountLetterKind::FactorAdded, now)?;
        let recovery_codes =
            if is_first { fresh_recovery_codes(w, person_id, now)? } else { Vec::new() };
        let signed_in = match holder {
            Holder::Signed(_) => None,
            Holder::Ticket(ticket, from) => {
                if !tickets::use_up(w, &auth::digest(ticket), now)? {
                    return Err(EngineError::FactorRefused);
                }
                let by = ProofBy::SecondFactor;
                let signed_in = self.open_session(w, person_id, by, from, now)?;
                Some(signed_in.ok_or(EngineError::FactorRefused)?)
            }
        };
        Ok(Added { signed_in, recovery_codes })
    }

    /// Whether a code is right, which uses it up. Wrong ones are counted, and after too many none is
    /// right for a while. The caller holds the person's row, and commits either way.
    pub(super) fn is_right(
        &self,
        w: &mut Writer<'_>,
        person_id: PersonId,
        code: &Code,
        now: UtcInstant,
    ) -> Result<bool, EngineError> {
        if is_paused(w, person_id, now)? {
            return Ok(false);
        }
        let is_right = match code {
            Code::OneTime(code) => match factors::source(w, person_id, true)? {
                None => false,
                Some(source) => match self.codes_of(w, person_id, &source)?.step_of(code, now) {
                    Some(step) => factors::use_step(w, &source.id, step, now)?,
                    None => false,
                },
            },
            Code::Recovery(code) => {
                let digest = auth::recovery_digest(code);
                let used = factors::use_recovery_code(w, person_id, &digest, now)?;
                if used {
                    let kind = AccountLetterKind::RecoveryCodeUsed;
                    account_letters::enqueue(w, person_id, kind, now)?;
                }
                used
            }
        };
        if !is_right {
            tickets::insert_wrong_proof(w, person_id, now)?;
        }
        Ok(is_right)
    }

    fn codes_of(
        &self,
        r: &mut Reader<'_>,
        person_id: PersonId,
        source: &CodeSource,
    ) -> Result<OneTimeCodes, EngineError> {
        let key = self.inner.key.derived(SEALING)?;
        let secret = auth::open(&key, &source.id, &source.sealed_secret)?;
        Ok(OneTimeCodes::of_secret(secret, &email_of(r, person_id)?)?)
    }
}

const WRONG_FIRST_CODE: &str = "is not the code that the app shows now: check that the clock of the \
    phone is right, and try the next one; after ten minutes begin again";

/// Whether somebody was wrong so often that nothing more is tried for now.
fn is_paused(r: &mut Reader<'_>, person_id: PersonId, now: UtcInstant) -> Result<bool, StoreError> {
    let after = now.plus(-TimeDelta::seconds(PAUSE_SECONDS));
    Ok(tickets::count_wrong_proofs(r, person_id, after)? >= WRONG_MAX)
}

/// A fresh set of recovery codes, instead of the one before.
pub(super) fn fresh_recovery_codes(
    w: &mut Writer<'_>,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<Vec<String>, EngineError> {
    let codes = auth::fresh_recovery_codes()?;
    let digests: Vec<String> = codes.iter().map(|code| auth::recovery_digest(code)).collect();
    factors::replace_recovery_codes(w, person_id, &digests, now)?;
    Ok(codes)
}

/// Who may add a factor now. A ticket adds the first one only: else a password alone would do where
/// a factor is there to be proved. The person's row is held from here on.
pub(super) fn adder(
    w: &mut Writer<'_>,
    holder: &Holder,
    now: UtcInstant,
) -> Result<PersonId, EngineError> {
    match holder {
        Holder::Signed(actor) => {
            access::fresh_proof(actor, now)?;
            tickets::lock_person(w, actor.person_id)?;
            Ok(actor.person_id)
        }
        Holder::Ticket(ticket, _) => {
            let digest = auth::digest(ticket);
            let found = tickets::holder(w, &digest, TicketPurpose::AddFactor, now)?;
            let person_id = found.ok_or(EngineError::FactorRefused)?;
            tickets::lock_person(w, person_id)?;
            if factors::of_person(w, person_id)?.count() > 0 {
                return Err(EngineError::FactorRefused);
            }
            Ok(person_id)
        }
    }
}

fn email_of(r: &mut Reader<'_>, person_id: PersonId) -> Result<String, StoreError> {
    let person = people::find_person(r, person_id)?;
    Ok(person.ok_or(StoreError::Missing("the person"))?.it.email)
}
