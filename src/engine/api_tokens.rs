//! API tokens of people and of machines: made, listed, taken back, and what one speaks for.
//!
//! A token is shown once; the database has its digest. It acts in its person's name, within its
//! scopes, for the agency that they had when it was made, and never as an administrator.

use super::change::{Answered, Answering};
use super::{Engine, EngineError, Request};
use crate::access::{self, Actor, Proof, ProofBy, TokenScope};
use crate::auth;
use crate::clock::UtcInstant;
use crate::directory::{Person, PersonKind};
use crate::escalation::{Line, Refusal};
use crate::ids::{AgencyId, ApiTokenId, PersonId};
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::api_tokens::{self, ApiToken};
use crate::store::people::Versioned;
use crate::store::{Reader, StoreError, changes, directory, people};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// The longest life of a token, in days.
pub const TOKEN_DAYS_MAX: i64 = 365;
/// The most tokens that are good at a time, for each.
const GOOD_MAX: usize = 20;

/// A token as it is to be.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// What its owner calls it.
    pub name: Line,
    /// What it is good for.
    pub scopes: BTreeSet<TokenScope>,
    /// How long, in days.
    pub days: i64,
}

/// A machine as it is to be.
#[derive(Debug, Clone)]
pub struct NewMachine {
    /// Its name.
    pub name: Line,
    /// Whose it is.
    pub agency_id: AgencyId,
}

/// What a request with an API token wants to do, as the routes name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The method.
    pub method: String,
    /// The path's pattern, such as `/api/v1/people/{id}`.
    pub path: String,
}

impl Engine {
    /// Makes a token for the actor's own programs. The text is given this once.
    ///
    /// # Errors
    /// The proof is old, a field is at fault; or the world failed.
    pub async fn make_own_token(
        &self,
        actor: Actor,
        new: NewApiToken,
    ) -> Result<(ApiToken, String), EngineError> {
        let person_id = actor.person_id;
        self.make_token(actor, person_id, PersonKind::Person, new).await
    }

    /// Makes a token for a machine. The text is given this once.
    ///
    /// # Errors
    /// Not theirs, the proof is old, a field is at fault, no such machine; or the world failed.
    pub async fn make_machine_token(
        &self,
        actor: Actor,
        machine_id: PersonId,
        new: NewApiToken,
    ) -> Result<(ApiToken, String), EngineError> {
        access::may_keep_accounts(&actor)?;
        if let Some(index) = new.scopes.iter().position(|scope| !scope.is_for_machines()) {
            let detail = "is not for machines: they read the directory and policies, and hand in what came back";
            return Err(Refusal::field(format!("/scopes/{index}"), detail).into());
        }
        self.make_token(actor, machine_id, PersonKind::Machine, new).await
    }

    async fn make_token(
        &self,
        actor: Actor,
        person_id: PersonId,
        kind: PersonKind,
        new: NewApiToken,
    ) -> Result<(ApiToken, String), EngineError> {
        let now = self.now();
        access::fresh_proof(&actor, now)?;
        if !(1..=TOKEN_DAYS_MAX).contains(&new.days) {
            let detail = format!("must be 1 to {TOKEN_DAYS_MAX}");
            return Err(Refusal::field("/days", detail).into());
        }
        if new.scopes.is_empty() {
            return Err(Refusal::field("/scopes", "must name at least one scope").into());
        }
        let text = auth::fresh_api_token(kind == PersonKind::Machine)?;
        let digest = auth::digest(&text);
        let token = self
            .store()
            .write(move |w| {
                let owner = of_kind(w, person_id, kind)?;
                let good = api_tokens::of_person(w, person_id)?;
                let good = good.iter().filter(|token| is_good(token, now)).count();
                if good >= GOOD_MAX {
                    let detail =
                        format!("There are {GOOD_MAX} tokens already. Take one back first.");
                    return Err(Refusal::NotNow(detail).into());
                }
                let token = ApiToken {
                    id: ApiTokenId::new(),
                    name: new.name.to_string(),
                    person_id,
                    agency_id: owner.agency_id,
                    scopes: new.scopes.clone(),
                    made_at: now,
                    made_by: actor.person_id,
                    expires_at: now.plus(TimeDelta::days(new.days)),
                    last_used_on: None,
                    revoked_at: None,
                };
                api_tokens::insert(w, &token, &digest)?;
                if kind == PersonKind::Person {
                    account_letters::enqueue(w, person_id, AccountLetterKind::ApiTokenMade, now)?;
                }
                let what = (token.id, &token.scopes, token.expires_at);
                let of = person_id.to_string();
                changes::append(w, Some(actor.person_id), "API token made", &of, &what, now)?;
                Ok::<_, EngineError>(token)
            })
            .await?;
        self.wake();
        Ok((token, text))
    }

