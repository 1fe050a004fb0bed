//! R2a: no answer says that a write was done before the disk has it. The order of the system calls
//! is written down by faults.c and read here.
//!
//! The key of each request stands in the pages that its transaction writes. Its commit is written
//! once the page of the transaction's last frame is; a sync that begins after that, and succeeds,
//! has it on the disk; and that must be before the first byte of the answer on the connection that
//! the key came in on.

use crate::dice::Dice;
use crate::load::{Cases, Load, People, Servers};
use crate::program::{Fault, Faults, Ground, pause};
use crate::run::Outcome;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const WRITES: usize = 1000;
/// How many of them must be seen to be wrong where nothing is synced.
const CONTROLS: usize = 20;

pub fn trial(mut dice: Dice) -> Outcome {
    let ground = Ground::sqlite(&[]);
    let faults = Faults::of(&ground);
    let program = ground.start_with(Some(&faults));
    let cases = Cases::default();
    let people = People::sign_in(&program);
    let servers = Servers::only(&program);
    // By one alone, by several at once, and where nothing is synced.
    let mut end = 0;
    let mut load = |name: &str, writers, writes, dice: &mut Dice| {
        Load::new(&ground, &people, &servers, &cases, name).run(writers, dice, |load| {
            while load.written() < writes {
                pause(Duration::from_millis(10));
            }
        });
        let log = std::fs::read_to_string(faults.log_path()).unwrap();
        let seen = Seen::of(&log[end..]);
        end = log.len();
        seen
    };
    let alone = load("alone", 1, WRITES / 4, &mut dice);
    let together = load("together", 16, WRITES - WRITES / 4, &mut dice);
    faults.set(Fault::SyncSkipped, 0, 0);
    let control = load("control", 2, CONTROLS, &mut dice);
    faults.set(Fault::Nothing, 0, 0);
    program.stop();

    let mut outcome = Outcome::held((alone.answers + together.answers) as u64);
    outcome.violations.extend(alone.early.into_iter().chain(together.early));
    if alone.answers + together.answers < WRITES * 3 / 4 {
        outcome.violations.push("too few answers were seen for a trial".to_owned());
    }
    if control.answers == 0 || control.early.len() != control.answers {
        outcome.violations.push(format!(
            "the check is blind: of {} answers without a sync it saw {}",
            control.answers,
            control.early.len()
        ));
    }
    outcome.violations.extend(ground.prove_the_record());
    outcome
}

/// What the log of system calls shows.
#[derive(Default)]
struct Seen {
    /// How many writes were acknowledged.
    answers: usize,
    /// Those that were before the disk had them.
    early: Vec<String>,
}

impl Seen {
    fn of(log: &str) -> Self {
        let mut seen = Self::default();
        let mut known: HashSet<&str> = HashSet::new();
        // The keys of the transaction that is being written, and whether this is its last frame.
        let (mut keys, mut is_last) = (Vec::new(), false);
        let mut written_at: HashMap<&str, usize> = HashMap::new();
        let mut sync_began: HashMap<&str, usize> = HashMap::new();
        let mut synced_up_to = 0;
        let mut asked: HashMap<&str, &str> = HashMap::new();
        for (at, line) in log.lines().enumerate() {
            let at = at + 1;
            let mut words = line.split(' ');
            let (what, fd) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let rest = words.next().unwrap_or_default();
            match what {
                "frame" => is_last = false,
                "last" => is_last = true,
                "page" if known.insert(rest) => keys.push(rest),
                "written" if is_last => {
                    written_at.extend(keys.drain(..).map(|key| (key, at)));
                    is_last = false;
                }
                "sync" => drop(sync_began.insert(fd, at)),
                "synced" => {
                    let began = sync_began.get(fd).copied().unwrap_or(0);
                    synced_up_to = synced_up_to.max(began);
                }
                "request" => drop(asked.insert(fd, rest)),
                "answer" => {
                    let Some(key) = asked.remove(fd).filter(|_| rest.starts_with('2')) else {
                        continue;
                    };
                    seen.answers += 1;
                    match written_at.get(key) {
                        Some(written) if *written < synced_up_to => {}
                        Some(_) => {
                            seen.early.push(format!("I1: {key} was answered before its sync"))
                        }
                        None => seen.early.push(format!("I1: {key} was answered and not written")),
                    }
                }
                _ => {}
            }
        }
        seen
    }
}
