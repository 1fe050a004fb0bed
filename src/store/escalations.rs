//! Escalations: the whole state of each, and what is searched by.

use super::conn::{Conn, Reader, Writer, on};
use super::error::StoreError;
use super::projections::{self, ListedRow};
use super::schema::{
    escalations, excluded_people, people, posts, reference_counters, seats, stage_entries,
};
use super::types::{At, id, json, of_json, word};
use crate::access::Actor;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::{Escalation, Status};
use crate::ids::{AgencyId, EscalationId, PartnershipId, PersonId, PostId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A case as it is stored: its state and the hash of its latest timeline entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The state.
    pub escalation: Escalation,
    /// The hash of the latest entry.
    pub head_hash: String,
}

#[derive(PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = escalations)]
#[diesel(treat_none_as_null = true)]
pub(super) struct EscalationRow {
    id: String,
    reference: String,
    partnership_id: String,
    policy_key: String,
    policy_version: i32,
    status: String,
    stage: Option<i32>,
    raising_agency_id: String,
    receiving_agency_id: Option<String>,
    raiser_id: String,
    drafted_at: At,
    raised_at: Option<At>,
    due_at: Option<At>,
    due_sort_at: At,
    next_act_at: Option<At>,
    is_overdue: bool,
    version: i64,
    head_hash: String,
    pub(super) state: String,
    is_restricted: bool,
    area_of_disagreement: Option<String>,
}

/// What lists sort a case by that has no deadline: the end of time.
fn end_of_time() -> At {
    let far = DateTime::<Utc>::from_timestamp(253_402_300_799, 0);
    At(UtcInstant::new(far.unwrap_or(DateTime::<Utc>::MAX_UTC)))
}

/// What comes before everything that is due.
pub(super) fn beginning_of_time() -> At {
    At(UtcInstant::new(DateTime::<Utc>::UNIX_EPOCH))
}

impl EscalationRow {
    pub(super) fn of(stored: &Stored) -> Result<Self, StoreError> {
        let it = &stored.escalation;
        let entry = it.current_entry();
        let due_at = entry.map(|entry| At(entry.due.at));
        let receiving = it.challenge().map(|challenge| challenge.receiving.agency_id.to_string());
        let stage = it.stage_entries.last().map(|entry| i32::try_from(entry.stage));
        Ok(Self {
            id: it.id.to_string(),
            reference: it.reference.clone(),
            partnership_id: it.partnership_id.to_string(),
            policy_key: it.policy.key.clone(),
            policy_version: it.policy.version,
            status: word("a case's status", &it.status)?,
            stage: stage
                .transpose()
                .map_err(|error| StoreError::unreadable("a case's stage", error))?,
            raising_agency_id: it.raising.agency_id.to_string(),
            receiving_agency_id: receiving,
            raiser_id: it.raiser.person_id.to_string(),
            drafted_at: At(it.drafted_at),
            raised_at: it.raised_at.map(At),
            due_at,
            due_sort_at: due_at.unwrap_or_else(end_of_time),
            next_act_at: it.next_act_at().map(At),
            is_overdue: entry.is_some_and(|entry| entry.overdue.is_some()),
            version: it.version,
            head_hash: stored.head_hash.clone(),
            state: json("a case's state", it)?,
            is_restricted: it.restriction().is_some(),
            area_of_disagreement: it.challenge().map(|it| it.area_of_disagreement.clone()),
        })
    }
}

/// The next reference of a partnership's year, such as `ESC-2026-000123`. Two that ask at once
/// wait for each other.
pub fn next_reference(
    w: &mut Writer<'_>,
    partnership_id: PartnershipId,
    prefix: &str,
    year: i32,
) -> Result<String, StoreError> {
    let key = partnership_id.to_string();
    on!(w, c => diesel::insert_into(reference_counters::table)
        .values((
            reference_counters::partnership_id.eq(&key),
            reference_counters::year.eq(year),
            reference_counters::last_number.eq(1),
        ))
        .on_conflict((reference_counters::partnership_id, reference_counters::year))
        .do_update()
        .set(reference_counters::last_number.eq(reference_counters::last_number + 1))
        .execute(c))?;
    let number: i32 = on!(w, c => reference_counters::table
        .find((&key, year))
        .select(reference_counters::last_number)
        .first(c))?;
    Ok(format!("{prefix}-{year}-{number:06}"))
}

