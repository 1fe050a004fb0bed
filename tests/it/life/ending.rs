//! How a case ends, and how it is taken up again.

use super::case::{Case, STAGE_ENDS, set};
use crate::on_each_database;
use serde_json::{Value, json};

fn determination() -> Value {
    json!({
        "outcome": "decision_changed", "decision": "canary-decision", "rationale": "canary-why"
    })
}

fn reason() -> Value {
    json!({ "reason": "canary-reason" })
}

/// Everybody whom Priya Nair's challenge reaches by its last stage.
const REACHED: [&str; 9] = [
    "Priya Nair",
    "Tom Okafor",
    "Margaret Bell",
    "Joel Mensah",
    "Simon Achebe",
    "Ruth Calloway",
    "Judith Hale",
    "Professor Alan Greer",
    "Moira Stennett",
];

on_each_database! {
    async fn only_the_scrutineer_or_the_panel_determine_and_only_at_the_last_stage(house: &House) {
        let case = Case::raised(house).await;
        for end in &STAGE_ENDS[..3] {
            let early = case.asks("Professor Alan Greer", "determinations", &determination()).await;
            assert!(matches!(early.status, 403 | 409), "before the last stage: {}", early.body);
            house.advance_to(end).await;
        }
        for name in ["Priya Nair", "Margaret Bell", "Ruth Calloway", "Judith Hale"] {
            case.refuses(name, "determinations", &determination(), 403).await;
        }
        let mut unknown = determination();
        unknown["outcome"] = json!("canary-outcome");
        let refused = case.refuses("Professor Alan Greer", "determinations", &unknown, 422).await;
        assert_eq!(refused.faults(), ["/outcome"]);

        let done = case.does("Professor Alan Greer", "determinations", &determination()).await;
        assert_eq!(done.text("/status"), "resolved");
        for (at, text) in [
            ("how", "determined"), ("outcome", "decision_changed"), ("decision", "canary-decision"),
            ("rationale", "canary-why"), ("by/name", "Professor Alan Greer"),
            ("by/post_title", "Independent scrutineer"), ("by/side", "partnership"),
        ] {
            assert_eq!(done.text(&format!("/ending/{at}")), text);
        }
        assert_eq!(done.text("/stage_entries/3/left/why"), "determined");
        let mut told = set(REACHED);
        told.remove("Professor Alan Greer");
        assert_eq!(case.told("Resolved"), told, "everybody is told, save he who did it");
        case.refuses("Moira Stennett", "determinations", &determination(), 409).await;
    }

    async fn both_sides_may_still_agree_at_the_last_stage(house: &House) {
        let case = Case::at_stage(house, 4).await;
        let proposal = json!({ "outcome": "plan_agreed", "terms": "canary-terms" });
        case.does("Ruth Calloway", "proposals", &proposal).await;
        case.refuses("Professor Alan Greer", "proposals/1/confirmations", &json!({}), 403).await;
        let done = case.does("Margaret Bell", "proposals/1/confirmations", &json!({})).await;
        assert_eq!(done.text("/ending/how"), "agreed");
    }

    async fn the_raising_side_withdraws_with_a_reason_and_everybody_is_told(house: &House) {
        let case = Case::at_stage(house, 3).await;
        for name in ["Ruth Calloway", "Tom Okafor", "Judith Hale"] {
            case.refuses(name, "withdrawals", &reason(), 403).await;
        }
        case.refuses("Priya Nair", "withdrawals", &json!({ "reason": "\n" }), 422).await;
        let done = case.does("Margaret Bell", "withdrawals", &reason()).await;
        assert_eq!(done.text("/status"), "withdrawn");
        assert_eq!(done.text("/ending/how"), "withdrawn");
        assert_eq!(done.text("/ending/reason"), "canary-reason");
        assert_eq!(done.text("/ending/by/name"), "Margaret Bell");
        let told = case.told("Withdrawn");
        for name in &REACHED[..7] {
            assert_eq!(told.contains(*name), *name != "Margaret Bell", "{name}: {told:?}");
        }

        // The clock stands, and nothing but looking back and taking up again is left.
        house.advance_to("2027-03-01T09:00:00Z").await;
        assert_eq!(case.seen().await.text("/status"), "withdrawn");
        assert_eq!(case.answers_when_missed().await.len(), 2);
        let proposal = json!({ "outcome": "plan_agreed", "terms": "canary-terms" });
        case.refuses("Ruth Calloway", "proposals", &proposal, 409).await;
        case.refuses("Ruth Calloway", "acknowledgements", &json!({}), 409).await;
        case.refuses("Priya Nair", "early-escalations", &reason(), 409).await;
        case.refuses("Priya Nair", "withdrawals", &reason(), 409).await;
    }

    async fn the_raiser_withdraws_after_it_moved_on_from_them_too(house: &House) {
        let case = Case::at_stage(house, 3).await;
        assert_eq!(case.seen_by("Priya Nair").await.body["you"]["is_acting"], false);
        let done = case.does("Priya Nair", "withdrawals", &reason()).await;
        assert_eq!(done.text("/status"), "withdrawn");
    }

    async fn an_ended_case_is_taken_up_again_in_the_stage_where_it_ended(house: &House) {
        let case = Case::at_stage(house, 2).await;
        case.refuses("Priya Nair", "reopenings", &reason(), 409).await;
        case.does("Priya Nair", "withdrawals", &reason()).await;
        case.does("Joel Mensah", "record-confirmations", &json!({})).await;
        house.advance_to("2027-01-11T10:00:00Z").await;
        case.refuses("Tom Okafor", "reopenings", &reason(), 403).await;
        let unreasoned = case.refuses("Priya Nair", "reopenings", &json!({}), 422).await;
        assert_eq!(unreasoned.faults(), ["/reason"]);

        let open = case.does("Priya Nair", "reopenings", &reason()).await;
        assert_eq!((open.text("/status"), open.number("/stage")), ("open".to_owned(), 2));
        assert_eq!(open.body["ending"], Value::Null);
        let entry = &open.body["stage_entries"][2];
        assert_eq!((&entry["round"], &entry["why"]), (&json!(2), &json!("reopened")));
        assert_eq!(open.text("/due_at"), "2027-01-18T17:00:00.000000Z", "a clock of its own");
        assert_eq!(open.list("/record_confirmations"), [] as [Value; 0], "to be ticked anew");
        assert_eq!(case.events("reopened").await[0]["reason"], "canary-reason");
        assert!(case.last_subject_to("Joel Mensah").starts_with("Action needed by 5pm Mon 18 Jan"));
        assert!(case.last_subject_to("Tom Okafor").starts_with("Reopened"));

        house.advance_to("2027-01-18T17:00:00Z").await;
        let on = case.seen().await;
        assert_eq!(on.number("/stage"), 3, "the second round goes up as the first");
        assert_eq!(on.number("/stage_entries/3/round"), 2);
    }

    async fn an_ended_case_is_taken_up_again_in_a_higher_stage_if_asked(house: &House) {
        let case = Case::raised(house).await;
        let proposal = json!({ "outcome": "plan_agreed", "terms": "canary-terms" });
        case.does("Tom Okafor", "proposals", &proposal).await;
        case.does("Priya Nair", "proposals/1/confirmations", &json!({})).await;
        for stage in [0, 5] {
            let to = json!({ "stage": stage, "reason": "canary-reason" });
            let refused = case.refuses("Priya Nair", "reopenings", &to, 422).await;
            assert_eq!(refused.faults(), ["/stage"]);
        }
        let to = json!({ "stage": 3, "reason": "canary-reason" });
        let open = case.does("Judith Hale", "reopenings", &to).await;
        assert_eq!(open.number("/stage"), 3);
        assert_eq!(open.number("/stage_entries/1/round"), 2);
        assert!(case.last_subject_to("Ruth Calloway").starts_with("Action needed by"));
        let all = case.told("Action needed by");
        assert!(!all.contains("Joel Mensah"), "stage 2 was passed over: {all:?}");
        let last = case.last_subject_to("Priya Nair");
        assert!(last.starts_with("For your information") || last.starts_with("Reopened"), "{last}");
    }
}
