//! Invitations, resets and changes: links that work once, and letters that tell of what happened.

use super::{assert_word, behind_a_proxy, secret_sent, sign_in_from};
use crate::engine::sql::Raw;
use crate::house::{Answer, Client, House, PASSWORD};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

const CHOSEN: &str = "slow amber teapots wander north";

async fn invite(client: &Client, person_id: &str) -> Answer {
    client.post(&format!("/people/{person_id}/invitations"), &json!({})).await
}

async fn redeem(house: &House, place: &str, secret: &str, password: &str) -> Answer {
    let body = json!({ "secret": secret, "password": password });
    Client::stranger(house.address).post(&format!("/{place}/redeem"), &body).await
}

async fn sign_in(house: &House, email: &str, password: &str) -> u16 {
    sign_in_from(house, "127.0.0.1", email, password).await.status
}

fn subjects(house: &House, name: &str) -> Vec<String> {
    house.mails_to(name).into_iter().map(|mail| mail.subject).collect()
}

/// A link is dead; the answer does not say why.
#[track_caller]
fn assert_dead(answer: &Answer) {
    assert_eq!((answer.status, answer.faults()), (422, vec!["/secret".to_owned()]));
}

async fn reset_secret(house: &House, name: &str) -> String {
    let email = house.email(name);
    let asked = Client::stranger(house.address);
    let asked = asked.post("/password-resets", &json!({ "email": email })).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    house.settle().await;
    secret_sent(house, &email, "password-resets")
}

