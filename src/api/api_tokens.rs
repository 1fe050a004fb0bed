//! API tokens of your own, and machines with theirs.

use super::answer::{plain, respond, stored};
use super::directory_views::PersonView;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CreationHeaders, Private, Signed};
use super::page::Page;
use super::problem::{Problem, ProblemBody};
use crate::access::TokenScope;
use crate::clock::UtcInstant;
use crate::directory::Person;
use crate::engine::{NewApiToken, NewMachine};
use crate::escalation::Line;
use crate::ids::{AgencyId, ApiTokenId, PersonId};
use crate::store::api_tokens::ApiToken;
use crate::store::people::Versioned;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoResponses, ToSchema};

/// An API token as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiTokenBody {
    /// What you call it: where it is used, say.
    name: Line,
    /// What it is good for, as little as will do. It never does more than its owner may.
    scopes: BTreeSet<TokenScope>,
    /// How many days it is good, at most 365.
    #[schema(minimum = 1, maximum = 365)]
    days: i64,
}

/// A machine as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineBody {
    /// What it is called in the directory.
    name: Line,
    /// Whose program it is.
    agency_id: AgencyId,
}

/// An API token, without its text.
#[derive(Serialize, ToSchema)]
pub struct ApiTokenView {
    id: ApiTokenId,
    name: String,
    scopes: BTreeSet<TokenScope>,
    made_at: UtcInstant,
    /// It is good until then.
    expires_at: UtcInstant,
    /// The last day on which it was used, in UTC.
    last_used_on: Option<NaiveDate>,
    /// When it was taken back.
    revoked_at: Option<UtcInstant>,
}

/// A new API token.
#[derive(Serialize, ToSchema)]
pub struct NewApiTokenView {
    #[serde(flatten)]
    it: ApiTokenView,
    /// Send it as `Authorization: Bearer …`. It is shown this once, and kept nowhere.
    token: String,
}

/// How an operation that answers a secret is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the API document")]
pub enum PrivateProblems {
    /// The body cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// It is not yours to do, or you must prove again that it is you.
    #[response(status = 403, content_type = "application/problem+json")]
    NotYours(ProblemBody),
    /// It is not there.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// It cannot be done as things stand.
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(ProblemBody),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(ProblemBody),
    /// Fields are at fault.
    #[response(status = 422, content_type = "application/problem+json")]
    Faulty(ProblemBody),
}

impl ApiTokenView {
    fn of(it: ApiToken) -> Self {
        Self {
            id: it.id,
            name: it.name,
            scopes: it.scopes,
            made_at: it.made_at,
            expires_at: it.expires_at,
            last_used_on: it.last_used_on,
            revoked_at: it.revoked_at,
        }
    }
}

impl ApiTokenBody {
    fn new_token(self) -> NewApiToken {
        NewApiToken { name: self.name, scopes: self.scopes, days: self.days }
    }
}

fn made((it, token): (ApiToken, String)) -> HttpResponse {
    HttpResponse::Created().json(NewApiTokenView { it: ApiTokenView::of(it), token })
}

fn all(tokens: Vec<ApiToken>) -> HttpResponse {
    let items = tokens.into_iter().map(ApiTokenView::of).collect();
    plain(&Page { items, next: None })
}

/// Make an API token
///
/// For programs of your own. Its text is shown once. You must have proved lately that it is you, and
/// a letter tells you of it. It does no account operations, and nothing that ends a case.
#[utoipa::path(
    post, path = "/api/v1/me/api-tokens", tag = "tokens", request_body = ApiTokenBody,
    responses((status = 201, description = "The token and its text.", body = NewApiTokenView), PrivateProblems),
    security(("bearer" = []))
)]
pub async fn make_own_token(app: App, ask: Private<ApiTokenBody>) -> Result<HttpResponse, Problem> {
    Ok(made(app.make_own_token(ask.actor, ask.body.new_token()).await?))
}

/// List your API tokens
#[utoipa::path(
    get, path = "/api/v1/me/api-tokens", tag = "tokens",
    responses((status = 200, description = "All of them, good or not.", body = Page<ApiTokenView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_own_tokens(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let me = signed.0.person_id;
    Ok(all(app.api_tokens(signed.0, me).await?))
}

/// Take an API token of yours back
///
/// It is dead with its next use.
#[utoipa::path(
    delete, path = "/api/v1/me/api-tokens/{id}", tag = "tokens",
    params(("id" = ApiTokenId, Path, description = "Its id.")),
    responses((status = 204, description = "It is dead."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn revoke_own_token(
    app: App,
    signed: Signed,
    id: web::Path<ApiTokenId>,
) -> Result<HttpResponse, Problem> {
    let me = signed.0.person_id;
    app.revoke_token(signed.0, me, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Add a machine
///
/// A program of an agency, for administrators. It reads through API tokens, never signs in, holds no
/// post, and is asked and told nothing. Change or disable it like a person.
#[utoipa::path(
    post, path = "/api/v1/machines", tag = "tokens", request_body = MachineBody,
    params(CreationHeaders),
    responses((status = 201, description = "The machine, as the directory shows it.", body = PersonView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_machine(app: App, ask: Ask<MachineBody>) -> Result<HttpResponse, Problem> {
    let MachineBody { name, agency_id } = ask.body;
    let answering = |it: &Versioned<Person>| {
        let location = format!("/api/v1/people/{}", it.it.id);
        let view = PersonView::of(it.clone(), true);
        stored(StatusCode::CREATED, Some(location), i64::from(it.version), &view)
    };
    respond(app.add_machine(ask.request, NewMachine { name, agency_id }, answering).await?)
}

/// Make a machine's API token
///
/// For administrators, who must have proved lately that it is them. Its text is shown once. A
/// machine's token may have `directory:read` and `policies:read`.
#[utoipa::path(
    post, path = "/api/v1/machines/{id}/api-tokens", tag = "tokens", request_body = ApiTokenBody,
    params(("id" = PersonId, Path, description = "The machine's id.")),
    responses((status = 201, description = "The token and its text.", body = NewApiTokenView), PrivateProblems),
    security(("bearer" = []))
)]
pub async fn make_machine_token(
    app: App,
    id: web::Path<PersonId>,
    ask: Private<ApiTokenBody>,
) -> Result<HttpResponse, Problem> {
    Ok(made(app.make_machine_token(ask.actor, *id, ask.body.new_token()).await?))
}

/// List a machine's API tokens
#[utoipa::path(
    get, path = "/api/v1/machines/{id}/api-tokens", tag = "tokens",
    params(("id" = PersonId, Path, description = "The machine's id.")),
    responses((status = 200, description = "All of them, good or not.", body = Page<ApiTokenView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_machine_tokens(
    app: App,
    signed: Signed,
    id: web::Path<PersonId>,
) -> Result<HttpResponse, Problem> {
    Ok(all(app.api_tokens(signed.0, *id).await?))
}

/// Take a machine's API token back
///
/// It is dead with its next use.
#[utoipa::path(
    delete, path = "/api/v1/machines/{id}/api-tokens/{token_id}", tag = "tokens",
    params(("id" = PersonId, Path, description = "The machine's id."), ("token_id" = ApiTokenId, Path, description = "The token's id.")),
    responses((status = 204, description = "It is dead."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn revoke_machine_token(
    app: App,
    signed: Signed,
    path: web::Path<(PersonId, ApiTokenId)>,
) -> Result<HttpResponse, Problem> {
    let (machine_id, token_id) = path.into_inner();
    app.revoke_token(signed.0, machine_id, token_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
