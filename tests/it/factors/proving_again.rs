//! Proving again before a grave act: five minutes, new tokens, never by an API token.

use super::*;
use crate::contract::{NOBODY, as_sent, assert_problem, on_condition};
use crate::engine::sql::Raw;
use crate::house::reading;
use crate::on_each_database;
use bscp_escalation::access::{ProofBy, TokenScope};
use bscp_escalation::engine::{EngineError, ProofOffered};
use bscp_escalation::escalation::Refusal;

const PROOFS: &str = "/sessions/current/proofs";

/// A request by which somebody gets power, loses it, or is let in.
struct Grave {
    what: &'static str,
    method: Method,
    path: String,
    etag: String,
    body: Option<Value>,
}

impl Grave {
    fn new(
        what: &'static str,
        method: Method,
        path: impl Into<String>,
        body: Option<Value>,
    ) -> Self {
        Self { what, method, path: path.into(), etag: "\"1\"".to_owned(), body }
    }

    async fn send(&self, client: &Client) -> Answer {
        let headers = [("If-Match", self.etag.as_str())];
        let body = self.body.as_ref().map(ToString::to_string);
        client.send(self.method.clone(), &self.path, &headers, body).await
    }
}

/// Everything grave that an administrator can do who has an app, the harmless first.
async fn grave_acts(house: &House, ellis: &Client) -> Vec<Grave> {
    let priya = house.person_id("Priya Nair");
    let nothing = || Some(json!({}));
    let path = format!("/people/{priya}");
    let read = ellis.get(&path).await;
    let mut administrator = as_sent(&read);
    administrator["administrator"] = json!(true);
    let mut granting =
        Grave::new("make somebody administrator", Method::PUT, path, Some(administrator));
    granting.etag = read.header("etag").unwrap();
    let token = json!({ "name": "List", "scopes": ["directory:read"], "days": 7 });
    let link = json!({ "provider": "nobody", "subject": "nobody" });
    let add_passkey = json!({ "challenge_id": NOBODY, "name": "desk", "credential": {} });
    vec![
        Grave::new("begin a passkey", Method::POST, "/me/passkeys/challenges", nothing()),
        Grave::new("add a passkey", Method::POST, "/me/passkeys", Some(add_passkey)),
        Grave::new("begin an app", Method::POST, "/me/one-time-codes", nothing()),
        Grave::new(
            "add an app",
            Method::POST,
            "/me/one-time-codes/confirmations",
            Some(json!({ "one_time_code": "000000" })),
        ),
        Grave::new("remove a passkey", Method::DELETE, format!("/me/passkeys/{NOBODY}"), None),
        Grave::new("recovery codes", Method::POST, "/me/recovery-codes", nothing()),
        Grave::new("make an API token", Method::POST, "/me/api-tokens", Some(token)),
        Grave::new(
            "link an account of one's own",
            Method::POST,
            "/me/identities/attempts",
            Some(json!({ "provider": "nobody" })),
        ),
        Grave::new(
            "link another's account",
            Method::POST,
            format!("/people/{priya}/identities"),
            Some(link),
        ),
        Grave::new("rotate the key", Method::POST, "/signing-keys/rotations", nothing()),
        granting,
        Grave::new(
            "end somebody's sessions",
            Method::DELETE,
            format!("/people/{priya}/sessions"),
            None,
        ),
        Grave::new(
            "take somebody's factors",
            Method::DELETE,
            format!("/people/{priya}/factors"),
            None,
        ),
        Grave::new("remove an app", Method::DELETE, "/me/one-time-codes", None),
    ]
}

