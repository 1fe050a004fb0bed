//! Random sequences of commands against a small separate oracle, which was written from the texts
//! and not from the code. What ought to happen and what does are compared after each step: accepted
//! or refused and with which status, what is recorded, where the case stands, when it is due, who
//! must act, who is told what. A sequence on which they differ is cut down and printed as a script.

mod asking;
mod commands;
mod judge;
mod oracle;
mod policies;
mod pure;
mod reaching;
mod reckoning;
mod script;
mod served;
mod world;

pub use commands::{draft, no_danger, text};
pub use judge::{judge, judge_served};
pub use policies::BSCP;
pub use script::Script;
pub use world::{Ids, RAISER, Staff, everybody};

use bscp_escalation::escalation::{Escalation, Status};
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
    if let Step::Ask { ask, .. } = step {
        return format!("{ask:?}").split([' ', '(']).take(1).collect();
    }
    String::new()
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
            Step::Ask { ask, .. } if oracle.leaves_out(ask) => continue,
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
        compare(&oracle, expected, found, &state).map_err(|it| Differs {
            why: format!("step {number} at {at}, {step:?}\n{}", it.why),
            what: format!("{} {}", kind_of(step), it.what),
        })?;
    }
    subject.finish().await;
    Ok(script.steps.len() as u64)
}

/// What came of a step, and how the case stands after it.
fn compare(
    oracle: &Oracle,
    expected: Result<Happens, u16>,
    found: Result<Happens, u16>,
    state: &Escalation,
) -> Result<(), Differs> {
    let differ = |what: String, expected: String, found: String| {
        Err(Differs { what, why: format!("  ought: {expected}\n  is:    {found}") })
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
    let (expected, found) = (expected_stands(oracle), stands(state));
    if expected != found {
        let what = "it stands elsewhere".to_owned();
        return differ(what, format!("{expected:?}"), format!("{found:?}"));
    }
    Ok(())
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
