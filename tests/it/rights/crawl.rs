//! Reading all that there is to read, as somebody.

use super::aim::Aim;
use super::operations::{Asked, Operation};
use crate::house::{Answer, Client};
use std::collections::{BTreeMap, BTreeSet};

/// What was answered to each request: its status, its headers and its body, as text.
pub type Answers = BTreeMap<String, String>;

/// How many pages are read after one that leads to more. A list is read in large pages too.
const PAGES_MAX: usize = 3;
/// Forms that take long to make. They are made of the report that the others are made of, after
/// access was decided: `forms` asks for each once.
const LONG_IN_THE_MAKING: [&str; 3] = ["form=xlsx", "form=pdf", "form=html"];
/// Headers that differ from answer to answer.
const DIFFER: [&str; 2] = ["date", "x-request-id"];

/// An answer as it came, but for what differs each time.
pub fn shown(answer: &Answer) -> String {
    let headers = answer.headers.iter().filter(|(name, _)| !DIFFER.contains(&name.as_str()));
    let mut headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    format!("{}\n{}\n{}", answer.status, headers.join("\n"), answer.body)
}

fn is_long_in_the_making(query: &str) -> bool {
    LONG_IN_THE_MAKING.iter().any(|form| query.contains(form))
}

/// Everything that somebody reads when they ask for all that they can think of: every read of the
/// API at each of the aims, with each value of each parameter, at the first with two at once, and
/// the pages that a page leads to; without the forms that take long to make.
pub async fn everything(client: &Client, operations: &[Operation], aims: &[Aim]) -> Answers {
    let mut asked = BTreeSet::new();
    let mut answers = Answers::new();
    for operation in operations.iter().filter(|operation| operation.is_read()) {
        for (number, aim) in aims.iter().enumerate() {
            let queries =
                if number == 0 { narrowed(operation, aim) } else { operation.queries(aim) };
            for query in queries.into_iter().filter(|query| !is_long_in_the_making(query)) {
                let request = operation.asked(aim).with_query(&query);
                if asked.insert(request.address.clone()) {
                    read(client, request, &mut answers).await;
                }
            }
        }
    }
    answers
}

/// The queries of one parameter, and those of two of which one narrows the list to an agency or a
/// partnership.
fn narrowed(operation: &Operation, aim: &Aim) -> Vec<String> {
    let of_one = operation.queries(aim);
    let narrows =
        |query: &&String| query.contains("agency_id=") || query.contains("partnership_id=");
    let mut all = of_one.clone();
    for narrow in of_one.iter().filter(narrows) {
        let others = of_one.iter().filter_map(|other| other.strip_prefix('?'));
        all.extend(others.map(|other| format!("{narrow}&{other}")));
    }
    all
}

/// Reads a page, and some that follow it.
async fn read(client: &Client, mut request: Asked, answers: &mut Answers) {
    let first = request.address.clone();
    let joint = if first.contains('?') { '&' } else { '?' };
    for _ in 0..PAGES_MAX {
        let answer = request.send(client).await;
        assert!(answer.status < 500, "{}: {}", request.address, answer.body);
        answers.insert(format!("{} {}", request.method, request.address), shown(&answer));
        let Some(next) = answer.body["next"].as_str() else { return };
        request.address = format!("{first}{joint}cursor={next}");
    }
}

/// Where one of the words stands in an answer, whichever way it is written. What stands in the request
/// itself is no news to whoever sent it.
pub fn told(answers: &Answers, words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (request, answer) in answers {
        let answer = answer.to_lowercase();
        let asked = request.to_lowercase();
        for word in words.iter().filter(|word| !word.is_empty() && !asked.contains(word.as_str())) {
            if let Some(at) = answer.find(word.as_str()) {
                let before: String = answer[..at].chars().rev().take(120).collect();
                let before: String = before.chars().rev().collect();
                let status = answer.lines().next().unwrap_or_default();
                found.push(format!("{request} tells {word} ({status}): {before}{word}"));
            }
        }
    }
    found
}

/// What was answered otherwise than before, without the requests that `varies` names.
pub fn differences(before: &Answers, after: &Answers, varies: &[&str]) -> Vec<String> {
    let requests: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let fixed =
        requests.into_iter().filter(|request| !varies.iter().any(|it| request.contains(it)));
    let differing = fixed.filter(|request| before.get(*request) != after.get(*request));
    let shown = |answers: &Answers, request: &String| {
        answers.get(request).map_or("nothing", String::as_str).to_owned()
    };
    differing
        .map(|request| {
            format!(
                "{request}\nbefore: {}\nafter: {}",
                shown(before, request),
                shown(after, request)
            )
        })
        .collect()
}
