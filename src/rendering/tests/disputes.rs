//! The picture of a dispute is its timeline, without anybody's name.

use super::made_up::{ZONE, instant};
use super::made_up_disputes::{cases, picture};
use super::reading::{starts, texts_of, xml};
use crate::clock::UtcInstant;
use crate::escalation::tests::fixture::*;
use crate::escalation::{Command, Stance};
use crate::rendering::{
    DisputePicture, Disputes, MarkKind, dispute_page, dispute_svg, dispute_table, disputes_page,
    disputes_svg, disputes_table,
};
use crate::reports::{CaseFacts, Cell};

/// A case that is answered, refused, moved up by time, and withdrawn.
fn case() -> Case {
    let mut case = Case::raised();
    case.at("2026-11-16 11:00").by(EVE, Command::Acknowledge { note: Some(prose("Tomorrow.")) });
    case.by(EVE, respond(Stance::Refuses));
    case.lapse_to_stage(2);
    case.by(FINN, position());
    case.by(BEN, escalate(Some(4)));
    case.by(CARA, propose());
    case.by(GITA, decline(1));
    case.by(CARA, withdraw());
    case
}

fn now() -> UtcInstant {
    instant("2026-12-24T12:00:00Z")
}

#[test]
fn a_draft_has_no_picture() {
    let draft = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    assert_eq!(DisputePicture::of(&draft.state, &draft.entries, now()), None);
}

#[test]
fn each_stay_is_a_bar_from_entering_to_leaving_with_its_due_instant() {
    let case = case();
    let picture = DisputePicture::of(&case.state, &case.entries, now()).unwrap();
    let stays: Vec<_> = picture.stages.iter().map(|it| (it.stage, it.left_why.as_str())).collect();
    let why = ["its time ran out", "escalated before the deadline", "withdrawn"];
    assert_eq!(stays, [(1, why[0]), (2, why[1]), (4, why[2])]);
    for (span, entry) in picture.stages.iter().zip(&case.state.stage_entries) {
        assert_eq!(span.entered_at, entry.entered_at);
        assert_eq!(span.left_at, entry.left.as_ref().map(|left| left.at));
        assert_eq!(span.title, entry.title);
    }
    assert_eq!(picture.stages[0].due_at, at("2026-11-23 17:00"));
}

#[test]
fn what_people_did_is_a_mark_of_their_side_and_post_and_nobody_is_named() {
    let case = case();
    let picture = DisputePicture::of(&case.state, &case.entries, now()).unwrap();
    let whats: Vec<&str> = picture.marks.iter().map(|mark| mark.what.as_str()).collect();
    for what in [
        "raised the challenge",
        "the people of stage 1 were told",
        "acknowledged the challenge",
        "answered: refuses",
        "the time of stage 1 ran out: refused",
        "stated a position",
        "proposed an outcome",
        "declined the proposal",
        "withdrew",
    ] {
        assert!(whats.contains(&what), "{what} is not in {whats:?}");
    }
    assert!(picture.marks.iter().any(|mark| mark.kind == MarkKind::Clock && mark.side.is_none()));
    let svg = dispute_svg(&picture, "d", ZONE).unwrap();
    let page = dispute_page(&picture, ZONE, "/reports.css").unwrap();
    for name in [ADA, BEN, CARA, EVE, FINN, GITA] {
        let surname = name.split(' ').next_back().unwrap();
        assert!(!svg.contains(surname) && !page.contains(surname), "{name} is named");
    }
    for told in ["A. B.", "What happened.", "What the child says.", "Tomorrow."] {
        assert!(!svg.contains(told) && !page.contains(told), "{told}");
    }
}

