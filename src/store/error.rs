//! The world failed: texts for whoever runs the server, never for a person at a page.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

/// SQLite's text for an input or output error (`SQLITE_IOERR` and its kinds).
const DISK_FAILED: &str = "disk I/O error";
/// The texts of a disk without room: SQLite's (`SQLITE_FULL`), and the system's within PostgreSQL's.
const FULL: [&str; 2] = ["database or disk is full", "No space left on device"];
/// SQLite's texts for somebody else's lock (`SQLITE_BUSY`, `SQLITE_LOCKED`).
const BUSY: [&str; 2] = ["database is locked", "database table is locked"];
/// What PostgreSQL says to whoever waited too long for somebody else's row.
const WAITED: &str = "canceling statement due to lock timeout";
/// What PostgreSQL says to a statement that took too long.
const TOO_LONG: &str = "canceling statement due to statement timeout";
/// What PostgreSQL says to one of those who wait for each other.
const DEADLOCK: &str = "deadlock detected";
/// What PostgreSQL's client and server say when a connection ends in the midst of something.
const CUT_OFF: [&str; 4] = [
    "server closed the connection unexpectedly",
    "terminating connection",
    "no connection to the server",
    "could not receive data from server",
];

/// What went wrong with the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A database statement failed.
    #[error("the database refused: {0}")]
    Database(#[source] DieselError),
    /// There is no room for what was to be written. Nothing of it was.
    #[error("the disk under the database is full")]
    Full,
    /// Another program writes to the database, and did not end in time.
    #[error("another program holds the database's lock")]
    Busy,
    /// The disk failed. Whether what was to be written is there shows at the next start.
    #[error("the disk under the database failed")]
    DiskFailed,
    /// The disk failed before, and nothing is written any more.
    #[error("the disk under the database has failed, and is not written to before a new start")]
    DiskDistrusted,
    /// The connection ended in the midst of the work: whether it was done is not known.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// No connection was to be had.
    #[error("no connection to the database: {0}")]
    Connection(String),
    /// The database cannot be used as it is.
    #[error("{0}")]
    Unusable(String),
    /// What is stored cannot be read.
    #[error("what is stored as {what} cannot be read: {why}")]
    Unreadable {
        /// Which column or record.
        what: &'static str,
        /// Why; never the content.
        why: String,
    },
    /// Somebody else held the same record for too long.
    #[error("somebody else held the same record for too long")]
    Waited,
    /// The database took too long, and gave the work up.
    #[error("the database took too long, and gave the work up")]
    TookTooLong,
    /// The database takes no writes now.
    #[error("the database is read-only")]
    ReadOnly,
    /// Another transaction was in the way, again and again. Nothing was done.
    #[error("other transactions were in the way")]
    InTheWay,
    /// Another server process uses the database's file.
    #[error(
        "another server runs on {0}. One server uses a SQLite file at a time: stop the other one, or \
         use PostgreSQL for several"
    )]
    InUse(String),
    /// Something that must be there is not.
    #[error("{0} is not there")]
    Missing(&'static str),
    /// Somebody changed it in the meantime.
    #[error("{0} was changed in the meantime")]
    Stale(&'static str),
    /// The work was stopped before it ended.
    #[error("the work on the database was stopped: {0}")]
    Stopped(String),
}

/// Whether the disk failed under a statement.
pub(super) fn is_disk_failure(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, it) if it.message() == DISK_FAILED)
}

/// Whether the database takes no writes.
pub(super) fn is_read_only(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _))
}

/// Whether two transactions were in each other's way: this one was undone as a whole, and may
/// succeed when it is tried again.
pub(super) fn is_conflict(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, information) => information.message().contains(DEADLOCK),
        _ => false,
    }
}

impl From<DieselError> for StoreError {
    /// SQLite's failures are told apart by its own texts: diesel hands on nothing else of them.
    fn from(error: DieselError) -> Self {
        let error = match error {
            DieselError::RollbackErrorOnCommit { commit_error, .. } => *commit_error,
            error => error,
        };
        if is_conflict(&error) {
            return Self::InTheWay;
        }
        let DieselError::DatabaseError(kind, information) = &error else {
            return Self::Database(error);
        };
        match (kind, information.message()) {
            (
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                text,
            ) => Self::Lost(text.to_owned()),
            (_, DISK_FAILED) => Self::DiskFailed,
            (_, text) if FULL.iter().any(|full| text.contains(full)) => Self::Full,
            (_, text) if BUSY.contains(&text) => Self::Busy,
            (DatabaseErrorKind::ReadOnlyTransaction, _) => Self::ReadOnly,
            (_, text) if text.contains(WAITED) => Self::Waited,
            (_, text) if text.contains(TOO_LONG) => Self::TookTooLong,
            (_, text) if CUT_OFF.iter().any(|cut| text.contains(cut)) => {
                Self::Lost(text.to_owned())
            }
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether every case would fare alike: it is the database that fails, and not one record.
    pub fn is_about_the_database(&self) -> bool {
        match self {
            Self::Full
            | Self::Busy
            | Self::DiskFailed
            | Self::DiskDistrusted
            | Self::ReadOnly
            | Self::Lost(_)
            | Self::Connection(_) => true,
            Self::Database(_)
            | Self::Unusable(_)
            | Self::Waited
            | Self::TookTooLong
            | Self::InTheWay
            | Self::InUse(_)
            | Self::Unreadable { .. }
            | Self::Missing(_)
            | Self::Stale(_)
            | Self::Stopped(_) => false,
        }
    }

    /// Whether it is a second row where only one may be.
    pub fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        )
    }

    /// Whether somebody else was in the way, and it is no fault of what was to be done.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Waited | Self::TookTooLong | Self::InTheWay)
    }

    /// Whether it is about one record, and the database itself works.
    pub fn is_about_what_is_stored(&self) -> bool {
        matches!(self, Self::Unreadable { .. } | Self::Missing(_))
    }

    /// An error about something stored that cannot be read.
    pub fn unreadable(what: &'static str, why: impl std::fmt::Display) -> Self {
        Self::Unreadable { what, why: why.to_string() }
    }
}
