//! Questions that only the proof of a whole database asks.

use super::conn::{Reader, on};
use super::error::StoreError;
use super::schema::{
    escalations, idempotency_keys, notices, partnerships, policies, reference_counters,
};
use crate::escalation::PolicyRef;
use crate::ids::EscalationId;
use diesel::prelude::*;

/// The first reference of each partnership's year that was given out and has no case.
pub fn missing_references(r: &mut Reader<'_>) -> Result<Vec<String>, StoreError> {
    let counters: Vec<(String, String, i32, i32)> = on!(r, c => reference_counters::table
        .inner_join(partnerships::table)
        .order((partnerships::reference_prefix, reference_counters::year))
        .select((
            partnerships::id,
            partnerships::reference_prefix,
            reference_counters::year,
            reference_counters::last_number,
        ))
        .load(c))?;
    let mut missing = Vec::new();
    for (partnership_id, prefix, year, last_number) in counters {
        let begins = format!("{prefix}-{year}-");
        let there: Vec<String> = on!(r, c => escalations::table
            .filter(escalations::partnership_id.eq(&partnership_id))
            .filter(escalations::reference.like(format!("{begins}%")))
            .order(escalations::reference)
            .select(escalations::reference)
            .load(c))?;
        let mut there = there.into_iter().peekable();
        for number in 1..=last_number {
            let reference = format!("{begins}{number:06}");
            if there.next_if_eq(&reference).is_none() {
                missing.push(reference);
                break;
            }
        }
    }
    Ok(missing)
}

/// The version of the case with a reference.
pub fn version_of(r: &mut Reader<'_>, reference: &str) -> Result<Option<i64>, StoreError> {
    Ok(on!(r, c => escalations::table
        .filter(escalations::reference.eq(reference))
        .select(escalations::version)
        .first(c)
        .optional())?)
}

/// What the messages about a case are about, by their event keys, each once.
pub fn told_of(r: &mut Reader<'_>, which: EscalationId) -> Result<Vec<String>, StoreError> {
    Ok(on!(r, c => notices::table
        .filter(notices::escalation_id.eq(which.to_string()))
        .select(notices::event_key)
        .distinct()
        .load(c))?)
}

/// A policy version's text, with what was its digest when it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedText {
    /// Which version.
    pub which: PolicyRef,
    /// The text as it is now.
    pub text: String,
    /// The digest of the text that was loaded.
    pub sha256: String,
}

/// The texts of all policy versions.
pub fn pinned_texts(r: &mut Reader<'_>) -> Result<Vec<PinnedText>, StoreError> {
    let rows: Vec<(String, i32, String, String)> = on!(r, c => policies::table
        .order((policies::partnership_id, policies::key, policies::version))
        .select((policies::key, policies::version, policies::text, policies::sha256))
        .load(c))?;
    let pinned = |(key, version, text, sha256)| PinnedText {
        which: PolicyRef { key, version },
        text,
        sha256,
    };
    Ok(rows.into_iter().map(pinned).collect())
}

/// Where an answer stands among the kept ones: whose it is, and its key.
pub type AnswerPlace = (String, String);

/// The bodies of kept answers after a place, at most `limit`.
pub fn answers_after(
    r: &mut Reader<'_>,
    after: Option<&AnswerPlace>,
    limit: i64,
) -> Result<Vec<(AnswerPlace, String)>, StoreError> {
    let (person_id, key) = after.cloned().unwrap_or_default();
    let rows: Vec<(String, String, String)> = on!(r, c => idempotency_keys::table
        .filter(
            idempotency_keys::person_id.gt(&person_id).or(idempotency_keys::person_id
                .eq(&person_id)
                .and(idempotency_keys::key.gt(&key))),
        )
        .order((idempotency_keys::person_id, idempotency_keys::key))
        .limit(limit)
        .select((idempotency_keys::person_id, idempotency_keys::key, idempotency_keys::body))
        .load(c))?;
    Ok(rows.into_iter().map(|(person_id, key, body)| ((person_id, key), body)).collect())
}
