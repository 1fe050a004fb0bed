//! One letter under its lease: looked at once more, sent, and what came of it recorded.

use super::perform::is_fallback;
use super::withholding::Withheld;
use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::escalation::{Command, NoticeKind};
use crate::ids::EscalationId;
use crate::notify::{Letter, Outgoing, SendFailure, late_letter, together_letter};
use crate::store::notices::StoredNotice;
use crate::store::outbox::{self, Attempt, Leased, UnreadableNotice};
use crate::store::{StoreError, Writer};
use chrono::TimeDelta;

/// The first wait before another try; doubled each time, up to the last.
const RETRY_FIRST: TimeDelta = TimeDelta::minutes(1);
const RETRY_LAST: TimeDelta = TimeDelta::hours(1);
/// How long what asks somebody to act may wait for a mail server before somebody else is told too.
const DELAY_MAX: TimeDelta = TimeDelta::minutes(15);

/// When a message that was tried so often is tried again.
fn retry_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(6);
    let factor = 1_i32 << doublings;
    (RETRY_FIRST * factor).min(RETRY_LAST)
}

/// Whether the case is what stands in the way, and not the database.
pub(super) fn is_about_the_case(error: &EngineError) -> bool {
    match error {
        EngineError::TimeRefused(_) | EngineError::Entry(_) => true,
        EngineError::Store(error) => error.is_about_what_is_stored(),
        _ => false,
    }
}

/// What is to be done with the notices of a letter.
struct Sorted {
    /// To be sent.
    to_send: Vec<StoredNotice>,
    /// Not to be sent, and why.
    withheld: Vec<(StoredNotice, Withheld)>,
    /// Not to be sent because they cannot be read.
    spoiled: Vec<(StoredNotice, String)>,
}

impl Engine {
    /// Sends what is leased, and records what came of it.
    pub(super) async fn send_notices(&self, leased: Leased) -> Result<(), EngineError> {
        let Leased { token, notices, unreadable, .. } = leased;
        for row in unreadable {
            self.set_row_aside(row, token.clone()).await?;
        }
        let Some(sorted) = self.sort(token.clone(), notices).await? else {
            tracing::warn!("a lease ran out before its message was sent");
            return Ok(());
        };
        for (notice, why) in sorted.spoiled {
            self.settle(vec![notice], Attempt::Failed(why.clone()), Some(why)).await?;
        }
        for (notice, why) in sorted.withheld {
            self.withhold(notice, why).await?;
        }
        let Some(outgoing) = self.outgoing(&sorted.to_send) else { return Ok(()) };
        let sent = self.inner.mailer.send(&outgoing).await;
        let logged = sent.as_ref().err().map(SendFailure::in_log);
        let attempt = match sent {
            Ok(accepted) => Attempt::Accepted(accepted.answer),
            Err(SendFailure::Permanent(why)) => Attempt::Failed(why),
            Err(SendFailure::Temporary(why)) => self.again_or_never(
                outgoing.queued_at,
                i32::try_from(outgoing.attempt).unwrap_or(i32::MAX),
                why,
                self.now(),
            ),
        };
        self.settle(sorted.to_send, attempt, logged).await
    }

