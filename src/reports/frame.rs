//! Where instants fall: in which month of the period, on which local day, so many working days ago.
//! By tables made once, so that a case costs no work with time zones.

use super::{Period, Question};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};

/// How many days the table of days goes back; what is older is worked out.
const DAYS_BACK: u64 = 4_000;
/// How many days it goes on.
const DAYS_ON: u64 = 100;
const DAY: i64 = 86_400_000_000;

/// The instants that a report's periods and days begin at, in microseconds.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    calendar: Calendar,
    as_of: UtcInstant,
    months: Vec<Month>,
    /// Where the months begin, and where the last ends.
    edges: Vec<i64>,
    before: Option<(i64, i64)>,
    first_day: NaiveDate,
    midnights: Vec<i64>,
    /// How many working days there are after the table's first day, up to and with each.
    worked: Vec<u32>,
}

/// A month of the period, or the part of it that is in the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Month {
    /// Such as `2026-04`.
    pub(super) key: String,
    /// Such as `April 2026`.
    pub(super) title: String,
    /// Whether it had begun at the instant as of which the report is.
    pub(super) has_begun: bool,
}

fn micros(at: UtcInstant) -> i64 {
    at.micros()
}

impl Frame {
    pub(super) fn new(question: &Question) -> Self {
        let calendar = question.calendar.clone();
        let midnight = |day: NaiveDate| micros(calendar.instant_of(day.and_time(NaiveTime::MIN)));
        let instants = |period: Period| {
            let instants = period.instants(&calendar);
            (micros(instants.start), micros(instants.end))
        };
        let days = month_starts(question.period);
        let mut edges: Vec<i64> = days.iter().map(|day| midnight(*day)).collect();
        let as_of = micros(question.as_of);
        let month = |(day, edge): (&NaiveDate, &i64)| Month {
            key: day.format("%Y-%m").to_string(),
            title: day.format("%B %Y").to_string(),
            has_begun: *edge <= as_of,
        };
        let months = days.iter().zip(&edges).map(month).collect();
        edges.push(instants(question.period).1);
        let before = question.before.map(instants);
        let today = calendar.local(question.as_of).date_naive();
        let first_day = today.checked_sub_days(Days::new(DAYS_BACK)).unwrap_or(today);
        let table = || first_day.iter_days().take((DAYS_BACK + DAYS_ON) as usize);
        let midnights = table().map(midnight).collect();
        let mut so_far = 0;
        let worked = table().map(|day| {
            so_far += u32::from(calendar.is_working_day(day));
            so_far
        });
        let worked = worked.collect();
        let as_of = question.as_of;
        Self { calendar, as_of, months, edges, before, first_day, midnights, worked }
    }

    pub(super) fn months(&self) -> &[Month] {
        &self.months
    }

    /// In which month of the period: 0 before the first, then from 1, one more than there are after
    /// the last.
    pub(super) fn slot(&self, at: UtcInstant) -> usize {
        let at = micros(at);
        self.edges.partition_point(|edge| *edge <= at)
    }

    pub(super) fn is_in_period(&self, at: UtcInstant) -> bool {
        (1..=self.months.len()).contains(&self.slot(at))
    }

    pub(super) fn is_in_period_before(&self, at: UtcInstant) -> bool {
        self.before.is_some_and(|(from, to)| (from..to).contains(&micros(at)))
    }

    /// The local day of an instant.
    pub(super) fn day_of(&self, at: UtcInstant) -> NaiveDate {
        let day = |index| self.first_day.checked_add_days(Days::new(index as u64));
        let listed = self.index_of(at).and_then(day);
        listed.unwrap_or_else(|| self.calendar.local(at).date_naive())
    }

    /// How many working days came after the local day of `at`, up to and with today.
    pub(super) fn working_days_since(&self, at: UtcInstant) -> u32 {
        let worked = |at| self.worked.get(self.index_of(at)?).copied();
        match (worked(at), worked(self.as_of)) {
            (Some(then), Some(now)) => now.saturating_sub(then),
            _ => self.calendar.working_days_between(at, self.as_of),
        }
    }

    /// Whether an instant is not after the one as of which the report is.
    pub(super) fn has_passed(&self, at: UtcInstant) -> bool {
        at <= self.as_of
    }

    /// The local day as of which the report is.
    pub(super) fn today(&self) -> NaiveDate {
        self.day_of(self.as_of)
    }

    /// Today and the days after it, up to and with the working day of this number.
    pub(super) fn days_until_working_day(&self, number: usize) -> Vec<NaiveDate> {
        let mut left = number;
        let mut days = vec![self.today()];
        for day in self.today().iter_days().skip(1).take(DAYS_ON as usize) {
            if left == 0 {
                break;
            }
            left -= usize::from(self.calendar.is_working_day(day));
            days.push(day);
        }
        days
    }

    /// Which day of the table.
    fn index_of(&self, at: UtcInstant) -> Option<usize> {
        let at = micros(at);
        let first = *self.midnights.first()?;
        // a day has 23 to 25 hours, so the guess is one off at the most
        let guess = usize::try_from((at.checked_sub(first)?).div_euclid(DAY)).ok()?;
        let holds = |index: &usize| {
            let begins = self.midnights.get(*index).is_some_and(|begins| *begins <= at);
            let ends = self.midnights.get(index + 1).is_some_and(|ends| at < *ends);
            begins && ends
        };
        [guess, guess + 1, guess.wrapping_sub(1)].into_iter().find(holds)
    }
}

/// The first day of each month that the period touches, of the first the period's own.
fn month_starts(period: Period) -> Vec<NaiveDate> {
    let next = |day: &NaiveDate| day.with_day(1)?.checked_add_months(Months::new(1));
    let starts = std::iter::successors(Some(period.from), next);
    starts.take_while(|day| *day <= period.to).collect()
}
