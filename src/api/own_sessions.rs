//! Where you are signed in, proving again that it is you, and ending sessions.

use super::answer::plain;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Private, Signed};
use super::page::Page;
use super::problem::Problem;
use super::sessions::{TokensView, tokens};
use crate::access::ProofBy;
use crate::client_address::ClientAddress;
use crate::clock::UtcInstant;
use crate::engine::ProofOffered;
use crate::ids::{PersonId, SessionId};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A session of yours.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    id: SessionId,
    begun_at: UtcInstant,
    /// To the minute.
    last_used_at: UtcInstant,
    /// When it ends whatever happens.
    expires_at: UtcInstant,
    /// When you proved that it is you.
    proved_at: UtcInstant,
    /// By what: `password`, `second_factor`, `passkey` or `single_sign_on`.
    #[schema(value_type = String)]
    proved_by: ProofBy,
    /// Whether it is the one in which you ask.
    is_current: bool,
}

/// What you prove yourself with: a passkey's answer, or the password with a code of your app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofBody {
    #[schema(format = Password)]
    password: Option<String>,
    /// The six digits that the app shows now.
    one_time_code: Option<String>,
    /// Of `POST /api/v1/sessions/passkeys/challenges`.
    challenge_id: Option<String>,
    /// What `navigator.credentials.get` gave, as JSON.
    #[schema(value_type = Option<Object>)]
    credential: Option<Value>,
}

/// Prove again that it is you
///
/// Before what is grave, such as publishing a policy: the proof counts for five minutes. A passkey is
/// enough; else send your password, and a code of your app if you have one. You go on in a new
/// session with new tokens; those you had do not work any more.
#[utoipa::path(
    post, path = "/api/v1/sessions/current/proofs", tag = "sessions", request_body = ProofBody,
    responses((status = 200, description = "It is you: the new session's tokens.", body = TokensView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn prove_again(
    app: App,
    from: ClientAddress,
    ask: Private<ProofBody>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password, one_time_code, challenge_id, credential } = ask.body;
    let offered = match (challenge_id, credential) {
        (Some(challenge_id), Some(credential)) => {
            ProofOffered::Passkey { challenge_id, credential }
        }
        (None, None) => ProofOffered::Typed { password, one_time_code },
        _ => return Err(Problem::field("", "send challenge_id and credential together")),
    };
    Ok(tokens(app.prove_again(ask.actor, offered, from.network()).await?))
}

/// Where you are signed in
#[utoipa::path(
    get, path = "/api/v1/me/sessions", tag = "sessions",
    responses((status = 200, description = "All that are open: there are few.", body = Page<SessionView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_sessions(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let current = signed.0.session_id;
    let found = app.own_sessions(&signed.0).await?;
    let items = found.into_iter().map(|it| SessionView {
        id: it.id,
        begun_at: it.begun_at,
        last_used_at: it.last_used_at,
        expires_at: it.expires_at,
        proved_at: it.proof.at,
        proved_by: it.proof.by,
        is_current: it.id == current,
    });
    Ok(plain(&Page { items: items.collect(), next: None }))
}

/// Sign out on another device
#[utoipa::path(
    delete, path = "/api/v1/me/sessions/{id}", tag = "sessions",
    params(("id" = SessionId, Path, description = "Its id.")),
    responses((status = 204, description = "Ended."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn end_session(
    app: App,
    signed: Signed,
    id: web::Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    app.end_own_session(signed.0, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out everywhere else
#[utoipa::path(
    delete, path = "/api/v1/me/sessions", tag = "sessions",
    responses((status = 204, description = "All others ended."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn end_other_sessions(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    app.end_other_sessions(signed.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign somebody out everywhere
///
/// By an administrator, with a fresh proof.
#[utoipa::path(
    delete, path = "/api/v1/people/{id}/sessions", tag = "sessions",
    params(("id" = PersonId, Path, description = "Whom.")),
    responses((status = 204, description = "All ended."), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn end_sessions_of(
    app: App,
    signed: Signed,
    id: web::Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    app.end_sessions_of(signed.0, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
