//! Lengths, days, periods and curves, each against something simpler.

use super::super::distribution::Distribution;
use super::super::frame::Frame;
use super::super::survival::Survival;
use super::super::*;
use super::histories::*;
use chrono::TimeDelta;
use fastrand::Rng;

#[test]
fn quantiles_are_those_of_the_sorted_list() {
    let mut rng = Rng::with_seed(3);
    for count in (1..60).chain([400]) {
        let mut lengths: Vec<u64> = (0..count)
            .map(|_| if rng.u8(..5) == 0 { rng.u64(120_000..9_000_000) } else { rng.u64(..50) })
            .collect();
        let (mut one, mut two) = (Distribution::default(), Distribution::default());
        for length in &lengths {
            if rng.bool() { one.add(*length) } else { two.add(*length) }
        }
        one.merge(&two);
        lengths.sort_unstable();
        assert_eq!(one.count(), count);
        for hundredth in [25, 50, 75, 90, 100] {
            // the smallest that so many of a hundred do not exceed
            let rank = lengths.iter().position(|length| {
                let not_longer = lengths.iter().filter(|it| *it <= length).count() as u64;
                not_longer * 100 >= hundredth * count
            });
            assert_eq!(
                one.hundredth(hundredth),
                Some(lengths[rank.unwrap()]),
                "{count}, {hundredth}"
            );
        }
    }
    assert_eq!(Distribution::default().hundredth(50), None);
}

/// Freireich and others, 1963, as Kaplan-Meier curves are taught by it: weeks of remission of the 21
/// patients who had 6-MP, of whom nine had a relapse.
#[test]
fn the_curve_is_the_one_of_the_textbook() {
    let relapse = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    let last_seen = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    let mut survival = Survival::default();
    relapse.iter().for_each(|time| survival.count(*time, true));
    last_seen.iter().for_each(|time| survival.count(*time, false));
    let curve = survival.curve();
    let after = |time: usize| (curve[time + 1].share * 1_000.0).round();
    let published =
        [(6, 857.0), (7, 807.0), (10, 753.0), (13, 690.0), (16, 627.0), (22, 538.0), (23, 448.0)];
    for (time, share) in published {
        assert_eq!(after(time), share, "{time}");
    }
    assert_eq!(curve[7].seen_open, 17);
    // at 23 weeks half had relapsed; the day after it is over
    assert_eq!(survival.median_days(), Some(24));
    let mut open = Survival::default();
    open.count(5, true);
    open.count(9, false);
    open.count(9, false);
    assert_eq!(open.median_days(), None);
    assert_eq!(Survival::default().median_days(), None);
}

#[test]
fn the_table_of_days_says_what_the_calendar_says() {
    let question = question();
    let (frame, calendar) = (Frame::new(&question), calendar());
    let mut rng = Rng::with_seed(4);
    let ask = |at: crate::clock::UtcInstant| {
        assert_eq!(frame.day_of(at), calendar.local(at).date_naive(), "{at}");
        let days = calendar.working_days_between(at, question.as_of);
        assert_eq!(frame.working_days_since(at), days, "{at}");
        let period = question.period;
        let local = calendar.local(at).date_naive();
        assert_eq!(frame.is_in_period(at), period.from <= local && local <= period.to, "{at}");
    };
    for _ in 0..20_000 {
        ask(question.as_of.plus(-TimeDelta::seconds(rng.i64(-5_000_000..420_000_000))));
    }
    // where clocks change, and at midnights in summer and winter
    for near in [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-06-30T23:00:00Z",
        "2026-01-01T00:00:00Z",
    ] {
        for seconds in [-3_601, -3_600, -1, 0, 1, 3_599, 3_600] {
            ask(at(near).plus(TimeDelta::seconds(seconds)));
        }
    }
}

