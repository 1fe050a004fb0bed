//! Why a form could not be made.

/// Why a form could not be made. A fault of the program: no report is so that it cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderingError {
    /// The comma-separated values.
    #[error("the comma-separated values could not be written: {0}")]
    Csv(#[from] csv::Error),
    /// Their last bytes.
    #[error("the comma-separated values could not be finished: {0}")]
    Flush(String),
    /// The spreadsheet.
    #[error("the spreadsheet could not be written: {0}")]
    Spreadsheet(#[from] rust_xlsxwriter::XlsxError),
    /// The page.
    #[error("the page could not be written: {0}")]
    Page(#[from] askama::Error),
    /// A picture.
    #[error("the picture could not be drawn: {0}")]
    Drawing(String),
}
