//! Time within working hours: how much there is, and where so much of it ends.

use super::count::DayKind;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, TimeDelta};

/// One day's work: from opening to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayOfWork {
    pub(super) day: NaiveDate,
    pub(super) opens: UtcInstant,
    pub(super) closes: UtcInstant,
}

impl Calendar {
    /// How long the working hours between two instants are; nought if `to` is not after `from`.
    pub fn working_time_between(&self, from: UtcInstant, to: UtcInstant) -> TimeDelta {
        self.work_from(from)
            .take_while(|work| work.opens < to)
            .map(|work| work.closes.min(to).since(work.opens.max(from)))
            .filter(|length| *length > TimeDelta::zero())
            .sum()
    }

    /// The first instant by which so much working time has passed since `from`; `from` itself if
    /// the length is nought.
    pub fn after_working_time(&self, from: UtcInstant, length: TimeDelta) -> UtcInstant {
        let mut left = length;
        if left <= TimeDelta::zero() {
            return from;
        }
        for work in self.work_from(from) {
            let opens = work.opens.max(from);
            let available = work.closes.since(opens).max(TimeDelta::zero());
            if left <= available {
                return opens.plus(left);
            }
            left -= available;
        }
        beyond_the_last_date(from)
    }

    /// The last instant from which so much working time is left until `to`; `to` itself if the
    /// length is nought.
    pub(super) fn before_working_time(&self, to: UtcInstant, length: TimeDelta) -> UtcInstant {
        let mut left = length;
        if left <= TimeDelta::zero() {
            return to;
        }
        for work in self.work_back_from(to) {
            let closes = work.closes.min(to);
            let available = closes.since(work.opens).max(TimeDelta::zero());
            if left <= available {
                return closes.plus(-left);
            }
            left -= available;
        }
        to
    }

    /// Whether work is going on: from a working day's opening until just before its close.
    pub fn is_open_at(&self, at: UtcInstant) -> bool {
        self.opens_at_or_after(at) == at
    }

    /// This instant if work is going on, otherwise the next at which it starts.
    pub fn opens_at_or_after(&self, at: UtcInstant) -> UtcInstant {
        // a day whose hours clocks going forward skip has no work
        let next = self.work_from(at).find(|work| at < work.closes && work.opens < work.closes);
        next.map_or_else(|| beyond_the_last_date(at), |work| work.opens.max(at))
    }

    /// The work of the local day of `at`, if it is worked, and of every later day.
    pub(super) fn work_from(&self, at: UtcInstant) -> impl Iterator<Item = DayOfWork> {
        let today = self.wall_time(at).day;
        let first = if self.is_working_day(today) {
            Some(today)
        } else {
            self.nth_after(today, DayKind::Working, 1)
        };
        std::iter::successors(first, |day| self.nth_after(*day, DayKind::Working, 1))
            .filter_map(|day| self.work_on(day))
    }

    fn work_back_from(&self, at: UtcInstant) -> impl Iterator<Item = DayOfWork> {
        let today = self.wall_time(at).day;
        let first = if self.is_working_day(today) {
            Some(today)
        } else {
            self.nth_before(today, DayKind::Working, 1)
        };
        std::iter::successors(first, |day| self.nth_before(*day, DayKind::Working, 1))
            .filter_map(|day| self.work_on(day))
    }

    /// From opening to close by the weekday's hours; whether the day is worked is not asked.
    pub(super) fn work_on(&self, day: NaiveDate) -> Option<DayOfWork> {
        let (opens, closes) = self.rules().hours_on(day.weekday())?;
        let (opens, closes) =
            (self.instant_of(day.and_time(opens)), self.instant_of(day.and_time(closes)));
        Some(DayOfWork { day, opens, closes })
    }
}

/// Where a count ends that runs past the last date there is, some 260,000 years on: still after
/// its start.
pub(super) fn beyond_the_last_date(from: UtcInstant) -> UtcInstant {
    from.plus(TimeDelta::days(1))
}
