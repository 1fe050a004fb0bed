//! What is raised: a draft that may still have holes, and a challenge that has none.

use super::refusal::FieldFault;
use super::restriction::Restriction;
use super::text::{Line, Prose};
use crate::clock::UtcInstant;
use crate::directory::Party;
use crate::ids::{AgencyId, PersonId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The first question: is the child in immediate danger? If so the answer is 999, the local front
/// door or the out-of-hours team, and what was done is recorded; the escalation goes on beside it,
/// never instead of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImmediateDanger {
    /// Whether the child is in immediate danger.
    pub in_immediate_danger: bool,
    /// What was done: who was called, and what they answered. Required if so.
    pub action_taken: Option<Prose>,
    /// When it was done. Required if so.
    pub taken_at: Option<UtcInstant>,
    /// Who did it. Required if so.
    pub taken_by: Option<Line>,
}

impl ImmediateDanger {
    /// What the record of an immediate danger still lacks.
    pub fn faults(&self, now: UtcInstant) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if self.in_immediate_danger {
            let mut need = |there: bool, field: &str, detail: &str| {
                if !there {
                    faults.push(FieldFault::new(format!("/immediate_danger/{field}"), detail));
                }
            };
            need(
                self.action_taken.is_some(),
                "action_taken",
                "call 999, the local front door or the out-of-hours team first; then say here what was done",
            );
            need(self.taken_at.is_some(), "taken_at", "say when it was done");
            need(self.taken_by.is_some(), "taken_by", "say who did it");
        }
        if self.taken_at.is_some_and(|at| at > now) {
            faults.push(FieldFault::new("/immediate_danger/taken_at", "must not be in the future"));
        }
        faults
    }
}

/// The child, by as little as will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Initials.
    pub initials: Line,
    /// The reference that the child's record has in the raising agency.
    pub local_reference: Option<Line>,
}

/// A date before which the child must be safe: court, discharge, weekend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectiveDeadline {
    /// The instant.
    pub at: UtcInstant,
    /// Why then.
    pub reason: Prose,
}

/// A wish to start at a stage above the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartStage {
    /// The stage, counted from 1.
    pub stage: u32,
    /// Why the risk asks for it.
    pub reason: Prose,
}

/// A challenge in the making: every field may still be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// The agency whose decision or inaction is challenged.
    pub receiving_agency_id: Option<AgencyId>,
    /// The team in it, if it has several.
    pub receiving_team: Option<Line>,
    /// The practitioner whose decision it is, if known.
    pub receiving_practitioner_id: Option<PersonId>,
    /// The child.
    pub child: Option<Child>,
    /// The key of one of the policy's areas of disagreement.
    pub area_of_disagreement: Option<String>,
    /// The key of one of the policy's urgency classes; the first of them if it is left out.
    pub urgency_class: Option<String>,
    /// The level of need that is argued about.
    pub level_of_need: Option<Line>,
    /// The day on which the decision was received.
    pub decision_received_on: Option<NaiveDate>,
    /// What happened and was seen: facts alone.
    pub facts: Option<Prose>,
    /// What the raiser makes of it: professional judgement.
    pub judgement: Option<Prose>,
    /// Why.
    pub rationale: Option<Prose>,
    /// What both sides agree on.
    pub agreed: Option<Prose>,
    /// What is disputed.
    pub disputed: Option<Prose>,
    /// The risk to the child if nothing changes.
    pub risk: Option<Prose>,
    /// The child's wishes, feelings and behaviour.
    pub childs_voice: Option<Prose>,
    /// What was tried before this.
    pub what_was_tried: Option<Prose>,
    /// The outcome sought.
    pub outcome_sought: Option<Prose>,
    /// Why information is shared with the other agency, or why not.
    pub information_sharing: Option<Prose>,
    /// A date before which the child must be safe.
    pub protective_deadline: Option<ProtectiveDeadline>,
    /// A wish to start at a stage above the first.
    pub start_stage: Option<StartStage>,
    /// Who must not hear of the case, such as a manager whose own child it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
}

