//! R20: the same request with the same key comes from many at once, and the server is killed in the
//! middle of it; some use the key for another request.

use crate::dice::Dice;
use crate::load::{self, Came, Entry, Journal, People};
use crate::program::{Ground, Program, pause};
use crate::run::Outcome;
use crate::wire::{Answer, Ask, Wire};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

const KEYS: u64 = 30;
/// How many send each request at once.
const AT_ONCE: usize = 16;
const KILLS: u64 = 3;

/// One server.
pub fn on_sqlite(dice: Dice) -> Outcome {
    storm(dice, &Ground::sqlite(&[]), 1)
}

/// Two servers that share a database; one of them is killed.
pub fn on_postgres(dice: Dice) -> Outcome {
    let Some(ground) = Ground::postgres(&[]) else {
        let untried = Some("there is no PostgreSQL".to_owned());
        return Outcome { untried, ..Outcome::default() };
    };
    storm(dice, &ground, 2)
}

fn storm(mut dice: Dice, ground: &Ground, nodes: usize) -> Outcome {
    let mut outcome = Outcome::held(KEYS);
    let violations = &mut outcome.violations;
    let mut programs: Vec<Program> = (0..nodes).map(|_| ground.start()).collect();
    let people = People::sign_in(&programs[0]);
    let mut journal = Journal::new();
    let (mut lost, mut put_off) = (0, 0);
    for number in 0..KEYS {
        let ask = |mark: &str| Ask {
            method: "POST",
            key: Some(format!("key-storm-{number}x")),
            body: ground.draft(mark).to_string(),
            ..Ask::get("/api/v1/escalations", &people.priya)
        };
        let marks = [format!("mark-storm-{number}"), format!("mark-rival-{number}")];
        let asks = [ask(&marks[0]), ask(&marks[1])];
        // Where two requests fight for a key, half send each.
        let fights = dice.one_in(4);
        let is_killed = (number + 1) % (KEYS / KILLS) == 0;
        let after = is_killed.then(|| Duration::from_millis(dice.between(0, 120)));
        let mut answers = send(&asks, fights, &mut programs, after, ground);
        lost += AT_ONCE - answers.len();
        put_off += answers.iter().filter(|(_, it)| is_put_off(it)).count();
        // Whoever got no answer sends it again, to any server.
        for (which, ask) in asks.iter().enumerate().take(1 + usize::from(fights)) {
            let program = dice.pick(&programs);
            match program.ask(ask) {
                Ok(answer) => answers.push((which, answer)),
                Err(lost) => violations.push(format!("no answer: {}", lost.0)),
            }
        }
        let winner = check(&marks[0], fights, &answers, violations);
        for (which, mark) in marks.into_iter().enumerate().take(1 + usize::from(fights)) {
            let Some((_, answer)) = answers.iter().rfind(|(it, _)| *it == which) else { continue };
            let came = if which == winner { Came::Done } else { Came::NotDone };
            journal.push(Entry {
                ask: asks[which].clone(),
                kind: "drafted",
                mark: Some(mark),
                came: came(answer.clone()),
                took: Duration::ZERO,
            });
        }
        let other = programs[0].ask(&ask("another request")).map(|answer| answer.status);
        if other.as_ref().ok() != Some(&422) {
            violations.push(format!("I10: another request with this key: {other:?}"));
        }
    }
    eprintln!("  {lost} had no answer because of {KILLS} kills, {put_off} were put off");
    programs.into_iter().for_each(Program::stop);
    load::check_effects(ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// Sends it from all at once, to the servers in turn; kills the first server meanwhile, if so, and
/// starts another. The answers that came, and to which request.
fn send(
    asks: &[Ask; 2],
    fights: bool,
    programs: &mut Vec<Program>,
    killed_after: Option<Duration>,
    ground: &Ground,
) -> Vec<(usize, Answer)> {
    let answers = Mutex::new(Vec::new());
    let addresses: Vec<_> = programs.iter().map(|program| program.address).collect();
    std::thread::scope(|scope| {
        for sender in 0..AT_ONCE {
            let (answers, address) = (&answers, addresses[sender % addresses.len()]);
            let which = usize::from(fights && sender / addresses.len() % 2 == 1);
            // What is not answered is sent again later.
            scope.spawn(move || {
                let answer = Wire::to(address).ask(&asks[which]);
                answers.lock().unwrap().extend(answer.ok().map(|answer| (which, answer)));
            });
        }
        if let Some(after) = killed_after {
            pause(after);
            programs.remove(0).kill();
        }
    });
    if killed_after.is_some() {
        programs.push(ground.start());
    }
    answers.into_inner().unwrap()
}

fn is_put_off(answer: &Answer) -> bool {
    [409, 503].contains(&answer.status) && answer.header("retry-after").is_some()
}

/// One of the requests was done, once, and whoever asked for it was answered the same; whoever asked
/// for the other is told that the key is another's. Says which was done.
fn check(
    key: &str,
    fights: bool,
    answers: &[(usize, Answer)],
    violations: &mut Vec<String>,
) -> usize {
    let done = answers.iter().filter(|(_, answer)| answer.is_done());
    let same: HashSet<_> = done
        .clone()
        .map(|(which, it)| (which, it.status, it.header("etag"), it.header("location"), &it.body))
        .collect();
    let firsts = done.filter(|(_, it)| it.header("idempotency-replayed").is_none()).count();
    if same.len() != 1 || firsts > 1 {
        violations.push(format!("I10: {key}: {} answers, {firsts} at first hand", same.len()));
    }
    let winner = same.iter().next().map_or(0, |it| *it.0);
    for (which, answer) in answers {
        let is_right = match answer.status {
            201 => *which == winner,
            422 => fights && *which != winner,
            _ => is_put_off(answer),
        };
        if !is_right {
            violations.push(format!("I10: {key}: request {which} was answered {answer:?}"));
        }
    }
    winner
}
