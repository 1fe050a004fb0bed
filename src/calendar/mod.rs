//! Working days, bank holidays and office hours: from a start and a limit to the instant a
//! deadline falls, with the sum in words so that anybody can check it by hand.
//!
//! The policy names the limits and the calendar; the escalation asks for the deadlines; mail
//! and pages ask how to say an instant. This room is pure: it reads nothing, keeps nothing, and
//! must never ask the time.
//!
//! Where clocks change, one rule holds throughout: a local time that clocks going forward skip is
//! the first instant after the gap, a local time that clocks going back show twice is its first
//! showing, and a start within the second showing counts as the moment the clocks went back. So a
//! later start is never due earlier.

mod allowance;
mod bank_holidays;
mod count;
mod derivation;
mod due;
mod error;
mod left_out;
mod limit;
mod local_time;
mod one_off_days;
mod pauses;
mod reminders;
mod rules;
#[cfg(test)]
mod tests;
mod weekly_hours;
mod wording;
mod worked_days;
mod working_time;

pub use allowance::{Allowance, AllowanceError};
pub use bank_holidays::Division;
pub use due::Due;
pub use error::CalendarError;
pub use limit::{DayEnd, Limit, LimitError};
pub use pauses::Interval;
pub use rules::{Calendar, CalendarRules, OutOfHours, Term};
pub use weekly_hours::{DayHours, DayHoursError, WeeklyHours};
