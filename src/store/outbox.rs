//! The outbox: a lease for each letter while it is being sent, and what came of it.
//!
//! A lease is short and is renewed by whoever sends, so that what a dead node had is soon another's.
//! Its token is the fence: whoever lost it writes nothing.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::notices::{NoticeRow, StoredNotice};
use super::outbox_line::{
    Candidate, PassOver, candidates, first_in_line, ids_of_bundle, ids_of_letter,
};
use super::schema::notices;
use super::types::At;
use crate::clock::UtcInstant;
use crate::ids::NoticeId;
use diesel::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How much may be taken at once.
#[derive(Debug, Clone)]
pub struct Room {
    /// How many letters.
    pub letters_max: usize,
    /// How many letters may be on their way to one destination at a time.
    pub per_destination: usize,
    /// How many are on their way, by destination.
    pub on_their_way: BTreeMap<String, usize>,
    /// Whether the longest waiting go first, however urgent others are.
    pub oldest_first: bool,
    /// Whether what goes together is held back, because more is being added to it.
    pub holds_bundles: bool,
}

impl Room {
    /// The destinations to which nothing more may go for now.
    pub(super) fn full_destinations(&self, on_their_way: &BTreeMap<String, usize>) -> Vec<String> {
        let full = on_their_way.iter().filter(|(_, count)| **count >= self.per_destination);
        full.map(|(destination, _)| destination.clone()).collect()
    }
}

/// The domain of an address.
pub(super) fn domain_of(email: &str) -> String {
    email.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned()
}

/// One letter under a lease: a notice, or all that go to a person in one letter.
#[derive(Debug)]
pub struct Leased {
    /// The lease.
    pub token: String,
    /// The domain of the address.
    pub destination: String,
    /// The notices, the first queued first.
    pub notices: Vec<StoredNotice>,
    /// Rows that are no notices: to be set aside.
    pub unreadable: Vec<UnreadableNotice>,
}

/// A row whose ids cannot be read.
#[derive(Debug, Clone)]
pub struct UnreadableNotice {
    /// What stands as its id.
    pub id: String,
    /// What stands as its case.
    pub escalation_id: Option<String>,
    /// Whom it was for.
    pub recipient_name: String,
    /// Why it cannot be read.
    pub why: String,
}

/// Leases what is to be sent now, as much as there is room for: first what a sender left behind
/// whose lease ran out, then the most urgent, and of these the first queued. Of several to one
/// person about one case one is on its way at a time, the first queued first.
///
/// # Errors
/// If the database refuses it.
pub fn lease(
    w: &mut Writer<'_>,
    now: UtcInstant,
    lease_until: UtcInstant,
    room: &Room,
) -> Result<Vec<Leased>, StoreError> {
    let mut on_their_way = room.on_their_way.clone();
    let mut leased = Vec::new();
    let mut behind: Vec<String> = Vec::new();
    while leased.len() < room.letters_max {
        let pass_over = PassOver {
            destinations: room.full_destinations(&on_their_way),
            notices: behind.clone(),
            bundles: room.holds_bundles,
        };
        let wanted = room.letters_max.saturating_sub(leased.len());
        let found = candidates(w, now, &pass_over, room.oldest_first, wanted)?;
        let before = (leased.len(), behind.len());
        for candidate in found {
            let count = on_their_way.entry(candidate.destination.clone()).or_default();
            if leased.len() >= room.letters_max || *count >= room.per_destination {
                continue;
            }
            let id = candidate.id.clone();
            let Some(candidate) = first_in_line(w, candidate, now)? else {
                behind.push(id);
                continue;
            };
            if let Some(letter) = lease_letter(w, candidate, now, lease_until)? {
                *count += 1;
                leased.push(letter);
            }
        }
        if (leased.len(), behind.len()) == before {
            break;
        }
    }
    Ok(leased)
}

/// Leases a candidate with all that goes in one letter with it; nothing if another letter of this
/// call has it already.
fn lease_letter(
    w: &mut Writer<'_>,
    candidate: Candidate,
    now: UtcInstant,
    lease_until: UtcInstant,
) -> Result<Option<Leased>, StoreError> {
    let ids = match (&candidate.sent_as, &candidate.bundle) {
        (Some(letter), _) => ids_of_letter(w, letter, now)?,
        (None, Some(bundle)) => ids_of_bundle(w, &candidate, bundle)?,
        (None, None) => vec![candidate.id],
    };
    let token = Uuid::now_v7().to_string();
    // What goes together goes together again, under the same Message-ID.
    let sent_as = candidate.bundle.as_ref().and_then(|_| ids.first().cloned());
    let sent_as = candidate.sent_as.or(sent_as);
    let taken = on!(w, c => diesel::update(notices::table
            .filter(notices::id.eq_any(&ids))
            .filter(notices::state.eq("queued").or(
                notices::state.eq("leased")
                    .and(notices::lease_until.assume_not_null().le(At(now))),
            )))
        .set((
            notices::state.eq("leased"),
            notices::lease_until.eq(At(lease_until)),
            notices::lease_token.eq(&token),
            notices::attempts.eq(notices::attempts + 1),
            notices::sent_as.eq(&sent_as),
        ))
        .execute(c))?;
    if taken == 0 {
        return Ok(None);
    }
    let rows: Vec<NoticeRow> = on!(w, c => notices::table
        .filter(notices::lease_token.eq(&token))
        .order((notices::queued_at, notices::id))
        .select(NoticeRow::as_select())
        .load(c))?;
    let mut letter = Leased {
        token,
        destination: candidate.destination,
        notices: Vec::with_capacity(rows.len()),
        unreadable: Vec::new(),
    };
    for row in rows {
        let (id, escalation_id) = (row.id.clone(), row.escalation_id.clone());
        let recipient_name = row.recipient_name.clone();
        match row.into_notice() {
            Ok(notice) => letter.notices.push(notice),
            Err(error) => {
                let why = error.to_string();
                letter.unreadable.push(UnreadableNotice { id, escalation_id, recipient_name, why });
            }
        }
    }
    Ok(Some(letter))
}

