//! Need to know: who is not on a case learns nothing of it, not even that it is there.

use super::case::{Case, assert_keeps_confidence};
use crate::house::{Answer, Client};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

/// Every command, with a body that it would take.
fn commands() -> Vec<(&'static str, Value)> {
    let reason = json!({ "reason": "canary-reason" });
    vec![
        ("raising", json!({})),
        ("acknowledgements", json!({ "note": "canary-note" })),
        (
            "positions",
            json!({
                "facts": "canary-facts", "judgement": "canary-judgement", "rationale": "canary-why"
            }),
        ),
        ("responses", json!({ "stance": "refuses", "rationale": "canary-why" })),
        ("early-escalations", reason.clone()),
        ("proposals", json!({ "outcome": "plan_agreed", "terms": "canary-terms" })),
        ("proposals/1/confirmations", json!({})),
        ("proposals/1/refusals", reason.clone()),
        (
            "determinations",
            json!({
                "outcome": "plan_agreed", "decision": "canary-decision", "rationale": "canary-why"
            }),
        ),
        ("withdrawals", reason.clone()),
        ("reopenings", reason.clone()),
        ("restriction-liftings", reason.clone()),
        (
            "restrictions",
            json!({ "restriction": { "reason": "other" }, "reason": "canary-reason" }),
        ),
        ("break-glass/1/reviews", json!({ "note": "canary-note" })),
        ("break-glass", reason),
        ("protective-deadlines", json!({ "at": "2026-12-22T12:00:00Z", "reason": "canary-court" })),
        (
            "meetings",
            json!({
                "at": "2026-12-22T12:00:00Z", "place": "canary-place", "purpose": "canary-purpose"
            }),
        ),
        ("meetings/1/records", json!({ "record": "canary-record" })),
        (
            "actions",
            json!({ "what": "canary-what", "owner": "canary-owner", "due_on": "2026-12-22" }),
        ),
        ("actions/1/completions", json!({})),
        ("feedback", json!({ "text": "canary-text" })),
        ("debriefs", json!({ "held_on": "2026-12-21", "with": "canary-with" })),
        ("record-confirmations", json!({})),
    ]
}

