//! Forms of a report: what is counted becomes something that people read, print and calculate with.
//!
//! Pure: bytes in memory, no I/O, and nobody asks the time. Every form is made from the same
//! [`Report`](crate::reports::Report), and a chart from the cells of its own table, so no two can
//! disagree. A chart is first a `Drawing`, which is painted as SVG for a page and as
//! vectors for a document to print; both are legible in black and white. What is suppressed is shown
//! as not shown, and never as 0.

mod calendar_feed;
mod case_list;
mod cell_words;
mod charts;
mod csv;
mod disputes;
mod document;
mod drawing;
mod error;
mod form;
mod formula_guard;
mod page;
mod spreadsheet;
#[cfg(test)]
mod tests;

pub use calendar_feed::{FeedEntry, calendar_feed};
pub use case_list::{LISTED_MAX, ListHead, case_list_page};
pub use charts::chart_svg;
pub use csv::{case_list_csv, report_csv};
pub use disputes::{
    DisputeFigure, DisputePicture, Disputes, Mark, MarkKind, PauseSpan, StageSpan, dispute_figure,
    dispute_page, dispute_svg, dispute_table, disputes_page, disputes_page_with_links,
    disputes_svg, disputes_table,
};
pub use document::report_document;
pub use error::RenderingError;
pub use form::ReportForm;
pub use formula_guard::inert;
pub use page::{STYLE_SHEET, report_page, report_page_with_links};
pub use spreadsheet::report_spreadsheet;
