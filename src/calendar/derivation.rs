//! The sum in words: what a reader needs to count a deadline again by hand.

use super::count::DayKind;
use super::due::StartDay;
use super::local_time::WallTime;
use super::wording::Text;
use crate::calendar::{Allowance, Calendar, DayEnd, Limit};
use crate::clock::UtcInstant;
use chrono::{NaiveDate, Offset, TimeDelta};

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

impl Calendar {
    pub(super) fn say_elapsed(&self, sum: &TimeSum<'_>) -> String {
        let mut text = self.limit_in_words(sum.limit, DayEnd::CloseOfBusiness);
        self.put_at(text.words(" after "), sum.from, sum.seconds);
        if sum.begins != sum.from {
            let waiting = text.words(", waiting for the opening on ");
            self.put_at(waiting, sum.begins, sum.seconds);
        }
        self.put_at(text.words(": "), sum.at, sum.seconds);
        if let Some(day) = self.clock_change(sum.begins, sum.at) {
            text.words(" (clocks change on ").day(day).words(")");
        }
        text.into_string()
    }

    pub(super) fn say_working(&self, sum: &TimeSum<'_>) -> String {
        let mut text = self.limit_in_words(sum.limit, DayEnd::CloseOfBusiness);
        self.put_at(text.words(" after "), sum.from, sum.seconds);
        let (start, last) = (self.wall_time(sum.from).day, self.wall_time(sum.at).day);
        if start != last {
            self.put_days_left_out(&mut text, start, last, DayKind::Working);
            self.put_work_of_each_day(&mut text, sum, start);
        }
        self.put_at(text.words(": "), sum.at, sum.seconds);
        text.into_string()
    }

    pub(super) fn say_days(&self, sum: &DaySum<'_>, at: UtcInstant) -> String {
        let is_within_the_day = sum.limit.allowance() == Allowance::SameWorkingDay;
        let asked = match sum.limit.day_ends().unwrap_or(self.rules().days_end) {
            _ if is_within_the_day => sum.end,
            asked => asked,
        };
        let mut text = self.limit_in_words(sum.limit, asked);
        if is_within_the_day {
            self.put_start_within_the_day(&mut text, sum);
        } else if asked == DayEnd::SameTime {
            self.put_start_to_the_same_time(&mut text, sum);
        } else {
            put_start(&mut text, sum);
        }
        match sum.last {
            Some(last) => {
                if sum.is_cut {
                    text.words(", cut to the end of a shorter month");
                }
                self.put_days_left_out(&mut text, sum.start.day, last, sum.kind);
                if sum.end == DayEnd::Midnight {
                    text.words(": the end of ").day(last).words(", which is ");
                } else {
                    text.words(": ");
                }
            }
            None => {
                text.words(", past the last date there is: ");
            }
        }
        self.put_as_first_shown(&mut text, at);
        text.into_string()
    }

    /// The limit's length and its end of the day, what the length comes to, and what is only shown.
    fn limit_in_words(&self, limit: &Limit, end: DayEnd) -> Text {
        let mut text = Text::with_room();
        let allowance = limit.allowance();
        allowance.put(&mut text);
        if end != DayEnd::CloseOfBusiness {
            text.words(" ").words(end.phrase());
        }
        let comes_to = match (allowance, allowance.days()) {
            (Allowance::Immediately, _) => Some(self.in_full(allowance)),
            (Allowance::WorkingWeeks(_), Some((_, days))) => Some(Allowance::WorkingDays(days)),
            (Allowance::Weeks(_), Some((_, days))) => Some(Allowance::CalendarDays(days)),
            _ => None,
        };
        if let Some(comes_to) = comes_to {
            comes_to.put(text.words(" ("));
            text.words(")");
        }
        if let Some(shown) = limit.shown() {
            text.words(" (the policy also says: ").words(shown).words(")");
        }
        text
    }

    fn put_start_to_the_same_time(&self, text: &mut Text, sum: &DaySum<'_>) {
        self.put(text.words(" after "), sum.from);
        if sum.end == DayEnd::Midnight && !sum.is_cut {
            text.words(", which is not on a ").words(sum.kind.name()).words(", so to midnight");
        }
    }

    fn put_start_within_the_day(&self, text: &mut Text, sum: &DaySum<'_>) {
        let but = if sum.start_day == StartDay::Counted { " as " } else { ", but " };
        self.put(text.words(but), sum.from);
        match (sum.start_day, self.rules().same_working_day_cut_off) {
            (StartDay::Counted | StartDay::NotCounted, _) => return,
            (StartDay::OfAnotherKind, _) => text.words(" is not on a working day"),
            (StartDay::TooLate, Some(time)) if self.is_before_close(sum.from, sum.start.day) => {
                text.words(" is after the cut-off at ").time(time)
            }
            (StartDay::TooLate, _) => text.words(" is after the close"),
        };
        text.words(", so the next one");
    }

    /// The working time of the first day, of the days between and of the last day.
    fn put_work_of_each_day(&self, text: &mut Text, sum: &TimeSum<'_>, start: NaiveDate) {
        let mut list = text.list(" (");
        let (mut between, mut days) = (TimeDelta::zero(), 0);
        for work in self.work_from(sum.from).take_while(|work| work.opens < sum.at) {
            let length = work.closes.min(sum.at).since(work.opens.max(sum.from));
            if length <= TimeDelta::zero() {
                continue;
            }
            if work.day != start && work.closes < sum.at {
                between += length;
                days += 1;
                continue;
            }
            if days > 0 {
                let plural = if days == 1 { "" } else { "s" };
                let item = list.item().length(between, "").words(" on ").number(days);
                item.words(" working day").words(plural);
                days = 0;
            }
            list.item().length(length, "").words(" on ").day(work.day);
        }
        if list.end() {
            text.words(")");
        }
    }

    /// In full, with seconds if a length of so many seconds is not whole minutes.
    fn put_at(&self, text: &mut Text, at: UtcInstant, seconds: u32) {
        if seconds.is_multiple_of(60) {
            self.put(text, at);
        } else {
            self.put_with_seconds(text, at);
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

fn put_start(text: &mut Text, sum: &DaySum<'_>) {
    let after = if sum.start_day == StartDay::Counted { " from " } else { " after " };
    text.words(after).day(sum.start.day);
    match sum.start_day {
        StartDay::NotCounted => text,
        StartDay::Counted => text.words(", which counts"),
        StartDay::TooLate => text.words(", which does not count as work was over"),
        StartDay::OfAnotherKind => text.words(", which is not a ").words(sum.kind.name()),
    };
}
