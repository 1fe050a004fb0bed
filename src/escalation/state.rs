//! What an escalation is at a moment: everything that its timeline adds up to.

use super::challenge::{Challenge, Draft, ImmediateDanger, ProtectiveDeadline};
use super::event::Signature;
use super::restriction::GlassBreak;
use super::stage_entry::{Answer, StageEntry};
use super::text::{Line, Prose};
use crate::clock::UtcInstant;
use crate::directory::{Party, Seat, Side};
use crate::ids::{EscalationId, PartnershipId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an escalation is in its life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Being written; only its writer sees it.
    Draft,
    /// In a stage, with a clock.
    Open,
    /// Ended by both sides or by the partnership.
    Resolved,
    /// Ended by the raising side.
    Withdrawn,
}

/// The policy version that an escalation was opened under, and keeps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct PolicyRef {
    /// The policy's key.
    pub key: String,
    /// Its version.
    pub version: i32,
}

/// What was written: a draft, or the challenge that was raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Still being written.
    Draft(Box<Draft>),
    /// Raised.
    Raised(Box<Challenge>),
}

/// What a side says: facts apart from judgement with its rationale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionBody {
    /// Facts alone.
    pub facts: Prose,
    /// Professional judgement.
    pub judgement: Prose,
    /// Its rationale.
    pub rationale: Prose,
    /// What is agreed.
    pub agreed: Option<Prose>,
    /// What is disputed.
    pub disputed: Option<Prose>,
    /// The risk to the child.
    pub risk: Option<Prose>,
    /// The child's wishes, feelings and behaviour, as this side knows them.
    pub childs_voice: Option<Prose>,
    /// The outcome that this side seeks.
    pub outcome_sought: Option<Prose>,
}

/// A position, dated and signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// Its number, counted from 1.
    pub number: u32,
    /// The stage entry in which it was stated.
    pub stage_entry: u32,
    /// The stage in which it was stated.
    pub stage: u32,
    /// When.
    pub at: UtcInstant,
    /// By whom, in which post, on which side.
    pub by: Signature,
    /// What it says.
    pub statement: PositionBody,
}

/// That the challenge arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledgement {
    /// The stage entry in which it was acknowledged.
    pub stage_entry: u32,
    /// When.
    pub at: UtcInstant,
    /// By whom.
    pub by: Signature,
    /// When an answer is to be expected, in their own words.
    pub note: Option<Prose>,
}

/// Where the receiving side stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// It accepts the challenge: an outcome can be proposed.
    Accepts,
    /// It accepts a part.
    AcceptsInPart,
    /// It needs to know more.
    NeedsInformation,
    /// It refuses.
    Refuses,
}

/// An answer of the receiving side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Response {
    /// Its number, counted from 1.
    pub number: u32,
    /// The stage entry that it answers in.
    pub stage_entry: u32,
    /// When.
    pub at: UtcInstant,
    /// By whom.
    pub by: Signature,
    /// Where the receiving side stands.
    pub stance: Stance,
    /// Why.
    pub rationale: Prose,
}

/// An outcome put by one side, to be confirmed or declined by the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// Its number, counted from 1.
    pub number: u32,
    /// The stage entry in which it was put.
    pub stage_entry: u32,
    /// When.
    pub at: UtcInstant,
    /// By whom, and so by which side.
    pub by: Signature,
    /// The key of one of the policy's outcomes.
    pub outcome: String,
    /// What is to be agreed, in words.
    pub terms: Prose,
    /// What the other side said; none while it is on the table.
    pub answer: Option<ProposalAnswer>,
}

/// What the other side said to a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposalAnswer {
    /// The stage entry in which it was answered.
    pub stage_entry: u32,
    /// Whether it was confirmed.
    pub confirmed: bool,
    /// When.
    pub at: UtcInstant,
    /// By whom.
    pub by: Signature,
    /// Why not, if it was declined.
    pub reason: Option<Prose>,
}

/// How an escalation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Ending {
    /// Both sides agreed on a proposal.
    Agreed {
        /// The proposal's number.
        proposal: u32,
        /// The key of the outcome.
        outcome: String,
        /// When.
        at: UtcInstant,
    },
    /// The last stage determined it.
    Determined {
        /// The key of the outcome.
        outcome: String,
        /// What was determined.
        decision: Prose,
        /// Why.
        rationale: Prose,
        /// When.
        at: UtcInstant,
        /// By whom.
        by: Signature,
    },
    /// The raising side withdrew.
    Withdrawn {
        /// Why.
        reason: Prose,
        /// When.
        at: UtcInstant,
        /// By whom.
        by: Signature,
    },
    /// The partnership referred it to a body that decides.
    Referred {
        /// The key of where to.
        to: String,
        /// Why.
        reason: Prose,
        /// When.
        at: UtcInstant,
        /// By whom.
        by: Signature,
    },
}

