//! R16: nobody looked for 30 days, and everything is overdue. Each case moves one stage, in the order
//! in which they fell due, late with both instants; and each person hears once.

use crate::dice::Dice;
use crate::house::{Database, House, Wishes, block_on};
use crate::many;
use crate::raw::Raw;
use crate::run::Outcome;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::engine::prove;
use chrono::TimeDelta;
use std::time::Instant;

/// What 10,000 overdue cases may take, in seconds, in a program that is built for use.
const SECONDS_MAX: u64 = 60;

/// A silence that is caught up in seconds.
pub fn short(dice: Dice) -> Outcome {
    silence(dice, 80)
}

/// 10,000 overdue cases.
pub fn long(dice: Dice) -> Outcome {
    silence(dice, 10_000)
}

fn silence(mut dice: Dice, count: usize) -> Outcome {
    let database = if dice.one_in(2) { Database::Postgres } else { Database::Sqlite };
    let waves = usize::try_from(dice.between(1, 5)).unwrap();
    let days_down = i64::try_from(dice.between(25, 35)).unwrap();
    block_on(async {
        let Some(house) = House::build(database, Wishes::default()).await else {
            let untried = Some("there is no PostgreSQL here".to_owned());
            return Outcome { untried, ..Outcome::default() };
        };
        let mut raised_until: UtcInstant = crate::house::MONDAY.parse().unwrap();
        for wave in 0..waves {
            many::raise(&house, count / waves + usize::from(wave < count % waves)).await;
            raised_until = raised_until.plus(TimeDelta::hours(3));
            house.clock.wind_on_to(raised_until);
        }
        house.engine.deliver().await.unwrap();
        let mails_before = house.engine.mailer().sent().len();
        let awake = raised_until.plus(TimeDelta::days(9 + days_down));
        house.clock.wind_on_to(awake);
        let began = Instant::now();
        let ticked = house.engine.tick().await.unwrap();
        let took = began.elapsed();
        let mut outcome = Outcome::held(u64::try_from(count).unwrap());
        check(&house, count, awake, &mut outcome);
        if (ticked.acted_count, ticked.failed_count) != (u64::try_from(count).unwrap(), 0) {
            outcome.violations.push(format!("I4: {ticked:?} of {count}"));
        }
        if !cfg!(debug_assertions) && took.as_secs() > SECONDS_MAX {
            outcome.violations.push(format!("I4: {count} cases took {took:?}"));
        }
        eprintln!("  {count} overdue cases on {database:?}: {took:.1?}");
        // Again at the same time: nobody moves twice.
        let again = house.engine.tick().await.unwrap();
        if again.acted_count > 0 {
            outcome.violations.push(format!("I3: {} moved twice in a moment", again.acted_count));
        }
        house.clock.wind_on_to(awake.plus(TimeDelta::minutes(2)));
        house.engine.deliver().await.unwrap();
        each_hears_once(&house, mails_before, &mut outcome);
        let proof = prove(house.engine.store()).await.unwrap();
        outcome.violations.extend(proof.breaches.iter().map(ToString::to_string));
        outcome
    })
}

fn check(house: &House, count: usize, awake: UtcInstant, outcome: &mut Outcome) {
    let mut raw = Raw::of(house);
    let rows = i64::try_from(count).unwrap();
    let mut counted = |what: &str, table: &str, condition: &str, wanted: i64| {
        let found = raw.count(table, condition);
        if found != wanted {
            outcome.violations.push(format!("I3: {found} {what}, not {wanted}"));
        }
    };
    counted("deadlines passed", "timeline_entries", "kind = 'deadline_passed'", rows);
    counted("second stages", "stage_entries", "stage = 2", rows);
    counted("later stages", "stage_entries", "stage > 2", 0);
    counted("new windows in the past", "escalations", &format!("due_at <= '{awake}'"), 0);
    let late = "kind = 'deadline_passed' and event like '%\"due_at\":%' \
                and event not like '%\"late_seconds\":0,%'";
    counted("marked late", "timeline_entries", late, rows);
    // Ids rise with time within a transaction and between them: the order in which they were told.
    let order = raw.texts(
        "select s.due_at as value from (select escalation_id, min(id) as first from notices \
         where kind = 'action_needed' and queued_at > (select min(queued_at) from notices) \
         group by escalation_id) n join stage_entries s on s.escalation_id = n.escalation_id \
         and s.number = 1 order by n.first",
    );
    if !order.is_sorted() {
        outcome
            .violations
            .push("I4: a case was acted on before one that was due longer".to_owned());
    }
}

/// One message a person, however many cases of theirs moved.
fn each_hears_once(house: &House, mails_before: usize, outcome: &mut Outcome) {
    let mut heard = std::collections::BTreeMap::<String, usize>::new();
    for sent in house.engine.mailer().sent().into_iter().skip(mails_before) {
        *heard.entry(sent.to).or_default() += 1;
    }
    if heard.is_empty() {
        outcome.violations.push("I7: nobody was told".to_owned());
    }
    for (person, times) in heard.into_iter().filter(|(_, times)| *times > 1) {
        outcome.violations.push(format!("R16: {person} was told {times} times"));
    }
}
