//! Three policies of our own making, which stress what the published ones do not.

use super::super::super::*;
use super::super::fixture::*;
use crate::directory::Sector;

const WARD: &str = include_str!("../../../../config/policies/made-up/night-ward.toml");
const ISLANDS: &str = include_str!("../../../../config/policies/made-up/islands.toml");
const DISSENT: &str = include_str!("../../../../config/policies/made-up/conference-dissent.toml");

mod night_ward {
    use super::*;

    fn draft(class: &str) -> Draft {
        Draft {
            area_of_disagreement: Some("discharge".to_owned()),
            urgency_class: Some(class.to_owned()),
            ..whole_draft()
        }
    }

    /// The hospital receives: its wards never close.
    fn world() -> World {
        World::under(WARD)
            .with_sector(SOCIAL_CARE, Sector::HealthProvider)
            .with_role("Team manager, care leavers", "duty_team")
            .with_role("Director", "medical_director")
    }

    fn raised(class: &str, when: &str) -> Case {
        Case::raised_as(world(), draft(class), when)
    }

    #[test]
    fn the_shorter_of_two_limits_counts() {
        let case = raised("today", "2026-11-16 09:00");
        case.runs(&[("stage", "Mon 16 Nov 15:00"), ("acknowledge", "Mon 16 Nov 09:30")]);
        // Late in the day "the same working day", to midnight, is the sooner of the two.
        let case = raised("today", "2026-11-16 16:00");
        case.runs(&[("stage", "Tue 17 Nov 00:00"), ("acknowledge", "Mon 16 Nov 16:30")]);
    }

    #[test]
    fn out_of_hours_the_duty_team_is_asked_as_well() {
        assert!(!raised("today", "2026-11-16 09:00").acting().contains(&PAM));
        assert!(raised("today", "2026-11-16 21:00").acting().contains(&PAM));
        // Saturday morning is worked here.
        assert!(!raised("today", "2026-11-21 10:00").acting().contains(&PAM));
    }

    #[test]
    fn half_way_and_before_the_end_people_are_reminded_and_warned() {
        let mut case = raised("routine", "2026-11-16 09:00");
        let mut seen = Vec::new();
        while case.stage() == 1 {
            case.now = case.state.next_act_at().unwrap();
            seen.push(kinds(&case.lapse())[0]);
        }
        let once =
            ["deadline_passed", "reminded", "other_side_warned", "reminded", "deadline_passed"];
        assert_eq!(seen, once);
    }

    #[test]
    fn silence_moves_it_on_and_an_answer_does_not() {
        let mut silent = raised("routine", "2026-11-16 09:00");
        silent.until("2026-11-19 00:00");
        assert_eq!(silent.stage(), 2);
        let mut answered = raised("routine", "2026-11-16 09:00");
        answered.by(EVE, respond(Stance::NeedsInformation));
        answered.until("2026-11-19 00:00");
        assert_eq!((answered.stage(), answered.entry().overdue.is_some()), (1, true));
    }

    #[test]
    fn what_is_overdue_is_told_again_every_two_hours_until_somebody_takes_notice() {
        let mut case = raised("routine", "2026-11-16 09:00");
        case.by(EVE, respond(Stance::NeedsInformation));
        case.until("2026-11-19 02:00");
        let again = |case: &Case| case.entry().overdue.clone().unwrap();
        assert_eq!(again(&case).told_again_times, 1);
        assert_eq!(again(&case).tell_again_at, at("2026-11-19 04:00"));
        case.by(EVE, Command::Acknowledge { note: None });
        case.until("2026-11-19 04:00");
        assert_eq!(again(&case).tell_again_at, at("2026-11-20 08:30"));
    }

    #[test]
    fn a_stage_that_is_not_for_the_case_is_passed_by() {
        let mut case = raised("now", "2026-11-16 09:00");
        assert_eq!(case.stage(), 2);
        case.until("2026-11-16 10:30");
        // A school raises: level 3 is for the police and social care.
        assert_eq!(case.stage(), 4);
        let world = world().with_sector(SCHOOL, Sector::Police);
        let mut case = Case::raised_as(world, draft("now"), "2026-11-16 09:00");
        case.until("2026-11-16 10:30");
        assert_eq!(case.stage(), 3);
    }