/// A meeting about the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Meeting {
    /// Its number, counted from 1.
    pub number: u32,
    /// When it is or was.
    pub at: UtcInstant,
    /// Where: a room, or a link.
    pub place: Line,
    /// What it is to settle.
    pub purpose: Prose,
    /// Who arranged it.
    pub arranged_by: Signature,
    /// What it came to; none until it is recorded.
    pub record: Option<Prose>,
    /// The stage entry in which that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_in: Option<u32>,
}

/// A discussion between the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Discussion {
    /// The stage entry in which it was recorded.
    pub stage_entry: u32,
    /// When it was held.
    pub held_at: UtcInstant,
    /// With whom.
    pub with: Line,
    /// What it came to.
    pub text: Option<Prose>,
    /// Who recorded it.
    pub by: Signature,
}

/// Something that somebody is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Action {
    /// Its number, counted from 1.
    pub number: u32,
    /// What.
    pub what: Prose,
    /// Who is to do it.
    pub owner: Line,
    /// By which day.
    pub due_on: NaiveDate,
    /// Who set it down.
    pub set_by: Signature,
    /// When it was done; none until it is.
    pub done_at: Option<UtcInstant>,
}

/// What somebody on the case says of how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feedback {
    /// When.
    pub at: UtcInstant,
    /// By whom.
    pub by: Signature,
    /// What went well, what did not.
    pub text: Prose,
    /// What others can learn from it.
    pub learning: Option<Prose>,
    /// The policy's themes of learning that were chosen, by their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
}

/// That staff were supported and debriefed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Debrief {
    /// When it was recorded.
    pub at: UtcInstant,
    /// By whom.
    pub by: Signature,
    /// The day on which it was held.
    pub held_on: NaiveDate,
    /// With whom.
    pub with: Line,
    /// What it came to.
    pub text: Option<Prose>,
    /// The policy's themes of learning that were chosen, by their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
}

/// An agency's tick that the outcome stands on the child's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordConfirmation {
    /// The side.
    pub side: Side,
    /// When.
    pub at: UtcInstant,
    /// By whom.
    pub by: Signature,
}

/// One disagreement, as its timeline adds up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its id.
    pub id: EscalationId,
    /// Its reference, such as `ESC-2026-000123`.
    pub reference: String,
    /// The partnership that it belongs to.
    pub partnership_id: PartnershipId,
    /// The policy version that it keeps.
    pub policy: PolicyRef,
    /// Who raises it.
    pub raiser: Signature,
    /// The side that raises it.
    pub raising: Party,
    /// The first question's answer.
    pub immediate_danger: ImmediateDanger,
    /// What was written.
    pub content: Content,
    /// Where it is in its life.
    pub status: Status,
    /// When it was begun.
    pub drafted_at: UtcInstant,
    /// When it was raised.
    pub raised_at: Option<UtcInstant>,
    /// A date before which the child must be safe.
    pub protective_deadline: Option<ProtectiveDeadline>,
    /// Whether an earlier one had passed before that was set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protective_deadline_passed: bool,
    /// Its stays in stages, the first first.
    pub stage_entries: Vec<StageEntry>,
    /// What was acknowledged.
    pub acknowledgements: Vec<Acknowledgement>,
    /// What the sides say.
    pub positions: Vec<Position>,
    /// What the receiving side answered.
    pub responses: Vec<Response>,
    /// What was proposed.
    pub proposals: Vec<Proposal>,
    /// How it ended, each time that it did; the last counts while it is not open.
    pub endings: Vec<Ending>,
    /// Discussions between the two sides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discussions: Vec<Discussion>,
    /// Meetings.
    pub meetings: Vec<Meeting>,
    /// Actions.
    pub actions: Vec<Action>,
    /// Feedback.
    pub feedback: Vec<Feedback>,
    /// Debriefs.
    pub debriefs: Vec<Debrief>,
    /// Ticks that the latest outcome stands on the child's record.
    pub record_confirmations: Vec<RecordConfirmation>,
    /// Who looked at it in an emergency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub glass_breaks: Vec<GlassBreak>,
    /// How many entries its timeline has.
    pub version: i64,
}

impl Escalation {
    /// Sets the protective deadline. One that had passed is remembered: it was missed, whatever
    /// comes after it.
    pub(super) fn protect_by(&mut self, deadline: ProtectiveDeadline, now: UtcInstant) {
        let before = self.protective_deadline.replace(deadline);
        self.protective_deadline_passed |= before.is_some_and(|before| before.at <= now);
    }

