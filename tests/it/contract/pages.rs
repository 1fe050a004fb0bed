//! Pages: walked to the end, everything is seen once, also while more comes.

use super::{bare_draft, begun, ids, key_of, raised_by, walk};
use crate::house::{Client, House};
use crate::on_each_database;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Ten open cases with different limits, and fifteen drafts.
async fn twenty_five_cases(house: &House, priya: &Client) {
    for n in 0..25 {
        if n % 5 > 1 {
            begun(priya, &bare_draft()).await;
            continue;
        }
        let mut draft = house.draft();
        if n % 2 == 0 {
            draft["draft"]["urgency_class"] = json!("urgent");
        }
        raised_by(priya, &draft).await;
    }
}

on_each_database! {
    async fn a_walk_over_twenty_five_cases_sees_each_once(house: &House) {
        let priya = house.as_("Priya Nair").await;
        twenty_five_cases(house, &priya).await;
        let all = priya.get("/escalations?limit=200").await;
        assert_eq!(all.body["next"], Value::Null);
        let order = ids(&all);
        assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), 25);
        for limit in [1, 7, 24, 25, 26] {
            assert_eq!(walk(&priya, "/escalations", limit).await, order, "by {limit}");
        }
        let due: Vec<Value> =
            all.list("/items").iter().map(|item| item["due_at"].clone()).collect();
        let soonest: Vec<&str> = due.iter().map_while(Value::as_str).collect();
        assert_eq!(soonest.len(), 10, "those that are open come first");
        assert!(soonest.is_sorted(), "the soonest due first: {soonest:?}");
        assert!(due[10..].iter().all(Value::is_null));
    }

    async fn what_is_begun_during_a_walk_neither_hides_nor_repeats_anything(house: &House) {
        let priya = house.as_("Priya Nair").await;
        twenty_five_cases(house, &priya).await;
        let before: BTreeSet<String> =
            walk(&priya, "/escalations", 200).await.into_iter().collect();
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = priya.get(&format!("/escalations?limit=7{cursor}")).await;
            seen.extend(page.list("/items").iter().map(key_of));
            let Some(next) = page.body["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
            if seen.len() < 25 {
                begun(&priya, &bare_draft()).await;
                let mut urgent = house.draft();
                urgent["draft"]["urgency_class"] = json!("urgent");
                raised_by(&priya, &urgent).await;
            }
        }
        let once: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(once.len(), seen.len(), "something was seen twice");
        assert!(once.is_superset(&before), "something was passed over");
    }

    async fn every_list_can_be_walked(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let reference = house.raised().await;
        house.advance_to("2026-12-30T17:00:00Z").await;
        house.advance_to("2027-01-07T17:00:00Z").await;
        drop(judith);
        let judith = house.as_("Judith Hale").await;
        let case = format!("/escalations/{reference}");
        let lists = [
            ("/agencies".to_owned(), 10),
            ("/people".to_owned(), 26),
            ("/posts".to_owned(), 20),
            ("/notices".to_owned(), 10),
            (format!("{case}/timeline"), 5),
            (format!("{case}/notices"), 10),
        ];
        for (list, at_least) in lists {
            let whole = walk(&judith, &list, 200).await;
            assert!(whole.len() >= at_least, "{list} has only {}", whole.len());
            assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), "{list}");
            for limit in [1, 3] {
                assert_eq!(walk(&judith, &list, limit).await, whole, "{list} by {limit}");
            }
        }
        let of_agency = format!("/people?agency_id={}", house.agency_id("social_care"));
        assert_eq!(walk(&judith, &of_agency, 4).await.len(), 6);
        let of_agency = format!("/posts?agency_id={}", house.agency_id("primary"));
        assert_eq!(walk(&judith, &of_agency, 3).await.len(), 4);
    }

    async fn fifty_is_a_page_if_nothing_is_said(house: &House) {
        let priya = house.as_("Priya Nair").await;
        for _ in 0..51 {
            begun(&priya, &bare_draft()).await;
        }
        let page = priya.get("/escalations").await;
        assert_eq!(page.list("/items").len(), 50);
        let rest = priya.get(&format!("/escalations?cursor={}", page.text("/next"))).await;
        assert_eq!(rest.list("/items").len(), 1);
        assert_eq!(rest.body["next"], Value::Null);
    }
}
