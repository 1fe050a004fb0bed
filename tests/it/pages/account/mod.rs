//! Somebody's own account, and how they come to it.

mod first_factor;
mod kept;
mod letters;
mod own;
mod passkeys;
mod proving;
mod sessions;

use super::{at_browser, encoded};
use crate::factors::CodeApp;
use crate::house::{Answer, House, PASSWORD};
use crate::sign_on::{Browser, page};
use serde_json::Value;
use std::collections::BTreeMap;

const CHOSEN: &str = "slow amber teapots wander north";

/// A text of a page as its reader sees it.
fn plain(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<");
    text.replace("&#62;", ">").replace("&#38;", "&")
}

/// What the form of a page carries out of sight that goes to this address; nothing: to the page's own.
#[track_caller]
fn hidden_of(answer: &Answer, action: &str) -> BTreeMap<String, String> {
    let text = page(answer);
    let wanted = format!(" action=\"{action}\"");
    let mut forms = text.split("<form ").skip(1);
    let form = forms.find(|form| {
        let tag = form.split('>').next().unwrap();
        if action.is_empty() { !tag.contains(" action=") } else { tag.contains(&wanted) }
    });
    let form = form.unwrap_or_else(|| panic!("no form for {action}: {text}"));
    let form = form.split("</form>").next().unwrap();
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    let pair = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        (name.to_owned(), plain(rest.split('"').next().unwrap()))
    };
    inputs.map(pair).collect()
}

/// The form that goes to this address, filled in.
#[track_caller]
fn form_of(answer: &Answer, action: &str, written: &[(&str, &str)]) -> String {
    let mut all = hidden_of(answer, action);
    all.extend(written.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let pairs: Vec<String> =
        all.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// Sends a page's form to its address.
async fn press(
    browser: &mut Browser,
    answer: &Answer,
    action: &str,
    written: &[(&str, &str)],
) -> Answer {
    browser.post(action, &form_of(answer, action, written)).await
}

/// Fills the sign-in page in.
async fn sign_in(browser: &mut Browser, email: &str, password: &str) -> Answer {
    let form = browser.get("/sign-in").await;
    let written = [("email", email), ("password", password)];
    press(browser, &form, "/sign-in/password", &written).await
}

/// The app that a page shows the key of.
#[track_caller]
fn app_on(answer: &Answer) -> CodeApp {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = page(answer);
    let (_, rest) = text.split_once("href=\"otpauth://").unwrap_or_else(|| panic!("{text}"));
    let app = CodeApp::of_url(&plain(&format!("otpauth://{}", rest.split('"').next().unwrap())));
    let (_, key) = text.split_once("<p class=\"key\">").unwrap();
    let key = key.split('<').next().unwrap();
    assert!(key.split(' ').all(|group| group.len() == 4), "in groups of four: {key}");
    assert_eq!(key.replace(' ', ""), app.key());
    app
}

/// The recovery codes that a page shows.
#[track_caller]
fn paper_on(answer: &Answer) -> Vec<String> {
    let text = page(answer);
    let (_, list) = text.split_once("<ol class=\"keys\">").unwrap_or_else(|| panic!("{text}"));
    let list = list.split("</ol>").next().unwrap();
    let codes = list.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().to_owned());
    codes.collect()
}

/// The challenge for a passkey that a page hands to its script.
#[track_caller]
fn challenge_on(answer: &Answer) -> Value {
    let text = page(answer);
    let (_, rest) =
        text.split_once("data-options=\"").unwrap_or_else(|| panic!("no challenge: {text}"));
    serde_json::from_str(&plain(rest.split('"').next().unwrap())).unwrap()
}

/// Adds an app to the account of somebody who is in.
async fn add_app(house: &House, browser: &mut Browser) -> (CodeApp, Answer) {
    let account = browser.get("/account").await;
    let shown = press(browser, &account, "/account/code-app", &[]).await;
    let app = app_on(&shown);
    let code = app.code(house, 0);
    let added = press(browser, &shown, "/account/code-app/code", &[("one_time_code", &code)]).await;
    (app, added)
}

async fn minutes_later(house: &House, minutes: i64) {
    let at = house.engine.now().plus(chrono::TimeDelta::minutes(minutes));
    assert!(house.clock.wind_on_to(at));
}
