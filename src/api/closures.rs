//! Days on which a partnership is closed.

use super::answer::{plain, respond, stored};
use super::bodies::EmptyBody;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CreationHeaders, Signed};
use super::page::Page;
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::engine::EngineError;
use crate::escalation::{Line, Refusal};
use crate::ids::{PartnershipId, PersonId};
use crate::store::StoreError;
use crate::store::closures::{self, Closure};
use crate::store::idempotency::StoredAnswer;
use crate::store::people::Scope;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A day on which a partnership is closed.
#[derive(Serialize, ToSchema)]
pub struct ClosureView {
    day: NaiveDate,
    reason: String,
    added_by: PersonId,
    added_at: UtcInstant,
    /// None while it counts.
    withdrawn_by: Option<PersonId>,
    withdrawn_at: Option<UtcInstant>,
}

impl ClosureView {
    fn of(it: &Closure) -> Self {
        let (withdrawn_by, withdrawn_at) = it.withdrawn.unzip();
        Self {
            day: it.day,
            reason: it.reason.clone(),
            added_by: it.added_by,
            added_at: it.added_at,
            withdrawn_by,
            withdrawn_at,
        }
    }
}

/// A day to close on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureBody {
    /// Today or later, within three years.
    day: NaiveDate,
    /// Why, such as `Offices closed between Christmas and New Year`.
    reason: Line,
}

fn answer(it: &Closure) -> Result<StoredAnswer, EngineError> {
    let version = if it.withdrawn.is_some() { 2 } else { 1 };
    stored(StatusCode::CREATED, None, version, &ClosureView::of(it))
}

/// List a partnership's closures
///
/// Its own, beside the days that its policies name, by day; also those that were withdrawn.
#[utoipa::path(
    get, path = "/api/v1/partnerships/{id}/closures", tag = "directory",
    params(("id" = PartnershipId, Path, description = "Whose.")),
    responses((status = 200, description = "All of them: there are few.", body = Page<ClosureView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_closures(
    app: App,
    signed: Signed,
    id: web::Path<PartnershipId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    if let Scope::Partnerships(of) = app.directory_scope(signed.0).await?
        && !of.contains(&id)
    {
        return Err(Refusal::NotFound.into());
    }
    let all: Result<_, StoreError> = app.store().read(move |r| closures::list(r, id)).await;
    let items = all.map_err(EngineError::Store)?.iter().map(ClosureView::of).collect();
    Ok(plain(&Page { items, next: None }))
}

/// Add a closure
///
/// For the partnership's officers. The day is no working day for any deadline that is worked out
/// from now on; what is due already stays due when it is.
#[utoipa::path(
    post, path = "/api/v1/partnerships/{id}/closures", tag = "directory",
    request_body = ClosureBody,
    params(("id" = PartnershipId, Path, description = "Whose."), CreationHeaders),
    responses((status = 201, description = "The closure.", body = ClosureView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_closure(
    app: App,
    id: web::Path<PartnershipId>,
    ask: Ask<ClosureBody>,
) -> Result<HttpResponse, Problem> {
    let ClosureBody { day, reason } = ask.body;
    respond(app.add_closure(ask.request, *id, day, reason, answer).await?)
}

/// Withdraw a closure
///
/// For the partnership's officers, until its day has come.
#[utoipa::path(
    post, path = "/api/v1/partnerships/{id}/closures/{day}/withdrawals", tag = "directory",
    request_body = EmptyBody,
    params(("id" = PartnershipId, Path, description = "Whose."), ("day" = NaiveDate, Path, description = "The day, such as `2026-12-29`."), CreationHeaders),
    responses((status = 201, description = "The closure, withdrawn.", body = ClosureView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn withdraw_closure(
    app: App,
    path: web::Path<(PartnershipId, NaiveDate)>,
    ask: Ask<EmptyBody>,
) -> Result<HttpResponse, Problem> {
    let (id, day) = path.into_inner();
    respond(app.withdraw_closure(ask.request, id, day, answer).await?)
}
