//! Cases: beginning one, reading one, lists of them, their timeline and notices.

use super::answer::{of_case, of_new_case, plain, read, respond};
use super::bodies::{DraftBody, DraftChangeBody};
use super::commands::CasePath;
use super::extract::{App, Ask, CommandHeaders, CreationHeaders, Signed};
use super::notices::NoticeView;
use super::page::{Page, PageQuery, limit, place};
use super::problem::{Problem, ProblemBody};
use super::views::{EscalationSummary, EscalationView, TimelineEntryView};
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::engine::NewDraft;
use crate::escalation::{Command, Status};
use crate::ids::{AgencyId, EscalationId, NoticeId, PartnershipId};
use crate::store::escalations::Filter;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::{IntoParams, IntoResponses};

/// What a change answers when it is not made.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the API document")]
pub enum ChangeProblems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// It is not yours to do.
    #[response(status = 403, content_type = "application/problem+json")]
    NotYours(ProblemBody),
    /// It is not there, or you may not see it: the same answer.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// It cannot be done as things stand.
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(ProblemBody),
    /// It was changed since you read it.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(ProblemBody),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(ProblemBody),
    /// Fields are at fault, or the idempotency key was used for another request.
    #[response(status = 422, content_type = "application/problem+json")]
    Faulty(ProblemBody),
    /// If-Match is missing.
    #[response(status = 428, content_type = "application/problem+json")]
    ConditionRequired(ProblemBody),
    /// Too many requests: wait for the seconds in Retry-After.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemBody),
    /// The database is not to be had now: wait for the seconds in Retry-After. The text says whether
    /// it may have been done.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
    /// There is no room on the server's disk. Nothing was changed.
    #[response(status = 507, content_type = "application/problem+json")]
    Full(ProblemBody),
}

/// What reading answers when it does not answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers for the API document")]
pub enum ReadProblems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(ProblemBody),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(ProblemBody),
    /// It is not yours to see as a whole.
    #[response(status = 403, content_type = "application/problem+json")]
    NotYours(ProblemBody),
    /// It is not there, or you may not see it: the same answer.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
    /// A parameter is at fault.
    #[response(status = 422, content_type = "application/problem+json")]
    Faulty(ProblemBody),
    /// Too many requests: wait for the seconds in Retry-After.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemBody),
}

