//! The secrets in invitations and resets, by their digests. Each works once.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::account_secrets;
use super::types::{At, id, word};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// For choosing the first password, or a new one that somebody else asked for.
    Invitation,
    /// For choosing a new password that the person asked for.
    PasswordReset,
}

/// Keeps a secret's digest; somebody's earlier ones of the same kind do not work any more.
pub fn replace(
    w: &mut Writer<'_>,
    person_id: PersonId,
    kind: SecretKind,
    digest: &str,
    expires_at: UtcInstant,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let kind = word("a secret's kind", &kind)?;
    on!(w, c => diesel::delete(account_secrets::table
            .filter(account_secrets::person_id.eq(person_id.to_string()))
            .filter(account_secrets::kind.eq(&kind)))
        .execute(c))?;
    on!(w, c => diesel::insert_into(account_secrets::table)
        .values((
            account_secrets::digest.eq(digest),
            account_secrets::person_id.eq(person_id.to_string()),
            account_secrets::kind.eq(&kind),
            account_secrets::made_at.eq(At(now)),
            account_secrets::expires_at.eq(At(expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Whose secret it is, if it works at `now`.
pub fn find(
    r: &mut Reader<'_>,
    digest: &str,
    kind: SecretKind,
    now: UtcInstant,
) -> Result<Option<PersonId>, StoreError> {
    let kind = word("a secret's kind", &kind)?;
    let person: Option<String> = on!(r, c => account_secrets::table
        .find(digest)
        .filter(account_secrets::kind.eq(&kind))
        .filter(account_secrets::used_at.is_null())
        .filter(account_secrets::expires_at.gt(At(now)))
        .select(account_secrets::person_id)
        .first(c)
        .optional())?;
    person.map(|person| id("a secret's person", &person)).transpose()
}

/// Uses a secret up; false if it does not work at `now`. Of two that use it at once, one does.
pub fn use_up(
    w: &mut Writer<'_>,
    digest: &str,
    kind: SecretKind,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let kind = word("a secret's kind", &kind)?;
    let used = on!(w, c => diesel::update(account_secrets::table
            .filter(account_secrets::digest.eq(digest))
            .filter(account_secrets::kind.eq(&kind))
            .filter(account_secrets::used_at.is_null())
            .filter(account_secrets::expires_at.gt(At(now))))
        .set(account_secrets::used_at.eq(At(now)))
        .execute(c))?;
    Ok(used == 1)
}

/// Ends all that were sent to somebody: they have a password now, or another address.
pub fn delete_of(w: &mut Writer<'_>, person_id: PersonId) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(account_secrets::table
            .filter(account_secrets::person_id.eq(person_id.to_string())))
        .execute(c))?;
    Ok(())
}

/// Forgets secrets that ran out before an instant, and says how many.
pub fn delete_expired_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(account_secrets::table
            .filter(account_secrets::expires_at.lt(At(before))))
        .execute(c))?)
}
