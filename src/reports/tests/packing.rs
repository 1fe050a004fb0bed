//! What is kept is read again, and nothing else is taken for it.

use super::histories::cases;
use super::*;
use crate::escalation::EntryReason;

/// Facts with something in every field.
fn full() -> CaseFacts {
    let mut case = Case::raised();
    case.at("2026-11-16 11:00").by(EVE, Command::Acknowledge { note: None });
    case.lapse_at("2026-11-23 17:02");
    case.by(FINN, respond(Stance::AcceptsInPart));
    case.at("2026-11-24 09:00").by(BEN, withdraw());
    case.by(ADA, reopen(None));
    let mut facts = facts(&case);
    facts.level_of_need = Some("Level 3".to_owned());
    facts.learning_themes = vec!["drift".to_owned()];
    facts.actions = vec![ActionFacts {
        due_on: "2026-12-01".parse().unwrap(),
        done_at: Some(at("2026-11-30 16:00")),
    }];
    facts
}

#[test]
fn what_is_kept_is_read_again() {
    let facts = full();
    let bytes = pack(&facts).unwrap();
    assert_eq!(unpack(&bytes), Ok(facts));
    assert!(bytes.len() < 400, "a few bytes: {}", bytes.len());
}

/// What postcard's own reader makes of the bytes after the format's.
fn by_postcard(bytes: &[u8]) -> Option<CaseFacts> {
    match postcard::take_from_bytes(&bytes[1..]) {
        Ok((facts, [])) => Some(facts),
        Ok(_) | Err(_) => None,
    }
}

#[test]
fn a_thousand_histories_are_read_as_they_were_kept() {
    for case in cases(11, 1_000) {
        let bytes = pack(&case).unwrap();
        assert_eq!(by_postcard(&bytes).as_ref(), Some(&case));
        assert_eq!(unpack(&bytes), Ok(case));
    }
}

/// Each bit of each byte of some cases is turned, and the byte made some others: both readers find the
/// same in it, but for numbers that are written longer than they need be, which nobody writes.
#[test]
fn a_changed_byte_is_read_as_postcard_reads_it() {
    let mut readable = 0;
    for case in cases(12, 12).iter().chain([&full()]) {
        let mut bytes = pack(case).unwrap();
        for place in 1..bytes.len() {
            let was = bytes[place];
            let turned = (0..8).map(|bit| was ^ (1 << bit));
            for other in turned.chain([0, 1, 0x7f, 0x80, 0xff]) {
                bytes[place] = other;
                let (here, there) = (unpack(&bytes).ok(), by_postcard(&bytes));
                let means = |facts: &CaseFacts| pack(facts).unwrap() == bytes;
                if here.iter().chain(&there).any(means) {
                    assert_eq!(here, there, "byte {place} made {other}");
                    readable += 1;
                }
            }
            bytes[place] = was;
        }
    }
    assert!(readable > 10_000, "{readable}");
}

#[test]
fn what_is_damaged_or_of_another_format_is_not_read() {
    let bytes = pack(&full()).unwrap();
    assert_eq!(unpack(&[]), Err(NotFacts::OtherFormat));
    for other in (0..=u8::MAX).filter(|first| *first != bytes[0] && *first != BEFORE) {
        let other = [&[other], &bytes[1..]].concat();
        assert_eq!(unpack(&other), Err(NotFacts::OtherFormat));
    }
    for whole in [bytes, without_themes()] {
        for length in 1..whole.len() {
            assert_eq!(unpack(&whole[..length]), Err(NotFacts::Damaged), "cut off at {length}");
        }
        for more in [0, 1] {
            let longer = [whole.as_slice(), &[more]].concat();
            assert_eq!(unpack(&longer), Err(NotFacts::Damaged));
        }
    }
}

/// The format before: without themes of learning.
const BEFORE: u8 = 1;

