//! Sessions: they end when they must, to the second.

use super::{as_sent, assert_problem, at_once, count_of, on_condition, with_token};
use crate::house::{Answer, Client, House, PASSWORD};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

async fn sign_in(house: &House, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    Client::stranger(house.address).post("/sessions", &body).await
}

async fn refresh(client: &Client) -> Answer {
    let body = json!({ "refresh_token": client.refresh_token });
    client.post("/sessions/refresh", &body).await
}

/// The same person with the tokens of an answer.
fn with_tokens(client: &Client, answer: &Answer) -> Client {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut client = with_token(client, &answer.text("/access_token"));
    client.refresh_token = Some(answer.text("/refresh_token"));
    client
}

async fn assert_signed_in(client: &Client) {
    let me = client.get("/me").await;
    assert_eq!(me.status, 200, "{}", me.body);
}

async fn assert_signed_out(client: &Client) {
    assert_problem(&client.get("/me").await, 401, "not-signed-in");
}

/// Makes somebody active or inactive, as the administrator.
async fn set_active(house: &House, name: &str, active: bool) {
    let ellis = house.as_("Ellis Grant").await;
    let path = format!("/people/{}", house.person_id(name));
    let read = ellis.get(&path).await;
    let mut body = as_sent(&read);
    body["active"] = json!(active);
    let changed =
        on_condition(&ellis, Method::PUT, &path, &read.header("etag").unwrap(), &body).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

on_each_database! {
    async fn an_access_token_is_good_for_its_time_and_not_a_second_longer(house: &House) {
        let answer = sign_in(house, &house.email("Priya Nair"), PASSWORD).await;
        assert_eq!(answer.text("/token_type"), "Bearer");
        assert_eq!(answer.number("/expires_in"), 900);
        let priya = with_tokens(&Client::stranger(house.address), &answer);
        house.advance_to("2026-12-21T09:24:59Z").await;
        assert_signed_in(&priya).await;
        house.advance_to("2026-12-21T09:25:00Z").await;
        assert_signed_out(&priya).await;
    }

    async fn a_refresh_token_gives_a_new_pair_once(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let second = with_tokens(&priya, &refresh(&priya).await);
        assert_ne!(second.refresh_token, priya.refresh_token);
        assert_signed_in(&second).await;
        let third = with_tokens(&second, &refresh(&second).await);
        assert_signed_in(&third).await;
        house.advance_to("2026-12-21T09:25:00Z").await;
        let fourth = with_tokens(&third, &refresh(&third).await);
        assert_signed_in(&fourth).await;
    }

    async fn a_refresh_token_that_comes_back_ends_its_session(house: &House) {
        let elsewhere = house.as_("Priya Nair").await;
        let stolen = house.as_("Priya Nair").await;
        let renewed = with_tokens(&stolen, &refresh(&stolen).await);
        assert_signed_in(&renewed).await;
        assert_problem(&refresh(&stolen).await, 401, "not-signed-in");
        assert_signed_out(&renewed).await;
        assert_signed_out(&stolen).await;
        assert_problem(&refresh(&renewed).await, 401, "not-signed-in");
        assert_signed_in(&elsewhere).await;
    }

    async fn of_eight_who_refresh_with_one_token_one_is_served_and_all_are_out(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let all = (0..8).map(|_| {
            let priya = priya.clone();
            async move { refresh(&priya).await }
        });
        let answers = at_once(all.collect()).await;
        let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!((count_of(&answers, 200), count_of(&answers, 401)), (1, 7), "{told:?}");
        let served = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_signed_out(&with_tokens(&priya, served)).await;
        assert_signed_out(&priya).await;
    }

    async fn a_session_that_lies_idle_ends(house: &House) {
        let priya = house.as_("Priya Nair").await;
        house.advance_to("2026-12-21T09:39:59Z").await;
        let renewed = with_tokens(&priya, &refresh(&priya).await);
        house.advance_to("2026-12-21T10:09:59Z").await;
        assert_problem(&refresh(&renewed).await, 401, "not-signed-in");
        assert_signed_out(&renewed).await;
    }

    async fn a_session_ends_after_its_day_however_busy_it_was(house: &House) {
        let mut priya = house.as_("Priya Nair").await;
        for minute in (20..720).step_by(20) {
            let (hour, minute) = ((550 + minute) / 60, (550 + minute) % 60);
            house.advance_to(&format!("2026-12-21T{hour:02}:{minute:02}:00Z")).await;
            priya = with_tokens(&priya, &refresh(&priya).await);
        }
        house.advance_to("2026-12-21T21:09:59Z").await;
        priya = with_tokens(&priya, &refresh(&priya).await);
        assert_signed_in(&priya).await;
        house.advance_to("2026-12-21T21:10:00Z").await;
        assert_signed_out(&priya).await;
        assert_problem(&refresh(&priya).await, 401, "not-signed-in");
    }

    async fn signing_out_ends_the_session_and_no_other(house: &House) {
        let elsewhere = house.as_("Priya Nair").await;
        let priya = house.as_("Priya Nair").await;
        let gone = priya.send(Method::DELETE, "/sessions/current", &[], None).await;
        assert_eq!(gone.status, 204);
        assert_eq!(gone.body, Value::String(String::new()));
        assert_signed_out(&priya).await;
        assert_problem(&refresh(&priya).await, 401, "not-signed-in");
        let again = priya.send(Method::DELETE, "/sessions/current", &[], None).await;
        assert_problem(&again, 401, "not-signed-in");
        assert_signed_in(&elsewhere).await;
    }

    async fn somebody_who_has_left_is_out_with_their_next_request(house: &House) {
        let tom = house.as_("Tom Okafor").await;
        assert_signed_in(&tom).await;
        set_active(house, "Tom Okafor", false).await;
        assert_signed_out(&tom).await;
        assert_problem(&refresh(&tom).await, 401, "not-signed-in");
        let again = sign_in(house, &house.email("Tom Okafor"), PASSWORD).await;
        assert_problem(&again, 401, "not-signed-in");
        set_active(house, "Tom Okafor", true).await;
        assert_signed_out(&tom).await;
        assert_signed_in(&house.as_("Tom Okafor").await).await;
    }

    async fn a_sign_in_that_does_not_work_never_says_why(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let newcomer = json!({ "name": "Nadia Costa", "email": "nadia.costa@sundial.example" });
        assert_eq!(ellis.post("/people", &newcomer).await.status, 201);
        set_active(house, "Sam Porter", false).await;
        let priya = house.email("Priya Nair");
        let sam = house.email("Sam Porter");
        let tries = [
            ("unknown address", "nobody@example.org", PASSWORD),
            ("no address", "somebody", PASSWORD),
            ("wrong password", priya.as_str(), "not her password"),
            ("empty password", priya.as_str(), ""),
            ("has left", sam.as_str(), PASSWORD),
            ("has no password yet", "nadia.costa@sundial.example", PASSWORD),
        ];
        let mut first: Option<Answer> = None;
        for (what, email, password) in tries {
            let answer = sign_in(house, email, password).await;
            assert_problem(&answer, 401, "not-signed-in");
            let first = first.get_or_insert_with(|| answer.clone());
            assert_eq!(answer.body, first.body, "{what}");
            let names = |answer: &Answer| {
                answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>()
            };
            assert_eq!(names(&answer), names(first), "{what}");
        }
    }

    async fn an_address_is_the_same_in_capitals(house: &House) {
        let email = house.email("Priya Nair").to_uppercase();
        assert_eq!(sign_in(house, &format!(" {email} "), PASSWORD).await.status, 200);
    }

    async fn a_token_that_was_changed_or_is_of_another_kind_is_no_token(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let token = priya.token.clone().unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        // {"alg":"none","typ":"at+jwt"}
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", parts[1]);
        let cut = token[..token.len() - 4].to_owned();
        let swapped = format!("{}.{}.{}", parts[0], parts[1], parts[1]);
        let forged = [
            unsigned,
            cut,
            swapped,
            priya.refresh_token.clone().unwrap(),
            String::new(),
            format!("{token} {token}"),
            "x".repeat(10_000),
        ];
        for token in forged {
            assert_signed_out(&with_token(&priya, &token)).await;
        }
        let stranger = Client::stranger(house.address);
        for (value, status) in [
            (format!("bearer {token}"), 200),
            (format!("Basic {token}"), 401),
            (token.clone(), 401),
            ("Bearer".to_owned(), 401),
        ] {
            let answer =
                stranger.send(Method::GET, "/me", &[("Authorization", &value)], None).await;
            assert_eq!(answer.status, status, "{value}");
        }
    }
}
