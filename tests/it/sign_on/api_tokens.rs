//! API tokens of people and machines.

use crate::contract::{as_sent, assert_problem, on_condition, with_token};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use bscp_escalation::access::{TokenScope, token_operations};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

const NOBODY: &str = "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";

fn all_scopes() -> Vec<String> {
    TokenScope::ALL.iter().map(ToString::to_string).collect()
}

async fn make(client: &Client, scopes: &[String], days: i64) -> Answer {
    let body = json!({ "name": "Our list", "scopes": scopes, "days": days });
    client.post("/me/api-tokens", &body).await
}

/// A program with a token of this person's.
async fn program(house: &House, name: &str, scopes: &[String]) -> Client {
    let client = house.as_(name).await;
    let made = make(&client, scopes, 30).await;
    assert_eq!(made.status, 201, "{}", made.body);
    with_token(&Client::stranger(house.address), &made.text("/token"))
}

/// Every operation of the document that wants somebody: method, path as in the document, and a
/// body if it takes one.
async fn operations(house: &House) -> Vec<(String, String, Option<String>)> {
    let document = Client::stranger(house.address).get("/openapi.json").await.body;
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, it) in methods.as_object().unwrap() {
            if it.get("security").is_some() {
                let body = it.get("requestBody").map(|_| "{}".to_owned());
                all.push((method.to_uppercase(), path.clone(), body));
            }
        }
    }
    all
}

async fn ask(client: &Client, (method, path, body): &(String, String, Option<String>)) -> Answer {
    let path = path.replace("{number}", "1").replace("{version}", "1").replace("{key}", "nothing");
    let path = path.replace("{day}", "2027-01-04");
    let parts = path.split('/').map(|part| if part.starts_with('{') { NOBODY } else { part });
    let path = parts.collect::<Vec<_>>().join("/");
    let method: Method = method.parse().unwrap();
    client.send(method, &format!("/{path}"), &[("If-Match", "\"1\"")], body.clone()).await
}

