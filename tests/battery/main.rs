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
#[expect(unused_imports, reason = "the model's own tests use the rest")]
#[path = "../model/play/mod.rs"]
mod play;
mod r22_model;
mod r22e_model_served;
mod run;

use run::{Plan, Row};
use std::process::ExitCode;

/// Every row, in the order of the table.
const ROWS: &[Row] = &[
    Row {
        name: "R22",
        what: "random commands against an oracle written from the texts",
        unit: "steps",
        trials: 400,
        weight: 3,
        trial: r22_model::trial,
    },
    Row {
        name: "R22e",
        what: "the same through the engine, on both databases",
        unit: "steps",
        trials: 10,
        weight: 2,
        trial: r22e_model_served::trial,
    },
];

fn main() -> ExitCode {
    match Plan::of_arguments(std::env::args().skip(1)) {
        Ok(plan) => plan.play(ROWS),
        Err(mistake) => {
            eprintln!("{mistake}");
            ExitCode::from(2)
        }
    }
}
