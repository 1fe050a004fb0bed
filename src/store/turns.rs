//! Whose turn it is to use the database. Waiting for one takes no thread, and neither waiting nor
//! being answered takes longer than it may: a database that hangs must not take the server with it.

use super::error::StoreError;
use crate::clock::Stopwatch;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// As many turns as there are connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Turns {
    free: Arc<Semaphore>,
    count: usize,
    taken: Arc<Taken>,
    wait_at_most: Duration,
    /// None where the database can only be as slow as this machine's disk.
    answer_within: Option<Duration>,
}

/// When each turn that is taken began.
#[derive(Default)]
struct Taken(Mutex<(u64, HashMap<u64, Stopwatch>)>);

/// A turn, given back when it is dropped.
pub(super) struct Turn {
    number: u64,
    taken: Arc<Taken>,
    _permit: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(count: u32, wait_at_most: Duration, answer_within: Option<Duration>) -> Self {
        let count = usize::try_from(count.max(1)).unwrap_or(1);
        let free = Arc::new(Semaphore::new(count));
        Self { free, count, taken: Arc::default(), wait_at_most, answer_within }
    }

    /// Waits for a turn, in the order of asking. Where each turn has been without an answer for too
    /// long already, nobody waits.
    ///
    /// # Errors
    /// If none is free in time.
    pub(super) async fn take(&self) -> Result<Turn, StoreError> {
        let free = Arc::clone(&self.free);
        let permit = match Arc::clone(&free).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_none_free) if self.is_hopeless() => {
                return Err(self.no_turn("the database does not answer on any of"));
            }
            Err(_none_free) => {
                let waiting = timeout(self.wait_at_most, free.acquire_owned()).await;
                let in_time = waiting.map_err(|_elapsed| self.no_turn("all are in use of"))?;
                in_time.map_err(|_closed| self.no_turn("there are none of"))?
            }
        };
        let (taken, mut all) = (Arc::clone(&self.taken), self.taken.lock());
        all.0 += 1;
        let number = all.0;
        all.1.insert(number, Stopwatch::started());
        drop(all);
        Ok(Turn { number, taken, _permit: permit })
    }

    /// Runs work on a thread of its own until its turn ends, and waits for it as long as it may take.
    /// Work that began runs to its end even if nobody waits for it any more, so a request that is
    /// dropped cannot leave a transaction half way.
    ///
    /// # Errors
    /// What the work says; what `unanswered` makes of it if it takes too long.
    pub(super) async fn run<T, E>(
        &self,
        turn: Turn,
        unanswered: fn(String) -> StoreError,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let working = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        let ended = match self.answer_within {
            None => working.await,
            Some(within) => timeout(within, working).await.map_err(|_elapsed| {
                unanswered(format!("no answer within {} seconds", within.as_secs()))
            })?,
        };
        ended.unwrap_or_else(|stopped| Err(StoreError::Stopped(stopped.to_string()).into()))
    }

    fn is_hopeless(&self) -> bool {
        let Some(within) = self.answer_within else { return false };
        let all = self.taken.lock();
        all.1.len() >= self.count && all.1.values().all(|taken| taken.so_far() > within)
    }

    fn no_turn(&self, why: &str) -> StoreError {
        StoreError::Connection(format!("{why} {} connections", self.count))
    }
}

impl Taken {
    fn lock(&self) -> MutexGuard<'_, (u64, HashMap<u64, Stopwatch>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.taken.lock().1.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    const SOON: Duration = Duration::from_millis(20);

    fn unanswered(why: String) -> StoreError {
        StoreError::Lost(why)
    }

    fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(work)
    }

    #[test]
    fn whoever_waits_too_long_for_a_turn_is_told() {
        on_one_thread(async {
            let turns = Turns::new(1, SOON, None);
            let first = turns.take().await.unwrap();
            let refused = turns.take().await.map(drop);
            assert!(matches!(refused, Err(StoreError::Connection(_))), "{refused:?}");
            drop(first);
            turns.take().await.unwrap();
        });
    }

    #[test]
    fn work_without_an_answer_is_given_up_and_nobody_waits_behind_it() {
        on_one_thread(async {
            let turns = Turns::new(1, Duration::from_secs(60), Some(SOON));
            let (answer, hangs) = mpsc::channel::<()>();
            let turn = turns.take().await.unwrap();
            let stuck =
                turns.run(turn, unanswered, move || hangs.recv().map_err(|_gone| StoreError::Busy));
            assert!(matches!(stuck.await, Err(StoreError::Lost(_))));
            let refused = turns.take().await.map(drop);
            assert!(matches!(refused, Err(StoreError::Connection(_))), "{refused:?}");
            // The thread gets its answer at last, and its turn is another's.
            answer.send(()).unwrap();
            while turns.free.available_permits() == 0 {
                tokio::task::yield_now().await;
            }
            turns.take().await.unwrap();
        });
    }
}
