//! Who may see and do what, as tables. N.B. whether somebody may give a command says nothing of
//! whether the case takes it as things stand.

use super::*;
use crate::directory::{PartnershipFunction, Place, Side};
use crate::escalation::tests::fixture::*;
use crate::escalation::{CommandKind, Draft, Refusal};
use CommandKind::*;
use std::collections::BTreeSet;

/// All that people can ask, save a protective deadline, which has a test of its own.
const ALL: [CommandKind; 17] = [
    ChangeDraft,
    Raise,
    Acknowledge,
    StatePosition,
    Respond,
    EscalateEarly,
    Propose,
    AnswerProposal,
    Determine,
    Withdraw,
    Reopen,
    Meet,
    SetAction,
    CompleteAction,
    GiveFeedback,
    Debrief,
    ConfirmRecord,
];

/// What everybody on a case may do.
const ON_IT: &[CommandKind] = &[CompleteAction, GiveFeedback, Debrief, ConfirmRecord];
/// What both sides may do besides, in whatever stage.
const SIDE: &[CommandKind] = &[StatePosition];
/// What keeps a case moving.
const MOVER: &[CommandKind] = &[EscalateEarly, Reopen, Meet, SetAction];
/// What whoever must act for a side may do besides.
const ACTING: &[CommandKind] = &[Propose, AnswerProposal];
/// What the receiving side's people who must act may do besides.
const ANSWERER: &[CommandKind] = &[Acknowledge, Respond];
/// What the raiser may do besides.
const RAISER: &[CommandKind] = &[ChangeDraft, Raise, Withdraw];

const NONE: &[&[CommandKind]] = &[];

/// Checks what each of these people may do; no group at all means that they see nothing.
fn check(case: &Case, table: &[(&[&str], &[&[CommandKind]])]) {
    let mut checked = BTreeSet::new();
    for (names, groups) in table {
        for name in *names {
            let actor = case.actor(name);
            let sees = may_see(&actor, &case.state, case.now);
            assert_eq!(sees.is_ok(), !groups.is_empty(), "whether {name} sees it");
            for kind in ALL {
                let expected = groups.iter().any(|group| group.contains(&kind));
                match may(&actor, kind, &case.state, case.now) {
                    Ok(_) => assert!(expected, "{name} may {kind:?}"),
                    Err(Refusal::NotFound) => assert!(groups.is_empty(), "{name} finds nothing"),
                    Err(Refusal::NotYours(who)) => {
                        assert!(!expected && sees.is_ok(), "{name} may not {kind:?}");
                        assert!(who.ends_with('.'), "says who does it instead: {who}");
                    }
                    Err(other) => panic!("{name}, {kind:?}: {other:?}"),
                }
            }
            assert!(may(&actor, OfTime, &case.state, case.now).is_err(), "{name} is not time");
            assert!(checked.insert(*name), "{name} stands twice");
        }
    }
    assert_eq!(checked.len(), EVERYBODY.len(), "everybody stands in the table");
}

#[test]
fn a_draft_is_its_writers_alone() {
    let case = Case::drafted(World::new(), Draft::default(), "2026-11-16 10:00");
    check(
        &case,
        &[
            (&[ADA], &[ON_IT, SIDE, MOVER, ACTING, RAISER]),
            (&[BEN, CARA, DEV, EVE, FINN, NELL, OMAR, PAM, GITA, HUGH], NONE),
            (&[IRIS, JON, KAY, LIAM, MONA], NONE),
        ],
    );
}

#[test]
fn a_discarded_draft_is_its_writers_alone_too() {
    let mut case = Case::drafted(World::new(), Draft::default(), "2026-11-16 10:00");
    case.by(ADA, withdraw());
    assert!(may_see(&case.actor(ADA), &case.state, case.now).is_ok());
    for name in [BEN, EVE, IRIS, JON, MONA] {
        assert_eq!(may_see(&case.actor(name), &case.state, case.now), Err(Refusal::NotFound));
    }
}

