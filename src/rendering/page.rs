//! A report as one page: it works without a script and without its style sheet, and prints.

use super::cell_words::{self, legible};
use super::charts::{self, Drawn};
use super::drawing::{Described, svg};
use super::error::RenderingError;
use crate::reports::{ColumnKind, Report, Table};
use askama::Template;
use chrono_tz::Tz;

/// The style sheet of the pages that are made here, for screen and paper. It names nothing that has
/// to be fetched.
pub const STYLE_SHEET: &str = include_str!("templates/report.css");

/// A page of tables and pictures.
#[derive(Template)]
#[template(path = "report.html", config = "src/rendering/askama.toml")]
pub(super) struct ReportPage<'a> {
    pub(super) full_title: String,
    pub(super) style_sheet: &'a str,
    pub(super) marking: &'static str,
    pub(super) title: String,
    pub(super) about: Vec<(String, String)>,
    /// Addresses of the same in other forms, each with its words.
    pub(super) links: &'a [(String, String)],
    pub(super) sections: Vec<SectionView>,
}

/// A part of a page.
pub(super) struct SectionView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) tables: Vec<TableView>,
}

/// A table in a page, with its picture or with words in place of one.
pub(super) struct TableView {
    id: String,
    title: String,
    definition: String,
    row_heading: String,
    columns: Vec<CellView>,
    rows: Vec<RowView>,
    picture: Option<String>,
    no_picture: Option<&'static str>,
}

struct RowView {
    title: String,
    is_total: bool,
    cells: Vec<CellView>,
}

struct CellView {
    words: String,
    class: Option<&'static str>,
}

impl TableView {
    /// A table whose ids begin with `id`.
    pub(super) fn of(
        table: &Table,
        id: String,
        picture: Option<String>,
        no_picture: Option<&'static str>,
        zone: Tz,
    ) -> Self {
        let class = |kind| match kind {
            ColumnKind::Words => None,
            ColumnKind::Instant => Some("instant"),
            _ => Some("number"),
        };
        let columns = table.columns.iter().map(|column| CellView {
            words: cell_words::heading(column),
            class: class(column.kind),
        });
        let rows = table.rows.iter().map(|row| RowView {
            title: legible(&row.title),
            is_total: row.is_total,
            cells: table
                .columns
                .iter()
                .zip(&row.cells)
                .map(|(column, cell)| CellView {
                    words: cell_words::cell(cell, column.kind, zone),
                    class: class(column.kind),
                })
                .collect(),
        });
        Self {
            id,
            title: legible(&table.title),
            definition: legible(&table.definition),
            row_heading: legible(&table.row_heading),
            columns: columns.collect(),
            rows: rows.collect(),
            picture,
            no_picture,
        }
    }

    /// A table of a report with its chart.
    fn with_chart(table: &Table, id: String, zone: Tz) -> Result<Self, RenderingError> {
        let (picture, words) = match charts::drawn(table, zone) {
            None => (None, None),
            Some(Drawn::Words(words)) => (None, Some(words)),
            Some(Drawn::Picture(picture)) => {
                let title = format!("Chart: {}", table.title);
                let description = charts::description(table);
                let chart = format!("{id}-chart");
                let described = Described { id: &chart, title: &title, description: &description };
                (Some(svg(&picture, described)?), None)
            }
        };
        Ok(Self::of(table, id, picture, words, zone))
    }
}

/// A report as one page that prints. `style_sheet` is the address of [`STYLE_SHEET`].
///
/// # Errors
/// If it cannot be written, or a chart not drawn.
pub fn report_page(report: &Report, zone: Tz, style_sheet: &str) -> Result<String, RenderingError> {
    report_page_with_links(report, zone, style_sheet, &[])
}

/// The same with links to other forms of the report: for each its address and its words.
///
/// # Errors
/// As [`report_page`].
pub fn report_page_with_links(
    report: &Report,
    zone: Tz,
    style_sheet: &str,
    links: &[(String, String)],
) -> Result<String, RenderingError> {
    let title = legible(&report.title);
    let partnership = legible(&report.partnership);
    let period = cell_words::period(&report.period);
    let mut sections = Vec::new();
    for (number, section) in (1..).zip(&report.sections) {
        let mut tables = Vec::new();
        for (place, table) in (1..).zip(&section.tables) {
            tables.push(TableView::with_chart(table, format!("table-{number}-{place}"), zone)?);
        }
        let id = format!("section-{number}");
        sections.push(SectionView { id, title: legible(&section.title), tables });
    }
    let page = ReportPage {
        full_title: format!("{title}: {partnership}, {period}"),
        style_sheet,
        marking: cell_words::marking(report.audience),
        title,
        about: cell_words::about(report, zone),
        links,
        sections,
    };
    Ok(page.render()?)
}
