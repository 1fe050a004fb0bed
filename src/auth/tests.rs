use super::*;
use crate::clock::UtcInstant;
use crate::ids::{PersonId, SessionId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Barrier;
use std::thread;

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
const LIFETIME: u32 = 900;

fn key() -> SigningKey {
    SigningKey::from_bytes(KEY).unwrap()
}

fn noon() -> UtcInstant {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn after(seconds: i64) -> UtcInstant {
    noon().plus(TimeDelta::seconds(seconds))
}

#[test]
fn a_token_speaks_for_its_person_and_session_until_the_second_it_expires() {
    let (person, session) = (PersonId::new(), SessionId::new());
    let token = key().issue(person, session, noon(), LIFETIME).unwrap();
    let good = Ok(Claims { person, session });
    assert_eq!(key().check(&token, noon()), good);
    assert_eq!(key().check(&token, after(899)), good);
    assert_eq!(key().check(&token, after(900)), Err(Refused));
    assert_eq!(key().check(&token, after(901)), Err(Refused));
    assert_eq!(key().check(&token, after(-60)), good, "another node's clock may be ahead a bit");
    assert_eq!(key().check(&token, after(-61)), Err(Refused));
}

fn good_header() -> Header {
    Header { typ: Some("at+jwt".into()), ..Header::new(Algorithm::HS256) }
}

fn good_claims() -> Value {
    let now = noon().utc().timestamp();
    json!({
        "iss": "bscp-escalation", "aud": "bscp-escalation/api", "sub": PersonId::new(),
        "sid": SessionId::new(), "iat": now, "nbf": now, "exp": now + 900,
    })
}

fn sign(header: &Header, claims: &Value) -> String {
    encode(header, claims, &EncodingKey::from_secret(KEY)).unwrap()
}

fn encoded(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

fn assert_refused(what: &str, token: &str) {
    assert_eq!(key().check(token, noon()), Err(Refused), "{what}");
}

#[test]
fn claims_that_are_missing_wrong_or_too_many_are_refused() {
    assert!(key().check(&sign(&good_header(), &good_claims()), noon()).is_ok(), "the base is good");
    for name in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
        let mut claims = good_claims();
        claims.as_object_mut().unwrap().remove(name).unwrap();
        assert_refused(&format!("without {name}"), &sign(&good_header(), &claims));
    }
    let soon = noon().utc().timestamp() + 61;
    let wrong = [
        ("iss", json!("somebody-else")),
        ("iss", json!(["bscp-escalation", "somebody-else"])),
        ("aud", json!("bscp-escalation/other")),
        ("aud", json!(["bscp-escalation/api"])),
        ("aud", Value::Null),
        ("sub", json!("")),
        ("sub", json!("admin")),
        ("sid", json!(7)),
        ("exp", json!("4000000000")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("exp", Value::Null),
        ("nbf", json!(soon)),
        ("iat", json!(soon)),
        ("role", json!("administrator")),
    ];
    for (name, value) in wrong {
        let mut claims = good_claims();
        claims[name] = value.clone();
        assert_refused(&format!("{name} {value}"), &sign(&good_header(), &claims));
    }
}

type Change = fn(&mut Header);

#[test]
fn headers_other_than_ours_are_refused() {
    let changes: [(&str, Change); 9] = [
        ("typ JWT", |header| header.typ = Some("JWT".into())),
        ("no typ", |header| header.typ = None),
        ("HS384", |header| header.alg = Algorithm::HS384),
        ("HS512", |header| header.alg = Algorithm::HS512),
        ("kid", |header| header.kid = Some("../../dev/null".into())),
        ("jku", |header| header.jku = Some("https://example.org/keys".into())),
        ("x5u", |header| header.x5u = Some("https://example.org/keys".into())),
        ("crit", |header| header.crit = Some(vec!["exp".into()])),
        ("unknown", |header| header.extras.insert("b64", false)),
    ];
    for (what, change) in changes {
        let mut header = good_header();
        change(&mut header);
        assert_refused(what, &sign(&header, &good_claims()));
    }
}

#[test]
fn tokens_not_signed_by_this_key_are_refused() {
    let good = sign(&good_header(), &good_claims());
    let [header, claims, signature]: [&str; 3] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other_key = EncodingKey::from_secret(b"another key, as long as the good");
    let others = encode(&good_header(), &good_claims(), &other_key).unwrap();
    let altered = encoded(good_claims().to_string());
    let mut forged = vec![
        ("another key".to_owned(), others),
        ("altered claims".to_owned(), format!("{header}.{altered}.{signature}")),
        ("empty signature".to_owned(), format!("{header}.{claims}.")),
        ("no signature".to_owned(), format!("{header}.{claims}")),
        ("signature twice".to_owned(), format!("{good}.{signature}")),
        ("padded".to_owned(), format!("{good}=")),
        ("trailing space".to_owned(), format!("{good} ")),
        ("empty".to_owned(), String::new()),
        ("dots".to_owned(), "..".to_owned()),
        ("long".to_owned(), "a.".repeat(100_000)),
    ];
    for algorithm in ["none", "None", "NONE", "nOnE", "RS256", "ES256", "EdDSA", "HS1", ""] {
        let header = encoded(json!({"alg": algorithm, "typ": "at+jwt"}).to_string());
        for signature in ["", signature, "AA"] {
            let token = format!("{header}.{claims}.{signature}");
            forged.push((format!("alg {algorithm:?}, signature {signature:?}"), token));
        }
    }
    let double = encoded(r#"{"alg":"none","alg":"HS256","typ":"at+jwt"}"#);
    forged.push(("two algorithms".to_owned(), format!("{double}.{claims}.{signature}")));
    for (what, token) in &forged {
        assert_refused(what, token);
    }
    for place in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        assert_refused(&format!("byte {place} changed"), &String::from_utf8(bytes).unwrap());
    }
}

#[test]
fn a_key_is_long_enough_and_never_shown() {
    assert!(matches!(SigningKey::from_bytes(&KEY[1..]), Err(AuthError::KeyTooShort(31))));
    assert_eq!(format!("{:?}", key()), "SigningKey(redacted)");
}

#[test]
fn a_password_is_hashed_as_owasp_advises_and_verified() {
    let password = "drei blaue Wölfe 🐺";
    let stored = hash(password).unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert_ne!(stored, hash(password).unwrap(), "each has its own salt");
    assert!(verify(password, &stored).unwrap());
    assert!(!verify("drei blaue Wolfe 🐺", &stored).unwrap());
    assert!(!needs_rehash(&stored).unwrap());
    verify_against_nothing(password).unwrap();
}

#[test]
fn nobodys_password_costs_as_much_as_anybodys() {
    assert!(!needs_rehash(passwords::NOBODY).unwrap());
    assert!(!verify("", passwords::NOBODY).unwrap());
}

#[test]
fn hashes_of_other_parameters_are_made_anew_and_broken_ones_are_errors() {
    let good = hash("a good long password").unwrap();
    for (ours, other) in [
        ("m=19456", "m=12288"),
        ("t=2", "t=1"),
        ("p=1", "p=4"),
        ("argon2id", "argon2i"),
        ("v=19", "v=16"),
    ] {
        assert!(needs_rehash(&good.replace(ours, other)).unwrap(), "{other}");
    }
    for broken in ["", "plain", "$argon2id", "$argon2id$v=19$m=19456,t=2,p=1", "$2b$12$abc"] {
        assert!(verify("a good long password", broken).is_err(), "{broken}");
        assert!(needs_rehash(broken).is_err(), "{broken}");
    }
    let unknown = good.replace("argon2id", "scrypt");
    assert!(verify("a good long password", &unknown).is_err());
}

mod choosing;
mod factors;

#[test]
fn refresh_secrets_are_long_and_unlike_and_their_digest_is_sha_256() {
    let (one, other) = (fresh_secret().unwrap(), fresh_secret().unwrap());
    assert_ne!(one, other);
    let random = one.strip_prefix("bscp_rt_").unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(random).unwrap().len(), 32);
    let account = fresh_account_secret().unwrap();
    assert_eq!(account.strip_prefix("bscp_as_").unwrap().len(), 43);
    assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/// A folder of its own for a test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("bscp-auth-{}", SessionId::new()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, content: &[u8], mode: u32) -> PathBuf {
        let path = self.0.join("token.key");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn token_of(key: &SigningKey) -> String {
    key.issue(PersonId::new(), SessionId::new(), noon(), LIFETIME).unwrap()
}

#[test]
fn a_key_file_is_made_once_private_and_the_same_for_all() {
    let folder = Folder::new();
    let path = folder.0.join("token.key");
    let missing = load_or_create(&path, IfMissing::Refuse).unwrap_err();
    assert!(missing.to_string().contains("openssl rand -base64 32"), "{missing}");

    let start = Barrier::new(8);
    let keys = thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    load_or_create(&path, IfMissing::Create).unwrap()
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect::<Vec<_>>()
    });
    let again = load_or_create(&path, IfMissing::Refuse).unwrap();
    for key in &keys {
        assert!(again.check(&token_of(key), noon()).is_ok(), "all have the same key");
    }
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "no drafts are left");
}

