//! Sending what the outbox holds: lease, send outside any transaction, record the attempt.
//!
//! A sender that dies leaves a lease that runs out, and the message goes again under the same
//! Message-ID: perhaps twice, never not at all. What is given up is put on the partnership's list,
//! and somebody else is told.

use super::perform::is_fallback;
use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::escalation::Command;
use crate::notify::{Letter, Outgoing, SendFailure};
use crate::store::notices::{self, Attempt, StoredNotice};
use crate::store::{Reader, StoreError, escalations, people};
use chrono::TimeDelta;
use tokio::task::JoinSet;

/// How messages are sent.
#[derive(Debug, Clone)]
pub struct DeliveryOptions {
    /// How many are sent at once.
    pub concurrency: i64,
    /// How long a sender may take before another takes over, in seconds. Longer than the mailer's
    /// own time-out.
    pub lease_seconds: i64,
    /// How long a message is tried, in days.
    pub retry_days_max: i64,
}

/// Why a notice's recipient may not be told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Barred {
    HasLeft,
    IsExcluded,
}

impl Barred {
    fn in_words(self) -> &'static str {
        match self {
            Self::HasLeft => "not sent: the recipient has left",
            Self::IsExcluded => "not sent: the recipient is excluded from the case",
        }
    }
}

/// The first wait before another try; doubled each time, up to the last.
const RETRY_FIRST: TimeDelta = TimeDelta::minutes(1);
const RETRY_LAST: TimeDelta = TimeDelta::hours(1);

/// When a message that was tried so often is tried again.
fn retry_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(6);
    let factor = 1_i32 << doublings;
    (RETRY_FIRST * factor).min(RETRY_LAST)
}

fn outgoing(notice: &StoredNotice, letter: Letter) -> Outgoing {
    Outgoing {
        notice_id: notice.id,
        to_name: notice.recipient_name.clone(),
        to_email: notice.recipient_email.clone(),
        letter,
        thread: notice.thread.clone(),
        queued_at: notice.queued_at,
        attempt: u32::try_from(notice.attempts).unwrap_or(u32::MAX),
    }
}

/// Whether the case is what stands in the way, and not the database.
fn is_about_the_case(error: &EngineError) -> bool {
    match error {
        EngineError::TimeRefused(_) | EngineError::Entry(_) => true,
        EngineError::Store(error) => error.is_about_what_is_stored(),
        _ => false,
    }
}

impl Engine {
    /// Sends what is to be sent now, until nothing is left, and says how many attempts were made.
    ///
    /// # Errors
    /// If the outbox cannot be read or written. A message that cannot be sent is no error here.
    pub async fn deliver(&self) -> Result<u64, EngineError> {
        if self.stands_aside() {
            return Ok(0);
        }
        let letters = self.deliver_account_letters().await;
        let notices = self.deliver_notices().await;
        // Neither holds the other up.
        Ok(letters? + notices?)
    }

