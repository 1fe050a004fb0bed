//! Errors as people and programs read them: RFC 9457, from one table.

use crate::engine::EngineError;
use crate::escalation::{FieldFault, Refusal};
use crate::store::StoreError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// When it is worth another try where the database does not answer, in seconds.
const BUSY_SECONDS: u32 = 5;
/// The same where its disk is full: somebody must make room first.
const FULL_SECONDS: u32 = 30;

/// What can go wrong, each with its status and title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request cannot be read.
    BadRequest,
    /// Nobody is signed in.
    NotSignedIn,
    /// It is not theirs to do.
    NotYours,
    /// They must prove again that it is them.
    ProveAgain,
    /// It is not there, or they may not see it.
    NotFound,
    /// There is no such method here.
    MethodNotAllowed,
    /// It cannot be done as things stand.
    NotNow,
    /// It was changed since it was read.
    Stale,
    /// The body does not arrive.
    TooSlow,
    /// Too large.
    TooLarge,
    /// Not JSON.
    NotJson,
    /// Fields are at fault.
    Faulty,
    /// The idempotency key was used for another request.
    KeyUsedOtherwise,
    /// If-Match is missing.
    ConditionRequired,
    /// Too many requests, or too many wrong guesses.
    TooMany,
    /// The server failed.
    Internal,
    /// The database is not to be had now.
    Unavailable,
    /// There is no room on the server's disk.
    Full,
}

/// All codes, for the reference page.
pub const CODES: [Code; 18] = [
    Code::BadRequest,
    Code::NotSignedIn,
    Code::NotYours,
    Code::ProveAgain,
    Code::NotFound,
    Code::MethodNotAllowed,
    Code::NotNow,
    Code::Stale,
    Code::TooSlow,
    Code::TooLarge,
    Code::NotJson,
    Code::Faulty,
    Code::KeyUsedOtherwise,
    Code::ConditionRequired,
    Code::TooMany,
    Code::Internal,
    Code::Unavailable,
    Code::Full,
];

impl Code {
    /// Status, word and title.
    pub fn row(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::BadRequest => (S::BAD_REQUEST, "bad-request", "The request cannot be read"),
            Self::NotSignedIn => (S::UNAUTHORIZED, "not-signed-in", "Sign in first"),
            Self::NotYours => (S::FORBIDDEN, "not-yours", "This is not yours to do"),
            Self::ProveAgain => (S::FORBIDDEN, "prove-again", "Prove again that it is you"),
            Self::NotFound => (S::NOT_FOUND, "not-found", "Nothing here that you can see"),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method-not-allowed", "There is no such method here")
            }
            Self::NotNow => (S::CONFLICT, "not-now", "This cannot be done as things stand"),
            Self::Stale => (S::PRECONDITION_FAILED, "stale", "This was changed since you read it"),
            Self::TooSlow => {
                (S::REQUEST_TIMEOUT, "too-slow", "The request took too long to arrive")
            }
            Self::TooLarge => (S::PAYLOAD_TOO_LARGE, "too-large", "The request is too large"),
            Self::NotJson => (S::UNSUPPORTED_MEDIA_TYPE, "not-json", "Send JSON"),
            Self::Faulty => (S::UNPROCESSABLE_ENTITY, "faulty", "Some fields need another look"),
            Self::KeyUsedOtherwise => (
                S::UNPROCESSABLE_ENTITY,
                "key-used-otherwise",
                "This Idempotency-Key was used for another request",
            ),
            Self::ConditionRequired => {
                (S::PRECONDITION_REQUIRED, "condition-required", "Say which version you read")
            }
            Self::TooMany => {
                (S::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests for now")
            }
            Self::Internal => {
                (S::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
            }
            Self::Unavailable => {
                (S::SERVICE_UNAVAILABLE, "unavailable", "The server cannot answer now")
            }
            Self::Full => {
                (S::INSUFFICIENT_STORAGE, "full", "There is no room left on the server's disk")
            }
        }
    }
}

/// An error as it is answered.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldFault>,
    allow: Option<String>,
    closes: bool,
    retry_after_seconds: Option<u32>,
}

/// The body of an error: RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// Where this kind of error is explained.
    #[serde(rename = "type")]
    kind: String,
    /// What it is.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, and what to do next.
    detail: String,
    /// Faults in single fields, each with its place as a JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldFault>,
}

