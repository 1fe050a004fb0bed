//! How a case can end: only the last stage ends one without agreement, and it must be able to.

use super::head::distinct;
use super::reading::Meaning;
use super::stages::{acts, of_the_partnership};
use crate::directory::Side;
use crate::policy::{EndingRule, OnDeadline, PanelRule, Stage};
use std::collections::BTreeSet;

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (index, stage) in policy.stages.iter().enumerate() {
        let path = format!("stages[{index}]");
        if index + 1 < policy.stages.len() {
            before_the_last(meaning, stage, &path);
        } else {
            the_last(meaning, stage, &path);
        }
        of_the_partnership(
            meaning,
            &format!("{path}.determine"),
            &stage.determine,
            "only the partnership determines: no side judges itself",
        );
    }
}

fn before_the_last(meaning: &mut Meaning<'_>, stage: &Stage, path: &str) {
    for (key, is_said) in [
        ("determine", !stage.determine.is_empty()),
        ("panel", stage.panel.is_some()),
        ("ending", stage.ending != EndingRule::Determination),
        ("refer_to", !stage.refer_to.is_empty()),
    ] {
        if is_said {
            meaning.wrong(&format!("{path}.{key}"), format!("only the last stage has {key}"));
        }
    }
}

fn the_last(meaning: &mut Meaning<'_>, stage: &Stage, path: &str) {
    if !stage.when.is_for_every_case() {
        let text =
            "the last stage is for every case, or some would have nowhere to go: remove when";
        meaning.wrong(&format!("{path}.when"), text);
    }
    let informs = Some(OnDeadline::Inform);
    for (key, on_deadline) in
        [("on_deadline", Some(stage.on_deadline)), ("on_silence", stage.on_silence)]
    {
        if on_deadline == informs {
            let text = "past the limit of the last stage a case must stay overdue until it ends, \
                        or it would be forgotten: write \"notify\"";
            meaning.wrong(&format!("{path}.{key}"), text);
        }
    }
    match stage.ending {
        EndingRule::Determination => determination(meaning, stage, path),
        EndingRule::Mediation | EndingRule::Referral => {
            without_determination(meaning, stage, path);
        }
    }
    let refers = stage.ending == EndingRule::Referral;
    if refers && stage.refer_to.is_empty() {
        let text = "say in refer_to where it is referred to: a list of tables with key and title";
        meaning.wrong(&format!("{path}.refer_to"), text);
    }
    if !refers && !stage.refer_to.is_empty() {
        let text = "a case is referred only where ending = \"referral\": say so, or remove it";
        meaning.wrong(&format!("{path}.refer_to"), text);
    }
    distinct(meaning, &format!("{path}.refer_to"), &stage.refer_to);
    if let Some(rule) = &stage.panel {
        panel(meaning, rule, &format!("{path}.panel"));
    }
}

fn determination(meaning: &mut Meaning<'_>, stage: &Stage, path: &str) {
    if stage.determine.is_empty() {
        let text = "the last stage can never end without agreement: name in determine who decides, \
                    or say ending = \"mediation\" or \"referral\"";
        meaning.wrong(&format!("{path}.determine"), text);
        return;
    }
    // Whoever acts for the partnership in the last stage determines, and nobody else can.
    let of_partnership = stage.determine.iter().enumerate();
    for (index, who) in of_partnership.filter(|(_, who)| who.side() == Side::Partnership) {
        if !stage.act.contains(who) {
            let text = format!("'{who}' determines and must act: add it to act");
            meaning.wrong(&format!("{path}.determine[{index}]"), text);
        }
    }
    for (index, who) in stage.act.iter().enumerate() {
        if who.side() == Side::Partnership && !stage.determine.contains(who) {
            let text = format!(
                "whoever acts for the partnership in the last stage determines: add '{who}' to \
                 determine, or move it to copy"
            );
            meaning.wrong(&format!("{path}.act[{index}]"), text);
        }
    }
}

fn without_determination(meaning: &mut Meaning<'_>, stage: &Stage, path: &str) {
    let ending = match stage.ending {
        EndingRule::Referral => "referral",
        EndingRule::Mediation | EndingRule::Determination => "mediation",
    };
    for (key, is_said) in
        [("determine", !stage.determine.is_empty()), ("panel", stage.panel.is_some())]
    {
        if is_said {
            let text = format!(
                "with ending = \"{ending}\" nobody determines: remove {key}, or remove ending"
            );
            meaning.wrong(&format!("{path}.{key}"), text);
        }
    }
    let both = acts(stage, Side::Raising) && acts(stage, Side::Receiving);
    if stage.ending == EndingRule::Mediation && !both {
        let text = "the case ends only when both sides agree, and only those who act can: name \
                    raising and receiving in act";
        meaning.wrong(&format!("{path}.act"), text);
    }
}

fn panel(meaning: &mut Meaning<'_>, rule: &PanelRule, path: &str) {
    if rule.agencies > rule.size {
        let text = format!(
            "{} people cannot come from {} agencies: raise size, or lower this",
            rule.size, rule.agencies
        );
        meaning.wrong(&format!("{path}.agencies"), text);
    }
    let mut seen = BTreeSet::new();
    for (index, sector) in rule.sectors.iter().enumerate() {
        if !seen.insert(*sector) {
            let text = "this sector stands here twice: keep one of them";
            meaning.wrong(&format!("{path}.sectors[{index}]"), text);
        }
    }
    let sectors = u32::try_from(seen.len()).unwrap_or(u32::MAX);
    if sectors > rule.size {
        let text = format!("{} people cannot be of {sectors} sectors: raise size", rule.size);
        meaning.wrong(&format!("{path}.sectors"), text);
    }
    of_the_partnership(
        meaning,
        &format!("{path}.chair"),
        &rule.chair,
        "nobody of a side in dispute can chair: name a function of the partnership, such as \
         \"partnership.scrutineer\"",
    );
}
