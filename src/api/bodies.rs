//! What commands carry. Every field that is not listed here is refused.

use crate::calendar::Limit;
use crate::clock::UtcInstant;
use crate::escalation::{Draft, ImmediateDanger, Line, Prose, Restriction, Stance};
use crate::ids::{PartnershipId, PersonId};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

/// A challenge to begin. The first question must be answered; the draft may have holes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftBody {
    /// The partnership; needed only if your agency serves several.
    pub partnership_id: Option<PartnershipId>,
    /// The policy's key. Needed only if several are in force; left out, the general one counts.
    pub policy_key: Option<String>,
    /// The policy's topic, instead of its key: see GET /api/v1/policies.
    pub topic: Option<String>,
    /// Is the child in immediate danger? If so: 999, the front door or the out-of-hours team
    /// first; what was done is recorded here.
    pub immediate_danger: ImmediateDanger,
    /// What is written so far.
    #[serde(default)]
    pub draft: Draft,
}

/// A draft as it is to be now, whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftChangeBody {
    /// The first question's answer.
    pub immediate_danger: ImmediateDanger,
    /// What is written now.
    pub draft: Draft,
}

/// Nothing: the path says it all. An empty object.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmptyBody {}

/// That the challenge arrived.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgementBody {
    /// When an answer is to be expected, in your own words.
    pub note: Option<Prose>,
}

/// The receiving side's answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseBody {
    /// Where your side stands.
    pub stance: Stance,
    /// Why.
    pub rationale: Prose,
}

/// Moving up before the deadline.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlyEscalationBody {
    /// The stage to move to; the next one if left out.
    pub to_stage: Option<u32>,
    /// Why the risk asks for it.
    pub reason: Prose,
}

/// An outcome put to the other side.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalBody {
    /// The key of one of the policy's outcomes.
    pub outcome: String,
    /// What is to be agreed.
    pub terms: Prose,
}

/// A reason.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// Why.
    pub reason: Prose,
}

/// A restriction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestrictionBody {
    /// The restriction from now on, whole.
    pub restriction: Restriction,
    /// Why.
    pub reason: Prose,
}

/// An emergency look at a case.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassBody {
    /// Why it cannot wait: at least 10 characters. It stays in the case.
    #[schema(min_length = 10)]
    pub reason: Prose,
}

/// What an officer found of an emergency look.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GlassReviewBody {
    /// What you found.
    pub note: Prose,
}

/// The partnership's determination.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeterminationBody {
    /// The key of one of the policy's outcomes.
    pub outcome: String,
    /// What is determined.
    pub decision: Prose,
    /// Why.
    pub rationale: Prose,
}

/// Taking a case up again.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopeningBody {
    /// Why.
    pub reason: Prose,
    /// The stage to go on in; the one that it ended in if left out.
    pub stage: Option<u32>,
}

/// A meeting to arrange.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingBody {
    /// When.
    pub at: UtcInstant,
    /// Where: a room, or a link.
    pub place: Line,
    /// What it is to settle.
    pub purpose: Prose,
}

/// What a meeting came to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingRecordBody {
    /// What it came to.
    pub record: Prose,
}

/// An action to set down.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionBody {
    /// What.
    pub what: Prose,
    /// Who is to do it.
    pub owner: Line,
    /// By which day.
    pub due_on: NaiveDate,
}

/// How it went.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackBody {
    /// What went well, what did not.
    pub text: Prose,
    /// What others can learn from it.
    pub learning: Option<Prose>,
    /// Which of the policy's `learning_themes` it is about, by their keys: reports count these, and
    /// never what is written.
    #[serde(default)]
    pub themes: Vec<String>,
}

/// A debrief that was held.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DebriefBody {
    /// The day.
    pub held_on: NaiveDate,
    /// With whom.
    pub with: Line,
    /// What it came to.
    pub text: Option<Prose>,
    /// Which of the policy's `learning_themes` it came to, by their keys: reports count these, and
    /// never what is written.
    #[serde(default)]
    pub themes: Vec<String>,
}

/// A discussion that was held.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscussionBody {
    /// When.
    pub held_at: UtcInstant,
    /// With whom.
    pub with: Line,
    /// What it came to.
    pub text: Option<Prose>,
}

/// That a task was done.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskCompletionBody {
    /// In your own words.
    pub note: Option<Prose>,
}

/// More time for a clock.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionBody {
    /// The key of the task; the stage's own clock if left out.
    pub task: Option<String>,
    /// How much, as a policy writes it: `2 working days`.
    pub by: Limit,
    /// Why; one of the policy's reasons where it lists any.
    pub reason: Prose,
}

/// A pause of the clocks.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseBody {
    /// Until when at the most: then the clocks go on by themselves.
    pub until: UtcInstant,
    /// Why; one of the policy's reasons where it lists any.
    pub reason: Prose,
}

/// Another urgency class.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgencyBody {
    /// The key of one of the policy's urgency classes.
    pub urgency_class: String,
    /// Why.
    pub reason: Prose,
}

/// A lower stage.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepDownBody {
    /// The stage to go back to.
    #[schema(minimum = 1)]
    pub to_stage: u32,
    /// Why.
    pub reason: Prose,
}

/// A panel.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelBody {
    /// Who sits on it.
    #[schema(min_items = 1, max_items = 50)]
    pub member_ids: Vec<PersonId>,
    /// Who chairs it: one of them.
    pub chair_id: PersonId,
    /// When it meets, if that is known.
    pub meets_at: Option<UtcInstant>,
}

/// Where a case is referred to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralBody {
    /// The key of one of the places that the policy names.
    pub to: String,
    /// Why.
    pub reason: Prose,
}

/// Another version of the policy.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyMoveBody {
    /// The version, of the same policy.
    pub version: i32,
    /// Why.
    pub reason: Prose,
}
