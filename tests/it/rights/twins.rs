//! Two partnerships that share a police unit and hold the same data: whatever the people of one ask
//! for, nothing of the other's is told, and whatever they do, nothing of the other's changes.

use super::aim::{Aim, NOTHING};
use super::crawl::{Answers, differences, everything, shown, told};
use super::operations::{Operation, operations};
use super::partnerships::Partnership;
use crate::house::{Client, House};
use crate::on_each_database;
use serde_json::json;
use std::collections::BTreeMap;

/// People of one partnership alone: its raiser, both sides, who was not reached, its officers.
const OWN: [&str; 5] =
    ["Priya Nair", "Margaret Bell", "Tom Okafor", "Grace Adeyemi", "Judith Hale"];
/// People of the police, who serve both: who is on a case of the first, and who is on none.
const SHARED: [&str; 3] = ["DC Aaron Tate", "DI Colin Webb", "DCI Joanna Hart"];
/// Of the same partnership, and on none of its cases: another agency, another team of the same
/// agency, the same rung elsewhere, and whoever runs the server.
const OUTSIDERS: [&str; 4] = ["Leah Morris", "Owen Pryce", "Zoe Lambert", "Ellis Grant"];
/// What differs whenever somebody reads: the log of who read.
const VARIES: [&str; 1] = ["/views"];

struct Twins<'h> {
    first: Partnership<'h>,
    second: Partnership<'h>,
    operations: Vec<Operation>,
}

impl<'h> Twins<'h> {
    /// The first has lived; the second is founded and holds nothing yet.
    async fn founded(house: &'h House) -> Self {
        let first = Partnership::own(house);
        let second = Partnership::twin_of(&first).await;
        first.live_through().await;
        // The police are on a case of the first alone.
        let draft = first.draft("police", None, "DC Aaron Tate");
        let reference = first.drafts("Priya Nair", &draft).await;
        first.does("Priya Nair", &reference, "raising", &json!({})).await;
        Self { first, second, operations: operations(house).await }
    }

    /// The second holds the same; one of the police has a case there.
    async fn second_lives(&self) {
        self.second.live_through().await;
        let draft = self.second.draft("police", None, "DS Maria Flynn");
        let reference = self.second.drafts("Priya Nair", &draft).await;
        self.second.does("Priya Nair", &reference, "raising", &json!({})).await;
    }

    async fn crawled(&self, of: &Partnership<'h>, names: &[&str], aims: &[Aim]) -> Vec<Answers> {
        let mut all = Vec::new();
        for name in names {
            all.push(everything(&of.as_(name).await, &self.operations, aims).await);
        }
        all
    }
}

/// Everything of a partnership's that can be asked for.
async fn aims(of: &Partnership<'_>) -> Vec<Aim> {
    let posts = of.posts().await;
    let own = posts.iter().filter(|(title, _)| title.contains(of.name_word));
    let posts: Vec<&String> = own.map(|(_, id)| id).collect();
    let people: Vec<String> =
        of.founded.people.iter().map(|person| person.id.to_string()).collect();
    let agencies: Vec<String> = of.founded.agencies.values().map(ToString::to_string).collect();
    let mut aims = Vec::new();
    // By their references and by their ids, in turn.
    let cases = of.cases.borrow();
    let named = |(number, (reference, id)): (usize, &(String, String))| {
        if number % 2 == 0 { reference.clone() } else { id.clone() }
    };
    let cases: Vec<String> = cases.iter().enumerate().map(named).collect();
    for index in 0..cases.len().max(6) {
        let one_of = |all: &[String]| all[index * 5 % all.len()].clone();
        aims.push(
            Aim::at(of.house, cases.get(index).map_or(NOTHING, String::as_str))
                .with("partnerships", of.id())
                .with("agencies", one_of(&agencies))
                .with("people", one_of(&people))
                .with("posts", posts[index * 5 % posts.len()].as_str())
                .with("versions", if index % 2 == 0 { "1" } else { "2" })
                .with("receiving agency", of.agency_id("social_care"))
                .with("receiving practitioner", of.person_id("Tom Okafor"))
                .with("absences", NOTHING)
                .marked(of.case_word),
        );
    }
    aims
}

fn assert_nothing(found: &[String], what: &str) {
    let shown: Vec<&str> = found.iter().take(5).map(String::as_str).collect();
    assert!(found.is_empty(), "{what}: {} times\n{}", found.len(), shown.join("\n\n"));
}

fn assert_untold(crawled: &[Answers], names: &[&str], words: &[String]) {
    for (answers, name) in crawled.iter().zip(names) {
        assert_nothing(&told(answers, words), &format!("{name} is told of what is not theirs"));
    }
}

