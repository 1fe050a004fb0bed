//! Reporting: what a partnership asks about how its disputes went, answered from timelines alone.
//!
//! Pure, and in three steps. [`CaseFacts`] is what is counted of one case, folded from its timeline
//! entry by entry; the store keeps it beside the case, in the transaction of the entry. Figures are
//! made from facts by one pass over them. A [`Report`] is figures with their words: tables, charts
//! and definitions, from which every form (JSON, CSV, a spreadsheet, a page, a document to print) is
//! made, so that no two forms can disagree.

mod answers;
mod counting;
mod definitions;
mod distribution;
mod draft;
mod endings;
mod facts;
mod fold;
mod frame;
mod headline;
mod list;
mod open_now;
mod packed;
mod parties;
mod period;
mod question;
mod relative_period;
mod report;
mod stages;
mod subjects;
mod suppression;
mod survival;
mod tally;
#[cfg(test)]
mod tests;
mod volumes;
mod work;

pub use answers::StayResult;
pub use definitions::definitions;
pub use facts::{
    ActionFacts, Answered, CaseFacts, EndedHow, EndingFacts, LeftFacts, MissedFacts, StayFacts,
    TopicKey,
};
pub use fold::{Folding, Measure};
pub use list::{CaseLine, List, ListColumn, StayLine};
pub use packed::{NotFacts, NotPacked, pack, unpack};
pub use question::{AgencyName, Names, NotForPublication, Question, in_words};
pub use relative_period::RelativePeriod;
pub use report::{
    Audience, Cell, Chart, Column, ColumnKind, Filters, Period, PeriodKind, Report, Row, Section,
    Table,
};
pub use tally::Tally;
