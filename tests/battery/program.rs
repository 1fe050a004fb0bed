//! The program as it is run, on a database of a trial's own: started, killed, stopped, faulted.

use crate::house::{self, PASSWORD};
use crate::wire::{Answer, Ask, Lost, Wire};
use bscp_escalation::app;
use bscp_escalation::clock::Clock;
use bscp_escalation::config::Settings;
use bscp_escalation::engine::prove;
use bscp_escalation::notify::{Mailer, Sender};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bscp-escalation");
const DIRECTORY: &str = include_str!("../../config/demo/bromley.toml");
const SHIM: &str = include_str!("faults.c");
/// How long something that must happen is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A founded partnership on a database of its own, with the two-second policy.
pub struct Ground {
    dir: TempDir,
    url: String,
    /// Where servers look for the database, if not at its own place.
    through: Option<SocketAddr>,
    settings: Vec<(&'static str, String)>,
    pub agency_id: String,
    pub practitioner_id: String,
}

/// One row of a question to the database: two texts.
#[derive(QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Text)]
    pub a: String,
    #[diesel(sql_type = Text)]
    pub b: String,
}

/// A server process.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    /// From its start until `/readyz` said 200.
    pub ready_after: Duration,
}

/// What the server's system calls do: see faults.c.
pub struct Faults {
    control: File,
    dir: PathBuf,
}

/// What is to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Nothing = 0,
    DiskFull = 1,
    WriteFails = 2,
    SyncFails = 3,
    SyncSkipped = 4,
}

