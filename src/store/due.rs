//! What is due: claimed in order, under locks, so that several nodes share it; and what could not be
//! acted on, set aside so that it holds up no other.

use super::conn::{Conn, Reader, Writer, on};
use super::error::StoreError;
use super::escalations::beginning_of_time;
use super::schema::{escalations, excluded_people, set_aside_cases};
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::{EscalationId, PartnershipId, PersonId};
use chrono::TimeDelta;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// After how long a case that was set aside is tried again.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);

/// A place in the order of what is due: the instant, then the id.
pub type Place = (UtcInstant, EscalationId);

/// Cases in which something is due at `now`, the longest due first, after a place in that order;
/// each held until the transaction ends. What another node holds is passed over: it is at it. What
/// was set aside is passed over until it is tried again.
///
/// Differs by database because SQLite's writing transaction is the only one there is.
pub fn claim(
    w: &mut Writer<'_>,
    now: UtcInstant,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Place>, StoreError> {
    let (at, after_id) = match after {
        Some((at, id)) => (At(at), id.to_string()),
        None => (beginning_of_time(), String::new()),
    };
    let waits = set_aside_cases::table
        .filter(set_aside_cases::escalation_id.eq(escalations::id))
        .filter(set_aside_cases::try_again_at.gt(At(now)));
    let query = escalations::table
        .filter(escalations::next_act_at.le(At(now)))
        .filter(
            escalations::next_act_at
                .gt(at)
                .or(escalations::next_act_at.eq(at).and(escalations::id.gt(after_id))),
        )
        .filter(not(exists(waits)))
        .order((escalations::next_act_at, escalations::id))
        .limit(limit)
        .select((escalations::next_act_at, escalations::id));
    let rows: Vec<(Option<At>, String)> = match w.conn() {
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => query.for_update().skip_locked().load(c)?,
        Conn::Sqlite(c) => query.load(c)?,
    };
    rows.into_iter()
        .map(|(at, which)| {
            let at = at.ok_or(StoreError::Missing("a due instant"))?;
            Ok((at.0, id("a case's id", &which)?))
        })
        .collect()
}

/// The instant since which the longest waiting case is due that was not set aside; it may lie ahead.
pub fn first_due_at(r: &mut Reader<'_>) -> Result<Option<UtcInstant>, StoreError> {
    let set_aside =
        set_aside_cases::table.filter(set_aside_cases::escalation_id.eq(escalations::id));
    let at: Option<Option<At>> = on!(r, c => escalations::table
        .filter(escalations::next_act_at.is_not_null())
        .filter(not(exists(set_aside)))
        .order(escalations::next_act_at)
        .select(escalations::next_act_at)
        .first(c)
        .optional())?;
    Ok(at.flatten().map(|at| at.0))
}

/// How a case stands aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Since when.
    pub since: UtcInstant,
    /// Whether this is the first time.
    pub is_new: bool,
}

/// Sets a case aside because of a failure, or counts another one.
pub fn set_aside(
    w: &mut Writer<'_>,
    which: EscalationId,
    reason: &str,
    now: UtcInstant,
) -> Result<SetAside, StoreError> {
    let key = which.to_string();
    let before: Option<At> = on!(w, c => set_aside_cases::table
        .find(&key)
        .select(set_aside_cases::set_aside_at)
        .first(c)
        .optional())?;
    let try_again_at = At(now.plus(TRY_AGAIN_AFTER));
    on!(w, c => diesel::insert_into(set_aside_cases::table)
        .values((
            set_aside_cases::escalation_id.eq(&key),
            set_aside_cases::set_aside_at.eq(At(now)),
            set_aside_cases::reason.eq(reason),
            set_aside_cases::tries.eq(1),
            set_aside_cases::try_again_at.eq(try_again_at),
        ))
        .on_conflict(set_aside_cases::escalation_id)
        .do_update()
        .set((
            set_aside_cases::reason.eq(reason),
            set_aside_cases::tries.eq(set_aside_cases::tries + 1),
            set_aside_cases::try_again_at.eq(try_again_at),
        ))
        .execute(c))?;
    Ok(SetAside { since: before.map_or(now, |at| at.0), is_new: before.is_none() })
}

/// A case goes on; says whether it stood aside.
pub fn take_back(w: &mut Writer<'_>, which: EscalationId) -> Result<bool, StoreError> {
    let deleted = on!(w, c => diesel::delete(set_aside_cases::table.find(which.to_string()))
        .execute(c))?;
    Ok(deleted == 1)
}

/// How many cases stand aside.
pub fn set_aside_count(r: &mut Reader<'_>) -> Result<i64, StoreError> {
    Ok(on!(r, c => set_aside_cases::table.count().get_result(c))?)
}

/// When the next case that stands aside is tried again.
pub fn next_try_at(r: &mut Reader<'_>) -> Result<Option<UtcInstant>, StoreError> {
    let at: Option<At> = on!(r, c => set_aside_cases::table
        .order(set_aside_cases::try_again_at)
        .select(set_aside_cases::try_again_at)
        .first(c)
        .optional())?;
    Ok(at.map(|at| at.0))
}

/// A case that stands aside, as it is told to whoever may hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseAside {
    /// Its reference.
    pub reference: String,
    /// Since when.
    pub since: UtcInstant,
    /// Why; never the case's content.
    pub reason: String,
    /// How often it was tried.
    pub tries: i32,
    /// When it is tried next.
    pub try_again_at: UtcInstant,
}

/// The cases of these partnerships that stand aside, the longest first, without those that are not
/// there for `viewer`; at most `limit`. The case itself is not read: it may be unreadable.
pub fn list_set_aside_of(
    r: &mut Reader<'_>,
    viewer: PersonId,
    partnership_ids: &[PartnershipId],
    limit: i64,
) -> Result<Vec<CaseAside>, StoreError> {
    let of: Vec<String> = partnership_ids.iter().map(ToString::to_string).collect();
    let excluded = excluded_people::table
        .filter(excluded_people::person_id.eq(viewer.to_string()))
        .select(excluded_people::escalation_id);
    let rows: Vec<(String, At, String, i32, At)> = on!(r, c => set_aside_cases::table
        .inner_join(escalations::table)
        .filter(escalations::partnership_id.eq_any(&of))
        .filter(escalations::id.ne_all(excluded))
        .order(set_aside_cases::set_aside_at)
        .limit(limit)
        .select((
            escalations::reference,
            set_aside_cases::set_aside_at,
            set_aside_cases::reason,
            set_aside_cases::tries,
            set_aside_cases::try_again_at,
        ))
        .load(c))?;
    let aside = |(reference, since, reason, tries, again): (String, At, String, i32, At)| {
        CaseAside { reference, since: since.0, reason, tries, try_again_at: again.0 }
    };
    Ok(rows.into_iter().map(aside).collect())
}

/// The cases that stand aside, with why, the longest first; at most `limit`.
pub fn list_set_aside(r: &mut Reader<'_>, limit: i64) -> Result<Vec<(String, String)>, StoreError> {
    Ok(on!(r, c => set_aside_cases::table
        .inner_join(escalations::table)
        .order(set_aside_cases::set_aside_at)
        .limit(limit)
        .select((escalations::reference, set_aside_cases::reason))
        .load(c))?)
}
