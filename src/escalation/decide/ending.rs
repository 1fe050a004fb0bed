//! Ends without agreement, and taking a case up again.

use super::Case;
use crate::escalation::event::Event;
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{EntryReason, LeavingReason};
use crate::escalation::state::Status;
use crate::escalation::text::Prose;

impl Case<'_> {
    pub(super) fn determine(
        &self,
        outcome: String,
        decision: Prose,
        rationale: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        if self.stage(entry.stage)?.determine.is_empty() {
            return Err(Refusal::not_now(
                "Only the last stage determines. Until then both sides have to agree.",
            ));
        }
        self.known_outcome(&outcome)?;
        Ok(vec![
            self.left(entry, LeavingReason::Determined),
            Event::Determined { outcome, decision, rationale },
        ])
    }

    /// Withdraws an open case, or discards a draft.
    pub(super) fn withdraw(&self, reason: Prose) -> Result<Vec<Event>, Refusal> {
        if self.escalation.status == Status::Draft {
            return Ok(vec![Event::Withdrawn { reason }]);
        }
        let entry = self.open_entry()?;
        Ok(vec![self.left(entry, LeavingReason::Withdrawn), Event::Withdrawn { reason }])
    }

    /// Takes an ended case up again, in the stage that it ended in or in a higher one.
    pub(super) fn reopen(&self, reason: Prose, stage: Option<u32>) -> Result<Vec<Event>, Refusal> {
        self.ended()?;
        let Some(last) = self.escalation.stage_entries.last() else {
            return Err(Refusal::not_now("This was never raised. Begin a new one."));
        };
        let stage = stage.unwrap_or(last.stage);
        if stage < last.stage {
            return Err(Refusal::field(
                "/stage",
                format!(
                    "must be from {}, where it ended, to {}",
                    last.stage,
                    self.rules.policy.stage_count()
                ),
            ));
        }
        let round = last.round.saturating_add(1);
        let entered = self.enter_stage(stage, round, EntryReason::Reopened, None)?;
        Ok(vec![Event::Reopened { reason }, entered])
    }
}
