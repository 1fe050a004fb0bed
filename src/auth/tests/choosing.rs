//! Which passwords will do, how they are kept, and which were stolen elsewhere.

use super::super::*;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest as digest_of};
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;

const ABOUT: [&str; 2] = ["Marta Nováková", "Marta.Novakova@sundial.example"];

fn check(password: &str) -> Result<(), WeakPassword> {
    check_strength(password, &ABOUT)
}

#[test]
fn two_hundred_bad_passwords_are_refused() {
    let words = [
        "password",
        "safeguarding",
        "bromley",
        "welcome",
        "letmein",
        "qwerty",
        "iloveyou",
        "monkey",
        "football",
        "dragon",
        "sunshine",
        "princess",
        "liverpool",
        "charlie",
        "changeme",
        "admin",
        "summer",
        "winter",
        "december",
        "monday",
        "marta",
        "novakova",
        "sundial",
        "escalation",
    ];
    let mut bad: Vec<String> = Vec::new();
    for word in words {
        let mut capital = word.to_owned();
        capital[..1].make_ascii_uppercase();
        let full = |text: String| text.chars().chain("!!!!!!!!!!".chars()).take(14).collect();
        let year: String = full(format!("{capital}2026"));
        let digits: String = full(format!("{word}123456"));
        let leet: String = full(format!("{}1234", word.replace('a', "@").replace('o', "0")));
        bad.extend([year, digits, leet]);
        bad.extend([word.repeat(3), format!("{capital}{capital}{capital}")]);
        bad.extend([format!("{word} {word} {word}"), format!("{word}.{word}.{word}")]);
    }
    for row in ["qwertyuiopas", "1qaz2wsx3edc", "zxcvbnm,./as", "123456789012", "abcdefghijkl"] {
        bad.extend([row.to_owned(), row.chars().rev().collect(), row.repeat(2)]);
    }
    for sign in "a1!xé ".chars() {
        bad.extend([12, 20, 64].map(|length| sign.to_string().repeat(length)));
    }
    bad.extend(["2026-12-21 2026-12-21".to_owned(), "21/12/1986 21/12/1986".to_owned()]);
    bad.extend(ABOUT.map(str::to_owned));
    bad.extend(ABOUT.map(|own| format!("{}2026", own.to_uppercase())));
    assert!(bad.len() >= 200, "only {}", bad.len());
    let short = |password: &str| password.chars().count() < 12;
    let passed: Vec<&String> = bad.iter().filter(|it| !short(it) && check(it).is_ok()).collect();
    assert_eq!(passed, Vec::<&String>::new());
}

#[test]
fn good_passwords_pass_in_any_writing() {
    for good in [
        "slow amber teapots wander north",
        "a password of the test house",
        "correct horse demonstration",
        "only small letters will do",
        "žlutý kůň si čte noviny",
        "夜明け前の静かな港に船が三隻",
        "тихий сад за старым мостом",
        "kT9#vLq2$xWz",
        "🦊🌧 paints fences in Hull",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    assert_eq!(check("kT9#vLq2$xW"), Err(WeakPassword::TooShort));
    assert!(WeakPassword::TooShort.to_string().starts_with("Use at least 12 characters"));
    assert_eq!(check("Password1234"), Err(WeakPassword::Guessable));
}

/// Characters that have nothing to do with each other.
fn scattered(length: usize) -> String {
    let signs = ['k', 'Ž', '7', '猫', ' ', 'q', '#', 'é', 'W', '2', 'щ', 'v', '_', 'J', '9', 'x'];
    (0..length).map(|place| signs[(place * place * 7 + place * 3 + place / 5) % 16]).collect()
}

proptest! {
    #[test]
    fn lengths_are_counted_in_characters_and_nothing_is_cut(length in 0_usize..140) {
        let password = scattered(length);
        let told = check(&password);
        match length {
            0..12 => prop_assert_eq!(told, Err(WeakPassword::TooShort)),
            12..=128 => prop_assert_ne!(told, Err(WeakPassword::TooShort)),
            _ => prop_assert_eq!(told, Err(WeakPassword::TooLong)),
        }
        if (64..=128).contains(&length) {
            prop_assert_eq!(told, Ok(()));
        }
    }
}

#[test]
fn the_last_of_128_characters_counts() {
    let long = scattered(128);
    let stored = hash(&long).unwrap();
    assert!(verify(&long, &stored).unwrap());
    let mut other = long.clone();
    other.pop();
    other.push('!');
    assert!(!verify(&other, &stored).unwrap());
}

#[test]
fn passwords_are_kept_as_owasp_advises() {
    let stored = hash("slow amber teapots wander north").unwrap();
    let parts: Vec<&str> = stored.split('$').collect();
    assert_eq!(parts[1..4], ["argon2id", "v=19", "m=19456,t=2,p=1"]);
    assert!(parts[4].len() >= 22, "a salt of 128 bits");
    assert!(parts[5].len() >= 43, "a hash of 256 bits");
    assert!(!needs_rehash(&stored).unwrap());
    assert!(needs_rehash(&stored.replace("t=2", "t=1")).unwrap());
}

struct List(PathBuf);

impl List {
    fn of(lines: &[String]) -> Self {
        let path = std::env::temp_dir().join(format!("bscp-list-{}", uuid::Uuid::now_v7()));
        fs::write(&path, lines.concat()).unwrap();
        Self(path)
    }
}

impl Drop for List {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

fn sha1(password: &str) -> String {
    let digest = digest_of(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn a_stolen_password_is_found_wherever_it_stands_in_the_list() {
    for (count, end) in [(1, "\n"), (2, "\r\n"), (3, ":7\r\n"), (500, ":123456\n"), (501, "\n")] {
        let stolen: Vec<String> = (0..count).map(|number| format!("stolen {number}")).collect();
        let mut lines: Vec<String> = stolen.iter().map(|it| sha1(it) + end).collect();
        lines.sort();
        let file = List::of(&lines);
        let list = BreachedPasswords::open(&file.0).unwrap();
        for password in &stolen {
            assert!(list.contains(password).unwrap(), "{password} of {count}");
        }
        for number in 0..500 {
            assert!(!list.contains(&format!("fine {number}")).unwrap());
        }
        // Without a line break at its end.
        let last = lines.pop().unwrap();
        lines.push(last.trim_end().to_owned());
        let file = List::of(&lines);
        let list = BreachedPasswords::open(&file.0).unwrap();
        assert!(stolen.iter().all(|password| list.contains(password).unwrap()));
    }
}

#[test]
fn what_is_no_list_is_refused() {
    for text in ["", "\n", "password\n", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8\n"] {
        let file = List::of(&[text.to_owned()]);
        let told = BreachedPasswords::open(&file.0).unwrap_err();
        assert!(told.to_string().contains("is no list"), "{told}");
    }
    assert!(BreachedPasswords::open(&PathBuf::from("/nowhere/at/all")).is_err());
}
