//! Sending what the outbox holds: lease, send outside any transaction, record the attempt.
//!
//! As many letters as there are places for are on their way at once; as one ends, the next is
//! leased, so that a mail server which hangs on one holds up no other. A quarter of the places at
//! most go to one destination. A sender that dies leaves a lease that runs out, and the message goes
//! again under the same Message-ID: perhaps twice, never not at all.

use super::perform::is_late;
use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::store::account_letters::{self, LeasedLetter};
use crate::store::due;
use crate::store::outbox::{self, Leased, Room};
use crate::store::{StoreError, Writer};
use chrono::TimeDelta;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

/// How messages are sent.
#[derive(Debug, Clone)]
pub struct DeliveryOptions {
    /// How many are sent at once.
    pub concurrency: i64,
    /// How long a lease is good, in seconds. It is renewed while its letter is being sent; if the
    /// sender dies, another takes over once it has run out.
    pub lease_seconds: i64,
    /// How long a message is tried, in days.
    pub retry_days_max: i64,
}

/// How long letters that are on their way may take to end when the server stops. What takes longer
/// is left to its lease.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(5);
/// Of so many turns, one goes to what has waited longest, however urgent others are.
const TURNS_FOR_THE_OLDEST: u64 = 4;

impl DeliveryOptions {
    /// How many places there are for letters about accounts: somebody waits for each, so they have
    /// places of their own.
    fn account_places(&self) -> usize {
        (self.places() / 4).max(1)
    }

    fn notice_places(&self) -> usize {
        self.places().saturating_sub(self.account_places()).max(1)
    }

    fn per_destination(&self) -> usize {
        (self.places() / 4).max(1)
    }

    fn places(&self) -> usize {
        usize::try_from(self.concurrency).unwrap_or(1)
    }
}

/// Which outbox a letter is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outbox {
    Notices,
    Accounts,
}

/// The letters that are on their way.
#[derive(Default)]
struct OnTheirWay {
    sending: JoinSet<Result<(), EngineError>>,
    places: HashMap<Id, (Outbox, String)>,
    attempts_count: u64,
    turns_count: u64,
    /// What failed first; it is told once all have ended. A sender that is dropped in the middle of
    /// a message would send it again.
    failed: Option<EngineError>,
}

impl OnTheirWay {
    fn count(&self, outbox: Outbox) -> usize {
        self.places.values().filter(|(of, _)| *of == outbox).count()
    }

    fn room(&self, outbox: Outbox, places: usize, options: &DeliveryOptions) -> Room {
        let mut on_their_way = BTreeMap::new();
        for (_, destination) in self.places.values().filter(|(of, _)| *of == outbox) {
            *on_their_way.entry(destination.clone()).or_default() += 1;
        }
        Room {
            letters_max: places.saturating_sub(self.count(outbox)),
            per_destination: options.per_destination(),
            on_their_way,
            oldest_first: (self.turns_count + 1).is_multiple_of(TURNS_FOR_THE_OLDEST),
            holds_bundles: false,
        }
    }

    fn begin(
        &mut self,
        outbox: Outbox,
        destination: String,
        send: impl Future<Output = Result<(), EngineError>> + Send + 'static,
    ) {
        let id = self.sending.spawn(send).id();
        self.places.insert(id, (outbox, destination));
    }

    fn ended(&mut self, ended: Result<(Id, Result<(), EngineError>), JoinError>) {
        let (id, sent) = match ended {
            Ok(ended) => ended,
            Err(stopped) => (stopped.id(), Err(StoreError::Stopped(stopped.to_string()).into())),
        };
        self.places.remove(&id);
        if let Err(error) = sent {
            tracing::error!(%error, "what came of a message could not be recorded");
            self.failed.get_or_insert(error);
        }
    }
}

impl Engine {
    /// Sends what is to be sent now, until nothing is left, and says how many attempts were made.
    ///
    /// # Errors
    /// If the outbox cannot be read or written. A message that cannot be sent is no error here.
    pub async fn deliver(&self) -> Result<u64, EngineError> {
        let (_goes_on, stopped) = watch::channel(false);
        self.deliver_until(stopped).await
    }

