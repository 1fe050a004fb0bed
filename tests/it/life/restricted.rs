//! Cases that not everybody may hear of, emergency looks, and who read what.

use super::case::{Case, STAGE_ENDS};
use super::need_to_know::{everything_asked, shown};
use crate::engine::sql::Raw;
use crate::house::{Client, House};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

const NOTHING: &str = "ESC-2026-000777";

/// For somebody the case answers in everything as one that is not there.
async fn is_not_there(case: &Case<'_>, name: &str) {
    let client = case.as_(name).await;
    let draft = case.house.draft();
    let of_it = everything_asked(&client, &case.reference, &draft).await;
    let of_nothing = everything_asked(&client, NOTHING, &draft).await;
    for ((what, found), (_, nothing)) in of_it.iter().zip(&of_nothing) {
        assert_eq!(shown(found), shown(nothing), "{name}: {what}");
    }
    let list = client.get("/escalations").await.list("/items");
    assert_eq!(list, [] as [Value; 0], "{name}");
}

fn restriction(excluded: &[String]) -> Value {
    json!({
        "restriction": { "reason": "manager_is_the_block", "excluded": excluded },
        "reason": "canary-why"
    })
}

/// Somebody holds a post more: the safeguarding lead's of social care, or an auditor's.
async fn holds(house: &House, name: &str, place: Value) {
    let ellis = house.as_("Ellis Grant").await;
    let post =
        json!({ "title": "Made for this", "place": place, "holders": [house.person_id(name)] });
    let added = ellis.post("/posts", &post).await;
    assert_eq!(added.status, 201, "{}", added.body);
}

async fn leads_in_social_care(house: &House, name: &str) {
    let place = json!({
        "of": "agency", "agency_id": house.agency_id("social_care"), "rung": "line_manager",
        "team": "Safeguarding unit", "safeguarding_lead": true
    });
    holds(house, name, place).await;
}

async fn look(client: &Client, reference: &str) -> crate::house::Answer {
    let body = json!({ "reason": "canary: the child is in hospital" });
    client.post(&format!("/escalations/{reference}/break-glass"), &body).await
}