    /// The tokens of the actor, or of a machine that they keep.
    ///
    /// # Errors
    /// Not theirs, not found; or the world failed.
    pub async fn api_tokens(
        &self,
        actor: Actor,
        of: PersonId,
    ) -> Result<Vec<ApiToken>, EngineError> {
        self.store()
            .read(move |r| {
                may_keep_tokens(r, &actor, of)?;
                Ok(api_tokens::of_person(r, of)?)
            })
            .await
    }

    /// Takes a token back. It is dead with its next use, on every node.
    ///
    /// # Errors
    /// As [`Engine::api_tokens`].
    pub async fn revoke_token(
        &self,
        actor: Actor,
        of: PersonId,
        token_id: ApiTokenId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(move |w| {
                may_keep_tokens(w, &actor, of)?;
                if !api_tokens::revoke(w, of, token_id, now)? {
                    return Err(Refusal::NotFound.into());
                }
                let by = Some(actor.person_id);
                changes::append(w, by, "API token revoked", &of.to_string(), &token_id, now)?;
                Ok(())
            })
            .await
    }

    /// Adds a machine to an agency, in an administrator's name.
    ///
    /// # Errors
    /// Not theirs, the proof is old, no such agency; or the world failed.
    pub async fn add_machine(
        &self,
        request: Request,
        new: NewMachine,
        answering: impl Answering<Versioned<Person>>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let id = PersonId::new();
        self.once(request, answering, move |_, w, request| {
            access::may_keep_accounts(&request.actor)?;
            access::fresh_proof(&request.actor, now)?;
            if people::find_agency(w, new.agency_id)?.is_none() {
                return Err(Refusal::field("/agency_id", "no such agency").into());
            }
            let it = Person {
                id,
                name: new.name.to_string(),
                // Nothing is ever sent to it, and this can never be delivered (RFC 6761).
                email: format!("{id}@machine.invalid"),
                agency_id: Some(new.agency_id),
                active: true,
                administrator: false,
                kind: PersonKind::Machine,
            };
            people::save_person(w, &it, None)?;
            let by = Some(request.actor.person_id);
            changes::append(w, by, "machine added", &id.to_string(), &it, now)?;
            Ok(Versioned { it, version: 1 })
        })
        .await
    }

    /// Who sent an API token, if it may do this. Unknown, expired, revoked, of somebody who has left
    /// or changed their agency: all one answer.
    pub(super) async fn authenticate_token(
        &self,
        text: &str,
        operation: &Operation,
    ) -> Result<Actor, EngineError> {
        let now = self.now();
        let digest = auth::digest(text);
        let found: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let token = api_tokens::find_by_digest(r, &digest)?;
                let Some(token) = token.filter(|token| is_good(token, now)) else {
                    return Ok(None);
                };
                let proof = Proof { at: token.made_at, by: ProofBy::ApiToken };
                // A token is its own session.
                let session_id = token.id.into();
                let actor = directory::find_actor(r, token.person_id, session_id, proof, now)?;
                let actor = actor.filter(|actor| actor.agency_id == token.agency_id);
                Ok(actor.map(|actor| (token, actor)))
            })
            .await;
        let (token, mut actor) = found?.ok_or(EngineError::NotSignedIn)?;
        actor.administrator = false;
        access::token_may(&token.scopes, &operation.method, &operation.path)?;
        let today = now.utc().date_naive();
        if token.last_used_on != Some(today) {
            let id = token.id;
            self.store()
                .write(move |w| Ok::<_, EngineError>(api_tokens::note_use(w, id, today)?))
                .await?;
        }
        Ok(actor)
    }
}

fn is_good(token: &ApiToken, now: UtcInstant) -> bool {
    token.revoked_at.is_none() && token.expires_at > now
}

fn may_keep_tokens(r: &mut Reader<'_>, actor: &Actor, of: PersonId) -> Result<(), EngineError> {
    if actor.person_id == of {
        return Ok(());
    }
    access::may_keep_accounts(actor)?;
    // An administrator keeps machines' tokens, and nobody's own.
    of_kind(r, of, PersonKind::Machine).map(|_| ())
}

fn of_kind(
    r: &mut Reader<'_>,
    person_id: PersonId,
    kind: PersonKind,
) -> Result<Person, EngineError> {
    let found = people::find_person(r, person_id)?.map(|found| found.it);
    let found = found.filter(|person| person.kind == kind && person.active);
    found.ok_or_else(|| Refusal::NotFound.into())
}
