//! The private addresses at which calendar programs fetch what waits for somebody, by their digests.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::calendar_feeds;
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;

/// Somebody's address, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFeed {
    /// How many were made so far.
    pub number: i32,
    /// When the one was made that works now; none where none does.
    pub made_at: Option<UtcInstant>,
    /// When something was last fetched from it, to the day or so.
    pub last_read_at: Option<UtcInstant>,
    /// Its digest.
    pub digest: Option<String>,
}

/// Number, made, last read, digest.
type Row = (i32, Option<At>, Option<At>, Option<String>);

/// Somebody's address; none if they never made one.
///
/// # Errors
/// If the database refuses the question.
pub fn of(r: &mut Reader<'_>, person_id: PersonId) -> Result<Option<CalendarFeed>, StoreError> {
    let row: Option<Row> = on!(r, c => calendar_feeds::table
            .find(person_id.to_string())
            .select((
                calendar_feeds::number,
                calendar_feeds::made_at,
                calendar_feeds::last_read_at,
                calendar_feeds::digest,
            ))
            .first(c)
            .optional())?;
    Ok(row.map(|(number, made_at, last_read_at, digest)| CalendarFeed {
        number,
        made_at: made_at.map(|at| at.0),
        last_read_at: last_read_at.map(|at| at.0),
        digest,
    }))
}

/// Keeps the digest of a new address; the one before does not work any more. False if not `number`
/// but more of them were made by now: of two that make one at once, one does.
///
/// # Errors
/// If the database refuses it.
pub fn replace(
    w: &mut Writer<'_>,
    person_id: PersonId,
    number: i32,
    digest: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    on!(w, c => diesel::insert_into(calendar_feeds::table)
        .values((
            calendar_feeds::person_id.eq(person_id.to_string()),
            calendar_feeds::number.eq(0),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    let replaced = on!(w, c => diesel::update(calendar_feeds::table
            .filter(calendar_feeds::person_id.eq(person_id.to_string()))
            .filter(calendar_feeds::number.eq(number)))
        .set((
            calendar_feeds::number.eq(calendar_feeds::number + 1),
            calendar_feeds::digest.eq(digest),
            calendar_feeds::made_at.eq(At(now)),
            calendar_feeds::last_read_at.eq(None::<At>),
        ))
        .execute(c))?;
    Ok(replaced == 1)
}

/// Ends somebody's address; false if none works.
///
/// # Errors
/// If the database refuses it.
pub fn end(w: &mut Writer<'_>, person_id: PersonId) -> Result<bool, StoreError> {
    let ended = on!(w, c => diesel::update(calendar_feeds::table
            .filter(calendar_feeds::person_id.eq(person_id.to_string()))
            .filter(calendar_feeds::digest.is_not_null()))
        .set((
            calendar_feeds::digest.eq(None::<String>),
            calendar_feeds::made_at.eq(None::<At>),
            calendar_feeds::last_read_at.eq(None::<At>),
        ))
        .execute(c))?;
    Ok(ended == 1)
}

/// Whose address it is, if it works, and when something was last fetched from it.
///
/// # Errors
/// If the database refuses the question.
pub fn find(
    r: &mut Reader<'_>,
    digest: &str,
) -> Result<Option<(PersonId, Option<UtcInstant>)>, StoreError> {
    let row: Option<(String, Option<At>)> = on!(r, c => calendar_feeds::table
        .filter(calendar_feeds::digest.eq(digest))
        .select((calendar_feeds::person_id, calendar_feeds::last_read_at))
        .first(c)
        .optional())?;
    row.map(|(person, at)| Ok((id("an address's person", &person)?, at.map(|at| at.0)))).transpose()
}

/// Notes that something was fetched from an address.
///
/// # Errors
/// If the database refuses it.
pub fn note_read(w: &mut Writer<'_>, digest: &str, now: UtcInstant) -> Result<(), StoreError> {
    on!(w, c => diesel::update(calendar_feeds::table
            .filter(calendar_feeds::digest.eq(digest)))
        .set(calendar_feeds::last_read_at.eq(At(now)))
        .execute(c))?;
    Ok(())
}
