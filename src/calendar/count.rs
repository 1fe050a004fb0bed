//! Days of a kind, counted forwards and backwards.

use super::rules::Term;
use crate::calendar::{Allowance, Calendar};
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, NaiveTime};

/// What kind of days a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayKind {
    Working,
    School,
    Any,
}

impl DayKind {
    /// One day of the kind, as derivations call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Working => "working day",
            Self::School => "school day",
            Self::Any => "day",
        }
    }
}

/// A working week is five working days, whatever weekdays a calendar works.
const WORKING_WEEK: u32 = 5;
const WEEK: u32 = 7;

impl Allowance {
    /// The days it counts and how many, at least one; none for months and what is not in days.
    pub(super) fn days(self) -> Option<(DayKind, u32)> {
        let (kind, number) = match self {
            Self::WorkingDays(days) => (DayKind::Working, days),
            Self::WorkingWeeks(weeks) => {
                (DayKind::Working, weeks.max(1).saturating_mul(WORKING_WEEK))
            }
            Self::SchoolDays(days) => (DayKind::School, days),
            Self::CalendarDays(days) => (DayKind::Any, days),
            Self::Weeks(weeks) => (DayKind::Any, weeks.max(1).saturating_mul(WEEK)),
            Self::Immediately
            | Self::Elapsed { .. }
            | Self::WorkingTime { .. }
            | Self::SameWorkingDay
            | Self::Months(_) => return None,
        };
        Some((kind, number.max(1)))
    }
}

impl Calendar {
    /// How many working days come after the local day of `from`, up to and with that of `to`:
    /// nought on one day, one from Friday to Monday.
    pub fn working_days_between(&self, from: UtcInstant, to: UtcInstant) -> u32 {
        let (after, until) = (self.wall_time(from).day, self.wall_time(to).day);
        if after < until { self.worked().between(after, until) } else { 0 }
    }

    /// When work ends on a local day; on one that is not worked, when the ordinary day ends.
    pub(super) fn close_of(&self, day: NaiveDate) -> NaiveTime {
        self.rules().hours_on(day.weekday()).map_or(self.rules().day_ends, |(_, closes)| closes)
    }

    pub(super) fn is_of_kind(&self, day: NaiveDate, kind: DayKind) -> bool {
        match kind {
            DayKind::Any => true,
            DayKind::Working => self.is_working_day(day),
            DayKind::School => self.is_school_time(day) && self.is_working_day(day),
        }
    }

    /// Within a term, or where no term is known.
    pub(super) fn is_school_time(&self, day: NaiveDate) -> bool {
        let ended = self.terms().partition_point(|term| term.until < day);
        match (ended, self.terms().get(ended)) {
            (_, None) | (0, _) => true,
            (_, Some(term)) => term.from <= day,
        }
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.rules().terms
    }

    /// The `number`th day of the kind later than `day`; none past the last date there is.
    pub(super) fn nth_after(
        &self,
        day: NaiveDate,
        kind: DayKind,
        number: u32,
    ) -> Option<NaiveDate> {
        match kind {
            DayKind::Working => self.worked().nth_after(day, number),
            DayKind::Any => day.checked_add_days(chrono::Days::new(number.into())),
            DayKind::School => {
                let mut days = day.iter_days().skip(1).filter(|day| self.is_of_kind(*day, kind));
                days.nth(number.saturating_sub(1) as usize)
            }
        }
    }

    /// The `number`th day of the kind earlier than `day`; none before the first date there is.
    pub(super) fn nth_before(
        &self,
        day: NaiveDate,
        kind: DayKind,
        number: u32,
    ) -> Option<NaiveDate> {
        match kind {
            DayKind::Working => self.worked().nth_before(day, number),
            DayKind::Any => day.checked_sub_days(chrono::Days::new(number.into())),
            DayKind::School => {
                let days = std::iter::successors(day.pred_opt(), NaiveDate::pred_opt);
                let mut days = days.filter(|day| self.is_of_kind(*day, kind));
                days.nth(number.saturating_sub(1) as usize)
            }
        }
    }
}
