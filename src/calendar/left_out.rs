//! What a count of days left out, in words: ", without 25 and 28 Dec and the weekend".

use super::count::DayKind;
use super::wording::{List, Text, month};
use crate::calendar::Calendar;
use chrono::{Datelike, NaiveDate, Weekday};
use std::borrow::Cow;

/// Monday to Friday: what is off of Saturday and Sunday is said as the weekend where both are.
const MONDAY_TO_FRIDAY: [(Weekday, &str); 5] = [
    (Weekday::Mon, "Monday"),
    (Weekday::Tue, "Tuesday"),
    (Weekday::Wed, "Wednesday"),
    (Weekday::Thu, "Thursday"),
    (Weekday::Fri, "Friday"),
];
const WEEKEND: [(Weekday, &str); 2] = [(Weekday::Sat, "Saturday"), (Weekday::Sun, "Sunday")];

impl Calendar {
    /// What a count from the day after `start` to `last` left out; nothing if it left nothing out.
    pub(super) fn put_days_left_out(
        &self,
        text: &mut Text,
        start: NaiveDate,
        last: NaiveDate,
        kind: DayKind,
    ) {
        if kind == DayKind::Any || last <= start {
            return;
        }
        let days_off = self.worked().days_off(start, last);
        let skipped = match kind {
            DayKind::School => {
                let in_school = |day: &NaiveDate| self.is_school_time(*day);
                Cow::Owned(days_off.iter().copied().filter(in_school).collect())
            }
            DayKind::Working | DayKind::Any => days_off,
        };
        let mut list = text.list(", without ");
        put_days(&mut list, &skipped, start);
        if kind == DayKind::School {
            self.put_school_holidays(&mut list, start, last);
        }
        self.put_weekdays(&mut list, start, last);
        list.end();
        if kind == DayKind::School {
            self.put_unknown_terms(text, start, last);
        }
    }

    /// The weekdays that are never worked and come within the count, the weekend as one.
    fn put_weekdays(&self, list: &mut List<'_>, start: NaiveDate, last: NaiveDate) {
        let week = self.worked().week();
        let how_many = |weekday| how_many(weekday, start, last);
        let mut put_each = |weekdays: &[(Weekday, &str)]| {
            for (weekday, name) in weekdays.iter().filter(|(weekday, _)| !week.includes(*weekday)) {
                match how_many(*weekday) {
                    0 => {}
                    1 => _ = list.item().words("the ").words(name),
                    _ => _ = list.item().words(name).words("s"),
                }
            }
        };
        put_each(&MONDAY_TO_FRIDAY);
        if WEEKEND.iter().any(|(weekday, _)| week.includes(*weekday)) {
            put_each(&WEEKEND);
            return;
        }
        // a Sunday is its Saturday's weekend, unless the count starts with it
        let starts_with_sunday = i32::from(start.weekday() == Weekday::Sat);
        match how_many(Weekday::Sat) + starts_with_sunday {
            0 => {}
            1 => _ = list.item().words("the weekend"),
            _ => _ = list.item().words("the weekends"),
        }
    }

    /// The school holidays between known terms that come within the count.
    fn put_school_holidays(&self, list: &mut List<'_>, start: NaiveDate, last: NaiveDate) {
        for (before, after) in self.terms().iter().zip(self.terms().iter().skip(1)) {
            if let (Some(first), Some(end)) = (before.until.succ_opt(), after.from.pred_opt())
                && first <= end
                && first <= last
                && start < end
            {
                let item = list.item().words("the school holiday from ").day(first);
                item.words(" to ").day(end);
            }
        }
    }

    /// Where terms are not known, every working day is a school day: say so.
    fn put_unknown_terms(&self, text: &mut Text, start: NaiveDate, last: NaiveDate) {
        let (first, end) = match (self.terms().first(), self.terms().last()) {
            (Some(first), Some(end)) if first.from <= last && start < end.until => {
                (first.from, end.until)
            }
            _ => {
                text.words(", counting every working day as no school term is known");
                return;
            }
        };
        if start.succ_opt().is_some_and(|day| day < first) {
            text.words(", counting every working day before ").day(first);
            text.words(", when the first known term begins");
        }
        if last > end {
            text.words(", counting every working day after ").day(end);
            text.words(", when the last known term ends");
        }
    }
}

/// Single days, by month: "24 and 25 Dec", with their years if not all are of the start's.
fn put_days(list: &mut List<'_>, days: &[NaiveDate], start: NaiveDate) {
    let with_year = days.iter().any(|day| day.year() != start.year());
    let same_month = |a: &NaiveDate, b: &NaiveDate| (a.year(), a.month()) == (b.year(), b.month());
    for days in days.chunk_by(same_month) {
        let Some(first) = days.first() else { continue };
        let item = list.item();
        let mut numbers = item.list("");
        for day in days {
            numbers.item().number(day.day());
        }
        numbers.end();
        item.words(" ").words(month(first.month()));
        if with_year {
            item.words(" ").year(*first);
        }
    }
}

/// How often a weekday comes after `start` up to and with `last`.
fn how_many(weekday: Weekday, start: NaiveDate, last: NaiveDate) -> i32 {
    // the first of January of year 1 was a Monday, and is day 1
    let number = i32::try_from(weekday.num_days_from_monday()).unwrap_or(0) + 1;
    let until = |day: NaiveDate| (day.num_days_from_ce() - number).div_euclid(7);
    until(last) - until(start)
}
