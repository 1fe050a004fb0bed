//! The facts of a case by another way: by searching its whole timeline and its last state, instead of
//! following it entry by entry.

use super::*;
use crate::clock::UtcInstant;
use crate::directory::Side;
use crate::escalation::{Doer, Event};
use crate::timeline::Entry;

/// What says more than that the challenge has arrived.
const ANSWERS: [&str; 5] =
    ["responded", "position_stated", "proposed", "proposal_confirmed", "proposal_declined"];

/// The number of the stay in which each entry was recorded, and its stage.
fn by_stay(case: &Case) -> Vec<(u32, u32, &Entry)> {
    let mut stay = (0, 0);
    let mut found = Vec::new();
    for entry in &case.entries {
        if let Event::StageEntered { entry, .. } = &entry.event {
            stay = (entry.number, entry.stage);
        }
        found.push((stay.0, stay.1, entry));
    }
    found
}

fn is_of_the_receiving_side(entry: &Entry) -> bool {
    matches!(&entry.by, Doer::Person(by) if by.side == Side::Receiving)
}

/// Compares facts with what is found by searching.
pub(super) fn the_other_way(case: &Case, facts: &CaseFacts) -> Result<(), TestCaseError> {
    counters(case, facts)?;
    endings(case, facts)?;
    prop_assert_eq!(facts.stays.len(), case.state.stage_entries.len());
    for stay in &facts.stays {
        of_stay(case, stay)?;
    }
    let state = &case.state;
    prop_assert_eq!(Some(facts.raised_at), state.raised_at);
    prop_assert_eq!(facts.status, state.status);
    prop_assert_eq!(facts.urgency_class.as_str(), state.urgency_class());
    prop_assert_eq!(&facts.policy_key, &state.policy.key);
    prop_assert_eq!(facts.changed_at, case.entries.last().unwrap().recorded_at);
    let actions: Vec<_> = state.actions.iter().map(|it| (it.due_on, it.done_at)).collect();
    prop_assert_eq!(
        facts.actions.iter().map(|it| (it.due_on, it.done_at)).collect::<Vec<_>>(),
        actions
    );
    Ok(())
}

fn counters(case: &Case, facts: &CaseFacts) -> Result<(), TestCaseError> {
    let learned =
        |entry: &&Entry| matches!(&entry.event, Event::FeedbackGiven { learning: Some(_), .. });
    let learned = u32::try_from(case.entries.iter().filter(learned).count()).unwrap();
    prop_assert_eq!(facts.learning_count, learned);
    let mut themes: Vec<String> = Vec::new();
    for entry in &case.entries {
        if let Event::FeedbackGiven { themes: chosen, .. }
        | Event::Debriefed { themes: chosen, .. } = &entry.event
        {
            themes.extend(chosen.iter().cloned());
        }
    }
    themes.sort();
    themes.dedup();
    prop_assert_eq!(&facts.learning_themes, &themes);
    let counted = [
        ("reminded", facts.reminder_count),
        ("overdue_told_again", facts.told_again_count),
        ("notice_failed", facts.failed_notice_count),
        ("notice_delayed", facts.delayed_notice_count),
        ("deadline_extended", facts.extension_count),
        ("paused", facts.pause_count),
        ("action_set", u32::try_from(facts.actions.len()).unwrap()),
        ("feedback_given", facts.feedback_count),
        ("debriefed", facts.debrief_count),
        ("reopened", u32::try_from(facts.reopened_at.len()).unwrap()),
    ];
    for (kind, count) in counted {
        let found = case.entries.iter().filter(|entry| entry.event.kind() == kind).count();
        prop_assert_eq!(count, u32::try_from(found).unwrap(), "{}", kind);
    }
    let met = case.state.meetings.iter().filter(|it| it.record.is_some()).count();
    prop_assert_eq!(facts.meeting_count, u32::try_from(met).unwrap());
    Ok(())
}

