//! Who is told what, at each event: nobody is left out, nobody twice, and whoever must act is
//! asked to.

use super::super::*;
use super::fixture::*;
use crate::directory::SeatCapacity;
use NoticeKind::*;
use std::collections::BTreeMap;

/// Who is told what, written kind by kind.
fn told<const N: usize>(
    by_kind: [(NoticeKind, &[&'static str]); N],
) -> BTreeMap<&'static str, NoticeKind> {
    let each = |(kind, names): (_, &[&'static str])| {
        names.iter().map(|name| (*name, kind)).collect::<Vec<_>>()
    };
    by_kind.into_iter().flat_map(each).collect()
}

#[test]
fn raising_asks_the_practitioners_of_both_sides() {
    let case = Case::raised();
    assert_eq!(case.told(), told([(ActionNeeded, &[ADA, EVE])]));
}

#[test]
fn each_stage_asks_its_people_and_informs_all_before_them() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    let stage_2 = [(ActionNeeded, &[BEN, FINN][..]), (StageEntered, &[ADA, EVE])];
    assert_eq!(case.told(), told(stage_2));
    case.lapse_to_stage(3);
    let informed = &[ADA, EVE, BEN, FINN, DEV, HUGH, IRIS];
    let stage_3 = [(ActionNeeded, &[CARA, GITA][..]), (StageEntered, informed)];
    assert_eq!(case.told(), told(stage_3));
    case.lapse_to_stage(4);
    let stage_4 = [(ActionNeeded, &[CARA, GITA, JON, KAY][..]), (StageEntered, informed)];
    assert_eq!(case.told(), told(stage_4));
}

#[test]
fn the_raiser_is_told_of_every_stage_though_they_were_never_asked() {
    let mut case = Case::raised_at_stage(World::new(), 2);
    // Ada raised it herself, and so knows of the first.
    assert_eq!(case.told(), told([(ActionNeeded, &[BEN, FINN])]));
    case.lapse_to_stage(3);
    assert_eq!(case.told()[ADA], StageEntered);
    case.lapse_to_stage(4);
    assert_eq!(case.told()[ADA], StageEntered);
}

#[test]
fn whoever_escalates_early_is_not_told_of_it() {
    let mut case = Case::raised();
    case.by(ADA, escalate(None));
    let expected = [(ActionNeeded, &[BEN, FINN][..]), (StageEntered, &[EVE])];
    assert_eq!(case.told(), told(expected));
}

#[test]
fn a_gap_goes_to_the_business_manager_at_every_stage() {
    let world = World::new().away(FINN, "2026-11-01 09:00").vacant("Service manager");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.told()[IRIS], Gap);
    // She is copied at stage 3 as well: what asks her to act is what she is told.
    case.lapse_to_stage(3);
    assert_eq!(case.told()[IRIS], Gap);
    assert_eq!(case.told()[HUGH], ActionNeeded);
}

#[test]
fn an_unmanned_partnership_is_told_at_its_own_address() {
    let world = ["Business manager", "Independent scrutineer", "Panel member"]
        .into_iter()
        .fold(World::new(), World::vacant);
    let case = Case::raised_at_stage(world, 4);
    let seat = case.entry().acting.last().unwrap();
    assert_eq!(seat.capacity, SeatCapacity::LastResort);
    assert_eq!(case.told()["Example Partnership"], ActionNeeded);
}

#[test]
fn an_acknowledgement_goes_to_the_raising_side() {
    let mut case = Case::raised();
    let acknowledge = || Command::Acknowledge { note: None };
    case.by(EVE, acknowledge());
    assert_eq!(case.told(), told([(Acknowledged, &[ADA])]));
    case.lapse_to_stage(2);
    case.by(FINN, acknowledge());
    assert_eq!(case.told(), told([(Acknowledged, &[ADA, BEN])]));
}

#[test]
fn positions_and_answers_go_to_those_who_act() {
    let mut case = Case::raised_at_stage(World::new(), 2);
    case.by(BEN, position());
    assert_eq!(case.told(), told([(PositionStated, &[FINN])]));
    case.by(FINN, respond(Stance::NeedsInformation));
    assert_eq!(case.told()[BEN], Responded);
    assert_eq!(case.told().get(FINN), None);
}

#[test]
fn a_refusal_asks_the_raising_side_whether_to_escalate() {
    let mut case = Case::raised_at_stage(World::new(), 2);
    case.by(FINN, respond(Stance::Refuses));
    assert_eq!(case.told(), told([(Refused, &[ADA, BEN])]));
}

#[test]
fn where_the_policy_only_informs_of_a_refusal_nobody_is_asked_to_escalate() {
    let world = World::with("\n[[stages]]\n", "\n[[stages]]\non_refusal = \"inform\"\n");
    let mut case = Case::raised_at_stage(world, 2);
    case.by(FINN, respond(Stance::Refuses));
    assert_eq!(case.told(), told([(Responded, &[BEN])]));
}

#[test]
fn a_refusal_that_moves_the_case_asks_the_next_people_to_act() {
    let world = World::with("\n[[stages]]\n", "\n[[stages]]\non_refusal = \"escalate\"\n");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.by(EVE, respond(Stance::Refuses));
    let expected = [(ActionNeeded, &[BEN, FINN][..]), (StageEntered, &[ADA])];
    assert_eq!(case.told(), told(expected));
}

#[test]
fn a_proposal_asks_the_other_side_and_informs_the_rest() {
    let mut case = Case::raised_at_stage(World::new(), 4);
    case.by(CARA, propose());
    let expected = [(ProposalToAnswer, &[GITA][..]), (Proposed, &[ADA, JON, KAY])];
    assert_eq!(case.told(), told(expected));
    case.by(GITA, decline(1));
    assert_eq!(case.told(), told([(ProposalDeclined, &[ADA, CARA, JON, KAY])]));
    case.by(GITA, propose());
    let expected = [(ProposalToAnswer, &[CARA][..]), (Proposed, &[ADA, JON, KAY])];
    assert_eq!(case.told(), told(expected));
}

/// Everybody whom a case that went through all stages has reached.
const REACHED: [&str; 11] = [ADA, EVE, BEN, FINN, CARA, GITA, DEV, HUGH, IRIS, JON, KAY];

fn all_but(doer: &str) -> Vec<&'static str> {
    REACHED.into_iter().filter(|name| *name != doer).collect()
}

