//! R4: the disk is full from a random write on, and has room again after a while.

use crate::dice::Dice;
use crate::load::{self, Came, Cases, Entry, Journal, Load, People, Servers};
use crate::program::{Fault, Faults, Ground, PATIENCE, Program, pause, until};
use crate::run::Outcome;
use crate::wire::Ask;
use bscp_escalation::clock::Clock;
use std::time::{Duration, Instant};

/// At how many points the disk fills up in a trial.
const POINTS: u64 = 10;
const WRITERS: u64 = 4;
/// How long deadlines may take to go on once there is room.
const RESUMED_WITHIN: Duration = Duration::from_secs(10);

pub fn trial(mut dice: Dice) -> Outcome {
    let ground = Ground::sqlite(&[]);
    let faults = Faults::of(&ground);
    let program = ground.start_with(Some(&faults));
    let cases = Cases::default();
    let people = People::sign_in(&program);
    let servers = Servers::only(&program);
    let mut outcome = Outcome::held(POINTS);
    let violations = &mut outcome.violations;
    let mut journal = Journal::new();
    for point in 0..POINTS {
        let after = dice.between(0, 120);
        // Once in a trial for so long that deadlines fall due while there is no room.
        let for_how_long = Duration::from_millis(if point == 0 { 3000 } else { 200 });
        let load = Load::new(&ground, &people, &servers, &cases, point.to_string());
        let written = load.run(WRITERS, &mut dice, |_| {
            pause(Duration::from_millis(if point == 0 { 1000 } else { 50 }));
            faults.set(Fault::DiskFull, after, 0);
            // A write is cut short first; then nothing can be written.
            until("the disk being full", || faults.failed() > 1);
            check_reads(&program, &people, violations);
            pause(for_how_long);
            check_reads(&program, &people, violations);
            faults.set(Fault::Nothing, 0, 0);
            let freed = Instant::now();
            catch_up(&ground);
            if freed.elapsed() > RESUMED_WITHIN {
                let late = freed.elapsed();
                violations.push(format!("I4: deadlines went on after {late:?} only"));
            }
        });
        if !written.iter().any(is_full) {
            violations.push("nobody was told that the disk is full".to_owned());
        }
        journal.extend(written);
    }
    program.stop();
    check_refusals(&journal, &[503, 507], violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

fn is_full(entry: &Entry) -> bool {
    matches!(&entry.came, Came::NotDone(answer) if answer.status == 507)
}

/// Reading goes on while nothing can be written.
fn check_reads(program: &Program, people: &People, violations: &mut Vec<String>) {
    for path in ["/api/v1/escalations", "/api/v1/me", "/livez"] {
        let came = program.ask(&Ask::get(path, &people.priya));
        if !came.as_ref().is_ok_and(|answer| answer.status == 200) {
            violations.push(format!("{path} was not read on a full disk: {came:?}"));
        }
    }
}

/// Waits until nothing is left that was due when this began.
pub fn catch_up(ground: &Ground) {
    let now = Clock::System.now();
    let left =
        format!("select id as a, reference as b from escalations where next_act_at <= '{now}'");
    let began = Instant::now();
    while !ground.rows(&left).is_empty() && began.elapsed() < PATIENCE {
        pause(Duration::from_millis(50));
    }
}

/// Whatever the server did not do because it could not: a problem in words, with the time after
/// which it is worth another try.
pub fn check_refusals(journal: &[Entry], allowed: &[u16], violations: &mut Vec<String>) {
    for entry in journal {
        match &entry.came {
            Came::Done(_) => {}
            Came::Unknown(lost) => violations.push(format!("no answer to a write: {}", lost.0)),
            Came::NotDone(answer) if answer.status < 500 => {}
            Came::NotDone(answer) => {
                let is_told = allowed.contains(&answer.status)
                    && answer.header("content-type") == Some("application/problem+json")
                    && answer.header("retry-after").is_some()
                    && !answer.text("/detail").is_empty();
                if !is_told {
                    violations.push(format!("a write was answered so: {answer:?}"));
                }
            }
        }
    }
}
