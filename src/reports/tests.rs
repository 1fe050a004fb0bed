//! Facts are what the timeline says, however they are come by. Every figure is counted twice, in two
//! ways; and somebody tries to work out what is not shown.

mod adversary;
mod definitions;
mod figures;
mod histories;
mod lived;
mod oracle;
mod packing;
mod published_year;
mod recount;
mod relative_periods;
mod second_opinion;
mod suppressing;

use super::*;
use crate::directory::Sector;
use crate::escalation::tests::fixture::*;
use crate::escalation::tests::properties::*;
use crate::escalation::{Answer, Command, Draft, LeavingReason, Sectors, Stance, Status};
use crate::timeline::fold;
use chrono::TimeDelta;
use oracle::the_other_way;
use proptest::prelude::*;

fn measure(world: &World) -> Measure<'_> {
    Measure { policy: &world.policy, calendars: &world.calendars, sectors: None }
}

fn facts(case: &Case) -> CaseFacts {
    CaseFacts::of(&case.entries, &measure(&case.world)).expect("it was raised")
}

/// The facts of a case that are kept after each entry, and read again before the next.
fn kept_on_the_way(case: &Case) -> Option<CaseFacts> {
    let measure = measure(&case.world);
    let mut kept: Option<Vec<u8>> = None;
    for number in 2..=case.entries.len() {
        let so_far = &case.entries[..number];
        let (state, entry) = (fold(so_far).unwrap(), so_far.last().unwrap());
        let mut folding = match &kept {
            Some(bytes) => Folding::go_on(unpack(bytes).unwrap()),
            None => Folding::begin(),
        };
        folding.record(&entry.event, entry.recorded_at, &state, &measure);
        kept = folding.facts().map(|facts| pack(&facts).unwrap());
    }
    kept.map(|bytes| unpack(&bytes).unwrap())
}

