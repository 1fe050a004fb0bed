//! Folding what happened into the state. Total: whatever a timeline says is taken as it stands, and
//! what does not fit changes nothing, so that `timeline verify` can show the difference.

use super::event::{Doer, Event, Signature};
use super::stage_entry::{Left, Overdue, StageEntry};
use super::state::{
    Acknowledgement, Action, Content, Debrief, Ending, Escalation, Feedback, Meeting, Position,
    Proposal, ProposalAnswer, RecordConfirmation, Response, Status,
};
use crate::clock::UtcInstant;
use crate::ids::EscalationId;

impl Escalation {
    /// The state that a timeline's first entry makes; none if it is not a draft by a person.
    pub fn begin(id: EscalationId, event: &Event, doer: &Doer, at: UtcInstant) -> Option<Self> {
        let (
            Event::Drafted { reference, partnership_id, policy, raising, immediate_danger, draft },
            Doer::Person(raiser),
        ) = (event, doer)
        else {
            return None;
        };
        Some(Self {
            id,
            reference: reference.clone(),
            partnership_id: *partnership_id,
            policy: policy.clone(),
            raiser: raiser.clone(),
            raising: raising.clone(),
            immediate_danger: immediate_danger.clone(),
            content: Content::Draft(draft.clone()),
            status: Status::Draft,
            drafted_at: at,
            raised_at: None,
            protective_deadline: None,
            stage_entries: Vec::new(),
            acknowledgements: Vec::new(),
            positions: Vec::new(),
            responses: Vec::new(),
            proposals: Vec::new(),
            endings: Vec::new(),
            meetings: Vec::new(),
            actions: Vec::new(),
            feedback: Vec::new(),
            debriefs: Vec::new(),
            record_confirmations: Vec::new(),
            version: 1,
        })
    }

    /// The state after something happened at `at`.
    #[must_use]
    pub fn apply(mut self, event: &Event, doer: &Doer, at: UtcInstant) -> Self {
        self.version += 1;
        match doer {
            Doer::Person(by) => self.apply_of_person(event, by, at),
            Doer::Time => {}
        }
        self.apply_of_anyone(event, at);
        self
    }

    /// What needs no signature: time may do it as well.
    fn apply_of_anyone(&mut self, event: &Event, at: UtcInstant) {
        match event {
            Event::DraftChanged { immediate_danger, draft } => {
                self.immediate_danger = immediate_danger.clone();
                self.content = Content::Draft(draft.clone());
            }
            Event::Raised { policy, challenge, protective_deadline } => {
                self.policy = policy.clone();
                self.content = Content::Raised(challenge.clone());
                self.protective_deadline = protective_deadline.clone();
                self.status = Status::Open;
                self.raised_at = Some(at);
            }
            Event::StageEntered { entry, .. } => self.stage_entries.push((**entry).clone()),
            Event::StageLeft { entry, why } => {
                if let Some(entry) = self.entry_mut(*entry) {
                    entry.left = Some(Left { at, why: *why });
                }
            }
            Event::DeadlinePassed { entry, tell_again_at: Some(tell_again_at), .. } => {
                if let Some(entry) = self.entry_mut(*entry) {
                    entry.overdue = Some(Overdue {
                        recorded_at: at,
                        told_again_times: 0,
                        tell_again_at: *tell_again_at,
                    });
                }
            }
            Event::OverdueToldAgain { entry, times, tell_again_at } => {
                if let Some(overdue) = self.entry_mut(*entry).and_then(|e| e.overdue.as_mut()) {
                    overdue.told_again_times = *times;
                    overdue.tell_again_at = *tell_again_at;
                }
            }
            Event::Agreed { proposal, outcome } => {
                self.status = Status::Resolved;
                self.endings.push(Ending::Agreed {
                    proposal: *proposal,
                    outcome: outcome.clone(),
                    at,
                });
            }
            Event::Reopened { .. } => {
                self.status = Status::Open;
                self.record_confirmations.clear();
            }
            Event::ProtectiveDeadlineSet { protective_deadline, due, is_protective } => {
                self.protective_deadline = Some(protective_deadline.clone());
                if let Some(entry) = self.stage_entries.last_mut() {
                    entry.due = due.clone();
                    entry.is_protective = *is_protective;
                }
            }
            Event::MeetingRecorded { meeting, record } => {
                if let Some(meeting) = self.meetings.iter_mut().find(|m| m.number == *meeting) {
                    meeting.record = Some(record.clone());
                }
            }
            Event::ActionDone { action } => {
                if let Some(action) = self.actions.iter_mut().find(|a| a.number == *action) {
                    action.done_at = Some(at);
                }
            }
            _ => {}
        }
    }

