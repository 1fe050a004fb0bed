//! Passkeys by pages: the page hands a challenge to its script, and the form brings the answer.

use super::*;
use crate::engine::sql::Raw;
use crate::factors::authenticator::Authenticator;
use crate::on_each_database;

/// Adds a passkey to the account of somebody who is in: the device, and the answer.
pub async fn add_passkey(browser: &mut Browser, name: &str) -> (Authenticator, Answer) {
    let account = browser.get("/account").await;
    let asked = press(browser, &account, "/account/passkeys", &[]).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let mut device = Authenticator::new();
    let credential = device.create(&challenge_on(&asked)).to_string();
    let written = [("name", name), ("credential", &*credential)];
    let added = press(browser, &asked, "/account/passkeys/answer", &written).await;
    (device, added)
}

async fn sign_in_by(browser: &mut Browser, device: &mut Authenticator) -> Answer {
    let form = browser.get("/sign-in").await;
    let asked = press(browser, &form, "/sign-in/passkey", &[]).await;
    let credential = device.get(&challenge_on(&asked)).to_string();
    press(browser, &asked, "/sign-in/passkey/answer", &[("credential", &credential)]).await
}

on_each_database! {
    async fn a_passkey_is_added_signs_in_and_is_removed(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let (mut device, added) = add_passkey(&mut priya, "work <phone>").await;
        assert_eq!(paper_on(&added).len(), 10, "the first factor");
        let account = priya.get("/account").await;
        assert!(plain(page(&account)).contains("work <phone>"), "{}", account.body);
        let mut next = Browser::at_address(house.address);
        let done = sign_in_by(&mut next, &mut device).await;
        assert_eq!((done.status, done.header("location").as_deref()), (303, Some("/")));
        assert_eq!(next.get("/account").await.status, 200);
        let text = page(&account).to_owned();
        let (_, rest) = text.split_once("action=\"/account/passkeys/").unwrap();
        let remove = format!("/account/passkeys/{}/removal", rest.split('/').next().unwrap());
        let mut tom = at_browser(house, "Tom Okafor").await;
        let theirs = format!("form_token={}", tom.form_token("/account").await);
        tom.post(&remove, &theirs).await;
        assert_eq!(Raw::of(house).count("passkeys", "1 = 1"), 1, "nobody removes another's");
        let form = form_of(&account, &remove, &[]);
        let (one, two) = (priya.post(&remove, &form).await, priya.post(&remove, &form).await);
        assert_eq!((one.status, two.status), (303, 303));
        assert_eq!(one.header("location").as_deref(), Some("/account?done=passkey-removed"));
        assert_eq!(Raw::of(house).count("passkeys", "1 = 1"), 0);
        let mut after = Browser::at_address(house.address);
        let refused = sign_in_by(&mut after, &mut device).await;
        assert_eq!(refused.status, 401);
        assert!(after.cookies.is_empty());
        assert!(page(&refused).contains("<title>Error: Sign in"), "{}", refused.body);
    }

    async fn a_passkey_without_a_name_or_for_another_site_is_not_added(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let (_, nameless) = add_passkey(&mut priya, " ").await;
        assert_eq!(nameless.status, 422);
        assert!(page(&nameless).contains("href=\"#name\""), "{}", nameless.body);
        let mut device = Authenticator::new();
        device.origin = "https://evil.example".to_owned();
        let credential = device.create(&challenge_on(&nameless)).to_string();
        let written = [("name", "desk"), ("credential", &*credential)];
        let refused = press(&mut priya, &nameless, "/account/passkeys/answer", &written).await;
        assert_eq!(refused.status, 422);
        assert!(page(&refused).contains("value=\"desk\""), "what was written stays");
        challenge_on(&refused);
        let no_json = [("name", "desk"), ("credential", "made up")];
        let refused = press(&mut priya, &refused, "/account/passkeys/answer", &no_json).await;
        assert_eq!(refused.status, 400);
        assert_eq!(Raw::of(house).count("passkeys", "1 = 1"), 0);
    }

    async fn a_script_is_allowed_only_where_a_passkey_is_asked_for(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let account = priya.get("/account").await;
        let asked = press(&mut priya, &account, "/account/passkeys", &[]).await;
        let policy = asked.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        let text = page(&asked);
        assert_eq!(text.matches("<script").count(), 1, "{text}");
        assert!(text.contains("<script src=\"/assets/passkeys.js\" defer></script>"), "{text}");
        assert!(text.contains("A passkey needs JavaScript"), "whoever has none is told: {text}");
        for path in ["/sign-in", "/account", "/account/sessions", "/account/password"] {
            let shown = priya.get(path).await;
            assert!(!page(&shown).contains("<script"), "{path}");
            let policy = shown.header("content-security-policy").unwrap();
            assert!(!policy.contains("script-src"), "{path}: {policy}");
        }
        let script = priya.get("/assets/passkeys.js").await;
        let kind = script.header("content-type");
        assert_eq!(kind.as_deref(), Some("text/javascript; charset=utf-8"));
        let text = page(&script);
        for word in ["http:", "https:", "eval(", "innerHTML", "localStorage", "fetch("] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
