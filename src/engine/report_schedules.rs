//! `reports.schedules_file`: which reports go to whom, and when. Each is checked before the server
//! starts; whether its people are there is another question, which `sending_reports` answers.

use super::cron::CronRule;
use crate::clock::UtcInstant;
use crate::directory::PartnershipFunction;
use crate::reports::RelativePeriod;
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// The least time between two slots: a day, which may have an hour less.
const APART: TimeDelta = TimeDelta::hours(23);
/// The most characters in a name.
const NAME_MAX: usize = 40;

/// A report that goes to people at a time of day.
#[derive(Debug, Clone)]
pub struct ReportSchedule {
    /// What it is known by.
    pub name: String,
    /// When it goes.
    pub rule: CronRule,
    /// The key of the partnership that it is of.
    pub partnership: String,
    /// Which report.
    pub report: ScheduledReport,
    /// Its period, by the day on which it goes.
    pub period: RelativePeriod,
    /// To whom.
    pub to: Vec<ReportReader>,
}

/// Which report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduledReport {
    /// All figures.
    Disputes,
    /// The list of the cases that they count.
    Cases,
}

/// To whom a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportReader {
    /// Somebody of the directory, by their address.
    Person(String),
    /// Whoever is in a post of the partnership then.
    Function(PartnershipFunction),
}

/// The file of scheduled reports cannot be used; for the operator, with every mistake in it.
#[derive(Debug, thiserror::Error)]
pub enum ReportSchedulesError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is not understood.
    #[error("it cannot be understood: line {line}: {reason}")]
    NotUnderstood {
        /// The line, from 1.
        line: usize,
        /// Why.
        reason: String,
    },
    /// Reports in it are not as they must be.
    #[error("{}", .0.join("; "))]
    Mistakes(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    report: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    schedule: String,
    partnership: String,
    report: String,
    period: String,
    to: Vec<String>,
}

impl ScheduledReport {
    const ALL: [Self; 2] = [Self::Disputes, Self::Cases];

    /// What it is called in a letter.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Disputes => "Report on disputes",
            Self::Cases => "List of cases",
        }
    }

    /// Its name in addresses and in the file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Disputes => "disputes",
            Self::Cases => "cases",
        }
    }
}

impl ReportReader {
    /// As it stands in the file.
    pub fn in_file(&self) -> &str {
        match self {
            Self::Person(email) => email,
            Self::Function(function) => function_key(*function),
        }
    }
}

fn function_key(function: PartnershipFunction) -> &'static str {
    match function {
        PartnershipFunction::BusinessManager => "business_manager",
        PartnershipFunction::Scrutineer => "scrutineer",
        PartnershipFunction::PanelMember => "panel_member",
        PartnershipFunction::Auditor => "auditor",
    }
}

impl ReportSchedule {
    /// The reports of a file, their times on this time zone's wall clock.
    ///
    /// # Errors
    /// Everything that is wrong with them, each by its report and key.
    pub fn load(path: &Path, zone: Tz) -> Result<Vec<Self>, ReportSchedulesError> {
        Self::parse(&std::fs::read_to_string(path)?, zone)
    }

    fn parse(text: &str, zone: Tz) -> Result<Vec<Self>, ReportSchedulesError> {
        let file: File = toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let reason = error.message().lines().collect::<Vec<_>>().join(", ");
            let line = before.matches('\n').count() + 1;
            ReportSchedulesError::NotUnderstood { line, reason }
        })?;
        let (mut schedules, mut mistakes) = (Vec::new(), Vec::new());
        let mut names = BTreeSet::new();
        for entry in file.report {
            let mut of_entry = Mistakes { name: entry.name.clone(), told: Vec::new() };
            if !names.insert(entry.name.clone()) {
                of_entry.add("name", "stands there twice: write another name");
            }
            let read = entry.read(zone, &mut of_entry);
            schedules.extend(read.filter(|_| of_entry.told.is_empty()));
            mistakes.append(&mut of_entry.told);
        }
        if mistakes.is_empty() {
            Ok(schedules)
        } else {
            Err(ReportSchedulesError::Mistakes(mistakes))
        }
    }

    /// What its slots are recorded under.
    pub(super) fn job_name(&self) -> String {
        format!("report:{}", self.name)
    }

    /// The path of the page that a letter leads to, below a partnership's own.
    pub(super) fn page(&self) -> String {
        format!("reports/{}", self.report.key())
    }
}

