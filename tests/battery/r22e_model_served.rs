//! R22 over the engine: the same sequences through the one door, on SQLite and on PostgreSQL, with
//! outbox and timeline read back; stale versions and repeated keys mean something here.

use crate::dice::Dice;
use crate::house::Database;
use crate::play::{Script, judge_served};
use crate::r22_model::outcome;
use crate::run::Outcome;

/// One sequence of up to sixty steps on a database of its own.
pub fn trial(mut dice: Dice) -> Outcome {
    let script = Script::draw(&mut fastrand::Rng::with_seed(dice.seed()), 60);
    let database = *dice.pick(&[Database::Sqlite, Database::Postgres]);
    match judge_served(&script, database) {
        Some(judged) => outcome(judged),
        None => Outcome {
            untried: Some("there is no PostgreSQL here".to_owned()),
            ..Outcome::default()
        },
    }
}
