//! What the sides say to each other within the time.

use super::case::{Case, STAGE_ENDS, set};
use crate::on_each_database;
use serde_json::{Value, json};

fn position(facts: &str) -> Value {
    json!({
        "facts": facts, "judgement": "canary-their-judgement",
        "rationale": "canary-their-rationale", "disputed": "canary-disputed",
        "childs_voice": "canary-their-voice"
    })
}

fn proposal() -> Value {
    json!({ "outcome": "decision_changed", "terms": "canary-terms" })
}

fn response(stance: &str) -> Value {
    json!({ "stance": stance, "rationale": "canary-rationale" })
}

on_each_database! {
    async fn the_receiving_side_says_once_a_stage_that_the_challenge_arrived(house: &House) {
        let case = Case::raised(house).await;
        let note = json!({ "note": "canary-note" });
        case.refuses("Priya Nair", "acknowledgements", &note, 403).await;
        case.refuses("Judith Hale", "acknowledgements", &note, 403).await;
        let done = case.does("Tom Okafor", "acknowledgements", &note).await;
        assert_eq!(done.text("/acknowledgements/0/note"), "canary-note");
        assert_eq!(done.text("/acknowledgements/0/by/name"), "Tom Okafor");
        assert_eq!(done.number("/acknowledgements/0/stage_entry"), 1);
        assert!(case.last_subject_to("Priya Nair").starts_with("For your information"));
        case.refuses("Tom Okafor", "acknowledgements", &json!({}), 409).await;

        house.advance_to(STAGE_ENDS[0]).await;
        case.refuses("Tom Okafor", "acknowledgements", &json!({}), 403).await;
        let again = case.does("Joel Mensah", "acknowledgements", &json!({})).await;
        assert_eq!(again.number("/acknowledgements/1/stage_entry"), 2);
    }

    async fn a_missed_deadline_tells_refusal_from_silence(house: &House) {
        let silent = Case::raised(house).await;
        let acknowledged = Case::raised(house).await;
        acknowledged.does("Tom Okafor", "acknowledgements", &json!({})).await;
        let refused = Case::raised(house).await;
        refused.does("Tom Okafor", "acknowledgements", &json!({})).await;
        refused.does("Tom Okafor", "responses", &response("refuses")).await;
        let in_part = Case::raised(house).await;
        in_part.does("Tom Okafor", "responses", &response("accepts_in_part")).await;
        let proposed = Case::raised(house).await;
        proposed.does("Tom Okafor", "proposals", &proposal()).await;
        // What the raising side says is no answer.
        let own = Case::raised(house).await;
        own.does("Priya Nair", "positions", &position("canary-more")).await;
        own.does("Priya Nair", "proposals", &proposal()).await;

        house.advance_to(STAGE_ENDS[0]).await;
        for (case, answer, words) in [
            (&silent, "silence", "silent"),
            (&acknowledged, "acknowledged_only", "acknowledged"),
            (&refused, "refusal", "refused"),
            (&in_part, "answered_not_agreed", "not agreed"),
            (&proposed, "answered_not_agreed", "not agreed"),
            (&own, "silence", "silent"),
        ] {
            assert_eq!(case.answers_when_missed().await, [answer]);
            let timeline = case.list("Priya Nair", "timeline").await;
            let missed = timeline.iter().find(|entry| entry["kind"] == "deadline_passed").unwrap();
            assert!(missed["what"].as_str().unwrap().contains(words), "{answer}: {missed}");
            assert_eq!(missed["who"], "Time");
            assert_eq!(missed["recorded_in_words"], "Wed 30 Dec 2026, 17:00");
        }
        // What was answered at one stage is no answer of the people above.
        house.advance_to(STAGE_ENDS[1]).await;
        assert_eq!(refused.answers_when_missed().await, ["refusal", "silence"]);
    }

    async fn a_refusal_stands_with_its_reason_and_asks_the_raising_side_what_next(house: &House) {
        let case = Case::raised(house).await;
        case.refuses("Priya Nair", "responses", &response("refuses"), 403).await;
        let blank = json!({ "stance": "refuses", "rationale": " " });
        let unreasoned = case.refuses("Tom Okafor", "responses", &blank, 422).await;
        assert_eq!(unreasoned.faults(), ["/rationale"]);
        let done = case.does("Tom Okafor", "responses", &response("refuses")).await;
        assert_eq!(done.text("/responses/0/stance"), "refuses");
        assert_eq!(done.text("/responses/0/rationale"), "canary-rationale");
        assert_eq!(done.number("/stage"), 1, "the raising side decides whether to escalate");
        let due = "Action needed by 5pm Wed 30 Dec";
        assert!(case.last_subject_to("Priya Nair").starts_with(due));
        let waiting = done.body["waiting_for"]["sides"].clone();
        assert_eq!(waiting, json!(["raising", "receiving"]));
    }

    async fn both_sides_positions_stand_in_the_record_signed(house: &House) {
        let case = Case::raised(house).await;
        let own = case.does("Priya Nair", "positions", &position("canary-our-facts")).await;
        assert_eq!(own.text("/positions/0/by/side"), "raising");
        assert!(case.last_subject_to("Tom Okafor").starts_with("For your information"));
        case.does("Tom Okafor", "positions", &position("canary-their-facts")).await;
        let mut bare = position("canary-facts");
        bare.as_object_mut().unwrap().remove("rationale");
        let unreasoned = case.refuses("Tom Okafor", "positions", &bare, 422).await;
        assert_eq!(unreasoned.faults(), ["/rationale"]);
        case.refuses("Judith Hale", "positions", &position("canary-facts"), 403).await;

        let seen = case.seen_by("Priya Nair").await;
        for (at, text) in [
            ("facts", "canary-their-facts"), ("judgement", "canary-their-judgement"),
            ("rationale", "canary-their-rationale"), ("disputed", "canary-disputed"),
            ("childs_voice", "canary-their-voice"),
        ] {
            assert_eq!(seen.text(&format!("/positions/1/statement/{at}")), text);
        }
        assert_eq!(seen.text("/positions/1/by/name"), "Tom Okafor");
        let title = seen.text("/positions/1/by/post_title");
        assert_eq!(title, "Social worker, referral and assessment");
        assert_eq!(seen.text("/positions/1/by/side"), "receiving");
        assert_eq!(seen.text("/positions/1/at"), "2026-12-21T09:10:00.000000Z");
        assert_eq!(seen.list("/positions").len(), 2);
    }

    async fn both_sides_agree_and_the_raiser_is_told(house: &House) {
        let case = Case::raised(house).await;
        let nothing = json!({});
        case.does("Tom Okafor", "proposals", &proposal()).await;
        assert!(case.last_subject_to("Priya Nair").starts_with("Action needed by"));
        // A side cannot answer its own proposal.
        case.refuses("Tom Okafor", "proposals/1/confirmations", &nothing, 403).await;
        let no = json!({ "reason": "canary-too-late" });
        case.refuses("Tom Okafor", "proposals/1/refusals", &no, 403).await;
        // One is on the table at a time.
        case.refuses("Priya Nair", "proposals", &proposal(), 409).await;
        case.refuses("Priya Nair", "proposals/1/refusals", &json!({ "reason": "" }), 422).await;

        let declined = case.does("Priya Nair", "proposals/1/refusals", &no).await;
        assert_eq!(declined.body["proposals"][0]["answer"]["confirmed"], false);
        assert_eq!(declined.text("/proposals/0/answer/reason"), "canary-too-late");
        assert_eq!(declined.text("/status"), "open");
        case.refuses("Priya Nair", "proposals/1/confirmations", &nothing, 409).await;

        case.does("Tom Okafor", "proposals", &proposal()).await;
        let done = case.does("Priya Nair", "proposals/2/confirmations", &nothing).await;
        assert_eq!(done.text("/status"), "resolved");
        assert_eq!(done.text("/ending/how"), "agreed");
        assert_eq!(done.text("/ending/outcome"), "decision_changed");
        assert_eq!(done.number("/ending/proposal"), 2);
        assert_eq!(done.text("/stage_entries/0/left/why"), "agreed");
        assert_eq!(done.body["due_at"], Value::Null);
        let told = case.told("Resolved");
        assert_eq!(told, set(["Tom Okafor", "Judith Hale"]), "all but she who confirmed it");
    }

    async fn the_raiser_is_told_that_both_sides_agreed_whoever_confirmed(house: &House) {
        let case = Case::raised(house).await;
        case.does("Priya Nair", "proposals", &proposal()).await;
        case.does("Tom Okafor", "proposals/1/confirmations", &json!({})).await;
        let resolved = format!("Resolved: escalation {}", case.reference);
        assert_eq!(case.last_subject_to("Priya Nair"), resolved);
    }

    async fn a_proposal_is_one_of_the_policys_outcomes_and_answered_by_its_number(house: &House) {
        let case = Case::raised(house).await;
        let unknown = json!({ "outcome": "canary-outcome", "terms": "canary-terms" });
        let refused = case.refuses("Tom Okafor", "proposals", &unknown, 422).await;
        assert_eq!(refused.faults(), ["/outcome"]);
        case.refuses("Priya Nair", "proposals/1/confirmations", &json!({}), 404).await;
        case.refuses("Priya Nair", "proposals/one/confirmations", &json!({}), 404).await;
    }

    async fn a_proposal_goes_up_with_the_case_and_more_senior_people_answer_it(house: &House) {
        let case = Case::raised(house).await;
        case.does("Priya Nair", "proposals", &proposal()).await;
        house.advance_to(STAGE_ENDS[0]).await;
        case.refuses("Tom Okafor", "proposals/1/confirmations", &json!({}), 403).await;
        let no = json!({ "reason": "canary-reason" });
        case.does("Joel Mensah", "proposals/1/refusals", &no).await;
        house.advance_to(STAGE_ENDS[1]).await;
        // He who declines at stage 2 was not silent at stage 2.
        assert_eq!(case.answers_when_missed().await, ["silence", "answered_not_agreed"]);
    }
}
