//! Days and times as people write them.

use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, Timelike};
use std::fmt;

impl Calendar {
    /// The instant in full, local time, cut to the minute: `Wed 30 Dec 2026, 17:00`.
    pub fn say(&self, at: UtcInstant) -> String {
        let local = self.local(at);
        format!("{}, {:02}:{:02}", Day(local.date_naive()), local.hour(), local.minute())
    }

    /// The instant for the subject of a mail, local time: `5pm Wed 30 Dec`, `12:30pm Tue 24 Nov`,
    /// `midday Wed 30 Dec`. `midnight` is the one the day starts with.
    pub fn say_short(&self, at: UtcInstant) -> String {
        let local = self.local(at);
        let (afternoon, hour) = local.hour12();
        let half = if afternoon { "pm" } else { "am" };
        let time = match (local.hour(), local.minute()) {
            (0, 0) => "midnight".to_owned(),
            (12, 0) => "midday".to_owned(),
            (_, 0) => format!("{hour}{half}"),
            (_, minute) => format!("{hour}:{minute:02}{half}"),
        };
        format!("{time} {} {} {}", local.weekday(), local.day(), month(local.month()))
    }
}

/// Writes a day as `Wed 30 Dec 2026`.
pub(super) struct Day(pub(super) NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.0;
        write!(f, "{} {} {} {}", day.weekday(), day.day(), month(day.month()), day.year())
    }
}

/// The month's short name, from 1 for January.
pub(super) fn month(month: u32) -> &'static str {
    match month {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    }
}
