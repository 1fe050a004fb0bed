//! Whether the server lives, and whether it can do its work.

use super::extract::App;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// How the server is.
#[derive(Serialize, ToSchema)]
pub struct HealthView {
    /// `ok` or what is wrong.
    status: String,
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
    HttpResponse::Ok().json(HealthView { status: "ok".to_owned() })
}

/// Whether the server can do its work
///
/// Its database answers and can be written to, its clock can be believed, its loops come round, and no
/// deadline was left alone for longer than a minute.
#[utoipa::path(
    get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "It can.", body = HealthView),
        (status = 503, description = "It cannot; `status` says why.", body = HealthView)
    )
)]
pub async fn readyz(app: App) -> HttpResponse {
    let ailments = app.signs().await.ailments();
    let wrong: Vec<String> =
        ailments.iter().filter(|it| it.is_grave()).map(ToString::to_string).collect();
    if wrong.is_empty() {
        return HttpResponse::Ok().json(HealthView { status: "ok".to_owned() });
    }
    HttpResponse::ServiceUnavailable().json(HealthView { status: wrong.join("; ") })
}
