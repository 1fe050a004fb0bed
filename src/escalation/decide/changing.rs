//! What moves clocks by people's will: extensions, pauses, another urgency class, a lower stage,
//! another version of the policy, a calendar that has changed.

use super::Case;
use crate::calendar::Limit;
use crate::clock::UtcInstant;
use crate::escalation::event::{Doer, Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{EntryReason, LeavingReason, StageEntry};
use crate::escalation::state::PolicyRef;
use crate::escalation::task_run::{Clocks, Extension, Pause, TaskRun, TaskState};
use crate::escalation::text::Prose;
use crate::policy::{Anchor, Permission, STAGE_TASK};

impl Case<'_> {
    /// What the policy says of something that people may do, if they may.
    pub(super) fn permitted<'p>(
        &self,
        by: &Signature,
        permission: Option<&'p Permission>,
        what: &str,
    ) -> Result<&'p Permission, Refusal> {
        let permission = permission
            .ok_or_else(|| Refusal::not_now(format!("The policy does not provide for {what}.")))?;
        let is_theirs = |who: &crate::policy::Who| {
            self.route(who).seats.iter().any(|seat| {
                seat.person_id == Some(by.person_id)
                    || (seat.post_id.is_some() && seat.post_id == by.post_id)
            })
        };
        if permission.may.is_empty() || permission.may.iter().any(is_theirs) {
            return Ok(permission);
        }
        let whom: Vec<String> =
            permission.may.iter().map(|who| self.rules.policy.who_in_words(who)).collect();
        Err(Refusal::NotYours(format!("The policy leaves {what} to: {}.", whom.join("; "))))
    }

    fn a_reason_that_counts(&self, permission: &Permission, reason: &Prose) -> Result<(), Refusal> {
        let reasons = &permission.reasons;
        if reasons.is_empty() || reasons.iter().any(|it| it.key == reason.as_str()) {
            return Ok(());
        }
        let keys: Vec<&str> = reasons.iter().map(|it| it.key.as_str()).collect();
        Err(Refusal::field("/reason", format!("must be one of: {}", keys.join(", "))))
    }

    fn not_overdue(&self, entry: &StageEntry) -> Result<(), Refusal> {
        if entry.overdue.is_some() || (entry.pause().is_none() && entry.due.at <= self.now) {
            return Err(Refusal::not_now(
                "This is overdue already: everybody is told again each working day until it ends.",
            ));
        }
        Ok(())
    }

    /// Giving a clock more time.
    pub(super) fn extend(
        &self,
        by: &Signature,
        task: Option<String>,
        more: Limit,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let permission =
            self.permitted(by, self.rules.policy.extension.as_ref(), "an extension")?;
        self.a_reason_that_counts(permission, &reason)?;
        self.not_overdue(entry)?;
        if entry.pause().is_some() {
            return Err(Refusal::not_now("The clocks stand still. Let them go on first."));
        }
        let stay = self.stay_of(entry)?;
        let key = task.unwrap_or_else(|| STAGE_TASK.to_owned());
        let mut tasks = entry.all_tasks().into_owned();
        let given: usize =
            tasks.iter().filter_map(TaskRun::clock).map(|it| it.extensions.len()).sum();
        let times = permission.times.and_then(|times| usize::try_from(times).ok());
        if times.is_some_and(|times| given >= times) {
            return Err(Refusal::not_now("The policy gives no further extension in this stage."));
        }
        let wanted = self.tasks_for(&stay);
        let task = wanted.iter().find(|task| task.key == key).ok_or(Refusal::NotFound)?;
        let run = tasks.iter_mut().find(|run| run.key == key).ok_or(Refusal::NotFound)?;
        let clock = run.clock_mut().ok_or_else(|| Refusal::not_now("Its clock does not run."))?;
        let calendar = self.rules.calendars.partnership();
        let asked = calendar.extended(&clock.due, &more).at;
        if let Some(most) = &permission.at_most
            && asked > calendar.extended(&clock.due, most).at
        {
            return Err(Refusal::field("/by", format!("must be at most {most}")));
        }
        clock.extensions.push(Extension { by: more.clone(), at: self.now });
        *clock = self.again(&stay, task, clock)?;
        let clocks = self.settled(&stay, tasks)?;
        Ok(vec![Event::DeadlineExtended { task: key, by: more, reason, clocks }])
    }

    /// Stopping the clocks of the stage for a while.
    pub(super) fn pause(
        &self,
        by: &Signature,
        until: UtcInstant,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let permission = self.permitted(by, self.rules.policy.pause.as_ref(), "a pause")?;
        self.a_reason_that_counts(permission, &reason)?;
        self.not_overdue(entry)?;
        if entry.pause().is_some() {
            return Err(Refusal::not_now("The clocks stand still already."));
        }
        let times = permission.times.and_then(|times| usize::try_from(times).ok());
        if times.is_some_and(|times| entry.pauses.len() >= times) {
            return Err(Refusal::not_now("The policy gives no further pause in this stage."));
        }
        let calendar = self.rules.calendars.partnership();
        let latest = permission.at_most.as_ref().map(|most| calendar.due_of(self.now, most).at);
        if until <= self.now || latest.is_some_and(|latest| until > latest) {
            let latest = latest.map(|at| format!(", at most {}", calendar.say(at)));
            return Err(Refusal::field(
                "/until",
                format!("must be in the future{}", latest.as_deref().unwrap_or_default()),
            ));
        }
        if self.pending_protective().is_some_and(|deadline| until > deadline.at) {
            return Err(Refusal::field(
                "/until",
                "must not be after the protective deadline: the child must be safe by then",
            ));
        }
        let mut with = self.escalation.clone();
        let pause =
            Pause { from: self.now, until, reason: reason.clone(), by: by.clone(), ended_at: None };
        if let Some(entry) = with.stage_entries.last_mut() {
            entry.pauses.push(pause);
        }
        let case = Case { escalation: &with, ..*self };
        let clocks = case.clocks_again(case.open_entry()?)?;
        Ok(vec![Event::Paused { until, reason, clocks }])
    }

    /// Letting the clocks go on before the pause ends by itself.
    pub(super) fn resume(&self) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        match entry.pause() {
            Some(pause) => Ok(vec![self.end_pause(entry, pause)?]),
            None => Err(Refusal::not_now("The clocks run.")),
        }
    }

    /// The end of a pause: now, or when it was to end, which may lie in the past if nobody was awake.
    pub(super) fn end_pause(&self, entry: &StageEntry, pause: &Pause) -> Result<Event, Refusal> {
        let at = self.now.min(pause.until);
        let mut with = self.escalation.clone();
        let entry_number = entry.number;
        if let Some(pause) = with
            .stage_entries
            .iter_mut()
            .find(|entry| entry.number == entry_number)
            .and_then(|entry| entry.pauses.last_mut())
        {
            pause.ended_at = Some(at);
        }
        let case = Case { escalation: &with, now: at, ..*self };
        let clocks = case.clocks_again(case.open_entry()?)?;
        Ok(Event::PauseEnded { at, clocks })
    }

    /// Putting the case in another urgency class. A more urgent one restarts the clocks to its
    /// limit at once, never later than they were; a less urgent one counts from where they started.
    pub(super) fn change_urgency(
        &self,
        class: String,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let policy = self.rules.policy;
        let (Some(new), Some(old)) =
            (policy.urgency(&class), policy.urgency(self.escalation.urgency_class()))
        else {
            let classes = policy.urgency_classes.join(", ");
            return Err(Refusal::field("/urgency_class", format!("must be one of: {classes}")));
        };
        if new == old {
            return Err(Refusal::not_now("The case is in this class already."));
        }
        if entry.pause().is_some() {
            return Err(Refusal::not_now("The clocks stand still. Let them go on first."));
        }
        let doer = Event::UrgencyChanged {
            urgency_class: class.clone(),
            reason: reason.clone(),
            clocks: Clocks {
                due: entry.due.clone(),
                is_protective: entry.is_protective,
                tasks: entry.tasks.clone(),
            },
        };
        let with = self.escalation.clone().apply(&doer, &Doer::Time, self.now);
        let case = Case { escalation: &with, ..*self };
        let clocks = if new > old {
            case.clocks_restarted(case.open_entry()?)?
        } else {
            self.not_overdue(entry)?;
            case.clocks_again(case.open_entry()?)?
        };
        Ok(vec![Event::UrgencyChanged { urgency_class: class, reason, clocks }])
    }

    /// The running clocks of a stay counted from now by the class that the case is in now, where
    /// that is sooner.
    fn clocks_restarted(&self, entry: &StageEntry) -> Result<Clocks, Refusal> {
        let stay = self.stay_of(entry)?;
        let wanted = self.tasks_for(&stay);
        let mut tasks = entry.all_tasks().into_owned();
        for run in &mut tasks {
            let Some(task) = wanted.iter().find(|task| task.key == run.key) else { continue };
            if let Some(clock) = run.clock_mut() {
                let restarted = self.clock(&stay, task, self.now, Vec::new())?;
                if restarted.due.at < clock.due.at {
                    *clock = restarted;
                }
            }
        }
        if entry.overdue.is_some() && tasks.iter().all(|run| run.clock().is_none()) {
            let (due, is_protective) = (entry.due.clone(), entry.is_protective);
            return Ok(Clocks { due, is_protective, tasks: entry.tasks.clone() });
        }
        self.settled(&stay, tasks)
    }

    /// Taking the case back to a lower stage: a new round begins there.
    pub(super) fn step_down(
        &self,
        by: &Signature,
        to_stage: u32,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let permission =
            self.permitted(by, self.rules.policy.step_down.as_ref(), "stepping down")?;
        self.a_reason_that_counts(permission, &reason)?;
        let entries = &self.escalation.stage_entries;
        let downs = entries.iter().filter(|entry| entry.why == EntryReason::SteppedDown).count();
        let times = permission.times.and_then(|times| usize::try_from(times).ok());
        if times.is_some_and(|times| downs >= times) {
            return Err(Refusal::not_now("The policy lets a case step down no more often."));
        }
        if to_stage < 1 || to_stage >= entry.stage {
            return Err(Refusal::field(
                "/to_stage",
                format!("must be below the current stage {}", entry.stage),
            ));
        }
        let round = entry.round.saturating_add(1);
        let entered = self.enter_stage(to_stage, round, EntryReason::SteppedDown, Some(reason))?;
        Ok(vec![self.left(entry, LeavingReason::SteppedDown), entered])
    }

    /// Moving the case to another version of its policy. `self` goes by that version already.
    pub(super) fn move_policy(
        &self,
        policy: PolicyRef,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        if policy == self.escalation.policy {
            return Err(Refusal::not_now("The case keeps this version already."));
        }
        if policy.key != self.escalation.policy.key {
            return Err(Refusal::field(
                "/version",
                format!("must be a version of the policy '{}'", self.escalation.policy.key),
            ));
        }
        if entry.pause().is_some() {
            return Err(Refusal::not_now("The clocks stand still. Let them go on first."));
        }
        let stay = self.stay_of(entry).map_err(|_no_such_stage: Refusal| {
            Refusal::field(
                "/version",
                format!("has no {} {}, where the case is", self.rules.policy.label, entry.stage),
            )
        })?;
        let title = stay.stage.title.clone();
        let old = entry.all_tasks();
        let mut tasks = Vec::new();
        for task in self.tasks_for(&stay) {
            let was = old.iter().find(|run| run.key == task.key);
            let state = match was.map(|run| &run.state) {
                Some(TaskState::Running(clock)) => {
                    TaskState::Running(self.again(&stay, &task, clock)?)
                }
                Some(state) => state.clone(),
                None if task.starts.iter().any(|it| *it == Anchor::StageEntered) => {
                    TaskState::Running(self.clock(&stay, &task, self.now, Vec::new())?)
                }
                None => TaskState::Waiting,
            };
            tasks.push(self.task_run(&stay, &task, state));
        }
        let clocks = if entry.overdue.is_some() && tasks.iter().all(|run| run.clock().is_none()) {
            let (due, is_protective) = (entry.due.clone(), entry.is_protective);
            Clocks { due, is_protective, tasks }
        } else {
            self.settled(&stay, tasks)?
        };
        Ok(vec![Event::PolicyMoved { policy, reason, title, clocks }])
    }

    /// Working the clocks out again by the calendar as it is now: an explicit act, since a holiday
    /// that becomes known later moves no deadline by itself. Nothing happens where nothing moves.
    pub(super) fn recount(&self, reason: Prose) -> Result<Vec<Event>, Refusal> {
        let Some(entry) = self.escalation.current_entry() else { return Ok(Vec::new()) };
        if entry.overdue.is_some() || entry.due.at <= self.now {
            return Ok(Vec::new());
        }
        let clocks = self.clocks_again(entry)?;
        if clocks.due.at == entry.due.at && clocks.tasks == entry.tasks {
            return Ok(Vec::new());
        }
        Ok(vec![Event::DeadlinesRecounted { reason, clocks }])
    }
}
