//! Folding what happened into the state. Total: whatever a timeline says is taken as it stands, and
//! what does not fit changes nothing, so that `timeline verify` can show the difference.

use super::event::{Doer, Event, Signature};
use super::restriction::{GlassBreak, GlassReview};
use super::stage_entry::{Left, Overdue, StageEntry};
use super::state::{
    Acknowledgement, Action, Content, Debrief, Discussion, Ending, Escalation, Feedback, Meeting,
    Position, Proposal, ProposalAnswer, RecordConfirmation, Response, Status,
};
use super::task_run::{Clocks, Pause, TaskRun, TaskState};
use crate::clock::UtcInstant;
use crate::ids::EscalationId;
use crate::policy::STAGE_TASK;

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
            protective_deadline_passed: false,
            stage_entries: Vec::new(),
            acknowledgements: Vec::new(),
            positions: Vec::new(),
            responses: Vec::new(),
            proposals: Vec::new(),
            endings: Vec::new(),
            discussions: Vec::new(),
            meetings: Vec::new(),
            actions: Vec::new(),
            feedback: Vec::new(),
            debriefs: Vec::new(),
            record_confirmations: Vec::new(),
            glass_breaks: Vec::new(),
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
            Event::Raised { policy, challenge, protective_deadline, .. } => {
                self.policy = policy.clone();
                self.content = Content::Raised(challenge.clone());
                self.protective_deadline = protective_deadline.clone();
                self.status = Status::Open;
                self.raised_at = Some(at);
            }
            Event::StageEntered { entry, .. } => self.stage_entries.push((**entry).clone()),
            Event::StageLeft { entry, why, unrecorded } => {
                if let Some(entry) = self.entry_mut(*entry) {
                    entry.left = Some(Left { at, why: *why, unrecorded: unrecorded.clone() });
                }
            }
            Event::DeadlinePassed { entry, tell_again_at, task, .. } => {
                if let Some(entry) = self.entry_mut(*entry) {
                    entry.miss(task.as_deref().unwrap_or(STAGE_TASK), at);
                    if let (Some(tell_again_at), None) = (*tell_again_at, &entry.overdue) {
                        let recorded_at = at;
                        entry.overdue =
                            Some(Overdue { recorded_at, told_again_times: 0, tell_again_at });
                    }
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
            Event::ProtectiveDeadlineSet { protective_deadline, due, is_protective, tasks } => {
                self.protect_by(protective_deadline.clone(), at);
                let (due, tasks) = (due.clone(), tasks.clone());
                self.set_clocks(&Clocks { due, is_protective: *is_protective, tasks });
            }
            Event::MeetingRecorded { meeting, record, entry } => {
                if let Some(meeting) = self.meetings.iter_mut().find(|m| m.number == *meeting) {
                    meeting.record = Some(record.clone());
                    meeting.recorded_in = *entry;
                }
            }
            Event::ActionDone { action } => {
                if let Some(action) = self.actions.iter_mut().find(|a| a.number == *action) {
                    action.done_at = Some(at);
                }
            }
            Event::Restricted { restriction, acting, .. } => self.restrict(restriction, acting),
            Event::RestrictionLifted { .. } => self.lift_restriction(),
            other => self.apply_to_the_clocks(other),
        }
    }

    /// What moves clocks.
    fn apply_to_the_clocks(&mut self, event: &Event) {
        match event {
            Event::TasksMoved { clocks, settles_overdue, .. } => {
                self.set_clocks(clocks);
                if let (true, Some(entry)) = (*settles_overdue, self.stage_entries.last_mut()) {
                    entry.overdue = None;
                }
            }
            Event::Reminded { clocks, .. }
            | Event::OtherSideWarned { clocks, .. }
            | Event::DeadlineExtended { clocks, .. }
            | Event::DeadlinesRecounted { clocks, .. }
            | Event::Paused { clocks, .. } => self.set_clocks(clocks),
            Event::PauseEnded { at, clocks } => {
                self.set_clocks(clocks);
                let entry = self.stage_entries.last_mut();
                if let Some(pause) = entry.and_then(|entry| entry.pauses.last_mut()) {
                    pause.ended_at = Some(*at);
                }
            }
            Event::UrgencyChanged { urgency_class, clocks, .. } => {
                self.set_clocks(clocks);
                if let Content::Raised(challenge) = &mut self.content {
                    challenge.urgency_class.clone_from(urgency_class);
                }
            }
            Event::PolicyMoved { policy, title, clocks, .. } => {
                self.set_clocks(clocks);
                self.policy = policy.clone();
                if let Some(entry) = self.stage_entries.last_mut() {
                    entry.title.clone_from(title);
                }
            }
            Event::PanelConvened { panel } => {
                if let Some(entry) = self.stage_entries.last_mut() {
                    for member in &panel.members {
                        if !entry.acting.iter().any(|seat| seat.is_same_recipient(member)) {
                            entry.acting.push(member.clone());
                        }
                    }
                    entry.panel = Some((**panel).clone());
                }
            }
            _ => {}
        }
    }

    fn set_clocks(&mut self, clocks: &Clocks) {
        if let Some(entry) = self.stage_entries.last_mut() {
            entry.due = clocks.due.clone();
            entry.is_protective = clocks.is_protective;
            entry.tasks.clone_from(&clocks.tasks);
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
            Event::Referred { to, reason } => {
                self.status = Status::Resolved;
                self.endings.push(Ending::Referred { to, reason, at, by });
            }
            Event::Paused { until, reason, .. } => {
                if let Some(entry) = self.stage_entries.last_mut() {
                    entry.pauses.push(Pause { from: at, until, reason, by, ended_at: None });
                }
            }
            Event::DiscussionRecorded { held_at, with, text } => {
                self.discussions.push(Discussion { stage_entry, held_at, with, text, by });
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
                    recorded_in: None,
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
            Event::FeedbackGiven { text, learning, themes } => {
                self.feedback.push(Feedback { at, by, text, learning, themes });
            }
            Event::Debriefed { held_on, with, text, themes } => {
                self.debriefs.push(Debrief { at, by, held_on, with, text, themes });
            }
            Event::RecordConfirmed => {
                self.record_confirmations.push(RecordConfirmation { side: by.side, at, by });
            }
            Event::GlassBroken { reason, expires_at } => {
                let number = next_number(self.glass_breaks.len());
                let review = None;
                self.glass_breaks.push(GlassBreak { number, at, by, reason, expires_at, review });
            }
            Event::GlassBreakReviewed { number, note } => {
                let mut all = self.glass_breaks.iter_mut();
                if let Some(found) = all.find(|it| it.number == number) {
                    found.review = Some(GlassReview { at, by, note });
                }
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

impl StageEntry {
    /// A task's time ran out; what is due next is what runs out next.
    fn miss(&mut self, key: &str, at: UtcInstant) {
        let Some(task) = self.tasks.iter_mut().find(|task| task.key == key) else { return };
        if let TaskState::Running(clock) = &task.state {
            task.state = TaskState::Missed { at, due_at: clock.due.at };
        }
        let running = self.tasks.iter().filter_map(TaskRun::clock);
        if let Some(next) = running.min_by_key(|clock| clock.due.at) {
            self.is_protective = next.is_protective;
            self.due = next.due.clone();
        }
    }
}

pub(super) fn next_number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}
