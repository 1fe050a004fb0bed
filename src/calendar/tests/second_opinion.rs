//! Thousands of deadlines, each against a walk minute by minute.

use super::generate::{limits, pauses, rules, starts_on_the_minute};
use super::oracle::Oracle;
use super::*;
use proptest::prelude::*;

fn cases() -> impl Strategy<Value = (UtcInstant, CalendarRules)> {
    starts_on_the_minute().prop_flat_map(|from| (Just(from), rules(from)))
}

fn cases_with_pauses() -> impl Strategy<Value = (UtcInstant, CalendarRules, Limit, Vec<Interval>)> {
    (cases(), limits()).prop_flat_map(|((from, rules), limit)| {
        let due = Calendar::new(rules.clone()).unwrap().due_of(from, &limit);
        let minutes = due.at.since(from).num_minutes().min(20 * 24 * 60);
        (Just(from), Just(rules), Just(limit), pauses(from, minutes))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1200))]

    #[test]
    fn agrees_on_due_instants((from, rules) in cases(), limits in prop::collection::vec(limits(), 3)) {
        let (calendar, oracle) = (Calendar::new(rules.clone()).unwrap(), Oracle::new(&rules));
        for limit in limits {
            let due = calendar.due_of(from, &limit);
            prop_assert_eq!(due.at, oracle.due(from, &limit), "{}: {}", limit, due.derivation);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn agrees_on_pauses((from, rules, limit, pauses) in cases_with_pauses()) {
        let (calendar, oracle) = (Calendar::new(rules.clone()).unwrap(), Oracle::new(&rules));
        let due = calendar.due_of(from, &limit);
        let shifted = calendar.shifted(&due, &limit, &pauses);
        let words = &shifted.derivation;
        prop_assert_eq!(shifted.at, oracle.shifted(due.at, &limit, &pauses), "{}", words);
        // moving the deadline on is the same as a clock that really stands; a clock that waits for
        // an opening begins to run only then, and a pause before that takes nothing from it
        if let Some(stood) = oracle.with_a_standing_clock(from, &limit, &pauses)
            && (calendar.rules().out_of_hours != OutOfHours::ClockWaits
                || oracle.is_in_working_units(&limit))
        {
            prop_assert_eq!(shifted.at, stood, "{}", words);
        }
    }

    #[test]
    fn agrees_on_working_time((from, rules) in cases(), minutes in 0..20_000i64) {
        let (calendar, oracle) = (Calendar::new(rules.clone()).unwrap(), Oracle::new(&rules));
        let to = from.plus(chrono::TimeDelta::minutes(minutes));
        let working = calendar.working_time_between(from, to);
        prop_assert_eq!(working.num_minutes(), oracle.working_minutes(from, to));
        prop_assert_eq!(calendar.is_open_at(from), oracle.working_minutes(from, from.plus(chrono::TimeDelta::minutes(1))) == 1);
        let opens = calendar.opens_at_or_after(from);
        prop_assert_eq!(oracle.working_minutes(from, opens), 0);
        prop_assert!(calendar.is_open_at(opens));
    }
}
