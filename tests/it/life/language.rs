//! What a policy may say beyond one limit a stage, lived through over the API: tasks, extensions,
//! pauses, urgency, panels, other versions, closures.

use super::case::Case;
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use serde_json::{Value, json};

const BSCP: &str = include_str!("../../../config/policies/bscp.toml");

/// The shipped policy with what it leaves out: a task in stage 1, a panel in the last stage,
/// extension, pause and stepping down.
fn rich() -> String {
    let rules = "
[extension]
may = [\"partnership.business_manager\"]
at_most = \"5 working days\"
times = 1

[pause]
at_most = \"5 working days\"

[step_down]
may = [\"partnership.business_manager\"]

[overdue]";
    let task = "act = [\"raising.practitioner\", \"receiving.practitioner\"]
acknowledge_within = \"1 working day\"

[[stages.tasks]]
key = \"letter\"
title = \"Write to the raiser\"
who = [\"receiving.practitioner\"]
limits = \"2 working days\"
starts = \"discussion held\"
";
    let panel = "determine = [\"partnership.scrutineer\", \"partnership.panel_member\"]

[stages.panel]
size = 2
chair = [\"partnership.scrutineer\"]
independent = true
";
    let of = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let text = of(BSCP, "\n[overdue]", rules);
    let text = of(&text, "act = [\"raising.practitioner\", \"receiving.practitioner\"]\n", task);
    of(&text, "determine = [\"partnership.scrutineer\", \"partnership.panel_member\"]", panel)
}

async fn house(database: Database) -> Option<House> {
    House::build(database, Wishes { policy: Some(rich()), ..Wishes::default() }).await
}

fn because(body: &Value) -> Value {
    let mut body = body.clone();
    body["reason"] = json!("canary-reason");
    body
}

/// The running tasks of the stage where it is, with their dues.
fn running(case: &Value) -> Vec<(String, String)> {
    let entries = case["stage_entries"].as_array().unwrap();
    let tasks = entries.last().unwrap()["tasks"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let running = tasks.iter().filter(|task| task["state"]["is"] == "running");
    running.map(|task| (text(&task["key"]), text(&task["state"]["due"]["at"]))).collect()
}

on_each_database! {
    async fn tasks_start_are_ticked_off_and_are_told_of(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let at = "2026-12-21T09:10:00Z";
        let spoken = json!({ "held_at": at, "with": "canary-with", "text": "canary-text" });
        let after = case.does("Tom Okafor", "discussions", &spoken).await;
        assert_eq!(after.text("/discussions/0/by/name"), "Tom Okafor");
        let keys: Vec<String> = running(&after.body).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["stage", "acknowledge", "letter"]);
        house.settle().await;
        let done = json!({ "note": "canary-note" });
        case.refuses("Priya Nair", "tasks/letter/completions", &done, 403).await;
        case.refuses("Tom Okafor", "tasks/nothing/completions", &done, 404).await;
        case.refuses("Tom Okafor", "tasks/acknowledge/completions", &done, 409).await;
        let ticked = case.does("Tom Okafor", "tasks/letter/completions", &done).await;
        assert_eq!(running(&ticked.body).len(), 2);
        case.refuses("Tom Okafor", "tasks/letter/completions", &done, 409).await;
        // Nobody acknowledges: the raiser and the partnership are told, and nothing moves.
        house.advance_to("2026-12-22T17:00:00Z").await;
        assert!(case.last_subject_to("Priya Nair").starts_with("Not done in time"));
        assert!(case.last_subject_to("Judith Hale").starts_with("Not done in time"));
        assert_eq!(case.seen_by("Priya Nair").await.number("/stage"), 1);
        house.prove_the_record().await;
    }

    async fn a_clock_is_extended_as_far_and_as_often_as_the_policy_says(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let by = |by: &str| because(&json!({ "by": by }));
        case.refuses("Tom Okafor", "extensions", &by("1 working day"), 403).await;
        case.refuses("Judith Hale", "extensions", &by("9 working days"), 422).await;
        case.refuses("Judith Hale", "extensions", &by("a while"), 422).await;
        let more = case.does("Judith Hale", "extensions", &by("2 working days")).await;
        assert_eq!(running(&more.body)[0].1, "2027-01-04T17:00:00.000000Z");
        case.refuses("Judith Hale", "extensions", &by("1 working day"), 409).await;
        house.advance_to("2026-12-30T17:00:00Z").await;
        assert_eq!(case.seen_by("Priya Nair").await.number("/stage"), 1);
        house.advance_to("2027-01-04T17:00:00Z").await;
        assert_eq!(case.seen_by("Priya Nair").await.number("/stage"), 2);
        house.prove_the_record().await;
    }

    async fn clocks_stand_still_and_go_on_by_themselves(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let pause = |until: &str| because(&json!({ "until": until }));
        case.refuses("Tom Okafor", "pauses", &pause("2027-02-01T10:00:00Z"), 422).await;
        case.refuses("Tom Okafor", "resumptions", &json!({}), 409).await;
        let paused = case.does("Tom Okafor", "pauses", &pause("2026-12-22T09:10:00Z")).await;
        assert_eq!(running(&paused.body)[0].1, "2026-12-31T17:00:00.000000Z");
        case.refuses("Tom Okafor", "pauses", &pause("2026-12-22T10:00:00Z"), 409).await;
        house.advance_to("2026-12-22T09:10:00Z").await;
        let on = case.seen_by("Priya Nair").await;
        assert_eq!(on.text("/stage_entries/0/pauses/0/ended_at"), "2026-12-22T09:10:00.000000Z");
        assert!(on.text("/due_in_words").contains("paused"), "{}", on.text("/due_in_words"));
        // And somebody may let them go on before that.
        case.does("Priya Nair", "pauses", &pause("2026-12-23T17:00:00Z")).await;
        let on = case.does("Tom Okafor", "resumptions", &json!({})).await;
        assert_eq!(running(&on.body)[0].1, "2026-12-31T17:00:00.000000Z");
        house.prove_the_record().await;
    }

    async fn an_urgent_class_restarts_the_clock_and_a_case_steps_down(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let class = |class: &str| because(&json!({ "urgency_class": class }));
        case.refuses("Priya Nair", "urgency-changes", &class("whenever"), 422).await;
        case.refuses("Priya Nair", "urgency-changes", &class("standard"), 409).await;
        let urgent = case.does("Priya Nair", "urgency-changes", &class("urgent")).await;
        assert_eq!(urgent.text("/challenge/urgency_class"), "urgent");
        assert_eq!(running(&urgent.body)[0].1, "2026-12-22T17:00:00.000000Z");
        house.advance_to("2026-12-22T17:00:00Z").await;
        let down = because(&json!({ "to_stage": 1 }));
        case.refuses("Priya Nair", "step-downs", &down, 403).await;
        let lower = case.does("Judith Hale", "step-downs", &down).await;
        assert_eq!((lower.number("/stage"), lower.text("/stage_entries/2/why")), (1, "stepped_down".to_owned()));
        house.prove_the_record().await;
    }

    async fn a_panel_is_named_and_determines(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let up = because(&json!({ "to_stage": 4 }));
        case.does("Priya Nair", "early-escalations", &up).await;
        let determination = json!({
            "outcome": "plan_agreed", "decision": "canary-decision", "rationale": "canary-why"
        });
        case.refuses("Professor Alan Greer", "determinations", &determination, 409).await;
        let panel = |names: [&str; 2], chair: &str| {
            let ids: Vec<String> = names.iter().map(|name| house.person_id(name)).collect();
            json!({ "member_ids": ids, "chair_id": house.person_id(chair) })
        };
        let (chair, member) = ("Professor Alan Greer", "Dr Ian Lowe");
        case.refuses("Tom Okafor", "panels", &panel([chair, member], chair), 403).await;
        for (names, why) in [
            ([chair, "Tom Okafor"], "Tom Okafor made the decision in dispute"),
            ([chair, "Leah Morris"], "one of the two agencies"),
            ([chair, "Priya Nair"], "raised the challenge"),
        ] {
            let refused = case.refuses("Judith Hale", "panels", &panel(names, chair), 422).await;
            assert!(refused.body.to_string().contains(why), "{}", refused.body);
        }
        case.refuses("Judith Hale", "panels", &panel([chair, member], member), 422).await;
        case.does("Judith Hale", "panels", &panel([chair, member], chair)).await;
        house.settle().await;
        assert!(case.last_subject_to(member).starts_with("Action needed"));
        // He has it now, and the panel member who was not named has not.
        case.refuses("Moira Stennett", "determinations", &determination, 403).await;
        let ended = case.does(member, "determinations", &determination).await;
        assert_eq!(ended.text("/status"), "resolved");
        house.prove_the_record().await;
    }

    async fn a_case_is_moved_to_another_version_with_a_reason(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let to = |version: i32| because(&json!({ "version": version }));
        case.refuses("Judith Hale", "policy-moves", &to(1), 409).await;
        case.refuses("Judith Hale", "policy-moves", &to(2), 422).await;
        let second = rich()
            .replace("version = 1\n", "version = 2\n")
            .replace("standard = \"1 working week\"", "standard = \"2 working days\"");
        assert!(house.load_policy(second).await.unwrap());
        assert_eq!(case.seen_by("Priya Nair").await.number("/policy/version"), 1);
        case.refuses("Priya Nair", "policy-moves", &to(2), 403).await;
        let moved = case.does("Judith Hale", "policy-moves", &to(2)).await;
        assert_eq!(moved.number("/policy/version"), 2);
        assert_eq!(running(&moved.body)[0].1, "2026-12-23T17:00:00.000000Z");
        house.advance_to("2026-12-23T17:00:00Z").await;
        assert_eq!(case.seen_by("Priya Nair").await.number("/stage"), 2);
        house.prove_the_record().await;
    }

    async fn a_closure_moves_an_open_case_by_an_explicit_act_only(database: Database) {
        let Some(house) = house(database).await else { return };
        let case = Case::raised(&house).await;
        let judith = house.as_("Judith Hale").await;
        let partnership = judith.get("/partnerships").await.text("/items/0/id");
        let closure = json!({ "day": "2026-12-29", "reason": "The offices are closed." });
        let added = judith.post(&format!("/partnerships/{partnership}/closures"), &closure).await;
        assert_eq!(added.status, 201, "{}", added.body);
        let due = "2026-12-30T17:00:00.000000Z";
        assert_eq!(running(&case.seen_by("Judith Hale").await.body)[0].1, due, "it stays");

        let path = format!("/partnerships/{partnership}/deadline-recounts");
        let recount = |apply: bool| because(&json!({ "apply": apply }));
        let priya = house.as_("Priya Nair").await;
        assert_eq!(priya.post(&path, &recount(false)).await.status, 403);
        let keeper = house.as_("Ellis Grant").await;
        assert_eq!(keeper.post(&path, &recount(false)).await.status, 403, "sees no case");
        let listed = judith.post(&path, &recount(false)).await;
        assert_eq!(listed.status, 201, "{}", listed.body);
        assert_eq!(listed.text("/moved/0/reference"), case.reference);
        let stage = (listed.text("/moved/0/task"), listed.text("/moved/0/due_before"));
        assert_eq!(stage, ("stage".to_owned(), due.to_owned()));
        assert_eq!(listed.body["moved"].as_array().unwrap().len(), 1, "{}", listed.body);
        assert_eq!(running(&case.seen_by("Judith Hale").await.body)[0].1, due, "it was only listed");

        let moved = judith.post(&path, &recount(true)).await;
        assert_eq!(moved.body["applied"], true);
        let now = case.seen_by("Judith Hale").await;
        assert_eq!(running(&now.body)[0].1, "2026-12-31T17:00:00.000000Z");
        let again = judith.post(&path, &recount(true)).await;
        assert_eq!(again.body["moved"], json!([]), "nothing is left to move");
        house.prove_the_record().await;
    }
}
