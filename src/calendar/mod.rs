//! Working days, bank holidays and office hours: from a start and an allowance to the instant a
//! deadline falls, with the sum in words so that anybody can check it by hand.
//!
//! The policy names the allowances and the calendar; the escalation asks for the deadlines; mail
//! and pages ask how to say an instant. This room is pure: it reads nothing, keeps nothing, and
//! must never ask the time.

mod allowance;
mod bank_holidays;
mod due;
mod one_off_days;
mod rules;
#[cfg(test)]
mod tests;
mod wording;

pub use allowance::{Allowance, AllowanceError};
pub use bank_holidays::Division;
pub use due::Due;
pub use rules::{Calendar, CalendarRules, WorkingHoursError};
