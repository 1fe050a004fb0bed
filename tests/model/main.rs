//! The model: random sequences of commands against an oracle written from the texts, and small
//! policies explored whole.
//!
//! `BSCP_MODEL_SEQUENCES=20000 BSCP_MODEL_SEED=7 cargo test --release --test model` plays more, and
//! others; `BSCP_MODEL_DEPTH=6` explores deeper.

mod exhaustive;
#[expect(dead_code, unused_imports, reason = "the tests over the wire use the rest")]
#[path = "../it/house/mod.rs"]
mod house;
mod play;

use fastrand::Rng;
use house::Database;
use play::{Script, judge, judge_served};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// The scripts of a run, each by its number.
fn scripts(name: &str, otherwise: u64, steps_max: usize) -> impl Iterator<Item = (u64, Script)> {
    let (count, seed) = (number(name, otherwise), number("BSCP_MODEL_SEED", 1));
    println!("{count} sequences of seed {seed}");
    (1..=count).map(move |it| {
        let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(it));
        (it, Script::draw(&mut rng, steps_max))
    })
}

#[test]
fn the_state_machine_does_what_the_texts_say() {
    let mut steps = 0;
    for (number, script) in scripts("BSCP_MODEL_SEQUENCES", 400, 100) {
        match judge(&script) {
            Ok(played) => steps += played,
            Err(why) => panic!("sequence {number}: {why}"),
        }
    }
    println!("{steps} steps");
}

fn over(database: Database) {
    for (number, script) in scripts("BSCP_MODEL_SERVED", 4, 60) {
        match judge_served(&script, database) {
            Some(Ok(_)) => {}
            Some(Err(why)) => panic!("sequence {number}: {why}"),
            None => return,
        }
    }
}

#[test]
fn the_engine_on_sqlite_does_what_the_texts_say() {
    over(Database::Sqlite);
}

#[cfg(feature = "postgres")]
#[test]
fn the_engine_on_postgres_does_what_the_texts_say() {
    over(Database::Postgres);
}
