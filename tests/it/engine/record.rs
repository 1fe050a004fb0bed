//! The record: the database itself refuses to change it, and whoever changes it all the same is
//! found out.

use super::raise_many;
use super::sql::{APPEND_ONLY, Raw};
use crate::house::House;
use crate::on_each_database;

/// What somebody with the database's password may try, and what must be said of it.
const TAMPERINGS: [(&str, &str); 7] = [
    (
        "update timeline_entries set event = replace(event, 'canary-facts', 'other facts') where sequence = 2",
        "entry 2 was changed",
    ),
    (
        "update timeline_entries set doer = replace(doer, 'Priya Nair', 'Somebody Else') where sequence = 1",
        "entry 1 was changed",
    ),
    ("delete from timeline_entries where sequence = 2", "entry 2 is missing"),
    (
        "delete from timeline_entries where sequence = (select max(sequence) from timeline_entries)",
        "the stored head",
    ),
    ("update escalations set state = replace(state, 'canary-risk', 'no risk')", "the stored state"),
    ("delete from seats where position = 0", "the stored people"),
    ("update stage_entries set round = 9", "the stored stays"),
];

on_each_database! {
    async fn the_database_itself_refuses_to_change_what_is_appended_to(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        for table in APPEND_ONLY {
            assert!(raw.count(table, "true") > 0, "{table} is empty");
            let column = if table == "policies" { "title" } else { "hash" };
            let column = if table == "directory_changes" { "body" } else { column };
            let mut tries = vec![
                format!("update {table} set {column} = {column}"),
                format!("delete from {table}"),
            ];
            if !raw.is_sqlite() {
                tries.push(format!("truncate {table} cascade"));
            }
            for statement in tries {
                let refusal = raw.refusal(&statement);
                let is_ours = refusal.contains("append-only") || refusal.contains("never changes");
                assert!(is_ours, "{statement}: {refusal}");
            }
        }
    }
    async fn whoever_changes_the_record_all_the_same_is_found_out(house: &House) {
        for (statement, expected) in TAMPERINGS {
            let fresh = House::build(house.database(), crate::house::Wishes::default()).await;
            let Some(fresh) = fresh else { return };
            let reference = raise_many(&fresh, 1).await.remove(0);
            fresh.prove_the_record().await;
            let mut raw = Raw::of(&fresh);
            raw.drop_triggers();
            raw.change_one(statement);
            let verified = fresh.engine.verify_timelines().await.unwrap();
            let [verdict] = verified.broken.as_slice() else {
                panic!("{statement}: {:?}", verified.broken)
            };
            let told = verdict.broken.to_string();
            assert!(told.contains(expected), "{statement}: {told}");
            assert_eq!(verdict.reference, reference);
        }
    }

    async fn a_deadline_that_is_put_off_behind_the_servers_back_is_found_out(house: &House) {
        let reference = raise_many(house, 1).await.remove(0);
        let mut raw = Raw::of(house);
        let later = if raw.is_sqlite() { "'2099-01-01T00:00:00.000000Z'" } else { "'2099-01-01'" };
        raw.change_one(&format!("update escalations set next_act_at = {later}"));
        let verified = house.engine.verify_timelines().await.unwrap();
        assert_eq!(verified.broken.len(), 1);
        assert_eq!(verified.broken[0].reference, reference);
        let right = if raw.is_sqlite() { "'2026-12-30T17:00:00.000000Z'" } else { "'2026-12-30 17:00Z'" };
        raw.change_one(&format!("update escalations set next_act_at = {right}"));
    }
}
