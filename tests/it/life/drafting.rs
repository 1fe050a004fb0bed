//! Writing a challenge, and raising it.

use super::case::{Case, assert_keeps_confidence};
use crate::house::House;
use crate::on_each_database;
use serde_json::{Value, json};

const DANGER_DEALT_WITH: &str = "999 was called, and an officer is with the child.";

fn danger_dealt_with() -> Value {
    json!({
        "in_immediate_danger": true, "action_taken": DANGER_DEALT_WITH,
        "taken_at": "2026-12-21T08:55:00Z", "taken_by": "Priya Nair"
    })
}

async fn assert_nothing_was_begun(house: &House) {
    let list = house.as_("Priya Nair").await.get("/escalations").await;
    assert_eq!(list.list("/items"), [] as [Value; 0]);
    assert!(house.engine.mailer().sent().is_empty());
}

on_each_database! {
    async fn nobody_begins_without_the_answer_whether_the_child_is_in_immediate_danger(
        house: &House
    ) {
        let priya = house.as_("Priya Nair").await;
        let mut draft = house.draft();
        draft["immediate_danger"] = json!({});
        let unanswered = priya.post("/escalations", &draft).await;
        assert_eq!(unanswered.status, 422);
        assert_eq!(unanswered.faults(), ["/immediate_danger/in_immediate_danger"]);
        draft.as_object_mut().unwrap().remove("immediate_danger");
        let unasked = priya.post("/escalations", &draft).await;
        assert_eq!(unasked.status, 422);
        assert_eq!(unasked.faults(), ["/immediate_danger"]);
        assert_nothing_was_begun(house).await;
    }

    async fn immediate_danger_asks_first_what_was_done_when_and_by_whom(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let begin = async |danger: &Value| {
            let mut draft = house.draft();
            draft["immediate_danger"] = danger.clone();
            priya.post("/escalations", &draft).await
        };
        let fields = ["action_taken", "taken_at", "taken_by"];
        let bare = begin(&json!({ "in_immediate_danger": true })).await;
        assert_eq!(bare.status, 422);
        assert_eq!(bare.faults(), fields.map(|field| format!("/immediate_danger/{field}")));
        for field in fields {
            let mut danger = danger_dealt_with();
            danger[field] = Value::Null;
            let faulty = begin(&danger).await;
            assert_eq!((faulty.status, faulty.faults().as_slice()),
                (422, [format!("/immediate_danger/{field}")].as_slice()));
            danger[field] = json!("  ");
            assert_eq!(begin(&danger).await.faults(), [format!("/immediate_danger/{field}")]);
        }
        let mut tomorrow = danger_dealt_with();
        tomorrow["taken_at"] = json!("2026-12-22T09:00:00Z");
        assert_eq!(begin(&tomorrow).await.faults(), ["/immediate_danger/taken_at"]);
        assert_nothing_was_begun(house).await;

        let begun = begin(&danger_dealt_with()).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        assert_eq!(begun.text("/reference"), "ESC-2026-000001", "refusals use up no reference");
        assert_eq!(begun.text("/immediate_danger/action_taken"), DANGER_DEALT_WITH);
        assert_eq!(begun.text("/immediate_danger/taken_at"), "2026-12-21T08:55:00.000000Z");
        assert_eq!(begun.text("/immediate_danger/taken_by"), "Priya Nair");
    }

    async fn a_challenge_goes_on_beside_what_was_done_about_immediate_danger(house: &House) {
        let mut draft = house.draft();
        draft["immediate_danger"] = danger_dealt_with();
        let case = Case::raised_by(house, "Priya Nair", &draft).await;
        let tom = case.seen_by("Tom Okafor").await;
        assert_eq!(tom.text("/immediate_danger/action_taken"), DANGER_DEALT_WITH);
        assert_eq!(tom.number("/stage"), 1);
    }

    async fn raising_names_every_field_that_is_missing(house: &House) {
        let bare = json!({ "immediate_danger": { "in_immediate_danger": false } });
        let case = Case::drafted(house, "Priya Nair", &bare).await;
        let needed = [
            "area_of_disagreement", "child", "childs_voice", "facts", "judgement",
            "outcome_sought", "rationale", "receiving_agency_id", "risk", "what_was_tried",
        ];
        let refused = case.refuses("Priya Nair", "raising", &json!({}), 422).await;
        let mut faults = refused.faults();
        faults.sort();
        assert_eq!(faults, needed.map(|field| format!("/draft/{field}")));

        for field in needed {
            let mut draft = house.draft();
            draft["draft"].as_object_mut().unwrap().remove(field);
            // The team and the practitioner say nothing without their agency.
            if field == "receiving_agency_id" {
                draft["draft"].as_object_mut().unwrap().remove("receiving_practitioner_id");
            }
            let etag = case.seen_by("Priya Nair").await.header("etag").unwrap();
            assert_eq!(case.writes("Priya Nair", &etag, &draft).await.status, 200);
            let refused = case.refuses("Priya Nair", "raising", &json!({}), 422).await;
            assert_eq!(refused.faults(), [format!("/draft/{field}")]);
        }
        assert_eq!(case.seen_by("Priya Nair").await.text("/status"), "draft");
        assert!(house.engine.mailer().sent().is_empty(), "a draft tells nobody");
    }

    async fn raising_names_each_field_that_cannot_be(house: &House) {
        let mut draft = house.draft();
        let wrong = [
            ("area_of_disagreement", json!("canary-area")),
            ("urgency_class", json!("canary-class")),
            ("receiving_agency_id", json!(house.agency_id("primary"))),
            ("receiving_practitioner_id", Value::Null),
            ("receiving_team", Value::Null),
            ("decision_received_on", json!("2026-12-22")),
            ("start_stage", json!({ "stage": 5, "reason": "canary-reason" })),
            ("protective_deadline", json!({
                "at": "2026-12-21T09:10:00Z", "reason": "canary-reason"
            })),
        ];
        for (field, value) in &wrong {
            draft["draft"][*field] = value.clone();
        }
        let case = Case::drafted(house, "Priya Nair", &draft).await;
        let mut faults = case.refuses("Priya Nair", "raising", &json!({}), 422).await.faults();
        faults.sort();
        assert_eq!(faults, [
            "/draft/area_of_disagreement", "/draft/decision_received_on",
            "/draft/protective_deadline/at", "/draft/receiving_agency_id",
            "/draft/start_stage/stage", "/draft/urgency_class",
        ]);
    }

    async fn a_draft_is_its_writers_alone(house: &House) {
        let case = Case::drafted(house, "Priya Nair", &house.draft()).await;
        for name in ["Margaret Bell", "Tom Okafor", "Judith Hale", "Ellis Grant"] {
            let other = case.as_(name).await;
            for what in ["", "/timeline", "/notices"] {
                let read = other.get(&format!("{}{what}", case.path())).await;
                assert_eq!(read.status, 404, "{name} reads {what}: {}", read.body);
            }
            case.refuses(name, "raising", &json!({}), 404).await;
            case.refuses(name, "withdrawals", &json!({ "reason": "canary-reason" }), 404).await;
            assert_eq!(case.writes(name, "\"1\"", &house.draft()).await.status, 404, "{name}");
            assert_eq!(other.get("/escalations").await.list("/items"), [] as [Value; 0], "{name}");
        }
        let own = case.seen_by("Priya Nair").await;
        assert_eq!(own.text("/status"), "draft");
        assert_eq!(own.text("/draft/facts"), "canary-facts");
        assert_eq!(own.body["stage"], Value::Null);
        assert_eq!(case.list("Priya Nair", "timeline").await.len(), 1);
        let list = case.as_("Priya Nair").await.get("/escalations?status=draft").await;
        assert_eq!(list.list("/items").len(), 1);
    }

    async fn a_draft_is_written_on_as_it_was_read(house: &House) {
        let case = Case::drafted(house, "Priya Nair", &house.draft()).await;
        let mut draft = house.draft();
        draft["draft"]["facts"] = json!("canary-facts, and more of them");
        draft["draft"].as_object_mut().unwrap().remove("risk");
        let changed = case.writes("Priya Nair", "\"1\"", &draft).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(changed.text("/draft/facts"), "canary-facts, and more of them");
        assert_eq!(changed.body["draft"]["risk"], Value::Null, "the draft is what was sent, whole");
        assert_eq!(changed.header("etag").unwrap(), "\"2\"");

        let late = case.writes("Priya Nair", "\"1\"", &house.draft()).await;
        assert_eq!(late.status, 412);
        assert_keeps_confidence("an error", &late.body.to_string());
        draft["immediate_danger"] = json!({ "in_immediate_danger": true });
        let danger = case.writes("Priya Nair", "\"2\"", &draft).await;
        assert_eq!(danger.status, 422);
        assert_eq!(danger.faults().len(), 3, "the first question holds here too");
        assert_eq!(case.seen_by("Priya Nair").await.number("/version"), 2);
    }

    async fn a_discarded_draft_is_gone_and_was_nobodys_business(house: &House) {
        let case = Case::drafted(house, "Priya Nair", &house.draft()).await;
        let reason = json!({ "reason": "canary-reason" });
        let discarded = case.does("Priya Nair", "withdrawals", &reason).await;
        assert_eq!(discarded.text("/status"), "withdrawn");
        case.refuses("Priya Nair", "raising", &json!({}), 409).await;
        case.refuses("Priya Nair", "reopenings", &reason, 409).await;
        case.refuses("Priya Nair", "withdrawals", &reason, 409).await;
        let etag = discarded.header("etag").unwrap();
        assert_eq!(case.writes("Priya Nair", &etag, &house.draft()).await.status, 409);
        for name in ["Judith Hale", "Tom Okafor"] {
            assert_eq!(case.as_(name).await.get(&case.path()).await.status, 404, "{name}");
        }
        assert!(house.engine.mailer().sent().is_empty(), "somebody was told of a discarded draft");
    }

    async fn what_was_raised_keeps_fact_apart_from_judgement_and_the_childs_voice(house: &House) {
        let case = Case::raised(house).await;
        for name in ["Priya Nair", "Tom Okafor", "Judith Hale"] {
            let seen = case.seen_by(name).await;
            for (field, text) in [
                ("facts", "canary-facts"), ("judgement", "canary-judgement"),
                ("rationale", "canary-rationale"), ("risk", "canary-risk"),
                ("childs_voice", "canary-voice"), ("what_was_tried", "canary-tried"),
                ("outcome_sought", "canary-sought"), ("child/initials", "Q.Z."),
                ("child/local_reference", "RPP-0417"),
                ("receiving/agency_name", "Children's Social Care"),
            ] {
                assert_eq!(seen.text(&format!("/challenge/{field}")), text, "{name}");
            }
            assert_eq!(seen.body["draft"], Value::Null);
            assert_eq!(seen.text("/raiser/name"), "Priya Nair");
            assert_eq!(seen.text("/raised_at"), "2026-12-21T09:10:00.000000Z");
            let list = case.as_(name).await.get("/escalations").await;
            assert_eq!(list.text("/items/0/reference"), case.reference);
            assert_keeps_confidence("a list", &list.body.to_string());
        }
    }

    async fn what_was_raised_is_neither_written_on_nor_raised_again(house: &House) {
        let case = Case::raised(house).await;
        case.refuses("Priya Nair", "raising", &json!({}), 409).await;
        let etag = case.seen_by("Priya Nair").await.header("etag").unwrap();
        let written = case.writes("Priya Nair", &etag, &house.draft()).await;
        assert_eq!(written.status, 409);
        assert_keeps_confidence("an error", &written.body.to_string());
        case.refuses("Tom Okafor", "raising", &json!({}), 403).await;
    }
}
