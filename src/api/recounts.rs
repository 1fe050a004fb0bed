//! Working the deadlines of open cases out again.

use super::answer::{created_plain, respond};
use super::escalations::ChangeProblems;
use super::extract::{App, Ask, CreationHeaders};
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::engine::{MovedDeadline, RecountWish};
use crate::escalation::Prose;
use crate::ids::{EscalationId, PartnershipId};
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A recount of deadlines.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecountBody {
    /// Why: it stands on the timeline of each case that moves.
    pub reason: Prose,
    /// `false` lists what would move and changes nothing; `true` moves it.
    pub apply: bool,
}

/// A deadline that moves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MovedDeadlineView {
    escalation_id: EscalationId,
    reference: String,
    stage: u32,
    /// The key of the task; `stage` for the stage's own clock.
    task: String,
    due_before: UtcInstant,
    due_after: UtcInstant,
    /// The new deadline with its derivation.
    due_in_words: String,
}

/// What a recount moves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecountView {
    /// Whether it was done.
    applied: bool,
    /// The deadlines that move; none where nothing has changed.
    moved: Vec<MovedDeadlineView>,
}

fn view(it: &MovedDeadline) -> MovedDeadlineView {
    MovedDeadlineView {
        escalation_id: it.escalation_id,
        reference: it.reference.clone(),
        stage: it.stage,
        task: it.task.clone(),
        due_before: it.due_before,
        due_after: it.due_after,
        due_in_words: it.derivation.clone(),
    }
}

/// Work deadlines out again
///
/// By the calendar as it is now, for all open cases of the partnership: a holiday or a closure that
/// became known after a stage began moves its deadline only so. Ask with `apply: false` first, and
/// look at what would move. All of them move, or none does.
#[utoipa::path(
    post, path = "/api/v1/partnerships/{id}/deadline-recounts", tag = "directory",
    request_body = RecountBody,
    params(("id" = PartnershipId, Path, description = "Its id."), CreationHeaders),
    responses((status = 201, description = "What moves.", body = RecountView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn recount_deadlines(
    app: App,
    id: web::Path<PartnershipId>,
    ask: Ask<RecountBody>,
) -> Result<HttpResponse, Problem> {
    let RecountBody { reason, apply } = ask.body;
    let wish = RecountWish { partnership_id: *id, reason, apply };
    let answering = move |moved: &Vec<MovedDeadline>| {
        let moved = moved.iter().map(view).collect();
        created_plain(&RecountView { applied: apply, moved })
    };
    respond(app.recount(ask.request, wish, answering).await?)
}
