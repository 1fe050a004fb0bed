//! The ladder: every stage can be reached, and caps over several stages can do something.

use super::lengths::soonest;
use super::reading::Meaning;
use crate::directory::Sector;
use crate::policy::{Anchor, Cap, Condition, OnDeadline, Policy, Stage};
use std::collections::BTreeSet;

/// A kind of case, as far as conditions can tell them apart. None is whatever no condition names.
pub(super) struct Kind<'a> {
    class: &'a str,
    area: Option<&'a str>,
    raising: Option<Sector>,
    receiving: Option<Sector>,
}

/// All kinds of cases that some conditions tell apart.
pub(super) struct Kinds<'a> {
    classes: Vec<&'a str>,
    areas: BTreeSet<Option<&'a str>>,
    raising: BTreeSet<Option<Sector>>,
    receiving: BTreeSet<Option<Sector>>,
}

impl<'a> Kinds<'a> {
    pub(super) fn of(policy: &'a Policy, whens: impl Iterator<Item = &'a Condition>) -> Self {
        let mut kinds = Self {
            classes: policy.urgency_classes.iter().map(String::as_str).collect(),
            areas: BTreeSet::from([None]),
            raising: BTreeSet::from([None]),
            receiving: BTreeSet::from([None]),
        };
        let known = |area: &&str| policy.areas_of_disagreement.iter().any(|it| it.key == **area);
        for when in whens {
            let areas = when.area_of_disagreement.iter().map(String::as_str).filter(known);
            kinds.areas.extend(areas.map(Some));
            kinds.raising.extend(when.raising_sector.iter().copied().map(Some));
            kinds.receiving.extend(when.receiving_sector.iter().copied().map(Some));
        }
        if kinds.areas.len() > policy.areas_of_disagreement.len() {
            kinds.areas.remove(&None); // every area is named, so there is no other
        }
        kinds
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Kind<'a>> {
        let mut all = Vec::new();
        for class in &self.classes {
            for area in &self.areas {
                for raising in &self.raising {
                    for receiving in &self.receiving {
                        all.push(Kind {
                            class,
                            area: *area,
                            raising: *raising,
                            receiving: *receiving,
                        });
                    }
                }
            }
        }
        all.into_iter()
    }
}

/// Whether a condition holds for a kind of case.
pub(super) fn holds(when: &Condition, kind: &Kind<'_>) -> bool {
    let has = |list: &[String], it: Option<&str>| {
        list.is_empty() || it.is_some_and(|it| list.iter().any(|there| there == it))
    };
    let is_of = |list: &[Sector], it: Option<Sector>| {
        list.is_empty() || it.is_some_and(|it| list.contains(&it))
    };
    has(&when.urgency_class, Some(kind.class))
        && has(&when.area_of_disagreement, kind.area)
        && is_of(&when.raising_sector, kind.raising)
        && is_of(&when.receiving_sector, kind.receiving)
}

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    let last = policy.stage_count();
    for (class, stage) in &policy.start_stages {
        let path = format!("start_stages.{class}");
        meaning.known_class(&path, class);
        if *stage > last {
            meaning.wrong(&path, format!("there is no stage {stage}: the last is {last}"));
        }
    }
    for (number, stage) in (1..).zip(&policy.stages) {
        let path = format!("stages[{}].escalates_to", number - 1);
        let Some(to) = stage.escalates_to else { continue };
        if number == last {
            meaning.wrong(&path, "there is no stage above the last: remove it");
        } else if to <= number {
            let text = format!("stage {to} is not above this one, which is stage {number}");
            meaning.wrong(&path, text);
        } else if to > last {
            meaning.wrong(&path, format!("there is no stage {to}: the last is {last}"));
        }
    }
    unreachable(meaning);
    for (index, cap) in policy.caps.iter().enumerate() {
        check_cap(meaning, &format!("caps[{index}]"), cap);
    }
}

