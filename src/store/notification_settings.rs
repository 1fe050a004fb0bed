//! Who wants what only informs them together once a day, and what waits for their hour.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::notices::ONCE_A_DAY;
use super::schema::{notices, notification_settings};
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// What waits for somebody's hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingLetters {
    /// How many messages.
    pub count: i64,
    /// When they go; none where there are none.
    pub go_at: Option<UtcInstant>,
}

/// The hours that these people have chosen: whoever is missing has everything at once.
///
/// # Errors
/// If the database refuses the question.
pub fn hours_of(
    r: &mut Reader<'_>,
    of: &[PersonId],
) -> Result<BTreeMap<PersonId, u32>, StoreError> {
    if of.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of: Vec<String> = of.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, i32)> = on!(r, c => notification_settings::table
        .filter(notification_settings::person_id.eq_any(&of))
        .select((notification_settings::person_id, notification_settings::together_at_hour))
        .load(c))?;
    rows.into_iter()
        .map(|(person, hour)| {
            let hour = u32::try_from(hour)
                .map_err(|error| StoreError::unreadable("an hour for messages", error))?;
            Ok((id("a setting's person", &person)?, hour))
        })
        .collect()
}

/// Sets the hour of somebody, or takes it away.
///
/// # Errors
/// If the database refuses it.
pub fn set(
    w: &mut Writer<'_>,
    person_id: PersonId,
    hour: Option<u32>,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let Some(hour) = hour else {
        on!(w, c => diesel::delete(notification_settings::table
                .filter(notification_settings::person_id.eq(person_id.to_string())))
            .execute(c))?;
        return Ok(());
    };
    let hour = i32::try_from(hour)
        .map_err(|error| StoreError::unreadable("an hour for messages", error))?;
    on!(w, c => diesel::insert_into(notification_settings::table)
        .values((
            notification_settings::person_id.eq(person_id.to_string()),
            notification_settings::together_at_hour.eq(hour),
            notification_settings::changed_at.eq(At(now)),
        ))
        .on_conflict(notification_settings::person_id)
        .do_update()
        .set((
            notification_settings::together_at_hour.eq(hour),
            notification_settings::changed_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// What waits for somebody's hour.
///
/// # Errors
/// If the database refuses the question.
pub fn waiting_of(r: &mut Reader<'_>, person_id: PersonId) -> Result<WaitingLetters, StoreError> {
    let waiting: Vec<At> = on!(r, c => notices::table
        .filter(notices::person_id.eq(person_id.to_string()))
        .filter(notices::state.eq("queued"))
        .filter(notices::waits_until.is_not_null())
        .filter(notices::bundle.eq(ONCE_A_DAY))
        .filter(notices::attempts.eq(0))
        .order(notices::next_attempt_at)
        .select(notices::next_attempt_at)
        .load(c))?;
    let count = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
    Ok(WaitingLetters { count, go_at: waiting.first().map(|at| at.0) })
}

/// Lets what waits for somebody's hour go at another one. What was tried already keeps its turn.
///
/// # Errors
/// If the database refuses it.
pub fn move_waiting(
    w: &mut Writer<'_>,
    person_id: PersonId,
    to: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::update(notices::table
            .filter(notices::person_id.eq(person_id.to_string()))
            .filter(notices::state.eq("queued"))
            .filter(notices::waits_until.is_not_null())
            .filter(notices::bundle.eq(ONCE_A_DAY))
            .filter(notices::attempts.eq(0)))
        .set((notices::waits_until.eq(At(to)), notices::next_attempt_at.eq(At(to))))
        .execute(c))?;
    Ok(())
}