    /// Looks at the notices of a letter once more, all at one moment and just before it is handed
    /// over; none if the lease is not ours any more.
    async fn sort(
        &self,
        token: String,
        notices: Vec<StoredNotice>,
    ) -> Result<Option<Sorted>, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                if !outbox::is_held(r, &token, now)? && !notices.is_empty() {
                    return Ok(None);
                }
                let mut sorted =
                    Sorted { to_send: Vec::new(), withheld: Vec::new(), spoiled: Vec::new() };
                for notice in notices {
                    if let Some(why) = notice.why_unreadable().map(str::to_owned) {
                        sorted.spoiled.push((notice, why));
                        continue;
                    }
                    match engine.why_withheld(r, &notice)? {
                        Some(why) => sorted.withheld.push((notice, why)),
                        None => sorted.to_send.push(notice),
                    }
                }
                Ok(Some(sorted))
            })
            .await
    }

    /// The message for these notices: one's own letter, or one for them all.
    fn outgoing(&self, notices: &[StoredNotice]) -> Option<Outgoing> {
        let first = notices.first()?;
        let letters: Vec<&Letter> =
            notices.iter().filter_map(|notice| notice.letter.as_ref().ok()).collect();
        let (letter, thread) = match letters.as_slice() {
            [alone] => ((*alone).clone(), first.thread.clone()),
            several => {
                let link = format!("{}/", self.inner.options.public_url);
                let letter = match first.waits_until {
                    Some(_) => together_letter(several, &link)?,
                    None => late_letter(several, &link)?,
                };
                (letter, None)
            }
        };
        Some(Outgoing {
            notice_id: first.sent_as.unwrap_or(first.id),
            to_name: first.recipient_name.clone(),
            to_email: first.recipient_email.clone(),
            letter,
            thread,
            queued_at: first.to_send_since(),
            attempt: u32::try_from(first.attempts).unwrap_or(u32::MAX),
        })
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

    /// Records what came of a letter for each of its notices: all in one transaction where nobody
    /// else is to be told.
    async fn settle(
        &self,
        notices: Vec<StoredNotice>,
        attempt: Attempt,
        logged: Option<String>,
    ) -> Result<(), EngineError> {
        let now = self.now();
        for notice in &notices {
            log_attempt(notice, &attempt, logged.as_deref());
        }
        let tells = |it: &StoredNotice| match attempt {
            Attempt::Accepted(_) => false,
            Attempt::Again(..) => is_delayed(it, now),
            Attempt::Failed(_) => true,
        };
        let (alone, together): (Vec<_>, Vec<_>) = notices.into_iter().partition(tells);
        let same = attempt.clone();
        let recorded: Result<bool, StoreError> = self
            .store()
            .write(move |w| {
                let mut all = true;
                for notice in &together {
                    all &= outbox::record_attempt(w, notice, &same, now)?;
                }
                Ok(all)
            })
            .await;
        if !recorded? {
            tracing::warn!("a lease ran out while its message was being sent");
        }
        for notice in alone {
            self.settle_and_tell(notice, attempt.clone(), now).await?;
        }
        Ok(())
    }

    async fn settle_and_tell(
        &self,
        notice: StoredNotice,
        attempt: Attempt,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let (engine, it, what) = (self.clone(), notice.clone(), attempt.clone());
        let recorded = self.store().write(move |w| engine.record(w, &it, &what, now)).await;
        match recorded {
            // Its case cannot be told of it: it stands on the partnership's list all the same.
            Err(error) if is_about_the_case(&error) => {
                tracing::error!(notice_id = %notice.id, %error, "a message was not taken and nobody was told instead");
                let alone: Result<bool, StoreError> = self
                    .store()
                    .write(move |w| outbox::record_attempt(w, &notice, &attempt, now))
                    .await;
                alone.map(|_recorded| ()).map_err(EngineError::from)
            }
            recorded => recorded,
        }
    }

    /// Records an attempt, and tells somebody else in the same transaction: instead of the
    /// recipient where it was the last attempt, beside them where it has been in vain for long.
    fn record(
        &self,
        w: &mut Writer<'_>,
        notice: &StoredNotice,
        attempt: &Attempt,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        if !outbox::record_attempt(w, notice, attempt, now)? {
            tracing::warn!(notice_id = %notice.id, "a lease ran out while its message was being sent");
            return Ok(());
        }
        match attempt {
            Attempt::Failed(_) => self.tell_instead(w, notice, now),
            Attempt::Again(..) => self.tell_besides(w, notice, now),
            Attempt::Accepted(_) => Ok(()),
        }
    }

    /// Tells somebody else that a notice about a case did not reach whom it was for.
    pub(super) fn tell_instead(
        &self,
        w: &mut Writer<'_>,
        notice: &StoredNotice,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let Some(escalation_id) = notice.escalation_id else { return Ok(()) };
        let to_last_resort = notice.kind.as_ref().is_ok_and(|kind| is_fallback(*kind));
        if to_last_resort && notice.person_id.is_none() {
            // It went to the partnership's own address. Nobody is left: it stays on the list.
            return Ok(());
        }
        let command = Command::ReportFailedNotice {
            notice_id: notice.id,
            recipient: notice.recipient_name.clone(),
            to_last_resort,
        };
        self.tell_of(w, escalation_id, command, now)
    }

    /// Tells somebody else that what asks somebody to act has not been taken for a quarter of an
    /// hour, once. Where the mail server takes nothing at all, telling others by it is pointless.
    fn tell_besides(
        &self,
        w: &mut Writer<'_>,
        notice: &StoredNotice,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        let Some(escalation_id) = notice.escalation_id else { return Ok(()) };
        if !outbox::is_taken_since(w, notice.queued_at)?
            || !outbox::note_delay_told(w, notice.id, now)?
        {
            return Ok(());
        }
        let command = Command::ReportDelayedNotice {
            notice_id: notice.id,
            person_id: notice.person_id,
            recipient: notice.recipient_name.clone(),
        };
        self.tell_of(w, escalation_id, command, now)
    }

    fn tell_of(
        &self,
        w: &mut Writer<'_>,
        escalation_id: EscalationId,
        command: Command,
        now: UtcInstant,
    ) -> Result<(), EngineError> {
        self.perform_of_time(w, escalation_id, command, now)?;
        self.inner.deliverer_wake.notify_one();
        Ok(())
    }

    /// Sets a row aside that is no notice any more, and tells somebody else where its case can be
    /// read.
    async fn set_row_aside(&self, row: UnreadableNotice, token: String) -> Result<(), EngineError> {
        tracing::error!(notice_id = ?row.id, why = row.why, "a message cannot be read and was set aside");
        let (now, engine) = (self.now(), self.clone());
        let (it, with) = (row.clone(), token.clone());
        let told: Result<(), EngineError> = self
            .store()
            .write(move |w| {
                let is_mine = outbox::set_aside(w, &it, &with, now)?;
                let case = it.escalation_id.as_deref().and_then(|id| id.parse().ok());
                let (true, Some(case)) = (is_mine, case) else { return Ok(()) };
                let command = Command::ReportFailedNotice {
                    // The timeline names a message by an id; this one has none that can be one.
                    notice_id: it.id.parse().unwrap_or_default(),
                    recipient: it.recipient_name.clone(),
                    to_last_resort: false,
                };
                engine.tell_of(w, case, command, now)
            })
            .await;
        match told {
            Err(error) if is_about_the_case(&error) => {
                tracing::error!(notice_id = ?row.id, %error, "a message was set aside and nobody was told instead");
                let alone: Result<bool, StoreError> =
                    self.store().write(move |w| outbox::set_aside(w, &row, &token, now)).await;
                alone.map(|_set_aside| ()).map_err(EngineError::from)
            }
            told => told,
        }
    }
}

/// Whether what asks somebody to act has waited so long that somebody else is to be told too. A
/// message about a message has nobody else.
fn is_delayed(notice: &StoredNotice, now: UtcInstant) -> bool {
    let is_about_a_message = matches!(
        notice.kind,
        Ok(NoticeKind::NoticeFailed | NoticeKind::NoticeDelayed | NoticeKind::Chaser)
    );
    notice.asks()
        && !is_about_a_message
        && !notice.delay_was_told
        && now.since(notice.queued_at) >= DELAY_MAX
}

fn log_attempt(notice: &StoredNotice, attempt: &Attempt, why: Option<&str>) {
    match attempt {
        Attempt::Accepted(_) => {}
        Attempt::Again(at, _) => {
            tracing::warn!(notice_id = %notice.id, attempts = notice.attempts, again_at = %at, why, "a message was not taken and is tried again");
        }
        Attempt::Failed(_) => {
            tracing::error!(notice_id = %notice.id, attempts = notice.attempts, why, "a message was given up");
        }
    }
}
