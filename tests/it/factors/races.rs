//! Many at once, over two nodes: what works once works once, and no more is tried than may be.

use super::*;
use crate::accounts::network;
use crate::engine::sql::Raw;
use crate::house::reading;
use crate::on_each_database;
use bscp_escalation::engine::{Code, Engine, EngineError, SignInStep};

const AT_ONCE: usize = 40;

/// Two nodes of a house; of one on SQLite.
async fn two_nodes(house: &House) -> [Engine; 2] {
    let is_sqlite = Raw::of(house).is_sqlite();
    let other = if is_sqlite { house.engine.clone() } else { house.another_node().await };
    [house.engine.clone(), other]
}

/// Forty tickets of somebody, each got from a network of its own.
async fn tickets(house: &House, name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for number in 0..AT_ONCE {
        let (email, password) = (house.email(name), PASSWORD.to_owned());
        let step = house.engine.sign_in(email, password, from(&network(number))).await.unwrap();
        let SignInStep::ProveFactor { ticket, .. } = step else { panic!("{step:?}") };
        all.push(ticket);
    }
    all
}

/// What becomes of forty tries at once: each with its own ticket and network, half at each node.
async fn tried(nodes: &[Engine; 2], tickets: &[String], code: impl Fn(usize) -> Code) -> Vec<bool> {
    let tries = tickets.iter().enumerate().map(|(number, ticket)| {
        let (node, ticket, code) = (nodes[number % 2].clone(), ticket.clone(), code(number));
        async move {
            match node.prove_factor(&ticket, code, from(&network(number))).await {
                Ok(_) => true,
                Err(EngineError::FactorRefused) => false,
                Err(other) => panic!("{other}"),
            }
        }
    });
    at_once(tries.collect::<Vec<_>>()).await
}

fn who_got_in(tries: &[bool]) -> usize {
    tries.iter().filter(|is_in| **is_in).count()
}

on_each_database! {
    async fn of_forty_that_answer_one_challenge_at_once_one_gets_in(house: &House) {
        let nodes = two_nodes(house).await;
        let (mut device, added) = add_own_passkey(&house.as_("Priya Nair").await).await;
        assert_eq!(added.status, 201, "{}", added.body);
        let (challenge_id, options) = challenge(house).await;
        let credential = device.get(&options);
        let tries = (0..AT_ONCE).map(|number| {
            let (node, id, it) = (nodes[number % 2].clone(), challenge_id.clone(), credential.clone());
            async move {
                match node.sign_in_by_passkey(&id, it, from("192.0.2.1")).await {
                    Ok(_) => true,
                    Err(EngineError::FactorRefused) => false,
                    Err(other) => panic!("{other}"),
                }
            }
        });
        assert_eq!(who_got_in(&at_once(tries.collect::<Vec<_>>()).await), 1);
    }
}

on_each_database! {
    async fn of_forty_at_once_with_one_code_one_gets_in(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let (nodes, tickets) = (two_nodes(&house).await, tickets(&house, "Priya Nair").await);
        let code = app.code(&house, 1);
        let tries = tried(&nodes, &tickets, |_| Code::OneTime(code.clone())).await;
        assert_eq!(who_got_in(&tries), 1);
        assert_eq!(Raw::of(&house).count("sessions", "1 = 1"), 2, "this and the first sign-in");
    }

    async fn of_forty_at_once_with_one_recovery_code_one_gets_in(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { paper, .. } = enrolled(&house, "Priya Nair").await;
        let (nodes, tickets) = (two_nodes(&house).await, tickets(&house, "Priya Nair").await);
        let tries = tried(&nodes, &tickets, |_| Code::Recovery(paper[0].clone())).await;
        assert_eq!(who_got_in(&tries), 1);
        assert_eq!(Raw::of(&house).count("recovery_codes", "used_at is null"), 9);
    }

    async fn of_forty_wrong_codes_at_once_ten_are_tried(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, paper, .. } = enrolled(&house, "Priya Nair").await;
        let (nodes, tickets) = (two_nodes(&house).await, tickets(&house, "Priya Nair").await);
        let wrong = app.wrong(&house);
        let tries = tried(&nodes, &tickets, |_| Code::OneTime(wrong.clone())).await;
        assert_eq!(who_got_in(&tries), 0);
        assert_eq!(Raw::of(&house).count("wrong_proofs", "1 = 1"), 10, "tried and found wrong");
        let right = Code::OneTime(app.code(&house, 1));
        let late = nodes[0].prove_factor(&tickets[0], right, from("192.0.2.1")).await;
        assert!(matches!(late, Err(EngineError::FactorRefused)));
        let on_paper = Code::Recovery(paper[0].clone());
        let late = nodes[1].prove_factor(&tickets[1], on_paper, from("192.0.2.1")).await;
        assert!(matches!(late, Err(EngineError::FactorRefused)));
    }

    async fn of_forty_at_once_with_one_ticket_five_are_tried(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let nodes = two_nodes(&house).await;
        let one = vec![ticket(&house, "Priya Nair").await; AT_ONCE];
        let wrong = app.wrong(&house);
        let tries = tried(&nodes, &one, |_| Code::OneTime(wrong.clone())).await;
        assert_eq!(who_got_in(&tries), 0);
        assert_eq!(Raw::of(&house).count("wrong_proofs", "1 = 1"), 5);
    }

    async fn of_sixteen_factors_that_are_removed_at_once_one_stays(database: Database) {
        let Some(house) = required(database).await else { return };
        let (nodes, Enrolled { client: priya, .. }) =
            (two_nodes(&house).await, enrolled(&house, "Priya Nair").await);
        for _ in 0..16 {
            assert_eq!(add_own_passkey(&priya).await.1.status, 201);
        }
        assert_eq!(delete(&priya, "/me/one-time-codes").await.status, 204);
        let actor = nodes[0].authenticate(priya.token.as_ref().unwrap(), &reading()).await.unwrap();
        let there = nodes[0].factors(actor.clone()).await.unwrap().passkeys;
        let removing = there.into_iter().enumerate().map(|(number, passkey)| {
            let (node, actor) = (nodes[number % 2].clone(), actor.clone());
            async move { node.remove_passkey(actor, passkey.id).await.is_ok() }
        });
        let told = at_once(removing.collect::<Vec<_>>()).await;
        assert_eq!(told.iter().filter(|is_gone| **is_gone).count(), 15, "{told:?}");
        assert_eq!(priya.get("/me/factors").await.list("/passkeys").len(), 1);
    }

    /// Two devices that add a first factor at once with two tickets: one does.
    async fn of_eight_who_add_a_first_factor_at_once_one_does(database: Database) {
        let Some(house) = required(database).await else { return };
        let mut all = Vec::new();
        for _ in 0..8 {
            all.push(ticket(&house, "Priya Nair").await);
        }
        let path = "/sessions/second-factors/one-time-codes";
        // The newest secret is the one that waits.
        let mut app = None;
        for ticket in &all {
            app = Some(CodeApp::read(&post(&house, path, &json!({ "ticket": ticket })).await));
        }
        let code = app.unwrap().code(&house, 0);
        let adding = all.into_iter().map(|ticket| {
            let (address, body) =
                (house.address, json!({ "ticket": ticket, "one_time_code": code }));
            async move {
                let path = "/sessions/second-factors/one-time-codes/confirmations";
                Client::stranger(address).post(path, &body).await.status
            }
        });
        let mut told = at_once(adding.collect::<Vec<_>>()).await;
        told.sort_unstable();
        assert_eq!(told, [200, 401, 401, 401, 401, 401, 401, 401]);
    }
}
