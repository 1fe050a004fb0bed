//! Commands about a case's tasks and clocks, its panel, and the policy that it goes by.

use super::answer::{of_case, respond};
use super::bodies::{
    DiscussionBody, EmptyBody, ExtensionBody, PanelBody, PauseBody, PolicyMoveBody, ReferralBody,
    StepDownBody, TaskCompletionBody, UrgencyBody,
};
use super::command_macros::command;
use super::commands::{CasePath, give};
use super::escalations::ChangeProblems;
use super::extract::{App, Ask, CommandHeaders};
use super::problem::Problem;
use super::views::EscalationView;
use crate::engine::PanelWish;
use crate::escalation::Command;
use actix_web::{HttpResponse, web};
use utoipa::IntoParams;

/// A task of a case.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes the path for the API document")]
pub struct TaskPath {
    /// The case's id, or its reference such as `ESC-2026-000123`.
    #[param(example = "ESC-2026-000001")]
    id: String,
    /// The task's key in the policy.
    #[param(example = "speak")]
    key: String,
}

command!(
    /// Record a discussion
    ///
    /// That the two sides have talked, when, and what it came to.
    record_discussion, "/api/v1/escalations/{id}/discussions", DiscussionBody,
    |body| Command::RecordDiscussion { held_at: body.held_at, with: body.with, text: body.text }
);

/// Tick a task off
///
/// By whoever has to do it. Tasks that end with something that happens in the case are done by
/// that, and are not ticked off.
#[utoipa::path(
    post, path = "/api/v1/escalations/{id}/tasks/{key}/completions", tag = "escalations",
    request_body = TaskCompletionBody, params(TaskPath, CommandHeaders),
    responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn complete_task(
    app: App,
    path: web::Path<(String, String)>,
    ask: Ask<TaskCompletionBody>,
) -> Result<HttpResponse, Problem> {
    let (id, task) = path.into_inner();
    give(&app, &id, ask, |body| Command::TickTask { task, note: body.note }).await
}

command!(
    /// Give a clock more time
    ///
    /// As far and as often as the policy allows. A protective deadline stays where it is.
    extend_deadline, "/api/v1/escalations/{id}/extensions", ExtensionBody,
    |body| Command::Extend { task: body.task, by: body.by, reason: body.reason }
);
command!(
    /// Stop the clocks for a while
    ///
    /// As long and as often as the policy allows, never beyond the protective deadline. Deadlines
    /// move on by the working time of the pause, and the clocks go on by themselves when it ends.
    pause_clocks, "/api/v1/escalations/{id}/pauses", PauseBody,
    |body| Command::Pause { until: body.until, reason: body.reason }
);
command!(
    /// Let the clocks go on
    ///
    /// Before the pause ends by itself.
    resume_clocks, "/api/v1/escalations/{id}/resumptions", EmptyBody,
    |EmptyBody {}| Command::Resume
);
command!(
    /// Change the urgency class
    ///
    /// A more urgent class restarts the clocks to its shorter limits at once.
    change_urgency, "/api/v1/escalations/{id}/urgency-changes", UrgencyBody,
    |body| Command::ChangeUrgency { urgency_class: body.urgency_class, reason: body.reason }
);
command!(
    /// Take the case back to a lower stage
    ///
    /// Where the policy provides for it.
    step_down, "/api/v1/escalations/{id}/step-downs", StepDownBody,
    |body| Command::StepDown { to_stage: body.to_stage, reason: body.reason }
);

/// Name the panel
///
/// Of the last stage. Its size, its mix and its chair are checked against the policy, and that
/// nobody sits on it who had a part in the case.
#[utoipa::path(
    post, path = "/api/v1/escalations/{id}/panels", tag = "escalations",
    request_body = PanelBody, params(CasePath, CommandHeaders),
    responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn convene_panel(
    app: App,
    id: web::Path<String>,
    ask: Ask<PanelBody>,
) -> Result<HttpResponse, Problem> {
    let (request, body) = ask.conditioned()?;
    let which = app.resolve(&id).await?;
    let PanelBody { member_ids, chair_id, meets_at } = body;
    let wish = PanelWish { member_ids, chair_id, meets_at };
    respond(app.convene_panel(request, which, wish, of_case).await?)
}

command!(
    /// Refer the case out
    ///
    /// To a body that decides, where the policy provides for it. The case is resolved here.
    refer_escalation, "/api/v1/escalations/{id}/referrals", ReferralBody,
    |body| Command::Refer { to: body.to, reason: body.reason }
);

/// Move the case to another version of its policy
///
/// Open cases keep the version that they were opened under. This is the one way to move one, with a
/// reason, on its timeline.
#[utoipa::path(
    post, path = "/api/v1/escalations/{id}/policy-moves", tag = "escalations",
    request_body = PolicyMoveBody, params(CasePath, CommandHeaders),
    responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn move_policy(
    app: App,
    id: web::Path<String>,
    ask: Ask<PolicyMoveBody>,
) -> Result<HttpResponse, Problem> {
    let (request, body) = ask.conditioned()?;
    let which = app.resolve(&id).await?;
    respond(app.move_policy(request, which, body.version, body.reason, of_case).await?)
}
