//! The sum in words: what a reader needs to count a deadline again by hand.

use super::count::DayKind;
use super::due::StartDay;
use super::local_time::WallTime;
use super::wording::{Day, Length, listed, month};
use crate::calendar::{Allowance, Calendar, DayEnd, Limit};
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, Offset, TimeDelta, Timelike, Weekday};
use std::fmt::Write;

/// A clock in time: from its start, and from where it began to run, to its end.
pub(super) struct TimeSum<'a> {
    pub(super) limit: &'a Limit,
    pub(super) seconds: u32,
    pub(super) from: UtcInstant,
    pub(super) begins: UtcInstant,
    pub(super) at: UtcInstant,
}

/// A clock in days: from its start day to its last day, and that day's end.
pub(super) struct DaySum<'a> {
    pub(super) limit: &'a Limit,
    pub(super) kind: DayKind,
    pub(super) from: UtcInstant,
    pub(super) start: WallTime,
    pub(super) start_day: StartDay,
    /// None past the last date there is.
    pub(super) last: Option<NaiveDate>,
    pub(super) end: DayEnd,
    /// Whether the last month is too short for the day of the month.
    pub(super) is_cut: bool,
}

/// Long enough for most derivations.
const USUAL_LENGTH: usize = 160;

impl Calendar {
    pub(super) fn say_elapsed(&self, sum: &TimeSum<'_>) -> String {
        let mut text = self.limit_in_words(sum.limit, DayEnd::CloseOfBusiness);
        let say = |at| self.say_to_the_second(at, sum.seconds);
        put(&mut text, format_args!(" after {}", say(sum.from)));
        if sum.begins != sum.from {
            put(&mut text, format_args!(", waiting for the opening on {}", say(sum.begins)));
        }
        put(&mut text, format_args!(": {}", say(sum.at)));
        if let Some(day) = self.clock_change(sum.begins, sum.at) {
            put(&mut text, format_args!(" (clocks change on {})", Day(day)));
        }
        text
    }

    pub(super) fn say_working(&self, sum: &TimeSum<'_>) -> String {
        let mut text = self.limit_in_words(sum.limit, DayEnd::CloseOfBusiness);
        let say = |at| self.say_to_the_second(at, sum.seconds);
        put(&mut text, format_args!(" after {}", say(sum.from)));
        let (start, last) = (self.wall_time(sum.from).day, self.wall_time(sum.at).day);
        if start != last {
            self.put_days_left_out(&mut text, start, last, DayKind::Working);
            let parts = self.work_of_each_day(sum.from, sum.at, start);
            put(&mut text, format_args!(" ({})", listed(&parts)));
        }
        put(&mut text, format_args!(": {}", say(sum.at)));
        text
    }

    pub(super) fn say_days(&self, sum: &DaySum<'_>, at: UtcInstant) -> String {
        let mut text = self.limit_in_words(sum.limit, sum.end);
        self.put_start(&mut text, sum);
        if let Some(last) = sum.last {
            if sum.is_cut {
                text.push_str(", cut to the end of a shorter month");
            }
            self.put_days_left_out(&mut text, sum.start.day, last, sum.kind);
            if sum.end == DayEnd::Midnight {
                put(&mut text, format_args!(": the end of {}, which is", Day(last)));
            } else {
                text.push(':');
            }
        } else {
            text.push_str(", past the last date there is:");
        }
        put(&mut text, format_args!(" {}", self.say(at)));
        text
    }

    /// The limit's length and its end of the day, what the length comes to, and what is only shown.
    fn limit_in_words(&self, limit: &Limit, end: DayEnd) -> String {
        let mut text = String::with_capacity(USUAL_LENGTH);
        let allowance = limit.allowance();
        put(&mut text, format_args!("{allowance}"));
        if end != DayEnd::CloseOfBusiness {
            put(&mut text, format_args!(" {}", end.phrase()));
        }
        match (allowance, allowance.days()) {
            (Allowance::Immediately, _) => {
                put(&mut text, format_args!(" ({})", self.in_full(allowance)));
            }
            (Allowance::WorkingWeeks(_), Some((_, days))) => {
                put(&mut text, format_args!(" ({})", Allowance::WorkingDays(days)));
            }
            (Allowance::Weeks(_), Some((_, days))) => {
                put(&mut text, format_args!(" ({})", Allowance::CalendarDays(days)));
            }
            _ => {}
        }
        if let Some(shown) = limit.shown() {
            put(&mut text, format_args!(" (the policy also says: {shown})"));
        }
        text
    }

