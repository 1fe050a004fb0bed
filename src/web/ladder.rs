//! The stages of a case as a ladder: every stay, then the stages that were not reached.

use super::acts::capital;
use crate::calendar::Calendar;
use crate::engine::CaseView;
use crate::escalation::{LeavingReason, Panel, StageEntry, Status, TaskState};
use crate::policy::STAGE_TASK;

/// A stage on the ladder.
pub(super) struct Step {
    pub(super) title: String,
    pub(super) state: &'static str,
    pub(super) is_here: bool,
    pub(super) lines: Vec<String>,
    /// How its deadlines came about, and what moved them.
    pub(super) derivations: Vec<String>,
    /// Where nobody was found on the way to those who must act.
    pub(super) warnings: Vec<String>,
}

fn left(why: LeavingReason) -> &'static str {
    match why {
        LeavingReason::DeadlinePassed => "The time ran out, and the case moved up.",
        LeavingReason::Refused => "The challenge was refused, and the case moved up.",
        LeavingReason::EscalatedEarly => "People moved the case up before the deadline.",
        LeavingReason::Agreed => "Both sides agreed.",
        LeavingReason::Determined => "The partnership determined the outcome.",
        LeavingReason::Withdrawn => "The raising side withdrew.",
        LeavingReason::Referred => "The case was referred out.",
        LeavingReason::SteppedDown => "The case went back to a lower stage.",
    }
}

fn panel(panel: &Panel, calendar: &Calendar) -> String {
    let names: Vec<&str> = panel.members.iter().map(|seat| seat.name.as_str()).collect();
    let mut chairs = panel.members.iter().filter(|seat| seat.person_id == Some(panel.chair_id));
    let chair = chairs.next().map_or("nobody", |seat| seat.name.as_str());
    let meets = match panel.meets_at {
        Some(at) => format!("It meets {}.", calendar.say(at)),
        None => "When it meets is not settled yet.".to_owned(),
    };
    format!("Panel: {}. {chair} chairs it. {meets}", names.join(", "))
}

fn derivations(entry: &StageEntry, calendar: &Calendar) -> Vec<String> {
    let mut lines = vec![entry.due.derivation.clone()];
    for task in entry.tasks.iter().filter(|task| task.key != STAGE_TASK) {
        let state = match &task.state {
            TaskState::Waiting => "its clock has not started.".to_owned(),
            TaskState::Running(clock) => clock.due.derivation.clone(),
            TaskState::Done { at, .. } => format!("done {}.", calendar.say(*at)),
            TaskState::Missed { due_at, .. } => format!("missed; due {}.", calendar.say(*due_at)),
        };
        lines.push(format!("{}: {state}", task.title));
    }
    for pause in &entry.pauses {
        let (from, reason) = (calendar.say(pause.from), pause.reason.as_str());
        let until = match pause.ended_at {
            Some(at) => format!("until {}", calendar.say(at)),
            None => format!("until {} at the most", calendar.say(pause.until)),
        };
        let by = &pause.by.name;
        lines.push(format!("The clocks stood still from {from} {until}, by {by}: {reason}"));
    }
    lines
}

fn step(entry: &StageEntry, label: &str, calendar: &Calendar) -> Step {
    let mut lines = vec![
        format!("From {}", calendar.say(entry.entered_at)),
        format!("Due {}", calendar.say(entry.due.at)),
    ];
    let people: Vec<&str> = entry.acting.iter().map(|seat| seat.name.as_str()).collect();
    if !people.is_empty() {
        lines.push(format!("With {}", people.join(", ")));
    }
    lines.extend(entry.panel.as_ref().map(|it| panel(it, calendar)));
    if let Some(it) = &entry.left {
        lines.push(format!("Left {}. {}", calendar.say(it.at), left(it.why)));
    }
    Step {
        title: format!("{label} {}: {}", entry.stage, entry.title),
        state: if entry.left.is_none() { "The case is here" } else { "Over" },
        is_here: entry.left.is_none(),
        lines,
        derivations: derivations(entry, calendar),
        warnings: entry.gaps.iter().map(|gap| gap.warning.clone()).collect(),
    }
}

/// The ladder of a case.
pub(super) fn steps(view: &CaseView) -> Vec<Step> {
    let (it, policy, calendar) = (&view.escalation, &view.loaded.policy, view.loaded.calendar());
    let label = capital(&policy.label);
    let mut steps: Vec<Step> =
        it.stage_entries.iter().map(|entry| step(entry, &label, calendar)).collect();
    let highest = it.stage_entries.iter().map(|entry| entry.stage).max().unwrap_or(0);
    let state = if it.status == Status::Open { "Not reached yet" } else { "Not reached" };
    for stage in highest + 1..=policy.stage_count() {
        let title = policy.stage(stage).map_or("", |stage| stage.title.as_str());
        steps.push(Step {
            title: format!("{label} {stage}: {title}"),
            state,
            is_here: false,
            lines: Vec::new(),
            derivations: Vec::new(),
            warnings: Vec::new(),
        });
    }
    steps
}
