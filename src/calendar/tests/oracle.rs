//! A slow second opinion: a walk minute by minute, with tables instead of rules.
//!
//! It shares nothing with what it checks but the types of question and answer: its own bank
//! holidays as published, its own British summer time, its own reading of the rules. Good for
//! London from 2019 to 2028 and for instants on the minute. The benchmark measures it too.

use super::UtcInstant;
use super::published;
use super::{Allowance, CalendarRules, DayEnd, DayHours, Division, Interval, Limit, OutOfHours};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Timelike, Weekday};
use std::collections::HashSet;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

pub struct Oracle<'a> {
    rules: &'a CalendarRules,
    holidays: HashSet<NaiveDate>,
    /// Minutes since 1970 at which clocks change, and by how many minutes.
    changes: Vec<(i64, i64)>,
}

/// One minute of the walk: what the clock on the wall shows and what kind of day it is.
struct Walk<'a> {
    oracle: &'a Oracle<'a>,
    /// Since 1970.
    minute: i64,
    next_change: (i64, i64),
    date: NaiveDate,
    /// On the clock, since midnight.
    shown: i64,
    /// The latest that the clock has shown today.
    furthest: i64,
    /// Whether the clock shows this for the second time.
    again: bool,
    opens: i64,
    closes: i64,
    works: bool,
}

impl<'a> Oracle<'a> {
    pub fn new(rules: &'a CalendarRules) -> Self {
        let published = match rules.division {
            Division::EnglandAndWales => published::ENGLAND_AND_WALES,
            Division::Scotland => published::SCOTLAND,
            Division::NorthernIreland => published::NORTHERN_IRELAND,
        };
        let holidays = published::days(&published).collect();
        let one_o_clock =
            |day: NaiveDate| day.and_hms_opt(1, 0, 0).unwrap().and_utc().timestamp() / 60;
        let changes = (2018..2030).flat_map(|year| {
            let (spring, autumn) = (last_sunday(year, 3), last_sunday(year, 10));
            [(one_o_clock(spring), HOUR), (one_o_clock(autumn), -HOUR)]
        });
        Self { rules, holidays, changes: changes.collect() }
    }

    pub fn due(&self, from: UtcInstant, limit: &Limit) -> UtcInstant {
        let mut walk = self.walk_to(from);
        match self.allowance(limit) {
            Allowance::Immediately => unreachable!("spelt out"),
            Allowance::Elapsed { seconds } => {
                while self.rules.out_of_hours == OutOfHours::ClockWaits && !walk.is_open() {
                    walk.tick();
                }
                for _ in 0..seconds / 60 {
                    walk.tick();
                }
            }
            Allowance::WorkingTime { seconds } => walk.work(i64::from(seconds / 60)),
            Allowance::SameWorkingDay => self.same_working_day(&mut walk, limit),
            Allowance::Months(months) => self.months(&mut walk, limit, months),
            Allowance::WorkingDays(days) => {
                self.days(&mut walk, limit, days, |oracle, day| oracle.works_on(day));
            }
            Allowance::WorkingWeeks(weeks) => {
                self.days(&mut walk, limit, weeks * 5, |oracle, day| oracle.works_on(day));
            }
            Allowance::SchoolDays(days) => {
                self.days(&mut walk, limit, days, |oracle, day| oracle.has_school_on(day));
            }
            Allowance::CalendarDays(days) => self.days(&mut walk, limit, days, |_, _| true),
            Allowance::Weeks(weeks) => self.days(&mut walk, limit, weeks * 7, |_, _| true),
        }
        walk.at()
    }

    /// A due instant moved on by pauses: first count what was paused, then count it again.
    pub fn shifted(&self, due: UtcInstant, limit: &Limit, pauses: &[Interval]) -> UtcInstant {
        let working = self.is_in_working_units(limit);
        let Some(first) = pauses.iter().map(|pause| pause.from).min() else { return due };
        let Some(end) = pauses.iter().map(|pause| pause.to).max() else { return due };
        let (mut walk, mut paused) = (self.walk_to(first), 0);
        while walk.at() < end {
            paused += i64::from(is_in(walk.at(), pauses) && (!working || walk.is_open()));
            walk.tick();
        }
        let mut walk = self.walk_to(due);
        if working {
            walk.work(paused);
        } else {
            (0..paused).for_each(|_| walk.tick());
        }
        walk.at()
    }

