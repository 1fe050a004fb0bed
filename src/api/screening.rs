//! What is settled before a handler sees a request, and what becomes of one that panics.
//!
//! HEAD is GET without a body. A query says each thing once, and of the API's operations only what
//! the API document tells of. Pages pass over what they do not know: mail gateways add to links.

use super::openapi;
use super::problem::{Code, Problem};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::LazyLock;
use std::task::Poll;

/// No address of ours is near as long, with any cursor.
const ADDRESS_BYTES_MAX: usize = 8192;

/// The names that the query of each operation may have, by method and path as in the document.
static QUERIES: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(queries);

fn queries() -> BTreeMap<String, BTreeSet<String>> {
    let document = match serde_json::to_value(openapi::document()) {
        Ok(document) => document,
        Err(error) => {
            // Then every query is refused: closed, not open.
            tracing::error!(%error, "reading the API document failed");
            Value::Null
        }
    };
    let mut known = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, it) in methods.as_object().into_iter().flatten() {
            let parameters = it.get("parameters").and_then(Value::as_array);
            let names = parameters
                .into_iter()
                .flatten()
                .filter(|it| it.get("in").and_then(Value::as_str) == Some("query"));
            let names = names.filter_map(|it| it.get("name").and_then(Value::as_str));
            let key = format!("{} {path}", method.to_uppercase());
            known.insert(key, names.map(str::to_owned).collect());
        }
    }
    known
}

/// Screens a request, and answers for a handler that panics.
pub async fn screen(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        // What sends the answer leaves its body out.
        request.head_mut().method = Method::GET;
    }
    if request.headers().get(header::UPGRADE).is_some_and(is_web_socket) {
        // All that follows would be taken for its body, and waited for.
        let detail = "There are no web sockets here.";
        return Err(Problem::new(Code::BadRequest, detail).closing().into());
    }
    check_address(&request)?;
    // A panic would drop the connection without an answer and without an id.
    let mut calling = pin!(async move { next.call(request).await });
    let called = std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| calling.as_mut().poll(context)));
        match polled {
            Ok(polled) => polled.map(Some),
            Err(_may_hold_what_somebody_wrote) => Poll::Ready(None),
        }
    });
    called.await.unwrap_or_else(|| {
        tracing::error!("a request panicked");
        Err(Problem::internal().into())
    })
}

fn is_web_socket(upgrade: &HeaderValue) -> bool {
    upgrade.as_bytes().trim_ascii().eq_ignore_ascii_case(b"websocket")
}

fn check_address(request: &ServiceRequest) -> Result<(), Problem> {
    let address = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    if address > ADDRESS_BYTES_MAX {
        return Err(Problem::new(Code::BadRequest, "The address is too long."));
    }
    if request.query_string().is_empty() {
        return Ok(());
    }
    let given = web::Query::<Vec<(String, String)>>::from_query(request.query_string()).map_err(
        |error| Problem::new(Code::BadRequest, format!("The query cannot be read: {error}.")),
    )?;
    let mut names = BTreeSet::new();
    for (name, _) in given.iter() {
        if !names.insert(name.as_str()) {
            let detail = "A name stands twice in the query. Say it once.";
            return Err(Problem::new(Code::BadRequest, detail));
        }
    }
    let Some(pattern) = request.match_pattern() else { return Ok(()) };
    let Some(known) = QUERIES.get(&format!("{} {pattern}", request.method())) else {
        return Ok(());
    };
    if names.iter().all(|name| known.contains(*name)) {
        return Ok(());
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(Problem::new(
        Code::BadRequest,
        match known.as_slice() {
            [] => "This takes no query.".to_owned(),
            known => {
                format!("The query has a name that is not known here. Known: {}.", known.join(", "))
            }
        },
    ))
}

#[cfg(test)]
mod tests;
