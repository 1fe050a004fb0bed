//! A partnership's calendar: which days it works, and where its clocks hang.

use crate::calendar::Division;
use crate::clock::UtcInstant;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// What a policy file says about a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarRules {
    /// Whose clock on the wall counts, such as `Europe/London`.
    pub zone: Tz,
    /// Whose bank holidays count.
    pub division: Division,
    /// When the working day starts, local time, such as `09:00`.
    pub day_starts: NaiveTime,
    /// When the working day ends, local time, such as `17:00`: deadlines in days fall then.
    pub day_ends: NaiveTime,
    /// Further days on which nobody works, such as the days between Christmas and New Year.
    #[serde(default)]
    pub closures: BTreeSet<NaiveDate>,
}

/// Working hours that end before they start: a deadline at "the end of the day" would come early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingHoursError {
    day_starts: NaiveTime,
    day_ends: NaiveTime,
}

impl fmt::Display for WorkingHoursError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the working day must start before it ends: day_starts is {} and day_ends is {}",
            self.day_starts, self.day_ends
        )
    }
}

impl std::error::Error for WorkingHoursError {}

/// Working days, and instants as the clock on the wall shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    rules: CalendarRules,
}

impl Calendar {
    /// A calendar by these rules.
    ///
    /// # Errors
    /// If the working day does not start before it ends.
    pub fn new(rules: CalendarRules) -> Result<Self, WorkingHoursError> {
        let CalendarRules { day_starts, day_ends, .. } = rules;
        if day_starts < day_ends {
            Ok(Self { rules })
        } else {
            Err(WorkingHoursError { day_starts, day_ends })
        }
    }

    /// The rules it was made by.
    pub fn rules(&self) -> &CalendarRules {
        &self.rules
    }

    /// Whether it is a Monday to Friday, no bank holiday and no closure.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        !is_weekend(day)
            && self.rules.division.bank_holiday(day).is_none()
            && !self.rules.closures.contains(&day)
    }

    /// The instant as the clock on the wall shows it.
    pub fn local(&self, at: UtcInstant) -> DateTime<Tz> {
        at.utc().with_timezone(&self.rules.zone)
    }

    /// The instant at which the clock on the wall shows this.
    ///
    /// A time that clocks going forward skip is the first instant after the gap; a time that clocks
    /// going back show twice is the earlier.
    pub fn instant_of(&self, local: NaiveDateTime) -> UtcInstant {
        let zone = self.rules.zone;
        let at = zone
            .from_local_datetime(&local)
            .earliest()
            .or_else(|| GapInfo::new(&local, &zone).and_then(|gap| gap.end))
            .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc));
        UtcInstant::new(at)
    }
}

pub(super) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}
