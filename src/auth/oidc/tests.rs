use super::endpoint::is_safe;
use super::*;
use crate::ids::AgencyId;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const ISSUER: &str = "https://login.example/tenant";

fn document(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut document = serde_json::json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://login.example/authorize",
        "token_endpoint": "https://login.example/token",
        "jwks_uri": "https://login.example/jwks",
        "more": [1, 2, 3],
    });
    change(&mut document);
    serde_json::to_vec(&document).unwrap()
}

#[test]
fn a_discovery_document_is_believed_only_to_the_letter() {
    assert!(Metadata::read(ISSUER, &document(|_| {})).is_ok());
    for told in [
        "https://login.example/tenant/",
        "https://LOGIN.example/tenant",
        "https://login.example",
        "",
    ] {
        let read = Metadata::read(ISSUER, &document(|it| it["issuer"] = told.into()));
        let text = read.unwrap_err().to_string();
        assert!(text.contains(ISSUER) && text.contains("to the letter"), "{text}");
    }
}

#[test]
fn a_discovery_document_leads_to_safe_places_only() {
    let unsafe_places = [
        "http://login.example/x",
        "http://127.0.0.1/x",
        "https://user@login.example/x",
        "https://login.example/x#y",
        "ftp://login.example/x",
        "//login.example/x",
        "javascript:alert(1)",
        "",
    ];
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for place in unsafe_places {
            let read = Metadata::read(ISSUER, &document(|it| it[name] = place.into()));
            assert!(read.is_err(), "{name}: {place}");
        }
        assert!(Metadata::read(ISSUER, &document(|it| it[name] = 1.into())).is_err());
    }
    let plain = |it: &mut serde_json::Value| {
        it["code_challenge_methods_supported"] = serde_json::json!(["plain"]);
    };
    assert!(Metadata::read(ISSUER, &document(plain)).is_err());
    assert!(Metadata::read(ISSUER, b"<html>").is_err());
}

#[test]
fn plain_http_stays_on_this_machine() {
    for here in ["http://127.0.0.1:8080/a", "http://localhost/a?b=c", "http://[::1]:80/"] {
        assert!(is_safe(here), "{here}");
    }
    for elsewhere in [
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://10.0.0.1/",
        "http://127.0.0.1@evil.example/",
        "http://evil.example\\@127.0.0.1/",
        "https://",
        "https:///x",
        "https://a b/",
        "https://a\n/",
    ] {
        assert!(!is_safe(elsewhere), "{elsewhere}");
    }
}

/// Ways out of this server that somebody may ask to be sent, all refused.
const WAYS_OUT: [&str; 60] = [
    "",
    "evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "http://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "/javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:x@evil.example",
    "file:///etc/passwd",
    "about:blank",
    "blob:https://evil.example/x",
    "/..//evil.example",
    "/../evil",
    "/x/../..//evil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/%0d%0aLocation:x",
    "/\tevil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\r\nX: y",
    "/\nevil",
    "/\0",
    "/x\u{0}",
    "/x//evil.example",
    "/;@evil.example",
    "/@evil.example",
    "/.evil.example:80",
    "/x?y=//evil.example",
    "/x#//evil.example",
    "/x#y",
    "?x",
    "#x",
    "x/y",
    "./x",
    "../x",
    "/\u{2028}x",
    "/\u{ff0f}evil.example",
    "\u{ff0f}\u{ff0f}evil.example",
    "/\u{3002}evil",
    "/é",
    "/sign-out",
    "/sign-in/with/x",
    "/api/v1/me",
    "/\"><script>",
];

#[test]
fn nobody_is_sent_elsewhere_after_signing_in() {
    assert_eq!(return_path(None), "/");
    for way in WAYS_OUT {
        assert_eq!(return_path(Some(way)), "/", "{way:?}");
    }
    let long = format!("/{}", "x".repeat(200));
    assert_eq!(return_path(Some(&long)), "/");
    for way in ["/", "/escalations/ESC-2026-000001", "/escalations?state=open&page=2"] {
        assert_eq!(return_path(Some(way)), way);
    }
}

#[test]
fn the_challenge_is_that_of_the_standard() {
    // RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn secrets_that_are_made_of_one_are_all_others() {
    let one = crate::auth::random_secret().unwrap();
    let of = |purpose| crate::auth::derived_secret(&one, purpose);
    assert_eq!(of("nonce"), of("nonce"));
    assert_ne!(of("nonce"), of("verifier"));
    assert_ne!(of("nonce"), one);
    assert_eq!(of("nonce").len(), 43);
    assert!(!crate::auth::is_same_secret("", ""));
}

#[test]
fn no_two_of_many_secrets_are_the_same() {
    let mut seen = std::collections::HashSet::new();
    for _ in 0..100_000 {
        let secret = crate::auth::random_secret().unwrap();
        assert_eq!(secret.len(), 43);
        assert!(seen.insert(secret));
    }
}

/// A file of providers in a folder of its own, with its secret.
fn read_file(change: impl FnOnce(String) -> String, mode: u32) -> Result<Vec<Provider>, String> {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "a secret of the test\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(mode)).unwrap();
    let text = format!(
        "[[provider]]\nkey = \"one\"\nname = \"One\"\nissuer = \"{ISSUER}\"\nclient_id = \"us\"\n\
         client_secret_file = \"secret\"\nagencies = [\"{}\"]\n",
        AgencyId::made_up(1)
    );
    let path = folder.path().join("providers.toml");
    fs::write(&path, change(text)).unwrap();
    load(&path).map_err(|error| error.to_string())
}

#[test]
fn the_file_of_providers_is_read_whole_or_not_at_all() {
    let read = read_file(|text| text, 0o600).unwrap();
    assert_eq!(read[0].key, "one");
    assert!(!format!("{read:?}").contains("a secret of the test"));
    let refused: [(&str, &str, &str); 7] = [
        ("client_id", "klient_id", "klient_id"),
        ("key = \"one\"", "key = \"One\"", "small letters"),
        ("https://", "http://", "https://"),
        ("\"us\"", "\"\"", "client_id"),
        ("agencies = [", "agencies = [] # [", "agencies is empty"),
        ("\"secret\"", "\"nowhere\"", "nowhere"),
        ("agencies = [\"", "agencies = [\"x", "line 7"),
    ];
    for (old, new, named) in refused {
        let error = read_file(|text| text.replace(old, new), 0o600).unwrap_err();
        assert!(error.contains(named), "{new}: {error}");
    }
    let twice = read_file(|text| format!("{text}{text}"), 0o600).unwrap_err();
    assert!(twice.contains("twice"), "{twice}");
    let open = read_file(|text| text, 0o644).unwrap_err();
    assert!(open.contains("chmod 600"), "{open}");
}

#[test]
fn the_shipped_example_is_a_file_of_providers() {
    let example = include_str!("../../../config/identity-providers.example.toml");
    let read = read_file(|_| example.replace("ravensbourne-nhs.secret", "secret"), 0o600).unwrap();
    assert_eq!(read[0].amr, ["mfa"]);
}
