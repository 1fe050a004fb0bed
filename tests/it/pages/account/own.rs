//! The account's first page, the password, the app and the paper.

use super::*;
use crate::engine::sql::Raw;
use crate::on_each_database;

on_each_database! {
    async fn the_account_says_who_somebody_is_here_and_who_stands_in(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        let home = tom.get("/").await;
        assert!(page(&home).contains("<a href=\"/account\">Tom Okafor</a>"), "{}", home.body);
        let shown = tom.get("/account").await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        let text = plain(page(&shown));
        let nobody = "Nobody is named to stand in";
        for words in [house.email("Tom Okafor").as_str(), "Tom Okafor", "You hold", nobody] {
            assert!(text.contains(words), "{words}: {text}");
        }
        for (name, words) in [
            ("Karen Whitfield", "Who stands in, in this order: Joel Mensah"),
            ("Joel Mensah", "You stand in while Karen Whitfield is away"),
        ] {
            let mut browser = at_browser(house, name).await;
            let shown = browser.get("/account").await;
            assert!(plain(page(&shown)).contains(words), "{name}: {}", shown.body);
        }
        for name in ["Ellis Grant", "Judith Hale", "Priya Nair"] {
            let mut browser = at_browser(house, name).await;
            let shown = browser.get("/account").await;
            assert_eq!(shown.status, 200, "{name}: {}", shown.body);
            assert!(page(&shown).contains(&house.email(name)), "{name}");
        }
        let mut nobody = Browser::at_address(house.address);
        assert_eq!(nobody.get("/account").await.status, 303, "to the sign-in page");
    }

    async fn a_password_is_changed_by_the_present_one(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let mut elsewhere = at_browser(house, "Priya Nair").await;
        let path = "/account/password";
        let form = priya.get(path).await;
        for (current, first, second, at) in [
            ("not mine", CHOSEN, CHOSEN, "current_password"),
            (PASSWORD, CHOSEN, "another", "password_again"),
            (PASSWORD, "priyanair2026", "priyanair2026", "password"),
        ] {
            let written =
                [("current_password", current), ("password", first), ("password_again", second)];
            let faulty = press(&mut priya, &form, path, &written).await;
            assert_eq!(faulty.status, 422, "{at}: {}", faulty.body);
            let text = page(&faulty);
            assert!(text.contains("<title>Error: ") && text.contains(&format!("href=\"#{at}\"")), "{text}");
            assert!(!text.contains("/api/"), "words for people: {text}");
        }
        let written =
            [("current_password", PASSWORD), ("password", CHOSEN), ("password_again", CHOSEN)];
        let done = press(&mut priya, &form, path, &written).await;
        assert_eq!((done.status, done.header("location").as_deref()), (303, Some("/account?done=password")));
        assert!(page(&priya.get("/account?done=password").await).contains("Your password was changed"));
        assert_eq!(elsewhere.get("/account").await.status, 303, "signed out elsewhere");
        let mut next = Browser::at_address(house.address);
        assert_eq!(sign_in(&mut next, &house.email("Priya Nair"), CHOSEN).await.status, 303);
    }

    async fn an_app_is_added_replaced_and_removed(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let account = priya.get("/account").await;
        let shown = press(&mut priya, &account, "/account/code-app", &[]).await;
        let first = app_on(&shown);
        let code = "/account/code-app/code";
        let wrong = [("one_time_code", &*first.wrong(house))];
        let refused = press(&mut priya, &shown, code, &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(page(&refused).contains("href=\"#one_time_code\""), "{}", refused.body);
        let right = [("one_time_code", &*first.code(house, 0))];
        let added = press(&mut priya, &refused, code, &right).await;
        assert_eq!((added.status, paper_on(&added).len()), (200, 10), "{}", added.body);
        let (second, added) = add_app(house, &mut priya).await;
        assert_eq!((added.status, added.header("location").as_deref()), (303, Some("/account?done=app")));
        assert!(first.key() != second.key());
        let account = priya.get("/account").await;
        assert!(page(&account).contains("You have 10 left"), "{}", account.body);
        let remove = "/account/code-app/removal";
        let form = form_of(&account, remove, &[]);
        let (one, two) = (priya.post(remove, &form).await, priya.post(remove, &form).await);
        assert_eq!((one.status, two.status), (303, 303));
        assert_eq!(one.header("location").as_deref(), Some("/account?done=app-removed"));
        assert_eq!(Raw::of(house).count("one_time_code_sources", "1 = 1"), 0);
        house.settle().await;
        assert_eq!(house.mails_to("Priya Nair").len(), 3, "each change is told once");
    }

    async fn fresh_recovery_codes_take_the_place_of_those_before(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let account = priya.get("/account").await;
        assert!(!page(&account).contains("/account/recovery-codes"), "nothing to stand in for");
        let before = paper_on(&add_app(house, &mut priya).await.1);
        let account = priya.get("/account").await;
        let renewed = press(&mut priya, &account, "/account/recovery-codes", &[]).await;
        let after = paper_on(&renewed);
        assert_eq!(after.len(), 10);
        assert!(!after.iter().any(|code| before.contains(code)));
        let mut lost = Browser::at_address(house.address);
        let asked = sign_in(&mut lost, &house.email("Priya Nair"), PASSWORD).await;
        let old = [("recovery_code", &*before[0])];
        let refused = press(&mut lost, &asked, "/sign-in/code", &old).await;
        assert_eq!(refused.status, 401);
        let new = [("recovery_code", &*after[0])];
        assert_eq!(press(&mut lost, &refused, "/sign-in/code", &new).await.status, 303);
    }

    async fn a_form_of_the_account_takes_this_sessions_token(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let token = at_browser(house, "Tom Okafor").await.form_token("/account").await;
        for path in [
            "/account/code-app", "/account/code-app/removal", "/account/recovery-codes",
            "/account/passkeys", "/account/sessions/others/end", "/account/proof", "/account/password",
        ] {
            for form in [String::new(), format!("form_token={token}")] {
                assert_eq!(priya.post(path, &form).await.status, 403, "{path}");
            }
        }
        assert_eq!(Raw::of(house).count("one_time_code_sources", "1 = 1"), 0);
    }
}
