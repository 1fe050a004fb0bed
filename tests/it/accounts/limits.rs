//! How many requests a minute one person and one network may make.

use super::assert_word;
use crate::house::{Client, House, Wishes};
use crate::on_each_database;
use reqwest::Method;

on_each_database! {
    async fn a_person_who_asks_too_often_waits_and_nobody_else_does(database: Database) {
        let settings = vec![("http.requests_per_minute", "5".to_owned())];
        let wishes = Wishes { settings, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let (priya, tom) = (house.as_("Priya Nair").await, house.as_("Tom Okafor").await);
        for _ in 0..5 {
            assert_eq!(priya.get("/me").await.status, 200);
        }
        let refused = priya.get("/me").await;
        assert_word(&refused, 429, "too-many-requests");
        assert_eq!(refused.header("retry-after").as_deref(), Some("12"));
        assert!(refused.header("x-request-id").is_some());
        assert!(refused.header("strict-transport-security").is_some());
        assert_eq!(tom.get("/me").await.status, 200);
        house.advance_to("2026-12-21T09:10:12Z").await;
        assert_eq!(priya.get("/me").await.status, 200);
        assert_eq!(priya.get("/me").await.status, 429);
    }

    async fn a_network_that_asks_too_often_waits_and_health_is_told_all_the_same(database: Database) {
        let settings = vec![
            ("http.requests_per_minute_of_network", "4".to_owned()),
            ("http.trusted_proxies", "127.0.0.1".to_owned()),
        ];
        let wishes = Wishes { settings, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let stranger = Client::stranger(house.address);
        let ask = async |from: &str, path: &str| {
            stranger.send(Method::GET, path, &[("X-Forwarded-For", from)], None).await
        };
        for last in 1..=4 {
            assert_eq!(ask(&format!("192.0.2.{last}"), "//sign-in").await.status, 200);
        }
        assert_word(&ask("192.0.2.99", "/me").await, 429, "too-many-requests");
        assert_eq!(ask("192.0.3.1", "//sign-in").await.status, 200);
        for _ in 0..10 {
            assert_eq!(ask("192.0.2.1", "//livez").await.status, 200);
            assert_eq!(ask("192.0.2.1", "//readyz").await.status, 200);
        }
    }
}
