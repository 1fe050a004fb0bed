//! R30: servers are stopped and started again under load, alone and one after the other.

use crate::dice::Dice;
use crate::load::{self, Came, Cases, Journal, Load, People, Servers, WRITERS};
use crate::program::{Ground, PATIENCE, Program, pause};
use crate::run::Outcome;
use std::sync::RwLock;
use std::time::Duration;

const RESTARTS: u64 = 2;
const NODES: usize = 3;
const ENDED_WITHIN: Duration = Duration::from_secs(10);

/// One server on SQLite: whoever it has begun to serve is answered; whoever gets no answer was not
/// begun, and one more try does it.
pub fn alone(mut dice: Dice) -> Outcome {
    let ground = Ground::sqlite(&[]);
    let mut outcome = Outcome::held(RESTARTS);
    let violations = &mut outcome.violations;
    let mut program = ground.start();
    let cases = Cases::default();
    let people = People::sign_in(&program);
    let mut journal = Journal::new();
    for restart in 0..RESTARTS {
        let after = Duration::from_millis(dice.between(200, 900));
        let servers = Servers::only(&program);
        let load = Load::new(&ground, &people, &servers, &cases, restart.to_string());
        let mut written = load.run(WRITERS, &mut dice, |_| {
            pause(after);
            end(program, violations);
        });
        program = ground.start();
        match load::resolve(&mut written, program.address) {
            Ok(0) => {}
            Ok(done) => violations.push(format!("{done} requests were done and not answered")),
            Err(lost) => violations.push(lost),
        }
        load::check_answers(&written, program.address, 5, violations);
        journal.extend(written);
    }
    program.stop();
    load::check_no_failures(&journal, violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// Three servers on PostgreSQL, restarted in turn: with one more try at another, nobody sees an
/// error.
pub fn rolling(mut dice: Dice) -> Outcome {
    let Some(ground) = Ground::postgres(&[]) else {
        return Outcome {
            untried: Some("there is no PostgreSQL".to_owned()),
            ..Outcome::default()
        };
    };
    let mut outcome = Outcome::held(NODES as u64);
    let violations = &mut outcome.violations;
    let mut nodes: Vec<Program> = (0..NODES).map(|_| ground.start()).collect();
    let cases = Cases::default();
    let people = People::sign_in(&nodes[0]);
    let all = RwLock::new(nodes.iter().map(|node| node.address).collect());
    let servers = Servers { all, retries: 1 };
    let load = Load::new(&ground, &people, &servers, &cases, "rolling");
    let pauses: Vec<_> = (0..NODES).map(|_| dice.between(100, 700)).collect();
    let journal = load.run(WRITERS, &mut dice, |_| {
        for (at, wait) in pauses.into_iter().enumerate() {
            pause(Duration::from_millis(wait));
            end(nodes.remove(0), violations);
            let node = ground.start();
            servers.all.write().unwrap()[at] = node.address;
            nodes.push(node);
        }
        pause(Duration::from_millis(300));
    });
    for entry in &journal {
        if let Came::Unknown(lost) = &entry.came {
            violations.push(format!("{}: no answer, twice: {}", entry.kind, lost.0));
        }
    }
    load::check_answers(&journal, nodes[0].address, 10, violations);
    nodes.into_iter().for_each(Program::stop);
    load::check_no_failures(&journal, violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

fn end(program: Program, violations: &mut Vec<String>) {
    program.ask_to_end();
    match program.ended(PATIENCE) {
        Some((Some(0), took)) if took <= ENDED_WITHIN => {}
        Some((code, took)) => violations.push(format!("it ended after {took:?} with {code:?}")),
        None => violations.push("it did not end on SIGTERM".to_owned()),
    }
}
