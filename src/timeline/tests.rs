//! Nobody changes a timeline unseen, and its written form never changes either: what was chained
//! last year must verify next year.

use super::*;
use crate::directory::Side;
use crate::escalation::tests::fixture::*;
use crate::escalation::{Command, Doer, Event, Signature, Stance};
use serde_json::Value;
use std::collections::BTreeSet;

/// A case with every kind of turn in it: 23 entries.
fn timeline() -> Vec<Entry> {
    let mut case = Case::raised();
    case.at("2026-11-16 11:00").by(EVE, Command::Acknowledge { note: Some(prose("Tomorrow.")) });
    case.by(EVE, respond(Stance::Refuses));
    case.lapse_to_stage(2);
    case.by(FINN, position());
    case.by(BEN, Command::SetProtectiveDeadline(protect("2026-11-26 12:00")));
    case.by(BEN, escalate(Some(4)));
    case.by(CARA, propose());
    case.by(GITA, decline(1));
    case.at("2026-12-18 09:00").lapse();
    case.at("2026-12-21 09:00").lapse();
    case.by(JON, determine());
    case.by(ADA, Command::ConfirmRecord);
    case.by(ADA, reopen(None));
    case.by(ADA, withdraw());
    assert_eq!(verify(&case.entries), Ok(case.state));
    case.entries
}

/// Somebody with access to the database works out all hashes anew from an entry on.
fn rechained(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut previous = FIRST_PREVIOUS.to_owned();
    for (sequence, entry) in (1..).zip(&mut entries) {
        entry.sequence = sequence;
        entry.previous_hash.clone_from(&previous);
        entry.hash = entry.compute_hash().unwrap();
        previous.clone_from(&entry.hash);
    }
    entries
}

#[test]
fn a_whole_life_verifies() {
    let entries = timeline();
    assert_eq!(entries.len(), 23);
    assert_eq!(entries[0].previous_hash, FIRST_PREVIOUS);
    for pair in entries.windows(2) {
        assert_eq!(pair[1].previous_hash, pair[0].hash);
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
    }
}

#[test]
fn what_a_database_keeps_reads_back_to_the_same_bytes() {
    for entry in timeline() {
        let kept = serde_json::to_string(&entry).unwrap();
        let read: Entry = serde_json::from_str(&kept).unwrap();
        assert_eq!(read, entry);
        assert_eq!(read.canonical().unwrap(), entry.canonical().unwrap());
    }
}

/// Other values for a field, some of which are right for its type.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec!["Somebody else wrote this.".into(), 7.into()],
        Value::Bool(is) => vec![(!is).into()],
        Value::Number(number) => vec![(number.as_i64().unwrap() + 1).into()],
        Value::String(text) => {
            let mut others = vec![
                format!("{text}!").into(),
                "2020-01-01T00:00:00.000000Z".into(),
                "2020-01-01".into(),
                "00000000-0000-7000-8000-000000099999".into(),
            ];
            let words = ["accepts", "receiving", "agreed", "silence", "practitioner", "reopened"];
            others.extend(words.map(Value::from));
            others
        }
        Value::Array(items) if items.is_empty() => Vec::new(),
        Value::Array(items) => vec![items[1..].into()],
        Value::Object(_) => vec![Value::Null],
    }
}

