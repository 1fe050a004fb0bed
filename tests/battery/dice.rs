//! What a trial draws from: the same seed, row and trial give the same draws on every machine.

/// A small generator that is the same everywhere.
#[derive(Debug, Clone)]
pub struct Dice {
    draws: fastrand::Rng,
}

impl Dice {
    /// The draws of one trial.
    pub fn of_trial(seed: u64, row: &str, trial: u64) -> Self {
        let mixed = row.bytes().fold(seed ^ 0x9E37_79B9_7F4A_7C15, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Self {
            draws: fastrand::Rng::with_seed(
                mixed.wrapping_add(trial.wrapping_mul(0xD1B5_4A32_D192_ED03)),
            ),
        }
    }

    /// A number from `low` up to and without `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.draws.u64(low..high)
    }

    /// True once in `of` times.
    pub fn one_in(&mut self, of: u64) -> bool {
        self.between(0, of) == 0
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        let at = self.draws.usize(0..among.len());
        &among[at]
    }

    /// A seed for something else that draws.
    pub fn seed(&mut self) -> u64 {
        self.draws.u64(..)
    }
}
