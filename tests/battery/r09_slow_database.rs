//! R9: PostgreSQL answers late, or not at all, or on no connection that the server has, or takes no
//! writes. Whoever asks is told so in good time, nothing is let in, and when it is over all is well
//! without a restart.
//!
//! How long the server waits: `database.busy_timeout_seconds` for a free connection, twice that for an
//! answer on it, so that a wait for a lock, which ends after the first, is told as what it is. Once
//! every connection has been without an answer for so long, nobody waits any more.

use super::r04_disk_full::catch_up;
use super::r08_cut_in_commit::{check_readiness, is_ready};
use crate::dice::Dice;
use crate::house::PASSWORD;
use crate::load::{self, Cases, Journal, Load, PRIYA, People, Servers};
use crate::program::{Ground, Program, pause, until};
use crate::proxy::{Mode, Proxy};
use crate::run::Outcome;
use crate::wire::{Answer, Ask};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const BUSY: Duration = Duration::from_secs(1);
const CONNECTIONS: usize = 4;
/// How many ask at once: far more than there are connections.
const ASKERS: usize = 64;
const FAULT: Duration = Duration::from_millis(4500);
/// A wait for a connection, one for the answer, and what a loaded machine may add.
const ANSWERED_WITHIN: Duration = Duration::from_millis(1000 + 2000 + 1500);
/// From so long on everybody is turned away at once where nothing is answered at all.
const KNOWN_AFTER: Duration = Duration::from_millis(3300);
const SHED_WITHIN: Duration = Duration::from_secs(1);
const WELL_WITHIN: Duration = Duration::from_secs(10);
/// Its own, one for each connection and runtime, those that make connections and check passwords.
const THREADS_MAX: u64 = 48;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Late,
    Silent,
    AllTaken,
    ReadOnly,
}

/// What an asker wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Read,
    Write,
    SignIn,
    /// With a wrong password, or with a session that has ended.
    NotTheirs,
}

struct Asked {
    wish: Wish,
    /// Since the fault began.
    at: Duration,
    took: Duration,
    answer: Option<Answer>,
}

