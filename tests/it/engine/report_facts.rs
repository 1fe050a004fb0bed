//! What reports count of a case is kept beside it, and is what its timeline says: after each change,
//! after a change that failed, on several nodes, and after an upgrade.

use super::sql::Raw;
use super::{raise_many, sleep_until};
use crate::house::{House, Wishes};
use crate::on_each_database;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::Sector;
use bscp_escalation::engine::{FactsAsked, FactsMade, FoldedFacts, verify_facts};
use bscp_escalation::escalation::Status;
use bscp_escalation::ids::{EscalationId, PersonId};
use bscp_escalation::reports::CaseFacts;
use bscp_escalation::store::{StoreError, escalations, reports};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What differs between the facts that are kept and the timelines: references, with what is wrong.
async fn differing(house: &House) -> Vec<(String, &'static str)> {
    verify_facts(house.engine.store()).await.unwrap().differing
}

async fn id_of(house: &House, reference: &str) -> EscalationId {
    let reference = reference.to_owned();
    let found: Result<_, StoreError> =
        house.engine.store().read(move |r| escalations::find_id(r, &reference)).await;
    found.unwrap().unwrap()
}

/// The facts that are kept of a case.
async fn facts(house: &House, reference: &str) -> CaseFacts {
    let which = id_of(house, reference).await;
    let kept: Result<_, StoreError> =
        house.engine.store().read(move |r| reports::find(r, which)).await;
    kept.unwrap().unwrap().facts.unwrap()
}

fn all_of(house: &House) -> FactsAsked {
    FactsAsked {
        partnership_id: house.founded.partnership.id,
        raised: UtcInstant::EPOCH.."2100-01-01T00:00:00Z".parse().unwrap(),
        hidden: BTreeSet::new(),
    }
}

/// The references of the cases that a report would count.
async fn counted(house: &House, asked: FactsAsked) -> FoldedFacts<Vec<String>> {
    let each = |all: &mut Vec<String>, facts: &CaseFacts| all.push(facts.reference.clone());
    let join = |one: Vec<String>, other: Vec<String>| [one, other].concat();
    let mut folded = house.engine.fold_facts(asked, Vec::new, each, join).await.unwrap();
    folded.sum.sort();
    folded
}

/// Changes of one case, one after the other, each by somebody who may.
fn changes() -> Vec<(&'static str, &'static str, Value)> {
    let reason = || json!({ "reason": "canary-reason" });
    let refuses = json!({ "stance": "refuses", "rationale": "canary-rationale" });
    let proposal = json!({ "outcome": "decision_changed", "terms": "canary-terms" });
    let meeting = json!({
        "at": "2026-12-22T12:00:00Z", "place": "canary-place", "purpose": "canary-purpose"
    });
    let action = json!({ "what": "canary-what", "owner": "canary-owner", "due_on": "2026-12-29" });
    let restriction = json!({
        "reason": "canary-reason", "restriction": { "reason": "other", "excluded": [] }
    });
    let learning = json!({
        "text": "canary-text", "learning": "canary-learning", "themes": ["thresholds", "drift"]
    });
    let debrief =
        json!({ "held_on": "2026-12-21", "with": "canary-with", "themes": ["drift", "roles"] });
    let position = json!({
        "facts": "canary-facts", "judgement": "canary-judgement", "rationale": "canary-rationale"
    });
    let protective = json!({ "at": "2026-12-29T12:00:00Z", "reason": "canary-reason" });
    vec![
        ("Tom Okafor", "acknowledgements", json!({ "note": "canary-note" })),
        ("Tom Okafor", "responses", refuses),
        ("Tom Okafor", "positions", position),
        ("Priya Nair", "protective-deadlines", protective),
        ("Priya Nair", "meetings", meeting),
        ("Priya Nair", "meetings/1/records", json!({ "record": "canary-record" })),
        ("Judith Hale", "actions", action),
        ("Judith Hale", "actions/1/completions", json!({})),
        ("Judith Hale", "restrictions", restriction),
        ("Judith Hale", "restriction-liftings", reason()),
        ("Priya Nair", "early-escalations", reason()),
        ("Joel Mensah", "proposals", proposal.clone()),
        ("Margaret Bell", "proposals/1/refusals", reason()),
        ("Joel Mensah", "proposals", proposal),
        ("Margaret Bell", "proposals/2/confirmations", json!({})),
        ("Priya Nair", "feedback", learning),
        ("Priya Nair", "debriefs", debrief),
        ("Priya Nair", "record-confirmations", json!({})),
        ("Priya Nair", "reopenings", reason()),
        ("Priya Nair", "withdrawals", reason()),
    ]
}