on_each_database! {
    async fn somebody_new_chooses_their_password_by_an_invitation(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let email = "nadia.costa@sundial.example";
        let nadia = ellis.post("/people", &json!({ "name": "Nadia Costa", "email": email })).await;
        let id = nadia.text("/id");
        let invited = invite(&ellis, &id).await;
        assert_eq!(invited.status, 201, "{}", invited.body);
        assert_eq!(invited.number("/works_for_hours"), 72);
        house.settle().await;
        let first = secret_sent(house, email, "invitations");
        assert_eq!(invite(&ellis, &id).await.status, 201);
        house.settle().await;
        let second = secret_sent(house, email, "invitations");
        assert_dead(&redeem(house, "invitations", &first, CHOSEN).await);

        // Looking uses nothing up, and the secret is in no table.
        for _ in 0..2 {
            let page = Client::stranger(house.address).get(&format!("//invitations/{second}")).await;
            assert_eq!(page.status, 200);
            assert!(!page.body.to_string().contains(&second));
        }
        let digests = Raw::of(house).texts("select digest as value from account_secrets");
        assert!(digests.iter().all(|digest| digest.len() == 64 && !second.contains(digest)));
        assert_dead(&redeem(house, "password-resets", &second, CHOSEN).await);
        let weak = redeem(house, "invitations", &second, "nadia.costa12").await;
        assert_eq!((weak.status, weak.faults()), (422, vec!["/password".to_owned()]));
        house.advance_to("2026-12-24T09:09:59Z").await;
        assert_eq!(redeem(house, "invitations", &second, CHOSEN).await.status, 204);
        assert_dead(&redeem(house, "invitations", &second, CHOSEN).await);
        assert_eq!(sign_in(house, email, CHOSEN).await, 200);
    }

    async fn an_invitation_runs_out_to_the_second(house: &House) {
        let judith = house.as_("Judith Hale").await;
        assert_eq!(invite(&judith, &house.person_id("Priya Nair")).await.status, 201);
        house.settle().await;
        let secret = secret_sent(house, &house.email("Priya Nair"), "invitations");
        house.advance_to("2026-12-24T09:10:00Z").await;
        assert_dead(&redeem(house, "invitations", &secret, CHOSEN).await);
        assert_eq!(sign_in(house, &house.email("Priya Nair"), PASSWORD).await, 200);
    }

    async fn those_who_keep_an_entry_invite_and_nobody_invites_an_administrator_but_one(house: &House) {
        let (judith, tom) = (house.as_("Judith Hale").await, house.as_("Tom Okafor").await);
        let ellis = house.as_("Ellis Grant").await;
        let priya = house.person_id("Priya Nair");
        assert_word(&invite(&tom, &priya).await, 403, "not-yours");
        assert_word(&invite(&tom, &house.person_id("Tom Okafor")).await, 403, "not-yours");
        assert_word(&invite(&judith, &house.person_id("Ellis Grant")).await, 403, "not-yours");
        assert_eq!(invite(&ellis, &house.person_id("Ellis Grant")).await.status, 201);
        assert_word(&invite(&ellis, &uuid::Uuid::now_v7().to_string()).await, 404, "not-found");
        let path = format!("/people/{priya}");
        let read = ellis.get(&path).await;
        let mut body = read.body.clone();
        body.as_object_mut().unwrap().retain(|key, _| !["id", "version"].contains(&key.as_str()));
        body["active"] = json!(false);
        let etag = read.header("etag").unwrap();
        let headers = [("If-Match", etag.as_str())];
        let left = ellis.send(Method::PUT, &path, &headers, Some(body.to_string())).await;
        assert_eq!(left.status, 200, "{}", left.body);
        assert_word(&invite(&ellis, &priya).await, 409, "not-now");
    }

    async fn a_reset_sets_the_password_ends_the_sessions_and_is_told(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let email = house.email("Priya Nair");
        let secret = reset_secret(house, "Priya Nair").await;
        assert_eq!(priya.get("/me").await.status, 200, "asking changes nothing");
        let done = redeem(house, "password-resets", &secret, CHOSEN).await;
        assert_eq!((done.status, done.body), (204, Value::String(String::new())));
        assert_eq!(priya.get("/me").await.status, 401);
        assert_eq!(sign_in(house, &email, PASSWORD).await, 401);
        assert_eq!(sign_in(house, &email, CHOSEN).await, 200);
        assert_dead(&redeem(house, "password-resets", &secret, CHOSEN).await);
        house.settle().await;
        assert_eq!(subjects(house, "Priya Nair"), ["Choose a new password", "Your password was changed"]);
    }

    async fn a_reset_works_for_thirty_minutes_from_its_sending(house: &House) {
        let asked = Client::stranger(house.address);
        let email = house.email("Tom Okafor");
        assert_eq!(asked.post("/password-resets", &json!({ "email": email })).await.status, 202);
        // The mail server was down for an hour.
        house.advance_to("2026-12-21T10:10:00Z").await;
        let late = secret_sent(house, &email, "password-resets");
        house.advance_to("2026-12-21T10:39:59Z").await;
        assert_eq!(redeem(house, "password-resets", &late, CHOSEN).await.status, 204);
        let secret = reset_secret(house, "Tom Okafor").await;
        house.advance_to("2026-12-21T11:09:59Z").await;
        assert_dead(&redeem(house, "password-resets", &secret, PASSWORD).await);
    }

    async fn of_eight_who_redeem_one_link_at_once_one_does(house: &House) {
        let secret = reset_secret(house, "Priya Nair").await;
        let redeeming = (0..8).map(|number| {
            let (address, secret) = (house.address, secret.clone());
            async move {
                let body = json!({ "secret": secret, "password": format!("{CHOSEN} {number}") });
                Client::stranger(address).post("/password-resets/redeem", &body).await.status
            }
        });
        let running: tokio::task::JoinSet<u16> = redeeming.collect();
        let told = running.join_all().await;
        assert_eq!(told.iter().filter(|status| **status == 204).count(), 1, "{told:?}");
        house.settle().await;
        let changed = Raw::of(house).count("account_letters", "kind = 'password_changed'");
        assert_eq!(changed, 1);
    }

    async fn one_s_own_password_is_changed_by_the_present_one(house: &House) {
        let (priya, elsewhere) = (house.as_("Priya Nair").await, house.as_("Priya Nair").await);
        let change = async |current: &str, password: &str| {
            let body = json!({ "current_password": current, "password": password }).to_string();
            priya.send(Method::PUT, "/me/password", &[], Some(body)).await
        };
        let wrong = change("not mine", CHOSEN).await;
        assert_eq!((wrong.status, wrong.faults()), (422, vec!["/current_password".to_owned()]));
        let weak = change(PASSWORD, "priyanair2026").await;
        assert_eq!((weak.status, weak.faults()), (422, vec!["/password".to_owned()]));
        assert_eq!(change(PASSWORD, CHOSEN).await.status, 204);
        assert_eq!(priya.get("/me").await.status, 200);
        assert_eq!(elsewhere.get("/me").await.status, 401);
        assert_eq!(sign_in(house, &house.email("Priya Nair"), CHOSEN).await, 200);
        house.settle().await;
        assert_eq!(subjects(house, "Priya Nair"), ["Your password was changed"]);
        for _ in 0..9 {
            assert_eq!(change("not mine", CHOSEN).await.status, 422);
        }
        assert_word(&change(CHOSEN, PASSWORD).await, 429, "too-many-requests");
    }

    async fn a_copied_session_is_ended_and_its_person_told_once(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let body = json!({ "refresh_token": priya.refresh_token });
        let stranger = Client::stranger(house.address);
        assert_eq!(stranger.post("/sessions/refresh", &body).await.status, 200);
        for _ in 0..3 {
            assert_eq!(stranger.post("/sessions/refresh", &body).await.status, 401);
        }
        house.settle().await;
        assert_eq!(subjects(house, "Priya Nair"), ["A session of yours was ended"]);
    }

    async fn a_link_dies_with_the_address_that_it_was_sent_to(house: &House) {
        let secret = reset_secret(house, "Tom Okafor").await;
        let ellis = house.as_("Ellis Grant").await;
        let path = format!("/people/{}", house.person_id("Tom Okafor"));
        let read = ellis.get(&path).await;
        let mut body = read.body.clone();
        body.as_object_mut().unwrap().retain(|key, _| !["id", "version"].contains(&key.as_str()));
        body["email"] = json!("tom.new@socialcare.example");
        let etag = read.header("etag").unwrap();
        let headers = [("If-Match", etag.as_str())];
        assert_eq!(ellis.send(Method::PUT, &path, &headers, Some(body.to_string())).await.status, 200);
        assert_dead(&redeem(house, "password-resets", &secret, CHOSEN).await);
    }
}

