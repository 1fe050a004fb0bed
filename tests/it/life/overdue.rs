//! Nobody says a word: a case never closes by itself.

use super::case::{Case, STAGE_ENDS, names};
use crate::on_each_database;
use serde_json::json;
use std::collections::BTreeMap;

/// How the subject of a message to somebody who must act begins, and of one to the raiser.
const OVERDUE: &str = "Overdue, action needed now: escalation ";

on_each_database! {
    async fn silence_walks_through_all_stages_and_the_case_stays_open_and_overdue(house: &House) {
        let case = Case::raised(house).await;
        for (stage, end) in (1..).zip(STAGE_ENDS) {
            let seen = case.seen_by("Priya Nair").await;
            assert_eq!(seen.number("/stage"), stage);
            assert_eq!(seen.text("/due_at").replace(".000000", ""), end);
            assert_eq!(seen.body["overdue"], false);
            house.advance_to(end).await;
        }
        let seen = case.seen_by("Priya Nair").await;
        assert_eq!((seen.number("/stage"), seen.text("/status")), (4, "open".to_owned()));
        assert_eq!(seen.body["overdue"], true);
        assert_eq!(case.answers_when_missed().await, ["silence"; 4]);
        let acting = names(&seen, "/stage_entries/3/acting");
        let told = case.told(OVERDUE);
        for name in ["Judith Hale", "Professor Alan Greer", "Moira Stennett", "Ruth Calloway"] {
            assert!(told.contains(name), "{name} was not told that it is overdue: {told:?}");
            // The business manager is told, and is not asked to judge.
            assert_eq!(acting.iter().any(|acts| acts == name), name != "Judith Hale", "{acting:?}");
        }
        assert!(case.last_subject_to("Priya Nair").starts_with("Overdue: escalation "));
        let list = case.as_("Judith Hale").await.get("/escalations?overdue=true").await;
        assert_eq!(list.text("/items/0/reference"), case.reference);

        house.advance_to("2027-06-01T08:00:00Z").await;
        assert_eq!(case.seen().await.text("/status"), "open", "a case never closes by itself");
    }

    async fn an_overdue_case_is_told_again_each_working_day_at_nine(house: &House) {
        let mut draft = house.draft();
        draft["draft"]["urgency_class"] = json!("urgent");
        draft["draft"]["start_stage"] = json!({ "stage": 4, "reason": "canary-reason" });
        let case = Case::raised_by(house, "Priya Nair", &draft).await;
        assert_eq!(case.seen().await.text("/due_at"), "2026-12-23T09:10:00.000000Z");
        let told = ["Judith Hale", "Professor Alan Greer", "Ruth Calloway", "Priya Nair"];
        let counts = || told.map(|name| {
            let subjects = case.subjects_to(name);
            subjects.iter().filter(|subject| subject.starts_with("Overdue")).count()
        });
        // Hour by hour over Christmas, and a second before each nine o'clock.
        let mut tellings = BTreeMap::new();
        for day in 22..=31 {
            for time in ["00:00:00", "08:59:59", "09:00:00", "09:10:00", "12:00:00", "17:00:00"] {
                let before = counts();
                let at = format!("2026-12-{day}T{time}Z");
                house.advance_to(&at).await;
                let after = counts();
                if after != before {
                    assert_eq!(after, before.map(|count| count + 1), "all, once: {at}");
                    tellings.insert(at, after[0]);
                }
            }
        }
        // Not on Friday 25, nor on the weekend, nor on Monday 28 December, a bank holiday.
        let expected = [
            ("2026-12-23T09:10:00Z", 1), ("2026-12-24T09:00:00Z", 2), ("2026-12-29T09:00:00Z", 3),
            ("2026-12-30T09:00:00Z", 4), ("2026-12-31T09:00:00Z", 5),
        ];
        assert_eq!(tellings, expected.map(|(at, times)| (at.to_owned(), times)).into());
        let entry = case.seen().await.body["stage_entries"][0].clone();
        assert_eq!(entry["overdue"]["told_again_times"], 4);
        assert_eq!(entry["overdue"]["tell_again_at"], "2027-01-04T09:00:00.000000Z");
        assert_eq!(case.events("overdue_told_again").await.len(), 4);

        let determination = json!({
            "outcome": "decision_changed", "decision": "canary-decision",
            "rationale": "canary-rationale"
        });
        case.does("Moira Stennett", "determinations", &determination).await;
        let before = counts();
        house.advance_to("2027-01-29T12:00:00Z").await;
        assert_eq!(counts(), before, "nobody is told of a case that has ended");
    }

    async fn no_protective_deadline_puts_off_what_is_overdue(house: &House) {
        let case = Case::at_stage(house, 4).await;
        house.advance_to(STAGE_ENDS[3]).await;
        let deadline = json!({ "at": "2027-03-01T12:00:00Z", "reason": "canary-court" });
        case.refuses("Priya Nair", "protective-deadlines", &deadline, 409).await;
    }

    async fn a_server_that_slept_gives_each_stage_its_whole_time(house: &House) {
        let case = Case::raised(house).await;
        house.advance_to("2027-02-01T10:00:00Z").await;
        let seen = case.seen().await;
        assert_eq!(seen.number("/stage"), 2);
        assert_eq!(seen.text("/due_at"), "2027-02-08T17:00:00.000000Z");
        let missed = case.events("deadline_passed").await;
        assert_eq!(missed[0]["late_seconds"], 32 * 86_400 + 17 * 3_600);
    }
}
