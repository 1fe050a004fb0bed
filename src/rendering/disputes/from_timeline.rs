//! From a timeline to what its picture is drawn from.

use super::picture::{DisputePicture, Mark, MarkKind, PauseSpan, StageSpan};
use crate::clock::UtcInstant;
use crate::escalation::{
    Answer, Doer, Escalation, Event, LeavingReason, StageEntry, Stance, Status, TaskState,
};
use crate::policy::STAGE_TASK;
use crate::timeline::Entry;

impl DisputePicture {
    /// The picture of a dispute, from its state and its timeline; none of a draft.
    pub fn of(case: &Escalation, timeline: &[Entry], as_of: UtcInstant) -> Option<Self> {
        if case.status == Status::Draft {
            return None;
        }
        Some(Self {
            reference: case.reference.clone(),
            as_of,
            stages: case.stage_entries.iter().map(stage).collect(),
            marks: timeline.iter().filter_map(mark).collect(),
        })
    }
}

fn stage(entry: &StageEntry) -> StageSpan {
    let pauses = entry.paused().into_iter().map(|it| PauseSpan { from: it.from, to: it.to });
    StageSpan {
        stage: entry.stage,
        title: entry.title.clone(),
        entered_at: entry.entered_at,
        due_at: due_at(entry),
        left_at: entry.left.as_ref().map(|left| left.at),
        left_why: entry.left.as_ref().map_or(String::new(), |left| left_why(left.why).to_owned()),
        pauses: pauses.collect(),
    }
}

/// When the stage itself is or was due; where its own clock never ran, what is due in it next.
fn due_at(entry: &StageEntry) -> UtcInstant {
    let tasks = entry.all_tasks();
    let own = tasks.iter().find(|task| task.key == STAGE_TASK);
    let due = own.and_then(|task| match &task.state {
        TaskState::Waiting => None,
        TaskState::Running(clock) => Some(clock.due.at),
        TaskState::Done { due_at, .. } => *due_at,
        TaskState::Missed { due_at, .. } => Some(*due_at),
    });
    due.unwrap_or(entry.due.at)
}

fn left_why(why: LeavingReason) -> &'static str {
    match why {
        LeavingReason::DeadlinePassed => "its time ran out",
        LeavingReason::Refused => "the receiving side refused",
        LeavingReason::EscalatedEarly => "escalated before the deadline",
        LeavingReason::Agreed => "both sides agreed",
        LeavingReason::Determined => "the partnership determined",
        LeavingReason::Withdrawn => "withdrawn",
        LeavingReason::Referred => "referred out",
        LeavingReason::SteppedDown => "stepped down",
    }
}

fn mark(entry: &Entry) -> Option<Mark> {
    let (kind, what) = what(&entry.event)?;
    let (side, who) = match &entry.by {
        Doer::Time => (None, "the server".to_owned()),
        Doer::Person(by) => {
            (Some(by.side), by.post_title.clone().unwrap_or_else(|| "in person".to_owned()))
        }
    };
    Some(Mark { at: entry.recorded_at, kind, side, who, what })
}

/// Of which kind an event is and what happened, without a name; none for what the bars show, and for
/// what is not about how the dispute went.
fn what(event: &Event) -> Option<(MarkKind, String)> {
    use MarkKind as K;
    let (kind, words) = match event {
        Event::Raised { .. } => (K::Said, "raised the challenge"),
        Event::Acknowledged { .. } => (K::Said, "acknowledged the challenge"),
        Event::PositionStated { .. } => (K::Said, "stated a position"),
        Event::Responded { stance, .. } => (K::Said, stance_words(*stance)),
        Event::FeedbackGiven { .. } => (K::Said, "gave feedback"),
        Event::Proposed { .. } => (K::Decided, "proposed an outcome"),
        Event::ProposalConfirmed { .. } => (K::Decided, "confirmed the proposal"),
        Event::ProposalDeclined { .. } => (K::Decided, "declined the proposal"),
        Event::Agreed { .. } => (K::Decided, "resolved: both sides agreed"),
        Event::Determined { .. } => (K::Decided, "resolved: the partnership determined"),
        Event::Referred { .. } => (K::Decided, "resolved here: referred out"),
        Event::Withdrawn { .. } => (K::Decided, "withdrew"),
        Event::Reopened { .. } => (K::Decided, "took the case up again"),
        Event::ActionSet { .. } => (K::Decided, "set down an action"),
        Event::ActionDone { .. } => (K::Decided, "an action was done"),
        Event::RecordConfirmed => {
            (K::Decided, "confirmed that the outcome stands on the child's record")
        }
        Event::TaskTicked { .. } => (K::Decided, "ticked off a task"),
        Event::PanelConvened { .. } => (K::Decided, "named the panel"),
        Event::MeetingArranged { .. } => (K::Met, "arranged a meeting"),
        Event::MeetingRecorded { .. } => (K::Met, "recorded a meeting"),
        Event::DiscussionRecorded { .. } => (K::Met, "recorded a discussion"),
        Event::Debriefed { .. } => (K::Met, "recorded a debrief"),
        Event::StageEntered { entry, .. } => {
            return Some((K::Told, format!("the people of stage {} were told", entry.stage)));
        }
        Event::Reminded { .. } => (K::Told, "those who must act were reminded"),
        Event::OtherSideWarned { .. } => {
            (K::Told, "the receiving side was warned that the case is about to move up")
        }
        Event::OverdueToldAgain { .. } => (K::Told, "still overdue: people were told again"),
        other => return clocks_and_messages(other),
    };
    Some((kind, words.to_owned()))
}

fn clocks_and_messages(event: &Event) -> Option<(MarkKind, String)> {
    use MarkKind as K;
    let (kind, words) = match event {
        Event::NoticeFailed { .. } => {
            (K::Failed, "a message could not be delivered; somebody else was told")
        }
        Event::NoticeDelayed { .. } => (K::Failed, "a message was delayed; somebody else was told"),
        Event::DeadlinePassed { task: Some(_), .. } => (K::Clock, "the time of a task ran out"),
        Event::DeadlinePassed { stage, answer, .. } => {
            let answer = answer_words(*answer);
            return Some((K::Clock, format!("the time of stage {stage} ran out: {answer}")));
        }
        Event::DeadlineExtended { .. } => (K::Clock, "gave a clock more time"),
        Event::Paused { .. } => (K::Clock, "stopped the clocks"),
        Event::PauseEnded { .. } => (K::Clock, "the clocks went on"),
        Event::UrgencyChanged { .. } => (K::Clock, "changed the urgency"),
        Event::PolicyMoved { .. } => (K::Clock, "moved the case to another version of the policy"),
        Event::DeadlinesRecounted { .. } => (K::Clock, "worked the deadlines out again"),
        Event::ProtectiveDeadlineSet { .. } => (K::Clock, "set a protective deadline"),
        // The bars show these, or who saw the case and not how it went.
        _ => return None,
    };
    Some((kind, words.to_owned()))
}

fn stance_words(stance: Stance) -> &'static str {
    match stance {
        Stance::Accepts => "answered: accepts",
        Stance::AcceptsInPart => "answered: accepts a part",
        Stance::NeedsInformation => "answered: needs to know more",
        Stance::Refuses => "answered: refuses",
    }
}

fn answer_words(answer: Answer) -> &'static str {
    match answer {
        Answer::Silence => "the receiving side was silent",
        Answer::AcknowledgedOnly => "acknowledged and not answered",
        Answer::Refusal => "refused",
        Answer::AnsweredNotAgreed => "answered, not agreed",
    }
}
