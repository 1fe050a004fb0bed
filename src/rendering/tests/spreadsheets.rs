//! A spreadsheet is unzipped and read back.

use super::made_up::*;
use super::reading::{Sheet, Value, sheets, unzipped};
use crate::rendering::cell_words::{legible, length};
use crate::rendering::report_spreadsheet;
use crate::reports::{Cell, ColumnKind, Report, Row, Table};
use std::collections::BTreeSet;

fn words(text: &str) -> Option<Value> {
    Some(Value::Words(legible(text)))
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn number(value: u64) -> Option<Value> {
    Some(Value::Number(value as f64))
}

/// What a cell becomes, by another way than it is written.
fn expected(kind: ColumnKind, cell: &Cell) -> Vec<Option<Value>> {
    let width = match kind {
        ColumnKind::Share => 3,
        ColumnKind::Elapsed | ColumnKind::Working => 2,
        _ => 1,
    };
    match cell {
        Cell::Nothing => vec![None; width],
        Cell::Suppressed => vec![words("not shown"); width],
        Cell::Count { value } => vec![number(*value)],
        Cell::Words { value } => vec![words(value)],
        Cell::Share { value, of } => {
            let part = Some(Value::Number(*value as f64 / *of as f64));
            vec![part, number(*value), number(*of)]
        }
        Cell::Minutes { value } => {
            let unit = if kind == ColumnKind::Elapsed { 1440.0 } else { 60.0 };
            vec![Some(Value::Number(*value as f64 / unit)), words(&length(*value, kind))]
        }
        // 1 July 2026 at 17:00 in London, and 30 December at 17:00, in days since 1899-12-30.
        Cell::Instant { value } if value.to_string().starts_with("2026-07-01T16") => {
            vec![Some(Value::Number(46_204.0 + 17.0 / 24.0))]
        }
        Cell::Instant { .. } => vec![Some(Value::Number(46_386.0 + 17.0 / 24.0))],
    }
}

fn same(read: Option<&Value>, expected: Option<&Value>) -> bool {
    match (read, expected) {
        (Some(Value::Number(read)), Some(Value::Number(expected))) => {
            (read - expected).abs() < 1e-9 * expected.abs().max(1.0)
        }
        (read, expected) => read == expected,
    }
}

fn check_table(sheet: &Sheet, top: u32, table: &Table) {
    let at = |row: u32, column: u32| sheet.cells.get(&(row, column));
    assert_eq!(at(top, 0), words(&table.title).as_ref());
    assert_eq!(at(top + 1, 0), words(&table.definition).as_ref());
    assert_eq!(at(top + 2, 0), words(&table.row_heading).as_ref());
    for (row, at_row) in table.rows.iter().zip(top + 3..) {
        assert_eq!(at(at_row, 0), words(&row.title).as_ref());
        let cells = table.columns.iter().zip(&row.cells);
        let expected = cells.flat_map(|(column, cell)| expected(column.kind, cell));
        for (value, column) in expected.zip(1..) {
            let read = at(at_row, column);
            assert!(
                same(read, value.as_ref()),
                "{} {}: {read:?}, not {value:?}",
                table.key,
                row.title
            );
        }
    }
}

#[test]
fn every_figure_stands_in_its_cell_as_a_number() {
    let report = report();
    let sheets = sheets(&report_spreadsheet(&report, ZONE).unwrap());
    assert_eq!(sheets.len(), report.sections.len() + 1);
    let about: Vec<&Value> = sheets[0].cells.values().collect();
    for said in
        [&report.title, &report.partnership, "OFFICIAL-SENSITIVE", "health provider, =school"]
    {
        assert!(about.contains(&&Value::Words(said.to_owned())), "{said}");
    }
    for (section, sheet) in report.sections.iter().zip(&sheets[1..]) {
        assert_eq!(sheet.cells.get(&(0, 0)), words(&section.title).as_ref());
        let mut top = 2;
        for table in &section.tables {
            check_table(sheet, top, table);
            top += 3 + u32::try_from(table.rows.len().max(1)).unwrap() + 2;
        }
    }
}

#[test]
fn nothing_calculates_and_nothing_is_fetched() {
    let parts = unzipped(&report_spreadsheet(&report(), ZONE).unwrap());
    for (name, text) in &parts {
        assert!(!text.contains("<f>") && !text.contains("<f "), "{name} has a formula");
        assert!(!text.contains("TargetMode=\"External\""), "{name} points elsewhere");
        assert!(!name.contains("vba") && !name.contains("externalLink"), "{name}");
    }
}

#[test]
fn each_sheet_has_a_name_of_its_own_and_headings_that_stand_still() {
    let sheets = sheets(&report_spreadsheet(&report(), ZONE).unwrap());
    let names: BTreeSet<String> = sheets.iter().map(|sheet| sheet.name.to_lowercase()).collect();
    assert_eq!(names.len(), sheets.len());
    for sheet in &sheets {
        assert!(sheet.name.encode_utf16().count() <= 31, "{}", sheet.name);
        assert!(!sheet.name.contains(['[', ']', ':', '*', '?', '/', '\\']), "{}", sheet.name);
        assert!(!sheet.name.starts_with('\'') && !sheet.name.ends_with('\''), "{}", sheet.name);
    }
    assert!(sheets[1..].iter().all(|sheet| sheet.xml.contains("state=\"frozen\"")));
    // The one table of a sheet keeps its headings: they are in the fifth row.
    assert!(sheets[1].xml.contains("topLeftCell=\"B6\""), "{}", &sheets[1].xml[..900]);
}

#[test]
fn names_that_a_spreadsheet_does_not_take_are_mended() {
    let names =
        ["", "'", "History", "???", "a/b", "A b", "x".repeat(80).as_str(), "x".repeat(81).as_str()]
            .map(str::to_owned);
    let mut odd = report();
    let section = odd.sections[0].clone();
    odd.sections = names.map(|title| crate::reports::Section { title, ..section.clone() }).to_vec();
    let sheets = sheets(&report_spreadsheet(&odd, ZONE).unwrap());
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    let long = ["x".repeat(31), format!("{} 2", "x".repeat(29))];
    let expected = [
        "About",
        "Section",
        "Section 2",
        "Section 3",
        "Section 4",
        "a b",
        "A b 2",
        &long[0],
        &long[1],
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_same_report_is_the_same_spreadsheet() {
    let report = report();
    assert_eq!(
        unzipped(&report_spreadsheet(&report, ZONE).unwrap()),
        unzipped(&report_spreadsheet(&report, ZONE).unwrap())
    );
    let core = &unzipped(&report_spreadsheet(&report, ZONE).unwrap())["docProps/core.xml"];
    assert!(core.contains("2027-04-09T09:30:00Z"), "{core}");
}

#[test]
fn a_text_that_is_too_long_for_a_cell_is_cut_and_says_so() {
    let mut long = words_and_instants();
    long.rows = vec![Row {
        cells: vec![Cell::Nothing, Cell::Nothing, Cell::Words { value: "é".repeat(40_000) }],
        ..long.rows[0].clone()
    }];
    let mut odd = report();
    odd.sections.truncate(1);
    odd.sections[0].tables = vec![long];
    let odd = Report { ..odd };
    let sheets = sheets(&report_spreadsheet(&odd, ZONE).unwrap());
    let Some(Value::Words(read)) = sheets[1].cells.get(&(5, 4)) else { panic!("no words") };
    assert!(read.ends_with("é…") && read.encode_utf16().count() == 32_001);
}
