//! Lost passwords, lost telephones, and what is left in force.

use super::*;
use crate::accounts::secret_sent;
use crate::contract::assert_problem;
use crate::engine::sql::Raw;
use crate::on_each_database;

const CHOSEN: &str = "slow amber teapots wander north";
const ADDED: &str = "A way to sign in was added to your account";
const REMOVED: &str = "A way to sign in was removed from your account";

/// Sets a password by the link in the last letter.
async fn redeem(house: &House, name: &str, place: &str) {
    let secret = secret_sent(house, &house.email(name), place);
    let body = json!({ "secret": secret, "password": CHOSEN });
    let done = post(house, &format!("/{place}/redeem"), &body).await;
    assert_eq!((done.status, done.body), (204, Value::String(String::new())), "signs nobody in");
}

async fn chosen(house: &House, name: &str) -> Answer {
    post(house, "/sessions", &json!({ "email": house.email(name), "password": CHOSEN })).await
}

on_each_database! {
    async fn where_none_is_required_the_last_goes_with_the_recovery_codes(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let none = priya.post("/me/recovery-codes", &json!({})).await;
        assert_problem(&none, 409, "not-now");
        assert_eq!(add_own_passkey(&priya).await.1.status, 201);
        let id = priya.get("/me/factors").await.text("/passkeys/0/id");
        assert_eq!(delete(&priya, &format!("/me/passkeys/{id}")).await.status, 204);
        assert_eq!(priya.get("/me/factors").await.number("/recovery_codes_left"), 0);
        assert_eq!(password(house, "Priya Nair").await.status, 200);
    }

    async fn a_new_app_takes_the_place_of_the_one_before_once_it_has_shown_its_first_code(
        house: &House,
    ) {
        let priya = house.as_("Priya Nair").await;
        let path = "/me/one-time-codes/confirmations";
        let add = async |app: &CodeApp| {
            priya.post(path, &json!({ "one_time_code": app.code(house, 0) })).await
        };
        let first = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        let wrong = priya.post(path, &json!({ "one_time_code": first.wrong(house) })).await;
        assert_eq!((wrong.status, wrong.faults()), (422, vec!["/one_time_code".to_owned()]));
        assert_eq!(super::paper(&add(&first).await).len(), 10);
        let second = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        let one = ticket(house, "Priya Nair").await;
        assert_eq!(prove(house, &one, &first.code(house, 1)).await.status, 200, "the old one goes on");
        let added = add(&second).await;
        assert_eq!((added.status, &added.body["recovery_codes"]), (201, &json!([])));
        let two = ticket(house, "Priya Nair").await;
        later(house, 60).await;
        assert_eq!(prove(house, &two, &first.code(house, 0)).await.status, 401);
        assert_eq!(prove(house, &two, &second.code(house, 0)).await.status, 200);
        // The secret is sealed: the database shows neither of them.
        let sealed = "select sealed_secret as value from one_time_code_sources";
        let sealed = Raw::of(house).text(sealed);
        assert!(!sealed.contains(&second.0.secret().to_base32()));
    }
}

