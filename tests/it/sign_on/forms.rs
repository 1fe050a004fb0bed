//! A form is taken only from our own page in the same session; the API knows no cookie.

use super::{SESSION, World, page};
use crate::house::Client;
use crate::on_each_database;
use reqwest::Method;
use serde_json::Value;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const SAME: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

/// What is forged, with its headers and its body.
type Forged<'a> = (&'a str, Vec<(&'a str, &'a str)>, String);

on_each_database! {
    async fn signing_out_takes_a_form_of_this_session_and_leaves_nothing(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        world.link("Daniel Osei", "school", "daniel-1").await;
        let mut priya = world.signed_in("priya-1").await;
        let token = priya.form_token("/sign-in").await;
        let other = world.signed_in("daniel-1").await.form_token("/sign-in").await;
        let good = format!("form_token={token}");
        let forged: [Forged; 9] = [
            ("no token", vec![FORM, SAME], String::new()),
            ("an empty token", vec![FORM, SAME], "form_token=".to_owned()),
            ("another session's token", vec![FORM, SAME], format!("form_token={other}")),
            ("another site", vec![FORM, ("Sec-Fetch-Site", "cross-site")], good.clone()),
            ("a neighbour", vec![FORM, ("Sec-Fetch-Site", "same-site")], good.clone()),
            ("another origin", vec![FORM, ("Origin", "https://evil.example")], good.clone()),
            ("no origin", vec![FORM], good.clone()),
            ("text", vec![("Content-Type", "text/plain"), SAME], good.clone()),
            ("JSON", vec![("Content-Type", "application/json"), SAME], "{}".to_owned()),
        ];
        for (what, headers, body) in forged {
            let answer = priya.send(Method::POST, "/sign-out", &headers, Some(body)).await;
            assert_eq!(answer.status, 403, "{what}: {}", answer.body);
            assert!(page(&priya.get("/sign-in").await).contains("Priya Nair"), "{what}");
        }
        assert_eq!(priya.get("/sign-out").await.status, 405, "a link changes nothing");
        let mut after = priya.clone();
        let out = priya.post("/sign-out", &good).await;
        assert_eq!(out.status, 303, "{}", out.body);
        let cleared = out.header("clear-site-data").unwrap();
        assert!(cleared.contains("\"cookies\"") && cleared.contains("\"cache\""), "{cleared}");
        assert!(!priya.cookies.contains_key(SESSION));
        assert!(!page(&after.get("/sign-in").await).contains("Priya Nair"), "the session is over");
        assert_eq!(after.post("/sign-out", &good).await.status, 401);
    }

    async fn a_cookie_alone_opens_no_operation_of_the_api(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let mut priya = world.signed_in("priya-1").await;
        let document = Client::stranger(house.address).get("/openapi.json").await.body;
        let mut count = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, it) in methods.as_object().unwrap() {
                if it.get("security").is_none() {
                    continue;
                }
                let nobody = "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";
                let parts = path.split('/').map(|part| if part.starts_with('{') { nobody } else { part });
                let path = parts.collect::<Vec<_>>().join("/");
                let body = it.get("requestBody").map(|_| "{}".to_owned());
                let headers = [("Content-Type", "application/json"), SAME];
                let method: Method = method.to_uppercase().parse().unwrap();
                let answer = priya.send(method.clone(), &path, &headers, body).await;
                // A path parameter of another kind is no address at all.
                assert!([401, 404].contains(&answer.status), "{method} {path}: {}", answer.status);
                count += usize::from(answer.status == 401);
            }
        }
        assert!(count > 50, "only {count} operations");
    }

    async fn a_page_is_safe_to_show(house: &House) {
        let world = World::build(house).await;
        let mut browser = world.browser();
        for path in ["/sign-in", "/sign-in/with/nobody", "/sign-in/back/school", "/sign-out"] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy").unwrap();
            for wanted in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
                assert!(policy.contains(wanted), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{path}");
            assert!(matches!(answer.body, Value::String(_)), "{path}");
        }
    }
}
