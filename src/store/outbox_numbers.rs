//! How the outbox stands, in numbers.

use super::conn::{Reader, on};
use super::error::StoreError;
use super::schema::notices;
use super::types::At;
use crate::clock::UtcInstant;
use diesel::prelude::*;

/// The outbox in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxNumbers {
    /// How many messages wait to be sent, or are being sent. What waits for an hour that its recipient
    /// has chosen is not among them before that.
    pub waiting_count: i64,
    /// Since when the oldest of them is to be sent.
    pub oldest_at: Option<UtcInstant>,
    /// How many were given up.
    pub failed_count: i64,
}

/// The outbox in numbers.
pub fn numbers(r: &mut Reader<'_>, now: UtcInstant) -> Result<OutboxNumbers, StoreError> {
    let waiting_count: i64 = on!(r, c => notices::table
        .filter(notices::state.eq_any(["queued", "leased"]))
        .filter(notices::waits_until.is_null().or(notices::waits_until.assume_not_null().le(At(now))))
        .count()
        .get_result(c))?;
    let queued: Option<At> = on!(r, c => notices::table
        .filter(notices::state.eq_any(["queued", "leased"]))
        .filter(notices::waits_until.is_null())
        .order(notices::queued_at)
        .select(notices::queued_at)
        .first(c)
        .optional())?;
    let waited: Option<Option<At>> = on!(r, c => notices::table
        .filter(notices::state.eq_any(["queued", "leased"]))
        .filter(notices::waits_until.assume_not_null().le(At(now)))
        .order(notices::waits_until)
        .select(notices::waits_until)
        .first(c)
        .optional())?;
    let failed_count: i64 = on!(r, c => notices::table
        .filter(notices::state.eq("failed"))
        .count()
        .get_result(c))?;
    let oldest_at = queued.into_iter().chain(waited.flatten()).map(|at| at.0).min();
    Ok(OutboxNumbers { waiting_count, oldest_at, failed_count })
}
