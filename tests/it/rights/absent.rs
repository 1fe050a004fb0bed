//! A case that is not theirs is to somebody like one that is not there: in every byte of the answer
//! to every operation, and in the time that it takes.

use super::aim::{Aim, NO_CASE, NOTHING};
use super::cases::{FullHouse, State};
use super::operations::{Asked, Operation, operations};
use crate::house::{Answer, Client, Database, block_on};
use std::time::{Duration, Instant};

/// Headers that differ from answer to answer.
const DIFFER: [&str; 2] = ["date", "x-request-id"];
/// How often each request is timed.
const TIMED_COUNT: usize = 100;
/// Noise does not reach it: whatever is beyond it tells somebody that a case is there.
const RATIO_MAX: f64 = 4.0;

/// An answer in full, but for what differs each time.
fn shown(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| !DIFFER.contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, headers.collect(), answer.body.to_string())
}

/// The ways of asking for the same thing that must not tell whether it is there.
fn ways(operation: &Operation, asked: &Asked, key: &str) -> Vec<(String, Asked)> {
    let mut ways = vec![("plainly".to_owned(), asked.clone())];
    let mut way = |how: &str, asked: Asked| ways.push((how.to_owned(), asked));
    if operation.is_read() {
        for query in ["?limit=0", "?cursor=nonsense", "?no_such=1"] {
            way(query, asked.clone().with_query(query));
        }
        for version in 1..=4 {
            let known = format!("\"{version}\"");
            way("If-None-Match", asked.clone().with_header("If-None-Match", &known));
        }
        return ways;
    }
    for version in ["\"1\"", "\"3\"", "\"4\"", "*", "nonsense"] {
        way(&format!("If-Match {version}"), asked.clone().with_header("If-Match", version));
    }
    let mut without = asked.clone();
    without.headers.clear();
    way("no If-Match", without);
    way("Idempotency-Key", asked.clone().with_header("Idempotency-Key", key));
    way("no Idempotency-Key", asked.clone().with_header("Idempotency-Key", ""));
    for body in ["", "{", "[]", "{}", r#"{"no_such":1}"#, r#"{"reason":1}"#, "null"] {
        way(&format!("body {body}"), asked.clone().with_body(body));
    }
    ways
}

/// Who is to which case like somebody who has never heard of it.
const NOT_THEIRS: [(&str, &[State]); 11] = [
    ("Clare Jessop", &State::ALL),
    ("Ellis Grant", &State::ALL),
    ("Leah Morris", &State::ALL),
    ("Nadia Costa", &State::ALL),
    ("Anita Desai", &[State::FirstStage, State::SecondStage, State::Restricted, State::Ended]),
    ("Joel Mensah", &[State::FirstStage, State::Restricted]),
    ("Otis Wren", &State::ALL),
    ("Margaret Bell", &[State::Restricted, State::RestrictedBroken, State::Draft]),
    ("Moira Stennett", &[State::Restricted, State::RestrictedBroken, State::Draft]),
    ("Judith Hale", &[State::Draft, State::Elsewhere]),
    ("Tom Okafor", &[State::Draft, State::Elsewhere]),
];

/// Who might look at a case in an emergency, and does not see it before or after.
const IN_AN_EMERGENCY: [(&str, &[State]); 2] = [
    ("Ivy Marlow", &[State::FirstStage, State::Restricted, State::GlassRunOut]),
    ("Una Firth", &[State::Restricted, State::Draft, State::Elsewhere]),
];

/// Who looks closely at which case: one of each kind.
const CLOSELY: [(&str, State); 4] = [
    ("Clare Jessop", State::FirstStage),
    ("Margaret Bell", State::Restricted),
    ("Ivy Marlow", State::GlassRunOut),
    ("Rex Holloway", State::FirstStage),
];

/// How closely somebody looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// Each request once.
    Plainly,
    /// Each request in every way, and by the reference too.
    Closely,
}

async fn compare(client: &Client, whose: &str, theirs: [&Aim; 2], looks: Looks, all: &[Operation]) {
    let [aim, at_nothing] = theirs;
    let mut differ = Vec::new();
    for operation in all {
        let key = format!("{whose} {}", operation.named());
        let mut of_it = ways(operation, &operation.asked(aim), &key);
        let of_nothing = ways(operation, &operation.asked(at_nothing), &format!("{key}, none"));
        if looks == Looks::Plainly {
            of_it.truncate(1);
        }
        for ((how, of_it), (_, of_nothing)) in of_it.iter().zip(&of_nothing) {
            let found = shown(&of_it.send(client).await);
            let nothing = shown(&of_nothing.send(client).await);
            if found != nothing {
                differ.push(format!("{} {how}:\n {found:?}\n {nothing:?}", operation.named()));
            }
            assert!(how != "plainly" || found.0 == 404, "{whose}: {} {found:?}", operation.named());
        }
    }
    assert!(differ.is_empty(), "{whose} can tell that a case is there:\n{}", differ.join("\n"));
}

