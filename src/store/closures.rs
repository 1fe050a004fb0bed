//! Days on which a partnership is closed, beside those of its policies.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::partnership_closures as closures;
use super::types::{At, id, optional_id};
use crate::clock::UtcInstant;
use crate::ids::{PartnershipId, PersonId};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A day on which a partnership is closed: no working day for any deadline that is worked out while
/// it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Whose.
    pub partnership_id: PartnershipId,
    /// The day.
    pub day: NaiveDate,
    /// Why, in a line.
    pub reason: String,
    /// Who added it.
    pub added_by: PersonId,
    /// When.
    pub added_at: UtcInstant,
    /// Who withdrew it, and when; none while it counts.
    pub withdrawn: Option<(PersonId, UtcInstant)>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = closures)]
struct ClosureRow {
    id: String,
    partnership_id: String,
    day: String,
    reason: String,
    added_by: String,
    added_at: At,
    withdrawn_by: Option<String>,
    withdrawn_at: Option<At>,
}

fn day_of(text: &str) -> Result<NaiveDate, StoreError> {
    text.parse().map_err(|error| StoreError::unreadable("a closure's day", error))
}

impl ClosureRow {
    fn into_closure(self) -> Result<Closure, StoreError> {
        let withdrawn_by = optional_id("who withdrew a closure", self.withdrawn_by.as_deref())?;
        Ok(Closure {
            partnership_id: id("a closure's partnership", &self.partnership_id)?,
            day: day_of(&self.day)?,
            reason: self.reason,
            added_by: id("who added a closure", &self.added_by)?,
            added_at: self.added_at.0,
            withdrawn: withdrawn_by.zip(self.withdrawn_at.map(|at| at.0)),
        })
    }
}

/// The days that count for a partnership.
pub fn days(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
) -> Result<BTreeSet<NaiveDate>, StoreError> {
    let days: Vec<String> = on!(r, c => closures::table
        .filter(closures::partnership_id.eq(partnership_id.to_string()))
        .filter(closures::withdrawn_at.is_null())
        .select(closures::day)
        .load(c))?;
    days.iter().map(|day| day_of(day)).collect()
}

/// All of a partnership's, also those that were withdrawn, by day.
pub fn list(r: &mut Reader<'_>, partnership_id: PartnershipId) -> Result<Vec<Closure>, StoreError> {
    let rows: Vec<ClosureRow> = on!(r, c => closures::table
        .filter(closures::partnership_id.eq(partnership_id.to_string()))
        .order((closures::day, closures::id))
        .select(ClosureRow::as_select())
        .load(c))?;
    rows.into_iter().map(ClosureRow::into_closure).collect()
}

/// The closure of a day that counts.
pub fn find(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    day: NaiveDate,
) -> Result<Option<Closure>, StoreError> {
    let row: Option<ClosureRow> = on!(r, c => closures::table
        .filter(closures::partnership_id.eq(partnership_id.to_string()))
        .filter(closures::day.eq(day.to_string()))
        .filter(closures::withdrawn_at.is_null())
        .select(ClosureRow::as_select())
        .first(c)
        .optional())?;
    row.map(ClosureRow::into_closure).transpose()
}

/// Adds one.
///
/// # Errors
/// A unique violation if its day counts already.
pub fn insert(w: &mut Writer<'_>, it: &Closure) -> Result<(), StoreError> {
    let row = ClosureRow {
        id: Uuid::now_v7().to_string(),
        partnership_id: it.partnership_id.to_string(),
        day: it.day.to_string(),
        reason: it.reason.clone(),
        added_by: it.added_by.to_string(),
        added_at: At(it.added_at),
        withdrawn_by: None,
        withdrawn_at: None,
    };
    on!(w, c => diesel::insert_into(closures::table).values(&row).execute(c))?;
    Ok(())
}

/// Withdraws the closure of a day that counts.
///
/// # Errors
/// [`StoreError::Stale`] if there is none any more.
pub fn withdraw(
    w: &mut Writer<'_>,
    partnership_id: PartnershipId,
    day: NaiveDate,
    by: PersonId,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let changed = on!(w, c => diesel::update(closures::table
            .filter(closures::partnership_id.eq(partnership_id.to_string()))
            .filter(closures::day.eq(day.to_string()))
            .filter(closures::withdrawn_at.is_null()))
        .set((
            closures::withdrawn_by.eq(Some(by.to_string())),
            closures::withdrawn_at.eq(Some(At(now))),
        ))
        .execute(c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Stale("the closure")) }
}