    #[test]
    fn the_receiving_agencys_own_hours_count_where_the_policy_says_so() {
        // A working day of the ward: Sunday is one.
        let mut case = raised("routine", "2026-11-21 12:00");
        case.by(ADA, escalate(None));
        case.runs(&[("stage", "Sun 22 Nov 23:59")]);
        assert_eq!(names(&case.entry().consulted), [HUGH]);
    }

    #[test]
    fn grading_up_restarts_to_the_shorter_limit_at_once() {
        let mut case = raised("routine", "2026-11-16 09:00");
        case.at("2026-11-16 11:00");
        let now = |class: &str| Command::ChangeUrgency {
            urgency_class: class.to_owned(),
            reason: prose("The child is worse."),
        };
        case.by(ADA, now("now"));
        assert_eq!(case.running()[0], ("stage".to_owned(), "Mon 16 Nov 12:30".to_owned()));
        assert_eq!(case.told()[EVE], NoticeKind::DueMoved);
    }

    #[test]
    fn the_last_level_refers_it_out() {
        let mut case = raised("now", "2026-11-16 09:00");
        case.by(ADA, escalate(Some(4)));
        let refer = |to: &str| Command::Refer { to: to.to_owned(), reason: prose("It decides.") };
        assert_eq!(pointers(&case.refused(IRIS, refer("parliament"))), ["/to"]);
        assert!(matches!(case.refused(HUGH, refer("ombudsman")), Refusal::NotYours(_)));
        case.by(JON, refer("ombudsman"));
        assert_eq!(case.state.status, Status::Resolved);
        assert_eq!(case.told()[FINN], NoticeKind::Referred);
    }
}

mod islands {
    use super::*;

    fn draft() -> Draft {
        Draft {
            area_of_disagreement: Some("need".to_owned()),
            level_of_need: Some(line("Level 3")),
            information_sharing: Some(prose("Consent was given.")),
            ..whole_draft()
        }
    }

    fn raised(when: &str) -> Case {
        Case::raised_as(World::under(ISLANDS), draft(), when)
    }

    #[test]
    fn school_days_stop_over_the_holidays() {
        let case = raised("2026-12-17 10:00");
        // The 18th is the last day of term, the sixth of January the first of the next: the cap over
        // the three steps is sooner.
        assert_eq!(case.entry().due.at, at("2027-01-06 17:00"));
        assert!(case.entry().due.derivation.starts_with("steps 1 to 3 together"));
        let case = raised("2026-11-16 10:00");
        case.runs(&[("stage", "Mon 23 Nov 17:00")]);
    }

    #[test]
    fn a_cap_over_three_steps_moves_the_case_past_them() {
        let mut case = raised("2026-11-16 10:00");
        case.until("2026-11-23 17:00");
        // Five of the eight working days are gone: three are left to step 2, not five.
        assert_eq!(case.stage(), 2);
        case.runs(&[("stage", "Thu 26 Nov 17:00")]);
        case.until("2026-11-26 17:00");
        assert_eq!(case.stage(), 4, "the three steps have had their time");
    }

    #[test]
    fn a_case_that_is_moved_early_keeps_what_is_left_of_the_cap() {
        let mut case = raised("2026-11-16 10:00");
        case.by(ADA, escalate(None));
        case.by(BEN, position());
        case.at("2026-11-17 10:00").by(BEN, escalate(None));
        case.runs(&[("stage", "Tue 24 Nov 17:00")]);
    }

    #[test]
    fn people_bring_a_case_to_step_3_with_their_position_only() {
        let mut case = raised("2026-11-16 10:00");
        let refusal = case.refused(ADA, escalate(Some(3)));
        assert!(format!("{refusal:?}").contains("the raising side's position"));
    }

    #[test]
    fn step_1_ends_by_agreement_only_once_they_have_talked() {
        let mut case = raised("2026-11-16 10:00");
        case.by(EVE, propose());
        let refusal = case.refused(ADA, confirm(1));
        assert!(format!("{refusal:?}").contains("the record of a discussion"));
        let now = case.now;
        case.by(EVE, discussion(now));
        case.by(ADA, confirm(1));
        assert_eq!(case.state.status, Status::Resolved);
    }

    #[test]
    fn what_was_not_recorded_is_said_where_time_moves_it() {
        let mut case = raised("2026-11-16 10:00");
        case.until("2026-11-23 17:00");
        let left = case.state.stage_entries[0].left.as_ref().unwrap();
        assert_eq!(left.unrecorded, ["the record of a discussion in this stage"]);
    }