on_each_database! {
    async fn for_whoever_is_excluded_a_case_is_not_there_any_more(house: &House) {
        let case = Case::raised(house).await;
        let judith = case.as_("Judith Hale").await;
        let headers = [("If-Match", "\"3\""), ("Idempotency-Key", "before")];
        let feedback = Some(json!({ "reason": "canary" }).to_string());
        let early = format!("{}/early-escalations", case.path());
        let done = judith.send(Method::POST, &early, &headers, feedback.clone()).await;
        assert_eq!(done.status, 200, "{}", done.body);
        house.settle().await;
        let excluded = ["Judith Hale", "Karen Whitfield"].map(|name| house.person_id(name));
        case.does("Professor Alan Greer", "restrictions", &restriction(&excluded)).await;
        let told = ["Judith Hale", "Karen Whitfield"].map(|name| case.subjects_to(name).len());
        for name in ["Judith Hale", "Karen Whitfield"] {
            is_not_there(&case, name).await;
        }
        // Not even by asking again for what was answered once.
        let again = judith.send(Method::POST, &early, &headers, feedback).await;
        assert_eq!(again.status, 404, "{}", again.body);
        let notices = judith.get("/notices?limit=200").await.list("/items");
        assert!(notices.iter().all(|notice| notice["escalation_id"].is_null()), "{notices:?}");
        for end in &STAGE_ENDS {
            house.advance_to(end).await;
        }
        let now = ["Judith Hale", "Karen Whitfield"].map(|name| case.subjects_to(name).len());
        assert_eq!(now, told, "they were told of it");
        let greer = case.as_("Professor Alan Greer").await;
        assert_eq!(greer.get("/escalations").await.list("/items").len(), 1);
        assert_eq!(case.seen_by("Professor Alan Greer").await.number("/stage"), 4);
        // Nobody answers for a digest of it but who may hear of it.
        for mail in house.mails_to("Judith Hale") {
            let is_digest = mail.subject.starts_with("Escalations today");
            assert!(!is_digest || !mail.text.contains(&case.reference) || mail.subject.contains("1 open"));
        }
    }

    async fn a_restriction_of_the_draft_is_there_from_the_first_moment(house: &House) {
        let mut draft = house.draft();
        draft["draft"]["restriction"] = json!({
            "reason": "colleagues_child", "excluded": [house.person_id("Tom Okafor")]
        });
        let case = Case::raised_by(house, "Priya Nair", &draft).await;
        assert!(case.subjects_to("Tom Okafor").is_empty());
        is_not_there(&case, "Tom Okafor").await;
        // His manager was asked, by whom stands in for her.
        let acting = super::case::names(&case.seen().await, "/stage_entries/0/acting");
        assert_eq!(acting, ["Priya Nair", "Joel Mensah"]);
        // Whom nobody knows nobody can exclude.
        draft["draft"]["restriction"]["excluded"] = json!(["019b4f1e-7c3a-7d52-9d1c-5a7e35a1b2c3"]);
        let begun = case.as_("Priya Nair").await.post("/escalations", &draft).await;
        assert_eq!(begun.faults(), ["/draft/restriction/excluded/0"], "{}", begun.body);
    }

    async fn an_emergency_look_lasts_four_hours_and_is_told_to_those_on_the_case(house: &House) {
        leads_in_social_care(house, "Leah Morris").await;
        let case = Case::raised(house).await;
        is_not_there_but_for_a_look(&case, "Leah Morris").await;
        for name in ["Joel Mensah", "DS Maria Flynn", "Ellis Grant"] {
            let client = case.as_(name).await;
            let refused = look(&client, &case.reference).await;
            assert_eq!(shown(&refused), shown(&look(&client, NOTHING).await), "{name}");
        }
        let leah = case.as_("Leah Morris").await;
        let short = json!({ "reason": "why" });
        for which in [case.reference.as_str(), NOTHING] {
            let path = format!("/escalations/{which}/break-glass");
            assert_eq!(leah.post(&path, &short).await.faults(), ["/reason"]);
        }
        let looked = look(&leah, &case.reference).await;
        assert_eq!(looked.status, 200, "{}", looked.body);
        house.settle().await;
        for read in ["", "/timeline", "/notices", "/views"] {
            assert_eq!(leah.get(&format!("{}{read}", case.path())).await.status, 200, "{read}");
        }
        case.refuses("Leah Morris", "feedback", &json!({ "text": "canary" }), 403).await;
        assert_eq!(look(&leah, &case.reference).await.status, 403);
        let told = case.told("Somebody looked");
        for name in ["Judith Hale", "Professor Alan Greer", "Priya Nair", "Tom Okafor"] {
            assert!(told.contains(name), "{name} of {told:?}");
        }
        let event = case.events("glass_broken").await.remove(0);
        house.advance_to(event["expires_at"].as_str().unwrap()).await;
        is_not_there_but_for_a_look(&case, "Leah Morris").await;
        let review = json!({ "note": "canary: it was needed" });
        case.refuses("Priya Nair", "break-glass/1/reviews", &review, 403).await;
        let reviewed = case.does("Judith Hale", "break-glass/1/reviews", &review).await;
        assert_eq!(reviewed.text("/glass_breaks/0/review/by/name"), "Judith Hale");
    }

    async fn an_auditor_reads_and_changes_nothing(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let partnerships = judith.get("/partnerships").await.list("/items");
        let place = json!({
            "of": "partnership", "partnership_id": partnerships[0]["id"], "function": "auditor"
        });
        holds(house, "DS Maria Flynn", place).await;
        let case = Case::raised(house).await;
        for read in ["", "/timeline", "/notices", "/views"] {
            let maria = case.as_("DS Maria Flynn").await;
            assert_eq!(maria.get(&format!("{}{read}", case.path())).await.status, 200, "{read}");
        }
        case.refuses("DS Maria Flynn", "feedback", &json!({ "text": "canary" }), 403).await;
        let maria = case.as_("DS Maria Flynn").await;
        assert_eq!(maria.get("/escalations").await.list("/items").len(), 1);
        assert_eq!(maria.get("/notices").await.status, 403);
        assert!(case.subjects_to("DS Maria Flynn").is_empty());
        case.does("Priya Nair", "restrictions", &restriction(&[])).await;
        assert_eq!(maria.get(&case.path()).await.status, 404);
        assert_eq!(maria.get("/escalations").await.list("/items"), [] as [Value; 0]);
        assert_eq!(look(&maria, &case.reference).await.status, 200);
        assert_eq!(maria.get(&case.path()).await.status, 200);
    }

    async fn who_read_a_case_is_written_down(house: &House) {
        let case = Case::raised(house).await;
        let tom = case.as_("Tom Okafor").await;
        let views = || async { case.list("Judith Hale", "views").await };
        let before = views().await.len();
        for _ in 0..3 {
            assert_eq!(tom.get(&case.path()).await.status, 200);
        }
        tom.get(&format!("{}/timeline", case.path())).await;
        assert_eq!(case.as_("DS Maria Flynn").await.get(&case.path()).await.status, 404);
        let now = views().await;
        assert_eq!(now.len(), before + 2, "{now:?}");
        let last = &now[now.len() - 1];
        assert_eq!((&last["name"], &last["what"]), (&json!("Tom Okafor"), &json!("timeline")));
        assert_eq!(last["standing"], "acting");
        assert_eq!(tom.get(&format!("{}/views", case.path())).await.status, 403);
        house.advance_to("2026-12-21T09:12:00Z").await;
        case.as_("Tom Okafor").await.get(&case.path()).await;
        assert_eq!(views().await.len(), before + 3);
        let mut raw = Raw::of(house);
        for statement in ["delete from case_views", "update case_views set what = 'case'"] {
            assert!(raw.refusal(statement).contains("append-only"), "{statement}");
        }
        // What cannot be written down is not handed out.
        raw.run("alter table case_views rename to gone");
        let unread = case.as_("Priya Nair").await.get(&case.path()).await;
        assert_eq!(unread.status, 500);
        assert!(!unread.body.to_string().contains("canary"));
        raw.run("alter table gone rename to case_views");
    }

    async fn a_message_waits_for_nobody_who_has_left_since(house: &House) {
        let case = Case::drafted(house, "Priya Nair", &house.draft()).await;
        let priya = case.as_("Priya Nair").await;
        let raised = priya.command(&case.reference, "raising", &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        Raw::of(house).run(&format!(
            "update people set active = {} where id = '{}'",
            if Raw::of(house).is_sqlite() { "0" } else { "false" },
            house.person_id("Tom Okafor")
        ));
        house.settle().await;
        let notices = case.list("Judith Hale", "notices").await;
        let to_tom = notices.iter().find(|it| it["recipient"] == "Tom Okafor").unwrap();
        assert_eq!(to_tom["state"], "cancelled", "{to_tom}");
        assert!(to_tom["last_error"].as_str().unwrap().contains("has left"), "{to_tom}");
        assert!(case.subjects_to("Tom Okafor").is_empty());
        assert!(case.last_subject_to("Judith Hale").starts_with("Action needed: nobody reached"));
    }
}

/// As `is_not_there`, of somebody who may look in an emergency: of all that is asked but that.
async fn is_not_there_but_for_a_look(case: &Case<'_>, name: &str) {
    let client = case.as_(name).await;
    for read in ["", "/timeline", "/notices", "/views"] {
        let of_it = client.get(&format!("{}{read}", case.path())).await;
        let of_nothing = client.get(&format!("/escalations/{NOTHING}{read}")).await;
        assert_eq!(shown(&of_it), shown(&of_nothing), "{name}: {read}");
    }
    for command in ["restrictions", "feedback", "break-glass/1/reviews"] {
        let body = if command == "feedback" { json!({ "text": "x" }) } else { json!({ "x": 1 }) };
        let of_it = client.command(&case.reference, command, &body).await;
        let of_nothing = client.command(NOTHING, command, &body).await;
        assert_eq!(shown(&of_it), shown(&of_nothing), "{name}: {command}");
    }
}
