//! Instants before a deadline: an allowance ahead of it, or a share of its clock.

use super::count::DayKind;
use crate::calendar::{Allowance, Calendar, Limit};
use crate::clock::UtcInstant;
use chrono::{Months, NaiveDate, TimeDelta};

impl Calendar {
    /// The instant that is an allowance ahead of `at`; never after it.
    ///
    /// Days, weeks and months ahead are at the same local time; time is counted back, working time
    /// within working hours. The same working day is the opening of the last day of work before
    /// `at`.
    pub fn before(&self, at: UtcInstant, allowance: Allowance) -> UtcInstant {
        match self.in_full(allowance) {
            Allowance::Elapsed { seconds } => at.plus(-TimeDelta::seconds(seconds.into())),
            Allowance::WorkingTime { seconds } => {
                self.before_working_time(at, TimeDelta::seconds(seconds.into()))
            }
            Allowance::SameWorkingDay => self.last_opening_before(at),
            Allowance::Months(months) => {
                let months = Months::new(months);
                self.same_time_on(at, |day| day.checked_sub_months(months))
            }
            allowance => {
                let (kind, number) = allowance.days().unwrap_or((DayKind::Working, 1));
                self.same_time_on(at, |day| self.nth_before(day, kind, number))
            }
        }
    }

    /// The instant by which `percent` of the time between `from` and `due` has passed: of the
    /// working time for a limit in working units, of all time for every other. Always within the
    /// two.
    pub fn share(
        &self,
        from: UtcInstant,
        due: UtcInstant,
        limit: &Limit,
        percent: u8,
    ) -> UtcInstant {
        if due <= from || percent >= 100 {
            return due;
        }
        let part = |length: TimeDelta| length * i32::from(percent) / 100;
        let working = if self.in_full(limit.allowance()).is_in_working_units() {
            self.working_time_between(from, due)
        } else {
            TimeDelta::zero()
        };
        let at = if working.is_zero() {
            from.plus(part(due.since(from)))
        } else {
            self.after_working_time(from, part(working))
        };
        at.clamp(from, due)
    }

    fn same_time_on(
        &self,
        at: UtcInstant,
        day: impl FnOnce(NaiveDate) -> Option<NaiveDate>,
    ) -> UtcInstant {
        let local = self.local(at).naive_local();
        day(local.date()).map_or(at, |day| self.instant_of(day.and_time(local.time())).min(at))
    }

    fn last_opening_before(&self, at: UtcInstant) -> UtcInstant {
        let today = self.wall_time(at).day;
        let opening = |day| self.work_on(day).map(|work| work.opens).filter(|opens| *opens < at);
        let days = [
            Some(today).filter(|day| self.is_working_day(*day)),
            self.nth_before(today, DayKind::Working, 1),
        ];
        days.into_iter().flatten().find_map(opening).unwrap_or(at)
    }
}
