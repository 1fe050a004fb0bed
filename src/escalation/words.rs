//! What happened, in a line of words: for the timeline that people read. Names no child and
//! quotes no narrative, so that a line can stand in a list.

use super::event::{Doer, Event};
use super::stage_entry::{Answer, EntryReason, LeavingReason, StageEntry};
use super::state::Stance;
use super::task_run::Clocks;
use crate::policy::STAGE_TASK;

impl Event {
    /// Its kind, as the timeline stores it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Drafted { .. } => "drafted",
            Self::DraftChanged { .. } => "draft_changed",
            Self::Raised { .. } => "raised",
            Self::StageEntered { .. } => "stage_entered",
            Self::StageLeft { .. } => "stage_left",
            Self::DeadlinePassed { .. } => "deadline_passed",
            Self::OverdueToldAgain { .. } => "overdue_told_again",
            Self::Acknowledged { .. } => "acknowledged",
            Self::PositionStated { .. } => "position_stated",
            Self::Responded { .. } => "responded",
            Self::Proposed { .. } => "proposed",
            Self::ProposalConfirmed { .. } => "proposal_confirmed",
            Self::ProposalDeclined { .. } => "proposal_declined",
            Self::Agreed { .. } => "agreed",
            Self::Determined { .. } => "determined",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Reopened { .. } => "reopened",
            Self::ProtectiveDeadlineSet { .. } => "protective_deadline_set",
            Self::MeetingArranged { .. } => "meeting_arranged",
            Self::MeetingRecorded { .. } => "meeting_recorded",
            Self::ActionSet { .. } => "action_set",
            Self::ActionDone { .. } => "action_done",
            Self::FeedbackGiven { .. } => "feedback_given",
            Self::Debriefed { .. } => "debriefed",
            Self::RecordConfirmed => "record_confirmed",
            Self::NoticeFailed { .. } => "notice_failed",
            Self::NoticeDelayed { .. } => "notice_delayed",
            Self::TasksMoved { .. } => "tasks_moved",
            Self::Reminded { .. } => "reminded",
            Self::OtherSideWarned { .. } => "other_side_warned",
            Self::DeadlineExtended { .. } => "deadline_extended",
            Self::Paused { .. } => "paused",
            Self::PauseEnded { .. } => "pause_ended",
            Self::UrgencyChanged { .. } => "urgency_changed",
            Self::PolicyMoved { .. } => "policy_moved",
            Self::DeadlinesRecounted { .. } => "deadlines_recounted",
            Self::DiscussionRecorded { .. } => "discussion_recorded",
            Self::TaskTicked { .. } => "task_ticked",
            Self::PanelConvened { .. } => "panel_convened",
            Self::Referred { .. } => "referred",
            Self::Restricted { .. } => "restricted",
            Self::RestrictionLifted { .. } => "restriction_lifted",
            Self::GlassBroken { .. } => "glass_broken",
            Self::GlassBreakReviewed { .. } => "glass_break_reviewed",
        }
    }

    /// What happened, in a line.
    pub fn in_words(&self) -> String {
        match self {
            Self::Drafted { immediate_danger, .. } if immediate_danger.in_immediate_danger => {
                "began a challenge; the child was in immediate danger, and what was done is recorded".to_owned()
            }
            Self::Drafted { .. } => {
                "began a challenge; the child was not in immediate danger".to_owned()
            }
            Self::DraftChanged { .. } => "went on writing the challenge".to_owned(),
            Self::Raised { challenge, .. } => {
                format!("raised the challenge with {}", challenge.receiving.agency_name)
            }
            Self::StageEntered { entry, .. } => stage_entered(entry),
            Self::StageLeft { why, unrecorded, .. } => stage_left(*why, unrecorded),
            Self::DeadlinePassed { task: Some(task), late_seconds, tell_again_at, .. } => {
                let stays = if tell_again_at.is_some() { "; this is overdue" } else { "" };
                format!("the time of the task '{task}' ran out{}{stays}", late(*late_seconds))
            }
            Self::DeadlinePassed { stage, late_seconds, answer, tell_again_at, .. } => {
                deadline_passed(*stage, *late_seconds, *answer, tell_again_at.is_some())
            }
            Self::OverdueToldAgain { times, .. } => {
                format!("still overdue: everybody was told again, time {times}")
            }
            Self::Acknowledged { .. } => "acknowledged the challenge".to_owned(),
            Self::PositionStated { .. } => "stated a position".to_owned(),
            Self::Responded { stance, .. } => match stance {
                Stance::Accepts => "answered: accepts the challenge",
                Stance::AcceptsInPart => "answered: accepts a part of the challenge",
                Stance::NeedsInformation => "answered: needs to know more",
                Stance::Refuses => "answered: refuses the challenge",
            }
            .to_owned(),
            Self::Proposed { outcome, .. } => format!("proposed an outcome: {outcome}"),
            Self::ProposalConfirmed { proposal } => format!("confirmed proposal {proposal}"),
            Self::ProposalDeclined { proposal, .. } => format!("declined proposal {proposal}"),
            Self::Agreed { outcome, .. } => format!("resolved: both sides agreed on {outcome}"),
            Self::Determined { outcome, .. } => {
                format!("resolved: the partnership determined {outcome}")
            }
            Self::Withdrawn { .. } => "withdrew".to_owned(),
            Self::Reopened { .. } => "took the case up again".to_owned(),
            Self::ProtectiveDeadlineSet { due, .. } => {
                format!("set a protective deadline; due now {}", due.derivation)
            }
            other => other.clocks_in_words(),
        }
    }

    fn clocks_in_words(&self) -> String {
        let due = |clocks: &Clocks| format!("due next: {}", clocks.due.derivation);
        match self {
            Self::TasksMoved { done, started, clocks, .. } => {
                let title = |key: &String| {
                    let run = clocks.tasks.iter().find(|run| run.key == *key);
                    run.map_or(key.clone(), |run| run.title.clone())
                };
                let list = |keys: &[String]| keys.iter().map(title).collect::<Vec<_>>().join("; ");
                let mut parts = Vec::new();
                if !done.is_empty() {
                    parts.push(format!("done: {}", list(done)));
                }
                if !started.is_empty() {
                    parts.push(format!("begins: {}", list(started)));
                }
                parts.push(due(clocks));
                parts.join("; ")
            }
            Self::Reminded { .. } => "those who must act were reminded".to_owned(),
            Self::OtherSideWarned { .. } => {
                "the receiving side was warned that the case is about to move up".to_owned()
            }
            Self::DeadlineExtended { task, by, clocks, .. } if task == STAGE_TASK => {
                format!("gave the stage a further {by}; {}", due(clocks))
            }
            Self::DeadlineExtended { task, by, clocks, .. } => {
                format!("gave the task '{task}' a further {by}; {}", due(clocks))
            }
            Self::Paused { clocks, .. } => format!("stopped the clocks; {}", due(clocks)),
            Self::PauseEnded { clocks, .. } => format!("the clocks go on; {}", due(clocks)),
            Self::UrgencyChanged { urgency_class, clocks, .. } => {
                format!("put the case in the class '{urgency_class}'; {}", due(clocks))
            }
            Self::PolicyMoved { policy, clocks, .. } => {
                format!(
                    "moved the case to version {} of the policy; {}",
                    policy.version,
                    due(clocks)
                )
            }
            Self::DeadlinesRecounted { clocks, .. } => {
                format!("worked the deadlines out again; {}", due(clocks))
            }
            Self::DiscussionRecorded { .. } => "recorded a discussion".to_owned(),
            Self::TaskTicked { task, .. } => format!("ticked off the task '{task}'"),
            Self::PanelConvened { panel } => {
                let names: Vec<&str> = panel.members.iter().map(|it| it.name.as_str()).collect();
                format!("named the panel: {}", names.join(", "))
            }
            Self::Referred { to, .. } => format!("resolved here: referred to {to}"),
            other => other.work_in_words(),
        }
    }

    fn work_in_words(&self) -> String {
        match self {
            Self::MeetingArranged { .. } => "arranged a meeting".to_owned(),
            Self::MeetingRecorded { meeting, .. } => format!("recorded meeting {meeting}"),
            Self::ActionSet { due_on, .. } => {
                format!("set down an action, due {}", due_on.format("%a %-d %b %Y"))
            }
            Self::ActionDone { action } => format!("action {action} was done"),
            Self::FeedbackGiven { .. } => "gave feedback".to_owned(),
            Self::Debriefed { .. } => "recorded a debrief".to_owned(),
            Self::RecordConfirmed => {
                "confirmed that the outcome stands on the child's record".to_owned()
            }
            Self::Restricted { .. } => "restricted who may see the case".to_owned(),
            Self::RestrictionLifted { .. } => "lifted the restriction".to_owned(),
            Self::GlassBroken { .. } => {
                "looked at the case in an emergency, for four hours; the reason is recorded"
                    .to_owned()
            }
            Self::GlassBreakReviewed { number, .. } => {
                format!("looked into emergency look {number}")
            }
            Self::NoticeFailed { recipient, .. } => format!(
                "a message to {recipient} could not be delivered; the partnership was told instead"
            ),
            Self::NoticeDelayed { recipient, .. } => format!(
                "a message to {recipient} has not been taken for a quarter of an hour; the partnership \
                 was told too, and the message is tried on"
            ),
            other => other.kind().replace('_', " "),
        }
    }
}

