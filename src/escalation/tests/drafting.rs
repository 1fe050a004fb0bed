//! Writing a challenge and raising it: the first question, and what must not be missing.

use super::super::*;
use super::fixture::*;
use crate::directory::Party;

fn open(immediate_danger: ImmediateDanger) -> Result<Escalation, Refusal> {
    let opening = opening(Draft::default(), immediate_danger);
    open_draft(opening, at("2026-11-16 10:00")).map(|(_, state)| state)
}

fn danger_dealt_with(taken_at: &str) -> ImmediateDanger {
    ImmediateDanger {
        in_immediate_danger: true,
        action_taken: Some(prose("Called 999; an officer came.")),
        taken_at: Some(at(taken_at)),
        taken_by: Some(line("The teacher")),
    }
}

#[test]
fn a_draft_needs_nothing_but_the_first_question() {
    let state = open(no_danger()).unwrap();
    assert_eq!(state.status, Status::Draft);
    assert_eq!((state.version, state.raised_at), (1, None));
    assert_eq!((state.current_entry(), state.next_act_at()), (None, None));
}

#[test]
fn immediate_danger_asks_for_all_that_was_done_first() {
    let refusal = open(ImmediateDanger { in_immediate_danger: true, ..no_danger() });
    assert_eq!(
        pointers(&refusal.unwrap_err()),
        [
            "/immediate_danger/action_taken",
            "/immediate_danger/taken_at",
            "/immediate_danger/taken_by",
        ]
    );
}

#[test]
fn immediate_danger_that_was_dealt_with_stands_beside_the_challenge() {
    let danger = danger_dealt_with("2026-11-16 09:40");
    assert_eq!(open(danger.clone()).unwrap().immediate_danger, danger);
}

#[test]
fn what_was_done_is_not_in_the_future() {
    let refusal = open(danger_dealt_with("2026-11-16 10:01")).unwrap_err();
    assert_eq!(pointers(&refusal), ["/immediate_danger/taken_at"]);
}

#[test]
fn the_first_question_holds_when_a_draft_is_changed_too() {
    let mut case = Case::drafted(World::new(), Draft::default(), "2026-11-16 10:00");
    let change = |immediate_danger| Command::ChangeDraft {
        immediate_danger,
        draft: Box::new(whole_draft()),
    };
    let refusal =
        case.refused(ADA, change(ImmediateDanger { in_immediate_danger: true, ..no_danger() }));
    assert_eq!(pointers(&refusal).len(), 3);
    case.by(ADA, change(danger_dealt_with("2026-11-16 09:40")));
    assert!(case.state.immediate_danger.in_immediate_danger);
    assert_eq!(case.state.content, Content::Draft(Box::new(whole_draft())));
}

#[test]
fn raising_names_every_field_that_is_missing() {
    let mut case = Case::drafted(World::new(), Draft::default(), "2026-11-16 10:00");
    let refusal = case.refused(ADA, Command::Raise { policy: policy_ref(), receiving: None });
    assert_eq!(
        pointers(&refusal),
        [
            "/draft/area_of_disagreement",
            "/draft/child",
            "/draft/childs_voice",
            "/draft/facts",
            "/draft/judgement",
            "/draft/outcome_sought",
            "/draft/rationale",
            "/draft/receiving_agency_id",
            "/draft/risk",
            "/draft/what_was_tried",
        ]
    );
}

#[test]
fn raising_names_what_is_missing_and_what_is_wrong_together() {
    let draft = Draft {
        facts: None,
        area_of_disagreement: Some("the_weather".to_owned()),
        urgency_class: Some("whenever".to_owned()),
        decision_received_on: Some("2026-11-17".parse().unwrap()),
        protective_deadline: Some(protect("2026-11-16 10:00")),
        start_stage: Some(StartStage { stage: 5, reason: prose("The risk asks for it.") }),
        ..whole_draft()
    };
    let mut case = Case::drafted(World::new(), draft, "2026-11-16 10:00");
    assert_eq!(
        pointers(&case.refused(ADA, raise())),
        [
            "/draft/area_of_disagreement",
            "/draft/decision_received_on",
            "/draft/facts",
            "/draft/protective_deadline/at",
            "/draft/start_stage/stage",
            "/draft/urgency_class",
        ]
    );
}

#[test]
fn nobody_challenges_their_own_team() {
    let mut case = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    let refusal =
        case.refused(ADA, Command::Raise { policy: policy_ref(), receiving: Some(school()) });
    assert_eq!(pointers(&refusal), ["/draft/receiving_agency_id"]);
}

#[test]
fn a_challenge_between_two_teams_of_an_agency_is_one() {
    let mut case = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    let receiving = Some(Party { team: Some("Sixth form".to_owned()), ..school() });
    case.by(ADA, Command::Raise { policy: policy_ref(), receiving });
    assert_eq!(case.state.status, Status::Open);
}

#[test]
fn a_raised_case_keeps_the_policy_it_was_raised_under() {
    let mut case = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    let policy = PolicyRef { version: 2, ..policy_ref() };
    let events =
        case.by(ADA, Command::Raise { policy: policy.clone(), receiving: Some(social_care()) });
    assert_eq!(kinds(&events), ["raised", "stage_entered"]);
    assert_eq!(case.state.policy, policy);
    assert_eq!(case.state.raised_at, Some(at("2026-11-16 10:00")));
}

#[test]
fn the_ordinary_class_counts_where_none_is_named() {
    let case = Case::raised();
    assert_eq!(case.state.challenge().unwrap().urgency_class, "standard");
}

#[test]
fn what_was_raised_is_neither_changed_nor_raised_again() {
    let mut case = Case::raised();
    let change = Command::ChangeDraft { immediate_danger: no_danger(), draft: Box::default() };
    for command in [raise(), change] {
        assert!(matches!(case.refused(ADA, command), Refusal::NotNow(_)));
    }
}

#[test]
fn a_draft_is_no_case_yet() {
    let mut case = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    for command in [propose(), position(), escalate(None), feedback(), reopen(None)] {
        assert!(matches!(case.refused(ADA, command), Refusal::NotNow(_)));
    }
    assert_eq!(case.lapse_at("2027-11-16 10:00"), []);
}

fn feedback() -> Command {
    Command::GiveFeedback { text: prose("It went well."), learning: None, themes: Vec::new() }
}

#[test]
fn a_discarded_draft_is_nobodys_business() {
    let mut case = Case::drafted(World::new(), whole_draft(), "2026-11-16 10:00");
    case.by(ADA, withdraw());
    assert_eq!(case.state.status, Status::Withdrawn);
    assert_eq!(case.told(), [].into());
    let action = Command::SetAction {
        what: prose("Visit the family."),
        owner: line("The social worker"),
        due_on: "2026-11-20".parse().unwrap(),
    };
    let debrief = Command::Debrief {
        held_on: "2026-11-16".parse().unwrap(),
        with: line("The team"),
        text: None,
        themes: Vec::new(),
    };
    for command in [raise(), reopen(None), action, debrief, feedback(), Command::ConfirmRecord] {
        assert!(matches!(case.refused(ADA, command), Refusal::NotNow(_)));
    }
}
