//! The weather over a node's connections to the database.

use bscp_escalation::store::{Moment, StoreError, Weather};
use std::sync::{Mutex, PoisonError};

/// What the weather is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// All is well.
    Fair,
    /// Each moment fails once in so many.
    Stormy(u64),
    /// No transaction begins.
    Gone,
    /// After so many moments more the node is dead: whatever it asks fails.
    Dying(u64),
}

struct Inner {
    mood: Mood,
    draws: fastrand::Rng,
    faults: u64,
}

/// The weather over one node.
pub struct Sky {
    inner: Mutex<Inner>,
}

impl Sky {
    /// Fair weather for now.
    pub fn fair(seed: u64) -> Self {
        let draws = fastrand::Rng::with_seed(seed);
        Self { inner: Mutex::new(Inner { mood: Mood::Fair, draws, faults: 0 }) }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the weather change.
    pub fn turn(&self, mood: Mood) {
        self.inner().mood = mood;
    }

    /// What it is like.
    pub fn mood(&self) -> Mood {
        self.inner().mood
    }

    /// How many times it has failed so far.
    pub fn faults(&self) -> u64 {
        self.inner().faults
    }
}

impl Weather for Sky {
    fn at(&self, moment: Moment) -> Result<(), StoreError> {
        let mut inner = self.inner();
        // A node reads what comes next while its message is on its way: which of the two is first is
        // not the driver's, so only writing draws.
        let reads = moment == Moment::BeforeReading;
        let fails = match inner.mood {
            Mood::Fair => false,
            Mood::Stormy(_) | Mood::Dying(1..) if reads => false,
            Mood::Stormy(one_in) => inner.draws.u64(0..one_in) == 0,
            Mood::Gone => matches!(moment, Moment::BeforeReading | Moment::BeforeWriting),
            Mood::Dying(0) => true,
            Mood::Dying(left) => {
                inner.mood = Mood::Dying(left - 1);
                false
            }
        };
        if !fails {
            return Ok(());
        }
        inner.faults += 1;
        Err(match moment {
            Moment::BeforeReading | Moment::BeforeWriting => {
                StoreError::Connection("the database is away".to_owned())
            }
            Moment::BeforeCommit => {
                StoreError::Connection("the commit did not get there".to_owned())
            }
            Moment::AfterCommit => StoreError::Connection("the answer was lost".to_owned()),
        })
    }
}
