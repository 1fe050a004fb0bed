//! Messages to a mail server, over a few connections that are kept.
//!
//! lettre speaks the protocol; the connections are kept here and not by lettre's own pool, for
//! three reasons. Its pool takes back a connection whose sender gave up waiting in the middle of a
//! message: the next message would then read the answers to the one before, and could be called
//! accepted when it was not. It does not say which command was refused, and only a refused
//! recipient or message is final. And it never sends small packets at once, which costs 40
//! milliseconds for each message.

use super::encryption::{self, InClear};
use super::line::{cut, one_line};
use super::mailer::{Accepted, MailerError, SendFailure};
use super::outgoing::{Outgoing, Sender};
use super::settings::{Security, SmtpSettings};
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

type SmtpError = lettre::transport::smtp::Error;

/// The most characters kept of what a mail server answers.
const ANSWER_CHARS_MAX: usize = 200;

/// Stands in a failure between the mail server's name and what it refused; its own words follow after
/// a colon.
pub(super) const DID_NOT_TAKE: &str = " did not take ";
/// Stands before an answer whose code is another command's.
pub(super) const UNEXPECTED: &str = "unexpected answer: ";

/// A mail server, with the connections to it that are not in use.
pub struct Smtp {
    settings: SmtpSettings,
    sender: Sender,
    credentials: Option<Credentials>,
    encryption: Option<TlsParameters>,
    limit: Duration,
    permits: Semaphore,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Smtp {
    /// The mail server of these settings; nothing is connected yet.
    pub(super) fn new(settings: SmtpSettings, sender: Sender) -> Result<Self, MailerError> {
        let connections_max = usize::try_from(settings.connections_max)
            .ok()
            .filter(|&connections| connections > 0 && connections <= Semaphore::MAX_PERMITS)
            .ok_or(MailerError::Settings("at least one connection must be allowed"))?;
        if settings.timeout_seconds == 0 {
            return Err(MailerError::Settings("the time allowed must be at least one second"));
        }
        let encryption = match settings.security {
            Security::None => None,
            Security::Tls | Security::StartTls => Some(encryption::parameters(&settings)?),
        };
        Ok(Self {
            credentials: settings.credentials()?,
            encryption,
            limit: Duration::from_secs(settings.timeout_seconds),
            permits: Semaphore::new(connections_max),
            idle: Mutex::default(),
            settings,
            sender,
        })
    }

    pub(super) fn sender(&self) -> &Sender {
        &self.sender
    }

    pub(super) fn describe(&self) -> String {
        let protection = match self.settings.security {
            Security::Tls => "by TLS",
            Security::StartTls => "by STARTTLS",
            Security::None => "without encryption",
        };
        format!("mail goes to {} {protection}", self.server())
    }

    /// Sends the message and waits for the answer to it.
    pub(super) async fn send(&self, outgoing: &Outgoing) -> Result<Accepted, SendFailure> {
        let (to, sent) = outgoing.written(&self.sender)?;
        match timeout(self.limit, self.deliver(to, &sent.raw)).await {
            Ok(outcome) => outcome,
            // The connection went with the delivery that was given up, whatever it had come to.
            Err(_elapsed) => Err(SendFailure::Temporary(format!(
                "{} did not finish taking the message within {} seconds",
                self.server(),
                self.settings.timeout_seconds
            ))),
        }
    }

    async fn deliver(&self, to: Address, message: &[u8]) -> Result<Accepted, SendFailure> {
        let _permit = self.permits.acquire().await.map_err(|closed| {
            SendFailure::Temporary(format!("waiting for a connection: {closed}"))
        })?;
        let mut connection = self.connection().await?;
        let outcome = self.converse(&mut connection, to, message).await;
        // After a whole answer both sides know where they are; after anything else the connection
        // is dropped here.
        if outcome.as_ref().map_or_else(Refused::is_in_step, |_| true) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        outcome.map_err(|refused| refused.failure(&self.server()))
    }

    /// The commands of one message.
    async fn converse(
        &self,
        connection: &mut AsyncSmtpConnection,
        to: Address,
        message: &[u8],
    ) -> Result<Accepted, Refused> {
        let from = self.sender.address().clone();
        let answer = connection.command(Mail::new(Some(from), Vec::new())).await;
        expect(Step::Sender, 250, answer)?;
        let answer = connection.command(Rcpt::new(to, Vec::new())).await;
        match answer {
            // 251: not here, but it will be passed on (RFC 5321, 3.4).
            Ok(answer) if answer.has_code(251) => {}
            answer => drop(expect(Step::Recipient, 250, answer)?),
        }
        expect(Step::Message, 354, connection.command(Data).await)?;
        let answer = expect(Step::Message, 250, connection.message(message).await)?;
        Ok(Accepted { answer: answer_text(&answer) })
    }

    /// A connection that is ready for a message: one that was kept, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SendFailure> {
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut kept) = kept else { break };
            // A server may have hung up, or fallen silent, since the last message: either costs a
            // new connection, not the message. One silence is enough to let go of the others.
            match timeout(self.limit / 4, kept.command(Rset)).await {
                Ok(Ok(answer)) if answer.has_code(250) => return Ok(kept),
                Ok(_) => {}
                Err(_elapsed) => {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                }
            }
        }
        let failed = |doing: &str, cause: &dyn fmt::Display| {
            let cause = one_line(&cause.to_string());
            let cause = cut(&cause, ANSWER_CHARS_MAX);
            SendFailure::Temporary(format!("{doing} {}: {cause}", self.server()))
        };
        let mut connection =
            self.connect().await.map_err(|cause| failed("connecting to", &cause))?;
        if let Some(credentials) = &self.credentials {
            // Refused or not, a sign-in is about our settings and not about this message.
            connection
                .auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(|cause| failed("signing in to", &cause))?;
        }
        Ok(connection)
    }

    async fn connect(
        &self,
    ) -> Result<AsyncSmtpConnection, Box<dyn std::error::Error + Send + Sync>> {
        let server = (self.settings.host.as_str(), self.settings.port);
        let hello = ClientId::Domain(self.sender.message_domain().to_owned());
        let Some(parameters) = self.encryption.clone() else {
            let stream = Box::new(stream_to(server).await?);
            return Ok(AsyncSmtpConnection::connect_with_transport(stream, &hello).await?);
        };
        if self.settings.security == Security::Tls {
            let (limit, parameters) = (Some(self.limit), Some(parameters));
            return AsyncSmtpConnection::connect_tokio1(server, limit, &hello, parameters, None)
                .await
                .map_err(|error| encryption::not_begun(&error));
        }
        let stream = Box::new(InClear::new(stream_to(server).await?));
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello).await?;
        if !connection.can_starttls() {
            return Err(encryption::not_offered());
        }
        let begun = connection.starttls(parameters, &hello).await;
        begun.map_err(|error| encryption::not_begun(&error))?;
        Ok(connection)
    }

    fn server(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }
}

