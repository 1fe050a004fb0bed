//! A partnership's calendar: which days it works, and where its clocks hang.

use super::error::CalendarError;
use super::weekly_hours::{DayHours, WeeklyHours};
use super::worked_days::WorkedDays;
use crate::calendar::{Allowance, DayEnd, Division};
use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
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
    /// Weekdays with hours of their own.
    #[serde(default)]
    pub hours: WeeklyHours,
    /// Further days on which nobody works, such as the days between Christmas and New Year.
    #[serde(default)]
    pub closures: BTreeSet<NaiveDate>,
    /// Where a clock in days ends on its last day, unless its limit says otherwise.
    #[serde(default)]
    pub days_end: DayEnd,
    /// Whether the start day is the first counted day, unless the limit says otherwise: then it
    /// counts if it is a day of the kind counted and the start is before its close.
    #[serde(default)]
    pub start_day_counts: bool,
    /// The latest local time at which `same working day` still means the start day; none, that
    /// day's close.
    #[serde(default)]
    pub same_working_day_cut_off: Option<NaiveTime>,
    /// What `immediately` allows, in elapsed or working time; none, one hour of elapsed time.
    #[serde(default)]
    pub immediately: Option<Allowance>,
    /// What becomes of a clock in hours or minutes that starts outside working hours.
    #[serde(default)]
    pub out_of_hours: OutOfHours,
    /// School terms in their order. Outside of what they cover every working day is a school day.
    #[serde(default)]
    pub terms: Vec<Term>,
}

/// What becomes of a clock in hours or minutes that starts outside working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum OutOfHours {
    /// It runs at once.
    #[default]
    #[serde(rename = "clock runs")]
    ClockRuns,
    /// It starts when work next starts.
    #[serde(rename = "clock waits")]
    ClockWaits,
    /// It runs at once, and the duty team is told.
    #[serde(rename = "duty team")]
    DutyTeam,
}

/// A school term: its first and its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The first day of school.
    pub from: NaiveDate,
    /// The last day of school.
    pub until: NaiveDate,
}

impl CalendarRules {
    /// Rules that say no more than they must.
    pub fn new(zone: Tz, division: Division, day_starts: NaiveTime, day_ends: NaiveTime) -> Self {
        Self {
            zone,
            division,
            day_starts,
            day_ends,
            hours: WeeklyHours::default(),
            closures: BTreeSet::new(),
            days_end: DayEnd::default(),
            start_day_counts: false,
            same_working_day_cut_off: None,
            immediately: None,
            out_of_hours: OutOfHours::default(),
            terms: Vec::new(),
        }
    }

    /// When work starts and ends on a weekday; none if it is not worked.
    pub(super) fn hours_on(&self, weekday: Weekday) -> Option<(NaiveTime, NaiveTime)> {
        match (self.hours.on(weekday), weekday) {
            (Some(DayHours::Open { opens, closes }), _) => Some((opens, closes)),
            (Some(DayHours::Closed), _) | (None, Weekday::Sat | Weekday::Sun) => None,
            (None, _) => Some((self.day_starts, self.day_ends)),
        }
    }
}

/// Working days, and instants as the clock on the wall shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Calendar {
    rules: CalendarRules,
    worked: WorkedDays,
}

impl fmt::Debug for Calendar {
    /// Its rules: the tables made from them would fill pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calendar").field(&self.rules).finish()
    }
}

impl Calendar {
    /// A calendar by these rules.
    ///
    /// # Errors
    /// The first thing that is wrong with them; [`CalendarRules::mistakes`] tells them all.
    pub fn new(rules: CalendarRules) -> Result<Self, CalendarError> {
        match rules.mistakes().into_iter().next() {
            Some(mistake) => Err(mistake),
            None => Ok(Self::of(rules)),
        }
    }

    /// This calendar with further days on which nobody works, such as one agency's own.
    #[must_use]
    pub fn with_closures(&self, closures: impl IntoIterator<Item = NaiveDate>) -> Self {
        let mut rules = self.rules.clone();
        rules.closures.extend(closures);
        Self::of(rules)
    }

    fn of(rules: CalendarRules) -> Self {
        Self { worked: WorkedDays::new(&rules), rules }
    }

    /// The rules it was made by.
    pub fn rules(&self) -> &CalendarRules {
        &self.rules
    }

    pub(super) fn worked(&self) -> &WorkedDays {
        &self.worked
    }

    /// Whether it is a weekday that is worked, no bank holiday and no closure.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.worked.includes(day)
    }
}
