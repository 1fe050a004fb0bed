//! Ends without agreement, and taking a case up again.

use super::Case;
use crate::directory::{PartnershipFunction, Seat};
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::Refusal;
use crate::escalation::stage_entry::{EntryReason, LeavingReason, StageEntry};
use crate::escalation::state::Status;
use crate::escalation::text::Prose;
use crate::policy::Who;

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
        let by = super::signed(by)?;
        self.on_the_panel(entry, by)?;
        self.in_their_own_right(entry, by)?;
        self.known_outcome(&outcome)?;
        self.needs(&self.stage(entry.stage)?.exit_needs, entry)?;
        Ok(vec![
            self.left(entry, LeavingReason::Determined),
            Event::Determined { outcome, decision, rationale },
        ])
    }

    /// Whoever stands in for a vacant post that determines does so only while nobody who acts can
    /// be reached in a post that the policy names: a scrutineer who is there is not passed over.
    fn in_their_own_right(&self, entry: &StageEntry, by: &Signature) -> Result<(), Refusal> {
        let stage = self.stage(entry.stage)?;
        let functions: Vec<PartnershipFunction> =
            stage.determine.iter().filter_map(Who::function).collect();
        let own = |seat: &&Seat| self.rules.directory.is_manned(seat, &functions, self.now);
        let manned: Vec<&Seat> = entry.who_acts().filter(own).collect();
        let is_theirs = |seat: &&Seat| seat.post_id == by.post_id;
        if entry.panel.is_some() || manned.is_empty() || manned.iter().any(is_theirs) {
            return Ok(());
        }
        let names: Vec<&str> = manned.iter().map(|seat| seat.name.as_str()).collect();
        Err(Refusal::NotYours(format!("This is determined by {}.", names.join(" or "))))
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
