//! What holds after whatever people and time do, in whatever order.

use super::super::*;
use super::fixture::*;
use crate::directory::Sector;
use crate::policy::{OnDeadline, OnRefusal, Permission, Stage};
use crate::timeline;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// One thing that somebody tries, some time after the thing before.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) seconds: i64,
    pub(crate) who: &'static str,
    pub(crate) what: Command,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    step_of(command().boxed())
}

pub(crate) fn any_step() -> impl Strategy<Value = Step> {
    step_of(prop_oneof![3 => command().boxed(), 2 => clock_command().boxed()].boxed())
}

fn step_of(command: BoxedStrategy<Command>) -> impl Strategy<Value = Step> {
    let length = prop_oneof![
        3 => 0_i64..3_600,
        3 => 3_600_i64..200_000,
        1 => 200_000_i64..3_000_000,
    ];
    let who = prop::sample::select(EVERYBODY.map(|(name, _)| name).to_vec());
    (length, who, command).prop_map(|(seconds, who, what)| Step { seconds, who, what })
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
            themes: vec!["drift".to_owned()],
        }),
        1 => prop::sample::subsequence(vec!["drift", "voice_of_the_child"], 0..=2).prop_map(|themes| {
            let themes = themes.into_iter().map(str::to_owned).collect();
            Command::GiveFeedback { text: prose("It went on."), learning: None, themes }
        }),
        1 => Just(raise()),
    ]
}

/// What the rest of the policy language lets people try.
fn clock_command() -> impl Strategy<Value = Command> {
    let hours = |most: i64| {
        (0_i64..most).prop_map(|hours| at("2026-11-16 10:00").plus(TimeDelta::hours(hours)))
    };
    let keys = ["stage", "speak", "letter", "settled", "form", "minutes", "acknowledge", "nothing"];
    let classes = ["standard", "urgent", "routine", "today", "now"];
    let limits = ["2 working days", "3 hours", "1 week", "30 working minutes"];
    let reason = || prose("weather");
    let panel = |who: Vec<&'static str>| {
        let member = |name: &&'static str| PanelMember {
            person_id: person(name),
            name: (*name).to_owned(),
            agency_id: (*name == LIAM).then(|| agency(POLICE)),
            sector: (*name == LIAM).then_some(Sector::Police),
        };
        let members = who.iter().map(member).collect();
        Command::ConvenePanel { members, chair_id: person(JON), meets_at: None }
    };
    prop_oneof![
        3 => hours(400).prop_map(discussion),
        3 => prop::sample::select(keys.to_vec()).prop_map(tick),
        2 => prop::sample::select(limits.to_vec()).prop_map(move |by| Command::Extend {
            task: None,
            by: by.parse().unwrap(),
            reason: reason(),
        }),
        3 => hours(1_000).prop_map(move |until| Command::Pause { until, reason: reason() }),
        2 => Just(Command::Resume),
        2 => prop::sample::select(classes.to_vec()).prop_map(move |class| Command::ChangeUrgency {
            urgency_class: class.to_owned(),
            reason: reason(),
        }),
        2 => (0_u32..4).prop_map(move |to_stage| Command::StepDown { to_stage, reason: reason() }),
        2 => prop::sample::subsequence(vec![JON, KAY, LIAM, ADA, IRIS], 2..=4).prop_map(panel),
        1 => Just(Command::Refer { to: "ombudsman".to_owned(), reason: reason() }),
        1 => Just(Command::Recount { reason: reason() }),
        2 => hours(600).prop_map(|at| Command::ArrangeMeeting {
            at,
            place: line("Room 2"),
            purpose: prose("To settle it."),
        }),
        2 => (1_u32..4).prop_map(record),
    ]
}

pub(crate) const POLICIES: [&str; 8] = [
    BSCP,
    include_str!("../../../config/policies/london.toml"),
    include_str!("../../../config/policies/lincolnshire.toml"),
    include_str!("../../../config/policies/sefton-2017.toml"),
    include_str!("../../../config/policies/alerts-2017.toml"),
    include_str!("../../../config/policies/made-up/night-ward.toml"),
    include_str!("../../../config/policies/made-up/islands.toml"),
    include_str!("../../../config/policies/made-up/conference-dissent.toml"),
];

/// The shipped and the made-up policies, with posts for their roles and every optional part that
/// may move a clock.
pub(crate) fn any_world(number: usize) -> World {
    static WORLDS: LazyLock<Vec<World>> =
        LazyLock::new(|| POLICIES.iter().map(|policy| furnished(policy)).collect());
    WORLDS[number].clone()
}

