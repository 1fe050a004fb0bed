//! Facts from a timeline, entry by entry. What the state says is taken from the state after the
//! entry; what it does not keep, from the entry itself.

use super::facts::{
    ActionFacts, Answered, CaseFacts, EndedHow, EndingFacts, LeftFacts, MissedFacts, StayFacts,
};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::{Action, Ending, Escalation, Event, LeavingReason, Sectors, StageEntry};
use crate::policy::{Calendars, Policy};
use crate::timeline::{Entry, fold};
use std::collections::BTreeSet;

/// By what a case is measured when something happens to it.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'m> {
    /// The policy version that it keeps then.
    pub policy: &'m Policy,
    /// That version's calendars, with the partnership's closures that are known then.
    pub calendars: &'m Calendars,
    /// The sectors of its agencies, for a timeline that does not say them: without any it has no
    /// facts.
    pub sectors: Option<Sectors>,
}

impl Measure<'_> {
    fn calendar(&self) -> &Calendar {
        self.calendars.partnership()
    }

    fn working_minutes(&self, from: UtcInstant, to: UtcInstant) -> u32 {
        // Never negative; more than fits would be eight thousand years.
        u32::try_from(self.calendar().working_time_between(from, to).num_minutes())
            .unwrap_or(u32::MAX)
    }
}

/// Facts in the making: of a case that is followed from its first entry, or on from where its facts
/// were kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folding {
    facts: Option<CaseFacts>,
}

impl Folding {
    /// Before a case's first entry.
    pub fn begin() -> Self {
        Self::default()
    }

    /// After the entry up to which facts were kept.
    pub fn go_on(facts: CaseFacts) -> Self {
        Self { facts: Some(facts) }
    }

    /// Takes in what happened at an instant, with the state after it.
    pub fn record(
        &mut self,
        event: &Event,
        at: UtcInstant,
        after: &Escalation,
        measure: &Measure<'_>,
    ) {
        if let Event::Raised { sectors, .. } = event {
            self.facts = sectors.or(measure.sectors).and_then(|it| begun(at, after, it));
        }
        let Some(facts) = &mut self.facts else { return };
        facts.take_from(after, measure);
        facts.count(event, at);
        facts.follow_stays(event, after, measure);
        facts.changed_at = at;
    }

    /// The facts; none of a draft.
    pub fn facts(self) -> Option<CaseFacts> {
        self.facts
    }
}

/// The facts of a case that has just been raised, where it has not yet entered a stage.
fn begun(at: UtcInstant, after: &Escalation, sectors: Sectors) -> Option<CaseFacts> {
    let challenge = after.challenge()?;
    Some(CaseFacts {
        escalation_id: after.id,
        reference: after.reference.clone(),
        partnership_id: after.partnership_id,
        policy_key: String::new(),
        policy_version: 0,
        topic: String::new(),
        stage_count: 0,
        raised_at: at,
        raising_agency_id: after.raising.agency_id,
        raising_sector: sectors.raising,
        receiving_agency_id: challenge.receiving.agency_id,
        receiving_sector: sectors.receiving,
        area_of_disagreement: challenge.area_of_disagreement.clone(),
        urgency_class: String::new(),
        level_of_need: challenge.level_of_need.as_ref().map(ToString::to_string),
        was_immediate_danger: after.immediate_danger.in_immediate_danger,
        status: after.status,
        stays: Vec::new(),
        endings: Vec::new(),
        reopened_at: Vec::new(),
        reminder_count: 0,
        told_again_count: 0,
        failed_notice_count: 0,
        delayed_notice_count: 0,
        extension_count: 0,
        pause_count: 0,
        meeting_count: 0,
        actions: Vec::new(),
        feedback_count: 0,
        learning_count: 0,
        debrief_count: 0,
        changed_at: at,
        learning_themes: Vec::new(),
    })
}

fn how_many<T>(all: impl IntoIterator<Item = T>) -> u32 {
    u32::try_from(all.into_iter().count()).unwrap_or(u32::MAX)
}

impl CaseFacts {
    /// The facts of a case with these entries, measured alike throughout; none of a draft, nor where
    /// the entries are no case's.
    pub fn of(entries: &[Entry], measure: &Measure<'_>) -> Option<Self> {
        let mut folding = Folding::begin();
        let (first, rest) = entries.split_first()?;
        let mut state = fold(std::slice::from_ref(first)).ok()?;
        for entry in rest {
            state = state.apply(&entry.event, &entry.by, entry.recorded_at);
            folding.record(&entry.event, entry.recorded_at, &state, measure);
        }
        folding.facts()
    }

    /// What the state keeps.
    fn take_from(&mut self, after: &Escalation, measure: &Measure<'_>) {
        self.policy_key.clone_from(&after.policy.key);
        self.policy_version = after.policy.version;
        self.topic.clone_from(&measure.policy.topic);
        self.stage_count = measure.policy.stage_count();
        after.urgency_class().clone_into(&mut self.urgency_class);
        self.status = after.status;
        self.pause_count = how_many(after.stage_entries.iter().flat_map(|entry| &entry.pauses));
        self.meeting_count = how_many(after.meetings.iter().filter(|it| it.record.is_some()));
        let action = |it: &Action| ActionFacts { due_on: it.due_on, done_at: it.done_at };
        self.actions = after.actions.iter().map(action).collect();
        self.feedback_count = how_many(&after.feedback);
        self.learning_count = how_many(after.feedback.iter().filter(|it| it.learning.is_some()));
        self.debrief_count = how_many(&after.debriefs);
        let with_feedback = after.feedback.iter().map(|it| &it.themes);
        let themes = with_feedback.chain(after.debriefs.iter().map(|it| &it.themes)).flatten();
        self.learning_themes = themes.cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let known = self.endings.len();
        let stage = after.stage_entries.last().map_or(0, |entry| entry.stage);
        self.endings.extend(after.endings.iter().skip(known).map(|it| ended(it, stage)));
    }

