//! Figures of cases that really lived through the state machine, from their timelines.

use super::recount::compare;
use super::*;
use crate::reports::Question;

/// A question about cases of the test world, long after the last of them ended.
fn question(case: &CaseFacts) -> Question {
    Question {
        partnership_id: case.partnership_id,
        as_of: "2027-12-01T12:00:00Z".parse().unwrap(),
        ..histories::question()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_count_of_real_timelines_is_counted_again(
        lives in prop::collection::vec((0..POLICIES.len(), prop::collection::vec(any_step(), 1..40)), 1..8),
    ) {
        let mut lived = Vec::new();
        for (number, steps) in lives {
            let world = any_world(number);
            let draft = fitting_draft(&world);
            let mut case = Case::raised_as(world, draft, "2026-11-16 10:00");
            for Step { seconds, who, what } in steps {
                case.now = case.now.plus(TimeDelta::seconds(seconds));
                // what is refused adds nothing
                let _ = if what == Command::Lapse { Ok(case.lapse()) } else { case.try_by(who, what) };
            }
            let mut facts = facts(&case);
            // each world counts its cases from 1
            facts.reference = format!("ESC-2026-{:06}", lived.len() + 1);
            lived.push(facts);
        }
        let question = question(&lived[0]);
        let of_one = |case: &&CaseFacts| case.partnership_id == question.partnership_id;
        prop_assert_eq!(lived.iter().filter(of_one).count(), lived.len());
        prop_assert!(compare(&question, &lived) > 300);
    }
}
