//! R8: the connection to PostgreSQL is cut, at any byte, or right at a COMMIT: before the database
//! hears of it, after that, or when it has answered. Then all are cut, and refused for a while.

use super::r04_disk_full::catch_up;
use crate::dice::Dice;
use crate::load::{self, Came, Cases, Journal, Load, People, Servers, WRITERS};
use crate::program::{Ground, PATIENCE, Program, pause, until};
use crate::proxy::{Cut, Mode, Proxy};
use crate::run::Outcome;
use crate::wire::{Ask, Lost};
use std::sync::RwLock;
use std::time::{Duration, Instant};

/// How many connections are cut in a trial, one at a time.
const CUTS: u64 = 16;
const REFUSED: Duration = Duration::from_secs(2);
const READY_WITHIN: Duration = Duration::from_secs(5);
/// How long whoever asks about the server's health may have to wait.
const TOLD_WITHIN: Duration = Duration::from_millis(2000 + 1500);
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(10);

pub fn trial(mut dice: Dice) -> Outcome {
    let Some(mut ground) = Ground::postgres(&[]) else {
        let untried = Some("there is no PostgreSQL".to_owned());
        return Outcome { untried, ..Outcome::default() };
    };
    let proxy = Proxy::to(ground.database_address());
    ground.reach_through(proxy.address);
    let mut outcome = Outcome::held(CUTS + 1);
    let violations = &mut outcome.violations;
    let program = ground.start();
    let people = People::sign_in(&program);
    let cases = Cases::default();
    let mut journal = Journal::new();
    // First they send again much later, then at once, while the database may still be at it.
    for (name, retries) in [("later", 0), ("atonce", 3)] {
        let servers = Servers { all: RwLock::new(vec![program.address]), retries };
        let cuts: Vec<Cut> = (0..CUTS / 2).map(|_| draw(&mut dice)).collect();
        let mut load = Load::new(&ground, &people, &servers, &cases, name);
        load.rest = Duration::from_millis(30);
        let mut written = load.run(WRITERS, &mut dice, |_| {
            for cut in cuts {
                proxy.cut(cut);
                if !proxy.was_cut(PATIENCE) {
                    violations.push(format!("{cut:?}: nothing was cut: the trial tried nothing"));
                }
            }
            if retries == 0 {
                refuse_for_a_while(&ground, &proxy, &program, violations);
            }
            pause(Duration::from_millis(300));
        });
        resolve(&mut written, &program, violations);
        load::check_answers(&written, program.address, 5, violations);
        journal.extend(written);
    }
    program.stop();
    load::check_no_failures(&journal, violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// As where the database is started anew.
fn refuse_for_a_while(
    ground: &Ground,
    proxy: &Proxy,
    program: &Program,
    violations: &mut Vec<String>,
) {
    proxy.set(Mode::Refuse);
    pause(REFUSED);
    check_readiness(program, false, violations);
    proxy.set(Mode::Through);
    let again = Instant::now();
    until("the server being ready again", || is_ready(program));
    let ready_after = again.elapsed();
    catch_up(ground);
    let caught_up_after = again.elapsed();
    if ready_after > READY_WITHIN || caught_up_after > CAUGHT_UP_WITHIN {
        violations.push(format!(
            "I4: ready {ready_after:.1?} after the database, deadlines go on after \
             {caught_up_after:.1?}"
        ));
    }
    eprintln!("  ready {ready_after:.1?} after the database was back");
}

fn draw(dice: &mut Dice) -> Cut {
    match dice.between(0, 7) {
        0 | 1 => Cut::BeforeCommit,
        2 | 3 => Cut::AfterCommit,
        4 | 5 => Cut::AfterAnswer,
        _ => Cut::AfterBytes(dice.between(1, 40_000)),
    }
}

pub fn is_ready(program: &Program) -> bool {
    program.ask(&Ask::get("/readyz", "")).is_ok_and(|it| it.is_done())
}

/// Whether `/readyz` says what it should, and `/livez` that the server lives.
pub fn check_readiness(program: &Program, should_be: bool, violations: &mut Vec<String>) {
    let asked = Instant::now();
    if is_ready(program) != should_be {
        violations.push(format!("I12: ready is {}, and should be {should_be}", !should_be));
    }
    if asked.elapsed() > TOLD_WITHIN {
        violations.push(format!("I12: /readyz was answered after {:.1?}", asked.elapsed()));
    }
    if !program.ask(&Ask::get("/livez", "")).is_ok_and(|it| it.is_done()) {
        violations.push("I12: /livez does not answer".to_owned());
    }
}

/// Sends again, with the same keys, what the server could not do or did not know to be done. Whatever
/// it said was not done was not.
fn resolve(journal: &mut Journal, program: &Program, violations: &mut Vec<String>) {
    let (mut unknown, mut were_done, mut not_done) = (0, 0, 0);
    for entry in journal.iter_mut() {
        if let Came::Unknown(Lost(why)) = &entry.came {
            violations.push(format!("{}: no answer: {why}", entry.kind));
        }
        let Came::NotDone(answer) = &entry.came else { continue };
        if answer.status != 503 {
            continue;
        }
        if answer.header("retry-after").is_none() {
            violations.push(format!("503 without Retry-After: {answer:?}"));
        }
        let is_unknown = answer.text("/detail").starts_with("Whether this was done is not known");
        let again = program.ask(&entry.ask).expect("an answer when all is well again");
        let was_done = again.header("idempotency-replayed").is_some();
        match is_unknown {
            true if was_done => were_done += 1,
            true => unknown += 1,
            false if was_done => violations
                .push(format!("I10: {} was done, and answered {}", entry.kind, answer.body)),
            false => not_done += 1,
        }
        entry.came = if again.is_done() { Came::Done(again) } else { Came::NotDone(again) };
    }
    eprintln!(
        "  {}; answered 503: {were_done} of {} unknown ones were done, {not_done} were not",
        load::tally(journal),
        unknown + were_done
    );
}
