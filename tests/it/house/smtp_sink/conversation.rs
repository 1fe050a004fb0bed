//! One conversation of the sink with a client.

use super::encryption::{Authority, Encryption, Line, Wire};
use super::{Act, Book, Received, Verb};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(super) async fn serve(
    listener: TcpListener,
    book: Arc<Book>,
    encrypted: Option<(Encryption, Arc<Authority>)>,
) {
    // The connections end with this task.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        book.lock().connections += 1;
        let (book, encrypted) = (Arc::clone(&book), encrypted.clone());
        connections.spawn(async move {
            let line: Line = Box::new(Wire::new(stream, encrypted.is_some().then(|| book.clone())));
            let mut conversation = Conversation {
                book,
                stream: BufReader::new(line),
                from: None,
                to: Vec::new(),
                can_start_tls: None,
            };
            match encrypted {
                Some((Encryption::StartTls, authority)) => {
                    conversation.can_start_tls = Some(authority);
                }
                Some((Encryption::FromTheFirstByte, authority)) => {
                    conversation.encrypt(&authority).await?;
                }
                None => {}
            }
            // A client that hangs up is nothing a mail server minds.
            conversation.hold().await
        });
    }
}

struct Conversation {
    book: Arc<Book>,
    stream: BufReader<Line>,
    from: Option<String>,
    to: Vec<String>,
    /// The authority of the certificate, while the conversation is in clear and need not stay so.
    can_start_tls: Option<Arc<Authority>>,
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
                "EHLO" => {
                    let offer = if self.can_start_tls.is_some() { "250-STARTTLS\r\n" } else { "" };
                    let usual = EHLO_ANSWER.replacen("250-AUTH", &format!("{offer}250-AUTH"), 1);
                    self.answer(Verb::Ehlo, &line, &usual).await?
                }
                "STARTTLS" => self.start_tls(&line).await?,
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

    async fn start_tls(&mut self, line: &str) -> io::Result<bool> {
        let Some(authority) = self.can_start_tls.take() else {
            return self.say("500 5.5.2 unknown command").await;
        };
        let act = self.book.act(Verb::StartTls, line, &[]);
        let goes_on = self.perform(act, "220 2.0.0 go on").await?;
        if goes_on && is_taken(act) {
            self.encrypt(&authority).await?;
        }
        Ok(goes_on)
    }

    /// Encrypts the rest of the conversation, with the certificate that is shown now.
    async fn encrypt(&mut self, authority: &Authority) -> io::Result<()> {
        let shown = self.book.lock().shown;
        let nowhere: Line = Box::new(tokio::io::empty());
        let in_clear = std::mem::replace(&mut self.stream, BufReader::new(nowhere));
        if !in_clear.buffer().is_empty() {
            return Err(io::Error::other("the client spoke before it was answered"));
        }
        self.stream = BufReader::new(authority.encrypt(shown, in_clear.into_inner()).await?);
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
            Some(Act::Late) => {
                tokio::time::sleep(Duration::from_millis(500)).await;
                self.say(usual).await
            }
            Some(Act::Drip) => {
                for byte in format!("{usual}\r\n").bytes() {
                    self.stream.get_mut().write_all(&[byte]).await?;
                    self.stream.get_mut().flush().await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Ok(true)
            }
            Some(Act::AnswerAndSay(more)) => self.say(&format!("{usual}\r\n{more}")).await,
            Some(Act::AnswerAndSayOnly(more)) => {
                self.say(&format!("{usual}\r\n{more}")).await?;
                let mut unheard = Vec::new();
                self.stream.read_to_end(&mut unheard).await?;
                Ok(false)
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
        self.stream.get_mut().flush().await?;
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
    matches!(
        act,
        None | Some(
            Act::TakeAndHangUp
                | Act::AnswerAndHangUp
                | Act::AnswerAndSay(_)
                | Act::Drip
                | Act::Late
        )
    )
}

/// The address between the angle brackets; nothing if the command is not of this form.
fn path(line: &str, command: &str) -> Option<String> {
    let (head, rest) = line.split_at_checked(command.len())?;
    let (address, _parameters) = rest.strip_prefix('<')?.split_once('>')?;
    head.eq_ignore_ascii_case(command).then(|| address.to_owned())
}