    async fn deliver_notices(&self) -> Result<u64, EngineError> {
        let mut attempts_count = 0;
        loop {
            let now = self.now();
            let options = self.inner.options.delivery.clone();
            let until = now.plus(TimeDelta::seconds(options.lease_seconds));
            let leased: Result<Vec<StoredNotice>, StoreError> = self
                .store()
                .write(move |w| notices::lease(w, now, until, options.concurrency))
                .await;
            let leased = leased?;
            if leased.is_empty() {
                return Ok(attempts_count);
            }
            let mut sending = JoinSet::new();
            for notice in leased {
                attempts_count += 1;
                let engine = self.clone();
                sending.spawn(async move { engine.send(notice).await });
            }
            // All come to their end before an error is told: a sender that is dropped in the middle
            // of a message would send it again.
            let mut failed = None;
            while let Some(sent) = sending.join_next().await {
                let sent = sent.map_err(|stopped| StoreError::Stopped(stopped.to_string()).into());
                if let Err(error) = sent.flatten() {
                    failed.get_or_insert(error);
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }

    async fn send(&self, notice: StoredNotice) -> Result<(), EngineError> {
        let checked = notice.clone();
        let engine = self.clone();
        let barred: Result<_, EngineError> =
            self.store().read(move |r| engine.barred(r, &checked)).await;
        if let Some(why) = barred? {
            return self.withhold(notice, why).await;
        }
        let sent = match &notice.letter {
            Ok(letter) => self.inner.mailer.send(&outgoing(&notice, letter.clone())).await,
            Err(why) => Err(SendFailure::Permanent(why.clone())),
        };
        let now = self.now();
        let logged = sent.as_ref().err().map(SendFailure::in_log);
        let attempt = match sent {
            Ok(accepted) => Attempt::Accepted(accepted.answer),
            Err(SendFailure::Permanent(why)) => Attempt::Failed(why),
            Err(SendFailure::Temporary(why)) => {
                self.again_or_never(notice.queued_at, notice.attempts, why, now)
            }
        };
        match &attempt {
            Attempt::Accepted(_) => {}
            Attempt::Again(at, _) => {
                tracing::warn!(notice_id = %notice.id, attempts = notice.attempts, again_at = %at, why = logged, "a message was not taken and is tried again");
            }
            Attempt::Failed(_) => {
                tracing::error!(notice_id = %notice.id, attempts = notice.attempts, why = logged, "a message was given up");
            }
        }
        let engine = self.clone();
        let (given_up, why) = (notice.clone(), attempt.clone());
        let recorded = self.store().write(move |w| engine.record(w, &notice, &attempt, now)).await;
        match recorded {
            // Its case cannot be told of it: it stands on the partnership's list all the same.
            Err(error) if is_about_the_case(&error) => {
                tracing::error!(notice_id = %given_up.id, %error, "a message was given up and nobody was told instead");
                let alone: Result<bool, StoreError> = self
                    .store()
                    .write(move |w| notices::record_attempt(w, &given_up, &why, now))
                    .await;
                alone.map(|_recorded| ()).map_err(EngineError::from)
            }
            recorded => recorded,
        }
    }

    /// Why a notice's recipient may not be told any more; nothing if they may. Somebody may have left
    /// since it was queued, or been excluded from its case.
    fn barred(
        &self,
        r: &mut Reader<'_>,
        notice: &StoredNotice,
    ) -> Result<Option<Barred>, EngineError> {
        let Some(person_id) = notice.person_id else { return Ok(None) };
        if people::find_person(r, person_id)?.is_none_or(|found| !found.it.active) {
            return Ok(Some(Barred::HasLeft));
        }
        let Some(which) = notice.escalation_id else { return Ok(None) };
        if escalations::is_excluded(r, which, person_id)? {
            return Ok(Some(Barred::IsExcluded));
        }
        Ok(None)
    }

    /// Records that a notice is not sent. Where its recipient has left, what asks somebody to act must
    /// still reach somebody; where they were excluded, the restriction has asked others already.
    async fn withhold(&self, notice: StoredNotice, why: Barred) -> Result<(), EngineError> {
        tracing::warn!(notice_id = %notice.id, why = why.in_words(), "a message was not sent");
        let (engine, now, it) = (self.clone(), self.now(), notice.clone());
        let withheld: Result<(), EngineError> = self
            .store()
            .write(move |w| {
                let is_mine = notices::cancel(w, &it, why.in_words(), now)?;
                if is_mine && it.kind.asks() && why == Barred::HasLeft {
                    engine.tell_instead(w, &it, now)?;
                }
                Ok(())
            })
            .await;
        match withheld {
            Err(error) if is_about_the_case(&error) => {
                tracing::error!(notice_id = %notice.id, %error, "a message was not sent and nobody was told instead");
                let alone: Result<bool, StoreError> = self
                    .store()
                    .write(move |w| notices::cancel(w, &notice, why.in_words(), now))
                    .await;
                alone.map(|_cancelled| ()).map_err(EngineError::from)
            }
            withheld => withheld,
        }
    }

    pub(super) fn again_or_never(
        &self,
        queued_at: UtcInstant,
        attempts: i32,
        why: String,
        now: UtcInstant,
    ) -> Attempt {
        let again_at = now.plus(retry_after(attempts));
        let give_up_at =
            queued_at.plus(TimeDelta::days(self.inner.options.delivery.retry_days_max));
        if again_at > give_up_at { Attempt::Failed(why) } else { Attempt::Again(again_at, why) }
    }

    /// Records an attempt; where it was the last one in vain, tells somebody else in the same
    /// transaction.
    fn record(
        &self,
        w: &mut crate::store::Writer<'_>,
        notice: &StoredNotice,
        attempt: &Attempt,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let recorded = notices::record_attempt(w, notice, attempt, now)?;
        if !recorded {
            tracing::warn!(notice_id = %notice.id, "a lease ran out while its message was being sent");
            return Ok(());
        }
        match attempt {
            Attempt::Failed(_) => self.tell_instead(w, notice, now),
            Attempt::Accepted(_) | Attempt::Again(..) => Ok(()),
        }
    }

    /// Tells somebody else that a notice about a case did not reach whom it was for.
    fn tell_instead(
        &self,
        w: &mut crate::store::Writer<'_>,
        notice: &StoredNotice,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let Some(escalation_id) = notice.escalation_id else { return Ok(()) };
        let to_last_resort = is_fallback(notice.kind);
        if to_last_resort && notice.person_id.is_none() {
            // It went to the partnership's own address. Nobody is left: it stays on the list.
            return Ok(());
        }
        let command = Command::ReportFailedNotice {
            notice_id: notice.id,
            recipient: notice.recipient_name.clone(),
            to_last_resort,
        };
        self.perform_of_time(w, escalation_id, command, now)?;
        self.inner.deliverer_wake.notify_one();
        Ok(())
    }
}
