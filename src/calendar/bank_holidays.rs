//! Bank holidays by rule, for any year.
//!
//! The yearly days follow the Banking and Financial Dealings Act 1971 and the proclamations made
//! under it each year; what was proclaimed once is in `one_off_days`.

use super::one_off_days::{self, OneOffDay, YearMonthDay};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// A part of the United Kingdom with bank holidays of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// England and Wales: right from 1978 on. Earlier years come out as if today's yearly days had
    /// already held.
    EnglandAndWales,
}

impl Division {
    /// The name of the bank holiday on this day, if it is one.
    ///
    /// Where a holiday falls on a weekend, its substitute weekday bears its name and the weekend
    /// day is not listed, as in the official lists.
    pub fn bank_holiday(self, day: NaiveDate) -> Option<&'static str> {
        match self {
            Self::EnglandAndWales => {
                one_off(one_off_days::ENGLAND_AND_WALES, day).unwrap_or_else(|| yearly(day))
            }
        }
    }
}

/// What was proclaimed for this very day: a holiday, or no holiday because it was moved away.
/// `None` if nothing was.
fn one_off(proclaimed: &[OneOffDay], day: NaiveDate) -> Option<Option<&'static str>> {
    let day: YearMonthDay = (day.year(), day.month(), day.day());
    proclaimed.iter().find_map(|one_off| {
        if one_off.day == day {
            Some(Some(one_off.name))
        } else {
            (one_off.instead_of == Some(day)).then_some(None)
        }
    })
}

/// The bank holidays England and Wales have each year.
fn yearly(day: NaiveDate) -> Option<&'static str> {
    use Weekday::{Fri, Mon, Sat, Sun, Tue};
    match (day.month(), day.day(), day.weekday()) {
        (_, _, Sat | Sun) => None,
        // the next weekday stands in for a Saturday or a Sunday
        (1, 1, _) | (1, 2..=3, Mon) => Some("New Year's Day"),
        (3 | 4, _, Fri) if day_of_march(day) + 2 == easter_sunday(day.year()) => {
            Some("Good Friday")
        }
        (3 | 4, _, Mon) if day_of_march(day) == easter_sunday(day.year()) + 1 => {
            Some("Easter Monday")
        }
        (5, 1..=7, Mon) => Some("Early May bank holiday"),
        (5, 25..=31, Mon) => Some("Spring bank holiday"),
        (8, 25..=31, Mon) => Some("Summer bank holiday"),
        // 27 and 28 December stand in when 25 or 26 falls on a weekend
        (12, 25, _) | (12, 27, Mon | Tue) => Some("Christmas Day"),
        (12, 26, _) | (12, 28, Mon | Tue) => Some("Boxing Day"),
        _ => None,
    }
}

/// A day of March or April, counted from 1 March.
fn day_of_march(day: NaiveDate) -> u32 {
    if day.month() == 4 { 31 + day.day() } else { day.day() }
}

/// Easter Sunday of a Gregorian year as a day of March: 22 to 56, where 32 is 1 April.
///
/// The church's rule: the Sunday after the full moon, by its tables, on or after 21 March. In the
/// form Knuth gives it (The Art of Computer Programming, volume 1, exercise 1.3.2-14).
fn easter_sunday(year: i32) -> u32 {
    let golden_number = year.rem_euclid(19) + 1;
    let century = year.div_euclid(100) + 1;
    let leap_days_dropped = (3 * century).div_euclid(4) - 12;
    let moon_correction = (8 * century + 5).div_euclid(25) - 5;
    let epact = (11 * golden_number + 20 + moon_correction - leap_days_dropped).rem_euclid(30);
    let late = epact == 24 || (epact == 25 && golden_number > 11);
    let moon = 44 - epact - i32::from(late);
    let full_moon = if moon < 21 { moon + 30 } else { moon };
    let sunday = (5 * year).div_euclid(4) - leap_days_dropped - 10;
    (full_moon + 7 - (sunday + full_moon).rem_euclid(7)).unsigned_abs()
}
