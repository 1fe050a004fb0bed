//! Who must not hear of a case, and who looked at it in an emergency.

use super::challenge::Challenge;
use super::event::Signature;
use super::refusal::FieldFault;
use super::state::{Content, Escalation};
use super::text::Prose;
use crate::clock::UtcInstant;
use crate::directory::Seat;
use crate::ids::PersonId;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long an emergency look at a case lasts.
pub const GLASS_LASTS: TimeDelta = TimeDelta::hours(4);
/// How many people a restriction names at most.
const EXCLUDED_MAX: usize = 50;

/// Why a case is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestrictionReason {
    /// It is about a colleague's own child.
    ColleaguesChild,
    /// The raiser's manager is what stands in the way.
    ManagerIsTheBlock,
    /// Any other.
    Other,
}

/// A restriction: the case is seen by its raiser, by those whom it reached in person, and by the
/// partnership's officers; for those whom it excludes it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    /// Why.
    pub reason: RestrictionReason,
    /// Who must not hear of the case, whatever posts they hold: at most 50.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub excluded: Vec<PersonId>,
}

impl Restriction {
    /// What is wrong with it, as JSON pointers below `at`.
    pub(super) fn faults(&self, at: &str, raiser: PersonId) -> Vec<FieldFault> {
        let fault = |detail: &str| FieldFault::new(format!("{at}/excluded"), detail);
        let mut faults = Vec::new();
        if self.excluded.len() > EXCLUDED_MAX {
            faults.push(fault("must name at most 50 people"));
        }
        if self.excluded.contains(&raiser) {
            faults.push(fault("must not name whoever raises the challenge"));
        }
        faults
    }
}

/// That somebody looked at a case in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GlassBreak {
    /// Its number in the case, counted from 1.
    pub number: u32,
    /// When.
    pub at: UtcInstant,
    /// Who, in which post.
    pub by: Signature,
    /// Why.
    pub reason: Prose,
    /// The first instant at which they see the case no more.
    pub expires_at: UtcInstant,
    /// What an officer found; none until one looked into it.
    pub review: Option<GlassReview>,
}

/// What an officer found of an emergency look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GlassReview {
    /// When.
    pub at: UtcInstant,
    /// Who.
    pub by: Signature,
    /// What they found.
    pub note: Prose,
}

impl Escalation {
    /// Who must not hear of it; none if it is not restricted.
    pub fn restriction(&self) -> Option<&Restriction> {
        match &self.content {
            Content::Draft(draft) => draft.restriction.as_ref(),
            Content::Raised(challenge) => challenge.restriction.as_ref(),
        }
    }

    /// Those for whom it is not there.
    pub fn excluded(&self) -> &[PersonId] {
        self.restriction().map_or(&[], |it| &it.excluded)
    }

    /// Whether it is not there for somebody.
    pub fn excludes(&self, person_id: PersonId) -> bool {
        self.excluded().contains(&person_id)
    }

    /// Whether a seat is of somebody for whom it is not there.
    pub(super) fn excludes_seat(&self, seat: &Seat) -> bool {
        seat.person_id.is_some_and(|id| self.excludes(id))
    }

    /// The emergency look of somebody that lasts at `now`.
    pub fn glass_of(&self, person_id: PersonId, now: UtcInstant) -> Option<&GlassBreak> {
        let lasts = |it: &&GlassBreak| it.by.person_id == person_id && now < it.expires_at;
        self.glass_breaks.iter().find(lasts)
    }

    fn challenge_mut(&mut self) -> Option<&mut Challenge> {
        match &mut self.content {
            Content::Draft(_) => None,
            Content::Raised(challenge) => Some(challenge),
        }
    }

    /// Puts a restriction on it, with those who must act in its latest stage from now on; whoever is
    /// excluded leaves that stage. The timeline keeps who was there before.
    pub(super) fn restrict(&mut self, restriction: &Restriction, acting: &[Seat]) {
        if let Some(challenge) = self.challenge_mut() {
            challenge.restriction = Some(restriction.clone());
        }
        let gone =
            |seat: &Seat| seat.person_id.is_some_and(|id| restriction.excluded.contains(&id));
        if let Some(entry) = self.stage_entries.last_mut() {
            if !acting.is_empty() {
                entry.acting = acting.to_vec();
            }
            let tasks = entry.tasks.iter_mut().map(|task| &mut task.acting);
            let lists = [&mut entry.acting, &mut entry.copied, &mut entry.consulted];
            for list in lists.into_iter().chain(tasks) {
                list.retain(|seat| !gone(seat));
            }
        }
    }

    /// Takes the restriction off it.
    pub(super) fn lift_restriction(&mut self) {
        if let Some(challenge) = self.challenge_mut() {
            challenge.restriction = None;
        }
    }
}