    /// What only the timeline keeps.
    fn count(&mut self, event: &Event, at: UtcInstant) {
        let counter = match event {
            Event::Reminded { .. } => &mut self.reminder_count,
            Event::OverdueToldAgain { .. } => &mut self.told_again_count,
            Event::NoticeFailed { .. } => &mut self.failed_notice_count,
            Event::NoticeDelayed { .. } => &mut self.delayed_notice_count,
            Event::DeadlineExtended { .. } => &mut self.extension_count,
            Event::Reopened { .. } => return self.reopened_at.push(at),
            _ => return,
        };
        *counter = counter.saturating_add(1);
    }

    /// The stays in stages: only the last can have changed.
    fn follow_stays(&mut self, event: &Event, after: &Escalation, measure: &Measure<'_>) {
        for entry in after.stage_entries.iter().skip(self.stays.len()) {
            self.stays.push(StayFacts::entered(entry, measure));
        }
        let (Some(stay), Some(entry)) = (self.stays.last_mut(), after.stage_entries.last()) else {
            return;
        };
        if stay.left.is_none() {
            stay.follow(event, entry, after, measure);
        }
    }
}

fn ended(it: &Ending, stage: u32) -> EndingFacts {
    let (at, how, outcome) = match it {
        Ending::Agreed { outcome, at, .. } => (*at, EndedHow::Agreed, Some(outcome)),
        Ending::Determined { outcome, at, .. } => (*at, EndedHow::Determined, Some(outcome)),
        Ending::Referred { to, at, .. } => (*at, EndedHow::Referred, Some(to)),
        Ending::Withdrawn { at, .. } => (*at, EndedHow::Withdrawn, None),
    };
    EndingFacts { at, how, outcome: outcome.cloned(), stage }
}

impl StayFacts {
    fn entered(entry: &StageEntry, measure: &Measure<'_>) -> Self {
        Self {
            number: entry.number,
            round: entry.round,
            stage: entry.stage,
            why: entry.why,
            entered_at: entry.entered_at,
            due_at: entry.due.at,
            limit_working_minutes: measure.working_minutes(entry.entered_at, entry.due.at),
            answered: None,
            acknowledged_at: None,
            missed: None,
            left: None,
        }
    }

    fn follow(
        &mut self,
        event: &Event,
        entry: &StageEntry,
        after: &Escalation,
        measure: &Measure<'_>,
    ) {
        match event {
            Event::DeadlinePassed { due_at, late_seconds, answer, .. } => {
                self.set_due(*due_at, measure);
                self.missed.get_or_insert(MissedFacts {
                    due_at: *due_at,
                    recorded_late_seconds: *late_seconds,
                    answer: *answer,
                });
            }
            // That its clock ran out is why it was left: that is the instant that counts.
            Event::StageLeft { why: LeavingReason::DeadlinePassed, .. } => {}
            _ => self.set_due(entry.due.at, measure),
        }
        if self.acknowledged_at.is_none() {
            let mut all = after.acknowledgements.iter();
            let theirs = all.find(|it| self.is_theirs(it.stage_entry, it.by.side));
            self.acknowledged_at = theirs.map(|it| it.at);
        }
        if self.answered.is_none() {
            self.answered = self.first_answer(after);
        }
        self.left = entry.left.as_ref().map(|left| LeftFacts {
            at: left.at,
            why: left.why,
            working_minutes: measure.working_minutes(self.entered_at, left.at),
        });
    }

    fn set_due(&mut self, due_at: UtcInstant, measure: &Measure<'_>) {
        if self.due_at != due_at {
            self.due_at = due_at;
            self.limit_working_minutes = measure.working_minutes(self.entered_at, due_at);
        }
    }

    /// The first thing that the receiving side said in this stay beyond that the challenge had
    /// arrived; as `Escalation::answer_in` understands it.
    fn first_answer(&self, after: &Escalation) -> Option<Answered> {
        let theirs = |stage_entry, side| self.is_theirs(stage_entry, side);
        let answered = |at, stance| Answered { at, stance };
        let responses = after.responses.iter().filter(|it| theirs(it.stage_entry, it.by.side));
        let positions = after.positions.iter().filter(|it| theirs(it.stage_entry, it.by.side));
        let put = after.proposals.iter().filter(|it| theirs(it.stage_entry, it.by.side));
        let answers = after.proposals.iter().filter_map(|it| it.answer.as_ref());
        let answers = answers.filter(|it| theirs(it.stage_entry, it.by.side));
        responses
            .map(|it| answered(it.at, Some(it.stance)))
            .chain(positions.map(|it| answered(it.at, None)))
            .chain(put.map(|it| answered(it.at, None)))
            .chain(answers.map(|it| answered(it.at, None)))
            .min_by_key(|it| it.at)
    }

    fn is_theirs(&self, stage_entry: u32, side: Side) -> bool {
        stage_entry == self.number && side == Side::Receiving
    }
}
