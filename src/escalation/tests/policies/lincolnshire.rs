//! Lincolnshire's four steps.

use super::super::super::*;
use super::super::fixture::*;
use crate::directory::Sector;

const LINCOLNSHIRE: &str = include_str!("../../../../config/policies/lincolnshire.toml");
const OFFICER: &str = "senior_liaison_officer";

fn world() -> World {
    World::under(LINCOLNSHIRE).with_role("Headteacher", OFFICER).with_role("Director", OFFICER)
}

#[test]
fn the_ladder_when_nobody_answers() {
    let mut case = Case::raised_in(world(), "2026-12-24 10:00");
    // 48 hours is what counts, though the text says two working days beside it.
    case.runs(&[("stage", "Sat 26 Dec 10:00"), ("acknowledge", "Thu 24 Dec 11:00")]);
    assert!(
        case.entry().all_tasks()[0].clock().unwrap().due.derivation.contains("two working days")
    );
    case.until("2026-12-24 11:00");
    assert_eq!(case.stage(), 1, "an acknowledgement that is missing is told, and moves nothing");
    assert_eq!(case.told()[IRIS], NoticeKind::TaskMissed);
    case.until("2026-12-26 10:00");
    case.runs(&[("stage", "Tue 5 Jan 17:00")]);
    case.until("2027-01-05 17:00");
    assert_eq!(case.acting(), [DEV, HUGH]);
    case.runs(&[("stage", "Thu 7 Jan 17:00"), ("contact", "Tue 5 Jan 18:00")]);
    case.until("2027-01-07 17:00");
    assert_eq!(case.acting(), [DEV, HUGH, JON]);
    case.runs(&[("meet", "Thu 21 Jan 17:00")]);
}

#[test]
fn an_acknowledgement_and_contact_at_once_are_kept() {
    let mut case = Case::raised_in(world(), "2026-11-16 10:00");
    case.at("2026-11-16 10:30").by(EVE, Command::Acknowledge { note: None });
    case.runs(&[("stage", "Wed 18 Nov 10:00")]);
    case.lapse_to_stage(3);
    let now = case.now;
    let events = case.by(HUGH, discussion(now));
    assert_eq!(kinds(&events), ["discussion_recorded", "tasks_moved"]);
    case.runs(&[("stage", "Fri 27 Nov 17:00")]);
}

#[test]
fn an_urgent_case_starts_with_the_liaison_officers_and_its_meeting_is_soon() {
    let urgent = Draft { urgency_class: Some("urgent".to_owned()), ..whole_draft() };
    let mut case = Case::raised_as(world(), urgent, "2026-11-16 10:00");
    assert_eq!(case.stage(), 3);
    case.lapse_to_stage(4);
    case.runs(&[("meet", "Fri 20 Nov 17:00")]);
}

#[test]
fn the_meeting_is_held_and_its_chair_decides() {
    let mut case = Case::raised_at_stage(world(), 4);
    case.by(JON, meet("2026-11-18 14:00"));
    case.at("2026-11-18 16:00").by(JON, record(1));
    case.runs(&[("decide", "Fri 20 Nov 17:00")]);
    case.by(JON, determine());
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn a_meeting_that_is_not_held_in_time_is_overdue_until_it_is() {
    let mut case = Case::raised_at_stage(world(), 4);
    case.until("2026-11-30 17:00");
    assert_eq!((case.stage(), case.entry().overdue.is_some()), (4, true));
    case.by(JON, meet("2026-12-01 10:00"));
    case.until("2026-12-01 12:00");
    assert_eq!(case.entry().overdue.as_ref().unwrap().told_again_times, 1);
    case.by(JON, record(1));
    // Held at last: the clock of the decision runs, and nothing is overdue.
    assert_eq!(case.entry().overdue, None);
    case.runs(&[("decide", "Thu 3 Dec 17:00")]);
}

#[test]
fn the_integrated_care_boards_officer_stands_in_for_a_general_practice() {
    let world = world()
        .with_sector(SCHOOL, Sector::GeneralPractice)
        .with_sector(POLICE, Sector::IntegratedCareBoard)
        .with_role("Detective sergeant", OFFICER);
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    assert_eq!(case.acting(), [ADA, EVE]);
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [LIAM, FINN]);
    case.lapse_to_stage(3);
    assert!(case.acting().contains(&LIAM));
}
