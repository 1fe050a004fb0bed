//! A case in the house, and the people who do things to it.

use crate::house::{Answer, Client, House};
use bscp_escalation::clock::UtcInstant;
use reqwest::Method;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::thread;

/// When each stage of a challenge raised on [`MONDAY`](crate::house::MONDAY) runs out if nobody
/// says a word: a working week each.
pub const STAGE_ENDS: [&str; 4] = [
    "2026-12-30T17:00:00Z",
    "2027-01-07T17:00:00Z",
    "2027-01-14T17:00:00Z",
    "2027-01-21T17:00:00Z",
];

/// What only those may read who see the case.
const CONFIDENTIAL: [&str; 3] = ["Q.Z.", "RPP-0417", "canary"];

/// A case. When a test is through with it, no message may have told what is confidential.
pub struct Case<'h> {
    pub house: &'h House,
    pub reference: String,
    signed_in: RefCell<HashMap<String, (UtcInstant, Client)>>,
}

impl Drop for Case<'_> {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_mail_keeps_confidence(self.house);
        }
    }
}

impl<'h> Case<'h> {
    /// A draft of somebody's.
    pub async fn drafted(house: &'h House, writer: &str, draft: &Value) -> Self {
        let mut case = Self { house, reference: String::new(), signed_in: RefCell::default() };
        let begun = case.as_(writer).await.post("/escalations", draft).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        case.reference = begun.text("/reference");
        case
    }

    /// A challenge that somebody raised.
    pub async fn raised_by(house: &'h House, raiser: &str, draft: &Value) -> Self {
        let case = Self::drafted(house, raiser, draft).await;
        case.does(raiser, "raising", &json!({})).await;
        case
    }

    /// Priya Nair's challenge.
    pub async fn raised(house: &'h House) -> Self {
        Self::raised_by(house, "Priya Nair", &house.draft()).await
    }

    /// Priya Nair's challenge, in the stage that it comes to if nobody says a word.
    pub async fn at_stage(house: &'h House, stage: usize) -> Self {
        let case = Self::raised(house).await;
        for end in &STAGE_ENDS[..stage - 1] {
            house.advance_to(end).await;
        }
        case
    }

    /// Somebody who is signed in.
    pub async fn as_(&self, name: &str) -> Client {
        let now = self.house.clock.now();
        let known = self.signed_in.borrow().get(name).cloned();
        if let Some((_, client)) = known.filter(|(since, _)| *since == now) {
            return client;
        }
        let client = self.house.as_(name).await;
        self.signed_in.borrow_mut().insert(name.to_owned(), (now, client.clone()));
        client
    }

    /// Where the case is.
    pub fn path(&self) -> String {
        format!("/escalations/{}", self.reference)
    }

    /// Somebody's command, whatever is answered. No error tells what is confidential.
    pub async fn asks(&self, name: &str, command: &str, body: &Value) -> Answer {
        let answer = self.as_(name).await.command(&self.reference, command, body).await;
        if answer.status >= 400 {
            assert_keeps_confidence("an error", &answer.body.to_string());
        }
        self.house.settle().await;
        answer
    }

    /// A command that is done; the case after it.
    pub async fn does(&self, name: &str, command: &str, body: &Value) -> Answer {
        let answer = self.asks(name, command, body).await;
        assert_eq!(answer.status, 200, "{name}, {command}: {}", answer.body);
        answer
    }

    /// A command that is refused with a status.
    pub async fn refuses(&self, name: &str, command: &str, body: &Value, status: u16) -> Answer {
        let before = self.version().await;
        let answer = self.asks(name, command, body).await;
        assert_eq!(answer.status, status, "{name}, {command}: {}", answer.body);
        assert_eq!(self.version().await, before, "{name}, {command}: refused, and done");
        answer
    }

    async fn version(&self) -> i64 {
        let stored = self.house.engine.verify_timelines().await.unwrap();
        assert_eq!(stored.broken, []);
        i64::try_from(stored.entries_count).unwrap()
    }

    /// Goes on writing the draft as of a version.
    pub async fn writes(&self, name: &str, etag: &str, draft: &Value) -> Answer {
        let path = format!("{}/draft", self.path());
        let headers = [("If-Match", etag)];
        self.as_(name).await.send(Method::PUT, &path, &headers, Some(draft.to_string())).await
    }

    /// The case as somebody sees it.
    pub async fn seen_by(&self, name: &str) -> Answer {
        let seen = self.as_(name).await.get(&self.path()).await;
        assert_eq!(seen.status, 200, "{name} does not see it: {}", seen.body);
        seen
    }

    /// The case as its partnership sees it.
    pub async fn seen(&self) -> Answer {
        self.seen_by("Judith Hale").await
    }

    /// What somebody reads under the case, such as its timeline.
    pub async fn list(&self, name: &str, what: &str) -> Vec<Value> {
        let path = format!("{}/{what}?limit=200", self.path());
        let read = self.as_(name).await.get(&path).await;
        assert_eq!(read.status, 200, "{name}, {what}: {}", read.body);
        read.list("/items")
    }

    /// The events of a kind, the first first.
    pub async fn events(&self, kind: &str) -> Vec<Value> {
        let entries = self.list("Judith Hale", "timeline").await;
        let of_kind = entries.iter().filter(|entry| entry["kind"] == kind);
        of_kind.map(|entry| entry["event"].clone()).collect()
    }

    /// What stood in each record of a missed deadline about the receiving side's answer.
    pub async fn answers_when_missed(&self) -> Vec<String> {
        let missed = self.events("deadline_passed").await;
        missed.iter().map(|event| event["answer"].as_str().unwrap().to_owned()).collect()
    }

    /// The subjects of somebody's messages about the case, the first first.
    pub fn subjects_to(&self, name: &str) -> Vec<String> {
        let mails = self.house.mails_to(name).into_iter();
        mails.map(|mail| mail.subject).filter(|s| s.contains(&self.reference)).collect()
    }

    /// The latest of them.
    pub fn last_subject_to(&self, name: &str) -> String {
        let subjects = self.subjects_to(name);
        subjects.last().unwrap_or_else(|| panic!("{name} was told nothing")).clone()
    }

    /// The names of those who were told something, by how its subject begins.
    pub fn told(&self, subject_begins: &str) -> BTreeSet<String> {
        let told = self.house.founded.people.iter().filter(|person| {
            let subjects = self.subjects_to(&person.name);
            subjects.iter().any(|subject| subject.starts_with(subject_begins))
        });
        told.map(|person| person.name.clone()).collect()
    }
}

/// The names at a pointer's list of people.
pub fn names(answer: &Answer, pointer: &str) -> Vec<String> {
    let seats = answer.list(pointer);
    seats.iter().map(|seat| seat["name"].as_str().unwrap().to_owned()).collect()
}

/// A set of names.
pub fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// No text of a child or a narrative stands here.
pub fn assert_keeps_confidence(what: &str, text: &str) {
    for word in CONFIDENTIAL {
        assert!(!text.contains(word), "{what} tells {word}: {text}");
    }
}

/// No message that was ever sent tells what is confidential.
pub fn assert_mail_keeps_confidence(house: &House) {
    for mail in house.engine.mailer().sent() {
        // Lines that were folded on the way are one again.
        let raw = String::from_utf8(mail.raw).unwrap().replace("=\r\n", "");
        for text in [mail.subject, mail.text, mail.html, raw] {
            assert_keeps_confidence("a message", &text);
        }
    }
}
