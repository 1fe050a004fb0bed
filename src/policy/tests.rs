//! The shipped policy, and the mistakes that a partnership may make when it writes its own.

use super::*;
use crate::calendar::{Allowance, Calendar};
use crate::directory::Side;
use std::collections::BTreeSet;

const BSCP: &str = include_str!("../../config/policies/bscp.toml");

/// The one limit of a stage for a class.
fn limit(policy: &Policy, stage: &Stage, class: &str) -> Allowance {
    let [limit] = policy.limits(&stage.limits, class) else { panic!("one limit") };
    limit.allowance()
}

fn bscp() -> Policy {
    Policy::parse(BSCP).unwrap()
}

mod shipped {
    use super::*;

    #[test]
    fn it_is_read_as_it_stands() {
        let policy = bscp();
        assert_eq!((policy.key.as_str(), policy.version), ("bscp", 1));
        assert_eq!(policy.partnership, "bromley");
        assert_eq!(policy.population, Population::Children);
        assert_eq!(policy.label, "stage");
        assert_eq!(policy.urgency_classes, ["standard", "urgent"]);
        assert_eq!(policy.urgency_after_protective_deadline.as_deref(), Some("urgent"));
        assert_eq!((policy.areas_of_disagreement.len(), policy.outcomes.len()), (11, 7));
        assert!(Calendar::new(policy.calendar).is_ok());
    }

    #[test]
    fn it_has_four_stages_of_a_working_week() {
        let policy = bscp();
        assert_eq!(policy.stage_count(), 4);
        for stage in &policy.stages {
            assert_eq!(limit(&policy, stage, "standard"), Allowance::WorkingWeeks(1));
            assert_eq!(stage.on_deadline, OnDeadline::Escalate);
            assert_eq!(stage.on_refusal, OnRefusal::Prompt);
        }
    }

    #[test]
    fn both_sides_stand_on_the_same_rung_in_every_stage() {
        for stage in bscp().stages {
            let of = |side: Side| -> Vec<_> {
                let rung = |who: &Who| match who {
                    Who::Rung(on, rung) if *on == side => Some(*rung),
                    _ => None,
                };
                stage.act.iter().filter_map(rung).collect()
            };
            assert_eq!(of(Side::Raising), of(Side::Receiving), "{}", stage.title);
        }
    }

    #[test]
    fn only_its_last_stage_determines() {
        let policy = bscp();
        let determines = policy.stages.iter().map(|stage| !stage.determine.is_empty());
        assert_eq!(determines.collect::<Vec<_>>(), [false, false, false, true]);
    }

    #[test]
    fn it_is_in_force_from_its_first_day() {
        let mut policy = bscp();
        let day = |text: &str| text.parse().unwrap();
        assert!(!policy.is_effective_on(day("2026-08-31")));
        assert!(policy.is_effective_on(day("2026-09-01")));
        assert!(policy.is_effective_on(day("2036-09-01")));
        policy.effective_until = Some(day("2027-08-31"));
        assert!(policy.is_effective_on(day("2027-08-31")));
        assert!(!policy.is_effective_on(day("2027-09-01")));
    }

    #[test]
    fn it_is_for_everything() {
        let policy = bscp();
        assert_eq!((policy.topic.as_str(), policy.topic_title), (GENERAL, None));
    }

    #[test]
    fn what_is_stored_is_read_and_not_judged_again() {
        let (from, to) = ("day_ends = \"17:00\"", "day_ends = \"08:00\"");
        assert!(parse_with(from, to).is_err());
        let read = Policy::read(&BSCP.replace(from, to)).unwrap();
        assert_eq!(read.key, "bscp");
        assert!(Policy::read(&BSCP.replace("version = 1", "version = one")).is_err());
    }

    #[test]
    fn stages_are_counted_from_1() {
        let policy = bscp();
        let title = |number| policy.stage(number).map(|stage| stage.title.as_str());
        assert_eq!(title(1), Some("Practitioners"));
        assert_eq!(title(4), Some("The partnership: independent scrutineer or panel"));
        assert_eq!((title(0), title(5), title(u32::MAX)), (None, None, None));
    }

