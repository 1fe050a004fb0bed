//! From a start and a limit to the instant it runs out, and the sum in words.

use super::count::DayKind;
use super::derivation::{DaySum, TimeSum};
use super::local_time::WallTime;
use super::wording::Text;
use super::working_time::beyond_the_last_date;
use crate::calendar::{Allowance, Calendar, DayEnd, Limit, OutOfHours};
use crate::clock::UtcInstant;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

/// When a limit runs out, and how that comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Due {
    /// The instant.
    pub at: UtcInstant,
    /// The sum in words, to be checked by hand.
    pub derivation: String,
}

/// What `immediately` allows where a policy does not say.
const AT_ONCE: Allowance = Allowance::Elapsed { seconds: 60 * 60 };

/// Whether the day on which a clock starts is its first counted day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StartDay {
    /// It is not, by the policy.
    NotCounted,
    /// It is.
    Counted,
    /// It would be, but it is not of the kind counted.
    OfAnotherKind,
    /// It would be, but its close, or the cut-off, had passed.
    TooLate,
}

impl Calendar {
    /// When an allowance that starts at `from` runs out: always after `from`.
    ///
    /// As [`Calendar::due_of`] for a limit that says nothing but its length.
    pub fn due(&self, from: UtcInstant, allowance: Allowance) -> Due {
        self.due_of(from, &allowance.into())
    }

    /// When a limit that starts at `from` runs out: always after `from`, and a later start never
    /// runs out earlier.
    ///
    /// Elapsed time runs on regardless, also when the clocks change; working time runs within
    /// working hours. Days run to the end of the last one: what that is, and whether the start day
    /// is the first, the limit says, or else the calendar's rules.
    pub fn due_of(&self, from: UtcInstant, limit: &Limit) -> Due {
        self.run(from, limit, WallTime::itself)
    }

    /// The earliest of several limits that start at `from`; none if there are none. Its derivation
    /// ends with what it is sooner than.
    pub fn due_of_shortest(&self, from: UtcInstant, limits: &[Limit]) -> Option<Due> {
        let dues: Vec<(&Limit, Due)> =
            limits.iter().map(|limit| (limit, self.due_of(from, limit))).collect();
        let (chosen, due) = dues.iter().min_by_key(|(_, due)| due.at)?;
        let others = |keep: &dyn Fn(&Limit, &Due) -> bool| {
            let others = dues.iter().filter(|(limit, other)| keep(limit, other));
            others.map(|(limit, _)| limit.to_string()).collect::<Vec<_>>()
        };
        let same = others(&|limit, other| other.at == due.at && limit != *chosen);
        let later = others(&|_, other| other.at > due.at);
        let mut text = Text::with_room();
        text.words(&due.derivation);
        let mut comparisons = text.list(", which is ");
        for (words, limits) in [("the same as ", same), ("sooner than ", later)] {
            if !limits.is_empty() {
                let mut list = comparisons.item().list(words);
                limits.iter().for_each(|limit| _ = list.item().words(limit));
                list.end();
            }
        }
        comparisons.end();
        let derivation = text.into_string();
        Some(Due { at: due.at, derivation })
    }

    /// A further limit that starts when `due` runs out, such as "a further 5 working days". Where
    /// `due` is a midnight, it is the end of a day, and that day is the start day.
    pub fn extended(&self, due: &Due, by: &Limit) -> Due {
        let further = self.run(due.at, by, WallTime::as_an_end);
        let allowance = by.allowance();
        let joint = match allowance {
            Allowance::Immediately | Allowance::SameWorkingDay => "then",
            _ => "a further",
        };
        let derivation = format!("{}; {joint} {}", due.derivation, further.derivation);
        Due { at: further.at, derivation }
    }

    /// The first instant at which it is `time` on a working day later than the local day of
    /// `after`: "each working day at 09:00".
    pub fn next_working_day_at(&self, after: UtcInstant, time: NaiveTime) -> UtcInstant {
        let day = self.nth_after(self.wall_time(after).day, DayKind::Working, 1);
        day.map_or_else(|| beyond_the_last_date(after), |day| self.instant_of(day.and_time(time)))
    }

    /// What `immediately` allows; every other allowance is itself.
    pub(super) fn in_full(&self, allowance: Allowance) -> Allowance {
        match allowance {
            Allowance::Immediately => self.rules().immediately.unwrap_or(AT_ONCE),
            other => other,
        }
    }

    fn run(&self, from: UtcInstant, limit: &Limit, start: fn(WallTime) -> WallTime) -> Due {
        match self.in_full(limit.allowance()) {
            Allowance::Elapsed { seconds } => self.after_elapsed(from, limit, seconds),
            Allowance::WorkingTime { seconds } => self.after_working(from, limit, seconds),
            Allowance::SameWorkingDay => {
                self.within_the_day(from, limit, start(self.wall_time(from)))
            }
            Allowance::Months(months) => {
                self.after_months(from, limit, months.max(1), start(self.wall_time(from)))
            }
            allowance => {
                // "immediately" is never in days: the rules' check sees to it
                let (kind, number) = allowance.days().unwrap_or((DayKind::Working, 1));
                self.after_days(from, limit, kind, number, start(self.wall_time(from)))
            }
        }
    }

