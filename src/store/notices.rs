//! The outbox: one notice for each recipient and event, leased while it is being sent.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{excluded_people, notices};
use super::types::{At, id, json, of_json, of_word, optional_id, word};
use crate::clock::UtcInstant;
use crate::escalation::NoticeKind;
use crate::ids::{EscalationId, NoticeId, PartnershipId, PersonId};
use crate::notify::Letter;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// What it is about.
    pub kind: NoticeKind,
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
}

impl StoredNotice {
    /// The letter's subject; a word about it if it cannot be read.
    pub fn subject(&self) -> &str {
        self.letter.as_ref().map_or("(this message cannot be read)", |letter| &letter.subject)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
struct NoticeRow {
    id: String,
    escalation_id: Option<String>,
    partnership_id: String,
    kind: String,
    person_id: Option<String>,
    recipient_name: String,
    recipient_email: String,
    letter: String,
    thread: Option<String>,
    state: String,
    attempts: i32,
    queued_at: At,
    next_attempt_at: At,
    lease_token: Option<String>,
    last_error: Option<String>,
    ended_at: Option<At>,
}

impl NoticeRow {
    fn into_notice(self) -> Result<StoredNotice, StoreError> {
        Ok(StoredNotice {
            id: id("a notice's id", &self.id)?,
            escalation_id: optional_id("a notice's case", self.escalation_id.as_deref())?,
            partnership_id: id("a notice's partnership", &self.partnership_id)?,
            kind: of_word("a notice's kind", &self.kind)?,
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
        })
    }
}

/// Queues a notice; false if this recipient has one about this event already.
pub fn enqueue(w: &mut Writer<'_>, it: &NewNotice, now: UtcInstant) -> Result<bool, StoreError> {
    let kind = word("a notice's kind", &it.kind)?;
    let letter = json("a notice's letter", &it.letter)?;
    let queued = on!(w, c => diesel::insert_into(notices::table)
        .values((
            notices::id.eq(it.id.to_string()),
            notices::event_key.eq(&it.event_key),
            notices::escalation_id.eq(it.escalation_id.map(|id| id.to_string())),
            notices::partnership_id.eq(it.partnership_id.to_string()),
            notices::kind.eq(&kind),
            notices::person_id.eq(it.person_id.map(|id| id.to_string())),
            notices::recipient_name.eq(&it.recipient_name),
            notices::recipient_email.eq(super::people::normal_email(&it.recipient_email)),
            notices::letter.eq(&letter),
            notices::thread.eq(&it.thread),
            notices::state.eq("queued"),
            notices::attempts.eq(0),
            notices::queued_at.eq(At(now)),
            notices::next_attempt_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(queued == 1)
}

/// Leases notices that are to be sent now, the longest waiting first: queued ones, and those whose
/// lease ran out because their sender died.
pub fn lease(
    w: &mut Writer<'_>,
    now: UtcInstant,
    lease_until: UtcInstant,
    limit: i64,
) -> Result<Vec<StoredNotice>, StoreError> {
    let token = Uuid::now_v7().to_string();
    // The condition stands in both places: PostgreSQL looks at a row again after it waited for
    // somebody else's lease of it, and then the outer one counts.
    let free = || {
        notices::state
            .eq("queued")
            .and(notices::next_attempt_at.le(At(now)))
            .or(notices::state.eq("leased").and(notices::lease_until.assume_not_null().le(At(now))))
    };
    on!(w, c => {
        let oldest: Vec<String> = notices::table
            .filter(free())
            .order((notices::next_attempt_at, notices::id))
            .limit(limit)
            .select(notices::id)
            .load(c)?;
        diesel::update(notices::table.filter(notices::id.eq_any(oldest)).filter(free()))
            .set((
                notices::state.eq("leased"),
                notices::lease_until.eq(At(lease_until)),
                notices::lease_token.eq(&token),
                notices::attempts.eq(notices::attempts + 1),
            ))
            .execute(c)
    })?;
    let rows: Vec<NoticeRow> = on!(w, c => notices::table
        .filter(notices::lease_token.eq(&token))
        .order((notices::next_attempt_at, notices::id))
        .select(NoticeRow::as_select())
        .load(c))?;
    rows.into_iter().map(NoticeRow::into_notice).collect()
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// A mail server has it; its answer.
    Accepted(String),
    /// To be tried again then, because of this.
    Again(UtcInstant, String),
    /// Given up, because of this.
    Failed(String),
}

/// Records what came of an attempt under a lease; false if the lease was lost to somebody else.
pub fn record_attempt(
    w: &mut Writer<'_>,
    notice: &StoredNotice,
    attempt: &Attempt,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let (state, next, error, answer, ended) = match attempt {
        Attempt::Accepted(answer) => {
            ("accepted", notice.next_attempt_at, None, Some(answer), Some(At(now)))
        }
        Attempt::Again(at, error) => ("queued", *at, Some(error), None, None),
        Attempt::Failed(error) => {
            ("failed", notice.next_attempt_at, Some(error), None, Some(At(now)))
        }
    };
    let recorded = on!(w, c => diesel::update(notices::table
            .filter(notices::id.eq(notice.id.to_string()))
            .filter(notices::state.eq("leased"))
            .filter(notices::lease_token.eq(&notice.lease_token)))
        .set((
            notices::state.eq(state),
            notices::next_attempt_at.eq(At(next)),
            notices::last_error.eq(error),
            notices::answer.eq(answer),
            notices::ended_at.eq(ended),
            notices::lease_until.eq(None::<At>),
            notices::lease_token.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(recorded == 1)
}

/// Records under a lease that a notice is not sent at all, because of this; false if the lease was
/// lost to somebody else.
pub fn cancel(
    w: &mut Writer<'_>,
    notice: &StoredNotice,
    why: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let cancelled = on!(w, c => diesel::update(notices::table
            .filter(notices::id.eq(notice.id.to_string()))
            .filter(notices::state.eq("leased"))
            .filter(notices::lease_token.eq(&notice.lease_token)))
        .set((
            notices::state.eq("cancelled"),
            notices::last_error.eq(why),
            notices::ended_at.eq(At(now)),
            notices::lease_until.eq(None::<At>),
            notices::lease_token.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(cancelled == 1)
}

/// When a notice is to be sent next.
pub fn next_attempt_at(r: &mut Reader<'_>) -> Result<Option<UtcInstant>, StoreError> {
    let queued: Option<At> = on!(r, c => notices::table
        .filter(notices::state.eq("queued"))
        .order(notices::next_attempt_at)
        .select(notices::next_attempt_at)
        .first(c)
        .optional())?;
    let leased: Option<Option<At>> = on!(r, c => notices::table
        .filter(notices::state.eq("leased"))
        .order(notices::lease_until)
        .select(notices::lease_until)
        .first(c)
        .optional())?;
    Ok(queued.into_iter().chain(leased.flatten()).map(|at| at.0).min())
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
    rows.into_iter().map(NoticeRow::into_notice).collect()
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
    rows.into_iter().map(NoticeRow::into_notice).collect()
}
