//! Each stage by itself: who acts, what is wanted of them, what they are reminded of.

use super::reading::Meaning;
use crate::directory::Side;
use crate::policy::{Condition, Limits, Need, OnDeadline, OnRefusal, Policy, Reminder, Stage, Who};
use std::collections::BTreeSet;

/// Whether somebody of a side must act in a stage.
pub(super) fn acts(stage: &Stage, side: Side) -> bool {
    stage.act.iter().any(|who| who.side() == side)
}

/// Whether a cap spans a stage, counted from 1.
pub(super) fn is_capped(policy: &Policy, number: usize) -> bool {
    policy.caps.iter().any(|cap| {
        let stage = u32::try_from(number).unwrap_or(u32::MAX);
        (cap.from_stage..=cap.to_stage).contains(&stage)
    })
}

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (index, stage) in policy.stages.iter().enumerate() {
        let path = format!("stages[{index}]");
        let is_last = index + 1 == policy.stages.len();
        if stage.act.is_empty() {
            meaning.wrong(&format!("{path}.act"), "nobody must act: name them in act");
        }
        let both = acts(stage, Side::Raising) && acts(stage, Side::Receiving);
        if !is_last && stage.on_deadline == OnDeadline::Escalate && !both {
            let text = "both sides must act: name raising and receiving in act";
            meaning.wrong(&format!("{path}.act"), text);
        }
        own_clock(meaning, stage, &path, index + 1);
        needs(meaning, stage, &path, index);
        condition(meaning, &format!("{path}.when"), &stage.when);
        for (number, task) in stage.tasks.iter().enumerate() {
            let path = format!("{path}.tasks[{number}]");
            condition(meaning, &format!("{path}.when"), &task.when);
            reminders(meaning, &format!("{path}.reminders"), &task.reminders, &task.limits);
        }
    }
}

fn own_clock(meaning: &mut Meaning<'_>, stage: &Stage, path: &str, number: usize) {
    let policy = meaning.policy;
    let is_last = number == policy.stages.len();
    let has_clock = !stage.limits.is_empty() || is_capped(policy, number);
    if !has_clock && stage.all_tasks().is_empty() {
        let ordinary = policy.ordinary_class();
        let text = format!("it has no limit for '{ordinary}': add limits = \"5 working days\"");
        meaning.wrong(path, text);
    }
    if !has_clock {
        for (key, is_said) in [
            ("counts_from", stage.counts_from != crate::policy::Anchor::StageEntered),
            ("on_silence", stage.on_silence.is_some()),
            ("reminders", !stage.reminders.is_empty()),
            ("warn_other_side", stage.warn_other_side.is_some()),
        ] {
            if is_said {
                let text = "it speaks of the stage's own limit, and the stage has none: add limits, \
                            or move it to a task";
                meaning.wrong(&format!("{path}.{key}"), text);
            }
        }
        return;
    }
    reminders(meaning, &format!("{path}.reminders"), &stage.reminders, &stage.limits);
    let Some(warning) = stage.warn_other_side else { return };
    let path = format!("{path}.warn_other_side");
    let escalates =
        stage.on_deadline == OnDeadline::Escalate || stage.on_silence == Some(OnDeadline::Escalate);
    if is_last || !escalates {
        let text = "the case does not move up from here by itself, so there is nothing to warn of: \
                    remove it";
        meaning.wrong(&path, text);
    }
    reminder(meaning, &path, warning, &stage.limits);
}

fn reminders(meaning: &mut Meaning<'_>, path: &str, reminders: &[Reminder], limits: &Limits) {
    let mut seen: Vec<Reminder> = Vec::new();
    for (index, it) in reminders.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if seen.contains(it) {
            meaning.wrong(&path, format!("\"{it}\" stands here twice: keep one of them"));
        }
        seen.push(*it);
        reminder(meaning, &path, *it, limits);
    }
}

/// A reminder that would come before the clock starts, whatever the class, never comes.
fn reminder(meaning: &mut Meaning<'_>, path: &str, reminder: Reminder, limits: &Limits) {
    let policy = meaning.policy;
    let Reminder::Before(ahead) = reminder else { return };
    if limits.is_empty() || policy.urgency_classes.is_empty() {
        return;
    }
    let is_too_long =
        |class: &String| meaning.longer(&[ahead.into()], policy.limits(limits, class)).is_some();
    if policy.urgency_classes.iter().all(is_too_long) {
        let text = format!("the limit is shorter than {ahead}, so this reminder would never come");
        meaning.wrong(path, text);
    }
}

fn needs(meaning: &mut Meaning<'_>, stage: &Stage, path: &str, index: usize) {
    let is_last = index + 1 == meaning.policy.stages.len();
    let receiving = acts(stage, Side::Receiving);
    for (number, need) in stage.exit_needs.iter().enumerate() {
        if matches!(need, Need::Answer | Need::ReceivingPosition) && !receiving {
            let text = format!(
                "{} can never be there: nobody of the receiving side acts in this stage",
                need.in_words()
            );
            meaning.wrong(&format!("{path}.exit_needs[{number}]"), text);
        }
    }
    for (key, needs) in [("entry_needs", &stage.entry_needs), ("exit_needs", &stage.exit_needs)] {
        let mut seen = BTreeSet::new();
        for (number, need) in needs.iter().enumerate() {
            if !seen.insert(need) {
                let text = "this stands here twice: keep one of them";
                meaning.wrong(&format!("{path}.{key}[{number}]"), text);
            }
        }
    }
    if index == 0 && !stage.entry_needs.is_empty() {
        let text = "no stage is below the first, so nobody brings a case up to it: remove it";
        meaning.wrong(&format!("{path}.entry_needs"), text);
    }
    if !stage.acknowledge_within.is_empty() && !receiving {
        let text = "nobody of the receiving side acts in this stage, so nobody can say that the \
                    challenge arrived: add them to act, or remove it";
        meaning.wrong(&format!("{path}.acknowledge_within"), text);
    }
    if is_last && stage.on_refusal == OnRefusal::Escalate {
        let text = "there is no stage above the last: remove it";
        meaning.wrong(&format!("{path}.on_refusal"), text);
    }
}

/// What a condition names must be there.
fn condition(meaning: &mut Meaning<'_>, path: &str, when: &Condition) {
    for (index, class) in when.urgency_class.iter().enumerate() {
        meaning.known_class(&format!("{path}.urgency_class[{index}]"), class);
    }
    let areas: Vec<&str> =
        meaning.policy.areas_of_disagreement.iter().map(|area| area.key.as_str()).collect();
    for (index, area) in when.area_of_disagreement.iter().enumerate() {
        if !areas.contains(&area.as_str()) {
            let meant = super::values::did_you_mean(area, areas.iter().copied());
            let text = format!("'{area}' is not one of areas_of_disagreement{meant}");
            meaning.wrong(&format!("{path}.area_of_disagreement[{index}]"), text);
        }
    }
}

/// Names everybody of a list who is not of the partnership.
pub(super) fn of_the_partnership(meaning: &mut Meaning<'_>, path: &str, whom: &[Who], text: &str) {
    for (index, who) in whom.iter().enumerate() {
        if who.side() != Side::Partnership {
            meaning.wrong(&format!("{path}[{index}]"), text);
        }
    }
}
