//! R23: whole nodes through a made-up year, and the same year again.
//!
//! One to three engines, each with its own connections, clock and mail server, over one database. A
//! driver on one thread lets them work one operation at a time, in an order drawn from the seed:
//! people act in office hours or keep silent, come and go; policies change; databases fail before a
//! transaction, at its commit and after it; the mail server refuses, loses its answer, is away for
//! days; nodes crash, stop in the middle of a message and wake weeks later; all are down for a
//! month. Nothing is waited for and nobody looks at the machine's clock, so that a year is over in
//! a second, and is the same year each time: it is played twice and the two traces compared.
#![cfg(test)]

mod asking;
mod checks;
mod commands;
mod driving;
mod faults;
mod keeping;
mod node;
mod planning;
mod post_office;
mod records;
mod sky;
mod trace;
mod world;

use crate::dice::Dice;
use crate::run::Outcome;
use world::World;

/// How many of a trace's last lines are shown where something is violated.
const SHOWN_LINES: usize = 30;

/// One year, twice.
pub fn trial(dice: Dice) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut outcome = Outcome::held(1);
    let first = runtime.block_on(World::play(dice.clone()));
    let second = runtime.block_on(World::play(dice));
    outcome.violations.extend(first.violations.iter().cloned());
    if first.trace.sha256() != second.trace.sha256() {
        outcome.violations.push(first.trace.first_difference(&second.trace));
    }
    if !outcome.violations.is_empty() {
        eprintln!("{}", first.trace.last_lines(SHOWN_LINES));
    }
    if let Some(path) = std::env::var_os("R23_TRACE") {
        std::fs::write(path, first.trace.last_lines(usize::MAX)).unwrap();
    }
    outcome
}
