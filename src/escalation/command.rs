//! What people, and time, may ask of an escalation.

use super::challenge::{Draft, ImmediateDanger, ProtectiveDeadline};
use super::event::Signature;
use super::restriction::Restriction;
use super::state::{PolicyRef, PositionBody, Stance};
use super::text::{Line, Prose};
use crate::calendar::Limit;
use crate::clock::UtcInstant;
use crate::directory::{Party, Sector};
use crate::ids::{AgencyId, EscalationId, NoticeId, PartnershipId, PersonId};
use chrono::NaiveDate;

/// What is needed to open a draft.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its id.
    pub id: EscalationId,
    /// The reference it is given.
    pub reference: String,
    /// The partnership that it belongs to.
    pub partnership_id: PartnershipId,
    /// The policy version that it is written under.
    pub policy: PolicyRef,
    /// Who raises it.
    pub raiser: Signature,
    /// The side that raises it.
    pub raising: Party,
    /// The first question's answer.
    pub immediate_danger: ImmediateDanger,
    /// What is written so far.
    pub draft: Draft,
}

/// Somebody who is to sit on a panel, as the directory knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelMember {
    /// The person.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// The agency that they work for; none for the partnership's own people.
    pub agency_id: Option<AgencyId>,
    /// That agency's sector.
    pub sector: Option<Sector>,
}

/// What may be asked of an escalation that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Go on writing a draft.
    ChangeDraft {
        /// The first question's answer.
        immediate_danger: ImmediateDanger,
        /// What is written now.
        draft: Box<Draft>,
    },
    /// Raise the draft.
    Raise {
        /// The policy version in force now, which the case will keep.
        policy: PolicyRef,
        /// The receiving side, looked up.
        receiving: Option<Party>,
    },
    /// Say that the challenge arrived.
    Acknowledge {
        /// In one's own words.
        note: Option<Prose>,
    },
    /// State a position.
    StatePosition(Box<PositionBody>),
    /// Answer for the receiving side.
    Respond {
        /// Where it stands.
        stance: Stance,
        /// Why.
        rationale: Prose,
    },
    /// Move up before the deadline.
    EscalateEarly {
        /// The stage to move to; the next one if left out.
        to_stage: Option<u32>,
        /// Why.
        reason: Prose,
    },
    /// Put an outcome.
    Propose {
        /// The key of the outcome.
        outcome: String,
        /// The terms.
        terms: Prose,
    },
    /// Confirm the other side's proposal.
    ConfirmProposal {
        /// Its number.
        proposal: u32,
    },
    /// Decline the other side's proposal.
    DeclineProposal {
        /// Its number.
        proposal: u32,
        /// Why.
        reason: Prose,
    },
    /// Determine the outcome, at the last stage.
    Determine {
        /// The key of the outcome.
        outcome: String,
        /// What is determined.
        decision: Prose,
        /// Why.
        rationale: Prose,
    },
    /// Withdraw.
    Withdraw {
        /// Why.
        reason: Prose,
    },
    /// Take up again.
    Reopen {
        /// Why.
        reason: Prose,
        /// The stage to go on in; the one that it ended in if left out.
        stage: Option<u32>,
    },
    /// Set or move the protective deadline.
    SetProtectiveDeadline(ProtectiveDeadline),
    /// Arrange a meeting.
    ArrangeMeeting {
        /// When.
        at: UtcInstant,
        /// Where.
        place: Line,
        /// What it is to settle.
        purpose: Prose,
    },
    /// Record what a meeting came to.
    RecordMeeting {
        /// Its number.
        meeting: u32,
        /// What it came to.
        record: Prose,
    },
    /// Set down an action.
    SetAction {
        /// What.
        what: Prose,
        /// Who is to do it.
        owner: Line,
        /// By which day.
        due_on: NaiveDate,
    },
    /// Tick an action off.
    CompleteAction {
        /// Its number.
        action: u32,
    },
    /// Give feedback.
    GiveFeedback {
        /// How it went.
        text: Prose,
        /// What others can learn from it.
        learning: Option<Prose>,
        /// Themes of learning, by their keys.
        themes: Vec<String>,
    },
    /// Record a debrief.
    Debrief {
        /// The day.
        held_on: NaiveDate,
        /// With whom.
        with: Line,
        /// What it came to.
        text: Option<Prose>,
        /// Themes of learning, by their keys.
        themes: Vec<String>,
    },
    /// Tick that the outcome stands on the child's record.
    ConfirmRecord,
    /// Restrict who may see the case, or change a restriction.
    Restrict {
        /// The restriction.
        restriction: Restriction,
        /// Why.
        reason: Prose,
    },
    /// Lift a restriction.
    LiftRestriction {
        /// Why.
        reason: Prose,
    },
    /// Look at a case that one does not see, in an emergency.
    BreakGlass {
        /// Why.
        reason: Prose,
    },
    /// Look into an emergency look.
    ReviewGlassBreak {
        /// Its number.
        number: u32,
        /// What was found.
        note: Prose,
    },
    /// Record a discussion between the two sides.
    RecordDiscussion {
        /// When it was held.
        held_at: UtcInstant,
        /// With whom.
        with: Line,
        /// What it came to.
        text: Option<Prose>,
    },
    /// Tick off a task of the stage.
    TickTask {
        /// Its key.
        task: String,
        /// In one's own words.
        note: Option<Prose>,
    },
    /// Give a clock more time.
    Extend {
        /// The task; the stage's own clock if left out.
        task: Option<String>,
        /// How much.
        by: Limit,
        /// Why.
        reason: Prose,
    },
    /// Stop the clocks of the stage for a while.
    Pause {
        /// Until when at the most.
        until: UtcInstant,
        /// Why.
        reason: Prose,
    },
    /// Let the clocks go on.
    Resume,
    /// Put the case in another urgency class.
    ChangeUrgency {
        /// The key of the class.
        urgency_class: String,
        /// Why.
        reason: Prose,
    },
    /// Take the case back to a lower stage.
    StepDown {
        /// The stage.
        to_stage: u32,
        /// Why.
        reason: Prose,
    },
    /// Name the panel of the last stage.
    ConvenePanel {
        /// Its members, looked up.
        members: Vec<PanelMember>,
        /// Who chairs it.
        chair_id: PersonId,
        /// When it meets.
        meets_at: Option<UtcInstant>,
    },
    /// Refer the case to a body that decides.
    Refer {
        /// The key of where to.
        to: String,
        /// Why.
        reason: Prose,
    },
    /// Move the case to another version of its policy.
    MovePolicy {
        /// The version.
        policy: PolicyRef,
        /// Why.
        reason: Prose,
    },
    /// Work the clocks out again by the calendar as it is now.
    Recount {
        /// Why.
        reason: Prose,
    },
    /// Time passed: do what is due.
    Lapse,
    /// A message was given up.
    ReportFailedNotice {
        /// The message.
        notice_id: NoticeId,
        /// Who it was for: a name, not an address.
        recipient: String,
        /// It told of a failed message itself: only the partnership's own address is left.
        to_last_resort: bool,
    },
    /// A message that asks somebody to act has not been taken for a quarter of an hour.
    ReportDelayedNotice {
        /// The message.
        notice_id: NoticeId,
        /// Who it is for, if it is a person.
        person_id: Option<PersonId>,
        /// Who it is for: a name, not an address.
        recipient: String,
    },
}

