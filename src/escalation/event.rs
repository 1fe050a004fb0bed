//! What happened: the timeline's vocabulary.

use super::challenge::{Challenge, Draft, ImmediateDanger, ProtectiveDeadline};
use super::stage_entry::{Answer, LeavingReason, StageEntry};
use super::state::{PolicyRef, PositionBody, Stance};
use super::text::{Line, Prose};
use crate::calendar::Due;
use crate::clock::UtcInstant;
use crate::directory::{Party, Side};
use crate::ids::{NoticeId, PartnershipId, PersonId, PostId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who did something, in which post, on which side: the signature on a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signature {
    /// The person.
    pub person_id: PersonId,
    /// Their name as they sign.
    pub name: String,
    /// The post in which they act; none for somebody on the case in person.
    pub post_id: Option<PostId>,
    /// The post's title.
    pub post_title: Option<String>,
    /// The side on which they act.
    pub side: Side,
}

/// Who made something happen: a person, or time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "doer", rename_all = "snake_case")]
pub enum Doer {
    /// A person, with their signature.
    Person(Signature),
    /// Time: a deadline passed, a message could not be delivered.
    Time,
}

/// Something that happened to an escalation. Its text form is hashed into the timeline, with all
/// that it holds: never rename a field; a new one is optional and left out of the text where it is
/// none (`skip_serializing_if`), so that old entries keep their bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Somebody began to write a challenge, and said whether the child is in immediate danger.
    Drafted {
        /// The reference it was given.
        reference: String,
        /// The partnership that it belongs to.
        partnership_id: PartnershipId,
        /// The policy version that it is written under.
        policy: PolicyRef,
        /// The side that raises it.
        raising: Party,
        /// The first question's answer.
        immediate_danger: ImmediateDanger,
        /// What was written.
        draft: Box<Draft>,
    },
    /// The writer went on writing.
    DraftChanged {
        /// The first question's answer.
        immediate_danger: ImmediateDanger,
        /// What is written now.
        draft: Box<Draft>,
    },
    /// The challenge was raised.
    Raised {
        /// The policy version that it is opened under, and keeps.
        policy: PolicyRef,
        /// What is raised.
        challenge: Box<Challenge>,
        /// A date before which the child must be safe.
        protective_deadline: Option<ProtectiveDeadline>,
    },
    /// A stage was entered, and its people were told.
    StageEntered {
        /// The stay.
        entry: Box<StageEntry>,
        /// Why the case starts above the first stage, or moves before the deadline.
        reason: Option<Prose>,
    },
    /// A stage was left.
    StageLeft {
        /// The stay's number.
        entry: u32,
        /// Why.
        why: LeavingReason,
    },
    /// A stage's clock ran out.
    DeadlinePassed {
        /// The stay's number.
        entry: u32,
        /// The stage.
        stage: u32,
        /// When it was due.
        due_at: UtcInstant,
        /// How many seconds later this was recorded.
        late_seconds: i64,
        /// What the receiving side had answered.
        answer: Answer,
        /// When people are told again, if the case stays in the stage.
        tell_again_at: Option<UtcInstant>,
    },
    /// People were told again of a case that is overdue.
    OverdueToldAgain {
        /// The stay's number.
        entry: u32,
        /// How often that makes.
        times: u32,
        /// When they are told next.
        tell_again_at: UtcInstant,
    },
    /// The receiving side said that the challenge had arrived.
    Acknowledged {
        /// In their own words.
        note: Option<Prose>,
    },
    /// A side stated its position.
    PositionStated {
        /// What it says.
        position: Box<PositionBody>,
    },
    /// The receiving side answered.
    Responded {
        /// Where it stands.
        stance: Stance,
        /// Why.
        rationale: Prose,
    },
    /// A side put an outcome.
    Proposed {
        /// The key of the outcome.
        outcome: String,
        /// The terms.
        terms: Prose,
    },
    /// The other side confirmed it.
    ProposalConfirmed {
        /// The proposal's number.
        proposal: u32,
    },
    /// The other side declined it.
    ProposalDeclined {
        /// The proposal's number.
        proposal: u32,
        /// Why.
        reason: Prose,
    },
    /// Both sides agreed: the case is resolved.
    Agreed {
        /// The proposal's number.
        proposal: u32,
        /// The key of the outcome.
        outcome: String,
    },
    /// The last stage determined the outcome: the case is resolved.
    Determined {
        /// The key of the outcome.
        outcome: String,
        /// What was determined.
        decision: Prose,
        /// Why.
        rationale: Prose,
    },
    /// The raising side withdrew.
    Withdrawn {
        /// Why.
        reason: Prose,
    },
    /// It was taken up again.
    Reopened {
        /// Why.
        reason: Prose,
    },
    /// A protective deadline was set or moved; the stage's clock was worked out again.
    ProtectiveDeadlineSet {
        /// The deadline.
        protective_deadline: ProtectiveDeadline,
        /// When the current stage is due now.
        due: Due,
        /// Whether that is the protective deadline.
        is_protective: bool,
    },
    /// A meeting was arranged.
    MeetingArranged {
        /// When.
        at: UtcInstant,
        /// Where.
        place: Line,
        /// What it is to settle.
        purpose: Prose,
    },
    /// What a meeting came to was recorded.
    MeetingRecorded {
        /// The meeting's number.
        meeting: u32,
        /// What it came to.
        record: Prose,
    },
    /// An action was set down.
    ActionSet {
        /// What.
        what: Prose,
        /// Who is to do it.
        owner: Line,
        /// By which day.
        due_on: NaiveDate,
    },
    /// An action was done.
    ActionDone {
        /// The action's number.
        action: u32,
    },
    /// Feedback was given.
    FeedbackGiven {
        /// How it went.
        text: Prose,
        /// What others can learn from it.
        learning: Option<Prose>,
    },
    /// Staff were debriefed.
    Debriefed {
        /// The day.
        held_on: NaiveDate,
        /// With whom.
        with: Line,
        /// What it came to.
        text: Option<Prose>,
    },
    /// An agency ticked that the outcome stands on the child's record.
    RecordConfirmed,
    /// A message could not be delivered; somebody else was told.
    NoticeFailed {
        /// The message.
        notice_id: NoticeId,
        /// Who it was for: a name, not an address.
        recipient: String,
        /// Whether only the partnership's own address was left to tell.
        to_last_resort: bool,
    },
}
