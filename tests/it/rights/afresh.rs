//! What an operation uses up when it is asked for in earnest, made anew before each time.

use super::aim::Aim;
use super::cases::{FullHouse, State};
use super::matrix::{Somebody, aimed_at};
use super::operations::Operation;
use crate::engine::sql::Raw;
use crate::house::Answer;
use serde_json::json;

/// Whom administrators act on.
const ACTED_ON: &str = "Zoe Lambert";

/// What somebody aims an operation at. They are signed in.
pub async fn afresh(
    full: &FullHouse,
    operation: &Operation,
    state: State,
    somebody: &Somebody,
) -> Aim {
    if operation.is_of_a_case() {
        return full.aim(state);
    }
    let (house, aim) = (&full.house, aimed_at(full));
    // Who guesses wrongly here does so because it is asked of everybody.
    Raw::of(house)
        .run("delete from failed_guesses; delete from wrong_proofs; delete from api_tokens");
    match operation.id.as_str() {
        "remove_absence" => {
            let path = format!("/people/{}/absences", house.person_id(ACTED_ON));
            let body = json!({ "from_at": "2027-03-01T09:00:00Z" });
            let added = made(house.as_("Ellis Grant").await.post(&path, &body).await);
            aim.with("absences", added.text("/id"))
        }
        // One of them waits at a time: whoever is asked to approve it finds one.
        "approve_key_rotation" => {
            let ellis = house.as_("Ellis Grant").await;
            ellis.post("/signing-keys/rotations", &json!({})).await;
            let newest = ellis.get("/signing-keys/rotations").await;
            aim.with("rotations", newest.number("/items/0/number").to_string())
        }
        "revoke_own_token" => {
            let token = made(somebody.client.post("/me/api-tokens", &token()).await);
            aim.with("api-tokens", token.text("/id"))
        }
        "revoke_machine_token" => {
            let path = format!("/machines/{}/api-tokens", full.machine_id);
            let token = made(house.as_("Ellis Grant").await.post(&path, &token()).await);
            aim.with("api-tokens", token.text("/id"))
        }
        "end_session" => {
            full.as_anybody(somebody.name).await;
            let own = somebody.client.get("/me/sessions").await.list("/items");
            let other = own.iter().find(|session| session["is_current"] == false).unwrap();
            aim.with("sessions", other["id"].as_str().unwrap())
        }
        "remove_passkey" | "remove_one_time_codes" | "unlink_identity" | "reset_factors" => {
            of_a_person(full, operation, somebody, aim)
        }
        _ => aim,
    }
}

/// What nobody has without a device or a provider is put into the database.
fn of_a_person(full: &FullHouse, operation: &Operation, somebody: &Somebody, aim: Aim) -> Aim {
    let mut raw = Raw::of(&full.house);
    let id = uuid::Uuid::now_v7().to_string();
    let own = full.person_id(somebody.name);
    let acted_on = full.house.person_id(ACTED_ON);
    let mut insert = |table: &str, columns: &str, values: &str, person: &str| {
        raw.run(&format!(
            "insert into {table} (id, person_id, {columns}) select '{id}', '{person}', {values}
             from sessions order by id limit 1"
        ));
    };
    match operation.id.as_str() {
        "remove_passkey" => {
            let values = format!("'{id}', 'A key', '{{}}', created_at");
            insert("passkeys", "credential_id, name, credential, added_at", &values, &own);
            aim.with("passkeys", id)
        }
        "remove_one_time_codes" => {
            let columns = "sealed_secret, added_at, confirmed_at, last_step";
            insert("one_time_code_sources", columns, "'', created_at, created_at, 1", &own);
            aim
        }
        "unlink_identity" => {
            let values = format!("'nobody', 'https://nobody.example', '{id}', created_at");
            insert("identities", "provider, issuer, subject, linked_at", &values, &acted_on);
            aim.with("identities", id)
        }
        // It takes their password: they get it back, for what else they are asked.
        _ => {
            raw.run(&format!(
                "update people set password_hash = (select password_hash from people where id = '{}')
                 where id = '{acted_on}'",
                full.person_id("Judith Hale")
            ));
            aim
        }
    }
}

fn token() -> serde_json::Value {
    json!({ "name": "A token", "scopes": ["directory:read"], "days": 7 })
}

#[track_caller]
fn made(answer: Answer) -> Answer {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer
}
