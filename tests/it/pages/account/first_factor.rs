//! The first second factor, added while signing in; and signing in with it afterwards.

use super::*;
use crate::engine::sql::Raw;
use crate::factors::authenticator::Authenticator;
use crate::factors::required;
use crate::on_each_database;

on_each_database! {
    async fn an_app_is_added_at_the_first_sign_in_and_asked_for_at_the_next(database: Database) {
        let Some(house) = required(database).await else { return };
        let email = house.email("Priya Nair");
        let mut priya = Browser::at_address(house.address);
        let choose = sign_in(&mut priya, &email, PASSWORD).await;
        assert_eq!(choose.status, 200, "{}", choose.body);
        assert!(page(&choose).contains("Add a second step"), "{}", choose.body);
        assert!(priya.cookies.is_empty(), "a password alone lets nobody in");
        let shown = press(&mut priya, &choose, "/sign-in/add/app", &[]).await;
        let app = app_on(&shown);
        let code = "/sign-in/add/app/code";
        let wrong = [("one_time_code", &*app.wrong(&house))];
        let refused = press(&mut priya, &shown, code, &wrong).await;
        assert_eq!(refused.status, 401);
        assert!(page(&refused).contains("href=\"#one_time_code\""), "{}", refused.body);
        assert!(!page(&refused).contains(&app.key()[..4]), "the key is shown once");
        assert!(priya.cookies.is_empty());
        let right = [("one_time_code", &*app.code(&house, 0))];
        let form = form_of(&refused, code, &right);
        let added = priya.post(code, &form).await;
        let paper = paper_on(&added);
        assert_eq!(paper.len(), 10, "{}", added.body);
        assert!(page(&added).contains("class=\"button\" href=\"/\""), "and on");
        assert_eq!(priya.get("/").await.status, 200, "she is in");
        // Sent twice, there is one app and one paper.
        let mut copy = Browser::at_address(house.address);
        assert_eq!(copy.post(code, &form).await.status, 401);
        assert!(copy.cookies.is_empty());
        let mut raw = Raw::of(&house);
        assert_eq!(raw.count("one_time_code_sources", "confirmed_at is not null"), 1);
        assert_eq!(raw.count("recovery_codes", "1 = 1"), 10);

        let mut next = Browser::at_address(house.address);
        let asked = sign_in(&mut next, &email, PASSWORD).await;
        assert!(page(&asked).contains("Prove that it is you"), "{}", asked.body);
        let wrong = [("one_time_code", &*app.wrong(&house))];
        let refused = press(&mut next, &asked, "/sign-in/code", &wrong).await;
        assert_eq!(refused.status, 401);
        assert!(page(&refused).contains("<title>Error: Prove that it is you"));
        assert!(next.cookies.is_empty());
        let right = [("one_time_code", &*app.code(&house, 1))];
        let done = press(&mut next, &refused, "/sign-in/code", &right).await;
        assert_eq!((done.status, done.header("location").as_deref()), (303, Some("/")));
        assert_eq!(next.get("/account").await.status, 200);
        let mut lost = Browser::at_address(house.address);
        let asked = sign_in(&mut lost, &email, PASSWORD).await;
        let code = [("recovery_code", &*paper[0])];
        assert_eq!(press(&mut lost, &asked, "/sign-in/code", &code).await.status, 303);
    }

    async fn a_passkey_is_added_at_the_first_sign_in(database: Database) {
        let Some(house) = required(database).await else { return };
        let mut priya = Browser::at_address(house.address);
        let choose = sign_in(&mut priya, &house.email("Priya Nair"), PASSWORD).await;
        let asked = press(&mut priya, &choose, "/sign-in/add/passkey", &[]).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let mut device = Authenticator::new();
        let credential = device.create(&challenge_on(&asked)).to_string();
        let written = [("name", "desk"), ("credential", &*credential)];
        let added = press(&mut priya, &asked, "/sign-in/add/passkey/answer", &written).await;
        assert_eq!(paper_on(&added).len(), 10);
        assert_eq!(priya.get("/").await.status, 200);
        // Whoever has no app is asked for the passkey after the password.
        let mut next = Browser::at_address(house.address);
        let step = sign_in(&mut next, &house.email("Priya Nair"), PASSWORD).await;
        assert!(!page(&step).contains("Code of your app"), "{}", step.body);
        let asked = press(&mut next, &step, "/sign-in/passkey", &[]).await;
        let credential = device.get(&challenge_on(&asked)).to_string();
        let answer = "/sign-in/passkey/answer";
        let done = press(&mut next, &asked, answer, &[("credential", &credential)]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(next.get("/").await.status, 200);
    }

    async fn a_ticket_adds_nothing_where_there_is_a_factor_already(database: Database) {
        let Some(house) = required(database).await else { return };
        let mut thief = Browser::at_address(house.address);
        let early = sign_in(&mut thief, &house.email("Priya Nair"), PASSWORD).await;
        let mut priya = Browser::at_address(house.address);
        let choose = sign_in(&mut priya, &house.email("Priya Nair"), PASSWORD).await;
        let shown = press(&mut priya, &choose, "/sign-in/add/app", &[]).await;
        let right = [("one_time_code", &*app_on(&shown).code(&house, 0))];
        let added = press(&mut priya, &shown, "/sign-in/add/app/code", &right).await;
        assert_eq!(added.status, 200, "{}", added.body);
        for path in ["/sign-in/add/app", "/sign-in/add/passkey"] {
            let refused = press(&mut thief, &early, path, &[]).await;
            assert_eq!(refused.status, 409, "{path}: {}", refused.body);
        }
        assert!(thief.cookies.is_empty());
    }
}
