//! Days and times as people write them.

use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, TimeDelta, Timelike};
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

/// Writes a length of time as `7 hours 30 minutes`, or `7 working hours 30 minutes`.
pub(super) struct Length {
    pub(super) length: TimeDelta,
    pub(super) working: bool,
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kind = if self.working { "working " } else { "" };
        let seconds = self.length.num_seconds();
        let parts =
            [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
        let mut gap = "";
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{gap}{number} {kind}{unit}{}", if number == 1 { "" } else { "s" })?;
            (gap, kind) = (" ", "");
        }
        if gap.is_empty() { write!(f, "no {kind}time") } else { Ok(()) }
    }
}

/// "a", "a and b", "a, b and c".
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// What the API's description says of a type whose text form policies use.
pub(super) fn text_schema(
    description: &str,
    example: &str,
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .examples([example])
        .into()
}
