//! What waits for somebody in their own calendar: the address, and what is fetched from it.

use super::{at_browser, fill_in, filled};
use crate::engine::sql::Raw;
use crate::house::{Answer, Client, Database, House, Wishes, block_on, fresh_settings};
use crate::on_each_database;
use crate::process::PROGRAM;
use crate::sign_on::{Browser, page};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

const PAGE: &str = "/account/calendar";

/// The address that a page shows, as a path.
fn shown(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = page(answer);
    let (_, rest) = text.split_once("readonly value=\"https://escalations.example").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Makes an address as somebody at a browser, and says its path.
async fn made(browser: &mut Browser) -> String {
    let form = browser.get(PAGE).await;
    shown(&browser.post(PAGE, &filled(&form, &[])).await)
}

/// What somebody without a session fetches.
async fn fetched(house: &House, address: &str) -> Answer {
    Client::stranger(house.address).get(&format!("/{address}")).await
}

/// The entries of a calendar: their properties, with those of their alarms under `VALARM:`.
fn entries(answer: &Answer) -> Vec<BTreeMap<String, String>> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = answer.body.as_str().unwrap();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"),
        "{text}"
    );
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    for canary in ["Q.Z.", "RPP-0417", "canary", "Ravensbourne", "Priya", "Tom Okafor"] {
        assert!(!text.contains(canary), "{canary}: {text}");
    }
    let unfolded = text.replace("\r\n ", "");
    let entry = |block: &str| {
        let block = block.split("END:VEVENT").next().unwrap();
        let mut inside = "";
        let mut found = BTreeMap::new();
        for line in block.lines().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap();
            match name {
                "BEGIN" => inside = "VALARM:",
                "END" => inside = "",
                name => {
                    assert!(found.insert(format!("{inside}{name}"), value.to_owned()).is_none())
                }
            }
        }
        found
    };
    unfolded.split("BEGIN:VEVENT").skip(1).map(entry).collect()
}

async fn withdraw(house: &House, reference: &str) {
    let priya = house.as_("Priya Nair").await;
    let body = json!({ "reason": "It was settled." });
    assert_eq!(priya.command(reference, "withdrawals", &body).await.status, 200);
}

