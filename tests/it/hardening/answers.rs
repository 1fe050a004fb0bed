//! Headers of every answer to every method at every address, and what the server shows of itself.

use super::{raw, statuses};
use crate::contract::document::{document, operations};
use crate::house::{Answer, Client, Database, House, Wishes, block_on, run};
use reqwest::Method;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HACK"];
const PAGES: [&str; 14] = [
    "//",
    "//sign-in",
    "//assets/pages.css",
    "//assets/passkeys.js",
    "//invitations/bscp_as_x",
    "//forgotten-password",
    "//account",
    "//api/docs",
    "//api/v1/openapi.json",
    "//escalations/ESC-2026-000001",
    "//pages.css",
    "//.well-known/security.txt",
    "//no/such/address",
    "//api/v1/%2e%2e/%2e%2e/etc/passwd",
];

/// The directives of a content security policy.
fn directives(policy: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found = BTreeMap::new();
    for directive in policy.split(';').map(str::trim) {
        let mut words = directive.split_ascii_whitespace();
        let name = words.next().unwrap();
        assert!(found.insert(name, words.collect()).is_none(), "{name} stands twice");
    }
    found
}

#[track_caller]
fn assert_safe(what: &str, answer: &Answer) {
    let one = |name: &str| {
        let all: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert_eq!(all.len(), 1, "{what}: {name} {all:?}");
        all[0].to_str().unwrap().to_owned()
    };
    let policy = one("content-security-policy");
    let directives = directives(&policy);
    for name in ["default-src", "object-src", "base-uri", "frame-ancestors"] {
        assert_eq!(directives[name], ["'none'"], "{what}: {policy}");
    }
    for (name, sources) in &directives {
        for source in sources {
            assert!(["'none'", "'self'"].contains(source), "{what}: {name} {source}");
        }
    }
    assert!(!directives.contains_key("script-src"), "{what}: {policy}");
    let transport = one("strict-transport-security");
    assert_eq!(transport, "max-age=31536000; includeSubDomains", "{what}");
    assert_eq!(one("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(one("x-frame-options"), "DENY", "{what}");
    assert_eq!(one("cache-control"), "no-store", "{what}");
    assert_eq!(one("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(one("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(one("cross-origin-resource-policy"), "same-origin", "{what}");
    assert!(one("permissions-policy").contains("camera=()"), "{what}");
    assert_eq!(one("x-request-id").len(), 36, "{what}");
    for name in ["server", "x-powered-by", "via", "set-cookie", "access-control-allow-origin"] {
        assert_eq!(answer.header(name), None, "{what}: {name}");
    }
    let told: Vec<String> = answer.headers.values().map(|it| format!("{it:?}")).collect();
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        !told.iter().any(|it| it.contains(version) || it.contains("actix")),
        "{what}: {told:?}"
    );
    if !answer.body.as_str().is_some_and(str::is_empty) {
        one("content-type");
    }
}

#[test]
fn every_method_at_every_address_is_answered_with_safe_headers() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let all = operations(&document);
        let mut served: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in &all {
            served.entry(operation.address()).or_default().insert(operation.method.to_uppercase());
        }
        for page in PAGES {
            served.entry(page.to_owned()).or_default();
        }
        let stranger = Client::stranger(house.address);
        let ellis = house.as_("Ellis Grant").await;
        let mut count = 0;
        for (address, methods) in &served {
            let is_operation = !methods.is_empty();
            for method in METHODS {
                let asked: Method = method.parse().unwrap();
                let what = format!("{method} {address}");
                // Signing out would end what the others are asked with.
                let may_sign_in = !address.contains("/sessions/current");
                for client in [Some(&stranger), may_sign_in.then_some(&ellis)].into_iter().flatten()
                {
                    let answer = client.send(asked.clone(), address, &[], None).await;
                    assert_safe(&what, &answer);
                    let is_served =
                        methods.contains(method) || method == "HEAD" && methods.contains("GET");
                    if is_operation {
                        assert_eq!(answer.status == 405, !is_served, "{what}: {}", answer.status);
                    }
                    count += 1;
                }
            }
        }
        assert!(count > 1000, "only {count} answers");
    });
}

