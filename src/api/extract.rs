//! What handlers take from a request: who asks, on what condition, with what body.

use super::limits::RequestLimits;
use super::problem::{Code, Problem};
use super::request_span;
use super::routes::Face;
use super::strict_json::{self, Unclear};
use crate::access::Actor;
use crate::engine::{Engine, Idempotency, Operation, Request};
use crate::escalation::FieldFault;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use utoipa::IntoParams;

/// The engine, as handlers are given it.
pub type App = web::Data<Engine>;

/// The most characters in an idempotency key.
const KEY_CHARACTERS_MAX: usize = 255;

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Somebody who is signed in.
pub struct Signed(pub Actor);

/// A request that wants to change something.
pub struct Ask<T> {
    /// Who asks, and on what condition.
    pub request: Request,
    /// What they sent.
    pub body: T,
}

/// The headers of every command.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers for the API document")]
pub struct CommandHeaders {
    /// The ETag of the version that you read, such as `"7"`. Without it: 428. Changed since: 412.
    #[param(rename = "If-Match", example = "\"7\"")]
    if_match: String,
    /// A key of your own for this request. Sent again with the same body it gives the same answer
    /// and has no second effect; with another body: 422. Kept for a week.
    #[param(rename = "Idempotency-Key", required = false, max_length = 255)]
    idempotency_key: Option<String>,
}

/// The headers of a request that makes something new.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers for the API document")]
pub struct CreationHeaders {
    /// A key of your own for this request. Sent again with the same body it gives the same answer
    /// and has no second effect; with another body: 422. Kept for a week.
    #[param(rename = "Idempotency-Key", required = false, max_length = 255)]
    idempotency_key: Option<String>,
}

impl FromRequest for Signed {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(signed_in(&request).await?)) })
    }
}

async fn signed_in(request: &HttpRequest) -> Result<Actor, Problem> {
    // One text for whatever is wrong: more would help a forger only.
    let not_signed_in = || {
        let detail =
            "Send a good access token: refresh yours, or sign in with POST /api/v1/sessions.";
        Problem::new(Code::NotSignedIn, detail)
    };
    let app = request.app_data::<App>().ok_or_else(Problem::internal)?;
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let value = values.next().filter(|_| values.next().is_none());
    let token = value
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(not_signed_in)?;
    let operation = Operation {
        method: request.method().as_str().to_owned(),
        path: request.match_pattern().unwrap_or_default(),
    };
    let actor = app.authenticate(token, &operation).await.map_err(|error| match error {
        crate::engine::EngineError::NotSignedIn => not_signed_in(),
        other => other.into(),
    })?;
    request_span::note_person(actor.person_id);
    if let Some(limits) = request.app_data::<web::Data<RequestLimits>>() {
        limits.check_person(actor.person_id)?;
    }
    Ok(actor)
}

impl<T: DeserializeOwned + 'static> FromRequest for Ask<T> {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let actor = signed_in(&request).await?;
            let bytes = body_bytes(&request, &mut payload).await?;
            let headers = request.headers();
            let idempotency = idempotency(&request, &bytes)?;
            let expected_version = if_match(headers)?;
            let body = parse_json(headers, &bytes)?;
            Ok(Self { request: Request { actor, expected_version, idempotency }, body })
        })
    }
}

impl<T> Ask<T> {
    /// The request, if it says which version it was read at.
    ///
    /// # Errors
    /// 428 if it does not.
    pub fn conditioned(self) -> Result<(Request, T), Problem> {
        if self.request.expected_version.is_none() {
            return Err(Problem::new(
                Code::ConditionRequired,
                "Send If-Match with the ETag of what you read, so that nobody's change is lost.",
            ));
        }
        Ok((self.request, self.body))
    }
}

/// A request whose answer holds a secret: it is never kept, and so cannot be given again.
pub struct Private<T> {
    /// Who asks.
    pub actor: Actor,
    /// What they sent.
    pub body: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for Private<T> {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let actor = signed_in(&request).await?;
            let bytes = body_bytes(&request, &mut payload).await?;
            Ok(Self { actor, body: parse_json(request.headers(), &bytes)? })
        })
    }
}

/// A JSON body of somebody who need not be signed in.
pub struct Open<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Open<T> {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let bytes = body_bytes(&request, &mut payload).await?;
            Ok(Self(parse_json(request.headers(), &bytes)?))
        })
    }
}

