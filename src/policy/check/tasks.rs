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

const RESERVED: [&str; 4] = [STAGE_TASK, "acknowledge", "convene", "decide"];

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
            place.starts(meaning, &format!("{path}.starts"), &task.starts);
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
            if RESERVED.contains(&task.key.as_str()) {
                let text = format!("'{}' stands for a clock of its own: take another", task.key);
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
        let waits_for = |task: &Task| match &task.starts {
            Anchor::Task(key, _) => self.tasks.iter().position(|it| it.key == *key),
            _ => None,
        };
        for (number, task) in self.stage.tasks.iter().enumerate() {
            let mut circle = vec![task.key.as_str()];
            let mut at = waits_for(task).and_then(|index| self.tasks.get(index));
            while let Some(next) = at {
                if next.key == task.key {
                    let text = if circle.len() == 1 {
                        "it waits for itself, so it never begins".to_owned()
                    } else {
                        format!("these wait for each other, so none begins: {}", circle.join(", "))
                    };
                    meaning.wrong(&format!("{}.tasks[{number}].starts", self.path), text);
                    break;
                }
                if circle.contains(&next.key.as_str()) {
                    break;
                }
                circle.push(&next.key);
                at = waits_for(next).and_then(|index| self.tasks.get(index));
            }
        }
    }
}
