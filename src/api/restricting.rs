//! Who may not hear of a case, who looked at it in an emergency, and who read it.

use super::answer::{of_case, plain, respond};
use super::bodies::{BreakGlassBody, GlassReviewBody, ReasonBody, RestrictionBody};
use super::command_macros::{command, numbered_command};
use super::commands::{CasePath, NumberedPath, give};
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CommandHeaders, CreationHeaders, Signed};
use super::page::{Page, PageQuery, limit, place};
use super::problem::Problem;
use super::views::EscalationView;
use crate::access::Standing;
use crate::clock::UtcInstant;
use crate::escalation::{Command, Refusal};
use crate::ids::{CaseViewId, PersonId};
use crate::store::case_views::{CaseViewed, Viewed};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

command!(
    /// Restrict who may see a case, or change a restriction
    ///
    /// A restricted case is seen by its raiser, by the people whom it reached in person, and by the
    /// partnership's officers. For those whom it excludes it is not there any more, whatever posts
    /// they hold, and the ladder goes on as if they had gone. The raiser puts a restriction on; an
    /// officer may change it too. In a draft, name it as `restriction`.
    restrict_escalation, "/api/v1/escalations/{id}/restrictions", RestrictionBody,
    |body| Command::Restrict { restriction: body.restriction, reason: body.reason }
);
command!(
    /// Lift a restriction
    ///
    /// By an officer of the partnership whom it does not exclude.
    lift_restriction, "/api/v1/escalations/{id}/restriction-liftings", ReasonBody,
    |body| Command::LiftRestriction { reason: body.reason }
);
numbered_command!(
    /// Look into an emergency look
    ///
    /// By an officer of the partnership, and not by whoever it was.
    review_glass_break, "/api/v1/escalations/{id}/break-glass/{number}/reviews", GlassReviewBody,
    |number, body: GlassReviewBody| Command::ReviewGlassBreak { number, note: body.note }
);

/// Look at a case in an emergency
///
/// For the safeguarding lead of an agency on the case, and for an auditor where it is restricted.
/// You read it for four hours and change nothing. The reason stands in its timeline; its officers,
/// those who act in it and both agencies' safeguarding leads are told at once. For everybody else
/// this answers as if the case were not there.
#[utoipa::path(
    post, path = "/api/v1/escalations/{id}/break-glass", tag = "escalations",
    request_body = BreakGlassBody, params(CasePath, CreationHeaders),
    responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn break_glass(
    app: App,
    id: web::Path<String>,
    ask: Ask<BreakGlassBody>,
) -> Result<HttpResponse, Problem> {
    let which = app.resolve(&id).await?;
    respond(app.break_glass(ask.request, which, ask.body.reason, of_case).await?)
}

/// That somebody read a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseViewView {
    id: CaseViewId,
    person_id: PersonId,
    name: String,
    /// What they read.
    what: Viewed,
    /// Why they could.
    standing: Standing,
    at: UtcInstant,
}

impl CaseViewView {
    fn of(it: CaseViewed) -> Self {
        Self {
            id: it.id,
            person_id: it.person_id,
            name: it.name,
            what: it.what,
            standing: it.standing,
            at: it.at,
        }
    }
}

/// Read who read a case
///
/// For the partnership's officers and auditors, and for the safeguarding leads of the agencies on
/// it, as long as they see the case. What somebody reads again within a minute counts once.
#[utoipa::path(
    get, path = "/api/v1/escalations/{id}/views", tag = "escalations",
    params(CasePath, PageQuery),
    responses((status = 200, description = "A page.", body = Page<CaseViewView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_views(
    app: App,
    signed: Signed,
    id: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<CaseViewId> = place(query.cursor.as_deref())?;
    let which = app.resolve(&id).await?;
    let (_, found) = app.case_views(signed.0, which, after, limit + 1).await?;
    let page = Page::of(found, limit, |view| view.id, |view| Ok(CaseViewView::of(view)))?;
    Ok(plain(&page))
}
