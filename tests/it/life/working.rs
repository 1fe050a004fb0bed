//! What people set down beside the argument: meetings, actions, feedback, debriefs, ticks.

use super::case::{Case, STAGE_ENDS};
use crate::on_each_database;
use serde_json::{Value, json};

fn meeting(at: &str) -> Value {
    json!({ "at": at, "place": "canary-room", "purpose": "canary-purpose" })
}

fn action_of(owner: &str) -> Value {
    json!({ "what": "canary-what", "owner": owner, "due_on": "2026-12-24" })
}

fn reason() -> Value {
    json!({ "reason": "canary-reason" })
}

on_each_database! {
    async fn a_meeting_is_arranged_held_and_recorded_once(house: &House) {
        let case = Case::raised(house).await;
        let arranged = case.does("Priya Nair", "meetings", &meeting("2026-12-22T14:00:00Z")).await;
        assert_eq!(arranged.text("/meetings/0/place"), "canary-room");
        assert_eq!(arranged.text("/meetings/0/purpose"), "canary-purpose");
        assert_eq!(arranged.text("/meetings/0/arranged_by/name"), "Priya Nair");
        assert!(case.last_subject_to("Tom Okafor").starts_with("For your information"));
        let record = json!({ "record": "canary-record" });
        case.refuses("Tom Okafor", "meetings/1/records", &record, 409).await;
        case.refuses("Tom Okafor", "meetings/2/records", &record, 404).await;

        house.advance_to("2026-12-22T14:00:00Z").await;
        let held = case.does("Tom Okafor", "meetings/1/records", &record).await;
        assert_eq!(held.text("/meetings/0/record"), "canary-record");
        case.refuses("Priya Nair", "meetings/1/records", &record, 409).await;
    }

    async fn those_who_act_and_the_partnership_arrange_meetings_and_actions(house: &House) {
        let case = Case::at_stage(house, 2).await;
        let action = action_of("Joel Mensah");
        let later = meeting("2027-01-04T14:00:00Z");
        case.refuses("Tom Okafor", "meetings", &later, 403).await;
        case.refuses("Tom Okafor", "actions", &action, 403).await;
        for name in ["Priya Nair", "Joel Mensah", "Judith Hale"] {
            case.does(name, "meetings", &later).await;
            case.does(name, "actions", &action).await;
        }
        case.does("Priya Nair", "withdrawals", &reason()).await;
        case.refuses("Priya Nair", "meetings", &later, 409).await;
        // What was agreed is still done after the end.
        case.does("Priya Nair", "actions", &action).await;
    }

    async fn an_action_is_set_down_with_its_owner_and_ticked_off_once(house: &House) {
        let case = Case::raised(house).await;
        let action = action_of("Tom Okafor");
        let set = case.does("Priya Nair", "actions", &action).await;
        assert_eq!(set.text("/actions/0/what"), "canary-what");
        assert_eq!(set.text("/actions/0/owner"), "Tom Okafor");
        assert_eq!(set.text("/actions/0/due_on"), "2026-12-24");
        assert_eq!(set.body["actions"][0]["done_at"], Value::Null);
        assert!(case.last_subject_to("Tom Okafor").starts_with("For your information"));
        let unowned = json!({ "what": "canary-what", "owner": "", "due_on": "2026-12-24" });
        let refused = case.refuses("Priya Nair", "actions", &unowned, 422).await;
        assert_eq!(refused.faults(), ["/owner"]);

        house.advance_to(STAGE_ENDS[0]).await;
        // It moved on from him, and it is his to do.
        let done = case.does("Tom Okafor", "actions/1/completions", &json!({})).await;
        assert_eq!(done.text("/actions/0/done_at"), "2026-12-30T17:00:00.000000Z");
        case.refuses("Tom Okafor", "actions/1/completions", &json!({}), 409).await;
        case.refuses("Tom Okafor", "actions/2/completions", &json!({}), 404).await;
    }

    async fn feedback_comes_after_the_end_from_everybody_on_it(house: &House) {
        let case = Case::raised(house).await;
        let feedback = json!({ "text": "canary-text", "learning": "canary-learning" });
        case.refuses("Priya Nair", "feedback", &feedback, 409).await;
        case.does("Priya Nair", "withdrawals", &reason()).await;
        for (at, name) in ["Priya Nair", "Tom Okafor", "Judith Hale"].into_iter().enumerate() {
            let given = case.does(name, "feedback", &feedback).await;
            assert_eq!(given.text(&format!("/feedback/{at}/by/name")), name);
            assert_eq!(given.text(&format!("/feedback/{at}/text")), "canary-text");
            assert_eq!(given.text(&format!("/feedback/{at}/learning")), "canary-learning");
        }
    }

    async fn themes_of_learning_are_chosen_from_the_policys_own(house: &House) {
        let case = Case::raised(house).await;
        let judith = case.as_("Judith Hale").await;
        let version = "/policies/bscp/versions/1";
        let listed = judith.get(version).await.list("/learning_themes");
        let keys: Vec<&str> = listed.iter().map(|theme| theme["key"].as_str().unwrap()).collect();
        assert!(keys.contains(&"drift") && keys.contains(&"thresholds"), "{keys:?}");
        let debrief = |themes: Value| json!({
            "held_on": "2026-12-21", "with": "canary-with", "themes": themes
        });
        let unknown = debrief(json!(["drift", "canary-theme", "drift"]));
        let refused = case.refuses("Tom Okafor", "debriefs", &unknown, 422).await;
        assert_eq!(refused.faults(), ["/themes/1", "/themes/2"]);
        let said = refused.body.to_string();
        assert!(said.contains("must be one of: ") && said.contains("thresholds"), "{said}");
        assert!(!said.contains("canary"), "{said}");
        let done = case.does("Tom Okafor", "debriefs", &debrief(json!(["drift"]))).await;
        assert_eq!(done.body["debriefs"][0]["themes"], json!(["drift"]));
        case.does("Priya Nair", "withdrawals", &reason()).await;
        let wrong = json!({ "text": "canary-text", "themes": ["Drift and delay"] });
        let refused = case.refuses("Priya Nair", "feedback", &wrong, 422).await;
        assert_eq!(refused.faults(), ["/themes/0"]);
        let feedback = json!({ "text": "canary-text", "themes": ["thresholds", "drift"] });
        let given = case.does("Priya Nair", "feedback", &feedback).await;
        assert_eq!(given.body["feedback"][0]["themes"], json!(["thresholds", "drift"]));
        let event = case.events("feedback_given").await.remove(0);
        assert_eq!(event["themes"], json!(["thresholds", "drift"]));
        // Nothing is said of themes where none was chosen: the entry is what it was before them.
        case.does("Priya Nair", "feedback", &json!({ "text": "canary-text" })).await;
        assert_eq!(case.events("feedback_given").await[1].get("themes"), None);
        house.prove_the_record().await;
    }

    async fn a_debrief_was_held_before_it_is_recorded(house: &House) {
        let case = Case::drafted(house, "Priya Nair", &house.draft()).await;
        let debrief = |day: &str| json!({
            "held_on": day, "with": "canary-with", "text": "canary-text"
        });
        case.refuses("Priya Nair", "debriefs", &debrief("2026-12-21"), 409).await;
        case.does("Priya Nair", "raising", &json!({})).await;
        let refused = case.refuses("Tom Okafor", "debriefs", &debrief("2026-12-22"), 422).await;
        assert_eq!(refused.faults(), ["/held_on"]);
        let done = case.does("Tom Okafor", "debriefs", &debrief("2026-12-21")).await;
        assert_eq!(done.text("/debriefs/0/held_on"), "2026-12-21");
        assert_eq!(done.text("/debriefs/0/with"), "canary-with");
        assert_eq!(done.text("/debriefs/0/by/name"), "Tom Okafor");
    }

    async fn each_agency_ticks_once_that_the_outcome_stands_on_its_record(house: &House) {
        let case = Case::at_stage(house, 2).await;
        let nothing = json!({});
        case.refuses("Priya Nair", "record-confirmations", &nothing, 409).await;
        case.does("Priya Nair", "withdrawals", &reason()).await;
        case.refuses("Judith Hale", "record-confirmations", &nothing, 403).await;
        case.does("Tom Okafor", "record-confirmations", &nothing).await;
        case.refuses("Joel Mensah", "record-confirmations", &nothing, 409).await;
        let both = case.does("Margaret Bell", "record-confirmations", &nothing).await;
        assert_eq!(both.text("/record_confirmations/0/side"), "receiving");
        assert_eq!(both.text("/record_confirmations/1/side"), "raising");
        assert_eq!(both.text("/record_confirmations/1/by/name"), "Margaret Bell");
    }
}
