//! From the password to the second factor: tickets, first factors, codes.

use super::*;
use crate::contract::{assert_problem, document};
use crate::on_each_database;

const CODES: &str = "/sessions/second-factors/one-time-codes";
const CONFIRMATIONS: &str = "/sessions/second-factors/one-time-codes/confirmations";
const PASSKEYS: &str = "/sessions/second-factors/passkeys";

/// Every way in which a ticket can be used.
async fn every_use(house: &House, ticket: &str) -> Vec<Answer> {
    let challenge_id = challenge(house).await.0;
    let credential = json!({ "id": "AAAA", "type": "public-key" });
    let passkey = json!({
        "ticket": ticket, "challenge_id": challenge_id, "name": "phone", "credential": credential
    });
    let code = json!({ "ticket": ticket, "one_time_code": "000000" });
    let bare = json!({ "ticket": ticket });
    let challenges = format!("{PASSKEYS}/challenges");
    vec![
        prove(house, ticket, "000000").await,
        recover(house, ticket, "0000-0000-0000-0000-0000-0000").await,
        post(house, CODES, &bare).await,
        post(house, CONFIRMATIONS, &code).await,
        post(house, &challenges, &bare).await,
        post(house, PASSKEYS, &passkey).await,
    ]
}

on_each_database! {
    async fn an_app_that_waits_for_its_first_code_waits_ten_minutes(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let app = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        house.advance_to("2026-12-21T09:20:00Z").await;
        let priya = house.as_("Priya Nair").await;
        let body = json!({ "one_time_code": app.code(house, 0) });
        let late = priya.post("/me/one-time-codes/confirmations", &body).await;
        assert_eq!((late.status, late.faults()), (422, vec!["/one_time_code".to_owned()]));
        let app = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        house.advance_to("2026-12-21T09:24:59Z").await;
        let body = json!({ "one_time_code": app.code(house, 0) });
        assert_eq!(priya.post("/me/one-time-codes/confirmations", &body).await.status, 201);
    }

    async fn where_a_factor_is_optional_the_server_says_so_and_asks_whoever_has_one(house: &House) {
        let open = password(house, "Priya Nair").await;
        assert_eq!(open.status, 200, "{}", open.body);
        assert!(open.text("/warning").contains("password alone"));
        let server = Client::stranger(house.address).get("/server").await;
        assert_eq!(server.body["second_factor_is_required"], false);
        assert_eq!(server.body["has_passkeys"], true);
        assert!(server.text("/warning").contains("evaluation"));
        let priya = signed_in(house, &open, "");
        assert_eq!(add_own_passkey(&priya).await.1.status, 201);
        assert_eq!(password(house, "Priya Nair").await.text("/next"), "second_factor");
    }

    /// Email is no factor: there is no such way, and no setting for one.
    async fn there_are_three_ways_and_email_is_none(house: &House) {
        let document = Client::stranger(house.address).get("/openapi.json").await.body;
        let ways = &document["components"]["schemas"]["Way"]["enum"];
        assert_eq!(*ways, json!(["passkey", "one_time_code", "recovery_code"]));
    }
}