/// The migration of these tables, as it ran on a database with cases in it.
fn migrate_again(raw: &mut Raw) {
    let database = if raw.is_sqlite() { "sqlite" } else { "postgres" };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    for file in ["down.sql", "up.sql"] {
        let path = root.join("2026-11-22-000019_report_facts").join(file);
        raw.run(&fs::read_to_string(path).unwrap());
    }
}

on_each_database! {
    async fn after_each_change_the_facts_are_what_the_timeline_says(house: &House) {
        let reference = raise_many(house, 1).await.remove(0);
        assert_eq!(differing(house).await, []);
        let mut versions = BTreeSet::new();
        for (name, command, body) in changes() {
            if command == "meetings/1/records" {
                sleep_until(house, "2026-12-22T12:00:00Z");
            }
            let client = house.as_(name).await;
            let done = client.command(&reference, command, &body).await;
            assert!(done.status < 300, "{name}, {command}: {}", done.body);
            assert_eq!(differing(house).await, [], "{command}");
            let mut raw = Raw::of(house);
            let version = raw.number("select case_version as value from report_cases");
            assert_eq!(version, raw.number("select version as value from escalations"));
            assert!(versions.insert(version), "{command} changed nothing");
        }
        let facts = facts(house, &reference).await;
        assert_eq!((facts.reference.as_str(), facts.status), (reference.as_str(), Status::Withdrawn));
        let stays: Vec<_> = facts.stays.iter().map(|stay| (stay.round, stay.stage)).collect();
        assert_eq!(stays, [(1, 1), (1, 2), (2, 2)]);
        assert_eq!((facts.endings.len(), facts.reopened_at.len()), (2, 1));
        assert_eq!((facts.meeting_count, facts.actions.len(), facts.feedback_count), (1, 1, 1));
        assert_eq!((facts.learning_count, facts.debrief_count), (1, 1));
        assert_eq!(facts.learning_themes, ["drift", "roles", "thresholds"]);
    }

    async fn time_is_counted_as_people_are(house: &House) {
        let reference = raise_many(house, 1).await.remove(0);
        for end in [
            "2026-12-30T17:00:00Z",
            "2027-01-07T17:00:00Z",
            "2027-01-14T17:00:00Z",
            "2027-01-21T17:00:00Z",
            "2027-03-01T09:00:00Z",
        ] {
            house.advance_to(end).await;
            assert_eq!(differing(house).await, [], "{end}");
        }
        let facts = facts(house, &reference).await;
        assert_eq!(facts.stays.len(), 4);
        assert!(facts.stays.iter().all(|stay| stay.missed.is_some()), "{:?}", facts.stays);
        assert!(facts.told_again_count > 0, "the last stage is overdue");
    }

    async fn nothing_is_kept_of_a_draft(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let reference = priya.post("/escalations", &house.draft()).await.text("/reference");
        let reason = json!({ "reason": "canary-reason" });
        assert_eq!(Raw::of(house).count("report_cases", "1 = 1"), 0);
        let withdrawn = priya.command(&reference, "withdrawals", &reason).await;
        assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
        assert_eq!(Raw::of(house).count("report_cases", "1 = 1"), 0);
        assert_eq!(differing(house).await, []);
        assert_eq!(counted(house, all_of(house)).await.cases_count, 0);
    }

    /// The messages are written last: where they fail, all is undone.
    async fn a_change_that_fails_leaves_nothing_behind(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let draft = priya.post("/escalations", &house.draft()).await.text("/reference");
        let raised = raise_many(house, 1).await.remove(0);
        let mut raw = Raw::of(house);
        raw.run(&if raw.is_sqlite() {
            "create trigger refused before insert on notices \
             begin select raise(abort, 'refused by the test'); end".to_owned()
        } else {
            "create trigger refused before insert on notices for each row \
             execute function refuse_change('refused by the test')".to_owned()
        });
        let before = facts(house, &raised).await;
        let failed = priya.command(&draft, "raising", &json!({})).await;
        assert_eq!(failed.status, 500, "{}", failed.body);
        let reason = json!({ "reason": "canary-reason" });
        let failed = priya.command(&raised, "early-escalations", &reason).await;
        assert_eq!(failed.status, 500, "{}", failed.body);
        assert_eq!(raw.count("report_cases", "1 = 1"), 1, "none of what is still a draft");
        assert_eq!(facts(house, &raised).await, before);
        raw.run(if raw.is_sqlite() { "drop trigger refused" } else { "drop trigger refused on notices" });
        assert_eq!(priya.command(&draft, "raising", &json!({})).await.status, 200);
        assert_eq!(differing(house).await, []);
    }

    async fn whatever_is_wrong_with_the_facts_is_found_and_mended(house: &House) {
        let cases = raise_many(house, 2).await;
        let mut raw = Raw::of(house);
        let it = format!(
            "escalation_id = (select id from escalations where reference = '{}')", cases[0]
        );
        let bytes = |hex: &str| {
            if Raw::of(house).is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'") }
        };
        let none = "no facts are kept of it";
        let unreadable = "the facts that are kept of it cannot be read";
        let version = "the facts that are kept of it are of another version";
        let other = "the facts that are kept of it are not what its timeline says";
        for (fault, what) in [
            (format!("delete from report_cases where {it}"), none),
            (format!("update report_cases set facts = {} where {it}", bytes("01ff")), unreadable),
            (format!("update report_cases set facts = {} where {it}", bytes("63")), unreadable),
            (format!("update report_cases set case_version = 2 where {it}"), version),
            (
                format!(
                    "update report_cases set facts = (select other.facts from report_cases other \
                     where other.escalation_id <> report_cases.escalation_id) where {it}"
                ),
                other,
            ),
        ] {
            raw.change_one(&fault);
            assert_eq!(differing(house).await, [(cases[0].clone(), what)], "{fault}");
            let made = house.engine.rebuild_facts().await.unwrap();
            assert_eq!(made, FactsMade { made_count: 2, failed_count: 0 });
            assert_eq!(differing(house).await, []);
        }
    }

    async fn facts_that_cannot_be_read_are_left_out_and_made_anew_at_the_next_change(house: &House) {
        let cases = raise_many(house, 3).await;
        let mut raw = Raw::of(house);
        raw.change_one(&format!(
            "update report_cases set facts = {} where escalation_id = \
             (select id from escalations where reference = '{}')",
            if raw.is_sqlite() { "x'01'" } else { "'\\x01'" },
            cases[1]
        ));
        let folded = counted(house, all_of(house)).await;
        assert_eq!((folded.cases_count, folded.left_out_count), (2, 1));
        assert_eq!(folded.sum, [cases[0].clone(), cases[2].clone()]);
        let tom = house.as_("Tom Okafor").await;
        assert_eq!(tom.command(&cases[1], "acknowledgements", &json!({})).await.status, 200);
        let folded = counted(house, all_of(house)).await;
        assert_eq!((folded.cases_count, folded.left_out_count), (3, 0));
        assert!(facts(house, &cases[1]).await.stays[0].acknowledged_at.is_some());
    }

    async fn only_what_is_asked_for_is_counted_and_each_case_once(house: &House) {
        let first = raise_many(house, 3).await;
        sleep_until(house, "2026-12-22T09:10:00Z");
        let second = raise_many(house, 2).await;
        let asked = all_of(house);
        assert_eq!(counted(house, asked.clone()).await.sum, [first.clone(), second.clone()].concat());
        let at = |text: &str| -> UtcInstant { text.parse().unwrap() };
        let (monday, tuesday) = (at("2026-12-21T09:10:00Z"), at("2026-12-22T09:10:00Z"));
        for (raised, found) in [
            (monday..tuesday, &first),
            (tuesday..at("2026-12-22T09:10:00.000001Z"), &second),
            (at("2026-12-21T09:10:00.000001Z")..tuesday, &Vec::new()),
        ] {
            let asked = FactsAsked { raised, ..asked.clone() };
            assert_eq!(counted(house, asked).await.sum, *found);
        }
        let hidden = [id_of(house, &first[1]).await, id_of(house, &second[0]).await].into();
        let folded = counted(house, FactsAsked { hidden, ..asked.clone() }).await;
        assert_eq!(folded.sum, [first[0].clone(), first[2].clone(), second[1].clone()]);
        assert_eq!((folded.cases_count, folded.left_out_count), (3, 0));
        let elsewhere = FactsAsked { partnership_id: "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b".parse().unwrap(), ..asked };
        assert_eq!(counted(house, elsewhere).await.cases_count, 0);
    }

    /// Three were raised at one instant: a page may end between them.
    async fn pages_of_any_length_find_every_case_once_and_in_order(house: &House) {
        raise_many(house, 3).await;
        sleep_until(house, "2026-12-22T09:10:00Z");
        raise_many(house, 2).await;
        let asked = all_of(house);
        for limit in 1..=6 {
            let (partnership_id, raised) = (asked.partnership_id, asked.raised.clone());
            let read: Result<_, StoreError> = house.engine.store().read(move |r| {
                let (mut places, mut after) = (Vec::new(), None);
                loop {
                    let mut page = Vec::new();
                    reports::read(r, partnership_id, &raised, (after, limit), |row| {
                        page.push(row.escalation_id()?);
                        Ok(())
                    })?;
                    assert!(page.len() <= usize::try_from(limit).unwrap());
                    if page.is_empty() {
                        return Ok(places);
                    }
                    for which in page {
                        let place = reports::place(r, which)?;
                        places.push(place);
                        after = Some(place);
                    }
                }
            }).await;
            let places = read.unwrap();
            assert!(places.is_sorted_by(|one, other| one < other), "{places:?}");
            assert_eq!(places.len(), 5, "{limit} a page");
        }
    }

    async fn whom_a_case_excludes_is_told_which_are_hidden(house: &House) {
        let cases = raise_many(house, 2).await;
        let tom: PersonId = house.person_id("Tom Okafor").parse().unwrap();
        let judith = house.as_("Judith Hale").await;
        let body = json!({
            "reason": "canary-reason",
            "restriction": { "reason": "other", "excluded": [tom.to_string()] }
        });
        let done = judith.command(&cases[1], "restrictions", &body).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let hidden: Result<_, StoreError> =
            house.engine.store().read(move |r| reports::hidden_from(r, tom)).await;
        assert_eq!(hidden.unwrap(), BTreeSet::from([id_of(house, &cases[1]).await]));
    }

    /// A figure of last year does not change because an agency was put in another sector, nor because
    /// a day was closed, since.
    async fn what_changes_later_does_not_change_what_was_counted(house: &House) {
        let closures = format!("/partnerships/{}/closures", house.founded.partnership.id);
        let judith = house.as_("Judith Hale").await;
        let close = async |day: &str| {
            let added = judith.post(&closures, &json!({ "day": day, "reason": "Closed." })).await;
            assert_eq!(added.status, 201, "{}", added.body);
        };
        let before = raise_many(house, 1).await.remove(0);
        close("2026-12-29").await;
        close("2026-12-30").await;
        sleep_until(house, "2026-12-21T09:11:00Z");
        let after = raise_many(house, 1).await.remove(0);
        let limit = facts(house, &before).await.stays[0].limit_working_minutes;
        assert_eq!(limit, (7 * 60 + 50) + 5 * 8 * 60, "the closures came later");
        let limit = facts(house, &after).await.stays[0].limit_working_minutes;
        assert_eq!(limit, (7 * 60 + 49) + 5 * 8 * 60, "no more for days on which nobody works");
        assert_eq!(differing(house).await, []);
        sleep_until(house, "2026-12-22T09:10:00Z");
        let judith = house.as_("Judith Hale").await;
        let withdrawn = judith.post(&format!("{closures}/2026-12-30/withdrawals"), &json!({})).await;
        assert_eq!(withdrawn.status, 201, "{}", withdrawn.body);
        assert_eq!(differing(house).await, []);

        let ellis = house.as_("Ellis Grant").await;
        let path = format!("/agencies/{}", house.agency_id("primary"));
        let read = ellis.get(&path).await;
        let mut body = read.body.clone();
        body["sector"] = json!("other");
        for gone in ["id", "version"] {
            body.as_object_mut().unwrap().remove(gone);
        }
        let etag = read.header("etag").unwrap();
        let headers = [("If-Match", etag.as_str())];
        let changed = ellis.send(Method::PUT, &path, &headers, Some(body.to_string())).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        house.advance_to("2027-03-01T09:00:00Z").await;
        assert_eq!(differing(house).await, []);
        house.engine.rebuild_facts().await.unwrap();
        for reference in [&before, &after] {
            assert_eq!(facts(house, reference).await.raising_sector, Sector::School);
        }
        let new = raise_many(house, 1).await.remove(0);
        assert_eq!(facts(house, &new).await.raising_sector, Sector::Other);
    }

    async fn nodes_that_race_keep_the_same_facts(house: &House) {
        let node = house.another_node().await;
        raise_many(house, 40).await;
        sleep_until(house, "2026-12-30T17:00:00Z");
        let done = tokio::join!(
            house.engine.tick(), node.tick(), house.engine.rebuild_facts(), node.rebuild_facts()
        );
        // A case whose facts were being made anew was locked, and is found the next time.
        let last = house.engine.tick().await.unwrap().acted_count;
        let acted = done.0.unwrap().acted_count + done.1.unwrap().acted_count + last;
        assert_eq!((acted, done.2.unwrap().made_count, done.3.unwrap().made_count), (40, 40, 40));
        assert_eq!(differing(house).await, []);
        let folded = counted(house, all_of(house)).await;
        assert_eq!((folded.cases_count, folded.left_out_count), (40, 0));
    }

    async fn an_upgrade_makes_the_facts_of_the_cases_that_are_there(house: &House) {
        let cases = raise_many(house, 30).await; // more than are made together
        let priya = house.as_("Priya Nair").await;
        priya.post("/escalations", &house.draft()).await;
        let kept = facts(house, &cases[29]).await;
        migrate_again(&mut Raw::of(house));
        let verified = verify_facts(house.engine.store()).await.unwrap();
        assert_eq!((verified.cases_count, verified.to_make_count), (31, 30));
        assert_eq!(verified.differing, [], "that they are still to be made is no fault");
        let folded = counted(house, all_of(house)).await;
        assert_eq!((folded.cases_count, folded.left_out_count), (0, 30), "and it is said");
        // A change does not wait for it.
        let tom = house.as_("Tom Okafor").await;
        assert_eq!(tom.command(&cases[0], "acknowledgements", &json!({})).await.status, 200);
        let node = house.another_node().await;
        let made = tokio::join!(house.engine.catch_up_facts(), node.catch_up_facts());
        let (one, other) = (made.0.unwrap(), made.1.unwrap());
        assert!(one.made_count + other.made_count >= 29, "{one:?} {other:?}");
        assert_eq!(one.failed_count + other.failed_count, 0);
        assert_eq!(counted(house, all_of(house)).await.cases_count, 30);
        assert_eq!(facts(house, &cases[29]).await, kept);
        assert_eq!(house.engine.catch_up_facts().await.unwrap(), FactsMade::default());
    }
}

