//! What somebody finds on their first page: how many cases wait for them, for others, and how soon.

use super::in_force::{NO_POLICY, in_force};
use super::keeping::partnerships_of_agency;
use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{Agency, Person};
use crate::escalation::{Refusal, Status};
use crate::ids::{AgencyId, PartnershipId};
use crate::store::escalations::{self, Filter, Viewer};
use crate::store::people::{self, Scope};
use crate::store::{Reader, StoreError, directory};
use chrono::{NaiveTime, TimeDelta};
use std::sync::Arc;

/// How many working days ahead is soon.
const SOON_WORKING_DAYS: u32 = 3;
/// How many agencies, or people, are read at once.
const AT_ONCE: i64 = 200;

/// A list of cases that people open often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Those that wait for the viewer.
    NeedsMe,
    /// Those whose clock ran out.
    Overdue,
    /// Those due before midnight.
    DueToday,
    /// Those due within three working days, today's included.
    DueSoon,
    /// The open ones that wait for somebody else.
    WaitingOnOthers,
    /// All open ones.
    Open,
    /// What the viewer is still writing.
    Drafts,
    /// The resolved ones.
    Resolved,
    /// The withdrawn ones, discarded drafts included.
    Withdrawn,
}

/// Until when something is due today, and soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Horizons {
    today: UtcInstant,
    soon: UtcInstant,
}

impl Shelf {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::NeedsMe,
        Self::Overdue,
        Self::DueToday,
        Self::DueSoon,
        Self::WaitingOnOthers,
        Self::Open,
        Self::Drafts,
        Self::Resolved,
        Self::Withdrawn,
    ];

    fn filter(self, until: Horizons) -> Filter {
        let open = Filter { status: Some(Status::Open), ..Filter::default() };
        let due = |by| Filter { overdue: Some(false), due_by: Some(by), ..open.clone() };
        match self {
            Self::NeedsMe => Filter { waiting_for_me: Some(true), ..open },
            Self::Overdue => Filter { overdue: Some(true), ..open },
            Self::DueToday => due(until.today),
            Self::DueSoon => due(until.soon),
            Self::WaitingOnOthers => Filter { waiting_for_me: Some(false), ..open },
            Self::Open => open,
            Self::Drafts => Filter { status: Some(Status::Draft), ..open },
            Self::Resolved => Filter { status: Some(Status::Resolved), ..open },
            Self::Withdrawn => Filter { status: Some(Status::Withdrawn), ..open },
        }
    }
}

