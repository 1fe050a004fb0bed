//! Agencies.

use super::answer::{plain, read, respond, stored};
use super::directory_views::AgencyView;
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CommandHeaders, CreationHeaders, Signed};
use super::page::{Page, PageQuery, limit, place};
use super::problem::Problem;
use crate::directory::{Agency, Sector};
use crate::engine::{EngineError, NewAgency, found};
use crate::escalation::{Line, Refusal};
use crate::ids::{AgencyId, PartnershipId};
use crate::store::StoreError;
use crate::store::idempotency::StoredAnswer;
use crate::store::people::{self, Scope, Versioned};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

/// An agency as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyBody {
    name: Line,
    sector: Sector,
    /// The partnerships that it serves; at least one.
    partnership_ids: Vec<PartnershipId>,
}

impl AgencyBody {
    fn new_agency(self) -> NewAgency {
        NewAgency { name: self.name, sector: self.sector, partnership_ids: self.partnership_ids }
    }
}

fn answer(status: StatusCode, it: &Versioned<Agency>) -> Result<StoredAnswer, EngineError> {
    let location =
        (status == StatusCode::CREATED).then(|| format!("/api/v1/agencies/{}", it.it.id));
    stored(status, location, i64::from(it.version), &AgencyView::of(it.clone()))
}

/// List agencies
///
/// Those of the partnerships that you have a part in.
#[utoipa::path(
    get, path = "/api/v1/agencies", tag = "directory", params(PageQuery),
    responses((status = 200, description = "A page.", body = Page<AgencyView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_agencies(
    app: App,
    signed: Signed,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<AgencyId> = place(query.cursor.as_deref())?;
    let scope = app.directory_scope(signed.0).await?;
    let all: Result<_, StoreError> =
        app.store().read(move |r| people::list_agencies(r, &scope, after, limit + 1)).await;
    let all = all.map_err(EngineError::Store)?;
    Ok(plain(&Page::of(all, limit, |one| one.it.id, |one| Ok(AgencyView::of(one)))?))
}

/// Read an agency
#[utoipa::path(
    get, path = "/api/v1/agencies/{id}", tag = "directory",
    params(("id" = AgencyId, Path, description = "Its id.")),
    responses((status = 200, description = "The agency; its ETag is in the header.", body = AgencyView), (status = 304, description = "You have it already."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_agency(
    app: App,
    signed: Signed,
    id: web::Path<AgencyId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let scope = app.directory_scope(signed.0).await?;
    let it = found(app.store().read(move |r| people::find_agency(r, id)).await)?;
    let shared = match &scope {
        Scope::All => true,
        Scope::Partnerships(of) => it.it.partnership_ids.iter().any(|one| of.contains(one)),
    };
    if !shared {
        return Err(Refusal::NotFound.into());
    }
    Ok(read(&request, i64::from(it.version), &AgencyView::of(it)))
}

/// Add an agency
#[utoipa::path(
    post, path = "/api/v1/agencies", tag = "directory", request_body = AgencyBody,
    params(CreationHeaders),
    responses((status = 201, description = "The agency.", body = AgencyView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn add_agency(app: App, ask: Ask<AgencyBody>) -> Result<HttpResponse, Problem> {
    let new = ask.body.new_agency();
    let answering = |it: &Versioned<Agency>| answer(StatusCode::CREATED, it);
    respond(app.save_agency(ask.request, None, new, answering).await?)
}

/// Change an agency
///
/// As it is to be, whole.
#[utoipa::path(
    put, path = "/api/v1/agencies/{id}", tag = "directory", request_body = AgencyBody,
    params(("id" = AgencyId, Path, description = "Its id."), CommandHeaders),
    responses((status = 200, description = "The agency.", body = AgencyView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn change_agency(
    app: App,
    id: web::Path<AgencyId>,
    ask: Ask<AgencyBody>,
) -> Result<HttpResponse, Problem> {
    let (request, body) = ask.conditioned()?;
    let answering = |it: &Versioned<Agency>| answer(StatusCode::OK, it);
    respond(app.save_agency(request, Some(*id), body.new_agency(), answering).await?)
}
