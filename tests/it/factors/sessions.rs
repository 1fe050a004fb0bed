//! Sessions: when they end, who sees them, who ends them.

use super::*;
use crate::contract::{NOBODY, as_sent, assert_problem, on_condition};
use crate::engine::sql::Raw;
use crate::house::reading;
use crate::on_each_database;
use bscp_escalation::access::Actor;
use bscp_escalation::config::{SecondFactor, Settings};
use bscp_escalation::engine::{Engine, EngineError};

async fn refreshed(house: &House, client: &Client) -> Answer {
    post(house, "/sessions/refresh", &json!({ "refresh_token": client.refresh_token })).await
}

async fn status(client: &Client) -> u16 {
    client.get("/me").await.status
}

/// Who that is on each node.
async fn on_all(nodes: &[Engine], client: &Client) -> Vec<Option<Actor>> {
    let mut all = Vec::new();
    for node in nodes {
        all.push(match node.authenticate(client.token.as_ref().unwrap(), &reading()).await {
            Ok(actor) => Some(actor),
            Err(EngineError::NotSignedIn) => None,
            Err(other) => panic!("{other}"),
        });
    }
    all
}

/// Three nodes of a house; on SQLite of one database file.
async fn three_nodes(house: &House) -> [Engine; 3] {
    [house.engine.clone(), house.another_node().await, house.another_node().await]
}

async fn change_person(house: &House, name: &str, change: impl FnOnce(&mut Value)) {
    let ellis = house.as_("Ellis Grant").await;
    let path = format!("/people/{}", house.person_id(name));
    let read = ellis.get(&path).await;
    let mut body = as_sent(&read);
    change(&mut body);
    let etag = read.header("etag").unwrap();
    let changed = on_condition(&ellis, Method::PUT, &path, &etag, &body).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
}

