//! A policy version: the stages of a partnership's policy, their clocks, who acts, who is told.
//!
//! Pure. A policy is a file that the partnership writes; [`Policy::parse`] reads it and names
//! every mistake it finds. The state machine asks it questions and never names a person, an agency
//! or a number of days itself. An escalation keeps the version that it was opened under.

mod check;
mod file;
#[cfg(test)]
mod tests;
mod who;

pub use check::Mistake;
pub use file::{GENERAL, OnDeadline, OnRefusal, Overdue, Policy, Population, Stage, Term};
pub use who::Who;