on_each_database! {
    async fn a_timeline_that_cannot_be_read_holds_up_neither_its_case_nor_the_others(
        database: Database
    ) {
        let Some(house) = House::build(database, Wishes::default()).await else { return };
        let cases = raise_many(&house, 3).await;
        let mut raw = Raw::of(&house);
        raw.drop_triggers();
        migrate_again(&mut raw);
        let entry = format!(
            "escalation_id = (select id from escalations where reference = '{}') and sequence = 2",
            cases[0]
        );
        let event = raw.text(&format!("select event as value from timeline_entries where {entry}"));
        raw.change_one(&format!("update timeline_entries set event = '{{' where {entry}"));
        let made = house.engine.catch_up_facts().await.unwrap();
        assert_eq!(made, FactsMade { made_count: 2, failed_count: 1 });
        house.advance_to("2026-12-30T17:00:00Z").await;
        assert_eq!(raw.count("stage_entries", "stage = 2"), 3, "its deadline is kept");
        let folded = counted(&house, all_of(&house)).await;
        assert_eq!((folded.cases_count, folded.left_out_count), (2, 1));
        let verified = verify_facts(house.engine.store()).await.unwrap();
        assert_eq!(verified.differing.len(), 1, "{verified:?}");

        let event = event.replace('\'', "''");
        raw.change_one(&format!("update timeline_entries set event = '{event}' where {entry}"));
        let made = house.engine.catch_up_facts().await.unwrap();
        assert_eq!(made, FactsMade { made_count: 1, failed_count: 0 });
        assert_eq!(counted(&house, all_of(&house)).await.cases_count, 3);
        house.prove_the_record().await;
    }

    async fn a_server_makes_what_is_to_be_made_by_itself(database: Database) {
        let wishes = Wishes { workers: true, real_clock: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        raise_many(&house, 3).await;
        let mut raw = Raw::of(&house);
        migrate_again(&mut raw);
        let _node = house.node_with(|_| {}).await;
        for _ in 0..600 {
            if raw.count("report_cases", "is_made") == 3 {
                house.prove_the_record().await;
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nobody made the facts");
    }
}
