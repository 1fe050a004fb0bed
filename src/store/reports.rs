//! What is counted of each raised case, kept beside it: one row a case, in the order in which reports
//! read them.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{excluded_people, report_cases};
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::{EscalationId, PartnershipId, PersonId};
use crate::reports::{CaseFacts, NotFacts, pack, unpack};
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;

/// The facts of a case as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFacts {
    /// The case's version that they are of.
    pub case_version: i64,
    /// The facts, or why they cannot be read.
    pub facts: Result<CaseFacts, WhyNoFacts>,
}

/// Why there are no facts in the row that is kept for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyNoFacts {
    /// They are still to be made from the timeline.
    #[error("its facts are still to be made from its timeline")]
    ToBeMade,
    /// They cannot be read.
    #[error("its facts cannot be read: {0}")]
    Unreadable(NotFacts),
}

/// A place in the order of what reports read: when a case was raised, and its id.
pub type FactsPlace = (UtcInstant, EscalationId);

/// The row that is kept for a case: no more of it than a report needs, which reads a million.
#[derive(Queryable)]
pub struct FactsRow {
    escalation_id: String,
    is_made: bool,
    facts: Vec<u8>,
}

impl FactsRow {
    /// Whose it is.
    ///
    /// # Errors
    /// If its id cannot be read.
    pub fn escalation_id(&self) -> Result<EscalationId, StoreError> {
        id("a case's id", &self.escalation_id)
    }

    /// The facts.
    ///
    /// # Errors
    /// Why there are none.
    pub fn facts(&self) -> Result<CaseFacts, WhyNoFacts> {
        of_columns(self.is_made, &self.facts)
    }
}

fn of_columns(is_made: bool, facts: &[u8]) -> Result<CaseFacts, WhyNoFacts> {
    if is_made { unpack(facts).map_err(WhyNoFacts::Unreadable) } else { Err(WhyNoFacts::ToBeMade) }
}

/// The facts that are kept of a case; none if there is no row, as for a draft.
pub fn find(r: &mut Reader<'_>, which: EscalationId) -> Result<Option<KeptFacts>, StoreError> {
    let row: Option<(i64, bool, Vec<u8>)> = on!(r, c => report_cases::table
        .filter(report_cases::escalation_id.eq(which.to_string()))
        .select((report_cases::case_version, report_cases::is_made, report_cases::facts))
        .first(c)
        .optional())?;
    Ok(row.map(|(case_version, is_made, facts)| {
        let facts = of_columns(is_made, &facts);
        KeptFacts { case_version, facts }
    }))
}

/// Keeps the facts of a case as they are at a version.
pub fn save(w: &mut Writer<'_>, facts: &CaseFacts, case_version: i64) -> Result<(), StoreError> {
    let packed =
        pack(facts).map_err(|error| StoreError::unreadable("the facts of a case", error))?;
    let place = (facts.raised_at, facts.escalation_id);
    put(w, facts.partnership_id, place, case_version, Some(packed))
}

/// Keeps that the facts of a case are still to be made: its timeline could not be read.
pub fn save_to_make(
    w: &mut Writer<'_>,
    partnership_id: PartnershipId,
    place: FactsPlace,
) -> Result<(), StoreError> {
    put(w, partnership_id, place, 0, None)
}

fn put(
    w: &mut Writer<'_>,
    partnership_id: PartnershipId,
    (raised_at, which): FactsPlace,
    case_version: i64,
    packed: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let is_made = packed.is_some();
    let packed = packed.unwrap_or_default(); // what is to be made has no bytes yet
    let changed = (
        report_cases::case_version.eq(case_version),
        report_cases::is_made.eq(is_made),
        report_cases::facts.eq(&packed),
    );
    on!(w, c => diesel::insert_into(report_cases::table)
        .values((
            report_cases::escalation_id.eq(which.to_string()),
            report_cases::partnership_id.eq(partnership_id.to_string()),
            report_cases::raised_at.eq(At(raised_at)),
            changed,
        ))
        .on_conflict(report_cases::escalation_id)
        .do_update()
        .set(changed)
        .execute(c))?;
    Ok(())
}

