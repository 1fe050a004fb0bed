//! Random sequences of commands against a small separate oracle, which was written from the texts
//! and not from the code. What ought to happen and what does are compared after each step: accepted
//! or refused and with which status, what is recorded, where the case stands, when it is due, who
//! must act, who is told what. A sequence on which they differ is cut down and printed as a script.

mod asking;
mod judge;
mod oracle;
mod policies;
mod pure;
mod reaching;
mod reckoning;
mod script;
mod served;
mod world;

pub use judge::{judge, judge_served};
pub use policies::BSCP;
pub use script::Script;
pub use world::{Ids, RAISER, Staff, everybody};

use bscp_escalation::clock::UtcInstant;
use bscp_escalation::escalation::{
    Child, Command, Draft, Escalation, ImmediateDanger, PositionBody, ProtectiveDeadline, Stance,
    StartStage, Status,
};
use chrono::TimeDelta;
use oracle::{Happens, Oracle};
use policies::POLICIES;
use reckoning::At;
use script::{Ask, Condition, Step, changes_staff};

/// What is tried against the oracle.
trait Subject {
    /// Begins a draft.
    async fn begin(&mut self, script: &Script, at: At);
    /// Time passes, and does what is due if it ticks.
    async fn wait(&mut self, at: At, ticks: bool) -> Happens;
    /// The directory is as the staff now stands.
    async fn restaff(&mut self, step: Step, staff: &Staff);
    /// Somebody asks for something.
    async fn ask(
        &mut self,
        who: &'static str,
        ask: Ask,
        on: Condition,
        at: At,
        staff: &Staff,
    ) -> Result<Happens, u16>;
    /// The second version of the policy is published.
    async fn publish(&mut self);
    /// Another process goes on.
    async fn restart(&mut self);
    /// The case as it stands.
    async fn state(&mut self) -> Escalation;
    /// The record is what it adds up to.
    async fn finish(&mut self);
}

/// Where what is and what ought to be part, and how in a word: what is cut down stays the same.
struct Differs {
    what: String,
    why: String,
}

/// A step without its particulars.
fn kind_of(step: &Step) -> String {
    format!("{step:?}").split([' ', '(']).take(6).collect()
}

type Stands = Option<(usize, At, bool, Vec<String>)>;

/// Plays a script against the oracle: how many steps it had, or where they differ.
async fn play(script: &Script, subject: &mut impl Subject) -> Result<u64, Differs> {
    let monday: At = "2026-12-21T00:00:00Z".parse().expect("an instant");
    let mut at = monday + TimeDelta::minutes(script.start);
    let last_day = monday + TimeDelta::days(1_500);
    let versions = POLICIES[script.policy];
    let mut published = 0;
    let protective = script.protective.map(|it| at + TimeDelta::minutes(it));
    let begin = || (script.urgent, script.start_stage, protective);
    let (urgent, wish, protective) = begin();
    let mut oracle = Oracle::begun(versions[0], urgent, wish, protective);
    let mut staff = Staff::at_first();
    subject.begin(script, at).await;
    for (number, step) in (1..).zip(&script.steps) {
        let wanted = match *step {
            Step::Wait { minutes, .. } => Some(at + TimeDelta::minutes(minutes)),
            Step::WaitTillDue { and, .. } => {
                oracle.acts_at().map(|due| due + TimeDelta::minutes(and))
            }
            _ => None,
        };
        at = at.max(wanted.unwrap_or(at)).min(last_day);
        let (expected, found) = match *step {
            Step::Wait { ticks, .. } | Step::WaitTillDue { ticks, .. } => {
                let expected = if ticks { oracle.lapse(at, &staff) } else { Happens::default() };
                (Ok(expected), Ok(subject.wait(at, ticks).await))
            }
            Step::Ask { who, ask, on } => {
                if ask == Ask::Raise && oracle.status == "draft" {
                    oracle.goes_by(versions[published]);
                }
                let expected = match on {
                    Condition::Stale => oracle.may(who, ask, &staff).and(Err(412)),
                    Condition::Fresh | Condition::Twice => oracle.ask(who, ask, at, &staff),
                };
                (expected, subject.ask(who, ask, on, at, &staff).await)
            }
            Step::Publish => {
                published = 1;
                subject.publish().await;
                continue;
            }
            Step::Restart => {
                subject.restart().await;
                continue;
            }
            Step::Leave(_) | Step::Return(_) | Step::Hand { .. } => {
                if changes_staff(*step, &mut staff) {
                    subject.restaff(*step, &staff).await;
                }
                continue;
            }
        };
        let state = subject.state().await;
        let differ = |what: String, expected: String, found: String| {
            let why =
                format!("step {number} at {at}, {step:?}\n  ought: {expected}\n  is:    {found}");
            Err(Differs { what, why })
        };
        let (expected, found) = (expected.map(sorted), found.map(sorted));
        if expected != found {
            let kinds = |it: &Result<Happens, u16>| it.clone().map(|it| it.kinds);
            let what = format!("{:?} {:?}", kinds(&expected), kinds(&found));
            return differ(what, format!("{expected:?}"), format!("{found:?}"));
        }
        if oracle.status != status(state.status) {
            let (expected, found) = (oracle.status.to_owned(), format!("{:?}", state.status));
            return differ("status".to_owned(), expected, found);
        }
        let (expected, found) = (expected_stands(&oracle), stands(&state));
        if expected != found {
            let what = format!("it stands elsewhere after {:?}", kind_of(step));
            return differ(what, format!("{expected:?}"), format!("{found:?}"));
        }
    }
    subject.finish().await;
    Ok(script.steps.len() as u64)
}

