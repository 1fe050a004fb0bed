//! The cases that a report counts as a page: what somebody looks for a case by. All columns stand in
//! the comma-separated values.

use super::cell_words::{self, count, legible};
use super::error::RenderingError;
use super::page::{ReportPage, SectionView, TableView};
use crate::clock::UtcInstant;
use crate::reports::{Audience, CaseLine, Cell, Column, ColumnKind, Period, Row, Table, in_words};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;

/// The most cases on a page.
pub const LISTED_MAX: usize = 1_000;

/// What stands above a list.
#[derive(Debug, Clone, Copy)]
pub struct ListHead<'a> {
    /// The period in which the cases were raised.
    pub period: Period,
    /// As of when they are told.
    pub as_of: UtcInstant,
    /// How many cases could not be counted.
    pub left_out_count: u64,
    /// The address of the style sheet.
    pub style_sheet: &'a str,
    /// Addresses of the same in other forms, each with its words.
    pub links: &'a [(String, String)],
}

/// The first cases of a list as a page that prints, and how many there are.
///
/// # Errors
/// If it cannot be written.
pub fn case_list_page(
    head: &ListHead<'_>,
    lines: &[CaseLine],
    zone: Tz,
) -> Result<String, RenderingError> {
    let title = "Cases that a report counts".to_owned();
    let period = cell_words::period(&head.period);
    let number = |value: usize| count(u64::try_from(value).unwrap_or(u64::MAX));
    let cases = match lines.len() {
        all if all > LISTED_MAX => {
            format!("{}; the first {} stand here", number(all), number(LISTED_MAX))
        }
        all => number(all),
    };
    let mut about = vec![
        ("Period".to_owned(), period.clone()),
        ("As of".to_owned(), cell_words::instant(head.as_of, zone)),
        ("Cases".to_owned(), cases),
    ];
    if head.left_out_count > 0 {
        let left_out = format!("{}: ask the administrator", count(head.left_out_count));
        about.push(("Not counted".to_owned(), left_out));
    }
    let table = table(lines.get(..LISTED_MAX).unwrap_or(lines));
    let view = TableView::of(&table, "table".to_owned(), None, None, zone);
    let page = ReportPage {
        full_title: format!("{title}: {period}"),
        style_sheet: head.style_sheet,
        marking: cell_words::marking(Audience::Officers),
        title,
        about,
        links: head.links,
        sections: vec![SectionView {
            id: "cases".to_owned(),
            title: "Cases".to_owned(),
            tables: vec![view],
        }],
    };
    Ok(page.render()?)
}

/// What a column of the page is called, what it holds, and its cell of a case.
type Shown = (&'static str, &'static str, fn(&CaseLine) -> Cell);

const COLUMNS: [Shown; 8] = [
    ("raised_on", "Raised", |case| words(day(case.raised_on))),
    ("raising_agency", "Raised by", |case| words(legible(&case.raising_agency))),
    ("receiving_agency", "Challenged", |case| words(legible(&case.receiving_agency))),
    ("area_title", "About", |case| words(legible(&case.area_title))),
    ("status", "Stands", |case| words(in_words(&case.status))),
    ("furthest_stage", "Furthest stage", |case| Cell::Count { value: case.furthest_stage.into() }),
    ("due_on", "Due", |case| case.due_on.map_or(Cell::Nothing, |due| words(day(due)))),
    ("overdue", "Overdue", |case| words(if case.overdue { "yes" } else { "no" }.to_owned())),
];

fn words(value: String) -> Cell {
    Cell::Words { value }
}

fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

fn table(lines: &[CaseLine]) -> Table {
    let column = |(key, title, _): &Shown| Column {
        key: (*key).to_owned(),
        title: (*title).to_owned(),
        kind: if *key == "furthest_stage" { ColumnKind::Count } else { ColumnKind::Words },
    };
    let row = |case: &CaseLine| Row {
        key: case.reference.clone(),
        title: case.reference.clone(),
        is_total: false,
        cells: COLUMNS.iter().map(|(.., cell)| cell(case)).collect(),
    };
    Table {
        key: "cases".to_owned(),
        title: "The first raised first".to_owned(),
        definition:
            "A line for each case that was raised in the period, as it stands now. No child, \
            no narrative and nobody's name stands here."
                .to_owned(),
        row_heading: "Case".to_owned(),
        columns: COLUMNS.iter().map(column).collect(),
        rows: lines.iter().map(row).collect(),
        chart: None,
    }
}
