//! A report as a document to print: A4, the fonts that every reader has, charts as vectors, tagged
//! so that it can be read aloud.

mod file;
mod flow;
mod layout;
mod paper;
mod tables;
mod tags;
mod win_ansi;

pub use layout::report_document;
pub(super) use win_ansi::win_ansi;
