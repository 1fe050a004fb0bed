//! There and back; linking; who may; strength; the session.

use super::{ATTEMPT, SESSION, World, form_token, page};
use crate::contract::{as_sent, on_condition};
use crate::house::Client;
use crate::on_each_database;
use reqwest::Method;
use serde_json::json;

on_each_database! {
    async fn somebody_who_is_linked_signs_in_and_the_page_says_who_they_are(house: &House) {
        let world = World::build(house).await;
        assert_eq!(world.link("Priya Nair", "school", "priya-1").await.status, 201);
        let mut browser = world.browser();
        let stranger = browser.get("/sign-in").await;
        assert!(page(&stranger).contains("/sign-in/with/school"), "{}", stranger.body);
        let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location").as_deref(), Some("/"));
        assert!(browser.cookies.contains_key(SESSION) && !browser.cookies.contains_key(ATTEMPT));
        let shown = browser.get("/sign-in").await;
        assert!(page(&shown).contains("You are signed in as Priya Nair."), "{}", shown.body);
        // Nothing usable is in the database.
        let secret = &browser.cookies[SESSION];
        let mut raw = crate::engine::sql::Raw::of(house);
        assert_eq!(raw.count("browser_sessions", &format!("cookie_digest = '{secret}'")), 0);
        assert_eq!(raw.count("sessions", "proved_by = 'single_sign_on'"), 1);
        house.settle().await;
    }

    async fn a_session_is_a_new_one_at_each_sign_in_and_the_one_before_is_over(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let mut browser = world.signed_in("priya-1").await;
        let before = browser.clone();
        browser.sign_in("school", &world.school, "priya-1").await;
        assert_ne!(before.cookies[SESSION], browser.cookies[SESSION]);
        let old = before.clone().get("/sign-in").await;
        assert!(!page(&old).contains("signed in as"), "the session before lives");
        assert!(page(&browser.get("/sign-in").await).contains("Priya Nair"));
    }

    async fn a_session_ends_when_it_lies_idle_and_after_its_day(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let mut browser = world.signed_in("priya-1").await;
        house.advance_to("2026-12-21T09:39:59Z").await;
        assert!(page(&browser.get("/sign-in").await).contains("Priya Nair"));
        house.advance_to("2026-12-21T10:09:59Z").await;
        assert!(!page(&browser.get("/sign-in").await).contains("Priya Nair"), "it lay idle");
    }

    async fn nobody_is_found_by_an_address(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "same").await;
        // Every token of the providers carries Priya Nair's address.
        let mut browser = world.browser();
        let (answer, _) = browser.sign_in("school", &world.school, "somebody-else").await;
        assert_eq!(answer.status, 403);
        assert!(page(&answer).contains("Ask the partnership"), "{}", answer.body);
        let (answer, _) = browser.sign_in("social-care", &world.care, "same").await;
        assert_eq!(answer.status, 403, "the same subject at another issuer is somebody else");
        assert_eq!(world.sessions(), 0);
        world.link("Tom Okafor", "social-care", "same").await;
        let (answer, _) = browser.sign_in("social-care", &world.care, "same").await;
        assert_eq!(answer.status, 303);
        assert!(page(&browser.get("/sign-in").await).contains("Tom Okafor"));
    }

    async fn another_address_is_still_the_same_person(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let ellis = world.client("Ellis Grant").await;
        let path = format!("/people/{}", house.person_id("Priya Nair"));
        let read = ellis.get(&path).await;
        let mut body = as_sent(&read);
        body["email"] = json!("priya.shah@ravensbourne-park.example");
        let etag = read.header("etag").unwrap();
        assert_eq!(on_condition(&ellis, Method::PUT, &path, &etag, &body).await.status, 200);
        world.signed_in("priya-1").await;
    }

    async fn whoever_left_or_is_of_another_agency_does_not_get_in(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let refused = world.link("Tom Okafor", "school", "tom-1").await;
        assert_eq!(refused.status, 422, "his agency is not the school's");
        let mut inside = world.signed_in("priya-1").await;
        let ellis = world.client("Ellis Grant").await;
        let path = format!("/people/{}", house.person_id("Priya Nair"));
        for (field, value) in [
            ("agency_id", json!(house.agency_id("police"))),
            ("active", json!(false)),
        ] {
            let read = ellis.get(&path).await;
            let mut body = as_sent(&read);
            body[field] = value;
            let etag = read.header("etag").unwrap();
            assert_eq!(on_condition(&ellis, Method::PUT, &path, &etag, &body).await.status, 200);
            let mut browser = world.browser();
            let (answer, _) = browser.sign_in("school", &world.school, "priya-1").await;
            assert_eq!(answer.status, 403, "{field}");
            assert!(!browser.cookies.contains_key(SESSION));
        }
        assert!(!page(&inside.get("/sign-in").await).contains("Priya"), "out with the next request");
    }

    async fn somebody_links_an_account_of_theirs_and_says_so_twice(house: &House) {
        let world = World::build(house).await;
        let priya = world.client("Priya Nair").await;
        let begun = priya.post("/me/identities/attempts", &json!({ "provider": "school" })).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let path = begun.text("/url").replace("https://escalations.example", "");
        let mut browser = world.browser();
        let to = browser.get(&path).await.header("location").unwrap();
        let back = world.school.authorize(&to, "priya-7");
        let asked = browser.get(&format!("/sign-in/back/school{}", back.query())).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        assert!(page(&asked).contains("acts here as Priya Nair"), "{}", asked.body);
        assert_eq!(world.sessions(), 0, "a GET links nothing");
        // The page's token in another browser, and no token here, link nothing.
        let token = form_token(&asked);
        let form = format!("form_token={token}");
        let mut other = world.browser();
        other.begin("school").await;
        assert_eq!(other.post("/sign-in/link", &form).await.status, 400);
        assert_eq!(browser.post("/sign-in/link", "form_token=x").await.status, 400);
        let cross = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "cross-site"),
        ];
        let forged = browser.send(Method::POST, "/sign-in/link", &cross, Some(form.clone())).await;
        assert_eq!(forged.status, 403);
        assert_eq!(world.sessions(), 0);
        let linked = browser.post("/sign-in/link", &form).await;
        assert_eq!(linked.status, 303, "{}", linked.body);
        assert!(page(&browser.get("/sign-in").await).contains("Priya Nair"));
        assert_eq!(browser.post("/sign-in/link", &form).await.status, 403, "it works once");
        assert_eq!(world.browser().get(&path).await.status, 400, "and so does the address");
        world.signed_in("priya-7").await;
        let all = priya.get(&format!("/people/{}/identities", house.person_id("Priya Nair"))).await;
        assert_eq!(all.text("/items/0/subject"), "priya-7");
    }

    async fn somebody_who_was_invited_links_an_account_instead_of_choosing_a_password(house: &House) {
        let world = World::build(house).await;
        let email = house.email("Daniel Osei");
        let link = house.engine.invitation_link(email).await.unwrap().unwrap();
        let secret = link.rsplit('/').next().unwrap();
        let stranger = Client::stranger(world.node.address);
        let path = "/invitations/identity-attempts";
        for (secret, provider, at) in [
            ("bscp_made_up", "school", "/secret"),
            (secret, "nobody", "/provider"),
            (secret, "social-care", "/provider"),
        ] {
            let body = json!({ "secret": secret, "provider": provider });
            assert_eq!(stranger.post(path, &body).await.faults(), [at], "{provider}");
        }
        let body = json!({ "secret": secret, "provider": "school" });
        let begun = stranger.post(path, &body).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let mut browser = world.browser();
        let there = begun.text("/url").replace("https://escalations.example", "");
        let to = browser.get(&there).await.header("location").unwrap();
        let back = world.school.authorize(&to, "daniel-1");
        let asked = browser.get(&format!("/sign-in/back/school{}", back.query())).await;
        let form = format!("form_token={}", form_token(&asked));
        assert_eq!(browser.post("/sign-in/link", &form).await.status, 303);
        assert!(page(&browser.get("/sign-in").await).contains("Daniel Osei"));
        assert_eq!(stranger.post(path, &body).await.faults(), ["/secret"], "it is used up");
    }

    async fn an_account_is_one_persons(house: &House) {
        let world = World::build(house).await;
        assert_eq!(world.link("Priya Nair", "school", "priya-1").await.status, 201);
        assert_eq!(world.link("Daniel Osei", "school", "priya-1").await.status, 422);
        let daniel = world.client("Daniel Osei").await;
        let begun = daniel.post("/me/identities/attempts", &json!({ "provider": "school" })).await;
        let path = begun.text("/url").replace("https://escalations.example", "");
        let mut browser = world.browser();
        let to = browser.get(&path).await.header("location").unwrap();
        let back = world.school.authorize(&to, "priya-1");
        let answer = browser.get(&format!("/sign-in/back/school{}", back.query())).await;
        assert_eq!(answer.status, 409);
    }

    async fn only_an_administrator_who_is_there_links_and_unlinks_others(house: &House) {
        let world = World::build(house).await;
        let path = format!("/people/{}/identities", house.person_id("Tom Okafor"));
        let body = json!({ "provider": "social-care", "subject": "tom-1" });
        for name in ["Priya Nair", "Judith Hale", "Tom Okafor"] {
            assert_eq!(world.client(name).await.post(&path, &body).await.status, 403, "{name}");
        }
        let ellis = world.client("Ellis Grant").await;
        let linked = ellis.post(&path, &body).await;
        assert_eq!(linked.status, 201, "{}", linked.body);
        let mut browser = world.browser();
        browser.sign_in("social-care", &world.care, "tom-1").await;
        assert!(page(&browser.get("/sign-in").await).contains("Tom Okafor"));
        let gone = format!("{path}/{}", linked.text("/id"));
        house.advance_to("2026-12-21T09:15:01Z").await;
        let old = ellis.send(Method::DELETE, &gone, &[], None).await;
        assert_eq!(old.status, 403, "the proof is older than five minutes");
        let ellis = world.client("Ellis Grant").await;
        assert_eq!(ellis.send(Method::DELETE, &gone, &[], None).await.status, 204);
        assert!(!page(&browser.get("/sign-in").await).contains("Tom Okafor"), "its session is over");
        let (answer, _) = browser.sign_in("social-care", &world.care, "tom-1").await;
        assert_eq!(answer.status, 403);
    }

    async fn a_way_back_is_a_page_of_ours(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        for (asked, gone_to) in [
            ("/escalations/ESC-2026-000001", "/escalations/ESC-2026-000001"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
        ] {
            let mut browser = world.browser();
            let path = format!("/sign-in/with/school?return_to={asked}");
            let to = browser.get(&path).await.header("location").unwrap();
            let back = world.school.authorize(&to, "priya-1");
            let answer = browser.get(&format!("/sign-in/back/school{}", back.query())).await;
            assert_eq!(answer.header("location").as_deref(), Some(gone_to), "{asked}");
        }
    }

    async fn a_provider_of_another_name_by_a_slash_is_found_at_start(house: &House) {
        let world = World::build(house).await;
        assert_eq!(world.node.engine.check_providers().await, Ok(()));
        let node = world.another_node().await;
        world.care.change_discovery(|document| {
            document["issuer"] = format!("{}/", document["issuer"].as_str().unwrap()).into();
        });
        let (provider, fault) = node.engine.check_providers().await.unwrap_err();
        assert_eq!(provider, "social-care");
        assert!(fault.to_string().contains("to the letter"), "{fault}");
    }
}
