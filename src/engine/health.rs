//! Whether this node is well: it looks at its clocks and writes to the database each tick, so that
//! what is wrong shows before a deadline does.

use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::store::{Reader, StoreError, due, nodes, outbox_numbers};
use crate::watch::{Ailment, ClockDoubt, ClockLook, ClockWatch, HeartbeatFault, Signs};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// Whoever asks whether this node is well does not wait longer for the database than this: one that
/// takes longer to say what is due is not well.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What a node has seen of itself.
pub(super) struct Health {
    /// This process: another one, also on the same machine, is another node.
    node_id: String,
    /// Held while looking: what an earlier look found must not overwrite what a later one finds.
    looking: tokio::sync::Mutex<()>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    watch: ClockWatch,
    clock: Option<ClockDoubt>,
    started_at: Option<UtcInstant>,
    could_not_write: bool,
    /// By the monotonic clock; none while the loop does not run here.
    escalator_at: Option<Duration>,
    deliverer_at: Option<Duration>,
    beat_at: Option<Duration>,
    ailing: Vec<Ailment>,
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            node_id: Uuid::now_v7().to_string(),
            looking: tokio::sync::Mutex::default(),
            seen: Mutex::default(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The loops begin on this node: from now on it is ill if they do not come round.
    pub(super) fn loops_begin(&self, at: Duration) {
        let mut seen = self.seen();
        (seen.escalator_at, seen.deliverer_at) = (Some(at), Some(at));
    }

    /// The escalator came round, where it runs as a loop.
    pub(super) fn ticked(&self, at: Duration) {
        let mut seen = self.seen();
        seen.escalator_at = seen.escalator_at.map(|_| at);
    }

    /// The same of the loop that sends mail.
    pub(super) fn delivered(&self, at: Duration) {
        let mut seen = self.seen();
        seen.deliverer_at = seen.deliverer_at.map(|_| at);
    }
}

/// What became of a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// It went out.
    Sent,
    /// All is well, and it is not time yet, or there is nowhere to send it.
    NotDue,
    /// Something is wrong: none goes out.
    Withheld,
}

impl Engine {
    /// Whether this node leaves deadlines and mail to others because its clock is in doubt.
    pub fn stands_aside(&self) -> bool {
        self.inner.health.seen().clock.is_some()
    }

    /// Looks at the clocks, and writes to the database that this node is here.
    ///
    /// # Errors
    /// If the database cannot be read or written; that is remembered as a sign of ill health.
    pub async fn look(&self) -> Result<(), EngineError> {
        let _one_at_a_time = self.inner.health.looking.lock().await;
        let looked = self.look_at_clocks().await;
        let written = match looked {
            // A clock in doubt must not move the mark by which it is judged.
            Ok(Some(_)) => Ok(()),
            Ok(None) => self.write_seen().await,
            Err(error) => Err(error),
        };
        self.inner.health.seen().could_not_write = written.is_err();
        Ok(written?)
    }

