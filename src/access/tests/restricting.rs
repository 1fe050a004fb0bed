//! Restrictions and emergency looks: who steps in, who is told, and who is not.

use super::*;
use crate::escalation::{Command, Event, NoticeKind, Restriction, RestrictionReason};

fn restriction(excluded: &[&str]) -> Restriction {
    let excluded = excluded.iter().map(|name| person(name)).collect();
    Restriction { reason: RestrictionReason::ManagerIsTheBlock, excluded }
}

fn restrict(excluded: &[&str]) -> Command {
    let restriction = restriction(excluded);
    Command::Restrict { restriction, reason: prose("The manager is what stands in the way.") }
}

/// As the engine has it: the directory of a case is without those whom it excludes.
fn without(mut case: Case, excluded: &[&str]) -> Case {
    case.world.people.retain(|there| !excluded.contains(&there.name.as_str()));
    case
}

fn at_stage_2() -> Case {
    let mut case = Case::raised();
    case.lapse_to_stage(2);
    case
}

#[test]
fn the_rung_above_steps_in_for_an_excluded_manager() {
    let draft = Draft { restriction: Some(restriction(&[BEN])), ..whole_draft() };
    let mut case = without(Case::raised_as(World::new(), draft, "2026-11-16 10:00"), &[BEN]);
    case.lapse_to_stage(2);
    assert_eq!(case.acting(), [CARA, FINN]);
    assert!(!case.told().contains_key(BEN));
    let gaps = &case.entry().gaps;
    assert!(gaps.iter().all(|gap| !gap.warning.contains(BEN)) && !gaps.is_empty(), "{gaps:?}");
}

#[test]
fn the_first_deputy_steps_in_for_a_manager_who_is_excluded_while_they_must_act() {
    let mut case = at_stage_2();
    assert_eq!(case.acting(), [BEN, FINN]);
    case.by(ADA, restrict(&[FINN]));
    assert_eq!(case.acting(), [BEN, NELL]);
    let told = case.told();
    assert_eq!(told.get(NELL), Some(&NoticeKind::ActionNeeded));
    assert!(!told.contains_key(FINN));
    assert!(may(&case.actor(NELL), Respond, &case.state, case.now).is_ok());
    assert_eq!(may_see(&case.actor(FINN), &case.state, case.now), Err(Refusal::NotFound));
    // Lifted, those whom it reached by name are on it as before, and it does not go back to him.
    case.by(IRIS, Command::LiftRestriction { reason: prose("It was a mistake.") });
    assert_eq!(case.acting(), [BEN, NELL]);
}

#[test]
fn nobody_leaves_the_stage_whom_no_restriction_excludes() {
    let mut case = at_stage_2();
    let events = case.by(IRIS, restrict(&[HUGH, PAM]));
    assert!(matches!(&events[..], [Event::Restricted { acting, gaps, .. }]
        if acting.is_empty() && gaps.is_empty()));
    assert_eq!(case.acting(), [BEN, FINN]);
}

#[test]
fn the_raiser_puts_a_restriction_on_and_officers_change_it() {
    let mut case = at_stage_2();
    for name in [BEN, FINN, EVE] {
        assert!(matches!(case.refused(name, restrict(&[])), Refusal::NotYours(_)), "{name}");
    }
    case.by(ADA, restrict(&[BEN]));
    assert!(matches!(case.refused(ADA, restrict(&[])), Refusal::NotYours(_)));
    case.by(JON, restrict(&[BEN, IRIS]));
    // An officer whom it excludes cannot lift it, nor learn that it is there.
    let lift = || Command::LiftRestriction { reason: prose("I would like to know.") };
    assert_eq!(case.refused(IRIS, lift()), Refusal::NotFound);
    case.by(JON, lift());
    assert!(matches!(case.refused(JON, lift()), Refusal::NotNow(_)));
}

