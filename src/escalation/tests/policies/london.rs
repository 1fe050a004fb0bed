//! The London wording: a working week, or the timescale that protects the child.

use super::super::super::*;
use super::super::fixture::*;
use crate::directory::{Rung, Sector};

const LONDON: &str = include_str!("../../../../config/policies/london.toml");

#[test]
fn four_working_weeks_of_silence() {
    let mut case = Case::raised_in(World::under(LONDON), "2026-12-18 16:50");
    // A working week over Christmas: 25 and 28 December are bank holidays.
    for (stage, due) in [
        (1, "Tue 29 Dec 17:00"),
        (2, "Wed 6 Jan 17:00"),
        (3, "Wed 13 Jan 17:00"),
        (4, "Wed 20 Jan 17:00"),
    ] {
        case.lapse_to_stage(stage);
        case.runs(&[("stage", due)]);
    }
    assert_eq!(case.acting(), [CARA, GITA, JON]);
    case.until("2027-01-20 17:00");
    assert!(case.entry().overdue.is_some());
    case.by(JON, determine());
    assert_eq!(case.state.status, Status::Resolved);
}

#[test]
fn those_who_must_act_are_reminded_a_working_day_before() {
    let mut case = Case::raised_in(World::under(LONDON), "2026-11-16 10:00");
    assert_eq!(case.entry().next_act_at(), at("2026-11-20 17:00"));
    let events = case.lapse_at("2026-11-20 17:00");
    assert_eq!(kinds(&events), ["reminded"]);
    assert_eq!(
        case.told().into_iter().collect::<Vec<_>>(),
        [(ADA, NoticeKind::Reminder), (EVE, NoticeKind::Reminder)]
    );
    assert_eq!(case.lapse(), []);
    assert_eq!(case.entry().next_act_at(), at("2026-11-23 17:00"));
}

#[test]
fn the_timescale_that_protects_the_child_counts_where_it_is_less() {
    let mut case = Case::raised_in(World::under(LONDON), "2026-11-16 10:00");
    case.by(ADA, Command::SetProtectiveDeadline(protect("2026-11-18 12:00")));
    case.runs(&[("stage", "Wed 18 Nov 12:00")]);
    case.until("2026-11-18 12:00");
    // It has passed: the urgent limits count from here on.
    assert_eq!(case.stage(), 2);
    case.runs(&[("stage", "Thu 19 Nov 17:00")]);
}

#[test]
fn each_sector_has_its_own_word_for_an_equal_rung() {
    let policy = World::under(LONDON).policy;
    for (sector, title) in [
        (Sector::Police, "Detective sergeant"),
        (Sector::School, "Designated safeguarding lead"),
        (Sector::IntegratedCareBoard, "Designated professional"),
        (Sector::Housing, "line manager or designated safeguarding lead"),
    ] {
        assert_eq!(policy.rung_title(Some(sector), Rung::LineManager), title);
    }
}
