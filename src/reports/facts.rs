//! What is counted of one case.

use super::packed::{day, instant, instants, optional_instant};
use crate::clock::UtcInstant;
use crate::directory::Sector;
use crate::escalation::{Answer, EntryReason, LeavingReason, Stance, Status};
use crate::ids::{AgencyId, EscalationId, PartnershipId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The key of what a policy is for, such as `general`.
pub type TopicKey = String;

/// What is counted of one case: no child, no narrative, nobody's name. There are none of a draft.
///
/// Lengths are whole minutes, rounded down; working minutes are counted in the general working
/// hours of the policy version that the case kept then, with the partnership's closures as they were
/// then: for a limit when its last instant was set, for a stay when it ended.
///
/// Kept in a short form ([`super::pack`]): a field that is added, moved or taken away here, and a word
/// of a list (a sector, a reason) that is, makes another format there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFacts {
    /// The case.
    pub escalation_id: EscalationId,
    /// Its reference.
    pub reference: String,
    /// The partnership that it belongs to.
    pub partnership_id: PartnershipId,
    /// The key of the policy that it keeps.
    pub policy_key: String,
    /// That policy's version.
    pub policy_version: i32,
    /// What that policy is for.
    pub topic: TopicKey,
    /// How many stages that policy has.
    pub stage_count: u32,
    /// When it was raised.
    #[serde(with = "instant")]
    pub raised_at: UtcInstant,
    /// The agency that raises it.
    pub raising_agency_id: AgencyId,
    /// That agency's sector when it was raised.
    pub raising_sector: Sector,
    /// The agency that is challenged.
    pub receiving_agency_id: AgencyId,
    /// That agency's sector when it was raised.
    pub receiving_sector: Sector,
    /// The key of the area of disagreement.
    pub area_of_disagreement: String,
    /// The key of the urgency class that it has now.
    pub urgency_class: String,
    /// The level of need that is argued about, as it was written.
    pub level_of_need: Option<String>,
    /// Whether the child was in immediate danger.
    pub was_immediate_danger: bool,
    /// Where it is in its life: never a draft.
    pub status: Status,
    /// Its stays in stages, the first first.
    pub stays: Vec<StayFacts>,
    /// How it ended, each time that it did; the last counts while it is not open.
    pub endings: Vec<EndingFacts>,
    /// When it was taken up again, each time.
    #[serde(with = "instants")]
    pub reopened_at: Vec<UtcInstant>,
    /// How often people were reminded before a deadline.
    pub reminder_count: u32,
    /// How often people were told again after a deadline.
    pub told_again_count: u32,
    /// How many messages could not be delivered.
    pub failed_notice_count: u32,
    /// How many messages were delayed so long that somebody else was told.
    pub delayed_notice_count: u32,
    /// How often a clock was given more time.
    pub extension_count: u32,
    /// How often the clocks were stopped.
    pub pause_count: u32,
    /// How many meetings were recorded.
    pub meeting_count: u32,
    /// What was to be done.
    pub actions: Vec<ActionFacts>,
    /// How many times feedback was given.
    pub feedback_count: u32,
    /// How many of these say what others can learn.
    pub learning_count: u32,
    /// How many debriefs were recorded.
    pub debrief_count: u32,
    /// When somebody of the partnership or a side last did something, or time did.
    #[serde(with = "instant")]
    pub changed_at: UtcInstant,
    /// The keys of the themes of learning that were chosen with feedback or a debrief, each once, by
    /// the alphabet.
    pub learning_themes: Vec<String>,
}

/// What is counted of one stay in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayFacts {
    /// The stay's number over the whole life of the case, counted from 1.
    pub number: u32,
    /// 1, and one more for each reopening.
    pub round: u32,
    /// The stage, counted from 1.
    pub stage: u32,
    /// Why it was entered: who handed it over.
    pub why: EntryReason,
    /// When it was entered.
    #[serde(with = "instant")]
    pub entered_at: UtcInstant,
    /// When it is or was due: the last instant that counted, or the one that passed.
    #[serde(with = "instant")]
    pub due_at: UtcInstant,
    /// Working minutes from entering to `due_at`.
    pub limit_working_minutes: u32,
    /// When the receiving side first answered more than that the challenge had arrived.
    pub answered: Option<Answered>,
    /// When the receiving side first said that the challenge had arrived.
    #[serde(with = "optional_instant")]
    pub acknowledged_at: Option<UtcInstant>,
    /// That its clock ran out; none if it did not. Of several clocks the first that did.
    pub missed: Option<MissedFacts>,
    /// When and how it was left; none while the case is here.
    pub left: Option<LeftFacts>,
}

/// An answer of the receiving side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// When.
    #[serde(with = "instant")]
    pub at: UtcInstant,
    /// Where it stood then; none if it stated a position, or put or answered a proposal, and did not
    /// say.
    pub stance: Option<Stance>,
}

/// That a clock ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedFacts {
    /// When it was due.
    #[serde(with = "instant")]
    pub due_at: UtcInstant,
    /// How many seconds later this was recorded: the server's lateness, not the people's.
    pub recorded_late_seconds: i64,
    /// What the receiving side had answered.
    pub answer: Answer,
}

/// How a stay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftFacts {
    /// When.
    #[serde(with = "instant")]
    pub at: UtcInstant,
    /// Why.
    pub why: LeavingReason,
    /// Working minutes from entering to leaving, pauses included.
    pub working_minutes: u32,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndingFacts {
    /// When.
    #[serde(with = "instant")]
    pub at: UtcInstant,
    /// How.
    pub how: EndedHow,
    /// The key of the outcome, where there is one; of a referral, where to.
    pub outcome: Option<String>,
    /// The stage in which it ended.
    pub stage: u32,
}

/// The ways in which a case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedHow {
    /// Both sides agreed.
    Agreed,
    /// The partnership determined.
    Determined,
    /// The partnership referred it out.
    Referred,
    /// The raising side withdrew.
    Withdrawn,
}

/// Something that somebody is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionFacts {
    /// By which day.
    #[serde(with = "day")]
    pub due_on: NaiveDate,
    /// When it was done; none until it is.
    #[serde(with = "optional_instant")]
    pub done_at: Option<UtcInstant>,
}
