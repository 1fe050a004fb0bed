//! What must hold at the end of a year, whatever happened in it.

use super::asking::Fate;
use super::commands::words_of;
use super::records::Record;
use super::world::World;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::escalation::{Doer, Event, NoticeKind, Status};
use bscp_escalation::store::notices::{DeliveryState, StoredNotice};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// How late a deadline may be acted on while some node is well.
const LATE_MAX: TimeDelta = TimeDelta::seconds(60);
/// How far a node's clock may be off.
const OFF_MAX: TimeDelta = TimeDelta::seconds(30);

impl World {
    /// Asks everything of a year that is over.
    pub async fn check_all(&mut self) {
        if let Some(since) = self.well_since.take() {
            self.spells.push((since, self.at));
        }
        let (records, notices) = (self.records().await, self.notices().await);
        self.prove_the_record().await;
        for record in &records {
            self.stages_are_whole(record);
            self.deadlines_were_met(record);
            self.keeps_its_policy(record);
            self.is_never_forgotten(record);
            self.all_were_told(record, &notices);
        }
        self.requests_have_one_effect(&records);
        self.messages_have_ended(&records, &notices);
        self.say_records(&records, &notices);
        let said = self.post.take_violations();
        self.violations.extend(said);
    }

    /// I1, I2, I3, I8, I9: what the product itself can prove of its record.
    async fn prove_the_record(&mut self) {
        let proof = bscp_escalation::engine::prove(&self.eye).await.unwrap();
        for breach in proof.breaches {
            self.violate(&breach.to_string());
        }
    }

    /// I3: no stage twice in a round, no deadline twice, no number left out.
    fn stages_are_whole(&mut self, record: &Record) {
        let reference = &record.case.reference;
        let mut stays = BTreeSet::new();
        for (number, entry) in (1..).zip(&record.case.stage_entries) {
            if entry.number != number || !stays.insert((entry.round, entry.stage)) {
                self.violate(&format!("I3: {reference} was in stage {} twice", entry.stage));
            }
        }
        let mut passed = BTreeSet::new();
        let mut moved: BTreeSet<UtcInstant> = BTreeSet::new();
        for it in &record.entries {
            match &it.event {
                Event::DeadlinePassed { entry, task, due_at, .. }
                    if !passed.insert((*entry, task.clone(), *due_at)) =>
                {
                    self.violate(&format!("I3: {reference} passed a deadline twice"));
                }
                Event::StageEntered { .. }
                    if it.by == Doer::Time && !moved.insert(it.recorded_at) =>
                {
                    self.violate(&format!("I4: {reference} went up two stages at once"));
                }
                _ => {}
            }
        }
    }

    /// I4, I5: each deadline was acted on in time where some node was well, and none too early.
    fn deadlines_were_met(&mut self, record: &Record) {
        let mut before: Option<UtcInstant> = None;
        for it in &record.entries {
            if let Event::DeadlinePassed { due_at, late_seconds, .. } = &it.event {
                let Some(at) = self.moments.get(&it.recorded_at).copied() else {
                    self.violate("I5: something was recorded at a time that no node had");
                    continue;
                };
                if it.recorded_at < *due_at || *late_seconds < 0 || at < due_at.plus(-OFF_MAX) {
                    self.violate(&format!(
                        "I5: {} was due {due_at} and moved {at}",
                        record.case.reference
                    ));
                }
                let since = before.map_or(*due_at, |before| before.max(*due_at));
                let missed = self.longest_spell_within(since, at);
                if missed > LATE_MAX {
                    self.violate(&format!(
                        "I4: {} was due {due_at} and moved {at}, and a node was well for {missed}",
                        record.case.reference
                    ));
                }
            }
            before = Some(it.recorded_at);
        }
    }

    fn longest_spell_within(&self, from: UtcInstant, to: UtcInstant) -> TimeDelta {
        let within = |spell: &(UtcInstant, UtcInstant)| spell.1.min(to).since(spell.0.max(from));
        self.spells.iter().map(within).max().unwrap_or_default()
    }

    /// I9: a case goes by the version that it was raised under, unless it was moved.
    fn keeps_its_policy(&mut self, record: &Record) {
        let kept = record.entries.iter().rev().find_map(|entry| match &entry.event {
            Event::PolicyMoved { policy, .. } | Event::Raised { policy, .. } => Some(policy),
            _ => None,
        });
        if kept.is_some_and(|kept| *kept != record.case.policy) {
            self.violate(&format!("I9: {} changed its policy", record.case.reference));
        }
    }

