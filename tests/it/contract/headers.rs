//! Headers that every answer has.

use super::{assert_problem, bare_draft, begun};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

/// Answers of every kind: done, nothing, not changed, refused, not there, pages.
async fn of_every_kind(house: &House) -> Vec<(&'static str, u16, Answer)> {
    let priya = house.as_("Priya Nair").await;
    let stranger = Client::stranger(house.address);
    let reference = begun(&priya, &bare_draft()).await;
    let case = format!("/escalations/{reference}");
    let absences = format!("/people/{}/absences", house.person_id("Priya Nair"));
    let added = priya.post(&absences, &json!({ "from_at": "2026-12-22T09:00:00Z" })).await;
    let absence = format!("{absences}/{}", added.text("/id"));
    let get = Method::GET;
    let large = json!({ "refresh_token": "x".repeat(300_000) });
    let out = house.as_("Priya Nair").await;
    vec![
        ("a case", 200, priya.get(&case).await),
        (
            "a case that is known",
            304,
            priya.send(get.clone(), &case, &[("If-None-Match", "\"1\"")], None).await,
        ),
        ("a list", 200, priya.get("/escalations").await),
        ("the timeline", 200, priya.get(&format!("{case}/timeline")).await),
        ("a draft", 201, priya.post("/escalations", &bare_draft()).await),
        ("an absence", 201, added),
        ("an absence taken back", 204, priya.send(Method::DELETE, &absence, &[], None).await),
        ("signing out", 204, out.send(Method::DELETE, "/sessions/current", &[], None).await),
        (
            "a new pair",
            200,
            stranger
                .post("/sessions/refresh", &json!({ "refresh_token": priya.refresh_token }))
                .await,
        ),
        (
            "malformed",
            400,
            priya.send(Method::POST, "/escalations", &[], Some("{".to_owned())).await,
        ),
        ("not signed in", 401, stranger.get("/me").await),
        ("not theirs", 403, priya.get("/notices").await),
        ("not there", 404, priya.get("/escalations/ESC-2026-999999").await),
        ("no such address", 404, stranger.get("//no/such/address").await),
        ("no such method", 405, priya.send(Method::PATCH, &case, &[], None).await),
        ("too large", 413, stranger.post("/sessions/refresh", &large).await),
        ("at fault", 422, priya.post("/escalations", &json!({})).await),
        ("without a condition", 428, priya.post(&format!("{case}/raising"), &json!({})).await),
        ("the document", 200, stranger.get("/openapi.json").await),
        ("the reference page", 200, stranger.get("//api/docs").await),
        ("the sign-in page", 200, stranger.get("//sign-in").await),
        ("the style of the pages", 200, stranger.get("//assets/pages.css").await),
        ("the home page, which leads to signing in", 200, stranger.get("//").await),
        (
            "where a link lands, which does too",
            200,
            stranger.get(&format!("//escalations/{reference}")).await,
        ),
        ("health", 200, stranger.get("//livez").await),
        ("readiness", 200, stranger.get("//readyz").await),
    ]
}

on_each_database! {
    async fn every_answer_can_be_told_from_every_other_and_is_safe_to_show(house: &House) {
        let mut request_ids = BTreeSet::new();
        for (what, status, answer) in of_every_kind(house).await {
            assert_eq!(answer.status, status, "{what}: {}", answer.body);
            let id = answer.header("x-request-id").unwrap_or_else(|| panic!("{what} has no id"));
            assert_eq!(id.len(), 36, "{what}: {id}");
            assert!(request_ids.insert(id), "{what} has the id of another");
            assert_eq!(
                answer.header("x-content-type-options").as_deref(),
                Some("nosniff"),
                "{what}"
            );
            assert_eq!(answer.header("referrer-policy").as_deref(), Some("no-referrer"), "{what}");
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
        }
    }

    async fn nobody_on_the_way_keeps_what_was_answered(house: &House) {
        for (what, _, answer) in of_every_kind(house).await {
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{what}");
        }
    }

    async fn an_error_that_is_told_by_its_id_is_not_the_callers_id(house: &House) {
        let stranger = Client::stranger(house.address);
        let claimed = [("X-Request-Id", "mine"), ("X-Correlation-Id", "mine")];
        let answer = stranger.send(Method::GET, "/me", &claimed, None).await;
        assert_problem(&answer, 401, "not-signed-in");
        assert_ne!(answer.header("x-request-id").as_deref(), Some("mine"));
    }
}
