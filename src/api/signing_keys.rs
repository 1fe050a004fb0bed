//! Rotating the key that signs access tokens: proposed by one person, approved by another.

use super::answer::{created_plain, plain, respond};
use super::bodies::EmptyBody;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CreationHeaders, Signed};
use super::page::Page;
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::engine::EngineError;
use crate::ids::PersonId;
use crate::store::idempotency::StoredAnswer;
use crate::store::signing_keys::Generation;
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

/// A generation of the signing key: who dealt with it and when, never the key.
#[derive(Serialize, ToSchema)]
pub struct KeyRotationView {
    number: i32,
    proposed_by: PersonId,
    proposed_at: UtcInstant,
    /// None while it waits for somebody else.
    approved_by: Option<PersonId>,
    /// From then on new access tokens are signed with it.
    approved_at: Option<UtcInstant>,
}

impl KeyRotationView {
    fn of(it: &Generation) -> Self {
        let (approved_by, approved_at) = it.approved.unzip();
        Self {
            number: it.number,
            proposed_by: it.proposed_by,
            proposed_at: it.proposed_at,
            approved_by,
            approved_at,
        }
    }
}

fn answer(it: &Generation) -> Result<StoredAnswer, EngineError> {
    created_plain(&KeyRotationView::of(it))
}

/// List signing keys
///
/// For administrators and the partnerships' officers: who proposed and approved them. The key file's
/// own is not among them.
#[utoipa::path(
    get, path = "/api/v1/signing-keys/rotations", tag = "sessions",
    responses((status = 200, description = "All of them, the newest first.", body = Page<KeyRotationView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_key_rotations(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let all = app.list_key_rotations(signed.0).await?;
    let items = all.iter().map(KeyRotationView::of).collect();
    Ok(plain(&Page { items, next: None }))
}

/// Propose a new signing key
///
/// For administrators. Nothing changes until another administrator or an officer has approved it.
#[utoipa::path(
    post, path = "/api/v1/signing-keys/rotations", tag = "sessions", request_body = EmptyBody,
    params(CreationHeaders),
    responses((status = 201, description = "The key, proposed.", body = KeyRotationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn propose_key_rotation(app: App, ask: Ask<EmptyBody>) -> Result<HttpResponse, Problem> {
    respond(app.propose_key_rotation(ask.request, answer).await?)
}

/// Approve a new signing key
///
/// For another administrator or officer than the one who proposed it. New access tokens are signed
/// with it at once, on every node. Tokens of the key before stay good for their time.
#[utoipa::path(
    post, path = "/api/v1/signing-keys/rotations/{number}/approvals", tag = "sessions",
    request_body = EmptyBody,
    params(("number" = i32, Path, description = "Its number."), CreationHeaders),
    responses((status = 201, description = "The key, in force.", body = KeyRotationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn approve_key_rotation(
    app: App,
    number: web::Path<i32>,
    ask: Ask<EmptyBody>,
) -> Result<HttpResponse, Problem> {
    respond(app.approve_key_rotation(ask.request, *number, answer).await?)
}
