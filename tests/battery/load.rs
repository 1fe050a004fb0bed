//! A mixed load of writers, and a journal of what each was told: what was acknowledged must be there
//! afterwards, once, and what was not must be there once or not at all.

use crate::dice::Dice;
use crate::program::{Ground, Program, Row};
use crate::wire::{Answer, Ask, Lost, Wire};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, Instant};

pub const WRITERS: u64 = 16;
pub const PRIYA: &str = "priya.nair@ravensbourne.example";
const TOM: &str = "tom.okafor@socialcare.example";

/// Who writes: signed in once, for that is slow.
pub struct People {
    pub priya: String,
    pub tom: String,
}

/// One write, and what came of it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub ask: Ask,
    /// The kind of event that it makes.
    pub kind: &'static str,
    /// A text that only this write has; none where its body has no room for one.
    pub mark: Option<String>,
    pub came: Came,
    /// How long the answer took.
    pub took: Duration,
}

#[derive(Debug, Clone)]
pub enum Came {
    /// Acknowledged.
    Done(Answer),
    /// Answered that it was not done.
    NotDone(Answer),
    /// No answer came.
    Unknown(Lost),
}

/// Every write of a load.
pub type Journal = Vec<Entry>;

/// Where writers send to, and how often they try another server where no answer came.
pub struct Servers {
    pub all: RwLock<Vec<SocketAddr>>,
    pub retries: u32,
}

impl Servers {
    /// One, and no second try.
    pub fn only(program: &Program) -> Self {
        Self { all: RwLock::new(vec![program.address]), retries: 0 }
    }
}

impl People {
    pub fn sign_in(program: &Program) -> Self {
        Self { priya: program.token(PRIYA), tom: program.token(TOM) }
    }
}

/// The load: every writer works at one case after the other until it is told to stop, or gets no answer.
pub struct Load<'a> {
    pub ground: &'a Ground,
    pub people: &'a People,
    pub servers: &'a Servers,
    pub cases: &'a Cases,
    /// A name that no other load on this database has; of digits and small letters, but no x, which
    /// ends a key.
    pub name: String,
    stop: AtomicBool,
    journal: Mutex<Journal>,
}

impl<'a> Load<'a> {
    pub fn new(
        ground: &'a Ground,
        people: &'a People,
        servers: &'a Servers,
        cases: &'a Cases,
        name: impl Into<String>,
    ) -> Self {
        let (name, stop) = (name.into(), AtomicBool::new(false));
        Self { ground, people, servers, cases, name, stop, journal: Mutex::default() }
    }

    /// Writes with so many writers while `meanwhile` goes on, and answers the journal.
    pub fn run(self, writers: u64, dice: &mut Dice, meanwhile: impl FnOnce(&Self)) -> Journal {
        let seeds: Vec<u64> = (0..writers).map(|_| dice.seed()).collect();
        std::thread::scope(|scope| {
            for (number, seed) in seeds.into_iter().enumerate() {
                let load = &self;
                scope.spawn(move || {
                    let dice = Dice::of_trial(seed, &load.name, number as u64);
                    Writer::new(load, number, dice).work();
                });
            }
            meanwhile(&self);
            self.stop.store(true, Ordering::SeqCst);
        });
        self.journal.into_inner().unwrap()
    }

    /// How many writes have come to something.
    pub fn written(&self) -> usize {
        self.journal.lock().unwrap().len()
    }
}

struct Writer<'a> {
    load: &'a Load<'a>,
    number: usize,
    dice: Dice,
    wire: Wire,
    written: u64,
}

/// A case as its writers know it.
struct Case {
    path: String,
    etag: String,
    standing: Standing,
}

#[derive(Clone, Copy)]
enum Standing {
    Draft,
    Raised { proposals: u64 },
}

/// The cases of a trial, the longest untouched first: one load after the other goes on with them.
#[derive(Default)]
pub struct Cases(Mutex<VecDeque<Case>>);

impl Cases {
    fn lock(&self) -> std::sync::LockResult<std::sync::MutexGuard<'_, VecDeque<Case>>> {
        self.0.lock()
    }
}

