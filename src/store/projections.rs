//! Rows derived from a case's state, rewritten whenever it is saved: its stays in stages, whom it
//! has reached, and what lists show.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::escalations::{EscalationRow, Stored};
use super::schema::{escalations, excluded_people, seats, stage_entries};
use super::types::{At, id, of_json, word};
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::{Escalation, StageEntry};
use crate::ids::EscalationId;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = stage_entries)]
struct StageEntryRow {
    escalation_id: String,
    number: i32,
    round: i32,
    stage: i32,
    entered_at: At,
    due_at: At,
    left_at: Option<At>,
    left_why: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = seats)]
struct SeatRow {
    escalation_id: String,
    position: i32,
    post_id: Option<String>,
    person_id: Option<String>,
    is_waiting: bool,
}

/// What a list shows of a case.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = escalations)]
pub struct ListedRow {
    id: String,
    due_sort_at: At,
    state: String,
}

impl ListedRow {
    /// Its place in the list's order.
    pub fn place(&self) -> Result<(UtcInstant, EscalationId), StoreError> {
        Ok((self.due_sort_at.0, id("a case's id", &self.id)?))
    }

    /// The case.
    pub fn escalation(&self) -> Result<Escalation, StoreError> {
        of_json("a case's state", &self.state)
    }
}

fn number(what: &'static str, number: u32) -> Result<i32, StoreError> {
    i32::try_from(number).map_err(|error| StoreError::unreadable(what, error))
}

impl StageEntryRow {
    fn of(it: &Escalation, entry: &StageEntry) -> Result<Self, StoreError> {
        let left = entry.left.as_ref();
        Ok(Self {
            escalation_id: it.id.to_string(),
            number: number("a stay's number", entry.number)?,
            round: number("a stay's round", entry.round)?,
            stage: number("a stay's stage", entry.stage)?,
            entered_at: At(entry.entered_at),
            due_at: At(entry.due.at),
            left_at: left.map(|left| At(left.at)),
            left_why: left.map(|left| word("a reason", &left.why)).transpose()?,
        })
    }
}

/// Everybody whom a case has reached, by post and by person, and whether it waits for them. On a
/// restricted case people are by name alone, and those whom it excludes are not.
fn seat_rows(it: &Escalation) -> Vec<SeatRow> {
    let waiting = it.waiting_for();
    let mut people: BTreeMap<(Option<String>, Option<String>), bool> = BTreeMap::new();
    for entry in &it.stage_entries {
        let is_current = entry.left.is_none();
        for seat in entry.seats() {
            let acts = entry.who_acts().any(|it| it.is_same_recipient(seat));
            if seat.person_id.is_some_and(|id| it.excludes(id)) {
                continue;
            }
            let post_id = seat.post_id.filter(|_| it.restriction().is_none());
            let who = (post_id.map(|id| id.to_string()), seat.person_id.map(|id| id.to_string()));
            let waits = is_current && acts && waiting.contains(&seat.side);
            if who.0.is_some() || who.1.is_some() {
                *people.entry(who).or_default() |= waits;
            }
        }
    }
    let raiser_waits = waiting.contains(&Side::Raising)
        && it.current_entry().is_some_and(|entry| {
            entry.who_acts().any(|seat| seat.person_id == Some(it.raiser.person_id))
        });
    if it.raised_at.is_some() {
        *people.entry((None, Some(it.raiser.person_id.to_string()))).or_default() |= raiser_waits;
    }
    (0..)
        .zip(people)
        .map(|(position, ((post_id, person_id), is_waiting))| SeatRow {
            escalation_id: it.id.to_string(),
            position,
            post_id,
            person_id,
            is_waiting,
        })
        .collect()
}

/// Rewrites what is derived from a case.
pub(super) fn save(w: &mut Writer<'_>, it: &Escalation) -> Result<(), StoreError> {
    let key = it.id.to_string();
    for entry in &it.stage_entries {
        let row = StageEntryRow::of(it, entry)?;
        // Stays come in order, so the one before is left before the next is entered, which the
        // index that allows a single open stay asks for.
        on!(w, c => diesel::insert_into(stage_entries::table)
            .values(&row)
            .on_conflict((stage_entries::escalation_id, stage_entries::number))
            .do_update()
            .set((
                stage_entries::due_at.eq(row.due_at),
                stage_entries::left_at.eq(row.left_at),
                stage_entries::left_why.eq(&row.left_why),
            ))
            .execute(c))?;
    }
    on!(w, c => diesel::delete(seats::table.filter(seats::escalation_id.eq(&key))).execute(c))?;
    let rows = seat_rows(it);
    on!(w, c => diesel::insert_into(seats::table).values(&rows).execute(c))?;
    on!(w, c => diesel::delete(
            excluded_people::table.filter(excluded_people::escalation_id.eq(&key)))
        .execute(c))?;
    for person_id in excluded(it) {
        on!(w, c => diesel::insert_into(excluded_people::table)
            .values((
                excluded_people::escalation_id.eq(&key),
                excluded_people::person_id.eq(person_id),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// For whom a case is not there, each once, in order.
fn excluded(it: &Escalation) -> BTreeSet<String> {
    it.excluded().iter().map(ToString::to_string).collect()
}

/// Which derived row of a case is not what its state says; none if all are.
///
/// # Errors
/// If they cannot be read.
pub fn differing(r: &mut Reader<'_>, stored: &Stored) -> Result<Option<&'static str>, StoreError> {
    let it = &stored.escalation;
    let key = it.id.to_string();
    let entries: Vec<StageEntryRow> = on!(r, c => stage_entries::table
        .filter(stage_entries::escalation_id.eq(&key))
        .order(stage_entries::number)
        .select(StageEntryRow::as_select())
        .load(c))?;
    let wanted: Vec<StageEntryRow> = it
        .stage_entries
        .iter()
        .map(|entry| StageEntryRow::of(it, entry))
        .collect::<Result<_, _>>()?;
    if entries != wanted {
        return Ok(Some("stays in stages"));
    }
    let found: Vec<SeatRow> = on!(r, c => seats::table
        .filter(seats::escalation_id.eq(&key))
        .order(seats::position)
        .select(SeatRow::as_select())
        .load(c))?;
    if found != seat_rows(it) {
        return Ok(Some("people"));
    }
    let found: Vec<String> = on!(r, c => excluded_people::table
        .filter(excluded_people::escalation_id.eq(&key))
        .order(excluded_people::person_id)
        .select(excluded_people::person_id)
        .load(c))?;
    if !found.iter().eq(excluded(it).iter()) {
        return Ok(Some("people for whom it is not there"));
    }
    row_differing(r, it.id, stored)
}

fn row_differing(
    r: &mut Reader<'_>,
    which: EscalationId,
    stored: &Stored,
) -> Result<Option<&'static str>, StoreError> {
    let mut wanted = EscalationRow::of(stored)?;
    let found: EscalationRow = on!(r, c => escalations::table
        .find(which.to_string())
        .select(EscalationRow::as_select())
        .first(c))?;
    // The state was compared by what it means; an earlier program may have written it otherwise.
    wanted.state.clone_from(&found.state);
    Ok((found != wanted).then_some("row that it is searched by"))
}
