//! What time does: due instants, lapses early and late, and that time alone ends nothing.

use super::super::*;
use super::fixture::*;
use crate::directory::Side;
use proptest::prelude::*;

const MISSED: [&str; 3] = ["deadline_passed", "stage_left", "stage_entered"];

#[test]
fn a_working_week_over_christmas_ends_on_30_december() {
    let case = Case::raised_in(World::new(), "2026-12-21 09:10");
    let due = &case.entry().due;
    assert_eq!(due.at, at("2026-12-30 17:00"));
    assert_eq!(due.at.to_string(), "2026-12-30T17:00:00.000000Z");
    assert_eq!(
        due.derivation,
        "1 working week (5 working days) after Mon 21 Dec 2026, without 25 and 28 Dec and the \
         weekend: Wed 30 Dec 2026, 17:00"
    );
    assert!(!case.entry().is_protective);
    assert_eq!(case.state.next_act_at(), Some(due.at));
}

#[test]
fn a_second_before_the_due_instant_nothing_happens() {
    let mut case = Case::raised_in(World::new(), "2026-12-21 09:10");
    assert_eq!(case.lapse_at("2026-12-30 16:59:59"), []);
    assert_eq!((case.stage(), case.told()), (1, [].into()));
}

#[test]
fn at_the_due_instant_the_case_moves_one_stage_once() {
    let mut case = Case::raised_in(World::new(), "2026-12-21 09:10");
    assert_eq!(kinds(&case.lapse_at("2026-12-30 17:00")), MISSED);
    assert_eq!(case.stage(), 2);
    assert_eq!(case.entry().why, EntryReason::DeadlinePassed);
    assert_eq!(case.entry().due.at, at("2027-01-07 17:00"));
    assert_eq!(case.lapse(), []);
    assert_eq!(case.stage(), 2);
    let left = case.state.stage_entries[0].left.as_ref().unwrap();
    assert_eq!(left.at, at("2026-12-30 17:00"));
    assert_eq!(left.why, LeavingReason::DeadlinePassed);
}

#[test]
fn the_whole_ladder_in_four_working_weeks() {
    let mut case = Case::raised();
    let mut dues = Vec::new();
    for stage in 1..=4 {
        case.lapse_to_stage(stage);
        dues.push(case.entry().due.at);
    }
    let expected = ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14"];
    assert_eq!(dues, expected.map(|day| at(&format!("{day} 17:00"))));
}

#[test]
fn a_server_that_slept_a_month_moves_one_stage_and_says_how_late() {
    let mut case = Case::raised();
    let events = case.lapse_at("2026-12-23 17:00");
    assert_eq!(kinds(&events), MISSED);
    let Event::DeadlinePassed { due_at, late_seconds, tell_again_at, .. } = &events[0] else {
        panic!("{events:?}");
    };
    assert_eq!(*due_at, at("2026-11-23 17:00"));
    assert_eq!(*late_seconds, 30 * 24 * 3_600);
    assert_eq!(*tell_again_at, None);
    // The next people have their whole time.
    assert_eq!(case.entry().entered_at, at("2026-12-23 17:00"));
    assert_eq!(case.entry().due.at, at("2027-01-04 17:00"));
    assert_eq!(case.lapse(), []);
}

#[test]
fn an_urgent_challenge_has_the_urgent_limits() {
    let draft = Draft { urgency_class: Some("urgent".to_owned()), ..whole_draft() };
    let mut case = Case::raised_as(World::new(), draft, "2026-11-16 10:00");
    let mut dues = Vec::new();
    for stage in 1..=4 {
        case.lapse_to_stage(stage);
        dues.push(case.entry().due.at);
    }
    let expected = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-21"];
    assert_eq!(dues, expected.map(|day| at(&format!("{day} 17:00"))));
}

#[test]
fn an_urgent_challenge_at_the_partnership_runs_on_over_christmas() {
    let draft = Draft {
        urgency_class: Some("urgent".to_owned()),
        start_stage: Some(StartStage { stage: 4, reason: prose("The risk asks for it.") }),
        ..whole_draft()
    };
    let case = Case::raised_as(World::new(), draft, "2026-12-24 10:00");
    assert_eq!(case.entry().due.at, at("2026-12-26 10:00"));
}

fn raised_with_deadline(when: &str) -> Case {
    let draft = Draft { protective_deadline: Some(protect(when)), ..whole_draft() };
    Case::raised_as(World::new(), draft, "2026-11-16 10:00")
}

#[test]
fn a_protective_deadline_that_is_sooner_counts() {
    let case = raised_with_deadline("2026-11-18 12:00");
    assert!(case.entry().is_protective);
    assert_eq!(case.entry().due.at, at("2026-11-18 12:00"));
    assert_eq!(
        case.entry().due.derivation,
        "the protective deadline, Wed 18 Nov 2026, 12:00, which is sooner than 1 working week \
         (5 working days) after Mon 16 Nov 2026, without the weekend: Mon 23 Nov 2026, 17:00"
    );
}

#[test]
fn a_protective_deadline_that_is_later_waits_for_its_stage() {
    let mut case = raised_with_deadline("2026-11-25 12:00");
    assert!(!case.entry().is_protective);
    assert_eq!(case.entry().due.at, at("2026-11-23 17:00"));
    case.lapse_at("2026-11-23 17:00");
    assert!(case.entry().is_protective);
    assert_eq!(case.entry().due.at, at("2026-11-25 12:00"));
}

