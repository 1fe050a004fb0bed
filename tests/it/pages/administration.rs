//! Delivery problems, tokens, machines, signing keys, closures, and how the server is.

use super::{at_browser, done, encoded, fill_in, filled};
use crate::engine::raise_many;
use crate::engine::sql::Raw;
use crate::house::{Client, House};
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use serde_json::json;

async fn text(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    page(&answer).to_owned()
}

/// A mail server says that the first message to somebody cannot be delivered.
async fn comes_back(house: &House, name: &str) {
    let message_id = house.mails_to(name)[0].message_id.clone();
    let report = format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: escalations@bscp.example\r\n\
         Subject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\n\
         From: escalations@bscp.example\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\nx\r\n\
         --b--\r\n"
    );
    let ellis = house.as_("Ellis Grant").await;
    let taken = ellis.post("/bounces", &json!({ "message": report })).await;
    assert_eq!(taken.text("/outcome"), "recorded");
    house.settle().await;
}

fn closures(house: &House) -> String {
    format!("/administration/closures/{}", house.founded.partnership.id)
}

const TWENTY_NINTH: [(&str, &str); 4] = [
    ("day-day", "29"),
    ("day-month", "12"),
    ("day-year", "2026"),
    ("reason", "The offices are closed."),
];

/// The API token on the page that shows it.
fn token_on(text: &str) -> String {
    let (_, rest) = text.split_once("<code class=\"secret\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

fn with_token(house: &House, token: &str) -> Client {
    let mut client = Client::stranger(house.address);
    client.token = Some(token.to_owned());
    client
}

on_each_database! {
    async fn an_officer_sees_what_did_not_arrive_and_whom_to_ring(house: &House) {
        let reference = house.raised().await;
        let mut judith = at_browser(house, "Judith Hale").await;
        let empty = text(&mut judith, "/messages").await;
        assert!(empty.contains("Every message was delivered"), "{empty}");
        comes_back(house, "Tom Okafor").await;
        let back = text(&mut judith, "/messages?show=came-back").await;
        let tom = format!("/directory/people/{}", house.person_id("Tom Okafor"));
        for words in ["Tom Okafor", &reference, &tom, "a message came back (5.1.1)", "Ring"] {
            assert!(back.contains(words), "{words}: {back}");
        }
        assert!(!back.contains("canary") && !back.contains("Q.Z."), "{back}");
        let failing = text(&mut judith, "/messages/addresses").await;
        assert!(failing.contains(&tom) && failing.contains(&house.email("Tom Okafor")), "{failing}");
        let entry = text(&mut judith, &tom).await;
        assert!(entry.contains("Mail to them comes back since"), "{entry}");
        let mut ellis = at_browser(house, "Ellis Grant").await;
        assert_eq!(ellis.get("/messages").await.status, 403, "an administrator sees no case");
        assert!(text(&mut ellis, "/messages/addresses").await.contains("Tom Okafor"));
        let mut priya = at_browser(house, "Priya Nair").await;
        for path in ["/messages", "/messages/addresses", "/administration/server",
            "/administration/accounts", "/administration/keys", "/administration/machines"] {
            assert_eq!(priya.get(path).await.status, 403, "{path}");
        }
        let more = text(&mut priya, "/more").await;
        assert!(!more.contains("\"/messages") && more.contains("/administration\""), "{more}");
        assert_eq!(judith.get("/messages?show=nothing").await.status, 404);
    }

    async fn messages_of_a_case_that_an_officer_may_not_hear_of_are_not_listed(house: &House) {
        let reference = house.raised().await;
        comes_back(house, "Tom Okafor").await;
        let alan = house.as_("Professor Alan Greer").await;
        let excluded = json!({ "reason": "secret", "restriction":
            { "reason": "other", "excluded": [house.person_id("Judith Hale")] } });
        let put = alan.command(&reference, "restrictions", &excluded).await;
        assert_eq!(put.status, 200, "{}", put.body);
        let mut raw = Raw::of(house);
        raw.run(&format!(
            "insert into set_aside_cases (escalation_id, set_aside_at, reason, tries, try_again_at) \
             select id, drafted_at, 'a made-up reason', 3, drafted_at from escalations where \
             reference = '{reference}'"
        ));
        let mut judith = at_browser(house, "Judith Hale").await;
        let mut alan = at_browser(house, "Professor Alan Greer").await;
        for path in ["/messages?show=came-back", "/administration/server"] {
            assert!(text(&mut alan, path).await.contains(&reference), "{path}");
            let hers = text(&mut judith, path).await;
            assert!(!hers.contains(&reference), "{path}: {hers}");
        }
        let state = text(&mut alan, "/administration/server").await;
        assert!(state.contains("a made-up reason") && state.contains("A case was set aside"), "{state}");
        let mut ellis = at_browser(house, "Ellis Grant").await;
        let state = text(&mut ellis, "/administration/server").await;
        assert!(!state.contains(&reference) && state.contains("1 case could not be acted on"), "{state}");
        raw.run("delete from set_aside_cases");
        let state = text(&mut ellis, "/administration/server").await;
        assert!(state.contains("All is well."), "{state}");
    }

    async fn messages_are_shown_page_by_page_the_newest_first(house: &House) {
        raise_many(house, 15).await;
        let mut judith = at_browser(house, "Judith Hale").await;
        let mut raw = Raw::of(house);
        let waiting = raw.count("notices", "state = 'queued'");
        assert!(waiting > 25, "{waiting} wait");
        let (mut path, mut seen, mut pages) = ("/messages?show=waiting".to_owned(), 0, 0);
        loop {
            let shown = text(&mut judith, &path).await;
            let rows = shown.matches("<li><p><strong>").count();
            assert!(rows <= 25, "{rows}");
            (seen, pages) = (seen + rows, pages + 1);
            let Some((_, rest)) = shown.split_once("&amp;before=") else { break };
            let before = rest.split('"').next().unwrap();
            path = format!("/messages?show=waiting&before={before}");
        }
        assert_eq!((i64::try_from(seen).unwrap(), pages), (waiting, seen.div_ceil(25)));
        let first = text(&mut judith, "/messages?show=waiting").await;
        let newest = raw.text("select reference as value from escalations order by id desc limit 1");
        assert!(first.contains(&newest), "{newest}: {first}");
    }

    async fn a_token_is_shown_once_and_taken_back(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let add = "/administration/tokens/add";
        let form = priya.get(add).await;
        assert_eq!(form.status, 200, "{}", form.body);
        let faulty = priya.post(add, &filled(&form, &[("name", "Laptop"), ("days", "400")])).await;
        assert_eq!(faulty.status, 422);
        let again = page(&faulty);
        assert!(again.contains("value=\"Laptop\"") && again.contains("value=\"400\""), "{again}");
        assert!(again.contains("href=\"#scopes\"") && again.contains("href=\"#days\""), "{again}");
        let written = [("name", "Laptop"), ("days", "30"), ("scopes-directory:read", "yes")];
        let written = written.map(|(name, value)| (name.to_owned(), value));
        let pairs: Vec<(&str, &str)> = written.iter().map(|(name, value)| (&**name, *value)).collect();
        let sent = filled(&form, &pairs).replace("scopes-directory:read", &encoded("scopes-directory:read"));
        let made = priya.post(add, &sent).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let token = token_on(page(&made));
        assert_eq!(with_token(house, &token).get("/me").await.status, 200);
        assert_eq!(with_token(house, &token).get("/escalations").await.status, 403);
        let twice = priya.post(add, &sent).await;
        assert_eq!(twice.status, 422, "{}", twice.body);
        let mut raw = Raw::of(house);
        assert_eq!(raw.count("api_tokens", "1 = 1"), 1, "a double click makes one");
        let listed = text(&mut priya, "/administration/tokens").await;
        assert!(listed.contains("Laptop") && !listed.contains(&token), "{listed}");
        let id = raw.text("select id as value from api_tokens");
        let gone = done(&mut priya, &format!("/administration/tokens/{id}/revoke"), &[]).await;
        assert!(page(&gone).contains("The token was taken back."), "{}", gone.body);
        assert_eq!(with_token(house, &token).get("/me").await.status, 401);
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_eq!(tom.get(&format!("/administration/tokens/{id}/revoke")).await.status, 404);
    }

    async fn an_administrator_adds_a_machine_with_a_token_of_its_own(house: &House) {
        let mut ellis = at_browser(house, "Ellis Grant").await;
        let agency = house.agency_id("police");
        let written = [("name", "Rota import"), ("agency_id", &*agency)];
        let made = done(&mut ellis, "/administration/machines/add", &written).await;
        assert!(page(&made).contains("Rota import"), "{}", made.body);
        let listed = text(&mut ellis, "/administration/machines").await;
        assert!(listed.contains("Rota import") && listed.contains("Police child abuse"), "{listed}");
        let id = Raw::of(house).text("select id as value from people where kind = 'machine'");
        let machine = format!("/administration/machines/{id}");
        let add = format!("{machine}/tokens/add");
        let form = ellis.get(&add).await;
        assert!(!page(&form).contains("cases:read"), "a machine sees no case: {}", form.body);
        let scopes = encoded("scopes-directory:read");
        let body = filled(&form, &[("name", "Nightly"), ("days", "365")]) + &format!("&{scopes}=yes");
        let made = ellis.post(&add, &body).await;
        let token = token_on(page(&made));
        assert_eq!(with_token(house, &token).get("/agencies").await.status, 200);
        let mut judith = at_browser(house, "Judith Hale").await;
        for path in ["/administration/machines", &machine, &add, "/administration/machines/add"] {
            assert_eq!(judith.get(path).await.status, 403, "{path}");
        }
        let person = format!("/administration/machines/{}", house.person_id("Tom Okafor"));
        assert_eq!(ellis.get(&person).await.status, 404, "nobody’s own tokens");
    }

    async fn one_proposes_a_signing_key_and_another_approves_it(house: &House) {
        let mut ellis = at_browser(house, "Ellis Grant").await;
        let path = "/administration/keys/propose";
        let sent = filled(&ellis.get(path).await, &[]);
        assert_eq!(ellis.post(path, &sent).await.status, 303);
        let twice = ellis.post(path, &sent).await;
        assert_eq!(twice.header("location").as_deref(), Some("/administration/keys?done=proposed"));
        assert_eq!(Raw::of(house).count("signing_keys", "1 = 1"), 1);
        let seen = text(&mut ellis, "/administration/keys").await;
        assert!(seen.contains("Ellis Grant") && seen.contains("Waits for somebody else"), "{seen}");
        assert!(!seen.contains("/approve\"") && !seen.contains("/propose\""), "{seen}");
        let approve = "/administration/keys/1/approve";
        assert_eq!(ellis.get(approve).await.status, 403, "another does");
        let token = ellis.form_token("/").await;
        let form = format!("form_token={token}&form_key=k&version=0");
        assert_eq!(ellis.post(approve, &form).await.status, 403);
        let mut judith = at_browser(house, "Judith Hale").await;
        assert_eq!(judith.get(path).await.status, 403);
        let after = done(&mut judith, approve, &[]).await;
        assert!(page(&after).contains("The key is in force."), "{}", after.body);
        assert_eq!(judith.get(approve).await.status, 409);
        assert_eq!(judith.get("/administration/keys/9/approve").await.status, 404);
        assert_eq!(ellis.get("/").await.status, 200, "nobody has to sign in again");
    }

    async fn an_officer_closes_a_day_and_works_deadlines_out_again(house: &House) {
        let reference = house.raised().await;
        let due = |case: &crate::house::Answer| case.text("/due_at");
        let before = due(&crate::engine::case(house, &reference).await);
        let mut judith = at_browser(house, "Judith Hale").await;
        let add = format!("{}/add", closures(house));
        let past = fill_in(&mut judith, &add, &[("day-day", "30"), ("day-month", "2"),
            ("day-year", "2026"), ("reason", "Snow")]).await;
        assert_eq!(past.status, 422);
        assert!(page(&past).contains("value=\"Snow\""), "{}", past.body);
        let form = judith.get(&add).await;
        let asked = judith.post(&add, &filled(&form, &TWENTY_NINTH)).await;
        assert_eq!(asked.status, 200);
        let words = page(&asked).to_owned();
        assert!(words.contains("these move:") && words.contains(&reference), "{words}");
        let sent = filled(&asked, &TWENTY_NINTH);
        let saved = judith.post(&add, &sent).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(judith.post(&add, &sent).await.status, 303, "a double click is one closure");
        let listed = text(&mut judith, &saved.header("location").unwrap()).await;
        assert!(listed.contains("Tuesday 29 December 2026"), "{listed}");
        assert_eq!(due(&crate::engine::case(house, &reference).await), before, "it stays due then");

        let recount = format!("/administration/recounts/{}", house.founded.partnership.id);
        let why = [("reason", "The offices are closed on the 29th.")];
        let asked = fill_in(&mut judith, &recount, &why).await;
        assert_eq!(asked.status, 200);
        let words = page(&asked);
        assert!(words.contains(&format!("{reference}, stage 1: due Wed 30 Dec 2026, 17:00")), "{words}");
        assert_eq!(due(&crate::engine::case(house, &reference).await), before, "nothing moved yet");
        let sent = filled(&asked, &why);
        for _ in 0..2 {
            let moved = judith.post(&recount, &sent).await;
            let way = moved.header("location").unwrap_or_default();
            assert!(way.ends_with("?done=recounted"), "{} {}", moved.status, moved.body);
        }
        let after = crate::engine::case(house, &reference).await;
        assert_eq!(due(&after), "2026-12-31T17:00:00.000000Z");
        let again = fill_in(&mut judith, &recount, &why).await;
        assert!(again.header("location").unwrap().ends_with("?done=nothing-moves"));

        let withdraw = format!("{}/2026-12-29/withdraw", closures(house));
        let gone = done(&mut judith, &withdraw, &[]).await;
        assert!(page(&gone).contains("Withdrawn"), "{}", gone.body);
        for name in ["Priya Nair", "Ellis Grant"] {
            let mut other = at_browser(house, name).await;
            let seen = text(&mut other, &closures(house)).await;
            assert!(seen.contains("29 December") && !seen.contains("/add\""), "{name}: {seen}");
            for path in [&add, &recount, &withdraw] {
                assert_eq!(other.get(path).await.status, 403, "{name}: {path}");
            }
        }
    }
}