    fn put_start(&self, text: &mut String, sum: &DaySum<'_>) {
        let day = Day(sum.start.day);
        if sum.limit.allowance() == Allowance::SameWorkingDay {
            let say = self.say(sum.from);
            match (sum.start_day, self.rules().same_working_day_cut_off) {
                (StartDay::TooLate, Some(time))
                    if self.is_before_close(sum.from, sum.start.day) =>
                {
                    put(
                        text,
                        format_args!(
                            ", but {say} is after the cut-off at {}, so the next one",
                            time.format("%H:%M")
                        ),
                    );
                }
                (StartDay::TooLate, _) => {
                    put(text, format_args!(", but work was over at {say}, so the next one"));
                }
                (StartDay::OfAnotherKind, _) => {
                    put(text, format_args!(", but {say} is not on a working day, so the next one"));
                }
                (StartDay::Counted | StartDay::NotCounted, _) => {
                    put(text, format_args!(" as {say}"));
                }
            }
            return;
        }
        match sum.start_day {
            StartDay::Counted => put(text, format_args!(" from {day}, which counts")),
            StartDay::TooLate => {
                put(
                    text,
                    format_args!(" after {day}, when work was over so that it does not count"),
                );
            }
            StartDay::OfAnotherKind => {
                let kind = if sum.kind == DayKind::School { "school" } else { "working" };
                put(text, format_args!(" after {day}, which is not a {kind} day"));
            }
            StartDay::NotCounted if sum.end == DayEnd::SameTime => {
                put(text, format_args!(" after {}", self.say(sum.from)));
            }
            StartDay::NotCounted => put(text, format_args!(" after {day}")),
        }
    }

    /// The working time of the first day, of the days between and of the last day.
    fn work_of_each_day(&self, from: UtcInstant, to: UtcInstant, start: NaiveDate) -> Vec<String> {
        let mut parts = Vec::new();
        let (mut between, mut days) = (TimeDelta::zero(), 0);
        for work in self.work_from(from).take_while(|work| work.opens < to) {
            let length = work.closes.min(to).since(work.opens.max(from));
            if length <= TimeDelta::zero() {
                continue;
            }
            if work.day != start && work.closes < to {
                between += length;
                days += 1;
                continue;
            }
            if days > 0 {
                let length = Length { length: between, working: false };
                let plural = if days == 1 { "" } else { "s" };
                parts.push(format!("{length} on {days} working day{plural}"));
                days = 0;
            }
            let length = Length { length, working: false };
            parts.push(format!("{length} on {}", Day(work.day)));
        }
        parts
    }

    /// ", without 25 and 28 Dec and the weekend": what a count from the day after `start` to
    /// `last` left out; nothing if it left nothing out.
    fn put_days_left_out(
        &self,
        text: &mut String,
        start: NaiveDate,
        last: NaiveDate,
        kind: DayKind,
    ) {
        if kind == DayKind::Any || last <= start {
            return;
        }
        let in_school = |day: &NaiveDate| kind != DayKind::School || self.is_school_time(*day);
        let days_off = self.worked().days_off(start, last);
        let skipped: Vec<NaiveDate> = days_off.iter().copied().filter(in_school).collect();
        let with_year = skipped.iter().any(|day| day.year() != start.year());
        let same_month =
            |a: &NaiveDate, b: &NaiveDate| (a.year(), a.month()) == (b.year(), b.month());
        let mut parts: Vec<String> =
            skipped.chunk_by(same_month).map(|days| days_of_month(days, with_year)).collect();
        if kind == DayKind::School {
            parts.extend(self.school_holidays(start, last));
        }
        parts.extend(self.unworked_weekdays(start, last));
        if !parts.is_empty() {
            put(text, format_args!(", without {}", listed(&parts)));
        }
        if kind == DayKind::School {
            self.put_unknown_terms(text, start, last);
        }
    }

