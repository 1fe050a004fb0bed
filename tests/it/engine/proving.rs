//! The proof of a whole database finds what breaks each of its promises, and names the record.

use super::sql::Raw;
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use bscp_escalation::engine::{Invariant, prove};
use bscp_escalation::escalation::Doer;
use bscp_escalation::store::{StoreError, escalations, timeline};
use bscp_escalation::timeline::Entry;
use reqwest::Method;

/// A challenge of Priya Nair's whose two requests have keys, so that their answers are kept.
pub async fn raised_by_key(house: &House, key: &str) -> String {
    let priya = house.as_("Priya Nair").await;
    let (begin, raise) = (format!("begin-{key}"), format!("raise-{key}"));
    let body = Some(house.draft().to_string());
    let headers = [("Idempotency-Key", begin.as_str())];
    let begun = priya.send(Method::POST, "/escalations", &headers, body).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let reference = begun.text("/reference");
    let etag = begun.header("etag").unwrap();
    let headers = [("Idempotency-Key", raise.as_str()), ("If-Match", etag.as_str())];
    let path = format!("/escalations/{reference}/raising");
    let raised = priya.send(Method::POST, &path, &headers, Some("{}".to_owned())).await;
    assert_eq!(raised.status, 200, "{}", raised.body);
    reference
}

/// A house with two cases of which one has moved up, and no triggers; and its references.
async fn opened(database: Database) -> Option<(House, Raw, Vec<String>)> {
    let house = House::build(database, Wishes::default()).await?;
    let references = vec![raised_by_key(&house, "a").await, raised_by_key(&house, "b").await];
    house.advance_to("2026-12-30T17:00:00Z").await;
    house.prove_the_record().await;
    let mut raw = Raw::of(&house);
    raw.drop_triggers();
    Some((house, raw, references))
}

/// The promises that are broken, each with its record.
async fn broken(house: &House) -> Vec<(Invariant, String)> {
    let proof = prove(house.engine.store()).await.unwrap();
    proof.breaches.into_iter().map(|breach| (breach.invariant, breach.record)).collect()
}

on_each_database! {
    async fn a_sound_database_is_proved_whole(database: Database) {
        let Some((house, _, _)) = opened(database).await else { return };
        let proof = prove(house.engine.store()).await.unwrap();
        assert_eq!(proof.breaches, []);
        assert_eq!(proof.cases_count, 2);
        assert!(proof.entries_count >= 10 && proof.answers_count == 4, "{proof:?}");
    }

    async fn a_case_that_is_gone_with_all_its_rows_is_missed(database: Database) {
        let Some((house, mut raw, references)) = opened(database).await else { return };
        let id = format!("(select id from escalations where reference = '{}')", references[0]);
        for table in ["report_cases", "notices", "seats", "stage_entries", "timeline_entries", "case_views"] {
            raw.run(&format!("delete from {table} where escalation_id = {id}"));
        }
        raw.run("delete from idempotency_keys");
        raw.change_one(&format!("delete from escalations where reference = '{}'", references[0]));
        assert_eq!(broken(&house).await, [(Invariant::Durable, references[0].clone())]);
    }

    async fn an_answer_whose_effect_is_not_there_is_found(database: Database) {
        let Some((house, mut raw, references)) = opened(database).await else { return };
        raw.run(&format!(
            "update idempotency_keys set body = replace(body, '\"version\":', '\"version\":9') \
             where body like '%\"reference\":\"{}\"%'",
            references[1]
        ));
        let found = broken(&house).await;
        assert!(!found.is_empty());
        let it = (Invariant::Durable, references[1].clone());
        assert!(found.iter().all(|found| *found == it), "{found:?}");
    }

    async fn a_transition_without_its_messages_and_messages_without_theirs_are_found(
        database: Database
    ) {
        let Some((house, mut raw, references)) = opened(database).await else { return };
        let id = format!("(select id from escalations where reference = '{}')", references[0]);
        let last = raw.text(&format!(
            "select max(event_key) as value from notices where escalation_id = {id}"
        ));
        raw.run(&format!("delete from notices where event_key = '{last}'"));
        let id = format!("(select id from escalations where reference = '{}')", references[1]);
        raw.run(&format!(
            "update notices set event_key = 'escalation:' || escalation_id || ':99' \
             where escalation_id = {id} and event_key = (select max(event_key) from notices \
             where escalation_id = {id})"
        ));
        let mut found = broken(&house).await;
        found.sort();
        let both = references.iter().map(|reference| (Invariant::Whole, reference.clone()));
        assert_eq!(found, both.collect::<Vec<_>>());
    }

    async fn a_stage_that_was_entered_twice_is_found(database: Database) {
        let Some((house, _, references)) = opened(database).await else { return };
        let reference = references[0].clone();
        let put_in: Result<(), StoreError> = house
            .engine
            .store()
            .write(move |w| {
                let which = escalations::find_id(w, &reference)?.unwrap();
                let entries = timeline::list(w, which, 0, i64::MAX)?;
                let last = entries.last().unwrap();
                let enters = |entry: &&Entry| entry.event.kind() == "stage_entered";
                let again = entries.iter().find(enters).unwrap().event.clone();
                let place = Some((last.sequence, last.hash.as_str()));
                let entry = Entry::following(which, place, last.recorded_at, Doer::Time, again);
                timeline::append(w, &entry.unwrap())
            })
            .await;
        put_in.unwrap();
        let found = broken(&house).await;
        assert!(found.contains(&(Invariant::Once, references[0].clone())), "{found:?}");
        assert!(found.contains(&(Invariant::Provable, references[0].clone())), "{found:?}");
    }

    async fn a_policy_or_a_pin_that_was_changed_is_found(database: Database) {
        let Some((house, mut raw, references)) = opened(database).await else { return };
        raw.change_one("update policies set text = text || ' '");
        assert_eq!(broken(&house).await, [(Invariant::Pinned, "policy bscp version 1".to_owned())]);
        raw.change_one("update policies set text = rtrim(text, ' ')");
        raw.change_one(&format!(
            "update escalations set state = replace(state, '\"policy\":{{\"key\":\"bscp\",\"version\":1', \
             '\"policy\":{{\"key\":\"bscp\",\"version\":2') where reference = '{}'",
            references[1]
        ));
        let found = broken(&house).await;
        assert!(found.contains(&(Invariant::Pinned, references[1].clone())), "{found:?}");
        assert!(found.contains(&(Invariant::Provable, references[1].clone())), "{found:?}");
    }
}