    /// A clock in time that really stands while it is paused.
    pub fn with_a_standing_clock(
        &self,
        from: UtcInstant,
        limit: &Limit,
        pauses: &[Interval],
    ) -> Option<UtcInstant> {
        let (seconds, working) = match self.allowance(limit) {
            Allowance::Elapsed { seconds } => (seconds, false),
            Allowance::WorkingTime { seconds } => (seconds, true),
            _ => return None,
        };
        let (mut walk, mut left) = (self.walk_to(from), seconds / 60);
        while self.rules.out_of_hours == OutOfHours::ClockWaits && !working && !walk.is_open() {
            walk.tick();
        }
        while left > 0 {
            let runs = !is_in(walk.at(), pauses) && (!working || walk.is_open());
            left -= u32::from(runs);
            walk.tick();
        }
        Some(walk.at())
    }

    pub fn working_minutes(&self, from: UtcInstant, to: UtcInstant) -> i64 {
        let (mut walk, mut minutes) = (self.walk_to(from), 0);
        while walk.at() < to {
            minutes += i64::from(walk.is_open());
            walk.tick();
        }
        minutes
    }

    pub fn is_in_working_units(&self, limit: &Limit) -> bool {
        matches!(
            self.allowance(limit),
            Allowance::WorkingTime { .. }
                | Allowance::SameWorkingDay
                | Allowance::WorkingDays(_)
                | Allowance::WorkingWeeks(_)
                | Allowance::SchoolDays(_)
        )
    }

    fn allowance(&self, limit: &Limit) -> Allowance {
        match (limit.allowance(), self.rules.immediately) {
            (Allowance::Immediately, Some(allows)) => allows,
            (Allowance::Immediately, None) => Allowance::Elapsed { seconds: 3600 },
            (allowance, _) => allowance,
        }
    }

    fn end(&self, limit: &Limit) -> DayEnd {
        limit.day_ends().unwrap_or(self.rules.days_end)
    }

    fn start_day_counts(&self, walk: &Walk<'_>, limit: &Limit) -> bool {
        let wanted = limit.start_day_counts().unwrap_or(self.rules.start_day_counts);
        wanted && self.end(limit) != DayEnd::SameTime && walk.furthest < walk.closes
    }

    fn days(
        &self,
        walk: &mut Walk<'_>,
        limit: &Limit,
        number: u32,
        is_counted: fn(&Self, NaiveDate) -> bool,
    ) {
        let (start, is_counted_day) = (walk.time(), is_counted(self, walk.date));
        let mut left = number;
        if is_counted_day && self.start_day_counts(walk, limit) {
            left -= 1;
        }
        while left > 0 {
            walk.go_to_the_next_day();
            left -= u32::from(is_counted(self, walk.date));
        }
        walk.go_to_the_end(self.end(limit), is_counted_day.then_some(start));
    }

    fn months(&self, walk: &mut Walk<'_>, limit: &Limit, months: u32) {
        let start = walk.time();
        let wanted = limit.start_day_counts().unwrap_or(self.rules.start_day_counts);
        let counting = wanted && self.end(limit) != DayEnd::SameTime;
        let first = match counting && !self.start_day_counts(walk, limit) {
            true => walk.date + Days::new(1),
            false => walk.date,
        };
        let same = first + Months::new(months);
        let last = if counting { same - Days::new(1) } else { same };
        while walk.date < last {
            walk.go_to_the_next_day();
        }
        walk.go_to_the_end(self.end(limit), (same.day() == first.day()).then_some(start));
    }

    fn same_working_day(&self, walk: &mut Walk<'_>, limit: &Limit) {
        let cut_off = self.rules.same_working_day_cut_off.map_or(DAY, minutes_of);
        if !walk.works || walk.time() > cut_off || walk.furthest >= walk.closes {
            walk.go_to_the_next_day();
            while !walk.works {
                walk.go_to_the_next_day();
            }
        }
        match self.end(limit) {
            DayEnd::Midnight => walk.go_to_the_end(DayEnd::Midnight, None),
            _ => walk.go_to_the_end(DayEnd::CloseOfBusiness, None),
        }
    }