    async fn look_at_clocks(&self) -> Result<Option<ClockDoubt>, StoreError> {
        let read = |r: &mut Reader<'_>| -> Result<_, StoreError> {
            Ok((nodes::latest_seen_at(r)?, nodes::time(r)?))
        };
        let (last_seen, database) = self.store().read(read).await?;
        let clock = self.clock();
        if clock.is_made_up() {
            return Ok(None);
        }
        if let Some(shows) = database {
            clock.heard(shows);
        }
        let look = ClockLook {
            decides: clock.now(),
            machine: clock.machine(),
            monotonic: clock.monotonic(),
            last_seen,
        };
        let mut seen = self.inner.health.seen();
        let doubt = seen.watch.look(look);
        if doubt.is_some() != seen.clock.is_some() {
            match doubt {
                Some(doubt) => {
                    tracing::error!(%doubt, "this node's clock is in doubt: it steps aside");
                }
                None => tracing::info!("this node's clock is believed again"),
            }
        }
        seen.clock = doubt;
        Ok(doubt)
    }

    async fn write_seen(&self) -> Result<(), StoreError> {
        let (id, now) = (self.inner.health.node_id.clone(), self.now());
        let started_at = *self.inner.health.seen().started_at.get_or_insert(now);
        self.store().write(move |w| nodes::seen(w, &id, started_at, now)).await
    }

    /// Forgets that nodes wrote to the database at a time later than now, and says how many did.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn trust_clock(&self) -> Result<usize, StoreError> {
        let now = self.now();
        self.store().write(move |w| nodes::delete_after(w, now)).await
    }

    /// What is seen of this node now.
    pub async fn signs(&self) -> Signs {
        let now = self.now();
        let asking = self.store().read(|r| Ok((due::first_due_at(r)?, due::set_aside_count(r)?)));
        let found: Result<_, StoreError> = timeout(ANSWERS_WITHIN, asking)
            .await
            .unwrap_or_else(|_elapsed| Err(StoreError::TookTooLong));
        if let Err(error) = &found {
            tracing::error!(%error, "asking the database for readiness failed");
        }
        let (unacted_seconds, set_aside_count) = match found {
            Ok((Some(at), count)) => (Some(now.since(at).num_seconds()), count),
            Ok((None, count)) => (Some(-1), count),
            Err(_) => (None, 0),
        };
        let monotonic = self.clock().monotonic();
        let seen = self.inner.health.seen();
        let age = |at: Option<Duration>| at.map(|at| monotonic.saturating_sub(at));
        Signs {
            unacted_seconds,
            can_write: !seen.could_not_write,
            escalator_age: age(seen.escalator_at),
            deliverer_age: age(seen.deliverer_at),
            tick: Duration::from_secs(self.inner.options.tick_seconds),
            clock: seen.clock,
            set_aside_count,
        }
    }

    /// Sends a sign of life if all is well and it is time; logs what has become wrong, and what is
    /// well again.
    ///
    /// # Errors
    /// If it did not arrive.
    pub async fn beat(&self) -> Result<Beat, HeartbeatFault> {
        let ailing = self.signs().await.ailments();
        let monotonic = self.clock().monotonic();
        let is_due = {
            let mut seen = self.inner.health.seen();
            tell_of_change(&seen.ailing, &ailing);
            seen.ailing.clone_from(&ailing);
            let every = self.inner.options.heartbeat.as_ref().map(|it| it.every());
            every.is_some_and(|every| {
                seen.beat_at.is_none_or(|at| monotonic.saturating_sub(at) >= every)
            })
        };
        if !ailing.is_empty() {
            return Ok(Beat::Withheld);
        }
        match &self.inner.options.heartbeat {
            Some(heartbeat) if is_due => {
                heartbeat.send().await?;
                self.inner.health.seen().beat_at = Some(monotonic);
                Ok(Beat::Sent)
            }
            _ => Ok(Beat::NotDue),
        }
    }
}

fn tell_of_change(before: &[Ailment], now: &[Ailment]) {
    let is_same = |one: &Ailment, other: &Ailment| {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    };
    for ailment in now.iter().filter(|it| !before.iter().any(|was| is_same(was, it))) {
        tracing::error!(%ailment, "this node is not well");
    }
    if now.is_empty() && !before.is_empty() {
        tracing::info!("this node is well again");
    }
}

/// Numbers for monitoring.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// What is seen of this node.
    pub signs: Signs,
    /// How many messages wait to be sent, or are being sent.
    pub waiting_count: i64,
    /// For how many seconds the oldest of them waits.
    pub oldest_waiting_seconds: Option<i64>,
    /// How many messages were given up.
    pub failed_count: i64,
}

impl Engine {
    /// Numbers for monitoring, as of now.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn numbers(&self) -> Result<Numbers, StoreError> {
        let signs = self.signs().await;
        let now = self.now();
        let outbox: Result<_, StoreError> =
            self.store().read(move |r| outbox_numbers::numbers(r, now)).await;
        let outbox = outbox?;
        Ok(Numbers {
            signs,
            waiting_count: outbox.waiting_count,
            oldest_waiting_seconds: outbox.oldest_at.map(|at| now.since(at).num_seconds()),
            failed_count: outbox.failed_count,
        })
    }
}
