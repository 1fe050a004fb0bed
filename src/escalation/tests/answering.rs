//! What the receiving side says within the time: silence and refusal are different things.

use super::super::*;
use super::fixture::*;
use crate::directory::Side;

fn acknowledge() -> Command {
    Command::Acknowledge { note: None }
}

/// What stands in the record once the clock of the stage has run out.
fn answer_when_missed(case: &mut Case) -> Answer {
    case.now = case.state.next_act_at().unwrap();
    missed(case)
}

fn answer_when_missed_at(case: &mut Case, when: &str) -> Answer {
    case.at(when);
    missed(case)
}

fn missed(case: &mut Case) -> Answer {
    match case.lapse().as_slice() {
        [Event::DeadlinePassed { answer, .. }, ..] => *answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn silence_is_recorded_as_silence() {
    assert_eq!(answer_when_missed(&mut Case::raised()), Answer::Silence);
}

#[test]
fn what_the_raising_side_says_is_no_answer() {
    let mut case = Case::raised();
    case.by(ADA, position());
    case.by(ADA, propose());
    assert_eq!(case.state.waiting_for(), [Side::Receiving]);
    assert_eq!(answer_when_missed(&mut case), Answer::Silence);
}

#[test]
fn an_acknowledgement_alone_is_no_answer() {
    let mut case = Case::raised();
    case.by(EVE, acknowledge());
    assert_eq!(case.state.waiting_for(), [Side::Receiving]);
    assert_eq!(answer_when_missed(&mut case), Answer::AcknowledgedOnly);
    // It does not count for the stage after.
    assert_eq!(answer_when_missed(&mut case), Answer::Silence);
}

#[test]
fn a_refusal_is_recorded_as_a_refusal() {
    let mut case = Case::raised();
    case.by(EVE, acknowledge());
    case.by(EVE, respond(Stance::Refuses));
    assert_eq!(case.state.waiting_for(), [Side::Raising, Side::Receiving]);
    assert_eq!(answer_when_missed(&mut case), Answer::Refusal);
}

#[test]
fn any_other_answer_is_an_answer_not_agreed() {
    use Stance::{Accepts, AcceptsInPart, NeedsInformation};
    for stance in [Accepts, AcceptsInPart, NeedsInformation] {
        let mut case = Case::raised();
        case.by(EVE, respond(stance));
        assert_eq!(answer_when_missed(&mut case), Answer::AnsweredNotAgreed);
    }
}

#[test]
fn the_last_answer_of_a_stage_counts() {
    let mut case = Case::raised();
    case.by(EVE, respond(Stance::Refuses));
    case.by(EVE, respond(Stance::AcceptsInPart));
    assert_eq!(answer_when_missed(&mut case), Answer::AnsweredNotAgreed);
}

#[test]
fn a_proposal_of_the_receiving_side_is_an_answer() {
    let mut case = Case::raised();
    case.by(EVE, propose());
    assert_eq!(case.state.waiting_for(), [Side::Raising]);
    assert_eq!(answer_when_missed(&mut case), Answer::AnsweredNotAgreed);
}

#[test]
fn a_position_of_the_receiving_side_is_an_answer() {
    let mut case = Case::raised();
    case.by(EVE, position());
    assert_eq!(answer_when_missed(&mut case), Answer::AnsweredNotAgreed);
    assert_eq!(answer_when_missed(&mut case), Answer::Silence);
}

#[test]
fn declining_a_proposal_is_an_answer_in_the_stage_where_it_is_declined() {
    let mut case = Case::raised();
    case.by(ADA, propose());
    assert_eq!(answer_when_missed(&mut case), Answer::Silence);
    case.by(FINN, decline(1));
    assert_eq!(case.state.answer_in(1), Answer::Silence);
    assert_eq!(answer_when_missed(&mut case), Answer::AnsweredNotAgreed);
}

#[test]
fn a_challenge_is_acknowledged_once_in_each_stage() {
    let mut case = Case::raised();
    case.by(EVE, acknowledge());
    assert!(matches!(case.refused(EVE, acknowledge()), Refusal::NotNow(_)));
    case.lapse_to_stage(2);
    case.by(FINN, acknowledge());
    assert!(matches!(case.refused(FINN, acknowledge()), Refusal::NotNow(_)));
}

#[test]
fn a_refusal_stays_in_its_stage_and_the_raising_side_may_escalate() {
    let mut case = Case::raised();
    let events = case.by(EVE, respond(Stance::Refuses));
    assert_eq!(kinds(&events), ["responded"]);
    assert_eq!(case.stage(), 1);
    case.by(ADA, escalate(None));
    assert_eq!(case.stage(), 2);
}

#[test]
fn where_the_policy_escalates_refusals_the_case_moves_at_once() {
    let world = World::with("\n[[stages]]\n", "\n[[stages]]\non_refusal = \"escalate\"\n");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    for (stage, who) in [(2, EVE), (3, FINN), (4, GITA)] {
        let events = case.by(who, respond(Stance::Refuses));
        assert_eq!(kinds(&events), ["responded", "stage_left", "stage_entered"]);
        assert_eq!(case.stage(), stage);
        assert_eq!(case.entry().why, EntryReason::Refused);
    }
    // Nobody stands above the last stage: it stays, and the partnership determines.
    let events = case.by(GITA, respond(Stance::Refuses));
    assert_eq!(kinds(&events), ["responded"]);
    assert_eq!(case.stage(), 4);
}

#[test]
fn where_the_policy_escalates_refusals_other_answers_stay() {
    let world = World::with("\n[[stages]]\n", "\n[[stages]]\non_refusal = \"escalate\"\n");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.by(EVE, respond(Stance::AcceptsInPart));
    assert_eq!(case.stage(), 1);
}

#[test]
fn what_comes_after_the_time_ran_out_is_no_answer_in_time() {
    let mut case = Case::raised();
    case.at("2026-11-23 17:00:01").by(EVE, respond(Stance::Accepts));
    assert_eq!(answer_when_missed_at(&mut case, "2026-11-23 18:00"), Answer::Silence);
}

#[test]
fn what_comes_at_the_due_instant_is_in_time() {
    let mut case = Case::raised();
    case.at("2026-11-23 17:00").by(EVE, respond(Stance::Accepts));
    let answer = answer_when_missed_at(&mut case, "2026-11-23 18:00");
    assert_eq!(answer, Answer::AnsweredNotAgreed);
}

#[test]
fn a_refusal_that_moves_the_case_is_no_answer_of_the_people_above() {
    let world = World::with("\n[[stages]]\n", "\n[[stages]]\non_refusal = \"escalate\"\n");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.by(EVE, respond(Stance::Refuses));
    assert_eq!(case.state.answer_in(1), Answer::Refusal);
    assert_eq!(answer_when_missed(&mut case), Answer::Silence);
}