#[test]
fn a_key_file_may_be_raw_or_base64_of_either_kind() {
    let folder = Folder::new();
    let raw = [0xfb; 32];
    let standard = base64::engine::general_purpose::STANDARD.encode(raw);
    let token = token_of(&SigningKey::from_bytes(&raw).unwrap());
    for content in [
        raw.to_vec(),
        format!("{standard}\n").into_bytes(),
        format!("{}\r\n", encoded(raw)).into_bytes(),
        format!("{}\n{}\n", &standard[..20], &standard[20..]).into_bytes(),
    ] {
        let path = folder.file(&content, 0o400);
        let key = load_or_create(&path, IfMissing::Refuse).unwrap();
        assert!(key.check(&token, noon()).is_ok(), "{content:?}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_key_file_open_to_others_or_without_a_key_is_refused() {
    let folder = Folder::new();
    for mode in [0o640, 0o604, 0o620, 0o644] {
        let path = folder.file(&[7; 32], mode);
        let error = load_or_create(&path, IfMissing::Create).unwrap_err().to_string();
        assert!(error.contains(&format!("chmod 600 {}", path.display())), "{error}");
    }
    for content in ["", "short", "a passphrase, as people write it down", &"A".repeat(40)] {
        let path = folder.file(content.as_bytes(), 0o600);
        let error = load_or_create(&path, IfMissing::Create).unwrap_err();
        assert!(matches!(error, KeyFileError::NoKey { .. }), "{content:?}: {error}");
        assert!(content.is_empty() || !error.to_string().contains(content), "{error}");
    }
    let error = load_or_create(&folder.0.join("no/such/folder"), IfMissing::Create).unwrap_err();
    assert!(error.to_string().starts_with("making the key file "), "{error}");
}