impl Engine {
    /// How many cases stand on each of these shelves for somebody, in this order.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn count_shelves(
        &self,
        actor: Actor,
        shelves: Vec<Shelf>,
    ) -> Result<Vec<i64>, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                let (viewer, until) = (Viewer::of(&actor), engine.horizons(r, &actor, now)?);
                let count =
                    |shelf: Shelf| escalations::count(r, &viewer, &shelf.filter(until), now);
                Ok(shelves.into_iter().map(count).collect::<Result<_, StoreError>>()?)
            })
            .await
    }

    /// What a shelf is narrowed to for somebody, at this moment.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn shelf_filter(&self, actor: Actor, shelf: Shelf) -> Result<Filter, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store().read(move |r| Ok(shelf.filter(engine.horizons(r, &actor, now)?))).await
    }

    /// The calendar by which somebody writes a time of day into a form: that of the policy under which
    /// their challenges are raised.
    ///
    /// # Errors
    /// No policy is in force; or the world failed.
    pub async fn own_calendar(&self, actor: Actor) -> Result<Calendar, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        let loaded = self.store().read(move |r| engine.own_policy(r, &actor, now)).await?;
        let loaded = loaded.ok_or_else(|| Refusal::not_now(NO_POLICY))?;
        Ok(loaded.calendar().clone())
    }

    /// The agencies of a partnership that somebody belongs to, by their ids' order.
    ///
    /// # Errors
    /// Not found for a partnership that is not theirs; or the world failed.
    pub async fn agencies_of(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
    ) -> Result<Vec<Agency>, EngineError> {
        self.store()
            .read(move |r| {
                if !directory::partnerships_of(r, &actor)?.contains(&partnership_id) {
                    return Err(Refusal::NotFound.into());
                }
                let scope = Scope::Partnerships(vec![partnership_id]);
                let mut all: Vec<Agency> = Vec::new();
                loop {
                    let after = all.last().map(|agency| agency.id);
                    let page = people::list_agencies(r, &scope, after, AT_ONCE)?;
                    let is_last = i64::try_from(page.len()).is_ok_and(|length| length < AT_ONCE);
                    all.extend(page.into_iter().map(|agency| agency.it));
                    if is_last {
                        return Ok(all);
                    }
                }
            })
            .await
    }

    /// The people of one agency of a partnership that somebody belongs to, by their ids' order: those who
    /// work there now.
    ///
    /// # Errors
    /// Not found for a partnership that is not theirs; or the world failed.
    pub async fn people_of_agency(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
        agency_id: AgencyId,
    ) -> Result<Vec<Person>, EngineError> {
        self.store()
            .read(move |r| {
                if !directory::partnerships_of(r, &actor)?.contains(&partnership_id) {
                    return Err(Refusal::NotFound.into());
                }
                let scope = Scope::Partnerships(vec![partnership_id]);
                let mut all: Vec<Person> = Vec::new();
                loop {
                    let after = all.last().map(|person| person.id);
                    let page = people::list_people(r, &scope, Some(agency_id), after, AT_ONCE)?;
                    let is_last = i64::try_from(page.len()).is_ok_and(|length| length < AT_ONCE);
                    all.extend(page.into_iter().map(|person| person.it));
                    if is_last {
                        all.retain(Person::is_somebody_here);
                        return Ok(all);
                    }
                }
            })
            .await
    }

    /// By the calendar of the policy under which this person's challenges are raised; by plain days
    /// where none is in force.
    fn horizons(
        &self,
        r: &mut Reader<'_>,
        actor: &Actor,
        now: UtcInstant,
    ) -> Result<Horizons, EngineError> {
        let Some(loaded) = self.own_policy(r, actor, now)? else {
            let after = |days| now.plus(TimeDelta::days(days));
            return Ok(Horizons { today: after(1), soon: after(i64::from(SOON_WORKING_DAYS)) });
        };
        let calendar = loaded.calendar();
        let today = calendar.local(now).date_naive();
        let end_of = |day: chrono::NaiveDate| {
            let midnight = (day + TimeDelta::days(1)).and_time(NaiveTime::MIN);
            calendar.instant_of(midnight).plus(-TimeDelta::seconds(1))
        };
        let (mut last, mut counted) = (today, 0);
        while counted < SOON_WORKING_DAYS {
            last += TimeDelta::days(1);
            counted += u32::from(calendar.is_working_day(last));
        }
        Ok(Horizons { today: end_of(today), soon: end_of(last) })
    }

    /// The policy under which this person's challenges are raised; none where none is in force.
    pub(super) fn own_policy(
        &self,
        r: &mut Reader<'_>,
        actor: &Actor,
        now: UtcInstant,
    ) -> Result<Option<Arc<LoadedPolicy>>, EngineError> {
        let Some(partnership_id) = own_partnership(r, actor)? else { return Ok(None) };
        match in_force(r, partnership_id, now)?.choose(None, None) {
            Ok(policy) => Ok(Some(self.inner.policies.get(r, partnership_id, &policy)?)),
            Err(EngineError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The partnership that somebody belongs to; the first, where there are several.
fn own_partnership(
    r: &mut Reader<'_>,
    actor: &Actor,
) -> Result<Option<PartnershipId>, EngineError> {
    let served = partnerships_of_agency(r, "/agency_id", actor.agency_id)?;
    Ok(served.first().copied().or_else(|| actor.officer_of().chain(actor.auditor_of()).next()))
}
