//! The loops: one acts on what is due, one sends mail. Each asks the database what there is to do,
//! does it, and waits until it is woken, until the next due instant, or until the next tick,
//! whichever comes first. Apart, so that a mail server that hangs never holds up a deadline. A third
//! looks whether all is well, on every node, and sends a sign of life while it is. A fourth makes, once,
//! what reports count of cases from before it was kept.

use super::Engine;
use crate::clock::UtcInstant;
use crate::store::{StoreError, account_letters, due, outbox};
use chrono::TimeDelta;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

/// How often it is looked whether both loops still run.
const LOOK_AFTER_WORKERS: Duration = Duration::from_secs(1);

/// How long the loops may take to finish what they are at.
const STOPPING: Duration = Duration::from_secs(2);
/// How long a loop waits after the database failed it: what is due stays due, and would be tried in
/// a spin.
const AFTER_FAILURE: TimeDelta = TimeDelta::seconds(1);

/// The running loops.
pub struct Workers {
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the loops. A node that only answers requests acts on nothing and looks after itself.
    pub fn start(engine: &Engine, acts: bool) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut loops = vec![tokio::spawn(look(engine.clone(), stopped.clone()))];
        if acts {
            engine.inner.health.loops_begin(engine.clock().monotonic());
            loops.push(tokio::spawn(escalate(engine.clone(), stopped.clone())));
            loops.push(tokio::spawn(deliver(engine.clone(), stopped.clone())));
            loops.push(tokio::spawn(catch_up(engine.clone(), stopped)));
        }
        Self { stop, loops }
    }

    /// Waits until a loop ends by itself, which it never should: a server that goes on without one
    /// would forget deadlines and look well.
    pub async fn ended_badly(&mut self) {
        loop {
            if self.loops.iter().any(JoinHandle::is_finished) {
                return;
            }
            tokio::time::sleep(LOOK_AFTER_WORKERS).await;
        }
    }

    /// Lets them finish what they are at, and waits for them, but not for ever: a mail server that
    /// hangs must not keep this one from ending. A message that is cut off goes again later, with the
    /// same Message-ID.
    pub async fn stop(self) {
        // Nobody listens any more only if all have ended.
        let _ = self.stop.send(true);
        let handles: Vec<_> = self.loops.iter().map(JoinHandle::abort_handle).collect();
        let ending = async {
            for running in self.loops {
                if let Err(error) = running.await {
                    tracing::error!(%error, "a worker ended badly");
                }
            }
        };
        if tokio::time::timeout(STOPPING, ending).await.is_err() {
            tracing::warn!("a worker did not end in time and was cut off");
            handles.iter().for_each(AbortHandle::abort);
        }
    }

    /// Ends both where they are: what they do could not be written down any more.
    pub fn cut_off(self) {
        self.loops.iter().for_each(JoinHandle::abort);
    }
}

async fn escalate(engine: Engine, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let ticked = engine.tick().await;
        match &ticked {
            Ok(_) => engine.inner.health.ticked(engine.clock().monotonic()),
            Err(error) => tracing::error!(%error, "looking for what is due failed"),
        }
        if let Err(error) = engine.run_jobs().await {
            tracing::error!(%error, "a job failed and will run again");
        }
        let next = match ticked {
            Ok(_) => engine.next_due_at().await,
            Err(_told) => Some(engine.now().plus(AFTER_FAILURE)),
        };
        tokio::select! {
            () = engine.inner.escalator_wake.notified() => {}
            () = engine.wait_until(next) => {}
            _ = stopped.changed() => {}
        }
    }
}

async fn deliver(engine: Engine, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let delivered = engine.deliver_until(stopped.clone()).await;
        match &delivered {
            Ok(_) => engine.inner.health.delivered(engine.clock().monotonic()),
            Err(error) => {
                tracing::error!(%error, "sending messages failed and will be tried again");
            }
        }
        let next = match delivered {
            Ok(_) => engine.next_send_at(None).await,
            Err(_told) => Some(engine.now().plus(AFTER_FAILURE)),
        };
        tokio::select! {
            () = engine.inner.deliverer_wake.notified() => {}
            () = engine.wait_until(next) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Makes the facts that are still to be made, once; then there is nothing for it to do. It may be cut
/// off after any batch.
async fn catch_up(engine: Engine, mut stopped: watch::Receiver<bool>) {
    let caught_up = async {
        while let Err(error) = engine.catch_up_facts().await {
            tracing::error!(%error, "making the facts that reports count failed and will be tried again");
            engine.wait_until(None).await;
        }
        // A loop that ends is taken for one that failed.
        std::future::pending().await
    };
    tokio::select! {
        () = caught_up => {}
        // Or nobody is there any more who could stop it.
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

async fn look(engine: Engine, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = engine.look().await {
            tracing::error!(%error, "writing to the database that this node is here failed");
        }
        if let Err(error) = engine.beat().await {
            tracing::warn!(%error, "the heartbeat did not arrive");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(engine.inner.options.tick_seconds)) => {}
            _ = stopped.changed() => {}
        }
    }
}

impl Engine {
    async fn next_due_at(&self) -> Option<UtcInstant> {
        let now = self.now();
        if self.stands_aside() {
            return None;
        }
        let due: Result<_, StoreError> = self
            .store()
            .read(|r| Ok(due::first_due_at(r)?.into_iter().chain(due::next_try_at(r)?).min()))
            .await;
        let job = self.inner.options.jobs.next_slot(now);
        known("the next due instant", due).into_iter().chain(job).min()
    }

    /// When something is to be sent next; with `after`, what comes later than that.
    pub(super) async fn next_send_at(&self, after: Option<UtcInstant>) -> Option<UtcInstant> {
        let next: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let notice = outbox::next_attempt_at(r, after)?;
                let letter = account_letters::next_attempt_at(r, after)?;
                Ok(notice.into_iter().chain(letter).min())
            })
            .await;
        known("the next message", next)
    }

    /// Waits until an instant, and never longer than a tick: whatever was not foreseen is found
    /// then. What is past already waits a moment, so that a case that fails is not tried in a spin.
    pub(super) async fn wait_until(&self, at: Option<UtcInstant>) {
        let tick = Duration::from_secs(self.inner.options.tick_seconds);
        let until = at.map(|at| at.since(self.now()).to_std().unwrap_or(Duration::ZERO));
        let wait = until.map_or(tick, |until| until.clamp(Duration::from_millis(50), tick));
        tokio::time::sleep(wait).await;
    }
}

fn known(what: &'static str, found: Result<Option<UtcInstant>, StoreError>) -> Option<UtcInstant> {
    match found {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, what, "asking for what comes next failed");
            None
        }
    }
}
