//! Guessing at codes: what ends a ticket, what pauses the codes of a person, and what never does.

use super::*;
use crate::accounts::network;
use crate::contract::assert_problem;
use crate::engine::sql::Raw;
use crate::on_each_database;

/// Ten wrong codes of somebody within a moment, from as many networks.
async fn guess_ten_times(house: &House, name: &str, app: &CodeApp) {
    for number in 0..2 {
        let ticket = ticket(house, name).await;
        for more in 0..5 {
            let from = network(100 + 5 * number + more);
            let answer = prove_from(house, &from, &ticket, &app.wrong(house)).await;
            assert_problem(&answer, 401, "not-signed-in");
        }
    }
}

on_each_database! {
    async fn five_wrong_codes_end_a_ticket_and_the_answer_does_not_tell(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let (four, five) = (ticket(&house, "Priya Nair").await, ticket(&house, "Priya Nair").await);
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(prove(&house, &four, &app.wrong(&house)).await);
        }
        assert_eq!(prove(&house, &four, &app.code(&house, 1)).await.status, 200, "the fifth");
        later(&house, 60).await;
        for _ in 0..5 {
            told.push(prove(&house, &five, &app.wrong(&house)).await);
        }
        told.push(prove(&house, &five, &app.code(&house, 0)).await);
        told.push(prove_from(&house, "192.0.2.1", "bscp_no_ticket", &app.code(&house, 0)).await);
        for answer in &told {
            assert_problem(answer, 401, "not-signed-in");
            assert_eq!(answer.body, told[0].body);
        }
        let fresh = ticket(&house, "Priya Nair").await;
        let in_time = prove_from(&house, "192.0.2.1", &fresh, &app.code(&house, 0)).await;
        assert_eq!(in_time.status, 200, "{}", in_time.body);
    }

    async fn five_wrong_first_codes_end_a_ticket_for_adding(database: Database) {
        let Some(house) = required(database).await else { return };
        let dead = ticket(&house, "Priya Nair").await;
        let path = "/sessions/second-factors/one-time-codes";
        let app = CodeApp::read(&post(&house, path, &json!({ "ticket": dead })).await);
        let confirm = async |code: &str| {
            let body = json!({ "ticket": dead, "one_time_code": code });
            post(&house, &format!("{path}/confirmations"), &body).await.status
        };
        for _ in 0..5 {
            assert_eq!(confirm(&app.wrong(&house)).await, 401);
        }
        assert_eq!(confirm(&app.code(&house, 0)).await, 401);
        assert_eq!(enrolled(&house, "Priya Nair").await.paper.len(), 10);
    }

    async fn ten_wrong_codes_pause_the_codes_of_a_person_for_five_minutes(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, paper, .. } = enrolled(&house, "Priya Nair").await;
        let tom = enrolled(&house, "Tom Okafor").await;
        later(&house, 30).await;
        guess_ten_times(&house, "Priya Nair", &app).await;
        later(&house, 299).await;
        let paused = ticket(&house, "Priya Nair").await;
        assert_eq!(prove(&house, &paused, &app.code(&house, 0)).await.status, 401);
        assert_eq!(recover(&house, &paused, &paper[0]).await.status, 401);
        let other = ticket(&house, "Tom Okafor").await;
        assert_eq!(prove(&house, &other, &tom.app.code(&house, 0)).await.status, 200, "nobody else");
        later(&house, 1).await;
        let code = app.code(&house, 0);
        assert_eq!(prove(&house, &paused, &code).await.status, 200, "the code was not used up");
        let again = ticket(&house, "Priya Nair").await;
        assert_eq!(recover(&house, &again, &paper[0]).await.status, 200, "nor was the paper");
    }

    /// Whoever has the password can have the codes paused. The passkey stays.
    async fn no_number_of_wrong_codes_pauses_a_passkey(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { client, app, .. } = enrolled(&house, "Priya Nair").await;
        let (mut device, added) = add_own_passkey(&client).await;
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(added.body["recovery_codes"], json!([]), "she has some already");
        guess_ten_times(&house, "Priya Nair", &app).await;
        // And all that one network may send.
        let dead = ticket(&house, "Priya Nair").await;
        for _ in 0..10 {
            prove(&house, &dead, &app.wrong(&house)).await;
        }
        let throttled = prove(&house, &dead, &app.wrong(&house)).await;
        assert_problem(&throttled, 429, "too-many-requests");
        let priya = signed_in(&house, &sign_in_by(&house, &mut device).await, "");
        assert_eq!(priya.get("/me").await.text("/name"), "Priya Nair");
        let (challenge_id, options) = challenge(&house).await;
        let body = json!({ "challenge_id": challenge_id, "credential": device.get(&options) });
        let again = priya.post("/sessions/current/proofs", &body).await;
        assert_eq!(again.status, 200, "{}", again.body);
    }

    async fn ten_wrong_codes_from_one_network_have_it_wait(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        for number in 0..10 {
            let from = format!("198.51.100.{number}");
            let answer = prove_from(&house, &from, &format!("no ticket {number}"), "000000").await;
            assert_eq!(answer.status, 401);
        }
        let ticket = ticket(&house, "Priya Nair").await;
        let refused = prove_from(&house, "198.51.100.77", &ticket, &app.code(&house, 1)).await;
        assert_problem(&refused, 429, "too-many-requests");
        assert_eq!(refused.header("retry-after").as_deref(), Some("301"));
        let elsewhere = prove_from(&house, "192.0.2.1", &ticket, &app.code(&house, 1)).await;
        assert_eq!(elsewhere.status, 200, "{}", elsewhere.body);
    }

    async fn what_was_wrong_or_ran_out_is_forgotten_in_a_week(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let ticket = ticket(&house, "Priya Nair").await;
        prove(&house, &ticket, &app.wrong(&house)).await;
        challenge(&house).await;
        house.engine.run_jobs().await.unwrap();
        let count = || {
            let mut raw = Raw::of(&house);
            ["sign_in_tickets", "passkey_challenges", "wrong_proofs"]
                .map(|table| raw.count(table, "1 = 1"))
        };
        assert_eq!(count(), [2, 1, 1]);
        house.advance_to("2026-12-30T12:00:00Z").await;
        house.engine.run_jobs().await.unwrap();
        assert_eq!(count(), [0, 0, 0]);
    }
}