/// The pointers of all fields of a value, at every depth.
fn fields(value: &Value, at: &str, found: &mut Vec<String>) {
    if !at.is_empty() {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields_of) => {
            fields_of.iter().for_each(|(key, value)| fields(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            (0..)
                .zip(items)
                .for_each(|(n, item): (u32, _)| fields(item, &format!("{at}/{n}"), found));
        }
        _ => {}
    }
}

#[test]
fn a_change_of_any_field_of_any_entry_is_found() {
    let entries = timeline();
    let mut changes = 0;
    for (place, entry) in entries.iter().enumerate() {
        let value = serde_json::to_value(entry).unwrap();
        let mut pointers = Vec::new();
        fields(&value, "", &mut pointers);
        for pointer in pointers {
            let mut readable = 0;
            for other in others(value.pointer(&pointer).unwrap()) {
                let mut value = value.clone();
                *value.pointer_mut(&pointer).unwrap() = other;
                let Ok(changed) = serde_json::from_value::<Entry>(value) else { continue };
                if changed == *entry {
                    continue;
                }
                let mut entries = entries[..=place].to_vec();
                entries[place] = changed;
                assert!(verify(&entries).is_err(), "entry {place}, {pointer}");
                readable += 1;
            }
            changes += readable;
        }
    }
    assert!(changes > 500, "{changes}");
}

#[test]
fn a_change_that_mends_its_own_hash_breaks_the_next_entry() {
    let mut entries = timeline();
    entries[4].recorded_at = at("2026-11-16 10:30");
    assert_eq!(verify(&entries), Err(Break::Changed(5)));
    entries[4].hash = entries[4].compute_hash().unwrap();
    assert_eq!(verify(&entries), Err(Break::Unchained(6)));
}

#[test]
fn an_entry_taken_out_is_missed() {
    for place in 0..timeline().len() - 1 {
        let mut entries = timeline();
        entries.remove(place);
        let (expected, found) = (place as i64 + 1, place as i64 + 2);
        assert_eq!(verify(&entries), Err(Break::Gap { expected, found }));
        // Numbering the rest anew does not help.
        (1..).zip(&mut entries).for_each(|(sequence, entry)| entry.sequence = sequence);
        assert_eq!(verify(&entries), Err(Break::Unchained(expected)));
    }
}

#[test]
fn an_entry_put_in_is_found() {
    for place in 0..=timeline().len() {
        let mut entries = timeline();
        let mut put_in = entries[place.saturating_sub(1)].clone();
        put_in.sequence = place as i64 + 1;
        put_in.event = Event::RecordConfirmed;
        entries.insert(place, put_in.clone());
        assert!(verify(&entries).is_err(), "at {place}");
        entries[place].hash = entries[place].compute_hash().unwrap();
        assert!(verify(&entries).is_err(), "at {place}, with a hash of its own");
    }
}

#[test]
fn entries_in_another_order_are_found() {
    for place in 0..timeline().len() - 1 {
        let mut entries = timeline();
        entries.swap(place, place + 1);
        assert!(matches!(verify(&entries), Err(Break::Gap { .. })));
        let sequence = entries[place].sequence;
        entries[place].sequence = entries[place + 1].sequence;
        entries[place + 1].sequence = sequence;
        assert!(matches!(verify(&entries), Err(Break::Unchained(_))));
    }
}

#[test]
fn entries_of_another_case_do_not_fit_in() {
    let mut entries = timeline();
    let mut other = timeline();
    other.iter_mut().for_each(|entry| entry.escalation_id = id(1_001));
    let other = rechained(other);
    assert!(verify(&other).is_ok());
    entries.truncate(10);
    entries.extend_from_slice(&other[10..]);
    assert_eq!(verify(&entries), Err(Break::Unchained(11)));
}

#[test]
fn a_timeline_begins_with_a_draft_by_a_person() {
    assert_eq!(verify(&[]), Err(Break::Empty));
    let headless = rechained(timeline().split_off(1));
    assert_eq!(verify(&headless), Err(Break::NoBeginning));
}

/// What the chain alone cannot show is shown by the hash of its head, which is stored with the case:
/// entries cut off at the end, and a chain that was worked out anew from the change on.
#[test]
fn a_cut_end_and_a_chain_worked_out_anew_differ_from_the_stored_head() {
    let entries = timeline();
    let stored_head = &entries.last().unwrap().hash;
    let stored_version = entries.len() as i64;

    let cut = &entries[..entries.len() - 1];
    assert_eq!(verify(cut).map(|state| state.version), Ok(stored_version - 1));
    assert_ne!(cut.last().map(|entry| &entry.hash), Some(stored_head));

    let mut changed = entries.clone();
    changed[4].recorded_at = at("2026-11-16 10:30");
    let changed = rechained(changed);
    assert!(verify(&changed).is_ok());
    assert_ne!(changed.last().map(|entry| &entry.hash), Some(stored_head));
}

/// The written form of one entry, byte by byte. If this test fails, a stored timeline no longer
/// verifies: put the form back.
#[test]
fn the_written_form_never_changes() {
    let by = Signature {
        person_id: person(EVE),
        name: EVE.to_owned(),
        post_id: None,
        post_title: Some("Duty social worker".to_owned()),
        side: Side::Receiving,
    };
    let note = prose("\"Tomorrow\",\nshe said: £5 \\ é");
    let entry = Entry::following(
        id(1_000),
        Some((3, FIRST_PREVIOUS)),
        at("2026-11-16 11:00"),
        Doer::Person(by),
        Event::Acknowledged { note: Some(note) },
    )
    .unwrap();
    assert_eq!(entry.canonical().unwrap(), GOLDEN);
    assert_eq!(entry.hash, GOLDEN_SHA256);
}

/// As anybody can check: `printf '%s' '...' | sha256sum`.
const GOLDEN: &str = concat!(
    r#"{"by":{"doer":"person","name":"Eve Stone","person_id":"00000000-0000-7000-8000-000000000104","post_id":null,"post_title":"Duty social worker","side":"receiving"},"#,
    r#""escalation_id":"00000000-0000-7000-8000-000000001000","#,
    r#""event":{"kind":"acknowledged","note":"\"Tomorrow\",\nshe said: £5 \\ é"},"#,
    r#""previous_hash":"0000000000000000000000000000000000000000000000000000000000000000","#,
    r#""recorded_at":"2026-11-16T11:00:00.000000Z","sequence":4}"#,
);
const GOLDEN_SHA256: &str = "5f6301e2ff2bf6cbc5e7286d50e79f6b06e076bbc6d519870635f1df027943ce";

/// The names of the fields of what happened, kind by kind. Never take one away or write it
/// differently: stored timelines have it. A new one is optional and left out where it is not there.
#[test]
fn the_names_of_fields_never_change() {
    let mut named = BTreeSet::new();
    for entry in timeline() {
        let event = serde_json::to_value(&entry.event).unwrap();
        let mut pointers = Vec::new();
        fields(&event, "", &mut pointers);
        let kind = entry.event.kind();
        let is_name = |word: &str| word.parse::<u32>().is_err();
        named.extend(pointers.iter().map(|pointer| {
            let names: Vec<&str> = pointer.split('/').filter(|word| is_name(word)).collect();
            format!("{kind}{}", names.join("."))
        }));
    }
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let expected: Vec<&str> = include_str!("tests/field_names.txt").lines().collect();
    assert_eq!(named, expected);
}

#[test]
fn keys_stand_in_alphabetical_order_at_every_level_without_blanks() {
    for entry in timeline() {
        let canonical = entry.canonical().unwrap();
        assert_eq!(canonical, sorted(&serde_json::from_str(&canonical).unwrap()));
    }
}

/// The same value as JSON, put in order by hand.
fn sorted(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            let field =
                |key: &String| format!("{}:{}", Value::from(key.as_str()), sorted(&fields[key]));
            format!("{{{}}}", joined(keys.into_iter().map(field).collect()))
        }
        Value::Array(items) => format!("[{}]", joined(items.iter().map(sorted).collect())),
        other => other.to_string(),
    }
}