    #[test]
    fn a_class_without_a_limit_of_its_own_has_the_ordinary_one() {
        let policy = parse_with("urgent = \"24 hours\" }", "}").unwrap();
        let stage = policy.stage(3).unwrap();
        assert_eq!(limit(&policy, stage, "urgent"), Allowance::WorkingWeeks(1));
        let stage = policy.stage(4).unwrap();
        assert_eq!(limit(&policy, stage, "urgent"), Allowance::Elapsed { seconds: 172_800 });
    }
}

/// The shipped policy with a text in it put in place of another.
fn parse_with(from: &str, to: &str) -> Result<Policy, Vec<Mistake>> {
    assert!(BSCP.contains(from), "the shipped policy does not say: {from}");
    Policy::parse(&BSCP.replace(from, to))
}

/// The mistakes of the shipped policy with that change, as they are printed.
fn mistakes_with(from: &str, to: &str) -> Vec<String> {
    parse_with(from, to).unwrap_err().iter().map(Mistake::to_string).collect()
}

/// The line of the shipped policy that a text stands on.
fn line_of(text: &str) -> usize {
    BSCP.lines().position(|line| line.contains(text)).unwrap() + 1
}

mod mistakes {
    use super::*;

    #[test]
    fn in_its_topic() {
        let titled = "version = 1\ntopic = \"plan_detail\"\ntopic_title = \"Detail of a plan\"";
        let policy = parse_with("version = 1", titled).unwrap();
        assert_eq!(policy.topic, "plan_detail");
        assert_eq!(policy.topic_title.as_deref(), Some("Detail of a plan"));
        for topic in ["", "Plan", "plan detail", "plan-detail"] {
            let said = mistakes_with("version = 1", &format!("version = 1\ntopic = \"{topic}\""));
            let place = "topic: use small letters, digits and underscores, such as \
                \"conference_outcome\"";
            assert_eq!(said, [place], "{topic}");
        }
    }

    #[test]
    fn in_its_head() {
        let areas = {
            let from = BSCP.find("areas_of_disagreement = [").unwrap();
            let to = BSCP[from..].find("\n]").unwrap();
            &BSCP[from..from + to + 2]
        };
        for (from, to, mistake) in [
            (
                "key = \"bscp\"",
                "key = \"BSCP policy\"",
                "key: use small letters, digits and hyphens, such as \"bscp\"",
            ),
            ("version = 1", "version = 0", "version: count versions from 1"),
            (
                "review_on",
                "effective_until = \"2026-08-31\"\nreview_on",
                "effective_until: it is before effective_from",
            ),
            (
                "deadline = \"urgent\"",
                "deadline = \"very urgent\"",
                "urgency_after_protective_deadline: 'very urgent' is not one of urgency_classes",
            ),
            (areas, "areas_of_disagreement = []", "areas_of_disagreement: name at least one"),
            ("\"plan_agreed\"", "\"not_changed\"", "outcomes: the key 'not_changed' stands twice"),
            (
                "tell = [\"partnership.business_manager\"]",
                "tell = []",
                "overdue.tell: name who is told while a case is overdue, such as \
                 [\"partnership.business_manager\"]",
            ),
            (
                "day_ends = \"17:00\"",
                "day_ends = \"09:00\"",
                "calendar.day_ends: the working day ends before it starts",
            ),
        ] {
            assert_eq!(mistakes_with(from, to), [mistake]);
        }
    }