/// Names the stages that no case reaches by the policy. That people may skip to one does not count.
fn unreachable(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    let kinds = Kinds::of(policy, policy.stages.iter().map(|stage| &stage.when));
    let mut reached = BTreeSet::new();
    for kind in kinds.all() {
        let mut at = Some(passing_by(policy, &kind, policy.start_stage(kind.class)));
        while let Some(number) = at {
            reached.insert(number);
            for cap in &policy.caps {
                let is_over = (cap.from_stage..=cap.to_stage).contains(&number);
                let after = cap.to_stage.saturating_add(1);
                if is_over && after <= policy.stage_count() {
                    reached.insert(passing_by(policy, &kind, after));
                }
            }
            let stage = policy.stage(number);
            // A stage that is not there, or not above, is a mistake of its own.
            let possible = number.saturating_add(1)..=policy.stage_count();
            let to = stage.and_then(|it| it.escalates_to).filter(|to| possible.contains(to));
            at = Some(to.unwrap_or(number.saturating_add(1)))
                .filter(|next| *next <= policy.stage_count())
                .map(|next| passing_by(policy, &kind, next));
        }
    }
    for (number, stage) in (1..).zip(&policy.stages) {
        if !reached.contains(&number) {
            let why = if stage.when.is_for_every_case() {
                "the stages below move past it, or cases start above it"
            } else {
                "no case that when describes comes here"
            };
            let text = format!("no case ever reaches this stage: {why}");
            meaning.wrong(&format!("stages[{}]", number - 1), text);
        }
    }
}

/// The stage from this one on that is for a case.
fn passing_by(policy: &Policy, kind: &Kind<'_>, from: u32) -> u32 {
    let is_for = |number: &u32| policy.stage(*number).is_none_or(|it| holds(&it.when, kind));
    (from..policy.stage_count()).find(is_for).unwrap_or(policy.stage_count().max(from))
}

fn check_cap(meaning: &mut Meaning<'_>, path: &str, cap: &Cap) {
    let policy = meaning.policy;
    let last = policy.stage_count();
    if cap.to_stage > last {
        let text = format!("there is no stage {}: the last is {last}", cap.to_stage);
        meaning.wrong(&format!("{path}.to_stage"), text);
        return;
    }
    if cap.from_stage >= cap.to_stage {
        let text = format!(
            "a cap spans several stages, and this is from {} to {}: for one stage, write both \
             limits there, such as limits = [\"5 working days\", \"7 days\"]",
            cap.from_stage, cap.to_stage
        );
        meaning.wrong(&format!("{path}.to_stage"), text);
        return;
    }
    let spanned: Vec<(u32, &Stage)> = (1..)
        .zip(&policy.stages)
        .filter(|(number, _)| (cap.from_stage..=cap.to_stage).contains(number))
        .collect();
    for class in &policy.urgency_classes {
        let together = policy.limits(&cap.limits, class);
        for (number, stage) in &spanned {
            let Some(later) = meaning.longer(policy.limits(&stage.limits, class), together) else {
                continue;
            };
            let text = format!(
                "for '{class}' it is shorter than stage {number} by itself: {}",
                later.in_words()
            );
            meaning.wrong(&format!("{path}.limits"), text);
        }
    }
    if never_binds(meaning, cap, &spanned) {
        let text = "it can never run out: the stages together end sooner. Shorten or remove it";
        meaning.wrong(&format!("{path}.limits"), text);
    }
}

/// Whether the stages that a cap spans always end before it does, one after the other.
fn never_binds(meaning: &Meaning<'_>, cap: &Cap, spanned: &[(u32, &Stage)]) -> bool {
    let policy = meaning.policy;
    let Some(calendars) = &meaning.calendars else { return false };
    let calendar = calendars.partnership();
    let moves_on = |stage: &Stage| {
        stage.on_deadline == OnDeadline::Escalate
            && stage.on_silence.is_none_or(|it| it == OnDeadline::Escalate)
            && stage.counts_from == Anchor::StageEntered
            && !stage.limits.is_empty()
    };
    // More time for a stage is not more time under a cap.
    if policy.extension.is_some() || !spanned.iter().all(|(_, stage)| moves_on(stage)) {
        return false;
    }
    let starts = meaning.sample_starts();
    policy.urgency_classes.iter().all(|class| {
        starts.iter().all(|start| {
            let ends = spanned.iter().try_fold(*start, |at, (_, stage)| {
                soonest(calendar, at, policy.limits(&stage.limits, class))
            });
            let capped = soonest(calendar, *start, policy.limits(&cap.limits, class));
            matches!((ends, capped), (Some(ends), Some(capped)) if ends < capped)
        })
    })
}
