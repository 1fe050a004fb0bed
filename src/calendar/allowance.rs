//! How long somebody has, as a policy writes it: "48 hours", "5 working days".

use super::wording::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The time allowed for a stage or a task.
///
/// Its text form is what a policy file says: `immediately`, `90 minutes`, `48 hours`,
/// `4 working hours`, `same working day`, `1 working day`, `1 working week`, `5 school days`,
/// `28 days`, `2 weeks`, `3 months`. Reading refuses nought and lengths beyond reason; code that
/// makes a nought gets the clock of a one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Allowance {
    /// At once: what that allows is the calendar's to say.
    Immediately,
    /// Time that runs on through nights, weekends and holidays.
    Elapsed {
        /// The length in seconds.
        seconds: u32,
    },
    /// Time that runs within working hours only.
    WorkingTime {
        /// The length in seconds.
        seconds: u32,
    },
    /// To the end of the start day, or of the next working day where that is too late.
    SameWorkingDay,
    /// Working days after the start day, to the end of the last one.
    WorkingDays(u32),
    /// Working weeks of five working days.
    WorkingWeeks(u32),
    /// School days after the start day, to the end of the last one.
    SchoolDays(u32),
    /// Days of any kind after the start day, to the end of the last one.
    CalendarDays(u32),
    /// Weeks of seven days of any kind.
    Weeks(u32),
    /// Months: to the day of the same number, or the last day of a month that is too short for it.
    Months(u32),
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
/// Short enough that summer time begins or ends at most once within.
const MOST_SECONDS: u32 = 1000 * HOUR;
const MOST_WORKING_DAYS: u32 = 260;
const MOST_WORKING_WEEKS: u32 = 52;
const MOST_SCHOOL_DAYS: u32 = 195;
const MOST_DAYS: u32 = 366;
const MOST_WEEKS: u32 = 52;
const MOST_MONTHS: u32 = 24;

impl Allowance {
    /// Whether it counts whole days of some kind, so that it ends with one of them.
    pub fn is_in_days(self) -> bool {
        !matches!(self, Self::Immediately | Self::Elapsed { .. } | Self::WorkingTime { .. })
    }

    /// Whether it counts working time or working days; `immediately` does by what it allows.
    pub fn is_in_working_units(self) -> bool {
        match self {
            Self::WorkingTime { .. }
            | Self::SameWorkingDay
            | Self::WorkingDays(_)
            | Self::WorkingWeeks(_)
            | Self::SchoolDays(_) => true,
            Self::Immediately
            | Self::Elapsed { .. }
            | Self::CalendarDays(_)
            | Self::Weeks(_)
            | Self::Months(_) => false,
        }
    }
}

impl Allowance {
    /// Its number and the singular of its unit; none for those that are words alone.
    fn number_and_unit(self) -> Option<(u32, &'static str)> {
        let in_time = |seconds: u32, [hour, minute, second]: [&'static str; 3]| {
            if seconds.is_multiple_of(HOUR) {
                (seconds / HOUR, hour)
            } else if seconds.is_multiple_of(MINUTE) {
                (seconds / MINUTE, minute)
            } else {
                (seconds, second)
            }
        };
        Some(match self {
            Self::Immediately | Self::SameWorkingDay => return None,
            Self::Elapsed { seconds } => in_time(seconds, ["hour", "minute", "second"]),
            Self::WorkingTime { seconds } => {
                in_time(seconds, ["working hour", "working minute", "working second"])
            }
            Self::WorkingDays(days) => (days, "working day"),
            Self::WorkingWeeks(weeks) => (weeks, "working week"),
            Self::SchoolDays(days) => (days, "school day"),
            Self::CalendarDays(days) => (days, "day"),
            Self::Weeks(weeks) => (weeks, "week"),
            Self::Months(months) => (months, "month"),
        })
    }

    /// Adds its text form.
    pub(super) fn put(self, text: &mut Text) {
        match self.number_and_unit() {
            Some((number, unit)) => {
                text.number(number).words(" ").words(unit).words(if number == 1 { "" } else { "s" })
            }
            None if self == Self::Immediately => text.words("immediately"),
            None => text.words("same working day"),
        };
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text::default();
        self.put(&mut text);
        f.write_str(text.as_str())
    }
}

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Self, AllowanceError> {
        let text = text.to_ascii_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["immediately"] => Ok(Self::Immediately),
            ["same", "working", "day"] => Ok(Self::SameWorkingDay),
            [number, unit @ ..] => measured(number, unit),
            [] => Err(AllowanceError::Unknown),
        }
    }
}

fn measured(number: &str, unit: &[&str]) -> Result<Allowance, AllowanceError> {
    use Allowance::{CalendarDays, Months, SchoolDays, Weeks, WorkingDays, WorkingWeeks};
    type Make = fn(u32) -> Allowance;
    let elapsed: Make = |seconds| Allowance::Elapsed { seconds };
    let working: Make = |seconds| Allowance::WorkingTime { seconds };
    let (make, each, most): (Make, u32, u32) = match unit {
        ["second" | "seconds"] => (elapsed, 1, MOST_SECONDS),
        ["minute" | "minutes"] => (elapsed, MINUTE, MOST_SECONDS),
        ["hour" | "hours"] => (elapsed, HOUR, MOST_SECONDS),
        ["working", "second" | "seconds"] => (working, 1, MOST_SECONDS),
        ["working", "minute" | "minutes"] => (working, MINUTE, MOST_SECONDS),
        ["working", "hour" | "hours"] => (working, HOUR, MOST_SECONDS),
        ["working", "day" | "days"] => (WorkingDays, 1, MOST_WORKING_DAYS),
        ["working", "week" | "weeks"] => (WorkingWeeks, 1, MOST_WORKING_WEEKS),
        ["school", "day" | "days"] => (SchoolDays, 1, MOST_SCHOOL_DAYS),
        ["day" | "days"] => (CalendarDays, 1, MOST_DAYS),
        ["week" | "weeks"] => (Weeks, 1, MOST_WEEKS),
        ["month" | "months"] => (Months, 1, MOST_MONTHS),
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
                "a time allowance must be at most {hours} hours, {hours} working hours, \
                 {MOST_WORKING_DAYS} working days, {MOST_WORKING_WEEKS} working weeks, \
                 {MOST_SCHOOL_DAYS} school days, {MOST_DAYS} days, {MOST_WEEKS} weeks or \
                 {MOST_MONTHS} months:",
                hours = MOST_SECONDS / HOUR
            )?,
        }
        f.write_str(
            " a whole number and a unit, such as \"90 minutes\", \"48 hours\", \
             \"4 working hours\", \"5 working days\", \"1 working week\", \"5 school days\", \
             \"28 days\", \"2 weeks\" or \"3 months\"; or \"immediately\" or \"same working day\"",
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

impl utoipa::PartialSchema for Allowance {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        super::wording::text_schema(
            "A time allowance, such as `5 working days`, `48 hours` or `same working day`",
            "5 working days",
        )
    }
}

impl utoipa::ToSchema for Allowance {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Allowance")
    }
}
