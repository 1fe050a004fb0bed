//! What people type: checked once at the door, right ever after.

use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// The most characters in a text.
pub const PROSE_CHARACTERS_MAX: usize = 20_000;
/// The most characters in a line.
pub const LINE_CHARACTERS_MAX: usize = 200;

/// A text of one or several paragraphs: not blank, at most 20,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 20_000)]
pub struct Prose(String);

/// A single line: not blank, at most 200 characters, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 200)]
pub struct Line(String);

impl Prose {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Line {
    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Prose {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err("must not be blank: write it in your own words".to_owned());
        }
        if text.chars().count() > PROSE_CHARACTERS_MAX {
            return Err(format!("must have at most {PROSE_CHARACTERS_MAX} characters"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err("must not hold control characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Line {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err("must not be blank".to_owned());
        }
        if text.chars().count() > LINE_CHARACTERS_MAX {
            return Err(format!("must have at most {LINE_CHARACTERS_MAX} characters"));
        }
        if text.chars().any(char::is_control) {
            return Err("must be a single line without control characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<Prose> for String {
    fn from(prose: Prose) -> Self {
        prose.0
    }
}

impl From<Line> for String {
    fn from(line: Line) -> Self {
        line.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
