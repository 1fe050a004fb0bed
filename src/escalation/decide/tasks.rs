//! Tasks of a stage: what ends one, and what that starts.

use super::Case;
use crate::directory::Side;
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::StageEntry;
use crate::escalation::state::Stance;
use crate::escalation::task_run::TaskState;
use crate::escalation::text::Prose;
use crate::policy::{Anchor, Milestone, TaskEnd};

/// Something that ends tasks or starts their clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Happening {
    Milestone(Milestone),
    Task(String, TaskEnd),
    Ticked(String),
}

impl Case<'_> {
    /// What follows from events for the tasks of the stage where the case still is: those that
    /// were done with them, and those whose clocks start. `self` is the case after the events.
    pub(super) fn follow(
        &self,
        events: &[Event],
        by: Option<&Signature>,
    ) -> Result<Vec<Event>, Refusal> {
        let Some(entry) = self.escalation.current_entry() else { return Ok(Vec::new()) };
        if events.iter().any(|event| matches!(event, Event::StageEntered { .. })) {
            return Ok(Vec::new());
        }
        let mut queue: Vec<Happening> =
            events.iter().flat_map(|event| self.happenings(event, entry, by)).collect();
        let stay = self.stay_of(entry)?;
        let wanted = self.tasks_for(&stay);
        let mut runs = entry.all_tasks().into_owned();
        let (mut done, mut started) = (Vec::new(), Vec::new());
        let mut next = 0;
        while let Some(happening) = queue.get(next).cloned() {
            next += 1;
            for run in &mut runs {
                let Some(task) = wanted.iter().find(|task| task.key == run.key) else { continue };
                let ends = match &happening {
                    Happening::Milestone(milestone) => task.ends == *milestone,
                    Happening::Ticked(key) => run.key == *key,
                    Happening::Task(..) => false,
                };
                let due_at = match &run.state {
                    TaskState::Running(clock) => Some(clock.due.at),
                    TaskState::Missed { due_at, .. } => Some(*due_at),
                    TaskState::Waiting | TaskState::Done { .. } => None,
                };
                if ends && due_at.is_some() {
                    run.state = TaskState::Done { at: self.now, due_at };
                    done.push(run.key.clone());
                    queue.push(Happening::Task(run.key.clone(), TaskEnd::Done));
                } else if run.state == TaskState::Waiting
                    && task.starts.iter().any(|anchor| starts(anchor, &happening))
                {
                    run.state =
                        TaskState::Running(self.clock(&stay, task, self.now, Vec::new())?);
                    started.push(run.key.clone());
                }
            }
        }
        let left_alone = done.is_empty() && started.is_empty();
        let has_clock = runs.iter().any(|run| run.clock().is_some());
        if left_alone && (has_clock || entry.overdue.is_some()) {
            return Ok(Vec::new());
        }
        let is_missed = |key: &String| {
            let was = entry.tasks.iter().find(|run| run.key == *key);
            was.is_some_and(|run| matches!(run.state, TaskState::Missed { .. }))
        };
        let settles_overdue = entry.overdue.is_some() && has_clock && done.iter().any(is_missed);
        let clocks = if has_clock || entry.overdue.is_none() {
            self.settled(&stay, runs)?
        } else {
            let (due, is_protective) = (entry.due.clone(), entry.is_protective);
            crate::escalation::task_run::Clocks { due, is_protective, tasks: runs }
        };
        Ok(vec![Event::TasksMoved { entry: entry.number, done, started, clocks, settles_overdue }])
    }

    /// What an event means to the tasks of a stay.
    fn happenings(
        &self,
        event: &Event,
        entry: &StageEntry,
        by: Option<&Signature>,
    ) -> Vec<Happening> {
        use Milestone as M;
        let receiving = by.is_some_and(|by| by.side == Side::Receiving);
        let mut all = match event {
            Event::Acknowledged { .. } => vec![M::Acknowledged],
            Event::Responded { stance: Stance::Refuses, .. } => vec![M::Answered, M::Refused],
            Event::Responded { .. } => vec![M::Answered],
            Event::PositionStated { .. } => {
                let stated = |side: Side| {
                    let of = |it: &&crate::escalation::Position| {
                        it.stage_entry == entry.number && it.by.side == side
                    };
                    self.escalation.positions.iter().any(|it| of(&it))
                };
                if stated(Side::Raising) && stated(Side::Receiving) {
                    vec![M::PositionsStated]
                } else {
                    Vec::new()
                }
            }
            Event::Proposed { .. } => vec![M::ProposalPut],
            Event::ProposalDeclined { .. } => vec![M::ProposalDeclined],
            Event::DiscussionRecorded { .. } => vec![M::DiscussionHeld],
            Event::MeetingArranged { .. } => vec![M::MeetingArranged],
            Event::MeetingRecorded { .. } => vec![M::MeetingHeld],
            Event::PanelConvened { .. } => vec![M::PanelConvened],
            _ => Vec::new(),
        };
        let answers = matches!(event, Event::PositionStated { .. } | Event::Proposed { .. });
        if answers && receiving {
            all.push(M::Answered);
        }
        let mut all: Vec<Happening> = all.into_iter().map(Happening::Milestone).collect();
        match event {
            Event::TaskTicked { task, .. } => all.push(Happening::Ticked(task.clone())),
            Event::DeadlinePassed { task: Some(key), .. } => {
                all.push(Happening::Task(key.clone(), TaskEnd::Missed));
            }
            Event::DeadlinePassed { task: None, .. } => {
                let key = crate::policy::STAGE_TASK.to_owned();
                all.push(Happening::Task(key, TaskEnd::Missed));
            }
            _ => {}
        }
        all
    }

    /// Ticking a task off, by whoever has to do it.
    pub(super) fn tick_task(
        &self,
        by: &Signature,
        key: String,
        note: Option<Prose>,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let stay = self.stay_of(entry)?;
        let run = entry.tasks.iter().find(|run| run.key == key).ok_or(Refusal::NotFound)?;
        let task = self.tasks_for(&stay).into_iter().find(|task| task.key == key);
        let ends = task.map(|task| task.ends).ok_or(Refusal::NotFound)?;
        if ends != Milestone::TickedOff {
            return Err(Refusal::not_now(format!(
                "This is not ticked off: it is done when this happens: {ends}."
            )));
        }
        match run.state {
            TaskState::Running(_) | TaskState::Missed { .. } => {}
            TaskState::Waiting => return Err(Refusal::not_now("This task has not begun yet.")),
            TaskState::Done { .. } => return Err(Refusal::not_now("This was done already.")),
        }
        let is_theirs = run.acting.is_empty()
            || run.acting.iter().any(|seat| {
                seat.person_id == Some(by.person_id)
                    || (seat.post_id.is_some() && seat.post_id == by.post_id)
            });
        if !is_theirs && by.side != Side::Partnership {
            let names: Vec<&str> = run.acting.iter().map(|seat| seat.name.as_str()).collect();
            return Err(Refusal::NotYours(format!("{} does this.", names.join(" or "))));
        }
        Ok(vec![Event::TaskTicked { task: key, note }])
    }
}

fn starts(anchor: &Anchor, happening: &Happening) -> bool {
    match (anchor, happening) {
        (Anchor::Happens(wanted), Happening::Milestone(it)) => wanted == it,
        (Anchor::Task(wanted, end), Happening::Task(key, how)) => {
            wanted == key && (*end == TaskEnd::Ended || end == how)
        }
        _ => false,
    }
}
