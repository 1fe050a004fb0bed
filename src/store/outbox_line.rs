//! Who is next in the outbox, and what goes with it.

use super::conn::{Conn, Writer, on};
use super::error::StoreError;
use super::schema::notices;
use super::types::At;
use crate::clock::UtcInstant;
use chrono::TimeDelta;
use diesel::prelude::*;

/// The most notices that go in one letter. What is over stays for a second one; a statement takes
/// 32,766 values on SQLite, and these are its values.
const BUNDLE_MAX: i64 = 30_000;
/// How long a bundle is held back at the most while the catching up that it tells of goes on.
const HELD_MAX: TimeDelta = TimeDelta::minutes(10);
/// The urgencies, by their place in line.
const URGENCIES: [i32; 3] = [0, 1, 2];

/// What is not to be found for now.
#[derive(Debug)]
pub(super) struct PassOver {
    /// Destinations that have all they may have.
    pub(super) destinations: Vec<String>,
    /// Notices that wait for another one.
    pub(super) notices: Vec<String>,
    /// Bundles: they are not complete yet.
    pub(super) bundles: bool,
}

/// A notice that may be leased next.
#[derive(Debug, Clone, Queryable)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) queued_at: At,
    pub(super) destination: String,
    pub(super) recipient_email: String,
    pub(super) partnership_id: String,
    pub(super) bundle: Option<String>,
    pub(super) sent_as: Option<String>,
    pub(super) escalation_id: Option<String>,
}

type CandidateColumns = (
    notices::id,
    notices::queued_at,
    notices::destination,
    notices::recipient_email,
    notices::partnership_id,
    notices::bundle,
    notices::sent_as,
    notices::escalation_id,
);

const CANDIDATE: CandidateColumns = (
    notices::id,
    notices::queued_at,
    notices::destination,
    notices::recipient_email,
    notices::partnership_id,
    notices::bundle,
    notices::sent_as,
    notices::escalation_id,
);

/// Runs a query of rows that are about to be leased. Differs by database because on PostgreSQL rows
/// that another node is taking are passed over; SQLite's writing transaction is the only one.
macro_rules! passing_over {
    ($w:expr, $query:expr) => {{
        let query = $query;
        match $w.conn() {
            #[cfg(feature = "postgres")]
            Conn::Postgres(c) => query.for_update().skip_locked().load(c)?,
            Conn::Sqlite(c) => query.load(c)?,
        }
    }};
}

/// The next to be sent: what a sender left behind, then the most urgent, or the oldest.
///
/// # Errors
/// If the database refuses the question.
pub(super) fn candidates(
    w: &mut Writer<'_>,
    now: UtcInstant,
    pass_over: &PassOver,
    oldest_first: bool,
    wanted: usize,
) -> Result<Vec<Candidate>, StoreError> {
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    // Where bundles are not held back, a notice of any age goes.
    let held_since = if pass_over.bundles { At(now.plus(-HELD_MAX)) } else { At(now) };
    let mut found: Vec<Candidate> = passing_over!(
        w,
        notices::table
            .filter(notices::state.eq("leased"))
            .filter(notices::lease_until.assume_not_null().le(At(now)))
            .filter(notices::destination.ne_all(&pass_over.destinations))
            .filter(notices::id.ne_all(&pass_over.notices))
            .order((notices::lease_until, notices::id))
            .limit(limit)
            .select(CANDIDATE)
    );
    let left_behind = found.len();
    for urgency in URGENCIES {
        if found.len() >= wanted && !oldest_first {
            break;
        }
        let more: Vec<Candidate> = passing_over!(
            w,
            notices::table
                .filter(notices::state.eq("queued"))
                .filter(notices::urgency.eq(urgency))
                .filter(notices::next_attempt_at.le(At(now)))
                .filter(notices::destination.ne_all(&pass_over.destinations))
                .filter(notices::id.ne_all(&pass_over.notices))
                .filter(notices::bundle.is_null().or(notices::queued_at.le(held_since)))
                .order((notices::queued_at, notices::id))
                .limit(limit)
                .select(CANDIDATE)
        );
        found.extend(more);
    }
    if oldest_first && let Some(queued) = found.get_mut(left_behind..) {
        queued.sort_by(|a, b| (a.queued_at, &a.id).cmp(&(b.queued_at, &b.id)));
    }
    Ok(found)
}

/// The first queued of all that may go to the candidate's person about the candidate's case now: it
/// takes the candidate's place however urgent it is, so that nobody reads of the end before the
/// beginning. None if one is on its way. What is tried again later holds up no other, and what goes
/// bundled is of many cases and goes for itself.
///
/// # Errors
/// If the database refuses the question.
pub(super) fn first_in_line(
    w: &mut Writer<'_>,
    candidate: Candidate,
    now: UtcInstant,
) -> Result<Option<Candidate>, StoreError> {
    let Some(case) = candidate.escalation_id.as_ref().filter(|_| candidate.bundle.is_none()) else {
        return Ok(Some(candidate));
    };
    let line: Vec<(String, Option<At>)> = on!(w, c => notices::table
        .filter(notices::escalation_id.eq(case))
        .filter(notices::recipient_email.eq(&candidate.recipient_email))
        .filter(notices::bundle.is_null())
        .filter(notices::state.eq("leased").or(
            notices::state.eq("queued").and(notices::next_attempt_at.le(At(now))),
        ))
        .order((notices::queued_at, notices::id))
        .select((notices::id, notices::lease_until))
        .load(c))?;
    if line.iter().any(|(_, lease_until)| lease_until.is_some_and(|until| until > At(now))) {
        return Ok(None);
    }
    match line.first() {
        Some((first, _)) if *first != candidate.id => lock(w, first, now),
        _ => Ok(Some(candidate)),
    }
}

/// Takes a notice that waits, unless another node is taking it.
fn lock(w: &mut Writer<'_>, id: &str, now: UtcInstant) -> Result<Option<Candidate>, StoreError> {
    let found: Vec<Candidate> = passing_over!(
        w,
        notices::table
            .filter(notices::id.eq(id))
            .filter(notices::state.eq("queued").or(
                notices::state.eq("leased").and(notices::lease_until.assume_not_null().le(At(now))),
            ))
            .select(CANDIDATE)
    );
    Ok(found.into_iter().next())
}

/// What went together before.
pub(super) fn ids_of_letter(
    w: &mut Writer<'_>,
    letter: &str,
    now: UtcInstant,
) -> Result<Vec<String>, StoreError> {
    let ids: Vec<String> = passing_over!(
        w,
        notices::table
            .filter(notices::sent_as.eq(letter))
            .filter(notices::state.eq("queued").or(
                notices::state.eq("leased").and(notices::lease_until.assume_not_null().le(At(now))),
            ))
            .order((notices::queued_at, notices::id))
            .limit(BUNDLE_MAX)
            .select(notices::id)
    );
    Ok(ids)
}

/// What waits to go together for the first time.
pub(super) fn ids_of_bundle(
    w: &mut Writer<'_>,
    candidate: &Candidate,
    bundle: &str,
) -> Result<Vec<String>, StoreError> {
    let ids: Vec<String> = passing_over!(
        w,
        notices::table
            .filter(notices::state.eq("queued"))
            .filter(notices::recipient_email.eq(&candidate.recipient_email))
            .filter(notices::partnership_id.eq(&candidate.partnership_id))
            .filter(notices::bundle.eq(bundle))
            .filter(notices::sent_as.is_null())
            .order((notices::queued_at, notices::id))
            .limit(BUNDLE_MAX)
            .select(notices::id)
    );
    Ok(ids)
}
