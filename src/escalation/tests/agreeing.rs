//! Proposals and agreement: it takes both sides to resolve a case.

use super::super::*;
use super::fixture::*;

#[test]
fn a_proposal_is_declined_and_a_second_one_confirmed() {
    let mut case = Case::raised();
    assert_eq!(kinds(&case.by(ADA, propose())), ["proposed"]);
    assert_eq!(kinds(&case.by(EVE, decline(1))), ["proposal_declined"]);
    assert_eq!(case.stage(), 1);
    case.by(EVE, propose());
    case.at("2026-11-18 10:00");
    let events = case.by(ADA, confirm(2));
    assert_eq!(kinds(&events), ["proposal_confirmed", "stage_left", "agreed"]);
    assert_eq!(case.state.status, Status::Resolved);
    assert_eq!(
        case.state.ending(),
        Some(&Ending::Agreed {
            proposal: 2,
            outcome: "plan_agreed".to_owned(),
            at: at("2026-11-18 10:00"),
        })
    );
    let answers: Vec<_> = case.state.proposals.iter().map(|p| p.answer.as_ref()).collect();
    assert_eq!(answers[0].unwrap().reason, Some(prose("It is not enough.")));
    assert!(!answers[0].unwrap().confirmed && answers[1].unwrap().confirmed);
    assert_eq!(case.state.stage_entries[0].left.as_ref().unwrap().why, LeavingReason::Agreed);
}

#[test]
fn a_resolved_case_has_no_clock() {
    let mut case = agreed();
    assert_eq!(case.state.next_act_at(), None);
    assert_eq!(case.lapse_at("2027-11-16 10:00"), []);
    assert_eq!(case.state.waiting_for(), []);
}

fn agreed() -> Case {
    let mut case = Case::raised();
    case.by(ADA, propose());
    case.by(EVE, confirm(1));
    case
}

#[test]
fn a_resolved_case_is_closed_to_all_but_what_follows_an_end() {
    let mut case = agreed();
    for command in [propose(), position(), escalate(None), withdraw(), confirm(1)] {
        assert!(matches!(case.refused(ADA, command), Refusal::NotNow(_)));
    }
}

#[test]
fn a_side_never_answers_its_own_proposal() {
    let mut case = Case::raised();
    case.by(ADA, propose());
    for command in [confirm(1), decline(1)] {
        assert!(matches!(case.refused(ADA, command), Refusal::NotYours(_)));
    }
    // Nor does another person of the same side, in a later stage.
    case.lapse_to_stage(2);
    assert!(matches!(case.refused(BEN, confirm(1)), Refusal::NotYours(_)));
    case.by(FINN, confirm(1));
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn one_proposal_is_on_the_table_at_a_time() {
    let mut case = Case::raised();
    case.by(ADA, propose());
    assert!(matches!(case.refused(EVE, propose()), Refusal::NotNow(_)));
    case.by(EVE, decline(1));
    assert!(matches!(case.refused(EVE, confirm(1)), Refusal::NotNow(_)));
    case.by(EVE, propose());
    assert_eq!(case.state.open_proposal().unwrap().number, 2);
}

#[test]
fn a_proposal_that_is_not_there_is_not_found() {
    let mut case = Case::raised();
    for command in [confirm(1), decline(1)] {
        assert_eq!(case.refused(ADA, command), Refusal::NotFound);
    }
}

#[test]
fn an_outcome_is_one_of_the_policys() {
    let mut case = Case::raised();
    let refusal = case.refused(
        ADA,
        Command::Propose { outcome: "victory".to_owned(), terms: prose("We were right.") },
    );
    assert_eq!(pointers(&refusal), ["/outcome"]);
}

#[test]
fn the_partnership_neither_proposes_nor_confirms() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    assert!(matches!(case.refused(JON, propose()), Refusal::NotYours(_)));
    case.by(CARA, propose());
    assert!(matches!(case.refused(JON, confirm(1)), Refusal::NotYours(_)));
}

#[test]
fn both_sides_may_still_agree_at_the_last_stage() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    case.by(GITA, propose());
    case.by(CARA, confirm(1));
    assert!(matches!(case.state.ending(), Some(Ending::Agreed { .. })));
}

#[test]
fn the_raising_side_withdraws_with_a_reason() {
    let mut case = Case::raised();
    assert!(matches!(case.refused(EVE, withdraw()), Refusal::NotYours(_)));
    let events = case.by(ADA, withdraw());
    assert_eq!(kinds(&events), ["stage_left", "withdrawn"]);
    assert_eq!(case.state.status, Status::Withdrawn);
    let Some(Ending::Withdrawn { reason, by, .. }) = case.state.ending() else {
        panic!("{:?}", case.state.endings);
    };
    assert_eq!((reason, by.name.as_str()), (&prose("It is settled."), ADA));
    assert_eq!(case.lapse_at("2027-11-16 10:00"), []);
}
