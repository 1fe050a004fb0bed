//! Guessing is throttled, on all nodes together, and nobody is locked out of where they usually are.

use super::{assert_word, behind_a_proxy, network, sign_in_from};
use crate::engine::sql::Raw;
use crate::house::{Client, PASSWORD};
use crate::on_each_database;
use bscp_escalation::auth::Network;
use bscp_escalation::engine::{Engine, EngineError};
use serde_json::json;
use tokio::task::JoinSet;

fn from(address: &str) -> Network {
    Network::of(address.parse().unwrap())
}

/// What became of a guess.
async fn guess(node: &Engine, email: &str, password: &str, network: &str) -> &'static str {
    match node.sign_in(email.to_owned(), password.to_owned(), from(network)).await {
        Ok(_) => "in",
        Err(EngineError::NotSignedIn) => "wrong",
        Err(EngineError::Throttled { wait_seconds }) => {
            assert!((1..=901).contains(&wait_seconds), "{wait_seconds}");
            "throttled"
        }
        Err(other) => panic!("{other}"),
    }
}

on_each_database! {
    async fn the_eleventh_wrong_guess_of_a_network_is_refused_on_every_node(house: &House) {
        let nodes = [house.engine.clone(), house.another_node().await, house.another_node().await];
        let priya = house.email("Priya Nair");
        for number in 0..10 {
            let told = guess(&nodes[number % 3], &priya, "a wrong password", "198.51.100.7").await;
            assert_eq!(told, "wrong", "{number}");
        }
        for node in &nodes {
            // Whatever is right now, and whosever it is; also from next door.
            assert_eq!(guess(node, &priya, PASSWORD, "198.51.100.200").await, "throttled");
            assert_eq!(guess(node, "nobody@example.org", "x", "198.51.100.7").await, "throttled");
            assert_eq!(guess(node, &priya, PASSWORD, "198.51.101.7").await, "in");
        }
        house.advance_to("2026-12-21T09:14:59Z").await;
        assert_eq!(guess(&nodes[1], &priya, PASSWORD, "198.51.100.7").await, "throttled");
        house.advance_to("2026-12-21T09:15:00Z").await;
        assert_eq!(guess(&nodes[1], &priya, PASSWORD, "198.51.100.7").await, "in");
    }

    async fn of_sixty_wrong_guesses_at_once_ten_are_checked(house: &House) {
        let nodes = [house.engine.clone(), house.another_node().await, house.another_node().await];
        let priya = house.email("Priya Nair");
        let mut running = JoinSet::new();
        for number in 0..60 {
            let (node, priya) = (nodes[number % 3].clone(), priya.clone());
            running.spawn(async move { guess(&node, &priya, "wrong", "198.51.100.7").await });
        }
        let told = running.join_all().await;
        let count = |word| told.iter().filter(|told| **told == word).count();
        assert_eq!((count("wrong"), count("throttled")), (10, 50));
    }

    async fn an_office_that_signs_in_all_at_once_is_not_taken_for_guessing(house: &House) {
        let people = house.founded.people.clone();
        assert!(people.len() > 20);
        let mut running = JoinSet::new();
        for person in people {
            let node = house.engine.clone();
            running.spawn(async move { guess(&node, &person.email, PASSWORD, "198.51.100.7").await });
        }
        assert!(running.join_all().await.iter().all(|told| *told == "in"));
        assert_eq!(Raw::of(house).count("failed_guesses", "1 = 1"), 0);
    }

    async fn strangers_lock_nobody_out_of_the_network_that_they_use(house: &House) {
        let priya = house.email("Priya Nair");
        assert_eq!(guess(&house.engine, &priya, PASSWORD, "192.0.2.1").await, "in");
        for email in [priya.as_str(), "nobody@example.org"] {
            for number in 0..20 {
                let told = guess(&house.engine, email, "a wrong password", &network(number)).await;
                assert_eq!(told, "wrong", "{number}");
            }
            // The same for an address that nobody has.
            assert_eq!(guess(&house.engine, email, PASSWORD, &network(99)).await, "throttled");
        }
        assert_eq!(guess(&house.engine, &priya, PASSWORD, "192.0.2.200").await, "in");
        house.advance_to("2026-12-21T09:25:00Z").await;
        assert_eq!(guess(&house.engine, &priya, PASSWORD, &network(99)).await, "in");
    }

    async fn a_header_changes_nothing_where_no_proxy_is_trusted(house: &House) {
        let tom = house.email("Tom Okafor");
        for number in 0..10 {
            assert_eq!(sign_in_from(house, &network(number), &tom, "wrong").await.status, 401);
        }
        let headers = [
            ("X-Forwarded-For", "192.0.2.1"),
            ("Forwarded", "for=192.0.2.1"),
            ("X-Real-IP", "192.0.2.1"),
        ];
        let body = json!({ "email": tom, "password": PASSWORD }).to_string();
        let stranger = Client::stranger(house.address);
        let told = stranger.send(reqwest::Method::POST, "/sessions", &headers, Some(body)).await;
        assert_word(&told, 429, "too-many-requests");
    }

    async fn what_was_counted_is_forgotten_in_a_week(house: &House) {
        house.engine.run_jobs().await.unwrap();
        guess(&house.engine, "nobody@example.org", "wrong", "198.51.100.7").await;
        let count = || Raw::of(house).count("failed_guesses", "1 = 1");
        assert_eq!(count(), 1);
        let addresses = "select count(*) as value from failed_guesses where account like '%@%'";
        assert_eq!(Raw::of(house).number(addresses), 0, "an address in clear");
        house.advance_to("2026-12-30T12:00:00Z").await;
        house.engine.run_jobs().await.unwrap();
        assert_eq!(count(), 0);
    }
}

on_each_database! {
    async fn a_throttled_guess_is_answered_429_with_when_to_come_again(database: Database) {
        let Some(house) = behind_a_proxy(database).await else { return };
        let tom = house.email("Tom Okafor");
        for number in 0..10 {
            // What stands left of the last hop anybody may have written.
            let hops = format!("203.0.113.{number}, 198.51.100.7");
            assert_eq!(sign_in_from(&house, &hops, &tom, "wrong").await.status, 401);
        }
        let refused = sign_in_from(&house, "198.51.100.9", &tom, PASSWORD).await;
        assert_word(&refused, 429, "too-many-requests");
        assert_eq!(refused.header("retry-after").as_deref(), Some("301"));
        assert_eq!(sign_in_from(&house, "203.0.113.1", &tom, PASSWORD).await.status, 200);
    }
}
