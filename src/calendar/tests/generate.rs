//! Rules, limits, starts and pauses by chance, for the properties.

use super::*;
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use proptest::sample::select;

/// Starts to the microsecond, in years that any rule covers.
pub fn starts(years: std::ops::Range<i32>) -> impl Strategy<Value = UtcInstant> {
    (first_second(years.start)..first_second(years.end), 0..1_000_000u32).prop_map(
        |(second, micros)| {
            UtcInstant::new(DateTime::from_timestamp(second, micros * 1000).unwrap())
        },
    )
}

/// Starts on the minute, many of them near a clock change, a weekend or the turn of a year.
pub fn starts_on_the_minute() -> impl Strategy<Value = UtcInstant> {
    let near = [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2027-03-28T01:00:00Z",
        "2027-10-31T01:00:00Z",
        "2025-12-24T12:00:00Z",
        "2026-12-24T12:00:00Z",
        "2026-12-31T12:00:00Z",
        "2027-01-31T12:00:00Z",
    ];
    let minute =
        |second: i64| UtcInstant::new(DateTime::from_timestamp(second / 60 * 60, 0).unwrap());
    prop_oneof![
        2 => (first_second(2025)..first_second(2028)).prop_map(minute),
        1 => (select(near.to_vec()), -72 * 60..72 * 60i64)
            .prop_map(|(near, minutes)| utc(near).plus(TimeDelta::minutes(minutes))),
        1 => (select(near[..4].to_vec()), -90..90i64)
            .prop_map(|(near, minutes)| utc(near).plus(TimeDelta::minutes(minutes))),
    ]
}

fn first_second(year: i32) -> i64 {
    day(&format!("{year}-01-01")).and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// Allowances of every kind, mostly short; time in whole minutes.
pub fn allowances() -> impl Strategy<Value = Allowance> {
    prop_oneof![
        Just(Allowance::Immediately),
        (1..=6_000u32).prop_map(|minutes| Allowance::Elapsed { seconds: minutes * 60 }),
        (1..=1_800u32).prop_map(|minutes| Allowance::WorkingTime { seconds: minutes * 60 }),
        Just(Allowance::SameWorkingDay),
        (1..=15u32).prop_map(Allowance::WorkingDays),
        (1..=2u32).prop_map(Allowance::WorkingWeeks),
        (1..=15u32).prop_map(Allowance::SchoolDays),
        (1..=20u32).prop_map(Allowance::CalendarDays),
        (1..=3u32).prop_map(Allowance::Weeks),
        (1..=2u32).prop_map(Allowance::Months),
    ]
}

/// Limits with whatever their allowance lets them say.
pub fn limits() -> impl Strategy<Value = Limit> {
    let ends = ["", "", ", to close of business", ", to midnight", ", to the same time"];
    let start_days = ["", "", ", start day counted", ", start day not counted"];
    let shown = ["", " (two working days)"];
    (allowances(), select(ends.to_vec()), select(start_days.to_vec()), select(shown.to_vec()))
        .prop_map(|(allowance, end, start_day, shown)| {
            let mut texts = [end, start_day].map(str::to_owned).to_vec();
            // what it cannot say, it leaves out
            while let Err(error) = format!("{allowance}{}{shown}", texts.concat()).parse::<Limit>()
            {
                assert!(texts.pop().is_some(), "{allowance}: {error}");
            }
            format!("{allowance}{}{shown}", texts.concat()).parse().unwrap()
        })
}

fn weekly_hours() -> impl Strategy<Value = WeeklyHours> {
    let weekday = |closed_too: bool| {
        let hours = ["09:00-16:30", "07:00-19:00", "00:00-23:59", "10:00-14:00", "closed"];
        let hours: Vec<_> = hours[..hours.len() - usize::from(!closed_too)].to_vec();
        prop_oneof![3 => Just(None), 1 => select(hours).prop_map(|text| Some(text.parse().unwrap()))]
    };
    // hours into the night on which clocks change
    let nights = ["00:00-03:00", "01:30-04:00", "00:30-01:30", "01:00-02:00", "02:00-10:00"];
    let sunday = prop_oneof![
        2 => Just(None),
        1 => select(nights.to_vec()).prop_map(|text| Some(text.parse().unwrap())),
    ];
    (weekday(true), weekday(false), weekday(true), weekday(true), weekday(true), sunday).prop_map(
        |(monday, tuesday, wednesday, friday, saturday, sunday)| WeeklyHours {
            monday,
            tuesday,
            wednesday,
            thursday: None,
            friday,
            saturday,
            sunday,
        },
    )
}

fn terms() -> impl Strategy<Value = Vec<Term>> {
    let term = |from: &str, until: &str| Term { from: day(from), until: day(until) };
    let known = vec![
        term("2025-09-02", "2025-10-24"),
        term("2025-11-03", "2025-12-19"),
        term("2026-01-05", "2026-02-13"),
        term("2026-02-23", "2026-03-27"),
        term("2026-04-13", "2026-07-21"),
        term("2026-09-02", "2026-10-23"),
        term("2026-11-02", "2026-12-18"),
        term("2027-01-04", "2027-02-12"),
    ];
    prop_oneof![Just(Vec::new()), Just(known.clone()), Just(known[3..6].to_vec())]
}

/// Rules of every variant that make a calendar, in London; closures near `around`.
pub fn rules(around: UtcInstant) -> impl Strategy<Value = CalendarRules> {
    let divisions = [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland];
    let ends = [DayEnd::CloseOfBusiness, DayEnd::Midnight, DayEnd::SameTime];
    let cut_offs = [None, Some(time(12, 0)), Some(time(15, 30))];
    let at_once = [
        None,
        Some(Allowance::Elapsed { seconds: 7200 }),
        Some(Allowance::WorkingTime { seconds: 1800 }),
    ];
    let out_of_hours = [OutOfHours::ClockRuns, OutOfHours::ClockWaits, OutOfHours::DutyTeam];
    let kinds = (
        select(divisions.to_vec()),
        select(ends.to_vec()),
        any::<bool>(),
        select(cut_offs.to_vec()),
    );
    let more = (select(at_once.to_vec()), select(out_of_hours.to_vec()), weekly_hours(), terms());
    (kinds, more, prop::collection::vec(0..25u64, 0..4)).prop_map(move |(kinds, more, closures)| {
        let (division, days_end, start_day_counts, same_working_day_cut_off) = kinds;
        let (immediately, out_of_hours, hours, terms) = more;
        CalendarRules {
            division,
            days_end,
            start_day_counts,
            same_working_day_cut_off,
            immediately,
            out_of_hours,
            hours,
            terms,
            closures: days_after(around, &closures),
            ..plain_rules()
        }
    })
}

/// The days so many days after an instant.
pub fn days_after<T: FromIterator<NaiveDate>>(from: UtcInstant, days: &[u64]) -> T {
    days.iter().map(|days| from.utc().date_naive() + Days::new(*days)).collect()
}

/// Pauses in whole minutes that begin after `from`, within so many minutes; some of them empty.
pub fn pauses(from: UtcInstant, within: i64) -> impl Strategy<Value = Vec<Interval>> {
    let pause = (0..within, prop_oneof![0..3 * 60i64, 0..6 * 24 * 60i64]);
    prop::collection::vec(pause, 0..4).prop_map(move |pauses| {
        let pause = |(begins, lasts): &(i64, i64)| {
            let begins = from.plus(TimeDelta::minutes(*begins));
            Interval { from: begins, to: begins.plus(TimeDelta::minutes(*lasts)) }
        };
        pauses.iter().map(pause).collect()
    })
}
