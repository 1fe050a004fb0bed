//! Whether the disk under the database has kept its word.
//!
//! After a failed write-out to the disk (fsync) the system may forget what it could not write, and
//! say of the next one that all is well. So after the first such failure nothing is written any
//! more, and the server ends: SQLite reads its log anew at the next start, and takes what is whole.

use super::error::StoreError;
use diesel::connection::{Instrumentation, InstrumentationEvent};
use std::sync::Arc;
use tokio::sync::watch;

/// Shared by all connections of a store. Cheap to clone.
#[derive(Clone)]
pub(super) struct Trust(Arc<watch::Sender<bool>>);

impl Trust {
    /// In a disk of which nothing bad is known.
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(true)))
    }

    /// # Errors
    /// If the disk has failed before.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if *self.0.borrow() { Ok(()) } else { Err(StoreError::DiskDistrusted) }
    }

    /// Waits until the disk fails; for ever, if it does not.
    pub(super) async fn lost(&self) {
        let mut kept = self.0.subscribe();
        // The sender lives as long as this does: waiting cannot fail.
        if kept.wait_for(|trusted| !trusted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Sees every statement of a connection that writes, its COMMIT too.
    pub(super) fn watch(&self) -> impl Instrumentation {
        let trusted = Arc::clone(&self.0);
        move |event: InstrumentationEvent<'_>| {
            let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event else {
                return;
            };
            if super::error::is_disk_failure(error) {
                trusted.send_replace(false);
            }
        }
    }
}
