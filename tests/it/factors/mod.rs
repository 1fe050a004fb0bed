//! Second factors, what stands between the steps of a sign-in, and the sessions that follow.

pub mod authenticator;
mod lost;
mod passkeys;
mod proving_again;
mod races;
mod refusals;
mod sessions;
mod tickets;
mod wrong_codes;

use crate::accounts::post_from;
use crate::contract::with_token;
use crate::house::{Answer, Client, Database, House, PASSWORD, Wishes};
use authenticator::Authenticator;
use bscp_escalation::auth::Network;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::Totp;

/// A house that asks everybody for a second factor, behind a proxy that says where requests come
/// from.
pub async fn required(database: Database) -> Option<House> {
    let settings = vec![
        ("auth.second_factor", "required".to_owned()),
        ("http.trusted_proxies", "127.0.0.1, ::1".to_owned()),
    ];
    House::build(database, Wishes { settings, ..Wishes::default() }).await
}

/// Somebody's app for one-time codes.
pub struct CodeApp(Totp);

impl CodeApp {
    fn read(begun: &Answer) -> Self {
        assert_eq!(begun.status, 200, "{}", begun.body);
        let app = Totp::from_url(begun.text("/otpauth_url")).unwrap();
        assert_eq!(app.secret().to_base32(), begun.text("/secret"));
        Self(app)
    }

    /// The app that reads this address.
    pub fn of_url(url: &str) -> Self {
        Self(Totp::from_url(url).unwrap())
    }

    /// The key as it is typed into it.
    pub fn key(&self) -> String {
        self.0.secret().to_base32()
    }

    /// What it shows now, or so many steps of 30 seconds later.
    pub fn code(&self, house: &House, later: i64) -> String {
        let seconds = house.engine.now().utc().timestamp() + 30 * later;
        self.0.generate(u64::try_from(seconds).unwrap()).to_string()
    }

    /// A code that is not right now, nor soon, nor was lately.
    pub fn wrong(&self, house: &House) -> String {
        let near: Vec<String> = (-3..=3).map(|later| self.code(house, later)).collect();
        let mut all = (0..).map(|number| format!("{number:06}"));
        all.find(|code| !near.contains(code)).unwrap()
    }
}

/// Somebody who is signed in with an app of their own, and the paper with their recovery codes.
struct Enrolled {
    client: Client,
    app: CodeApp,
    paper: Vec<String>,
}

/// Somebody who adds an app at their first sign-in.
async fn enrolled(house: &House, name: &str) -> Enrolled {
    let ticket = ticket(house, name).await;
    let (app, added) = add_app(house, &ticket).await;
    assert_eq!(added.status, 200, "{}", added.body);
    Enrolled { client: signed_in(house, &added, "/tokens"), app, paper: paper(&added) }
}

/// Adds an app with a ticket: the app, and what its first code is answered.
async fn add_app(house: &House, ticket: &str) -> (CodeApp, Answer) {
    let path = "/sessions/second-factors/one-time-codes";
    let app = CodeApp::read(&post(house, path, &json!({ "ticket": ticket })).await);
    let body = json!({ "ticket": ticket, "one_time_code": app.code(house, 0) });
    let added = post(house, &format!("{path}/confirmations"), &body).await;
    (app, added)
}

/// Adds a passkey with a ticket: the device, and the answer.
async fn add_passkey(house: &House, ticket: &str) -> (Authenticator, Answer) {
    let path = "/sessions/second-factors/passkeys";
    let begun = post(house, &format!("{path}/challenges"), &json!({ "ticket": ticket })).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let mut device = Authenticator::new();
    let body = json!({
        "ticket": ticket, "challenge_id": begun.text("/challenge_id"), "name": "phone",
        "credential": device.create(&begun.body["options"]),
    });
    let added = post(house, path, &body).await;
    (device, added)
}

/// Adds a passkey of somebody who is signed in.
async fn add_own_passkey(client: &Client) -> (Authenticator, Answer) {
    let begun = client.post("/me/passkeys/challenges", &json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let mut device = Authenticator::new();
    let body = json!({
        "challenge_id": begun.text("/challenge_id"), "name": "desk",
        "credential": device.create(&begun.body["options"]),
    });
    let added = client.post("/me/passkeys", &body).await;
    (device, added)
}

/// The challenge for a passkey: what stands in the answer beside the credential, and the options.
async fn challenge(house: &House) -> (String, Value) {
    let begun = post(house, "/sessions/passkeys/challenges", &json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    (begun.text("/challenge_id"), begun.body["options"].clone())
}

/// Sends a passkey's answer to a challenge.
async fn answered(house: &House, challenge_id: &str, credential: Value) -> Answer {
    let body = json!({ "challenge_id": challenge_id, "credential": credential });
    post(house, "/sessions/passkeys", &body).await
}

async fn sign_in_by(house: &House, device: &mut Authenticator) -> Answer {
    let (challenge_id, options) = challenge(house).await;
    answered(house, &challenge_id, device.get(&options)).await
}

async fn post(house: &House, path: &str, body: &Value) -> Answer {
    Client::stranger(house.address).post(path, body).await
}

async fn delete(client: &Client, path: &str) -> Answer {
    client.send(Method::DELETE, path, &[], None).await
}

/// What somebody's right password is answered.
async fn password(house: &House, name: &str) -> Answer {
    post(house, "/sessions", &json!({ "email": house.email(name), "password": PASSWORD })).await
}

/// The ticket that somebody's right password gets.
async fn ticket(house: &House, name: &str) -> String {
    let step = password(house, name).await;
    assert_eq!(step.status, 202, "{}", step.body);
    step.text("/ticket")
}

/// Proves a factor with a ticket and a code of the app.
async fn prove(house: &House, ticket: &str, code: &str) -> Answer {
    let body = json!({ "ticket": ticket, "one_time_code": code });
    post(house, "/sessions/second-factors", &body).await
}

async fn prove_from(house: &House, from: &str, ticket: &str, code: &str) -> Answer {
    let body = json!({ "ticket": ticket, "one_time_code": code });
    post_from(house, from, "/sessions/second-factors", &body).await
}

/// Proves a factor with a ticket and a recovery code.
async fn recover(house: &House, ticket: &str, code: &str) -> Answer {
    let body = json!({ "ticket": ticket, "recovery_code": code });
    post(house, "/sessions/second-factors", &body).await
}

/// Whoever has the tokens of an answer.
#[track_caller]
fn signed_in(house: &House, answer: &Answer, below: &str) -> Client {
    assert!([200, 201].contains(&answer.status), "{}", answer.body);
    let token = answer.text(&format!("{below}/access_token"));
    let mut client = with_token(&Client::stranger(house.address), &token);
    client.refresh_token = Some(answer.text(&format!("{below}/refresh_token")));
    client
}

#[track_caller]
fn paper(answer: &Answer) -> Vec<String> {
    let codes = answer.list("/recovery_codes");
    assert_eq!(codes.len(), 10, "{}", answer.body);
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// Winds the clock on, and sends what is to be sent.
async fn later(house: &House, seconds: i64) {
    assert!(house.clock.wind_on_to(house.engine.now().plus(TimeDelta::seconds(seconds))));
    house.settle().await;
}

fn from(address: &str) -> Network {
    Network::of(address.parse().unwrap())
}

fn subjects(house: &House, name: &str) -> Vec<String> {
    house.mails_to(name).into_iter().map(|mail| mail.subject).collect()
}

/// The statuses of requests that are sent at once.
async fn at_once<T: Send + 'static>(
    all: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    all.into_iter().collect::<tokio::task::JoinSet<T>>().join_all().await
}
