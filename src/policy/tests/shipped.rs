//! The policies that are shipped.

use super::*;

/// The one limit of a stage for a class.
fn limit(policy: &Policy, stage: &Stage, class: &str) -> Allowance {
    let [limit] = policy.limits(&stage.limits, class) else { panic!("one limit") };
    limit.allowance()
}

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
    assert_eq!(policy.learning_themes.len(), 8);
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
    let read = Policy::read(&with(BSCP, from, to)).unwrap();
    assert_eq!(read.key, "bscp");
    assert!(Policy::read(&with(BSCP, "version = 1", "version = one")).is_err());
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

#[test]
fn every_file_is_read_without_a_mistake() {
    for (name, file) in FILES {
        if let Err(found) = Policy::parse(file) {
            let said: Vec<String> = found.iter().map(ToString::to_string).collect();
            panic!("{name}: {said:#?}");
        }
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