/// The kinds of command that people give: what access is decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the command of the same name")]
pub enum CommandKind {
    ChangeDraft,
    Raise,
    Acknowledge,
    StatePosition,
    Respond,
    EscalateEarly,
    Propose,
    AnswerProposal,
    Determine,
    Withdraw,
    Reopen,
    SetProtectiveDeadline,
    Meet,
    SetAction,
    CompleteAction,
    RecordDiscussion,
    TickTask,
    Extend,
    Pause,
    ChangeUrgency,
    StepDown,
    ConvenePanel,
    Refer,
    MovePolicy,
    GiveFeedback,
    Debrief,
    ConfirmRecord,
    Restrict,
    LiftRestriction,
    /// Asked of [`may_break_glass`](crate::access::may_break_glass), by those who see nothing yet.
    BreakGlass,
    ReviewGlassBreak,
    /// Only time may.
    OfTime,
}

impl Command {
    /// Its kind.
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::ChangeDraft { .. } => CommandKind::ChangeDraft,
            Self::Raise { .. } => CommandKind::Raise,
            Self::Acknowledge { .. } => CommandKind::Acknowledge,
            Self::StatePosition(_) => CommandKind::StatePosition,
            Self::Respond { .. } => CommandKind::Respond,
            Self::EscalateEarly { .. } => CommandKind::EscalateEarly,
            Self::Propose { .. } => CommandKind::Propose,
            Self::ConfirmProposal { .. } | Self::DeclineProposal { .. } => {
                CommandKind::AnswerProposal
            }
            Self::Determine { .. } => CommandKind::Determine,
            Self::Withdraw { .. } => CommandKind::Withdraw,
            Self::Reopen { .. } => CommandKind::Reopen,
            Self::SetProtectiveDeadline(_) => CommandKind::SetProtectiveDeadline,
            Self::ArrangeMeeting { .. } | Self::RecordMeeting { .. } => CommandKind::Meet,
            Self::SetAction { .. } => CommandKind::SetAction,
            Self::CompleteAction { .. } => CommandKind::CompleteAction,
            Self::GiveFeedback { .. } => CommandKind::GiveFeedback,
            Self::Debrief { .. } => CommandKind::Debrief,
            Self::ConfirmRecord => CommandKind::ConfirmRecord,
            Self::Restrict { .. } => CommandKind::Restrict,
            Self::LiftRestriction { .. } => CommandKind::LiftRestriction,
            Self::BreakGlass { .. } => CommandKind::BreakGlass,
            Self::ReviewGlassBreak { .. } => CommandKind::ReviewGlassBreak,
            Self::RecordDiscussion { .. } => CommandKind::RecordDiscussion,
            Self::TickTask { .. } => CommandKind::TickTask,
            Self::Extend { .. } => CommandKind::Extend,
            Self::Pause { .. } | Self::Resume => CommandKind::Pause,
            Self::ChangeUrgency { .. } => CommandKind::ChangeUrgency,
            Self::StepDown { .. } => CommandKind::StepDown,
            Self::ConvenePanel { .. } => CommandKind::ConvenePanel,
            Self::Refer { .. } => CommandKind::Refer,
            Self::MovePolicy { .. } | Self::Recount { .. } => CommandKind::MovePolicy,
            Self::Lapse | Self::ReportFailedNotice { .. } | Self::ReportDelayedNotice { .. } => {
                CommandKind::OfTime
            }
        }
    }
}
