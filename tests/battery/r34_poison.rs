//! R34: one bad record, recipient, message or policy is set aside with a reason and an alarm, and
//! holds up no other.

use crate::dice::Dice;
use crate::house::{Database, House, Wishes, block_on};
use crate::many;
use crate::raw::Raw;
use crate::run::Outcome;
use bscp_escalation::engine::prove;

const CASES: usize = 30;
const DUE: &str = "2026-12-30T17:00:00Z";
const A_MINUTE_LATER: &str = "2026-12-30T17:01:00Z";

/// What is spoiled, and how it is mended.
#[derive(Debug, Clone, Copy)]
enum Poison {
    State,
    NewerState,
    Blocked,
    Letter,
    Kind,
    Address,
}

const POISONS: [Poison; 6] = [
    Poison::State,
    Poison::NewerState,
    Poison::Blocked,
    Poison::Letter,
    Poison::Kind,
    Poison::Address,
];

impl Poison {
    fn is_of_case(self) -> bool {
        matches!(self, Self::State | Self::NewerState | Self::Blocked)
    }

    /// The statements that spoil the case or one of its messages, for the case's id.
    fn spoil(self, id: &str) -> String {
        let notice = format!(
            "id = (select min(id) from notices where escalation_id = '{id}' and state = 'queued')"
        );
        match self {
            Self::State => format!("update escalations set state = '{{' where id = '{id}'"),
            Self::NewerState => format!(
                "update escalations set state = replace(state, '\"status\":\"open\"', \
                 '\"status\":\"of a later program\"') where id = '{id}'"
            ),
            Self::Blocked => format!(
                "insert into stage_entries select escalation_id, 2, 1, 3, entered_at, due_at, \
                 due_at, 'agreed' from stage_entries where escalation_id = '{id}'"
            ),
            Self::Letter => format!("update notices set letter = '{{' where {notice}"),
            Self::Kind => format!("update notices set kind = 'of_a_later_program' where {notice}"),
            Self::Address => {
                format!("update notices set recipient_email = 'not an address' where {notice}")
            }
        }
    }
}

/// One thing is spoiled among thirty cases.
pub fn trial(mut dice: Dice) -> Outcome {
    let database = if dice.one_in(2) { Database::Postgres } else { Database::Sqlite };
    let poison = *dice.pick(&POISONS);
    let which = dice.between(0, u64::try_from(CASES).unwrap());
    block_on(async {
        let Some(house) = House::build(database, Wishes::default()).await else {
            let untried = Some("there is no PostgreSQL here".to_owned());
            return Outcome { untried, ..Outcome::default() };
        };
        many::raise(&house, CASES).await;
        let mut raw = Raw::of(&house);
        let ids = raw.texts("select id as value from escalations order by id");
        let id = &ids[usize::try_from(which).unwrap()];
        let kept = raw.text(&format!("select state as value from escalations where id = '{id}'"));
        let mut outcome = Outcome::held(1);
        raw.run(&poison.spoil(id));
        let sent_first = house.engine.deliver().await;
        house.clock.wind_on_to(DUE.parse().unwrap());
        let ticked = house.engine.tick().await;
        let sent = house.engine.deliver().await;
        let mut wrong = |what: String| outcome.violations.push(format!("{poison:?}: {what}"));
        for (what, came_of_it) in [("sending", sent_first), ("sending again", sent)] {
            if let Err(error) = came_of_it {
                wrong(format!("I14: {what} failed as a whole: {error}"));
            }
        }
        let all = u64::try_from(CASES).unwrap();
        let wanted = if poison.is_of_case() { (all - 1, 1) } else { (all, 0) };
        match ticked {
            Ok(it) if (it.acted_count, it.failed_count) == wanted => {}
            other => wrong(format!("I14: the tick came to {other:?}, not {wanted:?}")),
        }
        let waiting = raw.count("notices", "state in ('queued', 'leased')");
        let bad = i64::from(!poison.is_of_case());
        let failed = raw.count("notices", "state = 'failed'");
        if (waiting, failed) != (0, bad) {
            wrong(format!("I14: {waiting} messages wait and {failed} failed"));
        }
        let aside = raw.count("set_aside_cases", "reason <> ''");
        let alarms = raw.count("notices", "kind = 'set_aside' and state = 'accepted'");
        let wanted = i64::from(poison.is_of_case());
        if aside != wanted || (alarms > 0) != poison.is_of_case() {
            wrong(format!("R34: {aside} set aside, {alarms} alarms"));
        }
        mend(&mut raw, poison, id, &kept);
        house.clock.wind_on_to(A_MINUTE_LATER.parse().unwrap());
        let after = house.engine.tick().await.unwrap();
        if i64::try_from(after.acted_count).unwrap() != wanted {
            wrong(format!("I4: {after:?} once it was mended"));
        }
        let proof = prove(house.engine.store()).await.unwrap();
        outcome.violations.extend(proof.breaches.iter().map(ToString::to_string));
        outcome
    })
}

fn mend(raw: &mut Raw, poison: Poison, id: &str, state: &str) {
    match poison {
        Poison::State | Poison::NewerState => {
            let state = state.replace('\'', "''");
            raw.change_one(&format!("update escalations set state = '{state}' where id = '{id}'"));
        }
        Poison::Blocked => {
            raw.drop_triggers();
            raw.change_one(&format!(
                "delete from stage_entries where escalation_id = '{id}' and number = 2"
            ));
        }
        Poison::Letter | Poison::Kind | Poison::Address => {}
    }
}
