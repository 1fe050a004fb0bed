//! What the API promises to programs: its document, its errors, its conditions, its replays, its
//! pages, its sessions, its directory and its headers.

mod access;
mod conditions;
mod directory;
pub mod document;
mod exports;
mod fields;
mod filters;
mod headers;
mod left_out;
mod pages;
mod problems;
mod replays;
pub mod reports;
mod sessions;
mod simulations;

use crate::house::{Answer, Client, House};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// A UUID that nothing has.
pub const NOBODY: &str = "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";

/// An error as RFC 9457 has it, of this kind.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{word}: {}", answer.body);
    let kind = answer.header("content-type");
    assert_eq!(kind.as_deref(), Some("application/problem+json"), "{word}: {}", answer.body);
    assert_eq!(answer.text("/type"), format!("/api/docs#problem-{word}"), "{}", answer.body);
    assert_eq!(answer.number("/status"), i64::from(status));
    assert!(!answer.text("/title").is_empty(), "{word} has no title");
    assert!(!answer.text("/detail").is_empty(), "{word} does not say what to do next");
    for member in answer.body.as_object().unwrap().keys() {
        let known = ["type", "title", "status", "detail", "errors"].contains(&member.as_str());
        assert!(known, "{word} has a member {member}");
    }
    for fault in answer.body.pointer("/errors").and_then(Value::as_array).into_iter().flatten() {
        let pointer = fault["pointer"].as_str().unwrap();
        assert!(pointer.is_empty() || pointer.starts_with('/'), "no JSON pointer: {pointer}");
        assert!(
            !fault["detail"].as_str().unwrap().is_empty(),
            "{pointer}: no word on what is wrong"
        );
    }
}

/// Fields are at fault: exactly these, in order.
#[track_caller]
fn assert_faults(answer: &Answer, pointers: &[&str]) {
    assert_problem(answer, 422, "faulty");
    assert_eq!(answer.faults(), pointers, "{}", answer.body);
}

/// The same at once: what each answered.
async fn at_once<F>(requests: Vec<F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut running: JoinSet<Answer> = requests.into_iter().collect();
    let mut answers = Vec::new();
    while let Some(answer) = running.join_next().await {
        answers.push(answer.unwrap());
    }
    answers
}

/// How many of the answers have this status.
fn count_of(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// A request with a JSON body on a condition.
pub async fn on_condition(
    client: &Client,
    method: Method,
    path: &str,
    etag: &str,
    body: &Value,
) -> Answer {
    client.send(method, path, &[("If-Match", etag)], Some(body.to_string())).await
}

/// The same client with another access token.
pub fn with_token(client: &Client, token: &str) -> Client {
    let mut client = client.clone();
    client.token = Some(token.to_owned());
    client
}

/// The ids of the things on a page.
fn ids(answer: &Answer) -> Vec<String> {
    answer.list("/items").iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Every page of a list, one after the other.
async fn walk(client: &Client, path: &str, limit: u32) -> Vec<String> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = client.get(&format!("{path}{joint}limit={limit}{next}")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        let on_it = page.list("/items");
        assert!(on_it.len() <= limit as usize, "{path}: a page over its limit");
        found.extend(on_it.iter().map(key_of));
        let Some(cursor) = page.body["next"].as_str() else { return found };
        assert_eq!(on_it.len(), limit as usize, "{path}: a short page before the last");
        next = format!("&cursor={cursor}");
    }
}

/// What tells one item of a list from another.
fn key_of(item: &Value) -> String {
    match (&item["id"], &item["sequence"]) {
        (Value::String(id), _) => id.clone(),
        (_, sequence) => sequence.to_string(),
    }
}

/// A draft of the first question's answer alone.
fn bare_draft() -> Value {
    json!({ "immediate_danger": { "in_immediate_danger": false } })
}

/// Begins a draft, and says its reference.
async fn begun(client: &Client, draft: &Value) -> String {
    let begun = client.post("/escalations", draft).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    begun.text("/reference")
}

/// Begins a draft and raises it; nothing else happens yet.
async fn raised_by(client: &Client, draft: &Value) -> String {
    let reference = begun(client, draft).await;
    let raised = client.command(&reference, "raising", &json!({})).await;
    assert_eq!(raised.status, 200, "{}", raised.body);
    reference
}

/// How many entries a case's timeline has.
async fn entries(client: &Client, reference: &str) -> usize {
    walk(client, &format!("/escalations/{reference}/timeline"), 200).await.len()
}

/// An agency of the house's directory, by its key.
async fn agency(house: &House, client: &Client, key: &str) -> Answer {
    let read = client.get(&format!("/agencies/{}", house.agency_id(key))).await;
    assert_eq!(read.status, 200, "{}", read.body);
    read
}

/// Something of the directory as it would be sent back unchanged.
pub fn as_sent(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    let fields = body.as_object_mut().unwrap();
    for field in ["id", "version", "gap"] {
        fields.remove(field);
    }
    for field in ["holders", "deputies"] {
        if let Some(people) = fields.get_mut(field).and_then(Value::as_array_mut) {
            for person in people {
                *person = person["person_id"].clone();
            }
        }
    }
    body
}

/// A post of the house's directory, by its title, as a keeper reads it.
async fn post_titled(client: &Client, title: &str) -> Answer {
    let all = client.get("/posts?limit=200").await.list("/items");
    let found = all.iter().find(|post| post["title"] == title);
    let id = found.unwrap_or_else(|| panic!("no post {title}"))["id"].as_str().unwrap();
    client.get(&format!("/posts/{id}")).await
}
