//! What a report costs that reads the facts of every case: time beside a plain `count(*)` of the same
//! rows, and memory.
//!
//! `BSCP_BENCH_CASES=1000000 cargo bench --bench reports`; 20,000 cases if it is left out. It prints and
//! never fails: a machine that is busy with something else is no mistake.

#![cfg(test)]

#[cfg(feature = "postgres")]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../tests/it/house/cluster.rs"]
mod cluster;

use bscp_escalation::clock::UtcInstant;
use bscp_escalation::directory::Sector;
use bscp_escalation::engine::{FactsAsked, fold_facts};
use bscp_escalation::escalation::{Answer, EntryReason, LeavingReason, Stance, Status};
use bscp_escalation::ids::{AgencyId, EscalationId, PartnershipId};
use bscp_escalation::reports::{
    ActionFacts, Answered, CaseFacts, EndedHow, EndingFacts, LeftFacts, MissedFacts, StayFacts,
    pack,
};
use bscp_escalation::store::{Store, StoreError, StoreOptions, reports};
use chrono::{DateTime, TimeDelta};
#[cfg(feature = "postgres")]
use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::time::Instant;

/// What is to be reached for a million cases on two cores, in seconds.
const WANTED_SECONDS: f64 = 2.0;
const CASES: u64 = 20_000;
/// How many rows are written in one transaction.
const TOGETHER: u64 = 5_000;
/// How many agencies share the cases.
const AGENCIES: u64 = 40;
const SECONDS_BETWEEN_CASES: u64 = 60;

fn main() {
    let cases = env::var("BSCP_BENCH_CASES").map_or(CASES, |text| text.parse().unwrap());
    println!("{cases} cases; {WANTED_SECONDS} s are wanted for 1,000,000 on two cores");
    let dir = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite:{}", dir.path().join("bench.sqlite3").display());
    tokio_of_two().block_on(measure("SQLite", &sqlite, cases));
    #[cfg(feature = "postgres")]
    if let Some(cluster) = cluster::cluster() {
        tokio_of_two().block_on(measure("PostgreSQL", &cluster.fresh_database(), cases));
    }
}

fn tokio_of_two() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn measure(name: &str, url: &str, cases: u64) {
    let begun = Instant::now();
    let options =
        StoreOptions { url: url.parse().unwrap(), connections_max: 4, busy_timeout_seconds: 60 };
    let store = Store::open(options).unwrap();
    let mut raw = Raw::connect(url);
    raw.run(&parents());
    fill(&store, &mut raw, cases).await;
    raw.run(if url.starts_with("postgres") { "vacuum analyze" } else { "analyze" });
    println!("\n{name}: written in {:.0} s", begun.elapsed().as_secs_f64());
    println!("{} bytes of facts a case", pack(&facts(3)).unwrap().len());

    let counting = best_of_three(|| raw.number("select count(*) as value from report_cases"));
    let bytes =
        best_of_three(|| raw.number("select sum(length(facts)) as value from report_cases"));
    forget_the_peak();
    let before = memory();
    let mut seconds = f64::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        let counted = tallied(&store, 0, cases).await;
        seconds = seconds.min(begun.elapsed().as_secs_f64());
        assert_eq!(counted, cases);
    }
    let year = {
        let begun = Instant::now();
        let counted = tallied(&store, cases / 3, cases / 3 + cases / 10).await;
        (counted, begun.elapsed().as_secs_f64())
    };
    println!("{:<44} {seconds:>8.3} s", "all facts read and tallied, two connections");
    println!("{:<44} {:>8.3} s", format!("a tenth of them ({} cases)", year.0), year.1);
    println!("{:<44} {counting:>8.3} s, ratio {:.1}", "count(*)", seconds / counting);
    println!("{:<44} {bytes:>8.3} s, ratio {:.1}", "sum(length(facts))", seconds / bytes);
    println!("peak memory: {} kB before, {} kB while reading", before, memory());
}

/// Adds up what any report would: who challenges whom, how far it went, how long it took.
#[derive(Default)]
struct Tally {
    cases: u64,
    matrix: BTreeMap<(AgencyId, AgencyId), u64>,
    stages: BTreeMap<(u32, bool), u64>,
    minutes: [Vec<u32>; 4],
}

impl Tally {
    fn add(&mut self, facts: &CaseFacts) {
        self.cases += 1;
        *self.matrix.entry((facts.raising_agency_id, facts.receiving_agency_id)).or_default() += 1;
        let furthest = facts.stays.iter().map(|stay| stay.stage).max().unwrap_or(0);
        *self.stages.entry((furthest, facts.endings.is_empty())).or_default() += 1;
        for stay in &facts.stays {
            let minutes = &mut self.minutes[(stay.stage as usize - 1) % 4];
            let left = stay.left.map_or(0, |left| left.working_minutes) as usize;
            // A histogram by the quarter of an hour: memory does not grow with the cases.
            if minutes.len() <= left / 15 {
                minutes.resize(left / 15 + 1, 0);
            }
            minutes[left / 15] += 1;
        }
    }