impl<'a> Writer<'a> {
    fn new(load: &'a Load<'a>, number: usize, dice: Dice) -> Self {
        let all = load.servers.all.read().unwrap();
        let wire = Wire::to(all[number % all.len()]);
        Self { load, number, dice, wire, written: 0 }
    }

    /// Works at one case after the other, until there is no answer or no wish any more.
    fn work(mut self) {
        while self.one_write().is_some() {}
    }

    /// Goes on with a case that nobody else works at now, or begins one.
    fn one_write(&mut self) -> Option<()> {
        let taken = self.load.cases.lock().unwrap().pop_front();
        match taken.filter(|_| !self.dice.one_in(6)) {
            None => self.begin(),
            Some(mut case) => {
                let came = match case.standing {
                    Standing::Draft => self.go_on_writing(&mut case),
                    Standing::Raised { proposals } => self.go_on_disputing(&mut case, proposals),
                };
                self.load.cases.lock().unwrap().push_back(case);
                came
            }
        }
    }

    fn begin(&mut self) -> Option<()> {
        let (priya, ground) = (&self.load.people.priya, self.load.ground);
        let draft = |mark: &str| ground.draft(mark);
        let begun = self.write("POST", "/api/v1/escalations", priya, None, "drafted", draft)?;
        if let Some(begun) = begun {
            let path = format!("/api/v1/escalations/{}", begun.text("/reference"));
            let etag = begun.header("etag").unwrap_or_default().to_owned();
            let case = Case { path, etag, standing: Standing::Draft };
            self.load.cases.lock().unwrap().push_back(case);
        }
        Some(())
    }

    fn go_on_writing(&mut self, case: &mut Case) -> Option<()> {
        let (priya, ground) = (&self.load.people.priya, self.load.ground);
        if self.dice.one_in(2) {
            let draft = |mark: &str| ground.draft(mark);
            self.step(case, "PUT", "/draft", priya, "draft_changed", draft)?;
        } else if self.step(case, "POST", "/raising", priya, "raised", |_| json!({}))? {
            case.standing = Standing::Raised { proposals: 0 };
        }
        Some(())
    }

    fn go_on_disputing(&mut self, case: &mut Case, proposals: u64) -> Option<()> {
        let (priya, tom) = (&self.load.people.priya, &self.load.people.tom);
        let position = |mark: &str| json!({ "facts": mark, "judgement": "j", "rationale": "r" });
        let note = |mark: &str| json!({ "note": mark });
        let terms = |mark: &str| json!({ "outcome": "plan_agreed", "terms": mark });
        let reason = |mark: &str| json!({ "reason": mark });
        match self.dice.between(0, 10) {
            0..4 => self.step(case, "POST", "/positions", priya, "position_stated", position)?,
            4..6 => self.step(case, "POST", "/positions", tom, "position_stated", position)?,
            6..8 => self.step(case, "POST", "/acknowledgements", tom, "acknowledged", note)?,
            8 if proposals == 0 => {
                let done = self.step(case, "POST", "/proposals", tom, "proposed", terms)?;
                case.standing = Standing::Raised { proposals: u64::from(done) };
                done
            }
            8 => {
                let path = "/proposals/1/confirmations";
                self.step(case, "POST", path, priya, "proposal_confirmed", |_| json!({}))?
            }
            _ => self.step(case, "POST", "/withdrawals", priya, "withdrawn", reason)?,
        };
        Some(())
    }

    /// One command to a case, and whether it was done; where it was not, the case is read again.
    fn step(
        &mut self,
        case: &mut Case,
        method: &'static str,
        command: &str,
        token: &str,
        kind: &'static str,
        body: impl FnOnce(&str) -> Value,
    ) -> Option<bool> {
        let path = format!("{}{command}", case.path);
        if case.etag.is_empty() {
            case.etag = self.read(case, token)?;
        }
        // Where no answer comes, nobody knows how the case stands.
        let etag = std::mem::take(&mut case.etag);
        let answer = self.write(method, &path, token, Some(etag), kind, body)?;
        case.etag = match &answer {
            Some(done) => done.header("etag").unwrap_or_default().to_owned(),
            None => self.read(case, token)?,
        };
        Some(answer.is_some())
    }