/// The bytes of a case as they were kept in the format before.
fn without_themes() -> Vec<u8> {
    let hex = format!("{BEFORE:02x}{PINNED}");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

#[test]
fn what_was_kept_before_there_were_themes_is_read_without_any() {
    let expected = CaseFacts { learning_themes: Vec::new(), ..full() };
    assert_eq!(unpack(&without_themes()), Ok(expected));
}

/// Whoever changes this changes the format: its number in `packed.rs` goes up, and either what was
/// kept before is still read, or a migration sets `is_made` of all rows to false, so that they are
/// made anew.
#[test]
fn the_format_is_what_it_was() {
    let hex: String = pack(&full()).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, format!("02{PINNED}01056472696674"));
    let index = |bytes: Result<Vec<u8>, _>| -> u8 {
        let bytes: Result<Vec<u8>, postcard::Error> = bytes;
        bytes.unwrap()[0]
    };
    use EntryReason as Entered;
    use LeavingReason as Left;
    let entered = [
        Entered::Raised,
        Entered::DeadlinePassed,
        Entered::Refused,
        Entered::EscalatedEarly,
        Entered::Reopened,
        Entered::SteppedDown,
    ];
    let left = [
        Left::DeadlinePassed,
        Left::Refused,
        Left::EscalatedEarly,
        Left::Agreed,
        Left::Determined,
        Left::Withdrawn,
        Left::Referred,
        Left::SteppedDown,
    ];
    let sectors = [
        Sector::ChildrensSocialCare,
        Sector::Police,
        Sector::HealthProvider,
        Sector::GeneralPractice,
        Sector::IntegratedCareBoard,
        Sector::School,
        Sector::EarlyYears,
        Sector::Probation,
        Sector::Housing,
        Sector::VoluntarySector,
        Sector::YouthJustice,
        Sector::Other,
    ];
    use EndedHow::{Agreed, Determined, Referred, Withdrawn};
    use Stance::{Accepts, AcceptsInPart, NeedsInformation, Refuses};
    let stances = [Accepts, AcceptsInPart, NeedsInformation, Refuses];
    let answers =
        [Answer::Silence, Answer::AcknowledgedOnly, Answer::Refusal, Answer::AnsweredNotAgreed];
    let statuses = [Status::Draft, Status::Open, Status::Resolved, Status::Withdrawn];
    let words: [Vec<u8>; 7] = [
        entered.iter().map(|it| index(postcard::to_allocvec(it))).collect(),
        left.iter().map(|it| index(postcard::to_allocvec(it))).collect(),
        sectors.iter().map(|it| index(postcard::to_allocvec(it))).collect(),
        stances.iter().map(|it| index(postcard::to_allocvec(it))).collect(),
        answers.iter().map(|it| index(postcard::to_allocvec(it))).collect(),
        statuses.iter().map(|it| index(postcard::to_allocvec(it))).collect(),
        [Agreed, Determined, Referred, Withdrawn]
            .iter()
            .map(|it| index(postcard::to_allocvec(it)))
            .collect(),
    ];
    for numbers in words {
        let in_order: Vec<u8> = (0..).take(numbers.len()).collect();
        assert_eq!(numbers, in_order, "a word was moved: what is kept would mean another");
    }
}

/// What both formats have in common.
const PINNED: &str = concat!(
    "10000000000000700080000000000010000f4553432d323032362d3030303030311000000000000070008000",
    "0000000000010462736370020767656e6572616c0480a0aaf4ba98b00610000000000000700080000000000000",
    "11051000000000000070008000000000000012000d6c6576656c5f6f665f6e656564087374616e646172640107",
    "4c6576656c20330001030101010080a0aaf4ba98b006809093e390bdb0068416000180b0c7ddd598b006018090",
    "93e390bdb006f001010180c8cbd591bdb0060084160201020180c8cbd591bdb0068090b0f1aae0b006e0120180",
    "c8cbd591bdb00601010000018090e5f6bdc0b0060500030202048090e5f6bdc0b0068090ebceaee5b006c01600",
    "000000018090e5f6bdc0b006030002018090e5f6bdc0b0060000000000000001dea95a018080938890e0b00600",
    "00008090e5f6bdc0b006",
);
