//! What is answered about a case.

use crate::clock::UtcInstant;
use crate::directory::{Party, Seat, Side};
use crate::engine::{CaseView, ListedCase};
use crate::escalation::{
    Acknowledgement, Action, Challenge, Content, Debrief, Discussion, Doer, Draft, Ending,
    Escalation, Event, Feedback, GlassBreak, ImmediateDanger, Meeting, PolicyRef, Position,
    Proposal, ProtectiveDeadline, RecordConfirmation, Response, Signature, StageEntry, Status,
};
use crate::ids::{EscalationId, PartnershipId};
use crate::timeline::Entry;
use serde::Serialize;
use utoipa::ToSchema;

/// Who has it, and by when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Waiting {
    /// The sides that have the next move.
    pub sides: Vec<Side>,
    /// The people of those sides who must act, by name and post.
    pub people: Vec<Seat>,
}

/// What you are to a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct You {
    /// Your side.
    pub side: Side,
    /// You raised it.
    pub is_raiser: bool,
    /// You must act in the stage where it is.
    pub is_acting: bool,
}

/// An escalation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EscalationView {
    id: EscalationId,
    reference: String,
    partnership_id: PartnershipId,
    policy: PolicyRef,
    status: Status,
    version: i64,
    you: You,
    /// The stage where it is, or ended; none for a draft.
    stage: Option<u32>,
    stage_count: u32,
    stage_title: Option<String>,
    /// When the current stage's clock runs out.
    due_at: Option<UtcInstant>,
    /// The same in words, with its derivation.
    due_in_words: Option<String>,
    /// Whether its clock ran out and it stays where it is.
    overdue: bool,
    waiting_for: Waiting,
    raiser: Signature,
    raising: Party,
    immediate_danger: ImmediateDanger,
    drafted_at: UtcInstant,
    raised_at: Option<UtcInstant>,
    /// What is written so far; none once it was raised.
    draft: Option<Draft>,
    /// What was raised.
    challenge: Option<Challenge>,
    protective_deadline: Option<ProtectiveDeadline>,
    stage_entries: Vec<StageEntry>,
    acknowledgements: Vec<Acknowledgement>,
    positions: Vec<Position>,
    responses: Vec<Response>,
    proposals: Vec<Proposal>,
    /// How it ended; none while it has not.
    ending: Option<Ending>,
    /// Discussions between the two sides.
    discussions: Vec<Discussion>,
    meetings: Vec<Meeting>,
    actions: Vec<Action>,
    feedback: Vec<Feedback>,
    debriefs: Vec<Debrief>,
    record_confirmations: Vec<RecordConfirmation>,
    /// Who looked at it in an emergency.
    glass_breaks: Vec<GlassBreak>,
}

fn waiting(it: &Escalation) -> Waiting {
    let sides = it.waiting_for();
    let acting = it.current_entry().into_iter().flat_map(StageEntry::who_acts);
    let people = acting.filter(|seat| sides.contains(&seat.side)).cloned().collect();
    Waiting { sides, people }
}

