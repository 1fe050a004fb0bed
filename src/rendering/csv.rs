//! Comma-separated values (RFC 4180): for other programs, and for spreadsheets.

use super::error::RenderingError;
use super::formula_guard::inert;
use crate::reports::{Cell, Column, ColumnKind, Report, Row, Section, Table};

/// The headings: where a figure stands, by key and in words, what it is, and why it is not there.
const HEADINGS: [&str; 12] = [
    "section",
    "section_title",
    "table",
    "table_title",
    "row",
    "row_title",
    "column",
    "column_title",
    "value",
    "of",
    "unit",
    "reason",
];

/// A report as comma-separated values, one line a figure. What the report is about stands in the
/// first lines, in the section `report`.
///
/// A share has its parts in `value` and `of`; a length is in minutes, an instant in UTC. A figure
/// that is not there is empty and has its `reason`: `suppressed`, or `nothing` to say.
///
/// # Errors
/// If it cannot be written.
pub fn report_csv(report: &Report) -> Result<Vec<u8>, RenderingError> {
    let mut lines = csv::Writer::from_writer(Vec::new());
    lines.write_record(HEADINGS)?;
    for (key, title, value) in about(report) {
        let place = ["report", "About this report", "about", "About", &key, &title];
        let figure = ["value", "Value", &value, "", "words", ""];
        lines.write_record(place.into_iter().chain(figure).map(|cell| inert(cell).into_owned()))?;
    }
    for section in &report.sections {
        for table in &section.tables {
            for row in &table.rows {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    lines.write_record(line(section, table, row, column, cell))?;
                }
            }
        }
    }
    lines.into_inner().map_err(|error| RenderingError::Flush(error.error().to_string()))
}

/// A list of cases as comma-separated values, one line a case, in the order in which they come.
///
/// # Errors
/// If a line has not as many cells as there are headings.
pub fn case_list_csv<L, C>(headings: &[&str], cases: L) -> Result<Vec<u8>, RenderingError>
where
    L: IntoIterator<Item = C>,
    C: IntoIterator<Item = String>,
{
    let mut lines = csv::Writer::from_writer(Vec::new());
    lines.write_record(headings)?;
    for case in cases {
        lines.write_record(case.into_iter().map(|cell| inert(&cell).into_owned()))?;
    }
    lines.into_inner().map_err(|error| RenderingError::Flush(error.error().to_string()))
}

fn about(report: &Report) -> Vec<(String, String, String)> {
    let fixed = [
        ("title", "Title", report.title.clone()),
        ("partnership", "Partnership", report.partnership.clone()),
        ("from", "First day of the period", report.period.from.to_string()),
        ("to", "Last day of the period", report.period.to.to_string()),
        ("as_of", "As of", report.as_of.to_string()),
        ("marking", "Marking", super::cell_words::marking(report.audience).to_owned()),
    ];
    let smallest = report.smallest_count_shown;
    let smallest =
        smallest.map(|smallest| ("smallest", "Smallest count shown", smallest.to_string()));
    let fixed = fixed.into_iter().chain(smallest);
    let fixed = fixed.map(|(key, title, value)| (key.to_owned(), title.to_owned(), value));
    let filters = report.filters.iter();
    fixed
        .chain(filters.map(|(name, value)| ("filter".to_owned(), name.clone(), value.clone())))
        .collect()
}

fn line(
    section: &Section,
    table: &Table,
    row: &Row,
    column: &Column,
    cell: &Cell,
) -> [String; HEADINGS.len()] {
    let (value, of, reason) = match cell {
        Cell::Count { value } | Cell::Minutes { value } => (value.to_string(), String::new(), ""),
        Cell::Share { value, of } => (value.to_string(), of.to_string(), ""),
        Cell::Words { value } => (inert(value).into_owned(), String::new(), ""),
        Cell::Instant { value } => (value.to_string(), String::new(), ""),
        Cell::Nothing => (String::new(), String::new(), "nothing"),
        Cell::Suppressed => (String::new(), String::new(), "suppressed"),
    };
    let words = |text: &str| inert(text).into_owned();
    [
        words(&section.key),
        words(&section.title),
        words(&table.key),
        words(&table.title),
        words(&row.key),
        words(&row.title),
        words(&column.key),
        words(&column.title),
        value,
        of,
        unit(column.kind).to_owned(),
        reason.to_owned(),
    ]
}

fn unit(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Count => "count",
        ColumnKind::Share => "share",
        ColumnKind::Elapsed => "elapsed minutes",
        ColumnKind::Working => "working minutes",
        ColumnKind::Words => "words",
        ColumnKind::Instant => "instant",
    }
}
