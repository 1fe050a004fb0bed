//! R6: another program holds SQLite's write lock for a while.

use super::r04_disk_full::{catch_up, check_refusals};
use crate::dice::Dice;
use crate::load::{self, Came, Cases, Load, People, Servers};
use crate::program::{Ground, pause};
use crate::run::Outcome;
use diesel::connection::{Connection, SimpleConnection};
use diesel::sqlite::SqliteConnection;
use std::time::{Duration, Instant};

const WRITERS: u64 = 4;
const BUSY: Duration = Duration::from_secs(2);
/// What a loaded machine may add to the wait.
const SLACK: Duration = Duration::from_millis(1500);
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(10);

pub fn trial(mut dice: Dice) -> Outcome {
    let ground = Ground::sqlite(&[("database.busy_timeout_seconds", BUSY.as_secs().to_string())]);
    let program = ground.start();
    let cases = Cases::default();
    let people = People::sign_in(&program);
    let servers = Servers::only(&program);
    let mut outcome = Outcome::held(2);
    let violations = &mut outcome.violations;
    let mut journal = load::Journal::new();
    // Once for less than the time-out, once for longer.
    let holds = [dice.between(100, 1000), dice.between(4000, 6000)].map(Duration::from_millis);
    for (number, hold) in holds.into_iter().enumerate() {
        let load = Load::new(&ground, &people, &servers, &cases, number.to_string());
        let written = load.run(WRITERS, &mut dice, |_| {
            pause(Duration::from_millis(700));
            hold_the_lock(&ground, hold);
            let freed = Instant::now();
            catch_up(&ground);
            if freed.elapsed() > CAUGHT_UP_WITHIN {
                let late = freed.elapsed();
                violations.push(format!("I4: deadlines went on after {late:?} only"));
            }
        });
        let is_refused = |came: &Came| matches!(came, Came::NotDone(it) if it.status == 503);
        let refused = written.iter().filter(|entry| is_refused(&entry.came)).count();
        if (hold > BUSY) != (refused > 0) {
            violations.push(format!("held for {hold:?}: {refused} writes were refused"));
        }
        let longest = written.iter().map(|entry| entry.took).max().unwrap_or_default();
        if longest > BUSY + SLACK {
            violations.push(format!("held for {hold:?}: a write waited for {longest:?}"));
        }
        journal.extend(written);
    }
    load::check_answers(&journal, program.address, 5, violations);
    program.stop();
    check_refusals(&journal, &[503], violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

fn hold_the_lock(ground: &Ground, how_long: Duration) {
    let mut foreign = SqliteConnection::establish(ground.file().to_str().unwrap()).unwrap();
    foreign.batch_execute("pragma busy_timeout = 30000; begin immediate").unwrap();
    pause(how_long);
    foreign.batch_execute("rollback").unwrap();
}