    /// Every open case has a next instant, and nothing closes by itself.
    fn is_never_forgotten(&mut self, record: &Record) {
        let reference = &record.case.reference;
        if record.case.status == Status::Open {
            let ahead = record.case.next_act_at().is_some_and(|at| at > self.at);
            if !ahead {
                self.violate(&format!("I4: {reference} is open, and nothing is due in it"));
            }
        }
        for it in &record.entries {
            let ends = matches!(
                it.event,
                Event::Agreed { .. }
                    | Event::Determined { .. }
                    | Event::Withdrawn { .. }
                    | Event::Referred { .. }
            );
            if ends && it.by == Doer::Time {
                self.violate(&format!("{reference} was ended by time"));
            }
        }
    }

    /// I2: whoever must act in a stage that begins was told in the same moment.
    fn all_were_told(&mut self, record: &Record, notices: &[StoredNotice]) {
        for it in &record.entries {
            let Event::StageEntered { entry, .. } = &it.event else { continue };
            let told: Vec<_> = notices
                .iter()
                .filter(|notice| notice.escalation_id == Some(record.case.id))
                .filter(|notice| notice.queued_at == it.recorded_at)
                .collect();
            let people = entry.acting.iter().filter_map(|seat| seat.person_id);
            let untold = people
                .filter(|person| !told.iter().any(|notice| notice.person_id == Some(*person)))
                .count();
            // Whoever left between the decision and the telling is told of to somebody else.
            if untold > 0 && told.len() < entry.acting.len() {
                self.violate(&format!(
                    "I2: {} entered stage {} and told {} of {}",
                    record.case.reference,
                    entry.stage,
                    told.len(),
                    entry.acting.len()
                ));
            }
        }
    }

    /// I1, I10: what was answered is on the timeline once, what was refused is not, and what was
    /// not answered at most once.
    fn requests_have_one_effect(&mut self, records: &[Record]) {
        for (number, ask) in self.asks.clone().into_iter().enumerate() {
            let Some(kind) = ask.wish.leaves() else { continue };
            let words = words_of(number);
            let entries = records.iter().flat_map(|it| it.entries.iter().zip(&it.texts));
            let effects: Vec<_> = entries
                .filter(|(entry, text)| entry.event.kind() == kind && text.contains(&words))
                .collect();
            let holds = match &ask.fate {
                Fate::Done(answer) => {
                    let version: Option<i64> =
                        answer.etag.as_deref().and_then(|it| it.parse().ok());
                    let did_something = version > ask.read;
                    effects.len() == usize::from(did_something)
                }
                Fate::Refused => effects.is_empty(),
                Fate::Unknown => effects.len() <= 1,
            };
            let by_them = effects
                .iter()
                .all(|(entry, _)| matches!(&entry.by, Doer::Person(by) if by.person_id == ask.who));
            if !holds || !by_them {
                self.violate(&format!(
                    "I1/I10: request {number} ({}) left {} entries, and it was {:?}",
                    ask.wish.in_words(),
                    effects.len(),
                    ask.fate
                ));
            }
        }
    }

    /// I6: each message was accepted, cancelled for a reason, or failed and told of to somebody.
    fn messages_have_ended(&mut self, records: &[Record], notices: &[StoredNotice]) {
        let accepted = self.post.accepted_ids();
        let told: BTreeSet<String> = records
            .iter()
            .flat_map(|record| &record.entries)
            .filter_map(|entry| match &entry.event {
                Event::NoticeFailed { notice_id, .. } => Some(notice_id.to_string()),
                _ => None,
            })
            .collect();
        for it in notices {
            let message_id = format!("<notice-{}@bscp.example>", it.id);
            let was_accepted = accepted.contains(&message_id);
            let nobody_is_left =
                it.kind.as_ref() == Ok(&NoticeKind::NoticeFailed) && it.person_id.is_none();
            let holds = match it.state {
                DeliveryState::Accepted => was_accepted,
                DeliveryState::Cancelled => it.last_error.is_some(),
                DeliveryState::Failed => {
                    let must_be_told = it.escalation_id.is_some() && !nobody_is_left;
                    it.last_error.is_some() && (!must_be_told || told.contains(&it.id.to_string()))
                }
                DeliveryState::Queued | DeliveryState::Leased => false,
            };
            if !holds {
                self.violate(&format!(
                    "I6: a message ({:?}) to {} ended as {:?}, {:?}, accepted: {was_accepted}",
                    it.kind, it.recipient_email, it.state, it.last_error
                ));
            }
        }
    }
}
