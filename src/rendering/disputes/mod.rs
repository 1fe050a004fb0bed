//! How disputes went, as pictures: one against its clocks, or many, a line each. No child, no
//! narrative, and of people their posts alone. Each picture has a table that says the same.

mod days;
mod from_timeline;
mod many;
mod one;
mod pages;
mod picture;

pub use many::{Disputes, disputes_svg, disputes_table};
pub use one::{dispute_svg, dispute_table};
pub use pages::{
    DisputeFigure, dispute_figure, dispute_page, disputes_page, disputes_page_with_links,
};
pub use picture::{DisputePicture, Mark, MarkKind, PauseSpan, StageSpan};
