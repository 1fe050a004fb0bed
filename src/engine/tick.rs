//! What is due now. Takes no input and keeps nothing: the database says what is due, and the door
//! decides again under its lock. Level-triggered, so waking late or twice does no harm.
//!
//! Cases are claimed some at a time, in the order in which they fell due, under locks that other
//! nodes pass over; so the nodes share the work, and one that dies gives its part back at once. A
//! case that cannot be acted on is undone alone and set aside, with an alarm (I14).

use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::directory::{PartnershipFunction, Seat};
use crate::escalation::{Command, NoticeKind, NoticeUrgency};
use crate::ids::{EscalationId, NoticeId, PartnershipId};
use crate::notify::set_aside_letter;
use crate::store::due::{self, Place};
use crate::store::notices::{self, NewNotice};
use crate::store::{StoreError, Writer, directory, escalations};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many cases are acted on in one transaction: enough that its commit costs little, few enough
/// that whoever wants to write meanwhile does not wait.
const CASES_TOGETHER: i64 = 25;

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// How many cases something happened to.
    pub acted_count: u64,
    /// How many could not be acted on; each was logged and set aside, and none held up another.
    pub failed_count: u64,
}

/// What became of some cases that were due together.
#[derive(Debug, Default)]
struct Batch {
    ticked: Ticked,
    /// The last of them; none if there were none.
    last: Option<Place>,
}

/// Why a due case could not be acted on.
enum Failure {
    Error(EngineError),
    /// Nothing came of it, and it is as due as before.
    NothingHappened,
    /// The program broke off.
    Panicked,
}

impl Failure {
    /// For whoever runs the server: never the content of the case.
    fn in_words(&self) -> String {
        match self {
            Self::Error(error) => error.to_string(),
            Self::NothingHappened => {
                "something is due, and acting on it changed nothing".to_owned()
            }
            Self::Panicked => "the program broke off while it acted on it".to_owned(),
        }
    }

    /// Whether two nodes were in each other's way, and it is no fault of the case's.
    fn is_passing(&self) -> bool {
        let Self::Error(EngineError::Store(error)) = self else { return false };
        error.is_passing()
    }
}

impl Engine {
    /// Does what is due now, the longest due first, one step a case. Nothing while this node stands
    /// aside because of its clock.
    ///
    /// # Errors
    /// If what is due cannot be read or written, or the database itself fails: every other case would
    /// fare alike. A single case that fails is set aside: it must not hold up the others.
    pub async fn tick(&self) -> Result<Ticked, EngineError> {
        let mut ticked = Ticked::default();
        if self.stands_aside() {
            return Ok(ticked);
        }
        let until = self.now();
        let mut after: Option<Place> = None;
        loop {
            let engine = self.clone();
            let batch: Batch =
                self.store().write(move |w| engine.act_on_batch(w, until, after)).await?;
            ticked.acted_count += batch.ticked.acted_count;
            ticked.failed_count += batch.ticked.failed_count;
            after = batch.last;
            if after.is_none() {
                break;
            }
            self.inner.health.ticked(self.clock().monotonic());
            if batch.ticked.acted_count > 0 {
                self.inner.deliverer_wake.notify_one();
            }
        }
        if ticked.acted_count > 0 {
            tracing::info!(acted_count = ticked.acted_count, "acted on what was due");
            self.wake();
        }
        Ok(ticked)
    }

    /// Acts on some cases that were due by `until`, in one transaction. What happens to them happens
    /// now, once their locks are held: a node that was stopped on the way must not write down an
    /// earlier time, from which the next stage's clock would run.
    fn act_on_batch(
        &self,
        w: &mut Writer<'_>,
        until: UtcInstant,
        after: Option<Place>,
    ) -> Result<Batch, EngineError> {
        let together = CASES_TOGETHER.min(self.inner.options.batch);
        let due = due::claim(w, until, after, together)?;
        let now = self.now().max(until);
        let mut batch = Batch { last: due.last().copied(), ..Batch::default() };
        for place in due {
            match self.act_on(w, place, now)? {
                Ok(()) => {
                    batch.ticked.acted_count += 1;
                    if due::take_back(w, place.1)? {
                        tracing::info!(escalation_id = %place.1, "a case that was set aside goes on");
                    }
                }
                Err(Failure::Error(EngineError::Store(error))) if error.is_about_the_database() => {
                    return Err(error.into());
                }
                Err(failure) => {
                    batch.ticked.failed_count += 1;
                    self.set_aside(w, place.1, &failure, now)?;
                }
            }
        }
        Ok(batch)
    }

