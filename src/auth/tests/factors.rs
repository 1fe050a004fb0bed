//! One-time codes, recovery codes, and what is sealed.

use super::super::*;
use crate::clock::UtcInstant;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeSet;

/// The secret of RFC 6238, appendix B.
const SECRET: &[u8] = b"12345678901234567890";

fn codes() -> OneTimeCodes {
    OneTimeCodes::of_secret(SECRET.to_vec(), "priya.nair@ravensbourne-park.example").unwrap()
}

fn at(seconds: i64) -> UtcInstant {
    let epoch: UtcInstant = "1970-01-01T00:00:00Z".parse().unwrap();
    epoch.plus(chrono::TimeDelta::seconds(seconds))
}

/// The last six of the eight digits: a code is the number modulo a power of ten (RFC 4226, 5.3).
#[test]
fn the_codes_are_those_of_rfc_6238() {
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(codes().step_of(code, at(seconds)), Some(seconds / 30), "{seconds}");
    }
}

#[test]
fn a_code_stands_for_its_step_and_one_either_way() {
    let (code, step) = ("081804", 37_037_036);
    let begins = step * 30;
    for (seconds, found) in [
        (begins - 31, None),
        (begins - 30, Some(step)),
        (begins, Some(step)),
        (begins + 29, Some(step)),
        (begins + 59, Some(step)),
        (begins + 60, None),
    ] {
        assert_eq!(codes().step_of(code, at(seconds)), found, "{}", seconds - begins);
    }
}

#[test]
fn a_code_is_six_digits_and_spaces_do_not_count() {
    for typed in ["287082", " 287 082 ", "287\u{a0}082", "2 8 7 0 8 2\n"] {
        assert_eq!(codes().step_of(typed, at(59)), Some(1), "{typed:?}");
    }
    let digits_of_another_script = "\u{0662}\u{0668}\u{0667}\u{0660}\u{0668}\u{0662}";
    for typed in [
        "",
        "28708",
        "2870820",
        "94287082",
        "+87082",
        "-87082",
        "28708x",
        "0x4616a",
        digits_of_another_script,
    ] {
        assert_eq!(codes().step_of(typed, at(59)), None, "{typed:?}");
    }
}

#[test]
fn each_app_has_a_random_secret_of_its_own_that_it_can_read() {
    let made: BTreeSet<Vec<u8>> =
        (0..100).map(|_| OneTimeCodes::fresh("a@b.example").unwrap().secret().to_vec()).collect();
    assert_eq!(made.len(), 100);
    assert!(made.iter().all(|secret| secret.len() == 20 && secret != &vec![0; 20]));
    assert_eq!(codes().secret_text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let url = codes().url().unwrap();
    assert!(url.starts_with("otpauth://totp/Escalations:priya.nair%40"), "{url}");
    assert!(url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{url}");
    for odd in ["a:b@c.example", "o'brien+x@c.example", "é@c.example"] {
        assert!(OneTimeCodes::fresh(odd).unwrap().url().is_ok(), "{odd}");
    }
}

#[test]
fn a_set_of_recovery_codes_is_ten_of_120_bits_and_no_two_are_alike() {
    let sets: Vec<Vec<String>> = (0..100).map(|_| fresh_recovery_codes().unwrap()).collect();
    let all: BTreeSet<&String> = sets.iter().flatten().collect();
    assert!(sets.iter().all(|set| set.len() == 10));
    assert_eq!(all.len(), 1000);
    let mut seen = BTreeSet::new();
    for code in &all {
        let groups: Vec<&str> = code.split('-').collect();
        assert!(groups.len() == 6 && groups.iter().all(|group| group.len() == 4), "{code}");
        // 24 signs of 5 bits.
        seen.extend(code.chars().filter(|sign| *sign != '-'));
    }
    let signs: String = seen.into_iter().collect();
    assert_eq!(signs, "0123456789abcdefghjkmnpqrstvwxyz", "each of 32 signs, and no i, l, o, u");
}

#[test]
fn a_recovery_code_may_be_typed_in_any_way() {
    let code = "0a1b-c2d3-e4f5-g6h7-j8k9-m0n1";
    let digest = recovery_digest(code);
    assert_eq!(digest.len(), 64);
    for typed in [
        "0A1B-C2D3-E4F5-G6H7-J8K9-M0N1",
        "0a1bc2d3e4f5g6h7j8k9m0n1",
        " 0a1b c2d3 e4f5 g6h7 j8k9 m0n1\n",
        "oalb-c2d3-e4f5-g6h7-j8k9-mOnI",
        "Oaib\u{2013}c2d3\u{2014}e4f5.g6h7_j8k9/monL",
    ] {
        assert_eq!(recovery_digest(typed), digest, "{typed}");
    }
    for other in ["", "0a1b", "0a1b-c2d3-e4f5-g6h7-j8k9-m0n2", "0a1b-c2d3-e4f5-g6h7-j8k9-m0n11"] {
        assert_ne!(recovery_digest(other), digest, "{other}");
    }
}

#[test]
fn what_is_sealed_opens_in_its_place_with_its_key_and_nowhere_else() {
    let (key, other) = ([7; 32], [8; 32]);
    let sealed = seal(&key, "a place", SECRET).unwrap();
    assert_eq!(open(&key, "a place", &sealed).unwrap(), SECRET);
    let again = seal(&key, "a place", SECRET).unwrap();
    assert_ne!(sealed, again, "a nonce of its own each time");
    let is_refused =
        |key, place, sealed: &str| matches!(open(key, place, sealed), Err(AuthError::Sealed));
    assert!(is_refused(&other, "a place", &sealed));
    assert!(is_refused(&key, "another place", &sealed));
    assert!(is_refused(&key, "", &sealed));
    let whole = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
    assert_eq!(whole.len(), 12 + SECRET.len() + 16);
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        assert!(is_refused(&key, "a place", &URL_SAFE_NO_PAD.encode(changed)), "{place}");
        let cut = URL_SAFE_NO_PAD.encode(&whole[..place]);
        assert!(is_refused(&key, "a place", &cut), "{place}");
    }
    for nothing in ["", "!", "AAAA", "not sealed at all"] {
        assert!(is_refused(&key, "a place", nothing), "{nothing}");
    }
}
