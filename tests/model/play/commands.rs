//! What is asked, as the program's own commands.

use super::policies::POLICIES;
use super::reckoning::{At, day_of};
use super::script::{Ask, Script};
use super::world::Ids;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::escalation::{
    Child, Command, Draft, ImmediateDanger, PositionBody, ProtectiveDeadline, Stance, StartStage,
};
use chrono::TimeDelta;

pub fn text<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).unwrap_or_else(|_| panic!("{text}"))
}

pub fn instant(at: At) -> UtcInstant {
    UtcInstant::new(at)
}

pub fn no_danger() -> ImmediateDanger {
    ImmediateDanger {
        in_immediate_danger: false,
        action_taken: None,
        taken_at: None,
        taken_by: None,
    }
}

pub fn draft(script: &Script, began: At, ids: Ids, whole: bool) -> Draft {
    let protective = |minutes| ProtectiveDeadline {
        at: instant(began + TimeDelta::minutes(minutes)),
        reason: text("A hearing in court."),
    };
    Draft {
        receiving_agency_id: Some(ids.receiving().agency_id),
        child: Some(Child { initials: text("A. B."), local_reference: None }),
        area_of_disagreement: Some("level_of_need".to_owned()),
        urgency_class: script.urgent.then(|| "urgent".to_owned()),
        facts: whole.then(|| text("What happened.")),
        judgement: Some(text("What I make of it.")),
        rationale: Some(text("Why.")),
        risk: Some(text("What may happen.")),
        childs_voice: Some(text("What the child says.")),
        what_was_tried: Some(text("A telephone call.")),
        outcome_sought: Some(text("An assessment.")),
        protective_deadline: script.protective.map(protective),
        start_stage: script
            .start_stage
            .map(|stage| StartStage { stage, reason: text("The risk asks for it.") }),
        ..Draft::default()
    }
}

/// What is asked, as a command. Raising is another door of the engine.
pub fn command(ask: Ask, at: At, policy: usize, drafted: impl Fn(bool) -> Draft) -> Command {
    let outcome = |known| if known { POLICIES[policy][0].outcome } else { "victory" }.to_owned();
    let respond = |stance| Command::Respond { stance, rationale: text("Our reasons.") };
    match ask {
        Ask::Write { whole } => {
            let draft = Box::new(drafted(whole));
            Command::ChangeDraft { immediate_danger: no_danger(), draft }
        }
        Ask::Raise => unreachable!("raising is looked up first"),
        Ask::Acknowledge => Command::Acknowledge { note: None },
        Ask::State => Command::StatePosition(Box::new(PositionBody {
            facts: text("What we saw."),
            judgement: text("What we make of it."),
            rationale: text("Why."),
            agreed: None,
            disputed: None,
            risk: None,
            childs_voice: None,
            outcome_sought: None,
        })),
        Ask::Accept => respond(Stance::Accepts),
        Ask::Refuse => respond(Stance::Refuses),
        Ask::NeedInformation => respond(Stance::NeedsInformation),
        Ask::Escalate(to_stage) => {
            Command::EscalateEarly { to_stage, reason: text("The risk grows.") }
        }
        Ask::Propose { known } => {
            Command::Propose { outcome: outcome(known), terms: text("A visit this week.") }
        }
        Ask::Confirm(proposal) => Command::ConfirmProposal { proposal },
        Ask::Decline(proposal) => {
            Command::DeclineProposal { proposal, reason: text("It is not enough.") }
        }
        Ask::Determine { known } => Command::Determine {
            outcome: outcome(known),
            decision: text("The assessment is made."),
            rationale: text("The threshold is met."),
        },
        Ask::Withdraw => Command::Withdraw { reason: text("It is settled.") },
        Ask::Reopen(stage) => Command::Reopen { reason: text("It is not settled."), stage },
        _ => work_command(ask, at),
    }
}

/// What people set down beside the argument, and what winds the clocks.
fn work_command(ask: Ask, at: At) -> Command {
    let ahead = |minutes| instant(at + TimeDelta::minutes(minutes));
    match ask {
        Ask::Arrange(minutes) => Command::ArrangeMeeting {
            at: ahead(minutes),
            place: text("Room 2"),
            purpose: text("To settle it."),
        },
        Ask::Record(meeting) => Command::RecordMeeting { meeting, record: text("It was settled.") },
        Ask::SetAction => Command::SetAction {
            what: text("Visit the family."),
            owner: text("The social worker"),
            due_on: at.date_naive(),
        },
        Ask::DoneAction(action) => Command::CompleteAction { action },
        Ask::Feedback => {
            Command::GiveFeedback { text: text("It went on."), learning: None, themes: Vec::new() }
        }
        Ask::Debrief { tomorrow } => Command::Debrief {
            held_on: day_of(at) + TimeDelta::days(i64::from(tomorrow)),
            with: text("The team"),
            text: None,
            themes: Vec::new(),
        },
        Ask::TickRecord => Command::ConfirmRecord,
        Ask::Discuss(minutes) => Command::RecordDiscussion {
            held_at: ahead(minutes),
            with: text("The other side."),
            text: None,
        },
        _ => clock_command(ask, at),
    }
}

fn clock_command(ask: Ask, at: At) -> Command {
    let ahead = |minutes| instant(at + TimeDelta::minutes(minutes));
    match ask {
        Ask::Protect(minutes) => Command::SetProtectiveDeadline(ProtectiveDeadline {
            at: ahead(minutes),
            reason: text("A hearing in court."),
        }),
        Ask::Extend(days) => Command::Extend {
            task: None,
            by: format!("{days} working days").parse().expect("a limit"),
            reason: text("Illness."),
        },
        Ask::Pause(minutes) => Command::Pause { until: ahead(minutes), reason: text("Illness.") },
        Ask::Resume => Command::Resume,
        Ask::Class { urgent } => Command::ChangeUrgency {
            urgency_class: if urgent { "urgent" } else { "standard" }.to_owned(),
            reason: text("The risk is another."),
        },
        Ask::StepDown(to_stage) => {
            Command::StepDown { to_stage, reason: text("It can be settled.") }
        }
        _ => unreachable!("{ask:?} winds no clock"),
    }
}
