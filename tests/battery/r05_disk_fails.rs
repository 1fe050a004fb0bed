//! R5: the disk fails under a write, or under a sync of SQLite's log, once or from then on.

use crate::dice::Dice;
use crate::load::{self, Came, Cases, Load, People, Servers};
use crate::program::{Fault, Faults, Ground, Program, until};
use crate::run::Outcome;
use std::time::Duration;

const WRITERS: u64 = 8;
/// The exit code of docs/operating.md.
const EXIT_IO: i32 = 74;
const ENDED_WITHIN: Duration = Duration::from_secs(5);

pub fn trial(mut dice: Dice) -> Outcome {
    let ground = Ground::sqlite(&[]);
    let faults = Faults::of(&ground);
    let program = ground.start_with(Some(&faults));
    let cases = Cases::default();
    let people = People::sign_in(&program);
    let servers = Servers::only(&program);
    let mut outcome = Outcome::held(1);
    let violations = &mut outcome.violations;
    let fault = *dice.pick(&[Fault::SyncFails, Fault::WriteFails]);
    // Few enough that SQLite has not begun to empty its log: what fails then is tried again by it.
    let (after, times) = (dice.between(0, 40), *dice.pick(&[0, 1]));
    let load = Load::new(&ground, &people, &servers, &cases, "faulted");
    let mut journal = load.run(WRITERS, &mut dice, |_| {
        faults.set(fault, after, times);
        until("the disk failing", || faults.failed() > 0);
        check_end(program, violations);
    });
    let calls = std::fs::read_to_string(faults.log_path()).unwrap();
    let since = calls.lines().skip_while(|line| *line != "failed");
    let written = since.filter(|line| line.starts_with("written")).count();
    if written > 0 {
        violations.push(format!("I1: {written} pages were written after the disk had failed"));
    }
    for entry in &mut journal {
        // Whether it was done is not known, the server said.
        if let Came::NotDone(answer) = &entry.came
            && answer.status == 503
        {
            entry.came = Came::Unknown(crate::wire::Lost("503".to_owned()));
        }
    }
    let program = ground.start();
    if let Err(lost) = load::resolve(&mut journal, program.address) {
        violations.push(lost);
    }
    load::check_answers(&journal, program.address, 1, violations);
    program.stop();
    load::check_no_failures(&journal, violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

fn check_end(program: Program, violations: &mut Vec<String>) {
    match program.ended(ENDED_WITHIN) {
        Some((Some(EXIT_IO), _)) => {}
        Some((code, _)) => violations.push(format!("the server ended with {code:?}")),
        None => violations.push(format!("the server did not end within {ENDED_WITHIN:?}")),
    }
}
