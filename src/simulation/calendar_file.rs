//! A simulation as an iCalendar file (RFC 5545), to be laid over one's own diary: an entry for each
//! deadline, and one for each step at which people are told. Nobody real is in it.

use super::report::{CourseReport, Report, StepReport};
use crate::clock::UtcInstant;
use icalendar::{Calendar, Component, Event, EventLike, Property};
use std::collections::BTreeMap;

/// The report as an iCalendar file. The same simulation gives the same file, and the entries keep
/// their ids, so that a diary which takes it in again moves them instead of doubling them.
pub fn calendar_file(report: &Report) -> String {
    let mut calendar = Calendar::new();
    calendar.properties.retain(|property| property.key() != "PRODID");
    calendar.properties.push(Property::new("PRODID", "-//bscp-escalation//simulation//EN"));
    calendar.name(&format!("{} (simulation)", report.policy_title));
    for course in &report.courses {
        for entry in deadlines(report, course).into_iter().chain(steps(report, course)) {
            calendar.push(entry);
        }
    }
    calendar.to_string()
}

fn entry(course: &CourseReport, id: &str, at: UtcInstant, title: &str, text: &str) -> Event {
    let mut event = Event::new();
    event
        .uid(id)
        // When the file was made is nobody's business: the raising stands for it.
        .timestamp(course.raised_at.utc())
        .starts(at.utc())
        .ends(at.utc())
        .summary(title)
        .description(text)
        .add_property("TRANSP", "TRANSPARENT");
    event.done()
}

fn id(report: &Report, course: &CourseReport, what: &str) -> String {
    format!(
        "{}-{}-{}-{}-{what}@simulation.bscp-escalation",
        report.policy_key,
        report.policy_version,
        report.urgency_class,
        course.raised_at.utc().format("%Y%m%dT%H%M%SZ"),
    )
}

fn raised(course: &CourseReport) -> String {
    format!("Simulation: a challenge raised {}.", course.raised_at_local)
}

/// Each deadline as it stood last, by the stay and the task.
fn deadlines(report: &Report, course: &CourseReport) -> Vec<Event> {
    let mut last = BTreeMap::new();
    let mut stay = 0;
    let mut stage = None;
    for step in &course.steps {
        let enters = step.happened.iter().any(|words| words.starts_with("stage "));
        if enters || step.stage != stage {
            (stay, stage) = (stay + 1, step.stage);
        }
        for running in &step.running {
            last.insert((stay, running.task.clone()), (step.stage, running));
        }
    }
    let mut entries = Vec::new();
    for ((stay, task), (stage, running)) in last {
        let stage = stage.unwrap_or_default();
        let title = format!("Due: {} {stage}, {}", report.label, running.title);
        let text = format!("{} {}", raised(course), running.derivation);
        let id = id(report, course, &format!("due-{stay}-{task}"));
        entries.push(entry(course, &id, running.due_at, &title, &text));
    }
    entries
}

fn steps(report: &Report, course: &CourseReport) -> Vec<Event> {
    let told = course.steps.iter().enumerate().filter(|(_, step)| !step.told.is_empty());
    told.map(|(index, step)| {
        let title = step.happened.first().map_or_else(String::new, |words| shortened(words));
        let id = id(report, course, &format!("step-{index}"));
        entry(course, &id, step.at, &title, &text_of(course, step))
    })
    .collect()
}

fn text_of(course: &CourseReport, step: &StepReport) -> String {
    let names: Vec<&str> = step.told.iter().map(|told| told.name.as_str()).collect();
    format!("{} {}. Told: {}.", raised(course), step.happened.join(". "), names.join("; "))
}

/// The first part of a sentence: enough for the title of an entry.
fn shortened(words: &str) -> String {
    words.split(['(', ';']).next().unwrap_or(words).trim().to_owned()
}
