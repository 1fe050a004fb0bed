//! The world failed: texts for whoever runs the server, never for a person at a page.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use thiserror::Error;

/// What went wrong with the database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A database statement failed.
    #[error("the database refused: {0}")]
    Database(#[from] DieselError),
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

impl StoreError {
    /// Whether it is a second row where only one may be.
    pub fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        )
    }

    /// Whether the same work may succeed when it is tried again: two transactions were in each
    /// other's way.
    pub fn is_worth_another_try(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(kind, information)) => match kind {
                DatabaseErrorKind::SerializationFailure => true,
                _ => information.message().contains("deadlock detected"),
            },
            _ => false,
        }
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
