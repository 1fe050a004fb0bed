//! Limits by urgency class: every case has one, and more urgent is never longer.

use super::reading::Meaning;
use crate::policy::{Limits, Policy};

pub(super) fn check(meaning: &mut Meaning<'_>) {
    for (stage, path, limits) in all_limits(meaning.policy) {
        if limits.is_empty() {
            continue;
        }
        for class in limits.classes() {
            meaning.known_class(&format!("{path}.{class}"), class);
        }
        let ordinary = meaning.policy.ordinary_class();
        if limits.of(ordinary, ordinary).is_empty() {
            meaning.wrong(
                &path,
                format!("it has no limit for '{ordinary}': add {ordinary} = \"5 working days\""),
            );
        } else {
            more_urgent_is_not_longer(meaning, stage, &path, limits);
        }
    }
}

/// A class whose cases start above a stage needs no limit of its own in it.
fn more_urgent_is_not_longer(
    meaning: &mut Meaning<'_>,
    stage: Option<usize>,
    path: &str,
    limits: &Limits,
) {
    let policy = meaning.policy;
    let classes = &policy.urgency_classes;
    for (index, urgent) in classes.iter().enumerate() {
        let has_own = limits.classes().any(|class| class == urgent);
        let starts_at = usize::try_from(policy.start_stage(urgent)).unwrap_or(usize::MAX);
        if !has_own && stage.is_some_and(|stage| stage < starts_at) {
            continue;
        }
        let longer = classes.iter().take(index).find_map(|other| {
            let (these, those) = (policy.limits(limits, urgent), policy.limits(limits, other));
            meaning.longer(these, those).map(|later| (other, later))
        });
        if let Some((other, later)) = longer {
            let whose = if has_own { "its limit" } else { "the ordinary limit, which it gets," };
            let text = format!(
                "'{urgent}' is more urgent than '{other}', and {whose} is longer: {}",
                later.in_words()
            );
            meaning.wrong(&format!("{path}.{urgent}"), text);
        }
    }
}

/// Every place of a policy that has limits by class, with the number of its stage.
fn all_limits(policy: &Policy) -> Vec<(Option<usize>, String, &Limits)> {
    let mut all = Vec::new();
    for (index, cap) in policy.caps.iter().enumerate() {
        all.push((None, format!("caps[{index}].limits"), &cap.limits));
    }
    for (index, stage) in policy.stages.iter().enumerate() {
        let mut add = |key: String, limits| {
            all.push((Some(index + 1), format!("stages[{index}].{key}"), limits));
        };
        add("limits".to_owned(), &stage.limits);
        add("acknowledge_within".to_owned(), &stage.acknowledge_within);
        if let Some(panel) = &stage.panel {
            add("panel.convene_within".to_owned(), &panel.convene_within);
            add("panel.decide_within".to_owned(), &panel.decide_within);
        }
        for (number, task) in stage.tasks.iter().enumerate() {
            add(format!("tasks[{number}].limits"), &task.limits);
        }
    }
    all
}
