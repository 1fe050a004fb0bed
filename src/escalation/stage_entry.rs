//! One stay of an escalation in a stage: entered, due, left, and why.

use crate::calendar::Due;
use crate::clock::UtcInstant;
use crate::directory::{Gap, Seat};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One stay of an escalation in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StageEntry {
    /// The stay's number over the whole life of the case, counted from 1 without a gap.
    pub number: u32,
    /// 1, and one more for each reopening. A stage is entered at most once a round.
    pub round: u32,
    /// The stage, counted from 1.
    pub stage: u32,
    /// The stage's title in the policy.
    pub title: String,
    /// When it was entered: when its people were told.
    pub entered_at: UtcInstant,
    /// Why it was entered.
    pub why: EntryReason,
    /// When its clock runs out, with its derivation in words.
    pub due: Due,
    /// Whether the protective deadline is what counts, because it is sooner than the policy's limit.
    pub is_protective: bool,
    /// Who must act.
    pub acting: Vec<Seat>,
    /// Who is told beside them.
    pub copied: Vec<Seat>,
    /// The gaps on the way to them.
    pub gaps: Vec<Gap>,
    /// That its clock ran out and the case stays here; none while it has not.
    pub overdue: Option<Overdue>,
    /// How it was left; none while the case is here.
    pub left: Option<Left>,
}

/// Why a stage was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryReason {
    /// The challenge was raised.
    Raised,
    /// The stage before ran out of time.
    DeadlinePassed,
    /// The receiving side refused, and the policy escalates a refusal.
    Refused,
    /// People escalated before the deadline, with a reason.
    EscalatedEarly,
    /// The case was reopened.
    Reopened,
}

/// How a stage was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Left {
    /// When.
    pub at: UtcInstant,
    /// Why.
    pub why: LeavingReason,
}

/// Why a stage was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeavingReason {
    /// Its clock ran out.
    DeadlinePassed,
    /// The receiving side refused.
    Refused,
    /// People escalated before the deadline.
    EscalatedEarly,
    /// Both sides agreed.
    Agreed,
    /// The partnership determined.
    Determined,
    /// The raising side withdrew.
    Withdrawn,
}

/// What the receiving side had answered when a clock ran out. Silence and refusal are different
/// things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing at all.
    Silence,
    /// That the challenge had arrived, and nothing more.
    AcknowledgedOnly,
    /// No.
    Refusal,
    /// Something, and both sides did not come to agree.
    AnsweredNotAgreed,
}

/// A stage whose clock ran out while the case stays in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overdue {
    /// When this was recorded.
    pub recorded_at: UtcInstant,
    /// How often people were told again since.
    pub told_again_times: u32,
    /// When they are told again next.
    pub tell_again_at: UtcInstant,
}

impl StageEntry {
    /// Everybody whom it reached.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.acting.iter().chain(&self.copied)
    }

    /// When time has something to do here next: at the due instant, then each time that people are
    /// to be told again.
    pub fn next_act_at(&self) -> UtcInstant {
        self.overdue.as_ref().map_or(self.due.at, |overdue| overdue.tell_again_at)
    }
}
