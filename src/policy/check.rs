//! What is wrong with a policy, in plain words.

use super::file::Policy;
use super::stage::{EndingRule, OnDeadline, Stage};
use super::who::Who;
use crate::directory::Side;
use std::collections::BTreeSet;
use std::fmt;

/// Something that a policy file must not say, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a line, or the key.
    pub place: String,
    /// What is wrong and what to do.
    pub text: String,
}

impl Mistake {
    fn at(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { place: place.into(), text: text.into() }
    }

    pub(super) fn unreadable(file: &str, error: &toml::de::Error) -> Self {
        let line = error
            .span()
            .and_then(|span| file.get(..span.start))
            .map(|before| before.matches('\n').count() + 1);
        let text = match error.message() {
            // What is said of a day or a time that stands there without its quotes.
            "invalid type: map, expected a formatted date string" => {
                "put the day in quotes, such as \"2026-09-01\""
            }
            "invalid type: map, expected a formatted time string" => {
                "put the time in quotes, such as \"09:00\""
            }
            other => other,
        };
        Self::at(line.map_or_else(|| "the file".to_owned(), |line| format!("line {line}")), text)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// All mistakes of a policy that could be read.
pub(super) fn mistakes(policy: &Policy) -> Vec<Mistake> {
    let mut found = Vec::new();
    head(policy, &mut found);
    for (index, stage) in policy.stages.iter().enumerate() {
        let number = index + 1;
        let is_last = number == policy.stages.len();
        one_stage(policy, stage, &format!("stages, number {number}"), is_last, &mut found);
    }
    found
}

fn head(policy: &Policy, found: &mut Vec<Mistake>) {
    if !is_key(&policy.key) {
        found.push(Mistake::at("key", "use small letters, digits and hyphens, such as \"bscp\""));
    }
    if !is_topic(&policy.topic) {
        found.push(Mistake::at(
            "topic",
            "use small letters, digits and underscores, such as \"conference_outcome\"",
        ));
    }
    if policy.version < 1 {
        found.push(Mistake::at("version", "count versions from 1"));
    }
    if policy.effective_until.is_some_and(|until| until < policy.effective_from) {
        found.push(Mistake::at("effective_until", "it is before effective_from"));
    }
    if policy.stages.is_empty() {
        found.push(Mistake::at("stages", "a policy needs at least one [[stages]]"));
    }
    if policy.urgency_classes.is_empty() {
        found.push(Mistake::at("urgency_classes", "name at least one, such as [\"standard\"]"));
    }
    if let Some(class) = &policy.urgency_after_protective_deadline
        && !policy.urgency_classes.contains(class)
    {
        found.push(Mistake::at(
            "urgency_after_protective_deadline",
            format!("'{class}' is not one of urgency_classes"),
        ));
    }
    for (place, terms) in
        [("areas_of_disagreement", &policy.areas_of_disagreement), ("outcomes", &policy.outcomes)]
    {
        let mut seen = BTreeSet::new();
        if terms.is_empty() {
            found.push(Mistake::at(place, "name at least one"));
        }
        for term in terms {
            if !seen.insert(&term.key) {
                found.push(Mistake::at(place, format!("the key '{}' stands twice", term.key)));
            }
        }
    }
    if policy.overdue.tell.is_empty() {
        found.push(Mistake::at(
            "overdue.tell",
            "name who is told while a case is overdue, such as [\"partnership.business_manager\"]",
        ));
    }
    if policy.calendar.day_ends <= policy.calendar.day_starts {
        found.push(Mistake::at("calendar.day_ends", "the working day ends before it starts"));
    }
}

fn one_stage(policy: &Policy, stage: &Stage, place: &str, is_last: bool, found: &mut Vec<Mistake>) {
    let ordinary = policy.ordinary_class();
    if stage.limits.of(ordinary, ordinary).is_empty()
        && (stage.all_tasks().is_empty() || !stage.limits.is_empty())
    {
        found.push(Mistake::at(
            place,
            format!("it has no limit for '{ordinary}': add {ordinary} = \"5 working days\""),
        ));
    }
    for class in stage.limits.classes().filter(|it| policy.urgency(it).is_none()) {
        found.push(Mistake::at(
            place,
            format!("it has a limit for '{class}', which is not one of urgency_classes"),
        ));
    }
    if stage.act.is_empty() {
        found.push(Mistake::at(place, "nobody must act: name them in act"));
    }
    if is_last && stage.determine.is_empty() && stage.ending == EndingRule::Determination {
        found.push(Mistake::at(
            place,
            "the last stage can never end without agreement: name in determine who decides",
        ));
    }
    if !is_last && !stage.determine.is_empty() {
        found.push(Mistake::at(place, "only the last stage has determine"));
    }
    if stage.determine.iter().any(|who| who.side() != Side::Partnership) {
        found.push(Mistake::at(place, "only the partnership determines: no side judges itself"));
    }
    if is_last && !stage.determine.is_empty() {
        deciding(stage, place, found);
    }
    let sides: BTreeSet<Side> = stage.act.iter().map(|who| who.side()).collect();
    let both = sides.contains(&Side::Raising) && sides.contains(&Side::Receiving);
    if !is_last && stage.on_deadline == OnDeadline::Escalate && !both {
        found.push(Mistake::at(place, "both sides must act: name raising and receiving in act"));
    }
}

/// Whoever acts for the partnership in the last stage determines, and nobody else can.
fn deciding(stage: &Stage, place: &str, found: &mut Vec<Mistake>) {
    let decides = |who: &&Who| who.side() == Side::Partnership;
    for who in stage.determine.iter().filter(decides).filter(|who| !stage.act.contains(who)) {
        found.push(Mistake::at(place, format!("'{who}' determines and must act: add it to act")));
    }
    for who in stage.act.iter().filter(decides).filter(|who| !stage.determine.contains(who)) {
        found.push(Mistake::at(
            place,
            format!(
                "whoever acts for the partnership in the last stage determines: \
                 add '{who}' to determine, or move it to copy"
            ),
        ));
    }
}

fn is_topic(text: &str) -> bool {
    is_key(&text.replace('_', "-")) && !text.contains('-')
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
