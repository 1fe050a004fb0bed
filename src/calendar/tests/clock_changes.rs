//! Gap and repeated hours: forty years of London's, and the odd ones of other zones.

use super::*;
use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

#[test]
fn forty_years_of_london_skip_forward_and_take_the_first_of_two() {
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
fn forty_years_of_london_end_each_kind_of_day_on_the_wall() {
    for year in 2000..=2040 {
        for (sunday, offset) in [(last_sunday(year, 3), 60), (last_sunday(year, 10), 0)] {
            let saturday = sunday - Days::new(1);
            let due = |start: NaiveDateTime, limit: &str| {
                calendar().due_of(calendar().instant_of(start), &limit.parse().unwrap()).at
            };
            let at = |hour, minute| saturday.and_time(time(hour, minute));
            // midnight after the change, by the new offset
            let midnight = (sunday + Days::new(1)).and_time(NaiveTime::MIN);
            let want = instant(midnight - TimeDelta::minutes(offset));
            assert_eq!(due(at(12, 0), "1 day, to midnight"), want);
            // the same time, which the gap skips and the repeated hour shows twice
            let want = instant(match offset {
                60 => sunday.and_time(time(1, 0)),
                _ => sunday.and_time(time(0, 30)),
            });
            assert_eq!(due(at(1, 30), "1 day, to the same time"), want);
            assert_eq!(
                due(at(1, 30), "24 hours"),
                instant(
                    at(1, 30) + TimeDelta::days(1)
                        - TimeDelta::minutes(if offset == 60 { 0 } else { 60 })
                )
            );
        }
    }
}

#[test]
fn forty_years_of_london_work_through_the_night_as_long_as_it_is() {
    let hours = WeeklyHours { sunday: Some("00:00-08:00".parse().unwrap()), ..Default::default() };
    let calendar = Calendar::new(CalendarRules { hours, ..plain_rules() }).unwrap();
    for year in 2000..=2040 {
        for (sunday, hours) in [(last_sunday(year, 3), 7), (last_sunday(year, 10), 9)] {
            let from = calendar.instant_of(sunday.and_time(NaiveTime::MIN));
            let to = calendar.instant_of(sunday.and_time(time(9, 0)));
            assert_eq!(calendar.working_time_between(from, to), TimeDelta::hours(hours));
            let due = calendar.due(from, "7 working hours".parse().unwrap()).at;
            assert_eq!(due, from.plus(TimeDelta::hours(7)));
        }
    }
}

#[test]
fn a_repeated_hour_is_told_apart_and_counts_as_the_moment_the_clocks_went_back() {
    let calendar = calendar();
    for (at, words) in [
        ("2026-10-25T00:30:00Z", "Sun 25 Oct 2026, 01:30"),
        ("2026-10-25T01:30:00Z", "Sun 25 Oct 2026, 01:30 (second time)"),
        ("2026-10-25T02:00:00Z", "Sun 25 Oct 2026, 02:00"),
    ] {
        assert_eq!(calendar.say(utc(at)), words);
    }
    let due = |from| calendar.due_of(utc(from), &"1 day, to the same time".parse().unwrap());
    assert_eq!(due("2026-10-25T00:30:00Z").at, local("2026-10-26T01:30:00"));
    assert_eq!(due("2026-10-25T00:59:59Z").at, local("2026-10-26T01:59:59"));
    for in_the_second in ["2026-10-25T01:00:00Z", "2026-10-25T01:59:59.5Z"] {
        assert_eq!(due(in_the_second).at, local("2026-10-26T02:00:00"));
    }
    assert_eq!(due("2026-10-25T02:00:00Z").at, local("2026-10-26T02:00:00"));
}

/// Zones and instants at which their clocks did something odd.
const ODD: [(Tz, &str); 12] = [
    // forward over midnight: the day begins at one o'clock; and back over it, on the stroke
    (chrono_tz::America::Sao_Paulo, "2018-11-04T03:00:00Z"),
    (chrono_tz::America::Sao_Paulo, "2018-02-18T02:00:00Z"),
    // back from one minute past midnight to the day before
    (chrono_tz::America::St_Johns, "2010-11-07T02:31:00Z"),
    (chrono_tz::America::St_Johns, "2010-03-14T03:31:00Z"),
    // by half an hour
    (chrono_tz::Australia::Lord_Howe, "2026-04-04T15:00:00Z"),
    (chrono_tz::Australia::Lord_Howe, "2026-10-03T15:30:00Z"),
    // a whole day that never was
    (chrono_tz::Pacific::Apia, "2011-12-30T10:00:00Z"),
    // a whole day shown twice, and back by a day less an hour
    (chrono_tz::Pacific::Kwajalein, "1969-09-30T13:00:00Z"),
    (chrono_tz::America::Juneau, "1867-10-19T00:31:13Z"),
    // three hours at once, and a change of standard time
    (chrono_tz::Antarctica::Casey, "2010-03-04T15:00:00Z"),
    (chrono_tz::Europe::Volgograd, "2018-10-27T22:00:00Z"),
    // summer time that pauses for Ramadan
    (chrono_tz::Africa::Casablanca, "2026-02-15T02:00:00Z"),
];

fn odd_calendars(zone: Tz) -> impl Iterator<Item = Calendar> {
    let all_week: DayHours = "00:00-23:59".parse().unwrap();
    let weekend = WeeklyHours {
        saturday: Some(all_week),
        sunday: Some("00:00-02:00".parse().unwrap()),
        ..Default::default()
    };
    // to the same time, the start day never counts
    let ends =
        [(DayEnd::CloseOfBusiness, false), (DayEnd::Midnight, true), (DayEnd::SameTime, false)];
    let rules = [WeeklyHours::default(), weekend].into_iter().flat_map(move |hours| {
        ends.into_iter().map(move |(days_end, start_day_counts)| CalendarRules {
            zone,
            hours,
            days_end,
            start_day_counts,
            out_of_hours: OutOfHours::ClockWaits,
            day_starts: time(0, 0),
            day_ends: NaiveTime::from_hms_opt(0, 30, 30).unwrap(),
            ..plain_rules()
        })
    });
    rules.map(|rules| Calendar::new(rules).unwrap())
}

/// From two days before an odd change to two days after it, closely around it.
fn around(change: &str) -> impl Iterator<Item = UtcInstant> {
    let far = (-52 * 60..52 * 60).step_by(397);
    let mut minutes: Vec<i64> = far.chain((-150..150).step_by(19)).chain(-1..=1).collect();
    minutes.sort_unstable();
    let change = utc(change);
    minutes.into_iter().map(move |minutes| change.plus(TimeDelta::minutes(minutes)))
}

#[test]
fn odd_ones_keep_the_order_and_leave_time() {
    let limits = [
        "48 hours",
        "90 working minutes",
        "same working day",
        "1 working day",
        "2 days",
        "1 month",
    ];
    for (zone, change) in ODD {
        for calendar in odd_calendars(zone) {
            for limit in limits.map(|text| text.parse::<Limit>().unwrap()) {
                let mut last = None;
                for from in around(change) {
                    let due = calendar.due_of(from, &limit);
                    let words = format!("{zone}, from {}: {}", calendar.say(from), due.derivation);
                    assert!(due.at > from, "{words}");
                    assert!(last.is_none_or(|last| last <= due.at), "earlier: {words}");
                    let further = calendar.extended(&due, &limit);
                    assert!(further.at > due.at, "{}", further.derivation);
                    last = Some(due.at);
                }
            }
        }
    }
}

#[test]
fn odd_ones_count_working_time_there_and_back() {
    for (zone, change) in ODD {
        for calendar in odd_calendars(zone).step_by(3) {
            for from in around(change) {
                for length in [TimeDelta::minutes(20), TimeDelta::hours(3)] {
                    let at = calendar.after_working_time(from, length);
                    assert_eq!(calendar.working_time_between(from, at), length, "{zone} {from}");
                }
                let opens = calendar.opens_at_or_after(from);
                assert!(calendar.is_open_at(opens) && opens >= from, "{zone} {from}");
                assert!(calendar.working_time_between(from, opens).is_zero());
            }
        }
    }
}

fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).unwrap();
    last - Days::new(u64::from(last.weekday().num_days_from_sunday()))
}

fn instant(utc: NaiveDateTime) -> UtcInstant {
    UtcInstant::new(utc.and_utc())
}
