//! What somebody finds on their first page: how many cases wait for them, for others, and how soon.

use super::in_force::{NO_POLICY, in_force};
use super::keeping::partnerships_of_agency;
use super::lists::ListedCase;
use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::calendar::{Calendar, CalendarRules, Division};
use crate::clock::UtcInstant;
use crate::directory::{Agency, Person};
use crate::escalation::{Refusal, Status};
use crate::ids::{AgencyId, EscalationId, PartnershipId};
use crate::reports::in_words;
use crate::store::escalations::{self, Filter, Viewer};
use crate::store::people::{self, Scope};
use crate::store::{Reader, directory, policies};
use chrono::{NaiveTime, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};
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

/// A page of a shelf.
#[derive(Debug, Clone)]
pub struct ShelfPage {
    /// How many cases there are in all.
    pub count: i64,
    /// How many of them come before the page.
    pub before_count: i64,
    /// The cases.
    pub cases: Vec<ListedCase>,
}

/// By what lists can be narrowed.
#[derive(Debug, Clone, Default)]
pub struct ListChoices {
    /// The agencies, by name.
    pub agencies: BTreeSet<(String, AgencyId)>,
    /// The areas of disagreement: key and title, the newest that there is.
    pub areas_of_disagreement: BTreeMap<String, String>,
    /// The topics of policies: key and title.
    pub topics: BTreeMap<String, String>,
    /// The urgency classes, by their keys.
    pub urgency_classes: BTreeSet<String>,
    /// How many stages a case can go through at the most.
    pub stage_count: u32,
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
    pub async fn count_shelves<const N: usize>(
        &self,
        actor: Actor,
        shelves: [Shelf; N],
    ) -> Result<[i64; N], EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                let (viewer, until) = (Viewer::of(&actor), engine.horizons(r, &actor, now)?);
                let mut counts = [0; N];
                for (count, shelf) in counts.iter_mut().zip(shelves) {
                    *count = escalations::count(r, &viewer, &shelf.filter(until), now)?;
                }
                Ok(counts)
            })
            .await
    }

    /// A page of a shelf, narrowed further by `narrow`, the soonest due first; with how many cases there
    /// are in all, and how many of them come before the page. All of one moment.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn shelf_page(
        &self,
        actor: Actor,
        shelf: Shelf,
        narrow: impl FnOnce(Filter) -> Filter + Send + 'static,
        after: Option<(UtcInstant, EscalationId)>,
        limit: i64,
    ) -> Result<ShelfPage, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                let viewer = Viewer::of(&actor);
                let filter = narrow(shelf.filter(engine.horizons(r, &actor, now)?));
                let count = escalations::count(r, &viewer, &filter, now)?;
                let before_count = match after {
                    Some(place) => escalations::count_until(r, &viewer, &filter, now, place)?,
                    None => 0,
                };
                let cases = engine.cases_after(r, &viewer, &filter, now, after, limit)?;
                Ok(ShelfPage { count, before_count, cases })
            })
            .await
    }

    /// By what the lists of somebody can be narrowed.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_choices(&self, actor: Actor) -> Result<ListChoices, EngineError> {
        self.store()
            .read(move |r| {
                let mut choices = ListChoices::default();
                for partnership_id in directory::partnerships_of(r, &actor)? {
                    for agency in people::agencies_beside(r, partnership_id, &[])? {
                        choices.agencies.insert((agency.name, agency.id));
                    }
                    for stored in policies::list(r, partnership_id)?.readable {
                        let policy = stored.policy;
                        choices.stage_count = choices.stage_count.max(policy.stage_count());
                        choices.urgency_classes.extend(policy.urgency_classes);
                        let topic = policy.topic_title.unwrap_or_else(|| in_words(&policy.topic));
                        choices.topics.entry(policy.topic).or_insert(topic);
                        for area in policy.areas_of_disagreement {
                            choices.areas_of_disagreement.entry(area.key).or_insert(area.title);
                        }
                    }
                }
                Ok(choices)
            })
            .await
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

    /// The calendar by which times are said to somebody and read from them: their own; or else that of
    /// the first partnership with a policy in force, for whoever only keeps the directory; or else
    /// England's.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn wall_calendar(&self, actor: Actor) -> Result<Calendar, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                if let Some(loaded) = engine.own_policy(r, &actor, now)? {
                    return Ok(loaded.calendar().clone());
                }
                for partnership in people::list_partnerships(r)? {
                    if let Some(loaded) = engine.policy_of(r, partnership.it.id, now)? {
                        return Ok(loaded.calendar().clone());
                    }
                }
                england()
            })
            .await
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
        self.policy_of(r, partnership_id, now)
    }

    /// The policy under which a partnership's challenges are raised, if one is in force.
    fn policy_of(
        &self,
        r: &mut Reader<'_>,
        partnership_id: PartnershipId,
        now: UtcInstant,
    ) -> Result<Option<Arc<LoadedPolicy>>, EngineError> {
        match in_force(r, partnership_id, now)?.choose(None, None) {
            Ok(policy) => Ok(Some(self.inner.policies.get(r, partnership_id, &policy)?)),
            Err(EngineError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Where no policy is in force: office hours in England.
fn england() -> Result<Calendar, EngineError> {
    let (opens, closes) = (NaiveTime::from_hms_opt(9, 0, 0), NaiveTime::from_hms_opt(17, 0, 0));
    let (Some(opens), Some(closes)) = (opens, closes) else {
        return Err(Refusal::not_now(NO_POLICY).into());
    };
    let zone = chrono_tz::Europe::London;
    let rules = CalendarRules::new(zone, Division::EnglandAndWales, opens, closes);
    Ok(Calendar::new(rules).map_err(|error| Refusal::not_now(error.to_string()))?)
}

/// The partnership that somebody belongs to; the first, where there are several.
fn own_partnership(
    r: &mut Reader<'_>,
    actor: &Actor,
) -> Result<Option<PartnershipId>, EngineError> {
    let served = partnerships_of_agency(r, "/agency_id", actor.agency_id)?;
    Ok(served.first().copied().or_else(|| actor.officer_of().chain(actor.auditor_of()).next()))
}