#[test]
fn at_stage_1_the_practitioners_and_the_partnership() {
    check(
        &Case::raised(),
        &[
            (&[ADA], &[ON_IT, SIDE, MOVER, ACTING, RAISER]),
            (&[EVE], &[ON_IT, SIDE, MOVER, ACTING, ANSWERER]),
            (&[IRIS, JON, KAY], &[ON_IT, MOVER]),
            // Not reached yet.
            (&[BEN, CARA, DEV, FINN, NELL, OMAR, GITA, HUGH], NONE),
            // Another team of the same agency, another agency, and whoever keeps the directory.
            (&[PAM, LIAM, MONA], NONE),
        ],
    );
}

#[test]
fn at_stage_2_the_managers() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    check(
        &case,
        &[
            (&[ADA], &[ON_IT, SIDE, MOVER, RAISER]),
            (&[BEN], &[ON_IT, SIDE, MOVER, ACTING, &[Withdraw]]),
            // It moved on from her: she stays on it.
            (&[EVE], &[ON_IT, SIDE]),
            (&[FINN], &[ON_IT, SIDE, MOVER, ACTING, ANSWERER]),
            (&[IRIS, JON, KAY], &[ON_IT, MOVER]),
            // A deputy whose holder is there has no part in it.
            (&[NELL, OMAR], NONE),
            (&[CARA, DEV, GITA, HUGH, PAM, LIAM, MONA], NONE),
        ],
    );
}

#[test]
fn at_stage_2_the_deputies_of_an_absent_manager() {
    let world = World::new().away(FINN, "2026-11-20 09:00");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [BEN, NELL]);
    for name in [NELL, OMAR] {
        assert!(may(&case.actor(name), Respond, &case.state, case.now).is_ok(), "{name}");
    }
    // He is back, and his post was reached: he takes it over.
    case.world.absences.clear();
    assert!(may(&case.actor(FINN), Respond, &case.state, case.now).is_ok());
}

#[test]
fn a_deputy_takes_over_when_the_manager_who_was_asked_goes_away() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    assert_eq!(may_see(&case.actor(NELL), &case.state, case.now), Err(Refusal::NotFound));
    case.world = case.world.clone().away(FINN, "2026-11-23 17:00");
    assert!(may(&case.actor(NELL), Respond, &case.state, case.now).is_ok());
}

#[test]
fn at_stage_4_the_partnership_determines() {
    let mut case = Case::raised();
    case.lapse_to_stage(4);
    check(
        &case,
        &[
            (&[ADA], &[ON_IT, SIDE, MOVER, RAISER]),
            (&[CARA], &[ON_IT, SIDE, MOVER, ACTING, &[Withdraw]]),
            (&[GITA], &[ON_IT, SIDE, MOVER, ACTING, ANSWERER]),
            (&[BEN, DEV, EVE, FINN, HUGH], &[ON_IT, SIDE]),
            (&[JON, KAY], &[ON_IT, MOVER, &[Determine]]),
            (&[IRIS], &[ON_IT, MOVER]),
            (&[NELL, OMAR, PAM, LIAM, MONA], NONE),
        ],
    );
}

#[test]
fn an_ended_case_is_still_theirs_who_acted_last() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    case.by(ADA, withdraw());
    for name in [ADA, BEN, FINN, IRIS] {
        assert!(may(&case.actor(name), Reopen, &case.state, case.now).is_ok(), "{name}");
    }
    let eve = may(&case.actor(EVE), Reopen, &case.state, case.now);
    assert!(matches!(eve, Err(Refusal::NotYours(_))));
    assert_eq!(may_see(&case.actor(GITA), &case.state, case.now), Err(Refusal::NotFound));
}

#[test]
fn the_raiser_their_manager_and_the_partnership_set_a_protective_deadline() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    for name in [ADA, BEN, IRIS] {
        assert!(may(&case.actor(name), SetProtectiveDeadline, &case.state, case.now).is_ok());
    }
    let eve = may(&case.actor(EVE), SetProtectiveDeadline, &case.state, case.now);
    assert!(matches!(eve, Err(Refusal::NotYours(_))));
}

fn signature(case: &Case, name: &str) -> (Option<String>, Side) {
    let relation = may_see(&case.actor(name), &case.state, case.now).unwrap();
    assert_eq!(relation.signature.name, name);
    assert_eq!(relation.signature.person_id, person(name));
    (relation.signature.post_title, relation.signature.side)
}

