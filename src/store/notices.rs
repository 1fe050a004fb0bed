//! Notices: one for each recipient and event, written with the event. How they leave: `outbox`.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{excluded_people, notices};
use super::types::{At, id, json, of_json, of_word, optional_id, word};
use crate::clock::UtcInstant;
use crate::escalation::{NoticeKind, NoticeUrgency};
use crate::ids::{EscalationId, NoticeId, PartnershipId, PersonId};
use crate::notify::Letter;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// The word of a bundle that waits for its recipient's hour.
pub(super) const ONCE_A_DAY: &str = "once_a_day";
/// How long what may go in one letter with others waits for them.
const BUNDLED_AFTER: TimeDelta = TimeDelta::seconds(60);

/// Where a notice is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting to be sent, for the first time or again.
    Queued,
    /// Being sent.
    Leased,
    /// A mail server has it.
    Accepted,
    /// Given up, and somebody was told instead.
    Failed,
    /// Pointless before it was sent.
    Cancelled,
}

/// A notice to be queued.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// Its id: also its Message-ID.
    pub id: NoticeId,
    /// What it is about: unique together with the recipient.
    pub event_key: String,
    /// The case.
    pub escalation_id: Option<EscalationId>,
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// What it is about, in a word.
    pub kind: NoticeKind,
    /// The recipient, if it is a person.
    pub person_id: Option<PersonId>,
    /// Their name.
    pub recipient_name: String,
    /// Their address.
    pub recipient_email: String,
    /// The letter.
    pub letter: Letter,
    /// What threads it with others of the case.
    pub thread: Option<String>,
    /// Whether it goes before others.
    pub urgency: NoticeUrgency,
    /// What it may go in one letter with, to the same person.
    pub bundle: Option<Bundle>,
    /// The message that it tells of, where it tells that one was not taken.
    pub about_notice_id: Option<NoticeId>,
}

/// What may go to a person in one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundle {
    /// What moved late, after this server had not run.
    Late,
    /// What only informs somebody who wants such messages once a day: at this hour.
    OnceADay(UtcInstant),
}

impl Bundle {
    fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::OnceADay(_) => ONCE_A_DAY,
        }
    }

    /// The hour for which it waits, where its recipient has chosen one.
    fn waits_until(self) -> Option<UtcInstant> {
        match self {
            Self::Late => None,
            Self::OnceADay(hour) => Some(hour),
        }
    }
}

/// A notice as it is stored.
#[derive(Debug, Clone)]
pub struct StoredNotice {
    /// Its id.
    pub id: NoticeId,
    /// The case.
    pub escalation_id: Option<EscalationId>,
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// What it is about; or the word that this program does not know: then it is set aside.
    pub kind: Result<NoticeKind, String>,
    /// The recipient, if it is a person.
    pub person_id: Option<PersonId>,
    /// Their name.
    pub recipient_name: String,
    /// Their address.
    pub recipient_email: String,
    /// The letter, or why it cannot be read: then it cannot be sent, and holds up no other.
    pub letter: Result<Letter, String>,
    /// What threads it.
    pub thread: Option<String>,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub queued_at: UtcInstant,
    /// When it is tried next.
    pub next_attempt_at: UtcInstant,
    /// Under which lease it is being sent.
    pub lease_token: Option<String>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it ended, well or not.
    pub ended_at: Option<UtcInstant>,
    /// The notice whose Message-ID the letter bears; none where it is its own.
    pub sent_as: Option<NoticeId>,
    /// The message that it tells of.
    pub about_notice_id: Option<NoticeId>,
    /// Whether somebody else was told that it is not taken for now.
    pub delay_was_told: bool,
    /// When it came back although a mail server had taken it.
    pub bounced_at: Option<UtcInstant>,
    /// Its place in line: 0 goes first. See [`NoticeUrgency`].
    pub urgency_rank: i32,
    /// The hour for which it waits, or waited, because its recipient wants it so.
    pub waits_until: Option<UtcInstant>,
}

impl StoredNotice {
    /// Whether it goes before all others.
    pub fn is_urgent(&self) -> bool {
        self.urgency_rank == NoticeUrgency::Urgent.rank()
    }

