//! Messages that came back, as a mail server reports them.

use super::answer::plain;
use super::extract::{App, Ask};
use super::problem::{Problem, ProblemBody};
use super::simulations::QuestionProblems;
use crate::engine::Bounced;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A report of a mail server.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BounceBody {
    /// The whole message as it arrived (RFC 3464), with its headers.
    message: String,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct BounceView {
    outcome: Bounced,
}

/// Hand in a message that came back
///
/// A report of a mail server (RFC 3464) that it could not deliver what it had taken. The message it is
/// about counts as failed from now on, its recipient's address is marked in the directory, and somebody
/// else is told at once. The same report again changes nothing, so it needs neither If-Match nor a
/// key. What is no such report, or not about a message of this server, is refused and changes
/// nothing.
#[utoipa::path(
    post, path = "/api/v1/bounces", tag = "notices", request_body = BounceBody,
    responses(
        (status = 200, description = "What came of it.", body = BounceView),
        (
            status = 403, description = "It is not yours to do.",
            body = ProblemBody, content_type = "application/problem+json"
        ),
        QuestionProblems
    ),
    security(("bearer" = []))
)]
pub async fn hand_in_bounce(app: App, ask: Ask<BounceBody>) -> Result<HttpResponse, Problem> {
    let message = ask.body.message.into_bytes();
    let outcome = app.hand_in_bounce(ask.request.actor, message).await?;
    Ok(plain(&BounceView { outcome }))
}