/// Renews a lease; false if it is another's by now, or its letter has ended.
///
/// # Errors
/// If the database refuses it.
pub fn renew(w: &mut Writer<'_>, token: &str, lease_until: UtcInstant) -> Result<bool, StoreError> {
    let renewed = on!(w, c => diesel::update(notices::table
            .filter(notices::lease_token.eq(token)))
        .set(notices::lease_until.eq(At(lease_until)))
        .execute(c))?;
    Ok(renewed > 0)
}

/// Whether a lease is still held, and has not run out.
///
/// # Errors
/// If the database refuses the question.
pub fn is_held(r: &mut Reader<'_>, token: &str, now: UtcInstant) -> Result<bool, StoreError> {
    let held: Option<String> = on!(r, c => notices::table
        .filter(notices::lease_token.eq(token))
        .filter(notices::lease_until.assume_not_null().gt(At(now)))
        .select(notices::id)
        .first(c)
        .optional())?;
    Ok(held.is_some())
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
///
/// # Errors
/// If the database refuses it.
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
///
/// # Errors
/// If the database refuses it.
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

/// Sets a row aside that cannot be read, under a lease; false if the lease was lost.
///
/// # Errors
/// If the database refuses it.
pub fn set_aside(
    w: &mut Writer<'_>,
    it: &UnreadableNotice,
    token: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let failed = on!(w, c => diesel::update(notices::table
            .filter(notices::id.eq(&it.id))
            .filter(notices::lease_token.eq(token)))
        .set((
            notices::state.eq("failed"),
            notices::last_error.eq(&it.why),
            notices::ended_at.eq(At(now)),
            notices::lease_until.eq(None::<At>),
            notices::lease_token.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(failed == 1)
}

/// Records that a notice came back, wherever it was; false if it had failed or come back before, or
/// was never sent.
///
/// # Errors
/// If the database refuses it.
pub fn record_bounce(
    w: &mut Writer<'_>,
    which: NoticeId,
    why: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let failed = on!(w, c => diesel::update(notices::table
            .filter(notices::id.eq(which.to_string()))
            .filter(notices::state.eq_any(["queued", "leased", "accepted"]))
            .filter(notices::attempts.gt(0)))
        .set((
            notices::state.eq("failed"),
            notices::last_error.eq(why),
            notices::bounced_at.eq(At(now)),
            notices::ended_at.eq(At(now)),
            notices::lease_until.eq(None::<At>),
            notices::lease_token.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(failed == 1)
}

/// Notes that somebody else was told that a notice is not taken for now; false if they were before.
///
/// # Errors
/// If the database refuses it.
pub fn note_delay_told(
    w: &mut Writer<'_>,
    which: NoticeId,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let noted = on!(w, c => diesel::update(notices::table
            .filter(notices::id.eq(which.to_string()))
            .filter(notices::delay_told_at.is_null()))
        .set(notices::delay_told_at.eq(At(now)))
        .execute(c))?;
    Ok(noted == 1)
}

/// Whether a mail server has taken anything since an instant.
///
/// # Errors
/// If the database refuses the question.
pub fn is_taken_since(r: &mut Reader<'_>, since: UtcInstant) -> Result<bool, StoreError> {
    let taken: Option<String> = on!(r, c => notices::table
        .filter(notices::state.eq("accepted"))
        .filter(notices::ended_at.assume_not_null().ge(At(since)))
        .select(notices::id)
        .first(c)
        .optional())?;
    Ok(taken.is_some())
}

/// When a notice is to be sent next, or a lease runs out; with `after`, what comes later than that.
///
/// # Errors
/// If the database refuses the question.
pub fn next_attempt_at(
    r: &mut Reader<'_>,
    after: Option<UtcInstant>,
) -> Result<Option<UtcInstant>, StoreError> {
    let after = At(after.unwrap_or(UtcInstant::EPOCH));
    let queued: Option<At> = on!(r, c => notices::table
        .filter(notices::state.eq("queued"))
        .filter(notices::next_attempt_at.gt(after))
        .order(notices::next_attempt_at)
        .select(notices::next_attempt_at)
        .first(c)
        .optional())?;
    let leased: Option<Option<At>> = on!(r, c => notices::table
        .filter(notices::state.eq("leased"))
        .filter(notices::lease_until.assume_not_null().gt(after))
        .order(notices::lease_until)
        .select(notices::lease_until)
        .first(c)
        .optional())?;
    Ok(queued.into_iter().chain(leased.flatten()).map(|at| at.0).min())
}
