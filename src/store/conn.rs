//! The seam between the two databases: one connection enum, and who may do what with it.

use super::error::StoreError;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
#[cfg(feature = "postgres")]
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// A connection to either database.
pub(super) enum Conn {
    /// PostgreSQL.
    #[cfg(feature = "postgres")]
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Runs one expression on whichever database it is, compiled for each.
macro_rules! on {
    ($reader:expr, $conn:ident => $query:expr) => {
        match $reader.conn() {
            #[cfg(feature = "postgres")]
            $crate::store::conn::Conn::Postgres($conn) => $query,
            $crate::store::conn::Conn::Sqlite($conn) => $query,
        }
    };
}
pub(super) use on;

/// A transaction that reads: all that it reads is of one moment.
pub struct Reader<'c> {
    conn: &'c mut Conn,
}

/// A transaction that writes. Whatever it did happens as a whole, or not at all.
pub struct Writer<'c> {
    reader: Reader<'c>,
}

impl Reader<'_> {
    pub(super) fn conn(&mut self) -> &mut Conn {
        self.conn
    }
}

impl Writer<'_> {
    /// Does a part of the transaction: where it fails, that part is undone and the rest stands.
    ///
    /// # Errors
    /// If the part could not be begun, kept or undone: then nothing of the transaction stands. The
    /// part's own failure is handed back inside.
    pub fn part<T, E>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        self.conn().begin_part()?;
        let done = work(self);
        self.conn().end(done.is_ok())?;
        Ok(done)
    }
}

impl<'c> Deref for Writer<'c> {
    type Target = Reader<'c>;

    fn deref(&self) -> &Self::Target {
        &self.reader
    }
}

impl DerefMut for Writer<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.reader
    }
}

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    Reading,
    Writing,
}

impl Conn {
    /// Runs reads in a transaction of one moment.
    pub(super) fn read<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(Beginning::Reading, |conn| work(&mut Reader { conn }))
    }

    /// Runs writes in a transaction: commits if they succeed, undoes them all if not.
    pub(super) fn write<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(Beginning::Writing, |conn| work(&mut Writer { reader: Reader { conn } }))
    }

    fn transaction<T, E: From<StoreError>>(
        &mut self,
        beginning: Beginning,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin(beginning)?;
        match work(self) {
            Ok(done) => {
                self.end(true)?;
                Ok(done)
            }
            Err(why) => {
                // The first error is the one to tell; a connection that cannot undo is thrown away
                // by the pool's own check.
                if let Err(error) = self.end(false) {
                    tracing::error!(%error, "undoing a transaction failed");
                }
                Err(why)
            }
        }
    }

    /// Differs by database because SQLite's ordinary BEGIN takes its write lock at the first write,
    /// and then fails at once if somebody else wrote since the first read; BEGIN IMMEDIATE waits its
    /// turn instead. PostgreSQL reads of one moment need REPEATABLE READ.
    fn begin(&mut self, beginning: Beginning) -> Result<(), StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                match beginning {
                    Beginning::Reading => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                    Beginning::Writing => "BEGIN",
                },
            )?,
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                match beginning {
                    Beginning::Reading => "BEGIN DEFERRED",
                    Beginning::Writing => "BEGIN IMMEDIATE",
                },
            )?,
        }
        Ok(())
    }

    /// Begins a part of a transaction, a savepoint.
    fn begin_part(&mut self) -> Result<(), StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn)?,
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn)?,
        }
        Ok(())
    }

    fn end(&mut self, commit: bool) -> Result<(), StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) if commit => AnsiTransactionManager::commit_transaction(conn)?,
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn)?,
            Self::Sqlite(conn) if commit => AnsiTransactionManager::commit_transaction(conn)?,
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn)?,
        }
        Ok(())
    }

    /// What SQLite finds damaged in its file.
    pub(super) fn damage(&mut self) -> Result<Vec<String>, StoreError> {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Found {
            #[diesel(sql_type = diesel::sql_types::Text)]
            integrity_check: String,
        }
        let found: Vec<Found> = match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Vec::new(),
            Self::Sqlite(conn) => diesel::sql_query("pragma integrity_check").load(conn)?,
        };
        let lines = found.into_iter().map(|found| found.integrity_check);
        Ok(lines.filter(|line| line != "ok").collect())
    }

    /// How long the next transaction waits for another program's lock. PostgreSQL has no such lock.
    pub(super) fn wait_for_lock_at_most(&mut self, at_most: Duration) -> Result<(), StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {}
            Self::Sqlite(conn) => {
                conn.batch_execute(&format!("pragma busy_timeout = {}", at_most.as_millis()))?;
            }
        }
        Ok(())
    }

    /// Whether the connection still answers.
    pub(super) fn ping(&mut self) -> Result<(), StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => conn.batch_execute("select 1")?,
            Self::Sqlite(conn) => conn.batch_execute("select 1")?,
        }
        Ok(())
    }
}
