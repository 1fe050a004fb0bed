//! What holds for every kind of limit under every variant of the rules.

use super::generate::{
    allowances, days_after, limits, pauses, rules, starts, starts_on_the_minute,
};
use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;

fn cases() -> impl Strategy<Value = (UtcInstant, Calendar, Limit)> {
    let start = prop_oneof![starts(1978..2100), starts_on_the_minute()];
    let with_rules = start.prop_flat_map(|from| (Just(from), rules(from)));
    (with_rules, limits())
        .prop_map(|((from, rules), limit)| (from, Calendar::new(rules).unwrap(), limit))
}

fn with_pauses() -> impl Strategy<Value = (UtcInstant, Calendar, Limit, Vec<Interval>)> {
    cases().prop_flat_map(|(from, calendar, limit)| {
        let minutes = calendar.due_of(from, &limit).at.since(from).num_minutes() + 1;
        (Just(from), Just(calendar), Just(limit), pauses(from, minutes))
    })
}

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

proptest! {
    #[test]
    fn a_due_is_after_its_start((from, calendar, limit) in cases()) {
        let due = calendar.due_of(from, &limit);
        prop_assert!(due.at > from, "{}", due.derivation);
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        (from, calendar, limit) in cases(),
        later in prop_oneof![0..200_000_000_000i64, 0..7_200_000_000i64],
    ) {
        let later = from.plus(TimeDelta::microseconds(later));
        let (first, second) = (calendar.due_of(from, &limit), calendar.due_of(later, &limit));
        prop_assert!(first.at <= second.at, "{}\n{}", first.derivation, second.derivation);
    }

    #[test]
    fn one_more_is_never_due_earlier((from, calendar, limit) in cases()) {
        let more = match limit.allowance() {
            Allowance::Elapsed { seconds } => Allowance::Elapsed { seconds: seconds + 1 },
            Allowance::WorkingTime { seconds } => Allowance::WorkingTime { seconds: seconds + 1 },
            Allowance::WorkingDays(days) => Allowance::WorkingDays(days + 1),
            Allowance::WorkingWeeks(weeks) => Allowance::WorkingWeeks(weeks + 1),
            Allowance::SchoolDays(days) => Allowance::SchoolDays(days + 1),
            Allowance::CalendarDays(days) => Allowance::CalendarDays(days + 1),
            Allowance::Weeks(weeks) => Allowance::Weeks(weeks + 1),
            Allowance::Months(months) => Allowance::Months(months + 1),
            same @ (Allowance::Immediately | Allowance::SameWorkingDay) => same,
        };
        let (first, second) = (calendar.due(from, limit.allowance()), calendar.due(from, more));
        prop_assert!(first.at <= second.at, "{}\n{}", first.derivation, second.derivation);
    }

    #[test]
    fn a_closure_never_brings_a_due_forward(
        (from, calendar, limit, pauses) in with_pauses(),
        days_on in prop::collection::vec(0..25u64, 1..5),
    ) {
        let fewer = calendar.with_closures(days_after::<Vec<_>>(from, &days_on[1..]));
        let more = calendar.with_closures(days_after::<Vec<_>>(from, &days_on));
        let due = |calendar: &Calendar| calendar.due_of(from, &limit);
        prop_assert!(due(&fewer).at <= due(&more).at, "{}", due(&more).derivation);
        // a pause of a clock in days is measured in working time, and may lose more of it than the
        // count loses in days; only a clock that still runs is paused
        let runs_out = due(&fewer).at;
        let pauses: Vec<Interval> = (pauses.into_iter())
            .filter(|pause| pause.from < runs_out && !limit.allowance().is_in_days())
            .collect();
        let shifted = |calendar: &Calendar| calendar.shifted(&due(calendar), &limit, &pauses);
        let words = shifted(&more).derivation;
        prop_assert!(shifted(&fewer).at <= shifted(&more).at, "{}", words);
    }

    #[test]
    fn pausing_no_time_changes_nothing((from, calendar, limit) in cases(), when in 0..9_000i64) {
        let due = calendar.due_of(from, &limit);
        let at = from.plus(minutes(when));
        prop_assert_eq!(&calendar.shifted(&due, &limit, &[]), &due);
        let none = [Interval { from: at, to: at }, Interval { from: at, to: from }];
        prop_assert_eq!(&calendar.shifted(&due, &limit, &none), &due);
    }

    #[test]
    fn splitting_a_pause_changes_nothing(
        (from, calendar, limit, pauses) in with_pauses(),
        cut in 0..10_000i64,
    ) {
        let due = calendar.due_of(from, &limit);
        let whole = calendar.shifted(&due, &limit, &pauses);
        let mut split: Vec<Interval> = pauses.iter().rev().flat_map(|pause| {
            let cut = pause.from.plus(minutes(cut)).min(pause.to);
            [Interval { to: cut, ..*pause }, Interval { from: cut, ..*pause }]
        }).collect();
        prop_assert_eq!(&calendar.shifted(&due, &limit, &split), &whole);
        // said twice, it still counts once
        split.extend(pauses);
        prop_assert_eq!(&calendar.shifted(&due, &limit, &split), &whole);
        prop_assert!(whole.at >= due.at);
    }

    #[test]
    fn a_further_limit_comes_later_and_keeps_the_order(
        (from, calendar, limit) in cases(),
        further in limits(),
        later in 0..200_000i64,
    ) {
        let due = calendar.due_of(from, &limit);
        let extended = calendar.extended(&due, &further);
        prop_assert!(extended.at > due.at, "{}", extended.derivation);
        let later = calendar.due_of(from.plus(TimeDelta::seconds(later)), &limit);
        let later = calendar.extended(&later, &further);
        prop_assert!(extended.at <= later.at, "{}\n{}", extended.derivation, later.derivation);
    }

    #[test]
    fn the_shortest_is_the_earliest(
        (from, calendar, limit) in cases(),
        more in prop::collection::vec(limits(), 0..3),
    ) {
        prop_assert_eq!(calendar.due_of_shortest(from, &[]), None);
        let limits: Vec<Limit> = [vec![limit], more].concat();
        let shortest = calendar.due_of_shortest(from, &limits).unwrap();
        let earliest = limits.iter().map(|limit| calendar.due_of(from, limit).at).min();
        prop_assert_eq!(Some(shortest.at), earliest);
    }

    #[test]
    fn a_reminder_comes_before(
        (from, calendar, limit) in cases(),
        ahead in allowances(),
        percents in (0..=100u8, 0..=100u8),
    ) {
        let due = calendar.due_of(from, &limit).at;
        let reminder = calendar.before(due, ahead);
        prop_assert!(reminder <= due);
        if let Allowance::WorkingTime { seconds } = ahead {
            let between = calendar.working_time_between(reminder, due);
            prop_assert_eq!(between, TimeDelta::seconds(seconds.into()));
        }
        let share = |percent| calendar.share(from, due, &limit, percent);
        let (less, more) = (percents.0.min(percents.1), percents.0.max(percents.1));
        prop_assert!(from <= share(less) && share(less) <= share(more) && share(more) <= due);
        prop_assert_eq!(share(100), due);
    }

    #[test]
    fn working_time_goes_there_and_back(
        (from, calendar, _) in cases(),
        seconds in 1..400_000i64,
    ) {
        let length = TimeDelta::seconds(seconds);
        let at = calendar.after_working_time(from, length);
        prop_assert_eq!(calendar.working_time_between(from, at), length);
        let back = calendar.before(at, Allowance::WorkingTime { seconds: seconds as u32 });
        prop_assert!(from <= back);
        prop_assert_eq!(calendar.working_time_between(from, back), TimeDelta::zero());
    }

    #[test]
    fn working_days_are_counted_as_one_by_one(
        (from, calendar, _) in cases(),
        minutes_on in 0..60_000i64,
    ) {
        let to = from.plus(minutes(minutes_on));
        let (start, end) = (calendar.local(from).date_naive(), calendar.local(to).date_naive());
        let days = start.iter_days().skip(1).take_while(|day| *day <= end);
        let worked = days.into_iter().filter(|day| calendar.is_working_day(*day)).count();
        prop_assert_eq!(calendar.working_days_between(from, to) as usize, worked);
        prop_assert_eq!(calendar.working_days_between(to, from), 0);
    }

    #[test]
    fn a_morning_is_the_next_of_a_working_day((from, calendar, _) in cases()) {
        let morning = calendar.local(calendar.next_working_day_at(from, time(9, 0))).naive_local();
        let start = calendar.local(from).date_naive();
        prop_assert_eq!(morning.time(), time(9, 0));
        prop_assert!(calendar.is_working_day(morning.date()) && morning.date() > start);
        let between = start.iter_days().skip(1).take_while(|day| *day < morning.date());
        prop_assert!(between.into_iter().all(|day| !calendar.is_working_day(day)));
    }

    #[test]
    fn a_limit_survives_its_text(limit in limits()) {
        prop_assert_eq!(limit.to_string().parse(), Ok(limit));
    }

    #[test]
    fn no_text_breaks_the_reading(text in "\\PC{0,40}|[0-9]{1,3} (working |school )?(hour|day|week|month)s?(, [a-z ]{0,25}){0,2}( \\(\\PC{0,9}\\))?") {
        if let Ok(limit) = text.parse::<Limit>() {
            prop_assert_eq!(limit.to_string().parse(), Ok(limit));
        }
        if let Ok(hours) = text.parse::<DayHours>() {
            prop_assert_eq!(hours.to_string().parse(), Ok(hours));
        }
    }
}
