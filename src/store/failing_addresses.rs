//! Addresses from which mail comes back: shown in the directory, until the address is changed or
//! somebody says that it works again.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::people;
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Since when mail to somebody comes back, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingAddress {
    /// Since when.
    pub since: UtcInstant,
    /// Why, in words of ours and the status code: never the mail server's own words.
    pub why: String,
}

/// Marks somebody's address; false if it was marked before, or is another by now.
///
/// # Errors
/// If the database refuses it.
pub fn mark(
    w: &mut Writer<'_>,
    person_id: PersonId,
    email: &str,
    failing: &FailingAddress,
) -> Result<bool, StoreError> {
    let marked = on!(w, c => diesel::update(people::table
            .filter(people::id.eq(person_id.to_string()))
            .filter(people::email.eq(super::people::normal_email(email)))
            .filter(people::email_fails_since.is_null()))
        .set((
            people::email_fails_since.eq(At(failing.since)),
            people::email_fails_why.eq(&failing.why),
            // What is read of them has changed.
            people::version.eq(people::version + 1),
        ))
        .execute(c))?;
    Ok(marked == 1)
}

/// Takes the mark away: the address is another, or works again.
///
/// # Errors
/// If the database refuses it.
pub fn clear(w: &mut Writer<'_>, person_id: PersonId) -> Result<(), StoreError> {
    on!(w, c => diesel::update(people::table.find(person_id.to_string()))
        .set((
            people::email_fails_since.eq(None::<At>),
            people::email_fails_why.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(())
}

/// Those of these people whose addresses are marked.
///
/// # Errors
/// If the database refuses the question, or holds something else.
pub fn of(
    r: &mut Reader<'_>,
    of: &[PersonId],
) -> Result<BTreeMap<PersonId, FailingAddress>, StoreError> {
    let of: Vec<String> = of.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, Option<At>, Option<String>)> = on!(r, c => people::table
        .filter(people::id.eq_any(&of))
        .filter(people::email_fails_since.is_not_null())
        .select((people::id, people::email_fails_since, people::email_fails_why))
        .load(c))?;
    let marked = rows.into_iter().filter_map(|(person, since, why)| {
        let since = since?.0;
        let failing = FailingAddress { since, why: why.unwrap_or_default() };
        Some(id("a person's id", &person).map(|person| (person, failing)))
    });
    marked.collect()
}
