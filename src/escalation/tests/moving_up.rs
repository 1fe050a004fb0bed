//! Starting higher, moving up before the deadline, and who is reached on each rung: a case that
//! moves up must reach somebody more senior (BSCP rule 3).

use super::super::*;
use super::fixture::*;
use crate::directory::{GapReason, Side};

#[test]
fn each_stage_asks_its_own_rungs_of_both_sides() {
    let mut case = Case::raised();
    let people: [(&[&str], &[&str]); 4] = [
        (&[ADA, EVE], &[]),
        (&[BEN, FINN], &[]),
        (&[CARA, GITA], &[DEV, HUGH, IRIS]),
        (&[CARA, GITA, JON, KAY], &[DEV, HUGH, IRIS]),
    ];
    for (stage, (acting, copied)) in (1..).zip(people) {
        case.lapse_to_stage(stage);
        assert_eq!(case.acting(), acting);
        assert_eq!(names(&case.entry().copied), copied);
        assert_eq!(case.entry().gaps, []);
    }
}

#[test]
fn a_named_practitioner_is_asked_in_person() {
    let draft = Draft { receiving_practitioner_id: Some(person(NELL)), ..whole_draft() };
    let case = Case::raised_as(World::new(), draft, "2026-11-16 10:00");
    assert_eq!(case.acting(), [ADA, NELL]);
}

#[test]
fn a_challenge_starts_higher_where_the_risk_asks_for_it() {
    let mut case = Case::raised_at_stage(World::new(), 3);
    assert_eq!((case.stage(), case.entry().why), (3, EntryReason::Raised));
    let Event::StageEntered { reason, .. } = &case.entries[2].event else {
        panic!("{:?}", case.entries[2]);
    };
    assert_eq!(*reason, Some(prose("The risk asks for it.")));
    case.lapse_to_stage(4);
    assert_eq!(case.entry().number, 2);
}

#[test]
fn people_escalate_before_the_deadline_with_a_reason() {
    let mut case = Case::raised();
    case.at("2026-11-17 15:00");
    let events = case.by(ADA, escalate(None));
    assert_eq!(kinds(&events), ["stage_left", "stage_entered"]);
    let Event::StageEntered { entry, reason } = &events[1] else {
        panic!("{events:?}");
    };
    assert_eq!(entry.why, EntryReason::EscalatedEarly);
    assert_eq!(*reason, Some(prose("The risk grows.")));
    assert_eq!(case.stage(), 2);
    assert_eq!(case.entry().due.at, at("2026-11-24 17:00"));
}

#[test]
fn people_skip_stages_where_the_risk_asks_for_it() {
    let mut case = Case::raised();
    case.by(ADA, escalate(Some(4)));
    assert_eq!((case.stage(), case.entry().number), (4, 2));
}

#[test]
fn a_case_moves_up_only() {
    let mut case = Case::raised_at_stage(World::new(), 2);
    for to in [0, 1, 2, 5] {
        let refusal = case.refused(ADA, escalate(Some(to)));
        assert_eq!(pointers(&refusal), ["/to_stage"]);
    }
    case.by(ADA, escalate(Some(4)));
    assert!(matches!(case.refused(ADA, escalate(None)), Refusal::NotNow(_)));
}

#[test]
fn where_the_raiser_is_the_designated_lead_the_rung_above_joins_at_stage_2() {
    let mut world = World::new().vacant("Designated safeguarding lead");
    world = world.also_holds(ADA, "Designated safeguarding lead");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [ADA, CARA, FINN]);
    // And at stage 3, where the trust's lead has acted already.
    case.lapse_to_stage(3);
    assert_eq!(case.acting(), [CARA, DEV, GITA]);
}

#[test]
fn an_absent_managers_deputy_is_asked_and_the_gap_shown() {
    let world = World::new().away(FINN, "2026-11-01 09:00");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [BEN, NELL]);
    let [gap] = case.entry().gaps.as_slice() else {
        panic!("{:?}", case.entry().gaps);
    };
    assert_eq!(gap.reason, GapReason::AbsentDeputyStandsIn);
    assert_eq!(case.told()[IRIS], NoticeKind::Gap);
}

#[test]
fn a_vacant_posts_next_rung_is_asked_and_goes_on_upwards_from_there() {
    let world = World::new().vacant("Team manager, assessment");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [BEN, GITA]);
    assert_eq!(case.entry().gaps[0].reason, GapReason::Vacant);
    case.lapse_to_stage(3);
    assert_eq!(case.acting(), [CARA, GITA, HUGH]);
}

#[test]
fn a_side_with_nobody_left_is_the_partnerships_to_answer() {
    let world = ["Team manager, assessment", "Service manager", "Director"]
        .into_iter()
        .fold(World::new(), World::vacant);
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [BEN, IRIS]);
    assert_eq!(case.entry().acting[1].side, Side::Partnership);
    assert_eq!(case.entry().gaps.len(), 3);
}

#[test]
fn a_side_whose_most_senior_have_acted_goes_to_the_partnership() {
    let world = World::new().vacant("Team manager, assessment").vacant("Service manager");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [BEN, HUGH]);
    case.lapse_to_stage(3);
    assert_eq!(case.acting(), [CARA, HUGH, IRIS]);
}

#[test]
fn a_raiser_who_is_away_is_still_asked_and_so_is_the_rung_above() {
    let world = World::new().away(ADA, "2026-11-16 09:30");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    assert_eq!(case.acting(), [ADA, BEN, EVE]);
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [BEN, CARA, FINN]);
}

#[test]
fn a_policy_that_asks_the_same_people_again_asks_only_them() {
    let mut case = Case::raised_at_stage(World::new(), 3);
    assert_eq!(case.acting(), [CARA, GITA]);
    case.lapse_to_stage(4);
    assert_eq!(case.acting(), [CARA, GITA, JON, KAY]);
    assert_eq!(names(&case.entry().copied), [DEV, HUGH, IRIS]);
}