#[test]
fn a_period_begins_and_ends_at_midnight_on_the_wall() {
    let instants = |from: &str, to: &str| {
        let instants = Period::dates(day(from), day(to)).unwrap().instants(&calendar());
        (instants.start.to_string(), instants.end.to_string())
    };
    let said = |from: &str, to: &str| (format!("{from}:00.000000Z"), format!("{to}:00.000000Z"));
    let year = said("2026-03-31T23:00", "2027-03-31T23:00");
    assert_eq!(instants("2026-04-01", "2027-03-31"), year);
    let winter = said("2026-12-21T00:00", "2026-12-22T00:00");
    assert_eq!(instants("2026-12-21", "2026-12-21"), winter);
    let last = chrono::NaiveDate::MAX;
    let end = Period::dates(last, last).unwrap().instants(&calendar()).end;
    assert!(end.utc().date_naive() == last, "{end}");
}

#[test]
fn periods() {
    let days = |period: Option<Period>| period.map(|it| (it.from.to_string(), it.to.to_string()));
    let said = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
    assert_eq!(days(Period::quarter(2026, 1)), said("2026-01-01", "2026-03-31"));
    assert_eq!(days(Period::quarter(2026, 4)), said("2026-10-01", "2026-12-31"));
    assert_eq!(days(Period::quarter(2026, 0)), None);
    assert_eq!(days(Period::quarter(2026, 5)), None);
    assert_eq!(days(Period::financial_year(2027)), said("2027-04-01", "2028-03-31"));
    let before =
        |from: &str, to: &str| days(Period::dates(day(from), day(to)).unwrap().year_before());
    assert_eq!(before("2028-02-01", "2028-02-29"), said("2027-02-01", "2027-02-28"));
    assert_eq!(before("2029-02-01", "2029-02-28"), said("2028-02-01", "2028-02-29"));
    assert_eq!(before("2026-01-05", "2026-03-15"), said("2025-01-05", "2025-03-15"));
    assert_eq!(days(Period::dates(day("2026-02-02"), day("2026-02-01"))), None);
}

#[test]
fn the_months_of_a_period_and_what_was_open_at_their_ends() {
    let question = Question {
        period: Period::dates(day("2026-10-15"), day("2027-01-10")).unwrap(),
        ..question()
    };
    let report = for_officers(&question, &cases(1, 300));
    let months = table(&report, "months");
    let titles: Vec<&str> = months.rows.iter().map(|row| row.title.as_str()).collect();
    let all = ["October 2026", "November 2026", "December 2026", "January 2027", "Total"];
    assert_eq!(titles, all);
    assert!(matches!(cell(months, "2026-11", "open_at_end"), Cell::Count { .. }));
    assert_eq!(*cell(months, "2026-12", "open_at_end"), Cell::Nothing);
}

#[test]
fn levels_of_need_stay_few_in_memory_and_come_out_the_same_in_any_order() {
    let made: Vec<CaseFacts> = cases(2, 2_000)
        .into_iter()
        .enumerate()
        .map(|(number, case)| CaseFacts {
            level_of_need: Some(format!("Level {number:04}")),
            ..case
        })
        .collect();
    let question = question();
    let report = for_officers(&question, &made);
    let mut backwards = made.clone();
    backwards.reverse();
    assert_eq!(for_officers(&question, &backwards), report);
    assert_eq!(table(&report, "levels_of_need").rows.len(), 12 + 3);
}

#[test]
fn cases_of_others_and_later_ones_are_left_out() {
    let made = cases(3, 100);
    let question = question();
    let mut with_others = made.clone();
    let other = crate::ids::PartnershipId::made_up(2);
    with_others
        .extend(cases(4, 50).into_iter().map(|case| CaseFacts { partnership_id: other, ..case }));
    let late = question.as_of.plus(TimeDelta::seconds(1));
    with_others.extend(cases(5, 50).into_iter().map(|case| CaseFacts { raised_at: late, ..case }));
    assert_eq!(for_officers(&question, &with_others), for_officers(&question, &made));
}