    /// What carries a person's signature.
    fn apply_of_person(&mut self, event: &Event, by: &Signature, at: UtcInstant) {
        let by = by.clone();
        let entry = self.stage_entries.last();
        let stage_entry = entry.map_or(0, |entry| entry.number);
        let stage = entry.map_or(0, |entry| entry.stage);
        match event.clone() {
            Event::Acknowledged { note } => {
                self.acknowledgements.push(Acknowledgement { stage_entry, at, by, note });
            }
            Event::PositionStated { position } => {
                let number = next_number(self.positions.len());
                self.positions.push(Position {
                    number,
                    stage_entry,
                    stage,
                    at,
                    by,
                    statement: *position,
                });
            }
            Event::Responded { stance, rationale } => {
                let number = next_number(self.responses.len());
                self.responses.push(Response { number, stage_entry, at, by, stance, rationale });
            }
            Event::Proposed { outcome, terms } => {
                let number = next_number(self.proposals.len());
                self.proposals.push(Proposal {
                    number,
                    stage_entry,
                    at,
                    by,
                    outcome,
                    terms,
                    answer: None,
                });
            }
            Event::ProposalConfirmed { proposal } => {
                self.answer(
                    proposal,
                    ProposalAnswer { stage_entry, confirmed: true, at, by, reason: None },
                );
            }
            Event::ProposalDeclined { proposal, reason } => {
                let reason = Some(reason);
                self.answer(
                    proposal,
                    ProposalAnswer { stage_entry, confirmed: false, at, by, reason },
                );
            }
            Event::Determined { outcome, decision, rationale } => {
                self.status = Status::Resolved;
                self.endings.push(Ending::Determined { outcome, decision, rationale, at, by });
            }
            Event::Withdrawn { reason } => {
                self.status = Status::Withdrawn;
                self.endings.push(Ending::Withdrawn { reason, at, by });
            }
            other => self.apply_to_the_work(other, by, at),
        }
    }

    /// What people set down beside the argument: meetings, actions, feedback, debriefs, ticks.
    fn apply_to_the_work(&mut self, event: Event, by: Signature, at: UtcInstant) {
        match event {
            Event::MeetingArranged { at: meets_at, place, purpose } => {
                self.meetings.push(Meeting {
                    number: next_number(self.meetings.len()),
                    at: meets_at,
                    place,
                    purpose,
                    arranged_by: by,
                    record: None,
                });
            }
            Event::ActionSet { what, owner, due_on } => self.actions.push(Action {
                number: next_number(self.actions.len()),
                what,
                owner,
                due_on,
                set_by: by,
                done_at: None,
            }),
            Event::FeedbackGiven { text, learning } => {
                self.feedback.push(Feedback { at, by, text, learning });
            }
            Event::Debriefed { held_on, with, text } => {
                self.debriefs.push(Debrief { at, by, held_on, with, text });
            }
            Event::RecordConfirmed => {
                self.record_confirmations.push(RecordConfirmation { side: by.side, at, by });
            }
            _ => {}
        }
    }

    fn entry_mut(&mut self, number: u32) -> Option<&mut StageEntry> {
        self.stage_entries.iter_mut().find(|entry| entry.number == number)
    }

    fn answer(&mut self, number: u32, answer: ProposalAnswer) {
        if let Some(proposal) = self.proposals.iter_mut().find(|p| p.number == number) {
            proposal.answer = Some(answer);
        }
    }
}

pub(super) fn next_number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}
