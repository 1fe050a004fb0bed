//! Beginning a challenge.

use super::change::{Answered, Answering, Request};
use super::in_force::{NO_POLICY, in_force};
use super::reading::CaseView;
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{Party, Place, Rung, Side};
use crate::escalation::{Doer, Draft, ImmediateDanger, Opening, Refusal, Signature, open_draft};
use crate::ids::{AgencyId, EscalationId, PartnershipId};
use crate::store::escalations::{self, Stored};
use crate::store::{Writer, people, timeline};
use crate::timeline::Entry;
use chrono::Datelike;

/// What is asked to begin a challenge.
#[derive(Debug, Clone)]
pub struct NewDraft {
    /// The partnership; may be left out by somebody whose agency serves a single one.
    pub partnership_id: Option<PartnershipId>,
    /// The policy's key; may be left out where a single one is in force, or a general one.
    pub policy_key: Option<String>,
    /// The policy's topic, instead of its key.
    pub topic: Option<String>,
    /// The first question's answer.
    pub immediate_danger: ImmediateDanger,
    /// What is written so far.
    pub draft: Draft,
}

/// Where somebody can raise a challenge: a partnership that their agency serves, and a policy of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceToRaise {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// Its name.
    pub partnership_name: String,
    /// The policy's key.
    pub policy_key: String,
    /// The policy's title.
    pub policy_title: String,
}

impl Engine {
    /// Where somebody can raise a challenge, in the order of the partnerships' ids.
    ///
    /// # Errors
    /// Not theirs: they work for no agency. Not now: no policy is in force. Or the world failed.
    pub async fn places_to_raise(&self, actor: Actor) -> Result<Vec<PlaceToRaise>, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let agency_id = actor.agency_id.ok_or_else(for_agencies)?;
                let agency = people::find_agency(r, agency_id)?.ok_or(Refusal::NotFound)?.it;
                let mut places = Vec::new();
                let mut without = None;
                for partnership_id in agency.partnership_ids {
                    let found = people::find_partnership(r, partnership_id)?;
                    let name = found.ok_or(Refusal::NotFound)?.it.name;
                    let all = in_force(r, partnership_id, now)?;
                    places.extend(all.titled().map(|(policy_key, policy_title)| PlaceToRaise {
                        partnership_id,
                        partnership_name: name.clone(),
                        policy_key,
                        policy_title,
                    }));
                    without = Some(all);
                }
                match without {
                    _ if !places.is_empty() => Ok(places),
                    // A policy that cannot be read is not the same as none.
                    Some(all) => all.choose(None, None).map(|_none| places),
                    None => Err(Refusal::not_now(NO_POLICY).into()),
                }
            })
            .await
    }

    /// The calendar by which somebody writes a time of day who raises a challenge there.
    ///
    /// # Errors
    /// At fault: the policy is not in force any more. Or the world failed.
    pub async fn calendar_of_place(&self, place: PlaceToRaise) -> Result<Calendar, EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                let PlaceToRaise { partnership_id, policy_key, .. } = &place;
                let all = in_force(r, *partnership_id, now)?;
                let policy = all.choose(Some(policy_key), None)?;
                let loaded = engine.inner.policies.get(r, *partnership_id, &policy)?;
                Ok(loaded.calendar().clone())
            })
            .await
    }

    /// Begins a challenge: gives it its reference, and writes the first entry of its timeline.
    ///
    /// # Errors
    /// As [`Engine::change`].
    pub async fn begin_draft(
        &self,
        request: Request,
        new: NewDraft,
        answering: impl Answering<CaseView>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let which = EscalationId::new();
        self.once(request, answering, move |engine, w, request| {
            engine.insert_draft(w, &request.actor, which, new.clone(), now)
        })
        .await
    }

    fn insert_draft(
        &self,
        w: &mut Writer<'_>,
        actor: &Actor,
        which: EscalationId,
        new: NewDraft,
        now: UtcInstant,
    ) -> Result<CaseView, EngineError> {
        let agency_id = actor.agency_id.ok_or_else(for_agencies)?;
        let agency = people::find_agency(w, agency_id)?.ok_or(Refusal::NotFound)?.it;
        let partnership_id = of_agency(&agency.partnership_ids, new.partnership_id)?;
        let partnership = people::find_partnership(w, partnership_id)?.ok_or(Refusal::NotFound)?.it;
        let policy = in_force(w, partnership_id, now)?
            .choose(new.policy_key.as_deref(), new.topic.as_deref())?;
        let loaded = self.inner.policies.get(w, partnership_id, &policy)?;
        let (raiser, team) = raiser(actor, agency_id);
        let year = loaded.calendar().local(now).year();
        // The answers are checked before a reference is used up; the transaction gives it back if
        // anything fails after all.
        let reference =
            escalations::next_reference(w, partnership_id, &partnership.reference_prefix, year)?;
        let opening = Opening {
            id: which,
            reference,
            partnership_id,
            policy,
            raiser: raiser.clone(),
            raising: Party { agency_id, agency_name: agency.name, team },
            immediate_danger: new.immediate_danger,
            draft: new.draft,
        };
        super::restricting::known(w, "/draft/restriction", opening.draft.restriction.as_ref())?;
        let (event, escalation) = open_draft(opening, now)?;
        let entry = Entry::following(which, None, now, Doer::Person(raiser), event)?;
        let stored = Stored { escalation, head_hash: entry.hash.clone() };
        escalations::insert(w, &stored)?;
        timeline::append(w, &entry)?;
        Ok(CaseView::of(actor, stored.escalation, loaded, now)?)
    }
}

fn for_agencies() -> Refusal {
    Refusal::NotYours("People who work for an agency raise challenges.".to_owned())
}

fn of_agency(
    served: &[PartnershipId],
    wanted: Option<PartnershipId>,
) -> Result<PartnershipId, Refusal> {
    match (wanted, served) {
        (Some(wanted), _) if served.contains(&wanted) => Ok(wanted),
        (Some(_), _) => Err(Refusal::field(
            "/partnership_id",
            "must be a partnership that your agency serves: see GET /api/v1/me",
        )),
        (None, [only]) => Ok(*only),
        (None, _) => Err(Refusal::field(
            "/partnership_id",
            "your agency serves several partnerships: say which one's policy counts",
        )),
    }
}

/// The raiser's signature and team: under the lowest post that they hold in their agency.
fn raiser(actor: &Actor, agency_id: AgencyId) -> (Signature, Option<String>) {
    let mut own: Vec<(Rung, _)> = actor
        .posts
        .iter()
        .filter_map(|post| match &post.place {
            Place::Agency { agency_id: of, rung, team, .. } if *of == agency_id => {
                Some((*rung, (post, team.clone())))
            }
            _ => None,
        })
        .collect();
    own.sort_by_key(|(rung, _)| *rung);
    let lowest = own.into_iter().next().map(|(_, found)| found);
    let signature = Signature {
        person_id: actor.person_id,
        name: actor.name.clone(),
        post_id: lowest.as_ref().map(|(post, _)| post.post_id),
        post_title: lowest.as_ref().map(|(post, _)| post.title.clone()),
        side: Side::Raising,
    };
    (signature, lowest.and_then(|(_, team)| team))
}
