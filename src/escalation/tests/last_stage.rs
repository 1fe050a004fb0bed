//! The last stage: the partnership determines, and nobody stands above it.

use super::super::*;
use super::fixture::*;

#[test]
fn only_the_last_stage_determines() {
    for stage in 1..=3 {
        let mut case = Case::raised_at_stage(World::new(), stage);
        for who in [IRIS, JON, KAY] {
            assert!(matches!(case.refused(who, determine()), Refusal::NotYours(_)));
        }
        let said_by_nobody_who_acts = case.carry_out(None, determine());
        assert!(matches!(said_by_nobody_who_acts, Err(Refusal::NotNow(_))));
    }
}

#[test]
fn the_scrutineer_or_the_panel_determines() {
    for who in [JON, KAY] {
        let mut case = Case::raised_at_stage(World::new(), 4);
        let events = case.by(who, determine());
        assert_eq!(kinds(&events), ["stage_left", "determined"]);
        assert_eq!(case.state.status, Status::Resolved);
        let Some(Ending::Determined { outcome, by, .. }) = case.state.ending() else {
            panic!("{:?}", case.state.endings);
        };
        assert_eq!((outcome.as_str(), by.name.as_str()), ("decision_changed", who));
    }
}

#[test]
fn whoever_stands_in_determines_only_where_nobody_is_there_whose_own_it_is() {
    let panel = "Panel member";
    let mut case = Case::raised_at_stage(World::new().vacant(panel), 4);
    assert!(case.entry().acting.iter().any(|seat| seat.name == IRIS), "she stands in");
    let refusal = case.refused(IRIS, determine());
    assert!(matches!(&refusal, Refusal::NotYours(why) if why.contains(JON)), "{refusal:?}");
    // She may while the scrutineer is away.
    case.world = case.world.away(JON, "2026-11-16 08:00");
    case.by(IRIS, determine());
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn no_side_determines_its_own_case() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    for who in [ADA, CARA, GITA, HUGH, IRIS] {
        assert!(matches!(case.refused(who, determine()), Refusal::NotYours(_)));
    }
}

#[test]
fn a_determination_is_one_of_the_policys_outcomes() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    let refusal = case.refused(
        JON,
        Command::Determine {
            outcome: "victory".to_owned(),
            decision: prose("They were right."),
            rationale: prose("They said so."),
        },
    );
    assert_eq!(pointers(&refusal), ["/outcome"]);
}

#[test]
fn past_the_last_stage_the_case_stays_open_and_is_told_again_each_working_day() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    assert_eq!(kinds(&case.lapse_at("2026-11-23 17:00")), ["deadline_passed"]);
    assert_eq!(case.stage(), 4);
    let tellings = ["11-24", "11-25", "11-26", "11-27", "11-30"];
    for (times, day) in (1..).zip(tellings) {
        let when = at(&format!("2026-{day} 09:00"));
        assert_eq!(case.state.next_act_at(), Some(when));
        case.now = when;
        assert_eq!(kinds(&case.lapse()), ["overdue_told_again"]);
        assert_eq!(case.lapse(), []);
        assert_eq!(case.entry().overdue.as_ref().unwrap().told_again_times, times);
    }
    assert_eq!((case.stage(), case.state.status), (4, Status::Open));
    case.by(JON, determine());
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn nobody_is_told_again_on_christmas_day() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    case.lapse_at("2026-12-23 12:00");
    let mut tellings = Vec::new();
    while tellings.len() < 5 {
        case.now = case.state.next_act_at().unwrap();
        tellings.push(case.now);
        case.lapse();
    }
    let expected = ["2026-12-24", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04"];
    assert_eq!(tellings, expected.map(|day| at(&format!("{day} 09:00"))));
}

#[test]
fn a_server_that_slept_tells_once_and_not_once_for_each_day() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    case.lapse_at("2026-11-23 17:00");
    assert_eq!(kinds(&case.lapse_at("2026-12-10 12:00")), ["overdue_told_again"]);
    assert_eq!(case.lapse(), []);
    assert_eq!(case.state.next_act_at(), Some(at("2026-12-11 09:00")));
}

#[test]
fn what_the_receiving_side_had_answered_is_recorded_at_the_last_stage_too() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    case.by(GITA, respond(Stance::Refuses));
    let events = case.lapse_at("2026-11-23 17:00");
    assert!(matches!(
        events.as_slice(),
        [Event::DeadlinePassed { answer: Answer::Refusal, tell_again_at: Some(_), .. }]
    ));
}