fn stage_entered(entry: &StageEntry) -> String {
    let names: Vec<&str> = entry.acting.iter().map(|seat| seat.name.as_str()).collect();
    format!(
        "stage {} begins ({}){}: {} must act; due {}",
        entry.stage,
        entry.title,
        match entry.why {
            EntryReason::EscalatedEarly => ", ahead of the deadline",
            EntryReason::Reopened => ", again",
            EntryReason::SteppedDown => ", stepped down",
            EntryReason::Raised if entry.stage > 1 => ", started higher",
            _ => "",
        },
        names.join(", "),
        entry.due.derivation
    )
}

fn stage_left(why: LeavingReason, unrecorded: &[String]) -> String {
    let why = match why {
        LeavingReason::DeadlinePassed => "its time ran out",
        LeavingReason::Refused => "the receiving side refused",
        LeavingReason::EscalatedEarly => "escalated before the deadline",
        LeavingReason::Agreed => "both sides agreed",
        LeavingReason::Determined => "the partnership determined",
        LeavingReason::Withdrawn => "withdrawn",
        LeavingReason::Referred => "the partnership referred the case out",
        LeavingReason::SteppedDown => "stepped down",
    };
    match unrecorded {
        [] => format!("the stage ends: {why}"),
        missing => format!("the stage ends: {why}; not in the record: {}", missing.join("; ")),
    }
}

/// How late something was recorded, if it was.
fn late(seconds: i64) -> String {
    match seconds {
        ..=60 => String::new(),
        61..=7_199 => format!("; recorded {} minutes late", seconds / 60),
        _ => format!("; recorded {} hours late", seconds / 3_600),
    }
}

fn deadline_passed(stage: u32, late_seconds: i64, answer: Answer, stays: bool) -> String {
    let answered = match answer {
        Answer::Silence => "the receiving side was silent",
        Answer::AcknowledgedOnly => "the receiving side acknowledged and did not answer",
        Answer::Refusal => "the receiving side refused",
        Answer::AnsweredNotAgreed => "answered, not agreed",
    };
    let late = late(late_seconds);
    let stays = if stays { "; it stays open and overdue" } else { "" };
    format!("the time of stage {stage} ran out: {answered}{late}{stays}")
}

impl Doer {
    /// Who it was, in words: the signature on a timeline.
    pub fn in_words(&self) -> String {
        match self {
            Self::Time => "Time".to_owned(),
            Self::Person(by) => match &by.post_title {
                Some(title) => format!("{} ({title}, {} side)", by.name, by.side),
                None => format!("{} ({} side)", by.name, by.side),
            },
        }
    }
}
