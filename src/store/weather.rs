//! Bad weather for the database, made on purpose: for trying the server, never for running it.

use super::error::StoreError;

/// A moment in a transaction at which the database may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before a transaction that reads begins.
    BeforeReading,
    /// Before a transaction that writes begins: an error is that of a server that is not there.
    BeforeWriting,
    /// All is written and nothing committed: an error undoes it all.
    BeforeCommit,
    /// All is committed: an error is that of an answer that was lost on its way.
    AfterCommit,
}

/// What the weather is.
pub trait Weather: Send + Sync {
    /// Asked at each moment of each transaction, on the thread of the transaction.
    ///
    /// # Errors
    /// What the database is to have said.
    fn at(&self, moment: Moment) -> Result<(), StoreError>;
}
