//! Whether the server lives, and whether it can do its work.

use super::extract::App;
use super::problem::Problem;
use crate::store::{StoreError, escalations};
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// A deadline that was not acted on for longer than this means that the escalator does not work.
const LATE_SECONDS_MAX: i64 = 60;

/// How the server is.
#[derive(Serialize, ToSchema)]
pub struct HealthView {
    /// `ok` or what is wrong.
    status: &'static str,
}

/// What this server asks of those who sign in.
#[derive(Serialize, ToSchema)]
pub struct ServerView {
    /// Whether everybody who has a password needs a second factor.
    second_factor_is_required: bool,
    /// Whether people can sign in with passkeys here.
    has_passkeys: bool,
    /// What is not fit for real use; absent where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'static str>,
}

/// What this server asks of those who sign in
#[utoipa::path(
    get, path = "/api/v1/server", tag = "health",
    responses((status = 200, description = "That.", body = ServerView))
)]
pub async fn read_server(app: App) -> HttpResponse {
    let second_factor_is_required = app.second_factor_is_required();
    HttpResponse::Ok().json(ServerView {
        second_factor_is_required,
        has_passkeys: app.why_no_passkeys().is_none(),
        warning: (!second_factor_is_required).then_some(EVALUATION),
    })
}

const EVALUATION: &str =
    "People come in by a password alone: for evaluation with made-up data only.";

/// Whether the process lives
#[utoipa::path(
    get, path = "/livez", tag = "health",
    responses((status = 200, description = "It lives.", body = HealthView))
)]
pub async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(HealthView { status: "ok" })
}

/// Whether the server can do its work
///
/// Its database answers, and no deadline was left alone for longer than a minute.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "It can.", body = HealthView),
        (status = 503, description = "It cannot, or a deadline was left alone.", body = HealthView)
    )
)]
pub async fn readyz(app: App) -> Result<HttpResponse, Problem> {
    let next: Result<_, StoreError> = app.store().read(escalations::next_act_at).await;
    let late = |at: crate::clock::UtcInstant| app.now().since(at).num_seconds();
    let status = match next {
        Ok(Some(at)) if late(at) > LATE_SECONDS_MAX => {
            "a deadline that has passed was not acted on for over a minute"
        }
        Ok(_) => return Ok(HttpResponse::Ok().json(HealthView { status: "ok" })),
        Err(error) => {
            tracing::error!(%error, "asking the database for readiness failed");
            "the database does not answer"
        }
    };
    Ok(HttpResponse::ServiceUnavailable().json(HealthView { status }))
}
