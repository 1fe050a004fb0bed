//! Which days are worked, and counting along them by whole weeks.

use super::bank_holidays::Division;
use super::rules::CalendarRules;
use chrono::{Datelike, NaiveDate, Weekday};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Years whose days off are listed once. Other years come out the same, slower.
const LISTED: RangeInclusive<i32> = 2000..=2060;

/// The days on which people work: a pattern of weekdays less single days off.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct WorkedDays {
    week: WorkedWeekdays,
    division: Division,
    closures: BTreeSet<NaiveDate>,
    /// Of the listed years, in order.
    days_off: Arc<[NaiveDate]>,
}

impl WorkedDays {
    pub(super) fn new(rules: &CalendarRules) -> Self {
        let week = WorkedWeekdays::new(rules);
        let (division, closures) = (rules.division, rules.closures.clone());
        let days_off = LISTED.flat_map(|year| days_off_in(year, week, division, &closures));
        Self { days_off: days_off.collect(), week, division, closures }
    }

    pub(super) fn week(&self) -> WorkedWeekdays {
        self.week
    }

    pub(super) fn includes(&self, day: NaiveDate) -> bool {
        self.week.includes(day.weekday())
            && !self.closures.contains(&day)
            && !self.division.holidays_of(day.year()).contains(&day)
    }

    /// Worked weekdays that are off, later than `after` and not later than `until`, in order.
    pub(super) fn days_off(&self, after: NaiveDate, until: NaiveDate) -> Cow<'_, [NaiveDate]> {
        if LISTED.contains(&after.year()) && LISTED.contains(&until.year()) {
            let first = self.days_off.partition_point(|day| *day <= after);
            let end = self.days_off.partition_point(|day| *day <= until);
            Cow::Borrowed(self.days_off.get(first..end).unwrap_or_default())
        } else {
            let of_year = |year| days_off_in(year, self.week, self.division, &self.closures);
            let days = (after.year()..=until.year()).flat_map(of_year);
            Cow::Owned(days.filter(|day| after < *day && *day <= until).collect())
        }
    }

    /// The `number`th worked day later than `day`; none past the last date there is.
    pub(super) fn nth_after(&self, day: NaiveDate, number: u32) -> Option<NaiveDate> {
        let wanted = self.week.count_to(day) + i64::from(number);
        let mut days_off = 0;
        loop {
            let found = self.week.nth(wanted + days_off)?;
            let passed = count(&self.days_off(day, found));
            if passed == days_off {
                return Some(found);
            }
            days_off = passed;
        }
    }

    /// The `number`th worked day earlier than `day`; none before the first date there is.
    pub(super) fn nth_before(&self, day: NaiveDate, number: u32) -> Option<NaiveDate> {
        let yesterday = day.pred_opt()?;
        let wanted = self.week.count_to(yesterday) + 1 - i64::from(number);
        let mut days_off = 0;
        loop {
            let found = self.week.nth(wanted - days_off)?;
            let passed = count(&self.days_off(found.pred_opt()?, yesterday));
            if passed == days_off {
                return Some(found);
            }
            days_off = passed;
        }
    }

    /// How many worked days are later than `after` and not later than `until`.
    pub(super) fn between(&self, after: NaiveDate, until: NaiveDate) -> u32 {
        let weekdays = self.week.count_to(until) - self.week.count_to(after);
        let worked = weekdays - count(&self.days_off(after, until));
        u32::try_from(worked.max(0)).unwrap_or(u32::MAX)
    }
}

fn count(days: &[NaiveDate]) -> i64 {
    i64::try_from(days.len()).unwrap_or(i64::MAX)
}

fn days_off_in(
    year: i32,
    week: WorkedWeekdays,
    division: Division,
    closures: &BTreeSet<NaiveDate>,
) -> Vec<NaiveDate> {
    let mut days = division.holidays_of(year).into_owned();
    if let (Some(first), Some(last)) =
        (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31))
    {
        days.extend(closures.range(first..=last));
        days.sort_unstable();
        days.dedup();
    }
    days.retain(|day| week.includes(day.weekday()));
    days
}

/// The weekdays that are worked, Monday in the lowest bit; never none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkedWeekdays {
    bits: u8,
}

impl WorkedWeekdays {
    fn new(rules: &CalendarRules) -> Self {
        let mut weekday = Weekday::Mon;
        let mut bits = 0;
        for bit in 0..7 {
            bits |= u8::from(rules.hours_on(weekday).is_some()) << bit;
            weekday = weekday.succ();
        }
        // the rules' check lets no such week through; a count over it would not end
        let monday_to_friday = 0b1_1111;
        Self { bits: if bits == 0 { monday_to_friday } else { bits } }
    }

    pub(super) fn includes(self, weekday: Weekday) -> bool {
        self.bits >> weekday.num_days_from_monday() & 1 == 1
    }

    fn in_a_week(self) -> i64 {
        i64::from(self.bits.count_ones())
    }

    /// How many worked weekdays there are up to and with `day`, counted from Monday 1 January 1.
    fn count_to(self, day: NaiveDate) -> i64 {
        let days_before = i64::from(day.num_days_from_ce()) - 1;
        let up_to_weekday = u8::MAX >> (7 - days_before.rem_euclid(7));
        let this_week = (self.bits & up_to_weekday).count_ones();
        days_before.div_euclid(7) * self.in_a_week() + i64::from(this_week)
    }

    /// The worked weekday of this number, by the same count.
    fn nth(self, number: i64) -> Option<NaiveDate> {
        let (weeks, place) =
            ((number - 1).div_euclid(self.in_a_week()), (number - 1).rem_euclid(self.in_a_week()));
        let mut bits = self.bits;
        for _ in 0..place {
            bits &= bits.wrapping_sub(1);
        }
        let day = weeks * 7 + i64::from(bits.trailing_zeros()) + 1;
        NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
    }
}