#[test]
fn a_restriction_names_neither_the_raiser_nor_whoever_puts_it_on() {
    let mut case = at_stage_2();
    assert_eq!(
        pointers(&case.refused(ADA, restrict(&[ADA]))),
        ["/restriction/excluded", "/restriction/excluded"]
    );
    assert_eq!(pointers(&case.refused(IRIS, restrict(&[IRIS]))), ["/restriction/excluded"]);
    let draft = Draft { restriction: Some(restriction(&[ADA])), ..Draft::default() };
    let mut case = Case::drafted(World::new(), Draft::default(), "2026-11-16 10:00");
    let change = Command::ChangeDraft { immediate_danger: no_danger(), draft: Box::new(draft) };
    assert_eq!(pointers(&case.refused(ADA, change)), ["/draft/restriction/excluded"]);
}

#[test]
fn whoever_is_excluded_is_told_nothing_whatever_happens() {
    let mut case = at_stage_2();
    case.by(ADA, restrict(&[FINN, IRIS]));
    case.lapse_to_stage(4);
    assert!(!case.told().contains_key(FINN) && !case.told().contains_key(IRIS));
    case.by(ADA, withdraw());
    assert!(!case.told().contains_key(FINN) && !case.told().contains_key(IRIS));
    assert!(case.told().contains_key(GITA));
}

#[test]
fn an_emergency_look_is_told_at_once_and_looked_into_by_another() {
    let mut world = World::new();
    for (title, name) in [("Director", HUGH), ("Headteacher", DEV)] {
        let post = world.post_mut(title);
        assert_eq!(post.holders[0].person_id, person(name));
        if let Place::Agency { safeguarding_lead, .. } = &mut post.place {
            *safeguarding_lead = true;
        }
    }
    let mut case = Case::raised_in(world, "2026-11-16 10:00");
    case.lapse_to_stage(2);
    case.by(HUGH, Command::BreakGlass { reason: prose("The child is in hospital.") });
    let told: Vec<&str> = case.told().into_keys().collect();
    assert_eq!(told, [ADA, BEN, DEV, FINN, IRIS, JON, KAY]);
    assert!(case.told().values().all(|kind| *kind == NoticeKind::GlassBroken));
    let relation = may_see(&case.actor(HUGH), &case.state, case.now).unwrap();
    assert_eq!((relation.standing, relation.is_acting), (Standing::GlassBroken, false));
    for kind in ALL {
        assert!(may(&case.actor(HUGH), kind, &case.state, case.now).is_err(), "{kind:?}");
    }
    let review = |number| Command::ReviewGlassBreak { number, note: prose("It was needed.") };
    assert!(matches!(case.refused(HUGH, review(1)), Refusal::NotYours(_)));
    assert_eq!(case.refused(IRIS, review(2)), Refusal::NotFound);
    case.by(IRIS, review(1));
    assert!(matches!(case.refused(JON, review(1)), Refusal::NotNow(_)));
    // It ends with the post that allowed it.
    case.world = case.world.clone().vacant("Director");
    assert_eq!(may_see(&case.actor(HUGH), &case.state, case.now), Err(Refusal::NotFound));
}

#[test]
fn an_auditor_is_no_officer() {
    let mut world = World::new();
    world.post_mut("Business manager").place =
        Place::Partnership { partnership_id: id(1), function: PartnershipFunction::Auditor };
    let case = Case::raised_in(world, "2026-11-16 10:00");
    let actor = case.actor(IRIS);
    assert_eq!(may_see(&actor, &case.state, case.now).unwrap().standing, Standing::Auditor);
    assert!(ALL.into_iter().all(|kind| may(&actor, kind, &case.state, case.now).is_err()));
    assert!(may_set_rules(&actor, id(1)).is_err());
    assert!(may_keep_directory(&actor, &[id(1)]).is_err());
    assert!(may_see_views(&actor, &case.state, case.now).is_ok());
    // Nor does anything reach them: the partnership's own address is told instead.
    let route = case
        .world
        .directory()
        .route_to_partnership(&[PartnershipFunction::BusinessManager], case.now);
    assert!(route.seats.iter().all(|seat| seat.person_id.is_none()));
}