on_each_database! {
    async fn a_session_that_lies_idle_ends_at_the_second_and_asking_is_use(house: &House) {
        let idle = [house.as_("Priya Nair").await, house.as_("Priya Nair").await];
        let used = [house.as_("Priya Nair").await, house.as_("Priya Nair").await];
        later(house, 14 * 60 + 59).await;
        for client in &used {
            assert_eq!(status(client).await, 200);
        }
        later(house, 15 * 60).await;
        assert_eq!(refreshed(house, &idle[0]).await.status, 200, "29:59");
        later(house, 1).await;
        assert_eq!(refreshed(house, &idle[1]).await.status, 401, "30:00");
        let fresh = house.as_("Priya Nair").await;
        assert_eq!(fresh.get("/me/sessions").await.list("/items").len(), 4, "it is not listed");
        later(house, 14 * 60 + 58).await;
        assert_eq!(refreshed(house, &used[0]).await.status, 200, "29:59 after asking");
        later(house, 1).await;
        assert_eq!(refreshed(house, &used[1]).await.status, 401, "30:00 after asking");
    }

    /// Use is written down once a minute at most: a session ends up to a minute early, never late.
    async fn use_within_a_minute_of_the_last_is_not_written_down(house: &House) {
        let early = house.as_("Priya Nair").await;
        let on_time = [house.as_("Priya Nair").await, house.as_("Priya Nair").await];
        later(house, 59).await;
        assert_eq!(status(&early).await, 200);
        later(house, 1).await;
        for client in &on_time {
            assert_eq!(status(client).await, 200);
        }
        later(house, 59).await;
        let at = on_time[0].get("/me/sessions").await.text("/items/1/last_used_at");
        assert_eq!(at, "2026-12-21T09:11:00.000000Z", "to the minute");
        later(house, 28 * 60 + 1).await;
        assert_eq!(refreshed(house, &early).await.status, 401, "30:00 after it began");
        later(house, 59).await;
        assert_eq!(refreshed(house, &on_time[0]).await.status, 200, "29:59 after it was used");
        later(house, 1).await;
        assert_eq!(refreshed(house, &on_time[1]).await.status, 401, "30:00 after it was used");
    }

    async fn what_a_password_alone_began_is_over_once_a_second_factor_is_required(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let by_passkey = house.as_("Tom Okafor").await;
        let (mut device, _) = add_own_passkey(&by_passkey).await;
        let by_passkey = signed_in(house, &sign_in_by(house, &mut device).await, "");
        let stricter = |settings: &mut Settings| settings.auth.second_factor = SecondFactor::Required;
        let node = house.node_with(stricter).await;
        let there = [node.engine];
        assert!(on_all(&there, &by_passkey).await[0].is_some());
        assert_eq!(on_all(&there, &priya).await, [None]);
        let body = json!({ "refresh_token": priya.refresh_token });
        let stranger = Client::stranger(node.address);
        assert_eq!(stranger.post("/sessions/refresh", &body).await.status, 401);
    }

    async fn people_see_where_they_are_signed_in_and_end_it(house: &House) {
        let (here, there) = (house.as_("Priya Nair").await, house.as_("Priya Nair").await);
        let (third, tom) = (house.as_("Priya Nair").await, house.as_("Tom Okafor").await);
        assert_ne!(here.token, there.token, "each sign-in begins a session of its own");
        let listed = here.get("/me/sessions").await;
        assert_eq!(listed.list("/items").len(), 3);
        let current: Vec<&Value> =
            listed.body["items"].as_array().unwrap().iter().map(|it| &it["is_current"]).collect();
        assert_eq!(current, [false, false, true], "the newest first");
        assert_eq!(listed.text("/items/0/proved_by"), "password");
        assert_eq!(listed.text("/items/0/begun_at"), "2026-12-21T09:10:00.000000Z");
        for secret in [&here.token, &here.refresh_token] {
            assert!(!listed.body.to_string().contains(secret.as_ref().unwrap()));
        }

        let of_there = there.get("/me/sessions").await.list("/items");
        let current = of_there.iter().find(|it| it["is_current"] == true).unwrap();
        let path = format!("/me/sessions/{}", current["id"].as_str().unwrap());
        assert_problem(&delete(&tom, &path).await, 404, "not-found");
        assert_problem(&delete(&here, &format!("/me/sessions/{NOBODY}")).await, 404, "not-found");
        assert_eq!(status(&there).await, 200);
        assert_eq!(delete(&here, &path).await.status, 204);
        assert_eq!(status(&there).await, 401);
        let refresh = json!({ "refresh_token": there.refresh_token });
        assert_eq!(post(house, "/sessions/refresh", &refresh).await.status, 401);
        assert_eq!(here.get("/me/sessions").await.list("/items").len(), 2);

        assert_eq!(delete(&here, "/me/sessions").await.status, 204);
        assert_eq!([status(&here).await, status(&third).await, status(&tom).await], [200, 401, 200]);
        let own = here.get("/me/sessions").await.text("/items/0/id");
        assert_eq!(delete(&here, &format!("/me/sessions/{own}")).await.status, 204);
        assert_eq!(status(&here).await, 401);
    }

    async fn an_administrator_ends_all_sessions_of_somebody(house: &House) {
        let nodes = three_nodes(house).await;
        let sessions = [house.as_("Priya Nair").await, house.as_("Priya Nair").await];
        let tom = house.as_("Tom Okafor").await;
        let path = format!("/people/{}/sessions", house.person_id("Priya Nair"));
        assert_problem(&delete(&house.as_("Judith Hale").await, &path).await, 403, "not-yours");
        assert_problem(&delete(&tom, &path).await, 403, "not-yours");
        let ellis = house.as_("Ellis Grant").await;
        let nobody = format!("/people/{NOBODY}/sessions");
        assert_problem(&delete(&ellis, &nobody).await, 404, "not-found");
        assert_eq!(delete(&ellis, &path).await.status, 204);
        for client in &sessions {
            assert_eq!(on_all(&nodes, client).await, [const { None }; 3]);
        }
        assert_eq!([status(&tom).await, status(&ellis).await], [200, 200]);
        let written = "change = 'sessions ended'";
        assert_eq!(Raw::of(house).count("directory_changes", written), 1);
        assert_eq!(status(&house.as_("Priya Nair").await).await, 200, "she may sign in again");
        later(house, 301).await;
        assert_problem(&delete(&ellis, &path).await, 403, "prove-again");
    }

    async fn whoever_is_disabled_is_out_on_every_node_with_the_next_request(house: &House) {
        let nodes = three_nodes(house).await;
        let tom = house.as_("Tom Okafor").await;
        assert!(on_all(&nodes, &tom).await.iter().all(Option::is_some));
        change_person(house, "Tom Okafor", |body| body["active"] = json!(false)).await;
        assert_eq!(on_all(&nodes, &tom).await, [const { None }; 3]);
    }

    async fn a_role_that_was_taken_away_is_gone_on_every_node_with_the_next_request(house: &House) {
        let nodes = three_nodes(house).await;
        change_person(house, "Tom Okafor", |body| body["administrator"] = json!(true)).await;
        let tom = house.as_("Tom Okafor").await;
        let rights = async || {
            let actors = on_all(&nodes, &tom).await;
            actors.iter().map(|it| it.as_ref().unwrap().administrator).collect::<Vec<_>>()
        };
        assert_eq!(rights().await, [true; 3]);
        change_person(house, "Tom Okafor", |body| body["administrator"] = json!(false)).await;
        assert_eq!(rights().await, [false; 3]);

        // And a post.
        let judith = house.as_("Judith Hale").await;
        let posts = on_all(&nodes, &judith).await;
        assert!(posts.iter().all(|it| it.as_ref().unwrap().officer_of().count() == 1));
        let ellis = house.as_("Ellis Grant").await;
        let all = ellis.get("/posts?limit=200").await.list("/items");
        let manager = house.person_id("Judith Hale");
        let path = all
            .iter()
            .find(|post| {
                let holders = post["holders"].as_array().into_iter().flatten();
                holders.into_iter().any(|holder| holder["person_id"] == json!(manager))
            })
            .map(|post| format!("/posts/{}", post["id"].as_str().unwrap()))
            .unwrap();
        let read = ellis.get(&path).await;
        let mut body = as_sent(&read);
        body["holders"] = json!([]);
        let etag = read.header("etag").unwrap();
        let changed = on_condition(&ellis, Method::PUT, &path, &etag, &body).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let posts = on_all(&nodes, &judith).await;
        assert!(posts.iter().all(|it| it.as_ref().unwrap().officer_of().count() == 0));
    }

    async fn a_new_password_ends_other_sessions_on_every_node_with_the_next_request(house: &House) {
        let nodes = three_nodes(house).await;
        let (here, there) = (house.as_("Priya Nair").await, house.as_("Priya Nair").await);
        let body = json!({ "current_password": PASSWORD, "password": "slow amber teapots wander" });
        let changed = here.send(Method::PUT, "/me/password", &[], Some(body.to_string())).await;
        assert_eq!(changed.status, 204, "{}", changed.body);
        assert!(on_all(&nodes, &here).await.iter().all(Option::is_some));
        assert_eq!(on_all(&nodes, &there).await, [const { None }; 3]);
    }
}