pub fn trial(mut dice: Dice) -> Outcome {
    let settings = [
        ("database.busy_timeout_seconds", BUSY.as_secs().to_string()),
        ("database.connections_max", CONNECTIONS.to_string()),
    ];
    let Some(mut ground) = Ground::postgres(&settings) else {
        let untried = Some("there is no PostgreSQL".to_owned());
        return Outcome { untried, ..Outcome::default() };
    };
    let proxy = Proxy::to(ground.database_address());
    ground.reach_through(proxy.address);
    let mut faults = [*dice.pick(&[Fault::Silent, Fault::Late, Fault::AllTaken]), Fault::ReadOnly];
    if dice.one_in(2) {
        faults.reverse();
    }
    let mut outcome = Outcome::held(faults.len() as u64);
    let violations = &mut outcome.violations;
    let program = ground.start();
    let people = People::sign_in(&program);
    let ended = program.token(PRIYA);
    let signed_out = program
        .ask(&Ask { method: "DELETE", ..Ask::get("/api/v1/sessions/current", &ended) })
        .is_ok_and(|answer| answer.is_done());
    assert!(signed_out, "a session could not be ended");
    let cases = Cases::default();
    let mut journal = Journal::new();
    for (number, fault) in faults.into_iter().enumerate() {
        let servers = Servers::only(&program);
        let load = Load::new(&ground, &people, &servers, &cases, number.to_string());
        journal.extend(load.run(4, &mut dice, |load| {
            until("writes being done", || load.acknowledged() > 4);
        }));
        let name = format!("fault{number}");
        let asked = endure(&ground, &proxy, &program, fault, &(&people, &ended, &name), violations);
        check_asked(fault, &asked, violations);
        check_recovery(&ground, &program, &people, &name, violations);
    }
    // Whoever stops the server does not wait for the database either.
    proxy.set(Mode::Stall);
    pause(BUSY);
    program.ask_to_end();
    match program.ended(Duration::from_secs(12)) {
        Some((Some(0), took)) if took <= Duration::from_secs(10) => {}
        ended => violations.push(format!("with a silent database it ended {ended:?}")),
    }
    drop(proxy);
    load::check_no_failures(&journal, violations);
    load::check_effects(&ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// Begins the fault, asks all sorts of things while it lasts, and ends it.
fn endure(
    ground: &Ground,
    proxy: &Proxy,
    program: &Program,
    fault: Fault,
    with: &(&People, &str, &str),
    violations: &mut Vec<String>,
) -> Vec<Asked> {
    begin(ground, proxy, fault);
    let began = Instant::now();
    let (over, asked) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let mut threads = 0;
    std::thread::scope(|scope| {
        for number in 0..ASKERS {
            let (over, asked) = (&over, &asked);
            scope.spawn(move || {
                for turn in 0.. {
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    let one = ask(ground, program, *with, (number, turn), began);
                    asked.lock().unwrap().push(one);
                    pause(Duration::from_millis(200));
                }
            });
        }
        while began.elapsed() < FAULT {
            threads = threads.max(program.threads());
            let alive = Instant::now();
            let lives = program.ask(&Ask::get("/livez", "")).is_ok_and(|it| it.is_done());
            if !lives || alive.elapsed() > SHED_WITHIN {
                violations.push(format!("I12: {fault:?}: /livez: {lives}, {:?}", alive.elapsed()));
            }
            if began.elapsed() > KNOWN_AFTER {
                check_readiness(program, false, violations);
            }
            pause(Duration::from_millis(250));
        }
        over.store(true, Ordering::SeqCst);
    });
    if threads > THREADS_MAX {
        violations.push(format!("I13: {fault:?}: {threads} threads for {ASKERS} askers"));
    }
    eprintln!("  {fault:?}: {threads} threads at most");
    end(ground, proxy, fault);
    asked.into_inner().unwrap()
}

fn begin(ground: &Ground, proxy: &Proxy, fault: Fault) {
    match fault {
        Fault::Late => proxy.set(Mode::Late(Duration::from_secs(5))),
        Fault::Silent => proxy.set(Mode::Stall),
        Fault::AllTaken => proxy.set(Mode::StallThese),
        Fault::ReadOnly => {
            ground.make_read_only(true);
            ground.end_connections();
        }
    }
}

/// Nobody but the server gets rid of what it has got used to.
fn end(ground: &Ground, proxy: &Proxy, fault: Fault) {
    match fault {
        Fault::ReadOnly => ground.make_read_only(false),
        Fault::Late | Fault::Silent | Fault::AllTaken => proxy.set(Mode::Through),
    }
}

fn ask(
    ground: &Ground,
    program: &Program,
    (people, ended, name): (&People, &str, &str),
    (number, turn): (usize, usize),
    began: Instant,
) -> Asked {
    let sign_in = |password: &str| Ask {
        method: "POST",
        body: json!({ "email": PRIYA, "password": password }).to_string(),
        ..Ask::get("/api/v1/sessions", "")
    };
    let (wish, ask) = match number % 8 {
        // Few: checking a password costs much, and so many wrong ones are counted.
        0 if number == 0 => (Wish::SignIn, sign_in(PASSWORD)),
        0 => (Wish::NotTheirs, Ask::get("/api/v1/escalations", ended)),
        1 if number == 1 && turn == 0 => (Wish::NotTheirs, sign_in("not the password at all")),
        1..4 => {
            let mark = format!("mark-{name}-{number}-{turn}");
            let body = ground.draft(&mark).to_string();
            let key = Some(mark);
            let path = "/api/v1/escalations";
            (Wish::Write, Ask { method: "POST", key, body, ..Ask::get(path, &people.priya) })
        }
        _ => (Wish::Read, Ask::get("/api/v1/escalations", &people.priya)),
    };
    let (at, sent) = (began.elapsed(), Instant::now());
    let answer = program.ask(&ask).ok();
    Asked { wish, at, took: sent.elapsed(), answer }
}

fn check_asked(fault: Fault, asked: &[Asked], violations: &mut Vec<String>) {
    let mut wrong = |what: String| {
        if violations.len() < 50 {
            violations.push(format!("{fault:?}: {what}"));
        }
    };
    let (mut refused, mut kept_waiting, mut turned_away) = (0, 0, 0);
    let mut longest = Duration::ZERO;
    for it in asked {
        let Asked { wish, at, took, answer } = it;
        longest = longest.max(*took);
        let Some(answer) = answer else {
            wrong(format!("{wish:?} was not answered at all"));
            continue;
        };
        refused += usize::from(answer.status == 503);
        let is_told = answer.header("retry-after").is_some();
        match (wish, answer.status) {
            (_, 503) if is_told => {}
            (Wish::NotTheirs, 401) => {}
            (Wish::Read, 200) | (Wish::SignIn, 200) | (Wish::Write, 201) => {}
            (wish, status) => {
                wrong(format!("{wish:?} was answered {status}, {}", answer.body));
            }
        }
        if *took > ANSWERED_WITHIN {
            wrong(format!("{wish:?} waited for {took:.1?}"));
        }
        // Here nothing at all can be done, and from some time on that is known.
        if fault == Fault::Silent && *at > KNOWN_AFTER && *took > SHED_WITHIN {
            kept_waiting += 1;
        }
        if fault == Fault::ReadOnly && *wish == Wish::Read && *at > BUSY && answer.status != 200 {
            turned_away += 1;
        }
    }
    eprintln!("  {} asked, {refused} were refused, the longest wait {longest:.1?}", asked.len());
    // A loaded machine is late for some.
    if kept_waiting > asked.len() / 20 {
        wrong(format!("{kept_waiting} were kept waiting when nothing was answered for long"));
    }
    if turned_away > asked.len() / 20 {
        wrong(format!("{turned_away} readers were turned away"));
    }
    if refused == 0 {
        wrong("nobody was refused: the trial tried nothing".to_owned());
    }
}

/// All is well within ten seconds: ready, reading, writing, signing in, deadlines.
fn check_recovery(
    ground: &Ground,
    program: &Program,
    people: &People,
    name: &str,
    violations: &mut Vec<String>,
) {
    let ended = Instant::now();
    while !is_ready(program) && ended.elapsed() < WELL_WITHIN {
        pause(Duration::from_millis(20));
    }
    let (mut done, mut tries) = (0, 0);
    // One after the other: each connection that it has may be one of before.
    while done < CONNECTIONS * 2 && ended.elapsed() < WELL_WITHIN {
        tries += 1;
        let body = ground.draft(&format!("after {name}")).to_string();
        let write = Ask { method: "POST", body, ..Ask::get("/api/v1/escalations", &people.priya) };
        done += usize::from(program.ask(&write).is_ok_and(|it| it.is_done()));
    }
    if done == CONNECTIONS * 2 {
        program.token(PRIYA);
        catch_up(ground);
    }
    check_readiness(program, true, violations);
    eprintln!("  well {:.1?} after its end, {tries} writes of which {done} done", ended.elapsed());
    if ended.elapsed() > WELL_WITHIN || done < CONNECTIONS * 2 {
        violations.push(format!("I4: all was well {:.1?} after the fault only", ended.elapsed()));
    }
}
