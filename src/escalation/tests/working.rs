//! What people set down beside the argument: meetings, actions, feedback, debriefs, ticks.

use super::super::*;
use super::fixture::*;
use crate::directory::Side;

fn arrange(when: &str) -> Command {
    Command::ArrangeMeeting {
        at: at(when),
        place: line("Room 4"),
        purpose: prose("To settle the plan."),
    }
}

fn record(meeting: u32) -> Command {
    Command::RecordMeeting { meeting, record: prose("A visit was agreed.") }
}

fn set_action() -> Command {
    Command::SetAction {
        what: prose("Visit the family."),
        owner: line("The social worker"),
        due_on: "2026-11-20".parse().unwrap(),
    }
}

fn done(action: u32) -> Command {
    Command::CompleteAction { action }
}

fn feedback() -> Command {
    about(&[])
}

/// Feedback with themes.
fn about(themes: &[&str]) -> Command {
    Command::GiveFeedback {
        text: prose("It took long."),
        learning: Some(prose("Call first.")),
        themes: keys(themes),
    }
}

fn keys(themes: &[&str]) -> Vec<String> {
    themes.iter().map(|theme| (*theme).to_owned()).collect()
}

fn debrief(held_on: &str) -> Command {
    debrief_about(held_on, &[])
}

fn debrief_about(held_on: &str, themes: &[&str]) -> Command {
    Command::Debrief {
        held_on: held_on.parse().unwrap(),
        with: line("The whole team"),
        text: None,
        themes: keys(themes),
    }
}

fn is_not_now(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotNow(_))
}

#[test]
fn a_meeting_is_recorded_once_and_not_before_it_begins() {
    let mut case = Case::raised();
    case.by(ADA, arrange("2026-11-18 14:00"));
    assert!(is_not_now(&case.refused(ADA, record(1))));
    assert_eq!(case.refused(ADA, record(2)), Refusal::NotFound);
    case.at("2026-11-18 14:00").by(EVE, record(1));
    assert_eq!(case.state.meetings[0].record, Some(prose("A visit was agreed.")));
    assert!(is_not_now(&case.refused(ADA, record(1))));
}

#[test]
fn a_meeting_is_arranged_while_the_case_is_open_and_recorded_ever_after() {
    let mut case = Case::raised();
    case.by(EVE, arrange("2026-11-18 14:00"));
    case.by(ADA, withdraw());
    assert!(is_not_now(&case.refused(ADA, arrange("2026-11-19 14:00"))));
    case.at("2026-11-18 15:00").by(ADA, record(1));
}

#[test]
fn an_action_is_done_once_by_anybody_on_the_case() {
    let mut case = Case::raised();
    case.by(ADA, set_action());
    case.by(ADA, set_action());
    assert_eq!(case.refused(EVE, done(3)), Refusal::NotFound);
    case.at("2026-11-19 10:00").by(EVE, done(2));
    assert!(is_not_now(&case.refused(ADA, done(2))));
    let done_at: Vec<_> = case.state.actions.iter().map(|a| (a.number, a.done_at)).collect();
    assert_eq!(done_at, [(1, None), (2, Some(at("2026-11-19 10:00")))]);
}

#[test]
fn feedback_follows_an_end() {
    let mut case = Case::raised();
    assert!(is_not_now(&case.refused(ADA, feedback())));
    case.by(ADA, withdraw());
    for who in [ADA, EVE, IRIS] {
        case.by(who, feedback());
    }
    assert_eq!(case.state.feedback.len(), 3);
    assert_eq!(case.state.feedback[0].learning, Some(prose("Call first.")));
}

#[test]
fn themes_are_the_policys_and_each_is_chosen_once() {
    let mut case = Case::raised();
    case.by(ADA, debrief_about("2026-11-16", &["drift"]));
    let unknown = debrief_about("2026-11-16", &["drift", "canary"]);
    assert_eq!(pointers(&case.refused(ADA, unknown)), ["/themes/1"]);
    case.by(ADA, withdraw());
    case.by(EVE, about(&["voice_of_the_child", "drift"]));
    let wrong = case.refused(ADA, about(&["canary", "drift", "drift", "Drift"]));
    assert_eq!(pointers(&wrong), ["/themes/0", "/themes/2", "/themes/3"]);
    assert_eq!(case.state.debriefs[0].themes, ["drift"]);
    assert_eq!(case.state.feedback[0].themes, ["voice_of_the_child", "drift"]);
    assert_eq!((case.state.debriefs.len(), case.state.feedback.len()), (1, 1));
}

#[test]
fn a_policy_without_themes_takes_none() {
    let mut world = World::new();
    world.policy.learning_themes.clear();
    let mut case = Case::raised_as(world, whole_draft(), "2026-11-16 10:00");
    case.by(ADA, withdraw());
    assert_eq!(pointers(&case.refused(ADA, about(&["drift"]))), ["/themes/0"]);
    case.by(ADA, feedback());
}

/// An entry from before there were themes has none, and keeps its bytes and so its hash.
#[test]
fn what_was_written_before_there_were_themes_is_read_as_it_was() {
    for written in [
        r#"{"kind":"feedback_given","text":"It took long.","learning":null}"#,
        r#"{"kind":"debriefed","held_on":"2026-11-16","with":"The team","text":null}"#,
    ] {
        let event: Event = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), written);
        let (Event::FeedbackGiven { themes, .. } | Event::Debriefed { themes, .. }) = event else {
            panic!("{event:?}")
        };
        assert!(themes.is_empty());
    }
}

#[test]
fn a_debrief_is_recorded_on_its_day_or_later() {
    let mut case = Case::raised();
    let refusal = case.refused(ADA, debrief("2026-11-17"));
    assert_eq!(pointers(&refusal), ["/held_on"]);
    case.by(ADA, debrief("2026-11-16"));
    case.by(ADA, withdraw());
    case.by(EVE, debrief("2026-11-16"));
    assert_eq!(case.state.debriefs.len(), 2);
}

#[test]
fn each_agency_ticks_its_own_record_once_after_the_end() {
    let mut case = Case::raised();
    let tick = || Command::ConfirmRecord;
    assert!(is_not_now(&case.refused(ADA, tick())));
    case.by(ADA, withdraw());
    assert!(matches!(case.refused(IRIS, tick()), Refusal::NotYours(_)));
    case.by(ADA, tick());
    assert!(is_not_now(&case.refused(ADA, tick())));
    case.by(EVE, tick());
    let ticks: Vec<_> = case.state.record_confirmations.iter().map(|tick| tick.side).collect();
    assert_eq!(ticks, [Side::Raising, Side::Receiving]);
}

#[test]
fn positions_are_numbered_dated_and_signed() {
    let mut case = Case::raised();
    case.by(ADA, position());
    case.lapse_to_stage(2);
    case.by(FINN, position());
    let signed: Vec<_> = (case.state.positions.iter())
        .map(|p| (p.number, p.stage, p.by.name.as_str(), p.by.side, p.at))
        .collect();
    assert_eq!(
        signed,
        [
            (1, 1, ADA, Side::Raising, at("2026-11-16 10:00")),
            (2, 2, FINN, Side::Receiving, at("2026-11-23 17:00")),
        ]
    );
    let post = case.state.positions[1].by.post_title.as_deref();
    assert_eq!(post, Some("Team manager, assessment"));
}
