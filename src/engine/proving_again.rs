//! Proving again in an open session that it is still its person, before a grave act.

use super::second_step::Code;
use super::throttle::{Account, Guess};
use super::{Engine, EngineError};
use crate::access::{Actor, Proof, ProofBy};
use crate::auth::{self, Network};
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::ids::PersonId;
use crate::store::factors::Factors;
use crate::store::{StoreError, Writer, factors, people, sessions, tickets};
use serde_json::Value;

/// What somebody proves with.
#[derive(Clone)]
pub enum ProofOffered {
    /// A passkey that answered this challenge.
    Passkey {
        /// The challenge's id.
        challenge_id: String,
        /// The browser's answer.
        credential: Value,
    },
    /// What they know, and a code of their app if they have one.
    Typed {
        /// The password.
        password: Option<String>,
        /// The code.
        one_time_code: Option<String>,
    },
}

impl Engine {
    /// Renews the proof of the session in which somebody acts: with a passkey, or with all that
    /// they would sign in with.
    ///
    /// # Errors
    /// That it does not prove them, or that they cannot prove themselves here;
    /// [`EngineError::Throttled`] after too many wrong passwords.
    pub async fn prove_again(
        &self,
        actor: Actor,
        offered: ProofOffered,
        from: Network,
    ) -> Result<(), EngineError> {
        if matches!(actor.proof.by, ProofBy::ApiToken | ProofBy::Console) {
            let why = "Only somebody who is signed in can prove that it is them.";
            return Err(Refusal::NotYours(why.to_owned()).into());
        }
        let (person_id, session_id) = (actor.person_id, actor.session_id);
        let password_is_right = self.password_of(person_id, &offered, from).await?;
        let now = self.now();
        let engine = self.clone();
        let proved: Result<bool, EngineError> = self
            .store()
            .write(move |w| {
                let by = match &offered {
                    ProofOffered::Passkey { challenge_id, credential } => {
                        let digest = auth::digest(challenge_id);
                        engine
                            .proved_by_passkey(w, &digest, credential, now)?
                            .filter(|proved| *proved == person_id)
                            .map(|_| ProofBy::Passkey)
                    }
                    ProofOffered::Typed { one_time_code, .. } => {
                        let code = one_time_code.clone().map(Code::OneTime);
                        engine.typed(w, person_id, password_is_right, code, now)?
                    }
                };
                let Some(by) = by else { return Ok(false) };
                sessions::set_proof(w, session_id, Proof { at: now, by })?;
                Ok(true)
            })
            .await;
        if proved? { Ok(()) } else { Err(Refusal::field("", NOT_PROVED).into()) }
    }

    /// Whether the password that was offered is right; none if they have none.
    async fn password_of(
        &self,
        person_id: PersonId,
        offered: &ProofOffered,
        from: Network,
    ) -> Result<Option<bool>, EngineError> {
        let ProofOffered::Typed { password, .. } = offered else { return Ok(None) };
        let found: Result<_, StoreError> =
            self.store().read(move |r| people::find_password_hash(r, person_id)).await;
        let hash = found?;
        let (Some(_), Some(password)) = (&hash, password) else {
            return Ok(hash.map(|_not_offered| false));
        };
        let account = Account::Person(person_id);
        let password = password.clone();
        self.is_password(Guess::Password, from, account, hash, password).await.map(Some)
    }

    /// By what somebody proved themselves who typed; none if something was wrong or missing.
    fn typed(
        &self,
        w: &mut Writer<'_>,
        person_id: PersonId,
        password_is_right: Option<bool>,
        code: Option<Code>,
        now: UtcInstant,
    ) -> Result<Option<ProofBy>, EngineError> {
        tickets::lock_person(w, person_id)?;
        let Factors { one_time_codes, passkeys, .. } = factors::of_person(w, person_id)?;
        let may_stand_alone = one_time_codes.is_none()
            && passkeys.is_empty()
            && !self.inner.options.second_factor_is_required;
        if password_is_right == Some(false) {
            return Ok(None);
        }
        if may_stand_alone && password_is_right == Some(true) {
            return Ok(Some(ProofBy::Password));
        }
        let is_right = match (one_time_codes, code) {
            (Some(_), Some(code)) => self.is_right(w, person_id, &code, now)?,
            _ => false,
        };
        Ok(is_right.then_some(ProofBy::SecondFactor))
    }
}

const NOT_PROVED: &str = "this does not prove that it is you: send your password with the code that \
    your app shows now, or the answer of your passkey to POST /api/v1/sessions/passkeys/challenges; \
    if you have neither, sign in again. After ten that were wrong, wait five minutes";