on_each_database! {
    async fn a_grave_act_wants_a_proof_of_the_last_five_minutes(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let app = CodeApp::read(&ellis.post("/me/one-time-codes", &json!({})).await);
        let body = json!({ "one_time_code": app.code(house, 0) });
        assert_eq!(ellis.post("/me/one-time-codes/confirmations", &body).await.status, 201);
        later(house, 301).await;
        for act in grave_acts(house, &ellis).await {
            let refused = act.send(&ellis).await;
            assert_eq!(refused.status, 403, "{}: {}", act.what, refused.body);
            assert_problem(&refused, 403, "prove-again");
            assert!(refused.text("/detail").contains(PROOFS), "{}", refused.body);
        }
        let body = json!({ "password": PASSWORD, "one_time_code": app.code(house, 0) });
        let proved = signed_in(house, &ellis.post(PROOFS, &body).await, "");
        later(house, 300).await;
        for act in grave_acts(house, &proved).await {
            let answer = act.send(&proved).await;
            assert!(![401, 403].contains(&answer.status), "{}: {}", act.what, answer.body);
        }
    }

    async fn publishing_a_policy_and_filling_its_posts_are_grave(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let text = include_str!("../../../config/policies/bscp.toml");
        let text = text.replacen("version = 1", "version = 2", 1);
        let proposed = judith.post("/policies", &json!({ "text": text })).await;
        assert_eq!(proposed.status, 201, "{}", proposed.body);
        let greer = house.as_("Professor Alan Greer").await;
        later(house, 301).await;
        let publications = "/policies/bscp/versions/2/publications";
        let refused = greer.post(publications, &json!({})).await;
        assert_problem(&refused, 403, "prove-again");
        let ellis = house.as_("Ellis Grant").await;
        let post = json!({
            "title": "Another manager", "holders": [house.person_id("Priya Nair")],
            "place": {
                "of": "partnership", "partnership_id": house.founded.partnership.id,
                "function": "business_manager"
            },
        });
        assert_problem(&judith.post("/posts", &post).await, 403, "prove-again");
        assert_eq!(ellis.post("/posts", &post).await.status, 201);
        let proved = greer.post(PROOFS, &json!({ "password": PASSWORD })).await;
        let greer = signed_in(house, &proved, "");
        let published = greer.post(publications, &json!({})).await;
        assert!([200, 201].contains(&published.status), "{}", published.body);
    }

    /// Letters that let in go to the address.
    async fn an_address_is_changed_by_somebody_who_is_there(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let token = json!({ "name": "List", "scopes": ["directory:read", "directory:write"], "days": 7 });
        let made = judith.post("/me/api-tokens", &token).await;
        let program = with_token(&judith, &made.text("/token"));
        let path = format!("/people/{}", house.person_id("Priya Nair"));
        let change = async |client: &Client, field: &str, value: &str| {
            let read = client.get(&path).await;
            let mut body = as_sent(&read);
            body[field] = json!(value);
            let etag = read.header("etag").unwrap();
            on_condition(client, Method::PUT, &path, &etag, &body).await
        };
        let moved = "priya.shah@ravensbourne.example";
        assert_problem(&change(&program, "email", moved).await, 403, "prove-again");
        assert_eq!(change(&program, "name", "Priya Shah").await.status, 200);
        later(house, 301).await;
        assert_problem(&change(&judith, "email", moved).await, 403, "prove-again");
        let proved = judith.post(PROOFS, &json!({ "password": PASSWORD })).await;
        let judith = signed_in(house, &proved, "");
        assert_eq!(change(&judith, "email", moved).await.status, 200);
    }

    async fn whoever_proves_again_goes_on_in_a_new_session_with_new_tokens(house: &House) {
        let (before, elsewhere) = (house.as_("Priya Nair").await, house.as_("Priya Nair").await);
        let old = before.get("/me/sessions").await;
        later(house, 600).await;
        let proved = before.post(PROOFS, &json!({ "password": PASSWORD })).await;
        assert_eq!(proved.number("/expires_in"), 900);
        let after = signed_in(house, &proved, "");
        assert_eq!(before.get("/me").await.status, 401, "the token before");
        let refresh = json!({ "refresh_token": before.refresh_token });
        assert_eq!(post(house, "/sessions/refresh", &refresh).await.status, 401);
        assert_eq!([after.get("/me").await.status, elsewhere.get("/me").await.status], [200, 200]);
        let now = after.get("/me/sessions").await;
        assert_eq!(now.list("/items").len(), 2);
        assert_eq!(now.body["items"][0]["is_current"], true);
        assert_eq!(now.text("/items/0/proved_at"), "2026-12-21T09:20:00.000000Z");
        assert!(old.list("/items").iter().all(|it| it["id"] != now.body["items"][0]["id"]));
        let refresh = json!({ "refresh_token": after.refresh_token });
        let renewed = signed_in(house, &post(house, "/sessions/refresh", &refresh).await, "");
        let made = renewed.post("/me/passkeys/challenges", &json!({})).await;
        assert_eq!(made.status, 200, "a refreshed token carries the proof on");
        house.settle().await;
        assert_eq!(subjects(house, "Priya Nair"), [""; 0], "nothing was stolen");
    }

    async fn a_proof_takes_all_that_a_sign_in_takes(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let app = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        let body = json!({ "one_time_code": app.code(house, 0) });
        let added = priya.post("/me/one-time-codes/confirmations", &body).await;
        let paper = super::paper(&added);
        let (mut device, _) = add_own_passkey(&priya).await;
        let (mut toms, _) = add_own_passkey(&house.as_("Tom Okafor").await).await;
        let code = app.code(house, 1);
        let of_tom = challenge(house).await;
        let of_tom = json!({ "challenge_id": of_tom.0, "credential": toms.get(&of_tom.1) });
        let begun = priya.post("/me/passkeys/challenges", &json!({})).await;
        let to_add = device.get(&begun.body["options"]);
        let to_add = json!({ "challenge_id": begun.text("/challenge_id"), "credential": to_add });
        for (what, body) in [
            ("nothing", json!({})),
            ("a password alone", json!({ "password": PASSWORD })),
            ("a code alone", json!({ "one_time_code": code })),
            ("a wrong password", json!({ "password": "wrong", "one_time_code": code })),
            ("a wrong code", json!({ "password": PASSWORD, "one_time_code": app.wrong(house) })),
            ("a used code", json!({ "password": PASSWORD, "one_time_code": app.code(house, 0) })),
            ("paper", json!({ "password": PASSWORD, "one_time_code": paper[0] })),
            ("another's passkey", of_tom),
            ("a challenge to add one", to_add),
            ("no challenge", json!({ "challenge_id": "x", "credential": {} })),
            ("half a passkey", json!({ "challenge_id": "x" })),
        ] {
            let refused = priya.post(PROOFS, &body).await;
            assert_problem(&refused, 422, "faulty");
            assert_eq!(priya.get("/me").await.status, 200, "{what}: the session goes on");
        }
        let body = json!({ "password": PASSWORD, "one_time_code": code });
        let by_code = signed_in(house, &priya.post(PROOFS, &body).await, "");
        assert_eq!(by_code.get("/me/sessions").await.text("/items/0/proved_by"), "second_factor");
        let (challenge_id, options) = challenge(house).await;
        let body = json!({ "challenge_id": challenge_id, "credential": device.get(&options) });
        let by_passkey = signed_in(house, &by_code.post(PROOFS, &body).await, "");
        assert_eq!(by_passkey.get("/me/sessions").await.text("/items/0/proved_by"), "passkey");
    }

    /// With a password nobody signs in who has none: their code is not enough by itself.
    async fn whoever_has_no_password_proves_with_a_passkey(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let app = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        let body = json!({ "one_time_code": app.code(house, 0) });
        assert_eq!(priya.post("/me/one-time-codes/confirmations", &body).await.status, 201);
        let (mut device, _) = add_own_passkey(&priya).await;
        let id = house.person_id("Priya Nair");
        Raw::of(house).change_one(&format!("update people set password_hash = null where id = '{id}'"));
        for password in [Value::Null, json!(""), json!(PASSWORD)] {
            let body = json!({ "password": password, "one_time_code": app.code(house, 1) });
            assert_problem(&priya.post(PROOFS, &body).await, 422, "faulty");
        }
        let (challenge_id, options) = challenge(house).await;
        let body = json!({ "challenge_id": challenge_id, "credential": device.get(&options) });
        assert_eq!(priya.post(PROOFS, &body).await.status, 200);
    }

    /// A provider ends the sessions that it began: none goes on beside it.
    async fn only_a_session_of_our_own_is_carried_on(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let token = priya.token.as_ref().unwrap();
        let actor = house.engine.authenticate(token, &reading()).await.unwrap();
        for by in [ProofBy::SingleSignOn, ProofBy::ApiToken, ProofBy::Console] {
            let mut actor = actor.clone();
            actor.proof.by = by;
            let (password, one_time_code) = (Some(PASSWORD.to_owned()), None);
            let offered = ProofOffered::Typed { password, one_time_code };
            let refused = house.engine.prove_again(actor, offered, from("192.0.2.1")).await;
            let is_refused = matches!(refused, Err(EngineError::Refused(Refusal::NotYours(_))));
            assert!(is_refused, "{by:?}");
        }
        assert_eq!(priya.get("/me").await.status, 200);
    }

    async fn of_eight_proofs_of_one_session_at_once_one_goes_on(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let proving = (0..8).map(|_| {
            let priya = priya.clone();
            async move { priya.post(PROOFS, &json!({ "password": PASSWORD })).await.status }
        });
        let mut told = at_once(proving.collect::<Vec<_>>()).await;
        told.sort_unstable();
        assert_eq!(told, [200, 401, 401, 401, 401, 401, 401, 401]);
        let open = Raw::of(house).count("sessions", "ended_at is null");
        assert_eq!(open, 1);
    }

    async fn wrong_passwords_and_codes_are_counted_here_too(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let app = CodeApp::read(&priya.post("/me/one-time-codes", &json!({})).await);
        let body = json!({ "one_time_code": app.code(house, 0) });
        assert_eq!(priya.post("/me/one-time-codes/confirmations", &body).await.status, 201);
        let wrong = json!({ "password": PASSWORD, "one_time_code": app.wrong(house) });
        for _ in 0..10 {
            assert_problem(&priya.post(PROOFS, &wrong).await, 422, "faulty");
        }
        let right = json!({ "password": PASSWORD, "one_time_code": app.code(house, 1) });
        assert_problem(&priya.post(PROOFS, &right).await, 422, "faulty");
        let ticket = ticket(house, "Priya Nair").await;
        assert_eq!(prove(house, &ticket, &app.code(house, 1)).await.status, 401, "one count");
        later(house, 300).await;
        for _ in 0..10 {
            let wrong = json!({ "password": "wrong", "one_time_code": app.code(house, 0) });
            assert_problem(&priya.post(PROOFS, &wrong).await, 422, "faulty");
        }
        let right = json!({ "password": PASSWORD, "one_time_code": app.code(house, 0) });
        assert_problem(&priya.post(PROOFS, &right).await, 429, "too-many-requests");
    }

    async fn an_api_token_never_does_what_is_grave_and_never_proves(house: &House) {
        let scopes: Vec<String> = TokenScope::ALL.iter().map(ToString::to_string).collect();
        let program = async |name: &str| {
            let body = json!({ "name": "Our list", "scopes": scopes, "days": 30 });
            let made = house.as_(name).await.post("/me/api-tokens", &body).await;
            with_token(&Client::stranger(house.address), &made.text("/token"))
        };
        let ellis = program("Ellis Grant").await;
        for act in grave_acts(house, &house.as_("Ellis Grant").await).await {
            let refused = act.send(&ellis).await;
            assert_eq!(refused.status, 403, "{}: {}", act.what, refused.body);
        }
        let refused = ellis.post(PROOFS, &json!({ "password": PASSWORD })).await;
        assert_problem(&refused, 403, "not-yours");
        // What its scope would allow, were it not grave.
        let judith = program("Judith Hale").await;
        let post = json!({
            "title": "Another manager", "holders": [house.person_id("Priya Nair")],
            "place": {
                "of": "partnership", "partnership_id": house.founded.partnership.id,
                "function": "business_manager"
            },
        });
        assert_problem(&judith.post("/posts", &post).await, 403, "prove-again");
    }
}
