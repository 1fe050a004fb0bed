//! What waits for somebody as an iCalendar file (RFC 5545) that their calendar fetches again and again.
//!
//! A case is one entry with one id for ever, so that a calendar moves it and doubles nothing. What
//! stands in it is what a message may say: the reference, what is asked, and by when.

use crate::escalation::{Escalation, StageEntry};
use chrono::TimeDelta;
use icalendar::{Alarm, Calendar, Class, Component, Event, EventLike, EventStatus, Property};

/// How long before something is due a calendar says so.
const ALARM_BEFORE: TimeDelta = TimeDelta::hours(2);

/// A case in somebody's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry<'c> {
    /// The case.
    pub case: &'c Escalation,
    /// What its policy calls its steps.
    pub label: &'c str,
    /// When it is due, or was last, in words.
    pub due_in_words: String,
    /// Where it stands.
    pub link: String,
    /// It has ended: nothing is asked any more.
    pub is_over: bool,
}

/// The calendar of these cases. The same cases give the same text.
pub fn calendar_feed(entries: &[FeedEntry<'_>]) -> String {
    let mut calendar = Calendar::new();
    calendar.properties.retain(|property| property.key() != "PRODID");
    let properties = [
        Property::new("PRODID", "-//bscp-escalation//calendar//EN"),
        Property::new("METHOD", "PUBLISH"),
        // How often to look again, for the calendars that ask.
        Property::new("REFRESH-INTERVAL", "PT1H").add_parameter("VALUE", "DURATION").done(),
        Property::new("X-PUBLISHED-TTL", "PT1H"),
    ];
    for property in properties {
        calendar.append_property(property);
    }
    calendar.name("Escalations");
    calendar.extend(entries.iter().filter_map(FeedEntry::event));
    calendar.to_string()
}

impl FeedEntry<'_> {
    /// None for a case that was never in a stage: it asks nobody for anything.
    fn event(&self) -> Option<Event> {
        let entry = self.case.stage_entries.last()?;
        let id = format!("{}@calendar.bscp-escalation", self.case.id);
        let asked = self.asked(entry);
        // When the file was made is nobody's business, and would make each one another: what changed
        // last on the ladder stands for it, and the version says which is newer.
        let changed_at = entry.left.as_ref().map_or(entry.entered_at, |left| left.at);
        let status = if self.is_over { EventStatus::Cancelled } else { EventStatus::Confirmed };
        let mut event = Event::new();
        event
            .uid(&id)
            .timestamp(changed_at.utc())
            .sequence(u32::try_from(self.case.version).unwrap_or(u32::MAX))
            .starts(entry.due.at.utc())
            .summary(&asked)
            .description(&self.words())
            .url(&self.link)
            .class(Class::Private)
            .status(status)
            .add_property("TRANSP", "TRANSPARENT");
        if !self.is_over {
            let mut alarm = Alarm::display(&asked, -ALARM_BEFORE);
            alarm
                // The same time as people's programs write it: not every one reads 7200 seconds.
                .add_property("TRIGGER", "-PT2H")
                .uid(&format!("alarm-{id}"))
                .timestamp(changed_at.utc());
            event.alarm(alarm);
        }
        Some(event.done())
    }

    /// What is asked, and of which case.
    fn asked(&self, entry: &StageEntry) -> String {
        let (reference, label) = (&self.case.reference, self.label);
        if self.is_over {
            return format!("Ended: {reference}");
        }
        let task = entry.task_due_next().map_or(String::new(), |task| format!(", {}", task.title));
        format!("Action needed: {reference} ({label} {}{task})", entry.stage)
    }

    fn words(&self) -> String {
        let (due, link) = (&self.due_in_words, &self.link);
        if self.is_over {
            return format!("This escalation has ended. Nothing is asked of you any more.\n{link}");
        }
        format!("Due {due}. Sign in to see what it is about and to act:\n{link}")
    }
}