async fn stream_to(server: (&str, u16)) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What a command was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    Message,
}

/// A command that was not answered as the protocol has it.
enum Refused {
    /// The server said no, or the connection failed.
    Error(Step, SmtpError),
    /// The server said yes, but with another code than this command's: the two sides are out of
    /// step, or somebody between them speaks.
    OutOfStep(Step, Response),
}

fn expect(step: Step, code: u16, answer: Result<Response, SmtpError>) -> Result<Response, Refused> {
    match answer {
        Ok(answer) if answer.has_code(code) => Ok(answer),
        Ok(answer) => Err(Refused::OutOfStep(step, answer)),
        Err(error) => Err(Refused::Error(step, error)),
    }
}

impl Refused {
    /// Whether the connection can be used for the next message. After 421 the server hangs up.
    fn is_in_step(&self) -> bool {
        matches!(self, Self::Error(_, error) if error.status().is_some_and(|s| u16::from(s) != 421))
    }

    /// What it means for the message. Only what is about the recipient or about the message is
    /// final: a refused sender or a missing sign-in (530, 534, 535, 538) is for the operator to
    /// put right, and then the message goes.
    fn failure(self, server: &str) -> SendFailure {
        let (step, text, is_final) = match self {
            Self::Error(step, error) => {
                let sign_in = error
                    .status()
                    .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
                let is_final = error.is_permanent() && step != Step::Sender && !sign_in;
                (step, error_text(&error), is_final)
            }
            Self::OutOfStep(step, answer) => {
                (step, format!("{UNEXPECTED}{}", answer_text(&answer)), false)
            }
        };
        let what = match step {
            Step::Sender => "the sender's address",
            Step::Recipient => "the recipient's address",
            Step::Message => "the message",
        };
        let text = format!("{server}{DID_NOT_TAKE}{what}: {text}");
        if is_final { SendFailure::Permanent(text) } else { SendFailure::Temporary(text) }
    }
}

/// The server's answer on one line, such as `250 2.0.0 Ok: queued as …`.
fn answer_text(answer: &Response) -> String {
    let lines: Vec<&str> = answer.message().collect();
    let text = one_line(&format!("{} {}", answer.code(), lines.join(" ")));
    cut(&text, ANSWER_CHARS_MAX).to_owned()
}

/// The server's refusal on one line, such as `550 5.1.1 no such user`, or what went wrong.
fn error_text(error: &SmtpError) -> String {
    let text = match (error.status(), std::error::Error::source(error)) {
        (Some(code), Some(reason)) => format!("{code} {reason}"),
        _ => error.to_string(),
    };
    cut(&one_line(&text), ANSWER_CHARS_MAX).to_owned()
}