fn furnished(policy: &str) -> World {
    let mut world = World::under(policy)
        .with_role("Headteacher", "senior_liaison_officer")
        .with_role("Director", "medical_director")
        .with_role("Team manager, care leavers", "duty_team");
    let free =
        || Some(Permission { at_most: Some("2 weeks".parse().unwrap()), ..Permission::default() });
    let policy = &mut world.policy;
    policy.extension = policy.extension.take().or_else(free);
    policy.pause = policy.pause.take().or_else(free);
    policy.step_down = policy.step_down.take().or_else(free);
    world
}

/// A draft that every one of those policies takes.
pub(crate) fn fitting_draft(world: &World) -> Draft {
    Draft {
        area_of_disagreement: Some(world.policy.areas_of_disagreement[0].key.clone()),
        decision_received_on: Some("2026-11-13".parse().unwrap()),
        level_of_need: Some(line("Level 3")),
        information_sharing: Some(prose("Consent was given.")),
        disputed: Some(prose("The category.")),
        ..whole_draft()
    }
}

/// Partnerships to live in: the shipped policy, its switches turned, and a day when few are there.
pub(crate) fn world(number: u8) -> World {
    let in_every_stage = |change: fn(&mut Stage)| {
        let mut world = World::new();
        world.policy.stages.iter_mut().for_each(change);
        world
    };
    match number {
        0 => World::new(),
        1 => in_every_stage(|stage| stage.on_refusal = OnRefusal::Escalate),
        2 => in_every_stage(|stage| stage.on_deadline = OnDeadline::Notify),
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
        let is_down = pair[1].why == EntryReason::SteppedDown;
        prop_assert!(is_down || pair[0].stage <= pair[1].stage, "never down unless taken down");
        prop_assert!(pair[0].round <= pair[1].round);
    }
    // What was put before the case was taken up again is not on the table any more.
    let first = state.stage_entries.iter().find(|entry| entry.round == state.round());
    let of_round = |number: u32| first.is_some_and(|first| number >= first.number);
    let open = state.proposals.iter().filter(|p| p.answer.is_none() && of_round(p.stage_entry));
    prop_assert!(open.count() <= 1, "one proposal on the table");
    if let Some(entry) = state.current_entry() {
        let runs = entry.all_tasks().iter().any(|run| run.clock().is_some());
        prop_assert!(runs || entry.overdue.is_some(), "a clock runs, or it is overdue");
        prop_assert!(entry.pause().is_none() || entry.overdue.is_none());
    }
    Ok(())
}

/// What must hold between a state and the one after one command.
fn check_step(before: &Case, after: &Case, events: &[Event]) -> Result<(), TestCaseError> {
    let ended = |status| matches!(status, Status::Resolved | Status::Withdrawn);
    let ends = events.iter().any(|event| {
        matches!(
            event,
            Event::Agreed { .. }
                | Event::Determined { .. }
                | Event::Withdrawn { .. }
                | Event::Referred { .. }
        )
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

fn live_through(world: World, draft: Draft, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut case = Case::raised_as(world, draft, "2026-11-16 10:00");
    for Step { seconds, who, what } in steps {
        case.now = case.now.plus(TimeDelta::seconds(seconds));
        let before = case.clone();
        let tried = if what == Command::Lapse { Ok(case.lapse()) } else { case.try_by(who, what) };
        match tried {
            Ok(events) => check_step(&before, &case, &events)?,
            Err(_refused) => prop_assert_eq!(&case.state, &before.state),
        }
        check(&case)?;
        // Time always gets on: what is due is done in so many steps, and then lies ahead.
        if what_is_due(&case) {
            let mut later = case.clone();
            for _ in 0..40 {
                if what_is_due(&later) {
                    prop_assert!(!later.lapse().is_empty(), "due, and nothing happens");
                    check(&later)?;
                }
            }
            prop_assert!(!what_is_due(&later), "time stands on the spot");
        }
    }
    prop_assert_eq!(timeline::verify(&case.entries), Ok(case.state));
    Ok(())
}

fn what_is_due(case: &Case) -> bool {
    case.state.next_act_at().is_some_and(|at| at <= case.now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_people_and_time_do(
        number in 0_u8..4,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        live_through(world(number), whole_draft(), steps)?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_people_and_time_do_under_any_policy(
        number in 0..POLICIES.len(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let world = any_world(number);
        let draft = fitting_draft(&world);
        live_through(world, draft, steps)?;
    }
}
