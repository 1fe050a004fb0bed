//! What people do to a case, one form each: its words, its fields, and the command that it becomes.

mod commands;
mod forms;

use crate::engine::CaseView;
use crate::escalation::TaskState;
use crate::policy::STAGE_TASK;

/// An act, and what it is about where a case has several of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) kind: ActKind,
    /// A number, or a task's key; empty where there is one only.
    pub(super) which: String,
}

/// The kinds of act, in the order in which they are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActKind {
    Acknowledge,
    Respond,
    AgreeToProposal,
    DeclineProposal,
    Propose,
    Determine,
    StatePosition,
    TickTask,
    EscalateEarly,
    ArrangeMeeting,
    RecordMeeting,
    RecordDiscussion,
    SetAction,
    CompleteAction,
    SetProtectiveDeadline,
    Extend,
    Pause,
    Resume,
    ChangeUrgency,
    StepDown,
    Refer,
    GiveFeedback,
    Debrief,
    ConfirmRecord,
    Reopen,
    Withdraw,
    ConvenePanel,
    Restrict,
    LiftRestriction,
    ReviewGlassBreak,
}

/// Address, title, lead, button, and what is said once it is done.
type Texts = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// The words of an act: its address, the link to it, its page's lead, its button, and what the case's
/// page says once it is done.
pub(super) struct Words {
    pub(super) address: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) button: &'static str,
    pub(super) done: &'static str,
    /// It ends something, or moves the case.
    pub(super) is_grave: bool,
}

impl ActKind {
    pub(super) const ALL: [Self; 30] = [
        Self::Acknowledge,
        Self::Respond,
        Self::AgreeToProposal,
        Self::DeclineProposal,
        Self::Propose,
        Self::Determine,
        Self::StatePosition,
        Self::TickTask,
        Self::EscalateEarly,
        Self::ArrangeMeeting,
        Self::RecordMeeting,
        Self::RecordDiscussion,
        Self::SetAction,
        Self::CompleteAction,
        Self::SetProtectiveDeadline,
        Self::Extend,
        Self::Pause,
        Self::Resume,
        Self::ChangeUrgency,
        Self::StepDown,
        Self::Refer,
        Self::GiveFeedback,
        Self::Debrief,
        Self::ConfirmRecord,
        Self::Reopen,
        Self::Withdraw,
        Self::ConvenePanel,
        Self::Restrict,
        Self::LiftRestriction,
        Self::ReviewGlassBreak,
    ];

