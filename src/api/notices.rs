//! Notices with their delivery state: the partnership's list of what did not arrive.

use super::answer::plain;
use super::escalations::ReadProblems;
use super::extract::{App, Signed};
use super::page::{Page, limit, place};
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::escalation::NoticeKind;
use crate::ids::{EscalationId, NoticeId, PersonId};
use crate::store::notices::{DeliveryState, StoredNotice};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A notice: who was told of what, and whether it arrived.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    id: NoticeId,
    escalation_id: Option<EscalationId>,
    /// What it is about; none where that cannot be read.
    kind: Option<NoticeKind>,
    subject: String,
    person_id: Option<PersonId>,
    recipient: String,
    state: DeliveryState,
    attempts: i32,
    queued_at: UtcInstant,
    /// When it is tried next; none once it has ended.
    next_attempt_at: Option<UtcInstant>,
    ended_at: Option<UtcInstant>,
    last_error: Option<String>,
    /// When it came back although a mail server had taken it.
    bounced_at: Option<UtcInstant>,
    /// The message in whose one letter it went with others.
    sent_as: Option<NoticeId>,
}

impl NoticeView {
    /// A notice, for somebody who may see its case or its partnership's notices.
    pub fn of(it: StoredNotice) -> Self {
        Self {
            id: it.id,
            escalation_id: it.escalation_id,
            subject: it.subject().to_owned(),
            kind: it.kind.ok(),
            person_id: it.person_id,
            recipient: it.recipient_name,
            state: it.state,
            attempts: it.attempts,
            queued_at: it.queued_at,
            next_attempt_at: it.ended_at.is_none().then_some(it.next_attempt_at),
            ended_at: it.ended_at,
            last_error: it.last_error,
            bounced_at: it.bounced_at,
            sent_as: it.sent_as,
        }
    }
}

/// Which notices, and where in the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticesQuery {
    /// Only in this state; `failed` is the list of delivery problems.
    state: Option<DeliveryState>,
    /// `next` of the page before; left out for the first page.
    cursor: Option<String>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// List notices
///
/// For the partnership's officers. `state=failed` is the list of delivery problems.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "notices", params(NoticesQuery),
    responses((status = 200, description = "A page.", body = Page<NoticeView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_notices(
    app: App,
    signed: Signed,
    query: web::Query<NoticesQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<NoticeId> = place(query.cursor.as_deref())?;
    let found = app.list_notices(signed.0, query.state, after, limit + 1).await?;
    let page = Page::of(found, limit, |notice| notice.id, |notice| Ok(NoticeView::of(notice)))?;
    Ok(plain(&page))
}
