//! The record: whatever is done to it behind the server's back is found, and with its triggers in
//! place the database itself does not let it happen.

use super::raise_many;
use super::sql::{APPEND_ONLY, Raw};
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use bscp_escalation::escalation::{Doer, Event};
use bscp_escalation::store::{StoreError, escalations, timeline};
use bscp_escalation::timeline::{Break, Entry, FIRST_PREVIOUS};

/// A house with two cases whose append-only tables have lost their triggers; and the second case.
struct Opened {
    house: House,
    raw: Raw,
    reference: String,
    id: String,
}

impl Opened {
    async fn on(database: Database) -> Option<Self> {
        let house = House::build(database, Wishes::default()).await?;
        let reference = raise_many(&house, 2).await.remove(1);
        house.settle().await;
        house.prove_the_record().await;
        let mut raw = Raw::of(&house);
        raw.drop_triggers();
        let id = format!("select id as value from escalations where reference = '{reference}'");
        let id = raw.text(&id);
        Some(Self { house, raw, reference, id })
    }

    /// What is wrong with the second case; nothing is wrong with the first.
    async fn found(&self) -> Break {
        let verified = self.house.engine.verify_timelines().await.unwrap();
        assert_eq!(verified.cases_count, 2);
        assert_eq!(verified.broken.len(), 1, "{:?}", verified.broken);
        assert_eq!(verified.broken[0].reference, self.reference);
        verified.broken[0].broken.clone()
    }

    /// The condition for one of the case's entries.
    fn entry(&self, sequence: u32) -> String {
        format!("escalation_id = '{}' and sequence = {sequence}", self.id)
    }

    /// What is found once one value was changed; then it is changed back.
    async fn found_after(&mut self, table: &str, column: &str, value: &str) -> Break {
        let id = &self.id;
        let row = match table {
            "escalations" => format!("id = '{id}'"),
            "timeline_entries" => format!("escalation_id = '{id}' and sequence = 1"),
            "stage_entries" => format!("escalation_id = '{id}' and number = 1"),
            _ => panic!("which row of {table}?"),
        };
        self.raw
            .run(&format!("create table kept as select {column} as it from {table} where {row}"));
        self.raw.change_one(&format!("update {table} set {column} = {value} where {row}"));
        let found = self.found().await;
        let back = format!("update {table} set {column} = (select it from kept) where {row}");
        self.raw.change_one(&back);
        self.raw.run("drop table kept");
        found
    }
}