/// Hands over what is kept of a partnership's cases that were raised in a time, the first raised
/// first, after a place in that order, at most `limit`; one row after the other, so that the memory
/// of one serves for the next.
///
/// # Errors
/// If the database refuses the question; or what `each` says, which ends it.
pub fn read(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    raised: &Range<UtcInstant>,
    (after, limit): (Option<FactsPlace>, i64),
    mut each: impl FnMut(FactsRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let partnership_id = partnership_id.to_string();
    // As one comparison of the whole key the databases would not use the order they keep.
    let (from, after_id) = match after {
        Some((at, id)) => (At(at), id.to_string()),
        None => (At(raised.start), String::new()),
    };
    on!(r, c => {
        let rows = report_cases::table
            .filter(report_cases::partnership_id.eq(&partnership_id))
            .filter(report_cases::raised_at.ge(from))
            .filter(report_cases::raised_at.lt(At(raised.end)))
            .filter(report_cases::raised_at.gt(from).or(report_cases::escalation_id.gt(&after_id)))
            .order((report_cases::raised_at, report_cases::escalation_id))
            .limit(limit)
            .select((report_cases::escalation_id, report_cases::is_made, report_cases::facts))
            .load_iter::<FactsRow, DefaultLoadingMode>(c)?;
        for row in rows {
            each(row?)?;
        }
    });
    Ok(())
}

/// The place of a row in the order of [`read`].
///
/// # Errors
/// If there is none.
pub fn place(r: &mut Reader<'_>, which: EscalationId) -> Result<FactsPlace, StoreError> {
    let raised_at: Option<At> = on!(r, c => report_cases::table
        .filter(report_cases::escalation_id.eq(which.to_string()))
        .select(report_cases::raised_at)
        .first(c)
        .optional())?;
    raised_at.map(|at| (at.0, which)).ok_or(StoreError::Missing("the row of a case's facts"))
}

/// When the first and the last case was raised of those that [`read`] finds in a time; none if it
/// finds none.
pub fn span(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    raised: &Range<UtcInstant>,
) -> Result<Option<(UtcInstant, UtcInstant)>, StoreError> {
    let partnership_id = partnership_id.to_string();
    let ends: (Option<At>, Option<At>) = on!(r, c => {
        let within = || report_cases::table
            .filter(report_cases::partnership_id.eq(&partnership_id))
            .filter(report_cases::raised_at.ge(At(raised.start)))
            .filter(report_cases::raised_at.lt(At(raised.end)))
            .select(report_cases::raised_at);
        let first = within().order(report_cases::raised_at).first(c).optional()?;
        (first, within().order(report_cases::raised_at.desc()).first(c).optional()?)
    });
    Ok(ends.0.zip(ends.1).map(|(first, last)| (first.0, last.0)))
}

/// Cases whose facts are still to be made, in the order of their ids, after one of them.
pub fn to_make(
    r: &mut Reader<'_>,
    after: Option<EscalationId>,
    limit: i64,
) -> Result<Vec<EscalationId>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<String> = on!(r, c => report_cases::table
        .filter(diesel::dsl::not(report_cases::is_made))
        .filter(report_cases::escalation_id.gt(after))
        .order(report_cases::escalation_id)
        .limit(limit)
        .select(report_cases::escalation_id)
        .load(c))?;
    rows.iter().map(|text| id("a case's id", text)).collect()
}

/// The cases that are not there for somebody.
pub fn hidden_from(
    r: &mut Reader<'_>,
    person_id: PersonId,
) -> Result<BTreeSet<EscalationId>, StoreError> {
    let rows: Vec<String> = on!(r, c => excluded_people::table
        .filter(excluded_people::person_id.eq(person_id.to_string()))
        .select(excluded_people::escalation_id)
        .load(c))?;
    rows.iter().map(|text| id("a case's id", text)).collect()
}
