//! The API document, and the page and the command that show it.

use super::{NOBODY, assert_problem, with_token};
use crate::house::{Answer, Client, Database, House, run};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::process::Command;

/// What may be asked without being signed in.
const OPEN: [&str; 17] = [
    "sign_in",
    "refresh_session",
    "livez",
    "readyz",
    "set_up",
    "redeem_invitation",
    "begin_link_by_invitation",
    "request_password_reset",
    "redeem_password_reset",
    "prove_second_factor",
    "begin_first_one_time_codes",
    "confirm_first_one_time_codes",
    "begin_first_passkey",
    "add_first_passkey",
    "begin_passkey_sign_in",
    "sign_in_by_passkey",
    "read_server",
];
/// What takes a password: the person's own. An operation by which somebody would choose a password
/// for somebody else has no place here.
const TAKE_PASSWORDS: [&str; 6] = [
    "sign_in",
    "set_up",
    "redeem_invitation",
    "redeem_password_reset",
    "change_password",
    "prove_again",
];
/// What needs neither condition nor key: it changes nothing and is too long for an address; or its
/// condition is the present password, of which no digest is to be kept beside a key.
const QUESTIONS: [&str; 4] =
    ["simulate_policy", "change_password", "prove_again", "hand_in_bounce"];
/// What somebody does who cannot know the version, for they do not see the case yet.
const WITHOUT_CONDITION: [&str; 1] = ["break_glass"];
/// What answers a secret: the answer is never kept, and so never given again.
const SHOWN_ONCE: [&str; 6] = [
    "make_own_token",
    "make_machine_token",
    "begin_link",
    "begin_link_by_invitation",
    "add_passkey",
    "confirm_one_time_codes",
];
const METHODS: [&str; 9] =
    ["get", "head", "post", "put", "patch", "delete", "options", "trace", "hack"];

pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub it: Value,
}

impl Operation {
    /// Its address with made-up parameters, as the house's client wants it.
    pub fn address(&self) -> String {
        let path = self.path.replace("{number}", "1").replace("{version}", "1");
        let path = path.replace("{key}", "nothing").replace("{id}", NOBODY);
        let path = path
            .replace("{absence_id}", NOBODY)
            .replace("{token_id}", NOBODY)
            .replace("{identity_id}", NOBODY)
            .replace("{day}", "2027-01-04");
        format!("/{path}")
    }

    pub fn method(&self) -> Method {
        self.method.to_uppercase().parse().unwrap()
    }

    pub fn is_open(&self) -> bool {
        OPEN.contains(&self.id.as_str())
    }

    pub fn parameters(&self) -> Vec<&Value> {
        self.it["parameters"].as_array().into_iter().flatten().collect()
    }

    pub fn has_parameter(&self, name: &str) -> bool {
        self.parameters().iter().any(|parameter| parameter["name"] == name)
    }

    pub async fn send(&self, client: &Client) -> Answer {
        let body = self.it.get("requestBody").map(|_| "{}".to_owned());
        client.send(self.method(), &self.address(), &[("If-Match", "\"1\"")], body).await
    }
}

pub async fn document(house: &House) -> Value {
    let answer = Client::stranger(house.address).get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type").as_deref(), Some("application/json"));
    answer.body
}

pub fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, it) in methods.as_object().unwrap() {
            let id = it["operationId"].as_str().unwrap_or_default().to_owned();
            all.push(Operation { id, method: method.clone(), path: path.clone(), it: it.clone() });
        }
    }
    assert!(all.len() > 50, "only {} operations", all.len());
    all
}

fn visit(value: &Value, seen: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            seen(object);
            object.values().for_each(|value| visit(value, seen));
        }
        Value::Array(items) => items.iter().for_each(|value| visit(value, seen)),
        _ => {}
    }
}

#[test]
fn the_document_is_openapi_3_1_and_every_reference_in_it_leads_somewhere() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        let mut count = 0;
        visit(&document, &mut |object| {
            if let Some(Value::String(reference)) = object.get("$ref") {
                let pointer = reference.strip_prefix('#').expect("a reference within");
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                count += 1;
            }
        });
        assert!(count > 100, "only {count} references");
    });
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let mut names = BTreeSet::new();
        for operation in operations(&document) {
            let Operation { id, path, it, .. } = &operation;
            assert!(!id.is_empty(), "{} {path} has no name", operation.method);
            assert!(names.insert(id.clone()), "two are called {id}");
            assert!(it["summary"].as_str().is_some_and(|text| !text.is_empty()), "{id}");
            assert_eq!(it["tags"].as_array().map(Vec::len), Some(1), "{id}: one tag");
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                let name = name.trim_end_matches('}');
                assert!(operation.has_parameter(name), "{id} does not explain {name}");
            }
        }
    });
}

