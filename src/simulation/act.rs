//! What people do in a simulation: a script of acts, each with its moment and its doer.

use super::as_text::as_text;
use super::moment::{Length, Moment, WallTime};
use crate::calendar::Limit;
use crate::directory::Side;
use crate::escalation::Stance;
use crate::policy::Who;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Something that somebody does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// When.
    pub when: Moment,
    /// Who.
    pub by: By,
    /// What.
    pub does: Doing,
}

/// Who does something: a side, of which whoever may does it, or somebody whom a policy can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum By {
    /// Whoever on this side may do it, those who must act in the stage first.
    Side(Side),
    /// The holder of a rung, a role or a function.
    Who(Who),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Side(side) => side.fmt(f),
            Self::Who(who) => who.fmt(f),
        }
    }
}

impl FromStr for By {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "raising" => Self::Side(Side::Raising),
            "receiving" => Self::Side(Side::Receiving),
            "partnership" => Self::Side(Side::Partnership),
            other => Self::Who(other.parse().map_err(|_unreadable: String| {
                "must be a side (raising, receiving, partnership) or somebody on it, such as \
                 receiving.line_manager"
                    .to_owned()
            })?),
        })
    }
}

as_text! { By: "receiving" }

/// What somebody does. Whatever the state machine asks beside it, such as reasons and narratives,
/// is filled in with words that say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Doing {
    /// Says that the challenge arrived.
    Acknowledge,
    /// Answers for the receiving side.
    Respond {
        /// Where it stands.
        stance: Stance,
    },
    /// States a position.
    StatePosition,
    /// Puts an outcome.
    Propose {
        /// The key of one of the policy's outcomes.
        outcome: String,
    },
    /// Confirms the proposal on the table.
    Confirm,
    /// Declines the proposal on the table.
    Decline,
    /// Moves the case up before its deadline.
    EscalateEarly {
        /// The stage to move to; the next one if left out.
        to_stage: Option<u32>,
    },
    /// Withdraws.
    Withdraw,
    /// Takes the case up again.
    Reopen {
        /// The stage to go on in; the one that it ended in if left out.
        stage: Option<u32>,
    },
    /// Determines the outcome.
    Determine {
        /// The key of one of the policy's outcomes.
        outcome: String,
    },
    /// Refers the case out.
    Refer {
        /// The key of where to.
        to: String,
    },
    /// Names a panel as the policy wants it.
    ConvenePanel,
    /// Records a discussion that was held at that moment.
    RecordDiscussion,
    /// Arranges a meeting.
    ArrangeMeeting {
        /// How long after that moment it is held.
        after: Length,
    },
    /// Records what the latest meeting came to.
    RecordMeeting,
    /// Ticks off a task.
    TickTask {
        /// Its key.
        task: String,
    },
    /// Sets down an action.
    SetAction,
    /// Stops the clocks.
    Pause {
        /// For how long, counted as a limit of the policy is.
        lasting: Limit,
    },
    /// Lets the clocks go on.
    Resume,
    /// Gives a clock more time.
    Extend {
        /// The task; the stage's own clock if left out.
        task: Option<String>,
        /// How much more.
        more: Limit,
    },
    /// Puts the case in another urgency class.
    ChangeUrgency {
        /// The key of the class.
        urgency_class: String,
    },
    /// Takes the case back to a lower stage.
    StepDown {
        /// The stage.
        to_stage: u32,
    },
    /// Sets or moves the protective deadline.
    SetProtectiveDeadline {
        /// When the child must be safe.
        at: WallTime,
    },
}
