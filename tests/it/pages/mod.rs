//! The pages, as a browser without a script uses them.

mod account;
mod acting;
mod administration;
mod asking_reports;
mod assets;
mod calendar_feed;
mod crawl;
mod directory;
mod errors;
mod filters;
mod guarding;
mod help;
mod lists;
mod notification_settings;
mod policies;
mod raising;
mod signing_in;
mod whole_case;
mod wording;

use crate::house::{Answer, House, PASSWORD};
use crate::sign_on::{Browser, page};
use std::collections::BTreeMap;

/// Somebody at a browser who signed in with their password.
pub async fn at_browser(house: &House, name: &str) -> Browser {
    let mut browser = Browser::at_address(house.address);
    let form = format!("email={}&password={}", encoded(&house.email(name)), encoded(PASSWORD));
    let answer = browser.post("/sign-in/password", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser
}

/// A text as a form sends it.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// What a page's last form carries out of sight.
pub fn hidden(answer: &Answer) -> BTreeMap<String, String> {
    let text = page(answer);
    let form = text.rsplit("<form").next().unwrap();
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    let pair = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        (name.to_owned(), rest.split('"').next().unwrap().to_owned())
    };
    inputs.map(pair).collect()
}

/// A form as it is sent: what it carries, and what somebody wrote.
pub fn filled(answer: &Answer, written: &[(&str, &str)]) -> String {
    let hidden = hidden(answer);
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all = hidden.chain(written.iter().copied());
    let pairs: Vec<String> =
        all.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// Opens a form, fills it in and sends it.
pub async fn fill_in(browser: &mut Browser, path: &str, written: &[(&str, &str)]) -> Answer {
    let form = browser.get(path).await;
    assert_eq!(form.status, 200, "{path}: {}", form.body);
    browser.post(path, &filled(&form, written)).await
}

/// The same, and follows to where it leads.
pub async fn done(browser: &mut Browser, path: &str, written: &[(&str, &str)]) -> Answer {
    let answer = fill_in(browser, path, written).await;
    assert_eq!(answer.status, 303, "{path}: {}", answer.body);
    let next = browser.get(&answer.header("location").unwrap()).await;
    assert_eq!(next.status, 200, "{path}: {}", next.body);
    next
}
