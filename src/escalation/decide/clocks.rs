//! When clocks run out: from the policy's limits, the pauses and extensions, the caps over several
//! stages and the protective deadline, to one instant with its sum in words.

use super::Case;
use crate::calendar::{Allowance, Calendar, Due, Interval};
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::challenge::ProtectiveDeadline;
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{LeavingReason, StageEntry};
use crate::escalation::task_run::{Clock, Clocks, Extension, TaskRun, TaskState};
use crate::policy::{
    Anchor, Cap, Condition, Limits, OnDeadline, Reminder, STAGE_TASK, Stage, Task,
};

/// Where a stay stands while its clocks are worked out.
pub(super) struct Stay<'a> {
    /// The stage.
    pub(super) stage: &'a Stage,
    /// Its number, counted from 1.
    pub(super) number: u32,
    /// When it was entered.
    pub(super) entered_at: UtcInstant,
    /// The round.
    pub(super) round: u32,
    /// When the clocks of the stay stood still.
    pub(super) paused: Vec<Interval>,
}

impl Case<'_> {
    pub(super) fn stay_of<'s>(&'s self, entry: &StageEntry) -> Result<Stay<'s>, Refusal> {
        Ok(Stay {
            stage: self.stage(entry.stage)?,
            number: entry.stage,
            entered_at: entry.entered_at,
            round: entry.round,
            paused: entry.paused(),
        })
    }

    /// The clocks of a stay that begins now.
    pub(super) fn clocks_at_entry(&self, stay: &Stay<'_>) -> Result<Clocks, Refusal> {
        let mut runs = Vec::new();
        for task in self.tasks_for(stay) {
            let state = match task.starts.iter().find_map(|it| self.known_anchor(it, stay)) {
                Some(from) => TaskState::Running(self.clock(stay, &task, from, Vec::new())?),
                None => TaskState::Waiting,
            };
            runs.push(self.task_run(stay, &task, state));
        }
        self.settled(stay, runs)
    }

    /// The tasks of a stage that are for this case. Its own clock is among them also where only a
    /// cap or a protective deadline makes one.
    pub(super) fn tasks_for(&self, stay: &Stay<'_>) -> Vec<Task> {
        let mut tasks = stay.stage.all_tasks();
        tasks.retain(|task| self.holds(&task.when));
        let bounded = self.pending_protective().is_some() || self.cap_over(stay).is_some();
        if bounded && !tasks.iter().any(|task| task.key == STAGE_TASK) {
            tasks.insert(0, stay.stage.own_clock());
        }
        tasks
    }

    pub(super) fn task_run(&self, stay: &Stay<'_>, task: &Task, state: TaskState) -> TaskRun {
        let is_named = !task.who.is_empty() && task.who != stay.stage.act;
        let acting = if is_named { self.route_all(&task.who).seats } else { Vec::new() };
        TaskRun { key: task.key.clone(), title: task.title.clone(), acting, state }
    }

    /// Whether something is for this case.
    pub(super) fn holds(&self, when: &Condition) -> bool {
        if when.is_for_every_case() {
            return true;
        }
        let Some(challenge) = self.escalation.challenge() else { return false };
        let is_in = |list: &[String], it: &String| list.is_empty() || list.contains(it);
        let directory = self.rules.directory;
        let raising = directory.sector_of(self.escalation.raising.agency_id);
        let receiving = directory.sector_of(challenge.receiving.agency_id);
        is_in(&when.urgency_class, &challenge.urgency_class)
            && is_in(&when.area_of_disagreement, &challenge.area_of_disagreement)
            && (when.raising_sector.is_empty()
                || raising.is_some_and(|it| when.raising_sector.contains(&it)))
            && (when.receiving_sector.is_empty()
                || receiving.is_some_and(|it| when.receiving_sector.contains(&it)))
    }

    /// The instant of an anchor that is known when a stage begins.
    fn known_anchor(&self, anchor: &Anchor, stay: &Stay<'_>) -> Option<UtcInstant> {
        match anchor {
            Anchor::StageEntered => Some(stay.entered_at),
            Anchor::Raised => self.escalation.raised_at.or(Some(stay.entered_at)),
            Anchor::DecisionReceived => {
                Some(self.decision_received_at().unwrap_or(stay.entered_at))
            }
            Anchor::Happens(_) | Anchor::Task(..) => None,
        }
    }

    /// The end of the day on which the decision was received: the day is all that is known of it.
    pub(super) fn decision_received_at(&self) -> Option<UtcInstant> {
        let day = self.escalation.challenge()?.decision_received_on?;
        let calendar = self.rules.calendars.partnership();
        Some(calendar.instant_of(day.and_time(calendar.rules().day_ends)))
    }

    /// A task's clock that counts from an instant.
    pub(super) fn clock(
        &self,
        stay: &Stay<'_>,
        task: &Task,
        from: UtcInstant,
        extensions: Vec<Extension>,
    ) -> Result<Clock, Refusal> {
        let calendar = self.calendar_of(task.hours_of.or(stay.stage.hours_of));
        let told_at = from.max(stay.entered_at);
        let by_policy = self.by_policy(calendar, &task.limits, from, told_at, &stay.paused);
        let mut due = by_policy.map(|due| {
            let extended =
                extensions.iter().fold(due, |due, more| calendar.extended(&due, &more.by));
            not_before_told(calendar, extended, self.now)
        });
        let mut is_protective = false;
        if task.key == STAGE_TASK {
            if let Some((_, cap)) = self.cap_over(stay)
                && due.as_ref().is_none_or(|due| cap.at < due.at)
            {
                due = Some(cap);
            }
            if let Some(protective) = self.pending_protective()
                && due.as_ref().is_none_or(|due| protective.at < due.at)
            {
                due = Some(self.protective_due(protective, due.as_ref()));
                is_protective = true;
            }
        }
        let due = due.ok_or_else(|| Refusal::not_now("The policy gives this stage no limit."))?;
        Ok(self.with_reminders(
            stay,
            task,
            calendar,
            Clock { from, due, is_protective, reminders: Vec::new(), warn_at: None, extensions },
        ))
    }

    /// The same clock worked out again, by what holds now.
    pub(super) fn again(
        &self,
        stay: &Stay<'_>,
        task: &Task,
        clock: &Clock,
    ) -> Result<Clock, Refusal> {
        self.clock(stay, task, clock.from, clock.extensions.clone())
    }

    /// When the shortest of the policy's limits runs out. A protective deadline that has passed
    /// cannot be met any more: from then on the policy's shorter limits count as well.
    fn by_policy(
        &self,
        calendar: &Calendar,
        limits: &Limits,
        from: UtcInstant,
        told_at: UtcInstant,
        paused: &[Interval],
    ) -> Option<Due> {
        let policy = self.rules.policy;
        let after_passed = policy.urgency_after_protective_deadline.as_deref();
        let classes = [
            Some(self.escalation.urgency_class()),
            after_passed.filter(|_| self.protective_ran_out()),
        ];
        // What stood still before this clock started is nothing to it.
        let while_it_ran = |it: &Interval| Interval { from: it.from.max(from), to: it.to };
        let paused: Vec<Interval> =
            paused.iter().filter(|it| it.to > from).map(while_it_ran).collect();
        let mut dues: Vec<(Due, String)> = classes
            .into_iter()
            .flatten()
            .flat_map(|class| policy.limits(limits, class))
            .map(|limit| {
                let due = not_before_told(calendar, calendar.due_of(from, limit), told_at);
                (calendar.shifted(&due, limit, &paused), limit.to_string())
            })
            .collect();
        dues.sort_by_key(|(due, _)| due.at);
        let mut dues = dues.into_iter();
        let (mut due, words) = dues.next()?;
        if let Some((_, longer)) =
            dues.find(|(other, longer)| other.at > due.at && *longer != words)
        {
            due.derivation.push_str(&format!(", which is sooner than {longer}"));
        }
        Some(due)
    }

    /// Whether a protective deadline has passed. Once one has, a later one does not bring the longer
    /// limit back.
    fn protective_ran_out(&self) -> bool {
        let ran_out = |entry: &StageEntry| {
            let left = entry.left.as_ref().map(|left| left.why);
            entry.is_protective && left == Some(LeavingReason::DeadlinePassed)
        };
        let protective = self.escalation.protective_deadline.as_ref();
        self.escalation.protective_deadline_passed
            || protective.is_some_and(|deadline| deadline.at <= self.now)
            || self.escalation.stage_entries.iter().any(ran_out)
    }

    /// The protective deadline that still lies ahead.
    pub(super) fn pending_protective(&self) -> Option<&ProtectiveDeadline> {
        self.escalation.protective_deadline.as_ref().filter(|deadline| deadline.at > self.now)
    }

    fn protective_due(&self, deadline: &ProtectiveDeadline, by_policy: Option<&Due>) -> Due {
        let said = self.rules.calendars.partnership().say(deadline.at);
        let derivation = match by_policy {
            Some(due) => {
                format!("the protective deadline, {said}, which is sooner than {}", due.derivation)
            }
            None => format!("the protective deadline, {said}"),
        };
        Due { at: deadline.at, derivation }
    }

    /// The cap over several stages that runs out first over this one, and when. One that has run
    /// out already no longer counts.
    pub(super) fn cap_over(&self, stay: &Stay<'_>) -> Option<(&Cap, Due)> {
        let spans = |cap: &&Cap| (cap.from_stage..=cap.to_stage).contains(&stay.number);
        let calendar = self.rules.calendars.partnership();
        let dues = self.rules.policy.caps.iter().filter(spans).filter_map(|cap| {
            let entries = self.escalation.stage_entries.iter().filter(|entry| {
                entry.round == stay.round && (cap.from_stage..=cap.to_stage).contains(&entry.stage)
            });
            let from = entries.clone().map(|entry| entry.entered_at).min();
            let from = from.map_or(stay.entered_at, |from| from.min(stay.entered_at));
            let mut paused: Vec<Interval> = entries.flat_map(StageEntry::paused).collect();
            paused.extend(stay.paused.iter().copied());
            let mut due = self.by_policy(calendar, &cap.limits, from, from, &paused)?;
            due.derivation = format!(
                "{}s {} to {} together: {}",
                self.rules.policy.label, cap.from_stage, cap.to_stage, due.derivation
            );
            Some((cap, due))
        });
        dues.filter(|(_, due)| due.at > self.now).min_by_key(|(_, due)| due.at)
    }

    /// The calendar of the agency on a side; the partnership's for none.
    fn calendar_of(&self, side: Option<Side>) -> &Calendar {
        let agency_id = match side {
            Some(Side::Raising) => Some(self.escalation.raising.agency_id),
            Some(Side::Receiving) => self.escalation.challenge().map(|it| it.receiving.agency_id),
            Some(Side::Partnership) | None => None,
        };
        let sector = agency_id.and_then(|id| self.rules.directory.sector_of(id));
        self.rules.calendars.of(sector)
    }

    fn with_reminders(
        &self,
        stay: &Stay<'_>,
        task: &Task,
        calendar: &Calendar,
        mut clock: Clock,
    ) -> Clock {
        let class = self.escalation.urgency_class();
        let limit = self.rules.policy.limits(&task.limits, class).first();
        let at = |reminder: &Reminder| match (reminder, limit) {
            (Reminder::Before(allowance), _) => calendar.before(clock.due.at, *allowance),
            (Reminder::Share(percent), Some(limit)) => {
                calendar.share(clock.from, clock.due.at, limit, *percent)
            }
            (Reminder::Share(percent), None) => {
                let limit = Allowance::Elapsed { seconds: 1 }.into();
                calendar.share(clock.from, clock.due.at, &limit, *percent)
            }
        };
        let ahead = |at: &UtcInstant| *at > self.now && *at < clock.due.at;
        let mut reminders: Vec<UtcInstant> = task.reminders.iter().map(at).filter(ahead).collect();
        reminders.sort_unstable();
        reminders.dedup();
        let warns = stay.stage.warn_other_side.as_ref().filter(|_| task.key == STAGE_TASK);
        let warn_at = warns.map(at).filter(ahead);
        clock.reminders = reminders;
        clock.warn_at = warn_at;
        clock
    }

    /// The clocks of a stay, with what is due next. A stay always has a clock: where every task is
    /// done and nothing is agreed, the stage's own runs until the end of the next working day.
    pub(super) fn settled(
        &self,
        stay: &Stay<'_>,
        mut tasks: Vec<TaskRun>,
    ) -> Result<Clocks, Refusal> {
        if tasks.iter().all(|task| task.clock().is_none()) {
            let calendar = self.calendar_of(stay.stage.hours_of);
            let mut due = calendar.due(self.now, Allowance::WorkingDays(1));
            due.derivation = format!("nothing else is left to wait for: {}", due.derivation);
            let own = stay.stage.own_clock();
            tasks.retain(|task| task.key != STAGE_TASK);
            let clock = Clock {
                from: self.now,
                due,
                is_protective: false,
                reminders: Vec::new(),
                warn_at: None,
                extensions: Vec::new(),
            };
            tasks.insert(0, self.task_run(stay, &own, TaskState::Running(clock)));
        }
        let next = tasks.iter().filter_map(TaskRun::clock).min_by_key(|clock| clock.due.at);
        let next = next.ok_or_else(|| Refusal::not_now("The policy gives this stage no limit."))?;
        let (due, is_protective) = (next.due.clone(), next.is_protective);
        if is_plain(&tasks, stay) {
            tasks.clear();
        }
        Ok(Clocks { due, is_protective, tasks })
    }

    /// The clocks of the stay where the case is, each that runs worked out again.
    pub(super) fn clocks_again(&self, entry: &StageEntry) -> Result<Clocks, Refusal> {
        let stay = self.stay_of(entry)?;
        let mut tasks = entry.all_tasks().into_owned();
        let wanted = self.tasks_for(&stay);
        for run in &mut tasks {
            let Some(task) = wanted.iter().find(|task| task.key == run.key) else { continue };
            if let Some(clock) = run.clock_mut() {
                *clock = self.again(&stay, task, clock)?;
            }
        }
        if let Some(own) = wanted.iter().find(|task| task.key == STAGE_TASK)
            && !tasks.iter().any(|run| run.key == STAGE_TASK)
        {
            let from = own.starts.iter().find_map(|it| self.known_anchor(it, &stay));
            let from = from.unwrap_or(self.now);
            let state = TaskState::Running(self.clock(&stay, own, from, Vec::new())?);
            tasks.insert(0, self.task_run(&stay, own, state));
        }
        self.settled(&stay, tasks)
    }
}

/// Whether a stay has nothing but its stage's own clock, just as it was entered.
fn is_plain(tasks: &[TaskRun], stay: &Stay<'_>) -> bool {
    let [only] = tasks else { return false };
    let informs = Some(OnDeadline::Inform);
    only.key == STAGE_TASK
        && Some(stay.stage.on_deadline) != informs
        && stay.stage.on_silence != informs
        && only.clock().is_some_and(|clock| {
            clock.from == stay.entered_at
                && clock.reminders.is_empty()
                && clock.warn_at.is_none()
                && clock.extensions.is_empty()
        })
}

/// A clock that had run out before its people were told of it gives them until the end of the next
/// working day from then: nobody is late before they could be in time.
fn not_before_told(calendar: &Calendar, due: Due, told_at: UtcInstant) -> Due {
    if due.at > told_at {
        return due;
    }
    let next = calendar.due(told_at, Allowance::WorkingDays(1));
    Due {
        at: next.at,
        derivation: format!(
            "{}, which had passed before anybody was told; so {}",
            due.derivation, next.derivation
        ),
    }
}
