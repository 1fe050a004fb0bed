//! The first administrator: no default account, and a secret that dies young.

use super::{assert_word, behind_a_proxy, network, post_from, sign_in_from};
use crate::engine::sql::Raw;
use crate::house::{Client, House};
use crate::on_each_database;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

const CHOSEN: &str = "slow amber teapots wander north";

fn body(secret: &str) -> Value {
    json!({
        "secret": secret, "name": "Robin Ashe", "email": "robin.ashe@example.org",
        "password": CHOSEN,
    })
}

/// Nobody has a password, as on a fresh server.
fn forget_passwords(house: &House) {
    Raw::of(house).run("update people set password_hash = null");
}

async fn fresh_secret(house: &House) -> String {
    let file = house.engine.make_set_up_secret().await.unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::read_to_string(file).unwrap().trim().to_owned()
}

async fn set_up(house: &House, secret: &str) -> crate::house::Answer {
    Client::stranger(house.address).post("/set-up", &body(secret)).await
}

on_each_database! {
    async fn the_secret_makes_one_administrator_once(house: &House) {
        assert_eq!(house.engine.make_set_up_secret().await.unwrap(), None, "Ellis Grant can sign in");
        let nothing_to_do = set_up(house, "bscp_as_guess").await;
        assert_word(&nothing_to_do, 404, "not-found");
        forget_passwords(house);
        let secret = fresh_secret(house).await;
        let wrong = set_up(house, "bscp_as_guess").await;
        assert_eq!(wrong.body, nothing_to_do.body);
        let mut weak = body(&secret);
        weak["password"] = json!("safeguarding2026");
        let weak = Client::stranger(house.address).post("/set-up", &weak).await;
        assert_eq!((weak.status, weak.faults()), (422, vec!["/password".to_owned()]));
        let made = set_up(house, &secret).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.body["administrator"], json!(true));
        assert!(!house.settings.data_dir.join("set-up-secret").exists());
        let robin = sign_in_from(house, "127.0.0.1", "robin.ashe@example.org", CHOSEN).await;
        assert_eq!(robin.status, 200);
        assert_eq!(set_up(house, &secret).await.body, nothing_to_do.body);
        let held = "select digest as value from set_up_secrets";
        assert_eq!(Raw::of(house).texts(held), [""; 0]);
    }

    /// An administrator who signs in without a password is there all the same.
    async fn there_is_nothing_to_set_up_while_an_administrator_has_any_way_in(house: &House) {
        let ellis = house.person_id("Ellis Grant");
        let mut raw = Raw::of(house);
        forget_passwords(house);
        let early = fresh_secret(house).await;
        let at = "'2026-12-21T09:10:00.000000Z'";
        for (table, columns, values) in [
            ("passkeys", "credential_id, name, credential, added_at", format!("'x', 'desk', '{{}}', {at}")),
            ("identities", "provider, issuer, subject, linked_at",
                format!("'school', 'https://id.example', 'ellis-1', {at}")),
        ] {
            let row = |person: &str| {
                let id = uuid::Uuid::now_v7();
                format!("insert into {table} (id, person_id, {columns}) values ('{id}', '{person}', {values})")
            };
            // Of somebody who is no administrator it changes nothing.
            raw.run(&row(&house.person_id("Priya Nair")));
            assert!(house.engine.make_set_up_secret().await.unwrap().is_some(), "{table}");
            raw.run(&format!("delete from {table}"));
            raw.run(&row(&ellis));
            assert_eq!(house.engine.make_set_up_secret().await.unwrap(), None, "{table}");
            assert_word(&set_up(house, &early).await, 404, "not-found");
            raw.run(&format!("update people set active = false where id = '{ellis}'"));
            assert!(house.engine.make_set_up_secret().await.unwrap().is_some(), "{table}: left");
            raw.run(&format!("update people set active = true where id = '{ellis}'"));
            raw.run(&format!("delete from {table}"));
        }
        let secret = fresh_secret(house).await;
        assert_eq!(set_up(house, &secret).await.status, 201);
    }

    async fn the_secret_dies_after_fifteen_minutes(house: &House) {
        forget_passwords(house);
        let first = fresh_secret(house).await;
        let second = fresh_secret(house).await;
        assert_word(&set_up(house, &first).await, 404, "not-found");
        assert!(!Raw::of(house).text("select digest as value from set_up_secrets").contains(&second));
        house.advance_to("2026-12-21T09:25:00Z").await;
        assert_word(&set_up(house, &second).await, 404, "not-found");
        let third = fresh_secret(house).await;
        house.advance_to("2026-12-21T09:39:59Z").await;
        assert_eq!(set_up(house, &third).await.status, 201);
    }
}

on_each_database! {
    async fn the_secret_dies_after_five_wrong_guesses(database: Database) {
        let Some(house) = behind_a_proxy(database).await else { return };
        forget_passwords(&house);
        let secret = fresh_secret(&house).await;
        for number in 0..5 {
            let told = post_from(&house, &network(number), "/set-up", &body("bscp_as_x")).await;
            assert_eq!(told.status, 404);
        }
        assert_eq!(post_from(&house, &network(9), "/set-up", &body(&secret)).await.status, 404);
    }

    async fn a_hundred_common_pairs_open_nothing_on_a_fresh_server(database: Database) {
        let Some(house) = behind_a_proxy(database).await else { return };
        forget_passwords(&house);
        let names = ["admin", "administrator", "root", "test", "user", "guest", "ellis.grant@bscp.example",
            "admin@localhost", "admin@example.org", "bscp"];
        let words = ["admin", "password", "", "changeme", "root", "123456", "admin123", "bscp", "letmein",
            "safeguarding"];
        for (row, name) in names.iter().enumerate() {
            for (column, word) in words.iter().enumerate() {
                let from = network(row * 10 + column);
                let told = sign_in_from(&house, &from, name, word).await;
                assert_eq!(told.status, 401, "{name} {word}");
            }
        }
    }
}