impl Problem {
    /// An error with what to do next.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            allow: None,
            closes: false,
            retry_after_seconds: None,
        }
    }

    /// A fault in one field.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Refusal::field(pointer, detail).into()
    }

    /// The same, and the connection is closed: what the client sends next is not read.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { closes: true, ..self }
    }

    /// The request could be read in two ways, at this place.
    pub fn ambiguous(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let errors = vec![FieldFault::new(pointer.into(), detail.into())];
        let detail = "See errors: each names a place where the body has no single meaning.";
        Self { errors, ..Self::new(Code::BadRequest, detail) }
    }

    /// The server failed, and the log says how.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "Nothing was changed. Try again; if it happens again, tell whoever runs the server, \
             with the X-Request-Id of this answer.",
        )
    }

    /// Too many requests; worth another try after so many seconds.
    pub fn too_many(wait_seconds: u32) -> Self {
        let detail = "Wait for the seconds in Retry-After, then try again.";
        Self { retry_after_seconds: Some(wait_seconds), ..Self::new(Code::TooMany, detail) }
    }

    /// The database failed, and the log says how. Whether it is worth another try, and whether it may
    /// have been done all the same, is told.
    fn of_store(error: &StoreError) -> Self {
        let (code, seconds, detail) = match error {
            StoreError::Full => (
                Code::Full,
                FULL_SECONDS,
                "Nothing was changed. Reading still works. Tell whoever runs the server that its disk \
                 is full, and try again when there is room.",
            ),
            StoreError::Busy
            | StoreError::Waited
            | StoreError::TookTooLong
            | StoreError::ReadOnly
            | StoreError::InTheWay
            | StoreError::Connection(_)
            | StoreError::DiskDistrusted => (
                Code::Unavailable,
                BUSY_SECONDS,
                "Nothing was changed. Try again in a few seconds.",
            ),
            StoreError::DiskFailed | StoreError::Lost(_) => (
                Code::Unavailable,
                BUSY_SECONDS,
                "Whether this was done is not known. Send it again in a few seconds with the same \
                 Idempotency-Key, or look first whether it is there.",
            ),
            StoreError::Database(_)
            | StoreError::Unusable(_)
            | StoreError::InUse(_)
            | StoreError::Unreadable { .. }
            | StoreError::Missing(_)
            | StoreError::Stale(_)
            | StoreError::Stopped(_) => return Self::internal(),
        };
        Self { retry_after_seconds: Some(seconds), ..Self::new(code, detail) }
    }

    /// Its status, its title, and what happened in sentences, for a page.
    pub fn in_words(&self) -> (StatusCode, &'static str, String) {
        let (status, _, title) = self.code.row();
        if self.errors.is_empty() {
            return (status, title, self.detail.clone());
        }
        let fault = |fault: &FieldFault| {
            format!("{} {}.", fault.pointer.trim_start_matches('/'), fault.detail)
        };
        (status, title, self.errors.iter().map(fault).collect::<Vec<_>>().join(" "))
    }

    /// When it is worth another try, in seconds.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after_seconds
    }

    /// There is no such method here; those in `allow` are.
    pub fn method_not_allowed(allow: String) -> Self {
        let detail = format!("Use one of: {allow}.");
        Self { allow: Some(allow), ..Self::new(Code::MethodNotAllowed, detail) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.row().1)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.row().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, word, title) = self.code.row();
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        if self.code == Code::NotSignedIn {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.closes {
            response.force_close();
        }
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        let body = ProblemBody {
            kind: format!("/api/docs#problem-{word}"),
            title,
            status: status.as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
        };
        match serde_json::to_string(&body) {
            Ok(text) => response.body(text),
            Err(error) => {
                tracing::error!(%error, "writing an error failed");
                response.finish()
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let text = refusal.to_string();
        match refusal {
            Refusal::NotFound => Self::new(Code::NotFound, text),
            Refusal::NotYours(_) => Self::new(Code::NotYours, text),
            Refusal::ProveAgain => Self::new(Code::ProveAgain, text),
            Refusal::NotNow(_) => Self::new(Code::NotNow, text),
            Refusal::Faulty(errors) => Self {
                errors,
                ..Self::new(Code::Faulty, "See errors: each names a field and what belongs there.")
            },
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::Stale => Self::new(Code::Stale, text),
            EngineError::KeyUsedOtherwise => Self::new(Code::KeyUsedOtherwise, text),
            EngineError::Throttled { wait_seconds } => Self::too_many(wait_seconds),
            EngineError::NotSignedIn | EngineError::FactorRefused => {
                Self::new(Code::NotSignedIn, text)
            }
            EngineError::Store(error) => {
                tracing::error!(error = text, "a request failed");
                Self::of_store(&error)
            }
            EngineError::Auth(_)
            | EngineError::Entry(_)
            | EngineError::SetUpFile(_)
            | EngineError::TimeRefused(_) => {
                tracing::error!(error = text, "a request failed");
                Self::internal()
            }
        }
    }
}
