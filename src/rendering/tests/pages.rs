//! A page is read back as a reader that does not see it goes through it.

use super::made_up::*;
use super::reading::{Piece, Start, starts, texts_of, xml};
use crate::rendering::cell_words::{self, legible};
use crate::rendering::{STYLE_SHEET, report_page};
use crate::reports::{Audience, Report};
use std::collections::BTreeSet;

fn page() -> Vec<Piece> {
    xml(&report_page(&report(), ZONE, "/reports.css").unwrap(), &["meta", "link"])
}

/// The rows of each table of a page, cell by cell.
pub fn tables(pieces: &[Piece]) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut is_in_cell = false;
    for piece in pieces {
        match piece {
            Piece::Start((name, _)) if name == "table" => tables.push(Vec::new()),
            Piece::Start((name, _)) if name == "tr" => tables.last_mut().unwrap().push(Vec::new()),
            Piece::Start((name, _)) if name == "td" || name == "th" => {
                tables.last_mut().unwrap().last_mut().unwrap().push(String::new());
                is_in_cell = true;
            }
            Piece::End(name) if name == "td" || name == "th" => is_in_cell = false,
            Piece::Text(text) if is_in_cell => {
                tables.last_mut().unwrap().last_mut().unwrap().last_mut().unwrap().push_str(text);
            }
            _ => {}
        }
    }
    tables
}

#[test]
fn every_figure_stands_in_its_cell() {
    let report = report();
    let read = tables(&page());
    let all: Vec<_> = report.sections.iter().flat_map(|section| &section.tables).collect();
    assert_eq!(read.len(), all.len());
    for (table, read) in all.into_iter().zip(read) {
        assert_eq!(read.len(), table.rows.len() + 1, "{}", table.key);
        for (row, read) in table.rows.iter().zip(&read[1..]) {
            let cells = table.columns.iter().zip(&row.cells);
            let said = cells.map(|(column, cell)| cell_words::cell(cell, column.kind, ZONE));
            let expected: Vec<String> = [legible(&row.title)].into_iter().chain(said).collect();
            assert_eq!(*read, expected);
        }
    }
}

#[test]
fn numbers_are_said_as_people_write_them() {
    let read = tables(&page());
    assert_eq!(read[0][13], ["Total", "1,234,567", "171", "131"]);
    assert_eq!(read[0][5], ["August 2026", "22", "not shown", "9"]);
    let stages = &read[4];
    assert_eq!(stages[1][1..4], ["93", "10 h 12 min", "18 h 25 min"]);
    assert_eq!(stages[1][8], "76% (71 of 93)");
    assert_eq!(stages[2][8], "under 1% (1 of 300)");
    assert_eq!(stages[4][1..3], ["–", "–"]);
    assert_eq!(stages[0][3], "Median (working time)");
    assert_eq!(read[5][1], ["0 days", "100% (1,000 of 1,000)", "0"]);
    assert_eq!(read[5][2], ["2 days", "91% (911 of 1,000)", "89"]);
    let due = read.last().unwrap();
    assert_eq!(due[1][1..3], ["Wed 1 Jul 2026, 17:00", "3 days 1 h"]);
}

#[test]
fn somebody_who_does_not_see_the_page_finds_the_way() {
    let pieces = page();
    let starts = starts(&pieces);
    let named = |name: &str| -> Vec<&Start> {
        starts.iter().copied().filter(|(there, _)| there == name).collect()
    };
    assert_eq!(named("html")[0].1["lang"], "en-GB");
    assert_eq!(texts_of(&pieces, "h1"), ["Escalations and professional challenge"]);
    let count = |name: &str| named(name).len();
    assert_eq!(count("table"), 9);
    assert_eq!(count("caption"), 9);
    assert_eq!(count("h3"), 9);
    assert!(named("th").iter().all(|(_, attributes)| attributes.contains_key("scope")));
    let mut ids = BTreeSet::new();
    for id in starts.iter().filter_map(|(_, attributes)| attributes.get("id")) {
        assert!(ids.insert(id.clone()), "the id {id} stands twice");
    }
    for (_, attributes) in &starts {
        for key in ["aria-labelledby", "aria-describedby"] {
            for id in attributes.get(key).iter().flat_map(|ids| ids.split(' ')) {
                assert!(ids.contains(id), "{id} is nowhere");
            }
        }
        let address = attributes.get("href").and_then(|address| address.strip_prefix('#'));
        assert!(address.is_none_or(|id| ids.contains(id)), "{address:?} leads nowhere");
    }
    let pictures = named("svg");
    assert_eq!(pictures.len(), 6);
    assert!(pictures.iter().all(|(_, attributes)| attributes["role"] == "img"));
    assert_eq!(texts_of(&pieces, "caption")[0], volumes().definition);
}

#[test]
fn a_strict_content_security_policy_stops_nothing() {
    for (name, attributes) in starts(&page()) {
        let fetching =
            ["script", "style", "img", "iframe", "object", "embed", "use", "image", "a:href"];
        assert!(!fetching.contains(&name.as_str()), "{name}");
        for (key, value) in attributes {
            assert!(key != "style" && !key.starts_with("on"), "{name} {key}");
            let is_ours = value.starts_with('#') || value == "/reports.css";
            assert!(!["href", "src", "xlink:href"].contains(&key.as_str()) || is_ours, "{value}");
        }
    }
    assert!(!STYLE_SHEET.contains("url(") && !STYLE_SHEET.contains("@import"));
}

#[test]
fn what_the_report_is_about_and_who_may_see_it_stands_at_the_top() {
    let pieces = page();
    let about = texts_of(&pieces, "dd");
    assert_eq!(about[1], "1 April 2026 to 31 March 2027 (financial year 2026/27)");
    assert_eq!(about[2], "Fri 9 Apr 2027, 09:30");
    assert_eq!(about[3], "health provider, =school");
    assert!(about[4].starts_with("counts from 1 to 4"));
    assert!(
        texts_of(&pieces, "p").iter().filter(|text| *text == "OFFICIAL-SENSITIVE").count() == 2
    );
    let published = Report { audience: Audience::Publication, ..report() };
    let published = report_page(&published, ZONE, "/reports.css").unwrap();
    assert!(!published.contains("OFFICIAL") && published.contains("For publication"));
}

#[test]
fn a_table_without_rows_says_so_in_words() {
    let page = report_page(&report(), ZONE, "/reports.css").unwrap();
    assert_eq!(page.matches("There is nothing to draw: the table has no rows.").count(), 1);
    assert_eq!(page.matches("There are no rows").count(), 1);
    let nothing = Report { sections: Vec::new(), ..report() };
    let pieces = xml(&report_page(&nothing, ZONE, "/reports.css").unwrap(), &["meta", "link"]);
    assert!(tables(&pieces).is_empty());
}
