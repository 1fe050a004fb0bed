//! The alerts protocol: no response in time moves it on, an answer leaves it to people.

use super::super::super::*;
use super::super::fixture::*;

const ALERTS: &str = include_str!("../../../../config/policies/alerts-2017.toml");

fn draft() -> Draft {
    Draft { area_of_disagreement: Some("progress_of_plan".to_owned()), ..whole_draft() }
}

fn world() -> World {
    World::under(ALERTS)
        .with_role("Headteacher", "quality_assurance_head")
        .with_role("Director", "director")
}

fn raised() -> Case {
    Case::raised_as(world(), draft(), "2026-11-16 10:00")
}

#[test]
fn no_response_in_time_moves_it_on_through_four_stages() {
    let mut case = raised();
    let ladder: [(&[&str], &str, &[&str]); 4] = [
        (&[ADA, FINN], "Mon 23 Nov 17:00", &[]),
        // The head of quality assurance is told of every stage 2, and the lower rung is copied.
        (&[ADA, GITA], "Mon 30 Nov 17:00", &[DEV, FINN]),
        (&[ADA, HUGH], "Mon 7 Dec 17:00", &[FINN, GITA]),
        // The director had to answer stage 3 as well, for want of an executive head: somebody above
        // joins.
        (&[ADA, HUGH, IRIS], "Mon 14 Dec 17:00", &[FINN, GITA]),
    ];
    for (stage, (acting, due, copied)) in (1..).zip(ladder) {
        case.lapse_to_stage(stage);
        assert_eq!(case.acting(), acting, "stage {stage}");
        assert_eq!(names(&case.entry().copied), copied, "stage {stage}");
        case.runs(&[("stage", due)]);
    }
    case.until("2026-12-14 17:00");
    assert!(case.entry().overdue.is_some());
}

#[test]
fn an_executive_head_is_asked_where_there_is_one() {
    let world = world().held_by("Team manager, care leavers", PAM);
    let world = world.with_role("Team manager, care leavers", "executive_head");
    let mut case = Case::raised_as(world, draft(), "2026-11-16 10:00");
    case.lapse_to_stage(3);
    assert!(case.acting().contains(&PAM));
    case.lapse_to_stage(4);
    assert!(case.acting().contains(&HUGH));
}

#[test]
fn where_there_is_none_the_rung_is_asked_and_the_gap_is_shown() {
    let mut case = raised();
    case.lapse_to_stage(3);
    assert_eq!(case.entry().gaps.len(), 1);
    assert!(case.entry().gaps[0].warning.contains("Executive head"));
}

#[test]
fn an_answer_in_time_leaves_the_case_to_people() {
    let mut case = raised();
    case.at("2026-11-18 10:00").by(FINN, respond(Stance::Refuses));
    case.until("2026-11-23 17:00");
    assert_eq!((case.stage(), case.entry().overdue.is_some()), (1, true));
    case.by(ADA, escalate(None));
    assert_eq!(case.stage(), 2);
}

#[test]
fn the_director_settles_it_by_agreement_only() {
    let mut case = Case::raised_as(
        world(),
        Draft {
            start_stage: Some(StartStage { stage: 4, reason: prose("The risk asks for it.") }),
            ..draft()
        },
        "2026-11-16 10:00",
    );
    assert!(case.try_by(JON, determine()).is_err());
    case.by(HUGH, propose());
    case.by(ADA, confirm(1));
    assert_eq!(case.state.status, Status::Resolved);
}