    /// The version of a case as it is now.
    fn read(&mut self, case: &Case, token: &str) -> Option<String> {
        let read = self.send(&Ask::get(case.path.clone(), token)).ok()?;
        Some(read.header("etag").unwrap_or_default().to_owned())
    }

    /// Sends a write and keeps what came of it: nothing if the writer is to end; an inner nothing if
    /// it was not done.
    fn write(
        &mut self,
        method: &'static str,
        path: &str,
        token: &str,
        if_match: Option<String>,
        kind: &'static str,
        body: impl FnOnce(&str) -> Value,
    ) -> Option<Option<Answer>> {
        if self.load.stop.load(Ordering::SeqCst) {
            return None;
        }
        self.written += 1;
        let name = format!("{}-{}-{}", self.load.name, self.number, self.written);
        let mark = format!("mark-{name}");
        let body = body(&mark).to_string();
        let mark = body.contains(&mark).then_some(mark);
        let (path, token) = (path.to_owned(), token.to_owned());
        let ask = Ask { method, path, token, key: Some(format!("key-{name}x")), if_match, body };
        let began = Instant::now();
        let came = match self.send(&ask) {
            Ok(answer) if answer.is_done() => Came::Done(answer),
            Ok(answer) => Came::NotDone(answer),
            Err(lost) => Came::Unknown(lost),
        };
        let next = match &came {
            Came::Done(answer) => Some(Some(answer.clone())),
            Came::NotDone(_) => Some(None),
            Came::Unknown(_) => None,
        };
        self.load.journal.lock().unwrap().push(Entry {
            ask,
            kind,
            mark,
            came,
            took: began.elapsed(),
        });
        next
    }

    fn send(&mut self, ask: &Ask) -> Result<Answer, Lost> {
        let mut came = self.wire.ask(ask);
        for _ in 0..self.load.servers.retries {
            // A server that ends may also say that it cannot just now.
            if came.as_ref().is_ok_and(|answer| answer.status != 503) {
                break;
            }
            let all = self.load.servers.all.read().unwrap().clone();
            let at = all.iter().position(|it| *it == self.wire.address);
            self.wire.turn_to(all[(at.unwrap_or(self.number) + 1) % all.len()]);
            came = self.wire.ask(ask);
        }
        came
    }
}

