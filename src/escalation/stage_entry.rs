//! One stay of an escalation in a stage: entered, due, left, and why.

use super::task_run::{Clock, Panel, Pause, TaskRun, TaskState};
use crate::calendar::{Due, Interval};
use crate::clock::UtcInstant;
use crate::directory::{Gap, Seat};
use crate::policy::STAGE_TASK;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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
    /// What is due in it next, with its derivation in words: the stage's own clock, or the task
    /// that must be done soonest.
    pub due: Due,
    /// Whether the protective deadline is what counts, because it is sooner than the policy's limit.
    pub is_protective: bool,
    /// Who must act.
    pub acting: Vec<Seat>,
    /// Who is told beside them.
    pub copied: Vec<Seat>,
    /// Who must be consulted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consulted: Vec<Seat>,
    /// The gaps on the way to them.
    pub gaps: Vec<Gap>,
    /// Its timed tasks; empty for a stage that has nothing but its own clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskRun>,
    /// When its clocks stood still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// The panel that was named in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<Panel>,
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
    /// People took the case back to a lower stage.
    SteppedDown,
}

/// How a stage was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Left {
    /// When.
    pub at: UtcInstant,
    /// Why.
    pub why: LeavingReason,
    /// What the policy wants in the record and did not stand there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unrecorded: Vec<String>,
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
    /// The partnership referred the case out.
    Referred,
    /// People took the case back to a lower stage.
    SteppedDown,
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
        let of_tasks = self.tasks.iter().flat_map(|task| &task.acting);
        self.acting.iter().chain(of_tasks).chain(&self.consulted).chain(&self.copied)
    }

    /// Everybody who has something to do in it: who must act, and whom a task names that has begun
    /// and is not done.
    pub fn who_acts(&self) -> impl Iterator<Item = &Seat> + Clone {
        let begun = self
            .tasks
            .iter()
            .filter(|task| matches!(task.state, TaskState::Running(_) | TaskState::Missed { .. }));
        let of_tasks = begun.flat_map(|task| &task.acting);
        let is_acting = |seat: &&Seat| self.acting.iter().any(|it| it.is_same_recipient(seat));
        self.acting.iter().chain(of_tasks.filter(move |seat| !is_acting(seat)))
    }

    /// Its timed tasks, its own clock included where that is all there is.
    pub fn all_tasks(&self) -> Cow<'_, [TaskRun]> {
        if !self.tasks.is_empty() {
            return Cow::Borrowed(&self.tasks);
        }
        let state = match &self.overdue {
            Some(overdue) => TaskState::Missed { at: overdue.recorded_at, due_at: self.due.at },
            None => TaskState::Running(Clock {
                from: self.entered_at,
                due: self.due.clone(),
                is_protective: self.is_protective,
                reminders: Vec::new(),
                warn_at: None,
                extensions: Vec::new(),
            }),
        };
        let (key, title) = (STAGE_TASK.to_owned(), self.title.clone());
        Cow::Owned(vec![TaskRun { key, title, acting: Vec::new(), state }])
    }

    /// The task that is due next, where it is not the stage itself.
    pub fn task_due_next(&self) -> Option<&TaskRun> {
        let running = self.tasks.iter().filter(|run| run.clock().is_some());
        let next = running.min_by_key(|run| run.clock().map(|clock| clock.due.at));
        next.filter(|run| run.key != STAGE_TASK)
    }

    /// The pause in which its clocks stand still, if they do.
    pub fn pause(&self) -> Option<&Pause> {
        self.pauses.last().filter(|pause| pause.ended_at.is_none())
    }

    /// The times in which its clocks stood still; one that lasts is taken to its longest.
    pub fn paused(&self) -> Vec<Interval> {
        let interval = |it: &Pause| Interval { from: it.from, to: it.ended_at.unwrap_or(it.until) };
        self.pauses.iter().map(interval).collect()
    }

    /// When time has something to do here next: the first reminder, the first clock that runs out,
    /// the next time that people are to be told again, or the end of a pause.
    pub fn next_act_at(&self) -> UtcInstant {
        if let Some(pause) = self.pause() {
            return pause.until;
        }
        let again = self.overdue.as_ref().map(|overdue| overdue.tell_again_at);
        let tasks = self.all_tasks();
        let clocks = tasks.iter().filter_map(|task| task.clock().map(Clock::next_act_at));
        clocks.chain(again).min().unwrap_or(self.due.at)
    }
}