impl Ground {
    /// On SQLite.
    pub fn sqlite(settings: &[(&'static str, String)]) -> Self {
        /// The founded database and its key, and the ids in it: founding takes a second.
        static FOUNDED: OnceLock<(Vec<u8>, Vec<u8>, String, String)> = OnceLock::new();
        let place = |dir: &TempDir| format!("sqlite:{}", dir.path().join("it.sqlite3").display());
        let (database, key, agency_id, practitioner_id) = FOUNDED.get_or_init(|| {
            let dir = tempfile::tempdir().unwrap();
            let mut ground = Self::bare(place(&dir), dir, &[]);
            ground.found();
            let read = |name: &str| std::fs::read(ground.dir.path().join(name)).unwrap();
            // Closed by its last connection: what was in the log is in the database.
            assert!(!ground.dir.path().join("it.sqlite3-wal").exists(), "it was not closed");
            (read("it.sqlite3"), read("token.key"), ground.agency_id, ground.practitioner_id)
        });
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in [("it.sqlite3", database), ("token.key", key)] {
            let path = dir.path().join(name);
            std::fs::write(&path, content).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&path, mode).unwrap();
        }
        let url = place(&dir);
        let ground = Self::bare(url, dir, settings);
        Self { agency_id: agency_id.clone(), practitioner_id: practitioner_id.clone(), ..ground }
    }

    /// On PostgreSQL; none where there is none.
    pub fn postgres(settings: &[(&'static str, String)]) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let url = house::Database::Postgres.fresh(&dir)?;
        let key = dir.path().join("token.key");
        bscp_escalation::auth::load_or_create(&key, bscp_escalation::auth::IfMissing::Create)
            .unwrap();
        let mut ground = Self::bare(url, dir, settings);
        ground.found();
        Some(ground)
    }

    fn bare(url: String, dir: TempDir, settings: &[(&'static str, String)]) -> Self {
        let (agency_id, practitioner_id) = (String::new(), String::new());
        let settings = settings.to_vec();
        Self { dir, url, through: None, settings, agency_id, practitioner_id }
    }

    fn found(&mut self) {
        let settings = self.settings();
        let founded = house::block_on(async {
            let engine =
                app::build_engine_with(&settings, Clock::System, no_mailer()).await.unwrap();
            house::furnish(&engine, DIRECTORY, &house::two_second_policy()).await
        });
        let tom = founded.people.iter().find(|person| person.name == "Tom Okafor").unwrap();
        self.practitioner_id = tom.id.to_string();
        self.agency_id = founded.agencies["social_care"].to_string();
    }

    fn overrides(&self) -> Vec<(String, String)> {
        let path = |name: &str| self.dir.path().join(name).display().to_string();
        let mut all: Vec<(String, String)> = [
            ("data_dir", path("")),
            ("database.url", self.url.clone()),
            ("http.listen", "127.0.0.1:0".to_owned()),
            ("http.workers", "1".to_owned()),
            ("http.requests_per_minute", "0".to_owned()),
            ("http.requests_per_minute_of_network", "0".to_owned()),
            ("auth.token_key_file", path("token.key")),
            ("auth.second_factor", "optional".to_owned()),
            ("auth.access_token_seconds", "1800".to_owned()),
            ("engine.tick_seconds", "1".to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        all.extend(self.settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        all
    }

    fn settings(&self) -> Settings {
        Settings::load(None, &HashMap::new(), &self.overrides()).unwrap()
    }

    /// Starts a server, and waits until it is ready.
    pub fn start(&self) -> Program {
        self.start_with(None)
    }

    /// Starts a server whose system calls fail as they are told.
    pub fn start_with(&self, faults: Option<&Faults>) -> Program {
        let began = Instant::now();
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg("serve").stdout(Stdio::piped()).stderr(log);
        for (key, value) in self.overrides() {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        if let Some(through) = self.through {
            let url = self.url.replace(&self.database_address().to_string(), &through.to_string());
            command.arg("--set").arg(format!("database.url={url}"));
        }
        if let Some(faults) = faults {
            command.envs(faults.environment());
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let Some(line) = lines.next() else {
                panic!("the server ended before it listened: {}", self.said())
            };
            if let Some(address) = line.unwrap().strip_prefix("Listening on http://") {
                break address.parse().unwrap();
            }
        };
        // What else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let mut program = Program { child, address, ready_after: Duration::ZERO };
        let ready = Ask::get("/readyz", "");
        until("the server being ready", || program.ask(&ready).is_ok_and(|it| it.is_done()));
        program.ready_after = began.elapsed();
        program
    }

    /// Where PostgreSQL listens.
    pub fn database_address(&self) -> SocketAddr {
        let after = self.url.split_once('@').expect("a user of PostgreSQL").1;
        after.split('/').next().unwrap().parse().unwrap()
    }

    /// From now on servers find the database there.
    pub fn reach_through(&mut self, address: SocketAddr) {
        self.through = Some(address);
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join("server.log")
    }

    /// The last that the servers complained of.
    pub fn said(&self) -> String {
        let said = std::fs::read_to_string(self.log_path()).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Does something to the PostgreSQL database, past the server and whatever it may write.
    pub fn execute(&self, statements: &str) {
        let mut conn = diesel::PgConnection::establish(&self.url).unwrap();
        for statements in ["set default_transaction_read_only = off", statements] {
            conn.batch_execute(statements).unwrap();
        }
    }

    /// Whether whoever connects to the PostgreSQL database from now on may write.
    pub fn make_read_only(&self, is_read_only: bool) {
        let name = self.url.rsplit_once('/').unwrap().1;
        self.execute(&format!(
            r#"alter database "{name}" set default_transaction_read_only = {is_read_only}"#
        ));
    }

    /// Ends all connections to the PostgreSQL database, as its administrator can.
    pub fn end_connections(&self) {
        self.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()",
        );
    }

    /// The path of the SQLite file.
    pub fn file(&self) -> PathBuf {
        self.dir.path().join("it.sqlite3")
    }

    /// What the database holds, asked past the server.
    pub fn rows(&self, question: &str) -> Vec<Row> {
        #[cfg(feature = "postgres")]
        if self.url.starts_with("postgres") {
            let mut conn = diesel::PgConnection::establish(&self.url).unwrap();
            return sql_query(question).load(&mut conn).unwrap();
        }
        let mut conn = SqliteConnection::establish(self.file().to_str().unwrap()).unwrap();
        conn.batch_execute("pragma busy_timeout = 10000; pragma query_only = on").unwrap();
        sql_query(question).load(&mut conn).unwrap()
    }

    /// Proves the record, which no server may be using now: what is broken, in sentences.
    pub fn prove_the_record(&self) -> Vec<String> {
        let settings = self.settings();
        let proof = house::block_on(async {
            let store = app::open_store_as_it_is(&settings).await.unwrap();
            assert_eq!(store.damage().await.unwrap(), [""; 0], "the file is damaged");
            prove(&store).await.unwrap()
        });
        proof.breaches.iter().map(ToString::to_string).collect()
    }

    /// A whole draft against the team of Tom Okafor, with a mark in it.
    pub fn draft(&self, mark: &str) -> Value {
        json!({
            "immediate_danger": { "in_immediate_danger": false },
            "draft": {
                "receiving_agency_id": self.agency_id,
                "receiving_team": "Referral and assessment",
                "receiving_practitioner_id": self.practitioner_id,
                "child": { "initials": "Q.Z.", "local_reference": "RPP-0417" },
                "area_of_disagreement": "level_of_need",
                "facts": mark, "judgement": "made-up judgement",
                "rationale": "made-up rationale", "risk": "made-up risk",
                "childs_voice": "made-up words", "what_was_tried": "made-up attempts",
                "outcome_sought": "made-up outcome"
            }
        })
    }
}

fn no_mailer() -> Mailer {
    Mailer::memory(Sender::new("Escalations", "escalations@bscp.example", None, None).unwrap())
}

impl Program {
    /// Asks on a connection of its own.
    pub fn ask(&self, ask: &Ask) -> Result<Answer, Lost> {
        Wire::to(self.address).ask(ask)
    }

    /// Somebody's access token, by their address.
    pub fn token(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD }).to_string();
        let path = "/api/v1/sessions".to_owned();
        let answer = self
            .ask(&Ask { method: "POST", body, ..Ask::get(path, "") })
            .unwrap_or_else(|lost| panic!("no answer to a sign-in: {lost:?}"));
        assert_eq!(answer.status, 200, "{email} could not sign in: {}", answer.body);
        answer.text("/access_token")
    }

    /// How many threads it has.
    pub fn threads(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let threads = status.lines().find_map(|line| line.strip_prefix("Threads:"));
        threads.unwrap().trim().parse().unwrap()
    }

    /// Kills it, as a crash would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it SIGTERM.
    pub fn ask_to_end(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal, such as `STOP` and `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").arg(format!("-{name}")).arg(pid).status();
        assert!(sent.unwrap().success(), "no signal could be sent");
    }

    /// Waits until it ends by itself: its exit code, and how long that took; none if it does not.
    pub fn ended(mut self, patience: Duration) -> Option<(Option<i32>, Duration)> {
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some((status.code(), began.elapsed()));
            }
            pause(Duration::from_millis(10));
        }
        None
    }

    /// Ends it in good order.
    pub fn stop(self) {
        self.ask_to_end();
        let ended = self.ended(PATIENCE).expect("the server did not end on SIGTERM");
        assert_eq!(ended.0, Some(0), "the server did not end well on SIGTERM");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended, and nobody is left to be told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Faults {
    /// No fault yet, in the folder of a ground.
    pub fn of(ground: &Ground) -> Self {
        let dir = ground.dir.path().to_owned();
        std::fs::write(dir.join("faults.control"), [0; 4096]).unwrap();
        let control =
            File::options().read(true).write(true).open(dir.join("faults.control")).unwrap();
        Self { control, dir }
    }

    fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", shim().to_owned()),
            ("FAULTS_CONTROL", self.dir.join("faults.control")),
            ("FAULTS_LOG", self.log_path()),
        ]
    }

    /// The order of what happened: see faults.c.
    pub fn log_path(&self) -> PathBuf {
        self.dir.join("faults.log")
    }

    /// From now on, after so many writes or syncs that succeed, so many fail; all, if 0.
    pub fn set(&self, fault: Fault, after: u64, times: u64) {
        let put = |place: u64, value: u64| {
            self.control.write_all_at(&value.to_ne_bytes(), place * 8).unwrap();
        };
        put(0, Fault::Nothing as u64);
        for (place, value) in [(1, after), (2, times), (3, 0), (4, 0), (5, 0), (0, fault as u64)] {
            put(place, value);
        }
    }

    /// How many calls have failed since it was set.
    pub fn failed(&self) -> u64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, 5 * 8).unwrap();
        u64::from_ne_bytes(bytes)
    }
}

/// The library that is preloaded, compiled once.
fn shim() -> &'static Path {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, library) = BUILT.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let (source, library) = (dir.path().join("faults.c"), dir.path().join("faults.so"));
        std::fs::write(&source, SHIM).unwrap();
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .args(["-ldl", "-lpthread"])
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        (dir, library)
    });
    library
}

/// Lets time go by where it is time itself that is waited for: a random instant, or between two
/// looks at another process.
pub fn pause(length: Duration) {
    let (_kept, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(length);
}

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain for: {what}");
        pause(Duration::from_millis(20));
    }
}
