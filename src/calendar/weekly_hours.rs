//! Working hours for each weekday, as a policy file writes them.

use chrono::{NaiveTime, Timelike, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// What a calendar says about single weekdays; what it leaves out keeps the ordinary hours from
/// Monday to Friday, and is closed on Saturday and Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyHours {
    /// Mondays.
    #[serde(default)]
    pub monday: Option<DayHours>,
    /// Tuesdays.
    #[serde(default)]
    pub tuesday: Option<DayHours>,
    /// Wednesdays.
    #[serde(default)]
    pub wednesday: Option<DayHours>,
    /// Thursdays.
    #[serde(default)]
    pub thursday: Option<DayHours>,
    /// Fridays.
    #[serde(default)]
    pub friday: Option<DayHours>,
    /// Saturdays.
    #[serde(default)]
    pub saturday: Option<DayHours>,
    /// Sundays.
    #[serde(default)]
    pub sunday: Option<DayHours>,
}

impl WeeklyHours {
    /// What it says about a weekday, if anything.
    pub fn on(&self, weekday: Weekday) -> Option<DayHours> {
        match weekday {
            Weekday::Mon => self.monday,
            Weekday::Tue => self.tuesday,
            Weekday::Wed => self.wednesday,
            Weekday::Thu => self.thursday,
            Weekday::Fri => self.friday,
            Weekday::Sat => self.saturday,
            Weekday::Sun => self.sunday,
        }
    }
}

/// A weekday's working hours: `09:00-16:30` or `closed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayHours {
    /// Nobody works.
    Closed,
    /// Work from one local time to a later one of the same day; the calendar checks the order.
    Open {
        /// When it starts.
        opens: NaiveTime,
        /// When it ends.
        closes: NaiveTime,
    },
}

impl fmt::Display for DayHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: NaiveTime| match time.second() {
            0 => time.format("%H:%M"),
            _ => time.format("%H:%M:%S"),
        };
        match *self {
            Self::Closed => f.write_str("closed"),
            Self::Open { opens, closes } => write!(f, "{}-{}", time(opens), time(closes)),
        }
    }
}

impl FromStr for DayHours {
    type Err = DayHoursError;

    fn from_str(text: &str) -> Result<Self, DayHoursError> {
        if text.trim().eq_ignore_ascii_case("closed") {
            return Ok(Self::Closed);
        }
        let (opens, closes) = text.split_once('-').ok_or(DayHoursError)?;
        Ok(Self::Open { opens: time_of_day(opens)?, closes: time_of_day(closes)? })
    }
}

fn time_of_day(text: &str) -> Result<NaiveTime, DayHoursError> {
    let time = text.trim().parse::<NaiveTime>();
    // no fractions and no leap second, which would not survive being written again
    let whole = |time: &NaiveTime| time.nanosecond() == 0;
    time.ok().filter(whole).ok_or(DayHoursError)
}

/// A text is no weekday's hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a weekday's hours must be \"closed\" or from when to when, such as \"09:00-16:30\"")]
pub struct DayHoursError;

impl Serialize for DayHours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
