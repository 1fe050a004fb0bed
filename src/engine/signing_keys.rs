//! The keys that sign access tokens: which are accepted, and how they are rotated by two people.
//!
//! The keys in force are read with each request, in the transaction that reads its session, so a
//! rotation bites on the next request on every node. Tokens of the generation before stay good for
//! as long as one of them may still live; nobody has to sign in again.

use super::change::{Answered, Answering, Request};
use super::directory::stale;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::auth::{self, SigningKey};
use crate::clock::UtcInstant;
use crate::escalation::Refusal;
use crate::store::signing_keys::{self, Generation};
use crate::store::{Reader, StoreError, Writer, changes};
use chrono::TimeDelta;
use serde_json::json;

impl Engine {
    /// Proposes a new signing key. It is in force once somebody else has approved it.
    ///
    /// # Errors
    /// Not theirs, or another one waits.
    pub async fn propose_key_rotation(
        &self,
        request: Request,
        answering: impl Answering<Generation>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let salt = auth::fresh_generation_salt()?;
        self.once(request, answering, move |_, w, request| {
            access::may_propose_key_rotation(&request.actor)?;
            access::fresh_proof(&request.actor, now)?;
            let newest = signing_keys::list(w)?.into_iter().next();
            let number = match newest {
                Some(Generation { approved: None, number, .. }) => {
                    return Err(Refusal::not_now(format!(
                        "Key {number} was proposed and waits for somebody else to approve it."
                    ))
                    .into());
                }
                Some(newest) => newest.number.saturating_add(1),
                None => 1,
            };
            let it = Generation {
                number,
                salt,
                proposed_by: request.actor.person_id,
                proposed_at: now,
                approved: None,
            };
            signing_keys::insert(w, &it)?;
            record(w, &request.actor, "signing key proposed", number, now)?;
            Ok(it)
        })
        .await
    }

    /// Approves a signing key that somebody else proposed: new tokens are signed with it at once.
    ///
    /// # Errors
    /// Not found, not theirs, or approved already.
    pub async fn approve_key_rotation(
        &self,
        request: Request,
        number: i32,
        answering: impl Answering<Generation>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        self.once(request, answering, move |_, w, request| {
            access::may_see_key_rotations(&request.actor)?;
            let found = signing_keys::list(w)?.into_iter().find(|it| it.number == number);
            let mut it = found.ok_or(Refusal::NotFound)?;
            access::may_approve_key_rotation(&request.actor, it.proposed_by)?;
            access::fresh_proof(&request.actor, now)?;
            if it.approved.is_some() {
                return Err(Refusal::not_now("This key is approved already.").into());
            }
            let by = request.actor.person_id;
            signing_keys::approve(w, number, by, now).map_err(stale)?;
            record(w, &request.actor, "signing key approved", number, now)?;
            it.approved = Some((by, now));
            Ok(it)
        })
        .await
    }

    /// Who proposed and approved which signing key, the newest first.
    ///
    /// # Errors
    /// Not theirs to see.
    pub async fn list_key_rotations(&self, actor: Actor) -> Result<Vec<Generation>, EngineError> {
        access::may_see_key_rotations(&actor)?;
        self.store().read(|r| Ok(signing_keys::list(r)?)).await
    }

    /// The key that signs new tokens.
    pub(super) fn issuing_key(&self, r: &mut Reader<'_>) -> Result<SigningKey, EngineError> {
        let root = &self.inner.key;
        match signing_keys::newest_two_approved(r)?.first() {
            Some(newest) => Ok(root.generation(newest.number, &newest.salt)?),
            None => Ok(root.clone()),
        }
    }

    /// The keys whose tokens are accepted at `now`: the one in force, and the one before it while a
    /// token of it may still live.
    pub(super) fn accepted_keys(
        &self,
        r: &mut Reader<'_>,
        now: UtcInstant,
    ) -> Result<Vec<SigningKey>, EngineError> {
        let root = &self.inner.key;
        let life = i64::from(self.inner.options.sessions.access_token_seconds);
        let approved = signing_keys::newest_two_approved(r)?;
        let mut generations = approved.iter();
        let Some(newest) = generations.next() else { return Ok(vec![root.clone()]) };
        let mut keys = vec![root.generation(newest.number, &newest.salt)?];
        let since = newest.approved.map(|(_, at)| at);
        if since.is_some_and(|at| now < at.plus(TimeDelta::seconds(life))) {
            keys.push(match generations.next() {
                Some(before) => root.generation(before.number, &before.salt)?,
                None => root.clone(),
            });
        }
        Ok(keys)
    }
}

/// Keeps who did it with what was changed in the directory; the salt stays out of it.
fn record(
    w: &mut Writer<'_>,
    actor: &Actor,
    change: &'static str,
    number: i32,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let by = Some(actor.person_id);
    changes::append(w, by, change, &number.to_string(), &json!({ "number": number }), now)
}
