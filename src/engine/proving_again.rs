//! Proving again in an open session that it is still its person, before a grave act.

use super::second_step::Code;
use super::throttle::{Account, Guess};
use super::{Engine, EngineError, SignedIn};
use crate::access::{Actor, ProofBy};
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
    /// Goes on in a new session, with a fresh proof, for whoever proves again who they are: with a
    /// passkey, or with all that they would sign in with. The session before ends: a token of it
    /// that somebody else has does not come to power by it (ASVS 5.0 requirement 7.2.4).
    ///
    /// # Errors
    /// That it does not prove them, or that they cannot prove themselves here;
    /// [`EngineError::Throttled`] after too many wrong passwords.
    pub async fn prove_again(
        &self,
        actor: Actor,
        offered: ProofOffered,
        from: Network,
    ) -> Result<SignedIn, EngineError> {
        can_prove_here(actor.proof.by)?;
        let person_id = actor.person_id;
        let password_is_right = self.password_is_right(person_id, &offered, from).await?;
        let now = self.now();
        let engine = self.clone();
        let proved: Result<Option<SignedIn>, EngineError> = self
            .store()
            .write(move |w| {
                // Whoever ends all sessions of this person at the same time ends the new one too.
                tickets::lock_person(w, person_id)?;
                let by = match &offered {
                    ProofOffered::Passkey { challenge_id, credential } => {
                        let digest = auth::digest(challenge_id);
                        engine
                            .proved_by_passkey(w, &digest, credential, now)?
                            .filter(|proved| *proved == person_id)
                            .map(|_| ProofBy::Passkey)
                    }
                    ProofOffered::Typed { one_time_code, .. } if password_is_right => {
                        let code = one_time_code.clone().map(Code::OneTime);
                        engine.typed(w, person_id, code, now)?
                    }
                    ProofOffered::Typed { .. } => None,
                };
                let Some(by) = by else { return Ok(None) };
                if !sessions::end(w, actor.session_id, now)? {
                    return Err(EngineError::NotSignedIn);
                }
                engine.open_session(w, person_id, by, &from, now)
            })
            .await;
        self.wake();
        Ok(proved?.map(SignedIn::logged).ok_or_else(|| Refusal::field("", NOT_PROVED))?)
    }

    /// Whether a password was offered, and is theirs.
    async fn password_is_right(
        &self,
        person_id: PersonId,
        offered: &ProofOffered,
        from: Network,
    ) -> Result<bool, EngineError> {
        let ProofOffered::Typed { password: Some(password), .. } = offered else {
            return Ok(false);
        };
        let found: Result<_, StoreError> =
            self.store().read(move |r| people::find_password_hash(r, person_id)).await;
        let account = Account::Person(person_id);
        self.is_password(Guess::Password, from, account, found?, password.clone()).await
    }

    /// By what somebody proved themselves whose password was right; none if the code is wrong or
    /// missing. The caller holds the person's row, and commits either way.
    fn typed(
        &self,
        w: &mut Writer<'_>,
        person_id: PersonId,
        code: Option<Code>,
        now: UtcInstant,
    ) -> Result<Option<ProofBy>, EngineError> {
        let Factors { one_time_codes, passkeys, .. } = factors::of_person(w, person_id)?;
        let has_none = one_time_codes.is_none() && passkeys.is_empty();
        if has_none && !self.inner.options.second_factor_is_required {
            return Ok(Some(ProofBy::Password));
        }
        let is_right = match (one_time_codes, code) {
            (Some(_), Some(code)) => self.is_right(w, person_id, &code, now)?,
            _ => false,
        };
        Ok(is_right.then_some(ProofBy::SecondFactor))
    }
}

/// A session in a browser hangs on its provider, who ends it from afar: it is not carried on by a
/// proof of ours, but begun anew there.
fn can_prove_here(by: ProofBy) -> Result<(), Refusal> {
    let why = match by {
        ProofBy::Password | ProofBy::SecondFactor | ProofBy::Passkey => return Ok(()),
        ProofBy::SingleSignOn => "You signed in with your agency: sign in there again.",
        ProofBy::ApiToken | ProofBy::Console => {
            "Only somebody who is signed in can prove that it is them."
        }
    };
    Err(Refusal::NotYours(why.to_owned()))
}

const NOT_PROVED: &str = "this does not prove that it is you: send your password with the code that \
    your app shows now, or the answer of your passkey to POST /api/v1/sessions/passkeys/challenges; \
    if you have neither, sign in again. After ten that were wrong, wait five minutes";
