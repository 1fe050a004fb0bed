//! What stands between the steps of signing in: tickets, the challenges of passkeys, and how often
//! somebody was wrong.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{passkey_challenges, people, sign_in_tickets, wrong_proofs};
use super::types::{At, id, of_word, optional_id, word};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How often a ticket may be tried.
pub const TRIES_MAX: i32 = 5;

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketPurpose {
    /// To prove a factor that its person has.
    ProveFactor,
    /// To add the first one.
    AddFactor,
}

/// Keeps a ticket.
pub fn insert(
    w: &mut Writer<'_>,
    digest: &str,
    person_id: PersonId,
    purpose: TicketPurpose,
    now: UtcInstant,
    expires_at: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(sign_in_tickets::table)
        .values((
            sign_in_tickets::digest.eq(digest),
            sign_in_tickets::person_id.eq(person_id.to_string()),
            sign_in_tickets::purpose.eq(word("a ticket's purpose", &purpose)?),
            sign_in_tickets::tries.eq(0),
            sign_in_tickets::begun_at.eq(At(now)),
            sign_in_tickets::expires_at.eq(At(expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Whose ticket it is, if it is good for this at `now`.
pub fn holder(
    r: &mut Reader<'_>,
    digest: &str,
    purpose: TicketPurpose,
    now: UtcInstant,
) -> Result<Option<PersonId>, StoreError> {
    let purpose = word("a ticket's purpose", &purpose)?;
    let found: Option<String> = on!(r, c => sign_in_tickets::table
        .find(digest)
        .filter(sign_in_tickets::purpose.eq(purpose))
        .filter(sign_in_tickets::used_at.is_null())
        .filter(sign_in_tickets::tries.lt(TRIES_MAX))
        .filter(sign_in_tickets::expires_at.gt(At(now)))
        .select(sign_in_tickets::person_id)
        .first(c)
        .optional())?;
    found.map(|person| id("a ticket's person", &person)).transpose()
}

/// Counts one try of a ticket, before it is known how it goes; false if it has none left.
pub fn attempt(w: &mut Writer<'_>, digest: &str) -> Result<bool, StoreError> {
    let counted = on!(w, c => diesel::update(sign_in_tickets::table
            .filter(sign_in_tickets::digest.eq(digest))
            .filter(sign_in_tickets::used_at.is_null())
            .filter(sign_in_tickets::tries.lt(TRIES_MAX)))
        .set(sign_in_tickets::tries.eq(sign_in_tickets::tries + 1))
        .execute(c))?;
    Ok(counted == 1)
}

/// Uses a ticket up; false if somebody else was first.
pub fn use_up(w: &mut Writer<'_>, digest: &str, now: UtcInstant) -> Result<bool, StoreError> {
    let used = on!(w, c => diesel::update(sign_in_tickets::table
            .filter(sign_in_tickets::digest.eq(digest))
            .filter(sign_in_tickets::used_at.is_null()))
        .set(sign_in_tickets::used_at.eq(At(now)))
        .execute(c))?;
    Ok(used == 1)
}

/// Ends all tickets of somebody.
pub fn end_all(w: &mut Writer<'_>, person_id: PersonId, now: UtcInstant) -> Result<(), StoreError> {
    on!(w, c => diesel::update(sign_in_tickets::table
            .filter(sign_in_tickets::person_id.eq(person_id.to_string()))
            .filter(sign_in_tickets::used_at.is_null()))
        .set(sign_in_tickets::used_at.eq(At(now)))
        .execute(c))?;
    Ok(())
}

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengePurpose {
    /// To add a passkey.
    Add,
    /// To prove with one who somebody is.
    Prove,
}

/// A challenge that was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What it was for.
    pub purpose: ChallengePurpose,
    /// Whose passkey is added.
    pub person_id: Option<PersonId>,
    /// What the server keeps of it.
    pub state: String,
}

/// Keeps a challenge.
pub fn insert_challenge(
    w: &mut Writer<'_>,
    digest: &str,
    it: &Challenge,
    expires_at: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(passkey_challenges::table)
        .values((
            passkey_challenges::digest.eq(digest),
            passkey_challenges::purpose.eq(word("a challenge's purpose", &it.purpose)?),
            passkey_challenges::person_id.eq(it.person_id.map(|id| id.to_string())),
            passkey_challenges::state.eq(&it.state),
            passkey_challenges::expires_at.eq(At(expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Takes a challenge out: once, and before it has run out.
pub fn take_challenge(
    w: &mut Writer<'_>,
    digest: &str,
    now: UtcInstant,
) -> Result<Option<Challenge>, StoreError> {
    let found: Option<(String, Option<String>, String, At)> = on!(w, c => passkey_challenges::table
        .find(digest)
        .select((
            passkey_challenges::purpose,
            passkey_challenges::person_id,
            passkey_challenges::state,
            passkey_challenges::expires_at,
        ))
        .first(c)
        .optional())?;
    let Some((purpose, person_id, state, expires_at)) = found else { return Ok(None) };
    let taken = on!(w, c => diesel::delete(passkey_challenges::table.find(digest)).execute(c))?;
    if taken == 0 || expires_at.0 <= now {
        return Ok(None);
    }
    Ok(Some(Challenge {
        purpose: of_word("a challenge's purpose", &purpose)?,
        person_id: optional_id("a challenge's person", person_id.as_deref())?,
        state,
    }))
}

/// Holds somebody's factors still until the transaction ends: whatever is counted of them then
/// stays true. On SQLite the one writer holds everything anyway.
pub fn lock_person(w: &mut Writer<'_>, person_id: PersonId) -> Result<(), StoreError> {
    on!(w, c => diesel::update(people::table.find(person_id.to_string()))
        .set(people::version.eq(people::version))
        .execute(c))?;
    Ok(())
}

/// Remembers that somebody's proof was wrong.
pub fn insert_wrong_proof(
    w: &mut Writer<'_>,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(wrong_proofs::table)
        .values((
            wrong_proofs::id.eq(Uuid::now_v7().to_string()),
            wrong_proofs::person_id.eq(person_id.to_string()),
            wrong_proofs::tried_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// How often somebody's proofs were wrong after an instant.
pub fn count_wrong_proofs(
    r: &mut Reader<'_>,
    person_id: PersonId,
    after: UtcInstant,
) -> Result<i64, StoreError> {
    Ok(on!(r, c => wrong_proofs::table
        .filter(wrong_proofs::person_id.eq(person_id.to_string()))
        .filter(wrong_proofs::tried_at.gt(At(after)))
        .count()
        .get_result(c))?)
}

/// Forgets what ran out before an instant.
pub fn delete_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(
            sign_in_tickets::table.filter(sign_in_tickets::expires_at.lt(At(before))))
        .execute(c))?;
    on!(w, c => diesel::delete(
            passkey_challenges::table.filter(passkey_challenges::expires_at.lt(At(before))))
        .execute(c))?;
    on!(w, c => diesel::delete(wrong_proofs::table.filter(wrong_proofs::tried_at.lt(At(before))))
        .execute(c))?;
    Ok(())
}