on_each_database! {
    async fn nothing_of_one_partnerships_is_told_in_the_other(house: &House) {
        let twins = Twins::founded(house).await;
        let (first, second) = (&twins.first, &twins.second);
        let own_aims = aims(first).await;
        let before = twins.crawled(first, &OWN, &own_aims).await;
        twins.second_lives().await;
        let after = twins.crawled(first, &OWN, &own_aims).await;
        for ((before, after), name) in before.iter().zip(&after).zip(OWN) {
            let otherwise = differences(before, after, &VARIES);
            assert_nothing(&otherwise, &format!("{name} can tell what happened next door"));
        }

        let aims = [aims(second).await, own_aims].concat();
        for (here, there) in [(first, second), (second, first)] {
            let own = twins.crawled(here, &OWN, &aims).await;
            // That the crawl finds what there is to find: the raiser sees their own.
            assert!(!told(&own[0], &here.case_canaries()).is_empty(), "nothing was read");
            let all = [there.case_canaries(), there.directory_canaries()].concat();
            assert_untold(&own, &OWN, &all);
        }
        let police = twins.crawled(first, &SHARED, &aims).await;
        assert_untold(&police, &SHARED, &second.case_canaries());
        assert!(!told(&police[0], &first.case_canaries()).is_empty(), "he is on a case of theirs");
        assert_untold(&police[1..], &SHARED[1..], &first.case_canaries());
        let outside = twins.crawled(first, &OUTSIDERS, &aims).await;
        let all = [first.case_canaries(), second.case_canaries()].concat();
        assert_untold(&outside, &OUTSIDERS, &all);
        assert_untold(&outside[..3], &OUTSIDERS[..3], &second.directory_canaries());
        for (here, there) in [(first, second), (second, first)] {
            assert_mail_keeps_to(here, there);
        }
    }

    async fn nothing_that_one_partnerships_people_do_changes_or_tells_of_the_other(house: &House) {
        let twins = Twins::founded(house).await;
        twins.second_lives().await;
        let (first, second) = (&twins.first, &twins.second);
        let beside = first.ids_beside(second).await;
        let their_aims = aims(second).await;
        let watchers = ["Judith Hale", "Priya Nair"];
        let before = twins.crawled(second, &watchers, &their_aims).await;
        let mut found = Vec::new();
        for name in ["Judith Hale", "Priya Nair", "Grace Adeyemi"] {
            let words = [second.case_canaries(), second.directory_canaries()].concat();
            found.extend(told(&everything_done(&twins, name, &beside).await, &words));
        }
        for name in SHARED {
            let done = everything_done(&twins, name, &beside).await;
            found.extend(told(&done, &second.case_canaries()));
        }
        let after = twins.crawled(second, &watchers, &their_aims).await;
        for (before, after) in before.iter().zip(&after) {
            found.extend(differences(before, after, &VARIES));
        }
        assert_nothing(&found, "what was done in one partnership shows in the other");
        // Nor does what they wrote in their own: it holds the ids that they typed, and no name.
        let own_aims = aims(first).await;
        let own = twins.crawled(first, &OWN, &own_aims).await;
        let name = second.name_word.to_lowercase();
        assert_untold(&own, &OWN, &[second.case_canaries(), vec![name]].concat());
        assert_mail_keeps_to(first, second);
    }
}

/// Every operation that does something, aimed at their own things and at the other partnership's,
/// with the other's ids in the address, in the body or in both: what was answered.
async fn everything_done(
    twins: &Twins<'_>,
    name: &str,
    beside: &BTreeMap<String, String>,
) -> Answers {
    let mut answers = Answers::new();
    let case = &twins.first.cases.borrow()[1].0.clone();
    let aims = aims(&twins.first).await;
    let aim = aims[2].clone().with("escalations", case).with("versions", "1");
    let replaced = |text: &str| {
        beside.iter().fold(text.to_owned(), |text, (own, other)| text.replace(own, other))
    };
    for operation in twins.operations.iter().filter(|operation| !operation.is_read()) {
        let own = operation.asked(&aim);
        for (theirs_at, theirs_in) in [(false, true), (true, false), (true, true)] {
            let mut asked = own.clone();
            if theirs_at {
                asked.address = replaced(&asked.address);
            }
            if let Some((_, body)) = asked.body.as_mut().filter(|_| theirs_in) {
                *body = replaced(body);
            }
            if asked.address == own.address && asked.body == own.body {
                continue;
            }
            let keeper = if theirs_at { &twins.second } else { &twins.first };
            let etag = etag_of(&keeper.as_("Judith Hale").await, &asked.address).await;
            for etag in ["\"0\"", &etag] {
                let client = twins.first.as_(name).await;
                let mut asked = asked.clone();
                if operation.is_conditioned() {
                    asked = asked.with_header("If-Match", etag);
                }
                let answer = asked.send(&client).await;
                assert!(answer.status < 500, "{}: {}", operation.named(), answer.body);
                let request = format!("{name}: {} {:?} as of {etag}", asked.address, asked.body);
                answers.insert(request, shown(&answer));
                if client.get("/me").await.status != 200 {
                    twins.first.forget_tokens(); // they signed out
                }
            }
        }
    }
    answers
}

/// The ETag of what an address is about, as those read it who keep it.
async fn etag_of(keeper: &Client, address: &str) -> String {
    let resource: Vec<&str> = address.split('/').take(5).collect();
    let read = keeper.get(&format!("/{}", resource.join("/"))).await;
    read.header("etag").unwrap_or_else(|| "\"1\"".to_owned())
}

/// No message to the people of one partnership alone holds a word of the other's.
fn assert_mail_keeps_to(here: &Partnership<'_>, there: &Partnership<'_>) {
    let words = [there.case_canaries(), there.directory_canaries()].concat();
    let is_shared = |email: &str| email.ends_with("@police.example");
    let own: Vec<&String> = here.founded.people.iter().map(|person| &person.email).collect();
    let mut read = Answers::new();
    for (number, mail) in here.house.engine.mailer().sent().into_iter().enumerate() {
        if own.contains(&&mail.to) && !is_shared(&mail.to) {
            let raw = String::from_utf8(mail.raw).unwrap().replace("=\r\n", "");
            let text = [mail.subject, mail.text, mail.html, raw].join("\n");
            read.insert(format!("message {number} to {}", mail.to), text);
        }
    }
    assert!(!read.is_empty(), "nobody was told anything");
    assert_nothing(&told(&read, &words), "a message tells of the other partnership");
}
