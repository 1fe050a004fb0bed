//! Answers: with their ETag and their Location.

use super::problem::Problem;
use super::views::EscalationView;
use crate::engine::{Answered, CaseView, EngineError};
use crate::store::idempotency::StoredAnswer;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// What to answer a change with, before it is known whether it is a replay.
pub fn stored<T: Serialize>(
    status: StatusCode,
    location: Option<String>,
    version: i64,
    body: &T,
) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: i32::from(status.as_u16()),
        location,
        etag: Some(etag(version)),
        body: serde_json::to_string(body)?,
    })
}

/// What was made, where it is no resource and so has no version.
pub fn created_plain<T: Serialize>(body: &T) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: i32::from(StatusCode::CREATED.as_u16()),
        location: None,
        etag: None,
        body: serde_json::to_string(body)?,
    })
}

/// A case after a command.
pub fn of_case(view: &CaseView) -> Result<StoredAnswer, EngineError> {
    stored(StatusCode::OK, None, view.escalation.version, &EscalationView::of(view))
}

/// A case that was begun.
pub fn of_new_case(view: &CaseView) -> Result<StoredAnswer, EngineError> {
    let location = format!("/api/v1/escalations/{}", view.escalation.id);
    let version = view.escalation.version;
    stored(StatusCode::CREATED, Some(location), version, &EscalationView::of(view))
}

/// The ETag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A change's answer over HTTP.
pub fn respond(answered: Answered) -> Result<HttpResponse, Problem> {
    let answer = answered.answer;
    let status = u16::try_from(answer.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, "application/json"));
    if let Some(location) = answer.location {
        response.insert_header((header::LOCATION, location));
    }
    if let Some(etag) = answer.etag {
        response.insert_header((header::ETAG, etag));
    }
    if answered.is_replay {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    Ok(response.body(answer.body))
}

/// Something that was read, with its ETag; 304 to somebody who has it already.
pub fn read<T: Serialize>(request: &HttpRequest, version: i64, body: &T) -> HttpResponse {
    let tag = etag(version);
    let has_it = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| is_it(one.trim(), &tag)));
    let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, tag));
    if has_it { response.finish() } else { response.json(body) }
}

/// Whether an ETag in If-None-Match means this one: weakly, as a proxy that compresses marks it
/// (RFC 9110 section 13.1.2).
fn is_it(known: &str, tag: &str) -> bool {
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}

/// Something that was read and has no version of its own.
pub fn plain<T: Serialize>(body: &T) -> HttpResponse {
    HttpResponse::Ok().json(body)
}
