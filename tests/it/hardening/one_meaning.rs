//! The same bytes are never read in two ways: bodies and queries with two meanings are refused.

use super::{raw, statuses};
use crate::contract::document::{document, operations};
use crate::house::{Answer, Client, Database, House, run};
use crate::on_each_database;
use reqwest::Method;
use serde_json::Value;

async fn send(client: &Client, body: &str) -> Answer {
    client.send(Method::POST, "/escalations", &[], Some(body.to_owned())).await
}

fn problem(answer: &Answer) -> (u16, String) {
    let kind = answer.body["type"].as_str().unwrap_or_default();
    (answer.status, kind.rsplit('-').next().unwrap_or_default().to_owned())
}

/// A body sent as these bytes under this content type.
async fn sent_as(house: &House, token: &str, kind: &str, body: &[u8]) -> u16 {
    let head = format!(
        "POST /api/v1/escalations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n{kind}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = raw(house, [head.as_bytes(), body].concat()).await;
    statuses(&answer)[0]
}

on_each_database! {
    async fn a_body_with_two_meanings_is_refused_at_its_place(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let before = priya.get("/escalations").await.list("/items").len();
        for (body, place) in [
            (r#"{"draft":{},"draft":{}}"#, "/draft"),
            (r#"{"draft":{"facts":"a","facts":"b"}}"#, "/draft/facts"),
            (r#"{"draft":{"child":{"initials":"A","initials":"B"}}}"#, "/draft/child/initials"),
            (r#"{"draft":{"f\u0061cts":"a","facts":"b"}}"#, "/draft/facts"),
            (r#"{"unknown":[{"a":1,"a":1}]}"#, "/unknown/0/a"),
            (r#"{"draft":18446744073709551616}"#, "/draft"),
            (r#"{"draft":9007199254740993.0}"#, "/draft"),
        ] {
            let answer = send(&priya, body).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.body);
            assert_eq!(answer.faults(), [place], "{body}");
        }
        let deep = [
            format!("{{\"draft\":{}{}}}", "[".repeat(1000), "]".repeat(1000)),
            format!("{{\"draft\":{}", "{\"a\":".repeat(20_000)),
            "[".repeat(100_000),
        ];
        for body in deep {
            let answer = send(&priya, &body).await;
            assert!([400, 422].contains(&answer.status), "{}", answer.body);
        }
        for body in [
            r#"{"draft":NaN}"#,
            r#"{"draft":Infinity}"#,
            r#"{"draft":1e400}"#,
            r#"{"draft":"\ud800"}"#,
            r#"{"draft":{"facts":"\udfff"}}"#,
            "\u{feff}{}",
            "{} {}",
            "{}x",
            "{} ]",
            "{/* */}",
            "{'a':1}",
            r#"{"a":1,}"#,
        ] {
            assert_eq!(problem(&send(&priya, body).await), (400, "request".to_owned()), "{body}");
        }
        assert_eq!(priya.get("/escalations").await.list("/items").len(), before);
    }
}

#[test]
fn a_body_is_utf_8_and_says_nothing_else() {
    run(Database::Sqlite, async |house: &House| {
        let priya = house.as_("Priya Nair").await;
        let token = priya.token.unwrap();
        let body = br#"{"immediate_danger":{"in_immediate_danger":false}}"#;
        let utf_16: Vec<u8> = body.iter().flat_map(|byte| [*byte, 0]).collect();
        for (kind, expected) in [
            ("Content-Type: application/json\r\n", 201),
            ("Content-Type: application/json; charset=utf-8\r\n", 201),
            ("Content-Type: Application/JSON;charset=\"UTF-8\"\r\n", 201),
            ("Content-Type: application/json; charset=utf-16\r\n", 400),
            ("Content-Type: application/json; charset=utf-7\r\n", 400),
            ("Content-Type: application/json; charset=iso-8859-1\r\n", 400),
            ("Content-Type: application/json; charset=utf-8; charset=utf-7\r\n", 400),
            ("Content-Type: application/json\r\nContent-Type: text/plain\r\n", 415),
            ("Content-Type: text/plain\r\n", 415),
            ("Content-Type: application/x-www-form-urlencoded\r\n", 415),
            ("Content-Type: multipart/form-data; boundary=x\r\n", 415),
            ("Content-Type: application/jsonx\r\n", 415),
            ("", 415),
        ] {
            assert_eq!(sent_as(house, &token, kind, body).await, expected, "{kind}");
        }
        let json = "Content-Type: application/json\r\n";
        assert_eq!(sent_as(house, &token, json, &utf_16).await, 400);
        assert_eq!(sent_as(house, &token, json, b"\xff\xfe{}").await, 400);
        assert_eq!(sent_as(house, &token, json, b"+AHs-+AH0-").await, 400);
        let packed = format!("{json}Content-Encoding: gzip\r\n");
        assert_eq!(sent_as(house, &token, &packed, b"\x1f\x8b\x08\0").await, 400);
    });
}

#[test]
fn a_query_says_each_thing_once_and_nothing_that_is_not_known() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let ellis = house.as_("Ellis Grant").await;
        for operation in operations(&document) {
            if operation.id == "sign_out" {
                continue;
            }
            let (id, address) = (&operation.id, operation.address());
            let body = operation.it.get("requestBody").map(|_| "{}".to_owned());
            let in_query = |it: &&&Value| it["in"] == "query";
            let known = operation.parameters().iter().find(in_query).map(|it| it["name"].clone());
            let mut queries = vec!["mood=good".to_owned(), "limit%00=1&limit%00=1".to_owned()];
            if let Some(Value::String(name)) = known {
                queries.push(format!("{name}=1&{name}=1"));
                queries.push(format!("{name}=1&{}={}", name.replace('i', "%69"), 1));
                queries.push(name.to_uppercase() + "=1");
                queries.push(format!("{name}[]=1"));
            }
            for query in queries {
                let path = format!("{address}?{query}");
                let headers = [("If-Match", "\"1\"")];
                let answer = ellis.send(operation.method(), &path, &headers, body.clone()).await;
                assert_eq!(answer.status, 400, "{id} {path}: {}", answer.body);
                assert!(!answer.body.to_string().contains("mood"), "{}", answer.body);
            }
        }
        // A link in a message still leads somewhere when a mail gateway has added to it.
        let landing = Client::stranger(house.address);
        assert_eq!(landing.get("//escalations/ESC-2026-000001?utm_source=mail").await.status, 200);
        assert_eq!(landing.get("//escalations/ESC-2026-000001?a=1&a=2").await.status, 400);
    });
}

#[test]
fn no_body_takes_whatever_comes() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut wanted: Vec<String> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for operation in operations(&document) {
            collect(&operation.it["requestBody"], &mut wanted);
        }
        while let Some(name) = wanted.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let schema = &schemas[&name];
            collect(schema, &mut wanted);
            assert_closed(&name, schema);
        }
        assert!(seen.len() > 20, "{seen:?}");
    });
}

/// The names of the schemas that something refers to.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(to)) = object.get("$ref") {
                found.push(to.rsplit('/').next().unwrap().to_owned());
            }
            object.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// No object takes fields that it does not name, and no value is of any kind.
fn assert_closed(name: &str, schema: &Value) {
    let Some(object) = schema.as_object() else { return };
    if object.contains_key("properties") {
        assert_eq!(schema["additionalProperties"], Value::Bool(false), "{name}: {schema}");
    }
    let is_object = object.get("type").is_some_and(|kind| kind == "object");
    let is_open = object.get("additionalProperties").is_some_and(|it| *it != Value::Bool(false));
    assert!(!is_object || !is_open, "{name} is a map of anything: {schema}");
    for (key, value) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let says = ["type", "$ref", "oneOf", "anyOf", "allOf", "enum", "const"];
        assert!(says.iter().any(|it| value.get(it).is_some()), "{name}.{key} takes anything");
        assert_closed(&format!("{name}.{key}"), value);
    }
}
