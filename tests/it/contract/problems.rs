//! Errors: RFC 9457, whatever goes wrong, and never the server's fault.

use super::{NOBODY, assert_problem, bare_draft, begun, raised_by, walk};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

/// A body as it is, JSON or not, of any kind.
async fn send_raw(
    house: &House,
    token: &str,
    path: &str,
    kind: Option<&str>,
    body: Vec<u8>,
) -> Answer {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/api/v1{path}", house.address);
    let mut request = http.post(url).bearer_auth(token).body(body);
    if let Some(kind) = kind {
        request = request.header("Content-Type", kind);
    }
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, headers, body }
}

async fn send_json(client: &Client, path: &str, body: &str) -> Answer {
    client.send(Method::POST, path, &[], Some(body.to_owned())).await
}

/// The lists that have pages.
async fn lists(client: &Client) -> Vec<String> {
    let reference = begun(client, &bare_draft()).await;
    let mut lists =
        ["/escalations", "/agencies", "/people", "/posts", "/notices"].map(str::to_owned).to_vec();
    lists.push(format!("/escalations/{reference}/timeline"));
    lists.push(format!("/escalations/{reference}/notices"));
    lists
}

on_each_database! {
    async fn each_kind_of_error_has_the_same_form(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let reference = raised_by(&priya, &house.draft()).await;
        let case = format!("/escalations/{reference}");
        let stranger = Client::stranger(house.address);

        assert_problem(&send_json(&priya, "/escalations", "{").await, 400, "bad-request");
        assert_problem(&stranger.get("/me").await, 401, "not-signed-in");
        let keeping = json!({ "name": "Ours", "sector": "school", "partnership_ids": [] });
        assert_problem(&priya.post("/agencies", &keeping).await, 403, "not-yours");
        assert_problem(&priya.get(&format!("/escalations/{NOBODY}")).await, 404, "not-found");
        assert_problem(&priya.get("/escalations/ESC-2026-999999").await, 404, "not-found");
        assert_problem(&priya.get("/nothing").await, 404, "not-found");
        assert_problem(&priya.get("//nothing/at/all").await, 404, "not-found");
        assert_problem(&priya.get("/people/nobody").await, 404, "not-found");
        assert_problem(
            &priya.send(Method::PATCH, &case, &[], None).await,
            405,
            "method-not-allowed",
        );
        assert_problem(&priya.command(&reference, "raising", &json!({})).await, 409, "not-now");
        let stale = [("If-Match", "\"1\"")];
        let withdrawal = Some(json!({ "reason": "It was settled." }).to_string());
        let path = format!("{case}/withdrawals");
        assert_problem(
            &priya.send(Method::POST, &path, &stale, withdrawal.clone()).await,
            412,
            "stale",
        );
        let token = priya.token.clone().unwrap();
        for kind in [None, Some("text/plain"), Some("application/xml"), Some("application/jsonp")] {
            let answer = send_raw(house, &token, "/escalations", kind, b"{}".to_vec()).await;
            assert_problem(&answer, 415, "not-json");
        }
        assert_problem(&priya.post("/escalations", &json!({})).await, 422, "faulty");
        assert_problem(
            &priya.send(Method::POST, &path, &[], withdrawal).await,
            428,
            "condition-required",
        );
    }

    async fn what_cannot_be_read_as_one_json_object_is_refused_as_a_whole(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let whole = bare_draft().to_string();
        let trailing = format!("{whole} {whole}");
        let unended = whole.trim_end_matches('}');
        let unreadable = [
            "",
            " ",
            "{",
            "nonsense",
            "{'a':1}",
            "{\"policy_key\":null,}",
            "{\"immediate_danger\":NaN}",
            unended,
            &trailing,
            &format!("{whole}]"),
            &format!("{whole}\0"),
            "{\"policy_key\":\"\\ud800\"}",
        ];
        for body in unreadable {
            assert_problem(&send_json(&priya, "/escalations", body).await, 400, "bad-request");
        }
        let deep = format!("{{\"draft\":{}", "{\"child\":".repeat(10_000));
        let answer = send_json(&priya, "/escalations", &deep).await;
        assert!([400, 422].contains(&answer.status), "{}", answer.body);
        let token = priya.token.clone().unwrap();
        let not_utf8 = b"{\"policy_key\":\"\xff\xfe\"}".to_vec();
        let answer =
            send_raw(house, &token, "/escalations", Some("application/json"), not_utf8).await;
        assert_problem(&answer, 400, "bad-request");
        for body in ["null", "7", "\"text\"", "[]", "[null, null]", &format!("[{whole}]")] {
            assert_problem(&send_json(&priya, "/escalations", body).await, 422, "faulty");
        }
        assert_eq!(walk(&priya, "/escalations", 200).await.len(), 0, "something was begun");
        let spaced = format!("\n\t {whole} \r\n");
        assert_eq!(send_json(&priya, "/escalations", &spaced).await.status, 201);
    }

    async fn a_field_that_stands_there_twice_is_refused_and_named(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let once = r#""immediate_danger":{"in_immediate_danger":false}"#;
        let twice = &format!("{{{once},{once}}}");
        let answer = send_json(&priya, "/escalations", twice).await;
        assert_problem(&answer, 400, "bad-request");
        assert_eq!(answer.faults(), ["/immediate_danger"], "{}", answer.body);
        let nested =
            r#"{"immediate_danger":{"in_immediate_danger":false,"in_immediate_danger":true}}"#;
        let answer = send_json(&priya, "/escalations", nested).await;
        assert_eq!(answer.faults(), ["/immediate_danger/in_immediate_danger"], "{}", answer.body);
    }

    async fn a_mebibyte_is_too_large_for_everybody(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let large = json!({ "immediate_danger": { "in_immediate_danger": false },
            "draft": { "facts": "x".repeat(1024 * 1024) } });
        assert_problem(&priya.post("/escalations", &large).await, 413, "too-large");
        let stranger = Client::stranger(house.address);
        let large = json!({ "email": "x".repeat(1024 * 1024), "password": "x" });
        assert_problem(&stranger.post("/sessions", &large).await, 413, "too-large");
        assert_eq!(priya.get("/me").await.status, 200, "the server is still there");
    }

    async fn a_query_that_is_not_known_is_refused(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let priya = house.as_("Priya Nair").await;
        for list in lists(&priya).await {
            let client = if list == "/notices" { &judith } else { &priya };
            assert_eq!(client.get(&list).await.status, 200, "{list}");
            for query in [
                "mood=good",
                "Limit=1",
                "limit=1&limit=2",
                "limit=all",
                "limit=",
                "limit=1.5",
                "limit=99999999999999999999",
            ] {
                let answer = client.get(&format!("{list}?{query}")).await;
                assert_problem(&answer, 400, "bad-request");
            }
            for limit in ["0", "201", "-1", "9223372036854775807"] {
                let answer = client.get(&format!("{list}?limit={limit}")).await;
                assert_problem(&answer, 422, "faulty");
                assert_eq!(answer.faults(), ["/limit"], "{list}");
            }
            for limit in ["1", "200"] {
                assert_eq!(
                    client.get(&format!("{list}?limit={limit}")).await.status,
                    200,
                    "{list}"
                );
            }
            // Not base64; base64 of nothing, of no JSON, of another list's place, of NUL.
            for cursor in
                ["!", "%00", "", "AA", "e30", "W10", "bnVsbA", "InRleHQi", "WzEsMl0", "IlwwMDAwIg"]
            {
                let answer = client.get(&format!("{list}?cursor={cursor}")).await;
                assert_problem(&answer, 400, "bad-request");
            }
        }
        for query in [
            "status=happy",
            "stage=first",
            "agency_id=ours",
            "side=ours",
            "overdue=maybe",
            "partnership_id=x",
            "waiting_for_me=1",
        ] {
            assert_problem(&priya.get(&format!("/escalations?{query}")).await, 400, "bad-request");
        }
        assert_problem(&judith.get("/notices?state=lost").await, 400, "bad-request");
    }

    async fn a_nul_is_an_error_of_who_sent_it_and_never_the_servers(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let ellis = house.as_("Ellis Grant").await;
        let stranger = Client::stranger(house.address);
        let nul = "a\0b";
        let mut draft = house.draft();
        for field in ["facts", "receiving_team", "level_of_need"] {
            let before = draft["draft"][field].clone();
            draft["draft"][field] = json!(nul);
            let answer = priya.post("/escalations", &draft).await;
            assert_problem(&answer, 422, "faulty");
            assert_eq!(answer.faults(), [format!("/draft/{field}")], "{}", answer.body);
            draft["draft"][field] = before;
        }
        draft["policy_key"] = json!(nul);
        let answer = priya.post("/escalations", &draft).await;
        assert!([409, 422].contains(&answer.status), "{}", answer.body);

        let reference = raised_by(&priya, &house.draft()).await;
        let tom = house.as_("Tom Okafor").await;
        let proposal = json!({ "outcome": nul, "terms": "Soon." });
        assert_problem(&tom.command(&reference, "proposals", &proposal).await, 422, "faulty");

        for (email, password) in [(nul, "a password"), ("nobody@example.org", nul)] {
            let body = json!({ "email": email, "password": password });
            assert_problem(&stranger.post("/sessions", &body).await, 401, "not-signed-in");
        }
        let body = json!({ "refresh_token": nul });
        assert_problem(&stranger.post("/sessions/refresh", &body).await, 401, "not-signed-in");

        let agency_id = house.agency_id("primary");
        let post = |team: &str, mailbox: &str| {
            json!({ "title": "Post", "mailbox_email": mailbox,
            "place": { "of": "agency", "agency_id": agency_id, "rung": "practitioner",
                "team": team } })
        };
        let answer = ellis.post("/posts", &post(nul, "a@example.org")).await;
        assert_problem(&answer, 422, "faulty");
        let answer = ellis.post("/posts", &post("Team", "a\0b@example.org")).await;
        assert_problem(&answer, 422, "faulty");
        let person = json!({ "name": "Somebody", "email": "a\0b@example.org" });
        assert_problem(&ellis.post("/people", &person).await, 422, "faulty");

        for path in [
            "/escalations/%00",
            "/escalations/%00/timeline",
            "/policies/%00/versions/1",
            "/people/%00",
            "/agencies/%00",
            "/partnerships/%00",
            "/posts/%00",
        ] {
            assert_problem(&ellis.get(path).await, 404, "not-found");
        }
        let path = "/escalations/%00/raising";
        let answer =
            priya.send(Method::POST, path, &[("If-Match", "\"1\"")], Some("{}".to_owned())).await;
        assert_problem(&answer, 404, "not-found");
    }

    async fn an_instant_that_a_calendar_does_not_have_never_enters_the_record(house: &House) {
        let tom = house.as_("Tom Okafor").await;
        let priya = house.as_("Priya Nair").await;
        let path = format!("/people/{}/absences", house.person_id("Tom Okafor"));
        let instants = [
            "9999-12-31T23:59:59-12:00",
            "0000-01-01T00:00:00+12:00",
            "0000-12-31T00:00:00Z",
            "+10000-01-01T00:00:00Z",
            "2026-12-31T23:59:60Z",
            "2026-02-30T00:00:00Z",
            "tomorrow",
            "2026-12-22T09:00:00",
            "2026-12-22",
            "2026-12-22T25:00:00Z",
            "",
        ];
        for at in instants {
            let absence = json!({ "from_at": at });
            let answer = tom.post(&path, &absence).await;
            assert_eq!(answer.faults(), ["/from_at"], "{at}: {} {}", answer.status, answer.body);
            let absence = json!({ "from_at": "2026-12-01T00:00:00Z", "until_at": at });
            let answer = tom.post(&path, &absence).await;
            assert_eq!(answer.faults(), ["/until_at"], "{at}: {} {}", answer.status, answer.body);
        }
        let reference = raised_by(&priya, &house.draft()).await;
        for at in instants {
            let meeting = json!({ "at": at, "place": "Room 1", "purpose": "To agree." });
            let answer = priya.command(&reference, "meetings", &meeting).await;
            assert_eq!(answer.faults(), ["/at"], "{at}: {} {}", answer.status, answer.body);
        }
        let deadline =
            json!({ "at": "9999-12-31T23:59:59.9999999Z", "reason": "The end of time." });
        let answer = priya.command(&reference, "protective-deadlines", &deadline).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(priya.get(&format!("/escalations/{reference}")).await.status, 200);
    }
}
