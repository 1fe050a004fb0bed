//! Passkeys: added, used without an address, used for proving again.

use super::*;
use crate::contract::assert_problem;
use crate::engine::sql::Raw;
use crate::on_each_database;

on_each_database! {
    async fn a_passkey_signs_in_without_an_address(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let (mut device, added) = add_own_passkey(&priya).await;
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(super::paper(&added).len(), 10, "the first factor");
        assert!(added.body.get("tokens").is_none(), "she is in already");
        later(house, 90).await;
        let by_passkey = signed_in(house, &sign_in_by(house, &mut device).await, "");
        assert_eq!(by_passkey.get("/me").await.text("/name"), "Priya Nair");
        let factors = by_passkey.get("/me/factors").await;
        assert_eq!(factors.text("/passkeys/0/name"), "desk");
        assert_eq!(factors.text("/passkeys/0/last_used_at"), "2026-12-21T09:11:30.000000Z");
        let sessions = by_passkey.get("/me/sessions").await;
        assert_eq!(sessions.text("/items/0/proved_by"), "passkey");
        house.settle().await;
        assert_eq!(subjects(house, "Priya Nair"), ["A way to sign in was added to your account"]);
    }

    /// Passkeys that are copied to all devices of their holder do not count their uses.
    async fn a_passkey_that_does_not_count_signs_in_as_often_as_one_likes(house: &House) {
        let (mut device, _) = add_own_passkey(&house.as_("Priya Nair").await).await;
        for _ in 0..3 {
            let (challenge_id, options) = challenge(house).await;
            let credential = device.get_without_counting(&options);
            assert_eq!(answered(house, &challenge_id, credential).await.status, 200);
        }
        assert_eq!(sign_in_by(house, &mut device).await.status, 200);
        assert_eq!((device.counter, sign_in_by(house, &mut device).await.status), (1, 200));
    }

    async fn the_options_ask_for_a_device_that_finds_it_by_itself_and_verifies_its_holder(
        house: &House,
    ) {
        let priya = house.as_("Priya Nair").await;
        let begun = priya.post("/me/passkeys/challenges", &json!({})).await;
        assert_eq!(begun.text("/options/rp/id"), "escalations.example");
        assert_eq!(begun.text("/options/authenticatorSelection/residentKey"), "required");
        assert_eq!(begun.text("/options/authenticatorSelection/userVerification"), "required");
        assert_eq!(begun.text("/options/attestation"), "none");
        let (mut device, added) = add_own_passkey(&priya).await;
        assert_eq!(added.status, 201);
        let again = priya.post("/me/passkeys/challenges", &json!({})).await;
        assert_eq!(again.list("/options/excludeCredentials").len(), 1);
        let (_, options) = challenge(house).await;
        assert_eq!(options["userVerification"], "required");
        assert_eq!(options["allowCredentials"], json!([]), "it does not tell who has which");
        assert_eq!(sign_in_by(house, &mut device).await.status, 200);
        // Neither the challenge nor what the server keeps of it stands in the database in clear.
        let mut raw = Raw::of(house);
        let digests = raw.texts("select digest as value from passkey_challenges");
        assert!(digests.iter().all(|digest| digest.len() == 64), "{digests:?}");
    }

    async fn adding_wants_a_fresh_proof_and_an_answer_to_its_own_challenge(house: &House) {
        let (priya, tom) = (house.as_("Priya Nair").await, house.as_("Tom Okafor").await);
        let begin = async || priya.post("/me/passkeys/challenges", &json!({})).await;
        let add = async |client: &Client, id: &str, credential: Value| {
            let body = json!({ "challenge_id": id, "name": "desk", "credential": credential });
            client.post("/me/passkeys", &body).await
        };
        let mut refused = Vec::new();
        let begun = begin().await;
        let (id, options) = (begun.text("/challenge_id"), &begun.body["options"]);
        // Another's, and by that used up.
        refused.push(add(&tom, &id, Authenticator::new().create(options)).await);
        refused.push(add(&priya, &id, Authenticator::new().create(options)).await);
        for spoil in [
            (|device| device.origin = "https://evil.example".to_owned()) as fn(&mut Authenticator),
            |device| device.rp_id = "evil.example".to_owned(),
            |device| device.verifies = false,
        ] {
            let begun = begin().await;
            let mut device = Authenticator::new();
            spoil(&mut device);
            let credential = device.create(&begun.body["options"]);
            refused.push(add(&priya, &begun.text("/challenge_id"), credential).await);
        }
        let (for_proving, options) = challenge(house).await;
        let (mut device, added) = add_own_passkey(&priya).await;
        assert_eq!(added.status, 201);
        refused.push(add(&priya, &for_proving, device.get(&options)).await);
        // The same device a second time, for somebody else.
        let begun = tom.post("/me/passkeys/challenges", &json!({})).await;
        let credential = device.create(&begun.body["options"]);
        refused.push(add(&tom, &begun.text("/challenge_id"), credential).await);
        for answer in &refused {
            assert_problem(answer, 422, "faulty");
            assert_eq!(answer.faults(), ["/credential"]);
            assert_eq!(answer.body, refused[0].body);
        }
        let begun = begin().await;
        later(house, 300).await;
        let credential = Authenticator::new().create(&begun.body["options"]);
        let late = add(&priya, &begun.text("/challenge_id"), credential.clone()).await;
        assert_eq!(late.body, refused[0].body, "five minutes");
        later(house, 1).await;
        assert_problem(&begin().await, 403, "prove-again");
        let late = add(&priya, &begun.text("/challenge_id"), credential).await;
        assert_problem(&late, 403, "prove-again");
        assert_eq!(Raw::of(house).count("passkeys", "1 = 1"), 1);
    }

    async fn a_server_without_a_name_for_browsers_has_no_passkeys_and_says_so(house: &House) {
        for url in ["http://escalations.example", "https://192.0.2.1", "http://192.0.2.1:8080"] {
            let node = house.node_with(|settings| settings.http.public_url = url.to_owned()).await;
            let stranger = Client::stranger(node.address);
            assert_eq!(stranger.get("/server").await.body["has_passkeys"], false, "{url}");
            let refused = stranger.post("/sessions/passkeys/challenges", &json!({})).await;
            assert_problem(&refused, 409, "not-now");
            let detail = refused.text("/detail");
            assert!(detail.contains("Passkeys are off") && detail.contains(url), "{detail}");
        }
    }
}
