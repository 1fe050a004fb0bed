//! Several policies in force at once: which one a challenge is begun and raised under, and what a
//! version that cannot be read holds up.

use super::sql::Raw;
use super::{BSCP, sleep_until, version};
use crate::house::{Answer, House};
use crate::on_each_database;
use serde_json::{Value, json};

/// The shipped policy under another key, for a topic of its own.
fn policy(key: &str, topic: &str) -> String {
    let head = format!("key = \"{key}\"\ntopic = \"{topic}\"\ntopic_title = \"About {topic}\"");
    version(1, "2026-09-01", &[("key = \"bscp\"", &head)])
}

/// The same with a last day.
fn until(text: &str, day: &str) -> String {
    let last = format!("review_on = \"2027-09-01\"\neffective_until = \"{day}\"");
    text.replace("review_on = \"2027-09-01\"", &last)
}

async fn load(house: &House, policies: &[String]) {
    for policy in policies {
        assert!(house.load_policy(policy.clone()).await.unwrap());
    }
}

/// Begins Priya Nair's draft with these fields beside it.
async fn begin(house: &House, fields: Value) -> Answer {
    let mut body = house.draft();
    for (name, value) in fields.as_object().unwrap() {
        body[name] = value.clone();
    }
    house.as_("Priya Nair").await.post("/escalations", &body).await
}

async fn begun(house: &House, fields: Value) -> String {
    let answer = begin(house, fields).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.text("/policy/key")
}

/// The one field at fault, and what belongs there.
async fn fault(house: &House, fields: Value) -> (String, String) {
    let answer = begin(house, fields).await;
    assert_eq!((answer.status, answer.faults().len()), (422, 1), "{}", answer.body);
    (answer.text("/errors/0/pointer"), answer.text("/errors/0/detail"))
}

fn told(pointer: &str, detail: &str) -> (String, String) {
    (pointer.to_owned(), detail.to_owned())
}

const TITLE: &str = "BSCP escalation and professional challenge policy";

