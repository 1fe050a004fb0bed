//! The timed tasks of a stage: each has a key of its own, and can begin and end.

use super::reading::Meaning;
use super::stages::{acts, is_capped};
use super::values::did_you_mean;
use crate::directory::Side;
use crate::policy::{
    Anchor, EndingRule, Milestone, OnDeadline, OnRefusal, RequiredField, STAGE_TASK, Stage, Task,
    TaskEnd,
};

/// So many that everything that can become of them can be looked at.
pub(super) const MOST_TASKS: usize = 8;

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (index, stage) in policy.stages.iter().enumerate() {
        let place = Place {
            stage,
            path: format!("stages[{index}]"),
            is_last: index + 1 == policy.stages.len(),
            tasks: with_own_clock(stage, is_capped(policy, index + 1)),
        };
        place.keys(meaning);
        if !stage.limits.is_empty() {
            place.starts(meaning, &format!("{}.counts_from", place.path), &stage.counts_from);
        }
        for (number, task) in stage.tasks.iter().enumerate() {
            let path = format!("{}.tasks[{number}]", place.path);
            let is_list = task.starts.iter().count() > 1;
            for (index, anchor) in task.starts.iter().enumerate() {
                let at = if is_list { format!("[{index}]") } else { String::new() };
                place.starts(meaning, &format!("{path}.starts{at}"), anchor);
            }
            if let Some(why) = place.never(task.ends) {
                let text = format!("\"{}\" never happens in this stage: {why}", task.ends);
                meaning.wrong(&format!("{path}.ends"), text);
            }
        }
        place.circles(meaning);
    }
}

/// The tasks of a stage, with its own clock also where only a cap makes one.
pub(super) fn with_own_clock(stage: &Stage, is_capped: bool) -> Vec<Task> {
    let mut tasks = stage.all_tasks();
    if is_capped && stage.limits.is_empty() {
        tasks.insert(0, stage.own_clock());
    }
    tasks
}

/// The stage that is looked at.
struct Place<'a> {
    stage: &'a Stage,
    path: String,
    is_last: bool,
    tasks: Vec<Task>,
}

impl Place<'_> {
    fn keys(&self, meaning: &mut Meaning<'_>) {
        for (number, task) in self.stage.tasks.iter().enumerate() {
            let path = format!("{}.tasks[{number}].key", self.path);
            let before = self.stage.tasks.iter().take(number);
            if self.is_taken(&task.key) {
                let text = format!("'{}' is the key of another clock: take another", task.key);
                meaning.wrong(&path, text);
            } else if before.into_iter().any(|it| it.key == task.key) {
                meaning.wrong(&path, format!("the key '{}' stands twice", task.key));
            }
        }
        if self.tasks.len() > MOST_TASKS {
            let text = format!(
                "a stage has at most {MOST_TASKS} clocks, and this one has {}: nobody could \
                 follow it. Make two stages of it",
                self.tasks.len()
            );
            meaning.wrong(&format!("{}.tasks", self.path), text);
        }
    }

    /// Whether a key stands for a clock that a shorter key makes. The stage's own is never free:
    /// a protective deadline makes it.
    fn is_taken(&self, key: &str) -> bool {
        let panel = self.stage.panel.as_ref();
        match key {
            STAGE_TASK => true,
            "acknowledge" => !self.stage.acknowledge_within.is_empty(),
            "convene" => panel.is_some_and(|panel| !panel.convene_within.is_empty()),
            "decide" => panel.is_some_and(|panel| !panel.decide_within.is_empty()),
            _ => false,
        }
    }

    /// A clock must have something that starts it.
    fn starts(&self, meaning: &mut Meaning<'_>, path: &str, anchor: &Anchor) {
        let text = match anchor {
            Anchor::StageEntered | Anchor::Raised => return,
            Anchor::DecisionReceived => {
                let require = &meaning.policy.raising.require;
                if require.contains(&RequiredField::DecisionReceivedOn) {
                    return;
                }
                "nobody has to say when the decision was received, so this clock may have no \
                 start: add \"decision_received_on\" to require in [raising]"
                    .to_owned()
            }
            Anchor::Happens(milestone) => match self.never(*milestone) {
                Some(why) => format!("\"{milestone}\" never happens in this stage: {why}"),
                None => return,
            },
            Anchor::Task(key, end) => match self.tasks.iter().find(|task| task.key == *key) {
                Some(task) => match self.never_ends_so(task, *end) {
                    Some(why) => format!("\"{anchor}\" never starts a clock: {why}"),
                    None => return,
                },
                None => {
                    let meant = did_you_mean(key, self.tasks.iter().map(|task| task.key.as_str()));
                    format!("this stage has no task '{key}'{meant}")
                }
            },
        };
        meaning.wrong(path, text);
    }

    /// Why something never happens in the stage; none if it may.
    fn never(&self, milestone: Milestone) -> Option<&'static str> {
        let receiving = acts(self.stage, Side::Receiving);
        let a_side = receiving || acts(self.stage, Side::Raising);
        match milestone {
            Milestone::Acknowledged | Milestone::Answered if !receiving => {
                Some("nobody of the receiving side acts in it")
            }
            Milestone::Refused if !receiving => Some("nobody of the receiving side acts in it"),
            Milestone::Refused if self.stage.on_refusal == OnRefusal::Escalate && !self.is_last => {
                Some("a refusal moves the case on at once")
            }
            Milestone::ProposalPut | Milestone::ProposalDeclined if !a_side => {
                Some("nobody of the two sides acts in it")
            }
            Milestone::PanelConvened if self.stage.panel.is_none() => {
                Some("it has no panel: add [stages.panel]")
            }
            Milestone::Determined
                if !self.is_last || self.stage.ending != EndingRule::Determination =>
            {
                Some("nobody determines in it")
            }
            _ => None,
        }
    }

    /// Why a task never ends in a way; none if it may.
    fn never_ends_so(&self, task: &Task, end: TaskEnd) -> Option<&'static str> {
        let never_done = task.ends.ends_the_case();
        let mut on_deadline = vec![task.on_deadline];
        if task.key == STAGE_TASK {
            on_deadline.extend(self.stage.on_silence);
        }
        let never_missed =
            !self.is_last && on_deadline.iter().all(|it| *it == OnDeadline::Escalate);
        match end {
            TaskEnd::Done if never_done => Some("the case is over when that is done"),
            TaskEnd::Missed if never_missed => Some("the case moves on when that is missed"),
            TaskEnd::Ended if never_done && never_missed => {
                Some("the case is over when that is done, and moves on when it is missed")
            }
            _ => None,
        }
    }

    /// Tasks that wait for each other never begin.
    fn circles(&self, meaning: &mut Meaning<'_>) {
        let mut may_begin: Vec<&str> = Vec::new();
        while let Some(next) = self.tasks.iter().find(|task| {
            let can = |anchor: &Anchor| match anchor {
                // A task that is not there is a mistake of its own.
                Anchor::Task(key, _) => {
                    may_begin.contains(&key.as_str())
                        || !self.tasks.iter().any(|there| there.key == *key)
                }
                _ => true,
            };
            !may_begin.contains(&task.key.as_str()) && task.starts.iter().any(can)
        }) {
            may_begin.push(&next.key);
        }
        for (number, task) in self.stage.tasks.iter().enumerate() {
            if !may_begin.contains(&task.key.as_str()) {
                let text = "it waits for what waits for it, so it never begins: let one of these \
                            tasks start with something else";
                meaning.wrong(&format!("{}.tasks[{number}].starts", self.path), text);
            }
        }
    }
}