#[test]
fn once_a_protective_deadline_has_passed_the_urgent_limits_count() {
    let mut case = raised_with_deadline("2026-11-18 12:00");
    case.lapse_at("2026-11-18 12:00");
    assert!(!case.entry().is_protective);
    assert_eq!(case.entry().due.at, at("2026-11-19 17:00"));
    case.lapse_at("2026-11-19 17:00");
    assert_eq!(case.entry().due.at, at("2026-11-20 17:00"));
}

#[test]
fn one_that_passed_while_it_did_not_count_is_not_forgotten_for_a_later_one() {
    let mut case = Case::raised();
    case.at("2026-11-23 16:58");
    // The stage's own limit is sooner; and nobody looks until both have passed.
    case.by(ADA, Command::SetProtectiveDeadline(protect("2026-11-23 18:25")));
    case.lapse_at("2026-11-24 10:00");
    assert!(!case.entry().is_protective);
    let urgent = case.entry().due.at;
    assert_eq!(urgent, at("2026-11-25 17:00"));
    case.by(ADA, Command::SetProtectiveDeadline(protect("2026-11-30 12:00")));
    assert_eq!(case.entry().due.at, urgent, "the longer limit does not come back");
}

#[test]
fn a_protective_deadline_set_later_moves_the_clock_of_the_stage() {
    let mut case = Case::raised();
    case.at("2026-11-17 10:00");
    let events = case.by(ADA, Command::SetProtectiveDeadline(protect("2026-11-18 12:00")));
    assert_eq!(kinds(&events), ["protective_deadline_set"]);
    assert!(case.entry().is_protective);
    assert_eq!(case.state.next_act_at(), Some(at("2026-11-18 12:00")));
    // The hearing was put off: the policy's limit counts again, from when the stage was entered.
    case.by(ADA, Command::SetProtectiveDeadline(protect("2026-12-18 12:00")));
    assert!(!case.entry().is_protective);
    assert_eq!(case.state.next_act_at(), Some(at("2026-11-23 17:00")));
}

#[test]
fn a_protective_deadline_is_in_the_future_and_of_a_case_that_is_not_overdue() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    let set = |when: &str| Command::SetProtectiveDeadline(protect(when));
    let refusal = case.refused(ADA, set("2026-11-16 10:00"));
    assert_eq!(pointers(&refusal), ["/at"]);
    case.lapse_at("2026-11-23 17:00");
    let refusal = case.refused(ADA, set("2026-11-30 10:00"));
    assert!(matches!(refusal, Refusal::NotNow(_)));
}

#[test]
fn a_deadline_that_was_missed_is_not_moved_before_it_is_recorded() {
    let mut case = raised_with_deadline("2026-11-18 12:00");
    case.at("2026-11-18 12:00");
    let later = Command::SetProtectiveDeadline(protect("2026-11-20 12:00"));
    assert!(matches!(case.refused(EVE, later), Refusal::NotNow(_)));
    assert_eq!(kinds(&case.lapse()), MISSED);
}

#[test]
fn a_stage_of_two_seconds_lasts_two_seconds() {
    let world = World::with(r#"standard = "1 working week""#, r#"standard = "2 seconds""#);
    let mut case = Case::raised_in(world, "2026-12-25 23:59:59");
    assert_eq!(case.lapse_at("2026-12-26 00:00:00"), []);
    assert_eq!(kinds(&case.lapse_at("2026-12-26 00:00:01")), MISSED);
    assert_eq!(kinds(&case.lapse_at("2026-12-26 00:00:03")), MISSED);
    assert_eq!(case.stage(), 3);
}

#[test]
fn where_people_move_a_case_time_only_tells_them() {
    let world = World::with(
        r#"act = ["raising.practitioner", "receiving.practitioner"]"#,
        "act = [\"raising.practitioner\", \"receiving.practitioner\"]\non_deadline = \"notify\"",
    );
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    assert_eq!(kinds(&case.lapse_at("2026-11-23 17:00")), ["deadline_passed"]);
    assert_eq!(case.stage(), 1);
    assert_eq!(case.told()[ADA], NoticeKind::Overdue);
    assert_eq!(case.told()[EVE], NoticeKind::Overdue);
    assert_eq!(case.told()[IRIS], NoticeKind::Overdue);
    assert_eq!(kinds(&case.lapse_at("2026-11-24 09:00")), ["overdue_told_again"]);
    case.by(ADA, escalate(None));
    assert_eq!(case.stage(), 2);
    assert_eq!(kinds(&case.lapse_at("2026-12-01 17:00")), MISSED);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn time_alone_never_ends_a_case(
        start_stage in 1_u32..=4,
        steps in prop::collection::vec(0_i64..3_000_000, 1..40),
    ) {
        let mut case = Case::raised_at_stage(World::new(), start_stage);
        for seconds in steps {
            case.now = case.now.plus(chrono::TimeDelta::seconds(seconds));
            case.lapse();
            prop_assert_eq!(case.state.status, Status::Open);
            prop_assert!(case.state.next_act_at().unwrap() > case.now);
            prop_assert!(case.state.waiting_for().contains(&Side::Receiving));
        }
        prop_assert!(case.state.endings.is_empty());
    }
}