    fn works_on(&self, day: NaiveDate) -> bool {
        assert!((2019..=2028).contains(&day.year()), "no table for {day}");
        let hours = self.rules.hours.on(day.weekday());
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let closed = hours == Some(DayHours::Closed) || (hours.is_none() && weekend);
        !closed && !self.holidays.contains(&day) && !self.rules.closures.contains(&day)
    }

    fn has_school_on(&self, day: NaiveDate) -> bool {
        let terms = &self.rules.terms;
        let known = terms.first().is_some_and(|term| term.from <= day)
            && terms.last().is_some_and(|term| day <= term.until);
        let term = terms.iter().any(|term| term.from <= day && day <= term.until);
        self.works_on(day) && (term || !known)
    }

    fn change_after(&self, minute: i64) -> (i64, i64) {
        *self.changes.iter().find(|(at, _)| *at > minute).unwrap()
    }

    fn walk_to(&self, at: UtcInstant) -> Walk<'_> {
        let end = at.utc().timestamp() / 60;
        // early enough to have seen whether the hour is the second of two
        let minute = end - 2 * HOUR;
        let offset: i64 =
            self.changes.iter().filter(|(change, _)| *change <= minute).map(|(_, by)| by).sum();
        let local = minute + offset;
        let date = DateTime::from_timestamp(local.div_euclid(DAY) * DAY * 60, 0).unwrap();
        let shown = local.rem_euclid(DAY);
        let mut walk = Walk {
            oracle: self,
            minute,
            next_change: self.change_after(minute),
            date: date.date_naive(),
            shown,
            furthest: shown,
            again: false,
            opens: 0,
            closes: 0,
            works: false,
        };
        walk.look_up_the_day();
        while walk.minute < end {
            walk.tick();
        }
        walk
    }
}

impl Walk<'_> {
    fn tick(&mut self) {
        self.minute += 1;
        self.shown += 1;
        if self.minute == self.next_change.0 {
            self.shown += self.next_change.1;
            self.next_change = self.oracle.change_after(self.minute);
        }
        if self.shown >= DAY {
            self.shown -= DAY;
            self.date = self.date.succ_opt().unwrap();
            self.furthest = -1;
            self.look_up_the_day();
        }
        self.again = self.shown <= self.furthest;
        self.furthest = self.furthest.max(self.shown);
    }

    fn look_up_the_day(&mut self) {
        let rules = self.oracle.rules;
        let (opens, closes) = match rules.hours.on(self.date.weekday()) {
            Some(DayHours::Open { opens, closes }) => (opens, closes),
            _ => (rules.day_starts, rules.day_ends),
        };
        (self.opens, self.closes) = (minutes_of(opens), minutes_of(closes));
        self.works = self.oracle.works_on(self.date);
    }

    fn is_open(&self) -> bool {
        self.works && self.opens <= self.furthest && self.furthest < self.closes
    }

    /// The time of day, which stands at two o'clock while the hour before it is shown again.
    fn time(&self) -> i64 {
        if self.again { 2 * HOUR } else { self.shown }
    }

    fn at(&self) -> UtcInstant {
        UtcInstant::new(DateTime::from_timestamp(self.minute * 60, 0).unwrap())
    }

    fn work(&mut self, minutes: i64) {
        let mut left = minutes;
        while left > 0 {
            left -= i64::from(self.is_open());
            self.tick();
        }
    }

    fn go_to_the_next_day(&mut self) {
        let today = self.date;
        while self.date == today {
            self.tick();
        }
    }

    fn go_to_the_end(&mut self, end: DayEnd, start: Option<i64>) {
        let time = match (end, start) {
            (DayEnd::CloseOfBusiness, _) => self.closes,
            (DayEnd::SameTime, Some(start)) => start,
            (DayEnd::SameTime, None) | (DayEnd::Midnight, _) => DAY,
        };
        let today = self.date;
        while self.date == today && self.furthest < time {
            self.tick();
        }
    }
}

fn is_in(at: UtcInstant, pauses: &[Interval]) -> bool {
    pauses.iter().any(|pause| pause.from <= at && at < pause.to)
}

fn minutes_of(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight() / 60)
}

fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).unwrap();
    last - Days::new(u64::from(last.weekday().num_days_from_sunday()))
}