#[test]
fn the_gravest_answers_have_them_too() {
    run(Database::Sqlite, async |house: &House| {
        let priya = house.as_("Priya Nair").await;
        let large = json!({ "x": "x".repeat(300_000) });
        let answer = priya.post("/escalations", &large).await;
        assert_eq!(answer.status, 413);
        assert_safe("too large", &answer);
        let begun = priya.post("/escalations", &house.draft()).await;
        let known = [("If-None-Match", begun.header("etag").unwrap())];
        let known = known.map(|(name, value)| (name, value)).to_vec();
        let known: Vec<(&str, &str)> =
            known.iter().map(|(name, it)| (*name, it.as_str())).collect();
        let path = format!("/escalations/{}", begun.text("/reference"));
        let answer = priya.send(Method::GET, &path, &known, None).await;
        assert_eq!(answer.status, 304);
        assert_safe("known", &answer);
        crate::engine::sql::Raw::of(house).run("alter table escalations rename to gone");
        let answer = priya.get(&path).await;
        assert_eq!(answer.status, 500);
        assert_safe("broken", &answer);
        crate::engine::sql::Raw::of(house).run("alter table gone rename to escalations");
    });
}

#[test]
fn head_is_get_without_a_body() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let ellis = house.as_("Ellis Grant").await;
        let mut addresses: Vec<String> = operations(&document)
            .iter()
            .filter(|operation| operation.method == "get")
            .map(|operation| operation.address())
            .collect();
        addresses.extend(PAGES.map(str::to_owned));
        for address in addresses {
            let got = ellis.get(&address).await;
            let head = ellis.send(Method::HEAD, &address, &[], None).await;
            assert_eq!(head.status, got.status, "{address}");
            assert_eq!(head.body, json!(""), "{address}");
            for name in ["content-type", "content-length", "etag", "allow"] {
                assert_eq!(head.header(name), got.header(name), "{address}: {name}");
            }
        }
        // On the wire: nothing stands behind the head.
        let answer =
            raw(house, "HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert_eq!(statuses(&answer), [200]);
        assert!(answer.ends_with("\r\n\r\n") && answer.contains("content-length: 15"), "{answer}");
    });
}

#[test]
fn a_weakness_is_reported_where_the_operator_says() {
    block_on(async {
        for (contact, line) in [
            ("security@example.org", "Contact: mailto:security@example.org"),
            ("https://example.org/report", "Contact: https://example.org/report"),
        ] {
            let settings = vec![("http.security_contact", contact.to_owned())];
            let wishes = Wishes { settings, ..Wishes::default() };
            let house = House::build(Database::Sqlite, wishes).await.unwrap();
            let answer = Client::stranger(house.address).get("//.well-known/security.txt").await;
            assert_eq!(answer.status, 200);
            let kind = answer.header("content-type");
            assert_eq!(kind.as_deref(), Some("text/plain; charset=utf-8"));
            let text = answer.body.as_str().unwrap();
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(
                lines,
                [
                    line,
                    "Expires: 2027-06-19T09:10:00Z",
                    "Preferred-Languages: en",
                    "Canonical: https://escalations.example/.well-known/security.txt",
                ]
            );
        }
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let stranger = Client::stranger(house.address);
        assert_eq!(stranger.get("//.well-known/security.txt").await.status, 404);
    });
}

#[test]
fn the_reference_may_be_kept_to_oneself() {
    block_on(async {
        let settings = vec![("http.api_docs", "false".to_owned())];
        let wishes = Wishes { settings, ..Wishes::default() };
        let house = House::build(Database::Sqlite, wishes).await.unwrap();
        let stranger = Client::stranger(house.address);
        for path in ["//api/docs", "//api/v1/openapi.json"] {
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.body, stranger.get("//no/such/address").await.body);
        }
        let home = stranger.get("//sign-in").await;
        assert_eq!(home.status, 200);
        let version = env!("CARGO_PKG_VERSION");
        let text = home.body.as_str().unwrap();
        assert!(!text.contains("/api/docs") && !text.contains(version), "{text}");
    });
}

#[test]
fn a_body_that_does_not_arrive_is_not_waited_for() {
    block_on(async {
        let settings = vec![("http.body_seconds_max", "1".to_owned())];
        let wishes = Wishes { settings, ..Wishes::default() };
        let house = House::build(Database::Sqlite, wishes).await.unwrap();
        let head =
            "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        let answer = raw(&house, format!("{head}Content-Length: 100\r\n\r\n{{\"email\"")).await;
        assert_eq!(statuses(&answer), [408], "{answer}");
        assert!(answer.contains("problem-too-slow") && answer.contains("x-request-id"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    });
}
