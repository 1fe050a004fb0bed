//! What happened, a line each: the same in every play of a seed. Ids are random, and stand here as
//! the number of their first appearance.

use bscp_escalation::clock::UtcInstant;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

const ID_LENGTH: usize = 36;

/// The lines of a year.
#[derive(Default)]
pub struct Trace {
    lines: Vec<String>,
    ids: HashMap<String, usize>,
}

impl Trace {
    /// Adds a line.
    pub fn add(&mut self, at: UtcInstant, what: &str) {
        let what = self.without_ids(what);
        self.lines.push(format!("{at} {what}"));
    }

    /// The digest of all lines.
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        for line in &self.lines {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Its last lines, as a text.
    pub fn last_lines(&self, count: usize) -> String {
        let from = self.lines.len().saturating_sub(count);
        self.lines[from..].join("\n")
    }

    /// Where another play of the same seed parts from this one, as a violation.
    pub fn first_difference(&self, other: &Self) -> String {
        let parts = self.lines.iter().zip(&other.lines).position(|(one, two)| one != two);
        let at = parts.unwrap_or(self.lines.len().min(other.lines.len()));
        let line =
            |trace: &Self| trace.lines.get(at).map_or("(nothing)", String::as_str).to_owned();
        format!(
            "replay: the second play parts from the first at line {at}:\n  {}\n  {}",
            line(self),
            line(other)
        )
    }

    fn without_ids(&mut self, text: &str) -> String {
        let mut said = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(id) = rest.get(..ID_LENGTH).filter(|it| is_id(it)) {
                let next = self.ids.len() + 1;
                let number = *self.ids.entry(id.to_owned()).or_insert(next);
                said.push_str(&format!("#{number}"));
                rest = &rest[ID_LENGTH..];
            } else {
                said.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        said
    }
}

fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
