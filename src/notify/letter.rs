//! What a message says: one source, rendered as plain text and as HTML.

use super::line::{header_safe, one_line};
use askama::Template;

/// The words of one message. Every text is one line or one paragraph; line breaks in it become
/// spaces.
///
/// There is no field for anything about a child, a case's narrative or an agency's opinion: the
/// reader follows the link and signs in to see those.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Letter {
    /// What is asked, by when, and the reference; it is repeated as the letter's heading.
    pub subject: String,
    /// The reader's name after "Hello"; empty for a shared mailbox.
    pub greeting_name: String,
    /// What the reader needs to know, in order.
    pub paragraphs: Vec<Paragraph>,
    /// The one link, shown in full; must begin with `https://` or `http://`.
    pub link: String,
    /// Who answers questions, such as "Questions: the partnership's business manager, …".
    pub reply_to_hint: String,
    /// The partnership's name, as in "the … escalation server".
    pub partnership: String,
}

/// One paragraph of a letter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Paragraph {
    /// Running text.
    Text(String),
    /// Label and value, one line each: the reference, the stage, by when, how the limit was worked
    /// out.
    Facts(Vec<(String, String)>),
    /// A list, for digests.
    Items(Vec<String>),
}

/// Why a letter could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The link is not one that can be shown and followed.
    #[error("the letter's link does not begin with https:// or http://, or has spaces in it")]
    Link,
    /// The template failed.
    #[error("the letter's template failed: {0}")]
    Template(#[from] askama::Error),
}

impl Letter {
    /// The value that stands behind a label.
    pub(super) fn fact(&self, label: &str) -> Option<&str> {
        self.paragraphs.iter().find_map(|paragraph| match paragraph {
            Paragraph::Facts(facts) => {
                facts.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str())
            }
            Paragraph::Text(_) | Paragraph::Items(_) => None,
        })
    }

    /// The letter as plain text, with a line feed after each line.
    ///
    /// # Errors
    /// If the link cannot be used or the template fails.
    pub fn text(&self) -> Result<String, LetterError> {
        Ok(TextPage { letter: self.in_lines()? }.render()?)
    }

    /// The letter as a page of HTML that needs nothing from elsewhere: no images, no tracking.
    ///
    /// # Errors
    /// If the link cannot be used or the template fails.
    pub fn html(&self) -> Result<String, LetterError> {
        Ok(HtmlPage { letter: self.in_lines()? }.render()?)
    }

    /// The same letter with every text fit to be one line.
    fn in_lines(&self) -> Result<Self, LetterError> {
        let followable = self.link.starts_with("https://") || self.link.starts_with("http://");
        if !followable || self.link != one_line(&self.link) || self.link.contains(' ') {
            return Err(LetterError::Link);
        }
        Ok(Self {
            subject: header_safe(&self.subject),
            greeting_name: one_line(&self.greeting_name),
            paragraphs: self.paragraphs.iter().map(Paragraph::in_lines).collect(),
            link: self.link.clone(),
            reply_to_hint: one_line(&self.reply_to_hint),
            partnership: one_line(&self.partnership),
        })
    }
}

impl Paragraph {
    fn in_lines(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(one_line(text)),
            Self::Facts(facts) => {
                let line = |(label, value): &(String, String)| (one_line(label), one_line(value));
                Self::Facts(facts.iter().map(line).collect())
            }
            Self::Items(items) => Self::Items(items.iter().map(|item| one_line(item)).collect()),
        }
    }
}

#[derive(Template)]
#[template(path = "letter.txt", config = "src/notify/askama.toml")]
struct TextPage {
    letter: Letter,
}

#[derive(Template)]
#[template(path = "letter.html", config = "src/notify/askama.toml")]
struct HtmlPage {
    letter: Letter,
}
