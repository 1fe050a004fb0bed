//! A letter with its addresses: the email as it goes over the wire.

use super::letter::{Letter, LetterError};
use super::line::header_safe;
use super::mailer::{MailerError, SendFailure};
use crate::clock::UtcInstant;
use crate::ids::NoticeId;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};

/// Whom every message comes from, checked when the server starts.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    reply_to: Mailbox,
    message_domain: String,
}

impl Sender {
    /// A sender by its name and address. Answers go to `reply_to`, or to the sender where that is
    /// missing. `message_domain` is the right-hand side of message ids and the name told to the
    /// mail server; it is the sender's own domain unless another is given.
    ///
    /// # Errors
    /// If an address or the domain cannot be used in an email.
    pub fn new(
        name: &str,
        email: &str,
        reply_to: Option<&str>,
        message_domain: Option<&str>,
    ) -> Result<Self, MailerError> {
        let from = mailbox(name, address("the sender's address", email)?);
        let reply_to = match reply_to {
            Some(email) => Mailbox::new(None, address("the address for answers", email)?),
            None => from.clone(),
        };
        let message_domain = message_domain.unwrap_or_else(|| from.email.domain()).to_owned();
        address("the domain of message ids", &format!("notice@{message_domain}"))?;
        Ok(Self { from, reply_to, message_domain })
    }

    /// The address in the envelope, where refused messages come back to.
    pub(super) fn address(&self) -> &Address {
        &self.from.email
    }

    /// The name of this server for mail servers.
    pub(super) fn message_domain(&self) -> &str {
        &self.message_domain
    }
}

/// One message to one recipient.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The notice this message carries; its message id comes from it.
    pub notice_id: NoticeId,
    /// The recipient's name; may be empty.
    pub to_name: String,
    /// The recipient's address.
    pub to_email: String,
    /// What the message says.
    pub letter: Letter,
    /// What the recipient's mail program groups by, such as an escalation's reference.
    pub thread: Option<String>,
    /// Since when the notice is to be sent: the message's date, the same on every attempt.
    pub queued_at: UtcInstant,
    /// Which attempt this is, from 1. The message itself does not change from one to the next.
    pub attempt: u32,
}

/// A message as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The recipient's address.
    pub to: String,
    /// The subject, before its encoding.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The letter as HTML.
    pub html: String,
    /// The message id, in its angle brackets.
    pub message_id: String,
    /// Which attempt this was, from 1.
    pub attempt: u32,
    /// The whole message, as bytes on the wire.
    pub raw: Vec<u8>,
}

impl Outgoing {
    /// The message as it goes out: the same bytes on every attempt.
    ///
    /// # Errors
    /// Permanent, as nothing here gets better with time.
    pub(super) fn written(&self, sender: &Sender) -> Result<(Address, Sent), SendFailure> {
        let to = address("the recipient's address", &self.to_email)
            .map_err(|refused| SendFailure::Permanent(refused.to_string()))?;
        let unwritten = |failure: LetterError| SendFailure::Permanent(failure.to_string());
        let text = self.letter.text().map_err(unwritten)?;
        let html = self.letter.html().map_err(unwritten)?;
        let subject = header_safe(&self.letter.subject);
        let message_id = format!("<notice-{}@{}>", self.notice_id, sender.message_domain);
        let message = self
            .message(sender, &to, &subject, &message_id, self.body(&text, &html))
            .map_err(|failure| {
                SendFailure::Permanent(format!("the message could not be put together: {failure}"))
            })?;
        let raw = message.formatted();
        let attempt = self.attempt;
        let sent = Sent { to: to.to_string(), subject, text, html, message_id, attempt, raw };
        Ok((to, sent))
    }

    fn message(
        &self,
        sender: &Sender,
        to: &Address,
        subject: &str,
        message_id: &str,
        body: MultiPart,
    ) -> Result<Message, lettre::error::Error> {
        // The envelope is given, not read back from the headers, so that no name in a header can
        // change who receives the message.
        let envelope = Envelope::new(Some(sender.from.email.clone()), vec![to.clone()])?;
        let date = self.queued_at.utc().format("%a, %d %b %Y %H:%M:%S +0000").to_string();
        let mut builder = Message::builder()
            .envelope(envelope)
            .raw_header(header("Date", date))
            .message_id(Some(message_id.to_owned()))
            .from(sender.from.clone())
            .reply_to(sender.reply_to.clone())
            .to(mailbox(&self.to_name, to.clone()))
            .subject(subject);
        if let Some(thread) = &self.thread {
            let root = thread_root(thread, to, &sender.message_domain);
            builder = builder.in_reply_to(root.clone()).references(root);
        }
        builder
            // RFC 3834: answering machines keep silent.
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
            // The same for Exchange.
            .raw_header(header("X-Auto-Response-Suppress", "All".to_owned()))
            .multipart(body)
    }

    /// Both forms of the letter. Quoted-printable whatever the text: lines stay under 77 octets
    /// and in ASCII, and no line of it can be the boundary, which holds `=_`.
    fn body(&self, text: &str, html: &str) -> MultiPart {
        let part = |content_type, text: &str| {
            SinglePart::builder()
                .header(content_type)
                .header(ContentTransferEncoding::QuotedPrintable)
                .body(text.to_owned())
        };
        MultiPart::alternative()
            .boundary(format!("=_notice-{}", self.notice_id))
            .singlepart(part(ContentType::TEXT_PLAIN, text))
            .singlepart(part(ContentType::TEXT_HTML, html))
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn mailbox(name: &str, address: Address) -> Mailbox {
    let name = header_safe(name);
    Mailbox::new((!name.is_empty()).then_some(name), address)
}

/// An address this server can send to: plain ASCII without quotes, comments or lists. Few mail
/// servers take others, and they are the ones that smuggle.
fn address(what: &'static str, text: &str) -> Result<Address, MailerError> {
    let text = text.trim();
    let plain = |b: u8| b.is_ascii_graphic() && !b"<>()\"\\,:;".contains(&b);
    if !text.bytes().all(plain) {
        let reason = "it has spaces, quotes, brackets or letters beyond a to z in it".to_owned();
        return Err(MailerError::Address { what, reason });
    }
    text.parse().map_err(|refused: lettre::address::AddressError| MailerError::Address {
        what,
        reason: refused.to_string(),
    })
}

/// The message that never was, to which all messages of a thread to one recipient are answers: mail
/// programs then show them together. It names the recipient by a digest only, so that one copied
/// to somebody else does not join another's thread.
fn thread_root(thread: &str, to: &Address, domain: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let thread: String = thread.chars().take(64).map(plain).collect();
    let digest = Sha256::digest(to.to_string().to_lowercase());
    let recipient: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("<{thread}.{recipient}@{domain}>")
}

/// Whether a text is an address that mail can be sent to.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}
