//! Choosing a password by the link in a letter, and asking for such a letter.

use super::*;
use crate::accounts::secret_sent;
use crate::engine::sql::Raw;
use crate::on_each_database;
use reqwest::Method;

/// The path of an invitation of somebody.
async fn invited(house: &House, name: &str) -> String {
    let link = house.engine.invitation_link(house.email(name)).await.unwrap().unwrap();
    link.replace("https://escalations.example", "")
}

async fn choose(browser: &mut Browser, path: &str, first: &str, second: &str) -> Answer {
    let form = format!("password={}&password_again={}", encoded(first), encoded(second));
    browser.post(path, &form).await
}

on_each_database! {
    async fn somebody_who_is_invited_chooses_a_password_and_signs_in(house: &House) {
        let path = invited(house, "Daniel Osei").await;
        let secret = path.rsplit('/').next().unwrap();
        let mut daniel = Browser::at_address(house.address);
        for _ in 0..2 {
            let shown = daniel.get(&path).await;
            assert_eq!(shown.status, 200, "looking uses nothing up");
            let text = page(&shown);
            assert!(text.contains("Choose your password") && text.contains("72 hours"), "{text}");
            assert!(!text.contains(secret), "the page does not repeat the secret");
            assert_eq!(text.matches("autocomplete=\"new-password\"").count(), 2, "{text}");
            assert_eq!(shown.header("referrer-policy").as_deref(), Some("no-referrer"));
            hidden_of(&shown, "");
        }
        for (first, second, at) in [
            ("", "", "password"),
            (CHOSEN, "something else", "password_again"),
            ("short", "short", "password"),
        ] {
            let faulty = choose(&mut daniel, &path, first, second).await;
            assert_eq!(faulty.status, 422, "{at}");
            let text = page(&faulty);
            assert!(text.contains("<title>Error: Choose your password"), "{text}");
            assert!(text.contains(&format!("href=\"#{at}\"")), "{text}");
            assert!(!text.contains(CHOSEN), "a password is never sent back");
        }
        let done = choose(&mut daniel, &path, CHOSEN, CHOSEN).await;
        assert_eq!((done.status, done.header("location").as_deref()), (303, Some("/sign-in?done=password")));
        assert!(daniel.cookies.is_empty(), "it signs nobody in");
        let next = daniel.get("/sign-in?done=password").await;
        assert!(page(&next).contains("Your password is set. Sign in with it."));
        assert_eq!(sign_in(&mut daniel, &house.email("Daniel Osei"), PASSWORD).await.status, 401);
        assert_eq!(sign_in(&mut daniel, &house.email("Daniel Osei"), CHOSEN).await.status, 303);
        assert_eq!(daniel.get("/account").await.status, 200);
        let again = choose(&mut daniel, &path, CHOSEN, CHOSEN).await;
        assert_eq!(again.status, 410, "once");
        assert!(page(&again).contains("This link does not work any more"), "{}", again.body);
        assert!(page(&again).contains("href=\"/forgotten-password\""));
    }

    async fn another_site_chooses_no_password(house: &House) {
        let path = invited(house, "Daniel Osei").await;
        let form = format!("password={0}&password_again={0}", encoded(CHOSEN));
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        for site in ["cross-site", "same-site", "none"] {
            let mut browser = Browser::at_address(house.address);
            let headers = [kind, ("Sec-Fetch-Site", site)];
            let answer = browser.send(Method::POST, &path, &headers, Some(form.clone())).await;
            assert_eq!(answer.status, 403, "{site}");
        }
        assert_eq!(Raw::of(house).count("account_secrets", "used_at is null"), 1);
    }

    async fn a_forgotten_password_is_replaced_by_the_link_in_a_letter(house: &House) {
        let mut priya = Browser::at_address(house.address);
        let first = priya.get("/sign-in").await;
        assert!(page(&first).contains("href=\"/forgotten-password\""));
        let form = priya.get("/forgotten-password").await;
        let faulty = press(&mut priya, &form, "/forgotten-password", &[("email", "priya.nair")]).await;
        assert_eq!(faulty.status, 422);
        assert!(page(&faulty).contains("value=\"priya.nair\""), "{}", faulty.body);
        let email = house.email("Priya Nair");
        let mut answers = Vec::new();
        for address in [email.as_str(), "nobody@nowhere.example"] {
            let asked = press(&mut priya, &form, "/forgotten-password", &[("email", address)]).await;
            answers.push((asked.status, asked.header("location"), asked.body));
        }
        assert_eq!(answers[0], answers[1], "whoever has the address");
        let next = priya.get(answers[0].1.as_deref().unwrap()).await;
        assert!(page(&next).contains("a link is on its way") && page(&next).contains("30 minutes"));
        house.settle().await;
        let path = format!("/password-resets/{}", secret_sent(house, &email, "password-resets"));
        assert_eq!(priya.get(&path).await.status, 200);
        assert_eq!(choose(&mut priya, &path, CHOSEN, CHOSEN).await.status, 303);
        assert_eq!(sign_in(&mut priya, &email, CHOSEN).await.status, 303);
        assert_eq!(choose(&mut priya, &path, CHOSEN, CHOSEN).await.status, 410);
        let other = invited(house, "Daniel Osei").await.replace("invitations", "password-resets");
        assert_eq!(choose(&mut priya, &other, CHOSEN, CHOSEN).await.status, 410, "of another kind");
    }

    async fn guessing_at_links_is_throttled(house: &House) {
        let mut browser = Browser::at_address(house.address);
        for number in 0..10 {
            let path = format!("/invitations/bscp_as_made_up_{number}");
            assert_eq!(choose(&mut browser, &path, CHOSEN, CHOSEN).await.status, 410);
        }
        let waits = choose(&mut browser, "/invitations/bscp_as_made_up", CHOSEN, CHOSEN).await;
        assert_eq!(waits.status, 429);
        assert!(waits.header("retry-after").is_some());
    }
}
