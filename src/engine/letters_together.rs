//! What only informs somebody, once a day: who wants it so, at which hour, and what waits for it.
//!
//! Nobody can put off what asks them to act, or what tells of a clock or of an end: the policy counts on
//! its being read. So the choice is of the rest alone, and never of a case in which somebody must act
//! now, nor of an urgent one.

use super::{Engine, EngineError};
use crate::access::Actor;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{PartnershipFunction, Place};
use crate::escalation::{Escalation, Notice, NoticeKind, Refusal};
use crate::ids::PersonId;
use crate::store::failing_addresses::{self, FailingAddress};
use crate::store::notices::Bundle;
use crate::store::notification_settings::{self, WaitingLetters};
use crate::store::{Reader, StoreError, people};
use chrono::NaiveTime;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The hours of the day from which somebody may choose.
pub const TOGETHER_HOURS: RangeInclusive<u32> = 7..=18;

/// When those who want it so have what only informs them of a case.
#[derive(Debug, Default)]
pub(super) struct Together {
    hours: BTreeMap<PersonId, UtcInstant>,
}

impl Together {
    /// Of those who are told something of a case that is `after` now, by its calendar.
    pub(super) fn of(
        r: &mut Reader<'_>,
        told: &[Notice],
        after: &Escalation,
        calendar: &Calendar,
        now: UtcInstant,
    ) -> Result<Self, StoreError> {
        let informed = told.iter().filter(|notice| notice.kind.may_wait());
        let must_act = |person_id: &PersonId| {
            after.current_entry().is_some_and(|entry| {
                entry.who_acts().any(|seat| seat.person_id.as_ref() == Some(person_id))
            })
        };
        let people: Vec<PersonId> = informed
            .filter_map(|notice| notice.seat.person_id)
            .filter(|person_id| !must_act(person_id))
            .collect();
        let hours = notification_settings::hours_of(r, &people)?;
        let hours = hours.into_iter().map(|(who, hour)| (who, next_hour(calendar, hour, now)));
        Ok(Self { hours: hours.collect() })
    }

    /// What a notice goes in one letter with; nothing where it goes at once.
    pub(super) fn bundle(&self, kind: NoticeKind, person_id: Option<PersonId>) -> Option<Bundle> {
        let hour = person_id.filter(|_| kind.may_wait()).and_then(|id| self.hours.get(&id));
        hour.map(|hour| Bundle::OnceADay(*hour))
    }
}

/// When it is this hour next on the wall of a working day.
fn next_hour(calendar: &Calendar, hour: u32, now: UtcInstant) -> UtcInstant {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
    let today = calendar.local(now).date_naive();
    let of_today = calendar.instant_of(today.and_time(time));
    if calendar.is_working_day(today) && of_today > now {
        return of_today;
    }
    calendar.next_working_day_at(now, time)
}

/// What somebody is sent, and where.
#[derive(Debug, Clone)]
pub struct OwnLetters {
    /// Where it goes.
    pub email: String,
    /// Since when mail to it comes back, if it does.
    pub failing: Option<FailingAddress>,
    /// The hour of the working day at which they have together what only informs them; none where they
    /// have it at once.
    pub together_at_hour: Option<u32>,
    /// What waits for that hour.
    pub waiting: WaitingLetters,
    /// When the next list goes of what waits for people and is soon due.
    pub next_reminders_at: Option<UtcInstant>,
    /// When the next letter goes about how the partnership stands, if they get it.
    pub next_digest_at: Option<UtcInstant>,
    /// By which times of day are told; none where no policy is in force for them.
    pub calendar: Option<Calendar>,
}

impl Engine {
    /// What somebody is sent, and where.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn own_letters(&self, actor: Actor) -> Result<OwnLetters, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        let jobs = &self.inner.options.jobs;
        let next_reminders_at = jobs.chasers.next_slot(now);
        let manages = actor.posts.iter().any(|post| {
            let function = PartnershipFunction::BusinessManager;
            matches!(post.place, Place::Partnership { function: it, .. } if it == function)
        });
        let next_digest_at = jobs.digests.next_slot(now).filter(|_| manages);
        self.store()
            .read(move |r| {
                let me = actor.person_id;
                let person = people::find_person(r, me)?.ok_or(EngineError::NotSignedIn)?;
                let calendar = engine.own_policy(r, &actor, now)?;
                Ok(OwnLetters {
                    email: person.it.email,
                    failing: failing_addresses::of(r, &[me])?.remove(&me),
                    together_at_hour: notification_settings::hours_of(r, &[me])?.remove(&me),
                    waiting: notification_settings::waiting_of(r, me)?,
                    next_reminders_at,
                    next_digest_at,
                    calendar: calendar.map(|policy| policy.calendar().clone()),
                })
            })
            .await
    }

    /// Sets the hour of the working day at which somebody has together what only informs them; at once
    /// where there is none. What waits already goes by the new choice.
    ///
    /// # Errors
    /// At fault: an hour that is not of [`TOGETHER_HOURS`]. If the world failed.
    pub async fn have_letters_together(
        &self,
        actor: Actor,
        hour: Option<u32>,
    ) -> Result<(), EngineError> {
        if hour.is_some_and(|hour| !TOGETHER_HOURS.contains(&hour)) {
            let (first, last) = (TOGETHER_HOURS.start(), TOGETHER_HOURS.end());
            let detail = format!("must be an hour from {first} to {last}");
            return Err(Refusal::field("/together_at_hour", detail).into());
        }
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .write(move |w| {
                notification_settings::set(w, actor.person_id, hour, now)?;
                // Without a calendar nobody knows a working day: then nothing is kept waiting.
                let policy = engine.own_policy(w, &actor, now)?;
                let goes_at =
                    hour.zip(policy).map(|(hour, policy)| next_hour(policy.calendar(), hour, now));
                let goes_at = goes_at.unwrap_or(now);
                notification_settings::move_waiting(w, actor.person_id, goes_at)?;
                Ok::<(), EngineError>(())
            })
            .await?;
        self.wake();
        Ok(())
    }
}
