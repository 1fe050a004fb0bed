//! What two policy files say otherwise, in words.

use crate::policy::Policy;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// Something that two policies say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about, such as `stage 2, limits, standard`.
    pub place: String,
    /// What the old one says; none if nothing.
    pub before: Option<String>,
    /// What the new one says; none if nothing.
    pub after: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "(nothing)".to_owned());
        write!(f, "{}: {} -> {}", self.place, said(&self.before), said(&self.after))
    }
}

/// Everything that a new policy says otherwise than the old one, in the order of the file. Made
/// from all that a file can say, so that nothing can be forgotten here.
///
/// # Errors
/// If a policy cannot be written down.
pub fn differences(old: &Policy, new: &Policy) -> Result<Vec<Difference>, serde_json::Error> {
    let (before, after) = (said(old)?, said(new)?);
    let find = |all: &[(String, String)], place: &str| {
        all.iter().find(|(there, _)| there == place).map(|(_, text)| text.clone())
    };
    let mut seen = BTreeSet::new();
    let places = before.iter().chain(&after).map(|(place, _)| place);
    let mut found: Vec<Difference> = places
        .filter(|place| seen.insert((*place).clone()))
        .map(|place| Difference {
            place: place.clone(),
            before: find(&before, place),
            after: find(&after, place),
        })
        .filter(|it| it.before != it.after)
        .collect();
    // What stands at the head of the file first, then the stages in their order.
    found.sort_by_key(|it| it.place.starts_with(&new.label));
    Ok(found)
}

/// All that a policy says, each with its place.
fn said(policy: &Policy) -> Result<Vec<(String, String)>, serde_json::Error> {
    let mut all = Vec::new();
    if let Value::Object(fields) = serde_json::to_value(policy)? {
        for (key, value) in fields {
            match (key.as_str(), value) {
                ("stages", Value::Array(stages)) => {
                    for (number, stage) in (1..).zip(stages) {
                        collect(&format!("{} {number}", policy.label), &stage, &mut all);
                    }
                }
                (_, value) => collect(&words(&key), &value, &mut all),
            }
        }
    }
    Ok(all)
}

fn words(key: &str) -> String {
    key.replace('_', " ")
}

fn collect(place: &str, value: &Value, all: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (key, value) in fields {
                collect(&format!("{place}, {}", words(key)), value, all);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (number, item) in (1..).zip(items) {
                let key = item.get("key").and_then(Value::as_str);
                let name = key.map_or_else(|| format!("number {number}"), |key| format!("'{key}'"));
                collect(&format!("{place}, {name}"), item, all);
            }
        }
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(text).collect();
            all.push((place.to_owned(), texts.join(", ")));
        }
        other => all.push((place.to_owned(), text(other))),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}
