//! One call.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use serde::Deserialize;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);
/// More than any document, key set or token answer of a sensible provider.
const BYTES_MAX: usize = 262_144;

/// Why a call brought nothing; for the log. Shows no secret: neither the code nor what came back.
#[derive(Debug, thiserror::Error)]
pub enum CallFault {
    /// No connection, or no whole answer in time.
    #[error("it could not be reached: {0}")]
    Unreachable(String),
    /// An answer of another status.
    #[error("it answered {0}")]
    Status(StatusCode),
    /// An answer that is no JSON.
    #[error("it answered with something else than JSON")]
    NotJson,
    /// An answer that does not end.
    #[error("its answer is longer than {BYTES_MAX} bytes")]
    TooLong,
    /// The calls could not be set up.
    #[error("setting up calls: {0}")]
    SetUp(String),
}

/// A client for one kind of place.
///
/// # Errors
/// The machine's certificates cannot be read.
pub(super) fn client(on_this_machine: bool) -> Result<Client, CallFault> {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .pool_max_idle_per_host(2);
    let builder = if on_this_machine { builder.no_proxy() } else { builder.https_only(true) };
    builder.build().map_err(|error| CallFault::SetUp(error.without_url().to_string()))
}

/// A document of this address.
///
/// # Errors
/// It could not be had.
pub(super) async fn get(client: &Client, url: &str) -> Result<Vec<u8>, CallFault> {
    answer(client.get(url)).await
}

/// The ID token for a code.
///
/// # Errors
/// There is none.
pub(super) async fn exchange(
    client: &Client,
    url: &str,
    credentials: &str,
    form: &[(&str, &str)],
) -> Result<String, CallFault> {
    #[derive(Deserialize)]
    struct Tokens {
        id_token: String,
    }
    let request = client.post(url).header(AUTHORIZATION, credentials).form(form);
    let body = answer(request).await?;
    let tokens: Tokens =
        serde_json::from_slice(&body).map_err(|_withheld: serde_json::Error| CallFault::NotJson)?;
    Ok(tokens.id_token)
}

async fn answer(request: RequestBuilder) -> Result<Vec<u8>, CallFault> {
    let unreachable =
        |error: reqwest::Error| CallFault::Unreachable(error.without_url().to_string());
    let mut response =
        request.header(ACCEPT, "application/json").send().await.map_err(unreachable)?;
    if response.status() != StatusCode::OK {
        return Err(CallFault::Status(response.status()));
    }
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim).unwrap_or_default();
    // Key sets may have a type of their own (RFC 7517 section 8.5).
    if !["application/json", "application/jwk-set+json"].contains(&kind) {
        return Err(CallFault::NotJson);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len().saturating_add(chunk.len()) > BYTES_MAX {
            return Err(CallFault::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
