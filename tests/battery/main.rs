//! The battery of docs/reliability.md: faults are thrown at the server, and each trial ends by
//! proving the record.
//!
//! `cargo test --test battery` runs the short part, a fixed number of trials for each row; the long
//! part takes a budget and a seed, and shares the time out among the rows:
//!
//! ```text
//! cargo test --release --test battery -- --minutes 60 --seed 7
//! cargo test --release --test battery -- --minutes 5 --rows R1,R16
//! ```
//!
//! It prints a table (row, trials, violations) and fails if anything was violated. A trial is drawn
//! from the seed, the row and its own number alone, so `--rows R1 --seed 7 --first 12 --trials 1`
//! plays the twelfth again.

mod dice;
#[expect(dead_code, unused_imports, reason = "the tests over the wire use the rest")]
#[path = "../it/house/mod.rs"]
mod house;
mod r17_mail_server_faults;
mod r18_backlog;
mod r19_killed_after_250;
mod run;

use run::{Plan, Row};
use std::process::ExitCode;

/// Every row, in the order of the table.
const ROWS: &[Row] = &[
    r17_mail_server_faults::ROW,
    r18_backlog::ROW,
    r19_killed_after_250::ROW,
];

/// Proves the record of a house, and names what is broken.
async fn prove_the_record(house: &house::House, violations: &mut Vec<String>) {
    let verified = house.engine.verify_timelines().await.unwrap();
    let broken = verified.broken.iter();
    violations.extend(broken.map(|it| format!("I8: {}: {}", it.reference, it.broken)));
}

fn main() -> ExitCode {
    match Plan::of_arguments(std::env::args().skip(1)) {
        Ok(plan) => plan.play(ROWS),
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::from(2)
        }
    }
}
