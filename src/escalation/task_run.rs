//! The timed tasks of a stay, and what moves their clocks.

use super::event::Signature;
use super::text::Prose;
use crate::calendar::{Due, Limit};
use crate::clock::UtcInstant;
use crate::directory::Seat;
use crate::ids::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A timed task of a stay in a stage. The stage's own clock is one of them, with the key `stage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskRun {
    /// Its key in the policy's stage.
    pub key: String,
    /// What is to be done.
    pub title: String,
    /// Who must do it; those who must act in the stage if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acting: Vec<Seat>,
    /// Where it stands.
    pub state: TaskState,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TaskState {
    /// What starts its clock has not happened yet.
    Waiting,
    /// Its clock runs.
    Running(Clock),
    /// It was done.
    Done {
        /// When.
        at: UtcInstant,
        /// When it was due; none if its clock never ran.
        due_at: Option<UtcInstant>,
    },
    /// Its time ran out. It may still be done.
    Missed {
        /// When this was recorded.
        at: UtcInstant,
        /// When it was due.
        due_at: UtcInstant,
    },
}

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// The instant that it counts from.
    pub from: UtcInstant,
    /// When it runs out, with the derivation in words.
    pub due: Due,
    /// Whether the protective deadline is what counts, because it is sooner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_protective: bool,
    /// When those who must act are still to be reminded, the first first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<UtcInstant>,
    /// When the other side is to be warned that the case is about to move up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<UtcInstant>,
    /// The time that was added to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

impl Clock {
    /// When time has something to do with it next.
    pub fn next_act_at(&self) -> UtcInstant {
        let told = self.reminders.first().copied().into_iter().chain(self.warn_at);
        told.fold(self.due.at, Ord::min)
    }
}

/// Time that was added to a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Extension {
    /// How much.
    pub by: Limit,
    /// When it was given.
    pub at: UtcInstant,
}

/// A time in which the clocks of a stay stand still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pause {
    /// Since when.
    pub from: UtcInstant,
    /// Until when at the most: then the clocks go on by themselves.
    pub until: UtcInstant,
    /// Why.
    pub reason: Prose,
    /// Who stopped them.
    pub by: Signature,
    /// When they went on; none while they stand.
    pub ended_at: Option<UtcInstant>,
}

/// The panel of a last stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Panel {
    /// Who sits on it.
    pub members: Vec<Seat>,
    /// Who chairs it: one of the members.
    pub chair_id: PersonId,
    /// When it was named.
    pub convened_at: UtcInstant,
    /// When it meets, if that is known.
    pub meets_at: Option<UtcInstant>,
}

/// The clocks of a stay as they stand after something moved them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clocks {
    /// What is due next, with its derivation.
    pub due: Due,
    /// Whether that is the protective deadline.
    pub is_protective: bool,
    /// The timed tasks; empty for a stage that has nothing but its own clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskRun>,
}

impl TaskRun {
    /// Its clock, while it runs.
    pub fn clock(&self) -> Option<&Clock> {
        match &self.state {
            TaskState::Running(clock) => Some(clock),
            TaskState::Waiting | TaskState::Done { .. } | TaskState::Missed { .. } => None,
        }
    }

    /// Its clock, while it runs.
    pub fn clock_mut(&mut self) -> Option<&mut Clock> {
        match &mut self.state {
            TaskState::Running(clock) => Some(clock),
            TaskState::Waiting | TaskState::Done { .. } | TaskState::Missed { .. } => None,
        }
    }
}
