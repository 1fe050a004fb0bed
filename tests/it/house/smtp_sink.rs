//! A small mail server for tests: it speaks SMTP (RFC 5321) on a port of its own, keeps what it
//! takes, and can be told to refuse, to fall silent or to hang up at any command.
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

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

/// Where in the conversation something is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The connection, before the greeting.
    Connect,
    /// `EHLO`.
    Ehlo,
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
    /// Says nothing more, until the client hangs up.
    FallSilent,
    /// Answers as usual, a byte a second.
    Drip,
    /// Says ten megabytes without an end of line before it answers.
    Flood,
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
    /// A mail server on a free port of this machine.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let book = Arc::<Book>::default();
        let server = tokio::spawn(serve(listener, Arc::clone(&book)));
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

    /// Forgets everything it was told to do; takes every message again.
    pub fn take_everything(&self) {
        self.book.lock().rules.clear();
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

async fn serve(listener: TcpListener, book: Arc<Book>) {
    // The connections end with this task.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        book.lock().connections += 1;
        let book = Arc::clone(&book);
        connections.spawn(async move {
            let conversation =
                Conversation { book, stream: BufReader::new(stream), from: None, to: Vec::new() };
            // A client that hangs up is nothing a mail server minds.
            let _ended: io::Result<()> = conversation.hold().await;
        });
    }
}

struct Conversation {
    book: Arc<Book>,
    stream: BufReader<TcpStream>,
    from: Option<String>,
    to: Vec<String>,
}

impl Conversation {
    async fn hold(mut self) -> io::Result<()> {
        let mut goes_on = self.answer(Verb::Connect, "", "220 sink.example ESMTP").await?;
        while goes_on {
            let Some(line) = self.line().await? else {
                break;
            };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let heard = if verb == "AUTH" { verb.clone() } else { line.clone() };
            self.book.lock().commands.push(heard);
            goes_on = match verb.as_str() {
                "EHLO" => self.answer(Verb::Ehlo, &line, EHLO_ANSWER).await?,
                "AUTH" => self.answer(Verb::Auth, &line, "235 2.7.0 signed in").await?,
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data(&line).await?,
                "RSET" => {
                    self.from = None;
                    self.to.clear();
                    self.answer(Verb::Rset, &line, "250 2.0.0 Ok").await?
                }
                "NOOP" => self.say("250 2.0.0 Ok").await?,
                "QUIT" => {
                    self.say("221 2.0.0 Bye").await?;
                    false
                }
                _ => self.say("500 5.5.2 unknown command").await?,
            };
        }
        Ok(())
    }

    async fn mail(&mut self, line: &str) -> io::Result<bool> {
        let Some(from) = path(line, "MAIL FROM:") else {
            return self.say("501 5.5.4 MAIL FROM:<address> expected").await;
        };
        if self.from.is_some() {
            return self.say("503 5.5.1 a message is already begun").await;
        }
        let act = self.book.act(Verb::Mail, line, &self.to);
        if is_taken(act) {
            self.from = Some(from);
        }
        self.perform(act, "250 2.1.0 Ok").await
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<bool> {
        let Some(to) = path(line, "RCPT TO:") else {
            return self.say("501 5.5.4 RCPT TO:<address> expected").await;
        };
        if self.from.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        let act = self.book.act(Verb::Rcpt, line, &[]);
        if is_taken(act) {
            self.to.push(to);
        }
        self.perform(act, "250 2.1.5 Ok").await
    }

    async fn data(&mut self, line: &str) -> io::Result<bool> {
        if self.from.is_none() || self.to.is_empty() {
            return self.say("503 5.5.1 MAIL and RCPT first").await;
        }
        let act = self.book.act(Verb::Data, line, &self.to);
        let goes_on = self.perform(act, "354 end with a dot").await?;
        if !is_taken(act) || !goes_on {
            return Ok(goes_on);
        }
        let mut data = Vec::new();
        loop {
            let Some(line) = self.line().await? else {
                return Ok(false);
            };
            if line == b".\r\n" {
                break;
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let from = self.from.take().unwrap_or_default();
        let to = std::mem::take(&mut self.to);
        let act = self.book.act(Verb::Message, "", &to);
        if is_taken(act) {
            self.book.lock().received.push(Received { from, to, data });
            self.book.changed.notify_waiters();
        }
        let goes_on = self.perform(act, "250 2.0.0 Ok: queued as SINK").await?;
        let witness = self.book.lock().witness.clone().filter(|_| is_taken(act));
        if let Some(witness) = witness {
            witness.0();
        }
        Ok(goes_on)
    }

    async fn answer(&mut self, verb: Verb, line: &str, usual: &str) -> io::Result<bool> {
        let act = self.book.act(verb, line, &self.to);
        self.perform(act, usual).await
    }

    /// Does what was told, or answers as usual; says whether the conversation goes on.
    async fn perform(&mut self, act: Option<Act>, usual: &str) -> io::Result<bool> {
        match act {
            None => self.say(usual).await,
            Some(Act::Answer(answer)) => self.say(answer).await,
            Some(Act::HangUp | Act::TakeAndHangUp) => Ok(false),
            Some(Act::AnswerAndHangUp) => {
                self.say(usual).await?;
                Ok(false)
            }
            Some(Act::Drip) => {
                for byte in format!("{usual}\r\n").bytes() {
                    self.stream.get_mut().write_all(&[byte]).await?;
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
                Ok(true)
            }
            Some(Act::Flood) => {
                for _ in 0..160 {
                    self.stream.get_mut().write_all(&[b'2'; 65_536]).await?;
                }
                self.say(usual).await
            }
            Some(Act::FallSilent) => {
                let mut unheard = Vec::new();
                self.stream.read_to_end(&mut unheard).await?;
                Ok(false)
            }
        }
    }

    async fn say(&mut self, answer: &str) -> io::Result<bool> {
        self.stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
        Ok(true)
    }

    /// The next line with its CR LF; a lone LF does not end one. Nothing once the client hung up.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(line))
    }
}

const EHLO_ANSWER: &str = "250-sink.example\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES";

/// Whether the client's command or message counts, whatever the client hears about it.
fn is_taken(act: Option<Act>) -> bool {
    matches!(act, None | Some(Act::TakeAndHangUp | Act::AnswerAndHangUp | Act::Drip))
}

/// The address between the angle brackets; nothing if the command is not of this form.
fn path(line: &str, command: &str) -> Option<String> {
    let (head, rest) = line.split_at_checked(command.len())?;
    let (address, _parameters) = rest.strip_prefix('<')?.split_once('>')?;
    head.eq_ignore_ascii_case(command).then(|| address.to_owned())
}
