//! Who read which case, and why they could: appended to, never changed.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{case_views, people};
use super::types::{At, id, of_word, word};
use crate::access::Standing;
use crate::clock::UtcInstant;
use crate::ids::{CaseViewId, EscalationId, PersonId};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What was read of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Viewed {
    /// The case itself.
    Case,
    /// Its timeline.
    Timeline,
    /// Its notices.
    Notices,
}

/// That somebody read a case.
#[derive(Debug, Clone)]
pub struct CaseViewed {
    /// Its id.
    pub id: CaseViewId,
    /// Who.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// What.
    pub what: Viewed,
    /// Why they could.
    pub standing: Standing,
    /// When.
    pub at: UtcInstant,
}

/// Whether somebody's reading of the same thing on the same ground was written down at or after
/// `since`.
pub fn is_there(
    r: &mut Reader<'_>,
    escalation_id: EscalationId,
    person_id: PersonId,
    (what, standing): (Viewed, Standing),
    since: UtcInstant,
) -> Result<bool, StoreError> {
    let what = word("what was viewed", &what)?;
    let standing = word("a standing", &standing)?;
    let found: Option<String> = on!(r, c => case_views::table
        .filter(case_views::person_id.eq(person_id.to_string()))
        .filter(case_views::escalation_id.eq(escalation_id.to_string()))
        .filter(case_views::what.eq(&what))
        .filter(case_views::standing.eq(&standing))
        .filter(case_views::viewed_at.ge(At(since)))
        .select(case_views::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Writes down that somebody read a case.
pub fn append(
    w: &mut Writer<'_>,
    escalation_id: EscalationId,
    person_id: PersonId,
    (what, standing): (Viewed, Standing),
    now: UtcInstant,
) -> Result<(), StoreError> {
    let what = word("what was viewed", &what)?;
    let standing = word("a standing", &standing)?;
    on!(w, c => diesel::insert_into(case_views::table)
        .values((
            case_views::id.eq(CaseViewId::new().to_string()),
            case_views::escalation_id.eq(escalation_id.to_string()),
            case_views::person_id.eq(person_id.to_string()),
            case_views::what.eq(&what),
            case_views::standing.eq(&standing),
            case_views::viewed_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Who read a case, after one, at most `limit`, the first first.
pub fn list(
    r: &mut Reader<'_>,
    escalation_id: EscalationId,
    after: Option<CaseViewId>,
    limit: i64,
) -> Result<Vec<CaseViewed>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<(String, String, String, String, String, At)> = on!(r, c => case_views::table
        .inner_join(people::table.on(people::id.eq(case_views::person_id)))
        .filter(case_views::escalation_id.eq(escalation_id.to_string()))
        .filter(case_views::id.gt(after))
        .order(case_views::id)
        .limit(limit)
        .select((
            case_views::id,
            case_views::person_id,
            people::name,
            case_views::what,
            case_views::standing,
            case_views::viewed_at,
        ))
        .load(c))?;
    rows.into_iter()
        .map(|(view, person, name, what, standing, at)| {
            Ok(CaseViewed {
                id: id("a view's id", &view)?,
                person_id: id("a view's person", &person)?,
                name,
                what: of_word("what was viewed", &what)?,
                standing: of_word("a standing", &standing)?,
                at: at.0,
            })
        })
        .collect()
}
