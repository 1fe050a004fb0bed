//! What a command makes happen, or why it cannot. One function a command; no I/O, no clock.

mod changing;
mod clocks;
mod ending;
mod lapsing;
mod moving;
mod panel;
mod raising;
mod restricting;
mod talking;
mod tasks;

pub use raising::open_draft;

use super::command::Command;
use super::event::{Doer, Event, Signature};
use super::refusal::Refusal;
use super::stage_entry::StageEntry;
use super::state::{Escalation, Status};
use crate::clock::UtcInstant;
use crate::directory::{Directory, Route, Side};
use crate::policy::{Calendars, Policy, Who};

/// What a decision is made by: the policy version that the case keeps, its calendar, and who
/// stands where.
#[derive(Debug, Clone)]
pub struct Rules<'a> {
    /// The policy version that the case keeps.
    pub policy: &'a Policy,
    /// That policy's calendars, with all closures that are known now.
    pub calendars: &'a Calendars,
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
    let mut events = case.of_command(by, command)?;
    let mut after = escalation.clone();
    let doer = by.cloned().map_or(Doer::Time, Doer::Person);
    for event in &events {
        after = after.apply(event, &doer, now);
    }
    events.extend(Case { escalation: &after, rules, now }.follow(&events, by)?);
    Ok(events)
}

impl Case<'_> {
    /// What a command itself makes happen.
    fn of_command(&self, by: Option<&Signature>, command: Command) -> Result<Vec<Event>, Refusal> {
        let case = self;
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
                case.determine(by, outcome, decision, rationale)
            }
            Command::Withdraw { reason } => case.withdraw(signed(by)?, reason),
            Command::Reopen { reason, stage } => case.reopen(signed(by)?, reason, stage),
            Command::SetProtectiveDeadline(deadline) => {
                case.set_protective_deadline(signed(by)?, deadline)
            }
            Command::ArrangeMeeting { at, place, purpose } => {
                case.arrange_meeting(at, place, purpose)
            }
            Command::RecordMeeting { meeting, record } => case.record_meeting(meeting, record),
            Command::SetAction { what, owner, due_on } => case.set_action(what, owner, due_on),
            Command::CompleteAction { action } => case.complete_action(action),
            Command::GiveFeedback { text, learning, themes } => {
                case.give_feedback(text, learning, themes)
            }
            Command::Debrief { held_on, with, text, themes } => {
                case.debrief(held_on, with, text, themes)
            }
            Command::ConfirmRecord => case.confirm_record(signed(by)?),
            Command::Lapse => case.lapse(),
            Command::ReportFailedNotice { notice_id, recipient, to_last_resort } => {
                Ok(vec![Event::NoticeFailed { notice_id, recipient, to_last_resort }])
            }
            Command::ReportDelayedNotice { notice_id, person_id, recipient } => {
                Ok(vec![Event::NoticeDelayed { notice_id, person_id, recipient }])
            }
            Command::Restrict { restriction, reason } => {
                case.restrict(signed(by)?, restriction, reason)
            }
            Command::LiftRestriction { reason } => case.lift_restriction(reason),
            Command::BreakGlass { reason } => case.break_glass(reason),
            Command::ReviewGlassBreak { number, note } => {
                case.review_glass_break(signed(by)?, number, note)
            }
            other => case.of_clock_command(by, other),
        }
    }

    /// What a command about tasks, clocks and panels makes happen.
    fn of_clock_command(
        &self,
        by: Option<&Signature>,
        command: Command,
    ) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::RecordDiscussion { held_at, with, text } => {
                self.record_discussion(held_at, with, text)
            }
            Command::TickTask { task, note } => self.tick_task(signed(by)?, task, note),
            Command::Extend { task, by: more, reason } => {
                self.extend(signed(by)?, task, more, reason)
            }
            Command::Pause { until, reason } => self.pause(signed(by)?, until, reason),
            Command::Resume => self.resume(),
            Command::ChangeUrgency { urgency_class, reason } => {
                self.change_urgency(urgency_class, reason)
            }
            Command::StepDown { to_stage, reason } => self.step_down(signed(by)?, to_stage, reason),
            Command::ConvenePanel { members, chair_id, meets_at } => {
                self.convene_panel(members, chair_id, meets_at)
            }
            Command::Refer { to, reason } => self.refer(to, reason),
            Command::MovePolicy { policy, reason } => self.move_policy(policy, reason),
            Command::Recount { reason } => self.recount(reason),
            other => Err(Refusal::not_now(format!("Nothing is decided by {:?}.", other.kind()))),
        }
    }
}

/// A case at a moment, with the rules that it goes by.
#[derive(Clone, Copy)]
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
        if self.escalation.raised_at.is_some() {
            return Ok(());
        }
        Err(Refusal::not_now(match self.escalation.status {
            Status::Withdrawn => "This draft was discarded. Begin another.",
            _ => "This is still a draft. Raise it first.",
        }))
    }

    fn ended(&self) -> Result<(), Refusal> {
        self.raised()?;
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
    who: &Who,
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
