//! What somebody is to a case.

use super::actor::{Actor, HeldPost};
use crate::clock::UtcInstant;
use crate::directory::{PartnershipFunction, Place, Seat, SeatCapacity, Side};
use crate::escalation::{Escalation, Refusal, Signature};
use serde::{Deserialize, Serialize};

/// Why somebody sees a case: the first of these that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They raised it, or write it.
    Raiser,
    /// They must act in the stage where it is, or did in the stage where it ended.
    Acting,
    /// It has reached them, or a post that they hold.
    Reached,
    /// They are an officer of its partnership.
    Officer,
    /// They audit its partnership.
    Auditor,
    /// They look at it in an emergency.
    GlassBroken,
}

impl Standing {
    /// Whether it gives sight of the case alone, and no command to it.
    pub fn only_reads(self) -> bool {
        matches!(self, Self::Auditor | Self::GlassBroken)
    }
}

/// What somebody is to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Under which signature they would act.
    pub signature: Signature,
    /// They raised it.
    pub is_raiser: bool,
    /// They must act in the stage where it is, or did in the stage where it ended.
    pub is_acting: bool,
    /// Why they see it.
    pub standing: Standing,
}

/// What somebody is to a case at `now`; none if it is none of their business.
///
/// Those whom its restriction excludes are nothing to it, whatever they hold and whatever it reached
/// before. A restricted case is not seen by whoever comes into a post that it reached: people are
/// on it by name.
pub fn relation(actor: &Actor, escalation: &Escalation, now: UtcInstant) -> Option<Relation> {
    if escalation.excludes(actor.person_id) {
        return None;
    }
    let is_raiser = actor.person_id == escalation.raiser.person_id;
    if escalation.raised_at.is_none() {
        let signature = escalation.raiser.clone();
        let (is_acting, standing) = (true, Standing::Raiser);
        return is_raiser.then_some(Relation { signature, is_raiser, is_acting, standing });
    }
    let by_post = escalation.restriction().is_none();
    let last = escalation.stage_entries.last();
    // Whoever was reached in a post and has left it stays on the case, and acts no more.
    let is_theirs = |seat: &&Seat| match (seat.capacity, seat.post_id) {
        (SeatCapacity::Holder, Some(post_id)) => actor.post(post_id).is_some(),
        _ => true,
    };
    let acting =
        last.and_then(|entry| best_seat(actor, entry.who_acts().filter(is_theirs), by_post));
    let is_acting = acting.is_some();
    let found = |standing| move |signature| (signature, standing);
    let otherwise = || {
        best_seat(actor, escalation.reached().into_iter(), by_post)
            .map(found(Standing::Reached))
            .or_else(|| as_officer(actor, escalation).map(found(Standing::Officer)))
            .or_else(|| as_auditor(actor, escalation).map(found(Standing::Auditor)))
            .or_else(|| in_an_emergency(actor, escalation, now).map(found(Standing::GlassBroken)))
    };
    let raiser = || is_raiser.then(|| (escalation.raiser.clone(), Standing::Raiser));
    let (signature, standing) = match acting {
        // The raiser signs as they did at first, unless they must act in a post.
        Some(signature) if is_raiser && signature.post_id.is_none() => raiser()?,
        Some(signature) => (signature, Standing::Acting),
        None => raiser().or_else(otherwise)?,
    };
    Some(Relation { signature, is_raiser, is_acting, standing })
}

/// Whether somebody may see a case at `now`.
///
/// # Errors
/// [`Refusal::NotFound`]: the answer is the same as for a case that is not there.
pub fn may_see(
    actor: &Actor,
    escalation: &Escalation,
    now: UtcInstant,
) -> Result<Relation, Refusal> {
    relation(actor, escalation, now).ok_or(Refusal::NotFound)
}

/// Under which signature somebody sits in one of these seats: in person first, then, if posts count,
/// in a post that was reached, whoever held it then.
fn best_seat<'s>(
    actor: &Actor,
    seats: impl Iterator<Item = &'s Seat> + Clone,
    by_post: bool,
) -> Option<Signature> {
    let in_person = seats.clone().find(|seat| seat.person_id == Some(actor.person_id));
    let in_post = || {
        let mut seats = seats.filter(|_| by_post);
        seats.find(|seat| seat.post_id.is_some_and(|id| actor.post(id).is_some()))
    };
    let seat = in_person.or_else(in_post)?;
    Some(Signature {
        person_id: actor.person_id,
        name: actor.name.clone(),
        post_id: seat.post_id,
        post_title: seat.post_title.clone(),
        side: seat.side,
    })
}

fn in_post(actor: &Actor, side: Side, is_it: impl Fn(&Place) -> bool) -> Option<Signature> {
    let post: &HeldPost = actor.posts.iter().find(|post| is_it(&post.place))?;
    Some(Signature {
        person_id: actor.person_id,
        name: actor.name.clone(),
        post_id: Some(post.post_id),
        post_title: Some(post.title.clone()),
        side,
    })
}

fn as_officer(actor: &Actor, escalation: &Escalation) -> Option<Signature> {
    in_post(actor, Side::Partnership, |place| {
        matches!(place, Place::Partnership { partnership_id, function }
            if *partnership_id == escalation.partnership_id && function.is_officer())
    })
}

fn auditor_post(actor: &Actor, escalation: &Escalation) -> Option<Signature> {
    in_post(actor, Side::Partnership, |place| {
        matches!(place, Place::Partnership { partnership_id, function: PartnershipFunction::Auditor }
            if *partnership_id == escalation.partnership_id)
    })
}

fn as_auditor(actor: &Actor, escalation: &Escalation) -> Option<Signature> {
    let is_open_to_audit = escalation.restriction().is_none();
    is_open_to_audit.then(|| auditor_post(actor, escalation)).flatten()
}

/// The post in which somebody leads on safeguarding in an agency of the case.
pub(super) fn as_safeguarding_lead(actor: &Actor, escalation: &Escalation) -> Option<Signature> {
    let leads = |side: Side, of| {
        in_post(actor, side, |place| {
            matches!(place, Place::Agency { agency_id, safeguarding_lead: true, .. }
                if *agency_id == of)
        })
    };
    let receiving = || leads(Side::Receiving, escalation.challenge()?.receiving.agency_id);
    leads(Side::Raising, escalation.raising.agency_id).or_else(receiving)
}

/// In which post somebody could look at a case in an emergency.
pub(super) fn emergency_post(actor: &Actor, escalation: &Escalation) -> Option<Signature> {
    as_safeguarding_lead(actor, escalation).or_else(|| auditor_post(actor, escalation))
}

/// Whether somebody holds a post in which cases can be looked at in an emergency, whatever the case.
pub fn looks_in_emergencies(actor: &Actor) -> bool {
    actor.posts.iter().any(|post| match post.place {
        Place::Agency { safeguarding_lead, .. } => safeguarding_lead,
        Place::Partnership { function, .. } => function == PartnershipFunction::Auditor,
    })
}

/// An emergency look lasts while its time does, and while they hold the post that allowed it.
fn in_an_emergency(actor: &Actor, escalation: &Escalation, now: UtcInstant) -> Option<Signature> {
    escalation.glass_of(actor.person_id, now)?;
    emergency_post(actor, escalation)
}