    fn extend(by: &str, reason: &str) -> Command {
        Command::Extend { task: None, by: by.parse().unwrap(), reason: prose(reason) }
    }

    #[test]
    fn an_extension_has_its_giver_its_reason_its_length_and_its_number() {
        let mut case = raised("2026-11-16 10:00");
        assert!(matches!(
            case.refused(ADA, extend("1 working day", "weather")),
            Refusal::NotYours(_)
        ));
        assert_eq!(pointers(&case.refused(IRIS, extend("1 working day", "tired"))), ["/reason"]);
        assert_eq!(pointers(&case.refused(IRIS, extend("6 working days", "weather"))), ["/by"]);
        case.by(IRIS, extend("2 working days", "weather"));
        case.runs(&[("stage", "Wed 25 Nov 17:00")]);
        assert!(matches!(
            case.refused(IRIS, extend("1 working day", "weather")),
            Refusal::NotNow(_)
        ));
    }

    fn pause(until: &str) -> Command {
        Command::Pause { until: at(until), reason: prose("The island is cut off.") }
    }

    #[test]
    fn a_pause_moves_the_deadline_by_the_working_time_paused() {
        let mut case = raised("2026-11-16 10:00");
        case.at("2026-11-17 11:00").by(IRIS, pause("2026-11-19 11:00"));
        // Two working days of eight hours are lost: the 23rd at 17:00 becomes the 25th.
        case.runs(&[("stage", "Wed 25 Nov 17:00")]);
        assert_eq!(case.entry().next_act_at(), at("2026-11-19 11:00"));
        assert_eq!(case.told()[EVE], NoticeKind::Paused);
        case.until("2026-11-19 11:00");
        assert_eq!(case.entry().pause(), None);
        case.runs(&[("stage", "Wed 25 Nov 17:00")]);
    }

    #[test]
    fn clocks_that_go_on_early_lose_only_what_they_stood_still() {
        let mut case = raised("2026-11-16 10:00");
        case.at("2026-11-17 11:00").by(IRIS, pause("2026-11-19 11:00"));
        case.at("2026-11-17 12:00").by(IRIS, Command::Resume);
        case.runs(&[("stage", "Tue 24 Nov 10:00")]);
    }

    #[test]
    fn a_pause_ends_when_it_was_to_also_where_somebody_notices_later() {
        let mut case = raised("2026-11-16 10:00");
        case.at("2026-11-17 11:00").by(IRIS, pause("2026-11-17 12:00"));
        case.at("2026-11-19 11:00").by(IRIS, Command::Resume);
        case.runs(&[("stage", "Tue 24 Nov 10:00")]);

        let mut case = raised("2026-11-16 10:00");
        case.at("2026-11-17 11:00").by(IRIS, pause("2026-11-17 12:00"));
        case.at("2026-11-19 11:00");
        case.by(ADA, Command::SetProtectiveDeadline(protect("2026-12-18 12:00")));
        case.runs(&[("stage", "Tue 24 Nov 10:00")]);
    }

    #[test]
    fn a_pause_is_as_long_and_as_often_as_the_policy_says() {
        let mut case = raised("2026-11-16 10:00");
        assert_eq!(pointers(&case.refused(IRIS, pause("2026-12-02 10:00"))), ["/until"]);
        for day in [17, 18] {
            case.at(&format!("2026-11-{day} 10:00"))
                .by(IRIS, pause(&format!("2026-11-{day} 11:00")));
            case.until(&format!("2026-11-{day} 11:00"));
        }
        assert!(matches!(case.refused(IRIS, pause("2026-11-19 11:00")), Refusal::NotNow(_)));
    }

    #[test]
    fn what_protects_the_child_is_not_paused() {
        let mut case = raised("2026-11-16 10:00");
        case.by(ADA, Command::SetProtectiveDeadline(protect("2026-11-18 12:00")));
        assert_eq!(pointers(&case.refused(IRIS, pause("2026-11-19 11:00"))), ["/until"]);
        // And a protective deadline that is set in a pause lets the clocks go on.
        let mut case = raised("2026-11-16 10:00");
        case.by(IRIS, pause("2026-11-19 11:00"));
        case.at("2026-11-17 10:00");
        let set = Command::SetProtectiveDeadline(protect("2026-11-18 12:00"));
        assert_eq!(kinds(&case.by(ADA, set)), ["pause_ended", "protective_deadline_set"]);
        case.until("2026-11-18 12:00");
        assert_eq!(case.stage(), 2);
    }