fn at_the_last_stage() -> Case {
    let mut case = Case::raised();
    case.lapse_to_stage(4);
    case
}

#[test]
fn every_end_is_told_to_everybody_whom_the_case_reached() {
    let mut case = at_the_last_stage();
    case.by(JON, determine());
    assert_eq!(case.told(), told([(Determined, &all_but(JON))]));

    let mut case = at_the_last_stage();
    case.by(CARA, propose());
    case.by(GITA, confirm(1));
    assert_eq!(case.told(), told([(Agreed, &all_but(GITA))]));

    let mut case = at_the_last_stage();
    case.by(ADA, withdraw());
    assert_eq!(case.told(), told([(Withdrawn, &all_but(ADA))]));
}

#[test]
fn the_business_manager_is_told_of_an_end_at_stage_1_too() {
    let mut case = Case::raised();
    case.by(ADA, propose());
    case.by(EVE, confirm(1));
    assert_eq!(case.told(), told([(Agreed, &[ADA, IRIS])]));
}

#[test]
fn reopening_asks_those_who_must_act_and_tells_everybody_else() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    case.by(BEN, withdraw());
    case.by(IRIS, reopen(None));
    let expected = [(ActionNeeded, &[BEN, FINN][..]), (Reopened, &[ADA, EVE])];
    assert_eq!(case.told(), told(expected));
    case.by(BEN, withdraw());
    case.by(BEN, reopen(None));
    // Ben did it himself, and still has to act.
    assert_eq!(case.told()[BEN], ActionNeeded);
}

#[test]
fn an_overdue_case_is_told_to_the_partnership_those_who_act_and_the_raiser() {
    let mut case = at_the_last_stage();
    let expected = [(Overdue, &[CARA, GITA, JON, KAY, IRIS][..]), (StillOverdue, &[ADA])];
    for _ in 0..3 {
        case.now = case.state.next_act_at().unwrap();
        case.lapse();
        assert_eq!(case.told(), told(expected));
    }
}

#[test]
fn a_moved_clock_is_told_to_those_who_act_and_to_the_raiser() {
    let mut case = Case::raised_at_stage(World::new(), 2);
    case.by(BEN, Command::SetProtectiveDeadline(protect("2026-11-18 12:00")));
    assert_eq!(case.told(), told([(DueMoved, &[ADA, FINN])]));
}

#[test]
fn meetings_and_actions_go_to_those_who_act() {
    let mut case = Case::raised();
    case.by(
        ADA,
        Command::ArrangeMeeting {
            at: at("2026-11-18 14:00"),
            place: line("Room 4"),
            purpose: prose("To settle the plan."),
        },
    );
    assert_eq!(case.told(), told([(MeetingArranged, &[EVE])]));
    case.by(
        EVE,
        Command::SetAction {
            what: prose("Visit the family."),
            owner: line("The social worker"),
            due_on: "2026-11-20".parse().unwrap(),
        },
    );
    assert_eq!(case.told(), told([(ActionSet, &[ADA])]));
}

#[test]
fn a_message_that_was_given_up_goes_to_the_business_manager() {
    let mut case = Case::raised();
    let failed = Command::ReportFailedNotice {
        notice_id: id(7),
        recipient: EVE.to_owned(),
        to_last_resort: false,
    };
    assert_eq!(kinds(&case.carry_out(None, failed).unwrap()), ["notice_failed"]);
    assert_eq!(case.told(), told([(NoticeFailed, &[IRIS])]));
    assert_eq!(case.stage(), 1);
}

#[test]
fn what_asks_is_told_even_to_whoever_did_it() {
    // The raiser is the designated lead: at stage 2 she must act, and escalates to it herself.
    let world = World::new().also_holds(ADA, "Designated safeguarding lead");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.by(ADA, escalate(None));
    assert_eq!(case.told()[ADA], ActionNeeded);
}

#[test]
fn a_case_that_goes_nowhere_tells_nobody() {
    let mut case = Case::raised();
    case.at("2026-11-17 10:00").lapse();
    assert_eq!(case.told(), told([]));
}
