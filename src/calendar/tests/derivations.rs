//! A derivation is enough to count the deadline again.

use super::generate::{limits, pauses, rules, starts_on_the_minute};
use super::*;
use chrono::Weekday;
use proptest::prelude::*;

fn cases() -> impl Strategy<Value = (UtcInstant, Calendar, Limit)> {
    let with_rules = starts_on_the_minute().prop_flat_map(|from| (Just(from), rules(from)));
    (with_rules, limits())
        .prop_map(|((from, rules), limit)| (from, Calendar::new(rules).unwrap(), limit))
}

/// The last instant that a text names, such as `Wed 30 Dec 2026, 17:00`.
fn last_instant(calendar: &Calendar, text: &str) -> UtcInstant {
    let words: Vec<&str> = text.split([' ', ';']).collect();
    let (place, named) = (0..words.len().saturating_sub(4))
        .rev()
        .find_map(|place| {
            let text = words[place..place + 5].join(" ");
            let text = text.trim_end_matches([',', ':', ')']);
            let named = chrono::NaiveDateTime::parse_from_str(text, "%a %d %b %Y, %H:%M").ok()?;
            Some((place, named))
        })
        .unwrap_or_else(|| panic!("no instant in: {text}"));
    let first = calendar.instant_of(named);
    // only whole hours are shown twice in London
    let second = first.plus(chrono::TimeDelta::hours(1));
    let after = words[place + 5..].join(" ");
    let is_second = after.starts_with("(second time)");
    if is_second && calendar.say(second).ends_with("(second time)") { second } else { first }
}

proptest! {
    #[test]
    fn names_its_instant_last((from, calendar, limit) in cases()) {
        let due = calendar.due_of(from, &limit);
        prop_assert_eq!(last_instant(&calendar, &due.derivation), due.at, "{}", due.derivation);
        let also = limit.shown().map(|shown| format!("(the policy also says: {shown})"));
        prop_assert!(also.is_none_or(|also| due.derivation.contains(&also)));
    }

    #[test]
    fn of_a_pause_or_an_extension_names_its_instant_last(
        ((from, calendar, limit), pauses) in cases().prop_flat_map(|case| {
            let pauses = pauses(case.0, 9_000);
            (Just(case), pauses)
        }),
        further in limits(),
    ) {
        let due = calendar.due_of(from, &limit);
        for due in [calendar.shifted(&due, &limit, &pauses), calendar.extended(&due, &further)] {
            prop_assert_eq!(last_instant(&calendar, &due.derivation), due.at, "{}", due.derivation);
        }
    }

    #[test]
    fn of_working_days_counts_out_by_its_own_words(
        from in starts_on_the_minute(),
        days in 1..40u32,
        closed_on in prop::collection::vec(0..30u64, 0..6),
    ) {
        let closures: Vec<NaiveDate> = super::generate::days_after(from, &closed_on);
        let calendar = calendar_closed_on(&closures);
        let due = calendar.due(from, Allowance::WorkingDays(days));
        prop_assert_eq!(recounted(&due.derivation), calendar.local(due.at).date_naive(), "{}", due.derivation);
    }
}

/// Counts the working days that a derivation names from the day that it names, leaving out what it
/// says it left out.
fn recounted(text: &str) -> NaiveDate {
    let (number, rest) = text.split_once(" working day").unwrap();
    let rest = rest.split_once("after ").unwrap().1;
    let (start, rest) = rest.split_at(rest.find([',', ':']).unwrap());
    let start = NaiveDate::parse_from_str(start, "%a %d %b %Y").unwrap();
    let left_out = rest.rsplit_once(": ").unwrap().0.trim_start_matches(", without ");
    let without_weekends = left_out.contains("the weekend");
    let mut days_off = Vec::new();
    let words = left_out.replace(',', "").replace(" and", "").replace("the weekends", "");
    let words = words.replace("the weekend", "");
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut numbers: Vec<u32> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if let Ok(number) = word.parse() {
            numbers.push(number);
        } else {
            let year = words.next_if(|next| next.len() == 4).map(|year| year.parse().unwrap());
            let year: i32 = year.unwrap_or(start.year());
            for number in numbers.drain(..) {
                let day = format!("{number} {word} {year}");
                days_off.push(NaiveDate::parse_from_str(&day, "%d %b %Y").unwrap());
            }
        }
    }
    let is_weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    // a count that starts on a Sunday has no weekend to leave out before Monday
    let mut counted = start
        .iter_days()
        .skip(1)
        .filter(|day| !(days_off.contains(day) || (is_weekend(day) && without_weekends)));
    counted.nth(number.parse::<usize>().unwrap() - 1).unwrap()
}
