//! The key that signs access tokens is rotated by two people, and bites on the next request.

use crate::engine::sql::Raw;
use crate::house::{Answer, Client, House, reading};
use crate::on_each_database;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bscp_escalation::auth::{self, IfMissing, SigningKey};
use bscp_escalation::engine::EngineError;
use serde_json::{Value, json};

const ROTATIONS: &str = "/signing-keys/rotations";

async fn propose(client: &Client) -> Answer {
    client.post(ROTATIONS, &json!({})).await
}

async fn approve(client: &Client, number: i64) -> Answer {
    client.post(&format!("{ROTATIONS}/{number}/approvals"), &json!({})).await
}

/// The generation that a token names.
fn kid(client: &Client) -> Value {
    let header = client.token.as_ref().unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].clone()
}

/// A token of this key for the session of a good token, for as long as one likes.
fn forged(house: &House, key: &SigningKey, client: &Client) -> String {
    let claims = client.token.as_ref().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let id = |name: &str| claims[name].as_str().unwrap();
    let (person, session) = (id("sub").parse().unwrap(), id("sid").parse().unwrap());
    key.issue(person, session, house.engine.now(), 36_000).unwrap()
}

fn salt(raw: &mut Raw, number: i64) -> [u8; 32] {
    let text = raw.text(&format!("select salt as value from signing_keys where number = {number}"));
    URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
}

async fn rotate(house: &House) -> i64 {
    let number = propose(&house.as_("Ellis Grant").await).await.number("/number");
    assert_eq!(approve(&house.as_("Judith Hale").await, number).await.status, 201);
    number
}

