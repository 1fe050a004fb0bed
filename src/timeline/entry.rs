//! One entry, its canonical bytes and its hash.

use crate::clock::UtcInstant;
use crate::escalation::{Doer, Event};
use crate::ids::EscalationId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// A SHA-256 in 64 small hexadecimal digits.
pub type EntryHash = String;

/// What the first entry of a case carries as the hash of the one before it.
pub const FIRST_PREVIOUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One entry of a case's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The case.
    pub escalation_id: EscalationId,
    /// Its place, counted from 1 without a gap.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded_at: UtcInstant,
    /// Who made it happen.
    pub by: Doer,
    /// What happened.
    pub event: Event,
    /// The hash of the entry before it.
    pub previous_hash: EntryHash,
    /// The hash of this one.
    pub hash: EntryHash,
}

impl Entry {
    /// The entry that follows in a case's chain.
    ///
    /// # Errors
    /// If the event cannot be written as JSON.
    pub fn following(
        escalation_id: EscalationId,
        last: Option<(i64, &str)>,
        recorded_at: UtcInstant,
        by: Doer,
        event: Event,
    ) -> Result<Self, serde_json::Error> {
        let (last_sequence, previous_hash) = last.unwrap_or((0, FIRST_PREVIOUS));
        let mut entry = Self {
            escalation_id,
            sequence: last_sequence + 1,
            recorded_at,
            by,
            event,
            previous_hash: previous_hash.to_owned(),
            hash: String::new(),
        };
        entry.hash = entry.compute_hash()?;
        Ok(entry)
    }

    /// The bytes that are hashed: compact JSON, object keys in alphabetical order at every level, in
    /// UTF-8, of `{by, escalation_id, event, previous_hash, recorded_at, sequence}`.
    ///
    /// # Errors
    /// If the event cannot be written as JSON.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("hash");
        }
        // serde_json's map is ordered by key, so this is canonical without more ado; a test holds it.
        serde_json::to_string(&value)
    }

    /// The hash that the entry ought to carry.
    ///
    /// # Errors
    /// If the event cannot be written as JSON.
    pub fn compute_hash(&self) -> Result<EntryHash, serde_json::Error> {
        let digest = Sha256::digest(self.canonical()?.as_bytes());
        let mut hash = String::with_capacity(64);
        for byte in digest {
            // Writing to a String cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Ok(hash)
    }
}
