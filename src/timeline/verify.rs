//! Proving a timeline: nothing changed, nothing missing, and the stored state is what it adds up to.

use super::entry::{Entry, FIRST_PREVIOUS};
use crate::escalation::Escalation;
use thiserror::Error;

/// The first thing that is wrong with a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Break {
    /// There are no entries.
    #[error("it has no entries")]
    Empty,
    /// An entry is missing, or stands twice.
    #[error("entry {expected} is missing: entry {found} stands in its place")]
    Gap {
        /// The number that ought to be here.
        expected: i64,
        /// The number that is.
        found: i64,
    },
    /// An entry does not follow from the one before it.
    #[error("entry {0} does not carry the hash of the entry before it")]
    Unchained(i64),
    /// An entry was changed.
    #[error("entry {0} was changed: its hash is not the one it carries")]
    Changed(i64),
    /// An entry cannot be written in its canonical form.
    #[error("entry {0} cannot be read")]
    Unreadable(i64),
    /// The first entry is not the beginning of a case.
    #[error("entry 1 does not begin a case")]
    NoBeginning,
    /// The stored state is not what the entries add up to.
    #[error("the stored {0} is not what its entries add up to")]
    StateDiffers(&'static str),
}

/// Checks a case's entries, in order, and hands back the state that they add up to.
///
/// # Errors
/// The first break.
pub fn verify(entries: &[Entry]) -> Result<Escalation, Break> {
    let mut previous = FIRST_PREVIOUS;
    for (expected, entry) in (1..).zip(entries) {
        if entry.sequence != expected {
            return Err(Break::Gap { expected, found: entry.sequence });
        }
        if entry.previous_hash != previous {
            return Err(Break::Unchained(entry.sequence));
        }
        match entry.compute_hash() {
            Ok(hash) if hash == entry.hash => previous = &entry.hash,
            Ok(_) => return Err(Break::Changed(entry.sequence)),
            Err(_unwritable) => return Err(Break::Unreadable(entry.sequence)),
        }
    }
    fold(entries)
}

/// The state that a case's entries add up to.
///
/// # Errors
/// If there are none, or the first does not begin a case.
pub fn fold(entries: &[Entry]) -> Result<Escalation, Break> {
    let (first, rest) = entries.split_first().ok_or(Break::Empty)?;
    let begun = Escalation::begin(first.escalation_id, &first.event, &first.by, first.recorded_at)
        .ok_or(Break::NoBeginning)?;
    Ok(rest
        .iter()
        .fold(begun, |state, entry| state.apply(&entry.event, &entry.by, entry.recorded_at)))
}
