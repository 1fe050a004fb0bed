//! Letters and their carriage: what a message says, how it looks as an email, and how it leaves.
//!
//! The engine fills a [`Letter`] for each notice in the outbox, addresses it as an [`Outgoing`] and
//! hands it to the [`Mailer`], which says what became of it: accepted, try again, or never. What
//! then happens (a retry, another recipient, a red line on the page of delivery problems) is the
//! engine's business. This room keeps nothing, retries nothing and asks nobody the time.
//!
//! It must never hold a child's data: no field here has a place for it. It must never let a text
//! make a header, a second link or a second recipient; never send a password or a letter over a
//! connection that was to be encrypted and is not; and never call a message accepted that the mail
//! server did not accept.

mod alarm;
mod bounce;
mod encryption;
mod folder;
mod late;
mod letter;
mod line;
mod mailer;
mod outgoing;
mod report_ready;
mod settings;
mod smtp;
#[cfg(test)]
mod tests;
mod together;
mod wording;

pub use alarm::set_aside_letter;
pub use bounce::{Bounce, BounceOutcome, NotABounce};
pub use folder::Folder;
pub use late::late_letter;
pub use letter::{Letter, LetterError, Paragraph};
pub use line::header_safe;
pub use mailer::{Accepted, Mailer, MailerError, PlayedAnswer, PlayedServer, SendFailure};
pub use outgoing::{Outgoing, Sender, Sent, is_address};
pub use report_ready::{ReportReady, report_letter};
pub use settings::{Security, SmtpSettings};
pub use smtp::Smtp;
pub use together::together_letter;
pub use wording::{Facts, Late, Listed, Standing, case_letter, chaser_letter, digest_letter};