    /// Acts on one due case; what it did is undone where it fails, and nothing else.
    fn act_on(
        &self,
        w: &mut Writer<'_>,
        (due_at, which): Place,
        now: UtcInstant,
    ) -> Result<Result<(), Failure>, StoreError> {
        w.part(|w| {
            let acting = catch_unwind(AssertUnwindSafe(|| {
                self.perform_of_time(w, which, Command::Lapse, now)
            }));
            match acting {
                Err(_panic) => Err(Failure::Panicked),
                Ok(Err(error)) => Err(Failure::Error(error)),
                Ok(Ok(true)) => Ok(()),
                // A case that is due and stays as it is would be found again for ever.
                Ok(Ok(false)) => {
                    tracing::debug!(escalation_id = %which, due_at = %due_at, "nothing happened");
                    Err(Failure::NothingHappened)
                }
            }
        })
    }

    /// Sets a case aside, with an alarm the first time. That it can be written shows that the
    /// database works, so what failed is the case.
    fn set_aside(
        &self,
        w: &mut Writer<'_>,
        which: EscalationId,
        failure: &Failure,
        now: UtcInstant,
    ) -> Result<(), StoreError> {
        if failure.is_passing() {
            tracing::warn!(escalation_id = %which, error = failure.in_words(), "a due case is tried again");
            return Ok(());
        }
        let aside = due::set_aside(w, which, &failure.in_words(), now)?;
        tracing::error!(escalation_id = %which, error = failure.in_words(), "a due case could not be acted on and is set aside");
        if !aside.is_new {
            return Ok(());
        }
        // Without an alarm by mail the log, the metrics and the silent heartbeat still tell.
        let alarmed = w.part(|w| self.alarm(w, which, now))?;
        if let Err(error) = alarmed {
            tracing::error!(escalation_id = %which, %error, "nobody could be told of a case that was set aside");
        }
        Ok(())
    }

    /// Tells the partnership of a case that the server cannot act on.
    fn alarm(
        &self,
        w: &mut Writer<'_>,
        which: EscalationId,
        now: UtcInstant,
    ) -> Result<(), StoreError> {
        let Some((reference, partnership_id)) = escalations::reference_of(w, which)? else {
            return Err(StoreError::Missing("the case"));
        };
        let people = directory::load(w, partnership_id, &[], &[], &[], now)?;
        let route = people.route_to_partnership(&[PartnershipFunction::BusinessManager], now);
        for seat in &route.seats {
            let told = SetAsideNotice { which, reference: &reference, partnership_id, seat };
            notices::enqueue(w, &told.notice(self, &people, now), now)?;
        }
        self.inner.deliverer_wake.notify_one();
        Ok(())
    }
}

/// What the partnership is told of a case that the server cannot act on.
struct SetAsideNotice<'a> {
    which: EscalationId,
    reference: &'a str,
    partnership_id: PartnershipId,
    seat: &'a Seat,
}

impl SetAsideNotice<'_> {
    fn notice(
        &self,
        engine: &Engine,
        people: &crate::directory::Directory,
        now: UtcInstant,
    ) -> NewNotice {
        let contact = people.contact(self.seat);
        let partnership = people.partnership();
        NewNotice {
            id: NoticeId::new(),
            event_key: format!("set_aside:{}:{now}", self.which),
            // The case cannot be read, and what is sent must not depend on it.
            escalation_id: None,
            partnership_id: self.partnership_id,
            kind: NoticeKind::SetAside,
            person_id: contact.person_id,
            letter: set_aside_letter(
                self.reference,
                &contact.name,
                &engine.link_to(self.reference),
                &partnership.name,
                &partnership.contact_email,
            ),
            recipient_name: contact.name,
            recipient_email: contact.email,
            thread: Some(self.reference.to_owned()),
            urgency: NoticeUrgency::of(NoticeKind::SetAside, false),
            bundle: None,
            about_notice_id: None,
        }
    }
}
