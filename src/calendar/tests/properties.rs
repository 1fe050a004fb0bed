//! Clock changes and properties, against a slow oracle: the published holidays of five years,
//! British summer time from its rule, and a walk hour by hour.

use super::bank_holidays::PUBLISHED;
use super::*;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike};
use proptest::prelude::*;

#[test]
fn forty_years_of_clock_changes_skip_forward_and_take_the_first_of_two() {
    for year in 2000..=2040 {
        let (spring, autumn) = (last_sunday(year, 3), last_sunday(year, 10));
        let at =
            |day: NaiveDate, hour, minute| calendar().instant_of(day.and_time(time(hour, minute)));
        let want = |day: NaiveDate, hour, minute| instant(day.and_time(time(hour, minute)));
        assert_eq!(at(spring, 0, 59), want(spring, 0, 59));
        assert_eq!(at(spring, 1, 0), want(spring, 1, 0));
        assert_eq!(at(spring, 1, 30), want(spring, 1, 0));
        assert_eq!(at(spring, 1, 59), want(spring, 1, 0));
        assert_eq!(at(spring, 2, 0), want(spring, 1, 0));
        assert_eq!(at(autumn, 0, 59), want(autumn - Days::new(1), 23, 59));
        assert_eq!(at(autumn, 1, 0), want(autumn, 0, 0));
        assert_eq!(at(autumn, 1, 59), want(autumn, 0, 59));
        assert_eq!(at(autumn, 2, 0), want(autumn, 2, 0));
        // the end of the day is 17:00 on the wall, before, on and after the change
        for (change, before, after) in [(spring, 17, 16), (autumn, 16, 17)] {
            let close =
                |start: NaiveDate| calendar().due(at(start, 12, 0), Allowance::CalendarDays(1)).at;
            assert_eq!(close(change - Days::new(2)), want(change - Days::new(1), before, 0));
            assert_eq!(close(change - Days::new(1)), want(change, after, 0));
            assert_eq!(close(change), want(change + Days::new(1), after, 0));
        }
    }
}

#[test]
fn clocks_that_go_back_over_midnight_still_leave_time() {
    // on Sunday 7 November 2010 St John's went back from 00:01 to 23:01 on Saturday
    let calendar = Calendar::new(CalendarRules {
        zone: chrono_tz::America::St_Johns,
        day_starts: NaiveTime::MIN,
        day_ends: NaiveTime::from_hms_opt(0, 0, 30).unwrap(),
        hours: WeeklyHours { monday: Some("09:00-17:00".parse().unwrap()), ..Default::default() },
        ..calendar().rules().clone()
    })
    .unwrap();
    let from = utc("2010-11-07T02:50:00Z");
    assert_eq!(calendar.say(from), "Sat 6 Nov 2010, 23:20");
    for allowance in [Allowance::CalendarDays(1), Allowance::WorkingDays(1)] {
        assert!(calendar.due(from, allowance).at > from);
    }
}

fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).unwrap();
    last - Days::new(u64::from(last.weekday().num_days_from_sunday()))
}

fn instant(utc: NaiveDateTime) -> UtcInstant {
    UtcInstant::new(utc.and_utc())
}

/// London's wall clock: an hour ahead from 01:00 UTC on the last Sunday of March to 01:00 UTC on
/// the last Sunday of October.
fn wall(utc: NaiveDateTime) -> NaiveDateTime {
    let change = |month| last_sunday(utc.year(), month).and_time(time(1, 0));
    let summer = change(3) <= utc && utc < change(10);
    utc + TimeDelta::hours(i64::from(summer))
}

