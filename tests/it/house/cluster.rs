//! A private PostgreSQL server for this test process, and a fresh database for each test.
//!
//! The first test that asks starts it; it is gone, data and all, when the process ends, however it
//! ends: a shell holds the other end of a pipe, and when the pipe closes it stops the server and
//! removes the folder. Nothing is durable and everybody is trusted: for tests only.
#![cfg(test)]

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// The oldest PostgreSQL the product supports.
const OLDEST_MAJOR: u32 = 15;
/// The port is free when it is chosen, and may be taken before the server has it.
const STARTS_MAX: u32 = 3;
const MISSING: &str = "POSTGRESQL TESTS SKIPPED: no initdb and postgres found; install PostgreSQL \
    15 or newer (on Debian: apt-get install postgresql) to run the tests on both databases.";

/// Runs the server until its own standard input closes. Arguments: the folder of the programs, the
/// port. Its output is the server's, and ends when the server ends.
const KEEPER: &str = r#"
folder=$(mktemp -d "${TMPDIR:-/tmp}/bscp-test-postgres.XXXXXX") || exit 1
if "$1/initdb" --no-sync -A trust --no-locale -E UTF8 -U postgres -D "$folder/data" 2>&1; then
    "$1/postgres" -D "$folder/data" -p "$2" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c max_connections=300 -c fsync=off \
        -c synchronous_commit=off -c full_page_writes=off </dev/null 2>&1 &
    server=$!
    exec >/dev/null 2>&1
    while read -r _; do :; done
    kill -TERM "$server"; kill -QUIT "$server" # QUIT is lost on a server that is only starting
    wait "$server"
fi
rm -rf "$folder"
"#;

/// The server of this test process.
pub struct Cluster {
    port: u16,
    databases: AtomicU64,
    templates: Mutex<HashSet<String>>,
    /// Its standard input is open as long as this process lives: the server stops when it closes.
    _keeper: Child,
}

/// The server of this test process, started when first asked for. `None`, after one loud line, on
/// a machine without PostgreSQL; a panic there if the environment variable `CI` is set.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER
        .get_or_init(|| {
            let Some(programs) = programs(Path::new("/usr/lib/postgresql"), env::var_os("PATH"))
            else {
                skip(env::var_os("CI").is_some_and(|ci| !ci.is_empty()));
                return None;
            };
            Some(Cluster::start(&programs))
        })
        .as_ref()
}

/// Says that the tests are skipped, past the test runner's capture; where nobody reads (in CI) it
/// fails instead.
fn skip(in_ci: bool) {
    assert!(!in_ci, "{MISSING} CI must not pass without them.");
    writeln!(io::stderr(), "\n{MISSING}\n").expect("standard error can be written");
}

impl Cluster {
    /// The URL of a new, empty database.
    pub fn fresh_database(&self) -> String {
        self.fresh_database_from("template1")
    }