on_each_database! {
    async fn somebody_is_told_of_a_sign_in_from_a_new_network_and_not_of_the_first(database: Database) {
        let Some(house) = behind_a_proxy(database).await else { return };
        let email = house.email("Priya Nair");
        let at = async |from: &str| {
            assert_eq!(sign_in_from(&house, from, &email, PASSWORD).await.status, 200);
            house.settle().await;
            house.mails_to("Priya Nair").len()
        };
        assert_eq!(at("192.0.2.1").await, 0, "the first ever");
        assert_eq!(at("192.0.2.200").await, 0, "the same network");
        assert_eq!(at("198.51.100.1").await, 1);
        assert_eq!(at("198.51.100.1").await, 1);
        house.advance_to("2027-03-21T09:09:00Z").await;
        let before = house.mails_to("Priya Nair").len();
        assert_eq!(at("192.0.2.1").await, before, "89 days later");
        house.advance_to("2027-06-20T09:09:00Z").await;
        let before = house.mails_to("Priya Nair").len();
        assert_eq!(at("192.0.2.1").await, before + 1, "91 days later");
        let last = house.mails_to("Priya Nair").pop().unwrap();
        assert_eq!(last.subject, "Your account was used from a new place");
        assert!(!last.text.contains("192.0.2"), "{}", last.text);
    }
}
