//! The letter that leads to a report: which, of when, and the way there. No figure stands in it.

use super::letter::{Letter, Paragraph};
use super::wording::questions_to;

/// What a letter says of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportReady<'a> {
    /// Which report: `Report on disputes`.
    pub report: &'a str,
    /// Its period: `July to September 2026`.
    pub period: &'a str,
    /// What it is known by in the server's file, so that somebody can have it changed.
    pub schedule: &'a str,
    /// Whom to greet.
    pub recipient_name: &'a str,
    /// The page that the report is on.
    pub link: &'a str,
    /// The partnership's name.
    pub partnership: &'a str,
    /// Where questions go.
    pub contact_email: &'a str,
}

/// The letter that leads somebody to a report.
pub fn report_letter(ready: &ReportReady<'_>) -> Letter {
    let fact = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    Letter {
        subject: format!("{}: {}", ready.report, ready.period),
        greeting_name: ready.recipient_name.to_owned(),
        paragraphs: vec![
            Paragraph::Text(
                "A report is ready for you. Follow the link and sign in to read it; there you can \
                 also save it. No figure stands in this message."
                    .to_owned(),
            ),
            Paragraph::Facts(vec![
                fact("Report", ready.report),
                fact("Period", ready.period),
                fact("Partnership", ready.partnership),
                fact("Known to whoever runs the server as", ready.schedule),
            ]),
            Paragraph::Text(
                "The report is made when you open it: it says what is known then, of the cases that \
                 you may see. The link opens for officers of the partnership only."
                    .to_owned(),
            ),
        ],
        link: ready.link.to_owned(),
        reply_to_hint: questions_to(ready.partnership, ready.contact_email),
        partnership: ready.partnership.to_owned(),
    }
}
