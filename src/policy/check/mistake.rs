//! One mistake, and where it stands.

use std::fmt;

/// Something that a policy file must not say, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where, such as `line 12 (stages, number 2: limits)`.
    pub place: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The key, such as `stages, number 2: limits`; empty where it is the line that is wrong.
    pub key: String,
    /// What is wrong and what to do.
    pub text: String,
}

impl Mistake {
    pub(super) fn at(spot: Spot, key: String, text: impl Into<String>) -> Self {
        let Spot { line, column } = spot;
        let place =
            if key.is_empty() { format!("line {line}") } else { format!("line {line} ({key})") };
        Self { place, line, column, key, text: text.into() }
    }

    /// What serde says of a file that it cannot read.
    pub(in crate::policy) fn unreadable(file: &str, error: &toml::de::Error) -> Self {
        let spot = Spot::of(file, error.span().map_or(0, |span| span.start));
        Self::at(spot, String::new(), error.message())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.text)
    }
}

/// A line and a character in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Spot {
    /// The spot of a byte of a text.
    pub(super) fn of(text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let in_line = before.rsplit('\n').next().unwrap_or_default();
        Self { line, column: in_line.chars().count() + 1 }
    }
}
