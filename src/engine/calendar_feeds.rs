//! What waits for somebody, for their calendar: a private address, and what is fetched from it.
//!
//! Whoever has the address reads what stands behind it, without signing in: references, what is asked,
//! and by when, as in the messages; nothing of a child and no narrative. So it is no reading of a case.

use super::throttle::Guess;
use super::{Engine, EngineError, ListedCase};
use crate::access::{Actor, Proof, ProofBy};
use crate::auth::{self, Network, derived_secret, is_random_secret};
use crate::clock::UtcInstant;
use crate::escalation::{Escalation, Refusal, Status};
use crate::ids::{PersonId, SessionId};
use crate::store::account_letters::{self, AccountLetterKind};
use crate::store::escalations::Filter;
use crate::store::{StoreError, calendar_feeds, directory};
use chrono::TimeDelta;

/// How long a calendar is told that a case has ended.
const TOLD_OF_ENDS: TimeDelta = TimeDelta::days(30);
/// The most cases of each kind in a calendar: those due soonest.
const CASES_MAX: i64 = 1_000;
/// How exactly it is kept when an address was last used.
const NOTED_EVERY: TimeDelta = TimeDelta::hours(12);
/// What a form's secret becomes.
const ADDRESS: &str = "calendar address";

/// Somebody's own address, as far as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarAddress {
    /// How many were made so far: what a form for another one carries.
    pub number: i32,
    /// When the one was made that works now; none where none does.
    pub made_at: Option<UtcInstant>,
    /// When a calendar last fetched from it, to half a day.
    pub last_read_at: Option<UtcInstant>,
}

/// What a calendar fetches.
#[derive(Debug, Clone)]
pub struct CalendarFeed {
    /// Whose it is.
    pub person_id: PersonId,
    /// The cases in which its person must act, the soonest due first.
    pub waiting: Vec<ListedCase>,
    /// Those in which they had to, and which have ended lately.
    pub ended: Vec<ListedCase>,
}

impl Engine {
    /// Somebody's own address, as far as it is kept: never the address itself.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn calendar_address(&self, actor: &Actor) -> Result<CalendarAddress, EngineError> {
        let person_id = actor.person_id;
        let found: Result<_, StoreError> =
            self.store().read(move |r| calendar_feeds::of(r, person_id)).await;
        let none = CalendarAddress { number: 0, made_at: None, last_read_at: None };
        Ok(found?.map_or(none, |it| CalendarAddress {
            number: it.number,
            made_at: it.made_at,
            last_read_at: it.last_read_at,
        }))
    }

    /// Makes a new address from the random secret of a form; the one before does not work any more. The
    /// same form sent twice makes one, and is answered with it twice; never again once another was
    /// made, or that one ended. Its person gets a letter about it.
    ///
    /// # Errors
    /// [`EngineError::Stale`]: not `number` but more were made by now. At fault: no such secret.
    pub async fn make_calendar_address(
        &self,
        actor: Actor,
        number: i32,
        form_secret: String,
    ) -> Result<String, EngineError> {
        if !is_random_secret(&form_secret) {
            return Err(Refusal::field("/form_secret", "is not of a form of ours").into());
        }
        let now = self.now();
        let secret = derived_secret(&form_secret, ADDRESS);
        let digest = auth::digest(&secret);
        self.store()
            .write(move |w| {
                if calendar_feeds::replace(w, actor.person_id, number, &digest, now)? {
                    let kind = AccountLetterKind::CalendarAddressMade;
                    account_letters::enqueue(w, actor.person_id, kind, now)?;
                    return Ok(());
                }
                let there = calendar_feeds::of(w, actor.person_id)?.and_then(|it| it.digest);
                if there.is_some_and(|it| it == digest) { Ok(()) } else { Err(EngineError::Stale) }
            })
            .await?;
        self.wake();
        Ok(format!("{}/calendar/{secret}.ics", self.inner.options.public_url))
    }

    /// Ends somebody's own address; nothing happens where none works.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn end_calendar_address(&self, actor: Actor) -> Result<(), EngineError> {
        let ended: Result<bool, StoreError> =
            self.store().write(move |w| calendar_feeds::end(w, actor.person_id)).await;
        ended?;
        Ok(())
    }

    /// What waits for whoever has this address, for their calendar. A wrong one is counted, and a right
    /// one answered however many were wrong: of 256 bits nobody finds one by guessing, and calendars of
    /// many people ask from one network.
    ///
    /// # Errors
    /// Not found: nobody has the address, it was ended, or its person has left.
    /// [`EngineError::Throttled`] instead, where many were wrong.
    pub async fn calendar_feed(
        &self,
        secret: &str,
        from: Network,
    ) -> Result<CalendarFeed, EngineError> {
        let now = self.now();
        let digest = auth::digest(secret);
        let Some((actor, last_read_at)) = self.whose_calendar(secret, &digest, now).await? else {
            let _counted = self.admit_guess(Guess::CalendarAddress, from, None).await?;
            return Err(Refusal::NotFound.into());
        };
        let open =
            Filter { status: Some(Status::Open), waiting_for_me: Some(true), ..Filter::default() };
        let waiting = self.list_cases(actor.clone(), open, None, CASES_MAX).await?;
        let mut ended = Vec::new();
        for status in [Status::Resolved, Status::Withdrawn] {
            let left_mine_since = Some(now.plus(-TOLD_OF_ENDS));
            let filter = Filter { status: Some(status), left_mine_since, ..Filter::default() };
            let listed = self.list_cases(actor.clone(), filter, None, CASES_MAX).await?;
            ended.extend(listed.into_iter().filter(|it| had_to_act(&it.escalation, &actor)));
        }
        if last_read_at.is_none_or(|at| now.since(at) >= NOTED_EVERY) {
            let noted: Result<(), StoreError> =
                self.store().write(move |w| calendar_feeds::note_read(w, &digest, now)).await;
            noted?;
        }
        Ok(CalendarFeed { person_id: actor.person_id, waiting, ended })
    }

    /// Whose address it is, as the directory knows them now, and when it was last used.
    async fn whose_calendar(
        &self,
        secret: &str,
        digest: &str,
        now: UtcInstant,
    ) -> Result<Option<(Actor, Option<UtcInstant>)>, StoreError> {
        if !is_random_secret(secret) {
            return Ok(None);
        }
        let digest = digest.to_owned();
        self.store()
            .read(move |r| {
                let Some((person_id, last_read_at)) = calendar_feeds::find(r, &digest)? else {
                    return Ok(None);
                };
                // It proves nothing of who asks, and opens nothing but this.
                let proof = Proof { at: UtcInstant::EPOCH, by: ProofBy::ApiToken };
                let session_id = SessionId::new();
                let actor = directory::find_actor(r, person_id, session_id, proof, now)?;
                Ok(actor.map(|actor| (actor, last_read_at)))
            })
            .await
    }
}

/// Whether somebody was one of those who had to act at any time.
fn had_to_act(it: &Escalation, actor: &Actor) -> bool {
    let mut acting = it.stage_entries.iter().flat_map(|entry| entry.who_acts());
    acting.any(|seat| {
        seat.person_id == Some(actor.person_id)
            || seat.post_id.is_some_and(|post_id| actor.post(post_id).is_some())
    })
}