async fn body_bytes(request: &HttpRequest, payload: &mut Payload) -> Result<web::Bytes, Problem> {
    let seconds = request.app_data::<web::Data<Face>>().map_or(0, |face| face.body_seconds_max);
    let reading = web::Bytes::from_request(request, payload);
    let Ok(read) = tokio::time::timeout(Duration::from_secs(seconds), reading).await else {
        return Err(Problem::new(Code::TooSlow, "The body did not arrive in time. Send it again.")
            .closing());
    };
    read.map_err(|error| {
        if error.as_response_error().status_code() == 413 {
            Problem::new(Code::TooLarge, "Send less at once.").closing()
        } else {
            Problem::new(Code::BadRequest, "The body did not arrive whole. Send it again.")
                .closing()
        }
    })
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let mut kinds = headers.get_all(header::CONTENT_TYPE);
    let kind = kinds.next().filter(|_| kinds.next().is_none());
    let mut parts = kind.and_then(|value| value.to_str().ok()).unwrap_or_default().split(';');
    let essence = parts.next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(Code::NotJson, "Send Content-Type: application/json."));
    }
    let is_utf_8 = |part: &str| match part.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
            charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    if parts.all(is_utf_8) {
        return Ok(());
    }
    Err(Problem::new(Code::BadRequest, "JSON is UTF-8: send it so, and name no other charset."))
}

fn parse_json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    check_content_type(headers)?;
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::field("", "must be an object, not a list")); // serde would take it
    }
    strict_json::check(bytes).map_err(|unclear| match unclear {
        Unclear::Ambiguous { pointer, why } => Problem::ambiguous(pointer, why),
        Unclear::NotJson => {
            Problem::new(Code::BadRequest, "The body is not JSON that can be read.")
        }
    })?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(&error);
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => Problem::from(crate::escalation::Refusal::Faulty(
                vec![FieldFault::new(pointer, in_words(&inner.to_string()))],
            )),
            _ => Problem::new(Code::BadRequest, "The body is not JSON that can be read."),
        }
    })
}

/// Where a fault is, as a JSON pointer. The name of a field that is missing is in the message alone.
fn pointer(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in error.path().iter() {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    let message = error.inner().to_string();
    let named = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    if let Some(field) = named {
        pointer.push('/');
        pointer.push_str(field);
    }
    pointer
}

/// What belongs there. What stood there is not repeated: it may tell of a child, and errors end up
/// in logs. Nor is the line and column, in a body that nobody looks at as lines.
fn in_words(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    if message.starts_with("missing field") {
        return "is missing".to_owned();
    }
    if message.starts_with("UUID parsing failed") {
        return "must be an id, as it was answered".to_owned();
    }
    let repeats = ["invalid ", "unknown "].iter().any(|how| message.starts_with(how));
    match message.rsplit_once(", expected ") {
        Some((_, expected)) if message.starts_with("unknown field") => {
            format!("is not a field here; expected {expected}")
        }
        Some((_, expected)) if expected.starts_with("struct") || expected.contains("enum") => {
            "must be an object".to_owned()
        }
        Some((_, expected)) if repeats => format!("must be {expected}"),
        _ if repeats => "is not what belongs here".to_owned(),
        _ => message.to_owned(),
    }
}

/// The version in an ETag of ours, such as `"7"`; anything else matches nothing.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let read = value
        .to_str()
        .ok()
        .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"')?.parse::<i64>().ok());
    match read {
        Some(version) => Ok(Some(version)),
        None => Err(Problem::new(
            Code::Stale,
            "If-Match must be the ETag as you read it, with its quotation marks, such as \"7\".",
        )),
    }
}

fn idempotency(request: &HttpRequest, body: &[u8]) -> Result<Option<Idempotency>, Problem> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| !key.is_empty() && key.len() <= KEY_CHARACTERS_MAX)
        .ok_or_else(|| {
            Problem::new(
                Code::BadRequest,
                "Idempotency-Key must be 1 to 255 plain characters, such as a random UUID.",
            )
        })?;
    let mut digest = Sha256::new();
    for part in [request.method().as_str().as_bytes(), request.path().as_bytes(), body] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(Idempotency { key: key.to_owned(), fingerprint }))
}