#[test]
fn a_change_says_how_it_is_conditioned_and_repeated_and_takes_no_field_that_it_does_not_know() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        for operation in operations(&document) {
            let Operation { id, it, .. } = &operation;
            let Some(schema) = it.pointer("/requestBody/content/application~1json/schema") else {
                continue;
            };
            let pointer = schema["$ref"].as_str().unwrap().trim_start_matches('#');
            let body = document.pointer(pointer).unwrap();
            assert_eq!(body["additionalProperties"], json!(false), "{id} takes any field");
            let shows_secret = SHOWN_ONCE.contains(&id.as_str());
            if operation.is_open() || shows_secret || QUESTIONS.contains(&id.as_str()) {
                assert!(!shows_secret || !operation.has_parameter("Idempotency-Key"), "{id}");
                continue;
            }
            assert!(operation.has_parameter("Idempotency-Key"), "{id} is not repeatable");
            let is_creation = it["responses"].get("201").is_some();
            let is_conditioned = !is_creation && !WITHOUT_CONDITION.contains(&id.as_str());
            assert_eq!(operation.has_parameter("If-Match"), is_conditioned, "{id}");
            let done = it["responses"].as_object().unwrap().keys().filter(|s| s.starts_with('2'));
            assert_eq!(done.count(), 1, "{id} can be done in one way");
        }
    });
}

#[test]
fn every_operation_is_served_and_answers_as_the_document_says() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        for who in ["Priya Nair", "Ellis Grant"] {
            let somebody = house.as_(who).await;
            for operation in operations(&document) {
                let client = if operation.id == "sign_out" {
                    house.as_(who).await
                } else {
                    somebody.clone()
                };
                let answer = operation.send(&client).await;
                let id = &operation.id;
                assert_ne!(answer.status, 405, "{id} is not served");
                let detail = answer.body["detail"].as_str().unwrap_or_default();
                assert!(!detail.contains("nothing at this address"), "{id} is not served");
                let told = &operation.it["responses"][answer.status.to_string()];
                assert!(told.is_object(), "{id} does not tell of {}", answer.status);
                let kind = answer.header("content-type");
                let kinds = told["content"].as_object().map(Map::keys);
                match (kind, kinds) {
                    (Some(kind), Some(mut kinds)) => {
                        assert!(kinds.any(|told| *told == kind), "{id} does not tell of {kind}");
                    }
                    (None, None) => {}
                    (kind, _) => panic!("{id} answers {kind:?}, told otherwise"),
                }
            }
        }
    });
}

#[test]
fn nobody_chooses_a_password_for_somebody_else() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let mut takers = BTreeSet::new();
        for operation in operations(&document) {
            let schema = operation.it.pointer("/requestBody/content/application~1json/schema");
            let Some(reference) = schema.and_then(|schema| schema["$ref"].as_str()) else {
                continue;
            };
            let body = document.pointer(reference.trim_start_matches('#')).unwrap();
            let fields = body["properties"].as_object().into_iter().flat_map(Map::keys);
            if fields.into_iter().any(|field| field.contains("password")) {
                takers.insert(operation.id.clone());
            }
        }
        assert_eq!(takers, TAKE_PASSWORDS.map(str::to_owned).into());
    });
}

#[test]
fn a_change_tells_of_every_way_in_which_it_is_refused() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        for operation in operations(&document) {
            let Operation { id, it, .. } = &operation;
            let told = |status: &str| it["responses"].get(status).is_some();
            if it.get("requestBody").is_some() {
                for status in ["400", "401", "413", "415", "422"] {
                    assert!(told(status), "{id} does not tell of {status}");
                }
            }
            if operation.has_parameter("If-Match") {
                for status in ["403", "404", "412", "428"] {
                    assert!(told(status), "{id} does not tell of {status}");
                }
            }
            if it["responses"].get("200").is_some_and(|done| {
                done["description"].as_str().is_some_and(|text| text.contains("ETag is in"))
            }) && operation.method == "get"
            {
                assert!(told("304"), "{id} does not tell of 304");
            }
        }
    });
}

