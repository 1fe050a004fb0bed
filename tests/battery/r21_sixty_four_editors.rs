//! R21: 64 people change the same case at once, all having read the same version. One of them does;
//! all others are told that it was changed.

use crate::dice::Dice;
use crate::load::{self, Came, Entry, Journal, People};
use crate::program::{Ground, Program};
use crate::run::Outcome;
use crate::wire::{Answer, Ask, Wire};
use serde_json::json;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

const EDITORS: usize = 64;
/// Of changes to a draft, and then of positions on the challenge that it becomes.
const ROUNDS: [(&str, u64); 2] = [("draft_changed", 4), ("position_stated", 4)];

/// One server.
pub fn on_sqlite(dice: Dice) -> Outcome {
    edit(dice, &Ground::sqlite(&only_people()), 1)
}

/// Two servers that share a database.
pub fn on_postgres(dice: Dice) -> Outcome {
    let Some(ground) = Ground::postgres(&only_people()) else {
        let untried = Some("there is no PostgreSQL".to_owned());
        return Outcome { untried, ..Outcome::default() };
    };
    edit(dice, &ground, 2)
}

/// Time changes nothing meanwhile: its changes make versions too.
fn only_people() -> [(&'static str, String); 1] {
    [("engine.worker", "false".to_owned())]
}

fn edit(mut dice: Dice, ground: &Ground, nodes: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let violations = &mut outcome.violations;
    let programs: Vec<Program> = (0..nodes).map(|_| ground.start()).collect();
    let people = People::sign_in(&programs[0]);
    let post = |path: String, etag: Option<String>, body: String| {
        let ask = Ask { method: "POST", if_match: etag, body, ..Ask::get(path, &people.priya) };
        programs[0].ask(&ask).expect("an answer")
    };
    let path = "/api/v1/escalations".to_owned();
    let begun = post(path.clone(), None, ground.draft("nobody's").to_string());
    let case = format!("{path}/{}", begun.text("/reference"));
    let mut etag = begun.header("etag").expect("a version").to_owned();
    let mut journal = Journal::new();
    for (kind, rounds) in ROUNDS {
        for round in 0..rounds {
            let editors = (0..EDITORS)
                .map(|editor| change(ground, &people, &case, kind, (round, editor), &etag));
            let editors: Vec<(String, Ask)> = editors.collect();
            let answers = all_at_once(&programs, &editors, dice.seed() as usize);
            etag = check(kind, &etag, &answers, violations);
            for ((mark, ask), (answer, took)) in editors.into_iter().zip(answers) {
                let came = if answer.is_done() { Came::Done } else { Came::NotDone };
                journal.push(Entry { ask, kind, mark: Some(mark), came: came(answer), took });
            }
            outcome.units += 1;
        }
        let unread = post(format!("{case}/raising"), None, json!({}).to_string());
        if unread.status != 428 {
            violations.push(format!("I11: without If-Match it was answered {}", unread.status));
        }
        let raised = post(format!("{case}/raising"), Some(etag.clone()), json!({}).to_string());
        etag = raised.header("etag").map_or(etag, str::to_owned);
    }
    let longest = journal.iter().map(|entry| entry.took).max().unwrap_or_default();
    eprintln!("  {}; the longest wait {longest:.1?}", load::tally(&journal));
    load::check_answers(&journal, programs[0].address, 1, violations);
    programs.into_iter().for_each(Program::stop);
    load::check_effects(ground, &journal, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// One editor's change, with a mark of its own.
fn change(
    ground: &Ground,
    people: &People,
    case: &str,
    kind: &str,
    (round, editor): (u64, usize),
    etag: &str,
) -> (String, Ask) {
    let name = format!("{}{round}-{editor}", &kind[..1]);
    let mark = format!("mark-{name}");
    let (method, command, body) = match kind {
        "draft_changed" => ("PUT", "draft", ground.draft(&mark)),
        _ => {
            let position = json!({ "facts": mark, "judgement": "j", "rationale": "r" });
            ("POST", "positions", position)
        }
    };
    // Either side may state a position; the draft is Priya's.
    let is_other_side = method == "POST" && editor % 2 == 1;
    let token = if is_other_side { &people.tom } else { &people.priya };
    let ask = Ask {
        method,
        key: Some(format!("key-{name}x")),
        if_match: Some(etag.to_owned()),
        body: body.to_string(),
        ..Ask::get(format!("{case}/{command}"), token)
    };
    (mark, ask)
}

/// Sends them from as many threads, once all are connected; who goes to which server is drawn.
fn all_at_once(
    programs: &[Program],
    editors: &[(String, Ask)],
    draw: usize,
) -> Vec<(Answer, Duration)> {
    let (ready, answers) = (Barrier::new(editors.len()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for (at, (_, ask)) in editors.iter().enumerate() {
            let (ready, answers) = (&ready, &answers);
            let address = programs[at.wrapping_add(draw) % programs.len()].address;
            scope.spawn(move || {
                let mut wire = Wire::to(address);
                wire.ask(&Ask::get("/livez", "")).expect("a connection");
                ready.wait();
                let sent = Instant::now();
                let answer = wire.ask(ask).expect("an answer");
                answers.lock().unwrap().push((at, answer, sent.elapsed()));
            });
        }
    });
    let mut answers = answers.into_inner().unwrap();
    answers.sort_by_key(|(at, ..)| *at);
    answers.into_iter().map(|(_, answer, took)| (answer, took)).collect()
}

/// One was done, and made the next version; all others are told of it. Answers that version.
fn check(
    kind: &str,
    etag: &str,
    answers: &[(Answer, Duration)],
    violations: &mut Vec<String>,
) -> String {
    let number = |etag: &str| etag.trim_matches('"').parse::<u64>().unwrap();
    let mut versions = Vec::new();
    for (answer, _) in answers {
        match answer.status {
            200 | 201 => versions.push(answer.header("etag").expect("a version").to_owned()),
            412 => {}
            _ => violations.push(format!("I11: {kind}: a loser was answered {answer:?}")),
        }
    }
    match &versions[..] {
        [next] if number(next) == number(etag) + 1 => next.clone(),
        _ => {
            violations.push(format!("I11: {kind}: of {etag} came the versions {versions:?}"));
            versions.pop().unwrap_or_else(|| etag.to_owned())
        }
    }
}
