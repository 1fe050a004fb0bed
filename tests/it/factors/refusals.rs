//! Forty ways not to get in with a passkey are one answer.

use super::*;
use crate::contract::{as_sent, assert_problem, on_condition};
use crate::on_each_database;

/// How a device or its browser is not as it must be.
type Spoil = fn(&mut Authenticator);

const SPOILT: [(&str, Spoil); 11] = [
    ("another page", |device| device.origin = "https://evil.example".to_owned()),
    ("a page below", |device| device.origin = "https://evil.escalations.example".to_owned()),
    ("a page that looks alike", |device| {
        device.origin = "https://escalations.example.evil.example".to_owned();
    }),
    ("another port", |device| device.origin = "https://escalations.example:8443".to_owned()),
    ("without TLS", |device| device.origin = "http://escalations.example".to_owned()),
    ("another server", |device| device.rp_id = "evil.example".to_owned()),
    ("a server above", |device| device.rp_id = "example".to_owned()),
    ("nobody verified", |device| device.verifies = false),
    ("a bad signature", |device| device.signs_badly = true),
    ("nobody's", |device| device.user_handle = None),
    ("an unknown credential", |device| device.credential_id = vec![7; 32]),
];

/// A passkey of somebody, as they add it while they are signed in.
async fn device_of(client: &Client) -> Authenticator {
    let (device, added) = add_own_passkey(client).await;
    assert_eq!(added.status, 201, "{}", added.body);
    device
}

async fn disable(house: &House, name: &str) {
    let ellis = house.as_("Ellis Grant").await;
    let path = format!("/people/{}", house.person_id(name));
    let read = ellis.get(&path).await;
    let mut body = as_sent(&read);
    body["active"] = json!(false);
    let etag = read.header("etag").unwrap();
    assert_eq!(on_condition(&ellis, Method::PUT, &path, &etag, &body).await.status, 200);
}

fn header_names(answer: &Answer) -> Vec<String> {
    answer.headers.keys().map(ToString::to_string).collect()
}

/// Every answer is the same, and none tells what was wrong.
#[track_caller]
fn assert_all_alike(refused: &[(&str, Answer)]) {
    for (what, answer) in refused {
        assert_eq!(answer.status, 401, "{what}: {}", answer.body);
        assert_problem(answer, 401, "not-signed-in");
        assert_eq!(answer.body, refused[0].1.body, "{what}");
        assert_eq!(header_names(answer), header_names(&refused[0].1), "{what}");
    }
}

on_each_database! {
    async fn whatever_is_wrong_with_a_passkey_is_one_answer(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let mut device = device_of(&priya).await;
        let mut toms = device_of(&house.as_("Tom Okafor").await).await;
        let mut refused: Vec<(&str, Answer)> = Vec::new();
        for (what, spoil) in SPOILT {
            let mut spoilt = device_of(&priya).await;
            spoil(&mut spoilt);
            refused.push((what, sign_in_by(house, &mut spoilt).await));
        }
        let mut swapped = device_of(&priya).await;
        swapped.user_handle.clone_from(&toms.user_handle);
        refused.push(("another's name", sign_in_by(house, &mut swapped).await));

        let (challenge_id, options) = challenge(house).await;
        let credential = device.get(&options);
        assert_eq!(answered(house, &challenge_id, credential.clone()).await.status, 200);
        refused.push(("replayed", answered(house, &challenge_id, credential.clone()).await));
        let (fresh, _) = challenge(house).await;
        refused.push(("replayed to another", answered(house, &fresh, credential).await));

        let (one, other) = (challenge(house).await, challenge(house).await);
        let credential = toms.get(&one.1);
        refused.push(("another's challenge", answered(house, &other.0, credential.clone()).await));
        assert_eq!(answered(house, &one.0, credential).await.status, 200, "its own");
        refused.push(("no challenge", answered(house, "made up", device.get(&one.1)).await));

        device.counter = 7;
        assert_eq!(sign_in_by(house, &mut device).await.status, 200, "counted on to 8");
        let (challenge_id, options) = challenge(house).await;
        device.counter = 7;
        let back = device.get(&options);
        refused.push(("counted to the same", answered(house, &challenge_id, back).await));
        let (challenge_id, options) = challenge(house).await;
        device.counter = 6;
        let back = device.get_without_counting(&options);
        refused.push(("counted back", answered(house, &challenge_id, back).await));

        let begun = priya.post("/me/passkeys/challenges", &json!({})).await;
        let adding = (begun.text("/challenge_id"), &begun.body["options"]);
        let mut fresh = device_of(&priya).await;
        refused.push(("to add one", answered(house, &adding.0, fresh.get(adding.1)).await));
        let begun = priya.post("/me/passkeys/challenges", &json!({})).await;
        let created = Authenticator::new().create(&begun.body["options"]);
        let id = begun.text("/challenge_id");
        refused.push(("what adds one", answered(house, &id, created.clone()).await));
        let (id, _) = challenge(house).await;
        refused.push(("what adds one, to a challenge", answered(house, &id, created).await));
        for (what, credential) in [
            ("nothing", Value::Null),
            ("a number", json!(7)),
            ("a name", json!({ "id": "x" })),
            ("a zero", json!({ "id": "\u{0}", "rawId": "\u{0}", "type": "public-key" })),
        ] {
            let (id, _) = challenge(house).await;
            refused.push((what, answered(house, &id, credential).await));
        }
        disable(house, "Tom Okafor").await;
        refused.push(("whoever left", sign_in_by(house, &mut toms).await));
        assert!(refused.len() >= 26, "{}", refused.len());
        assert_all_alike(&refused);
        assert_eq!(sign_in_by(house, &mut fresh).await.status, 200, "one that is right");
    }

    async fn a_challenge_is_good_for_five_minutes_to_the_second(house: &House) {
        let mut device = device_of(&house.as_("Priya Nair").await).await;
        let (early, late) = (challenge(house).await, challenge(house).await);
        later(house, 299).await;
        assert_eq!(answered(house, &early.0, device.get(&early.1)).await.status, 200);
        later(house, 1).await;
        let refused = answered(house, &late.0, device.get(&late.1)).await;
        let replayed = answered(house, &early.0, device.get(&early.1)).await;
        assert_all_alike(&[("late", refused), ("used", replayed)]);
    }

    async fn a_passkey_that_was_removed_signs_nobody_in(house: &House) {
        let mut device = device_of(&house.as_("Priya Nair").await).await;
        let priya = signed_in(house, &sign_in_by(house, &mut device).await, "");
        let id = priya.get("/me/factors").await.text("/passkeys/0/id");
        let tom = house.as_("Tom Okafor").await;
        let path = format!("/me/passkeys/{id}");
        assert_problem(&delete(&tom, &path).await, 404, "not-found");
        assert_eq!(delete(&priya, &path).await.status, 204);
        assert_problem(&delete(&priya, &path).await, 404, "not-found");
        assert_problem(&sign_in_by(house, &mut device).await, 401, "not-signed-in");
        house.settle().await;
        let told = subjects(house, "Priya Nair").pop().unwrap();
        assert_eq!(told, "A way to sign in was removed from your account");
    }
}