on_each_database! {
    async fn what_waits_for_somebody_stands_in_their_calendar(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let blank = page(&tom.get(PAGE).await).to_owned();
        assert!(blank.contains("<h2>Make your address</h2>"), "{blank}");
        assert!(!blank.contains("End this address"), "{blank}");
        let address = made(&mut tom).await;
        assert_eq!(address.len(), "/calendar/.ics".len() + 43, "256 bits: {address}");
        assert_eq!(entries(&fetched(house, &address).await).len(), 0);
        let reference = house.raised().await;
        let answer = fetched(house, &address).await;
        assert!(answer.header("content-type").unwrap().starts_with("text/calendar; charset=utf-8"));
        assert_eq!(answer.header("cache-control").unwrap(), "private, no-cache");
        assert!(answer.body.as_str().unwrap().contains("\r\nMETHOD:PUBLISH\r\n"));
        let [entry] = entries(&answer).try_into().unwrap();
        let case = house.as_("Judith Hale").await.get(&format!("/escalations/{reference}")).await;
        assert_eq!(entry["UID"], format!("{}@calendar.bscp-escalation", case.text("/id")));
        assert_eq!(entry["SEQUENCE"], case.number("/version").to_string());
        assert_eq!(entry["DTSTART"], "20261230T170000Z");
        assert_eq!(entry["STATUS"], "CONFIRMED");
        assert_eq!(entry["CLASS"], "PRIVATE");
        assert_eq!(entry["SUMMARY"], format!("Action needed: {reference} (stage 1)"));
        let link = format!("https://escalations.example/escalations/{reference}");
        assert_eq!(entry["URL"], link);
        let words = "Due Wed 30 Dec 2026\\, 17:00. Sign in to see what it is about and to act:\\n";
        assert_eq!(entry["DESCRIPTION"], format!("{words}{link}"));
        assert_eq!(entry["VALARM:TRIGGER"], "-PT2H");
        assert_eq!(entry["VALARM:ACTION"], "DISPLAY");
        // Whoever waits for Tom Okafor has nothing to do.
        let mut priya = at_browser(house, "Priya Nair").await;
        let hers = made(&mut priya).await;
        assert_eq!(entries(&fetched(house, &hers).await).len(), 0);
        let used = page(&tom.get(PAGE).await).to_owned();
        assert!(used.contains("<dd>21 December 2026</dd>") && !used.contains("Not yet"), "{used}");
        assert!(!used.contains(&address), "it is shown once");
    }

    async fn a_calendar_that_has_it_already_is_told_so_until_a_deadline_moves(house: &House) {
        let reference = house.raised().await;
        let address = made(&mut at_browser(house, "Tom Okafor").await).await;
        let first = fetched(house, &address).await;
        let [before] = entries(&first).try_into().unwrap();
        let etag = first.header("etag").unwrap();
        let asks = [("If-None-Match", etag.as_str())];
        let path = format!("/{address}");
        let stranger = Client::stranger(house.address);
        let again = stranger.send(Method::GET, &path, &asks, None).await;
        assert_eq!((again.status, again.body.as_str()), (304, Some("")));
        assert_eq!(again.header("etag").unwrap(), etag);
        let priya = house.as_("Priya Nair").await;
        let sooner = json!({ "at": "2026-12-23T12:00:00Z", "reason": "A hearing." });
        let moved = priya.command(&reference, "protective-deadlines", &sooner).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
        let changed = stranger.send(Method::GET, &path, &asks, None).await;
        let [after] = entries(&changed).try_into().unwrap();
        assert_eq!(after["UID"], before["UID"], "the same entry");
        assert_eq!(after["DTSTART"], "20261223T120000Z");
        let number = |entry: &BTreeMap<String, String>| entry["SEQUENCE"].parse::<u32>().unwrap();
        assert!(number(&after) > number(&before));
    }

    async fn what_has_ended_is_cancelled_for_thirty_days(house: &House) {
        let reference = house.raised().await;
        let address = made(&mut at_browser(house, "Tom Okafor").await).await;
        let hers = made(&mut at_browser(house, "Margaret Bell").await).await;
        let [before] = entries(&fetched(house, &address).await).try_into().unwrap();
        withdraw(house, &reference).await;
        let [after] = entries(&fetched(house, &address).await).try_into().unwrap();
        assert_eq!((&after["UID"], after["STATUS"].as_str()), (&before["UID"], "CANCELLED"));
        assert_eq!(after["SUMMARY"], format!("Ended: {reference}"));
        assert!(!after.contains_key("VALARM:TRIGGER"), "nobody is reminded of what has ended");
        assert_eq!(entries(&fetched(house, &hers).await).len(), 0, "it never asked her");
        house.advance_to("2027-01-20T09:09:00Z").await;
        assert_eq!(entries(&fetched(house, &address).await).len(), 1);
        house.advance_to("2027-01-20T09:11:00Z").await;
        assert_eq!(entries(&fetched(house, &address).await).len(), 0);
    }

    async fn a_restricted_case_leaves_the_calendar_of_whoever_is_excluded(house: &House) {
        let reference = house.raised().await;
        let priya = house.as_("Priya Nair").await;
        let why = json!({ "reason": "The risk does not wait." });
        let early = priya.command(&reference, "early-escalations", &why).await;
        assert_eq!(early.status, 200, "{}", early.body);
        let joel = made(&mut at_browser(house, "Joel Mensah").await).await;
        assert_eq!(entries(&fetched(house, &joel).await).len(), 1, "who acts in the second stage");
        let alan = house.as_("Professor Alan Greer").await;
        let excluded = [house.person_id("Joel Mensah")];
        let body = json!({
            "restriction": { "reason": "manager_is_the_block", "excluded": excluded },
            "reason": "He is the block."
        });
        let restricted = alan.command(&reference, "restrictions", &body).await;
        assert_eq!(restricted.status, 200, "{}", restricted.body);
        assert_eq!(entries(&fetched(house, &joel).await).len(), 0);
        withdraw(house, &reference).await;
        assert_eq!(entries(&fetched(house, &joel).await).len(), 0, "nor does he hear of its end");
    }

    async fn an_address_that_was_ended_or_whose_person_has_left_is_as_none(house: &House) {
        house.raised().await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let never = fetched(house, &format!("/calendar/{}.ics", "A".repeat(43))).await;
        assert_eq!(never.status, 404);
        let first = made(&mut tom).await;
        let second = made(&mut tom).await;
        assert_ne!(first, second);
        assert_eq!(entries(&fetched(house, &second).await).len(), 1);
        let ended = fetched(house, &first).await;
        assert_eq!((ended.status, &ended.body), (404, &never.body), "a newer one ends it");
        let form = tom.get(PAGE).await;
        let before = filled(&form, &[]);
        let token = super::hidden(&form)["form_token"].clone();
        let done = tom.post("/account/calendar/end", &format!("form_token={token}")).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let after = page(&tom.get(&done.header("location").unwrap()).await).to_owned();
        assert!(after.contains("The address has ended.") && after.contains("Make your address"), "{after}");
        assert_eq!(fetched(house, &second).await.body, never.body);
        let third = shown(&tom.post(PAGE, &before).await);
        assert_eq!(entries(&fetched(house, &third).await).len(), 1);
        Raw::of(house).change_one(&format!(
            "update people set active = {} where name = 'Tom Okafor'",
            if Raw::of(house).is_sqlite() { "0" } else { "false" }
        ));
        let left = fetched(house, &third).await;
        assert_eq!((left.status, &left.body), (404, &never.body));
    }

    async fn a_double_click_makes_one_address_and_an_old_tab_none(house: &House) {
        house.raised().await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let (form, old) = (tom.get(PAGE).await, tom.get(PAGE).await);
        let form = filled(&form, &[]);
        let (one, two) = (tom.post(PAGE, &form).await, tom.post(PAGE, &form).await);
        assert_eq!(shown(&one), shown(&two), "the one that is shown last is the one that works");
        assert_eq!(entries(&fetched(house, &shown(&one)).await).len(), 1);
        assert_eq!(Raw::of(house).count("calendar_feeds", "number = 1"), 1);
        let late = tom.post(PAGE, &filled(&old, &[])).await;
        assert_eq!(late.status, 409, "{}", late.body);
        assert!(page(&late).contains("none was made now"), "{}", late.body);
        assert_eq!(entries(&fetched(house, &shown(&one)).await).len(), 1, "it still works");
        house.settle().await;
        let told = house.mails_to("Tom Okafor").into_iter();
        let told = told.filter(|mail| mail.subject == "An address for your calendar was made").count();
        assert_eq!(told, 1, "its person is told, once");
        // Once ended, it never comes to life again by the form that made it.
        let token = tom.form_token("/").await;
        tom.post("/account/calendar/end", &format!("form_token={token}")).await;
        assert_eq!(tom.post(PAGE, &form).await.status, 409);
        assert_eq!(fetched(house, &shown(&one)).await.status, 404);
        let weak = fill_in(&mut tom, PAGE, &[]).await;
        assert_eq!(weak.status, 200);
        let number = super::hidden(&tom.get(PAGE).await)["number"].clone();
        let body = format!("form_token={token}&number={number}&form_secret=easy");
        assert_eq!(tom.post(PAGE, &body).await.status, 409, "no secret of somebody's own choice");
    }

    async fn nobody_makes_or_ends_an_address_of_somebody_else(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let address = made(&mut tom).await;
        let stranger = Client::stranger_who_stays(house.address).get(&format!("/{PAGE}")).await;
        assert_eq!(stranger.status, 303, "to the sign-in page");
        let mut priya = at_browser(house, "Priya Nair").await;
        let theirs = filled(&tom.get(PAGE).await, &[]);
        for path in [PAGE, "/account/calendar/end"] {
            assert_eq!(priya.post(path, &theirs).await.status, 403, "{path}");
        }
        let token = priya.form_token("/").await;
        let ended = priya.post("/account/calendar/end", &format!("form_token={token}")).await;
        assert_eq!(ended.status, 303);
        assert_eq!(fetched(house, &address).await.status, 200, "only her own, which is none");
        assert_eq!(tom.get("/account/calendar/end").await.status, 405);
    }

    async fn guessing_is_counted_and_keeps_nobody_from_their_own(house: &House) {
        let address = made(&mut at_browser(house, "Tom Okafor").await).await;
        for guess in 0..10 {
            let guessed = format!("/calendar/{}{guess}.ics", "B".repeat(42));
            assert_eq!(fetched(house, &guessed).await.status, 404, "{guess}");
        }
        let guessed = format!("/calendar/{}.ics", "C".repeat(43));
        let refused = fetched(house, &guessed).await;
        assert_eq!(refused.status, 429, "{}", refused.body);
        assert!(refused.header("retry-after").is_some());
        assert_eq!(fetched(house, &address).await.status, 200);
    }

    async fn fetching_a_calendar_is_no_reading_of_a_case(house: &House) {
        house.raised().await;
        let address = made(&mut at_browser(house, "Tom Okafor").await).await;
        let before = Raw::of(house).count("case_views", "1 = 1");
        assert_eq!(entries(&fetched(house, &address).await).len(), 1);
        assert_eq!(Raw::of(house).count("case_views", "1 = 1"), before);
    }
}