    #[test]
    fn a_case_steps_down_once_and_begins_a_new_round_there() {
        let mut case = raised("2026-11-16 10:00");
        case.by(ADA, escalate(None));
        let down = || Command::StepDown { to_stage: 1, reason: prose("It can be settled there.") };
        assert!(matches!(case.refused(BEN, down()), Refusal::NotYours(_)));
        case.by(IRIS, down());
        assert_eq!((case.stage(), case.entry().round), (1, 2));
        assert_eq!(case.entry().why, EntryReason::SteppedDown);
        case.by(ADA, escalate(None));
        assert!(matches!(case.refused(IRIS, down()), Refusal::NotNow(_)));
    }

    #[test]
    fn a_case_is_reopened_once_and_within_three_months() {
        let mut case = raised("2026-11-16 10:00");
        case.by(ADA, withdraw());
        let mut late = case.clone();
        late.at("2027-02-17 10:00");
        assert!(matches!(late.refused(IRIS, reopen(None)), Refusal::NotNow(_)));
        case.at("2027-02-16 10:00").by(IRIS, reopen(None));
        case.by(ADA, withdraw());
        assert!(matches!(case.refused(IRIS, reopen(None)), Refusal::NotNow(_)));
    }

    fn member(name: &str, number: Option<u32>, sector: Sector) -> PanelMember {
        PanelMember {
            person_id: person(name),
            name: name.to_owned(),
            agency_id: number.map(agency),
            sector: number.map(|_| sector),
        }
    }

    fn convene(members: Vec<PanelMember>, chair: &str) -> Command {
        Command::ConvenePanel { members, chair_id: person(chair), meets_at: None }
    }

    fn good() -> Vec<PanelMember> {
        vec![
            member(JON, None, Sector::Other),
            member(KAY, None, Sector::Other),
            member(LIAM, Some(POLICE), Sector::Police),
        ]
    }

    fn at_the_panel() -> Case {
        let draft = Draft {
            start_stage: Some(StartStage { stage: 4, reason: prose("The risk asks for it.") }),
            ..draft()
        };
        Case::raised_as(World::under(ISLANDS), draft, "2026-11-16 10:00")
    }

    #[test]
    fn a_panel_is_large_mixed_independent_and_well_chaired() {
        let mut case = at_the_panel();
        let mut of = |members: Vec<PanelMember>, chair: &str| {
            format!("{:?}", case.refused(IRIS, convene(members, chair)))
        };
        assert!(of(good()[..2].to_vec(), JON).contains("at least 3 people"));
        let mut all = good();
        all[2] = member(MONA, None, Sector::Other);
        assert!(of(all, JON).contains("at least 2 agencies"));
        let mut all = good();
        all[2] = member(LIAM, Some(POLICE), Sector::Housing);
        assert!(of(all, JON).contains("police"));
        assert!(of(good(), KAY).contains("Kay Wren may not chair"));
        assert!(of(good(), MONA).contains("one of the members"));
        for (name, number, why) in [
            (ADA, SCHOOL, "raised the challenge"),
            (HUGH, SOCIAL_CARE, "had a part in this case"),
            (PAM, SOCIAL_CARE, "works for one of the two agencies"),
        ] {
            let mut all = good();
            all.push(member(name, Some(number), Sector::Other));
            assert!(of(all, JON).contains(why), "{name}");
        }
    }

    #[test]
    fn the_panel_is_convened_and_decides_in_its_time() {
        let mut case = at_the_panel();
        case.runs(&[("convene", "Mon 30 Nov 17:00")]);
        assert!(matches!(case.refused(JON, determine()), Refusal::NotNow(_)));
        case.at("2026-11-20 10:00").by(IRIS, convene(good(), JON));
        // A month from the 20th is a Sunday, on which nobody works: months end with their day.
        case.runs(&[("decide", "Sun 20 Dec 17:00")]);
        assert_eq!(case.told()[LIAM], NoticeKind::ActionNeeded);
        case.by(LIAM, determine());
        assert_eq!(case.state.status, Status::Resolved);
    }

    #[test]
    fn a_pause_before_a_clock_started_is_nothing_to_it() {
        let mut case = at_the_panel();
        case.by(IRIS, pause("2026-11-18 10:00"));
        // Two weeks run on through the pause by the time that passed.
        case.runs(&[("convene", "Wed 2 Dec 17:00")]);
        case.until("2026-11-18 10:00");
        case.at("2026-11-20 10:00").by(IRIS, convene(good(), JON));
        case.runs(&[("decide", "Sun 20 Dec 17:00")]);
    }

