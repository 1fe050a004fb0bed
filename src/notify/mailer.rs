//! How messages leave: to a mail server, into a folder, or into memory for tests.

use super::bounce::{self, Bounce, NotABounce};
use super::folder::Folder;
use super::line::without_addresses;
use super::outgoing::{Outgoing, Sender, Sent};
use super::settings::SmtpSettings;
use super::smtp::{DID_NOT_TAKE, Smtp, UNEXPECTED};
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// The way out for messages. Its copies are the same way out.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// To a mail server.
    Smtp(Arc<Smtp>),
    /// Into a folder, one file for each message; for trying the server out.
    Folder(Arc<Folder>),
    /// Into memory; for tests.
    Memory(Arc<Sender>, Arc<Mutex<Vec<Sent>>>),
    /// To a mail server that a test plays.
    Played(Arc<Sender>, Arc<dyn PlayedServer>),
}

/// What a played mail server says to a message, when it says it.
pub type PlayedAnswer<'a> =
    Pin<Box<dyn Future<Output = Result<Accepted, SendFailure>> + Send + 'a>>;

/// A mail server that a test plays.
pub trait PlayedServer: fmt::Debug + Send + Sync {
    /// What it says to a message.
    fn answer(&self, sent: Sent) -> PlayedAnswer<'_>;
}

/// A message was accepted; from here the mail server answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the mail server answered, such as `250 2.0.0 Ok: queued as …`; at most 200 characters.
    pub answer: String,
}

/// A message was not accepted. The texts are for operators and never hold the letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// It may go later: the network, encryption, our sign-in, or an answer of 4xx.
    #[error("{0}")]
    Temporary(String),
    /// It will not go as it is: the recipient or the message was refused.
    #[error("{0}")]
    Permanent(String),
}

impl SendFailure {
    /// What the log may say of it: without the mail server's own words, which often repeat the
    /// recipient's address or name. Its codes stay, and whatever is about our own settings.
    pub fn in_log(&self) -> String {
        let (Self::Temporary(why) | Self::Permanent(why)) = self;
        let Some((ours, theirs)) = why.split_once(DID_NOT_TAKE) else {
            return without_addresses(why);
        };
        let (what, answer) = theirs.split_once(": ").unwrap_or((theirs, ""));
        let answer = answer.strip_prefix(UNEXPECTED).unwrap_or(answer);
        let is_code = |word: &&str| word.chars().all(|c| c.is_ascii_digit() || c == '.');
        let codes: Vec<&str> = answer.split(' ').take_while(is_code).collect();
        format!("{ours}{DID_NOT_TAKE}{what} ({})", codes.join(" "))
    }
}

/// The mail settings cannot work.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// An address or domain cannot be used.
    #[error("{what} cannot be used: {reason}")]
    Address {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The settings of the mail server contradict each other.
    #[error("the mail server's settings cannot be used: {0}")]
    Settings(&'static str),
    /// Encryption could not be made ready.
    #[error("making encryption ready for the mail server {host}: {cause}")]
    Encryption {
        /// The mail server.
        host: String,
        /// What went wrong.
        cause: lettre::transport::smtp::Error,
    },
    /// The folder could not be made.
    #[error("making the mail folder {path}: {cause}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        cause: std::io::Error,
    },
}

impl Mailer {
    /// Mail by a mail server. Nothing is connected yet.
    ///
    /// # Errors
    /// If the settings contradict each other or encryption cannot be made ready.
    pub fn smtp(settings: &SmtpSettings, sender: Sender) -> Result<Self, MailerError> {
        Ok(Self::Smtp(Arc::new(Smtp::new(settings.clone(), sender)?)))
    }

    /// Mail into a folder, which is made, private to this user, if it is missing.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn folder(path: impl Into<PathBuf>, sender: Sender) -> Result<Self, MailerError> {
        Ok(Self::Folder(Arc::new(Folder::new(path.into(), sender)?)))
    }

    /// Mail into memory.
    pub fn memory(sender: Sender) -> Self {
        Self::Memory(Arc::new(sender), Arc::default())
    }

    /// Mail to a mail server that a test plays.
    pub fn played(sender: Sender, server: Arc<dyn PlayedServer>) -> Self {
        Self::Played(Arc::new(sender), server)
    }

    /// Sends one message, once. The same notice sent again is the same message, byte for byte, so
    /// that a message which went twice is known for one.
    ///
    /// # Errors
    /// If the message was not accepted, or nobody knows whether it was.
    pub async fn send(&self, outgoing: &Outgoing) -> Result<Accepted, SendFailure> {
        match self {
            Self::Smtp(smtp) => smtp.send(outgoing).await,
            Self::Folder(folder) => folder.send(outgoing).await,
            Self::Memory(sender, kept) => {
                let (_, sent) = outgoing.written(sender)?;
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
                Ok(Accepted { answer: "kept in memory".to_owned() })
            }
            Self::Played(sender, server) => {
                let (_, sent) = outgoing.written(sender)?;
                server.answer(sent).await
            }
        }
    }

    /// What a mail server's report says of a message that left here.
    ///
    /// # Errors
    /// Why it is no report about a message of ours.
    pub fn read_bounce(&self, report: &[u8]) -> Result<Bounce, NotABounce> {
        let sender = match self {
            Self::Smtp(smtp) => smtp.sender(),
            Self::Folder(folder) => folder.sender(),
            Self::Memory(sender, _) | Self::Played(sender, _) => sender,
        };
        bounce::read(report, sender.message_domain())
    }

    /// Where mail goes, in words; told when the server starts.
    pub fn describe(&self) -> String {
        match self {
            Self::Smtp(smtp) => smtp.describe(),
            Self::Folder(folder) => folder.describe(),
            Self::Memory(..) => "every message is kept in memory, for tests".to_owned(),
            Self::Played(..) => "a test plays the mail server".to_owned(),
        }
    }

    /// What was sent into memory, in order; nothing for the other ways.
    pub fn sent(&self) -> Vec<Sent> {
        match self {
            Self::Memory(_, kept) => kept.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Self::Smtp(_) | Self::Folder(_) | Self::Played(..) => Vec::new(),
        }
    }
}
