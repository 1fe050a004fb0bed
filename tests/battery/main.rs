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
mod r23_years;
mod run;

use run::{Plan, Row};
use std::process::ExitCode;

/// Every row, in the order of the table.
const ROWS: &[Row] = &[Row {
    name: "R23",
    what: "one to three whole nodes through a made-up year of faults, twice from one seed",
    unit: "years",
    trials: 25,
    weight: 5,
    trial: r23_years::trial,
}];

fn main() -> ExitCode {
    match Plan::of_arguments(std::env::args().skip(1)) {
        Ok(plan) => plan.play(ROWS),
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::from(2)
        }
    }
}
