//! Commands to a case: each a sub-resource, each the same walk.

use super::answer::{of_case, respond};
use super::bodies::{
    AcknowledgementBody, ActionBody, DebriefBody, DeterminationBody, EarlyEscalationBody,
    EmptyBody, FeedbackBody, MeetingBody, MeetingRecordBody, ProposalBody, ReasonBody,
    ReopeningBody, ResponseBody,
};
use super::command_macros::{command, numbered_command};
use super::escalations::ChangeProblems;
use super::extract::{App, Ask, CommandHeaders};
use super::problem::Problem;
use super::views::EscalationView;
use crate::escalation::{Command, PositionBody, ProtectiveDeadline, Refusal};
use actix_web::{HttpResponse, web};
use utoipa::IntoParams;

/// A case, by its id or its reference.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes the path for the API document")]
pub struct CasePath {
    /// Its id, or its reference such as `ESC-2026-000123`.
    #[param(example = "ESC-2026-000001")]
    id: String,
}

/// Something numbered in a case.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes the path for the API document")]
pub struct NumberedPath {
    /// The case's id, or its reference such as `ESC-2026-000123`.
    #[param(example = "ESC-2026-000001")]
    id: String,
    /// Its number in the case, counted from 1.
    #[param(minimum = 1, example = 1)]
    number: u32,
}

pub(super) async fn give<T>(
    app: &App,
    id: &str,
    ask: Ask<T>,
    command: impl FnOnce(T) -> Command,
) -> Result<HttpResponse, Problem> {
    // The condition first: who may not see a case must not learn from the order of refusals.
    let (request, body) = ask.conditioned()?;
    let which = app.resolve(id).await?;
    respond(app.change(request, which, command(body), of_case).await?)
}

/// Raise a draft
///
/// The challenge must be whole; what is missing is named field by field. The first stage begins,
/// its people are told, and its clock runs.
#[utoipa::path(
    post, path = "/api/v1/escalations/{id}/raising", tag = "escalations",
    request_body = EmptyBody, params(CasePath, CommandHeaders), responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn raise_escalation(
    app: App,
    id: web::Path<String>,
    ask: Ask<EmptyBody>,
) -> Result<HttpResponse, Problem> {
    let (request, EmptyBody {}) = ask.conditioned()?;
    let which = app.resolve(&id).await?;
    respond(app.raise(request, which, of_case).await?)
}

command!(
    /// Say that the challenge arrived
    ///
    /// Done by whoever must act for the receiving side, once a stage. It is not yet an answer.
    acknowledge_escalation, "/api/v1/escalations/{id}/acknowledgements", AcknowledgementBody,
    |body| Command::Acknowledge { note: body.note }
);
command!(
    /// State a position
    ///
    /// Facts apart from judgement with its rationale. Either side, as often as there is something new.
    state_position, "/api/v1/escalations/{id}/positions", PositionBody,
    |body| Command::StatePosition(Box::new(body))
);
command!(
    /// Answer for the receiving side
    ///
    /// A refusal is recorded as one, and is something else than silence.
    respond_to_escalation, "/api/v1/escalations/{id}/responses", ResponseBody,
    |body| Command::Respond { stance: body.stance, rationale: body.rationale }
);
command!(
    /// Escalate before the deadline
    ///
    /// To the next stage or a higher one, with a reason.
    escalate_early, "/api/v1/escalations/{id}/early-escalations", EarlyEscalationBody,
    |body| Command::EscalateEarly { to_stage: body.to_stage, reason: body.reason }
);
command!(
    /// Propose an outcome
    ///
    /// The other side confirms or declines it. One proposal is on the table at a time.
    propose_outcome, "/api/v1/escalations/{id}/proposals", ProposalBody,
    |body| Command::Propose { outcome: body.outcome, terms: body.terms }
);
numbered_command!(
    /// Confirm a proposal
    ///
    /// By the side that did not put it. Both sides agree then, and the escalation is resolved.
    confirm_proposal, "/api/v1/escalations/{id}/proposals/{number}/confirmations", EmptyBody,
    |number, EmptyBody {}| Command::ConfirmProposal { proposal: number }
);
numbered_command!(
    /// Decline a proposal
    decline_proposal, "/api/v1/escalations/{id}/proposals/{number}/refusals", ReasonBody,
    |number, body: ReasonBody| Command::DeclineProposal { proposal: number, reason: body.reason }
);
command!(
    /// Determine the outcome
    ///
    /// By the partnership, at the last stage.
    determine_outcome, "/api/v1/escalations/{id}/determinations", DeterminationBody,
    |body| Command::Determine {
        outcome: body.outcome,
        decision: body.decision,
        rationale: body.rationale,
    }
);
command!(
    /// Withdraw an escalation, or discard a draft
    withdraw_escalation, "/api/v1/escalations/{id}/withdrawals", ReasonBody,
    |body| Command::Withdraw { reason: body.reason }
);
command!(
    /// Reopen an escalation
    ///
    /// In the stage where it ended, or in another.
    reopen_escalation, "/api/v1/escalations/{id}/reopenings", ReopeningBody,
    |body| Command::Reopen { reason: body.reason, stage: body.stage }
);
command!(
    /// Set or move the protective deadline
    ///
    /// A date before which the child must be safe. The sooner of it and the policy's limit counts.
    set_protective_deadline, "/api/v1/escalations/{id}/protective-deadlines", ProtectiveDeadline,
    Command::SetProtectiveDeadline
);
command!(
    /// Arrange a meeting
    arrange_meeting, "/api/v1/escalations/{id}/meetings", MeetingBody,
    |body| Command::ArrangeMeeting { at: body.at, place: body.place, purpose: body.purpose }
);
numbered_command!(
    /// Record what a meeting came to
    record_meeting, "/api/v1/escalations/{id}/meetings/{number}/records", MeetingRecordBody,
    |number, body: MeetingRecordBody| Command::RecordMeeting { meeting: number, record: body.record }
);
command!(
    /// Set down an action
    set_action, "/api/v1/escalations/{id}/actions", ActionBody,
    |body| Command::SetAction { what: body.what, owner: body.owner, due_on: body.due_on }
);
numbered_command!(
    /// Tick an action off
    complete_action, "/api/v1/escalations/{id}/actions/{number}/completions", EmptyBody,
    |number, EmptyBody {}| Command::CompleteAction { action: number }
);
command!(
    /// Give feedback
    ///
    /// Once it has ended: how did it go, and what can others learn from it?
    give_feedback, "/api/v1/escalations/{id}/feedback", FeedbackBody,
    |body| Command::GiveFeedback { text: body.text, learning: body.learning, themes: body.themes }
);
command!(
    /// Record a debrief
    record_debrief, "/api/v1/escalations/{id}/debriefs", DebriefBody,
    |body| {
        let DebriefBody { held_on, with, text, themes } = body;
        Command::Debrief { held_on, with, text, themes }
    }
);
command!(
    /// Tick that the outcome stands on the child's record
    ///
    /// Each agency for its own record, once it has ended.
    confirm_record, "/api/v1/escalations/{id}/record-confirmations", EmptyBody,
    |EmptyBody {}| Command::ConfirmRecord
);
