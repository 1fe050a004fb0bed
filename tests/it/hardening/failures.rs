//! When the world fails: a generic answer with an id, nothing of the inside, nothing permitted.

use crate::contract::document::{document, operations};
use crate::engine::sql::Raw;
use crate::house::{Answer, Client, House, PASSWORD};
use crate::on_each_database;
use reqwest::Method;
use serde_json::json;

/// What no answer says, in small letters.
const INSIDE: [&str; 18] = [
    "select ",
    "insert ",
    "update ",
    "diesel",
    "sqlite",
    "postgres",
    "libpq",
    "/src/",
    ".rs:",
    "no such table",
    "no such column",
    "relation \"",
    "constraint",
    "syntax error",
    "panicked",
    "backtrace",
    "_gone",
    "/tmp/",
];

fn assert_says_nothing(what: &str, answer: &Answer) {
    let told = format!("{:?} {}", answer.headers, answer.body).to_lowercase();
    for word in INSIDE {
        assert!(!told.contains(word), "{what} says {word:?}: {told}");
    }
    assert_eq!(answer.header("x-request-id").map(|id| id.len()), Some(36), "{what}");
    if answer.status >= 500 && !what.contains("/readyz") {
        assert!([500, 503].contains(&answer.status), "{what}: {}", answer.status);
        let kind = answer.header("content-type");
        assert_eq!(kind.as_deref(), Some("application/problem+json"), "{what}");
        assert!(answer.text("/detail").starts_with("Nothing was changed."), "{what}");
    }
}

/// Every operation, as somebody who may do most of it.
async fn ask_everything(
    house: &House,
    clients: &[(&str, &Client)],
    what: &str,
) -> Vec<(String, u16)> {
    let document = document(house).await;
    let mut answered = Vec::new();
    for operation in operations(&document) {
        if operation.id == "sign_out" {
            continue;
        }
        let is_case = operation.path.starts_with("/api/v1/escalations");
        let (who, client) = clients[usize::from(!is_case)];
        let body = match operation.id.as_str() {
            "sign_in" => json!({ "email": house.email("Priya Nair"), "password": PASSWORD }),
            "begin_draft" => house.draft(),
            _ => json!({}),
        };
        let body = operation.it.get("requestBody").map(|_| body.to_string());
        let headers = [("If-Match", "\"1\"")];
        let answer = client.send(operation.method(), &operation.address(), &headers, body).await;
        let what = format!("{what}: {} {} as {who}", operation.method, operation.path);
        assert_says_nothing(&what, &answer);
        answered.push((operation.id.clone(), answer.status));
    }
    answered
}

on_each_database! {
    async fn a_database_that_lacks_a_table_permits_nothing_and_tells_nothing(house: &House) {
        let reference = house.raised().await;
        let priya = house.as_("Priya Nair").await;
        let ellis = house.as_("Ellis Grant").await;
        let clients = [("Priya Nair", &priya), ("Ellis Grant", &ellis)];
        let mut raw = Raw::of(house);
        let tables = super::tables(&mut raw);
        assert!(tables.len() > 20, "{tables:?}");
        let open = [
            "livez",
            "readyz",
            "read_server",
            "begin_passkey_sign_in",
            "sign_in",
            "refresh_session",
        ];
        let mut failed_count = 0;
        for table in tables {
            raw.run(&format!("alter table {table} rename to {table}_gone"));
            let answered = ask_everything(house, &clients, &table).await;
            failed_count += answered.iter().filter(|(_, status)| *status >= 500).count();
            // Without these nobody can be told from anybody: nothing is done.
            if ["sessions", "people", "signing_keys", "posts", "post_holders"].contains(&&*table) {
                for (id, status) in &answered {
                    let is_open = open.contains(&id.as_str());
                    assert!(is_open || *status >= 400, "{id} was done without {table}");
                }
            }
            let command = priya
                .send(
                    Method::POST,
                    &format!("/escalations/{reference}/withdrawals"),
                    &[("If-Match", "\"9999\"")],
                    Some(json!({ "reason": "x" }).to_string()),
                )
                .await;
            assert_says_nothing(&table, &command);
            assert!(command.status >= 400, "{table}: {}", command.status);
            raw.run(&format!("alter table {table}_gone rename to {table}"));
        }
        assert!(failed_count > 200, "only {failed_count} failures were seen");
        let read = priya.get(&format!("/escalations/{reference}")).await;
        assert_eq!(read.status, 200, "the process lives: {}", read.body);
    }

    async fn a_server_whose_connections_are_cut_goes_on(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let mut raw = Raw::of(house);
        if raw.is_sqlite() {
            return;
        }
        let cut = "select count(pg_terminate_backend(pid)) as value from pg_stat_activity \
                   where datname = current_database() and pid <> pg_backend_pid()";
        assert!(raw.number(cut) > 0);
        for _ in 0..20 {
            let answer = priya.get("/me").await;
            assert_says_nothing("cut", &answer);
        }
        assert_eq!(priya.get("/me").await.status, 200);
    }
}
