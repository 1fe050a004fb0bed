//! What people type never becomes a header, a recipient or a command of the mail (through a real
//! mail server, from the API's door on).

use crate::engine::outbox::house_and_sink;
use crate::house::smtp_sink::{Received, SmtpSink};
use crate::house::{Client, Database, House, block_on};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Texts that end a line, a header, a body or an address somewhere.
fn hostile() -> Vec<String> {
    let injected = "Bcc: thief@forger.example";
    let mut all: Vec<String> =
        ["\r\n", "\n", "\r", "\0", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}"]
            .iter()
            .map(|end| format!("Ada{end}{injected}"))
            .collect();
    all.extend([
        format!("Ada\r\n\r\n{injected}"),
        "Ada\r\n.\r\nMAIL FROM:<thief@forger.example>\r\nRCPT TO:<thief@forger.example>".to_owned(),
        "Ada <thief@forger.example>, \"".to_owned(),
        "Ada, thief@forger.example".to_owned(),
        "=?utf-8?Q?Ada=0D=0ABcc:_thief@forger.example?=".to_owned(),
        "(comment) \"quoted\" \\ <>@,;:".to_owned(),
        "Zoë 字 🐺 \u{202e}live\u{202c}".to_owned(),
        format!("{}\u{e9}", "x".repeat(190)),
        "\u{1b}[31mred".to_owned(),
        "x".repeat(1200),
    ]);
    all
}

/// The parts of a draft's text that stand in messages or near them; lines of dots and long ones.
fn body_texts() -> Vec<String> {
    vec![
        ".".to_owned(),
        "..".to_owned(),
        "a\n.\nb".to_owned(),
        "a\r\n.\r\nQUIT\r\n".to_owned(),
        "\u{2028}.\u{2028}".to_owned(),
        "é".repeat(3000),
        "y".repeat(5000),
    ]
}

/// The names of the headers, each with how often it stands there.
fn names(mail: &Received) -> Vec<String> {
    let text = String::from_utf8(mail.data.clone()).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    let is_name = |line: &&str| !line.starts_with([' ', '\t']);
    let mut names: Vec<String> = head
        .split("\r\n")
        .filter(is_name)
        .map(|line| line.split(':').next().unwrap().to_ascii_lowercase())
        .collect();
    names.sort();
    names
}

/// Checks what arrived: known headers once each, one known recipient, lines that end in CR LF.
fn assert_whole(mail: &Received, known: &BTreeSet<String>) {
    assert_eq!(mail.to.len(), 1, "{:?}", mail.to);
    assert!(known.contains(&mail.to[0].to_lowercase()), "sent to {:?}", mail.to);
    assert_eq!(mail.from, "escalations@bscp.example");
    let names = names(mail);
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "a header stands twice: {names:?}");
    for name in &names {
        assert!(!["bcc", "cc", "mail from", "rcpt to"].contains(&name.as_str()), "{names:?}");
    }
    let text = String::from_utf8(mail.data.clone()).expect("7-bit, or declared otherwise");
    for line in text.split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "a bare line end or NUL in {line:?}");
        assert!(line.len() <= 998, "a line of {} bytes", line.len());
        assert!(line.is_ascii(), "8-bit in {line:?}");
    }
}

async fn addresses(house: &House, ellis: &Client) -> BTreeSet<String> {
    let people = ellis.get("/people?limit=200").await.list("/items");
    let posts = ellis.get("/posts?limit=200").await.list("/items");
    let text = |item: &Value, field: &str| item[field].as_str().map(str::to_lowercase);
    let mut known: BTreeSet<String> = people.iter().filter_map(|it| text(it, "email")).collect();
    known.extend(posts.iter().filter_map(|it| text(it, "mailbox_email")));
    known.extend(house.founded.people.iter().map(|it| it.email.to_lowercase()));
    known.insert("partnership@bscp.example".to_owned());
    known
}

