//! Every page that somebody can come to by links.

use super::at_browser;
use crate::house::House;
use crate::sign_on::Browser;
use reqwest::Method;
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};

/// A page, and who saw it.
pub struct Seen {
    pub who: &'static str,
    pub path: String,
    pub text: String,
}

/// As many pages of one person as are looked at.
const PAGES_MAX: usize = 120;

/// Who looks: one for each thing that somebody can be.
const PEOPLE: [&str; 4] = ["Priya Nair", "Tom Okafor", "Judith Hale", "Ellis Grant"];

/// The addresses of our own that a page leads to.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("<a ").skip(1).filter_map(|tag| tag.split_once("href=\""));
    let targets = targets.map(|(_, rest)| rest.split('"').next().unwrap());
    let ours = targets.filter(|target| target.starts_with('/') && !target.starts_with("/api/"));
    ours.map(|target| target.split('#').next().unwrap().replace("&amp;", "&")).collect()
}

async fn all_of(mut browser: Browser, who: &'static str, first: &[String]) -> Vec<Seen> {
    let mut waiting: VecDeque<String> = first.iter().cloned().collect();
    let mut known: BTreeSet<String> = first.iter().cloned().collect();
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let accept = [("Accept", "text/html")];
        let answer = browser.send(Method::GET, &path, &accept, None).await;
        assert!(answer.status < 500, "{who}, {path}: {}", answer.body);
        if let Some(way) = answer.header("location").filter(|way| way.starts_with('/')) {
            waiting.extend(known.insert(way.clone()).then_some(way));
        }
        let is_page = answer.header("content-type").is_some_and(|it| it.starts_with("text/html"));
        let Value::String(text) = answer.body else { continue };
        if !is_page {
            continue;
        }
        for link in links(&text) {
            if known.len() < PAGES_MAX && known.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        seen.push(Seen { who, path, text });
    }
    seen
}

/// Every page that these people and a stranger come to from the first page, from a case and from an
/// address that is none.
pub async fn everything(house: &House, reference: &str) -> Vec<Seen> {
    let first =
        ["/".to_owned(), format!("/escalations/{reference}"), "/no/such/address".to_owned()];
    let mut seen = all_of(Browser::at_address(house.address), "nobody", &first).await;
    for who in PEOPLE {
        seen.extend(all_of(at_browser(house, who).await, who, &first).await);
    }
    seen
}