    #[test]
    fn a_clock_that_starts_in_a_pause_stands_still_for_what_is_left_of_it() {
        let mut case = at_the_panel();
        case.by(IRIS, pause("2026-11-18 10:00"));
        case.at("2026-11-17 10:00").by(IRIS, convene(good(), JON));
        // A month from the 17th, and the day that is left of the pause.
        case.runs(&[("decide", "Fri 18 Dec 17:00")]);
        case.until("2026-11-18 10:00");
        case.runs(&[("decide", "Fri 18 Dec 17:00")]);
    }

    #[test]
    fn a_panel_that_is_not_convened_is_overdue_and_told_of_again() {
        let mut case = at_the_panel();
        case.until("2026-12-01 10:00");
        assert!(case.entry().overdue.as_ref().is_some_and(|it| it.told_again_times == 1));
        case.by(IRIS, convene(good(), JON));
        assert_eq!(case.entry().overdue, None);
    }
}

mod conference_dissent {
    use super::*;

    fn raised(area: &str, when: &str) -> Case {
        let draft = Draft {
            area_of_disagreement: Some(area.to_owned()),
            decision_received_on: Some("2026-11-13".parse().unwrap()),
            disputed: Some(prose("The category.")),
            ..whole_draft()
        };
        Case::raised_as(World::under(DISSENT), draft, when)
    }

    #[test]
    fn the_clock_counts_from_the_decision() {
        // Ten working days, the Friday of the decision counted if it came before the close.
        let case = raised("meeting_decision", "2026-11-16 10:00");
        case.runs(&[("stage", "Fri 27 Nov 16:30"), ("raising_view", "Wed 18 Nov 16:30")]);
    }

    #[test]
    fn a_clock_that_had_run_out_before_anybody_was_told_gives_them_a_working_day() {
        let case = raised("meeting_decision", "2026-12-14 10:00");
        assert_eq!(case.entry().tasks[0].clock().unwrap().due.at, at("2026-12-15 16:30"));
        let derivation = &case.entry().tasks[0].clock().unwrap().due.derivation;
        assert!(derivation.contains("which had passed before anybody was told"), "{derivation}");
    }

    #[test]
    fn working_that_clock_out_again_gives_no_further_day() {
        let mut case = raised("meeting_decision", "2026-12-14 10:00");
        case.at("2026-12-15 10:00");
        let recount = Command::Recount { reason: prose("A new closure.") };
        assert_eq!(case.by(IRIS, recount), []);
        case.by(ADA, Command::SetProtectiveDeadline(protect("2026-12-24 12:00")));
        assert_eq!(case.entry().tasks[0].clock().unwrap().due.at, at("2026-12-15 16:30"));
    }

    #[test]
    fn a_task_is_for_some_cases_only_and_an_indicative_limit_moves_nothing() {
        let mut case = raised("minutes", "2026-11-16 10:00");
        let keys: Vec<String> = case.running().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["stage", "raising_view", "minutes"]);
        case.until("2026-11-18 16:30");
        assert_eq!(case.stage(), 1);
        // Both positions done late are done all the same.
        case.by(ADA, position());
        let events = case.by(GITA, position());
        assert_eq!(kinds(&events), ["position_stated", "tasks_moved"]);
    }

    #[test]
    fn the_ladder_jumps_and_skips() {
        let mut case = raised("meeting_decision", "2026-11-16 10:00");
        case.until("2026-11-27 16:30");
        assert_eq!(case.stage(), 3);
        let mut case = raised("minutes", "2026-11-16 10:00");
        case.until("2026-11-27 16:30");
        assert_eq!(case.stage(), 4, "stage 3 is for the decision of the conference");
    }

    #[test]
    fn mediation_ends_by_agreement_only() {
        let mut case = raised("minutes", "2026-11-16 10:00");
        case.by(ADA, escalate(Some(4)));
        assert!(case.try_by(JON, determine()).is_err());
        let proposal = Command::Propose {
            outcome: "plan_agreed".to_owned(),
            terms: prose("The minutes are corrected."),
        };
        case.by(HUGH, proposal);
        case.by(DEV, confirm(1));
        assert_eq!(case.state.status, Status::Resolved);
    }
}
