//! Due instants a second on one core, with their derivations, beside the slow oracle of the tests.
//!
//! `cargo bench --bench due_instants`. It prints and never fails: a machine that is busy with
//! something else is no mistake.

#![cfg(test)]

use bscp_escalation::calendar::{
    Allowance, Calendar, CalendarRules, DayEnd, DayHours, Division, Interval, Limit, OutOfHours,
};
use bscp_escalation::clock::UtcInstant;
use chrono::{DateTime, NaiveTime};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[path = "../src/calendar/tests/oracle.rs"]
#[expect(dead_code, reason = "the benchmark asks it for due instants only")]
mod oracle;
#[path = "../src/calendar/tests/published.rs"]
mod published;

/// What is to be reached for clocks in working days.
const WANTED: f64 = 500_000.0;
const LIMITS: [&str; 7] = [
    "5 working days",
    "10 working days",
    "15 working days",
    "5 working days, to midnight",
    "4 working hours",
    "48 hours",
    "28 days",
];

fn main() {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let (zone, division) = (chrono_tz::Europe::London, Division::EnglandAndWales);
    let rules = CalendarRules::new(zone, division, time(9), time(17));
    let calendar = Calendar::new(rules.clone()).unwrap();
    let oracle = oracle::Oracle::new(&rules);
    println!("due instants a second on one core, with derivations; {WANTED} are wanted for days");
    println!("{:<30} {:>12} {:>12} {:>10}", "limit", "calendar", "oracle", "ratio");
    for text in LIMITS {
        let limit: Limit = text.parse().unwrap();
        let ours = rate(Duration::from_secs(1), |from| {
            black_box(calendar.due_of(black_box(from), &limit));
        });
        let slow = rate(Duration::from_millis(300), |from| {
            black_box(oracle.due(black_box(from), &limit));
        });
        println!("{text:<30} {ours:>12.0} {slow:>12.0} {:>9.0}x", ours / slow);
    }
}

/// How often a second it is done, over starts all through 2026 and 2027; the best of ten tries.
fn rate(at_least: Duration, mut work: impl FnMut(UtcInstant)) -> f64 {
    let starts: Vec<UtcInstant> = (0..17_000)
        .map(|hour| DateTime::from_timestamp(1_767_225_600 + hour * 3_600 + hour % 60 * 60, 0))
        .map(|at| UtcInstant::new(at.unwrap()))
        .collect();
    let once = |work: &mut dyn FnMut(UtcInstant)| {
        let (begun, mut done) = (Instant::now(), 0_u32);
        for from in starts.iter().cycle() {
            work(*from);
            done += 1;
            if done.is_multiple_of(16) && begun.elapsed() > at_least / 10 {
                break;
            }
        }
        f64::from(done) / begun.elapsed().as_secs_f64()
    };
    (0..10).map(|_| once(&mut work)).fold(0.0, f64::max)
}
