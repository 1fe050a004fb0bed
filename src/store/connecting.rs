//! How a connection to either database is made, and when one is given up.

use super::conn::Conn;
use super::error::{self, StoreError};
use super::pool::{DatabaseUrl, StoreOptions};
use super::trust::Trust;
use crate::clock::Stopwatch;
use diesel::connection::{Connection, Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::sqlite::SqliteConnection;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long making a connection may take. The pool tries again after half of it at most.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(4);

/// How often connections that are read-only are made anew at most.
const RENEW_AFTER: Duration = Duration::from_secs(1);

/// What PostgreSQL's client is told unless the URL says otherwise: how long to wait for a connection,
/// and how to find out within half a minute that the other machine is gone, which by default takes
/// it two hours. The names are libpq's.
const PATIENCE: [(&str, u64); 5] = [
    ("connect_timeout", CONNECT_WITHIN.as_secs()),
    ("keepalives_idle", 10),
    ("keepalives_interval", 5),
    ("keepalives_count", 3),
    // Milliseconds, as against the others.
    ("tcp_user_timeout", 20_000),
];

pub(super) struct Manager {
    pub(super) options: StoreOptions,
    /// Told of the disk's failures, where its connections write.
    pub(super) told: Option<Trust>,
    /// After how long PostgreSQL gives a statement up; none where it may take as long as it takes.
    pub(super) answer_within: Option<Duration>,
    /// Counted up when a connection was found to be read-only: those made before are not used again.
    generation: AtomicU64,
    /// When it was counted up last.
    renewed: Mutex<Option<Stopwatch>>,
}

/// A connection of the pool.
pub(super) struct Pooled {
    conn: Conn,
    generation: u64,
    seen: Arc<Seen>,
}

/// What was seen on a connection.
#[derive(Default)]
struct Seen {
    is_read_only: AtomicBool,
    conflict: AtomicBool,
}

impl Pooled {
    /// Whether two transactions were in each other's way on it since this was last asked.
    pub(super) fn had_conflict(&self) -> bool {
        self.seen.conflict.swap(false, Ordering::SeqCst)
    }
}

impl Deref for Pooled {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Seen {
    fn watch(self: &Arc<Self>) -> impl Instrumentation {
        let seen = Arc::clone(self);
        move |event: InstrumentationEvent<'_>| {
            let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event else {
                return;
            };
            if error::is_read_only(error) {
                seen.is_read_only.store(true, Ordering::SeqCst);
            }
            if error::is_conflict(error) {
                seen.conflict.store(true, Ordering::SeqCst);
            }
        }
    }
}

impl Manager {
    pub(super) fn new(
        options: StoreOptions,
        told: Option<Trust>,
        answer_within: Option<Duration>,
    ) -> Self {
        Self {
            options,
            told,
            answer_within,
            generation: AtomicU64::default(),
            renewed: Mutex::default(),
        }
    }

    fn connect_plain(&self, seen: &Arc<Seen>) -> Result<Conn, StoreError> {
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
                let mut conn =
                    diesel::pg::PgConnection::establish(&with_patience(url)).map_err(refused)?;
                // A node that stopped in the middle of a transaction must not keep its locks: it is
                // thrown out, others go on, and what it does when it wakes is refused. What nobody
                // waits for any more is given up by the database too.
                conn.batch_execute(&format!(
                    "set time zone 'UTC'; set client_min_messages = warning; \
                     set idle_in_transaction_session_timeout = '15s'; set lock_timeout = '{}s'; \
                     set statement_timeout = '{}s'",
                    self.options.busy_timeout_seconds,
                    self.answer_within.unwrap_or_default().as_secs()
                ))?;
                conn.set_instrumentation(seen.watch());
                Ok(Conn::Postgres(conn))
            }
            #[cfg(not(feature = "postgres"))]
            DatabaseUrl::Postgres(_) => Err(StoreError::Unusable(
                "this program was built without PostgreSQL: build it with its default features"
                    .to_owned(),
            )),
        }
    }

    /// What is read-only stays so for as long as the connection lives, even where the database can be
    /// written to again; and so do the others of its time. They are not made anew at each write that
    /// fails: whoever reads would wait for it.
    fn is_spent(&self, conn: &Pooled) -> bool {
        if conn.seen.is_read_only.swap(false, Ordering::SeqCst) {
            let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
            if renewed.is_none_or(|at| at.so_far() >= RENEW_AFTER) {
                *renewed = Some(Stopwatch::started());
                self.generation.fetch_add(1, Ordering::SeqCst);
            }
        }
        conn.generation < self.generation.load(Ordering::SeqCst)
    }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = StoreError;

    fn connect(&self) -> Result<Pooled, StoreError> {
        let (generation, seen) = (self.generation.load(Ordering::SeqCst), Arc::default());
        Ok(Pooled { conn: self.connect_plain(&seen)?, generation, seen })
    }

    fn is_valid(&self, conn: &mut Pooled) -> Result<(), StoreError> {
        if self.is_spent(conn) {
            return Err(StoreError::ReadOnly);
        }
        conn.ping()
    }

    fn has_broken(&self, conn: &mut Pooled) -> bool {
        let is_broken = match &mut conn.conn {
            #[cfg(feature = "postgres")]
            Conn::Postgres(conn) => conn.is_broken(),
            Conn::Sqlite(conn) => conn.is_broken(),
        };
        is_broken || self.is_spent(conn)
    }
}

/// The URL with [`PATIENCE`].
#[cfg(feature = "postgres")]
fn with_patience(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in PATIENCE {
        let joint = match url.split_once('?') {
            None => '?',
            Some((_, said)) if said.split('&').any(|it| it.starts_with(name)) => continue,
            Some(_) => '&',
        };
        url = format!("{url}{joint}{name}={value}");
    }
    url
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::with_patience;

    #[test]
    fn what_the_url_says_about_waiting_stands() {
        let url = with_patience("postgres://u@h/d");
        assert!(url.starts_with("postgres://u@h/d?connect_timeout=4&keepalives_idle=10&"), "{url}");
        let url = with_patience("postgres://u@h/d?sslmode=require&connect_timeout=9");
        assert!(url.starts_with("postgres://u@h/d?sslmode=require&connect_timeout=9&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1, "{url}");
    }
}
