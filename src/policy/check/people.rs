//! Whom a policy names: somebody must be able to stand there.

use super::reading::Meaning;
use super::values::{did_you_mean, is_key};
use crate::calendar::OutOfHours;
use crate::directory::Rung;
use crate::policy::{DUTY_TEAM, Policy, RungOrRole, Who};
use std::collections::BTreeSet;

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (path, whom) in policy.lists_of_people() {
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

/// Whether the policy's calendar asks the duty team out of hours.
fn asks_duty_team(policy: &Policy) -> bool {
    policy.calendar.out_of_hours == OutOfHours::DutyTeam
}

fn roles(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    let mut used: BTreeSet<&str> = policy.everybody().into_iter().filter_map(Who::role).collect();
    used.extend(policy.stand_ins.iter().filter_map(|it| match &it.by_post {
        RungOrRole::Role(role) => Some(role.as_str()),
        RungOrRole::Rung(_) => None,
    }));
    let is_asked = |key: &str| used.contains(key) || (key == DUTY_TEAM && asks_duty_team(policy));
    for (key, role) in &policy.roles {
        let path = format!("roles.{key}");
        let is_rung = Who::words().any(|word| word.ends_with(&format!(".{key}")));
        if is_rung {
            meaning.wrong(&path, format!("'{key}' is a name of its own already: take another key"));
        } else if !is_key(key, '_') {
            let text = "use small letters, digits and underscores for a role's key, at most 40, \
                        such as \"duty_team\"";
            meaning.wrong(&path, text);
        } else if !is_asked(key) {
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
    for (index, it) in policy.stand_ins.iter().enumerate() {
        let path = format!("stand_ins[{index}]");
        for (key, post) in [("post", &it.post), ("by_post", &it.by_post)] {
            if let RungOrRole::Role(role) = post
                && !policy.roles.contains_key(role)
            {
                let meant = did_you_mean(role, posts(policy));
                let text = format!("'{role}' is no rung, and no [roles.{role}] is declared{meant}");
                meaning.wrong(&format!("{path}.{key}"), text);
            }
        }
        if (it.for_sector, &it.post) == (it.by_sector, &it.by_post) {
            meaning.wrong(&path, "a post cannot stand in for itself");
        }
        let mut before = policy.stand_ins.iter().take(index);
        if before.any(|there| (there.for_sector, &there.post) == (it.for_sector, &it.post)) {
            meaning.wrong(&path, "somebody stands in for this post of this sector already");
        }
    }
}

/// The rungs and the roles of a policy, by their keys.
fn posts(policy: &Policy) -> impl Iterator<Item = &str> {
    let rungs = Who::words().filter_map(|word| word.strip_prefix("receiving."));
    rungs.chain(policy.roles.keys().map(String::as_str))
}
