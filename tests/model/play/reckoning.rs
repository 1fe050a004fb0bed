//! The oracle's own arithmetic: it walks day by day, or minute by minute, and knows its own bank
//! holidays. Slow, and shares nothing with the calendar.

use super::policies::Limit;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Europe::London;

pub type At = DateTime<Utc>;

/// Bank holidays of England and Wales, as the official list prints them.
const HOLIDAYS: [(i32, [(u32, u32); 8]); 6] = [
    (2026, [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
    (2027, [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    (2028, [(1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26)]),
    (2029, [(1, 1), (3, 30), (4, 2), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26)]),
    (2030, [(1, 1), (4, 19), (4, 22), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]),
    (2031, [(1, 1), (4, 11), (4, 14), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)]),
];

pub fn day_of(at: At) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

pub fn is_worked(day: NaiveDate) -> bool {
    let (_, holidays) =
        HOLIDAYS.iter().find(|(year, _)| *year == day.year()).expect("a year known");
    let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    !is_weekend && !holidays.contains(&(day.month(), day.day()))
}

/// An hour of a day by the clock in London; no office opens or closes while clocks change.
pub fn hour(day: NaiveDate, hour: u32) -> At {
    let local = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour"));
    London.from_local_datetime(&local).single().expect("an hour that is there once").to_utc()
}

pub fn next_worked(mut day: NaiveDate, mut days: u32) -> NaiveDate {
    while days > 0 {
        day = day + Days::new(1);
        days -= u32::from(is_worked(day));
    }
    day
}

pub fn is_working(minute: At) -> bool {
    let day = day_of(minute);
    is_worked(day) && hour(day, 9) <= minute && minute < hour(day, 17)
}

/// So many working minutes on.
pub fn work_on(mut at: At, mut minutes: i64) -> At {
    while minutes > 0 {
        minutes -= i64::from(is_working(at));
        at += TimeDelta::minutes(1);
    }
    at
}

pub fn working_minutes(mut from: At, to: At) -> i64 {
    let mut minutes = 0;
    while from < to {
        minutes += i64::from(is_working(from));
        from += TimeDelta::minutes(1);
    }
    minutes
}

pub fn due(limit: Limit, from: At) -> At {
    match limit {
        Limit::Days(days) => hour(next_worked(day_of(from), days), 17),
        Limit::WorkingHours(hours) => work_on(from, hours * 60),
        Limit::Hours(hours) => from + TimeDelta::hours(hours),
    }
}

/// When people are told again: each working day at nine, from the day after on.
pub fn told_again(now: At) -> At {
    hour(next_worked(day_of(now), 1), 9)
}
