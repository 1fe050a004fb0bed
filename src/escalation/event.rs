//! What happened: the timeline's vocabulary.

use super::challenge::{Challenge, Draft, ImmediateDanger, ProtectiveDeadline};
use super::restriction::Restriction;
use super::stage_entry::{Answer, LeavingReason, StageEntry};
use super::state::{PolicyRef, PositionBody, Stance};
use super::task_run::{Clocks, Panel, TaskRun};
use super::text::{Line, Prose};
use crate::calendar::{Due, Limit};
use crate::clock::UtcInstant;
use crate::directory::{Gap, Party, Seat, Sector, Side};
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

/// The sectors of the two agencies of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sectors {
    /// That of the agency that raises it.
    pub raising: Sector,
    /// That of the agency that is challenged.
    pub receiving: Sector,
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
        /// By when the policy wants it raised, where that had passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late_after: Option<Due>,
        /// The sectors of both agencies then; none where that was not recorded yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sectors: Option<Sectors>,
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
        /// What the policy wants in the record before the stage is left and did not stand there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unrecorded: Vec<String>,
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
        /// The task whose time ran out; the stage's own clock if it is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<String>,
    },
    /// Tasks of a stage were done, or their clocks started.
    TasksMoved {
        /// The stay's number.
        entry: u32,
        /// The keys of those that were done.
        done: Vec<String>,
        /// The keys of those that started.
        started: Vec<String>,
        /// The clocks now.
        clocks: Clocks,
        /// What was overdue is no more: what was missing was done, and another clock runs.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        settles_overdue: bool,
    },
    /// Those who must act were reminded.
    Reminded {
        /// The stay's number.
        entry: u32,
        /// The keys of the tasks that they were reminded of.
        tasks: Vec<String>,
        /// The clocks now.
        clocks: Clocks,
    },
    /// The receiving side was warned that the case is about to move up.
    OtherSideWarned {
        /// The stay's number.
        entry: u32,
        /// The clocks now.
        clocks: Clocks,
    },
    /// A clock was given more time.
    DeadlineExtended {
        /// The task.
        task: String,
        /// How much.
        by: Limit,
        /// Why.
        reason: Prose,
        /// The clocks now.
        clocks: Clocks,
    },
    /// The clocks of the stage were stopped.
    Paused {
        /// Until when at the most.
        until: UtcInstant,
        /// Why.
        reason: Prose,
        /// The clocks as they are if it lasts so long.
        clocks: Clocks,
    },
    /// The clocks of the stage went on.
    PauseEnded {
        /// When: never later than was said.
        at: UtcInstant,
        /// The clocks now.
        clocks: Clocks,
    },
    /// The case was put in another urgency class.
    UrgencyChanged {
        /// The key of the class.
        urgency_class: String,
        /// Why.
        reason: Prose,
        /// The clocks now.
        clocks: Clocks,
    },
    /// The case was moved to another version of the policy.
    PolicyMoved {
        /// The version that it keeps from now on.
        policy: PolicyRef,
        /// Why.
        reason: Prose,
        /// The title of its stage there.
        title: String,
        /// The clocks now.
        clocks: Clocks,
    },
    /// The clocks were worked out again by the calendar as it is now.
    DeadlinesRecounted {
        /// Why.
        reason: Prose,
        /// The clocks now.
        clocks: Clocks,
    },
    /// A discussion between the two sides was recorded.
    DiscussionRecorded {
        /// When it was held.
        held_at: UtcInstant,
        /// With whom.
        with: Line,
        /// What it came to.
        text: Option<Prose>,
    },
    /// A task was ticked off by whoever had to do it.
    TaskTicked {
        /// Its key.
        task: String,
        /// In their own words.
        note: Option<Prose>,
    },
    /// The panel was named.
    PanelConvened {
        /// The panel.
        panel: Box<Panel>,
    },
    /// The partnership referred the case out: it is resolved here.
    Referred {
        /// The key of where to.
        to: String,
        /// Why.
        reason: Prose,
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
        /// The timed tasks now, where the stage has any beside its own clock.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tasks: Vec<TaskRun>,
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
        /// The number of the stay in which this was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<u32>,
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
        /// The policy's themes of learning that were chosen, by their keys.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        themes: Vec<String>,
    },
    /// Staff were debriefed.
    Debriefed {
        /// The day.
        held_on: NaiveDate,
        /// With whom.
        with: Line,
        /// What it came to.
        text: Option<Prose>,
        /// The policy's themes of learning that were chosen, by their keys.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        themes: Vec<String>,
    },
    /// An agency ticked that the outcome stands on the child's record.
    RecordConfirmed,
    /// The case was restricted, or its restriction changed.
    Restricted {
        /// The restriction from now on.
        restriction: Restriction,
        /// Why.
        reason: Prose,
        /// Who must act in the current stage from now on, where somebody left it; empty where
        /// nobody did.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        acting: Vec<Seat>,
        /// The gaps on the way to them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gaps: Vec<Gap>,
    },
    /// The case is restricted no more.
    RestrictionLifted {
        /// Why.
        reason: Prose,
    },
    /// Somebody who does not see the case looked at it in an emergency.
    GlassBroken {
        /// Why: it may tell of the child, and stays in the case.
        reason: Prose,
        /// The first instant at which they see it no more.
        expires_at: UtcInstant,
    },
    /// An officer looked into an emergency look.
    GlassBreakReviewed {
        /// Its number.
        number: u32,
        /// What they found.
        note: Prose,
    },
    /// A message could not be delivered; somebody else was told.
    NoticeFailed {
        /// The message.
        notice_id: NoticeId,
        /// Who it was for: a name, not an address.
        recipient: String,
        /// Whether only the partnership's own address was left to tell.
        to_last_resort: bool,
    },
    /// A message that asks somebody to act is not taken by their mail server for now; somebody else
    /// was told beside them.
    NoticeDelayed {
        /// The message.
        notice_id: NoticeId,
        /// Who it is for, if it is a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person_id: Option<PersonId>,
        /// Who it is for: a name, not an address.
        recipient: String,
    },
}
