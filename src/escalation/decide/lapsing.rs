//! What time does: clocks that run out, reminders, people told again, the end of a pause.

use super::Case;
use crate::clock::UtcInstant;
use crate::escalation::event::Event;
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{Answer, EntryReason, LeavingReason, Overdue, StageEntry};
use crate::escalation::task_run::{Clock, TaskRun};
use crate::policy::{OnDeadline, STAGE_TASK};

impl Case<'_> {
    /// What is due now. One step at a time, and one stage: the next one's clock starts with this
    /// moment, so its people have their whole time however late this is.
    pub(super) fn lapse(&self) -> Result<Vec<Event>, Refusal> {
        let Some(entry) = self.escalation.current_entry() else {
            return Ok(Vec::new());
        };
        if entry.next_act_at() > self.now {
            return Ok(Vec::new());
        }
        if let Some(pause) = entry.pause() {
            return Ok(vec![self.end_pause(entry, pause)?]);
        }
        let tasks = entry.all_tasks();
        let ran_out = |run: &&TaskRun| run.clock().is_some_and(|it| it.due.at <= self.now);
        let at = |run: &&TaskRun| run.clock().map(|clock| clock.due.at);
        if let Some(run) = tasks.iter().filter(ran_out).min_by_key(at)
            && let Some(clock) = run.clock()
        {
            return self.deadline_passed(entry, &run.key, clock);
        }
        if let Some(overdue) = &entry.overdue
            && overdue.tell_again_at <= self.now
        {
            let times = overdue.told_again_times.saturating_add(1);
            let tell_again_at = self.tell_again_at(entry);
            return Ok(vec![Event::OverdueToldAgain { entry: entry.number, times, tell_again_at }]);
        }
        self.reminders(entry, tasks.into_owned())
    }

    /// The reminders and the warning that are due, all at once.
    fn reminders(
        &self,
        entry: &StageEntry,
        mut tasks: Vec<TaskRun>,
    ) -> Result<Vec<Event>, Refusal> {
        let (mut reminded, mut warned) = (Vec::new(), false);
        for run in &mut tasks {
            let Some(clock) = run.clock_mut() else { continue };
            let before = clock.reminders.len();
            clock.reminders.retain(|at| *at > self.now);
            if clock.reminders.len() < before {
                reminded.push(run.key.clone());
            }
        }
        for clock in tasks.iter_mut().filter_map(TaskRun::clock_mut) {
            if reminded.is_empty() && clock.warn_at.is_some_and(|at| at <= self.now) {
                clock.warn_at = None;
                warned = true;
            }
        }
        let clocks = self.settled(&self.stay_of(entry)?, tasks)?;
        let entry = entry.number;
        Ok(if !reminded.is_empty() {
            vec![Event::Reminded { entry, tasks: reminded, clocks }]
        } else if warned {
            vec![Event::OtherSideWarned { entry, clocks }]
        } else {
            Vec::new()
        })
    }

    fn deadline_passed(
        &self,
        entry: &StageEntry,
        key: &str,
        clock: &Clock,
    ) -> Result<Vec<Event>, Refusal> {
        let stage = self.stage(entry.stage)?;
        let answer = self.escalation.answer_by(entry.number, clock.due.at);
        let is_own = key == STAGE_TASK;
        let on_deadline = match stage.on_silence.filter(|_| answer == Answer::Silence) {
            Some(on_silence) if is_own => on_silence,
            _ if is_own => stage.on_deadline,
            _ => self.rules.policy.task(stage, key).map_or(OnDeadline::Inform, |it| it.on_deadline),
        };
        // What protects the child is never only told: it moves the case.
        let on_deadline = match on_deadline {
            OnDeadline::Inform if clock.is_protective => OnDeadline::Escalate,
            other => other,
        };
        let next = self.next_stage(entry).filter(|_| on_deadline == OnDeadline::Escalate);
        let stays = on_deadline != OnDeadline::Inform && next.is_none();
        let mut events = vec![Event::DeadlinePassed {
            entry: entry.number,
            stage: entry.stage,
            due_at: clock.due.at,
            late_seconds: self.now.since(clock.due.at).num_seconds(),
            answer,
            tell_again_at: stays.then(|| self.tell_again_at(entry)),
            task: (!is_own).then(|| key.to_owned()),
        }];
        if let Some(next) = next {
            events.push(self.left(entry, LeavingReason::DeadlinePassed));
            events.push(self.enter_stage(next, entry.round, EntryReason::DeadlinePassed, None)?);
        }
        Ok(events)
    }

    /// When people are told again of what is overdue: each working day, and sooner while nobody has
    /// taken notice of it, where the policy says so.
    fn tell_again_at(&self, entry: &StageEntry) -> UtcInstant {
        let calendar = self.rules.calendars.partnership();
        let rules = &self.rules.policy.overdue;
        let daily = calendar.next_working_day_at(self.now, rules.again_each_working_day_at);
        let noticed = entry.overdue.as_ref().is_some_and(|it| self.noticed_since(entry, it));
        match rules.until_acknowledged_every {
            Some(every) if !noticed => calendar.due(self.now, every).at.min(daily),
            _ => daily,
        }
    }

    /// Whether anybody has done anything about a stay since it was overdue.
    pub(super) fn noticed_since(&self, entry: &StageEntry, overdue: &Overdue) -> bool {
        let it = self.escalation;
        let since =
            |number: u32, at: UtcInstant| number == entry.number && at >= overdue.recorded_at;
        it.acknowledgements.iter().any(|a| since(a.stage_entry, a.at))
            || it.positions.iter().any(|p| since(p.stage_entry, p.at))
            || it.responses.iter().any(|r| since(r.stage_entry, r.at))
            || it.proposals.iter().any(|p| since(p.stage_entry, p.at))
    }
}
