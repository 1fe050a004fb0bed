//! Everything that somebody may try on the way to a session, each by its name: all are refused, and
//! leave neither a session nor a cookie behind.

use super::{ATTEMPT, Browser, SESSION, World};
use crate::house::House;
use crate::house::identity_provider::{SECRET, Signer, Token, TokenAnswer, ec, rsa};
use crate::on_each_database;
use serde_json::{Value, json};

const MORE: &str = "acr = [\"urn:strong\"]\namr = [\"mfa\"]\nmax_age_seconds = 3600";

type Mischief = fn(&mut Token);

fn seconds(token: &Token, name: &str) -> i64 {
    token.claims[name].as_i64().unwrap()
}

fn remove(token: &mut Token, name: &str) {
    token.claims.as_object_mut().unwrap().remove(name);
}

/// What a provider, or somebody in its name, does to an ID token.
const FORGED: [(&str, Mischief); 40] = [
    ("no nonce", |it| remove(it, "nonce")),
    ("another nonce", |it| it.claims["nonce"] = "another".into()),
    ("an empty nonce", |it| it.claims["nonce"] = "".into()),
    ("alg none", |it| it.signed_by(Signer::Nobody)),
    ("alg None", |it| {
        it.signed_by(Signer::Nobody);
        it.header["alg"] = "None".into();
    }),
    ("HS256 with the client's secret", |it| it.signed_by(Signer::Hmac(SECRET.into()))),
    ("HS256 with the public key", |it| {
        let Signer::Ec(key) = it.signer.clone() else { panic!() };
        use aws_lc_rs::signature::KeyPair;
        it.signed_by(Signer::Hmac(key.public_key().as_ref().to_vec()));
    }),
    ("another key under this name", |it| it.signed_by(ec())),
    ("an unknown key", |it| {
        it.signed_by(ec());
        it.header["kid"] = "unknown".into();
    }),
    ("an RSA key under the name of an EC key", |it| it.signed_by(rsa())),
    ("a key of its own in the header", |it| {
        it.signed_by(ec());
        it.header["jwk"] = it.signer.jwk("first");
    }),
    ("the address of a key in the header", |it| {
        it.header["jku"] = "https://evil.example/jwks".into()
    }),
    ("a certificate's address in the header", |it| {
        it.header["x5u"] = "https://evil.example/x".into()
    }),
    ("something critical in the header", |it| it.header["crit"] = json!(["exp"])),
    ("an access token's type", |it| it.header["typ"] = "at+jwt".into()),
    ("a logout token's type", |it| it.header["typ"] = "logout+jwt".into()),
    ("another issuer", |it| it.claims["iss"] = "https://evil.example".into()),
    ("the issuer with a slash", |it| {
        it.claims["iss"] = format!("{}/", it.claims["iss"].as_str().unwrap()).into();
    }),
    ("no issuer", |it| remove(it, "iss")),
    ("for another client", |it| it.claims["aud"] = "another".into()),
    ("for nobody", |it| it.claims["aud"] = json!([])),
    ("for several, and nobody in particular", |it| it.claims["aud"] = json!(["bscp", "another"])),
    ("for several, issued to another", |it| {
        it.claims["aud"] = json!(["bscp", "another"]);
        it.claims["azp"] = "another".into();
    }),
    ("for us, issued to another", |it| it.claims["azp"] = "another".into()),
    ("expired by a second beyond the skew", |it| {
        it.claims["exp"] = (seconds(it, "iat") - 61).into()
    }),
    ("expired to the second", |it| it.claims["exp"] = (seconds(it, "iat") - 60).into()),
    ("no expiry", |it| remove(it, "exp")),
    ("issued in the future", |it| it.claims["iat"] = (seconds(it, "iat") + 61).into()),
    ("issued long ago", |it| it.claims["iat"] = (seconds(it, "iat") - 601).into()),
    ("good only later", |it| it.claims["nbf"] = (seconds(it, "iat") + 61).into()),
    ("a weak acr", |it| it.claims["acr"] = "urn:weak".into()),
    ("no acr", |it| remove(it, "acr")),
    ("an amr without a second factor", |it| it.claims["amr"] = json!(["pwd"])),
    ("no amr", |it| remove(it, "amr")),
    ("proved long ago", |it| it.claims["auth_time"] = (seconds(it, "iat") - 3661).into()),
    ("nobody knows when it was proved", |it| remove(it, "auth_time")),
    ("proved in the future", |it| it.claims["auth_time"] = (seconds(it, "iat") + 61).into()),
    ("an empty subject", |it| it.claims["sub"] = "".into()),
    ("a subject of 300 characters", |it| it.claims["sub"] = "x".repeat(300).into()),
    ("no subject", |it| remove(it, "sub")),
];

