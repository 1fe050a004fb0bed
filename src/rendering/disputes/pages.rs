//! The pictures of disputes as pages, each with its table.

use super::many::{Disputes, disputes_svg, disputes_table};
use super::one::{dispute_svg, dispute_table};
use super::picture::DisputePicture;
use crate::clock::UtcInstant;
use crate::rendering::cell_words::{self, legible};
use crate::rendering::error::RenderingError;
use crate::rendering::page::{ReportPage, SectionView, TableView};
use crate::reports::{Audience, Table};
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
    page(&table, dispute_svg(picture, "dispute", zone)?, picture.as_of, zone, style_sheet)
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
    let table = disputes_table(disputes);
    page(&table, disputes_svg(disputes, "disputes")?, disputes.as_of, zone, style_sheet)
}

fn page(
    table: &Table,
    picture: String,
    as_of: UtcInstant,
    zone: Tz,
    style_sheet: &str,
) -> Result<String, RenderingError> {
    let title = legible(&table.title);
    let view = TableView::of(table, "table".to_owned(), Some(picture), None, zone);
    let page = ReportPage {
        full_title: title.clone(),
        style_sheet,
        marking: cell_words::marking(Audience::Officers),
        title,
        about: vec![("As of".to_owned(), cell_words::instant(as_of, zone))],
        links: &[],
        sections: vec![SectionView {
            id: "picture".to_owned(),
            title: "Picture and table".to_owned(),
            tables: vec![view],
        }],
    };
    Ok(page.render()?)
}