    /// The act of an address.
    pub(super) fn at(address: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.words().address == address)
    }

    pub(super) fn words(self) -> Words {
        let (address, title, lead, button, done) = self.texts();
        let is_grave = matches!(
            self,
            Self::Withdraw
                | Self::Determine
                | Self::Restrict
                | Self::LiftRestriction
                | Self::EscalateEarly
                | Self::Refer
                | Self::StepDown
        );
        Words { address, title, lead, button, done, is_grave }
    }

    #[rustfmt::skip]
    fn texts(self) -> Texts {
        match self {
            Self::Acknowledge => ("acknowledge", "Say that the challenge arrived",
                "The other side learns that somebody has it. This is not yet an answer: the clock runs on.",
                "Say that it arrived", "The other side is told that the challenge arrived."),
            Self::Respond => ("respond", "Answer the challenge",
                "Say where your side stands, and why. Both sides are told.",
                "Send the answer", "Your answer was sent."),
            Self::AgreeToProposal => ("agree", "Agree to the proposal",
                "Both sides then agree, and the escalation is resolved.",
                "Agree, and resolve the escalation", "Both sides agree. The escalation is resolved."),
            Self::DeclineProposal => ("decline", "Decline the proposal",
                "The other side is told, with your reason. The clock runs on.",
                "Decline the proposal", "The other side is told that you declined."),
            Self::Propose => ("propose", "Propose an outcome",
                "The other side agrees or declines. One proposal is on the table at a time.",
                "Send the proposal", "Your proposal was sent to the other side."),
            Self::Determine => ("determine", "Determine the outcome",
                "This ends the escalation. Both sides are told what was determined, and why.",
                "Determine the outcome", "The outcome is determined. Both sides are told."),
            Self::StatePosition => ("position", "State a position",
                "Write the facts apart from your judgement. It stands beside the other side’s position.",
                "Put this position on record", "Your position is on record."),
            Self::TickTask => ("task", "Tick off a task",
                "Say that this task of the stage is done.",
                "It is done", "The task is ticked off."),
            Self::EscalateEarly => ("escalate", "Escalate now",
                "Move the case up before its deadline, because the risk to the child does not wait.",
                "Escalate now", "The case has moved up. Its new people are told."),
            Self::ArrangeMeeting => ("meeting", "Arrange a meeting",
                "Everybody who must act is told when and where.",
                "Arrange the meeting", "The meeting is arranged."),
            Self::RecordMeeting => ("meeting-record", "Record what a meeting came to",
                "Write what was said and agreed.",
                "Put it on record", "The meeting is on record."),
            Self::RecordDiscussion => ("discussion", "Record a discussion",
                "A talk between the two sides, by telephone or in person.",
                "Put it on record", "The discussion is on record."),
            Self::SetAction => ("action", "Set down an action",
                "Something that somebody is to do, by a day.",
                "Set it down", "The action is set down."),
            Self::CompleteAction => ("action-done", "Tick off an action",
                "Say that this action is done.",
                "It is done", "The action is ticked off."),
            other => other.texts_of_clocks_and_endings(),
        }
    }

    #[rustfmt::skip]
    fn texts_of_clocks_and_endings(self) -> Texts {
        match self {
            Self::SetProtectiveDeadline => ("protective-deadline", "Set a protective deadline",
                "A moment before which the child must be safe: court, discharge, a weekend. The sooner of it and the policy’s limit counts.",
                "Set the protective deadline", "The protective deadline is set."),
            Self::Extend => ("extend", "Give the clock more time",
                "Both sides are told of the new deadline, and why.",
                "Give more time", "The clock has more time. Both sides are told."),
            Self::Pause => ("pause", "Pause the clocks",
                "The clocks stand still until the moment that you name, at most. Then they go on by themselves.",
                "Pause the clocks", "The clocks stand still."),
            Self::Resume => ("resume", "Let the clocks go on",
                "The pause ends now.",
                "Let the clocks go on", "The clocks go on."),
            Self::ChangeUrgency => ("urgency", "Change the urgency",
                "The limits of the other class count from now on.",
                "Change the urgency", "The urgency is changed."),
            Self::StepDown => ("step-down", "Go back to a lower stage",
                "The people of the lower stage have the case again.",
                "Go back", "The case is back at a lower stage."),
            Self::Refer => ("refer", "Refer the case out",
                "A body that decides takes it over. This ends the escalation here.",
                "Refer the case out", "The case is referred."),
            Self::GiveFeedback => ("feedback", "Give feedback",
                "How did it go? What can others learn from it?",
                "Send the feedback", "Thank you. Your feedback is on record."),
            Self::Debrief => ("debrief", "Record a debrief",
                "That staff were supported after this.",
                "Record the debrief", "The debrief is on record."),
            Self::ConfirmRecord => ("record", "Confirm the child’s record",
                "Say that the outcome stands on the child’s record in your agency.",
                "It stands on the record", "It is confirmed that the outcome stands on the record."),
            Self::Reopen => ("reopen", "Take the case up again",
                "Its clocks start anew, and its people are told.",
                "Take it up again", "The case is open again."),
            Self::Withdraw => ("withdraw", "Withdraw",
                "This ends the escalation without an outcome. Everybody who had it is told.",
                "Withdraw", "It is withdrawn."),
            Self::ConvenePanel => ("panel", "Name the panel",
                "The panel determines the outcome. Nobody may sit on it who had a part in the case.",
                "Name the panel", "The panel is named. Its members are told."),
            Self::Restrict => ("restrict", "Restrict who may see this case",
                "From then on only those named on the case see it. For those whom you exclude it is not there any more, and others are asked in their place.",
                "Restrict the case", "The case is restricted."),
            Self::LiftRestriction => ("lift-restriction", "Lift the restriction",
                "From then on everybody sees the case whom it reached or reaches by a post.",
                "Lift the restriction", "The restriction is lifted."),
            Self::ReviewGlassBreak => ("look-review", "Look into an emergency look",
                "Was it needed? What you write stands in the case.",
                "Put it on record", "What you found is on record."),
            // The others stand above.
            _ => ("", "", "", "", ""),
        }
    }

    /// What it can be about in this case.
    pub(super) fn each(self, view: &CaseView) -> Vec<String> {
        let it = &view.escalation;
        let numbers = |numbers: Vec<u32>| numbers.iter().map(ToString::to_string).collect();
        match self {
            Self::AgreeToProposal | Self::DeclineProposal => {
                numbers(it.open_proposal().map(|proposal| proposal.number).into_iter().collect())
            }
            Self::RecordMeeting => {
                let open = it.meetings.iter().filter(|meeting| meeting.record.is_none());
                numbers(open.map(|meeting| meeting.number).collect())
            }
            Self::ReviewGlassBreak => {
                let open = it.glass_breaks.iter().filter(|look| look.review.is_none());
                numbers(open.map(|look| look.number).collect())
            }
            Self::CompleteAction => {
                let open = it.actions.iter().filter(|action| action.done_at.is_none());
                numbers(open.map(|action| action.number).collect())
            }
            Self::TickTask => {
                let tasks = it.current_entry().map(|entry| entry.tasks.as_slice());
                let open = tasks.unwrap_or_default().iter().filter(|task| {
                    let is_open =
                        matches!(task.state, TaskState::Running(_) | TaskState::Missed { .. });
                    is_open && task.key != STAGE_TASK
                });
                open.map(|task| task.key.clone()).collect()
            }
            _ => vec![String::new()],
        }
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
