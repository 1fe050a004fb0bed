//! R11: three nodes race for the same due cases. Each case moves once, everybody is told once, and
//! the nodes share the work.

use crate::dice::Dice;
use crate::house::{Database, House, Wishes, block_on};
use crate::many;
use crate::raw::Raw;
use crate::run::Outcome;
use bscp_escalation::engine::prove;

const DUE: &str = "2026-12-30T17:00:00Z";
/// From so many cases on the shares of the nodes say something.
const TELLING: usize = 3_000;

/// A race that is over in seconds.
pub fn short(dice: Dice) -> Outcome {
    race(dice, 150)
}

/// 10,000 due cases.
pub fn long(dice: Dice) -> Outcome {
    race(dice, 10_000)
}

fn race(mut dice: Dice, count: usize) -> Outcome {
    let seconds_past = i64::try_from(dice.between(0, 3_600)).unwrap();
    block_on(async {
        let Some(house) = House::build(Database::Postgres, Wishes::default()).await else {
            let untried = Some("there is no PostgreSQL here".to_owned());
            return Outcome { untried, ..Outcome::default() };
        };
        many::raise(&house, count).await;
        let mut raw = Raw::of(&house);
        let before = raw.count("notices", "1 = 1");
        let nodes = [house.another_node().await, house.another_node().await];
        let due = DUE.parse::<bscp_escalation::clock::UtcInstant>().unwrap();
        house.clock.wind_on_to(due.plus(chrono::TimeDelta::seconds(seconds_past)));
        let (one, two, three) = tokio::join!(house.engine.tick(), nodes[0].tick(), nodes[1].tick());
        let shares = [one, two, three].map(|ticked| ticked.unwrap());
        let mut outcome = Outcome::held(u64::try_from(count).unwrap());
        let mut wrong = |what: String| outcome.violations.push(what);

        let acted: u64 = shares.iter().map(|share| share.acted_count).sum();
        let failed: u64 = shares.iter().map(|share| share.failed_count).sum();
        let wanted = u64::try_from(count).unwrap();
        if (acted, failed) != (wanted, 0) {
            wrong(format!("I3: {acted} acted and {failed} failed of {count}"));
        }
        let rows = i64::try_from(count).unwrap();
        for (what, table, condition) in [
            ("deadlines passed", "timeline_entries", "kind = 'deadline_passed'"),
            ("stages left", "stage_entries", "stage = 1 and left_why = 'deadline_passed'"),
            ("second stages", "stage_entries", "stage = 2"),
        ] {
            let found = raw.count(table, condition);
            if found != rows {
                wrong(format!("I3: {found} {what} of {count} cases"));
            }
        }
        let told = raw.count("notices", "1 = 1") - before;
        let people = raw.number(
            "select count(distinct recipient_email) as value from notices \
             where queued_at > (select min(queued_at) from notices)",
        );
        if told != people * rows {
            wrong(format!("I6: {told} messages to {people} people about {count} cases"));
        }
        for share in shares.map(|share| share.acted_count) {
            let fair = wanted / 3;
            if count >= TELLING && !(fair * 7 / 10..=fair * 13 / 10).contains(&share) {
                wrong(format!("a node did {share} of {count}: {shares:?}"));
            }
        }
        let proof = prove(house.engine.store()).await.unwrap();
        outcome.violations.extend(proof.breaches.iter().map(ToString::to_string));
        outcome
    })
}
