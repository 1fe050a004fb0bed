//! Sefton, 2017: chained tasks, "else a meeting within a further 5".

use super::super::super::*;
use super::super::fixture::*;

const SEFTON: &str = include_str!("../../../../config/policies/sefton-2017.toml");

fn received(day: &str) -> Draft {
    Draft { decision_received_on: Some(day.parse().unwrap()), ..whole_draft() }
}

/// Raised on a Monday morning, three days after the decision.
fn raised() -> Case {
    Case::raised_as(World::under(SEFTON), received("2026-11-13"), "2026-11-16 10:00")
}

#[test]
fn a_challenge_says_when_the_decision_was_received() {
    let mut case = Case::drafted(World::under(SEFTON), whole_draft(), "2026-11-16 10:00");
    assert_eq!(pointers(&case.refused(ADA, raise())), ["/draft/decision_received_on"]);
}

#[test]
fn a_challenge_that_is_raised_late_is_recorded_as_late() {
    let late = |case: &Case| match &case.entries[1].event {
        Event::Raised { late_after, .. } => late_after.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(late(&raised()), None);
    let world = World::under(SEFTON);
    let case = Case::raised_as(world, received("2026-11-11"), "2026-11-16 10:00");
    assert_eq!(late(&case).unwrap().at, at("2026-11-13 17:00"));
    assert_eq!(case.stage(), 1);
}

#[test]
fn stage_1_in_time() {
    let mut case = raised();
    assert_eq!(case.acting(), [ADA, FINN]);
    case.runs(&[("speak", "Thu 19 Nov 17:00")]);
    case.at("2026-11-17 15:00");
    let now = case.now;
    case.by(FINN, discussion(now));
    case.runs(&[("letter", "Thu 19 Nov 17:00")]);
    case.at("2026-11-18 09:30");
    assert!(matches!(case.refused(ADA, tick("letter")), Refusal::NotYours(_)));
    case.by(FINN, tick("letter"));
    case.runs(&[("settled", "Fri 20 Nov 17:00")]);
    case.by(FINN, propose());
    case.by(ADA, confirm(1));
    assert_eq!(case.state.status, Status::Resolved);
}

/// The duty social worker is named by a task alone, and may do what it asks.
#[test]
fn whom_only_a_task_names_may_do_it() {
    let policy = SEFTON.replacen(
        "who = [\"receiving.line_manager\"]",
        "who = [\"receiving.practitioner\"]",
        1,
    );
    let mut case =
        Case::raised_as(World::under(&policy), received("2026-11-13"), "2026-11-16 10:00");
    assert_eq!(case.told()[EVE], NoticeKind::TaskBegins);
    let now = case.now;
    case.by(EVE, discussion(now));
    case.runs(&[("letter", "Wed 18 Nov 17:00")]);
    // It is done: she stays on the case, and it is the manager's to write.
    assert!(matches!(case.refused(EVE, discussion(now)), Refusal::NotYours(_)));
}

#[test]
fn nobody_speaks_and_no_letter_comes() {
    let mut case = raised();
    case.until("2026-11-19 17:00");
    assert_eq!(case.stage(), 1);
    case.runs(&[("letter", "Mon 23 Nov 17:00")]);
    case.until("2026-11-23 17:00");
    assert_eq!(case.stage(), 2);
    case.runs(&[("form", "Tue 24 Nov 17:00"), ("agree", "Wed 25 Nov 17:00")]);
    assert_eq!(case.acting(), [CARA, GITA]);
    assert_eq!(names(&case.entry().copied), [IRIS]);
}

#[test]
fn a_letter_that_does_not_settle_it_gives_the_raiser_two_days() {
    let mut case = raised();
    case.at("2026-11-17 15:00");
    let now = case.now;
    case.by(FINN, discussion(now));
    case.by(FINN, tick("letter"));
    case.until("2026-11-19 17:00");
    assert_eq!(case.stage(), 2);
}

fn at_stage_2() -> Case {
    let mut case = raised();
    case.by(ADA, escalate(None));
    case
}

#[test]
fn stage_2_agrees_and_confirms() {
    let mut case = at_stage_2();
    case.runs(&[("form", "Tue 17 Nov 17:00"), ("agree", "Wed 18 Nov 17:00")]);
    case.by(CARA, tick("form"));
    case.at("2026-11-17 12:00").by(GITA, propose());
    case.runs(&[("confirm", "Thu 19 Nov 17:00")]);
    case.by(CARA, confirm(1));
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn else_a_meeting_within_a_further_five_and_a_letter_within_48_hours() {
    let mut case = at_stage_2();
    case.until("2026-11-18 17:00");
    case.runs(&[("meet", "Wed 25 Nov 17:00")]);
    case.by(GITA, meet("2026-11-20 14:00"));
    case.at("2026-11-20 15:30").by(GITA, record(1));
    case.runs(&[("letter", "Sun 22 Nov 15:30")]);
    case.by(GITA, tick("letter"));
    case.runs(&[("settled", "Tue 24 Nov 17:00")]);
    case.until("2026-11-24 17:00");
    assert_eq!(case.stage(), 3);
    case.by(JON, determine());
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn an_outcome_that_is_not_confirmed_leads_to_the_meeting_as_well() {
    let mut case = at_stage_2();
    case.at("2026-11-17 12:00").by(GITA, propose());
    case.until("2026-11-19 17:00");
    case.runs(&[("meet", "Thu 26 Nov 17:00")]);
    case.until("2026-11-26 17:00");
    // No meeting was held: the letter is still owed, and after it the case moves on.
    case.runs(&[("letter", "Sat 28 Nov 17:00")]);
    case.until("2026-11-28 17:00");
    assert_eq!(case.stage(), 3);
}
