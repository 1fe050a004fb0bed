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
mod many;
mod r11_race;
mod r16_silence;
mod r23_years;
mod r34_poison;
#[expect(dead_code, reason = "the tests over the wire use the rest")]
#[path = "../it/engine/sql.rs"]
mod raw;
mod run;

use run::{Plan, Row};
use std::process::ExitCode;

/// Every row, in the order of the table.
const ROWS: &[Row] = &[
    Row {
        name: "R11",
        what: "three nodes race on one due set",
        unit: "due cases",
        trials: 1,
        weight: 1,
        trial: r11_race::short,
    },
    Row {
        name: "R11L",
        what: "the same with 10,000 due cases",
        unit: "due cases",
        trials: 0,
        weight: 4,
        trial: r11_race::long,
    },
    Row {
        name: "R16",
        what: "30 days of silence, then a start",
        unit: "overdue cases",
        trials: 2,
        weight: 1,
        trial: r16_silence::short,
    },
    Row {
        name: "R16L",
        what: "the same with 10,000 overdue cases",
        unit: "overdue cases",
        trials: 0,
        weight: 4,
        trial: r16_silence::long,
    },
    Row {
        name: "R23",
        what: "one to three whole nodes through a made-up year of faults, twice from one seed",
        unit: "years",
        trials: 10,
        weight: 5,
        trial: r23_years::trial,
    },
    Row {
        name: "R34",
        what: "one bad record, message, address or policy",
        unit: "poisons",
        trials: 6,
        weight: 2,
        trial: r34_poison::trial,
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
