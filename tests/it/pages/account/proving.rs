//! Proving again that it is still the same person, in the middle of something.

use super::passkeys::add_passkey;
use super::*;
use crate::engine::sql::Raw;
use crate::on_each_database;
use crate::sign_on::World;

const AGAIN: &str = "/account/proof";

on_each_database! {
    async fn a_grave_act_asks_for_the_password_and_goes_on_from_there(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let account = priya.get("/account").await;
        minutes_later(house, 6).await;
        let asked = press(&mut priya, &account, "/account/code-app", &[]).await;
        assert_eq!(asked.status, 403);
        assert!(page(&asked).contains("Prove that it is you"), "{}", asked.body);
        assert_eq!(Raw::of(house).count("one_time_code_sources", "1 = 1"), 0);
        let wrong = press(&mut priya, &asked, AGAIN, &[("password", "not mine at all")]).await;
        assert_eq!(wrong.status, 422);
        assert!(page(&wrong).contains("href=\"#password\""), "{}", wrong.body);
        let before = priya.clone();
        let proved = press(&mut priya, &wrong, AGAIN, &[("password", PASSWORD)]).await;
        assert_eq!(proved.status, 200, "{}", proved.body);
        assert!(page(&proved).contains("It is you"), "{}", proved.body);
        assert_eq!(before.clone().get("/").await.status, 303, "the session before is over");
        assert_eq!(Raw::of(house).count("one_time_code_sources", "1 = 1"), 0, "nothing by itself");
        let shown = press(&mut priya, &proved, "/account/code-app", &[]).await;
        app_on(&shown);
    }

    async fn whoever_has_an_app_is_asked_for_its_code_too(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let (app, _) = add_app(house, &mut priya).await;
        let account = priya.get("/account").await;
        minutes_later(house, 6).await;
        let remove = "/account/code-app/removal";
        let asked = press(&mut priya, &account, remove, &[]).await;
        assert_eq!(asked.status, 403);
        let alone = press(&mut priya, &asked, AGAIN, &[("password", PASSWORD)]).await;
        assert_eq!(alone.status, 422, "{}", alone.body);
        let code = app.code(house, 0);
        let both = [("password", PASSWORD), ("one_time_code", &*code)];
        let proved = press(&mut priya, &alone, AGAIN, &both).await;
        assert_eq!(proved.status, 200, "{}", proved.body);
        assert_eq!(press(&mut priya, &proved, remove, &[]).await.status, 303);
        assert_eq!(Raw::of(house).count("one_time_code_sources", "1 = 1"), 0);
    }

    async fn a_passkey_proves_again(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let (mut device, _) = add_passkey(&mut priya, "desk").await;
        let account = priya.get("/account").await;
        minutes_later(house, 6).await;
        let asked = press(&mut priya, &account, "/account/recovery-codes", &[]).await;
        assert_eq!(asked.status, 403);
        assert!(!page(&asked).contains("type=\"password\""), "it is enough: {}", asked.body);
        let challenge = press(&mut priya, &asked, "/account/proof/passkey", &[]).await;
        let credential = device.get(&challenge_on(&challenge)).to_string();
        let proved = press(&mut priya, &challenge, AGAIN, &[("credential", &credential)]).await;
        assert_eq!(proved.status, 200, "{}", proved.body);
        let renewed = press(&mut priya, &proved, "/account/recovery-codes", &[]).await;
        assert_eq!(paper_on(&renewed).len(), 10);
    }

    async fn whoever_signs_in_at_their_organisation_proves_themselves_there(house: &House) {
        let world = World::build(house).await;
        world.link("Priya Nair", "school", "priya-1").await;
        let mut priya = world.signed_in("priya-1").await;
        let account = priya.get("/account").await;
        assert!(page(&account).contains("You can sign in with The school."), "{}", account.body);
        minutes_later(house, 6).await;
        let asked = press(&mut priya, &account, "/account/code-app", &[]).await;
        assert_eq!(asked.status, 403);
        let text = page(&asked);
        assert!(text.contains("/sign-in/with/school?again=yes") && text.contains("target=\"_blank\""), "{text}");
        assert!(!text.contains("type=\"password\""), "{text}");
        hidden_of(&asked, "/sign-in/again");
    }

    async fn an_account_is_linked_from_ones_own_page(house: &House) {
        let world = World::build(house).await;
        let mut priya = world.browser();
        let email = house.email("Priya Nair");
        assert_eq!(sign_in(&mut priya, &email, PASSWORD).await.status, 303);
        let account = priya.get("/account").await;
        assert!(!page(&account).contains("The social-care"), "not her agency's");
        let way = press(&mut priya, &account, "/account/organisation", &[]).await;
        assert_eq!(way.status, 200, "{}", way.body);
        let text = page(&way).to_owned();
        let (_, rest) = text.split_once("href=\"https://escalations.example/sign-in/with/").unwrap();
        let there = format!("/sign-in/with/{}", rest.split('"').next().unwrap());
        let to = priya.get(&there).await.header("location").unwrap();
        let back = world.school.authorize(&to, "priya-1");
        let asked = priya.get(&format!("/sign-in/back/school{}", back.query())).await;
        assert!(page(&asked).contains("Link two accounts"), "{}", asked.body);
        let done = press(&mut priya, &asked, "/sign-in/link", &[]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(page(&priya.get("/account").await).contains("You can sign in with The school."));
        let forged = format!("form_token={}&provider=social-care", priya.form_token("/account").await);
        assert_eq!(priya.post("/account/organisation", &forged).await.status, 409);
    }
}
