//! A session that ends while a form is half filled in: nothing is lost, nothing is done, and nobody
//! else gets anything of it.

use super::*;
use crate::on_each_database;
use reqwest::Method;

const WORDS: &str = "She told us on Friday, \"at noon\" & later.\r\nAnd <again> on Monday.";

/// An answer to a challenge that was written for half an hour too long: the page that it leads to.
async fn too_late(house: &House, reference: &str) -> (Browser, Answer) {
    let path = format!("/escalations/{reference}/do/respond");
    let mut tom = at_browser(house, "Tom Okafor").await;
    let form = tom.get(&path).await;
    minutes_later(house, 31).await;
    let written = [("stance", "refuses"), ("rationale", WORDS)];
    let late = press(&mut tom, &form, &path, &written).await;
    assert_eq!(late.status, 401, "{}", late.body);
    (tom, late)
}

async fn responses(house: &House, reference: &str) -> usize {
    let client = house.as_("Tom Okafor").await;
    client.get(&format!("/escalations/{reference}")).await.list("/responses").len()
}

fn credentials(house: &House, name: &str) -> [(&'static str, String); 2] {
    [("email", house.email(name)), ("password", PASSWORD.to_owned())]
}

async fn sign_in_on(browser: &mut Browser, late: &Answer, house: &House, name: &str) -> Answer {
    let written = credentials(house, name);
    let written: Vec<(&str, &str)> =
        written.iter().map(|(name, value)| (*name, value.as_str())).collect();
    press(browser, late, "/sign-in/password", &written).await
}

on_each_database! {
    async fn what_was_written_is_there_again_after_signing_in_and_is_sent_by_its_writer(house: &House) {
        let reference = house.raised().await;
        let (mut tom, late) = too_late(house, &reference).await;
        let text = page(&late);
        assert!(text.contains("What you wrote is kept in this page"), "{text}");
        assert!(!text.contains("Friday"), "and nobody reads it there: {text}");
        // A wrong password loses it no more than the time did.
        let wrong = [("email", &*house.email("Tom Okafor")), ("password", "not mine at all")];
        let refused = press(&mut tom, &late, "/sign-in/password", &wrong).await;
        assert_eq!(refused.status, 401);
        let shown = sign_in_on(&mut tom, &refused, house, "Tom Okafor").await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        let text = plain(page(&shown));
        assert!(text.contains("You were signed out before this was sent"), "{text}");
        assert!(text.contains("value=\"refuses\" checked"), "{text}");
        assert!(text.contains("She told us on Friday, \"at noon\" & later."), "{text}");
        assert!(text.contains("And <again> on Monday."), "{text}");
        assert_eq!(responses(house, &reference).await, 0, "nothing is done by signing in");
        let path = format!("/escalations/{reference}/do/respond");
        let token = hidden_of(&shown, &path)["form_token"].clone();
        assert_eq!(token, tom.form_token("/").await, "a token of the new session");
        let written = [("stance", "refuses"), ("rationale", WORDS)];
        let sent = press(&mut tom, &shown, &path, &written).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        assert_eq!(responses(house, &reference).await, 1);
    }

    async fn whoever_else_signs_in_gets_nothing_of_it(house: &House) {
        let reference = house.raised().await;
        let (browser, late) = too_late(house, &reference).await;
        for name in ["Priya Nair", "Sam Porter"] {
            let mut other = browser.clone();
            let shown = sign_in_on(&mut other, &late, house, name).await;
            assert_eq!((shown.status, shown.header("location").as_deref()), (303, Some("/")), "{name}");
            let form = form_of(&late, "/sign-in/again", &[]);
            let again = other.post("/sign-in/again", &form).await;
            assert_eq!((again.status, again.body.to_string().contains("Friday")), (303, false));
        }
        // Nor does what was changed on the way.
        let mut tom = browser.clone();
        let mut kept = hidden_of(&late, "/sign-in/password")["kept"].clone();
        let last = if kept.ends_with('A') { "B" } else { "A" };
        kept.replace_range(kept.len() - 1.., last);
        let email = house.email("Tom Okafor");
        let written = [("email", &*email), ("password", PASSWORD), ("kept", &*kept)];
        let shown = press(&mut tom, &late, "/sign-in/password", &written).await;
        assert_eq!((shown.status, shown.header("location").as_deref()), (303, Some("/")));
        assert_eq!(responses(house, &reference).await, 0);
    }

    async fn it_is_shown_to_whoever_signed_in_in_another_tab(house: &House) {
        let reference = house.raised().await;
        let (mut tom, late) = too_late(house, &reference).await;
        let form = form_of(&late, "/sign-in/again", &[]);
        let early = tom.post("/sign-in/again", &form).await;
        assert_eq!(early.status, 401, "not signed in yet");
        hidden_of(&early, "/sign-in/again");
        assert_eq!(sign_in(&mut tom, &house.email("Tom Okafor"), PASSWORD).await.status, 303);
        let shown = tom.post("/sign-in/again", &form).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert!(page(&shown).contains("on Friday"), "{}", shown.body);
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let headers = [kind, ("Sec-Fetch-Site", "cross-site")];
        let forged = tom.send(Method::POST, "/sign-in/again", &headers, Some(form)).await;
        assert_eq!(forged.status, 403);
        minutes_later(house, 12 * 60).await;
        let mut next = at_browser(house, "Tom Okafor").await;
        let form = form_of(&late, "/sign-in/again", &[]);
        assert_eq!(next.post("/sign-in/again", &form).await.status, 303, "a working day, no longer");
    }

    async fn a_form_of_a_session_before_is_shown_again_and_not_taken(house: &House) {
        let reference = house.raised().await;
        let path = format!("/escalations/{reference}/do/respond");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let old = tom.get(&path).await;
        assert_eq!(sign_in_anew(house, &mut tom).await, 303);
        let written = [("stance", "refuses"), ("rationale", WORDS)];
        let shown = press(&mut tom, &old, &path, &written).await;
        assert_eq!(shown.status, 403);
        let text = plain(page(&shown));
        assert!(text.contains("You signed in anew") && text.contains("on Friday"), "{text}");
        assert_eq!(responses(house, &reference).await, 0);
        assert_eq!(press(&mut tom, &shown, &path, &written).await.status, 303);
    }

    async fn the_first_question_and_a_page_of_a_draft_come_back_too(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let first = priya.get("/raise").await;
        minutes_later(house, 31).await;
        let written = [("in_immediate_danger", "yes"), ("action_taken", "Called 999 at noon.")];
        let late = press(&mut priya, &first, "/raise", &written).await;
        assert_eq!(late.status, 401);
        let shown = sign_in_on(&mut priya, &late, house, "Priya Nair").await;
        let text = page(&shown);
        assert!(text.contains("value=\"yes\" checked") && text.contains("Called 999 at noon."), "{text}");
        let begun = press(&mut priya, &shown, "/raise", &[("in_immediate_danger", "no")]).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let base = begun.header("location").unwrap().replace("/agency", "");
        let path = format!("{base}/facts");
        let facts = priya.get(&path).await;
        minutes_later(house, 31).await;
        let late = press(&mut priya, &facts, &path, &[("facts", "Three times without a coat.")]).await;
        assert_eq!(late.status, 401);
        let shown = sign_in_on(&mut priya, &late, house, "Priya Nair").await;
        assert_eq!(shown.status, 200);
        assert!(page(&shown).contains("Three times without a coat."), "{}", shown.body);
        let saved = press(&mut priya, &shown, &path, &[("facts", "Three times without a coat.")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
    }

    async fn words_for_a_case_that_moved_on_are_their_writers_still(house: &House) {
        let reference = house.raised().await;
        let (mut tom, late) = too_late(house, &reference).await;
        let priya = house.as_("Priya Nair").await;
        let body = serde_json::json!({ "reason": "It was settled." });
        assert_eq!(priya.command(&reference, "withdrawals", &body).await.status, 200);
        let shown = sign_in_on(&mut tom, &late, house, "Tom Okafor").await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        assert!(plain(page(&shown)).contains("And <again> on Monday."), "{}", shown.body);
        let path = format!("/escalations/{reference}/do/respond");
        let sent = press(&mut tom, &shown, &path, &[]).await;
        assert_eq!(sent.status, 412, "and the server says why not: {}", sent.body);
        assert!(page(&sent).contains("Somebody changed this case"), "{}", sent.body);
    }

    async fn a_form_without_a_token_of_the_session_that_ended_is_not_kept(house: &House) {
        let reference = house.raised().await;
        let path = format!("/escalations/{reference}/do/respond");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let other = at_browser(house, "Tom Okafor").await.form_token("/").await;
        minutes_later(house, 31).await;
        for token in ["", "made-up", &*other] {
            let form = format!("form_token={token}&stance=refuses&rationale=canary");
            let answer = tom.post(&path, &form).await;
            assert_eq!(answer.status, 401, "{token}");
            assert!(!page(&answer).contains("name=\"kept\""), "{token}: {}", answer.body);
        }
    }
}

async fn sign_in_anew(house: &House, browser: &mut Browser) -> u16 {
    let written = credentials(house, "Tom Okafor");
    let pairs: Vec<String> =
        written.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    browser.post("/sign-in/password", &pairs.join("&")).await.status
}