    fn join(mut self, other: Self) -> Self {
        self.cases += other.cases;
        for (key, count) in other.matrix {
            *self.matrix.entry(key).or_default() += count;
        }
        for (key, count) in other.stages {
            *self.stages.entry(key).or_default() += count;
        }
        for (here, there) in self.minutes.iter_mut().zip(other.minutes) {
            here.resize(here.len().max(there.len()), 0);
            for (number, count) in there.into_iter().enumerate() {
                here[number] += count;
            }
        }
        self
    }
}

async fn tallied(store: &Store, from: u64, until: u64) -> u64 {
    let asked = FactsAsked {
        partnership_id: PartnershipId::made_up(1),
        raised: raised_at(from)..raised_at(until),
        hidden: BTreeSet::new(),
    };
    let folded = fold_facts(store, asked, Tally::default, Tally::add, Tally::join).await.unwrap();
    assert_eq!((folded.left_out_count, folded.sum.cases), (0, folded.cases_count));
    folded.cases_count
}

fn best_of_three(mut work: impl FnMut() -> i64) -> f64 {
    let once = |_| {
        let begun = Instant::now();
        assert!(work() > 0);
        begun.elapsed().as_secs_f64()
    };
    (0..3).map(once).fold(f64::MAX, f64::min)
}

/// The most memory that this process had, in kB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn forget_the_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn raised_at(number: u64) -> UtcInstant {
    let seconds = 1_577_836_800 + number * SECONDS_BETWEEN_CASES;
    UtcInstant::new(DateTime::from_timestamp(i64::try_from(seconds).unwrap(), 0).unwrap())
}

/// The facts of a case of ten entries or so: one to four stays.
fn facts(number: u64) -> CaseFacts {
    let raised_at = raised_at(number);
    let later = |hours: u64| raised_at.plus(TimeDelta::hours(i64::try_from(hours).unwrap()));
    let stays = 1 + u32::try_from([0, 0, 0, 1, 1, 2, 3][number as usize % 7]).unwrap();
    let stay = |stage: u32| {
        let entered = u64::from(stage - 1) * 170;
        let is_last = stage == stays;
        StayFacts {
            number: stage,
            round: 1,
            stage,
            why: if stage == 1 { EntryReason::Raised } else { EntryReason::DeadlinePassed },
            entered_at: later(entered),
            due_at: later(entered + 168),
            limit_working_minutes: 2_820,
            answered: is_last
                .then(|| Answered { at: later(entered + 40), stance: Some(Stance::AcceptsInPart) }),
            acknowledged_at: Some(later(entered + 3)),
            missed: (!is_last).then(|| MissedFacts {
                due_at: later(entered + 168),
                recorded_late_seconds: 1,
                answer: Answer::AcknowledgedOnly,
            }),
            left: Some(LeftFacts {
                at: later(entered + 169),
                why: if is_last { LeavingReason::Agreed } else { LeavingReason::DeadlinePassed },
                working_minutes: u32::try_from(number % 3_000).unwrap(),
            }),
        }
    };
    let day = |days: u64| later(days * 24).utc().date_naive();
    CaseFacts {
        escalation_id: EscalationId::made_up(number),
        reference: format!("ESC-2026-{number:06}"),
        partnership_id: PartnershipId::made_up(1),
        policy_key: "bscp".to_owned(),
        policy_version: 1,
        topic: "general".to_owned(),
        stage_count: 4,
        raised_at,
        raising_agency_id: AgencyId::made_up(1 + number % AGENCIES),
        raising_sector: Sector::School,
        receiving_agency_id: AgencyId::made_up(1 + number / 7 % AGENCIES),
        receiving_sector: Sector::ChildrensSocialCare,
        area_of_disagreement: "level_of_need".to_owned(),
        urgency_class: "standard".to_owned(),
        level_of_need: number.is_multiple_of(3).then(|| "Level 3".to_owned()),
        was_immediate_danger: false,
        status: Status::Resolved,
        stays: (1..=stays).map(stay).collect(),
        endings: vec![EndingFacts {
            at: later(700),
            how: EndedHow::Agreed,
            outcome: Some("decision_changed".to_owned()),
            stage: stays,
        }],
        reopened_at: Vec::new(),
        reminder_count: 2,
        told_again_count: 0,
        failed_notice_count: 0,
        delayed_notice_count: 0,
        extension_count: 0,
        pause_count: 0,
        meeting_count: 1,
        actions: vec![ActionFacts { due_on: day(20), done_at: Some(later(460)) }],
        feedback_count: 1,
        learning_count: 1,
        debrief_count: 0,
        changed_at: later(800),
        learning_themes: vec!["drift".to_owned()],
    }
}

