//! Bank holidays by rule, for any year.
//!
//! The yearly days follow the Banking and Financial Dealings Act 1971, the St Andrew's Day Bank
//! Holiday (Scotland) Act 2007 and the proclamations made each year; what was proclaimed once is in
//! `one_off_days`.

use super::one_off_days::{self, OneOffDay, YearMonthDay};
use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// A part of the United Kingdom with bank holidays of its own.
///
/// Where a holiday falls on a weekend, its substitute weekday is the holiday and the weekend day is
/// not, as in the official lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// England and Wales: right from 1978 on. Earlier years come out as if today's yearly days had
    /// already held.
    EnglandAndWales,
    /// Scotland: right from 2007 on, the first year with St Andrew's Day; earlier years likewise.
    Scotland,
    /// Northern Ireland: right from 1978 on; earlier years likewise.
    NorthernIreland,
}

/// Years whose holidays are kept. Others come out the same, slower.
const KEPT: RangeInclusive<i32> = 2000..=2060;
type Years = Vec<Vec<NaiveDate>>;
static ENGLAND_AND_WALES: LazyLock<Years> = LazyLock::new(|| years_of(Division::EnglandAndWales));
static SCOTLAND: LazyLock<Years> = LazyLock::new(|| years_of(Division::Scotland));
static NORTHERN_IRELAND: LazyLock<Years> = LazyLock::new(|| years_of(Division::NorthernIreland));

fn years_of(division: Division) -> Years {
    KEPT.map(|year| division.list_of(year)).collect()
}

impl Division {
    /// The name of the bank holiday on this day, if it is one; a substitute day bears the name of
    /// the holiday it stands in for.
    pub fn bank_holiday(self, day: NaiveDate) -> Option<&'static str> {
        let yearly = match self {
            Self::EnglandAndWales => in_england_and_wales,
            Self::Scotland => in_scotland,
            Self::NorthernIreland => in_northern_ireland,
        };
        let own = match self {
            Self::Scotland => one_off_days::SCOTLAND,
            Self::EnglandAndWales | Self::NorthernIreland => &[],
        };
        one_off(one_off_days::UNITED_KINGDOM, day)
            .or_else(|| one_off(own, day))
            .unwrap_or_else(|| yearly(day))
    }

    /// All bank holidays of a year, in order.
    pub(super) fn holidays_of(self, year: i32) -> Cow<'static, [NaiveDate]> {
        let kept = match self {
            Self::EnglandAndWales => &ENGLAND_AND_WALES,
            Self::Scotland => &SCOTLAND,
            Self::NorthernIreland => &NORTHERN_IRELAND,
        };
        let place = usize::try_from(year - KEPT.start());
        match place.ok().and_then(|place| kept.get(place)) {
            Some(days) => Cow::Borrowed(days),
            None => Cow::Owned(self.list_of(year)),
        }
    }

    fn list_of(self, year: i32) -> Vec<NaiveDate> {
        let days = NaiveDate::from_ymd_opt(year, 1, 1).into_iter().flat_map(|day| day.iter_days());
        days.take_while(|day| day.year() == year)
            .filter(|day| self.bank_holiday(*day).is_some())
            .collect()
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

fn in_england_and_wales(day: NaiveDate) -> Option<&'static str> {
    use Weekday::Mon;
    match (day.month(), day.day(), day.weekday()) {
        (1, 1, _) | (1, 2..=3, Mon) => on_weekday(day, "New Year's Day"),
        (8, 25..=31, Mon) => Some("Summer bank holiday"),
        _ => easter_monday(day).or_else(|| everywhere(day)),
    }
}

fn in_scotland(day: NaiveDate) -> Option<&'static str> {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    match (day.month(), day.day(), day.weekday()) {
        // the first two weekdays of the year
        (1, 1, _) | (1, 2..=3, Mon) => on_weekday(day, "New Year's Day"),
        (1, 2, Tue | Wed | Thu | Fri) | (1, 3..=4, Tue) | (1, 4, Mon) => Some("2 January"),
        (8, 1..=7, Mon) => Some("Summer bank holiday"),
        // the Monday after stands in for a Saturday or a Sunday
        (11, 30, _) | (12, 1..=2, Mon) => on_weekday(day, "St Andrew's Day"),
        _ => everywhere(day),
    }
}

fn in_northern_ireland(day: NaiveDate) -> Option<&'static str> {
    use Weekday::Mon;
    match (day.month(), day.day(), day.weekday()) {
        (3, 17, _) | (3, 18..=19, Mon) => on_weekday(day, "St Patrick's Day"),
        (7, 12, _) | (7, 13..=14, Mon) => on_weekday(day, "Battle of the Boyne"),
        _ => in_england_and_wales(day),
    }
}

/// The yearly bank holidays of all divisions.
fn everywhere(day: NaiveDate) -> Option<&'static str> {
    use Weekday::{Fri, Mon, Tue};
    match (day.month(), day.day(), day.weekday()) {
        (3 | 4, _, Fri) if day_of_march(day) + 2 == easter_sunday(day.year()) => {
            Some("Good Friday")
        }
        (5, 1..=7, Mon) => Some("Early May bank holiday"),
        (5, 25..=31, Mon) => Some("Spring bank holiday"),
        // 27 and 28 December stand in when 25 or 26 falls on a weekend
        (12, 25, _) | (12, 27, Mon | Tue) => on_weekday(day, "Christmas Day"),
        (12, 26, _) | (12, 28, Mon | Tue) => on_weekday(day, "Boxing Day"),
        _ => None,
    }
}

fn easter_monday(day: NaiveDate) -> Option<&'static str> {
    let is_easter_monday = matches!(day.month(), 3 | 4)
        && day.weekday() == Weekday::Mon
        && day_of_march(day) == easter_sunday(day.year()) + 1;
    is_easter_monday.then_some("Easter Monday")
}

/// On Saturdays and Sundays a holiday has its substitute instead.
fn on_weekday(day: NaiveDate, name: &'static str) -> Option<&'static str> {
    (!matches!(day.weekday(), Weekday::Sat | Weekday::Sun)).then_some(name)
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
