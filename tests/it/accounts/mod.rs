//! How people come by their accounts, keep them, and are told of what happens to them.

mod enumeration;
mod limits;
mod links;
mod set_up;
mod throttling;

use crate::house::{Answer, Client, Database, House, Wishes};
use reqwest::Method;
use serde_json::json;

/// A house behind a proxy that says where requests come from.
async fn behind_a_proxy(database: Database) -> Option<House> {
    let settings = vec![("http.trusted_proxies", "127.0.0.1, ::1".to_owned())];
    House::build(database, Wishes { settings, ..Wishes::default() }).await
}

/// A request that the proxy says came from an address.
pub async fn post_from(house: &House, from: &str, path: &str, body: &serde_json::Value) -> Answer {
    let headers = [("X-Forwarded-For", from)];
    let stranger = Client::stranger(house.address);
    stranger.send(Method::POST, path, &headers, Some(body.to_string())).await
}

pub async fn sign_in_from(house: &House, from: &str, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    post_from(house, from, "/sessions", &body).await
}

/// An address in a network of its own.
pub fn network(number: usize) -> String {
    format!("203.{}.{}.7", number / 256, number % 256)
}

#[track_caller]
fn assert_word(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.text("/type"), format!("/api/docs#problem-{word}"));
}

/// The secret in the last message to an address.
pub fn secret_sent(house: &House, email: &str, place: &str) -> String {
    let mails = house.mails_to_address(email);
    let text = &mails.last().unwrap_or_else(|| panic!("nothing went to {email}")).text;
    let begin = format!("https://escalations.example/{place}/");
    let link = text.lines().find_map(|line| line.strip_prefix(&begin));
    link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
}
