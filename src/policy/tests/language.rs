//! The table of keys says what is read, no less and no more.

use super::*;
use crate::policy::keys::{Kind, POLICY, Table};
use serde_json::Value;

/// Every key of the table by its path; names that a policy gives are `*`.
fn of_the_table(table: &Table, path: &str, found: &mut BTreeSet<String>) {
    for key in table.keys {
        let path = format!("{path}.{}", key.name);
        found.insert(path.clone());
        match &key.kind {
            Kind::Table(below) | Kind::Tables(below) => of_the_table(below, &path, found),
            Kind::ByName(Kind::Table(below)) => of_the_table(below, &format!("{path}.*"), found),
            _ => {}
        }
    }
}

/// Every key of a policy as it is written.
fn of_a_policy(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(keys) => {
            for (key, value) in keys {
                let by_name = ["roles", "start_stages"].iter().any(|it| path == format!(".{it}"));
                let by_class = path.ends_with("limits") || path.ends_with("_within");
                if by_class || (by_name && !value.is_object()) {
                    continue;
                }
                let path = format!("{path}.{}", if by_name { "*" } else { key });
                if !by_name {
                    found.insert(path.clone());
                }
                of_a_policy(value, &path, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| of_a_policy(value, path, found)),
        _ => {}
    }
}

fn table() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    of_the_table(&POLICY, "", &mut keys);
    keys
}

/// One type serves for all permissions; these of its fields mean nothing there.
const WITHOUT_MEANING: [&str; 10] = [
    ".extension.within",
    ".pause.within",
    ".step_down.at_most",
    ".step_down.within",
    ".withdrawal.at_most",
    ".withdrawal.times",
    ".withdrawal.within",
    ".withdrawal.reasons",
    ".reopening.at_most",
    ".reopening.reasons",
];

/// What the types write is what the table knows: a field that is in neither file, or not in the
/// table, is found here.
#[test]
fn the_table_and_the_types_have_the_same_keys() {
    let mut written = BTreeSet::new();
    for file in [EVERY_KEY, REFERRAL] {
        let policy = Policy::parse(file).unwrap();
        of_a_policy(&serde_json::to_value(&policy).unwrap(), "", &mut written);
    }
    written.retain(|key| !WITHOUT_MEANING.contains(&key.as_str()));
    let differ: Vec<_> = written.symmetric_difference(&table()).cloned().collect();
    assert!(differ.is_empty(), "{differ:?}");
}

/// The two files say every key themselves: nothing is there only because it has a default.
#[test]
fn the_files_of_the_tests_use_every_key() {
    let mut said = BTreeSet::new();
    for file in [EVERY_KEY, REFERRAL] {
        let value: toml::Table = toml::from_str(file).unwrap();
        of_a_policy(&serde_json::to_value(value).unwrap(), "", &mut said);
    }
    let differ: Vec<_> = said.symmetric_difference(&table()).cloned().collect();
    assert!(differ.is_empty(), "{differ:?}");
}

/// Where the keys of a table stand in a file, as paths of names and numbers.
fn places(table: &Table, value: &toml::Value, path: &[Step], found: &mut Vec<Place>) {
    let Some(given) = value.as_table() else { return };
    for key in table.keys {
        let Some(value) = given.get(key.name) else { continue };
        let path = [path, &[Step::Key(key.name.to_owned())]].concat();
        found.push(Place { path: path.clone(), key });
        match (&key.kind, value) {
            (Kind::Table(below), value) => places(below, value, &path, found),
            (Kind::Tables(below), toml::Value::Array(values)) => {
                for (index, value) in values.iter().enumerate() {
                    places(below, value, &[&path[..], &[Step::Index(index)]].concat(), found);
                }
            }
            (Kind::ByName(Kind::Table(below)), toml::Value::Table(values)) => {
                for (name, value) in values {
                    places(below, value, &[&path[..], &[Step::Key(name.clone())]].concat(), found);
                }
            }
            _ => {}
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

struct Place {
    path: Vec<Step>,
    key: &'static crate::policy::keys::Key,
}

fn at<'v>(value: &'v mut toml::Value, path: &[Step]) -> &'v mut toml::Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key.as_str()).unwrap(),
        Step::Index(index) => value.get_mut(*index).unwrap(),
    })
}

fn every_place() -> Vec<(&'static str, Place)> {
    let mut all = Vec::new();
    for file in [EVERY_KEY, REFERRAL] {
        let value: toml::Value = toml::from_str(file).unwrap();
        let mut found = Vec::new();
        places(&POLICY, &value, &[], &mut found);
        all.extend(found.into_iter().map(|place| (file, place)));
    }
    all
}

/// Without a key that must be there serde refuses, without any other it reads; and the checker
/// says the same of the first.
#[test]
fn what_the_table_calls_needed_is_needed() {
    for (file, place) in every_place() {
        let mut value: toml::Value = toml::from_str(file).unwrap();
        let (last, before) = place.path.split_last().unwrap();
        let Step::Key(name) = last else { panic!("{:?}", place.path) };
        at(&mut value, before).as_table_mut().unwrap().remove(name).unwrap();
        let text = toml::to_string(&value).unwrap();
        let is_read = Policy::read(&text).is_ok();
        // An extension and a pause share their type with what needs no `at_most`.
        let is_optional = !place.key.is_required() || name == "at_most";
        assert_eq!(is_read, is_optional, "{:?}", place.path);
        if place.key.is_required() {
            let found = Policy::parse(&text).unwrap_err();
            let needs = format!("needs the key '{name}'");
            assert!(found.iter().any(|it| it.text.contains(&needs)), "{found:#?}");
        }
    }
}

/// The words of the table are the words that are read, all of them and no other.
#[test]
fn fixed_words_are_all_there() {
    for (file, place) in every_place() {
        let (words, is_list) = match &place.key.kind {
            Kind::OneOf(words) => (*words, false),
            Kind::List(Kind::OneOf(words)) => (*words, true),
            _ => continue,
        };
        let read = |word: &str| {
            let mut value: toml::Value = toml::from_str(file).unwrap();
            let word = toml::Value::String(word.to_owned());
            let put = if is_list { toml::Value::Array(vec![word]) } else { word };
            *at(&mut value, &place.path) = put;
            Policy::read(&toml::to_string(&value).unwrap())
        };
        for (word, _) in words {
            assert!(read(word).is_ok(), "{:?} {word}", place.path);
        }
        let refused = read("no such word").unwrap_err().text;
        let known: BTreeSet<&str> = refused.split('`').skip(3).step_by(2).collect();
        let said: BTreeSet<&str> = words.iter().map(|(word, _)| *word).collect();
        assert_eq!(known, said, "{:?}: {refused}", place.path);
    }
}

/// Each example of the table is one that the checker takes.
#[test]
fn every_example_can_be_written() {
    for (file, place) in every_place() {
        if place.key.example.contains(" table") {
            continue;
        }
        let mut value: toml::Value = toml::from_str(file).unwrap();
        let example: toml::Table = toml::from_str(&format!("it = {}", place.key.example)).unwrap();
        *at(&mut value, &place.path) = example["it"].clone();
        let text = toml::to_string(&value).unwrap();
        Policy::read(&text).unwrap_or_else(|error| panic!("{:?}: {error}", place.path));
    }
}
