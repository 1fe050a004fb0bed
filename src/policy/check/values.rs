//! Single values: whether they can be read, and what was meant where they cannot.

use crate::calendar::{Allowance, DayHours, Limit};
use crate::policy::{Anchor, Milestone, Reminder, RungOrRole, Who};
use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

/// How alike two words must be for one to be taken for the other: 1 is the same.
const ALIKE: f64 = 0.82;

/// The word of a list that somebody meant.
pub(super) fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let likeness = |word: &str| strsim::jaro_winkler(&text.to_lowercase(), &word.to_lowercase());
    let alike = words.into_iter().map(|word| (likeness(word), word));
    let best = alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, word)| word)
}

/// "; did you mean \"urgent\"?", or nothing.
pub(super) fn did_you_mean<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    nearest(text, words).map_or_else(String::new, |word| format!("; did you mean \"{word}\"?"))
}

/// Whether a text is a key: small letters, digits and one more character.
pub(super) fn is_key(text: &str, joint: char) -> bool {
    (1..=40).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
}

pub(super) fn one_of(text: &str, words: &[(&str, &str)]) -> Result<(), String> {
    if words.iter().any(|(word, _)| *word == text) {
        return Ok(());
    }
    let meant = did_you_mean(text, words.iter().map(|(word, _)| *word));
    let words: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    Err(format!("\"{text}\" is not possible here; use one of: {}{meant}", words.join(", ")))
}

pub(super) fn day(text: &str) -> Result<(), String> {
    let is_day = text.len() == 10 && text.parse::<NaiveDate>().is_ok();
    is_day.then_some(()).ok_or_else(|| {
        format!("\"{text}\" is no day; write year-month-day, such as \"2026-09-01\"")
    })
}

pub(super) fn time(text: &str) -> Result<(), String> {
    let is_time = text.parse::<NaiveTime>().is_ok();
    is_time.then_some(()).ok_or_else(|| {
        format!("\"{text}\" is no time of day; write hours and minutes, such as \"09:00\"")
    })
}

pub(super) fn zone(text: &str) -> Result<(), String> {
    if text.parse::<Tz>().is_ok() {
        return Ok(());
    }
    let meant = did_you_mean(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
    Err(format!("\"{text}\" is no time zone; write one such as \"Europe/London\"{meant}"))
}

pub(super) fn allowance(text: &str) -> Result<(), String> {
    match text.parse::<Allowance>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("\"{text}\" is no length of time: {error}")),
    }
}

pub(super) fn limit(text: &str) -> Result<(), String> {
    match text.parse::<Limit>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("\"{text}\" is no limit: {error}")),
    }
}

pub(super) fn who(text: &str) -> Result<(), String> {
    text.parse::<Who>().map(|_| ()).map_err(|error| error + &did_you_mean(text, Who::words()))
}

pub(super) fn hours(text: &str) -> Result<(), String> {
    match text.parse::<DayHours>() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("\"{text}\": {error}")),
    }
}

pub(super) fn rung_or_role(text: &str) -> Result<(), String> {
    match RungOrRole::try_from(text.to_owned()) {
        Ok(_) => Ok(()),
        // What it says is of sides, too, which do not stand here.
        Err(_) => Err(format!(
            "'{text}' is no rung and cannot be a role; write one such as \"line_manager\""
        )),
    }
}

pub(super) fn anchor(text: &str) -> Result<(), String> {
    text.parse::<Anchor>().map(|_| ()).map_err(|error| error + &did_you_mean(text, Anchor::words()))
}

pub(super) fn milestone(text: &str) -> Result<(), String> {
    text.parse::<Milestone>()
        .map(|_| ())
        .map_err(|error| error + &did_you_mean(text, Milestone::words()))
}

pub(super) fn reminder(text: &str) -> Result<(), String> {
    text.parse::<Reminder>().map(|_| ())
}
