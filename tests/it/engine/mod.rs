//! The engine's promises: no deadline is missed, no message is lost, nothing happens twice, and the
//! record shows whatever was done to it.

mod bounces;
mod clock_changes;
mod closures;
mod constraints;
mod delivery;
mod foreseeing;
mod health;
mod jobs;
mod late;
mod migrations;
mod nodes;
pub mod outbox;
mod outbox_encryption;
mod outbox_faults;
mod outbox_order;
mod poison;
mod policies;
mod policy_choice;
pub mod proving;
mod publishing;
mod record;
mod report_facts;
pub mod report_letters;
pub mod sql;

use crate::house::{Answer, House};
use serde_json::{Value, json};

/// The shipped policy.
pub const BSCP: &str = include_str!("../../../config/policies/bscp.toml");

/// The shipped policy in another version, effective from a day, with something else in it.
pub fn version(number: i32, effective_from: &str, replacing: &[(&str, &str)]) -> String {
    let mut text = BSCP.to_owned();
    let number = format!("version = {number}");
    let from = format!("effective_from = \"{effective_from}\"");
    let dated = [("version = 1", number.as_str()), ("effective_from = \"2026-09-01\"", &from)];
    for (old, new) in dated.iter().chain(replacing) {
        assert!(text.contains(old), "the shipped policy does not say {old} any more");
        text = text.replace(old, new);
    }
    text
}

/// Raises so many challenges of Priya Nair's, and delivers nothing.
pub async fn raise_many(house: &House, count: usize) -> Vec<String> {
    let priya = house.as_("Priya Nair").await;
    let mut references = Vec::new();
    for _ in 0..count {
        let begun = priya.post("/escalations", &house.draft()).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let reference = begun.text("/reference");
        let raised = priya.command(&reference, "raising", &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        references.push(reference);
    }
    references
}

/// A case as the partnership's business manager sees it.
pub async fn case(house: &House, reference: &str) -> Answer {
    let judith = house.as_("Judith Hale").await;
    let case = judith.get(&format!("/escalations/{reference}")).await;
    assert_eq!(case.status, 200, "{}", case.body);
    case
}

/// The entries of a case's timeline that are of a kind.
pub async fn entries(house: &House, reference: &str, kind: &str) -> Vec<Value> {
    let judith = house.as_("Judith Hale").await;
    let timeline = judith.get(&format!("/escalations/{reference}/timeline?limit=200")).await;
    assert_eq!(timeline.status, 200, "{}", timeline.body);
    timeline.list("/items").into_iter().filter(|entry| entry["kind"] == kind).collect()
}

/// The partnership's list of messages in a state, as its business manager sees it.
pub async fn notices(house: &House, state: &str) -> Vec<Value> {
    let judith = house.as_("Judith Hale").await;
    let list = judith.get(&format!("/notices?limit=200&state={state}")).await;
    assert_eq!(list.status, 200, "{}", list.body);
    list.list("/items")
}

/// Winds the clock on and does nothing: the server is down.
pub fn sleep_until(house: &House, at: &str) {
    assert!(house.clock.wind_on_to(at.parse().unwrap()), "the clock cannot be wound back to {at}");
}
