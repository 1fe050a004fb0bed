//! Whom a policy names: somebody must be able to stand there.

use super::reading::Meaning;
use super::values::{did_you_mean, is_key};
use crate::directory::Rung;
use crate::policy::{DUTY_TEAM, Permission, Policy, Who};
use std::collections::BTreeSet;

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (path, whom) in everybody(policy) {
        let mut seen = BTreeSet::new();
        for (index, who) in whom.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if !seen.insert(who) {
                meaning.wrong(&path, format!("'{who}' stands here twice: keep one of them"));
            }
            if let Some(role) = who.role().filter(|role| !policy.roles.contains_key(*role)) {
                let meant =
                    did_you_mean(&who.to_string(), known(policy).iter().map(String::as_str));
                meaning.wrong(
                    &path,
                    format!(
                        "nobody can be '{who}': it is no rung, and no [roles.{role}] is declared\
                         {meant}"
                    ),
                );
            }
        }
    }
    roles(meaning);
    rungs(meaning);
}

/// Everybody whom a policy can name.
fn known(policy: &Policy) -> Vec<String> {
    let roles = policy.roles.keys();
    let of_sides = roles.flat_map(|role| [format!("raising.{role}"), format!("receiving.{role}")]);
    Who::words().map(str::to_owned).chain(of_sides).collect()
}

/// Every list of people in a policy.
fn everybody(policy: &Policy) -> Vec<(String, &[Who])> {
    let mut all: Vec<(String, &[Who])> = vec![("overdue.tell".to_owned(), &policy.overdue.tell)];
    let permissions: [(&str, &Option<Permission>); 5] = [
        ("extension", &policy.extension),
        ("pause", &policy.pause),
        ("step_down", &policy.step_down),
        ("withdrawal", &policy.withdrawal),
        ("reopening", &policy.reopening),
    ];
    for (key, permission) in permissions {
        if let Some(permission) = permission {
            all.push((format!("{key}.may"), &permission.may));
        }
    }
    for (index, stage) in policy.stages.iter().enumerate() {
        let path = format!("stages[{index}]");
        for (key, whom) in [
            ("act", &stage.act),
            ("consult", &stage.consult),
            ("copy", &stage.copy),
            ("determine", &stage.determine),
        ] {
            all.push((format!("{path}.{key}"), whom));
        }
        if let Some(panel) = &stage.panel {
            all.push((format!("{path}.panel.chair"), &panel.chair));
        }
        for (number, task) in stage.tasks.iter().enumerate() {
            all.push((format!("{path}.tasks[{number}].who"), &task.who));
        }
    }
    all
}

/// Whether the policy's calendar asks the duty team out of hours.
fn asks_duty_team(policy: &Policy) -> bool {
    policy.calendar.stub_out_of_hours() == crate::calendar::OutOfHours::DutyTeam
}

fn roles(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    let used: BTreeSet<&str> =
        everybody(policy).into_iter().flat_map(|(_, whom)| whom).filter_map(Who::role).collect();
    for (key, role) in &policy.roles {
        let path = format!("roles.{key}");
        let is_rung = Who::words().any(|word| word.ends_with(&format!(".{key}")));
        if is_rung {
            meaning.wrong(&path, format!("'{key}' is a name of its own already: take another key"));
        } else if !is_key(key, '_') {
            let text = "use small letters, digits and underscores for a role's key, at most 40, \
                        such as \"duty_team\"";
            meaning.wrong(&path, text);
        } else if !used.contains(key.as_str()) && !(key == DUTY_TEAM && asks_duty_team(policy)) {
            let text = format!(
                "nobody in the policy is '{key}': name raising.{key} or receiving.{key} \
                 somewhere, or remove the role"
            );
            meaning.wrong(&path, text);
        }
        if role.rung == Rung::Partnership {
            meaning.wrong(&format!("{path}.rung"), NO_RUNG);
        }
    }
    if asks_duty_team(policy) && !policy.roles.contains_key(DUTY_TEAM) {
        let text = "out of hours the duty team is asked, and the policy does not say who that is: \
                    add [roles.duty_team] with a title and a rung";
        meaning.wrong("calendar.out_of_hours", text);
    }
}

const NO_RUNG: &str = "nobody of an agency stands on the partnership's rung: use practitioner, \
                       line_manager, service_manager or head_of_service";

fn rungs(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    let mut seen = BTreeSet::new();
    for (index, name) in policy.rung_names.iter().enumerate() {
        let path = format!("rung_names[{index}]");
        if name.rung == Rung::Partnership {
            meaning.wrong(&format!("{path}.rung"), NO_RUNG);
        }
        if !seen.insert((name.sector, name.rung)) {
            meaning.wrong(&path, "this rung of this sector has a name already");
        }
    }
    let mut seen = BTreeSet::new();
    for (index, it) in policy.stand_ins.iter().enumerate() {
        let path = format!("stand_ins[{index}]");
        for (key, rung) in [("rung", it.rung), ("by_rung", it.by_rung)] {
            if rung == Rung::Partnership {
                meaning.wrong(&format!("{path}.{key}"), NO_RUNG);
            }
        }
        if (it.for_sector, it.rung) == (it.by_sector, it.by_rung) {
            meaning.wrong(&path, "a rung cannot stand in for itself");
        }
        if !seen.insert((it.for_sector, it.rung)) {
            meaning.wrong(&path, "somebody stands in for this rung of this sector already");
        }
    }
}
