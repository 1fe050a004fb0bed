//! R22: random sequences of commands by the state machine, against an oracle written from the texts.

use crate::dice::Dice;
use crate::play::{Script, judge};
use crate::run::Outcome;

/// One sequence of up to a hundred steps.
pub fn trial(mut dice: Dice) -> Outcome {
    let script = Script::draw(&mut fastrand::Rng::with_seed(dice.seed()), 100);
    outcome(judge(&script))
}

/// What came of a sequence; an unlike step is the violation.
pub fn outcome(judged: Result<u64, String>) -> Outcome {
    match judged {
        Ok(steps) => Outcome::held(steps),
        Err(why) => Outcome { violations: vec![format!("R22: {why}")], ..Outcome::default() },
    }
}
