//! One disagreement and its whole life: the state machine.
//!
//! Pure. [`decide`] says what a command makes happen, or why not; [`Escalation::apply`] folds what
//! happened into the state; [`tell`] says who must be told of it. The engine calls the three inside
//! one transaction. A case never closes by itself: only both sides, the partnership's
//! determination or the raising side's withdrawal end it.

mod apply;
mod challenge;
mod command;
mod decide;
mod event;
mod notice_urgency;
mod refusal;
mod restriction;
mod stage_entry;
mod state;
mod task_run;
mod tell;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod words;

pub use challenge::{Challenge, Child, Draft, ImmediateDanger, ProtectiveDeadline, StartStage};
pub use command::{Command, CommandKind, Opening, PanelMember};
pub use decide::{Rules, decide, open_draft};
pub use event::{Doer, Event, Sectors, Signature};
pub use notice_urgency::NoticeUrgency;
pub use refusal::{FieldFault, Refusal};
pub use restriction::{GLASS_LASTS, GlassBreak, GlassReview, Restriction, RestrictionReason};
pub use stage_entry::{Answer, EntryReason, LeavingReason, Left, Overdue, StageEntry};
pub use state::{
    Acknowledgement, Action, Content, Debrief, Discussion, Ending, Escalation, Feedback, Meeting,
    PolicyRef, Position, PositionBody, Proposal, ProposalAnswer, RecordConfirmation, Response,
    Stance, Status,
};
pub use task_run::{Clock, Clocks, Extension, Panel, Pause, TaskRun, TaskState};
pub use tell::{Notice, NoticeKind, tell};
pub use text::{Line, Prose};
