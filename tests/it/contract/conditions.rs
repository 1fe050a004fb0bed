//! ETag, If-Match and If-None-Match: nobody's change is lost, nothing is sent twice for nothing.

use super::{
    agency, as_sent, assert_problem, at_once, bare_draft, begun, count_of, entries, on_condition,
    post_titled, raised_by,
};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

async fn read_if_none_match(client: &Client, path: &str, tags: &str) -> Answer {
    client.send(Method::GET, path, &[("If-None-Match", tags)], None).await
}

/// What can be read with an ETag: addresses, as Priya Nair reads them.
async fn readable(house: &House, priya: &Client) -> Vec<String> {
    let reference = raised_by(priya, &house.draft()).await;
    let post = post_titled(priya, "Class teacher").await.text("/id");
    let partnership = priya.get("/partnerships").await.text("/items/0/id");
    vec![
        format!("/escalations/{reference}"),
        format!("/agencies/{}", house.agency_id("primary")),
        format!("/people/{}", house.person_id("Tom Okafor")),
        format!("/posts/{post}"),
        format!("/partnerships/{partnership}"),
    ]
}

/// Eight who read the same version all change it: exactly one does, the others are told.
async fn assert_one_of_eight(
    client: &Client,
    method: Method,
    path: &str,
    etag: &str,
    bodies: Vec<Value>,
) {
    let all = bodies.into_iter().map(|body| {
        let (client, method) = (client.clone(), method.clone());
        let (path, etag) = (path.to_owned(), etag.to_owned());
        async move { on_condition(&client, method, &path, &etag, &body).await }
    });
    let answers = at_once(all.collect()).await;
    let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(count_of(&answers, 200), 1, "{path}: {told:?}");
    assert_eq!(count_of(&answers, 412), 7, "{path}: {told:?}");
    for answer in answers.iter().filter(|answer| answer.status == 412) {
        assert_problem(answer, 412, "stale");
    }
}