#[test]
fn every_number_in_the_picture_is_a_row_of_its_table_and_the_other_way_round() {
    let picture = picture();
    let pieces = xml(&dispute_svg(&picture, "d", ZONE).unwrap(), &[]);
    let texts = texts_of(&pieces, "text").into_iter().map(|text| text.trim().to_owned());
    // Six numbers stand in the legend.
    let mut numbers: Vec<usize> = texts.filter_map(|text| text.parse().ok()).skip(6).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=14));
    let table = dispute_table(&picture);
    let mut rows: Vec<usize> = table.rows.iter().filter_map(|row| row.title.parse().ok()).collect();
    rows.sort_unstable();
    assert_eq!(rows, numbers);
    let times: Vec<UtcInstant> = table
        .rows
        .iter()
        .map(|row| match row.cells[0] {
            Cell::Instant { value } => value,
            _ => panic!("no instant"),
        })
        .collect();
    assert!(times.is_sorted());
    // Three stays begin and are due, two are left, one has a pause.
    assert_eq!(table.rows.len(), 14 + 3 + 3 + 2 + 2);
}

#[test]
fn pages_of_disputes_are_well_formed_and_have_their_table() {
    let page = dispute_page(&picture(), ZONE, "/reports.css").unwrap();
    let pieces = xml(&page, &["meta", "link"]);
    assert_eq!(super::pages::tables(&pieces)[0].len(), 25);
    assert_eq!(texts_of(&pieces, "h1"), ["How ESC-2026-000123 went"]);
    let many = disputes_page(whole(&cases(120)), ZONE, "/reports.css").unwrap();
    let pieces = xml(&many, &["meta", "link"]);
    assert_eq!(super::pages::tables(&pieces)[0].len(), 121);
    assert!(many.contains("The first 100 of 120 cases are drawn; all stand in the table."));
    assert!(starts(&pieces).iter().all(|(_, attributes)| !attributes.contains_key("style")));
}

#[test]
fn many_disputes_are_a_line_each_and_none_is_an_empty_picture() {
    let pieces = xml(&disputes_svg(whole(&cases(30)), "d").unwrap(), &[]);
    let texts = texts_of(&pieces, "text");
    let lines = texts.iter().filter(|text| text.trim().starts_with("ESC-")).count();
    assert_eq!(lines, 30);
    xml(&disputes_svg(whole(&[]), "d").unwrap(), &[]);
    let empty = DisputePicture { stages: Vec::new(), marks: Vec::new(), ..picture() };
    xml(&dispute_svg(&empty, "d", ZONE).unwrap(), &[]);
}

#[test]
fn the_table_of_many_says_how_long_and_how_late_each_was() {
    let cases = cases(8);
    let table = disputes_table(whole(&cases));
    // The fourth: one stage, due after 120 hours, left after 133; the seventh is open, and was due
    // after 120 hours.
    let minutes = |hours: u64| Cell::Minutes { value: hours * 60 };
    assert_eq!(table.rows[3].cells[2..4], [minutes(133), minutes(13)]);
    assert_eq!(table.rows[3].cells[4], Cell::Words { value: "withdrawn".to_owned() });
    let open = u64::try_from(now().since(cases[6].raised_at).num_hours()).unwrap();
    assert_eq!(table.rows[6].cells[2..4], [minutes(open), minutes(open - 120)]);
    assert_eq!(table.rows[6].cells[4], Cell::Words { value: "open".to_owned() });
}

/// Disputes of which none is missing.
fn whole(cases: &[CaseFacts]) -> Disputes<'_> {
    Disputes { cases, left_out_count: 0, as_of: now() }
}

#[test]
fn how_many_are_missing_is_said_in_the_picture_and_beside_its_table() {
    let cases = cases(120);
    let said = |left_out_count| {
        let disputes = Disputes { left_out_count, ..whole(&cases) };
        let svg = disputes_svg(disputes, "d").unwrap();
        let lines = texts_of(&xml(&svg, &[]), "text");
        let picture: Vec<String> = lines.into_iter().filter(|it| it.contains("missing")).collect();
        (picture, disputes_table(disputes).definition)
    };
    let (picture, definition) = said(0);
    assert_eq!(picture, [""; 0]);
    assert!(!definition.contains("missing"), "{definition}");
    for (count, begins) in [(1, "1 case is missing: "), (12, "12 cases are missing: ")] {
        let (picture, definition) = said(count);
        assert_eq!(picture.len(), 1, "{picture:?}");
        assert!(picture[0].trim().starts_with(begins), "{picture:?}");
        assert!(definition.contains(begins), "{definition}");
    }
}
