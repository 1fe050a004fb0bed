//! Passkeys: adding one, and signing in with one, which needs no address, no password and no ticket.

use super::second_step::{Added, Holder, adder};
use super::{Engine, EngineError, SignedIn};
use crate::access::ProofBy;
use crate::auth::{self, Ceremony, Network, Passkeys};
use crate::clock::UtcInstant;
use crate::escalation::{Line, Refusal};
use crate::ids::{PasskeyId, PersonId};
use crate::store::factors::{self, Passkey};
use crate::store::tickets::{self, Challenge, ChallengePurpose};
use crate::store::{StoreError, Writer, people};
use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

/// How long a browser may take to answer a challenge, in seconds.
const CHALLENGE_SECONDS: i64 = 300;
/// The most passkeys of one person.
const PASSKEYS_MAX: usize = 20;

/// A challenge for a browser.
#[derive(Debug, Clone)]
pub struct BegunCeremony {
    /// Under which it is answered, once and soon.
    pub challenge_id: String,
    /// For `navigator.credentials`.
    pub options: Value,
}

impl Engine {
    pub(super) fn passkeys(&self) -> Result<&Passkeys, EngineError> {
        let off = |why: &String| Refusal::not_now(why.clone());
        Ok(self.inner.passkeys.as_ref().map_err(off)?)
    }

    /// Begins to add a passkey.
    ///
    /// # Errors
    /// As [`Engine::begin_one_time_codes`]; or that there are no passkeys here.
    pub async fn begin_passkey(&self, holder: Holder) -> Result<BegunCeremony, EngineError> {
        let now = self.now();
        let engine = self.clone();
        self.store()
            .write(move |w| {
                let passkeys = engine.passkeys()?;
                let person_id = adder(w, &holder, now)?;
                let person =
                    people::find_person(w, person_id)?.ok_or(StoreError::Missing("the person"))?.it;
                let there = factors::of_person(w, person_id)?.passkeys;
                if there.len() >= PASSKEYS_MAX {
                    let why = "You have twenty passkeys. Remove one that you do not use first.";
                    return Err(Refusal::not_now(why).into());
                }
                let there: Vec<String> = there.into_iter().map(|it| it.credential_id).collect();
                let begun =
                    passkeys.begin_adding(uuid(person_id), &person.email, &person.name, &there)?;
                keep(w, begun, ChallengePurpose::Add, Some(person_id), now)
            })
            .await
    }

    /// Adds a passkey with the browser's answer.
    ///
    /// # Errors
    /// [`EngineError::FactorRefused`] for whoever has a ticket; the field for whoever is signed in.
    pub async fn add_passkey(
        &self,
        holder: Holder,
        challenge_id: &str,
        name: Line,
        credential: Value,
    ) -> Result<Added, EngineError> {
        let now = self.now();
        let engine = self.clone();
        let digest = auth::digest(challenge_id);
        let refused = match &holder {
            Holder::Ticket(..) => EngineError::FactorRefused,
            Holder::Signed(_) => Refusal::field("/credential", NOT_ADDED).into(),
        };
        let added: Result<Option<Added>, EngineError> = self
            .store()
            .write(move |w| {
                let passkeys = engine.passkeys()?;
                let person_id = adder(w, &holder, now)?;
                // Taken out whatever follows: a challenge is answered once.
                let challenge = tickets::take_challenge(w, &digest, now)?.filter(|it| {
                    it.purpose == ChallengePurpose::Add && it.person_id == Some(person_id)
                });
                let Some(challenge) = challenge else { return Ok(None) };
                let Ok(passkey) = passkeys.end_adding(&challenge.state, credential.clone())? else {
                    return Ok(None);
                };
                if factors::find_passkey(w, &passkey.credential_id)?.is_some() {
                    return Ok(None);
                }
                let before = factors::of_person(w, person_id)?.count();
                let passkey = Passkey {
                    id: PasskeyId::new(),
                    person_id,
                    credential_id: passkey.credential_id,
                    name: name.to_string(),
                    credential: passkey.credential,
                    added_at: now,
                    last_used_at: None,
                };
                factors::insert_passkey(w, &passkey)?;
                engine.added(w, &holder, person_id, before == 0, now).map(Some)
            })
            .await;
        self.wake();
        added?.map(Added::logged).ok_or(refused)
    }

    /// A challenge for whoever wants to prove with a passkey who they are.
    ///
    /// # Errors
    /// That there are no passkeys here; or the world failed.
    pub async fn begin_passkey_proof(&self) -> Result<BegunCeremony, EngineError> {
        let now = self.now();
        let begun = self.passkeys()?.begin_proving()?;
        self.store()
            .write(move |w| keep(w, begun.clone(), ChallengePurpose::Prove, None, now))
            .await
    }

    /// Signs somebody in with the browser's answer. A passkey that verified its holder is both
    /// factors.
    ///
    /// # Errors
    /// [`EngineError::FactorRefused`], whatever was wrong.
    pub async fn sign_in_by_passkey(
        &self,
        challenge_id: &str,
        credential: Value,
        from: Network,
    ) -> Result<SignedIn, EngineError> {
        let now = self.now();
        let engine = self.clone();
        let digest = auth::digest(challenge_id);
        let proved: Result<Option<SignedIn>, EngineError> = self
            .store()
            .write(move |w| match engine.proved_by_passkey(w, &digest, &credential, now)? {
                Some(person_id) => engine.open_session(w, person_id, ProofBy::Passkey, &from, now),
                None => Ok(None),
            })
            .await;
        self.wake();
        proved?.map(SignedIn::logged).ok_or(EngineError::FactorRefused)
    }

    /// Whose passkey answered a challenge; none if anything is wrong. The challenge is used up
    /// either way: the caller commits.
    pub(super) fn proved_by_passkey(
        &self,
        w: &mut Writer<'_>,
        challenge_digest: &str,
        credential: &Value,
        now: UtcInstant,
    ) -> Result<Option<PersonId>, EngineError> {
        let passkeys = self.passkeys()?;
        let challenge = tickets::take_challenge(w, challenge_digest, now)?
            .filter(|it| it.purpose == ChallengePurpose::Prove);
        let Some(challenge) = challenge else { return Ok(None) };
        let Ok((person, credential_id)) = passkeys.named_in(credential) else { return Ok(None) };
        let passkey = factors::find_passkey(w, &credential_id)?;
        let Some(passkey) = passkey.filter(|it| uuid(it.person_id) == person) else {
            return Ok(None);
        };
        let proved = passkeys.end_proving(&challenge.state, &passkey.credential, credential)?;
        let Ok(after) = proved else { return Ok(None) };
        let is_first = factors::use_passkey(w, &passkey, &after.credential, now)?;
        Ok(is_first.then_some(passkey.person_id))
    }
}

const NOT_ADDED: &str = "is not a passkey for this server and this challenge: begin again with \
    POST /api/v1/me/passkeys/challenges, on the device that is to keep it";

fn keep(
    w: &mut Writer<'_>,
    begun: Ceremony,
    purpose: ChallengePurpose,
    person_id: Option<PersonId>,
    now: UtcInstant,
) -> Result<BegunCeremony, EngineError> {
    let challenge_id = auth::fresh_challenge_id()?;
    let until = now.plus(TimeDelta::seconds(CHALLENGE_SECONDS));
    let challenge = Challenge { purpose, person_id, state: begun.state };
    tickets::insert_challenge(w, &auth::digest(&challenge_id), &challenge, until)?;
    Ok(BegunCeremony { challenge_id, options: begun.options })
}

fn uuid(person_id: PersonId) -> Uuid {
    person_id.into()
}