#[test]
fn every_other_method_is_refused_with_those_that_there_are() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let priya = house.as_("Priya Nair").await;
        let all = operations(&document);
        let mut places: Vec<(String, BTreeSet<String>)> = Vec::new();
        for operation in &all {
            let address = operation.address();
            match places.iter_mut().find(|(there, _)| *there == address) {
                Some((_, methods)) => _ = methods.insert(operation.method.clone()),
                None => places.push((address, [operation.method.clone()].into())),
            }
        }
        let pages = [
            "//api/v1/openapi.json",
            "//api/docs",
            "//",
            "//escalations/ESC-2026-000001",
            "//pages.css",
            "//sign-in",
            "//assets/pages.css",
            "//.well-known/security.txt",
            "//assets/passkeys.js",
            "//account",
        ];
        for page in pages {
            places.push((page.to_owned(), ["get".to_owned()].into()));
        }
        // A form of nobody's page is refused, which is not the same as no such method.
        for page in ["//invitations/bscp_as_x", "//password-resets/bscp_as_x"] {
            places.push((page.to_owned(), ["get".to_owned(), "post".to_owned()].into()));
        }
        for (address, served) in places {
            let mut served = served;
            if served.contains("get") {
                served.insert("head".to_owned());
            }
            let allow: BTreeSet<String> = served.iter().map(|m| m.to_uppercase()).collect();
            for method in METHODS.iter().filter(|method| !served.contains(**method)) {
                let asked: Method = method.to_uppercase().parse().unwrap();
                let answer = priya.send(asked, &address, &[], None).await;
                assert_eq!(answer.status, 405, "{method} {address}: {}", answer.body);
                let told = answer.header("allow").unwrap_or_default();
                let told: BTreeSet<String> = told.split(", ").map(str::to_owned).collect();
                assert_eq!(told, allow, "{method} {address}");
                let is_page =
                    answer.header("content-type").is_some_and(|it| it.starts_with("text/html"));
                // Pages say so as a page.
                if *method != "head" && !is_page {
                    assert_problem(&answer, 405, "method-not-allowed");
                }
            }
        }
    });
}

#[test]
fn everything_but_signing_in_and_health_wants_a_token() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        assert_eq!(document["components"]["securitySchemes"]["bearer"]["type"], "http");
        assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
        let stranger = Client::stranger(house.address);
        let forger = with_token(&stranger, "not.a.token");
        for operation in operations(&document) {
            let id = &operation.id;
            if operation.is_open() {
                assert!(operation.it.get("security").is_none(), "{id} asks for a token");
                let answer = operation.send(&stranger).await;
                assert!([200, 422].contains(&answer.status), "{id}: {}", answer.body);
                continue;
            }
            assert_eq!(operation.it["security"], json!([{ "bearer": [] }]), "{id}");
            for client in [&stranger, &forger] {
                let answer = operation.send(client).await;
                assert_problem(&answer, 401, "not-signed-in");
                assert_eq!(answer.header("www-authenticate").as_deref(), Some("Bearer"), "{id}");
            }
        }
    });
}

#[test]
fn the_reference_page_shows_every_operation_and_needs_nothing_from_elsewhere() {
    run(Database::Sqlite, async |house: &House| {
        let document = document(house).await;
        let answer = Client::stranger(house.address).get("//api/docs").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type").as_deref(), Some("text/html; charset=utf-8"));
        let page = answer.body.as_str().unwrap();
        for word in ["<script", "javascript:", " src=", "<style", " style=", "<iframe", "http:"] {
            assert!(!page.to_lowercase().contains(word), "the page has {word}");
        }
        let targets: Vec<&str> =
            page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(targets.len() > 30, "only {} links", targets.len());
        for target in targets {
            match target.strip_prefix('#') {
                Some(id) => {
                    assert!(page.contains(&format!(" id=\"{id}\"")), "{target} leads nowhere")
                }
                None => assert!(
                    ["/api/v1/openapi.json", "/pages.css"].contains(&target),
                    "a link to elsewhere: {target}"
                ),
            }
        }
        for operation in operations(&document) {
            let Operation { id, method, path, .. } = &operation;
            assert!(page.contains(&format!(" id=\"{id}\"")), "{id} is not on the page");
            assert!(page.contains(&format!("<code>{path}</code>")), "{method} {path}");
        }
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for name in schemas.keys() {
            assert!(page.contains(&format!(" id=\"schema-{name}\"")), "{name} is not on the page");
        }
    });
}

#[test]
fn the_program_prints_the_document_that_the_server_shows() {
    run(Database::Sqlite, async |house: &House| {
        let printed =
            Command::new(env!("CARGO_BIN_EXE_bscp-escalation")).arg("openapi").output().unwrap();
        assert!(printed.status.success());
        let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
        assert_eq!(printed, document(house).await);
    });
}