/// What cases hang on.
fn parents() -> String {
    let id = |number: u64| AgencyId::made_up(number).to_string();
    let mut statements = format!(
        "insert into partnerships (id, key, name, reference_prefix, contact_email) \
         values ('{0}', 'bench', 'Bench', 'ESC', 'bench@example.org'); \
         insert into people (id, name, email, active, administrator) \
         values ('{0}', 'Bench', 'bench@example.org', true, false); \
         insert into policies (partnership_id, key, version, title, effective_from, text, sha256, \
         loaded_at) values ('{0}', 'bscp', 1, 'Bench', '2020-01-01', '', '', \
         '2020-01-01T00:00:00.000000Z');",
        id(1)
    );
    for number in 1..=AGENCIES {
        let id = id(number);
        statements += &format!(
            "insert into agencies (id, name, sector) values ('{id}', 'Agency', 'school');"
        );
    }
    statements
}

/// Writes the cases, with next to nothing in them, and their facts in the order in which they would
/// come: each is written when it is raised, and again when it has ended, some thousand cases later.
async fn fill(store: &Store, raw: &mut Raw, cases: u64) {
    for from in (0..cases).step_by(usize::try_from(TOGETHER).unwrap()) {
        let until = cases.min(from + TOGETHER);
        raw.add_cases(from, until);
        let ended = from.saturating_sub(4 * TOGETHER)..until.saturating_sub(4 * TOGETHER);
        write(store, from..until, true).await;
        write(store, ended, false).await;
    }
    write(store, cases.saturating_sub(4 * TOGETHER)..cases, false).await;
}

async fn write(store: &Store, numbers: std::ops::Range<u64>, is_new: bool) {
    let done: Result<(), StoreError> = store
        .write(move |w| {
            for number in numbers.clone() {
                let mut facts = facts(number);
                if is_new {
                    facts.stays.truncate(1);
                    facts.endings.clear();
                    facts.actions.clear();
                }
                reports::save(w, &facts, if is_new { 3 } else { 10 })?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
}

/// A connection of one's own.
enum Raw {
    Sqlite(SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

impl Raw {
    fn connect(url: &str) -> Self {
        #[cfg(feature = "postgres")]
        if url.starts_with("postgres") {
            return Self::Postgres(PgConnection::establish(url).unwrap());
        }
        let mut conn = SqliteConnection::establish(url.strip_prefix("sqlite:").unwrap()).unwrap();
        conn.batch_execute("pragma busy_timeout = 60000; pragma foreign_keys = on").unwrap();
        Self::Sqlite(conn)
    }

    fn run(&mut self, statements: &str) {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(statements).unwrap(),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => conn.batch_execute(statements).unwrap(),
        }
    }

    fn number(&mut self, query: &str) -> i64 {
        let row: NumberRow = match self {
            Self::Sqlite(conn) => sql_query(query).get_result(conn).unwrap(),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => sql_query(query).get_result(conn).unwrap(),
        };
        row.value
    }

    /// Adds the cases with these numbers: all that their facts hang on.
    fn add_cases(&mut self, from: u64, until: u64) {
        let (series, id) = match self {
            Self::Sqlite(_) => (
                format!(
                    "with recursive numbers(n) as (select {from} union all \
                     select n + 1 from numbers where n + 1 < {until})"
                ),
                "printf('00000000-0000-0000-0000-%012x', n)",
            ),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => (
                format!("with numbers(n) as (select * from generate_series({from}, {until} - 1))"),
                "'00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0')",
            ),
        };
        let one = AgencyId::made_up(1);
        let at = "'2020-01-01T00:00:00.000000Z'";
        let at = match self {
            Self::Sqlite(_) => at.to_owned(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => format!("{at}::timestamptz"),
        };
        let hash = "0".repeat(64);
        self.run(&format!(
            "{series} insert into escalations (id, reference, partnership_id, policy_key, \
             policy_version, status, raising_agency_id, receiving_agency_id, raiser_id, drafted_at, \
             raised_at, due_sort_at, is_overdue, version, head_hash, state) \
             select {id}, 'ESC-' || n, '{one}', 'bscp', 1, 'resolved', '{one}', '{one}', '{one}', \
             {at}, {at}, {at}, false, 10, '{hash}', '' from numbers"
        ));
    }
}
