//! What a command makes happen, or why it cannot. One function a command; no I/O, no clock.

mod ending;
mod moving;
mod raising;
mod talking;

pub use raising::open_draft;

use super::command::Command;
use super::event::{Event, Signature};
use super::refusal::Refusal;
use super::stage_entry::StageEntry;
use super::state::{Escalation, Status};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{Directory, Route, Side};
use crate::policy::{Policy, Who};

/// What a decision is made by: the policy version that the case keeps, its calendar, and who
/// stands where.
#[derive(Debug, Clone)]
pub struct Rules<'a> {
    /// The policy version that the case keeps.
    pub policy: &'a Policy,
    /// That policy's calendar.
    pub calendar: &'a Calendar,
    /// Who stands where, now.
    pub directory: &'a Directory,
}

/// What a command makes happen at `now`. An empty answer to [`Command::Lapse`] means that nothing
/// is due any more: somebody else was first.
///
/// # Errors
/// Why it cannot be done as things stand, or which field is at fault.
pub fn decide(
    escalation: &Escalation,
    rules: &Rules<'_>,
    by: Option<&Signature>,
    command: Command,
    now: UtcInstant,
) -> Result<Vec<Event>, Refusal> {
    let case = Case { escalation, rules, now };
    match command {
        Command::ChangeDraft { immediate_danger, draft } => {
            case.change_draft(immediate_danger, draft)
        }
        Command::Raise { policy, receiving } => case.raise(policy, receiving),
        Command::Acknowledge { note } => case.acknowledge(note),
        Command::StatePosition(position) => case.state_position(position),
        Command::Respond { stance, rationale } => case.respond(stance, rationale),
        Command::EscalateEarly { to_stage, reason } => case.escalate_early(to_stage, reason),
        Command::Propose { outcome, terms } => case.propose(outcome, terms),
        Command::ConfirmProposal { proposal } => case.confirm_proposal(signed(by)?, proposal),
        Command::DeclineProposal { proposal, reason } => {
            case.decline_proposal(signed(by)?, proposal, reason)
        }
        Command::Determine { outcome, decision, rationale } => {
            case.determine(outcome, decision, rationale)
        }
        Command::Withdraw { reason } => case.withdraw(reason),
        Command::Reopen { reason, stage } => case.reopen(reason, stage),
        Command::SetProtectiveDeadline(deadline) => {
            case.set_protective_deadline(signed(by)?, deadline)
        }
        Command::ArrangeMeeting { at, place, purpose } => case.arrange_meeting(at, place, purpose),
        Command::RecordMeeting { meeting, record } => case.record_meeting(meeting, record),
        Command::SetAction { what, owner, due_on } => case.set_action(what, owner, due_on),
        Command::CompleteAction { action } => case.complete_action(action),
        Command::GiveFeedback { text, learning } => case.give_feedback(text, learning),
        Command::Debrief { held_on, with, text } => case.debrief(held_on, with, text),
        Command::ConfirmRecord => case.confirm_record(signed(by)?),
        Command::Lapse => case.lapse(),
        Command::ReportFailedNotice { notice_id, recipient, to_last_resort } => {
            Ok(vec![Event::NoticeFailed { notice_id, recipient, to_last_resort }])
        }
    }
}

/// A case at a moment, with the rules that it goes by.
struct Case<'a> {
    escalation: &'a Escalation,
    rules: &'a Rules<'a>,
    now: UtcInstant,
}

impl Case<'_> {
    /// The stay in the stage where the case is.
    fn open_entry(&self) -> Result<&StageEntry, Refusal> {
        self.escalation.current_entry().ok_or_else(|| {
            Refusal::not_now(match self.escalation.status {
                Status::Draft => "This is still a draft. Raise it first.",
                Status::Resolved => "This is resolved. Reopen it first.",
                Status::Withdrawn => "This was withdrawn. Reopen it first.",
                Status::Open => "This has no stage. Tell whoever runs the server.",
            })
        })
    }

    fn raised(&self) -> Result<(), Refusal> {
        match self.escalation.status {
            Status::Draft => Err(Refusal::not_now("This is still a draft. Raise it first.")),
            Status::Open | Status::Resolved | Status::Withdrawn => Ok(()),
        }
    }

    fn ended(&self) -> Result<(), Refusal> {
        match self.escalation.status {
            Status::Resolved | Status::Withdrawn => Ok(()),
            Status::Draft | Status::Open => {
                Err(Refusal::not_now("This has not ended yet. Do this once it has."))
            }
        }
    }

    fn known_outcome(&self, outcome: &str) -> Result<(), Refusal> {
        let known = &self.rules.policy.outcomes;
        if known.iter().any(|term| term.key == outcome) {
            return Ok(());
        }
        let keys: Vec<&str> = known.iter().map(|term| term.key.as_str()).collect();
        Err(Refusal::field("/outcome", format!("must be one of: {}", keys.join(", "))))
    }
}

/// Who is to be reached at `now` where the policy says `who`.
pub(super) fn route(
    escalation: &Escalation,
    rules: &Rules<'_>,
    who: Who,
    now: UtcInstant,
) -> Route {
    Case { escalation, rules, now }.route(who)
}

fn signed(by: Option<&Signature>) -> Result<&Signature, Refusal> {
    by.ok_or_else(|| Refusal::NotYours("Only a person can do this.".to_owned()))
}

/// The side that a side disagrees with.
pub(super) fn other_side(side: Side) -> Side {
    match side {
        Side::Raising => Side::Receiving,
        Side::Receiving => Side::Raising,
        Side::Partnership => Side::Partnership,
    }
}
