//! A small mail server for tests: it speaks SMTP (RFC 5321) on a port of its own, keeps what it
//! takes, and can be told to refuse, to fall silent or to hang up at any command. It can encrypt, by
//! STARTTLS (RFC 3207) or from the first byte, with a certificate that is good or not; what crosses
//! the wire is kept then, byte for byte.
//!
//! ```ignore
//! let sink = SmtpSink::start().await?;
//! sink.once(Verb::Rcpt, Act::Answer("451 4.3.0 try again later"));
//! // … send through sink.host() and sink.port(), without encryption …
//! assert_eq!(sink.received().len(), 1);
//! ```
//!
//! It is strict where a client must be right: lines end with CR LF, commands come in order, and a
//! leading dot is doubled.

#[path = "smtp_sink/conversation.rs"]
mod conversation;
#[path = "smtp_sink/encryption.rs"]
mod encryption;

pub use encryption::{Authority, BAD_CERTIFICATES, BAD_START_TLS, Encryption, Shown, Wrong};

use conversation::serve;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Where in the conversation something is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The connection, before the greeting.
    Connect,
    /// `EHLO`.
    Ehlo,
    /// `STARTTLS`, where it is offered.
    StartTls,
    /// `AUTH`; any name and password are taken unless told otherwise.
    Auth,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Rcpt,
    /// `DATA`.
    Data,
    /// The dot that ends the message.
    Message,
    /// `RSET`.
    Rset,
}

/// What the sink does instead of taking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers this, such as `550 5.1.1 no such user`.
    Answer(&'static str),
    /// Hangs up without an answer.
    HangUp,
    /// Takes it, then hangs up without an answer.
    TakeAndHangUp,
    /// Takes it, answers, then hangs up.
    AnswerAndHangUp,
    /// Answers as usual, half a second late.
    Late,
    /// Says nothing more, until the client hangs up.
    FallSilent,
    /// Answers as usual, a byte a second.
    Drip,
    /// Says ten megabytes without an end of line before it answers.
    Flood,
    /// Answers as usual and says this at once, in clear; then does what it answered.
    AnswerAndSay(&'static str),
    /// Answers as usual, and goes on in clear with this whatever it hears.
    AnswerAndSayOnly(&'static str),
}

/// A message the sink took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message, with doubled dots undone.
    pub data: Vec<u8>,
}

#[derive(Debug)]
struct Rule {
    verb: Verb,
    recipient: Option<String>,
    act: Act,
    once: bool,
}

#[derive(Debug, Default)]
struct Kept {
    rules: Vec<Rule>,
    received: Vec<Received>,
    commands: Vec<String>,
    connections: usize,
    wire: Vec<u8>,
    shown: Shown,
    witness: Option<Witness>,
}

/// Is called each time that a message was taken and the client has its answer.
#[derive(Clone)]
struct Witness(Arc<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Witness")
    }
}

#[derive(Debug, Default)]
struct Book {
    kept: Mutex<Kept>,
    changed: Notify,
}

/// The mail server; it stops when it is dropped.
#[derive(Debug)]
pub struct SmtpSink {
    address: SocketAddr,
    book: Arc<Book>,
    server: JoinHandle<()>,
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl SmtpSink {
    /// A mail server on a free port of this machine, which cannot encrypt.
    pub async fn start() -> io::Result<Self> {
        Self::listen(None).await
    }

    /// One that encrypts, with a good certificate of this authority until told otherwise.
    pub async fn start_encrypted(how: Encryption, authority: Authority) -> io::Result<Self> {
        Self::listen(Some((how, Arc::new(authority)))).await
    }

    async fn listen(encrypted: Option<(Encryption, Arc<Authority>)>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let book = Arc::<Book>::default();
        let server = tokio::spawn(serve(listener, Arc::clone(&book), encrypted));
        Ok(Self { address, book, server })
    }

    /// The host to connect to.
    pub fn host(&self) -> String {
        self.address.ip().to_string()
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next time only, in the order told.
    pub fn once(&self, verb: Verb, act: Act) {
        self.book.rule(Rule { verb, recipient: None, act, once: true });
    }

    /// Every time from now on.
    pub fn always(&self, verb: Verb, act: Act) {
        self.book.rule(Rule { verb, recipient: None, act, once: false });
    }

    /// Every time from now on that this recipient is named in `RCPT TO`.
    pub fn always_for(&self, recipient: &str, act: Act) {
        let recipient = Some(recipient.to_owned());
        self.book.rule(Rule { verb: Verb::Rcpt, recipient, act, once: false });
    }

    /// Every time from now on that a message goes to this recipient; from `RCPT TO` on.
    pub fn always_at(&self, verb: Verb, recipient: &str, act: Act) {
        let recipient = Some(recipient.to_owned());
        self.book.rule(Rule { verb, recipient, act, once: false });
    }

    /// Which certificate it shows from now on.
    pub fn show(&self, shown: Shown) {
        self.book.lock().shown = shown;
    }

    /// Forgets everything it was told to do; takes every message again, and shows a good certificate.
    pub fn take_everything(&self) {
        self.book.lock().rules.clear();
        self.show(Shown::Good);
    }

    /// Every byte that clients have sent so far, as it crossed the wire.
    pub fn wire(&self) -> Vec<u8> {
        self.book.lock().wire.clone()
    }

    /// Calls somebody each time that a message was taken, right after the client has its answer.
    pub fn after_each(&self, witness: impl Fn() + Send + Sync + 'static) {
        self.book.lock().witness = Some(Witness(Arc::new(witness)));
    }

    /// The messages taken so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.book.lock().received.clone()
    }

    /// The command lines heard so far, in order, without sign-in secrets.
    pub fn commands(&self) -> Vec<String> {
        self.book.lock().commands.clone()
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.book.lock().connections
    }

    /// Waits until `count` messages were taken, and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        loop {
            let changed = self.book.changed.notified();
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            changed.await;
        }
    }
}

impl Book {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rule(&self, rule: Rule) {
        self.lock().rules.push(rule);
    }

    /// What was told for this moment, if anything.
    fn act(&self, verb: Verb, line: &str, to: &[String]) -> Option<Act> {
        let mut kept = self.lock();
        let fits = |rule: &Rule| {
            let meant = rule.recipient.as_ref();
            rule.verb == verb
                && meant.is_none_or(|it| line.contains(&format!("<{it}>")) || to.contains(it))
        };
        let at = kept.rules.iter().position(fits)?;
        let rule = kept.rules.get(at)?;
        let act = rule.act;
        if rule.once {
            kept.rules.remove(at);
        }
        Some(act)
    }
}