    #[test]
    fn in_a_stage() {
        let practitioners = "act = [\"raising.practitioner\", \"receiving.practitioner\"]";
        let determine = "determine = [\"partnership.scrutineer\", \"partnership.panel_member\"]";
        for (from, to, mistake) in [
            (
                "limits = { standard = \"1 working week\", urgent = \"24 hours\" }",
                "limits = { urgent = \"24 hours\" }",
                "stages, number 3: it has no limit for 'standard': add standard = \
                 \"5 working days\"",
            ),
            (
                "urgent = \"24 hours\"",
                "urgnet = \"24 hours\"",
                "stages, number 3: it has a limit for 'urgnet', which is not one of \
                 urgency_classes",
            ),
            (
                determine,
                "",
                "stages, number 4: the last stage can never end without agreement: name in \
                 determine who decides",
            ),
            (
                practitioners,
                &format!("{practitioners}\ndetermine = [\"partnership.scrutineer\"]"),
                "stages, number 1: only the last stage has determine",
            ),
            (
                determine,
                &determine.replace("[", "[\"raising.service_manager\", "),
                "stages, number 4: only the partnership determines: no side judges itself",
            ),
            (
                practitioners,
                "act = [\"raising.practitioner\"]",
                "stages, number 1: both sides must act: name raising and receiving in act",
            ),
            (
                determine,
                "determine = [\"partnership.scrutineer\"]",
                "stages, number 4: whoever acts for the partnership in the last stage determines: \
                 add 'partnership.panel_member' to determine, or move it to copy",
            ),
            (
                ", \"partnership.scrutineer\", \"partnership.panel_member\"]\ncopy",
                ", \"partnership.scrutineer\"]\ncopy",
                "stages, number 4: 'partnership.panel_member' determines and must act: add it to \
                 act",
            ),
        ] {
            // What only the last stage may say is wrong elsewhere in more than one way.
            let found = mistakes_with(from, to);
            assert!(found.iter().any(|it| it == mistake), "{found:#?}\nlacks\n{mistake}");
        }
    }

    #[test]
    fn a_stage_where_nobody_acts() {
        let practitioners = "act = [\"raising.practitioner\", \"receiving.practitioner\"]";
        assert_eq!(
            mistakes_with(practitioners, "act = []"),
            [
                "stages, number 1: nobody must act: name them in act",
                "stages, number 1: both sides must act: name raising and receiving in act",
            ]
        );
        let notify = "act = [\"raising.practitioner\"]\non_deadline = \"notify\"";
        assert!(parse_with(practitioners, notify).is_ok());
    }

    #[test]
    fn a_policy_without_stages_or_classes() {
        let head = &BSCP[..BSCP.find("[[stages]]").unwrap()];
        let without = format!("stages = []\n{head}");
        let found: Vec<_> =
            Policy::parse(&without).unwrap_err().iter().map(Mistake::to_string).collect();
        assert_eq!(found, ["stages: a policy needs at least one [[stages]]"]);
        let without_classes = mistakes_with("[\"standard\", \"urgent\"]", "[]");
        let classes = "urgency_classes: name at least one, such as [\"standard\"]";
        assert_eq!(without_classes[0], classes);
    }

    #[test]
    fn all_of_them_are_named_at_once() {
        let text = BSCP
            .replace("key = \"bscp\"", "key = \"\"")
            .replace("version = 1", "version = -1")
            .replace("day_starts = \"09:00\"", "day_starts = \"18:00\"")
            .replace("urgent = \"24 hours\"", "soon = \"24 hours\"")
            .replace("act = [\"raising.line_manager\", \"receiving.line_manager\"]", "act = []");
        let found = Policy::parse(&text).unwrap_err();
        let places: Vec<&str> = found.iter().map(|mistake| mistake.place.as_str()).collect();
        let (two, three) = ("stages, number 2", "stages, number 3");
        assert_eq!(places, ["key", "version", "calendar.day_ends", two, two, three]);
    }
}

mod unreadable {
    use super::*;

    /// The one mistake of a file that cannot be read, with the line that it names.
    fn mistake(from: &str, to: &str, on_the_line_of: &str) -> String {
        let found = parse_with(from, to).unwrap_err();
        let [mistake] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(mistake.place, format!("line {}", line_of(on_the_line_of)));
        mistake.text.clone()
    }

