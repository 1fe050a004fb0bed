//! Opening a database, its pools, and running work on it off the async threads.

use super::conn::{Conn, Reader, Writer};
use super::error::StoreError;
use super::migrate;
use super::trust::Trust;
use super::weather::{Moment, Weather};
use crate::clock::Stopwatch;
use diesel::connection::{Connection, SimpleConnection};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::sqlite::SqliteConnection;
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

struct Manager {
    options: StoreOptions,
    /// Told of the disk's failures, where its connections write.
    told: Option<Trust>,
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        let refused = |error: diesel::ConnectionError| StoreError::Connection(error.to_string());
        match &self.options.url {
            DatabaseUrl::Sqlite(path) => {
                let mut conn =
                    SqliteConnection::establish(&path.to_string_lossy()).map_err(refused)?;
                // FULL: a write that was answered must survive a power cut.
                conn.batch_execute(&format!(
                    "pragma busy_timeout = {}; pragma journal_mode = wal; \
                     pragma synchronous = full; pragma foreign_keys = on;",
                    self.options.busy_timeout_seconds.saturating_mul(1000)
                ))?;
                if let Some(trust) = &self.told {
                    conn.set_instrumentation(trust.watch());
                }
                Ok(Conn::Sqlite(conn))
            }
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => {
                let mut conn = diesel::pg::PgConnection::establish(url).map_err(refused)?;
                // A node that stopped in the middle of a transaction must not keep its locks: it is
                // thrown out, others go on, and what it does when it wakes is refused.
                conn.batch_execute(&format!(
                    "set time zone 'UTC'; set client_min_messages = warning; \
                     set idle_in_transaction_session_timeout = '15s'; set lock_timeout = '{}s'",
                    self.options.busy_timeout_seconds
                ))?;
                Ok(Conn::Postgres(conn))
            }
            #[cfg(not(feature = "postgres"))]
            DatabaseUrl::Postgres(_) => Err(StoreError::Unusable(
                "this program was built without PostgreSQL: build it with its default features"
                    .to_owned(),
            )),
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), StoreError> {
        conn.ping()
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        use diesel::r2d2::R2D2Connection;
        match conn {
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => conn.is_broken(),
            Conn::Sqlite(conn) => conn.is_broken(),
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    reads: Pool<Manager>,
    /// On SQLite one connection: there is one writer anyway, and waiting in line here is calmer
    /// than at its lock. On PostgreSQL the same pool as for reads.
    writes: Pool<Manager>,
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
        if let DatabaseUrl::Sqlite(path) = &options.url {
            prepare_sqlite(path)?;
        }
        // The pool hides why it cannot connect; the first connection is made by hand to tell.
        let mut first = Manager { options: options.clone(), told: None }.connect()?;
        let ran = migrate::run(&mut first)?;
        drop(first);
        if ran > 0 {
            tracing::info!(migrations_count = ran, "brought the database to the newest schema");
        }
        Self::with_pools(options)
    }

    /// Opens a database to look at it: makes and migrates nothing. Blocks.
    ///
    /// # Errors
    /// If there is none, or it does not have the newest schema.
    pub fn open_as_it_is(options: StoreOptions) -> Result<Self, StoreError> {
        if let DatabaseUrl::Sqlite(path) = &options.url
            && !path.exists()
        {
            return Err(StoreError::Unusable(format!("there is no file {}", path.display())));
        }
        let mut first = Manager { options: options.clone(), told: None }.connect()?;
        migrate::require_newest(&mut first)?;
        drop(first);
        Self::with_pools(options)
    }

    fn with_pools(options: StoreOptions) -> Result<Self, StoreError> {
        let url = options.url.clone();
        let busy_timeout = Duration::from_secs(options.busy_timeout_seconds);
        let pool = |connections_max: u32, told: Option<Trust>| {
            Pool::builder()
                .max_size(connections_max.max(1))
                .min_idle(Some(1))
                .connection_timeout(busy_timeout)
                .test_on_check_out(matches!(options.url, DatabaseUrl::Postgres(_)))
                .build(Manager { options: options.clone(), told })
                .map_err(|error| StoreError::Connection(error.to_string()))
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
        let pool = self.reads.clone();
        off_thread(move || connection(&pool)?.damage()).await
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
        let pool = self.reads.clone();
        let weather = self.weather.clone();
        off_thread(move || {
            ask(weather.as_deref(), Moment::BeforeReading)?;
            connection(&pool)?.read(work)
        })
        .await
    }

    /// Writes, as a whole or not at all. On SQLite the turn within this server and the file's lock
    /// are waited for no longer than the busy time-out together.
    ///
    /// # Errors
    /// What the work says, that the database cannot be reached, is full or busy, or that its disk
    /// has failed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Writer<'_>) -> Result<T, E> + Send + 'static,
    {
        let (pool, trust, busy_timeout) =
            (self.writes.clone(), self.trust.clone(), self.busy_timeout);
        let weather = self.weather.clone();
        off_thread(move || {
            ask(weather.as_deref(), Moment::BeforeWriting)?;
            trust.check()?;
            let waiting = Stopwatch::started();
            let mut conn = connection(&pool)?;
            // Whoever had it before may have seen the disk fail.
            trust.check()?;
            conn.wait_for_lock_at_most(busy_timeout.saturating_sub(waiting.so_far()))?;
            let done = conn.write(|w| -> Result<T, E> {
                let done = work(w)?;
                ask(weather.as_deref(), Moment::BeforeCommit)?;
                Ok(done)
            })?;
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

fn connection(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, StoreError> {
    pool.get().map_err(|error| StoreError::Connection(error.to_string()))
}

fn ask(weather: Option<&dyn Weather>, moment: Moment) -> Result<(), StoreError> {
    weather.map_or(Ok(()), |weather| weather.at(moment))
}

/// A closure that began runs to its end even if nobody waits for it any more, so a request that
/// is dropped cannot leave a transaction half way.
async fn off_thread<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => Err(StoreError::Stopped(stopped.to_string()).into()),
    }
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
    let mut conn = SqliteConnection::establish(":memory:")
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
