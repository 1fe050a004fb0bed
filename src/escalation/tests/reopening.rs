//! Taking an ended case up again.

use super::super::*;
use super::fixture::*;

fn resolved_at_stage_2() -> Case {
    let mut case = Case::raised_at_stage(World::new(), 2);
    case.by(BEN, propose());
    case.by(FINN, confirm(1));
    case.at("2026-12-01 10:00");
    case
}

#[test]
fn a_case_goes_on_in_the_stage_where_it_ended_in_a_second_round() {
    let mut case = resolved_at_stage_2();
    assert_eq!(kinds(&case.by(ADA, reopen(None))), ["reopened", "stage_entered"]);
    assert_eq!(case.state.status, Status::Open);
    let entry = case.entry();
    assert_eq!((entry.number, entry.round, entry.stage), (2, 2, 2));
    assert_eq!(entry.why, EntryReason::Reopened);
    assert_eq!(entry.due.at, at("2026-12-08 17:00"));
    assert_eq!(case.state.ending(), None);
    assert_eq!(case.state.endings.len(), 1);
}

#[test]
fn a_case_taken_up_in_the_same_stage_asks_the_same_people() {
    let mut case = resolved_at_stage_2();
    case.by(ADA, reopen(None));
    assert_eq!(case.acting(), [BEN, FINN]);
}

#[test]
fn a_case_taken_up_in_the_same_stage_asks_whoever_had_joined_it_too() {
    let mut world = World::new().vacant("Designated safeguarding lead");
    world = world.also_holds(ADA, "Designated safeguarding lead");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [ADA, CARA, FINN]);
    case.by(ADA, withdraw());
    case.by(ADA, reopen(None));
    assert_eq!(case.acting(), [ADA, CARA, FINN]);
}

#[test]
fn a_case_goes_on_in_a_higher_stage_if_asked() {
    let mut case = resolved_at_stage_2();
    case.by(ADA, reopen(Some(4)));
    assert_eq!(case.stage(), 4);
    assert_eq!(case.acting(), [CARA, GITA, JON, KAY]);
}

#[test]
fn a_case_never_goes_back_down() {
    let mut case = resolved_at_stage_2();
    for stage in [0, 1, 5] {
        let refusal = case.refused(ADA, reopen(Some(stage)));
        assert_eq!(pointers(&refusal), ["/stage"]);
    }
}

#[test]
fn a_withdrawn_case_may_be_taken_up_again_and_withdrawn_again() {
    let mut case = Case::raised();
    for round in 1..=3 {
        assert_eq!(case.entry().round, round);
        case.by(ADA, withdraw());
        assert_eq!(case.state.status, Status::Withdrawn);
        case.by(ADA, reopen(None));
    }
    assert_eq!(case.state.endings.len(), 3);
}

#[test]
fn an_open_case_is_not_reopened() {
    let mut case = Case::raised();
    assert!(matches!(case.refused(ADA, reopen(None)), Refusal::NotNow(_)));
}

#[test]
fn the_outcome_of_each_round_is_ticked_anew() {
    let mut case = resolved_at_stage_2();
    case.by(BEN, Command::ConfirmRecord);
    case.by(ADA, reopen(None));
    assert_eq!(case.state.record_confirmations, []);
    case.by(BEN, withdraw());
    case.by(BEN, Command::ConfirmRecord);
    assert_eq!(case.state.record_confirmations.len(), 1);
}

#[test]
fn the_receiving_managers_who_acted_last_and_the_partnership_may_reopen_too() {
    for who in [BEN, FINN, IRIS] {
        let mut case = resolved_at_stage_2();
        case.by(who, reopen(None));
        assert_eq!(case.state.status, Status::Open);
    }
}
