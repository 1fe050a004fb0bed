//! Working time, reminders, shares and further closures, by example.

use super::*;
use chrono::TimeDelta;

fn allowance(text: &str) -> Allowance {
    text.parse().unwrap()
}

#[test]
fn stand_ahead_of_a_deadline() {
    let calendar = calendar();
    for (at, ahead, want) in [
        ("2026-12-30T17:00:00", "1 hour", "2026-12-30T16:00:00"),
        ("2026-12-30T17:00:00", "9 working hours", "2026-12-29T16:00:00"),
        ("2026-12-30T17:00:00", "16 working hours", "2026-12-29T09:00:00"),
        ("2026-12-30T17:00:00", "17 working hours", "2026-12-24T16:00:00"),
        ("2026-12-27T12:00:00", "1 working hour", "2026-12-24T16:00:00"),
        ("2026-12-30T17:00:00", "2 working days", "2026-12-24T17:00:00"),
        ("2026-12-27T12:00:00", "1 working day", "2026-12-24T12:00:00"),
        ("2026-12-30T17:00:00", "1 working week", "2026-12-21T17:00:00"),
        ("2026-12-30T17:00:00", "5 school days", "2026-12-21T17:00:00"),
        ("2026-12-30T17:00:00", "2 days", "2026-12-28T17:00:00"),
        ("2026-12-30T17:00:00", "1 week", "2026-12-23T17:00:00"),
        ("2027-03-31T17:00:00", "1 month", "2027-02-28T17:00:00"),
        ("2026-12-30T17:00:00", "same working day", "2026-12-30T09:00:00"),
        // a midnight is the end of the day before, whose opening it is
        ("2026-12-31T00:00:00", "same working day", "2026-12-30T09:00:00"),
        ("2026-12-28T12:00:00", "same working day", "2026-12-24T09:00:00"),
        ("2026-12-30T17:00:00", "immediately", "2026-12-30T16:00:00"),
    ] {
        let found = calendar.before(local(at), allowance(ahead));
        assert_eq!(calendar.say(found), calendar.say(local(want)), "{ahead} ahead of {at}");
    }
}

#[test]
fn are_a_share_of_the_clock() {
    let calendar = calendar();
    let (from, due) = (local("2026-12-24T13:00:00"), local("2026-12-29T13:00:00"));
    for (limit, percent, want) in [
        ("8 working hours", 0, "2026-12-24T13:00:00"),
        ("8 working hours", 50, "2026-12-24T17:00:00"),
        ("8 working hours", 75, "2026-12-29T11:00:00"),
        ("8 working hours", 100, "2026-12-29T13:00:00"),
        ("8 working hours", 200, "2026-12-29T13:00:00"),
        ("120 hours", 50, "2026-12-27T01:00:00"),
        ("5 days", 20, "2026-12-25T13:00:00"),
    ] {
        let share = calendar.share(from, due, &limit.parse().unwrap(), percent);
        assert_eq!(calendar.say(share), calendar.say(local(want)), "{percent} of {limit}");
    }
    // no working time at all: a share of what there is
    let (from, due) = (local("2026-12-25T10:00:00"), local("2026-12-25T12:00:00"));
    let share = calendar.share(from, due, &"1 working day".parse().unwrap(), 50);
    assert_eq!(share, local("2026-12-25T11:00:00"));
    // nothing to share
    assert_eq!(calendar.share(due, from, &"1 working day".parse().unwrap(), 50), from);
}

#[test]
fn know_when_work_goes_on() {
    let calendar = calendar();
    for (at, opens) in [
        ("2026-12-24T08:59:59", "2026-12-24T09:00:00"),
        ("2026-12-24T09:00:00", "2026-12-24T09:00:00"),
        ("2026-12-24T16:59:59", "2026-12-24T16:59:59"),
        ("2026-12-24T17:00:00", "2026-12-29T09:00:00"),
        ("2026-12-26T12:00:00", "2026-12-29T09:00:00"),
    ] {
        assert_eq!(calendar.opens_at_or_after(local(at)), local(opens), "{at}");
        assert_eq!(calendar.is_open_at(local(at)), at == opens, "{at}");
    }
    let between = |from, to| calendar.working_time_between(local(from), local(to));
    let christmas = between("2026-12-24T12:00:00", "2026-12-29T10:30:00");
    assert_eq!(christmas, TimeDelta::minutes(390));
    assert_eq!(between("2026-12-29T10:30:00", "2026-12-24T12:00:00"), TimeDelta::zero());
    let friday = local("2026-12-18T16:00:00");
    assert_eq!(calendar.after_working_time(friday, TimeDelta::zero()), friday);
    assert_eq!(
        calendar.after_working_time(friday, TimeDelta::hours(1)),
        local("2026-12-18T17:00:00")
    );
    assert_eq!(calendar.working_days_between(friday, local("2026-12-29T09:00:00")), 5);
}

#[test]
fn of_an_agency_keep_its_own_closures() {
    let calendar = calendar();
    let agency = calendar.with_closures([day("2026-12-29"), day("2026-12-31")]);
    let due = agency.due(local("2026-12-24T10:00:00"), Allowance::WorkingDays(2));
    assert_eq!(
        due.derivation,
        "2 working days after Thu 24 Dec 2026, without 25, 28, 29 and 31 Dec 2026, 1 Jan 2027 \
         and the weekends: Mon 4 Jan 2027, 17:00"
    );
    assert_eq!(agency.rules().closures.len(), 2);
    assert!(calendar.is_working_day(day("2026-12-29")));
    assert!(!agency.is_working_day(day("2026-12-29")));
}

#[test]
fn of_the_shortest_say_what_it_is_shorter_than() {
    let words = |from, limits: &[&str]| {
        let limits: Vec<Limit> = limits.iter().map(|text| text.parse().unwrap()).collect();
        calendar().due_of_shortest(local(from), &limits).unwrap().derivation
    };
    assert_eq!(
        words("2026-12-24T10:00:00", &["48 hours (two days)"]),
        "48 hours (the policy also says: two days) after Thu 24 Dec 2026, 10:00: \
         Sat 26 Dec 2026, 10:00"
    );
    assert_eq!(
        words("2026-11-16T10:00:00", &["1 week", "5 working days", "1 working week", "5 days"]),
        "5 days after Mon 16 Nov 2026: Sat 21 Nov 2026, 17:00, which is sooner than 1 week, \
         5 working days and 1 working week"
    );
    assert_eq!(
        words("2026-11-16T10:00:00", &["5 working days", "1 working week", "1 month"]),
        "5 working days after Mon 16 Nov 2026, without the weekend: Mon 23 Nov 2026, 17:00, \
         which is the same as 1 working week and sooner than 1 month"
    );
}