    /// The same, until the server stops: then nothing new is begun, and what is on its way has a few
    /// seconds to end.
    pub(super) async fn deliver_until(
        &self,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<u64, EngineError> {
        let mut out = OnTheirWay::default();
        loop {
            let stops = *stopped.borrow();
            self.inner.health.delivered(self.clock().monotonic());
            if !stops
                && out.failed.is_none()
                && !self.stands_aside()
                && let Err(error) = self.begin_more(&mut out).await
            {
                out.failed.get_or_insert(error);
            }
            if out.places.is_empty() {
                return out.failed.map_or(Ok(out.attempts_count), Err);
            }
            if stops {
                self.end(&mut out).await;
                return out.failed.map_or(Ok(out.attempts_count), Err);
            }
            self.await_more(&mut out, &mut stopped).await;
        }
    }

    /// Waits until a letter has ended, or something else may be sent.
    async fn await_more(&self, out: &mut OnTheirWay, stopped: &mut watch::Receiver<bool>) {
        let next = self.next_send_at(Some(self.now())).await;
        tokio::select! {
            Some(ended) = out.sending.join_next_with_id() => {
                out.ended(ended);
                while let Some(ended) = out.sending.try_join_next_with_id() {
                    out.ended(ended);
                }
            }
            () = self.inner.deliverer_wake.notified() => {}
            () = self.wait_until(next) => {}
            _ = stopped.changed() => {}
        }
    }

    /// Lets what is on its way come to its end, for a while.
    async fn end(&self, out: &mut OnTheirWay) {
        let ending = async {
            while let Some(ended) = out.sending.join_next_with_id().await {
                out.ended(ended);
            }
        };
        if tokio::time::timeout(PATIENCE_AT_STOP, ending).await.is_err() {
            let left_count = out.places.len();
            tracing::warn!(
                left_count,
                "messages were still on their way and are left to their leases"
            );
        }
    }

    /// Leases what there is room for, and begins to send it.
    async fn begin_more(&self, out: &mut OnTheirWay) -> Result<(), EngineError> {
        let options = &self.inner.options.delivery;
        let begun_before = out.attempts_count;
        let room = out.room(Outbox::Accounts, options.account_places(), options);
        for letter in self.lease_account_letters(room).await? {
            out.attempts_count += 1;
            let (engine, token) = (self.clone(), letter.lease_token.clone());
            out.begin(Outbox::Accounts, letter.destination.clone(), async move {
                let send = engine.send_account_letter(letter);
                engine.holding(Outbox::Accounts, &token, send).await
            });
        }
        let room = out.room(Outbox::Notices, options.notice_places(), options);
        for leased in self.lease_notices(room).await? {
            out.attempts_count += u64::try_from(leased.notices.len()).unwrap_or(1);
            let (engine, token) = (self.clone(), leased.token.clone());
            out.begin(Outbox::Notices, leased.destination.clone(), async move {
                let send = engine.send_notices(leased);
                engine.holding(Outbox::Notices, &token, send).await
            });
        }
        // A look that found nothing to begin is no turn: how often one looks is chance.
        if out.attempts_count > begun_before {
            out.turns_count += 1;
        }
        Ok(())
    }

    async fn lease_account_letters(&self, room: Room) -> Result<Vec<LeasedLetter>, EngineError> {
        let (now, until) = self.lease_times();
        if room.letters_max == 0 {
            return Ok(Vec::new());
        }
        // There are few of them: whoever finds none need not wait for the turn to write.
        let next: Result<_, StoreError> =
            self.store().read(|r| account_letters::next_attempt_at(r, None)).await;
        if next?.is_none_or(|at| at > now) {
            return Ok(Vec::new());
        }
        self.store().write(move |w| Ok(account_letters::lease(w, now, until, &room)?)).await
    }

    async fn lease_notices(&self, room: Room) -> Result<Vec<Leased>, EngineError> {
        let (now, until) = self.lease_times();
        if room.letters_max == 0 {
            return Ok(Vec::new());
        }
        self.store()
            .write(move |w| {
                // Whoever is told of what moved late is told once: not before all of it has moved.
                let holds_bundles = due::first_due_at(w)?.is_some_and(|due| is_late(due, now));
                Ok(outbox::lease(w, now, until, &Room { holds_bundles, ..room.clone() })?)
            })
            .await
    }

    fn lease_times(&self) -> (UtcInstant, UtcInstant) {
        let now = self.now();
        (now, now.plus(TimeDelta::seconds(self.inner.options.delivery.lease_seconds)))
    }

    /// Does something under a lease and renews it meanwhile. Where the lease is lost, the work is
    /// dropped: what is not handed over yet is another's to send.
    async fn holding(
        &self,
        outbox: Outbox,
        token: &str,
        work: impl Future<Output = Result<(), EngineError>>,
    ) -> Result<(), EngineError> {
        tokio::select! {
            done = work => done,
            () = self.renew_until_lost(outbox, token) => Ok(()),
        }
    }

    async fn renew_until_lost(&self, outbox: Outbox, token: &str) {
        let lease = u64::try_from(self.inner.options.delivery.lease_seconds).unwrap_or(0);
        let period = Duration::from_secs(lease).max(Duration::from_secs(1)) / 4;
        loop {
            tokio::time::sleep(period).await;
            let ((_, until), token) = (self.lease_times(), token.to_owned());
            let renew = move |w: &mut Writer<'_>| match outbox {
                Outbox::Notices => outbox::renew(w, &token, until),
                Outbox::Accounts => account_letters::renew(w, &token, until),
            };
            match self.store().write(renew).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!("a lease was lost while its message was being sent");
                    return;
                }
                // The database may be back before the lease has run out.
                Err(error) => tracing::error!(%error, "renewing a lease failed"),
            }
        }
    }
}