/// Begin a challenge
///
/// As a draft that only you see. The first question must be answered: is the child in immediate
/// danger? If so, call 999, the local front door or the out-of-hours team first, and record here
/// what was done. Raise the draft with `POST /escalations/{id}/raising`.
#[utoipa::path(
    post, path = "/api/v1/escalations", tag = "escalations", request_body = DraftBody,
    params(CreationHeaders),
    responses((status = 201, description = "The draft, with its reference; Location and ETag are in the headers.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn begin_draft(app: App, ask: Ask<DraftBody>) -> Result<HttpResponse, Problem> {
    let body = ask.body;
    let new = NewDraft {
        partnership_id: body.partnership_id,
        policy_key: body.policy_key,
        topic: body.topic,
        immediate_danger: body.immediate_danger,
        draft: body.draft,
    };
    respond(app.begin_draft(ask.request, new, of_new_case).await?)
}

/// Go on writing a draft
///
/// The draft as it is to be now, whole.
#[utoipa::path(
    put, path = "/api/v1/escalations/{id}/draft", tag = "escalations",
    request_body = DraftChangeBody, params(CasePath, CommandHeaders),
    responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn change_draft(
    app: App,
    id: web::Path<String>,
    ask: Ask<DraftChangeBody>,
) -> Result<HttpResponse, Problem> {
    let (request, body) = ask.conditioned()?;
    let which = app.resolve(&id).await?;
    let draft = Box::new(body.draft);
    let command = Command::ChangeDraft { immediate_danger: body.immediate_danger, draft };
    respond(app.change(request, which, command, of_case).await?)
}

/// Read a case
#[utoipa::path(
    get, path = "/api/v1/escalations/{id}", tag = "escalations", params(CasePath),
    responses((status = 200, description = "The case; its ETag is in the header.", body = EscalationView), (status = 304, description = "You have it already."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_escalation(
    app: App,
    signed: Signed,
    id: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let which = app.resolve(&id).await?;
    let view = app.view(signed.0, which).await?;
    Ok(read(&request, view.escalation.version, &EscalationView::of(&view)))
}

/// Which cases, and where in the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CasesQuery {
    /// Only in this status.
    status: Option<Status>,
    /// Only in this stage, counted from 1.
    #[param(minimum = 1)]
    stage: Option<i32>,
    /// Only with this agency.
    agency_id: Option<AgencyId>,
    /// With `agency_id`: only where it is on this side, raising or receiving.
    side: Option<Side>,
    /// Only past due, or only not.
    overdue: Option<bool>,
    /// Only those that wait for you.
    #[serde(default)]
    waiting_for_me: bool,
    /// Only of this partnership.
    partnership_id: Option<PartnershipId>,
    /// `next` of the page before; left out for the first page.
    cursor: Option<String>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

impl CasesQuery {
    fn filter(&self) -> Result<Filter, Problem> {
        if self.stage.is_some_and(|stage| stage < 1) {
            return Err(Problem::field("/stage", "must be 1 or more"));
        }
        let fault = match (self.agency_id, self.side) {
            (_, Some(Side::Partnership)) => Some("must be raising or receiving"),
            (None, Some(_)) => Some("name the agency too, as agency_id"),
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(Problem::field("/side", fault));
        }
        Ok(Filter {
            status: self.status,
            stage: self.stage,
            agency: self.agency_id.map(|agency_id| (agency_id, self.side)),
            overdue: self.overdue,
            waiting_for_me: self.waiting_for_me.then_some(true),
            due_by: None,
            partnership_id: self.partnership_id,
            left_mine_since: None,
        })
    }
}

/// List cases
///
/// Those that you may see, the soonest due first; those that are not open come last. No child and
/// no narrative stands in a list.
#[utoipa::path(
    get, path = "/api/v1/escalations", tag = "escalations", params(CasesQuery),
    responses((status = 200, description = "A page.", body = Page<EscalationSummary>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_escalations(
    app: App,
    signed: Signed,
    query: web::Query<CasesQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = limit(query.limit)?;
    let after: Option<(UtcInstant, EscalationId)> = place(query.cursor.as_deref())?;
    let filter = query.filter()?;
    let now = app.now();
    let found = app.list_cases(signed.0, filter, after, limit + 1).await?;
    let page = Page::of(
        found,
        limit,
        |listed| listed.place,
        |listed| Ok(EscalationSummary::of(&listed, now)),
    )?;
    Ok(plain(&page))
}

/// Read a case's timeline
///
/// The append-only record, the first entry first. Each entry carries the SHA-256 of the one before
/// it over its canonical bytes.
#[utoipa::path(
    get, path = "/api/v1/escalations/{id}/timeline", tag = "escalations",
    params(CasePath, PageQuery),
    responses((status = 200, description = "A page.", body = Page<TimelineEntryView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_timeline(
    app: App,
    signed: Signed,
    id: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: i64 = place(query.cursor.as_deref())?.unwrap_or(0);
    let which = app.resolve(&id).await?;
    let (view, entries) = app.timeline(signed.0, which, after, limit + 1).await?;
    let page = Page::of(
        entries,
        limit,
        |entry| entry.sequence,
        |entry| Ok(TimelineEntryView::of(&view, entry)),
    )?;
    Ok(plain(&page))
}

/// Read a case's notices
///
/// Who was told what, and whether it arrived.
#[utoipa::path(
    get, path = "/api/v1/escalations/{id}/notices", tag = "escalations",
    params(CasePath, PageQuery),
    responses((status = 200, description = "A page.", body = Page<NoticeView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_notices(
    app: App,
    signed: Signed,
    id: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<NoticeId> = place(query.cursor.as_deref())?;
    let which = app.resolve(&id).await?;
    let found = app.case_notices(signed.0, which, after, limit + 1).await?;
    let page = Page::of(found, limit, |notice| notice.id, |notice| Ok(NoticeView::of(notice)))?;
    Ok(plain(&page))
}
