//! What is due now. Takes no input and keeps nothing: the database says what is due, and the door
//! decides again under its lock. Level-triggered, so waking late or twice does no harm.

use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::escalation::Command;
use crate::ids::EscalationId;
use crate::store::{StoreError, escalations};

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// How many cases something happened to.
    pub acted_count: u64,
    /// How many could not be acted on; each was logged, and none held up another.
    pub failed_count: u64,
}

impl Engine {
    /// Does what is due now, the longest due first, one step a case.
    ///
    /// # Errors
    /// If what is due cannot be read, or the database itself fails: every other case would fare alike.
    /// A single case that fails is logged and passed over until the next tick: it must not hold up
    /// the others.
    pub async fn tick(&self) -> Result<Ticked, EngineError> {
        let now = self.now();
        let limit = self.inner.options.batch;
        let mut ticked = Ticked::default();
        let mut after: Option<(UtcInstant, EscalationId)> = None;
        loop {
            let due: Result<Vec<_>, StoreError> =
                self.store().read(move |r| escalations::due(r, now, after, limit)).await;
            let due = due?;
            let Some(last) = due.last() else { break };
            after = Some(*last);
            for (_, which) in due {
                match self.lapse(which, now).await {
                    Ok(true) => ticked.acted_count += 1,
                    Ok(false) => {}
                    Err(EngineError::Store(error)) if error.is_about_the_database() => {
                        return Err(error.into());
                    }
                    Err(error) => {
                        ticked.failed_count += 1;
                        tracing::error!(escalation_id = %which, %error, "a due case could not be acted on");
                    }
                }
            }
        }
        if ticked.acted_count > 0 {
            tracing::info!(acted_count = ticked.acted_count, "acted on what was due");
            self.wake();
        }
        Ok(ticked)
    }

    async fn lapse(&self, which: EscalationId, now: UtcInstant) -> Result<bool, EngineError> {
        let engine = self.clone();
        self.store().write(move |w| engine.perform_of_time(w, which, Command::Lapse, now)).await
    }
}