on_each_database! {
    async fn a_session_ends_at_its_time_whatever_its_tokens_say(database: Database) {
        let settings = vec![
            ("auth.refresh_token_seconds", "1200".to_owned()),
            ("auth.refresh_idle_seconds", "900".to_owned()),
        ];
        let wishes = Wishes { settings, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let priya = house.as_("Priya Nair").await;
        let ends = priya.get("/me/sessions").await.text("/items/0/expires_at");
        assert_eq!(ends, "2026-12-21T09:30:00.000000Z");
        later(&house, 600).await;
        let priya = signed_in(&house, &refreshed(&house, &priya).await, "");
        later(&house, 599).await;
        assert_eq!(status(&priya).await, 200, "1199");
        later(&house, 1).await;
        assert_eq!(status(&priya).await, 401, "1200: its token would be good for 300 more");
        assert_eq!(refreshed(&house, &priya).await.status, 401);
    }

    async fn who_is_half_in_is_out_as_well_when_an_administrator_ends_all(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { app, .. } = enrolled(&house, "Priya Nair").await;
        let ellis = enrolled(&house, "Ellis Grant").await.client;
        let half_in = ticket(&house, "Priya Nair").await;
        let path = format!("/people/{}/sessions", house.person_id("Priya Nair"));
        assert_eq!(delete(&ellis, &path).await.status, 204);
        assert_eq!(prove(&house, &half_in, &app.code(&house, 1)).await.status, 401);
    }
}
