//! Playing a policy over the API: nothing is written, and what is at fault is named.

use super::{assert_faults, assert_problem};
use crate::engine::sql::Raw;
use crate::house::{Database, House, run};
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/policies/simulations";
const BSCP: &str = include_str!("../../../config/policies/bscp.toml");

fn stored() -> Value {
    json!({ "policy": { "key": "bscp", "version": 1 } })
}

fn with(fields: Value) -> Value {
    let mut body = stored();
    for (key, value) in fields.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

#[test]
fn a_policy_is_played_by_its_version_and_by_its_text_alike_and_nothing_is_written() {
    run(Database::Sqlite, async |house: &House| {
        let priya = house.as_("Priya Nair").await;
        let asked = json!({
            "starts": ["2026-12-21 09:10", "2026-12-21T09:10:00Z"],
            "script": [
                { "when": "stage 1 + 2 working days", "by": "receiving", "does": { "kind": "respond", "stance": "refuses" } },
                { "when": "stage 2 + 1 hour", "by": "raising", "does": { "kind": "propose", "outcome": "plan_agreed" } },
                { "when": "stage 2 + 2 hours", "by": "receiving", "does": { "kind": "confirm" } },
            ],
        });
        let played = priya.post(PATH, &with(asked.clone())).await;
        assert_eq!(played.status, 200, "{}", played.body);
        let mut by_text = asked;
        by_text["text"] = json!(BSCP);
        assert_eq!(priya.post(PATH, &by_text).await.body, played.body);
        let course = &played.body["courses"][0];
        assert_eq!(*course, played.body["courses"][1], "in winter both times are the same");
        let due = &course["steps"][0]["running"][0];
        assert_eq!(due["due_at"], "2026-12-30T17:00:00.000000Z");
        assert_eq!(due["due_at_local"], "Wed 30 Dec 2026, 17:00");
        assert!(due["derivation"].as_str().unwrap().contains("without 25 and 28 Dec"), "{due}");
        assert_eq!(course["status"], "resolved");
        assert_eq!(course["stands"], "resolved: both sides agreed on plan_agreed");
        let told = &course["steps"][0]["told"][0];
        assert_eq!((&told["kind"], &told["is_asked"]), (&json!("action_needed"), &json!(true)));
        let mut raw = Raw::of(house);
        for table in ["escalations", "timeline_entries", "notices", "idempotency_keys"] {
            assert_eq!(raw.count(table, "1 = 1"), 0, "{table}");
        }
    });
}

#[test]
fn without_starts_a_telling_set_is_played_and_the_answer_may_be_a_calendar_file() {
    run(Database::Sqlite, async |house: &House| {
        let priya = house.as_("Priya Nair").await;
        let played = priya.post(PATH, &stored()).await;
        assert_eq!(played.list("/courses").len(), 5, "{}", played.body);
        let headers = [("Accept", "text/calendar")];
        let asked = Some(stored().to_string());
        let file = priya.send(Method::POST, PATH, &headers, asked).await;
        assert_eq!(file.header("content-type").as_deref(), Some("text/calendar; charset=utf-8"));
        let text = file.body.as_str().unwrap();
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    });
}

#[test]
fn every_mistake_of_a_policy_is_named() {
    run(Database::Sqlite, async |house: &House| {
        let priya = house.as_("Priya Nair").await;
        let faulty = BSCP
            .replace(
                "urgency_after_protective_deadline = \"urgent\"",
                "urgency_after_protective_deadline = \"soon\"",
            )
            .replace("day_ends = \"17:00\"", "day_ends = \"08:00\"");
        let answer = priya.post(PATH, &json!({ "text": faulty })).await;
        assert_problem(&answer, 422, "faulty");
        assert!(answer.faults().len() >= 2, "{}", answer.body);
        assert!(answer.faults().iter().all(|pointer| pointer == "/text"), "{}", answer.body);
    });
}

#[test]
fn what_is_at_fault_in_the_question_is_named_by_its_field() {
    run(Database::Sqlite, async |house: &House| {
        let priya = house.as_("Priya Nair").await;
        let ask = async |body: Value| priya.post(PATH, &body).await;
        assert_faults(&ask(json!({})).await, &["/text"]);
        assert_faults(&ask(with(json!({ "text": BSCP }))).await, &["/text"]);
        let unknown = json!({ "policy": { "key": "bscp", "version": 9 } });
        assert_faults(&ask(unknown).await, &["/policy"]);
        for (field, value, pointer) in [
            ("starts", json!(["tomorrow"]), "/starts/0"),
            ("urgency_class", json!("soon"), "/urgency_class"),
            ("area_of_disagreement", json!("weather"), "/area_of_disagreement"),
            ("raising_sector", json!("circus"), "/raising_sector"),
            ("vacant", json!(["everybody", "nobody"]), "/vacant/1"),
            ("absent", json!(["raising.clown"]), "/absent/0"),
            ("protective_deadline", json!("soon"), "/protective_deadline"),
            ("starts", json!(vec!["2026-12-21 09:10"; 51]), "/starts"),
            ("weather", json!("fine"), "/weather"),
        ] {
            assert_faults(&ask(with(json!({ field: value }))).await, &[pointer]);
        }
        let act = |when: &str, does: Value| {
            with(json!({ "script": [{ "when": when, "by": "receiving", "does": does }] }))
        };
        let soon = ask(act("soon", json!({ "kind": "acknowledge" }))).await;
        assert_faults(&soon, &["/script/0/when"]);
        let dances = ask(act("raised", json!({ "kind": "dance" }))).await;
        assert_problem(&dances, 422, "faulty");
        let many = json!({ "when": "raised", "by": "raising", "does": { "kind": "set_action" } });
        let many = with(json!({ "script": vec![many; 101] }));
        assert_faults(&ask(many).await, &["/script"]);
    });
}