    /// The URL of a new database that starts as a copy of `template`.
    pub fn fresh_database_from(&self, template: &str) -> String {
        let name = format!("t_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!(r#"CREATE DATABASE "{name}" TEMPLATE "{template}""#));
        self.url(&name)
    }

    /// Makes the database `name` once and fills it, to be copied by
    /// [`fresh_database_from`](Self::fresh_database_from). Others who ask meanwhile wait. `fill`
    /// must close its connections.
    pub fn create_template(&self, name: &str, fill: impl FnOnce(&str)) {
        // A `fill` that panicked left its name out of the set: the next one starts afresh.
        let mut templates = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if templates.contains(name) {
            return;
        }
        self.execute(&format!(r#"DROP DATABASE IF EXISTS "{name}" WITH (FORCE)"#));
        self.execute(&format!(r#"CREATE DATABASE "{name}""#));
        fill(&self.url(name));
        self.execute(&format!(r#"ALTER DATABASE "{name}" ALLOW_CONNECTIONS false"#));
        templates.insert(name.to_owned());
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn execute(&self, statement: &str) {
        let mut connection =
            PgConnection::establish(&self.url("postgres")).expect("the test server answers");
        sql_query(statement)
            .execute(&mut connection)
            .unwrap_or_else(|error| panic!("test server: {statement}: {error}"));
    }

    fn start(programs: &Path) -> Self {
        let mut said = String::new();
        for _ in 0..STARTS_MAX {
            let port = free_port();
            let mut keeper = spawn_keeper(programs, port);
            let output = keeper.stdout.take().expect("a piped standard output");
            match wait_until_ready(BufReader::new(output)) {
                Ok(()) => {
                    return Self {
                        port,
                        databases: AtomicU64::new(0),
                        templates: Mutex::default(),
                        _keeper: keeper,
                    };
                }
                Err(output) => said = output,
            }
            // Closes its standard input first.
            keeper.wait().expect("the server's shell can be waited for");
        }
        panic!("{} did not start; it said:\n{said}", programs.display());
    }
}

/// Reads the server's output until it is ready, and goes on emptying it so that the server never
/// waits for a reader. All that was said, if it ended instead.
fn wait_until_ready(mut output: BufReader<ChildStdout>) -> Result<(), String> {
    let mut said = String::new();
    while !said.ends_with("ready to accept connections\n") {
        let read = output.read_line(&mut said).expect("the server's output is text");
        if read == 0 {
            return Err(said);
        }
    }
    thread::spawn(move || io::copy(&mut output, &mut io::sink()));
    Ok(())
}

/// Starts the shell that keeps the server. It has its own process group, so that Ctrl-C reaches it
/// only through the pipe. PostgreSQL refuses to run as root: then it runs as another user.
fn spawn_keeper(programs: &Path, port: u16) -> Child {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", KEEPER, "sh"])
        .arg(programs)
        .arg(port.to_string())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if is_root() {
        let accounts = fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
        let (user, group) =
            ["postgres", "nobody"].iter().find_map(|name| ids_of(name, &accounts)).expect(
                "PostgreSQL does not run as root, and there is no user postgres or nobody for it",
            );
        shell.uid(user).gid(group);
    }
    shell.spawn().expect("sh can be started")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id can be run");
    id.stdout.trim_ascii() == b"0"
}

/// The user and group ids of `name` in the text of `/etc/passwd`.
fn ids_of(name: &str, accounts: &str) -> Option<(u32, u32)> {
    let fields = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.first() == Some(&name))?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port on 127.0.0.1")
        .port()
}

/// The folder of `initdb` and `postgres`: the newest version under `versions` (Debian's way; what
/// is in the path may be wrappers there), else the first in the search path that has both.
fn programs(versions: &Path, path: Option<std::ffi::OsString>) -> Option<PathBuf> {
    let newest = fs::read_dir(versions)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let major: u32 = folder.file_name()?.to_str()?.parse().ok()?;
            Some((major, folder.join("bin")))
        })
        .filter(|(major, folder)| *major >= OLDEST_MAJOR && has_both(folder))
        .max();
    newest
        .map(|(_, folder)| folder)
        .or_else(|| env::split_paths(&path?).find(|folder| has_both(folder)))
}

fn has_both(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file())
}

mod tests {
    use super::*;
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;

    #[test]
    fn every_database_is_its_own_and_a_template_is_filled_once() {
        let Some(cluster) = cluster() else { return };
        for _ in 0..2 {
            cluster.create_template("filled", |url| {
                let mut connection = PgConnection::establish(url).unwrap();
                sql_query("CREATE TABLE mark (id bigint)").execute(&mut connection).unwrap();
            });
        }
        let (one, other) =
            (cluster.fresh_database_from("filled"), cluster.fresh_database_from("filled"));
        let mut one = PgConnection::establish(&one).unwrap();
        let mut other = PgConnection::establish(&other).unwrap();
        sql_query("INSERT INTO mark VALUES (1)").execute(&mut one).unwrap();
        let marks = || diesel::select(sql::<BigInt>("(SELECT count(*) FROM mark)"));
        assert_eq!(marks().get_result(&mut one), Ok(1_i64));
        assert_eq!(marks().get_result(&mut other), Ok(0_i64));

        let mut empty = PgConnection::establish(&cluster.fresh_database()).unwrap();
        assert!(marks().get_result::<i64>(&mut empty).is_err(), "no table in an empty database");
    }

    #[test]
    #[should_panic(expected = "CI must not pass without them")]
    fn a_machine_without_postgresql_fails_in_ci() {
        skip(true);
    }

    #[test]
    fn programs_are_found_in_the_newest_version_and_then_in_the_path() {
        let nowhere = Path::new("/nonexistent");
        assert_eq!(programs(nowhere, None), None);
        assert_eq!(programs(nowhere, Some("/nonexistent:/dev".into())), None);
    }

    #[test]
    fn ids_come_from_the_account_of_that_very_name() {
        let accounts = "root:x:0:0::/root:/bin/sh\npostgres2:x:5:6:::\npostgres:x:101:104:::\n";
        assert_eq!(ids_of("postgres", accounts), Some((101, 104)));
        assert_eq!(ids_of("nobody", accounts), None);
    }
}
