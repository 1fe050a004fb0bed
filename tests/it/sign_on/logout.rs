//! A provider ends sessions from afar.

use super::{Browser, World, page};
use crate::house::Answer;
use crate::house::identity_provider::{IdentityProvider, Signer, Token, ec};
use crate::on_each_database;
use serde_json::{Value, json};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn token(provider: &IdentityProvider, claims: Value) -> Token {
    let mut all = json!({ "jti": format!("{}", uuid::Uuid::now_v7()), "events": { EVENT: {} } });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let mut token = provider.token(all);
    token.header["typ"] = "logout+jwt".into();
    token
}

/// What a provider sends: no cookie, and from nowhere in particular.
async fn send(world: &World<'_>, token: &Token) -> Answer {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let body = Some(format!("logout_token={}", token.text()));
    let mut provider = world.browser();
    provider.send(reqwest::Method::POST, "/sign-in/logout/school", &headers, body).await
}

async fn is_in(browser: &mut Browser) -> bool {
    page(&browser.get("/sign-in").await).contains("signed in as")
}

type Mischief = fn(&mut Token);

const MALFORMED: [(&str, Mischief); 17] = [
    ("no event", |it| it.claims["events"] = json!({})),
    ("another event", |it| it.claims["events"] = json!({ "https://example.org/event": {} })),
    ("an event that is no object", |it| it.claims["events"] = json!({ EVENT: true })),
    ("a nonce", |it| it.claims["nonce"] = "n".into()),
    ("another issuer", |it| it.claims["iss"] = "https://evil.example".into()),
    ("for another client", |it| it.claims["aud"] = "another".into()),
    ("issued long ago", |it| it.claims["iat"] = (it.claims["iat"].as_i64().unwrap() - 301).into()),
    ("issued in the future", |it| {
        it.claims["iat"] = (it.claims["iat"].as_i64().unwrap() + 61).into()
    }),
    ("expired", |it| it.claims["exp"] = (it.claims["iat"].as_i64().unwrap() - 60).into()),
    ("no id", |it| _ = it.claims.as_object_mut().unwrap().remove("jti")),
    ("an empty id", |it| it.claims["jti"] = "".into()),
    ("nobody and nothing", |it| _ = it.claims.as_object_mut().unwrap().remove("sub")),
    ("an empty subject", |it| it.claims["sub"] = "".into()),
    ("another key", |it| it.signed_by(ec())),
    ("alg none", |it| it.signed_by(Signer::Nobody)),
    ("an access token's type", |it| it.header["typ"] = "at+jwt".into()),
    ("an unknown key", |it| it.header["kid"] = "unknown".into()),
];

on_each_database! {
    async fn a_logout_token_ends_the_session_on_every_node_at_once(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        world.link("Daniel Osei", "school", "daniel-1").await;
        let other_node = world.another_node().await;
        let mut priya = world.signed_in("priya-1").await;
        let mut there = priya.moved_to(&other_node);
        let mut daniel = world.signed_in("daniel-1").await;
        assert!(is_in(&mut there).await);
        let ended = send(&world, &token(&world.school, json!({ "sub": "priya-1" }))).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        assert!(!is_in(&mut priya).await && !is_in(&mut there).await);
        assert!(is_in(&mut daniel).await, "nobody else's");
        let by_session = token(&world.school, json!({ "sid": "sid-of-daniel-1" }));
        assert_eq!(send(&world, &by_session).await.status, 200);
        assert!(!is_in(&mut daniel).await);
        // It came before: it ends nothing again.
        let mut daniel = world.signed_in("daniel-1").await;
        assert_eq!(send(&world, &by_session).await.status, 400);
        assert!(is_in(&mut daniel).await);
        let other = json!({ "sub": "daniel-1", "sid": "another" });
        assert_eq!(send(&world, &token(&world.school, other)).await.status, 200);
        assert!(is_in(&mut daniel).await, "another session of theirs");
        let theirs = json!({ "sub": "daniel-1", "sid": "sid-of-daniel-1" });
        assert_eq!(send(&world, &token(&world.school, theirs)).await.status, 200);
        assert!(!is_in(&mut daniel).await);
    }

    async fn a_malformed_logout_token_ends_nothing(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let mut priya = world.signed_in("priya-1").await;
        for (what, mischief) in MALFORMED {
            let mut forged = token(&world.school, json!({ "sub": "priya-1" }));
            mischief(&mut forged);
            let answer = send(&world, &forged).await;
            assert_eq!(answer.status, 400, "{what}");
            assert_eq!(answer.body, json!({ "error": "invalid_request" }), "{what}");
            assert!(is_in(&mut priya).await, "{what}");
        }
        let theirs = token(&world.care, json!({ "sub": "priya-1", "iss": world.school.issuer() }));
        assert_eq!(send(&world, &theirs).await.status, 400, "another provider's");
        let id_token = world.school.token(json!({ "sub": "priya-1", "nonce": "n" }));
        assert_eq!(send(&world, &id_token).await.status, 400, "an ID token");
        assert!(is_in(&mut priya).await);
        for (kind, body) in [
            ("text/plain", "logout_token=x"),
            ("application/x-www-form-urlencoded", "token=x"),
            ("application/x-www-form-urlencoded", ""),
        ] {
            let headers = [("Content-Type", kind)];
            let body = Some(body.to_owned());
            let mut provider = world.browser();
            let answer = provider
                .send(reqwest::Method::POST, "/sign-in/logout/school", &headers, body)
                .await;
            assert_eq!(answer.status, 400, "{kind}");
        }
    }
}
