//! Policy versions: loaded once, never changed, each kept by the cases that were opened under it;
//! and what a policy may say of deadlines and of refusals.

use super::sql::Raw;
use super::{BSCP, case, entries, raise_many, sleep_until, version};
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use bscp_escalation::engine::PolicyLoadError;
use serde_json::json;

/// The shipped policy with one more line in its first stage.
fn first_stage(line: &str) -> String {
    let title = "title = \"Practitioners\"\n";
    assert!(BSCP.contains(title));
    BSCP.replace(title, &format!("{title}{line}\n"))
}

async fn house_under(database: Database, policy: String) -> Option<House> {
    House::build(database, Wishes { policy: Some(policy), ..Wishes::default() }).await
}

on_each_database! {
    async fn the_same_file_again_changes_nothing(house: &House) {
        for _ in 0..2 {
            assert!(!house.load_policy(BSCP.to_owned()).await.unwrap());
        }
        assert_eq!(Raw::of(house).count("policies", "1 = 1"), 1);
    }

    async fn other_words_under_the_same_version_are_refused(house: &House) {
        let changed = BSCP.replace("1 working week", "2 working days");
        let refused = house.load_policy(changed).await.unwrap_err();
        assert!(matches!(&refused, PolicyLoadError::Changed { key, version: 1 } if key == "bscp"));
        assert!(refused.to_string().contains("raise `version` in the file"), "{refused}");
        // A comment is a word too: what is stored is what was approved, to the letter.
        let commented = format!("{BSCP}# A remark.\n");
        assert!(house.load_policy(commented).await.is_err());
        let mut raw = Raw::of(house);
        assert_eq!(raw.text("select text as value from policies"), BSCP);
    }

    async fn a_faulty_file_is_refused_with_each_of_its_mistakes(house: &House) {
        let faulty = version(2, "2026-12-22", &[
            ("urgency_after_protective_deadline = \"urgent\"", "urgency_after_protective_deadline = \"soon\""),
            ("day_ends = \"17:00\"", "day_ends = \"08:00\""),
        ]);
        let refused = house.load_policy(faulty).await.unwrap_err().to_string();
        for mistake in ["urgency_after_protective_deadline", "calendar.day_ends"] {
            assert!(refused.contains(mistake), "{refused}");
        }
        let elsewhere = version(2, "2026-12-22", &[("\"bromley\"", "\"elsewhere\"")]);
        let refused = house.load_policy(elsewhere).await.unwrap_err();
        assert!(matches!(refused, PolicyLoadError::NoPartnership(_)), "{refused}");
        assert_eq!(Raw::of(house).count("policies", "1 = 1"), 1);
    }

    async fn a_case_keeps_the_version_that_it_was_opened_under(house: &House) {
        let before = raise_many(house, 1).await.remove(0);
        let second = version(2, "2026-12-29", &[("1 working week", "2 working days")]);
        assert!(house.load_policy(second).await.unwrap());
        let same_day = raise_many(house, 1).await.remove(0);
        assert_eq!(case(house, &same_day).await.number("/policy/version"), 1, "not in force yet");

        sleep_until(house, "2026-12-29T09:10:00Z");
        let after = raise_many(house, 1).await.remove(0);
        let after = case(house, &after).await;
        assert_eq!(after.number("/policy/version"), 2);
        assert_eq!(after.text("/due_at"), "2026-12-31T17:00:00.000000Z");

        house.advance_to("2026-12-30T17:00:00Z").await;
        for reference in [&before, &same_day] {
            let now = case(house, reference).await;
            assert_eq!((now.number("/stage"), now.number("/policy/version")), (2, 1));
            let due = "2027-01-07T17:00:00.000000Z";
            assert_eq!(now.text("/due_at"), due, "a working week, as under the first version");
        }
    }

    async fn a_draft_is_raised_under_the_version_that_is_in_force_then(house: &House) {
        let second = version(2, "2026-12-22", &[("1 working week", "2 working days")]);
        assert!(house.load_policy(second).await.unwrap());
        let priya = house.as_("Priya Nair").await;
        let draft = priya.post("/escalations", &house.draft()).await;
        assert_eq!(draft.number("/policy/version"), 1);
        let reference = draft.text("/reference");
        // Midnight in London is midnight in UTC in December.
        sleep_until(house, "2026-12-21T23:59:59Z");
        let priya = house.as_("Priya Nair").await;
        let other = priya.post("/escalations", &house.draft()).await;
        assert_eq!(other.number("/policy/version"), 1);
        sleep_until(house, "2026-12-22T00:00:00Z");
        let raised = priya.command(&reference, "raising", &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        assert_eq!(raised.number("/policy/version"), 2);
        assert_eq!(raised.text("/due_at"), "2026-12-24T17:00:00.000000Z");
        assert_eq!(entries(house, &reference, "raised").await[0]["event"]["policy"]["version"], 2);
    }

    async fn when_a_later_version_ends_the_one_before_is_in_force_again(house: &House) {
        let until = "review_on = \"2027-09-01\"\neffective_until = \"2026-12-23\"";
        let ends = version(2, "2026-12-22", &[("review_on = \"2027-09-01\"", until)]);
        assert!(house.load_policy(ends).await.unwrap());
        for (at, number) in [
            ("2026-12-22T09:10:00Z", 2),
            ("2026-12-23T23:59:59Z", 2),
            ("2026-12-24T00:00:00Z", 1),
        ] {
            sleep_until(house, at);
            let reference = raise_many(house, 1).await.remove(0);
            assert_eq!(case(house, &reference).await.number("/policy/version"), number, "{at}");
        }
    }

    async fn by_the_shipped_policy_a_refusal_asks_the_raising_side(house: &House) {
        let reference = house.raised().await;
        let tom = house.as_("Tom Okafor").await;
        let no = json!({ "stance": "refuses", "rationale": "The criteria are not met." });
        let answered = tom.command(&reference, "responses", &no).await;
        assert_eq!((answered.status, answered.number("/stage")), (200, 1), "{}", answered.body);
        house.settle().await;
        let mails = house.mails_to("Priya Nair");
        assert!(mails.last().unwrap().text.contains("escalate now without waiting"));
        house.advance_to("2026-12-30T17:00:00Z").await;
        let passed = entries(house, &reference, "deadline_passed").await;
        assert_eq!(passed[0]["event"]["answer"], "refusal", "a refusal is no silence");
    }
}

on_each_database! {
    async fn where_the_policy_says_so_a_refusal_moves_the_case_at_once(database: Database) {
        let policy = first_stage("on_refusal = \"escalate\"");
        let Some(house) = house_under(database, policy).await else { return };
        let reference = house.raised().await;
        house.advance_to("2026-12-22T11:00:00Z").await;
        let tom = house.as_("Tom Okafor").await;
        let no = json!({ "stance": "refuses", "rationale": "The criteria are not met." });
        let answered = tom.command(&reference, "responses", &no).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
        house.settle().await;
        let now = case(&house, &reference).await;
        assert_eq!(now.number("/stage"), 2);
        assert_eq!(now.text("/stage_entries/0/left/why"), "refused");
        assert_eq!(now.text("/stage_entries/1/why"), "refused");
        assert_eq!(now.text("/stage_entries/1/entered_at"), "2026-12-22T11:00:00.000000Z");
        assert_eq!(now.text("/due_at"), "2026-12-31T17:00:00.000000Z", "its own whole week");
        assert_eq!(house.mails_to("Joel Mensah").len(), 1);
        assert_eq!(entries(&house, &reference, "deadline_passed").await.len(), 0);
        house.prove_the_record().await;
    }

    async fn where_no_policy_is_in_force_nothing_is_begun_and_open_cases_go_on(database: Database) {
        let until = "review_on = \"2027-09-01\"\neffective_until = \"2026-12-23\"";
        let policy = version(1, "2026-09-01", &[("review_on = \"2027-09-01\"", until)]);
        let Some(house) = house_under(database, policy).await else { return };
        let reference = house.raised().await;
        let priya = house.as_("Priya Nair").await;
        let draft = priya.post("/escalations", &house.draft()).await.text("/reference");
        sleep_until(&house, "2026-12-24T00:00:00Z");
        let priya = house.as_("Priya Nair").await;
        let refused = [
            priya.post("/escalations", &house.draft()).await,
            priya.command(&draft, "raising", &json!({})).await,
        ];
        for refused in refused {
            assert_eq!(refused.status, 409, "{}", refused.body);
            assert!(refused.text("/detail").contains("No policy is in force"), "{}", refused.body);
        }
        house.advance_to("2026-12-30T17:00:00Z").await;
        assert_eq!(case(&house, &reference).await.number("/stage"), 2);
        house.prove_the_record().await;
    }

    async fn another_answer_than_a_refusal_moves_nothing(database: Database) {
        let policy = first_stage("on_refusal = \"escalate\"");
        let Some(house) = house_under(database, policy).await else { return };
        let reference = house.raised().await;
        let tom = house.as_("Tom Okafor").await;
        for stance in ["accepts", "accepts_in_part", "needs_information"] {
            let answer = json!({ "stance": stance, "rationale": "As we said on the telephone." });
            let answered = tom.command(&reference, "responses", &answer).await;
            assert_eq!((answered.status, answered.number("/stage")), (200, 1), "{stance}");
        }
    }

    async fn where_the_policy_says_so_a_deadline_is_told_and_people_move_the_case(
        database: Database
    ) {
        let policy = first_stage("on_deadline = \"notify\"");
        let Some(house) = house_under(database, policy).await else { return };
        let reference = house.raised().await;
        house.advance_to("2026-12-30T17:00:00Z").await;
        let now = case(&house, &reference).await;
        assert_eq!((now.number("/stage"), now.body["overdue"].clone()), (1, json!(true)));
        let overdue = |name: &str| {
            let mails = house.mails_to(name).into_iter();
            mails.filter(|mail| mail.subject.starts_with("Overdue")).count()
        };
        let everybody = ["Tom Okafor", "Priya Nair", "Judith Hale"];
        assert_eq!(everybody.map(overdue), [1, 1, 1]);
        assert_eq!(overdue("Joel Mensah"), 0, "the managers are not in it yet");
        house.advance_to("2026-12-31T08:59:59Z").await;
        assert_eq!(everybody.map(overdue), [1, 1, 1]);
        house.advance_to("2026-12-31T09:00:00Z").await;
        assert_eq!(everybody.map(overdue), [2, 2, 2]);
        house.advance_to("2027-01-04T08:59:59Z").await; // a bank holiday and a weekend
        assert_eq!(everybody.map(overdue), [2, 2, 2]);
        house.advance_to("2027-01-04T09:00:00Z").await;
        assert_eq!(everybody.map(overdue), [3, 3, 3]);

        let priya = house.as_("Priya Nair").await;
        let reason = json!({ "reason": "Nobody answers." });
        let moved = priya.command(&reference, "early-escalations", &reason).await;
        assert_eq!((moved.status, moved.number("/stage")), (200, 2), "{}", moved.body);
        assert_eq!(moved.body["overdue"], false);
        assert_eq!(moved.text("/due_at"), "2027-01-11T17:00:00.000000Z");
        house.advance_to("2027-01-11T17:00:00Z").await;
        let now = case(&house, &reference).await;
        assert_eq!(now.number("/stage"), 3, "the next stage escalates by itself");
        house.prove_the_record().await;
    }
}
