//! A policy version: the stages of a partnership's policy, their clocks, who acts, who is told.
//!
//! Pure. A policy is a file that the partnership writes; [`Policy::parse`] reads it and names
//! every mistake it finds. The state machine asks it questions and never names a person, an agency
//! or a number of days itself. An escalation keeps the version that it was opened under.

mod calendars;
mod check;
mod file;
mod glance;
mod keys;
mod language;
mod limits;
mod milestone;
mod stage;
#[cfg(test)]
mod tests;
mod who;

pub use calendars::Calendars;
pub use check::Mistake;
pub use file::{
    Cap, GENERAL, OtherHours, Overdue, Permission, Policy, Population, Raising, RequiredField,
    Role, RungName, RungOrRole, StandIn, Term,
};
pub use language::language;
pub use limits::Limits;
pub use milestone::{Anchor, Anchors, Milestone, TaskEnd};
pub use stage::{
    Condition, DUTY_TEAM, EndingRule, Need, OnDeadline, OnRefusal, PanelRule, Reminder, STAGE_TASK,
    Stage, Task,
};
pub use who::Who;
