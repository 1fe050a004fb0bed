//! Posts with a role, and who is asked where a policy names one.

use super::*;

const DUTY: &str = "Duty social worker";

fn with_role(mut world: World, title: &str) -> World {
    world.post_mut(title).role = Some("duty_team".to_owned());
    world
}

fn duty(world: &World, team: Option<&str>) -> Route {
    let party = Party { team: team.map(str::to_owned), ..social_care() };
    let (side, rung) = (Side::Receiving, Rung::LineManager);
    world.directory().route_to_role(side, &party, "duty_team", rung, "duty team", now())
}

#[test]
fn a_roles_post_is_asked_on_whatever_rung_it_stands() {
    let found = duty(&with_role(World::new(), DUTY), Some("Assessment"));
    assert_eq!(reached(&found), [(EVE, Holding)]);
    assert_eq!(found.seats[0].rung, Rung::Practitioner);
    assert_eq!(found.gaps, []);
}

#[test]
fn a_post_with_a_role_stands_on_its_rung_as_well() {
    let world = with_role(World::new(), MANAGER);
    assert_eq!(reached(&managers(&world)), [(FINN, Holding)]);
}

#[test]
fn teams_match_as_for_rungs() {
    let world = with_role(with_role(World::new(), MANAGER), "Team manager, care leavers");
    assert_eq!(reached(&duty(&world, Some("Assessment"))), [(FINN, Holding)]);
    assert_eq!(reached(&duty(&world, Some("Care leavers"))), [(PAM, Holding)]);
    assert_eq!(reached(&duty(&world, None)), [(FINN, Holding), (PAM, Holding)]);
    let of_all = with_role(world, "Service manager");
    assert_eq!(reached(&duty(&of_all, Some("Fostering"))), [(GITA, Holding)]);
}

#[test]
fn deputies_and_mailboxes_answer_as_for_any_post() {
    let mut world = with_role(World::new(), MANAGER).away(FINN, "2026-11-01 09:00");
    world.post_mut(MANAGER).mailbox_email = Some("assessment@example.org".to_owned());
    let found = duty(&world, Some("Assessment"));
    assert_eq!(reached(&found), [(MANAGER, Mailbox), (NELL, Deputising)]);
    assert_eq!(reasons(&found), [GapReason::AbsentDeputyStandsIn]);
}

#[test]
fn an_agency_without_the_role_is_asked_on_the_rung() {
    let found = duty(&World::new(), Some("Assessment"));
    assert_eq!(reached(&found), [(FINN, Holding)]);
    assert_eq!(reasons(&found), [GapReason::NoPost]);
    assert_eq!(
        warnings(&found),
        ["Example Social Care has no post of duty team. \
          The line manager or designated safeguarding lead was asked instead."]
    );
}

#[test]
fn where_nobody_in_the_role_can_be_reached_the_rung_is_asked() {
    let vacant = with_role(World::new(), DUTY).vacant(DUTY);
    let found = duty(&vacant, Some("Assessment"));
    assert_eq!(reached(&found), [(FINN, Holding)]);
    assert_eq!(
        warnings(&found),
        ["Nobody holds the post Duty social worker of Example Social Care. Whoever else is there \
          was asked, or else the line manager or designated safeguarding lead."]
    );
    let away = with_role(World::new(), DUTY).away(EVE, "2026-11-01 09:00");
    let found = duty(&away, Some("Assessment"));
    assert_eq!(reached(&found), [(FINN, Holding)]);
    assert_eq!(reasons(&found), [GapReason::AbsentWithoutDeputy]);
    let nobody = vacant.vacant(MANAGER).vacant("Service manager").vacant("Director");
    let found = duty(&nobody, Some("Assessment"));
    assert_eq!(reached(&found), [(IRIS, Holding)], "and up from there");
}

#[test]
fn another_agencys_role_is_not_asked() {
    let found = duty(&with_role(World::new(), "Detective sergeant"), None);
    assert_eq!(reasons(&found), [GapReason::NoPost]);
}

#[test]
fn a_role_is_a_short_key() {
    let longest = "a".repeat(40);
    for role in ["director", "duty_team", "tier_2", longest.as_str()] {
        assert!(is_role(role), "{role}");
    }
    let too_long = "a".repeat(41);
    for text in ["", "Director", "duty team", "duty-team", "d\u{fc}ty", too_long.as_str()] {
        assert!(!is_role(text), "{text}");
    }
}