/// How many writes of each kind were done, and how many not.
pub fn tally(journal: &[Entry]) -> String {
    let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for entry in journal {
        let [done, not_done] = counts.entry(entry.kind).or_default();
        match entry.came {
            Came::Done(_) => *done += 1,
            Came::NotDone(_) | Came::Unknown(_) => *not_done += 1,
        }
    }
    let one = |(kind, [done, not_done]): (&str, [u64; 2])| format!("{kind} {done}/{not_done}");
    counts.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// How many writes were not answered.
pub fn unknown(journal: &[Entry]) -> usize {
    journal.iter().filter(|entry| matches!(entry.came, Came::Unknown(_))).count()
}

/// Every answer that the server failed to do it, which must not be.
pub fn check_no_failures(journal: &[Entry], violations: &mut Vec<String>) {
    for entry in journal {
        if let Came::NotDone(answer) = &entry.came
            && answer.status >= 500
        {
            violations
                .push(format!("{} was answered {}: {}", entry.kind, answer.status, answer.body));
        }
    }
}

/// Asks again, with the same keys, what no answer came to. What is answered now counts from now on.
/// Answers how many of them had been done.
pub fn resolve(journal: &mut [Entry], address: SocketAddr) -> Result<u64, String> {
    let mut wire = Wire::to(address);
    let mut were_done = 0;
    for entry in journal {
        let Came::Unknown(_) = entry.came else { continue };
        let answer = wire.ask(&entry.ask).map_err(|lost| format!("asked again: {}", lost.0))?;
        were_done += u64::from(answer.header("idempotency-replayed").is_some());
        entry.came = if answer.is_done() { Came::Done(answer) } else { Came::NotDone(answer) };
    }
    Ok(were_done)
}

/// Asks for some of the acknowledged writes again, with the same keys: the same answers must come.
pub fn check_answers(
    journal: &[Entry],
    address: SocketAddr,
    every: usize,
    violations: &mut Vec<String>,
) {
    let mut wire = Wire::to(address);
    for entry in journal.iter().step_by(every.max(1)) {
        let Came::Done(then) = &entry.came else { continue };
        let key = entry.ask.key.as_deref().unwrap_or_default();
        match wire.ask(&entry.ask) {
            Err(lost) => violations.push(format!("{key}: no answer: {}", lost.0)),
            Ok(now) => {
                let same = now.status == then.status
                    && now.header("etag") == then.header("etag")
                    && now.body == then.body;
                if !same || now.header("idempotency-replayed") != Some("true") {
                    violations.push(format!(
                        "I10: {key} was answered {} {:?} and is answered {} {:?} now",
                        then.status,
                        then.header("etag"),
                        now.status,
                        now.header("etag")
                    ));
                }
            }
        }
    }
}

/// The record against the journal: each acknowledged write is there once, each refused one never
/// (I1, I10); stages are gapless and entered once (I3); who must be told of a stage has a message in
/// the outbox (I2).
pub fn check_effects(ground: &Ground, journal: &[Entry], violations: &mut Vec<String>) {
    let rows = ground.rows("select kind as a, event as b from timeline_entries");
    let mut found: HashMap<(&str, &str), u64> = HashMap::new();
    for Row { a: kind, b: event } in &rows {
        for mark in marks(event) {
            *found.entry((kind, mark)).or_default() += 1;
        }
    }
    for entry in journal {
        let Some(mark) = &entry.mark else { continue };
        let count = found.get(&(entry.kind, mark.as_str())).copied().unwrap_or(0);
        match (&entry.came, count) {
            (Came::Done(_), 1) | (Came::NotDone(_), 0) | (Came::Unknown(_), 0 | 1) => {}
            (Came::Done(_), 0) => {
                violations.push(format!("I1: {} {mark} was acknowledged and is lost", entry.kind));
            }
            (Came::NotDone(answer), _) => violations.push(format!(
                "I10: {} {mark} was answered {} and is there {count} times",
                entry.kind, answer.status
            )),
            _ => violations.push(format!("I3: {} {mark} is there {count} times", entry.kind)),
        }
    }
    check_stages(ground, violations);
}

fn check_stages(ground: &Ground, violations: &mut Vec<String>) {
    let mut stages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let entered = "select escalation_id as a, number || ' ' || stage as b from stage_entries \
                   order by escalation_id, number";
    for Row { a, b } in ground.rows(entered) {
        stages.entry(a).or_default().push(b);
    }
    for (case, stays) in &stages {
        // Nobody skips or reopens: the numbers of stays and of stages are the same.
        let expected: Vec<String> = (1..=stays.len()).map(|n| format!("{n} {n}")).collect();
        if *stays != expected {
            violations.push(format!("I3: {case} was in the stages {stays:?}"));
        }
    }
    // One command's entries are of one instant; its notices carry the version after the last.
    let entries = "select escalation_id as a, max(sequence) || '' as b from timeline_entries t \
                   where exists (select 1 from timeline_entries s where s.kind = 'stage_entered' \
                   and s.escalation_id = t.escalation_id and s.recorded_at = t.recorded_at) \
                   group by escalation_id, recorded_at";
    let told: HashSet<String> = ground
        .rows("select distinct event_key as a, kind as b from notices")
        .into_iter()
        .map(|row| row.a)
        .collect();
    for Row { a: case, b: version } in ground.rows(entries) {
        if !told.contains(&format!("escalation:{case}:{version}")) {
            violations.push(format!("I2: {case} entered a stage at {version}, and nobody is told"));
        }
    }
}

/// The marks in an event's text.
fn marks(event: &str) -> impl Iterator<Item = &str> {
    let is_of_mark = |c: char| c == '-' || c.is_ascii_digit() || c.is_ascii_lowercase();
    event.match_indices("mark-").map(move |(at, _)| {
        let rest = &event[at..];
        &rest[..rest.find(|c| !is_of_mark(c)).unwrap_or(rest.len())]
    })
}