fn live_through(world: World, draft: Draft, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut case = Case::raised_as(world, draft, "2026-11-16 10:00");
    for Step { seconds, who, what } in steps {
        case.now = case.now.plus(TimeDelta::seconds(seconds));
        // What is refused adds nothing.
        let _ = if what == Command::Lapse { Ok(case.lapse()) } else { case.try_by(who, what) };
    }
    let facts = facts(&case);
    let kept = kept_on_the_way(&case);
    prop_assert_eq!(kept.as_ref(), Some(&facts), "kept, and made anew");
    the_other_way(&case, &facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_people_and_time_do_is_counted(
        number in 0_u8..4,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        live_through(world(number), whole_draft(), steps)?;
    }

    #[test]
    fn whatever_people_and_time_do_under_any_policy_is_counted(
        number in 0..POLICIES.len(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let world = any_world(number);
        let draft = fitting_draft(&world);
        live_through(world, draft, steps)?;
    }
}

#[test]
fn nothing_is_counted_of_a_draft() {
    let mut case = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    assert_eq!(CaseFacts::of(&case.entries, &measure(&case.world)), None);
    case.by(ADA, withdraw());
    assert_eq!(case.state.status, Status::Withdrawn);
    assert_eq!(CaseFacts::of(&case.entries, &measure(&case.world)), None);
    assert_eq!(CaseFacts::of(&[], &measure(&case.world)), None);
}

#[test]
fn a_case_that_was_raised_a_minute_ago() {
    let facts = facts(&Case::raised());
    assert_eq!((facts.reference.as_str(), facts.status), ("ESC-2026-000001", Status::Open));
    assert_eq!((facts.policy_key.as_str(), facts.policy_version), ("bscp", 1));
    assert_eq!((facts.topic.as_str(), facts.stage_count), ("general", 4));
    assert_eq!((facts.raising_agency_id, facts.raising_sector), (agency(SCHOOL), Sector::School));
    let receiving = (facts.receiving_agency_id, facts.receiving_sector);
    assert_eq!(receiving, (agency(SOCIAL_CARE), Sector::ChildrensSocialCare));
    assert_eq!(
        (facts.raised_at, facts.changed_at),
        (at("2026-11-16 10:00"), at("2026-11-16 10:00"))
    );
    let [stay] = facts.stays.as_slice() else { panic!("{:?}", facts.stays) };
    assert_eq!((stay.number, stay.round, stay.stage), (1, 1, 1));
    assert_eq!(stay.due_at, at("2026-11-23 17:00"));
    // From 10:00 on Monday until 17:00, and five days of eight hours.
    assert_eq!(stay.limit_working_minutes, (7 + 5 * 8) * 60);
    assert_eq!(
        (stay.answered, stay.acknowledged_at, stay.missed, stay.left),
        (None, None, None, None)
    );
}

#[test]
fn silence_refusal_and_agreement_are_told_apart_stay_by_stay() {
    let mut case = Case::raised();
    case.at("2026-11-16 11:00").by(EVE, Command::Acknowledge { note: None });
    case.lapse_at("2026-11-23 17:02");
    case.at("2026-11-25 09:30").by(FINN, respond(Stance::Refuses));
    case.by(FINN, respond(Stance::Accepts));
    case.at("2026-11-25 12:00").by(BEN, propose());
    case.at("2026-11-26 09:00").by(FINN, confirm(1));
    let facts = facts(&case);
    let [first, second] = facts.stays.as_slice() else { panic!("{:?}", facts.stays) };
    assert_eq!((first.acknowledged_at, first.answered), (Some(at("2026-11-16 11:00")), None));
    let missed = MissedFacts {
        due_at: at("2026-11-23 17:00"),
        recorded_late_seconds: 120,
        answer: Answer::AcknowledgedOnly,
    };
    assert_eq!((first.missed, first.due_at), (Some(missed), at("2026-11-23 17:00")));
    let left = first.left.unwrap();
    assert_eq!((left.at, left.why), (at("2026-11-23 17:02"), LeavingReason::DeadlinePassed));
    assert_eq!(left.working_minutes, (7 + 5 * 8) * 60, "nobody works at two minutes past five");
    let answered = Answered { at: at("2026-11-25 09:30"), stance: Some(Stance::Refuses) };
    assert_eq!((second.answered, second.missed), (Some(answered), None), "the first answer");
    let left = second.left.unwrap();
    assert_eq!((left.at, left.why), (at("2026-11-26 09:00"), LeavingReason::Agreed));
    assert_eq!(left.working_minutes, 2 * 8 * 60, "Tuesday and Wednesday");
    let ending = EndingFacts {
        at: at("2026-11-26 09:00"),
        how: EndedHow::Agreed,
        outcome: Some("plan_agreed".to_owned()),
        stage: 2,
    };
    assert_eq!((facts.endings, facts.status), (vec![ending], Status::Resolved));
}

#[test]
fn what_is_done_twice_is_counted_twice() {
    let mut case = Case::raised();
    case.by(ADA, withdraw());
    case.at("2026-11-17 10:00").by(ADA, reopen(None));
    case.by(ADA, withdraw());
    case.at("2026-11-18 10:00").by(ADA, reopen(None));
    let facts = facts(&case);
    assert_eq!(facts.reopened_at, [at("2026-11-17 10:00"), at("2026-11-18 10:00")]);
    assert_eq!(facts.endings.iter().map(|it| it.how).collect::<Vec<_>>(), [EndedHow::Withdrawn; 2]);
    assert_eq!(facts.stays.iter().map(|it| it.round).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(facts.status, Status::Open);
}

/// A timeline from before the sectors stood in it.
#[test]
fn sectors_that_the_timeline_does_not_say_are_those_that_are_given() {
    let mut case = Case::raised();
    for entry in &mut case.entries {
        if let crate::escalation::Event::Raised { sectors, .. } = &mut entry.event {
            assert!(sectors.take().is_some());
        }
    }
    assert_eq!(CaseFacts::of(&case.entries, &measure(&case.world)), None, "it is not guessed");
    let sectors = Some(Sectors { raising: Sector::Police, receiving: Sector::Housing });
    let given = Measure { sectors, ..measure(&case.world) };
    let facts = CaseFacts::of(&case.entries, &given).unwrap();
    assert_eq!((facts.raising_sector, facts.receiving_sector), (Sector::Police, Sector::Housing));
}