/// All that can be asked of a case, with everything that a client may get right or wrong.
pub async fn everything_asked(
    client: &Client,
    which: &str,
    draft: &Value,
) -> Vec<(String, Answer)> {
    let path = format!("/escalations/{which}");
    let mut answers = Vec::new();
    let reads = [
        "",
        "/timeline",
        "/notices",
        "/views",
        "/timeline?limit=0",
        "/notices?limit=0",
        "/timeline?cursor=canary",
        "/notices?cursor=canary",
    ];
    for read in reads {
        answers.push((read.to_owned(), client.get(&format!("{path}{read}")).await));
    }
    let known = [("If-None-Match", "\"3\"")];
    let unchanged = client.send(Method::GET, &path, &known, None).await;
    answers.push(("If-None-Match".to_owned(), unchanged));
    let mut writes: Vec<_> =
        commands().into_iter().map(|(command, body)| (Method::POST, command, body)).collect();
    writes.push((Method::PUT, "draft", draft.clone()));
    for (method, command, body) in writes {
        let to = format!("{path}/{command}");
        for (condition, etag) in
            [("right", Some("\"3\"")), ("wrong", Some("\"9\"")), ("none", None)]
        {
            for (kind, body) in [("whole", body.to_string()), ("unknown", r#"{"x":1}"#.to_owned())]
            {
                let headers: Vec<(&str, &str)> =
                    etag.map(|etag| ("If-Match", etag)).into_iter().collect();
                let answer = client.send(method.clone(), &to, &headers, Some(body)).await;
                answers.push((format!("{command}, If-Match {condition}, body {kind}"), answer));
            }
        }
    }
    answers
}

pub fn shown(answer: &Answer) -> (u16, String, Vec<(String, String)>) {
    let differs = ["x-request-id", "date"];
    let headers = answer.headers.iter().filter(|(name, _)| !differs.contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, answer.body.to_string(), headers.collect())
}

on_each_database! {
    async fn whoever_is_not_on_a_case_cannot_tell_it_from_one_that_is_not_there(house: &House) {
        let case = Case::raised(house).await;
        let id = case.seen().await.text("/id");
        let draft = house.draft();
        // Another agency; another team of the same agency; who keeps the directory; who is more
        // senior and was not reached yet.
        for name in ["DS Maria Flynn", "Leah Morris", "Ellis Grant", "Ruth Calloway"] {
            let outsider = case.as_(name).await;
            for (there, not_there) in [
                (case.reference.as_str(), "ESC-2026-000777"),
                (id.as_str(), "019b4f1e-7c3a-7d52-9d1c-5a7e35a1b2c3"),
            ] {
                let of_it = everything_asked(&outsider, there, &draft).await;
                let of_nothing = everything_asked(&outsider, not_there, &draft).await;
                for ((what, found), (_, nothing)) in of_it.iter().zip(&of_nothing) {
                    assert_eq!(shown(found), shown(nothing), "{name}, {there}: {what}");
                    assert_keeps_confidence("an error", &found.body.to_string());
                    let is_well_asked = !what.contains("none") && !what.contains("unknown")
                        && !what.contains('?');
                    assert!(!is_well_asked || found.status == 404, "{what}: {}", found.status);
                }
            }
            let list = outsider.get("/escalations").await.list("/items");
            assert_eq!(list, [] as [Value; 0], "{name}");
            assert_eq!(outsider.get("/notices").await.status, 403, "{name}");
        }
        assert_eq!(case.seen().await.number("/version"), 3, "nothing was done");
    }

    async fn whoever_is_not_its_writer_cannot_tell_a_draft_from_nothing(house: &House) {
        let mut draft = house.draft();
        draft["draft"]["receiving_agency_id"] = json!("019b4f1e-7c3a-7d52-9d1c-5a7e35a1b2c3");
        let case = Case::drafted(house, "Priya Nair", &draft).await;
        for name in ["Margaret Bell", "Judith Hale"] {
            let other = case.as_(name).await;
            let of_it = everything_asked(&other, &case.reference, &draft).await;
            let of_nothing = everything_asked(&other, "ESC-2026-000777", &draft).await;
            for ((what, found), (_, nothing)) in of_it.iter().zip(&of_nothing) {
                assert_eq!(shown(found), shown(nothing), "{name}: {what}");
            }
        }
    }

    async fn the_administrator_keeps_the_directory_and_sees_no_case(house: &House) {
        let case = Case::at_stage(house, 4).await;
        let ellis = case.as_("Ellis Grant").await;
        for read in ["", "/timeline", "/notices"] {
            assert_eq!(ellis.get(&format!("{}{read}", case.path())).await.status, 404);
        }
        assert_eq!(ellis.get("/escalations").await.list("/items"), [] as [Value; 0]);
        assert_eq!(ellis.get("/notices").await.status, 403);
        assert_eq!(ellis.get("/posts").await.status, 200);
        assert!(house.mails_to("Ellis Grant").is_empty());
    }

    async fn an_error_never_repeats_what_was_sent(house: &House) {
        let case = Case::drafted(house, "Priya Nair", &house.draft()).await;
        let priya = case.as_("Priya Nair").await;
        let wrong = [
            ("child", json!("Q.Z.")),
            ("child", json!(["Q.Z."])),
            ("child", json!({ "initials": "Q.Z.\nRPP-0417" })),
            ("child", json!({ "initials": "Q.Z.", "no_such_field": "canary" })),
            ("facts", json!({ "no_such_field": "canary" })),
            ("receiving_agency_id", json!("canary-agency")),
            ("decision_received_on", json!("canary-day")),
            ("protective_deadline", json!("canary-court")),
            ("protective_deadline", json!({ "at": "canary-when", "reason": "canary-court" })),
            ("start_stage", json!({ "stage": "canary-stage", "reason": "canary" })),
            ("no_such_field", json!("canary")),
        ];
        for (field, value) in wrong {
            let mut draft = house.draft();
            draft["draft"][field] = value;
            let begun = priya.post("/escalations", &draft).await;
            assert_eq!(begun.status, 422, "{field}: {}", begun.body);
            let written = case.writes("Priya Nair", "\"1\"", &draft).await;
            assert_eq!(written.status, 422, "{field}: {}", written.body);
            for answer in [begun, written] {
                assert!(!answer.faults().is_empty(), "{}", answer.body);
                assert_keeps_confidence("an error", &answer.body.to_string());
            }
        }
        let is_danger = json!({ "in_immediate_danger": "canary-yes" });
        let answer = priya.post("/escalations", &json!({ "immediate_danger": is_danger })).await;
        assert_eq!(answer.faults(), ["/immediate_danger/in_immediate_danger"]);
        assert_keeps_confidence("an error", &answer.body.to_string());
        let cut_off = Some(r#"{ "draft": { "facts": "canary-facts"#.to_owned());
        let answer = priya.send(Method::POST, "/escalations", &[], cut_off).await;
        assert_eq!(answer.status, 400);
        assert_keeps_confidence("an error", &answer.body.to_string());

        case.does("Priya Nair", "raising", &json!({})).await;
        for (command, body) in [
            ("responses", json!({ "stance": "canary-stance", "rationale": "canary" })),
            ("proposals", json!({ "outcome": "canary-outcome", "terms": "canary" })),
            ("early-escalations", json!({ "to_stage": "canary-stage", "reason": "canary" })),
            ("meetings", json!({ "at": "canary", "place": "canary", "purpose": "canary" })),
            ("acknowledgements", json!("canary-note")),
            ("debriefs", json!({ "held_on": "canary-day", "with": "canary" })),
        ] {
            case.refuses("Tom Okafor", command, &body, 422).await;
        }
    }
}
