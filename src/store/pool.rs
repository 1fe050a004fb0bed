//! Opening a database, its pools, and running work on it off the async threads.

use super::conn::{Reader, Writer};
use super::connecting::{CONNECT_WITHIN, Manager};
use super::error::StoreError;
use super::migrate;
use super::trust::Trust;
use super::turns::Turns;
use super::weather::{Moment, Weather};
use crate::clock::Stopwatch;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use std::fmt;
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// SQLite before this can corrupt a database in WAL mode when one connection checkpoints while
/// another commits.
const SQLITE_VERSION_MIN: (i32, i32, i32) = (3, 51, 3);
/// How often work is tried that was in another transaction's way.
const TRIES_MAX: u32 = 5;

/// Which database, and where.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
            Some(path) if !path.is_empty() && path != ":memory:" => {
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            _ => Err(StoreError::Unusable(
                "the database's URL must begin with sqlite: and name a file, or with postgres:"
                    .to_owned(),
            )),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    /// Names the database without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite, {}", path.display()),
            Self::Postgres(url) => {
                let after = url.split_once("://").map_or(url.as_str(), |(_, after)| after);
                let place = after.rsplit_once('@').map_or(after, |(_, place)| place);
                write!(f, "PostgreSQL, {}", place.split('?').next().unwrap_or(place))
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The most connections that are opened.
    pub connections_max: u32,
    /// How long to wait for a connection, and on SQLite for the turn to write, in seconds.
    pub busy_timeout_seconds: u64,
}

/// Connections, and whose turn it is to use one.
#[derive(Clone)]
struct Connections {
    pool: Pool<Manager>,
    turns: Turns,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    reads: Connections,
    /// On SQLite one connection: there is one writer anyway, and waiting in line here is calmer
    /// than at its lock. On PostgreSQL the same as for reads.
    writes: Connections,
    url: DatabaseUrl,
    busy_timeout: Duration,
    trust: Trust,
    /// None but where the server is tried.
    weather: Option<Arc<dyn Weather>>,
}

impl Store {
    /// Opens the database, making the file if it is not there, and brings it to the newest schema.
    /// Blocks.
    ///
    /// # Errors
    /// Whatever is wrong with the database, in a sentence.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        Self::open_with(options, None)
    }

    /// The same for a server, whose clients wait: PostgreSQL is given twice the busy time-out for
    /// each transaction. Blocks.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_to_serve(options: StoreOptions) -> Result<Self, StoreError> {
        let is_elsewhere = matches!(options.url, DatabaseUrl::Postgres(_));
        // So that a wait for a lock can end and be told as what it is.
        let answer_within = Duration::from_secs(options.busy_timeout_seconds.saturating_mul(2));
        Self::open_with(options, is_elsewhere.then_some(answer_within))
    }

    fn open_with(
        options: StoreOptions,
        answer_within: Option<Duration>,
    ) -> Result<Self, StoreError> {
        if let DatabaseUrl::Sqlite(path) = &options.url {
            prepare_sqlite(path)?;
        }
        // The pool hides why it cannot connect; the first connection is made by hand to tell.
        let mut first = Manager::new(options.clone(), None, None).connect()?;
        let ran = migrate::run(&mut first)?;
        drop(first);
        if ran > 0 {
            tracing::info!(migrations_count = ran, "brought the database to the newest schema");
        }
        Self::with_pools(options, answer_within)
    }

    /// Opens a database to look at it, however long that takes: makes and migrates nothing. Blocks.
    ///
    /// # Errors
    /// If there is none, or it does not have the newest schema.
    pub fn open_as_it_is(options: StoreOptions) -> Result<Self, StoreError> {
        if let DatabaseUrl::Sqlite(path) = &options.url
            && !path.exists()
        {
            return Err(StoreError::Unusable(format!("there is no file {}", path.display())));
        }
        let mut first = Manager::new(options.clone(), None, None).connect()?;
        migrate::require_newest(&mut first)?;
        drop(first);
        Self::with_pools(options, None)
    }

    fn with_pools(
        options: StoreOptions,
        answer_within: Option<Duration>,
    ) -> Result<Self, StoreError> {
        let url = options.url.clone();
        let busy_timeout = Duration::from_secs(options.busy_timeout_seconds);
        let pool = |connections_max: u32, told: Option<Trust>| {
            let pool = Pool::builder()
                .max_size(connections_max.max(1))
                .min_idle(Some(1))
                // Whoever asks has the turn for one, so it is waited for being made and no more.
                .connection_timeout(CONNECT_WITHIN)
                .test_on_check_out(matches!(options.url, DatabaseUrl::Postgres(_)))
                .build(Manager::new(options.clone(), told, answer_within))
                .map_err(|error| StoreError::Connection(error.to_string()))?;
            let turns = Turns::new(connections_max, busy_timeout, answer_within);
            Ok::<_, StoreError>(Connections { pool, turns })
        };
        let trust = Trust::new();
        let reads = pool(options.connections_max, None)?;
        let writes = match &url {
            DatabaseUrl::Sqlite(_) => pool(1, Some(trust.clone()))?,
            DatabaseUrl::Postgres(_) => reads.clone(),
        };
        Ok(Self { reads, writes, url, busy_timeout, trust, weather: None })
    }

    /// The same database in bad weather: for trying the server.
    #[must_use]
    pub fn in_weather(self, weather: Arc<dyn Weather>) -> Self {
        Self { weather: Some(weather), ..self }
    }

    /// Which database it is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// What the database itself finds damaged in its file; nothing if it is whole. PostgreSQL keeps
    /// checksums of its own and is not asked.
    ///
    /// # Errors
    /// If the database cannot be read at all.
    pub async fn damage(&self) -> Result<Vec<String>, StoreError> {
        self.reads.run(StoreError::Connection, |conn| conn.damage()).await
    }

    /// Reads, all of one moment.
    ///
    /// # Errors
    /// What the work says, or that the database cannot be reached.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Reader<'_>) -> Result<T, E> + Send + 'static,
    {
        let weather = self.weather.clone();
        self.reads
            .run(StoreError::Connection, move |conn| {
                ask(weather.as_deref(), Moment::BeforeReading)?;
                conn.read(work)
            })
            .await
    }

    /// Writes, as a whole or not at all. On SQLite the turn within this server and the file's lock
    /// are waited for no longer than the busy time-out together. Work that another transaction was in
    /// the way of is undone as a whole and done again, some times at most.
    ///
    /// # Errors
    /// What the work says, that the database cannot be reached, is full, busy or read-only, does not
    /// answer, or that its disk has failed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    {
        let (trust, busy_timeout, weather) =
            (self.trust.clone(), self.busy_timeout, self.weather.clone());
        let waiting = Stopwatch::started();
        trust.check()?;
        self.writes
            .run(StoreError::Lost, move |conn| {
                ask(weather.as_deref(), Moment::BeforeWriting)?;
                // Whoever had it before may have seen the disk fail.
                trust.check()?;
                conn.wait_for_lock_at_most(busy_timeout.saturating_sub(waiting.so_far()))?;
                conn.had_conflict();
                let mut tries = 0;
                let done = loop {
                    tries += 1;
                    let done = conn.write(|w| -> Result<T, E> {
                        let done = work(w)?;
                        ask(weather.as_deref(), Moment::BeforeCommit)?;
                        Ok(done)
                    });
                    if done.is_ok() || !conn.had_conflict() || tries >= TRIES_MAX {
                        break done?;
                    }
                    tracing::info!(tries, "trying a transaction again");
                };
                ask(weather.as_deref(), Moment::AfterCommit)?;
                Ok(done)
            })
            .await
    }

    /// Waits until the disk under the database has failed, after which nothing is written any more;
    /// for ever if it does not. PostgreSQL looks after its own disk.
    pub async fn disk_failed(&self) {
        self.trust.lost().await;
    }
}

