//! Who can sign in, and who was invited to.

use super::conn::{Reader, on};
use super::error::StoreError;
use super::schema::{account_secrets, identities, people};
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Everybody who has a password, or an account at an identity provider.
///
/// # Errors
/// If the database refuses the question, or holds something else.
pub fn all(r: &mut Reader<'_>) -> Result<BTreeSet<PersonId>, StoreError> {
    let with_password: Vec<String> = on!(r, c => people::table
        .filter(people::password_hash.is_not_null())
        .select(people::id)
        .load(c))?;
    let linked: Vec<String> = on!(r, c => identities::table
        .select(identities::person_id)
        .distinct()
        .load(c))?;
    let ids = with_password.iter().chain(&linked);
    ids.map(|person| id("a person's id", person)).collect()
}

/// Until when invitations work that were sent and not used.
///
/// # Errors
/// If the database refuses the question, or holds something else.
pub fn invited(
    r: &mut Reader<'_>,
    now: UtcInstant,
) -> Result<BTreeMap<PersonId, UtcInstant>, StoreError> {
    let rows: Vec<(String, At)> = on!(r, c => account_secrets::table
        .filter(account_secrets::kind.eq("invitation"))
        .filter(account_secrets::used_at.is_null())
        .filter(account_secrets::expires_at.gt(At(now)))
        .select((account_secrets::person_id, account_secrets::expires_at))
        .load(c))?;
    rows.iter().map(|(person, until)| Ok((id("a person's id", person)?, until.0))).collect()
}
