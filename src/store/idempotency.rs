//! What was answered to requests with an Idempotency-Key.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::idempotency_keys;
use super::types::At;
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;

/// An answer as it was given, to be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// What the request was: a digest of method, path and body.
    pub fingerprint: String,
    /// The HTTP status.
    pub status: i32,
    /// The Location header.
    pub location: Option<String>,
    /// The ETag header.
    pub etag: Option<String>,
    /// The body.
    pub body: String,
}

/// What was answered to a person's key.
pub fn find(
    r: &mut Reader<'_>,
    person_id: PersonId,
    key: &str,
) -> Result<Option<StoredAnswer>, StoreError> {
    type Row = (String, i32, Option<String>, Option<String>, String);
    let row: Option<Row> = on!(r, c => idempotency_keys::table
        .find((person_id.to_string(), key))
        .select((
            idempotency_keys::fingerprint,
            idempotency_keys::status,
            idempotency_keys::location,
            idempotency_keys::etag,
            idempotency_keys::body,
        ))
        .first(c)
        .optional())?;
    Ok(row.map(|(fingerprint, status, location, etag, body)| StoredAnswer {
        fingerprint,
        status,
        location,
        etag,
        body,
    }))
}

/// Keeps an answer, in the transaction of its effect.
///
/// # Errors
/// A unique violation if another request with this key was first.
pub fn insert(
    w: &mut Writer<'_>,
    person_id: PersonId,
    key: &str,
    answer: &StoredAnswer,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::person_id.eq(person_id.to_string()),
            idempotency_keys::key.eq(key),
            idempotency_keys::fingerprint.eq(&answer.fingerprint),
            idempotency_keys::status.eq(answer.status),
            idempotency_keys::location.eq(&answer.location),
            idempotency_keys::etag.eq(&answer.etag),
            idempotency_keys::body.eq(&answer.body),
            idempotency_keys::created_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Forgets answers that were given before an instant, and says how many.
pub fn delete_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(idempotency_keys::table
            .filter(idempotency_keys::created_at.lt(At(before))))
        .execute(c))?)
}