/// Renames somebody; whether the server took the name.
async fn renamed(house: &House, ellis: &Client, name: &str, to: &str) -> bool {
    let path = format!("/people/{}", house.person_id(name));
    let read = ellis.get(&path).await;
    let mut body = read.body.clone();
    for field in ["id", "version"] {
        body.as_object_mut().unwrap().remove(field);
    }
    body["name"] = json!(to);
    let etag = read.header("etag").unwrap();
    let headers = [("If-Match", etag.as_str())];
    let answer = ellis.send(Method::PUT, &path, &headers, Some(body.to_string())).await;
    assert!([200, 422].contains(&answer.status), "{to:?}: {}", answer.body);
    answer.status == 200
}

#[test]
fn no_text_of_anybodys_changes_the_envelope_or_the_headers_of_a_message() {
    block_on(async {
        let (house, sink): (House, SmtpSink) = house_and_sink(Database::Sqlite, 5).await.unwrap();
        let ellis = house.as_("Ellis Grant").await;
        let known = addresses(&house, &ellis).await;
        house.raised().await;
        let usual: BTreeSet<Vec<String>> = sink.received().iter().map(names).collect();
        let mut taken_count = 0;
        for text in hostile() {
            taken_count += usize::from(renamed(&house, &ellis, "Tom Okafor", &text).await);
            let mut draft = house.draft();
            draft["draft"]["child"]["initials"] = json!(text);
            let priya = house.as_("Priya Nair").await;
            if priya.post("/escalations", &draft).await.status == 201 {
                taken_count += 1;
            }
            let mut draft = house.draft();
            draft["draft"]["child"]["local_reference"] = json!(text);
            draft["draft"]["receiving_team"] = json!("Referral and assessment");
            if priya.post("/escalations", &draft).await.status != 201 {
                draft = house.draft();
            }
            let before = sink.received().len();
            house.raised_with(&draft).await;
            assert!(sink.received().len() > before, "{text:?}: nobody was told");
        }
        assert!(taken_count > 10, "only {taken_count} texts were taken at the door");
        for text in body_texts() {
            let mut draft = house.draft();
            for field in ["facts", "judgement", "risk", "outcome_sought"] {
                draft["draft"][field] = json!(text);
            }
            house.raised_with(&draft).await;
        }
        for mail in sink.received() {
            assert_whole(&mail, &known);
            assert!(usual.contains(&names(&mail)), "other headers: {:?}", names(&mail));
        }
        let heard = sink.commands();
        assert!(!heard.iter().any(|line| line.contains("forger.example")), "{heard:?}");
    });
}

#[test]
fn an_address_that_is_more_than_one_address_is_refused_at_the_door() {
    block_on(async {
        let (house, sink) = house_and_sink(Database::Sqlite, 5).await.unwrap();
        let ellis = house.as_("Ellis Grant").await;
        for email in [
            "a@b.example\r\nBcc: thief@forger.example",
            "a@b.example\n",
            "a@b.example\0",
            "a@b.example, thief@forger.example",
            "a@b.example thief@forger.example",
            "<a@b.example>",
            "Ada <a@b.example>",
            "a@b.example>",
            "a@b.example> NOTIFY=SUCCESS",
            "a\u{2028}b@b.example",
            "a@b.example\u{2028}",
            "a@@b.example",
            "@b.example",
            "a@",
            "a",
            "",
        ] {
            let person = json!({ "name": "Somebody", "email": email });
            let answer = ellis.post("/people", &person).await;
            // Space around an address is taken away.
            if answer.status == 201 {
                assert_eq!(answer.text("/email"), email.trim(), "{email:?}");
                assert!(!answer.text("/email").contains(['\r', '\n', '<', ' ']));
                continue;
            }
            assert_eq!(answer.faults(), ["/email"], "{email:?}: {}", answer.body);
        }
        assert!(sink.received().is_empty());
    });
}