    /// The weekdays that are never worked and come within a count, the weekend as one.
    fn unworked_weekdays(&self, start: NaiveDate, last: NaiveDate) -> Vec<String> {
        let week = self.worked().week();
        let how_many = |weekday: Weekday| {
            let first = start.iter_days().skip(1).take(7).find(|day| day.weekday() == weekday);
            first
                .map_or(0, |first| if first > last { 0 } else { (last - first).num_days() / 7 + 1 })
        };
        let is_off = |weekday: &Weekday| !week.includes(*weekday);
        let mut parts = Vec::new();
        let weekend_is_off = is_off(&Weekday::Sat) && is_off(&Weekday::Sun);
        let mut weekday = Weekday::Mon;
        for _ in 0..7 {
            let is_weekend = matches!(weekday, Weekday::Sat | Weekday::Sun);
            if is_off(&weekday) && !(is_weekend && weekend_is_off) {
                match how_many(weekday) {
                    0 => {}
                    1 => parts.push(format!("the {}", weekday_name(weekday))),
                    _ => parts.push(format!("{}s", weekday_name(weekday))),
                }
            }
            weekday = weekday.succ();
        }
        if weekend_is_off {
            // a Sunday is its Saturday's weekend, unless the count starts with it
            let starts_with_sunday = i64::from(start.weekday() == Weekday::Sat);
            match how_many(Weekday::Sat) + starts_with_sunday {
                0 => {}
                1 => parts.push("the weekend".to_owned()),
                _ => parts.push("the weekends".to_owned()),
            }
        }
        parts
    }

    /// The school holidays between known terms that come within a count.
    fn school_holidays(&self, start: NaiveDate, last: NaiveDate) -> Vec<String> {
        let between = self.terms().iter().zip(self.terms().iter().skip(1));
        let holidays = between.filter_map(|(before, after)| {
            let (first, end) = (before.until.succ_opt()?, after.from.pred_opt()?);
            let comes_within = first <= end && first <= last && start < end;
            let holiday = format!("the school holiday from {} to {}", Day(first), Day(end));
            comes_within.then_some(holiday)
        });
        holidays.collect()
    }

    fn put_unknown_terms(&self, text: &mut String, start: NaiveDate, last: NaiveDate) {
        match (self.terms().first(), self.terms().last()) {
            (Some(first), _) if start < first.from && last < first.from => {
                text.push_str(", counting every working day as no term is known");
            }
            (Some(first), _) if start.succ_opt().is_some_and(|day| day < first.from) => {
                put(
                    text,
                    format_args!(
                        ", counting every working day before {}, when the first known term begins",
                        Day(first.from)
                    ),
                );
            }
            (_, Some(end)) if last > end.until => {
                put(
                    text,
                    format_args!(
                        ", counting every working day after {}, when the last known term ends",
                        Day(end.until)
                    ),
                );
            }
            (None, _) => text.push_str(", counting every working day as no term is known"),
            _ => {}
        }
    }

    /// In full, with seconds if a length of so many seconds is not whole minutes.
    fn say_to_the_second(&self, at: UtcInstant, seconds: u32) -> String {
        match seconds % 60 {
            0 => self.say(at),
            _ => format!("{}:{:02}", self.say(at), self.local(at).second()),
        }
    }

    /// The local day on which the clocks changed between two instants, if they show it.
    fn clock_change(&self, from: UtcInstant, to: UtcInstant) -> Option<NaiveDate> {
        let offset = |at| self.local(at).offset().fix();
        if offset(from) == offset(to) {
            return None;
        }
        Some(self.local(self.offset_change(from, to)).date_naive())
    }
}

/// Adds to a text, which cannot fail.
fn put(text: &mut String, words: std::fmt::Arguments<'_>) {
    let written = text.write_fmt(words);
    debug_assert!(written.is_ok());
}

/// Days of one month, such as "25 and 28 Dec".
fn days_of_month(days: &[NaiveDate], with_year: bool) -> String {
    let numbers: Vec<String> = days.iter().map(|day| day.day().to_string()).collect();
    let Some(day) = days.first() else {
        return String::new();
    };
    let mut text = format!("{} {}", listed(&numbers), month(day.month()));
    if with_year {
        put(&mut text, format_args!(" {}", day.year()));
    }
    text
}

fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