async fn look(
    full: &FullHouse,
    client: &Client,
    (name, state): (&str, State),
    look_at: &[Looks],
    all: &[Operation],
) {
    let there = &full.cases[&state];
    let looks = if CLOSELY.contains(&(name, state)) { Looks::Closely } else { Looks::Plainly };
    if !look_at.contains(&looks) {
        return;
    }
    let whose = format!("{name}, {state:?}");
    let at_nothing = full.aim(state).with("escalations", NOTHING);
    compare(client, &whose, [&full.aim(state), &at_nothing], looks, all).await;
    if looks == Looks::Closely {
        let aim = full.aim(state).with("escalations", &there.reference);
        let at_nothing = aim.clone().with("escalations", NO_CASE);
        compare(client, &whose, [&aim, &at_nothing], Looks::Plainly, all).await;
    }
}

async fn nobody_can_tell(database: Database, look_at: &[Looks]) {
    let Some(full) = FullHouse::build(database).await else { return };
    let all: Vec<Operation> =
        operations(&full.house).await.into_iter().filter(Operation::is_of_a_case).collect();
    assert!(all.len() > 30, "only {} operations of a case", all.len());
    for (name, states) in NOT_THEIRS {
        let client = full.house.as_(name).await;
        for state in states {
            look(&full, &client, (name, *state), look_at, &all).await;
        }
    }
    let but_looking: Vec<Operation> =
        all.iter().filter(|operation| !operation.path.ends_with("/break-glass")).cloned().collect();
    for (name, states) in IN_AN_EMERGENCY {
        let client = full.house.as_(name).await;
        for state in states {
            look(&full, &client, (name, *state), look_at, &but_looking).await;
        }
    }
    let rex = full.as_elsewhere("Rex Holloway").await;
    for state in State::ALL.into_iter().filter(|state| *state != State::Elsewhere) {
        look(&full, &rex, ("Rex Holloway", state), look_at, &all).await;
    }
    full.house.prove_the_record().await;
}

#[test]
fn a_case_that_is_not_theirs_answers_like_none_on_sqlite() {
    block_on(nobody_can_tell(Database::Sqlite, &[Looks::Plainly, Looks::Closely]));
}

/// Who is nothing to a case does not hang on the database: one of each kind is enough on the second.
#[cfg(feature = "postgres")]
#[test]
fn a_case_that_is_not_theirs_answers_like_none_on_postgres() {
    block_on(nobody_can_tell(Database::Postgres, &[Looks::Closely]));
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// How much longer a case that is there and not theirs takes than one that is not there.
async fn ratio(client: &Client, of_it: &Asked, of_nothing: &Asked) -> f64 {
    let mut times = [Vec::new(), Vec::new()];
    for turn in 0..TIMED_COUNT {
        // In turns, the other first every other time: what slows the machine slows both.
        for which in [turn % 2, 1 - turn % 2] {
            let asked = [of_it, of_nothing][which];
            let begun = Instant::now();
            let answer = asked.send(client).await;
            times[which].push(begun.elapsed());
            assert_eq!(answer.status, 404, "{}", answer.body);
        }
    }
    let [of_it, of_nothing] = times;
    median(of_it) / median(of_nothing)
}

async fn takes_the_same_time(database: Database) {
    let Some(full) = FullHouse::build(database).await else { return };
    let clare = full.house.as_("Clare Jessop").await;
    let there = &full.cases[&State::Overdue];
    let all = operations(&full.house).await;
    for id in ["read_escalation", "read_timeline", "withdraw_escalation"] {
        let operation = all.iter().find(|operation| operation.id == id).unwrap();
        for (case, nothing) in [(&there.id, NOTHING), (&there.reference, NO_CASE)] {
            let aim = full.aim(State::Overdue).with("escalations", case);
            let at_nothing = aim.clone().with("escalations", nothing);
            let ratio = ratio(&clare, &operation.asked(&aim), &operation.asked(&at_nothing)).await;
            println!("{database:?}, {id} of {case}: {ratio:.2} times as long as of nothing");
            assert!((1.0 / RATIO_MAX..RATIO_MAX).contains(&ratio), "{id} of {case}: {ratio}");
        }
    }
}

#[test]
fn a_case_that_is_not_theirs_takes_the_same_time_as_none_on_sqlite() {
    block_on(takes_the_same_time(Database::Sqlite));
}

#[cfg(feature = "postgres")]
#[test]
fn a_case_that_is_not_theirs_takes_the_same_time_as_none_on_postgres() {
    block_on(takes_the_same_time(Database::Postgres));
}
