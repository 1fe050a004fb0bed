//! What happened in a simulation, step by step, as the state machine says it.

use super::act::Act;
use crate::calendar::Due;
use crate::clock::UtcInstant;
use crate::escalation::{Command, Escalation, Event, Notice, Signature, TaskRun};

/// A case from its raising to its end, or to where the simulation stopped.
#[derive(Debug, Clone)]
pub struct Course {
    /// When it was raised.
    pub raised_at: UtcInstant,
    /// What happened.
    pub steps: Vec<Step>,
    /// The case as it stands; none if it could not even be begun.
    pub escalation: Option<Escalation>,
    /// Why the simulation stopped.
    pub stopped: Stopped,
    /// What was to be done and whose moment never came.
    pub unplayed: Vec<Act>,
}

/// Why a simulation stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The challenge could not be raised.
    NotRaised,
    /// The case ended, and nobody does anything more.
    Ended,
    /// The case is overdue, nobody does anything more, and people are told again and again.
    StaysOverdue,
    /// The time that was asked for is over.
    TimeIsOver,
    /// There were more steps than a simulation takes.
    TooManySteps,
}

/// One thing that happened, or was tried.
#[derive(Debug, Clone)]
pub struct Step {
    /// When.
    pub at: UtcInstant,
    /// Who did it; none for time.
    pub by: Option<Signature>,
    /// The act of the script that it is.
    pub act: Option<Act>,
    /// The command that was given; none where there was none to give.
    pub command: Option<Command>,
    /// What it made happen; empty if it was refused.
    pub events: Vec<Event>,
    /// Why it was refused, in words.
    pub refused: Option<String>,
    /// The stage afterwards; none once the case has ended.
    pub stage: Option<u32>,
    /// The clocks that run afterwards, the soonest due first.
    pub running: Vec<Running>,
    /// Who is told.
    pub told: Vec<Notice>,
}

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The key of its task.
    pub task: String,
    /// What is to be done.
    pub title: String,
    /// When it runs out.
    pub due: Due,
    /// Whether the protective deadline is what counts.
    pub is_protective: bool,
}

/// The clocks of a case that run, the soonest due first.
pub(super) fn running(escalation: &Escalation) -> Vec<Running> {
    let Some(entry) = escalation.current_entry() else { return Vec::new() };
    let of = |run: &TaskRun| {
        run.clock().map(|clock| Running {
            task: run.key.clone(),
            title: run.title.clone(),
            due: clock.due.clone(),
            is_protective: clock.is_protective,
        })
    };
    let mut running: Vec<Running> = entry.all_tasks().iter().filter_map(of).collect();
    running.sort_by_key(|it| it.due.at);
    running
}