/// A challenge as it was raised: facts apart from judgement with its rationale, the child's voice,
/// what was tried, the outcome sought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    /// The side whose decision is challenged.
    pub receiving: Party,
    /// The practitioner whose decision it is, if known.
    pub receiving_practitioner_id: Option<PersonId>,
    /// The child.
    pub child: Child,
    /// The key of the policy's area of disagreement.
    pub area_of_disagreement: String,
    /// The key of the policy's urgency class.
    pub urgency_class: String,
    /// The level of need that is argued about.
    pub level_of_need: Option<Line>,
    /// The day on which the decision was received.
    pub decision_received_on: Option<NaiveDate>,
    /// Facts alone.
    pub facts: Prose,
    /// Professional judgement.
    pub judgement: Prose,
    /// Its rationale.
    pub rationale: Prose,
    /// What both sides agree on.
    pub agreed: Option<Prose>,
    /// What is disputed.
    pub disputed: Option<Prose>,
    /// The risk to the child if nothing changes.
    pub risk: Prose,
    /// The child's wishes, feelings and behaviour.
    pub childs_voice: Prose,
    /// What was tried before this.
    pub what_was_tried: Prose,
    /// The outcome sought.
    pub outcome_sought: Prose,
    /// Why information is shared, or why not.
    pub information_sharing: Option<Prose>,
    /// Who must not hear of the case; none if it is not restricted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
}

impl Draft {
    /// The challenge, when nothing is missing.
    ///
    /// # Errors
    /// One fault for each field that is missing, with what belongs there.
    pub fn complete(
        &self,
        receiving: Option<Party>,
        ordinary_urgency_class: &str,
    ) -> Result<Challenge, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut missing = |field: &str, detail: &str| {
            faults.push(FieldFault::new(format!("/draft/{field}"), detail));
        };
        macro_rules! need {
            ($field:ident, $detail:literal) => {{
                if self.$field.is_none() {
                    missing(stringify!($field), $detail);
                }
                self.$field.clone()
            }};
        }
        let area = need!(area_of_disagreement, "choose what the disagreement is about");
        let child = need!(child, "give the child's initials");
        let facts = need!(facts, "say what happened and was seen, facts alone");
        let judgement = need!(judgement, "say what you make of it, apart from the facts");
        let rationale = need!(rationale, "say why you judge so");
        let risk = need!(risk, "say what the risk to the child is if nothing changes");
        let voice = need!(
            childs_voice,
            "say what the child wishes, feels and shows, or why it is not known"
        );
        let tried = need!(what_was_tried, "say what was tried before this");
        let sought = need!(outcome_sought, "say what outcome you seek");
        if receiving.is_none() {
            missing("receiving_agency_id", "name the agency whose decision is challenged");
        }
        match (receiving, area, child, facts, judgement, rationale, risk, voice, tried, sought) {
            (
                Some(receiving),
                Some(area_of_disagreement),
                Some(child),
                Some(facts),
                Some(judgement),
                Some(rationale),
                Some(risk),
                Some(childs_voice),
                Some(what_was_tried),
                Some(outcome_sought),
            ) => Ok(Challenge {
                receiving,
                receiving_practitioner_id: self.receiving_practitioner_id,
                child,
                area_of_disagreement,
                urgency_class: self
                    .urgency_class
                    .clone()
                    .unwrap_or_else(|| ordinary_urgency_class.to_owned()),
                level_of_need: self.level_of_need.clone(),
                decision_received_on: self.decision_received_on,
                facts,
                judgement,
                rationale,
                agreed: self.agreed.clone(),
                disputed: self.disputed.clone(),
                risk,
                childs_voice,
                what_was_tried,
                outcome_sought,
                information_sharing: self.information_sharing.clone(),
                restriction: self.restriction.clone(),
            }),
            _ => Err(faults),
        }
    }
}
