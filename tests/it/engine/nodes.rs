//! Several nodes on one database: each does its share, and nothing is done twice.

use super::sql::Raw;
use super::{raise_many, sleep_until};
use crate::on_each_database;
use std::collections::BTreeSet;

/// How many cases are due at once.
const CASES: usize = 60;

on_each_database! {
    async fn three_nodes_that_race_on_the_same_due_cases_act_once_on_each(house: &House) {
        raise_many(house, CASES).await;
        house.settle().await;
        let mut raw = Raw::of(house);
        let told_before = raw.count("notices", "true");
        sleep_until(house, "2026-12-30T17:00:00Z");
        let second = house.another_node().await;
        let third = house.another_node().await;
        let (first_did, second_did, third_did) =
            tokio::join!(house.engine.tick(), second.tick(), third.tick());
        let did = [first_did.unwrap(), second_did.unwrap(), third_did.unwrap()];
        let acted: u64 = did.iter().map(|ticked| ticked.acted_count).sum();
        assert_eq!(acted, CASES as u64, "{did:?}");
        assert_eq!(did.iter().map(|ticked| ticked.failed_count).sum::<u64>(), 0, "{did:?}");
        assert_eq!(raw.count("stage_entries", "stage = 2"), CASES as i64);
        assert_eq!(raw.count("stage_entries", "left_why = 'deadline_passed'"), CASES as i64);
        assert_eq!(raw.count("timeline_entries", "kind = 'deadline_passed'"), CASES as i64);
        // Priya Nair, Margaret Bell, Joel Mensah must act; Tom Okafor is informed; Judith Hale
        // hears of the absent manager.
        assert_eq!(raw.count("notices", "true") - told_before, 5 * CASES as i64);

        let before = house.engine.mailer().sent().len();
        let (sent, sent_too, sent_as_well) =
            tokio::join!(house.engine.deliver(), second.deliver(), third.deliver());
        assert_eq!(sent.unwrap() + sent_too.unwrap() + sent_as_well.unwrap(), 5 * CASES as u64);
        let mut ids = BTreeSet::new();
        let mut count = 0;
        let of_first = house.engine.mailer().sent().split_off(before);
        for sent in [of_first, second.mailer().sent(), third.mailer().sent()].concat() {
            ids.insert(sent.message_id);
            count += 1;
        }
        assert_eq!((ids.len(), count), (5 * CASES, 5 * CASES), "a message went twice, or not at all");
        assert_eq!(raw.count("notices", "state <> 'accepted'"), 0);
    }
}
