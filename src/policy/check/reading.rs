//! From a file's text to a policy, or to everything that is wrong with it.

use super::document::{Document, Lines, document};
use super::form::form;
use super::lengths::Samples;
use super::mistake::Mistake;
use super::{classes, endings, head, ladder, people, stages, standing, tasks};
use crate::policy::{Calendars, Policy};
use toml::de::DeTable;

/// Reads a policy file.
pub(in crate::policy) fn checked(text: &str) -> Result<Policy, Vec<Mistake>> {
    let Document { readable, broken } = document(text);
    let (root, _) = DeTable::parse_recoverable(&readable);
    let lines = Lines::new(text, root.get_ref());
    let mut found = broken;
    let is_whole = found.is_empty();
    if !readable.is_empty() || is_whole {
        found.extend(form(&lines, root.get_ref(), is_whole));
    }
    if found.is_empty() {
        let policy = Policy::read(text).map_err(|unreadable| vec![unreadable])?;
        found = meaning(&policy, &lines);
        if found.is_empty() {
            return Ok(policy);
        }
    }
    found.sort_by(|a, b| (a.line, a.column, &a.text).cmp(&(b.line, b.column, &b.text)));
    found.dedup();
    Err(found)
}

/// What a check of meaning looks at, and what it found.
pub(super) struct Meaning<'a> {
    pub(super) policy: &'a Policy,
    /// None where one of them cannot be made, which is a mistake by itself.
    pub(super) calendars: Option<Calendars>,
    pub(super) samples: Samples,
    lines: &'a Lines<'a>,
    found: Vec<Mistake>,
}

impl Meaning<'_> {
    pub(super) fn wrong(&mut self, path: &str, text: impl Into<String>) {
        self.found.push(self.lines.mistake(path, text));
    }
}

fn meaning(policy: &Policy, lines: &Lines<'_>) -> Vec<Mistake> {
    let calendars = Calendars::new(policy).ok();
    let mut meaning =
        Meaning { policy, calendars, samples: Samples::default(), lines, found: Vec::new() };
    head::check(&mut meaning);
    classes::check(&mut meaning);
    people::check(&mut meaning);
    stages::check(&mut meaning);
    tasks::check(&mut meaning);
    standing::check(&mut meaning);
    ladder::check(&mut meaning);
    endings::check(&mut meaning);
    meaning.found
}