async fn world(house: &House) -> World<'_> {
    let world = World::build_with(house, MORE).await;
    for subject in ["priya-1"] {
        assert_eq!(world.link("Priya Nair", "school", subject).await.status, 201);
    }
    world
}

/// Refused, and nothing is left behind.
#[track_caller]
fn refused(world: &World<'_>, browser: &Browser, what: &str, status: u16, told: u16) {
    assert_eq!(status, told, "{what}");
    assert!(!browser.cookies.contains_key(SESSION), "{what}: a cookie");
    assert_eq!(world.sessions(), 0, "{what}: a session");
}

on_each_database! {
    async fn a_forged_id_token_signs_nobody_in(house: &House) {
        let world = world(house).await;
        for (what, mischief) in FORGED {
            world.school.misbehave(mischief);
            let mut browser = world.browser();
            let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
            refused(&world, &browser, what, answer.status, 403);
        }
        // And what is just within the limits does.
        world.school.misbehave(|it| it.claims["exp"] = (seconds(it, "iat") - 59).into());
        world.signed_in("priya-1").await;
        world.school.misbehave(|it| it.claims["iat"] = (seconds(it, "iat") + 60).into());
        world.signed_in("priya-1").await;
        world.school.misbehave(|it| {
            it.claims["aud"] = json!(["bscp", "another"]);
            it.claims["azp"] = "bscp".into();
        });
        world.signed_in("priya-1").await;
    }

    async fn an_attempt_is_one_browsers_and_works_once(house: &House) {
        let world = world(house).await;
        let mut browser = world.browser();
        let location = browser.begin("school").await;
        let back = world.school.authorize(&location, "priya-1");
        let mut elsewhere = world.browser();
        elsewhere.begin("school").await;
        let tries = [
            ("no state", format!("?code={}", back.code)),
            ("an empty state", format!("?state=&code={}", back.code)),
            ("another state", format!("?state={}x&code={}", back.state, back.code)),
            ("a state twice", format!("?state={0}&state={0}&code={1}", back.state, back.code)),
            ("nothing at all", String::new()),
        ];
        for (what, query) in tries {
            let answer = browser.get(&format!("/sign-in/back/school{query}")).await;
            refused(&world, &browser, what, answer.status, 400);
        }
        let path = format!("/sign-in/back/school{}", back.query());
        let mut bare = world.browser();
        refused(&world, &bare, "a browser without a cookie", bare.clone().get(&path).await.status, 400);
        let status = elsewhere.get(&path).await.status;
        refused(&world, &elsewhere, "another browser's state", status, 400);
        bare.cookies.insert(ATTEMPT.to_owned(), "x".repeat(43));
        let status = bare.get(&path).await.status;
        refused(&world, &bare, "a made-up cookie", status, 400);
        let status = browser.get(&format!("/sign-in/back/social-care{}", back.query())).await.status;
        refused(&world, &browser, "back at another provider's address", status, 400);
        assert_eq!(browser.get(&path).await.status, 303, "none of them used it up");
        assert_eq!(world.sessions(), 1);
        let mut again = world.browser();
        again.cookies = browser.cookies.clone();
        assert_eq!(again.get(&path).await.status, 400, "a used state");
        assert_eq!(world.sessions(), 1);
    }

    async fn an_attempt_is_over_after_ten_minutes(house: &House) {
        let world = world(house).await;
        let (mut early, mut late) = (world.browser(), world.browser());
        let first = world.school.authorize(&early.begin("school").await, "priya-1");
        let second = world.school.authorize(&late.begin("school").await, "priya-1");
        house.advance_to("2026-12-21T09:19:59Z").await;
        let answer = early.get(&format!("/sign-in/back/school{}", first.query())).await;
        assert_eq!(answer.status, 303);
        house.advance_to("2026-12-21T09:20:00Z").await;
        let answer = late.get(&format!("/sign-in/back/school{}", second.query())).await;
        assert_eq!(answer.status, 400);
        assert_eq!(world.sessions(), 1);
    }

    async fn a_code_is_worth_nothing_elsewhere(house: &House) {
        let world = world(house).await;
        // Somebody puts another's code into their own attempt: the verifier does not fit.
        let (mut victim, mut thief) = (world.browser(), world.browser());
        let stolen = world.school.authorize(&victim.begin("school").await, "priya-1");
        let own = world.school.authorize(&thief.begin("school").await, "mallory");
        let path = format!("/sign-in/back/school?state={}&code={}", own.state, stolen.code);
        let status = thief.get(&path).await.status;
        refused(&world, &thief, "another attempt's code", status, 403);
        // A challenge stripped on the way is no challenge met.
        let mut browser = world.browser();
        let location = browser.begin("school").await;
        let at = location.find("&code_challenge=").unwrap();
        let end = location[at + 1..].find('&').unwrap() + at + 1;
        let stripped = format!("{}{}", &location[..at], &location[end..]);
        let back = world.school.authorize(&stripped, "priya-1");
        let status = browser.get(&format!("/sign-in/back/school{}", back.query())).await.status;
        refused(&world, &browser, "no challenge", status, 403);
        let mut browser = world.browser();
        let back = world.school.authorize(&browser.begin("school").await, "priya-1");
        let path = format!("/sign-in/back/school?state={}", back.state);
        let status = browser.get(&path).await.status;
        refused(&world, &browser, "no code", status, 403);
        let mut browser = world.browser();
        let back = world.school.authorize(&browser.begin("school").await, "priya-1");
        let path = format!("/sign-in/back/school?state={}&code=code-1", back.state);
        let status = browser.get(&path).await.status;
        refused(&world, &browser, "a code that was used", status, 403);
    }

    async fn a_provider_speaks_for_itself_alone(house: &House) {
        let world = world(house).await;
        // The other provider's own token, at the school's address.
        let (forger, nonce) = (world.care.clone(), "nonce");
        world.school.misbehave(move |it| {
            let mut claims = it.claims.clone();
            claims["iss"] = forger.issuer().into();
            let theirs = forger.token(json!({ "sub": "priya-1", nonce: claims["nonce"] }));
            *it = theirs;
            it.claims = claims;
        });
        let mut browser = world.browser();
        let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
        refused(&world, &browser, "another provider's token", answer.status, 403);
        world.school.behave();
        for issuer in [world.care.issuer(), format!("{}/", world.school.issuer()), String::new()] {
            let mut browser = world.browser();
            let back = world.school.authorize(&browser.begin("school").await, "priya-1");
            let path = format!("/sign-in/back/school{}&iss={issuer}", back.query());
            let status = browser.get(&path).await.status;
            refused(&world, &browser, "an answer of another provider", status, 403);
        }
        let mut browser = world.browser();
        let back = world.school.authorize(&browser.begin("school").await, "priya-1");
        let path = format!("/sign-in/back/school{}&iss={}", back.query(), world.school.issuer());
        assert_eq!(browser.get(&path).await.status, 303, "its own name is good");
    }

    async fn a_provider_that_says_it_names_itself_must(house: &House) {
        let world = World::build(house).await;
        world.school.change_discovery(|document| {
            document["authorization_response_iss_parameter_supported"] = Value::Bool(true);
        });
        world.link("Priya Nair", "school", "priya-1").await;
        let mut browser = world.browser();
        let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
        refused(&world, &browser, "an answer without a name", answer.status, 403);
    }

    async fn a_token_endpoint_that_does_otherwise_signs_nobody_in(house: &House) {
        let world = world(house).await;
        for how in [TokenAnswer::Redirect, TokenAnswer::Html, TokenAnswer::Error] {
            world.school.answer_tokens(how);
            let mut browser = world.browser();
            let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
            refused(&world, &browser, &format!("{how:?}"), answer.status, 403);
        }
    }

    async fn a_provider_that_says_no_signs_nobody_in(house: &House) {
        let world = world(house).await;
        let mut browser = world.browser();
        let back = world.school.authorize(&browser.begin("school").await, "priya-1");
        let query = format!("{}&error=access_denied", back.query());
        let status = browser.get(&format!("/sign-in/back/school{query}")).await.status;
        refused(&world, &browser, "an error beside a code", status, 403);
        let status = browser.get(&format!("/sign-in/back/school{}", back.query())).await.status;
        refused(&world, &browser, "the attempt after an error", status, 400);
        assert_eq!(browser.get("/sign-in/with/nobody").await.status, 404);
        assert_eq!(browser.get("/sign-in/with/school?ticket=made-up").await.status, 400);
    }

    async fn a_key_set_with_a_symmetric_key_has_no_key(house: &House) {
        let world = world(house).await;
        world.school.publish(vec![Signer::Hmac(SECRET.into()).jwk("first")]);
        world.school.misbehave(|it| it.signed_by(Signer::Hmac(SECRET.into())));
        let mut browser = world.browser();
        let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
        refused(&world, &browser, "a symmetric key", answer.status, 503);
    }

    async fn whoever_must_prove_afresh_must(house: &House) {
        let world = world(house).await;
        for (what, mischief, status) in [
            ("proved before", (|it| it.claims["auth_time"] = (seconds(it, "iat") - 61).into()) as Mischief, 403),
            ("proved now", |_| {}, 303),
        ] {
            world.school.misbehave(mischief);
            let mut browser = world.browser();
            let to = browser.get("/sign-in/with/school?again=yes").await.header("location").unwrap();
            assert!(to.contains("prompt=login") && to.contains("max_age=0"), "{to}");
            let back = world.school.authorize(&to, "priya-1");
            let answer = browser.get(&format!("/sign-in/back/school{}", back.query())).await;
            assert_eq!(answer.status, status, "{what}");
        }
    }
}
