//! Days on which a partnership is closed, beside those of its policies.

use super::sql::Raw;
use super::{case, raise_many, sleep_until};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use serde_json::{Value, json};

fn path(house: &House) -> String {
    format!("/partnerships/{}/closures", house.founded.partnership.id)
}

async fn close(house: &House, day: &str) -> Answer {
    let judith = house.as_("Judith Hale").await;
    judith.post(&path(house), &json!({ "day": day, "reason": "The offices are closed." })).await
}

async fn withdraw(house: &House, client: &Client, day: &str) -> Answer {
    client.post(&format!("{}/{day}/withdrawals", path(house)), &json!({})).await
}

/// When a challenge is due that is raised now.
async fn due(house: &House) -> String {
    let reference = raise_many(house, 1).await.remove(0);
    case(house, &reference).await.text("/due_at")
}

const WEDNESDAY: &str = "2026-12-30T17:00:00.000000Z";
const THURSDAY: &str = "2026-12-31T17:00:00.000000Z";

on_each_database! {
    async fn a_closure_counts_for_what_is_worked_out_from_then_on(house: &House) {
        let before = raise_many(house, 1).await.remove(0);
        let added = close(house, "2026-12-29").await;
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(added.text("/day"), "2026-12-29");
        assert_eq!(added.text("/added_by"), house.person_id("Judith Hale"));
        assert_eq!(added.text("/added_at"), "2026-12-21T09:10:00.000000Z");
        let after = raise_many(house, 1).await.remove(0);
        let after = case(house, &after).await;
        assert_eq!(after.text("/due_at"), THURSDAY);
        let words = after.text("/due_in_words");
        assert!(words.contains("29 Dec"), "the derivation names it: {words}");
        assert_eq!(case(house, &before).await.text("/due_at"), WEDNESDAY, "it stays due then");
        assert_eq!(close(house, "2027-01-05").await.status, 201);
        house.advance_to("2026-12-30T17:00:00Z").await;
        let now = case(house, &before).await;
        assert_eq!(now.number("/stage"), 2);
        assert_eq!(now.text("/due_at"), "2027-01-08T17:00:00.000000Z", "a new stage entry");
    }

    async fn a_closure_that_was_withdrawn_counts_no_more_and_may_be_added_again(house: &House) {
        assert_eq!(due(house).await, WEDNESDAY);
        for _ in 0..2 {
            assert_eq!(close(house, "2026-12-29").await.status, 201);
            assert_eq!(due(house).await, THURSDAY);
            let alan = house.as_("Professor Alan Greer").await;
            let withdrawn = withdraw(house, &alan, "2026-12-29").await;
            assert_eq!(withdrawn.status, 201, "{}", withdrawn.body);
            let by = house.person_id("Professor Alan Greer");
            assert_eq!(withdrawn.text("/withdrawn_by"), by);
            assert_eq!(due(house).await, WEDNESDAY);
            assert_eq!(withdraw(house, &alan, "2026-12-29").await.status, 404);
        }
        let priya = house.as_("Priya Nair").await;
        let listed = priya.get(&path(house)).await.list("/items");
        assert_eq!(listed.len(), 2, "everybody reads what was, too");
        assert!(listed.iter().all(|it| it["withdrawn_at"].is_string()));
    }

    async fn every_node_decides_by_the_closures_of_the_moment(house: &House) {
        let node = house.another_node().await;
        let reference = raise_many(house, 1).await.remove(0);
        sleep_until(house, "2026-12-30T17:00:00Z");
        assert_eq!(node.tick().await.unwrap().acted_count, 1);
        assert_eq!(case(house, &reference).await.text("/due_at"), "2027-01-07T17:00:00.000000Z");
        assert_eq!(close(house, "2027-01-12").await.status, 201);
        sleep_until(house, "2027-01-07T17:00:00Z");
        assert_eq!(node.tick().await.unwrap().acted_count, 1);
        assert_eq!(case(house, &reference).await.text("/due_at"), "2027-01-15T17:00:00.000000Z");
    }

    async fn only_a_day_to_come_is_added_and_withdrawn(house: &House) {
        for (day, said) in [
            ("2026-12-20", "must be today or later"),
            ("2029-12-24", "must be within the next three years"),
            ("9999-12-31", "must be within the next three years"),
        ] {
            let answer = close(house, day).await;
            assert_eq!((answer.status, answer.faults()), (422, vec!["/day".to_owned()]), "{day}");
            assert_eq!(answer.text("/errors/0/detail"), said, "{day}");
        }
        for day in ["2026-12-21", "2026-12-22", "2029-12-23"] {
            assert_eq!(close(house, day).await.status, 201, "{day}");
            let again = close(house, day).await;
            assert_eq!(again.text("/errors/0/detail"), "is a closure already", "{day}");
        }
        let judith = house.as_("Judith Hale").await;
        for reason in ["", " ", "two\nlines"] {
            let body = json!({ "day": "2027-01-04", "reason": reason });
            let answer = judith.post(&path(house), &body).await;
            assert_eq!(answer.faults(), ["/reason"], "{reason:?}");
        }
        let today = withdraw(house, &judith, "2026-12-21").await;
        assert_eq!(today.status, 409, "{}", today.body);
        let said = "Its day has come, and deadlines were worked out by it: it stays.";
        assert_eq!(today.text("/detail"), said);
        assert_eq!(withdraw(house, &judith, "2026-12-22").await.status, 201);
        assert_eq!(withdraw(house, &judith, "2026-12-23").await.status, 404);
        assert_eq!(withdraw(house, &judith, "yesterday").await.status, 404);
    }

    async fn only_the_partnerships_officers_close_it(house: &House) {
        assert_eq!(close(house, "2026-12-29").await.status, 201);
        let body = json!({ "day": "2026-12-30", "reason": "A day off." });
        for name in ["Priya Nair", "Ruth Calloway", "Ellis Grant"] {
            let client = house.as_(name).await;
            for answer in
                [client.post(&path(house), &body).await, withdraw(house, &client, "2026-12-29").await]
            {
                assert_eq!(answer.status, 403, "{name}: {}", answer.body);
                assert!(answer.text("/detail").starts_with("The partnership's officers decide"));
            }
            let listed = client.get(&path(house)).await.list("/items");
            assert_eq!(listed[0]["withdrawn_at"], Value::Null, "{name}");
        }
        let elsewhere = "/partnerships/0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b/closures";
        let judith = house.as_("Judith Hale").await;
        assert_eq!(judith.post(elsewhere, &body).await.status, 404);
        assert_eq!(judith.get(elsewhere).await.status, 404);
    }

    async fn a_closure_is_withdrawn_once_and_not_changed(house: &House) {
        assert_eq!(close(house, "2026-12-29").await.status, 201);
        let mut raw = Raw::of(house);
        let withdrawn = "withdrawn_by = added_by, withdrawn_at = added_at";
        let changes = [
            "update partnership_closures set day = '2026-12-30'".to_owned(),
            format!("update partnership_closures set {withdrawn}, reason = 'Another.'"),
            "delete from partnership_closures".to_owned(),
            if raw.is_sqlite() {
                "insert or replace into partnership_closures select * from partnership_closures".to_owned()
            } else {
                "truncate partnership_closures".to_owned()
            },
        ];
        for change in &changes {
            let said = raw.refusal(change);
            assert!(said.contains("a closure is withdrawn once and not changed"), "{change}: {said}");
        }
        let half = raw.refusal("update partnership_closures set withdrawn_at = added_at");
        assert!(half.contains("check constraint"), "{half}");
        raw.change_one(&format!("update partnership_closures set {withdrawn}"));
        for change in [
            "update partnership_closures set withdrawn_by = null, withdrawn_at = null".to_owned(),
            format!("update partnership_closures set {withdrawn}"),
        ] {
            let said = raw.refusal(&change);
            assert!(said.contains("a closure is withdrawn once and not changed"), "{change}: {said}");
        }
    }
}