on_each_database! {
    async fn a_token_is_shown_once_and_told_of(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let made = make(&priya, &["cases:read".to_owned()], 30).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let text = made.text("/token");
        assert!(text.starts_with("bscp_pat_") && text.len() == 9 + 43, "{text}");
        assert_eq!(made.text("/expires_at"), "2027-01-20T09:10:00.000000Z");
        let listed = priya.get("/me/api-tokens").await;
        assert!(!listed.body.to_string().contains("bscp_pat_"));
        let mut raw = crate::engine::sql::Raw::of(house);
        assert_eq!(raw.count("api_tokens", &format!("digest = '{text}'")), 0);
        assert_eq!(raw.count("account_letters", "kind = 'api_token_made'"), 1);
        let program = with_token(&Client::stranger(house.address), &text);
        assert_eq!(program.get("/escalations").await.status, 200);
        let listed = priya.get("/me/api-tokens").await;
        assert_eq!(listed.text("/items/0/last_used_on"), "2026-12-21");
    }

    async fn a_token_lives_for_its_days_and_no_second_longer(house: &House) {
        let program = program(house, "Priya Nair", &["cases:read".to_owned()]).await;
        house.advance_to("2027-01-20T09:09:59Z").await;
        assert_eq!(program.get("/escalations").await.status, 200);
        house.advance_to("2027-01-20T09:10:00Z").await;
        assert_problem(&program.get("/escalations").await, 401, "not-signed-in");
    }

    async fn whatever_is_wrong_with_a_token_is_one_answer(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let made = make(&priya, &["cases:read".to_owned()], 30).await;
        let path = format!("/me/api-tokens/{}", made.text("/id"));
        assert_eq!(priya.send(Method::DELETE, &path, &[], None).await.status, 204);
        let again = priya.send(Method::DELETE, &path, &[], None).await;
        assert_problem(&again, 404, "not-found");
        let tom = program(house, "Tom Okafor", &["cases:read".to_owned()]).await;
        let ellis = house.as_("Ellis Grant").await;
        let person = format!("/people/{}", house.person_id("Tom Okafor"));
        let read = ellis.get(&person).await;
        let mut moved = as_sent(&read);
        moved["agency_id"] = json!(house.agency_id("police"));
        let etag = read.header("etag").unwrap();
        assert_eq!(on_condition(&ellis, Method::PUT, &person, &etag, &moved).await.status, 200);
        let text = made.text("/token");
        let last = text.chars().last().unwrap();
        let other = if last == 'A' { 'B' } else { 'A' };
        let stranger = Client::stranger(house.address);
        let bad_jwt = with_token(&stranger, "not.a.token").get("/me").await;
        for (what, token) in [
            ("revoked", text.clone()),
            ("of somebody who changed their agency", tom.token.clone().unwrap()),
            ("unknown", format!("{}{other}", &text[..text.len() - 1])),
            ("of another kind", text.replace("_pat_", "_mat_")),
            ("cut", text[..text.len() - 1].to_owned()),
            ("longer", format!("{text}A")),
            ("the mark alone", "bscp_pat_".to_owned()),
        ] {
            let answer = with_token(&stranger, &token).get("/me").await;
            assert_problem(&answer, 401, "not-signed-in");
            assert_eq!(answer.body, bad_jwt.body, "{what}");
        }
    }

    async fn a_token_is_made_by_somebody_who_is_there_for_at_most_a_year(house: &House) {
        let priya = house.as_("Priya Nair").await;
        for (scopes, days, at) in [
            (vec!["cases:read".to_owned()], 0, "/days"),
            (vec!["cases:read".to_owned()], 366, "/days"),
            (vec![], 30, "/scopes"),
            (vec!["everything".to_owned()], 30, "/scopes/0"),
        ] {
            let answer = make(&priya, &scopes, days).await;
            assert_problem(&answer, 422, "faulty");
            assert_eq!(answer.faults(), [at]);
        }
        house.advance_to("2026-12-21T09:15:01Z").await;
        assert_problem(&make(&priya, &["cases:read".to_owned()], 30).await, 403, "prove-again");
        let program = program(house, "Priya Nair", &all_scopes()).await;
        assert_problem(&make(&program, &["cases:read".to_owned()], 30).await, 403, "not-yours");
    }

    async fn a_token_never_carries_an_administrators_rights(house: &House) {
        let program = program(house, "Ellis Grant", &all_scopes()).await;
        assert_eq!(program.get("/me").await.body["administrator"], false);
        let newcomer = json!({ "name": "Nadia Costa", "email": "nadia.costa@sundial.example" });
        assert_problem(&program.post("/people", &newcomer).await, 403, "not-yours");
    }

    async fn a_machine_reads_and_does_nothing_else(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let body = json!({ "name": "School list", "agency_id": house.agency_id("primary") });
        let priya = house.as_("Priya Nair").await;
        assert_problem(&priya.post("/machines", &body).await, 403, "not-yours");
        let machine = ellis.post("/machines", &body).await;
        assert_eq!(machine.status, 201, "{}", machine.body);
        assert_eq!(machine.text("/kind"), "machine");
        let id = machine.text("/id");
        let tokens = format!("/machines/{id}/api-tokens");
        let wish = |scope: &str| json!({ "name": "List", "scopes": [scope], "days": 365 });
        let refused = ellis.post(&tokens, &wish("cases:read")).await;
        assert_eq!(refused.faults(), ["/scopes/0"]);
        assert_problem(&priya.post(&tokens, &wish("directory:read")).await, 403, "not-yours");
        let made = ellis.post(&tokens, &wish("directory:read")).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(made.text("/token").starts_with("bscp_mat_"));
        let program = with_token(&Client::stranger(house.address), &made.text("/token"));
        assert_eq!(program.get("/people").await.status, 200);
        assert_problem(&program.get("/escalations").await, 403, "not-yours");
        // It is nobody to be asked, and holds no post.
        let mut draft = house.draft();
        draft["draft"]["receiving_agency_id"] = json!(house.agency_id("primary"));
        draft["draft"]["receiving_practitioner_id"] = json!(id);
        let tom = house.as_("Tom Okafor").await;
        let begun = tom.post("/escalations", &draft).await;
        let answer = tom.command(&begun.text("/reference"), "raising", &json!({})).await;
        assert_eq!(answer.faults(), ["/draft/receiving_practitioner_id"], "{}", answer.body);
        let post = json!({
            "title": "A post", "place": { "of": "agency", "agency_id": house.agency_id("primary"),
            "rung": "practitioner" }, "holders": [id], "deputies": []
        });
        let answer = ellis.post("/posts", &post).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        // It is no administrator, and is disabled like anybody.
        let path = format!("/people/{id}");
        let read = ellis.get(&path).await;
        let mut body = as_sent(&read);
        body.as_object_mut().unwrap().remove("kind");
        body["administrator"] = json!(true);
        let etag = read.header("etag").unwrap();
        let answer = on_condition(&ellis, Method::PUT, &path, &etag, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        body["administrator"] = json!(false);
        body["active"] = json!(false);
        let answer = on_condition(&ellis, Method::PUT, &path, &etag, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_problem(&program.get("/people").await, 401, "not-signed-in");
    }

    async fn the_database_lets_no_machine_hold_a_post_or_keep_the_directory(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let body = json!({ "name": "School list", "agency_id": house.agency_id("primary") });
        let id = ellis.post("/machines", &body).await.text("/id");
        let mut raw = crate::engine::sql::Raw::of(house);
        for statement in [
            format!("insert into post_holders (post_id, person_id) select id, '{id}' from posts limit 1"),
            format!("insert into post_deputies (post_id, person_id, rank) select id, '{id}', 9 from posts limit 1"),
            format!("update people set password_hash = 'x' where id = '{id}'"),
            format!("update people set kind = 'robot' where id = '{id}'"),
        ] {
            let why = raw.refusal(&statement);
            assert!(why.contains("machine") || why.contains("check"), "{why}");
        }
    }

    async fn every_operation_wants_its_scope_and_what_has_none_wants_somebody(house: &House) {
        let operations = operations(house).await;
        let known: BTreeSet<(String, String)> =
            operations.iter().map(|(method, path, _)| (method.clone(), path.clone())).collect();
        for (scope, method, path) in token_operations() {
            let there = known.contains(&((*method).to_owned(), (*path).to_owned()));
            assert!(there, "{scope} is for {method} {path}, which is no operation");
        }
        let mut programs = Vec::new();
        for scope in TokenScope::ALL {
            programs.push((scope, program(house, "Judith Hale", &[scope.to_string()]).await));
        }
        for operation in &operations {
            let (method, path, _) = operation;
            let wanted = token_operations()
                .iter()
                .find(|(_, its, of)| its == method && of == path)
                .map(|(scope, ..)| *scope);
            for (scope, program) in &programs {
                let answer = ask(program, operation).await;
                let detail = answer.body["detail"].as_str().unwrap_or_default().to_owned();
                let by_scope = answer.status == 403 && detail.contains("API token");
                assert_eq!(by_scope, wanted != Some(*scope), "{method} {path} with {scope}: {detail}");
                if let Some(wanted) = wanted.filter(|_| by_scope) {
                    assert!(detail.contains(&wanted.to_string()), "{detail}");
                }
            }
        }
    }
}

#[test]
fn nothing_of_an_account_and_nothing_grave_is_in_the_table() {
    for (scope, method, path) in token_operations() {
        for word in [
            "sessions",
            "tokens",
            "identities",
            "machines",
            "password",
            "invitation",
            "factor",
            "passkey",
            "publications",
            "signing-keys",
            "recover",
            "determinations",
            "withdrawals",
            "set-up",
        ] {
            assert!(!path.contains(word), "{scope}: {method} {path}");
        }
    }
}
