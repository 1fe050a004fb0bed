//! When a stage's time runs out, and how people move sooner.

use super::case::{Case, STAGE_ENDS, set};
use crate::house::House;
use crate::on_each_database;
use serde_json::{Value, json};

/// A challenge of Priya Nair's with one more field.
async fn raised_with<'h>(house: &'h House, field: &str, value: Value) -> Case<'h> {
    let mut draft = house.draft();
    draft["draft"][field] = value;
    Case::raised_by(house, "Priya Nair", &draft).await
}

fn deadline(at: &str) -> Value {
    json!({ "at": at, "reason": "canary-court" })
}

fn reason() -> Value {
    json!({ "reason": "canary-reason" })
}

on_each_database! {
    async fn a_stage_that_runs_out_moves_up_and_tells_more_senior_staff_on_both_sides(
        house: &House
    ) {
        let case = Case::raised(house).await;
        house.advance_to("2026-12-30T16:59:59Z").await;
        assert_eq!(case.seen_by("Priya Nair").await.number("/stage"), 1);
        assert!(house.mails_to("Joel Mensah").is_empty(), "told before it was due");

        house.advance_to("2026-12-30T17:00:00Z").await;
        let after = case.seen_by("Priya Nair").await;
        assert_eq!(after.number("/stage"), 2);
        assert_eq!(after.text("/due_at"), "2027-01-07T17:00:00.000000Z");
        assert_eq!(after.text("/stage_entries/0/left/why"), "deadline_passed");
        assert_eq!(after.text("/stage_entries/1/why"), "deadline_passed");
        let subject =
            format!("Action needed by 5pm Thu 7 Jan: escalation {} (stage 2)", case.reference);
        for manager in ["Joel Mensah", "Margaret Bell"] {
            assert_eq!(case.subjects_to(manager), [subject.as_str()], "{manager}");
        }
        assert!(case.subjects_to("Priya Nair").contains(&subject));
    }

    async fn the_due_instant_says_how_it_was_worked_out(house: &House) {
        let case = Case::raised(house).await;
        let seen = case.seen_by("Priya Nair").await;
        assert_eq!(seen.text("/due_at"), "2026-12-30T17:00:00.000000Z");
        assert_eq!(
            seen.text("/due_in_words"),
            "1 working week (5 working days) after Mon 21 Dec 2026, without 25 and 28 Dec and the \
             weekend: Wed 30 Dec 2026, 17:00"
        );
        assert!(house.mails_to("Tom Okafor")[0].text.contains("Wed 30 Dec 2026, 17:00"));
    }

    async fn people_escalate_before_the_deadline_with_a_reason(house: &House) {
        let case = Case::raised(house).await;
        let unreasoned = case.refuses("Priya Nair", "early-escalations", &json!({}), 422).await;
        assert_eq!(unreasoned.faults(), ["/reason"]);
        house.advance_to("2026-12-22T10:00:00Z").await;
        let moved = case.does("Priya Nair", "early-escalations", &reason()).await;
        assert_eq!(moved.number("/stage"), 2);
        assert_eq!(moved.text("/stage_entries/0/left/why"), "escalated_early");
        assert_eq!(moved.text("/stage_entries/1/why"), "escalated_early");
        assert_eq!(moved.text("/due_at"), "2026-12-31T17:00:00.000000Z", "a clock of its own");
        let entered = case.events("stage_entered").await;
        assert_eq!(entered[1]["reason"], "canary-reason");
        assert!(case.last_subject_to("Joel Mensah").starts_with("Action needed by 5pm Thu 31 Dec"));
        assert!(case.last_subject_to("Tom Okafor").starts_with("For your information"));
        // The stage that was left has no say any more.
        house.advance_to(STAGE_ENDS[0]).await;
        assert_eq!(case.seen().await.number("/stage"), 2);
        assert_eq!(case.answers_when_missed().await, [] as [&str; 0]);
    }

    async fn the_raiser_whoever_acts_and_the_partnership_escalate_early(house: &House) {
        let case = Case::raised_by(house, "Daniel Osei", &house.draft()).await;
        case.does("Daniel Osei", "early-escalations", &reason()).await;
        case.refuses("Tom Okafor", "early-escalations", &reason(), 403).await;
        case.does("Joel Mensah", "early-escalations", &reason()).await;
        let last = case.does("Judith Hale", "early-escalations", &reason()).await;
        assert_eq!(last.number("/stage"), 4);
        case.refuses("Judith Hale", "early-escalations", &reason(), 409).await;
    }

    async fn people_skip_stages_upwards_only(house: &House) {
        let case = Case::raised(house).await;
        for stage in [0, 1, 5] {
            let to = json!({ "to_stage": stage, "reason": "canary-reason" });
            let refused = case.refuses("Priya Nair", "early-escalations", &to, 422).await;
            assert_eq!(refused.faults(), ["/to_stage"]);
        }
        let to = json!({ "to_stage": 3, "reason": "canary-reason" });
        let moved = case.does("Priya Nair", "early-escalations", &to).await;
        assert_eq!(moved.number("/stage"), 3);
        assert_eq!(moved.list("/stage_entries").len(), 2);
        assert!(case.told("Action needed by").contains("Ruth Calloway"));
        assert_eq!(case.subjects_to("Joel Mensah"), [] as [&str; 0], "stage 2 was skipped");
    }

    async fn a_challenge_starts_higher_where_the_risk_asks_for_it(house: &House) {
        let mut draft = house.draft();
        draft["draft"]["start_stage"] = json!({ "stage": 3 });
        let priya = house.as_("Priya Nair").await;
        let unreasoned = priya.post("/escalations", &draft).await;
        assert_eq!(unreasoned.faults(), ["/draft/start_stage/reason"]);

        let start = json!({ "stage": 3, "reason": "canary-why-higher" });
        let case = raised_with(house, "start_stage", start).await;
        let seen = case.seen_by("Ruth Calloway").await;
        assert_eq!(seen.number("/stage"), 3);
        assert_eq!(seen.text("/due_at"), "2026-12-30T17:00:00.000000Z");
        assert_eq!(case.events("stage_entered").await[0]["reason"], "canary-why-higher");
        assert_eq!(case.told("Action needed by"), set(["Margaret Bell", "Ruth Calloway"]));
    }

    async fn an_urgent_challenge_has_the_urgent_clocks(house: &House) {
        let case = raised_with(house, "urgency_class", json!("urgent")).await;
        // A working day, a working day, 24 hours, 48 hours.
        let ends = [
            "2026-12-22T17:00:00.000000Z", "2026-12-23T17:00:00.000000Z",
            "2026-12-24T17:00:00.000000Z", "2026-12-26T17:00:00.000000Z",
        ];
        for (stage, end) in (1..).zip(ends) {
            let seen = case.seen().await;
            assert_eq!((seen.number("/stage"), seen.text("/due_at")), (stage, end.to_owned()));
            house.advance_to(end).await;
        }
        let seen = case.seen().await;
        assert_eq!((seen.number("/stage"), &seen.body["overdue"]), (4, &json!(true)));
    }

    async fn a_protective_deadline_that_is_sooner_counts_and_says_so(house: &House) {
        let court = deadline("2026-12-23T12:00:00Z");
        let case = raised_with(house, "protective_deadline", court).await;
        let seen = case.seen_by("Tom Okafor").await;
        assert_eq!(seen.text("/due_at"), "2026-12-23T12:00:00.000000Z");
        assert_eq!(seen.body["stage_entries"][0]["is_protective"], true);
        assert_eq!(seen.text("/protective_deadline/reason"), "canary-court");
        let words = seen.text("/due_in_words");
        assert!(words.starts_with("the protective deadline, Wed 23 Dec 2026, 12:00"), "{words}");
        assert!(words.contains("sooner than"), "{words}");
        assert!(words.contains("Wed 30 Dec 2026, 17:00"), "{words}");
        assert!(case.last_subject_to("Tom Okafor").contains("by midday Wed 23 Dec"));

        house.advance_to("2026-12-23T11:59:59Z").await;
        assert_eq!(case.seen().await.number("/stage"), 1);
        house.advance_to("2026-12-23T12:00:00Z").await;
        let after = case.seen().await;
        assert_eq!(after.number("/stage"), 2);
        // It was missed: from here on the urgent limits count.
        assert_eq!(after.text("/due_at"), "2026-12-24T17:00:00.000000Z");
        assert_eq!(after.body["stage_entries"][1]["is_protective"], false);
    }

    async fn a_protective_deadline_that_is_later_waits_for_its_stage(house: &House) {
        let discharge = deadline("2027-01-04T12:00:00Z");
        let case = raised_with(house, "protective_deadline", discharge).await;
        let first = case.seen().await;
        assert_eq!(first.text("/due_at"), "2026-12-30T17:00:00.000000Z");
        assert_eq!(first.body["stage_entries"][0]["is_protective"], false);
        house.advance_to(STAGE_ENDS[0]).await;
        let second = case.seen().await;
        assert_eq!(second.text("/due_at"), "2027-01-04T12:00:00.000000Z");
        assert_eq!(second.body["stage_entries"][1]["is_protective"], true);
    }

    async fn a_protective_deadline_set_later_moves_the_clock_and_tells(house: &House) {
        let case = Case::raised(house).await;
        let command = "protective-deadlines";
        for past in ["2026-12-21T09:10:00Z", "2026-12-20T12:00:00Z"] {
            let refused = case.refuses("Priya Nair", command, &deadline(past), 422).await;
            assert_eq!(refused.faults(), ["/at"]);
        }
        let unreasoned = json!({ "at": "2026-12-22T12:00:00Z" });
        let refused = case.refuses("Priya Nair", command, &unreasoned, 422).await;
        assert_eq!(refused.faults(), ["/reason"]);

        let set = case.does("Priya Nair", command, &deadline("2026-12-22T12:00:00Z")).await;
        assert_eq!(set.text("/due_at"), "2026-12-22T12:00:00.000000Z");
        assert!(set.text("/due_in_words").starts_with("the protective deadline"));
        assert_eq!(set.body["stage_entries"][0]["is_protective"], true);
        assert!(case.last_subject_to("Tom Okafor").starts_with("For your information"));
        let event = case.events("protective_deadline_set").await[0].clone();
        assert_eq!(event["protective_deadline"]["reason"], "canary-court");

        // A later one than the policy's own limit does not put the limit off.
        let moved = case.does("Judith Hale", command, &deadline("2027-02-01T12:00:00Z")).await;
        assert_eq!(moved.text("/due_at"), "2026-12-30T17:00:00.000000Z");
        assert_eq!(moved.body["stage_entries"][0]["is_protective"], false);
        case.does("Priya Nair", command, &deadline("2026-12-22T12:00:00Z")).await;
        house.advance_to("2026-12-22T12:00:00Z").await;
        assert_eq!(case.seen().await.number("/stage"), 2, "it counts from when it was set");
    }

    async fn the_receiving_side_brings_a_protective_deadline_forward_and_never_back(house: &House) {
        let court = deadline("2026-12-23T12:00:00Z");
        let case = raised_with(house, "protective_deadline", court).await;
        let later = deadline("2027-02-01T12:00:00Z");
        case.refuses("Tom Okafor", "protective-deadlines", &later, 403).await;
        let sooner = deadline("2026-12-22T12:00:00Z");
        case.does("Tom Okafor", "protective-deadlines", &sooner).await;
        house.advance_to("2026-12-22T12:00:00Z").await;
        assert_eq!(case.seen().await.number("/stage"), 2);
        case.refuses("Joel Mensah", "protective-deadlines", &later, 403).await;
        case.does("Margaret Bell", "protective-deadlines", &later).await;
    }

    async fn a_protective_deadline_that_was_missed_is_not_undone_by_a_later_one(house: &House) {
        let court = deadline("2026-12-23T12:00:00Z");
        let case = raised_with(house, "protective_deadline", court).await;
        house.advance_to("2026-12-23T12:00:00Z").await;
        let later = deadline("2027-02-01T12:00:00Z");
        let moved = case.does("Priya Nair", "protective-deadlines", &later).await;
        assert_eq!(moved.text("/due_at"), "2026-12-24T17:00:00.000000Z", "the urgent limit stands");
        let sooner = deadline("2026-12-24T12:00:00Z");
        let moved = case.does("Priya Nair", "protective-deadlines", &sooner).await;
        assert_eq!(moved.text("/due_at"), "2026-12-24T12:00:00.000000Z");
        house.advance_to("2026-12-24T12:00:00Z").await;
        assert_eq!(case.seen().await.text("/due_at"), "2026-12-25T12:00:00.000000Z");
    }
}
