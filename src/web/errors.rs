//! Errors as somebody at a browser sees them. What is refused before a page's own handler is reached
//! (no such address, too much at once, a failure) comes from below as a problem for programs; whoever
//! asks for a page gets a page, which says what to do. And a form that was not taken shows what was
//! written, because a browser may not keep it.

use super::page::{Page, Refused};
use super::posted::WrittenWords;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use tracing_actix_web::RequestId;

/// Where programs ask, whatever they say that they take.
const OF_PROGRAMS: [&str; 3] = ["/api/", "/livez", "/readyz"];

/// Gives whoever asks for a page a page, also where the answer is an error.
///
/// # Errors
/// Those of the request itself, with a page as their answer.
pub async fn tell_people<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !asks_for_a_page(&request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    match next.call(request).await {
        Ok(answer) => {
            let page = match answer.response().error().and_then(Error::as_error::<Refused>) {
                Some(refused) => with_what_was_written(refused, answer.request(), id),
                None => instead_of(answer.status(), answer.headers(), id),
            };
            Ok(match page {
                None => answer.map_into_left_body(),
                Some(page) => {
                    let (request, old) = answer.into_parts();
                    ServiceResponse::new(request, shown(old, &page)).map_into_right_body()
                }
            })
        }
        Err(error) => {
            let problem = error.error_response();
            match instead_of(problem.status(), problem.headers(), id) {
                Some(page) => {
                    Err(InternalError::from_response(error, shown(problem, &page)).into())
                }
                None => Err(error),
            }
        }
    }
}

fn asks_for_a_page(request: &ServiceRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    let is_of_programs = OF_PROGRAMS.iter().any(|place| request.path().starts_with(place));
    !is_of_programs && accept.is_some_and(|kinds| kinds.contains("text/html"))
}

/// The same answer with a page in it: its status and its other headers stay.
fn shown<B>(answer: HttpResponse<B>, page: &Page) -> HttpResponse<BoxBody> {
    let text = page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "making a page failed");
        "Something went wrong on our side. Nothing was changed.".to_owned()
    });
    let mut answer = answer.set_body(BoxBody::new(text));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, html);
    answer
}

/// A refusal's own page with what was written under it, and a failure's with its number; none where
/// there is nothing to add.
fn with_what_was_written(
    refused: &Refused,
    request: &HttpRequest,
    id: Option<String>,
) -> Option<Page> {
    // A form that comes back with what was written in it says all there is to say.
    if matches!(refused, Refused::Shown { .. }) {
        return None;
    }
    let written =
        request.extensions().get::<WrittenWords>().map_or_else(Vec::new, |it| it.0.clone());
    let is_failure = refused.status_code().is_server_error();
    if written.is_empty() && !is_failure {
        return None;
    }
    let mut page = Page { written, ..refused.page() };
    page.paragraphs.extend(id.filter(|_| is_failure).map(number));
    Some(page)
}

/// What whoever runs the server finds the failure by in the log.
fn number(id: String) -> String {
    format!("The number of this error is {id}.")
}

/// The page in place of a problem for programs; none for what is no error, or says so itself.
fn instead_of(status: StatusCode, headers: &HeaderMap, id: Option<String>) -> Option<Page> {
    if !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_for_programs =
        |kind: &str| kind.starts_with("application/problem+json") || kind.starts_with("text/plain");
    if !kind.is_none_or(is_for_programs) {
        return None;
    }
    let (title, paragraphs) = words(status);
    let mut page = Page::telling(title, paragraphs);
    page.paragraphs.extend(id.filter(|_| status.is_server_error()).map(number));
    page.links.push(("/".to_owned(), "Home".to_owned()));
    page.links.push(("/help".to_owned(), "Help".to_owned()));
    Some(page)
}

/// Title, and what to do next.
fn words(status: StatusCode) -> (&'static str, &'static [&'static str]) {
    use StatusCode as S;
    match status {
        S::NOT_FOUND => (
            "Page not found",
            &[
                "There is nothing at this address that you can see.",
                "If you typed the address, look at it once more. If a link in a message brought you \
                 here, sign in as the person whom the message was sent to.",
            ],
        ),
        S::METHOD_NOT_ALLOWED => (
            "Not in this way",
            &["This address only takes what one of our forms sends. Begin on the home page."],
        ),
        S::REQUEST_TIMEOUT => (
            "This took too long to arrive",
            &["Nothing was changed. Look at your connection, then send it once more."],
        ),
        S::PAYLOAD_TOO_LARGE => (
            "This is too long",
            &[
                "Nothing was changed. One form takes about a hundred pages of text in all.",
                "Go back. If your browser still shows what you wrote, copy it, make it shorter, and \
                 send it once more.",
            ],
        ),
        S::TOO_MANY_REQUESTS => (
            "Too many requests for now",
            &[
                "You or your office asked for very many pages in a short time. Nothing was changed.",
                "Wait a minute, then load this page again.",
            ],
        ),
        S::SERVICE_UNAVAILABLE => (
            "The server cannot answer now",
            &[
                "Nothing was changed. Wait a minute, then try again.",
                "Deadlines are kept meanwhile. What a form held may be gone: keep long texts in a \
                 document of your own until this works again.",
            ],
        ),
        S::INSUFFICIENT_STORAGE => (
            "There is no room left on the server’s disk",
            &["Nothing was changed. You can still read. Tell whoever runs the server that its \
                 disk is full."],
        ),
        status if status.is_server_error() => (
            "Something went wrong on our side",
            &["Try again. If it happens again, tell whoever runs the server, with the number \
                 below and the time."],
        ),
        _ => (
            "This cannot be read",
            &[
                "The address, or what was sent, is not as our pages write it. Nothing was changed.",
                "Begin on the home page, and find the page from there.",
            ],
        ),
    }
}
