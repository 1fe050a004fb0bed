//! What an entry of the log says of the request in which it was written.

use crate::client_address::ClientAddress;
use crate::ids::PersonId;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};

/// The method, the route's pattern, who is signed in, the status, and the id that the answer shows;
/// and a line for each request that was refused (OWASP ASVS 5.0.0, 16.3.1 to 16.3.3). Nothing that the
/// client sent: an address holds references and secrets, a query or a header anything, and an error's
/// text the names of fields.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string);
        let method = request.method();
        let is_known = KNOWN_METHODS.contains(&method.as_str());
        tracing::info_span!(
            "request",
            method = if is_known { method.as_str() } else { "other" },
            route = request.match_pattern().as_deref().unwrap_or("none"),
            client = %ClientAddress::of(request.request()).0,
            person_id = tracing::field::Empty,
            status = tracing::field::Empty,
            request_id = id,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        if status.is_client_error() {
            span.in_scope(|| tracing::info!("a request was refused"));
        }
    }
}

/// Lets the entries of this request say who sent it.
pub fn note_person(person_id: PersonId) {
    Span::current().record("person_id", tracing::field::display(person_id));
}

/// A method may be any word that a client makes up.
const KNOWN_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