    /// The challenge; none while it is a draft.
    pub fn challenge(&self) -> Option<&Challenge> {
        match &self.content {
            Content::Draft(_) => None,
            Content::Raised(challenge) => Some(challenge),
        }
    }

    /// The stay in the stage where it is now; none when it is not open.
    pub fn current_entry(&self) -> Option<&StageEntry> {
        self.stage_entries.last().filter(|entry| entry.left.is_none())
    }

    /// The key of its urgency class; empty while it is a draft.
    pub fn urgency_class(&self) -> &str {
        self.challenge().map_or("", |challenge| &challenge.urgency_class)
    }

    /// The proposal on the table. What was put before the case was taken up again is not.
    pub fn open_proposal(&self) -> Option<&Proposal> {
        let round = self.round();
        let first = self.stage_entries.iter().find(|entry| entry.round == round)?;
        self.proposals
            .iter()
            .find(|proposal| proposal.answer.is_none() && proposal.stage_entry >= first.number)
    }

    /// How it ended; none while it has not.
    pub fn ending(&self) -> Option<&Ending> {
        match self.status {
            Status::Resolved | Status::Withdrawn => self.endings.last(),
            Status::Draft | Status::Open => None,
        }
    }

    /// When time has something to do with it next; none when it is not open.
    pub fn next_act_at(&self) -> Option<UtcInstant> {
        self.current_entry().map(StageEntry::next_act_at)
    }

    /// Which round it is in: 1, and one more for each reopening.
    pub fn round(&self) -> u32 {
        self.stage_entries.last().map_or(1, |entry| entry.round)
    }

    /// Everybody whom it has reached over its whole life, each once, the latest first; without those
    /// whom it excludes.
    pub fn reached(&self) -> Vec<&Seat> {
        let mut seats: Vec<&Seat> = Vec::new();
        for seat in self.stage_entries.iter().rev().flat_map(StageEntry::seats) {
            let is_there = seats.iter().any(|there| there.is_same_recipient(seat));
            if !is_there && !self.excludes_seat(seat) {
                seats.push(seat);
            }
        }
        seats
    }

    /// What the receiving side has answered in a stay.
    pub fn answer_in(&self, entry: u32) -> Answer {
        self.answer_if(entry, |_| true)
    }

    /// What the receiving side had answered in a stay by an instant: what comes after its clock ran
    /// out comes late, also where this was recorded late.
    pub fn answer_by(&self, entry: u32, until: UtcInstant) -> Answer {
        self.answer_if(entry, |at| at <= until)
    }

    fn answer_if(&self, entry: u32, in_time: impl Fn(UtcInstant) -> bool) -> Answer {
        let said = |stage_entry: u32, at: UtcInstant, by: &Signature| {
            stage_entry == entry && by.side == Side::Receiving && in_time(at)
        };
        let stance = self.responses.iter().rfind(|it| said(it.stage_entry, it.at, &it.by));
        let put_or_answered = || {
            self.proposals.iter().any(|it| {
                said(it.stage_entry, it.at, &it.by)
                    || it.answer.as_ref().is_some_and(|it| said(it.stage_entry, it.at, &it.by))
            })
        };
        let stated = || self.positions.iter().any(|it| said(it.stage_entry, it.at, &it.by));
        let acknowledged =
            || self.acknowledgements.iter().any(|it| said(it.stage_entry, it.at, &it.by));
        match stance.map(|response| response.stance) {
            Some(Stance::Refuses) => Answer::Refusal,
            Some(_) => Answer::AnsweredNotAgreed,
            None if put_or_answered() || stated() => Answer::AnsweredNotAgreed,
            None if acknowledged() => Answer::AcknowledgedOnly,
            None => Answer::Silence,
        }
    }

    /// Which sides have the next move. The partnership has it where a stage is its to decide.
    pub fn waiting_for(&self) -> Vec<Side> {
        let Some(entry) = self.current_entry() else {
            return Vec::new();
        };
        let mut sides: Vec<Side> = match self.open_proposal() {
            Some(proposal) if proposal.by.side == Side::Raising => vec![Side::Receiving],
            Some(_) => vec![Side::Raising],
            None => match self.answer_in(entry.number) {
                Answer::Silence | Answer::AcknowledgedOnly => vec![Side::Receiving],
                Answer::Refusal | Answer::AnsweredNotAgreed => vec![Side::Raising, Side::Receiving],
            },
        };
        if entry.acting.iter().any(|seat| seat.side == Side::Partnership) {
            sides.push(Side::Partnership);
        }
        for task in entry.tasks.iter().filter(|task| task.clock().is_some()) {
            for seat in &task.acting {
                if !sides.contains(&seat.side) {
                    sides.push(seat.side);
                }
            }
        }
        sides
    }
}
