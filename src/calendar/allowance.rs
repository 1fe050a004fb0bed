//! How long somebody has, as a policy writes it: "48 hours", "5 working days".

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The time allowed for a stage or a task.
///
/// Its text form is what a policy file says: `2 seconds`, `90 minutes`, `48 hours`,
/// `1 working day`, `1 working week`, `28 days`. Reading refuses nought and lengths beyond reason;
/// code that makes a nought gets the clock of a one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allowance {
    /// Time that runs on through nights, weekends and holidays.
    Elapsed {
        /// The length in seconds.
        seconds: u32,
    },
    /// Working days after the start day, to the close of the last one.
    WorkingDays(u32),
    /// Working weeks of five working days.
    WorkingWeeks(u32),
    /// Days of any kind after the start day, to the close of the last one.
    CalendarDays(u32),
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
/// Short enough that summer time begins or ends at most once within.
const MOST_SECONDS: u32 = 1000 * HOUR;
const MOST_WORKING_DAYS: u32 = 260;
const MOST_WORKING_WEEKS: u32 = 52;
const MOST_DAYS: u32 = 366;

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match *self {
            Self::Elapsed { seconds } if seconds.is_multiple_of(HOUR) => (seconds / HOUR, "hour"),
            Self::Elapsed { seconds } if seconds.is_multiple_of(MINUTE) => {
                (seconds / MINUTE, "minute")
            }
            Self::Elapsed { seconds } => (seconds, "second"),
            Self::WorkingDays(days) => (days, "working day"),
            Self::WorkingWeeks(weeks) => (weeks, "working week"),
            Self::CalendarDays(days) => (days, "day"),
        };
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Self, AllowanceError> {
        let text = text.to_ascii_lowercase();
        let mut words = text.split_whitespace();
        let number = words.next().ok_or(AllowanceError::Unknown)?;
        let unit: Vec<&str> = words.collect();
        let (make, each, most): (fn(u32) -> Self, u32, u32) = match unit.as_slice() {
            ["second" | "seconds"] => (|seconds| Self::Elapsed { seconds }, 1, MOST_SECONDS),
            ["minute" | "minutes"] => (|seconds| Self::Elapsed { seconds }, MINUTE, MOST_SECONDS),
            ["hour" | "hours"] => (|seconds| Self::Elapsed { seconds }, HOUR, MOST_SECONDS),
            ["working", "day" | "days"] => (Self::WorkingDays, 1, MOST_WORKING_DAYS),
            ["working", "week" | "weeks"] => (Self::WorkingWeeks, 1, MOST_WORKING_WEEKS),
            ["day" | "days"] => (Self::CalendarDays, 1, MOST_DAYS),
            _ => return Err(AllowanceError::Unknown),
        };
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AllowanceError::Unknown);
        }
        // all digits: what still fails to parse is too large a number
        let Ok(number) = number.parse::<u32>() else {
            return Err(AllowanceError::TooLong);
        };
        match number.checked_mul(each) {
            Some(0) => Err(AllowanceError::Zero),
            Some(length) if length <= most => Ok(make(length)),
            _ => Err(AllowanceError::TooLong),
        }
    }
}

/// Why a text is no allowance. Does not repeat the text: it may have come from the wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowanceError {
    /// Not a whole number and a unit we know.
    Unknown,
    /// Nought of something.
    Zero,
    /// More than anybody could mean.
    TooLong,
}

impl fmt::Display for AllowanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("a time allowance must be")?,
            Self::Zero => f.write_str("a time allowance must be at least 1:")?,
            Self::TooLong => write!(
                f,
                "a time allowance must be at most {} hours, {MOST_WORKING_DAYS} working days, \
                 {MOST_WORKING_WEEKS} working weeks or {MOST_DAYS} days:",
                MOST_SECONDS / HOUR
            )?,
        }
        f.write_str(
            " a whole number and a unit, such as \"90 minutes\", \"48 hours\", \
             \"5 working days\", \"1 working week\" or \"28 days\"",
        )
    }
}

impl std::error::Error for AllowanceError {}

impl Serialize for Allowance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Allowance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
