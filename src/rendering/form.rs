//! The forms that a report takes outside the server, in one place.

use super::csv::report_csv;
use super::document::report_document;
use super::error::RenderingError;
use super::page::report_page_with_links;
use super::spreadsheet::report_spreadsheet;
use crate::reports::Report;
use chrono_tz::Tz;

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// A document to print.
    Pdf,
    /// A page that prints.
    Html,
    /// A spreadsheet.
    Xlsx,
    /// Comma-separated values, a line a figure.
    Csv,
}

impl ReportForm {
    /// All of them, in the order in which a pack holds them.
    pub const ALL: [Self; 4] = [Self::Pdf, Self::Html, Self::Xlsx, Self::Csv];

    /// How the name of its file ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Html => "text/html; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// A report in this form, in local time; a page finds its style sheet at `style_sheet`, and has
    /// `links`, each an address with its words.
    ///
    /// # Errors
    /// If it cannot be drawn or written.
    pub fn of(
        self,
        report: &Report,
        zone: Tz,
        style_sheet: &str,
        links: &[(String, String)],
    ) -> Result<Vec<u8>, RenderingError> {
        match self {
            Self::Pdf => report_document(report, zone),
            Self::Html => {
                report_page_with_links(report, zone, style_sheet, links).map(String::into_bytes)
            }
            Self::Xlsx => report_spreadsheet(report, zone),
            Self::Csv => report_csv(report),
        }
    }
}
