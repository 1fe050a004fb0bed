//! The record: everybody is told, and the timeline shows it all.

use super::case::{Case, STAGE_ENDS, assert_mail_keeps_confidence, set};
use crate::on_each_database;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The hash of an entry, worked out from what the API shows of it.
fn hash_of(entry: &Value, escalation_id: &str) -> String {
    let hashed = json!({
        "by": entry["by"], "escalation_id": escalation_id, "event": entry["event"],
        "previous_hash": entry["previous_hash"], "recorded_at": entry["recorded_at"],
        "sequence": entry["sequence"]
    });
    let digest = Sha256::digest(hashed.to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

on_each_database! {
    async fn the_timeline_shows_a_whole_life_in_order_each_entry_chained_to_the_one_before(
        house: &House
    ) {
        let case = Case::raised(house).await;
        let proposal = json!({ "outcome": "plan_agreed", "terms": "canary-terms" });
        let position = json!({
            "facts": "canary-facts", "judgement": "canary-judgement", "rationale": "canary-why"
        });
        let refusal = json!({ "stance": "refuses", "rationale": "canary-why" });
        let reason = json!({ "reason": "canary-reason" });
        let deadline = json!({ "at": "2027-01-06T12:00:00Z", "reason": "canary-court" });
        case.does("Tom Okafor", "acknowledgements", &json!({})).await;
        case.does("Tom Okafor", "responses", &refusal).await;
        house.advance_to(STAGE_ENDS[0]).await;
        case.does("Joel Mensah", "positions", &position).await;
        case.does("Priya Nair", "protective-deadlines", &deadline).await;
        case.does("Joel Mensah", "proposals", &proposal).await;
        case.does("Margaret Bell", "proposals/1/refusals", &reason).await;
        case.does("Margaret Bell", "early-escalations", &reason).await;
        case.does("Ruth Calloway", "proposals", &proposal).await;
        case.does("Simon Achebe", "proposals/2/confirmations", &json!({})).await;
        case.does("Tom Okafor", "record-confirmations", &json!({})).await;
        case.does("Judith Hale", "reopenings", &reason).await;
        case.does("Priya Nair", "withdrawals", &reason).await;

        let entries = case.list("Tom Okafor", "timeline").await;
        let story: Vec<(&str, &str)> = entries
            .iter()
            .map(|entry| {
                let who = entry["who"].as_str().unwrap();
                (entry["kind"].as_str().unwrap(), who.split(" (").next().unwrap())
            })
            .collect();
        assert_eq!(story, [
            ("drafted", "Priya Nair"), ("raised", "Priya Nair"), ("stage_entered", "Priya Nair"),
            ("acknowledged", "Tom Okafor"), ("responded", "Tom Okafor"),
            ("deadline_passed", "Time"), ("stage_left", "Time"), ("stage_entered", "Time"),
            ("position_stated", "Joel Mensah"), ("protective_deadline_set", "Priya Nair"),
            ("proposed", "Joel Mensah"), ("proposal_declined", "Margaret Bell"),
            ("stage_left", "Margaret Bell"), ("stage_entered", "Margaret Bell"),
            ("proposed", "Ruth Calloway"), ("proposal_confirmed", "Simon Achebe"),
            ("stage_left", "Simon Achebe"), ("agreed", "Simon Achebe"),
            ("record_confirmed", "Tom Okafor"), ("reopened", "Judith Hale"),
            ("stage_entered", "Judith Hale"), ("stage_left", "Priya Nair"),
            ("withdrawn", "Priya Nair"),
        ]);
        let id = case.seen().await.text("/id");
        let mut previous = "0".repeat(64);
        for (sequence, entry) in (1..).zip(&entries) {
            assert_eq!(entry["sequence"], sequence);
            assert_eq!(entry["previous_hash"], previous.as_str());
            previous = hash_of(entry, &id);
            assert_eq!(entry["hash"], previous.as_str(), "anybody can work it out: {entry}");
        }
        let whole = entries.len();
        assert_eq!(case.seen().await.number("/version"), i64::try_from(whole).unwrap());
    }

    async fn the_timeline_is_read_page_by_page(house: &House) {
        let case = Case::at_stage(house, 3).await;
        let whole = case.list("Priya Nair", "timeline").await;
        let priya = case.as_("Priya Nair").await;
        let mut pages = Vec::new();
        let mut path = format!("{}/timeline?limit=2", case.path());
        loop {
            let page = priya.get(&path).await;
            pages.extend(page.list("/items"));
            let Some(next) = page.body["next"].as_str() else { break };
            path = format!("{}/timeline?limit=2&cursor={next}", case.path());
        }
        assert_eq!(pages, whole);
    }

    async fn every_stage_tells_the_raiser_and_the_end_tells_everybody(house: &House) {
        let case = Case::raised_by(house, "Daniel Osei", &house.draft()).await;
        for end in &STAGE_ENDS[..3] {
            house.advance_to(end).await;
        }
        let determination = json!({
            "outcome": "not_changed", "decision": "canary-decision", "rationale": "canary-why"
        });
        case.does("Moira Stennett", "determinations", &determination).await;
        let subjects = case.subjects_to("Daniel Osei");
        let case_of = |what: &str| format!("{what}: escalation {}", case.reference);
        assert_eq!(subjects, [
            format!("{} (stage 1)", case_of("Action needed by 5pm Wed 30 Dec")),
            format!("{} (stage 2)", case_of("For your information, due 5pm Thu 7 Jan")),
            format!("{} (stage 3)", case_of("For your information, due 5pm Thu 14 Jan")),
            format!("{} (stage 4)", case_of("For your information, due 5pm Thu 21 Jan")),
            case_of("Resolved"),
        ]);
        assert_eq!(case.told("Resolved"), set([
            "Daniel Osei", "Priya Nair", "Margaret Bell", "Simon Achebe", "Tom Okafor",
            "Joel Mensah", "Ruth Calloway", "Judith Hale", "Professor Alan Greer",
        ]));
        // Front line and managers heard of every stage after their own too.
        assert_eq!(case.subjects_to("Tom Okafor").len(), 5);
        assert_eq!(case.subjects_to("Joel Mensah").len(), 4);
    }

    async fn the_case_shows_who_was_told_and_whether_it_arrived(house: &House) {
        let case = Case::at_stage(house, 3).await;
        let notices = case.list("Priya Nair", "notices").await;
        let sent = house.engine.mailer().sent();
        assert_eq!(notices.len(), sent.len());
        for notice in &notices {
            assert_eq!(notice["state"], "accepted", "{notice}");
            assert!(notice["subject"].as_str().unwrap().contains(&case.reference));
            assert_eq!(notice.get("email"), None, "names, not addresses: {notice}");
        }
        let gap = notices.iter().filter(|notice| notice["kind"] == "gap");
        assert!(gap.clone().count() > 0);
        assert!(gap.into_iter().all(|notice| notice["recipient"] == "Judith Hale"));
    }

    async fn the_daily_letters_keep_confidence_too(house: &House) {
        house.engine.run_jobs().await.unwrap();
        let case = Case::raised(house).await;
        for at in ["2026-12-29T12:00:00Z", "2026-12-30T12:00:00Z", "2027-01-01T12:00:00Z"] {
            house.advance_to(at).await;
            house.engine.run_jobs().await.unwrap();
            house.settle().await;
        }
        let daily = house.mails_to("Judith Hale");
        assert!(daily.iter().any(|mail| mail.subject.starts_with("Escalations today")));
        let chased = house.mails_to("Tom Okafor");
        let chaser = chased.iter().find(|mail| mail.subject.contains("for you")).unwrap();
        assert!(chaser.text.contains(&case.reference));
        assert_mail_keeps_confidence(house);
    }
}
