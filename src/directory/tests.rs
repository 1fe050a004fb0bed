//! Who is reached where somebody is missing: never nobody, and the gap is shown.

use super::*;
use crate::clock::UtcInstant;
use crate::escalation::tests::fixture::*;
use SeatCapacity::{Deputy as Deputising, Holder as Holding, LastResort, Mailbox};

fn now() -> UtcInstant {
    at("2026-11-16 10:00")
}

const MANAGER: &str = "Team manager, assessment";

fn route(world: &World, rung: Rung) -> Route {
    world.directory().route(Side::Receiving, &social_care(), rung, now())
}

fn managers(world: &World) -> Route {
    route(world, Rung::LineManager)
}

/// The names and capacities of those who are reached.
fn reached(route: &Route) -> Vec<(&str, SeatCapacity)> {
    route.seats.iter().map(|seat| (seat.name.as_str(), seat.capacity)).collect()
}

fn warnings(route: &Route) -> Vec<&str> {
    route.gaps.iter().map(|gap| gap.warning.as_str()).collect()
}

fn reasons(route: &Route) -> Vec<GapReason> {
    route.gaps.iter().map(|gap| gap.reason).collect()
}

mod people {
    use super::*;

    #[test]
    fn the_holder_is_reached_in_their_post() {
        let found = managers(&World::new());
        let [seat] = found.seats.as_slice() else { panic!("{found:?}") };
        assert_eq!((seat.side, seat.rung), (Side::Receiving, Rung::LineManager));
        assert_eq!(seat.post_title.as_deref(), Some(MANAGER));
        assert_eq!((seat.person_id, seat.capacity), (Some(person(FINN)), Holding));
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn all_who_hold_a_post_are_reached() {
        let world = World::new().also_holds(OMAR, MANAGER);
        assert_eq!(reached(&managers(&world)), [(FINN, Holding), (OMAR, Holding)]);
    }

    #[test]
    fn one_holder_who_is_there_is_enough() {
        let world = World::new().also_holds(PAM, MANAGER).away(FINN, "2026-11-01 09:00");
        let found = managers(&world);
        assert_eq!(reached(&found), [(PAM, Holding)]);
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn where_all_holders_are_away_the_first_deputy_stands_in() {
        let found = managers(&World::new().away(FINN, "2026-11-01 09:00"));
        assert_eq!(reached(&found), [(NELL, Deputising)]);
        assert_eq!(reasons(&found), [GapReason::AbsentDeputyStandsIn]);
        assert_eq!(
            warnings(&found),
            ["Finn Hale (Team manager, assessment of Example Social Care) is away. \
              Nell Shaw stands in."]
        );
    }

    #[test]
    fn where_the_first_deputy_is_away_too_the_second_stands_in() {
        let world = World::new().away(FINN, "2026-11-01 09:00").away(NELL, "2026-11-16 10:00");
        assert_eq!(reached(&managers(&world)), [(OMAR, Deputising)]);
    }

    #[test]
    fn where_all_are_away_the_next_rung_is_asked() {
        let world = [FINN, NELL, OMAR]
            .into_iter()
            .fold(World::new(), |world, name| world.away(name, "2026-11-01 09:00"));
        let found = managers(&world);
        assert_eq!(reached(&found), [(GITA, Holding)]);
        assert_eq!(found.seats[0].rung, Rung::ServiceManager);
        assert_eq!(reasons(&found), [GapReason::AbsentWithoutDeputy]);
        assert_eq!(
            warnings(&found),
            ["Finn Hale (Team manager, assessment of Example Social Care) is away and so is any \
              deputy. Whoever else is there was asked, or else the next rung up."]
        );
    }

    #[test]
    fn an_absence_covers_its_first_instant_and_not_its_last() {
        let mut world = World::new().away(FINN, "2026-11-16 10:00");
        assert_eq!(reached(&managers(&world)), [(NELL, Deputising)]);
        world.absences[0].from_at = at("2026-11-16 10:00:01");
        assert_eq!(reached(&managers(&world)), [(FINN, Holding)]);
        world.absences[0].from_at = at("2026-11-01 09:00");
        world.absences[0].until_at = Some(at("2026-11-16 10:00"));
        assert_eq!(reached(&managers(&world)), [(FINN, Holding)]);
        world.absences[0].until_at = Some(at("2026-11-16 10:00:01"));
        assert_eq!(reached(&managers(&world)), [(NELL, Deputising)]);
    }

    #[test]
    fn whoever_has_left_is_never_reached() {
        let world = World::new().left(FINN);
        let found = managers(&world);
        assert_eq!(reached(&found), [(NELL, Deputising)]);
        assert_eq!(reasons(&found), [GapReason::Vacant]);
        assert_eq!(
            warnings(&found),
            ["Nobody holds the post Team manager, assessment of Example Social Care. \
              Nell Shaw stands in."]
        );
        assert_eq!(reached(&managers(&world.left(NELL))), [(OMAR, Deputising)]);
    }
}

mod rungs {
    use super::*;

    #[test]
    fn a_vacant_post_goes_to_the_next_rung_up() {
        let found = managers(&World::new().vacant(MANAGER));
        assert_eq!(reached(&found), [(GITA, Holding)]);
        assert_eq!(reasons(&found), [GapReason::Vacant]);
        assert_eq!(
            warnings(&found),
            ["Nobody holds the post Team manager, assessment of Example Social Care. \
              Whoever else is there was asked, or else the next rung up."]
        );
    }

    #[test]
    fn a_rung_without_a_post_goes_to_the_next_one_up() {
        let found =
            World::new().directory().route(Side::Raising, &school(), Rung::Practitioner, now());
        assert_eq!(reached(&found), [(BEN, Holding)]);
        assert_eq!(reasons(&found), [GapReason::NoPost]);
        assert_eq!(
            warnings(&found),
            ["Example Primary School has no post of practitioner. \
              The next rung up was asked instead."]
        );
    }

    #[test]
    fn rung_after_rung_up_to_the_partnership() {
        let world = World::new().vacant(MANAGER).vacant("Service manager");
        assert_eq!(reached(&managers(&world)), [(HUGH, Holding)]);
        let world = world.vacant("Director");
        let found = managers(&world);
        assert_eq!(reached(&found), [(IRIS, Holding)]);
        assert_eq!(found.seats[0].side, Side::Partnership);
        assert_eq!(found.gaps.len(), 3);
    }

    #[test]
    fn an_unmanned_partnership_is_told_at_its_own_address() {
        let mut world = World::new();
        world.posts.clear();
        let found = managers(&world);
        assert_eq!(reached(&found), [("Example Partnership", LastResort)]);
        assert_eq!(found.gaps.last().unwrap().reason, GapReason::PartnershipUnmanned);
        assert_eq!(
            found.gaps.last().unwrap().warning,
            "Nobody could be reached in a post of Example Partnership. Its own address was told."
        );
        let contact = world.directory().contact(&found.seats[0]);
        assert_eq!((contact.person_id, contact.email.as_str()), (None, "partnership@example.org"));
    }

    #[test]
    fn from_every_rung_somebody_is_reached_whoever_is_missing() {
        let titles: Vec<String> = World::new().posts.iter().map(|p| p.title.clone()).collect();
        let rungs = [
            Rung::Practitioner,
            Rung::LineManager,
            Rung::ServiceManager,
            Rung::HeadOfService,
            Rung::Partnership,
        ];
        let whole = World::new();
        // Every way in which each of the twelve posts is held or vacant.
        for missing in 0_u32..1 << titles.len() {
            let mut world = whole.clone();
            for (bit, title) in titles.iter().enumerate() {
                if missing & (1 << bit) != 0 {
                    world = world.vacant(title);
                }
            }
            let directory = world.directory();
            for rung in rungs {
                let found = directory.route(Side::Receiving, &social_care(), rung, now());
                assert!(!found.seats.is_empty(), "{missing:b} {rung:?}");
                assert!(found.seats.iter().all(|seat| seat.rung >= rung));
            }
        }
    }
}

mod teams {
    use super::*;

    fn of_team(world: &World, team: Option<&str>) -> Vec<String> {
        let party = Party { team: team.map(str::to_owned), ..social_care() };
        let found = world.directory().route(Side::Receiving, &party, Rung::LineManager, now());
        found.seats.into_iter().map(|seat| seat.name).collect()
    }

    #[test]
    fn a_teams_own_post_is_asked() {
        let world = World::new();
        assert_eq!(of_team(&world, Some("Assessment")), [FINN]);
        assert_eq!(of_team(&world, Some("Care leavers")), [PAM]);
    }

    #[test]
    fn a_post_of_the_whole_agency_serves_every_team_that_has_none() {
        assert_eq!(reached(&route(&World::new(), Rung::ServiceManager)), [(GITA, Holding)]);
        let mut world = World::new();
        let Place::Agency { team, .. } = &mut world.post_mut(MANAGER).place else { panic!() };
        *team = None;
        assert_eq!(of_team(&world, Some("Fostering")), [FINN]);
        assert_eq!(of_team(&world, None), [FINN]);
        assert_eq!(of_team(&world, Some("Care leavers")), [PAM]);
    }

    #[test]
    fn where_no_team_fits_all_are_asked_rather_than_nobody() {
        let world = World::new();
        assert_eq!(of_team(&world, Some("Fostering")), [FINN, PAM]);
        assert_eq!(of_team(&world, None), [FINN, PAM]);
    }
}

mod roles;

mod sectors {
    use super::*;
    use crate::ids::PartnershipId;

    fn an_agency(number: u32, name: &str, sector: Sector, of: &[PartnershipId]) -> Agency {
        Agency { id: agency(number), name: name.to_owned(), sector, partnership_ids: of.to_vec() }
    }

    fn directory() -> Directory {
        let world = World::new();
        let ours = world.partnership.id;
        let health = Sector::HealthProvider;
        world.directory().with_agencies(vec![
            an_agency(31, "Weald Trust", health, &[ours]),
            an_agency(32, "Elm Tree Surgery", health, &[id(2), ours]),
            an_agency(33, "Police", Sector::Police, &[ours]),
            an_agency(34, "A surgery that left", health, &[id(2)]),
        ])
    }

    #[test]
    fn each_agency_has_its_sector() {
        let directory = directory();
        assert_eq!(directory.sector_of(agency(33)), Some(Sector::Police));
        assert_eq!(directory.sector_of(agency(34)), Some(Sector::HealthProvider));
        assert_eq!(directory.sector_of(agency(35)), None);
    }

    #[test]
    fn a_sectors_agencies_are_those_of_the_partnership_by_name() {
        let found = directory().agencies_of_sector(Sector::HealthProvider);
        let names: Vec<&str> = found.iter().map(|party| party.agency_name.as_str()).collect();
        assert_eq!(names, ["Elm Tree Surgery", "Weald Trust"]);
        assert!(found.iter().all(|party| party.team.is_none()));
        assert_eq!(directory().agencies_of_sector(Sector::Housing), []);
    }
}

mod mailboxes {
    use super::*;

    fn with_mailbox(mut world: World) -> World {
        world.post_mut(MANAGER).mailbox_email = Some("assessment@example.org".to_owned());
        world
    }

    #[test]
    fn a_mailbox_is_told_beside_the_holder() {
        let world = with_mailbox(World::new());
        let found = managers(&world);
        assert_eq!(reached(&found), [(FINN, Holding), (MANAGER, Mailbox)]);
        let contact = world.directory().contact(&found.seats[1]);
        assert_eq!((contact.person_id, contact.email.as_str()), (None, "assessment@example.org"));
        assert_eq!(contact.name, MANAGER);
    }

    #[test]
    fn a_post_that_is_a_mailbox_and_nothing_else_is_no_gap() {
        let found = managers(&with_mailbox(World::new().vacant(MANAGER)));
        assert_eq!(reached(&found), [(MANAGER, Mailbox)]);
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn a_mailbox_does_not_stand_in_for_an_absent_holder() {
        let world = with_mailbox(World::new()).away(FINN, "2026-11-01 09:00");
        let found = managers(&world);
        assert_eq!(reached(&found), [(MANAGER, Mailbox), (NELL, Deputising)]);
        assert_eq!(reasons(&found), [GapReason::AbsentDeputyStandsIn]);
        let world = world.left(NELL).left(OMAR);
        let found = managers(&world);
        assert_eq!(reached(&found), [(MANAGER, Mailbox)]);
        assert_eq!(reasons(&found), [GapReason::AbsentWithoutDeputy]);
    }
}

mod partnership {
    use super::*;
    use PartnershipFunction::{BusinessManager, PanelMember, Scrutineer};

    fn route(world: &World, functions: &[PartnershipFunction]) -> Route {
        world.directory().route_to_partnership(functions, now())
    }

    #[test]
    fn each_function_has_its_people() {
        let world = World::new();
        assert_eq!(reached(&route(&world, &[Scrutineer])), [(JON, Holding)]);
        let both = route(&world, &[Scrutineer, PanelMember]);
        assert_eq!(reached(&both), [(JON, Holding), (KAY, Holding)]);
    }

    #[test]
    fn the_business_manager_stands_in_for_the_others_and_the_address_for_her() {
        let world = World::new().vacant("Independent scrutineer");
        let found = route(&world, &[Scrutineer]);
        assert_eq!(reached(&found), [(IRIS, Holding)]);
        assert_eq!(reasons(&found), [GapReason::Vacant]);
        let world = world.vacant("Business manager");
        let found = route(&world, &[Scrutineer]);
        assert_eq!(reached(&found), [("Example Partnership", LastResort)]);
        assert_eq!(found.gaps.len(), 3);
        let found = route(&world, &[BusinessManager]);
        assert_eq!(reached(&found), [("Example Partnership", LastResort)]);
    }

    #[test]
    fn another_partnerships_people_are_not_asked() {
        let mut world = World::new();
        let Place::Partnership { partnership_id, .. } =
            &mut world.post_mut("Business manager").place
        else {
            panic!()
        };
        *partnership_id = id(2);
        assert_eq!(reached(&route(&world, &[BusinessManager]))[0].1, LastResort);
    }
}

mod in_person {
    use super::*;

    fn ada(world: &World) -> Route {
        world.directory().route_to_person(
            Side::Raising,
            &school(),
            Rung::Practitioner,
            person(ADA),
            now(),
        )
    }

    #[test]
    fn somebody_who_is_there_is_asked_alone() {
        let found = ada(&World::new());
        assert_eq!(reached(&found), [(ADA, SeatCapacity::Person)]);
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn the_rung_above_is_asked_as_well_where_they_are_away() {
        let found = ada(&World::new().away(ADA, "2026-11-01 09:00"));
        assert_eq!(reached(&found), [(ADA, SeatCapacity::Person), (BEN, Holding)]);
        assert_eq!(warnings(&found), ["Ada Reed is away. The next rung up was asked as well."]);
    }

    #[test]
    fn and_alone_where_they_have_left() {
        let mut world = World::new().left(ADA);
        let found = ada(&world);
        assert_eq!(reached(&found), [(BEN, Holding)]);
        assert_eq!(warnings(&found), ["Ada Reed has left. The next rung up was asked as well."]);
        world.people.retain(|there| there.name != ADA);
        let found = ada(&world);
        assert_eq!(reached(&found), [(BEN, Holding)]);
        assert_eq!(
            warnings(&found),
            ["Somebody on the case has left. The next rung up was asked as well."]
        );
    }
}

#[test]
fn nobody_is_reached_twice_and_no_gap_shown_twice() {
    let world = World::new().also_holds(FINN, "Service manager");
    let mut found = managers(&world);
    found.add(route(&world, Rung::ServiceManager));
    found.add(managers(&world));
    assert_eq!(reached(&found), [(FINN, Holding), (GITA, Holding)]);
    let world = World::new().vacant(MANAGER);
    let mut found = managers(&world);
    found.add(managers(&world));
    assert_eq!((found.seats.len(), found.gaps.len()), (1, 1));
}

#[test]
fn a_seat_is_reached_at_its_persons_address() {
    let world = World::new();
    let contact = world.directory().contact(&managers(&world).seats[0]);
    assert_eq!(contact.person_id, Some(person(FINN)));
    assert_eq!((contact.name.as_str(), contact.email.as_str()), (FINN, "finn.hale@example.org"));
}

#[test]
fn each_rung_stands_under_the_next() {
    let mut rung = Rung::Practitioner;
    let mut climbed = vec![rung];
    while let Some(above) = rung.above() {
        assert!(above > rung);
        rung = above;
        climbed.push(rung);
    }
    assert_eq!((climbed.len(), rung), (5, Rung::Partnership));
}

mod standing {
    use super::*;

    fn of(world: &World, title: &str) -> Standing {
        let directory = world.directory();
        let post = directory.posts().iter().find(|post| post.title == title).unwrap().clone();
        directory.standing(&post, now())
    }

    fn asked(standing: &Standing) -> Vec<&str> {
        standing.asked.iter().map(|seat| seat.name.as_str()).collect()
    }

    #[test]
    fn a_post_needs_somebody_where_nobody_holds_it_or_nobody_covers() {
        let held = of(&World::new(), MANAGER);
        assert_eq!((held.gap, held.is_gap(), asked(&held)), (None, false, vec![FINN]));
        let covered = of(&World::new().away(FINN, "2026-11-01 09:00"), MANAGER);
        assert_eq!(covered.gap, Some(GapReason::AbsentDeputyStandsIn));
        assert_eq!((covered.is_gap(), asked(&covered)), (false, vec![NELL]));
        let vacant = of(&World::new().vacant(MANAGER), MANAGER);
        assert_eq!((vacant.gap, vacant.is_gap()), (Some(GapReason::Vacant), true));
        assert_eq!(asked(&vacant), [GITA]);
        let away = [FINN, NELL, OMAR]
            .into_iter()
            .fold(World::new(), |world, name| world.away(name, "2026-11-01 09:00"));
        let uncovered = of(&away, MANAGER);
        assert_eq!(uncovered.gap, Some(GapReason::AbsentWithoutDeputy));
        assert!(uncovered.is_gap());
    }

    #[test]
    fn what_would_follow_is_asked_of_a_directory_as_it_is_to_be() {
        let directory = World::new().directory();
        let post = directory.posts().iter().find(|post| post.title == MANAGER).unwrap().clone();
        let emptied = Post { holders: Vec::new(), deputies: Vec::new(), ..post };
        let after = directory.clone().with_post(emptied.clone()).standing(&emptied, now());
        assert_eq!((after.gap, asked(&after)), (Some(GapReason::Vacant), vec![GITA]));
        let agency = social_care().agency_id;
        assert_eq!(directory.rungs_without_post(agency, now()), []);
        let missing = directory.rungs_without_post(school().agency_id, now());
        assert!(missing.iter().all(|(_, asked)| !asked.is_empty()));
    }
}