on_each_database! {
    async fn of_several_the_general_one_counts_unless_a_key_or_a_topic_is_named(house: &House) {
        load(house, &[policy("conference", "conference_outcome"), policy("plan", "plan")]).await;
        assert_eq!(begun(house, json!({})).await, "bscp");
        for fields in [
            json!({ "policy_key": "conference" }),
            json!({ "topic": "conference_outcome" }),
            json!({ "policy_key": "conference", "topic": "conference_outcome" }),
        ] {
            assert_eq!(begun(house, fields.clone()).await, "conference", "{fields}");
        }
        assert_eq!(begun(house, json!({ "topic": "general" })).await, "bscp");
        let priya = house.as_("Priya Nair").await;
        let shown = priya.get("/policies/conference/versions/1").await;
        assert_eq!(shown.text("/topic"), "conference_outcome");
        assert_eq!(shown.text("/topic_title"), "About conference_outcome");
    }

    async fn what_is_not_in_force_is_answered_with_what_is(house: &House) {
        load(house, &[policy("plan", "plan"), until(&policy("old", "old"), "2026-12-20")]).await;
        for key in ["old", "BSCP", ""] {
            let detail = format!(
                "must be the key of a policy that is in force: bscp ({TITLE}), plan ({TITLE})"
            );
            let found = fault(house, json!({ "policy_key": key })).await;
            assert_eq!(found, told("/policy_key", &detail));
        }
        let detail = "must be the topic of a policy that is in force: general, plan (About plan)";
        assert_eq!(fault(house, json!({ "topic": "old" })).await, told("/topic", detail));
        let detail = "is not this policy's topic: leave one of the two out";
        let both = json!({ "policy_key": "bscp", "topic": "plan" });
        assert_eq!(fault(house, both).await, told("/topic", detail));
    }

    async fn what_cannot_be_told_apart_is_asked_for(house: &House) {
        load(house, &[policy("review", "general"), policy("plan", "plan")]).await;
        let keys = format!("bscp ({TITLE}), plan ({TITLE}), review ({TITLE})");
        let detail = format!("several policies are in force: say which one, of {keys}");
        assert_eq!(fault(house, json!({})).await, told("/policy_key", &detail));
        let general = json!({ "topic": "general" });
        assert_eq!(fault(house, general).await, told("/policy_key", &detail));
        assert_eq!(begun(house, json!({ "topic": "plan" })).await, "plan");
    }

    async fn where_none_is_general_the_only_one_counts_and_of_several_a_topic_is_named(
        house: &House
    ) {
        let ends = until(&version(2, "2026-12-22", &[]), "2027-01-01");
        let plan = policy("plan", "plan").replace("2026-09-01\"\nreview", "2027-01-02\"\nreview");
        let care = policy("care", "care").replace("2026-09-01\"\nreview", "2027-01-04\"\nreview");
        load(house, &[ends, plan, care]).await;
        // The first version has no end: it would be in force again.
        let mut raw = Raw::of(house);
        raw.drop_triggers();
        raw.put_policy(&until(BSCP, "2027-01-01"), "version = 1 and key = 'bscp'");
        sleep_until(house, "2027-01-02T09:10:00Z");
        assert_eq!(begun(house, json!({})).await, "plan");
        sleep_until(house, "2027-01-04T09:10:00Z");
        let detail = "several policies are in force: name the topic, of care (About care), plan \
            (About plan)";
        assert_eq!(fault(house, json!({})).await, told("/topic", detail));
    }

    async fn a_draft_keeps_its_policy_at_raising_unless_that_has_ended(house: &House) {
        let plan = until(&policy("plan", "plan"), "2026-12-22");
        let review = policy("review", "plan").replace("2026-09-01\"\nreview", "2026-12-22\"\nreview");
        let gone = until(&policy("gone", "gone"), "2026-12-22");
        load(house, &[plan, review, gone]).await;
        let mut drafts = Vec::new();
        for key in ["plan", "plan", "gone"] {
            drafts.push(begin(house, json!({ "policy_key": key })).await.text("/reference"));
        }
        let raised_under = async |reference: &str| {
            let priya = house.as_("Priya Nair").await;
            let raised = priya.command(reference, "raising", &json!({})).await;
            assert_eq!(raised.status, 200, "{}", raised.body);
            raised.text("/policy/key")
        };
        sleep_until(house, "2026-12-22T09:10:00Z");
        assert_eq!(raised_under(&drafts[0]).await, "plan", "its last day");
        sleep_until(house, "2026-12-23T09:10:00Z");
        assert_eq!(raised_under(&drafts[1]).await, "review", "the one of its topic");
        assert_eq!(raised_under(&drafts[2]).await, "bscp", "the general one");
    }

    async fn a_draft_whose_policy_has_ended_is_begun_anew_where_nobody_knows_under_which(
        house: &House
    ) {
        load(house, &[until(&policy("gone", "gone"), "2026-12-22"), policy("review", "general")])
            .await;
        let draft = begin(house, json!({ "policy_key": "gone" })).await.text("/reference");
        sleep_until(house, "2026-12-23T09:10:00Z");
        let priya = house.as_("Priya Nair").await;
        let refused = priya.command(&draft, "raising", &json!({})).await;
        assert_eq!(refused.status, 409, "{}", refused.body);
        let said = format!(
            "The policy of this draft is not in force any more. Begin the draft anew under one of: \
             bscp ({TITLE}), review ({TITLE})."
        );
        assert_eq!(refused.text("/detail"), said);
    }

    async fn a_stored_policy_is_not_judged_by_todays_checks(house: &House) {
        let class = "urgency_after_protective_deadline = \"urgent\"";
        let today_a_mistake = BSCP.replace(class, "urgency_after_protective_deadline = \"soon\"");
        let mut raw = Raw::of(house);
        raw.drop_triggers();
        raw.put_policy(&today_a_mistake, "version = 1");
        let reference = house.raised().await;
        house.advance_to("2026-12-30T17:00:00Z").await;
        let stage = format!("select cast(stage as text) as value from escalations where reference = \
            '{reference}'");
        assert_eq!(raw.text(&stage), "2");
    }

    async fn a_version_that_cannot_be_read_hides_no_other_and_is_not_passed_over(house: &House) {
        load(house, &[version(2, "2026-12-21", &[]), policy("plan", "plan")]).await;
        let mut raw = Raw::of(house);
        raw.drop_triggers();
        raw.put_policy("key = ", "key = 'bscp' and version = 2");
        let priya = house.as_("Priya Nair").await;
        let listed = priya.get("/policies").await.list("/items");
        let keys: Vec<&str> = listed.iter().map(|it| it["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["bscp", "plan"], "the first version, and the other policy");
        assert_eq!(begun(house, json!({ "topic": "plan" })).await, "plan");
        // What is in force is not known: not the version before, and not the only one left.
        for fields in [json!({ "policy_key": "bscp" }), json!({ "topic": "general" }), json!({})] {
            assert_eq!(begin(house, fields.clone()).await.status, 500, "{fields}");
        }
        raw.change_one("update policies set effective_from = '2027-06-01' where text = 'key = '");
        assert_eq!(begun(house, json!({})).await, "bscp", "it is not in force yet");
    }
}
