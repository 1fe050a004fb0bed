//! The headers of every answer, errors and all, and the one list of origins whose pages may ask.

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing_actix_web::RequestId;

/// Nobody may keep an answer, frame it, guess at its type, or learn from where it was linked; a page
/// brings our own style sheet, no script, and nothing from elsewhere.
const HEADERS: [(&str, &str); 9] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// How long a browser may remember what it was told of an origin, in seconds.
const CORS_SECONDS: usize = 600;

fn complete(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Gives the headers to an answer, or to the answer that an error becomes.
fn to_answer<B>(
    called: Result<ServiceResponse<B>, Error>,
    give: impl FnOnce(&mut HeaderMap),
) -> Result<ServiceResponse<B>, Error> {
    match called {
        Ok(mut response) => {
            give(response.headers_mut());
            Ok(response)
        }
        Err(error) => {
            let mut response = error.error_response();
            give(response.headers_mut());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// Puts the headers on every answer. The outermost layer, so that nothing answers past it.
pub async fn on_every_answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    to_answer(next.call(request).await, complete)
}

/// Shows the request's id, so that somebody who tells of an error can tell which.
pub async fn show_request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = request.extensions().get::<RequestId>().copied();
    let value = id.and_then(|id| HeaderValue::from_str(&id.to_string()).ok());
    to_answer(next.call(request).await, |headers| {
        if let Some(value) = value {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
    })
}

/// What pages of these origins, and of no other, may ask: with an access token that they hold, never
/// with a cookie.
pub fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "idempotency-key",
            "if-match",
            "if-none-match",
        ])
        .expose_headers([
            "etag",
            "idempotency-replayed",
            "left-out-count",
            "location",
            "retry-after",
            "x-request-id",
        ])
        .max_age(CORS_SECONDS);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