/// A case.
pub fn find(r: &mut Reader<'_>, which: EscalationId) -> Result<Option<Stored>, StoreError> {
    let row: Option<(String, String)> = on!(r, c => escalations::table
        .find(which.to_string())
        .select((escalations::state, escalations::head_hash))
        .first(c)
        .optional())?;
    row.map(read).transpose()
}

/// Whether a case is not there for somebody.
pub fn is_excluded(
    r: &mut Reader<'_>,
    which: EscalationId,
    person_id: PersonId,
) -> Result<bool, StoreError> {
    let found: Option<String> = on!(r, c => excluded_people::table
        .find((which.to_string(), person_id.to_string()))
        .select(excluded_people::person_id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// The id of the case with a reference.
pub fn find_id(r: &mut Reader<'_>, reference: &str) -> Result<Option<EscalationId>, StoreError> {
    if reference.contains('\0') {
        return Ok(None); // PostgreSQL has no such text, and would call the question an error
    }
    let found: Option<String> = on!(r, c => escalations::table
        .filter(escalations::reference.eq(reference))
        .select(escalations::id)
        .first(c)
        .optional())?;
    found.map(|text| id("a case's id", &text)).transpose()
}

/// The reference and the partnership of a case, which may itself be unreadable.
pub fn reference_of(
    r: &mut Reader<'_>,
    which: EscalationId,
) -> Result<Option<(String, PartnershipId)>, StoreError> {
    let row: Option<(String, String)> = on!(r, c => escalations::table
        .find(which.to_string())
        .select((escalations::reference, escalations::partnership_id))
        .first(c)
        .optional())?;
    row.map(|(reference, of)| Ok((reference, id("a case's partnership", &of)?))).transpose()
}

fn read((state, head_hash): (String, String)) -> Result<Stored, StoreError> {
    Ok(Stored { escalation: of_json("a case's state", &state)?, head_hash })
}

/// A case, held until the transaction ends: whoever else wants to change it waits.
///
/// Differs by database because SQLite's writing transaction is the only one there is.
pub fn lock(w: &mut Writer<'_>, which: EscalationId) -> Result<Option<Stored>, StoreError> {
    let which = which.to_string();
    let query = escalations::table
        .filter(escalations::id.eq(&which))
        .select((escalations::state, escalations::head_hash));
    let row: Option<(String, String)> = match w.conn() {
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => query.for_update().first(c).optional()?,
        Conn::Sqlite(c) => query.first(c).optional()?,
    };
    row.map(read).transpose()
}

/// Adds a case.
pub fn insert(w: &mut Writer<'_>, stored: &Stored) -> Result<(), StoreError> {
    let row = EscalationRow::of(stored)?;
    on!(w, c => diesel::insert_into(escalations::table).values(&row).execute(c))?;
    projections::save(w, &stored.escalation)
}

/// Saves a case that was at `version_before`.
///
/// # Errors
/// [`StoreError::Stale`] if it was not: the lock was not held.
pub fn save(w: &mut Writer<'_>, stored: &Stored, version_before: i64) -> Result<(), StoreError> {
    let row = EscalationRow::of(stored)?;
    let saved = on!(w, c => diesel::update(escalations::table
            .filter(escalations::id.eq(&row.id))
            .filter(escalations::version.eq(version_before)))
        .set(&row)
        .execute(c))?;
    if saved != 1 {
        return Err(StoreError::Stale("the case"));
    }
    projections::save(w, &stored.escalation)
}

/// Cases in which something is due by `until`, the longest due first, after a place in that order.
pub fn due(
    r: &mut Reader<'_>,
    until: UtcInstant,
    after: Option<(UtcInstant, EscalationId)>,
    limit: i64,
) -> Result<Vec<(UtcInstant, EscalationId)>, StoreError> {
    let rows: Vec<(Option<At>, String)> = on!(r, c => {
        let mut query = escalations::table
            .filter(escalations::next_act_at.le(At(until)))
            .order((escalations::next_act_at, escalations::id))
            .limit(limit)
            .select((escalations::next_act_at, escalations::id))
            .into_boxed();
        if let Some((at, id)) = after {
            query = query.filter(
                escalations::next_act_at.gt(At(at))
                    .or(escalations::next_act_at.eq(At(at)).and(escalations::id.gt(id.to_string()))),
            );
        }
        query.load(c)
    })?;
    rows.into_iter()
        .map(|(at, which)| {
            let at = at.ok_or(StoreError::Missing("a due instant"))?;
            Ok((at.0, id("a case's id", &which)?))
        })
        .collect()
}

/// Cases after one, in the order of their ids: for walking all of them.
pub fn ids_after(
    r: &mut Reader<'_>,
    after: Option<EscalationId>,
    limit: i64,
) -> Result<Vec<EscalationId>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<String> = on!(r, c => escalations::table
        .filter(escalations::id.gt(after))
        .order(escalations::id)
        .limit(limit)
        .select(escalations::id)
        .load(c))?;
    rows.iter().map(|text| id("a case's id", text)).collect()
}

/// Whose list it is: what somebody may see (need to know).
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The person.
    pub person_id: PersonId,
    /// The posts that they hold or deputise.
    pub post_ids: Vec<PostId>,
    /// The partnerships of which they are an officer.
    pub officer_of: Vec<PartnershipId>,
    /// The partnerships whose cases they audit.
    pub auditor_of: Vec<PartnershipId>,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<Status>,
    /// Only in this stage.
    pub stage: Option<i32>,
    /// Only with this agency on this side, or on either.
    pub agency: Option<(AgencyId, Option<Side>)>,
    /// Only past due, or only not.
    pub overdue: Option<bool>,
    /// Only due then or later.
    pub due_from: Option<UtcInstant>,
    /// Only due by then.
    pub due_by: Option<UtcInstant>,
    /// Only those that wait for somebody of this agency.
    pub waiting_agency: Option<AgencyId>,
    /// Only about this area of disagreement, by its key.
    pub area_of_disagreement: Option<String>,
    /// Only those that wait for the viewer, or only those that do not.
    pub waiting_for_me: Option<bool>,
    /// Only of this partnership.
    pub partnership_id: Option<PartnershipId>,
    /// Only those that reached the viewer and left a stage since then.
    pub left_mine_since: Option<UtcInstant>,
}

/// The cases that somebody may see, narrowed: of whichever database the connection is. A macro, since
/// the two databases' queries are two types.
macro_rules! narrowed {
    ($viewer:expr, $filter:expr, $now:expr) => {{
        let (me, posts) = ($viewer.me(), $viewer.posts());
        let mine = || {
            seats::table
                .filter(seats::person_id.eq(me.clone()).or(seats::post_id.eq_any(posts.clone())))
        };
        let waiting = || mine().filter(seats::is_waiting.eq(true)).select(seats::escalation_id);
        let mut query = escalations::table
            .filter(
                escalations::raiser_id.eq(me.clone()).or(escalations::raised_at.is_not_null().and(
                    escalations::partnership_id
                        .eq_any($viewer.officer_of.iter().map(ToString::to_string))
                        .or(escalations::partnership_id
                            .eq_any($viewer.auditor_of.iter().map(ToString::to_string))
                            .and(escalations::is_restricted.eq(false)))
                        .or(escalations::id.eq_any(mine().select(seats::escalation_id))),
                )),
            )
            .filter(
                escalations::id.ne_all(
                    excluded_people::table
                        .filter(excluded_people::person_id.eq(me.clone()))
                        .select(excluded_people::escalation_id),
                ),
            )
            .into_boxed();
        if let Some(status) = &$filter.status {
            query = query.filter(escalations::status.eq(word("a status", status)?));
        }
        if let Some(stage) = $filter.stage {
            query = query.filter(escalations::stage.eq(stage));
        }
        if let Some((agency_id, side)) = $filter.agency {
            let agency_id = agency_id.to_string();
            query = match side {
                Some(Side::Raising) => query.filter(escalations::raising_agency_id.eq(agency_id)),
                Some(_) => query.filter(escalations::receiving_agency_id.eq(agency_id)),
                None => query.filter(
                    escalations::raising_agency_id.eq(agency_id.clone()).or(
                        escalations::receiving_agency_id
                            .is_not_null()
                            .and(escalations::receiving_agency_id.eq(agency_id)),
                    ),
                ),
            };
        }
        query = match $filter.overdue {
            Some(true) => query.filter(escalations::due_sort_at.le(At($now))),
            Some(false) => query.filter(escalations::due_sort_at.gt(At($now))),
            None => query,
        };
        if let Some(from) = $filter.due_from {
            query = query.filter(escalations::due_sort_at.ge(At(from)));
        }
        if let Some(area) = &$filter.area_of_disagreement {
            query = query.filter(escalations::area_of_disagreement.eq(area.clone()));
        }
        if let Some(agency_id) = $filter.waiting_agency {
            let of_agency = Some(agency_id.to_string());
            let posts_there = posts::table
                .filter(posts::agency_id.eq(of_agency.clone()))
                .select(posts::id.nullable());
            let people_there =
                people::table.filter(people::agency_id.eq(of_agency)).select(people::id.nullable());
            let waiting_there = seats::table
                .filter(seats::is_waiting.eq(true))
                .filter(
                    seats::post_id.eq_any(posts_there).or(seats::person_id.eq_any(people_there)),
                )
                .select(seats::escalation_id);
            query = query.filter(escalations::id.eq_any(waiting_there));
        }
        if let Some(until) = $filter.due_by {
            query = query.filter(escalations::due_sort_at.le(At(until)));
        }
        query = match $filter.waiting_for_me {
            Some(true) => query.filter(escalations::id.eq_any(waiting())),
            Some(false) => query.filter(escalations::id.ne_all(waiting())),
            None => query,
        };
        if let Some(partnership_id) = $filter.partnership_id {
            query = query.filter(escalations::partnership_id.eq(partnership_id.to_string()));
        }
        if let Some(since) = $filter.left_mine_since {
            let left = stage_entries::table
                .filter(stage_entries::left_at.assume_not_null().ge(At(since)))
                .select(stage_entries::escalation_id);
            query = query
                .filter(escalations::id.eq_any(left))
                .filter(escalations::id.eq_any(mine().select(seats::escalation_id)));
        }
        query
    }};
}

impl Viewer {
    /// Somebody who is signed in.
    pub fn of(actor: &Actor) -> Self {
        Self {
            person_id: actor.person_id,
            post_ids: actor.posts.iter().map(|post| post.post_id).collect(),
            officer_of: actor.officer_of().collect(),
            auditor_of: actor.auditor_of().collect(),
        }
    }

    fn me(&self) -> String {
        self.person_id.to_string()
    }

    fn posts(&self) -> Vec<Option<String>> {
        self.post_ids.iter().map(|id| Some(id.to_string())).collect()
    }
}

/// A page of the cases that somebody may see, the soonest due first.
pub fn list(
    r: &mut Reader<'_>,
    viewer: &Viewer,
    filter: &Filter,
    now: UtcInstant,
    after: Option<(UtcInstant, EscalationId)>,
    limit: i64,
) -> Result<Vec<ListedRow>, StoreError> {
    let rows = on!(r, c => {
        let mut query = narrowed!(viewer, filter, now)
            .order((escalations::due_sort_at, escalations::id))
            .limit(limit)
            .select(ListedRow::as_select());
        if let Some((at, id)) = after {
            query = query.filter(
                escalations::due_sort_at.gt(At(at))
                    .or(escalations::due_sort_at.eq(At(at)).and(escalations::id.gt(id.to_string()))),
            );
        }
        query.load(c)
    })?;
    Ok(rows)
}

/// How many cases somebody may see, narrowed, up to and with a place in the list's order.
pub fn count_until(
    r: &mut Reader<'_>,
    viewer: &Viewer,
    filter: &Filter,
    now: UtcInstant,
    (at, id): (UtcInstant, EscalationId),
) -> Result<i64, StoreError> {
    let counted = on!(r, c => narrowed!(viewer, filter, now)
        .filter(
            escalations::due_sort_at.lt(At(at))
                .or(escalations::due_sort_at.eq(At(at)).and(escalations::id.le(id.to_string()))),
        )
        .count()
        .get_result(c))?;
    Ok(counted)
}

/// How many cases somebody may see, narrowed.
pub fn count(
    r: &mut Reader<'_>,
    viewer: &Viewer,
    filter: &Filter,
    now: UtcInstant,
) -> Result<i64, StoreError> {
    Ok(on!(r, c => narrowed!(viewer, filter, now).count().get_result(c))?)
}
