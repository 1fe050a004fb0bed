//! When something happens in a simulation: by the clock on the wall, or so long after something.

use super::as_text::as_text;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const WALL: &str = "%Y-%m-%d %H:%M";

/// A time as somebody types it: local, such as `2026-12-21 09:10`, or an instant with its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WallTime {
    /// As the clock on the wall shows it in the policy's time zone.
    Local(NaiveDateTime),
    /// An instant.
    Instant(UtcInstant),
}

impl WallTime {
    /// The instant that is meant.
    pub fn instant(self, calendar: &Calendar) -> UtcInstant {
        match self {
            Self::Local(local) => calendar.instant_of(local),
            Self::Instant(at) => at,
        }
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(local) => write!(f, "{}", local.format(WALL)),
            Self::Instant(at) => at.fmt(f),
        }
    }
}

impl FromStr for WallTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Ok(local) = NaiveDateTime::parse_from_str(text, WALL) {
            return Ok(Self::Local(local));
        }
        text.parse().map(Self::Instant).map_err(|_unreadable: crate::clock::NotAnInstant| {
            "must be a local time such as \"2026-12-21 09:10\", or an instant such as \
             2026-12-21T09:10:00Z"
                .to_owned()
        })
    }
}

/// A length of time after something. Minutes and hours run on; of days, working or not, the last
/// one counts at a time of it, midday unless another is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Length {
    number: u32,
    unit: Unit,
    time: Option<NaiveTime>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    WorkingDay,
    WorkingWeek,
}

const UNITS: [(&str, Unit); 6] = [
    ("minute", Unit::Minute),
    ("hour", Unit::Hour),
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("working day", Unit::WorkingDay),
    ("working week", Unit::WorkingWeek),
];

/// More than a year of any unit is no script of a case.
const NUMBER_MAX: u32 = 1_000;

const LENGTH: &str = "must be a length such as \"30 minutes\", \"3 hours\", \"1 day\", \"2 working days\" or \
     \"2 working days at 16:30\", at most 1000 of a unit";

impl Length {
    /// The instant so long after another. Working days are the partnership's.
    pub fn after(self, calendar: &Calendar, from: UtcInstant) -> UtcInstant {
        let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
        let time = self.time.unwrap_or(noon);
        let number = i64::from(self.number);
        match self.unit {
            Unit::Minute => from.plus(TimeDelta::minutes(number)),
            Unit::Hour => from.plus(TimeDelta::hours(number)),
            Unit::Day => days_after(calendar, from, self.number, time),
            Unit::Week => days_after(calendar, from, self.number.saturating_mul(7), time),
            Unit::WorkingDay => working_days_after(calendar, from, self.number, time),
            Unit::WorkingWeek => {
                working_days_after(calendar, from, self.number.saturating_mul(5), time)
            }
        }
    }
}

fn days_after(calendar: &Calendar, from: UtcInstant, days: u32, time: NaiveTime) -> UtcInstant {
    let day = calendar.local(from).date_naive();
    let day = day.checked_add_days(Days::new(u64::from(days))).unwrap_or(day);
    calendar.instant_of(day.and_time(time)).max(from)
}

fn working_days_after(
    calendar: &Calendar,
    from: UtcInstant,
    days: u32,
    time: NaiveTime,
) -> UtcInstant {
    (0..days).fold(from, |at, _| calendar.next_working_day_at(at, time))
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = UNITS.iter().find(|(_, unit)| *unit == self.unit).map_or("", |(word, _)| word);
        write!(f, "{} {word}{}", self.number, if self.number == 1 { "" } else { "s" })?;
        self.time.map_or(Ok(()), |time| write!(f, " at {}", time.format("%H:%M")))
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || LENGTH.to_owned();
        let (length, time) = match text.trim().split_once(" at ") {
            Some((length, time)) => (length, Some(time)),
            None => (text.trim(), None),
        };
        let time = time
            .map(|time| NaiveTime::parse_from_str(time.trim(), "%H:%M"))
            .transpose()
            .map_err(|_unreadable: chrono::ParseError| wrong())?;
        let (number, unit) = length.split_once(' ').ok_or_else(wrong)?;
        let number: u32 = number.parse().map_err(|_unreadable: std::num::ParseIntError| wrong())?;
        let unit = unit.trim();
        let unit = unit.strip_suffix('s').unwrap_or(unit);
        let unit = UNITS.iter().find(|(word, _)| *word == unit).ok_or_else(wrong)?.1;
        let runs_on = matches!(unit, Unit::Minute | Unit::Hour);
        if number > NUMBER_MAX || (runs_on && time.is_some()) {
            return Err(wrong());
        }
        Ok(Self { number, unit, time })
    }
}

/// What a moment counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// From when the challenge was raised.
    Raised,
    /// From when a stage was first entered.
    Stage(u32),
}

/// When somebody does something: `raised + 3 hours`, `stage 2 + 1 working day`,
/// `at 2026-12-24 12:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Moment {
    /// At a time of the clock on the wall.
    At(WallTime),
    /// So long after something; at the same instant if no length is said.
    After(Since, Option<Length>),
}

const MOMENT: &str = "must say when: such as \"raised + 3 hours\", \"stage 2 + 1 working day\" or \
     \"at 2026-12-24 12:00\"";

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => return write!(f, "at {time}"),
            Self::After(Since::Raised, _) => f.write_str("raised")?,
            Self::After(Since::Stage(stage), _) => write!(f, "stage {stage}")?,
        }
        match self {
            Self::After(_, Some(length)) => write!(f, " + {length}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(time) = text.strip_prefix("at ") {
            return time.parse().map(Self::At);
        }
        let (since, length) = match text.split_once('+') {
            Some((since, length)) => (since.trim(), Some(length.parse()?)),
            None => (text, None),
        };
        let since = match since.split_once(' ') {
            None if since == "raised" => Since::Raised,
            Some(("stage", number)) => Since::Stage(
                number.parse().map_err(|_unreadable: std::num::ParseIntError| MOMENT.to_owned())?,
            ),
            _ => return Err(MOMENT.to_owned()),
        };
        Ok(Self::After(since, length))
    }
}

as_text! {
    WallTime: "2026-12-21 09:10",
    Length: "2 working days",
    Moment: "stage 1 + 2 working days",
}
