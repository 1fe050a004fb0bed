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
    /// How many messages wait to be sent, or are being sent.
    pub waiting_count: i64,
    /// When the oldest of them was queued.
    pub oldest_at: Option<UtcInstant>,
    /// How many were given up.
    pub failed_count: i64,
}

/// The outbox in numbers.
pub fn numbers(r: &mut Reader<'_>) -> Result<OutboxNumbers, StoreError> {
    let waiting_count: i64 = on!(r, c => notices::table
        .filter(notices::state.eq_any(["queued", "leased"]))
        .count()
        .get_result(c))?;
    let oldest: Option<At> = on!(r, c => notices::table
        .filter(notices::state.eq_any(["queued", "leased"]))
        .order(notices::queued_at)
        .select(notices::queued_at)
        .first(c)
        .optional())?;
    let failed_count: i64 = on!(r, c => notices::table
        .filter(notices::state.eq("failed"))
        .count()
        .get_result(c))?;
    Ok(OutboxNumbers { waiting_count, oldest_at: oldest.map(|at| at.0), failed_count })
}
