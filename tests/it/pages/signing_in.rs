//! Signing in with a password, and being taken to where one wanted to go.

use super::{at_browser, encoded, fill_in};
use crate::house::PASSWORD;
use crate::on_each_database;
use crate::sign_on::{Browser, page};

on_each_database! {
    async fn the_link_in_a_message_leads_through_signing_in_to_the_case(house: &House) {
        let reference = house.raised().await;
        let link = format!("/escalations/{reference}");
        let mut tom = Browser::at_address(house.address);
        let first = tom.get(&link).await;
        assert_eq!(first.status, 303);
        let way = first.header("location").unwrap();
        assert_eq!(way, format!("/sign-in?return_to={link}"));
        let sign_in = tom.get(&way).await;
        let text = page(&sign_in).to_owned();
        assert!(text.contains(&format!("name=\"return_to\" value=\"{link}\"")), "{text}");
        assert!(!text.contains("OFFICIAL-SENSITIVE") && !text.contains("Ravensbourne"), "{text}");
        let form = format!(
            "return_to={}&email={}&password={}",
            encoded(&link), encoded(&house.email("Tom Okafor")), encoded(PASSWORD)
        );
        let answer = tom.post("/sign-in/password", &form).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some(link.clone())));
        let case = tom.get(&link).await;
        assert_eq!(case.status, 200);
        let text = page(&case);
        assert!(text.contains(&reference) && text.contains("OFFICIAL-SENSITIVE"), "{text}");
        assert!(text.contains("Tom Okafor"), "who has it: {text}");
    }

    async fn a_wrong_password_is_told_as_one_whoever_it_is(house: &House) {
        let mut texts = Vec::new();
        for email in [house.email("Tom Okafor"), "nobody@nowhere.example".to_owned()] {
            let mut browser = Browser::at_address(house.address);
            let form = format!("email={}&password=wrong%20password", encoded(&email));
            let answer = browser.post("/sign-in/password", &form).await;
            assert_eq!(answer.status, 401);
            assert!(browser.cookies.is_empty());
            let kept = format!("value=\"{email}\"");
            assert!(page(&answer).contains(&kept), "the address need not be written again");
            texts.push(page(&answer).replace(&kept, ""));
        }
        assert_eq!(texts[0], texts[1]);
        assert!(texts[0].contains("<title>Error: Sign in"), "{}", texts[0]);
        assert!(texts[0].contains("href=\"#email\""), "{}", texts[0]);
        assert!(!texts[0].contains("wrong password"), "a password is never sent back");
    }

    async fn another_site_signs_nobody_in(house: &House) {
        let mut browser = Browser::at_address(house.address);
        let form =
            format!("email={}&password={}", encoded(&house.email("Tom Okafor")), encoded(PASSWORD));
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        for site in ["cross-site", "same-site", "none"] {
            let headers = [kind, ("Sec-Fetch-Site", site)];
            let path = "/sign-in/password";
            let answer = browser.send(reqwest::Method::POST, path, &headers, Some(form.clone())).await;
            assert_eq!(answer.status, 403, "{site}");
            assert!(browser.cookies.is_empty(), "{site}");
        }
    }

    async fn whoever_signs_out_is_out_and_the_tokens_of_the_first_step_open_nothing(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let before = tom.clone();
        let mut raw = crate::engine::sql::Raw::of(house);
        assert_eq!(raw.count("browser_sessions", "issuer is null"), 1);
        assert_eq!(raw.count("refresh_tokens", "1 = 1"), 0, "the browser's session has none");
        let out = fill_in(&mut tom, "/sign-in", &[]).await;
        // The only form of that page is the one that signs out.
        assert_eq!(out.status, 405, "{}", out.body);
        let token = tom.form_token("/").await;
        assert_eq!(tom.post("/sign-out", &format!("form_token={token}")).await.status, 303);
        assert_eq!(tom.get("/").await.status, 303, "to the sign-in page");
        assert_eq!(before.clone().get("/").await.status, 303, "and so for a copy of the cookie");
    }

    async fn the_page_to_sign_in_hides_the_password_and_helps_password_managers(house: &House) {
        let shown = Browser::at_address(house.address).get("/sign-in").await;
        let text = page(&shown);
        let input = text.split("<input ").find(|input| input.contains("id=\"password\"")).unwrap();
        assert!(input.contains("type=\"password\""), "{input}");
        assert!(input.contains("autocomplete=\"current-password\""), "{input}");
        assert!(text.contains("autocomplete=\"username\""), "{text}");
        assert!(!text.contains("onpaste") && !text.contains("<script"), "{text}");
    }

    async fn every_page_of_somebody_who_is_signed_in_shows_how_to_sign_out(house: &House) {
        let reference = house.raised().await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let case = format!("/escalations/{reference}");
        let paths = ["/", "/escalations", "/raise", "/sign-in"].map(str::to_owned);
        let of_case = ["", "/timeline", "/messages", "/raised", "/do/respond"];
        for path in paths.into_iter().chain(of_case.map(|path| format!("{case}{path}"))) {
            let text = page(&tom.get(&path).await).to_owned();
            assert!(text.contains("action=\"/sign-out\""), "{path}: {text}");
            assert!(text.contains(">Tom Okafor<"), "{path} says who is signed in");
        }
    }
}
