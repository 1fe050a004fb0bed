//! The pictures of disputes as pages, each with its table.

use super::many::{Disputes, disputes_svg, disputes_table};
use super::one::{dispute_svg, dispute_table};
use super::picture::DisputePicture;
use crate::clock::UtcInstant;
use crate::rendering::cell_words::{self, legible};
use crate::rendering::error::RenderingError;
use crate::rendering::page::{ReportPage, SectionView, TableView};
use crate::reports::{Audience, Row, Table};
use askama::Template;
use chrono_tz::Tz;

/// One dispute as a page that prints: its picture and its table.
///
/// # Errors
/// If it cannot be drawn or written.
pub fn dispute_page(
    picture: &DisputePicture,
    zone: Tz,
    style_sheet: &str,
) -> Result<String, RenderingError> {
    let table = dispute_table(picture);
    page(&table, dispute_svg(picture, "dispute", zone)?, picture.as_of, zone, style_sheet, &[])
}

/// Many disputes as a page that prints: a line each, and their table.
///
/// # Errors
/// If it cannot be drawn or written.
pub fn disputes_page(
    disputes: Disputes<'_>,
    zone: Tz,
    style_sheet: &str,
) -> Result<String, RenderingError> {
    disputes_page_with_links(disputes, zone, style_sheet, &[])
}

/// The same with links to other forms: for each its address and its words.
///
/// # Errors
/// As [`disputes_page`].
pub fn disputes_page_with_links(
    disputes: Disputes<'_>,
    zone: Tz,
    style_sheet: &str,
    links: &[(String, String)],
) -> Result<String, RenderingError> {
    let table = disputes_table(disputes);
    let picture = disputes_svg(disputes, "disputes")?;
    page(&table, picture, disputes.as_of, zone, style_sheet, links)
}

/// A picture of one dispute that stands in another page: drawn, and its table in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeFigure {
    /// The picture, as an `svg` element.
    pub svg: String,
    /// What the table says, and how to read it beside the picture.
    pub caption: String,
    /// The headings of the table's columns.
    pub headings: Vec<String>,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// One dispute for a page that has more to say. `id` begins the ids in the picture.
///
/// # Errors
/// If it cannot be drawn.
pub fn dispute_figure(
    picture: &DisputePicture,
    id: &str,
    zone: Tz,
) -> Result<DisputeFigure, RenderingError> {
    let table = dispute_table(picture);
    let titles = table.columns.iter().map(cell_words::heading);
    let row = |row: &Row| {
        let cells = table.columns.iter().zip(&row.cells);
        let words = cells.map(|(column, cell)| cell_words::cell(cell, column.kind, zone));
        std::iter::once(legible(&row.title)).chain(words).collect()
    };
    Ok(DisputeFigure {
        svg: dispute_svg(picture, id, zone)?,
        caption: legible(&table.definition),
        headings: std::iter::once(legible(&table.row_heading)).chain(titles).collect(),
        rows: table.rows.iter().map(row).collect(),
    })
}

fn page(
    table: &Table,
    picture: String,
    as_of: UtcInstant,
    zone: Tz,
    style_sheet: &str,
    links: &[(String, String)],
) -> Result<String, RenderingError> {
    let title = legible(&table.title);
    let view = TableView::of(table, "table".to_owned(), Some(picture), None, zone);
    let page = ReportPage {
        full_title: title.clone(),
        style_sheet,
        marking: cell_words::marking(Audience::Officers),
        title,
        about: vec![("As of".to_owned(), cell_words::instant(as_of, zone))],
        links,
        sections: vec![SectionView {
            id: "picture".to_owned(),
            title: "Picture and table".to_owned(),
            tables: vec![view],
        }],
    };
    Ok(page.render()?)
}
