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

#![cfg(test)]

mod dice;
#[expect(dead_code, unused_imports, reason = "the tests over the wire use the rest")]
#[path = "../it/house/mod.rs"]
mod house;
mod load;
mod many;
#[expect(unused_imports, reason = "the model's own tests use the rest")]
#[path = "../model/play/mod.rs"]
mod play;
mod program;
mod proxy;
mod r01_kills;
mod r02_sync_order;
mod r04_disk_full;
mod r05_disk_fails;
mod r06_foreign_lock;
mod r08_cut_in_commit;
mod r09_slow_database;
mod r10_forced_conflicts;
mod r11_race;
mod r12_zombie;
mod r16_silence;
mod r17_encryption;
mod r17_mail_server_faults;
mod r18_backlog;
mod r18_urgent;
mod r19_killed_after_250;
mod r20_idempotency_storm;
mod r21_sixty_four_editors;
mod r22_model;
mod r22e_model_served;
mod r23_years;
mod r30_restarts;
mod r34_poison;
#[expect(dead_code, reason = "the tests over the wire use the rest")]
#[path = "../it/engine/sql.rs"]
mod raw;
mod run;
mod wire;

use run::{Plan, Row, row};
use std::process::ExitCode;

/// Every row, in the order of the table: its name, what is done, what a trial counts, the trials of
/// the short part (none: it is too long for it), its share of a long run's time.
const ROWS: &[Row] = &[
    row("R1", "killed under 16 writers, SQLite", "kills", 1, 10, r01_kills::on_sqlite),
    row("R1p", "killed under 16 writers, PostgreSQL", "kills", 1, 5, r01_kills::on_postgres),
    row("R2a", "the order of sync and answer is watched", "writes", 1, 2, r02_sync_order::trial),
    row("R4", "disk full at a random write, then freed", "points", 1, 3, r04_disk_full::trial),
    row("R5", "the disk fails under a write or a sync", "failures", 4, 3, r05_disk_fails::trial),
    row("R6", "another program holds SQLite's lock", "locks", 1, 2, r06_foreign_lock::trial),
    row("R8", "cut from PostgreSQL, also in COMMIT", "cuts", 1, 3, r08_cut_in_commit::trial),
    row(
        "R9",
        "PostgreSQL late, silent, taken, read-only",
        "faults",
        1,
        3,
        r09_slow_database::trial,
    ),
    row(
        "R10",
        "PostgreSQL breaks transactions off",
        "conflicts",
        1,
        2,
        r10_forced_conflicts::trial,
    ),
    row("R11", "three nodes race on one due set", "due cases", 1, 1, r11_race::short),
    row("R11L", "the same with 10,000 due cases", "due cases", 0, 4, r11_race::long),
    row("R12", "a node killed or stopped and woken, PostgreSQL", "nodes", 1, 3, r12_zombie::trial),
    row("R16", "30 days of silence, then a start", "overdue cases", 2, 1, r16_silence::short),
    row("R16L", "the same with 10,000 overdue cases", "overdue cases", 0, 4, r16_silence::long),
    row(
        "R17",
        "a mail server that does everything wrong",
        "messages",
        4,
        2,
        r17_mail_server_faults::trial,
    ),
    row("R17t", "a mail server whose encryption is wrong", "messages", 4, 2, r17_encryption::trial),
    row(
        "R18",
        "a backlog after an outage of the mail server",
        "messages",
        1,
        2,
        r18_backlog::trial,
    ),
    row("R18u", "an urgent message fails under a backlog", "failures", 1, 2, r18_urgent::trial),
    row(
        "R19",
        "killed between the mail server's 250 and our commit",
        "kills",
        1,
        3,
        r19_killed_after_250::trial,
    ),
    row("R20", "one key from 16 at once, SQLite", "keys", 1, 1, r20_idempotency_storm::on_sqlite),
    row("R20p", "the same over two nodes", "keys", 0, 2, r20_idempotency_storm::on_postgres),
    row("R21", "64 editors of one case, SQLite", "rounds", 1, 1, r21_sixty_four_editors::on_sqlite),
    row("R21p", "the same over two nodes", "rounds", 0, 1, r21_sixty_four_editors::on_postgres),
    row(
        "R22",
        "random commands against an oracle written from the texts",
        "steps",
        400,
        3,
        r22_model::trial,
    ),
    row(
        "R22e",
        "the same through the engine, on both databases",
        "steps",
        10,
        2,
        r22e_model_served::trial,
    ),
    row("R23", "whole nodes through a year of faults, twice", "years", 4, 5, r23_years::trial),
    row("R30", "SIGTERM under 16 writers, SQLite", "restarts", 2, 3, r30_restarts::alone),
    row(
        "R30p",
        "three nodes restarted in turn, PostgreSQL",
        "restarts",
        1,
        3,
        r30_restarts::rolling,
    ),
    row("R34", "one bad record, message, address or policy", "poisons", 6, 2, r34_poison::trial),
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
