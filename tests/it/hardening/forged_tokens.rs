//! Access tokens that are not ours, or not good: all are refused with one identical answer.

use super::raw;
use crate::house::{House, reading};
use crate::on_each_database;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bscp_escalation::engine::EngineError;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// What a forger has who has stolen the key file, and what everybody has: one good token.
struct Forge {
    key: Vec<u8>,
    claims: Value,
    good: String,
}

/// A name for a try, and what stands after `Bearer `.
type Tries = Vec<(String, Vec<u8>)>;

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signed(algorithm: hmac::Algorithm, key: &[u8], header: &str, claims: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(claims));
    let signature = hmac::sign(&hmac::Key::new(algorithm, key), message.as_bytes());
    format!("{message}.{}", b64(signature))
}

const HEADER: &str = r#"{"typ":"at+jwt","alg":"HS256"}"#;

impl Forge {
    async fn of(house: &House) -> Self {
        let priya = house.as_("Priya Nair").await;
        let good = priya.token.unwrap();
        let claims = URL_SAFE_NO_PAD.decode(good.split('.').nth(1).unwrap()).unwrap();
        let text = std::fs::read_to_string(&house.settings.auth.token_key_file).unwrap();
        Self {
            key: STANDARD.decode(text.trim()).unwrap(),
            claims: serde_json::from_slice(&claims).unwrap(),
            good,
        }
    }

