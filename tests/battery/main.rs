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
mod load;
mod many;
mod program;
mod r01_kills;
mod r02_sync_order;
mod r04_disk_full;
mod r05_disk_fails;
mod r06_foreign_lock;
mod r11_race;
mod r16_silence;
mod r30_restarts;
mod r34_poison;
#[expect(dead_code, reason = "the tests over the wire use the rest")]
#[path = "../it/engine/sql.rs"]
mod raw;
mod run;
mod wire;

use run::{Plan, Row};
use std::process::ExitCode;

/// Every row, in the order of the table.
const ROWS: &[Row] = &[
    Row {
        name: "R1",
        what: "killed under 16 writers, SQLite",
        unit: "kills",
        trials: 1,
        weight: 10,
        trial: r01_kills::on_sqlite,
    },
    Row {
        name: "R1p",
        what: "killed under 16 writers, PostgreSQL",
        unit: "kills",
        trials: 1,
        weight: 5,
        trial: r01_kills::on_postgres,
    },
    Row {
        name: "R2a",
        what: "the order of sync and answer is watched",
        unit: "writes",
        trials: 1,
        weight: 2,
        trial: r02_sync_order::trial,
    },
    Row {
        name: "R4",
        what: "disk full at a random write, then freed",
        unit: "points",
        trials: 1,
        weight: 3,
        trial: r04_disk_full::trial,
    },
    Row {
        name: "R5",
        what: "the disk fails under a write or a sync",
        unit: "failures",
        trials: 4,
        weight: 3,
        trial: r05_disk_fails::trial,
    },
    Row {
        name: "R6",
        what: "another program holds SQLite's lock",
        unit: "locks",
        trials: 1,
        weight: 2,
        trial: r06_foreign_lock::trial,
    },
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
        name: "R30",
        what: "SIGTERM under 16 writers, SQLite",
        unit: "restarts",
        trials: 2,
        weight: 3,
        trial: r30_restarts::alone,
    },
    Row {
        name: "R30p",
        what: "three nodes restarted in turn, PostgreSQL",
        unit: "restarts",
        trials: 1,
        weight: 3,
        trial: r30_restarts::rolling,
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