    fn after_elapsed(&self, from: UtcInstant, limit: &Limit, seconds: u32) -> Due {
        let begins = match self.rules().out_of_hours {
            OutOfHours::ClockWaits => self.opens_at_or_after(from),
            OutOfHours::ClockRuns | OutOfHours::DutyTeam => from,
        };
        let at = begins.plus(TimeDelta::seconds(seconds.max(1).into()));
        let sum = TimeSum { limit, seconds, from, begins, at };
        Due { at, derivation: self.say_elapsed(&sum) }
    }

    fn after_working(&self, from: UtcInstant, limit: &Limit, seconds: u32) -> Due {
        let at = self.after_working_time(from, TimeDelta::seconds(seconds.max(1).into()));
        let sum = TimeSum { limit, seconds, from, begins: from, at };
        Due { at, derivation: self.say_working(&sum) }
    }

    fn within_the_day(&self, from: UtcInstant, limit: &Limit, start: WallTime) -> Due {
        let cut_off = self.rules().same_working_day_cut_off;
        let is_late = cut_off.is_some_and(|time| start.since_midnight > time - NaiveTime::MIN);
        let start_day = if !self.is_working_day(start.day) {
            StartDay::OfAnotherKind
        } else if is_late || !self.is_before_close(from, start.day) {
            StartDay::TooLate
        } else {
            StartDay::Counted
        };
        let last = match start_day {
            StartDay::Counted => Some(start.day),
            _ => self.nth_after(start.day, DayKind::Working, 1),
        };
        let end = match limit.day_ends().unwrap_or(self.rules().days_end) {
            DayEnd::SameTime => DayEnd::CloseOfBusiness,
            end => end,
        };
        let kind = DayKind::Working;
        self.at_the_end(DaySum { limit, kind, from, start, start_day, last, end, is_cut: false })
    }

    fn after_days(
        &self,
        from: UtcInstant,
        limit: &Limit,
        kind: DayKind,
        number: u32,
        start: WallTime,
    ) -> Due {
        let end = limit.day_ends().unwrap_or(self.rules().days_end);
        let start_day = self.start_day(from, limit, kind, start.day);
        let last = match (start_day, number) {
            (StartDay::Counted, 1) => Some(start.day),
            (StartDay::Counted, number) => self.nth_after(start.day, kind, number - 1),
            (_, number) => self.nth_after(start.day, kind, number),
        };
        self.at_the_end(DaySum { limit, kind, from, start, start_day, last, end, is_cut: false })
    }

    fn after_months(&self, from: UtcInstant, limit: &Limit, months: u32, start: WallTime) -> Due {
        let (kind, end) = (DayKind::Any, limit.day_ends().unwrap_or(self.rules().days_end));
        let start_day = self.start_day(from, limit, kind, start.day);
        // where the start day counts, a month from the 15th is full with the 14th; a start day
        // that came too late leaves that to the day after it
        let (first, before) = match start_day {
            StartDay::NotCounted => (Some(start.day), Days::new(0)),
            StartDay::Counted => (Some(start.day), Days::new(1)),
            StartDay::OfAnotherKind | StartDay::TooLate => (start.day.succ_opt(), Days::new(1)),
        };
        let same_day = first.and_then(|first| first.checked_add_months(Months::new(months)));
        let is_cut = first.map(|day| day.day()) != same_day.map(|day| day.day());
        let last = same_day.and_then(|day| day.checked_sub_days(before));
        self.at_the_end(DaySum { limit, kind, from, start, start_day, last, end, is_cut })
    }

    fn start_day(
        &self,
        from: UtcInstant,
        limit: &Limit,
        kind: DayKind,
        day: NaiveDate,
    ) -> StartDay {
        let end = limit.day_ends().unwrap_or(self.rules().days_end);
        let counts = limit.start_day_counts().unwrap_or(self.rules().start_day_counts);
        if !counts || end == DayEnd::SameTime {
            StartDay::NotCounted
        } else if !self.is_of_kind(day, kind) {
            StartDay::OfAnotherKind
        } else if self.is_before_close(from, day) {
            StartDay::Counted
        } else {
            StartDay::TooLate
        }
    }

    pub(super) fn is_before_close(&self, at: UtcInstant, day: NaiveDate) -> bool {
        at < self.instant_of(day.and_time(self.close_of(day)))
    }

    /// The end of the last day. A clock to the same time that starts on a day it does not count,
    /// or is cut to the end of a short month, has no time of day to end at that would not come
    /// before that of an earlier start: it runs to midnight.
    fn at_the_end(&self, sum: DaySum<'_>) -> Due {
        let sum = match sum.end {
            DayEnd::SameTime if sum.is_cut || !self.is_of_kind(sum.start.day, sum.kind) => {
                DaySum { end: DayEnd::Midnight, ..sum }
            }
            _ => sum,
        };
        let at = sum.last.and_then(|last| self.end_of(last, sum.end, sum.start));
        let at = at.unwrap_or_else(|| beyond_the_last_date(sum.from));
        Due { at, derivation: self.say_days(&sum, at) }
    }

    fn end_of(&self, day: NaiveDate, end: DayEnd, start: WallTime) -> Option<UtcInstant> {
        match end {
            DayEnd::CloseOfBusiness => Some(self.instant_of(day.and_time(self.close_of(day)))),
            DayEnd::Midnight => Some(self.beginning_of(day.succ_opt()?)),
            DayEnd::SameTime => {
                let midnight = day.and_time(NaiveTime::MIN);
                Some(self.instant_of(midnight.checked_add_signed(start.since_midnight)?))
            }
        }
    }
}