    /// A token of the right key with this header and these claims.
    fn sign(&self, header: &str, claims: &str) -> String {
        signed(hmac::HMAC_SHA256, &self.key, header, claims)
    }

    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        claims.to_string()
    }

    /// The claims with one written as this text, which need not be JSON.
    fn written(&self, name: &str, text: &str) -> String {
        self.with(name, json!("@@")).replace("\"@@\"", text)
    }

    fn headers(&self, tries: &mut Tries) {
        let claims = self.claims.to_string();
        for header in [
            r#"{"typ":"JWT","alg":"HS256"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"typ":"AT+JWT","alg":"HS256"}"#,
            r#"{"typ":"application/at+jwt","alg":"HS256"}"#,
            r#"{"typ":"id_token","alg":"HS256"}"#,
            r#"{"typ":"logout+jwt","alg":"HS256"}"#,
            r#"{"typ":null,"alg":"HS256"}"#,
            r#"{"typ":"at+jwt","typ":"at+jwt","alg":"HS256"}"#,
            r#"{"typ":"at+jwt","alg":"none","alg":"HS256"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","alg":"none"}"#,
            r#"{"typ":"at+jwt","alg":"HS384"}"#,
            r#"{"typ":"at+jwt","alg":"hs256"}"#,
            r#"{"typ":"at+jwt","alg":["HS256"]}"#,
            r#"{"typ":"at+jwt"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"0"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"1"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"../../../../dev/null"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"x' union select 'key' --"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":"|/usr/bin/id"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","kid":""}"#,
            r#"{"typ":"at+jwt","alg":"HS256","jku":"https://forger.example/keys"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","x5u":"https://forger.example/cert"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","x5c":["AAAA"]}"#,
            r#"{"typ":"at+jwt","alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}"#,
            r#"{"typ":"at+jwt","alg":"HS256","crit":["exp"]}"#,
            r#"{"typ":"at+jwt","alg":"HS256","crit":["b64"],"b64":false}"#,
            r#"{"typ":"at+jwt","alg":"HS256","b64":false}"#,
            r#"{"typ":"at+jwt","alg":"HS256","cty":"JWT"}"#,
            r#"{"typ":"at+jwt","alg":"HS256","zip":"DEF"}"#,
            r#"{"typ":"at+jwt","alg":"dir","enc":"A256GCM"}"#,
            r#"["at+jwt","HS256"]"#,
            "null",
            "",
        ] {
            tries.push((format!("header {header}"), self.sign(header, &claims).into_bytes()));
        }
    }

    fn algorithms(&self, tries: &mut Tries) {
        let claims = self.claims.to_string();
        let signature = self.good.rsplit('.').next().unwrap();
        // A signature of nothing but zeros is good to a broken verifier of ECDSA.
        let psychic = b64([0; 64]);
        let ders = b64([0x30, 6, 2, 1, 0, 2, 1, 0]);
        for algorithm in [
            "none", "None", "NONE", "nOnE", "HS384", "HS512", "RS256", "RS512", "PS256", "ES256",
            "ES384", "EdDSA", "HS1", "null", "",
        ] {
            let header = format!(r#"{{"typ":"at+jwt","alg":"{algorithm}"}}"#);
            for signature in ["", "AA", signature, &psychic, &ders] {
                let token = format!("{}.{}.{signature}", b64(&header), b64(&claims));
                tries.push((format!("alg {algorithm}, signature {signature}"), token.into()));
            }
        }
        for (name, algorithm) in [("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)] {
            let header = format!(r#"{{"typ":"at+jwt","alg":"{name}"}}"#);
            tries.push((name.into(), signed(algorithm, &self.key, &header, &claims).into()));
        }
        for (name, key) in [("no key", &b""[..]), ("a short key", b"secret"), ("zeros", &[0; 32])] {
            let token = signed(hmac::HMAC_SHA256, key, HEADER, &claims);
            tries.push((name.to_owned(), token.into()));
        }
    }

    fn claims(&self, now: i64, tries: &mut Tries) {
        let mut add = |what: String, claims: String| {
            tries.push((what, self.sign(HEADER, &claims).into_bytes()));
        };
        for name in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
            let mut claims = self.claims.clone();
            claims.as_object_mut().unwrap().remove(name).unwrap();
            add(format!("without {name}"), claims.to_string());
            let whole = self.claims.to_string();
            let again =
                format!(r#"{},"{name}":{}}}"#, &whole[..whole.len() - 1], self.claims[name]);
            add(format!("{name} twice"), again);
        }
        let (aud, sub) = (self.claims["aud"].clone(), self.claims["sub"].clone());
        for (name, value) in [
            ("iss", json!("https://forger.example")),
            ("iss", json!("bscp-escalation/")),
            ("iss", json!(["bscp-escalation"])),
            ("aud", json!("bscp-escalation")),
            ("aud", json!("bscp-escalation/api/")),
            ("aud", json!("a-client-of-an-identity-provider")),
            ("aud", json!([aud])),
            ("aud", json!([])),
            ("sub", json!("")),
            ("sub", json!(sub.as_str().unwrap().to_uppercase() + " ")),
            ("sub", json!([sub])),
            ("sub", json!("00000000-0000-0000-0000-000000000000")),
            ("sid", json!("0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b")),
            ("sid", Value::Null),
            ("exp", json!(now)),
            ("exp", json!(now - 1)),
            ("exp", json!(0)),
            ("exp", json!((now + 900).to_string())),
            ("exp", json!(9e15)),
            ("nbf", json!(now + 61)),
            ("iat", json!(now + 61)),
            ("role", json!("administrator")),
            ("scope", json!("*")),
            ("nonce", json!("of an ID token")),
        ] {
            add(format!("{name} {value}"), self.with(name, value));
        }
        for number in
            ["1e400", "-1e400", "1e20", "NaN", "Infinity", "99999999999999999999", "4.0e9"]
        {
            add(format!("exp {number}"), self.written("exp", number));
        }
        add("claims in a list".into(), format!("[{}]", self.claims));
        add("no claims".into(), "{}".to_owned());
        add("not JSON".into(), "exp=4000000000".to_owned());
        add("a byte order mark".into(), format!("\u{feff}{}", self.claims));
        add("deep".into(), format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    }

    fn shapes(&self, tries: &mut Tries) {
        let good = self.good.as_str();
        let [header, claims, signature]: [&str; 3] =
            good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let mut add = |what: &str, token: Vec<u8>| tries.push((what.to_owned(), token));
        add("two segments", format!("{header}.{claims}").into());
        add("four segments", format!("{good}.{signature}").into());
        add("five segments, as JWE has", format!("{header}..{claims}.AA.{signature}").into());
        add("one segment", header.into());
        add("dots alone", b"..".to_vec());
        add("nothing", Vec::new());
        add("padded", format!("{good}=").into());
        if good.contains(['-', '_']) {
            add("standard base64", good.replace('-', "+").replace('_', "/").into());
        }
        add("a trailing byte", format!("{good}A").into());
        add("trailing percent", format!("{good}%00").into());
        add("a truncated signature", good[..good.len() - 1].into());
        add("half a signature", format!("{header}.{claims}.{}", &signature[..20]).into());
        add("two tokens", format!("{good} {good}").into());
        add("two tokens with a comma", format!("{good},{good}").into());
        add("a quoted token", format!("\"{good}\"").into());
        add("a JSON object", format!(r#"{{"payload":"{claims}"}}"#).into());
        add("not UTF-8", [good.as_bytes(), b"\xff\xfe"].concat());
        add("not UTF-8 alone", vec![0x80; 40]);
        add("64 KiB", "a.".repeat(32 * 1024).into());
        add("a refresh token", b"bscp_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_vec());
        add("like an API token", b"bscp_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_vec());
        // The last character of a signature has bits that say nothing: they must be as we wrote them.
        let last = good.chars().last().unwrap();
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
            if other != last {
                let token = format!("{}{other}", &good[..good.len() - 1]);
                tries.push((format!("last character {other}"), token.into_bytes()));
            }
        }
    }
}

/// The answer to a request with this header, without what differs between any two answers.
async fn answered(house: &House, authorization: &[u8]) -> String {
    let head = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ";
    let request = [&head[..], authorization, b"\r\n\r\n"];
    let answer = raw(house, request.concat()).await;
    let differs = |line: &&str| !line.starts_with("date: ") && !line.starts_with("x-request-id: ");
    answer.split("\r\n").filter(differs).collect::<Vec<_>>().join("\r\n")
}

on_each_database! {
    async fn every_forged_token_is_refused_with_one_identical_answer(house: &House) {
        let forge = Forge::of(house).await;
        let now = house.engine.now().utc().timestamp();
        let resigned = forge.sign(HEADER, &forge.claims.to_string());
        let bearer = |token: &[u8]| [b"Bearer ", token].concat();
        let taken = answered(house, &bearer(resigned.as_bytes())).await;
        assert!(taken.starts_with("HTTP/1.1 200 "), "the forger knows how it is done: {taken}");
        assert!(answered(house, &bearer(forge.good.as_bytes())).await.starts_with("HTTP/1.1 200 "));
        let mut tries = Tries::new();
        forge.headers(&mut tries);
        forge.algorithms(&mut tries);
        forge.claims(now, &mut tries);
        forge.shapes(&mut tries);
        let stolen = forge.with("sub", json!(house.person_id("Tom Okafor")));
        tries.push(("another person's session".into(), forge.sign(HEADER, &stolen).into()));
        assert!(tries.len() > 200, "only {} tries", tries.len());
        let expected = answered(house, b"Bearer x").await;
        assert!(expected.starts_with("HTTP/1.1 401 "), "{expected}");
        for (what, token) in tries {
            assert_eq!(answered(house, &bearer(&token)).await, expected, "{what}");
        }
        for authorization in [&b""[..], b"Bearer", b"Basic cHJpeWE6cHJpeWE=", b"bearer"] {
            assert_eq!(answered(house, authorization).await, expected);
        }
        let twice = [&bearer(forge.good.as_bytes()), &b"\r\nAuthorization: Bearer x"[..]].concat();
        assert_eq!(answered(house, &twice).await, expected, "two tokens in two headers");
        assert!(answered(house, &bearer(forge.good.as_bytes())).await.starts_with("HTTP/1.1 200 "));
    }

    async fn a_session_that_ended_and_a_mebibyte_are_refused_too(house: &House) {
        let forge = Forge::of(house).await;
        let expected = answered(house, b"Bearer x").await;
        let priya = house.as_("Priya Nair").await;
        let token = priya.token.clone().unwrap();
        priya.send(reqwest::Method::DELETE, "/sessions/current", &[], None).await;
        assert_eq!(answered(house, format!("Bearer {token}").as_bytes()).await, expected);
        // More than a request's head may have: refused before it is read.
        let mebibyte = format!("Bearer {}", "a".repeat(1024 * 1024));
        let answer = answered(house, mebibyte.as_bytes()).await;
        assert!(!answer.contains("HTTP/1.1 2"), "{answer}");
        wind_on(house, 899);
        let good = format!("Bearer {}", forge.good);
        assert!(answered(house, good.as_bytes()).await.starts_with("HTTP/1.1 200 "));
        wind_on(house, 1);
        assert_eq!(answered(house, good.as_bytes()).await, expected);
    }

    async fn of_twenty_who_refresh_with_one_token_on_two_nodes_one_is_served_and_all_are_out(
        house: &House,
    ) {
        let node = house.another_node().await;
        let priya = house.as_("Priya Nair").await;
        let token = priya.refresh_token.clone().unwrap();
        let racers = (0..20).map(|number| {
            let engine = if number % 2 == 0 { house.engine.clone() } else { node.clone() };
            let token = token.clone();
            tokio::spawn(async move { engine.refresh(&token).await })
        });
        let mut served = Vec::new();
        for racer in racers.collect::<Vec<_>>() {
            match racer.await.unwrap() {
                Ok(tokens) => served.push(tokens),
                Err(EngineError::NotSignedIn) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(served.len(), 1);
        let served = served.remove(0);
        for engine in [&house.engine, &node] {
            for token in [&served.access_token, priya.token.as_ref().unwrap()] {
                let refused = engine.authenticate(token, &reading()).await;
                assert!(matches!(refused, Err(EngineError::NotSignedIn)), "the family is dead");
            }
            let refused = engine.refresh(&served.refresh_token).await;
            assert!(matches!(refused, Err(EngineError::NotSignedIn)));
        }
    }
}

fn wind_on(house: &House, seconds: i64) {
    assert!(house.clock.wind_on_to(house.engine.now().plus(TimeDelta::seconds(seconds))));
}
