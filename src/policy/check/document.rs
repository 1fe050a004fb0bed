//! A policy file as it stands in lines: its values, and where each of them is.

use super::mistake::{Mistake, Spot};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue, Error};

/// More lines than this that cannot be read are one mistake: something before them is wrong.
const MOST_BROKEN_LINES: usize = 20;

/// Where the values of a file stand, by their paths: `stages[1].limits.urgent`.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: BTreeMap<String, usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str, root: &DeTable<'_>) -> Self {
        let mut lines = Self { text, starts: BTreeMap::new() };
        lines.table("", root);
        lines
    }

    fn table(&mut self, path: &str, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            let path = below(path, key.get_ref());
            self.starts.insert(path.clone(), key.span().start);
            self.value(&path, value.get_ref());
        }
    }

    fn value(&mut self, path: &str, value: &DeValue<'_>) {
        match value {
            DeValue::Table(table) => self.table(path, table),
            DeValue::Array(array) => {
                for (index, element) in array.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.starts.insert(path.clone(), element.span().start);
                    self.value(&path, element.get_ref());
                }
            }
            _ => {}
        }
    }

    /// A mistake at a path; at what it stands in, where the file does not say it.
    pub(super) fn mistake(&self, path: &str, text: impl Into<String>) -> Mistake {
        let mut at = path;
        let start = loop {
            if let Some(start) = self.starts.get(at) {
                break *start;
            }
            match at.rfind(['.', '[']) {
                Some(end) => at = at.get(..end).unwrap_or_default(),
                None => break 0,
            }
        };
        Mistake::at(Spot::of(self.text, start), in_words(path), text)
    }
}

/// A key's path below another's.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A path for people, who count from 1: `stages, number 2: limits.urgent`.
fn in_words(path: &str) -> String {
    let mut words = String::new();
    for (index, part) in path.split('[').enumerate() {
        if index == 0 {
            words.push_str(part);
        } else if let Some((number, rest)) = part.split_once(']') {
            let number = number.parse::<usize>().map_or(0, |number| number + 1);
            words.push_str(&format!(", number {number}"));
            if let Some(rest) = rest.strip_prefix('.') {
                words.push_str(": ");
                words.push_str(rest);
            }
        }
    }
    words
}

/// What could be read of a file, and the lines that could not.
pub(super) struct Document {
    /// The file with blanks for the lines that cannot be read: everything else is where it was.
    pub(super) readable: String,
    /// What is wrong with those lines.
    pub(super) broken: Vec<Mistake>,
}

/// Reads as much of a file as can be read. What follows a broken line is not read at once, so the
/// line is blanked and the file read again.
pub(super) fn document(text: &str) -> Document {
    let mut document = Document { readable: text.to_owned(), broken: Vec::new() };
    while document.broken.len() < MOST_BROKEN_LINES {
        let Err(error) = DeTable::parse(&document.readable) else { return document };
        let start = error.span().map_or(0, |span| span.start);
        let (from, to) = line_around(&document.readable, start);
        let text = in_plain_words(&error);
        let spot = Spot::of(&document.readable, start);
        document.broken.push(Mistake::at(spot, String::new(), text));
        let line = document.readable.get(from..to).unwrap_or_default();
        if line.trim().is_empty() || line.trim_start().starts_with('[') {
            break;
        }
        document.readable.replace_range(from..to, &" ".repeat(to - from));
    }
    document.readable = String::new();
    document
}

/// Where the line around a byte begins and ends.
fn line_around(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let after = text.get(before.len()..).unwrap_or_default();
    let from = before.rfind('\n').map_or(0, |newline| newline + 1);
    (from, before.len() + after.find('\n').unwrap_or(after.len()))
}

fn in_plain_words(error: &Error) -> String {
    let said = error.message();
    let hint = if said.contains("duplicate key") {
        "this key stands here twice: keep one of them"
    } else if said.contains("string values must be quoted") {
        "put the text in quotes, such as \"5 working days\""
    } else if said.contains("invalid basic string") || said.contains("invalid literal string") {
        "a text in quotes ends on its own line: is a \" missing?"
    } else if said.contains("key with no value") {
        "write a key, =, and a value, such as title = \"Line managers\""
    } else if said.contains("unclosed") || said.contains("missing comma") {
        "is a comma or a closing bracket missing, here or above?"
    } else {
        "this cannot be read: is a quote, a comma, a bracket or an = missing, here or above?"
    };
    format!("{hint} ({said})")
}
