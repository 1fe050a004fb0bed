//! A year that a board has published, counted again.

use super::super::*;
use super::histories::*;
use crate::directory::Sector;
use crate::escalation::{EntryReason, LeavingReason, Status};
use chrono::TimeDelta;

/// Nine escalations: six raised by health, two by primary schools, one by general practice, all to
/// social care; the furthest stage was 1 in seven, 2 in one, 3 in one.
fn year() -> Vec<CaseFacts> {
    use Sector::{GeneralPractice, HealthProvider, School};
    let raised_by = [HealthProvider; 6].into_iter().chain([School, School, GeneralPractice]);
    let furthest = [1, 1, 1, 1, 1, 1, 2, 1, 3];
    let made = cases(11, 9).into_iter().zip(raised_by).zip(furthest);
    made.map(|((case, raising_sector), furthest)| {
        let raised_at = at("2026-05-04T09:00:00Z");
        let stay = |stage: u32| {
            let entered_at = raised_at.plus(TimeDelta::days(stage.into()));
            let (left_at, is_last) = (entered_at.plus(TimeDelta::days(1)), stage == furthest);
            let why = if is_last { LeavingReason::Agreed } else { LeavingReason::EscalatedEarly };
            StayFacts {
                number: stage,
                round: 1,
                stage,
                why: if stage == 1 { EntryReason::Raised } else { EntryReason::EscalatedEarly },
                entered_at,
                due_at: entered_at.plus(TimeDelta::days(5)),
                limit_working_minutes: 2_400,
                answered: None,
                acknowledged_at: None,
                missed: None,
                left: Some(LeftFacts { at: left_at, why, working_minutes: 480 }),
            }
        };
        let stays: Vec<StayFacts> = (1..=furthest).map(stay).collect();
        let at = stays.last().unwrap().left.unwrap().at;
        let outcome = Some("changed".to_owned());
        CaseFacts {
            raised_at,
            raising_sector,
            receiving_sector: Sector::ChildrensSocialCare,
            status: Status::Resolved,
            endings: vec![EndingFacts { at, how: EndedHow::Agreed, outcome, stage: furthest }],
            reopened_at: Vec::new(),
            stays,
            ..case
        }
    })
    .collect()
}

#[test]
fn a_published_year_comes_out_as_it_was_published() {
    let report = for_officers(&question(), &year());
    let sectors = table(&report, "sectors");
    let count = |row: &str, column: &str| match cell(sectors, row, column) {
        Cell::Count { value } => *value,
        cell => panic!("{cell:?}"),
    };
    assert_eq!(count("health_provider", "childrens_social_care"), 6);
    assert_eq!(count("school", "childrens_social_care"), 2);
    assert_eq!(count("general_practice", "childrens_social_care"), 1);
    assert_eq!(count("total", "childrens_social_care"), 9);
    assert_eq!(count("total", "total"), 9);
    let furthest = table(&report, "furthest_stage");
    for (stage, cases) in [("1", 7), ("2", 1), ("3", 1), ("total", 9)] {
        assert_eq!(*cell(furthest, stage, "count"), Cell::Count { value: cases }, "{stage}");
    }
    let resolved = table(&report, "resolved_by_furthest_stage");
    assert_eq!(*cell(resolved, "1", "share"), Cell::Share { value: 7, of: 9 });
}

#[test]
fn the_same_year_in_public_does_not_show_the_one_practice() {
    let tally = tally(&question(), &year());
    let report = tally.report(&names(), Audience::Publication, 5).unwrap();
    let sectors = table(&report, "sectors");
    for sector in ["health_provider", "school", "general_practice"] {
        assert_eq!(*cell(sectors, sector, "childrens_social_care"), Cell::Suppressed, "{sector}");
        assert_eq!(*cell(sectors, sector, "total"), Cell::Suppressed, "{sector}");
    }
    assert_eq!(*cell(sectors, "total", "total"), Cell::Count { value: 9 });
    let furthest = table(&report, "furthest_stage");
    for stage in ["1", "2", "3"] {
        assert_eq!(*cell(furthest, stage, "count"), Cell::Suppressed, "{stage}");
    }
}
