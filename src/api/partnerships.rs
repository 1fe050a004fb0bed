//! Partnerships.

use super::answer::{plain, read};
use super::directory_views::PartnershipView;
use super::escalations::ReadProblems;
use super::extract::{App, Signed};
use super::page::Page;
use super::problem::Problem;
use crate::engine::{EngineError, found};
use crate::escalation::Refusal;
use crate::ids::PartnershipId;
use crate::store::StoreError;
use crate::store::people::{self, Scope};
use actix_web::{HttpRequest, HttpResponse, web};

fn is_in(scope: &Scope, id: PartnershipId) -> bool {
    match scope {
        Scope::All => true,
        Scope::Partnerships(of) => of.contains(&id),
    }
}

/// List partnerships
///
/// Those that you have a part in.
#[utoipa::path(
    get, path = "/api/v1/partnerships", tag = "directory",
    responses((status = 200, description = "All of them: there are few.", body = Page<PartnershipView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_partnerships(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let scope = app.directory_scope(signed.0).await?;
    let all: Result<_, StoreError> = app.store().read(people::list_partnerships).await;
    let items = all
        .map_err(EngineError::Store)?
        .into_iter()
        .filter(|found| is_in(&scope, found.it.id))
        .map(|found| PartnershipView::of(found.it))
        .collect();
    Ok(plain(&Page { items, next: None }))
}

/// Read a partnership
#[utoipa::path(
    get, path = "/api/v1/partnerships/{id}", tag = "directory",
    params(("id" = PartnershipId, Path, description = "Its id.")),
    responses((status = 200, description = "The partnership; its ETag is in the header.", body = PartnershipView), (status = 304, description = "You have it already."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_partnership(
    app: App,
    signed: Signed,
    id: web::Path<PartnershipId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let scope = app.directory_scope(signed.0).await?;
    if !is_in(&scope, id) {
        return Err(Refusal::NotFound.into());
    }
    let it = found(app.store().read(move |r| people::find_partnership(r, id)).await)?;
    Ok(read(&request, i64::from(it.version), &PartnershipView::of(it.it)))
}
