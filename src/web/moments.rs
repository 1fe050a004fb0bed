//! What a case's timeline shows of each of its entries.

use super::statements::{Said, text};
use crate::calendar::Calendar;
use crate::escalation::{Event, Prose};
use crate::timeline::Entry;

/// Something that happened.
pub(super) struct Moment {
    pub(super) when: String,
    pub(super) who: String,
    pub(super) what: String,
    /// What was written with it and stands nowhere else in the case.
    pub(super) said: Vec<Said>,
}

impl Moment {
    pub(super) fn of(entry: &Entry, calendar: &Calendar) -> Self {
        Self {
            when: calendar.say(entry.recorded_at),
            who: entry.by.in_words(),
            what: entry.event.in_words(),
            said: said_in(&entry.event),
        }
    }
}

/// The words of an event that no statement of the case shows.
fn said_in(event: &Event) -> Vec<Said> {
    let why = |reason: &Prose| vec![text("Why", reason)];
    let note = |note: &Option<Prose>| note.iter().map(|note| text("Note", note)).collect();
    match event {
        Event::StageEntered { reason: Some(reason), .. }
        | Event::DeadlineExtended { reason, .. }
        | Event::Paused { reason, .. }
        | Event::UrgencyChanged { reason, .. }
        | Event::PolicyMoved { reason, .. }
        | Event::DeadlinesRecounted { reason, .. }
        | Event::Reopened { reason }
        | Event::Restricted { reason, .. }
        | Event::RestrictionLifted { reason }
        | Event::GlassBroken { reason, .. } => why(reason),
        Event::ProtectiveDeadlineSet { protective_deadline, .. } => {
            why(&protective_deadline.reason)
        }
        Event::GlassBreakReviewed { note, .. } => vec![text("What was found", note)],
        Event::TaskTicked { note: written, .. } => note(written),
        _ => Vec::new(),
    }
}
