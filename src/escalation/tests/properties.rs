//! What holds after whatever people and time do, in whatever order.

use super::super::*;
use super::fixture::*;
use crate::timeline;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One thing that somebody tries, some time after the thing before.
#[derive(Debug, Clone)]
struct Step {
    seconds: i64,
    who: &'static str,
    what: Command,
}

fn step() -> impl Strategy<Value = Step> {
    let length = prop_oneof![
        3 => 0_i64..3_600,
        3 => 3_600_i64..200_000,
        1 => 200_000_i64..3_000_000,
    ];
    let who = prop::sample::select(EVERYBODY.map(|(name, _)| name).to_vec());
    (length, who, command()).prop_map(|(seconds, who, what)| Step { seconds, who, what })
}

fn command() -> impl Strategy<Value = Command> {
    use Stance::{Accepts, AcceptsInPart, NeedsInformation, Refuses};
    let stance = prop::sample::select(vec![Accepts, AcceptsInPart, NeedsInformation, Refuses]);
    let stage = || prop::option::of(0_u32..=5);
    prop_oneof![
        6 => Just(Command::Lapse),
        2 => Just(Command::Acknowledge { note: None }),
        2 => Just(position()),
        3 => stance.prop_map(respond),
        1 => stage().prop_map(escalate),
        3 => Just(propose()),
        2 => (0_u32..6).prop_map(decline),
        1 => (0_u32..6).prop_map(confirm),
        1 => Just(determine()),
        1 => Just(withdraw()),
        3 => stage().prop_map(reopen),
        2 => (0_i64..60).prop_map(|days| {
            let mut deadline = protect("2026-11-16 12:00");
            deadline.at = deadline.at.plus(TimeDelta::days(days));
            Command::SetProtectiveDeadline(deadline)
        }),
        1 => Just(Command::ConfirmRecord),
        1 => (0_u32..3).prop_map(|action| Command::CompleteAction { action }),
        1 => Just(Command::Debrief {
            held_on: "2026-11-20".parse().unwrap(),
            with: line("The team"),
            text: None,
        }),
        1 => Just(Command::GiveFeedback { text: prose("It went on."), learning: None }),
        1 => Just(raise()),
    ]
}

/// Partnerships to live in: the shipped policy, its switches turned, and a day when few are there.
fn world(number: u8) -> World {
    let in_every_stage = |line| World::with("\n[[stages]]\n", &format!("\n[[stages]]\n{line}\n"));
    match number {
        0 => World::new(),
        1 => in_every_stage("on_refusal = \"escalate\""),
        2 => in_every_stage("on_deadline = \"notify\""),
        _ => World::new()
            .away(FINN, "2026-11-20 12:00")
            .away(ADA, "2026-11-24 12:00")
            .vacant("Service manager")
            .left(KAY),
    }
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let state = &case.state;
    let open: Vec<_> = state.stage_entries.iter().filter(|entry| entry.left.is_none()).collect();
    let is_open = state.status == Status::Open;
    prop_assert_eq!(open.len(), usize::from(is_open), "one open stay in an open case, else none");
    prop_assert_eq!(state.next_act_at().is_some(), is_open);
    prop_assert_eq!(state.ending().is_some(), !is_open);
    prop_assert_eq!(usize::try_from(state.version).unwrap(), case.entries.len());
    let mut seen = BTreeSet::new();
    for (number, entry) in (1..).zip(&state.stage_entries) {
        prop_assert_eq!(entry.number, number, "no gap in the numbers");
        prop_assert!(seen.insert((entry.round, entry.stage)), "a stage once a round");
        prop_assert!(!entry.acting.is_empty(), "somebody must act");
        prop_assert!(entry.due.at > entry.entered_at, "everybody has time");
    }
    for pair in state.stage_entries.windows(2) {
        prop_assert!(pair[0].stage <= pair[1].stage, "never down");
        prop_assert!(pair[0].round <= pair[1].round);
    }
    // What was put before the case was taken up again is not on the table any more.
    let first = state.stage_entries.iter().find(|entry| entry.round == state.round());
    let of_round = |number: u32| first.is_some_and(|first| number >= first.number);
    let open = state.proposals.iter().filter(|p| p.answer.is_none() && of_round(p.stage_entry));
    prop_assert!(open.count() <= 1, "one proposal on the table");
    Ok(())
}

/// What must hold between a state and the one after one command.
fn check_step(before: &Case, after: &Case, events: &[Event]) -> Result<(), TestCaseError> {
    let ended = |status| matches!(status, Status::Resolved | Status::Withdrawn);
    let ends = events.iter().any(|event| {
        matches!(event, Event::Agreed { .. } | Event::Determined { .. } | Event::Withdrawn { .. })
    });
    let now_ended = !ended(before.state.status) && ended(after.state.status);
    prop_assert_eq!(now_ended, ends, "only both sides, the partnership or the raisers end it");
    for event in events {
        if let Event::StageEntered { entry, .. } = event {
            prop_assert!(after.told().values().any(|kind| *kind == NoticeKind::ActionNeeded));
            for seat in &entry.acting {
                let kind = after.told().get(seat.name.as_str()).copied();
                prop_assert_eq!(kind, Some(NoticeKind::ActionNeeded), "{}", &seat.name);
            }
        }
    }
    Ok(())
}

fn live_through(world: World, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    for Step { seconds, who, what } in steps {
        case.now = case.now.plus(TimeDelta::seconds(seconds));
        let before = case.clone();
        let tried = if what == Command::Lapse { Ok(case.lapse()) } else { case.try_by(who, what) };
        match tried {
            Ok(events) => check_step(&before, &case, &events)?,
            Err(_refused) => prop_assert_eq!(&case.state, &before.state),
        }
        check(&case)?;
    }
    prop_assert_eq!(timeline::verify(&case.entries), Ok(case.state));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_people_and_time_do(
        number in 0_u8..4,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        live_through(world(number), steps)?;
    }
}