fn slow_due(from: UtcInstant, allowance: Allowance, closures: &[NaiveDate]) -> UtcInstant {
    let (mut left, every_day) = match allowance {
        Allowance::Elapsed { seconds } => {
            return UtcInstant::new(from.utc() + TimeDelta::seconds(i64::from(seconds)));
        }
        Allowance::WorkingDays(days) => (days, false),
        Allowance::WorkingWeeks(weeks) => (weeks * 5, false),
        Allowance::CalendarDays(days) => (days, true),
        other => unreachable!("{other}"),
    };
    let start = wall(from.utc().naive_utc()).date();
    let mut hour = from.utc().naive_utc().with_minute(0).unwrap().with_second(0).unwrap();
    loop {
        hour += TimeDelta::hours(1);
        let (today, clock) = (wall(hour).date(), wall(hour).hour());
        let works = today.weekday().number_from_monday() <= 5
            && !closures.contains(&today)
            && !PUBLISHED.contains(&today.to_string().as_str());
        if today > start && clock == 17 && (works || every_day) {
            left -= 1;
            if left == 0 {
                return instant(hour);
            }
        }
    }
}

fn starts(years: std::ops::Range<i32>) -> impl Strategy<Value = UtcInstant> {
    let second = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_time(NaiveTime::MIN).and_utc().timestamp()
    };
    (second(years.start)..second(years.end))
        .prop_map(|second| UtcInstant::new(DateTime::from_timestamp(second, 0).unwrap()))
}

fn lengths() -> impl Strategy<Value = Allowance> {
    prop_oneof![
        (1..=400_000u32).prop_map(|seconds| Allowance::Elapsed { seconds }),
        (1..=15u32).prop_map(Allowance::WorkingDays),
        (1..=3u32).prop_map(Allowance::WorkingWeeks),
        (1..=40u32).prop_map(Allowance::CalendarDays),
    ]
}

fn some_closures(from: UtcInstant, days_on: &[u64]) -> Vec<NaiveDate> {
    days_on.iter().map(|days| from.utc().date_naive() + Days::new(*days)).collect()
}

proptest! {
    #[test]
    fn a_slow_walk_agrees(
        from in starts(2024..2028),
        allowance in lengths(),
        days_on in prop::collection::vec(0..25u64, 0..4),
    ) {
        let closures = some_closures(from, &days_on);
        let due = calendar_closed_on(&closures).due(from, allowance);
        prop_assert_eq!(due.at, slow_due(from, allowance, &closures), "{}", due.derivation);
    }

    #[test]
    fn a_due_is_after_its_start(from in starts(1978..2100), allowance in lengths()) {
        prop_assert!(calendar().due(from, allowance).at > from);
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        from in starts(1978..2100),
        later in 0..200_000i64,
        allowance in lengths(),
    ) {
        let (first, second) = (from, from.plus(TimeDelta::seconds(later)));
        let calendar = calendar();
        prop_assert!(calendar.due(first, allowance).at <= calendar.due(second, allowance).at);
    }

    #[test]
    fn a_closure_never_brings_a_due_forward(
        from in starts(1978..2100),
        days_on in prop::collection::vec(0..25u64, 1..5),
        allowance in lengths(),
    ) {
        let closures = some_closures(from, &days_on);
        let fewer = calendar_closed_on(&closures[1..]).due(from, allowance).at;
        prop_assert!(fewer <= calendar_closed_on(&closures).due(from, allowance).at);
    }

    #[test]
    fn a_morning_is_the_next_of_a_working_day(from in starts(1978..2100)) {
        let calendar = calendar();
        let morning = calendar.local(calendar.next_working_day_at(from, time(9, 0))).naive_local();
        let start = calendar.local(from).date_naive();
        prop_assert_eq!(morning.time(), time(9, 0));
        prop_assert!(calendar.is_working_day(morning.date()) && morning.date() > start);
        let between = start.iter_days().skip(1).take_while(|day| *day < morning.date());
        prop_assert!(between.into_iter().all(|day| !calendar.is_working_day(day)));
    }

    #[test]
    fn an_allowance_survives_its_text(allowance in lengths()) {
        prop_assert_eq!(allowance.to_string().parse(), Ok(allowance));
    }

    #[test]
    fn no_text_breaks_the_reading(text in "\\PC{0,30}") {
        if let Ok(allowance) = text.parse::<Allowance>() {
            prop_assert_eq!(allowance.to_string().parse(), Ok(allowance));
        }
    }
}