#[test]
fn the_address_stands_in_no_log_and_only_its_digest_in_the_database() {
    block_on(async {
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bscp.toml");
        let settings = fresh_settings(&house);
        std::fs::write(&config, format!("{settings}[log]\nlevel = \"trace\"\n")).unwrap();
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&log);
        let errors = BufReader::new(child.stderr.take().unwrap());
        let hearing = std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                heard.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server ended before it listened").unwrap();
            if let Some(address) = line.strip_prefix("Listening on http://") {
                break address.parse().unwrap();
            }
        };
        let made = made(&mut at_browser(&house, "Tom Okafor").await).await;
        let secret = made.trim_start_matches("/calendar/").trim_end_matches(".ics").to_owned();
        let wrong = "D".repeat(43);
        let client = Client::stranger(address);
        assert_eq!(client.get(&format!("/{made}")).await.status, 200);
        assert_eq!(client.get(&format!("//calendar/{wrong}.ics")).await.status, 404);
        child.kill().unwrap();
        child.wait().unwrap();
        hearing.join().unwrap();
        let log = log.lock().unwrap().clone();
        assert!(log.contains("/calendar/{secret}.ics"), "the requests are logged: {log}");
        assert!(!log.contains(&secret) && !log.contains(&wrong), "{log}");
        let mut raw = Raw::of(&house);
        let digest = crate::house::digest(&secret);
        assert_eq!(raw.count("calendar_feeds", &format!("digest = '{digest}'")), 1);
    });
}
