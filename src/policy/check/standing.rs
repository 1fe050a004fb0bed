//! A stage always has a clock. Everything that can become of its tasks is looked at: where all of
//! them have ended, the case must have moved, ended or be overdue, so that somebody is told.

use super::ladder::{Kinds, holds};
use super::reading::Meaning;
use super::stages::is_capped;
use super::tasks::{MOST_TASKS, with_own_clock};
use crate::policy::{Anchor, OnDeadline, Stage, Task, TaskEnd};
use std::collections::BTreeSet;

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (index, stage) in policy.stages.iter().enumerate() {
        let tasks = with_own_clock(stage, is_capped(policy, index + 1));
        if tasks.is_empty() || tasks.len() > MOST_TASKS {
            continue; // said already
        }
        let conditions = tasks.iter().map(|task| &task.when);
        let kinds = Kinds::of(policy, conditions);
        let subsets: BTreeSet<Vec<bool>> = kinds
            .all()
            .map(|kind| tasks.iter().map(|task| holds(&task.when, &kind)).collect())
            .collect();
        let stuck = subsets.into_iter().filter_map(|present| {
            let mut these = tasks.iter().zip(&present).filter(|(_, there)| **there);
            let for_all = present.iter().all(|there| *there);
            let tasks: Vec<&Task> = these.by_ref().map(|(task, _)| task).collect();
            standstill(stage, &tasks).map(|how| (how, for_all))
        });
        if let Some((how, for_all)) = stuck.min_by_key(|(how, _)| how.len()) {
            let whom = if for_all { "" } else { " in a case that not every task is for" };
            let text = format!(
                "{}{whom} no clock runs and nothing is overdue, so nobody would be told: give the \
                 stage limits, or let a task begin then whose on_deadline is \"escalate\" or \
                 \"notify\" and whose end is the end of the case",
                in_words(&how)
            );
            meaning.wrong(&format!("stages[{index}]"), text);
        }
    }
}

/// A task by its key, and whether it was done in time.
type Ended = Vec<(String, bool)>;

/// How the clocks of a stage may all stop while the case stays where it is; none if they cannot.
fn standstill(stage: &Stage, tasks: &[&Task]) -> Option<Ended> {
    let combinations = 0..1_u32 << tasks.len();
    combinations
        .filter_map(|done| stands_still(stage, tasks, &|index| done & (1 << index) != 0))
        .min_by_key(Vec::len)
}

/// The tasks that ended, where with them everything stands still.
fn stands_still(stage: &Stage, tasks: &[&Task], is_done: &dyn Fn(usize) -> bool) -> Option<Ended> {
    let mut ended: Vec<usize> = Vec::new();
    loop {
        let happens = |anchor: &Anchor| match anchor {
            Anchor::StageEntered | Anchor::Raised | Anchor::DecisionReceived => true,
            Anchor::Happens(milestone) => ended
                .iter()
                .any(|it| is_done(*it) && tasks.get(*it).is_some_and(|it| it.ends == *milestone)),
            Anchor::Task(key, end) => ended.iter().any(|it| {
                tasks.get(*it).is_some_and(|it| it.key == *key)
                    && match end {
                        TaskEnd::Done => is_done(*it),
                        TaskEnd::Missed => !is_done(*it),
                        TaskEnd::Ended => true,
                    }
            }),
        };
        let has_begun = |task: &Task| task.starts.iter().any(happens);
        let next = tasks
            .iter()
            .enumerate()
            .find(|(index, task)| !ended.contains(index) && has_begun(task));
        let Some((index, task)) = next else { break };
        let is_settled =
            if is_done(index) { task.ends.ends_the_case() } else { !only_informs(stage, task) };
        if is_settled {
            return None;
        }
        ended.push(index);
    }
    let name = |index: &usize| tasks.get(*index).map(|task| (task.key.clone(), is_done(*index)));
    Some(ended.iter().filter_map(name).collect())
}

/// Whether a task that is missed may leave the case where it is, and not overdue.
fn only_informs(stage: &Stage, task: &Task) -> bool {
    let is_own = task.key == crate::policy::STAGE_TASK;
    task.on_deadline == OnDeadline::Inform
        || (is_own && stage.on_silence == Some(OnDeadline::Inform))
}

fn in_words(ended: &Ended) -> String {
    if ended.is_empty() {
        return "as the stage is entered,".to_owned();
    }
    let words: Vec<String> = ended
        .iter()
        .map(|(key, done)| format!("'{key}' is {}", if *done { "done" } else { "missed" }))
        .collect();
    format!("when {},", words.join(" and "))
}
