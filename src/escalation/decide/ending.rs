//! Ends without agreement, and taking a case up again.

use super::Case;
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{EntryReason, LeavingReason};
use crate::escalation::state::Status;
use crate::escalation::text::Prose;

impl Case<'_> {
    pub(super) fn determine(
        &self,
        by: Option<&Signature>,
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
        self.on_the_panel(entry, super::signed(by)?)?;
        self.known_outcome(&outcome)?;
        self.needs(&self.stage(entry.stage)?.exit_needs, entry)?;
        Ok(vec![
            self.left(entry, LeavingReason::Determined),
            Event::Determined { outcome, decision, rationale },
        ])
    }

    /// Withdraws an open case, or discards a draft.
    pub(super) fn withdraw(&self, by: &Signature, reason: Prose) -> Result<Vec<Event>, Refusal> {
        if self.escalation.status == Status::Draft {
            return Ok(vec![Event::Withdrawn { reason }]);
        }
        let entry = self.open_entry()?;
        if let Some(rule) = &self.rules.policy.withdrawal {
            self.permitted(by, Some(rule), "withdrawing")?;
        }
        Ok(vec![self.left(entry, LeavingReason::Withdrawn), Event::Withdrawn { reason }])
    }

    /// Takes an ended case up again, in the stage that it ended in or in a higher one.
    pub(super) fn reopen(
        &self,
        by: &Signature,
        reason: Prose,
        stage: Option<u32>,
    ) -> Result<Vec<Event>, Refusal> {
        self.ended()?;
        self.may_reopen(by)?;
        let Some(last) = self.escalation.stage_entries.last() else {
            return Err(Refusal::not_now("This was never raised. Begin a new one."));
        };
        let stage = stage.unwrap_or(last.stage);
        if stage < last.stage || stage > self.rules.policy.stage_count() {
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

    /// What the policy says of reopening, if it says anything.
    fn may_reopen(&self, by: &Signature) -> Result<(), Refusal> {
        let Some(rule) = &self.rules.policy.reopening else { return Ok(()) };
        self.permitted(by, Some(rule), "reopening")?;
        let entries = &self.escalation.stage_entries;
        let before = entries.iter().filter(|entry| entry.why == EntryReason::Reopened).count();
        let times = rule.times.and_then(|times| usize::try_from(times).ok());
        if times.is_some_and(|times| before >= times) {
            return Err(Refusal::not_now("The policy lets a case be reopened no more often."));
        }
        let left = entries.last().and_then(|entry| entry.left.as_ref());
        let calendar = self.rules.calendars.partnership();
        if let (Some(within), Some(left)) = (&rule.within, left)
            && self.now > calendar.due_of(left.at, within).at
        {
            return Err(Refusal::not_now(format!(
                "The policy lets a case be reopened within {within} of its end. Raise a new one."
            )));
        }
        Ok(())
    }
}
