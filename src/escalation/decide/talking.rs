//! What the sides say to each other, and what they set down beside it.

use super::{Case, other_side};
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::event::{Event, Signature};
use crate::escalation::refusal::{FieldFault, Refusal};
use crate::escalation::stage_entry::{EntryReason, LeavingReason};
use crate::escalation::state::{PositionBody, Proposal, Stance};
use crate::escalation::text::{Line, Prose};
use crate::policy::OnRefusal;
use chrono::NaiveDate;

impl Case<'_> {
    pub(super) fn acknowledge(&self, note: Option<Prose>) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let acknowledged = &self.escalation.acknowledgements;
        let unnoticed = entry.overdue.as_ref().is_some_and(|it| !self.noticed_since(entry, it));
        if !unnoticed && acknowledged.iter().any(|ack| ack.stage_entry == entry.number) {
            return Err(Refusal::not_now("This was acknowledged in this stage already."));
        }
        Ok(vec![Event::Acknowledged { note }])
    }

    pub(super) fn state_position(
        &self,
        position: Box<PositionBody>,
    ) -> Result<Vec<Event>, Refusal> {
        self.open_entry()?;
        Ok(vec![Event::PositionStated { position }])
    }

    /// The receiving side's answer. A refusal moves the case at once where the policy says so.
    pub(super) fn respond(&self, stance: Stance, rationale: Prose) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let mut events = vec![Event::Responded { stance, rationale }];
        let escalates = self.stage(entry.stage)?.on_refusal == OnRefusal::Escalate;
        if stance == Stance::Refuses
            && escalates
            && let Some(next) = self.next_stage(entry)
        {
            events.push(self.left(entry, LeavingReason::Refused));
            events.push(self.enter_stage(next, entry.round, EntryReason::Refused, None)?);
        }
        Ok(events)
    }

    pub(super) fn propose(&self, outcome: String, terms: Prose) -> Result<Vec<Event>, Refusal> {
        self.open_entry()?;
        self.known_outcome(&outcome)?;
        if let Some(open) = self.escalation.open_proposal() {
            return Err(Refusal::not_now(format!(
                "Proposal {} of the {} side is still on the table. It has to be confirmed or \
                 declined first.",
                open.number, open.by.side
            )));
        }
        Ok(vec![Event::Proposed { outcome, terms }])
    }

    /// The other side's yes: both sides agree, and the case is resolved.
    pub(super) fn confirm_proposal(
        &self,
        by: &Signature,
        number: u32,
    ) -> Result<Vec<Event>, Refusal> {
        let entry = self.open_entry()?;
        let proposal = self.proposal_to_answer(by, number)?;
        self.needs(&self.stage(entry.stage)?.exit_needs, entry)?;
        Ok(vec![
            Event::ProposalConfirmed { proposal: number },
            self.left(entry, LeavingReason::Agreed),
            Event::Agreed { proposal: number, outcome: proposal.outcome.clone() },
        ])
    }

    pub(super) fn decline_proposal(
        &self,
        by: &Signature,
        number: u32,
        reason: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        self.open_entry()?;
        self.proposal_to_answer(by, number)?;
        Ok(vec![Event::ProposalDeclined { proposal: number, reason }])
    }

    fn proposal_to_answer(&self, by: &Signature, number: u32) -> Result<&Proposal, Refusal> {
        let proposals = &self.escalation.proposals;
        let proposal = proposals.iter().find(|p| p.number == number).ok_or(Refusal::NotFound)?;
        if proposal.answer.is_some() {
            return Err(Refusal::not_now("This proposal was answered already."));
        }
        if self.escalation.open_proposal().is_none_or(|open| open.number != number) {
            return Err(Refusal::not_now(
                "This proposal was put before the case was reopened. Put a new one.",
            ));
        }
        if by.side != other_side(proposal.by.side) {
            return Err(Refusal::NotYours(format!(
                "The {} side put this proposal: the other side answers it.",
                proposal.by.side
            )));
        }
        Ok(proposal)
    }

    pub(super) fn arrange_meeting(
        &self,
        at: UtcInstant,
        place: Line,
        purpose: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        self.open_entry()?;
        Ok(vec![Event::MeetingArranged { at, place, purpose }])
    }

    pub(super) fn record_meeting(
        &self,
        meeting: u32,
        record: Prose,
    ) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        let meetings = &self.escalation.meetings;
        let arranged = meetings.iter().find(|m| m.number == meeting).ok_or(Refusal::NotFound)?;
        if arranged.record.is_some() {
            return Err(Refusal::not_now("This meeting was recorded already."));
        }
        if arranged.at > self.now {
            return Err(Refusal::not_now("This meeting has not begun yet."));
        }
        let entry = self.escalation.current_entry().map(|entry| entry.number);
        Ok(vec![Event::MeetingRecorded { meeting, record, entry }])
    }

    pub(super) fn record_discussion(
        &self,
        held_at: UtcInstant,
        with: Line,
        text: Option<Prose>,
    ) -> Result<Vec<Event>, Refusal> {
        self.open_entry()?;
        if held_at > self.now {
            return Err(Refusal::field("/held_at", "must not be in the future"));
        }
        Ok(vec![Event::DiscussionRecorded { held_at, with, text }])
    }

    pub(super) fn set_action(
        &self,
        what: Prose,
        owner: Line,
        due_on: NaiveDate,
    ) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        Ok(vec![Event::ActionSet { what, owner, due_on }])
    }

    pub(super) fn complete_action(&self, action: u32) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        let actions = &self.escalation.actions;
        let set = actions.iter().find(|a| a.number == action).ok_or(Refusal::NotFound)?;
        if set.done_at.is_some() {
            return Err(Refusal::not_now("This action was done already."));
        }
        Ok(vec![Event::ActionDone { action }])
    }

    pub(super) fn give_feedback(
        &self,
        text: Prose,
        learning: Option<Prose>,
        themes: Vec<String>,
    ) -> Result<Vec<Event>, Refusal> {
        self.ended()?;
        self.known_themes(&themes)?;
        Ok(vec![Event::FeedbackGiven { text, learning, themes }])
    }

    /// Refuses themes that the policy does not have, and one that is chosen twice.
    fn known_themes(&self, themes: &[String]) -> Result<(), Refusal> {
        let known = &self.rules.policy.learning_themes;
        let mut faults = Vec::new();
        for (index, theme) in themes.iter().enumerate() {
            let before = themes.iter().take(index);
            let detail = if known.is_empty() {
                "the policy of this case has no themes: leave them out".to_owned()
            } else if !known.iter().any(|term| term.key == *theme) {
                let keys: Vec<&str> = known.iter().map(|term| term.key.as_str()).collect();
                format!("must be one of: {}", keys.join(", "))
            } else if before.into_iter().any(|it| it == theme) {
                "stands here twice: keep one of them".to_owned()
            } else {
                continue;
            };
            faults.push(FieldFault::new(format!("/themes/{index}"), detail));
        }
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
    }

    pub(super) fn debrief(
        &self,
        held_on: NaiveDate,
        with: Line,
        text: Option<Prose>,
        themes: Vec<String>,
    ) -> Result<Vec<Event>, Refusal> {
        self.raised()?;
        self.known_themes(&themes)?;
        if held_on > self.rules.calendars.partnership().local(self.now).date_naive() {
            return Err(Refusal::field("/held_on", "must not be in the future"));
        }
        Ok(vec![Event::Debriefed { held_on, with, text, themes }])
    }

    pub(super) fn confirm_record(&self, by: &Signature) -> Result<Vec<Event>, Refusal> {
        self.ended()?;
        if by.side == Side::Partnership {
            return Err(Refusal::NotYours(
                "Each agency ticks for its own record of the child.".to_owned(),
            ));
        }
        if self.escalation.record_confirmations.iter().any(|tick| tick.side == by.side) {
            return Err(Refusal::not_now("Your side ticked this already."));
        }
        Ok(vec![Event::RecordConfirmed])
    }
}
