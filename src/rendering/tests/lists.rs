//! Comma-separated values are read back as they were written.

use super::made_up::*;
use crate::rendering::{RenderingError, case_list_csv, inert, report_csv};
use crate::reports::{Cell, Report};
use proptest::prelude::*;

/// With which a cell makes a spreadsheet calculate, written out once more.
const FORMULA_SIGNS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\0'];

fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let record = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader.records().map(|line| record(line.unwrap())).collect()
}

/// What was written into a cell that is shown as `shown`.
fn meant(shown: &str) -> &str {
    match shown.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA_SIGNS) => rest,
        _ => shown,
    }
}

#[test]
fn every_figure_is_a_line_and_no_other_line_is_there() {
    let report = report();
    let lines = read(&report_csv(&report).unwrap());
    let mut lines = lines.iter();
    let about: Vec<_> = lines.by_ref().take(8).collect();
    assert!(about.iter().all(|line| line[0] == "report"));
    assert_eq!(about[2][8], "2026-04-01");
    assert_eq!(meant(&about[7][8]), "health provider, =school");
    for section in &report.sections {
        for table in &section.tables {
            for row in &table.rows {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    let line: Vec<&str> =
                        lines.next().unwrap().iter().map(|it| meant(it)).collect();
                    let place = [
                        &section.key,
                        &section.title,
                        &table.key,
                        &table.title,
                        &row.key,
                        &row.title,
                        &column.key,
                        &column.title,
                    ];
                    assert_eq!(line[..8], place);
                    let expected = match cell {
                        Cell::Count { value } | Cell::Minutes { value } => {
                            [value.to_string(), String::new(), String::new()]
                        }
                        Cell::Share { value, of } => {
                            [value.to_string(), of.to_string(), String::new()]
                        }
                        Cell::Words { value } => [value.clone(), String::new(), String::new()],
                        Cell::Instant { value } => {
                            [value.to_string(), String::new(), String::new()]
                        }
                        Cell::Nothing => [String::new(), String::new(), "nothing".to_owned()],
                        Cell::Suppressed => [String::new(), String::new(), "suppressed".to_owned()],
                    };
                    assert_eq!([line[8], line[9], line[11]], expected);
                }
            }
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn no_cell_of_a_report_calculates() {
    let bytes = report_csv(&report()).unwrap();
    for line in read(&bytes) {
        for (place, cell) in line.iter().enumerate() {
            assert!(!cell.starts_with(FORMULA_SIGNS), "column {place}: {cell:?}");
        }
    }
}

#[test]
fn a_report_without_sections_says_what_it_is_about() {
    let report = Report {
        sections: Vec::new(),
        smallest_count_shown: None,
        filters: Vec::new(),
        ..report()
    };
    assert_eq!(read(&report_csv(&report).unwrap()).len(), 6);
}

#[test]
fn a_list_of_cases_is_read_as_it_was_written() {
    let cases = CANARIES.map(|canary| vec!["ESC-2026-000001".to_owned(), canary.to_owned()]);
    let bytes = case_list_csv(&["reference", "agency"], cases).unwrap();
    let lines = read(&bytes);
    assert_eq!(lines.len(), CANARIES.len());
    for (line, canary) in lines.iter().zip(CANARIES) {
        assert_eq!(meant(&line[1]), canary);
        assert!(!line[1].starts_with(FORMULA_SIGNS));
    }
    let empty = case_list_csv(&["reference"], Vec::<Vec<String>>::new()).unwrap();
    assert_eq!(empty, b"reference\n");
}

#[test]
fn a_case_with_a_cell_too_many_is_refused() {
    let case = vec!["1".to_owned(), "2".to_owned()];
    assert!(matches!(case_list_csv(&["one"], [case]), Err(RenderingError::Csv(_))));
}

proptest! {
    #[test]
    fn no_cell_is_a_formula_and_each_is_read_as_it_was_written(
        cells in prop::collection::vec("([=+@\t\r\n\0\"';,-]{0,3})\\PC{0,12}", 1..8)
    ) {
        let mut rows = csv::Writer::from_writer(Vec::new());
        rows.write_record(cells.iter().map(|cell| inert(cell).into_owned())).unwrap();
        let text = rows.into_inner().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*text);
        let read = reader.records().next().unwrap().unwrap();
        prop_assert_eq!(read.len(), cells.len());
        for (cell, read) in cells.iter().zip(&read) {
            prop_assert!(!read.starts_with(FORMULA_SIGNS), "{:?}", read);
            let shown = if cell.starts_with(FORMULA_SIGNS) { &read[1..] } else { read };
            prop_assert_eq!(shown, cell);
        }
    }
}