    /// Since when it is to be sent: a letter that waits for its hour on purpose is not late.
    pub fn to_send_since(&self) -> UtcInstant {
        self.waits_until.unwrap_or(self.queued_at)
    }

    /// Whether it waits for its hour, and was not tried yet.
    pub fn waits_for_its_hour(&self) -> bool {
        self.state == DeliveryState::Queued && self.attempts == 0 && self.waits_until.is_some()
    }

    /// The letter's subject; a word about it if it cannot be read.
    pub fn subject(&self) -> &str {
        self.letter.as_ref().map_or("(this message cannot be read)", |letter| &letter.subject)
    }

    /// Whether it asks its recipient to act. What cannot be read may.
    pub fn asks(&self) -> bool {
        self.kind.as_ref().is_ok_and(|kind| kind.asks()) || self.kind.is_err()
    }

    /// Why it cannot be sent as it is stored; nothing if it can be.
    pub fn why_unreadable(&self) -> Option<&str> {
        self.kind.as_ref().err().or(self.letter.as_ref().err()).map(String::as_str)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
pub(super) struct NoticeRow {
    pub(super) id: String,
    pub(super) escalation_id: Option<String>,
    partnership_id: String,
    kind: String,
    person_id: Option<String>,
    pub(super) recipient_name: String,
    recipient_email: String,
    letter: String,
    thread: Option<String>,
    state: String,
    attempts: i32,
    queued_at: At,
    next_attempt_at: At,
    pub(super) lease_token: Option<String>,
    last_error: Option<String>,
    ended_at: Option<At>,
    sent_as: Option<String>,
    about_notice_id: Option<String>,
    delay_told_at: Option<At>,
    bounced_at: Option<At>,
    urgency: i32,
    waits_until: Option<At>,
}

impl NoticeRow {
    pub(super) fn into_notice(self) -> Result<StoredNotice, StoreError> {
        Ok(StoredNotice {
            id: id("a notice's id", &self.id)?,
            escalation_id: optional_id("a notice's case", self.escalation_id.as_deref())?,
            partnership_id: id("a notice's partnership", &self.partnership_id)?,
            kind: of_word("a notice's kind", &self.kind)
                .map_err(|error: StoreError| error.to_string()),
            person_id: optional_id("a notice's person", self.person_id.as_deref())?,
            recipient_name: self.recipient_name,
            recipient_email: self.recipient_email,
            letter: of_json("a notice's letter", &self.letter)
                .map_err(|error: StoreError| error.to_string()),
            thread: self.thread,
            state: of_word("a notice's state", &self.state)?,
            attempts: self.attempts,
            queued_at: self.queued_at.0,
            next_attempt_at: self.next_attempt_at.0,
            lease_token: self.lease_token,
            last_error: self.last_error,
            ended_at: self.ended_at.map(|at| at.0),
            sent_as: optional_id("a notice's letter", self.sent_as.as_deref())?,
            about_notice_id: optional_id("a notice's cause", self.about_notice_id.as_deref())?,
            delay_was_told: self.delay_told_at.is_some(),
            bounced_at: self.bounced_at.map(|at| at.0),
            urgency_rank: self.urgency,
            waits_until: self.waits_until.map(|at| at.0),
        })
    }
}

/// Queues a notice; false if this recipient has one about this event already.
pub fn enqueue(w: &mut Writer<'_>, it: &NewNotice, now: UtcInstant) -> Result<bool, StoreError> {
    let kind = word("a notice's kind", &it.kind)?;
    let letter = json("a notice's letter", &it.letter)?;
    let waits_until = it.bundle.and_then(Bundle::waits_until);
    let email = super::people::normal_email(&it.recipient_email);
    let destination = super::outbox::domain_of(&email);
    let soon = if it.bundle.is_some() { now.plus(BUNDLED_AFTER) } else { now };
    let first_at = waits_until.unwrap_or(soon);
    let queued = on!(w, c => diesel::insert_into(notices::table)
        .values((
            notices::id.eq(it.id.to_string()),
            notices::event_key.eq(&it.event_key),
            notices::escalation_id.eq(it.escalation_id.map(|id| id.to_string())),
            notices::partnership_id.eq(it.partnership_id.to_string()),
            notices::kind.eq(&kind),
            notices::person_id.eq(it.person_id.map(|id| id.to_string())),
            notices::recipient_name.eq(&it.recipient_name),
            notices::recipient_email.eq(&email),
            notices::letter.eq(&letter),
            notices::thread.eq(&it.thread),
            notices::state.eq("queued"),
            notices::attempts.eq(0),
            notices::queued_at.eq(At(now)),
            notices::next_attempt_at.eq(At(first_at)),
            notices::urgency.eq(it.urgency.rank()),
            notices::destination.eq(&destination),
            notices::bundle.eq(it.bundle.map(Bundle::word)),
            notices::waits_until.eq(waits_until.map(At)),
            notices::about_notice_id.eq(it.about_notice_id.map(|id| id.to_string())),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(queued == 1)
}

/// The notices of a case after one, at most `limit`, the first queued first.
pub fn list_of_escalation(
    r: &mut Reader<'_>,
    escalation_id: EscalationId,
    after: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<StoredNotice>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<NoticeRow> = on!(r, c => notices::table
        .filter(notices::escalation_id.eq(escalation_id.to_string()))
        .filter(notices::id.gt(after))
        .order(notices::id)
        .limit(limit)
        .select(NoticeRow::as_select())
        .load(c))?;
    Ok(readable(rows))
}

/// The notices of these partnerships after one, at most `limit`, in one state or all; without those
/// of cases that are not there for `viewer`.
pub fn list_of_partnerships(
    r: &mut Reader<'_>,
    viewer: Option<PersonId>,
    partnership_ids: &[PartnershipId],
    state: Option<DeliveryState>,
    after: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<StoredNotice>, StoreError> {
    let of: Vec<String> = partnership_ids.iter().map(ToString::to_string).collect();
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let state = state.map(|state| word("a state", &state)).transpose()?;
    let rows: Vec<NoticeRow> = on!(r, c => {
        let mut query = notices::table
            .filter(notices::partnership_id.eq_any(&of))
            .filter(notices::id.gt(&after))
            .order(notices::id)
            .limit(limit)
            .select(NoticeRow::as_select())
            .into_boxed();
        if let Some(state) = &state {
            query = query.filter(notices::state.eq(state));
        }
        if let Some(viewer) = viewer {
            query = query.filter(notices::escalation_id.is_null().or(
                notices::escalation_id.assume_not_null().ne_all(
                    excluded_people::table
                        .filter(excluded_people::person_id.eq(viewer.to_string()))
                        .select(excluded_people::escalation_id),
                ),
            ));
        }
        query.load(c)
    })?;
    Ok(readable(rows))
}

/// A notice.
pub fn find(r: &mut Reader<'_>, which: NoticeId) -> Result<Option<StoredNotice>, StoreError> {
    let row: Option<NoticeRow> = on!(r, c => notices::table
        .find(which.to_string())
        .select(NoticeRow::as_select())
        .first(c)
        .optional())?;
    row.map(NoticeRow::into_notice).transpose()
}

/// The notices that went in the letter with a Message-ID: most often one.
pub fn list_of_letter(
    r: &mut Reader<'_>,
    letter: NoticeId,
) -> Result<Vec<StoredNotice>, StoreError> {
    let letter = letter.to_string();
    let of_bundle: Vec<NoticeRow> = on!(r, c => notices::table
        .filter(notices::sent_as.eq(&letter))
        .order(notices::id)
        .select(NoticeRow::as_select())
        .load(c))?;
    let alone: Vec<NoticeRow> = on!(r, c => notices::table
        .filter(notices::id.eq(&letter))
        .filter(notices::sent_as.is_null())
        .select(NoticeRow::as_select())
        .load(c))?;
    Ok(readable(of_bundle.into_iter().chain(alone).collect()))
}

/// The notices of rows, without those whose ids cannot be read: they keep no other from being read.
pub(super) fn readable(rows: Vec<NoticeRow>) -> Vec<StoredNotice> {
    let read = rows.into_iter().filter_map(|row| match row.into_notice() {
        Ok(notice) => Some(notice),
        Err(error) => {
            tracing::error!(%error, "a message is left out of a list");
            None
        }
    });
    read.collect()
}