/// What is wrong with a report.
struct Mistakes {
    name: String,
    told: Vec<String>,
}

impl Mistakes {
    fn add(&mut self, key: &str, what: &str) {
        self.told.push(format!("report `{}`, `{key}`: {what}", self.name.escape_debug()));
    }
}

impl Entry {
    fn read(self, zone: Tz, mistakes: &mut Mistakes) -> Option<ReportSchedule> {
        if !is_name(&self.name) {
            mistakes.add("name", "write small letters, digits and hyphens, at most 40");
        }
        if self.partnership.trim().is_empty() {
            mistakes.add("partnership", "write the partnership's key, such as bromley");
        }
        let rule = match rule(&self.schedule, zone) {
            Ok(rule) => Some(rule),
            Err(why) => {
                mistakes.add("schedule", &why);
                None
            }
        };
        let reports = ScheduledReport::ALL.map(ScheduledReport::key);
        let report = ScheduledReport::ALL.into_iter().find(|report| report.key() == self.report);
        if report.is_none() {
            mistakes.add("report", &no_such(&self.report, &reports));
        }
        let period = RelativePeriod::named(&self.period);
        if period.is_none() {
            let periods = RelativePeriod::ALL.map(|(name, _)| name);
            mistakes.add("period", &no_such(&self.period, &periods));
        }
        let to = readers(&self.to, mistakes);
        Some(ReportSchedule {
            name: self.name,
            rule: rule?,
            partnership: self.partnership,
            report: report?,
            period: period?,
            to,
        })
    }
}

fn no_such(written: &str, names: &[&str]) -> String {
    format!("`{}` is none; write one of {}", written.escape_debug(), names.join(", "))
}

fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(fits)
}

/// The rule of an expression that comes, and not more often than once a day.
fn rule(text: &str, zone: Tz) -> Result<CronRule, String> {
    let rule = CronRule::parse(text, zone).map_err(|error| error.to_string())?;
    // Whoever comes twice on one day does so on the first two days, of which the first may have begun.
    let first = rule.next_slot(UtcInstant::EPOCH);
    let mut slots = std::iter::successors(first, |slot| rule.next_slot(*slot)).take(4).peekable();
    if slots.peek().is_none() {
        return Err(format!("'{text}' never comes: there is no such day"));
    }
    let slots: Vec<UtcInstant> = slots.collect();
    let too_soon = |pair: &[UtcInstant]| matches!(pair, [one, next] if next.since(*one) < APART);
    if slots.windows(2).any(too_soon) {
        return Err(format!(
            "'{text}' comes more than once a day: write one second, minute and hour, such as \
             '0 0 7 1 * *'"
        ));
    }
    Ok(rule)
}

fn readers(written: &[String], mistakes: &mut Mistakes) -> Vec<ReportReader> {
    let functions =
        PartnershipFunction::OFFICERS.map(|function| (function_key(function), function));
    let names = functions.map(|(name, _)| name).join(", ");
    if written.is_empty() {
        mistakes.add("to", &format!("is empty: write people's addresses, or {names}"));
    }
    let mut readers = Vec::new();
    for (number, text) in (1..).zip(written) {
        let function = functions.iter().find(|(name, _)| name == text);
        let reader = match function {
            Some((_, function)) => ReportReader::Function(*function),
            None if crate::notify::is_address(text) => ReportReader::Person(text.clone()),
            None => {
                let shown = text.escape_debug();
                mistakes.add(
                    "to",
                    &format!(
                        "`{shown}` (number {number}) is nobody: write an email address of the \
                              directory, or one of {names}; only officers may have reports"
                    ),
                );
                continue;
            }
        };
        if readers.contains(&reader) {
            mistakes.add("to", &format!("`{text}` stands there twice"));
        }
        readers.push(reader);
    }
    readers
}

#[cfg(test)]
mod tests;