    #[test]
    fn an_unknown_key_names_its_line() {
        let text = mistake("review_on =", "reviewed_on =", "review_on =");
        assert!(text.contains("reviewed_on"), "{text}");
        let text = mistake("day_ends =", "day_end =", "day_ends =");
        assert!(text.contains("day_end"), "{text}");
    }

    #[test]
    fn an_unknown_key_in_a_stage_names_its_line_too() {
        let title = "title = \"Practitioners\"";
        let text = mistake(title, "title = \"Practitioners\"; on_silence = 1", title);
        assert!(!text.is_empty());
        let found = parse_with(title, "title = \"Practitioners\"\non_silence = \"escalate\"");
        let found = found.unwrap_err();
        assert!(found[0].text.contains("on_silence"), "{found:?}");
        assert_eq!(found[0].place, format!("line {}", line_of(title) + 1));
    }

    #[test]
    fn a_limit_that_is_none_says_what_one_looks_like() {
        let text = mistake("\"24 hours\"", "\"a day or so\"", "\"24 hours\"");
        assert!(text.contains("5 working days"), "{text}");
    }

    #[test]
    fn somebody_unknown_is_told_with_all_who_are_known() {
        let from = "\"raising.practitioner\"";
        let text = mistake(from, "\"raising.teacher\"", from);
        assert!(text.starts_with("'raising.teacher' is nobody that a policy can name"), "{text}");
        assert!(text.contains("raising.practitioner, raising.line_manager"), "{text}");
    }

    #[test]
    fn a_key_that_is_missing_is_named() {
        let found = parse_with("approved_by = \"to be confirmed by the partnership\"\n", "");
        assert!(found.unwrap_err()[0].text.contains("approved_by"));
    }

    #[test]
    fn a_day_and_a_time_stand_in_quotes() {
        let from = "effective_from = \"2026-09-01\"";
        let text = mistake(from, "effective_from = 2026-09-01", from);
        assert_eq!(text, "put the day in quotes, such as \"2026-09-01\"");
        let from = "day_starts = \"09:00\"";
        let text = mistake(from, "day_starts = 09:00:00", from);
        assert_eq!(text, "put the time in quotes, such as \"09:00\"");
    }
}

#[test]
fn whom_a_policy_means_is_written_as_it_is_read() {
    let words: BTreeSet<String> = bscp()
        .stages
        .iter()
        .flat_map(|stage| stage.act.iter().chain(&stage.copy))
        .map(Who::to_string)
        .collect();
    assert_eq!(words.len(), 11);
    for word in words {
        assert_eq!(word.parse::<Who>().map(String::from), Ok(word));
    }
}

/// Whatever is done to the file, it is read or its mistakes are named; and what is read works.
#[test]
fn no_file_makes_it_panic() {
    let mut random = 2026_u64;
    let mut below = |end: usize| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % end.max(1)
    };
    let mut read = 0;
    for _ in 0..300 {
        let mut lines: Vec<String> = BSCP.lines().map(str::to_owned).collect();
        for _ in 0..=below(3) {
            let (here, there) = (below(lines.len()), below(lines.len()));
            match below(6) {
                0 => drop(lines.remove(here)),
                1 => lines.insert(there, lines[here].clone()),
                2 => lines.swap(here, there),
                3 => lines[here] = lines[here].replacen('"', "\u{e9}", 1 + below(2)),
                4 => lines[here] = lines[here].chars().rev().collect(),
                _ => lines.truncate(here.max(1)),
            }
        }
        match Policy::parse(&lines.join("\n")) {
            Ok(policy) => {
                read += 1;
                assert!(Calendar::new(policy.calendar.clone()).is_ok());
                let first = policy.stage(1).unwrap();
                assert!(!policy.limits(&first.limits, "unheard of").is_empty());
            }
            Err(found) => {
                assert!(found.iter().all(|it| !it.place.is_empty() && !it.text.is_empty()));
            }
        }
    }
    assert!((10..290).contains(&read), "{read}");
}