#[test]
fn everybody_signs_in_the_post_and_on_the_side_in_which_they_act() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    let post = |title: &str| Some(title.to_owned());
    assert_eq!(signature(&case, ADA), (None, Side::Raising));
    assert_eq!(signature(&case, BEN), (post("Designated safeguarding lead"), Side::Raising));
    assert_eq!(signature(&case, EVE), (post("Duty social worker"), Side::Receiving));
    assert_eq!(signature(&case, FINN), (post("Team manager, assessment"), Side::Receiving));
    assert_eq!(signature(&case, IRIS), (post("Business manager"), Side::Partnership));
}

#[test]
fn a_raiser_who_must_act_in_a_post_signs_in_it() {
    let world = World::new().also_holds(ADA, "Designated safeguarding lead");
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    let relation = may_see(&case.actor(ADA), &case.state, case.now).unwrap();
    assert!(relation.is_raiser && relation.is_acting);
    let title = Some("Designated safeguarding lead".to_owned());
    assert_eq!(signature(&case, ADA), (title, Side::Raising));
}

#[test]
fn whoever_comes_into_a_post_that_was_reached_takes_over() {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    assert_eq!(may_see(&case.actor(PAM), &case.state, case.now), Err(Refusal::NotFound));
    case.world = case.world.clone().also_holds(PAM, "Team manager, assessment");
    assert!(may(&case.actor(PAM), Respond, &case.state, case.now).is_ok());
}

#[test]
fn a_shared_mailboxs_people_act_in_its_post() {
    let mut world = World::new().left(FINN).left(NELL).left(OMAR);
    let post = world.post_mut("Team manager, assessment");
    post.mailbox_email = Some("assessment@example.org".to_owned());
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    case.world = case.world.clone().also_holds(PAM, "Team manager, assessment");
    assert!(may(&case.actor(PAM), Respond, &case.state, case.now).is_ok());
}

#[test]
fn an_officer_of_another_partnership_sees_nothing() {
    let case = Case::raised();
    let mut actor = case.actor(IRIS);
    actor.posts[0].place = Place::Partnership {
        partnership_id: id(2),
        function: PartnershipFunction::BusinessManager,
    };
    assert_eq!(may_see(&actor, &case.state, case.now), Err(Refusal::NotFound));
}

#[test]
fn a_partnerships_rules_are_set_by_its_officers_and_published_by_a_second_one() {
    let world = World::new();
    let actor = |name: &str| world.actor(name, at("2026-11-16 10:00"));
    for name in [IRIS, JON, KAY] {
        assert_eq!(may_set_rules(&actor(name), id(1)), Ok(()));
        assert!(may_set_rules(&actor(name), id(2)).is_err());
        assert_eq!(may_publish_policy(&actor(name), id(1), None), Ok(()));
        assert_eq!(may_publish_policy(&actor(name), id(1), Some(person(ADA))), Ok(()));
        let own = may_publish_policy(&actor(name), id(1), Some(person(name)));
        assert!(matches!(own, Err(Refusal::NotYours(_))), "{name}");
        assert!(may_publish_policy(&actor(name), id(2), None).is_err());
    }
    // Whoever keeps the directory decides on no rules.
    for name in [ADA, BEN, HUGH, LIAM, MONA] {
        assert!(matches!(may_set_rules(&actor(name), id(1)), Err(Refusal::NotYours(_))));
        assert!(may_publish_policy(&actor(name), id(1), None).is_err());
    }
}

#[test]
fn the_directory_is_kept_by_the_administrator_and_each_partnerships_officers() {
    let world = World::new();
    let (ours, theirs) = ([id(1)], [id(2)]);
    for name in [IRIS, JON, KAY] {
        assert_eq!(may_keep_directory(&world.actor(name, at("2026-11-16 10:00")), &ours), Ok(()));
        assert!(may_keep_directory(&world.actor(name, at("2026-11-16 10:00")), &theirs).is_err());
    }
    assert_eq!(may_keep_directory(&world.actor(MONA, at("2026-11-16 10:00")), &theirs), Ok(()));
    for name in [ADA, BEN, HUGH, LIAM] {
        assert!(matches!(
            may_keep_directory(&world.actor(name, at("2026-11-16 10:00")), &ours),
            Err(Refusal::NotYours(_))
        ));
    }
}