on_each_database! {
    async fn an_entry_whose_event_or_doer_or_time_or_kind_was_changed_is_found(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        for (column, value, broken) in [
            ("event", "replace(event, 'canary-facts', 'nothing')", Break::Changed(1)),
            ("doer", "replace(doer, 'Priya Nair', 'Margaret Bell')", Break::Changed(1)),
            ("recorded_at", "'2026-12-20T09:10:00.000000Z'", Break::Changed(1)),
            ("hash", "previous_hash", Break::Changed(1)),
            ("previous_hash", &format!("'{}'", "1".repeat(64)), Break::Unchained(1)),
            ("kind", "'withdrawn'", Break::StateDiffers("kind of an entry")),
        ] {
            let found = opened.found_after("timeline_entries", column, value).await;
            assert_eq!(found, broken, "{column}");
        }
        opened.house.prove_the_record().await;
    }

    async fn entries_cut_off_at_the_end_are_found(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        let last = opened.entry(3);
        opened.raw.change_one(&format!("delete from timeline_entries where {last}"));
        assert_eq!(opened.found().await, Break::StateDiffers("head"));
        let all = format!("escalation_id = '{}'", opened.id);
        opened.raw.run(&format!("delete from timeline_entries where {all}"));
        assert_eq!(opened.found().await, Break::Empty);
    }

    async fn an_entry_taken_out_of_the_middle_is_found(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        let (second, third) = (opened.entry(2), opened.entry(3));
        opened.raw.change_one(&format!("delete from timeline_entries where {second}"));
        assert_eq!(opened.found().await, Break::Gap { expected: 2, found: 3 });
        opened.raw.change_one(&format!("update timeline_entries set sequence = 2 where {third}"));
        assert_eq!(opened.found().await, Break::Unchained(2), "the gap was closed");
    }

    async fn two_entries_that_changed_places_are_found(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        for (from, to) in [(2, 9), (3, 2), (9, 3)] {
            let entry = opened.entry(from);
            let moved = format!("update timeline_entries set sequence = {to} where {entry}");
            opened.raw.change_one(&moved);
        }
        assert_eq!(opened.found().await, Break::Unchained(2));
    }

    async fn an_entry_that_was_put_in_is_found_also_when_it_is_well_made(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        let (third, fourth) = (opened.entry(3), opened.entry(4));
        opened.raw.change_one(&format!(
            "insert into timeline_entries select escalation_id, 4, recorded_at, kind, doer, event, \
             hash, '{FIRST_PREVIOUS}' from timeline_entries where {third}"
        ));
        assert_eq!(opened.found().await, Break::Changed(4));
        opened.raw.change_one(&format!("delete from timeline_entries where {fourth}"));

        // With the right hash, as the program itself would make it.
        let reference = opened.reference.clone();
        let put_in: Result<(), StoreError> = opened
            .house
            .engine
            .store()
            .write(move |w| {
                let which = escalations::find_id(w, &reference)?.unwrap();
                let last = timeline::list(w, which, 2, 1)?.remove(0);
                let place = Some((last.sequence, last.hash.as_str()));
                let event = Event::RecordConfirmed;
                let entry = Entry::following(which, place, last.recorded_at, Doer::Time, event);
                timeline::append(w, &entry.unwrap())
            })
            .await;
        put_in.unwrap();
        assert_eq!(opened.found().await, Break::StateDiffers("head"));
    }

    async fn a_stored_state_that_was_changed_is_found(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        let value = "replace(state, 'canary-facts', 'nothing of note')";
        let broken = opened.found_after("escalations", "state", value).await;
        assert_eq!(broken, Break::StateDiffers("state"));
        let spoiled = format!("update escalations set state = '{{' where id = '{}'", opened.id);
        opened.raw.change_one(&spoiled);
        let verified = opened.house.engine.verify_timelines().await.unwrap();
        assert_eq!(verified.broken.len(), 1, "what cannot be read is no reason to stop");
        assert_eq!(verified.broken[0].escalation_id.to_string(), opened.id);
    }

    async fn every_column_that_a_case_is_searched_by_is_proved(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        let second = super::version(2, "2027-01-01", &[]);
        assert!(opened.house.load_policy(second).await.unwrap());
        let other_agency = "(select id from agencies where name like 'Police%')";
        let later = "'2030-01-01T00:00:00.000000Z'";
        let is_true = if opened.raw.is_sqlite() { "1" } else { "true" };
        for (column, value) in [
            ("reference", "'ESC-2026-999999'"),
            ("policy_version", "2"),
            ("stage", "2"),
            ("raising_agency_id", other_agency),
            ("receiving_agency_id", other_agency),
            ("raiser_id", "(select id from people where name = 'Sam Porter')"),
            ("drafted_at", later),
            ("raised_at", later),
            ("due_at", later),
            ("due_sort_at", later),
            ("next_act_at", later),
            ("is_overdue", is_true),
            ("version", "7"),
        ] {
            let broken = opened.found_after("escalations", column, value).await;
            assert_eq!(broken, Break::StateDiffers("row that it is searched by"), "{column}");
        }
        let value = format!("'{FIRST_PREVIOUS}'");
        let broken = opened.found_after("escalations", "head_hash", &value).await;
        assert_eq!(broken, Break::StateDiffers("head"));
        for (column, value) in
            [("due_at", later), ("entered_at", later), ("stage", "2"), ("round", "2")]
        {
            let broken = opened.found_after("stage_entries", column, value).await;
            assert_eq!(broken, Break::StateDiffers("stays in stages"), "{column}");
        }
        opened.house.prove_the_record().await;
    }

    async fn a_person_or_a_stay_that_was_taken_out_or_put_in_is_found(database: Database) {
        let Some(mut opened) = Opened::on(database).await else { return };
        let first = format!("escalation_id = '{}' and position = 0", opened.id);
        opened.raw.run(&format!("create table kept as select * from seats where {first}"));
        opened.raw.change_one(&format!("delete from seats where {first}"));
        assert_eq!(opened.found().await, Break::StateDiffers("people"));
        opened.raw.change_one("insert into seats select * from kept");
        opened.house.prove_the_record().await;

        let is_false = if opened.raw.is_sqlite() { "0" } else { "false" };
        opened.raw.change_one(&format!(
            "insert into seats select '{}', 99, null, id, {is_false} from people \
             where name = 'Sam Porter'",
            opened.id
        ));
        assert_eq!(opened.found().await, Break::StateDiffers("people"));
        opened.raw.change_one("delete from seats where position = 99");
        opened.house.prove_the_record().await;

        let stays = format!("delete from stage_entries where escalation_id = '{}'", opened.id);
        opened.raw.change_one(&stays);
        assert_eq!(opened.found().await, Break::StateDiffers("stays in stages"));
    }
}

on_each_database! {
    async fn the_database_itself_keeps_what_is_appended_to(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        let reasons = [
            ("event", "the timeline is append-only"),
            ("text", "a policy version never changes"),
            ("body", "directory_changes is append-only"),
            ("published_via", "policy_publications is append-only"),
        ];
        for (table, (column, reason)) in APPEND_ONLY.into_iter().zip(reasons) {
            let rows = raw.count(table, "1 = 1");
            assert!(rows > 0, "{table} is empty, so nothing can be shown");
            let mut statements = vec![
                format!("update {table} set {column} = 'nothing of note'"),
                format!("update {table} set {column} = {column}"),
                format!("delete from {table}"),
            ];
            if raw.is_sqlite() {
                statements.push(format!("insert or replace into {table} select * from {table}"));
                statements.push(format!("update or replace {table} set {column} = 'nothing'"));
            } else {
                statements.push(format!("truncate {table} cascade"));
            }
            for statement in statements {
                let said = raw.refusal(&statement);
                assert!(said.contains(reason), "{statement}: {said}");
            }
            assert_eq!(raw.count(table, "1 = 1"), rows);
        }
    }
}
