//! Faults in fields: each named by its place, none by its content.

use super::{as_sent, assert_faults, assert_problem, begun, on_condition, post_titled};
use crate::house::{Client, House};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

/// A whole draft with something put in it at a pointer.
fn draft_with(house: &House, pointer: &str, value: Value) -> Value {
    let mut draft = house.draft();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = draft.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.insert(field.to_owned(), value);
    draft
}

async fn assert_fault_at(priya: &Client, draft: &Value, pointer: &str) {
    let answer = priya.post("/escalations", draft).await;
    assert_faults(&answer, &[pointer]);
}

on_each_database! {
    async fn a_field_at_fault_is_named_however_deep_it_stands(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let faults: &[(&str, Value)] = &[
            ("/mood", json!("good")),
            ("/immediate_danger/mood", json!("good")),
            ("/draft/mood", json!("good")),
            ("/draft/child/mood", json!("good")),
            ("/immediate_danger/in_immediate_danger", json!("false")),
            ("/immediate_danger/taken_at", json!(0)),
            ("/immediate_danger", json!("none")),
            ("/draft/facts", json!(7)),
            ("/draft/facts", json!(["one", "two"])),
            ("/draft/child", json!("Q.Z.")),
            ("/draft/child/initials", json!(null)),
            ("/draft/receiving_agency_id", json!("social care")),
            ("/draft/decision_received_on", json!("yesterday")),
            ("/draft/start_stage", json!({ "stage": -1, "reason": "High risk." })),
            ("/draft/protective_deadline", json!({ "at": "2026-12-22T12:00:00Z" })),
            ("/partnership_id", json!("bromley")),
            ("/draft/facts", json!("")),
            ("/draft/facts", json!(" \n\t ")),
            ("/draft/child/initials", json!("\u{a0}")),
            ("/draft/child/initials", json!("Q\nZ")),
            ("/draft/facts", json!("x".repeat(20_001))),
            ("/draft/child/initials", json!("x".repeat(201))),
        ];
        for (pointer, value) in faults {
            let named = match *pointer {
                "/draft/start_stage" => "/draft/start_stage/stage",
                "/draft/protective_deadline" => "/draft/protective_deadline/reason",
                other => other,
            };
            assert_fault_at(&priya, &draft_with(house, pointer, value.clone()), named).await;
        }
        assert_faults(&priya.post("/escalations", &json!({})).await, &["/immediate_danger"]);
        let unanswered = json!({ "immediate_danger": {} });
        let answer = priya.post("/escalations", &unanswered).await;
        assert_faults(&answer, &["/immediate_danger/in_immediate_danger"]);
        let childless = draft_with(house, "/draft/child", json!({}));
        assert_fault_at(&priya, &childless, "/draft/child/initials").await;
    }

    async fn as_many_characters_as_are_allowed_are_taken_whatever_they_are(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let text = "é".repeat(20_000);
        let mut draft = draft_with(house, "/draft/facts", json!(format!("  {text}\n")));
        draft["draft"]["child"]["initials"] = json!("\u{1d49c}".repeat(200));
        let begun = priya.post("/escalations", &draft).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        assert_eq!(begun.text("/draft/facts"), text, "the blanks around it are cut off, no more");
    }

    async fn a_name_with_a_slash_or_a_tilde_is_escaped_in_its_pointer(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let draft =
            draft_with(house, "/draft/x", json!(1)).to_string().replace("\"x\"", "\"a/b~c\"");
        let answer = priya.send(Method::POST, "/escalations", &[], Some(draft)).await;
        assert_faults(&answer, &["/draft/a~1b~0c"]);
    }

    async fn what_was_written_does_not_come_back_in_an_error(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let tom = house.as_("Tom Okafor").await;
        let canary = "canary-of-a-child";
        for pointer in [
            "/immediate_danger/in_immediate_danger",
            "/immediate_danger/taken_at",
            "/immediate_danger",
            "/draft/child",
            "/draft/receiving_agency_id",
            "/draft/decision_received_on",
            "/draft/start_stage",
            "/partnership_id",
            "/draft",
        ] {
            let answer =
                priya.post("/escalations", &draft_with(house, pointer, json!(canary))).await;
            assert_problem(&answer, 422, "faulty");
            assert!(!answer.body.to_string().contains(canary), "{}", answer.body);
        }
        let reference = super::raised_by(&priya, &house.draft()).await;
        for (command, body) in [
            ("responses", json!({ "stance": canary, "rationale": "Because." })),
            ("proposals", json!({ "outcome": canary, "terms": "Soon." })),
            ("actions", json!({ "what": "Visit.", "owner": "Tom", "due_on": canary })),
            ("early-escalations", json!({ "to_stage": canary, "reason": "Risk." })),
        ] {
            let answer = tom.command(&reference, command, &body).await;
            assert_problem(&answer, 422, "faulty");
            assert!(!answer.body.to_string().contains(canary), "{}", answer.body);
        }
    }

    async fn raising_names_everything_that_a_draft_still_lacks(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let reference = begun(&priya, &super::bare_draft()).await;
        let answer = priya.command(&reference, "raising", &json!({})).await;
        assert_problem(&answer, 422, "faulty");
        let mut named = answer.faults();
        named.sort();
        let lacking = [
            "area_of_disagreement",
            "child",
            "childs_voice",
            "facts",
            "judgement",
            "outcome_sought",
            "rationale",
            "receiving_agency_id",
            "risk",
            "what_was_tried",
        ];
        assert_eq!(named, lacking.map(|field| format!("/draft/{field}")));

        let danger = json!({ "immediate_danger": { "in_immediate_danger": true } });
        let answer = priya.post("/escalations", &danger).await;
        assert_faults(
            &answer,
            &[
                "/immediate_danger/action_taken",
                "/immediate_danger/taken_at",
                "/immediate_danger/taken_by",
            ],
        );
    }

    async fn a_fault_in_a_list_or_in_a_posts_place_is_named_where_it_stands(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let read = post_titled(&ellis, "Class teacher").await;
        let path = format!("/posts/{}", read.text("/id"));
        let etag = read.header("etag").unwrap();
        let agency_id = house.agency_id("primary");
        let daniel = house.person_id("Daniel Osei");
        let put = async |field: &str, value: Value| {
            let mut body = as_sent(&read);
            body[field] = value;
            on_condition(&ellis, Method::PUT, &path, &etag, &body).await
        };
        assert_faults(&put("holders", json!([daniel, "x"])).await, &["/holders/1"]);
        assert_faults(&put("holders", json!([daniel, daniel])).await, &["/holders/1"]);
        assert_faults(&put("deputies", json!([super::NOBODY])).await, &["/deputies/0"]);
        assert_faults(&put("mailbox_email", json!("the front door")).await, &["/mailbox_email"]);
        assert_faults(&put("title", json!(" ")).await, &["/title"]);
        let too_long = "a".repeat(41);
        for role in ["", " ", "Director", "duty team", "duty-team", too_long.as_str()] {
            assert_faults(&put("role", json!(role)).await, &["/role"]);
        }
        let place = |rung: &str, agency_id: &str, more: Value| {
            let mut place = json!({ "of": "agency", "agency_id": agency_id, "rung": rung });
            for (name, value) in more.as_object().unwrap() {
                place[name] = value.clone();
            }
            place
        };
        let partnership = place("partnership", &agency_id, json!({}));
        assert_faults(&put("place", partnership).await, &["/place/rung"]);
        let nowhere = place("practitioner", super::NOBODY, json!({}));
        assert_faults(&put("place", nowhere).await, &["/place/agency_id"]);
        assert_faults(
            &put("place", json!({ "of": "agency", "agency_id": agency_id })).await,
            &["/place/rung"],
        );
        for faulty in [
            place("practitioner", &agency_id, json!({ "mood": "good" })),
            place("practitioner", &agency_id, json!({ "team": " " })),
            place("practitioner", &agency_id, json!({ "team": "x".repeat(201) })),
            place("top", &agency_id, json!({})),
            json!({ "of": "town" }),
            json!({}),
        ] {
            let answer = put("place", faulty.clone()).await;
            assert_problem(&answer, 422, "faulty");
            assert!(answer.faults()[0].starts_with("/place"), "{faulty}: {}", answer.body);
        }
        assert_eq!(
            post_titled(&ellis, "Class teacher").await.body,
            read.body,
            "nothing was changed"
        );
    }
}
