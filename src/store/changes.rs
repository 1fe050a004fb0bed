//! What was changed in the directory, by whom: appended to, never changed.

use super::conn::{Writer, on};
use super::error::StoreError;
use super::schema::directory_changes;
use super::types::{At, json};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

/// Appends a change: who made it (nobody when the operator did, on the machine itself), what was
/// done, to what, and what it is now.
pub fn append<T: Serialize>(
    w: &mut Writer<'_>,
    by: Option<PersonId>,
    change: &'static str,
    resource_id: &str,
    now_is: &T,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let body = json("a change of the directory", now_is)?;
    on!(w, c => diesel::insert_into(directory_changes::table)
        .values((
            directory_changes::id.eq(Uuid::now_v7().to_string()),
            directory_changes::changed_at.eq(At(now)),
            directory_changes::person_id.eq(by.map(|id| id.to_string())),
            directory_changes::change.eq(change),
            directory_changes::resource_id.eq(resource_id),
            directory_changes::body.eq(&body),
        ))
        .execute(c))?;
    Ok(())
}
