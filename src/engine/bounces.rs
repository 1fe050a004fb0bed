//! Messages that came back although a mail server had taken them: they have failed after all, and
//! somebody else is told at once.

use super::sending::is_about_the_case;
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::directory::PersonKind;
use crate::escalation::Refusal;
use crate::ids::NoticeId;
use crate::notify::{Bounce, BounceOutcome};
use crate::store::failing_addresses::{self, FailingAddress};
use crate::store::notices::{self, StoredNotice};
use crate::store::{StoreError, account_letters, outbox, people};
use serde::Serialize;
use utoipa::ToSchema;

/// What came of a report about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bounced {
    /// The message has failed after all, and somebody else was told.
    Recorded,
    /// That was known: nothing has changed.
    Known,
    /// It is tried on, or has arrived: nothing has changed.
    NothingLost,
}

impl Engine {
    /// Takes a report in an administrator's name, or a machine's.
    ///
    /// # Errors
    /// Not theirs, no report about a message of ours, or the world failed.
    pub async fn hand_in_bounce(
        &self,
        actor: Actor,
        message: Vec<u8>,
    ) -> Result<Bounced, EngineError> {
        let person_id = actor.person_id;
        let found: Result<_, StoreError> =
            self.store().read(move |r| people::find_person(r, person_id)).await;
        let is_machine = found?.is_some_and(|found| found.it.kind == PersonKind::Machine);
        access::may_hand_in_bounces(&actor, is_machine)?;
        self.take_bounce(message).await
    }

    /// Takes a report that a mail server sent about a message which came back.
    ///
    /// # Errors
    /// If it is no report about a message of ours, or the world failed.
    pub async fn take_bounce(&self, message: Vec<u8>) -> Result<Bounced, EngineError> {
        let bounce = self
            .inner
            .mailer
            .read_bounce(&message)
            .map_err(|why| Refusal::field("/message", why.to_string()))?;
        let which = bounce.message;
        let of: Result<(Vec<StoredNotice>, _), StoreError> = self
            .store()
            .read(move |r| {
                Ok((notices::list_of_letter(r, which)?, account_letters::recipient(r, which)?))
            })
            .await;
        let (notices, account) = of?;
        if notices.is_empty() && account.is_none() {
            let why = "is about a message that this server does not have";
            return Err(Refusal::field("/message", why).into());
        }
        if bounce.outcome != BounceOutcome::Failed {
            return Ok(Bounced::NothingLost);
        }
        let now = self.now();
        let mut is_new = false;
        for notice in notices {
            is_new |= self.record_bounce(notice, &bounce, now).await?;
        }
        if let Some(person) = account {
            let failing = failing(&bounce, now);
            let marked: Result<bool, StoreError> = self
                .store()
                .write(move |w| failing_addresses::mark(w, person.id, &person.email, &failing))
                .await;
            is_new |= marked?;
        }
        if is_new {
            tracing::error!(notice_id = %which, status = bounce.status, "a message came back");
        }
        Ok(if is_new { Bounced::Recorded } else { Bounced::Known })
    }

    /// Records that a notice came back, marks its recipient's address and tells somebody else, all in
    /// one transaction; false if that was known.
    async fn record_bounce(
        &self,
        notice: StoredNotice,
        bounce: &Bounce,
        now: UtcInstant,
    ) -> Result<bool, EngineError> {
        let (engine, it, failing) = (self.clone(), notice.clone(), failing(bounce, now));
        let mark = failing.clone();
        let recorded: Result<bool, EngineError> = self
            .store()
            .write(move |w| {
                if !outbox::record_bounce(w, it.id, &mark.why, now)? {
                    return Ok(false);
                }
                if let Some(person_id) = it.person_id {
                    failing_addresses::mark(w, person_id, &it.recipient_email, &mark)?;
                }
                engine.tell_instead(w, &it, now)?;
                Ok(true)
            })
            .await;
        match recorded {
            Err(error) if is_about_the_case(&error) => {
                tracing::error!(notice_id = %notice.id, %error, "a message came back and nobody was told instead");
                self.record_bounce_alone(notice.id, failing, now).await
            }
            recorded => recorded,
        }
    }

    async fn record_bounce_alone(
        &self,
        which: NoticeId,
        failing: FailingAddress,
        now: UtcInstant,
    ) -> Result<bool, EngineError> {
        self.store().write(move |w| Ok(outbox::record_bounce(w, which, &failing.why, now)?)).await
    }
}

fn failing(bounce: &Bounce, now: UtcInstant) -> FailingAddress {
    let status = if bounce.status.is_empty() { "no status code" } else { &bounce.status };
    FailingAddress { since: now, why: format!("a message came back ({status})") }
}
