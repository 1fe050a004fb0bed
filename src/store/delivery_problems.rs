//! Messages that did not arrive, or not yet: for those who must do something about them.

use super::conn::{Reader, on};
use super::error::StoreError;
use super::notices::{NoticeRow, StoredNotice, readable};
use super::schema::{excluded_people, notices};
use crate::ids::{NoticeId, PartnershipId, PersonId};
use diesel::prelude::*;

/// What is the matter with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It was refused for good, or given up.
    Failed,
    /// A mail server had taken it, and sent it back.
    CameBack,
    /// It was tried, and was not taken for now.
    Delayed,
    /// It waits for its first try.
    Waiting,
}

/// The messages of these partnerships that are in this trouble, the newest first, before one; at most
/// `limit`. Without those of cases that are not there for `viewer`.
///
/// # Errors
/// If the database refuses the question.
pub fn list(
    r: &mut Reader<'_>,
    viewer: PersonId,
    partnership_ids: &[PartnershipId],
    (trouble, before): (Trouble, Option<NoticeId>),
    limit: i64,
) -> Result<Vec<StoredNotice>, StoreError> {
    let of: Vec<String> = partnership_ids.iter().map(ToString::to_string).collect();
    let rows: Vec<NoticeRow> = on!(r, c => {
        let mut query = notices::table
            .filter(notices::partnership_id.eq_any(&of))
            .filter(notices::escalation_id.is_null().or(
                notices::escalation_id.assume_not_null().ne_all(
                    excluded_people::table
                        .filter(excluded_people::person_id.eq(viewer.to_string()))
                        .select(excluded_people::escalation_id),
                ),
            ))
            .order(notices::id.desc())
            .limit(limit)
            .select(NoticeRow::as_select())
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(notices::id.lt(before.to_string()));
        }
        let on_the_way = notices::state.eq_any(["queued", "leased"]);
        query = match trouble {
            Trouble::Failed => query
                .filter(notices::state.eq("failed"))
                .filter(notices::bounced_at.is_null()),
            Trouble::CameBack => query.filter(notices::bounced_at.is_not_null()),
            Trouble::Delayed => query.filter(on_the_way).filter(notices::attempts.gt(0)),
            Trouble::Waiting => query.filter(on_the_way).filter(notices::attempts.eq(0)),
        };
        query.load(c)
    })?;
    Ok(readable(rows))
}
