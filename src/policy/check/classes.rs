//! Limits by urgency class: every case has one, and more urgent is never longer.

use super::reading::Meaning;
use crate::policy::{Limits, Policy};

pub(super) fn check(meaning: &mut Meaning<'_>) {
    for (path, limits) in all_limits(meaning.policy) {
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
            more_urgent_is_not_longer(meaning, &path, limits);
        }
    }
}

fn more_urgent_is_not_longer(meaning: &mut Meaning<'_>, path: &str, limits: &Limits) {
    let policy = meaning.policy;
    let classes = &policy.urgency_classes;
    for (index, urgent) in classes.iter().enumerate() {
        let longer = classes.iter().take(index).find_map(|other| {
            let (these, those) = (policy.limits(limits, urgent), policy.limits(limits, other));
            meaning.longer(these, those).map(|later| (other, later))
        });
        if let Some((other, later)) = longer {
            let has_own = limits.classes().any(|class| class == urgent);
            let whose = if has_own { "its limit" } else { "the ordinary limit, which it gets," };
            let text = format!(
                "'{urgent}' is more urgent than '{other}', and {whose} is longer: {}",
                later.in_words()
            );
            meaning.wrong(&format!("{path}.{urgent}"), text);
        }
    }
}

/// Every place of a policy that has limits by class.
pub(super) fn all_limits(policy: &Policy) -> Vec<(String, &Limits)> {
    let mut all = Vec::new();
    for (index, cap) in policy.caps.iter().enumerate() {
        all.push((format!("caps[{index}].limits"), &cap.limits));
    }
    for (index, stage) in policy.stages.iter().enumerate() {
        let path = format!("stages[{index}]");
        all.push((format!("{path}.limits"), &stage.limits));
        all.push((format!("{path}.acknowledge_within"), &stage.acknowledge_within));
        if let Some(panel) = &stage.panel {
            all.push((format!("{path}.panel.convene_within"), &panel.convene_within));
            all.push((format!("{path}.panel.decide_within"), &panel.decide_within));
        }
        for (number, task) in stage.tasks.iter().enumerate() {
            all.push((format!("{path}.tasks[{number}].limits"), &task.limits));
        }
    }
    all
}