impl Connections {
    /// Runs work with a connection, on a thread of its own.
    async fn run<T, E>(
        &self,
        unanswered: fn(String) -> StoreError,
        work: impl FnOnce(&mut PooledConnection<Manager>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let turn = self.turns.take().await?;
        let pool = self.pool.clone();
        let connected = move || {
            let conn = pool.get().map_err(|error| StoreError::Connection(error.to_string()));
            work(&mut conn?)
        };
        self.turns.run(turn, unanswered, connected).await
    }
}

fn ask(weather: Option<&dyn Weather>, moment: Moment) -> Result<(), StoreError> {
    weather.map_or(Ok(()), |weather| weather.at(moment))
}

/// Makes the folder of a database's file. It holds data about children: for the server's own user
/// alone.
pub(super) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else { return Ok(()) };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
        StoreError::Unusable(format!("making the folder {} failed: {error}", folder.display()))
    })
}

fn prepare_sqlite(path: &Path) -> Result<(), StoreError> {
    let version = sqlite_version()?;
    if version < SQLITE_VERSION_MIN {
        let (major, minor, patch) = SQLITE_VERSION_MIN;
        return Err(StoreError::Unusable(format!(
            "this SQLite is older than {major}.{minor}.{patch} and can lose data: build with the \
             bundled one"
        )));
    }
    make_folder(path)?;
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(_empty) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(StoreError::Unusable(format!(
                "making the database {} failed: {error}",
                path.display()
            )));
        }
    }
    Ok(())
}

fn sqlite_version() -> Result<(i32, i32, i32), StoreError> {
    use diesel::prelude::*;
    let mut conn = diesel::SqliteConnection::establish(":memory:")
        .map_err(|error| StoreError::Connection(error.to_string()))?;
    let text: String =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>("sqlite_version()"))
            .get_result(&mut conn)?;
    let mut numbers = text.split('.').map(str::parse::<i32>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => Ok((major, minor, patch)),
        _ => Err(StoreError::unreadable("SQLite's version", text)),
    }
}
