//! The timeline's entries: appended to, never changed.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::timeline_entries;
use super::types::{At, id, json, of_json};
use crate::clock::UtcInstant;
use crate::ids::EscalationId;
use crate::timeline::Entry;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = timeline_entries)]
struct EntryRow {
    escalation_id: String,
    sequence: i64,
    recorded_at: At,
    kind: String,
    doer: String,
    event: String,
    previous_hash: String,
    hash: String,
}

impl EntryRow {
    fn into_entry(self) -> Result<Entry, StoreError> {
        Ok(Entry {
            escalation_id: id("an entry's case", &self.escalation_id)?,
            sequence: self.sequence,
            recorded_at: self.recorded_at.0,
            by: of_json("an entry's doer", &self.doer)?,
            event: of_json("an entry's event", &self.event)?,
            previous_hash: self.previous_hash,
            hash: self.hash,
        })
    }
}

/// Appends an entry.
pub fn append(w: &mut Writer<'_>, entry: &Entry) -> Result<(), StoreError> {
    let row = EntryRow {
        escalation_id: entry.escalation_id.to_string(),
        sequence: entry.sequence,
        recorded_at: At(entry.recorded_at),
        kind: entry.event.kind().to_owned(),
        doer: json("an entry's doer", &entry.by)?,
        event: json("an entry's event", &entry.event)?,
        previous_hash: entry.previous_hash.clone(),
        hash: entry.hash.clone(),
    };
    on!(w, c => diesel::insert_into(timeline_entries::table).values(&row).execute(c))?;
    Ok(())
}

/// A case's entries after a sequence, at most `limit`, in order.
pub fn list(
    r: &mut Reader<'_>,
    escalation_id: EscalationId,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = on!(r, c => timeline_entries::table
        .filter(timeline_entries::escalation_id.eq(escalation_id.to_string()))
        .filter(timeline_entries::sequence.gt(after))
        .order(timeline_entries::sequence)
        .limit(limit)
        .select(EntryRow::as_select())
        .load(c))?;
    rows.into_iter().map(EntryRow::into_entry).collect()
}

/// The kinds that stand beside a case's entries, in order.
pub fn kinds(r: &mut Reader<'_>, escalation_id: EscalationId) -> Result<Vec<String>, StoreError> {
    Ok(on!(r, c => timeline_entries::table
        .filter(timeline_entries::escalation_id.eq(escalation_id.to_string()))
        .order(timeline_entries::sequence)
        .select(timeline_entries::kind)
        .load(c))?)
}

/// When the latest entry of any case was recorded.
pub fn latest_recorded_at(r: &mut Reader<'_>) -> Result<Option<UtcInstant>, StoreError> {
    let at: Option<At> = on!(r, c => timeline_entries::table
        .order(timeline_entries::recorded_at.desc())
        .select(timeline_entries::recorded_at)
        .first(c)
        .optional())?;
    Ok(at.map(|at| at.0))
}