fn endings(case: &Case, facts: &CaseFacts) -> Result<(), TestCaseError> {
    let ending = |(_, stage, entry): (u32, u32, &Entry)| {
        let (how, outcome) = match &entry.event {
            Event::Agreed { outcome, .. } => (EndedHow::Agreed, Some(outcome)),
            Event::Determined { outcome, .. } => (EndedHow::Determined, Some(outcome)),
            Event::Referred { to, .. } => (EndedHow::Referred, Some(to)),
            Event::Withdrawn { .. } => (EndedHow::Withdrawn, None),
            _ => return None,
        };
        Some(EndingFacts { at: entry.recorded_at, how, outcome: outcome.cloned(), stage })
    };
    let found: Vec<EndingFacts> = by_stay(case).into_iter().filter_map(ending).collect();
    prop_assert_eq!(&facts.endings, &found);
    Ok(())
}

fn of_stay(case: &Case, stay: &StayFacts) -> Result<(), TestCaseError> {
    let entry = case.state.stage_entries.iter().find(|it| it.number == stay.number).unwrap();
    prop_assert_eq!((stay.stage, stay.round), (entry.stage, entry.round));
    prop_assert_eq!((stay.why, stay.entered_at), (entry.why, entry.entered_at));
    let left = entry.left.as_ref().map(|left| (left.at, left.why));
    prop_assert_eq!(stay.left.map(|left| (left.at, left.why)), left);

    let here = || by_stay(case).into_iter().filter(|(number, ..)| *number == stay.number);
    let of_kind = |kinds: &'static [&'static str]| {
        let mut found = here()
            .map(|(.., entry)| entry)
            .filter(move |entry| kinds.contains(&entry.event.kind()));
        found.find(|entry| is_of_the_receiving_side(entry))
    };
    let acknowledged = of_kind(&["acknowledged"]).map(|entry| entry.recorded_at);
    prop_assert_eq!(stay.acknowledged_at, acknowledged);
    let answered = of_kind(&ANSWERS).map(|entry| {
        let stance = match &entry.event {
            Event::Responded { stance, .. } => Some(*stance),
            _ => None,
        };
        Answered { at: entry.recorded_at, stance }
    });
    prop_assert_eq!(stay.answered.map(|it| it.at), answered.map(|it| it.at));
    if answered.is_some_and(|it| it.stance.is_some()) {
        prop_assert_eq!(stay.answered, answered);
    }
    let says = case.state.answer_in(stay.number);
    let is_answered = !matches!(says, Answer::Silence | Answer::AcknowledgedOnly);
    prop_assert_eq!(stay.answered.is_some(), is_answered, "as the case itself says: {:?}", says);

    let passed: Vec<MissedFacts> = here().filter_map(|(.., entry)| passed(&entry.event)).collect();
    prop_assert_eq!(stay.missed.as_ref(), passed.first());
    let ran_out = stay.left.is_some_and(|left| left.why == LeavingReason::DeadlinePassed);
    let due_at = if ran_out { passed.last().unwrap().due_at } else { entry.due.at };
    let still_the_last = |entry: &Entry| matches!(entry.event, Event::DeadlinePassed { .. });
    if ran_out || !here().next_back().is_some_and(|(.., entry)| still_the_last(entry)) {
        prop_assert_eq!(stay.due_at, due_at);
    }
    let minutes = |from: UtcInstant, to: UtcInstant| {
        let calendar = case.world.calendars.partnership();
        u32::try_from(calendar.working_time_between(from, to).num_minutes()).unwrap()
    };
    prop_assert_eq!(stay.limit_working_minutes, minutes(stay.entered_at, stay.due_at));
    let worked = stay.left.map(|left| minutes(stay.entered_at, left.at));
    prop_assert_eq!(stay.left.map(|left| left.working_minutes), worked);
    Ok(())
}

fn passed(event: &Event) -> Option<MissedFacts> {
    let Event::DeadlinePassed { due_at, late_seconds, answer, .. } = event else { return None };
    let (due_at, recorded_late_seconds, answer) = (*due_at, *late_seconds, *answer);
    Some(MissedFacts { due_at, recorded_late_seconds, answer })
}
