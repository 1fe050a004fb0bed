//! Messages that came back: what a mail server's report (RFC 3464) says of one of ours.

use crate::ids::NoticeId;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};
use std::collections::BTreeMap;
use thiserror::Error;

/// What a report says of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The message: the notice or letter whose Message-ID it bears.
    pub message: NoticeId,
    /// What became of it.
    pub outcome: BounceOutcome,
    /// The status code, such as `5.1.1`; never the mail server's words.
    pub status: String,
}

/// What became of a message that a mail server had taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceOutcome {
    /// It was given up.
    Failed,
    /// It is tried on there; nothing is lost yet.
    Delayed,
    /// It went on, or arrived.
    Delivered,
}

/// Why something is no report about a message of ours. The texts never hold what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotABounce {
    /// No message at all.
    #[error("is not an email message: hand in the whole message as it arrived, with its headers")]
    NoMessage,
    /// No report of a mail server.
    #[error(
        "is not a report of a mail server about a message that came back (RFC 3464): an automatic \
         answer or somebody's own reply is not handed in here"
    )]
    NoReport,
    /// A report about something else.
    #[error("is not about a message of this server: it names no Message-ID of ours")]
    NotOurs,
}

/// Reads a report. `domain` is what stands to the right of the @ in our Message-IDs.
///
/// # Errors
/// Why it is no report about a message of ours.
pub(super) fn read(raw: &[u8], domain: &str) -> Result<Bounce, NotABounce> {
    let message = MessageParser::default()
        .parse(raw)
        .filter(|message| !message.headers().is_empty())
        .ok_or(NotABounce::NoMessage)?;
    let report = message.parts.iter().find(|part| is_of_type(part, "message", "delivery-status"));
    let report = report.ok_or(NotABounce::NoReport)?;
    let (outcome, status) = status_of(&report.contents_as_text()).ok_or(NotABounce::NoReport)?;
    let ids = original_ids(&message);
    let message = ids.iter().find_map(|id| notice_of(id, domain)).ok_or(NotABounce::NotOurs)?;
    Ok(Bounce { message, outcome, status })
}

trait AsText {
    fn contents_as_text(&self) -> String;
}

impl AsText for MessagePart<'_> {
    fn contents_as_text(&self) -> String {
        String::from_utf8_lossy(self.contents()).into_owned()
    }
}

fn is_of_type(part: &MessagePart<'_>, kind: &str, subkind: &str) -> bool {
    part.content_type().is_some_and(|it| {
        it.ctype().eq_ignore_ascii_case(kind)
            && it.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case(subkind))
    })
}

/// What the report says of its recipients: the gravest of it. Our messages have one recipient.
fn status_of(report: &str) -> Option<(BounceOutcome, String)> {
    let report = report.replace("\r\n", "\n");
    let mut found = None;
    for group in report.split("\n\n") {
        let fields: BTreeMap<String, &str> = group
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
            .collect();
        let Some(action) = fields.get("action") else { continue };
        let outcome = match action.to_ascii_lowercase().as_str() {
            "failed" => BounceOutcome::Failed,
            "delayed" => BounceOutcome::Delayed,
            "delivered" | "relayed" | "expanded" => BounceOutcome::Delivered,
            _ => continue,
        };
        let status = fields.get("status").copied().unwrap_or_default();
        let code: String =
            status.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(11).collect();
        let is_graver = !matches!(found, Some((BounceOutcome::Failed, _)));
        if outcome == BounceOutcome::Failed || is_graver {
            found = Some((outcome, code));
        }
    }
    found
}

/// The Message-IDs that may be the returned message's: in what came back of it, and in the headers
/// that name what is answered.
fn original_ids(message: &Message<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for part in &message.parts {
        if let Some(returned) = part.message() {
            ids.extend(returned.message_id().map(str::to_owned));
        } else if is_of_type(part, "text", "rfc822-headers")
            && let Some(returned) = MessageParser::default().parse(part.contents())
        {
            ids.extend(returned.message_id().map(str::to_owned));
        }
    }
    for named in [message.in_reply_to(), message.references()] {
        ids.extend(named.as_text_list().into_iter().flatten().map(ToString::to_string));
        ids.extend(named.as_text().map(str::to_owned));
    }
    ids
}

/// The notice of one of our Message-IDs: `notice-<id>@<our domain>`.
fn notice_of(message_id: &str, domain: &str) -> Option<NoticeId> {
    let id = message_id.trim().trim_start_matches('<').trim_end_matches('>');
    let (notice, of) = id.strip_prefix("notice-")?.split_once('@')?;
    of.eq_ignore_ascii_case(domain).then(|| notice.parse().ok()).flatten()
}
