//! The shipped policies, the table of keys, and the mistakes that a partnership may make when it
//! writes its own.

use super::*;
use crate::calendar::{Allowance, Calendar};
use crate::directory::Side;
use std::collections::BTreeSet;

mod documents;
mod form;
mod language;
mod meaning;
mod mutations;
mod shipped;
mod tasks;

const BSCP: &str = include_str!("../../config/policies/bscp.toml");
const EVERY_KEY: &str = include_str!("../../tests/policies/every_key.toml");
const REFERRAL: &str = include_str!("../../tests/policies/referral.toml");

/// The policies that are shipped, and those that have every key.
const FILES: [(&str, &str); 7] = [
    ("bscp", BSCP),
    ("london", include_str!("../../config/policies/london.toml")),
    ("lincolnshire", include_str!("../../config/policies/lincolnshire.toml")),
    ("sefton-2017", include_str!("../../config/policies/sefton-2017.toml")),
    ("alerts-2017", include_str!("../../config/policies/alerts-2017.toml")),
    ("every key", EVERY_KEY),
    ("referral", REFERRAL),
];

fn bscp() -> Policy {
    Policy::parse(BSCP).unwrap()
}

/// A file with a text in it put in place of another.
fn with(file: &str, from: &str, to: &str) -> String {
    assert!(file.contains(from), "the file does not say: {from}");
    file.replacen(from, to, 1)
}

/// The shipped policy with a text in it put in place of another.
fn parse_with(from: &str, to: &str) -> Result<Policy, Vec<Mistake>> {
    Policy::parse(&with(BSCP, from, to))
}

/// The line of a file that a text stands on.
fn line_of(file: &str, text: &str) -> usize {
    file.lines().position(|line| line.contains(text)).unwrap() + 1
}

/// Asserts that a file has exactly this one mistake, on the line that says `on`.
#[track_caller]
fn one_mistake(file: &str, on: &str, text: &str) {
    let found = Policy::parse(file).expect_err("the file has a mistake");
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    let [mistake] = found.as_slice() else { panic!("{said:#?}") };
    assert!(mistake.text.contains(text), "{said:#?}\ndoes not say\n{text}");
    assert_eq!(mistake.line, line_of(file, on), "{said:#?}");
}

/// Asserts that a file has a mistake with this text on the line that says `on`, among others.
#[track_caller]
fn has_mistake(file: &str, on: &str, text: &str) {
    let found = Policy::parse(file).expect_err("the file has a mistake");
    let line = line_of(file, on);
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    let is_it = |mistake: &Mistake| mistake.line == line && mistake.text.contains(text);
    assert!(found.iter().any(is_it), "{said:#?}\nlacks, on line {line},\n{text}");
}
