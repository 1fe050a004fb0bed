//! The head of a policy: its days, its lists, its calendars, what people may do.

use super::reading::Meaning;
use super::values::did_you_mean;
use crate::calendar::{CalendarError, CalendarRules};
use crate::policy::{RequiredField, Term};
use std::collections::BTreeSet;

pub(super) fn check(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    days(meaning);
    urgency_classes(meaning);
    for (path, terms) in
        [("areas_of_disagreement", &policy.areas_of_disagreement), ("outcomes", &policy.outcomes)]
    {
        if terms.is_empty() {
            meaning.wrong(path, "name at least one");
        }
        distinct(meaning, path, terms);
    }
    distinct(meaning, "learning_themes", &policy.learning_themes);
    if policy.overdue.tell.is_empty() {
        meaning.wrong(
            "overdue.tell",
            "name who is told while a case is overdue, such as [\"partnership.business_manager\"]",
        );
    }
    if policy.stages.is_empty() {
        meaning.wrong("stages", "a policy needs at least one [[stages]]");
    }
    let is_dated = policy.raising.require.contains(&RequiredField::DecisionReceivedOn);
    if policy.raising.within.is_some() && !is_dated {
        meaning.wrong(
            "raising.within",
            "it counts from the day on which the decision was received, and nobody has to give \
             it: add \"decision_received_on\" to require",
        );
    }
    calendars(meaning);
    permissions(meaning);
}

fn days(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    if policy.effective_until.is_some_and(|until| until < policy.effective_from) {
        meaning.wrong("effective_until", "it is before effective_from");
    }
    if policy.review_on.is_some_and(|review| review < policy.effective_from) {
        meaning.wrong("review_on", "it is before effective_from");
    }
}

fn urgency_classes(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    let classes = &policy.urgency_classes;
    if classes.is_empty() {
        meaning.wrong("urgency_classes", "name at least one, such as [\"standard\"]");
    }
    let mut seen = BTreeSet::new();
    for (index, class) in classes.iter().enumerate() {
        if !seen.insert(class) {
            let text = format!("'{class}' stands here twice: keep one of them");
            meaning.wrong(&format!("urgency_classes[{index}]"), text);
        }
    }
    if let Some(class) = &policy.urgency_after_protective_deadline {
        meaning.known_class("urgency_after_protective_deadline", class);
    }
}

impl Meaning<'_> {
    /// Names a class that the policy does not have.
    pub(super) fn known_class(&mut self, path: &str, class: &str) {
        let classes = &self.policy.urgency_classes;
        if !classes.iter().any(|there| there == class) {
            let meant = did_you_mean(class, classes.iter().map(String::as_str));
            self.wrong(path, format!("'{class}' is not one of urgency_classes{meant}"));
        }
    }
}

/// Names a key that stands in a list of terms twice.
pub(super) fn distinct(meaning: &mut Meaning<'_>, path: &str, terms: &[Term]) {
    let mut seen = BTreeSet::new();
    for (index, term) in terms.iter().enumerate() {
        if !seen.insert(&term.key) {
            let text = format!("the key '{}' stands twice", term.key);
            meaning.wrong(&format!("{path}[{index}].key"), text);
        }
    }
}

fn calendars(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    calendar(meaning, "calendar", &policy.calendar);
    let mut seen = BTreeSet::new();
    for (index, other) in policy.other_hours.iter().enumerate() {
        let path = format!("other_hours[{index}]");
        calendar(meaning, &format!("{path}.calendar"), &other.calendar);
        if other.sectors.is_empty() {
            meaning.wrong(&format!("{path}.sectors"), "name at least one sector");
        }
        for (number, sector) in other.sectors.iter().enumerate() {
            if !seen.insert(*sector) {
                let text = format!("the sector '{}' has other hours already", sector.in_words());
                meaning.wrong(&format!("{path}.sectors[{number}]"), text);
            }
        }
    }
}

fn calendar(meaning: &mut Meaning<'_>, path: &str, rules: &CalendarRules) {
    for mistake in rules.mistakes() {
        let text = mistake.to_string();
        let (key, text) = match mistake {
            CalendarError::DayEndsBeforeItStarts { .. } => ("day_ends", text.as_str()),
            // What it says begins with the key.
            _ => text.split_once(": ").unwrap_or(("hours", &text)),
        };
        meaning.wrong(&format!("{path}.{key}"), text);
    }
}

fn permissions(meaning: &mut Meaning<'_>) {
    let policy = meaning.policy;
    for (path, permission) in [
        ("extension", &policy.extension),
        ("pause", &policy.pause),
        ("step_down", &policy.step_down),
    ] {
        if let Some(permission) = permission {
            distinct(meaning, &format!("{path}.reasons"), &permission.reasons);
        }
    }
}