fn sorted(mut happens: Happens) -> Happens {
    happens.told.sort();
    happens
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Open => "open",
        Status::Resolved => "resolved",
        Status::Withdrawn => "withdrawn",
    }
}

fn expected_stands(oracle: &Oracle) -> Stands {
    let (stage, due, overdue, acting) = oracle.stands()?;
    Some((stage, due, overdue, acting.into_iter().map(str::to_owned).collect()))
}

fn stands(state: &Escalation) -> Stands {
    let entry = state.current_entry()?;
    let mut acting: Vec<String> = entry.acting.iter().map(|seat| seat.name.clone()).collect();
    acting.sort();
    Some((entry.stage as usize, entry.due.at.utc(), entry.overdue.is_some(), acting))
}

pub fn text<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).unwrap_or_else(|_| panic!("{text}"))
}

fn instant(at: At) -> UtcInstant {
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

fn draft(script: &Script, began: At, ids: Ids, whole: bool) -> Draft {
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

/// Everybody at work, no post vacant.
pub fn at_first() -> Staff {
    Staff::at_first()
}

/// A whole draft of nothing in particular.
pub fn draft_of(ids: Ids) -> Draft {
    let script = Script {
        policy: 0,
        start: 0,
        urgent: false,
        start_stage: None,
        protective: None,
        steps: Vec::new(),
    };
    draft(&script, At::UNIX_EPOCH, ids, true)
}

/// What is asked, as a command. Raising is another door of the engine.
fn command(ask: Ask, at: At, policy: usize, drafted: impl Fn(bool) -> Draft) -> Command {
    let ahead = |minutes| instant(at + TimeDelta::minutes(minutes));
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
        Ask::Protect(minutes) => Command::SetProtectiveDeadline(ProtectiveDeadline {
            at: ahead(minutes),
            reason: text("A hearing in court."),
        }),
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
        Ask::Feedback => Command::GiveFeedback { text: text("It went on."), learning: None },
        Ask::Debrief { tomorrow } => Command::Debrief {
            held_on: reckoning::day_of(at) + TimeDelta::days(i64::from(tomorrow)),
            with: text("The team"),
            text: None,
        },
        Ask::TickRecord => Command::ConfirmRecord,
        Ask::Discuss(minutes) => Command::RecordDiscussion {
            held_at: ahead(minutes),
            with: text("The other side."),
            text: None,
        },
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
    }
}