on_each_database! {
    async fn a_new_password_by_letter_leaves_the_second_factor_in_force(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { client, app, paper } = enrolled(&house, "Priya Nair").await;
        let before = ticket(&house, "Priya Nair").await;
        let asked = json!({ "email": house.email("Priya Nair") });
        assert_eq!(post(&house, "/password-resets", &asked).await.status, 202);
        house.settle().await;
        redeem(&house, "Priya Nair", "password-resets").await;
        assert_eq!(client.get("/me").await.status, 401, "signed out");
        assert_eq!(prove(&house, &before, &app.code(&house, 1)).await.status, 401, "half in, and out");
        let step = chosen(&house, "Priya Nair").await;
        assert_eq!((step.status, step.text("/next").as_str()), (202, "second_factor"));
        assert_eq!(step.body["ways"], json!(["one_time_code", "recovery_code"]));
        assert_eq!(prove(&house, &step.text("/ticket"), &app.wrong(&house)).await.status, 401);
        let proved = prove(&house, &step.text("/ticket"), &app.code(&house, 1)).await;
        assert_eq!(proved.status, 200, "{}", proved.body);
        let step = chosen(&house, "Priya Nair").await;
        assert_eq!(recover(&house, &step.text("/ticket"), &paper[3]).await.status, 200);
    }

    async fn an_administrator_takes_what_was_lost_and_invites_anew(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { client: priya, .. } = enrolled(&house, "Priya Nair").await;
        let (mut device, added) = add_own_passkey(&priya).await;
        assert_eq!(added.status, 201, "{}", added.body);
        let ellis = enrolled(&house, "Ellis Grant").await.client;
        let half_in = ticket(&house, "Priya Nair").await;
        let token = json!({ "name": "List", "scopes": ["cases:read"], "days": 30 });
        let token = priya.post("/me/api-tokens", &token).await;
        let program = with_token(&Client::stranger(house.address), &token.text("/token"));
        assert_eq!(program.get("/escalations").await.status, 200);
        let path = format!("/people/{}/factors", house.person_id("Priya Nair"));
        let gone = delete(&ellis, &path).await;
        assert_eq!(gone.status, 204, "{}", gone.body);

        assert_eq!(priya.get("/me").await.status, 401);
        assert_eq!(program.get("/escalations").await.status, 401);
        assert_eq!(password(&house, "Priya Nair").await.status, 401, "the password too");
        assert_problem(&sign_in_by(&house, &mut device).await, 401, "not-signed-in");
        let body = json!({ "ticket": half_in, "recovery_code": "x" });
        assert_eq!(post(&house, "/sessions/second-factors", &body).await.status, 401);
        let mut raw = Raw::of(&house);
        for table in ["one_time_code_sources", "recovery_codes", "passkeys"] {
            let hers = format!("person_id = '{}'", house.person_id("Priya Nair"));
            assert_eq!(raw.count(table, &hers), 0, "{table}");
        }
        let written = format!(
            "change = 'factors removed' and person_id = '{}' and resource_id = '{}'",
            house.person_id("Ellis Grant"),
            house.person_id("Priya Nair")
        );
        assert_eq!(raw.count("directory_changes", &written), 1);

        house.settle().await;
        let told = subjects(&house, "Priya Nair");
        let invitation = "Choose how you sign in to the escalation server";
        let token = "An API token was made for your account";
        assert_eq!(told, [ADDED, ADDED, token, REMOVED, invitation]);
        redeem(&house, "Priya Nair", "invitations").await;
        let step = chosen(&house, "Priya Nair").await;
        assert_eq!((step.status, step.text("/next").as_str()), (202, "add_second_factor"));
        assert_eq!(add_app(&house, &step.text("/ticket")).await.1.status, 200);
    }

    async fn only_another_administrator_with_a_fresh_proof_takes_factors(database: Database) {
        let Some(house) = required(database).await else { return };
        let path = |name: &str| format!("/people/{}/factors", house.person_id(name));
        let ellis = enrolled(&house, "Ellis Grant").await.client;
        for name in ["Judith Hale", "Tom Okafor"] {
            let client = enrolled(&house, name).await.client;
            assert_problem(&delete(&client, &path("Priya Nair")).await, 403, "not-yours");
        }
        let own = delete(&ellis, &path("Ellis Grant")).await;
        assert_problem(&own, 403, "not-yours");
        assert!(own.text("/detail").contains("Another administrator"), "{}", own.body);
        let nobody = format!("/people/{}/factors", uuid::Uuid::now_v7());
        assert_problem(&delete(&ellis, &nobody).await, 404, "not-found");
        later(&house, 301).await;
        assert_problem(&delete(&ellis, &path("Priya Nair")).await, 403, "prove-again");
    }

    async fn the_last_factor_stays_where_one_is_required(database: Database) {
        let Some(house) = required(database).await else { return };
        let Enrolled { client: priya, .. } = enrolled(&house, "Priya Nair").await;
        let last = delete(&priya, "/me/one-time-codes").await;
        assert_problem(&last, 409, "not-now");
        assert!(last.text("/detail").contains("Add another"), "{}", last.body);
        let (mut device, added) = add_own_passkey(&priya).await;
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(delete(&priya, "/me/one-time-codes").await.status, 204);
        assert_problem(&delete(&priya, "/me/one-time-codes").await, 404, "not-found");
        let id = priya.get("/me/factors").await.text("/passkeys/0/id");
        let path = format!("/me/passkeys/{id}");
        assert_problem(&delete(&priya, &path).await, 409, "not-now");
        assert_eq!(sign_in_by(&house, &mut device).await.status, 200);
        house.settle().await;
        assert_eq!(subjects(&house, "Priya Nair"), [ADDED, ADDED, REMOVED]);
        later(&house, 301).await;
        assert_problem(&delete(&priya, &path).await, 403, "prove-again");
    }
}