on_each_database! {
    async fn the_first_sign_in_adds_an_app_and_later_ones_ask_for_its_code(database: Database) {
        let Some(house) = required(database).await else { return };
        let step = password(&house, "Priya Nair").await;
        assert_eq!(step.status, 202, "{}", step.body);
        assert_eq!(step.text("/next"), "add_second_factor");
        assert_eq!(step.list("/ways").len(), 0);
        let members: Vec<&String> = step.body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["next", "ticket", "ways"], "no token yet");
        let Enrolled { client: priya, app, paper } = enrolled(&house, "Priya Nair").await;
        assert_eq!(priya.get("/me").await.text("/name"), "Priya Nair");
        let factors = priya.get("/me/factors").await;
        assert_eq!(factors.number("/recovery_codes_left"), 10);
        assert_eq!(factors.body["is_required"], true);
        assert_eq!(factors.text("/one_time_codes/added_at"), "2026-12-21T09:10:00.000000Z");
        for code in &paper {
            assert!(!factors.body.to_string().contains(code), "shown once");
        }

        let step = password(&house, "Priya Nair").await;
        assert_eq!((step.status, step.text("/next").as_str()), (202, "second_factor"));
        assert_eq!(step.body["ways"], json!(["one_time_code", "recovery_code"]));
        let ticket = step.text("/ticket");
        assert_problem(&prove(&house, &ticket, &app.wrong(&house)).await, 401, "not-signed-in");
        let proved = prove(&house, &ticket, &app.code(&house, 1)).await;
        assert!(proved.body.get("warning").is_none());
        let again = signed_in(&house, &proved, "");
        let sessions = again.get("/me/sessions").await;
        assert_eq!(sessions.text("/items/0/proved_by"), "second_factor");
        assert_eq!(sessions.list("/items").len(), 2);
    }

    async fn the_first_sign_in_adds_a_passkey_as_well(database: Database) {
        let Some(house) = required(database).await else { return };
        let ticket = ticket(&house, "Priya Nair").await;
        let (mut device, added) = add_passkey(&house, &ticket).await;
        assert_eq!(paper(&added).len(), 10);
        let priya = signed_in(&house, &added, "/tokens");
        assert_eq!(priya.get("/me/factors").await.text("/passkeys/0/name"), "phone");
        let step = password(&house, "Priya Nair").await;
        assert_eq!(step.body["ways"], json!(["passkey", "recovery_code"]));
        // It needs neither.
        let by_passkey = signed_in(&house, &sign_in_by(&house, &mut device).await, "");
        assert_eq!(by_passkey.get("/me").await.text("/name"), "Priya Nair");
    }

    async fn a_code_works_once_and_none_before_it_any_more(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let first = app.code(&house, 0);
        let try_code = async |code: &str| {
            prove(&house, &ticket(&house, "Priya Nair").await, code).await.status
        };
        assert_eq!(try_code(&first).await, 401, "the one that added the app");
        let next = app.code(&house, 1);
        let spaced = format!(" {} {} ", &next[..3], &next[3..]);
        assert_eq!(try_code(&spaced).await, 200, "one step early, as apps write it");
        assert_eq!(try_code(&next).await, 401);
        later(&house, 60).await;
        let (present, before) = (app.code(&house, 0), app.code(&house, -1));
        assert_eq!(before, next);
        assert_eq!(try_code(&before).await, 401, "used");
        assert_eq!(try_code(&app.code(&house, 2)).await, 401, "two steps early");
        assert_eq!(try_code(&app.code(&house, -2)).await, 401, "two steps late");
        assert_eq!(try_code(&present).await, 200);
        later(&house, 60).await;
        assert_eq!(try_code(&app.code(&house, -1)).await, 200, "one step late");
    }

    async fn a_recovery_code_works_once_however_it_is_typed_and_is_told_of(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { client, paper, .. } = enrolled(&house, "Priya Nair").await;
        let typed = paper[0].to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l");
        let sign_in = async |code: &str| {
            recover(&house, &ticket(&house, "Priya Nair").await, code).await
        };
        let priya = signed_in(&house, &sign_in(&typed).await, "");
        assert_problem(&sign_in(&paper[0]).await, 401, "not-signed-in");
        assert_eq!(priya.get("/me/factors").await.number("/recovery_codes_left"), 9);
        house.settle().await;
        assert_eq!(subjects(&house, "Priya Nair").pop().unwrap(), "A recovery code was used");
        let fresh = client.post("/me/recovery-codes", &json!({})).await;
        assert_eq!(fresh.status, 201, "{}", fresh.body);
        assert_problem(&sign_in(&paper[1]).await, 401, "not-signed-in");
        assert_eq!(sign_in(&super::paper(&fresh)[1]).await.status, 200);
    }

    async fn a_ticket_opens_nothing_but_the_next_step(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { .. } = enrolled(&house, "Tom Okafor").await;
        for name in ["Priya Nair", "Tom Okafor"] {
            let ticket = ticket(&house, name).await;
            let holder = with_token(&Client::stranger(house.address), &ticket);
            let mut tried = 0;
            for operation in document::operations(&document::document(&house).await) {
                if operation.is_open() {
                    continue;
                }
                let answer = operation.send(&holder).await;
                assert_eq!(answer.status, 401, "{} {}", operation.method, operation.path);
                tried += 1;
            }
            assert!(tried > 80, "only {tried} operations");
            let body = json!({ "refresh_token": ticket });
            assert_eq!(post(&house, "/sessions/refresh", &body).await.status, 401);
        }
    }

    async fn a_ticket_lives_for_ten_minutes_to_the_second(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let (early, late) = (ticket(&house, "Priya Nair").await, ticket(&house, "Priya Nair").await);
        let (to_add, dead) = (ticket(&house, "Tom Okafor").await, ticket(&house, "Leah Morris").await);
        later(&house, 599).await;
        assert_eq!(prove(&house, &early, &app.code(&house, 0)).await.status, 200);
        assert_eq!(add_app(&house, &to_add).await.1.status, 200);
        later(&house, 1).await;
        for answer in every_use(&house, &dead).await {
            assert_eq!(answer.status, 401, "{}", answer.body);
        }
        assert_eq!(prove(&house, &late, &app.code(&house, 1)).await.status, 401, "600 seconds");
        let fresh = ticket(&house, "Priya Nair").await;
        assert_eq!(prove(&house, &fresh, &app.code(&house, 1)).await.status, 200, "the code was good");
    }

    async fn a_ticket_for_adding_is_dead_once_a_factor_is_there(database: Database) {
        let Some(house) = required(database).await else { return };
        let (first, second) = (ticket(&house, "Priya Nair").await, ticket(&house, "Priya Nair").await);
        // Begun while there was none.
        let begun = CodeApp::read(&post(&house, CODES, &json!({ "ticket": second })).await);
        let challenges = format!("{PASSKEYS}/challenges");
        let begun_passkey = post(&house, &challenges, &json!({ "ticket": second })).await;
        let Enrolled { client, .. } = {
            let (app, added) = add_app(&house, &first).await;
            Enrolled { client: signed_in(&house, &added, "/tokens"), app, paper: paper(&added) }
        };
        for ticket in [&first, &second] {
            for answer in every_use(&house, ticket).await {
                assert_problem(&answer, 401, "not-signed-in");
            }
        }
        let code = json!({ "ticket": second, "one_time_code": begun.code(&house, 0) });
        assert_eq!(post(&house, CONFIRMATIONS, &code).await.status, 401);
        let passkey = json!({
            "ticket": second, "challenge_id": begun_passkey.text("/challenge_id"), "name": "phone",
            "credential": Authenticator::new().create(&begun_passkey.body["options"]),
        });
        assert_eq!(post(&house, PASSKEYS, &passkey).await.status, 401);
        assert_eq!(client.get("/me/factors").await.list("/passkeys").len(), 0);
    }

    async fn a_ticket_for_proving_adds_nothing_and_is_used_up(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let ticket = ticket(&house, "Priya Nair").await;
        for answer in every_use(&house, &ticket).await {
            assert_problem(&answer, 401, "not-signed-in");
        }
        assert_eq!(prove(&house, &ticket, &app.code(&house, 1)).await.status, 200);
        later(&house, 60).await;
        assert_eq!(prove(&house, &ticket, &app.code(&house, 0)).await.status, 401);
    }

    async fn tickets_die_with_a_new_password(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { client, app, .. } = enrolled(&house, "Priya Nair").await;
        let ticket = ticket(&house, "Priya Nair").await;
        let body = json!({ "current_password": PASSWORD, "password": "slow amber teapots wander" });
        let changed = client.send(Method::PUT, "/me/password", &[], Some(body.to_string())).await;
        assert_eq!(changed.status, 204, "{}", changed.body);
        assert_eq!(prove(&house, &ticket, &app.code(&house, 1)).await.status, 401);
    }

    async fn a_server_that_asks_everybody_warns_of_nothing(database: Database) {
        let Some(house) = required(database).await else { return };
        let server = Client::stranger(house.address).get("/server").await;
        assert_eq!(server.body, json!({ "second_factor_is_required": true, "has_passkeys": true }));
    }
}