impl EscalationView {
    /// The case as somebody may see it.
    pub fn of(view: &CaseView) -> Self {
        let it = view.escalation.clone();
        let entry = it.current_entry().cloned();
        let last = it.stage_entries.last();
        let (draft, challenge) = match it.content.clone() {
            Content::Draft(draft) => (Some(*draft), None),
            Content::Raised(challenge) => (None, Some(*challenge)),
        };
        Self {
            you: You {
                side: view.relation.signature.side,
                is_raiser: view.relation.is_raiser,
                is_acting: view.relation.is_acting,
            },
            stage: last.map(|entry| entry.stage),
            stage_title: last.map(|entry| entry.title.clone()),
            stage_count: view.loaded.policy.stage_count(),
            due_at: entry.as_ref().map(|entry| entry.due.at),
            due_in_words: entry.as_ref().map(|entry| entry.due.derivation.clone()),
            overdue: entry.as_ref().is_some_and(|entry| entry.overdue.is_some()),
            waiting_for: waiting(&it),
            ending: it.ending().cloned(),
            draft,
            challenge,
            id: it.id,
            reference: it.reference,
            partnership_id: it.partnership_id,
            policy: it.policy,
            status: it.status,
            version: it.version,
            raiser: it.raiser,
            raising: it.raising,
            immediate_danger: it.immediate_danger,
            drafted_at: it.drafted_at,
            raised_at: it.raised_at,
            protective_deadline: it.protective_deadline,
            stage_entries: it.stage_entries,
            acknowledgements: it.acknowledgements,
            positions: it.positions,
            responses: it.responses,
            proposals: it.proposals,
            discussions: it.discussions,
            meetings: it.meetings,
            actions: it.actions,
            feedback: it.feedback,
            debriefs: it.debriefs,
            record_confirmations: it.record_confirmations,
            glass_breaks: it.glass_breaks,
        }
    }
}

/// An escalation in a list: no child, no narrative.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EscalationSummary {
    id: EscalationId,
    reference: String,
    partnership_id: PartnershipId,
    status: Status,
    version: i64,
    stage: Option<u32>,
    stage_count: u32,
    stage_title: Option<String>,
    raising_agency: String,
    receiving_agency: Option<String>,
    area_of_disagreement: Option<String>,
    urgency_class: Option<String>,
    drafted_at: UtcInstant,
    raised_at: Option<UtcInstant>,
    due_at: Option<UtcInstant>,
    due_in_words: Option<String>,
    overdue: bool,
    waiting_for: Waiting,
}

impl EscalationSummary {
    /// A line of a list.
    pub fn of(listed: &ListedCase, now: UtcInstant) -> Self {
        let it = &listed.escalation;
        let entry = it.current_entry();
        let last = it.stage_entries.last();
        let challenge = it.challenge();
        Self {
            id: it.id,
            reference: it.reference.clone(),
            partnership_id: it.partnership_id,
            status: it.status,
            version: it.version,
            stage: last.map(|entry| entry.stage),
            stage_count: listed.loaded.policy.stage_count(),
            stage_title: last.map(|entry| entry.title.clone()),
            raising_agency: it.raising.agency_name.clone(),
            receiving_agency: challenge.map(|c| c.receiving.agency_name.clone()),
            area_of_disagreement: challenge.map(|c| c.area_of_disagreement.clone()),
            urgency_class: challenge.map(|c| c.urgency_class.clone()),
            drafted_at: it.drafted_at,
            raised_at: it.raised_at,
            due_at: entry.map(|entry| entry.due.at),
            due_in_words: entry.map(|entry| entry.due.derivation.clone()),
            overdue: entry.is_some_and(|entry| entry.due.at <= now),
            waiting_for: waiting(it),
        }
    }
}

/// An entry of a timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineEntryView {
    escalation_id: EscalationId,
    sequence: i64,
    recorded_at: UtcInstant,
    /// The same on the partnership's wall clock: `Wed 30 Dec 2026, 17:00`.
    recorded_in_words: String,
    kind: &'static str,
    /// Who, in which post.
    who: String,
    /// What happened, in a line.
    what: String,
    by: Doer,
    event: Event,
    previous_hash: String,
    hash: String,
}

impl TimelineEntryView {
    /// An entry, for somebody who may see its case.
    pub fn of(view: &CaseView, entry: Entry) -> Self {
        Self {
            escalation_id: entry.escalation_id,
            sequence: entry.sequence,
            recorded_at: entry.recorded_at,
            recorded_in_words: view.loaded.calendar().say(entry.recorded_at),
            kind: entry.event.kind(),
            who: entry.by.in_words(),
            what: entry.event.in_words(),
            by: entry.by,
            event: entry.event,
            previous_hash: entry.previous_hash,
            hash: entry.hash,
        }
    }
}