on_each_database! {
    async fn one_person_proposes_another_approves_and_nobody_does_both(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let judith = house.as_("Judith Hale").await;
        let priya = house.as_("Priya Nair").await;
        for client in [&priya, &judith] {
            assert_eq!(propose(client).await.status, 403, "an administrator proposes");
        }
        let proposed = propose(&ellis).await;
        assert_eq!(proposed.status, 201, "{}", proposed.body);
        assert_eq!(proposed.number("/number"), 1);
        assert_eq!(proposed.body["approved_by"], Value::Null);
        assert_eq!(propose(&ellis).await.status, 409, "one waits already");
        assert_eq!(kid(&house.as_("Priya Nair").await), Value::Null, "nothing has changed");

        let own = approve(&ellis, 1).await;
        assert_eq!(own.status, 403);
        assert!(own.text("/detail").starts_with("You proposed this key."), "{}", own.body);
        assert_eq!(approve(&priya, 1).await.status, 403);
        assert_eq!(approve(&judith, 2).await.status, 404);
        let approved = approve(&judith, 1).await;
        assert_eq!(approved.status, 201, "{}", approved.body);
        assert_eq!(approved.text("/approved_by"), house.person_id("Judith Hale"));
        assert_eq!(approve(&judith, 1).await.status, 409);

        assert_eq!(priya.get(ROTATIONS).await.status, 403);
        let listed = judith.get(ROTATIONS).await.list("/items");
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0], approved.body);
        assert!(!listed[0].to_string().contains("salt"));
        let mut raw = Raw::of(house);
        for change in ["signing key proposed", "signing key approved"] {
            assert_eq!(raw.count("directory_changes", &format!("change = '{change}'")), 1);
        }
    }

    async fn the_database_holds_it_too(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        propose(&ellis).await;
        let mut raw = Raw::of(house);
        let ellis_id = house.person_id("Ellis Grant");
        let judith_id = house.person_id("Judith Hale");
        let at = "'2026-12-21T09:10:00.000000Z'";
        let approval =
            |by: &str| format!("update signing_keys set approved_by = '{by}', approved_at = {at}");
        let refused = raw.refusal(&approval(&ellis_id));
        assert!(refused.contains("check"), "{refused}");
        let columns = "(number, salt, proposed_by, proposed_at)";
        let another = format!(
            "insert into signing_keys {columns} values (2, '{}', '{ellis_id}', {at})",
            "A".repeat(43)
        );
        raw.refusal(&another);
        raw.refusal("update signing_keys set number = 7");
        raw.refusal("update signing_keys set salt = 'short'");
        raw.refusal("delete from signing_keys");
        raw.change_one(&approval(&judith_id));
        raw.refusal("update signing_keys set approved_by = null, approved_at = null");
        raw.refusal("delete from signing_keys");
    }

    async fn of_two_who_propose_at_once_one_does(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let (one, other) = tokio::join!(propose(&ellis), propose(&ellis));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }

    async fn a_rotation_bites_on_the_next_request_on_every_node_and_nobody_is_thrown_out(
        house: &House,
    ) {
        let root = auth::load_or_create(&house.settings.auth.token_key_file, IfMissing::Refuse)
            .unwrap();
        let node = house.another_node().await;
        let priya = house.as_("Priya Nair").await;
        let of_root = forged(house, &root, &priya);
        assert_eq!(rotate(house).await, 1);
        let first = root.generation(1, &salt(&mut Raw::of(house), 1)).unwrap();

        // What was issued before stays good for its time, here and there.
        assert_eq!(priya.get("/me").await.status, 200);
        let token = priya.token.clone().unwrap();
        assert!(node.authenticate(&token, &reading()).await.is_ok());
        // What is issued from now on names the new key, and is good on every node.
        let after = house.as_("Priya Nair").await;
        assert_eq!(kid(&after), json!("1"));
        assert!(node.authenticate(&after.token.clone().unwrap(), &reading()).await.is_ok());
        let elsewhere = node.refresh(&after.refresh_token.clone().unwrap()).await.unwrap();
        assert!(house.engine.authenticate(&elsewhere.access_token, &reading()).await.is_ok());

        // A key of another generation, a salt of one's own, a number of one's own.
        let salt_1 = salt(&mut Raw::of(house), 1);
        let others = [
            root.generation(2, &salt_1).unwrap(),
            root.generation(1, &[7; 32]).unwrap(),
            SigningKey::from_bytes(&[7; 32]).unwrap().generation(1, &salt_1).unwrap(),
        ];
        for key in others {
            let refused = house.engine.authenticate(&forged(house, &key, &priya), &reading()).await;
            assert!(matches!(refused, Err(EngineError::NotSignedIn)));
        }

        // A second rotation ends the one before the last at once, the last in its time.
        let of_first = forged(house, &first, &priya);
        assert!(house.engine.authenticate(&of_root, &reading()).await.is_ok());
        assert_eq!(rotate(house).await, 2);
        for engine in [&house.engine, &node] {
            let refused = engine.authenticate(&of_root, &reading()).await;
            assert!(matches!(refused, Err(EngineError::NotSignedIn)), "the key file's own is over");
            assert!(engine.authenticate(&of_first, &reading()).await.is_ok());
        }
        house.advance_to("2026-12-21T09:24:59Z").await;
        assert!(node.authenticate(&of_first, &reading()).await.is_ok());
        house.advance_to("2026-12-21T09:25:00Z").await;
        for engine in [&house.engine, &node] {
            let refused = engine.authenticate(&of_first, &reading()).await;
            assert!(matches!(refused, Err(EngineError::NotSignedIn)), "its time is over");
        }
    }

    async fn no_key_and_no_token_is_in_the_database(house: &House) {
        let priya = house.as_("Priya Nair").await;
        rotate(house).await;
        let after = house.as_("Priya Nair").await;
        let key = std::fs::read_to_string(&house.settings.auth.token_key_file).unwrap();
        let mut secrets = vec![key.trim().to_owned()];
        for client in [&priya, &after] {
            secrets.push(client.token.clone().unwrap());
            secrets.push(client.refresh_token.clone().unwrap());
        }
        let mut raw = Raw::of(house);
        let tables = super::tables(&mut raw);
        for table in tables {
            for row in super::rows(&mut raw, &table) {
                for secret in &secrets {
                    assert!(!row.contains(secret), "{table} holds a secret");
                }
            }
        }
    }
}