on_each_database! {
    async fn who_has_it_already_is_told_so_and_sent_nothing(house: &House) {
        let priya = house.as_("Priya Nair").await;
        for path in readable(house, &priya).await {
            let read = priya.get(&path).await;
            assert_eq!(read.status, 200, "{path}: {}", read.body);
            let etag = read.header("etag").unwrap();
            assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2, "{etag}");
            let lists =
                [etag.clone(), format!("\"none\", {etag}"), format!("W/{etag}"), "*".to_owned()];
            for tags in lists {
                let answer = read_if_none_match(&priya, &path, &tags).await;
                assert_eq!(answer.status, 304, "{path} with {tags}");
                assert_eq!(answer.body, Value::String(String::new()), "{path} with {tags}");
                assert_eq!(answer.header("etag"), Some(etag.clone()), "{path} with {tags}");
            }
            for tags in ["\"none\"", "none", "\"999999\""] {
                let answer = read_if_none_match(&priya, &path, tags).await;
                assert_eq!(answer.status, 200, "{path} with {tags}");
                assert_eq!(answer.body, read.body, "{path} with {tags}");
            }
        }
    }

    async fn a_change_gives_a_new_etag_that_the_next_reading_has_too(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let reference = begun(&priya, &bare_draft()).await;
        let path = format!("/escalations/{reference}");
        let before = priya.get(&path).await.header("etag").unwrap();
        let changed =
            on_condition(&priya, Method::PUT, &format!("{path}/draft"), &before, &house.draft())
                .await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let after = changed.header("etag").unwrap();
        assert_ne!(after, before);
        assert_eq!(priya.get(&path).await.header("etag"), Some(after.clone()));
        assert_eq!(read_if_none_match(&priya, &path, &before).await.status, 200);
        let raised =
            on_condition(&priya, Method::POST, &format!("{path}/raising"), &after, &json!({}))
                .await;
        assert_eq!(raised.status, 200, "the ETag of an answer is good for the next command");

        let ellis = house.as_("Ellis Grant").await;
        let read = agency(house, &ellis, "nursery").await;
        let path = format!("/agencies/{}", read.text("/id"));
        let mut body = as_sent(&read);
        body["name"] = json!("Moonbeam Nursery");
        let changed =
            on_condition(&ellis, Method::PUT, &path, &read.header("etag").unwrap(), &body).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let reread = ellis.get(&path).await;
        assert_eq!(reread.header("etag"), changed.header("etag"));
        assert_eq!(reread.body, changed.body);
    }

    async fn a_change_without_a_condition_is_not_made(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let ellis = house.as_("Ellis Grant").await;
        let reference = raised_by(&priya, &house.draft()).await;
        let count = entries(&priya, &reference).await;
        let reason = json!({ "reason": "It was settled." });
        let case = format!("/escalations/{reference}");
        let commands = [("withdrawals", reason.clone()), ("early-escalations", reason)];
        for (command, body) in commands {
            let answer = priya.post(&format!("{case}/{command}"), &body).await;
            assert_problem(&answer, 428, "condition-required");
        }
        assert_eq!(entries(&priya, &reference).await, count);

        let post = post_titled(&ellis, "Class teacher").await;
        let primary = agency(house, &ellis, "primary").await;
        let tom = ellis.get(&format!("/people/{}", house.person_id("Tom Okafor"))).await;
        for (kind, read) in [("posts", post), ("agencies", primary), ("people", tom)] {
            let path = format!("/{kind}/{}", read.text("/id"));
            let body = Some(as_sent(&read).to_string());
            let answer = ellis.send(Method::PUT, &path, &[], body.clone()).await;
            assert_problem(&answer, 428, "condition-required");
            for stale in
                ["\"0\"", "\"999\"", "1", "*", "W/\"1\"", "\"\"", "", "\"1\", \"2\"", "\"one\""]
            {
                let answer =
                    ellis.send(Method::PUT, &path, &[("If-Match", stale)], body.clone()).await;
                assert_problem(&answer, 412, "stale");
            }
            assert_eq!(ellis.get(&path).await.body, read.body, "{path} was changed");
        }
    }

    async fn of_eight_commands_to_the_same_version_one_is_done(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let tom = house.as_("Tom Okafor").await;
        let reference = raised_by(&priya, &house.draft()).await;
        let count = entries(&priya, &reference).await;
        let path = format!("/escalations/{reference}");
        let etag = tom.get(&path).await.header("etag").unwrap();
        let bodies = (1..=8).map(
            |n| json!({ "facts": format!("Fact {n}."), "judgement": "So.", "rationale": "Thus." }),
        );
        assert_one_of_eight(
            &tom,
            Method::POST,
            &format!("{path}/positions"),
            &etag,
            bodies.collect(),
        )
        .await;
        assert_eq!(entries(&priya, &reference).await, count + 1);
        assert_eq!(tom.get(&path).await.list("/positions").len(), 1);
    }

    async fn of_eight_changes_to_the_same_version_of_the_directory_one_is_made(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let post = post_titled(&ellis, "Class teacher").await;
        let primary = agency(house, &ellis, "primary").await;
        let tom = ellis.get(&format!("/people/{}", house.person_id("Tom Okafor"))).await;
        for (kind, name, read) in
            [("agencies", "name", primary), ("people", "name", tom), ("posts", "title", post)]
        {
            let path = format!("/{kind}/{}", read.text("/id"));
            let etag = read.header("etag").unwrap();
            let bodies = (1..=8).map(|n| {
                let mut body = as_sent(&read);
                body[name] = json!(format!("Name {n}"));
                body
            });
            assert_one_of_eight(&ellis, Method::PUT, &path, &etag, bodies.collect()).await;
            let after = ellis.get(&path).await;
            assert_eq!(after.number("/version"), read.number("/version") + 1, "{path}");
        }
    }
}
