//! Letters about somebody's own account: invitations, new passwords, odd sign-ins.
//!
//! Their own outbox, beside that of the cases: an account may belong to no partnership, and a secret
//! that goes out in a letter is made when it is sent, so that the database never holds one.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::outbox::{Attempt, Room, domain_of};
use super::people::normal_email;
use super::schema::{account_letters, people};
use super::types::{At, Instant, id, of_word, word};
use crate::clock::UtcInstant;
use crate::ids::{NoticeId, PersonId};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a letter about an account says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountLetterKind {
    /// A link for choosing how to sign in, for somebody new.
    Invitation,
    /// A link for choosing a new password.
    PasswordReset,
    /// Somebody signed in from a network that this person had not used.
    NewNetwork,
    /// The password was changed.
    PasswordChanged,
    /// A passkey or a source of one-time codes was added.
    FactorAdded,
    /// A passkey or a source of one-time codes was removed.
    FactorRemoved,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// A refresh token came back a second time, and the session was ended.
    RefreshTokenReused,
    /// An API token was made.
    ApiTokenMade,
    /// An identity provider's account was linked.
    IdentityLinked,
    /// A private address for their calendar was made.
    CalendarAddressMade,
}

/// Queues a letter to somebody, in the transaction of what it tells.
///
/// # Errors
/// If the database refuses it.
pub fn enqueue(
    w: &mut Writer<'_>,
    person_id: PersonId,
    kind: AccountLetterKind,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(account_letters::table)
        .values((
            account_letters::id.eq(Uuid::now_v7().to_string()),
            account_letters::person_id.eq(person_id.to_string()),
            account_letters::kind.eq(word("an account letter's kind", &kind)?),
            account_letters::state.eq("queued"),
            account_letters::attempts.eq(0),
            account_letters::queued_at.eq(At(now)),
            account_letters::next_attempt_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// Queues a letter to the person with this address, if there is one who works here and was not sent
/// the same since an instant. One statement, whoever's the address is: so that its time tells
/// nothing.
///
/// # Errors
/// If the database refuses it.
pub fn enqueue_by_email(
    w: &mut Writer<'_>,
    email: &str,
    kind: AccountLetterKind,
    since: UtcInstant,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let letter_id = Uuid::now_v7().to_string();
    let kind = word("an account letter's kind", &kind)?;
    let email = normal_email(email);
    let earlier = diesel::alias!(account_letters as earlier);
    on!(w, c => people::table
        .filter(people::email.eq(&email))
        .filter(people::active.eq(true))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            earlier
                .filter(earlier.field(account_letters::person_id).eq(people::id))
                .filter(earlier.field(account_letters::kind).eq(&kind))
                .filter(earlier.field(account_letters::queued_at).gt(At(since))),
        )))
        .select((
            (&letter_id).into_sql::<Text>(),
            people::id,
            (&kind).into_sql::<Text>(),
            "queued".into_sql::<Text>(),
            0.into_sql::<Integer>(),
            At(now).into_sql::<Instant>(),
            At(now).into_sql::<Instant>(),
        ))
        .insert_into(account_letters::table)
        .into_columns((
            account_letters::id,
            account_letters::person_id,
            account_letters::kind,
            account_letters::state,
            account_letters::attempts,
            account_letters::queued_at,
            account_letters::next_attempt_at,
        ))
        .execute(c))?;
    Ok(())
}

/// A letter that is being sent.
#[derive(Debug, Clone)]
pub struct LeasedLetter {
    /// Its id: also its Message-ID.
    pub id: NoticeId,
    /// Whom it goes to.
    pub person_id: PersonId,
    /// What it says; or the word that this program does not know.
    pub kind: Result<AccountLetterKind, String>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub queued_at: UtcInstant,
    next_attempt_at: UtcInstant,
    /// The domain of its recipient's address.
    pub destination: String,
    /// The lease.
    pub lease_token: String,
}

/// To whom a letter went.
#[derive(Debug, Clone)]
pub struct LetterRecipient {
    /// Their id.
    pub id: PersonId,
    /// Their address as it is now.
    pub email: String,
}

/// Leases letters that are to be sent now, as much as there is room for, the longest waiting first:
/// queued ones, and those whose lease ran out because their sender died.
///
/// # Errors
/// If the database refuses it, or holds something else.
pub fn lease(
    w: &mut Writer<'_>,
    now: UtcInstant,
    lease_until: UtcInstant,
    room: &Room,
) -> Result<Vec<LeasedLetter>, StoreError> {
    let mut on_their_way = room.on_their_way.clone();
    let mut leased = Vec::new();
    while leased.len() < room.letters_max {
        let full: Vec<String> = room.full_destinations(&on_their_way);
        let Some((letter, email)) = longest_waiting(w, now, &full)? else { break };
        let destination = domain_of(&email);
        match lease_one(w, &letter, &destination, now, lease_until)? {
            Some(one) => leased.push(one),
            // Another node was first.
            None => break,
        }
        *on_their_way.entry(destination).or_default() += 1;
    }
    Ok(leased)
}

/// The letter that waits longest of those that are to be sent now and go to no full destination, and
/// its recipient's address.
fn longest_waiting(
    w: &mut Writer<'_>,
    now: UtcInstant,
    full: &[String],
) -> Result<Option<(String, String)>, StoreError> {
    let free = account_letters::state
        .eq("queued")
        .and(account_letters::next_attempt_at.le(At(now)))
        .or(account_letters::state
            .eq("leased")
            .and(account_letters::lease_until.assume_not_null().le(At(now))));
    on!(w, c => {
        let mut query = account_letters::table
            .inner_join(people::table.on(people::id.eq(account_letters::person_id)))
            .filter(free)
            .order((account_letters::next_attempt_at, account_letters::id))
            .select((account_letters::id, people::email))
            .into_boxed();
        for destination in full {
            query = query.filter(people::email.not_like(format!("%@{destination}")));
        }
        Ok(query.first(c).optional()?)
    })
}

fn lease_one(
    w: &mut Writer<'_>,
    letter: &str,
    destination: &str,
    now: UtcInstant,
    lease_until: UtcInstant,
) -> Result<Option<LeasedLetter>, StoreError> {
    let token = Uuid::now_v7().to_string();
    // Asked again: PostgreSQL looks at a row anew after it waited for somebody else's lease of it.
    let taken = on!(w, c => diesel::update(account_letters::table
            .filter(account_letters::id.eq(letter))
            .filter(account_letters::state.eq("queued").or(account_letters::state
                .eq("leased")
                .and(account_letters::lease_until.assume_not_null().le(At(now))))))
        .set((
            account_letters::state.eq("leased"),
            account_letters::lease_until.eq(At(lease_until)),
            account_letters::lease_token.eq(&token),
            account_letters::attempts.eq(account_letters::attempts + 1),
        ))
        .execute(c))?;
    if taken == 0 {
        return Ok(None);
    }
    let (person, kind, attempts, queued, next): (String, String, i32, At, At) = on!(w, c => account_letters::table
            .find(letter)
            .select((
                account_letters::person_id,
                account_letters::kind,
                account_letters::attempts,
                account_letters::queued_at,
                account_letters::next_attempt_at,
            ))
            .first(c))?;
    Ok(Some(LeasedLetter {
        id: id("an account letter's id", letter)?,
        person_id: id("an account letter's person", &person)?,
        kind: of_word("an account letter's kind", &kind)
            .map_err(|error: StoreError| error.to_string()),
        attempts,
        queued_at: queued.0,
        next_attempt_at: next.0,
        destination: destination.to_owned(),
        lease_token: token,
    }))
}

/// To whom a letter went; none if there is no such letter.
///
/// # Errors
/// If the database refuses the question, or holds something else.
pub fn recipient(
    r: &mut Reader<'_>,
    letter: NoticeId,
) -> Result<Option<LetterRecipient>, StoreError> {
    let found: Option<(String, String)> = on!(r, c => account_letters::table
        .inner_join(people::table.on(people::id.eq(account_letters::person_id)))
        .filter(account_letters::id.eq(letter.to_string()))
        .select((people::id, people::email))
        .first(c)
        .optional())?;
    found
        .map(|(person, email)| {
            Ok(LetterRecipient { id: id("an account letter's person", &person)?, email })
        })
        .transpose()
}

/// Renews a lease; false if it is another's by now, or its letter has ended.
///
/// # Errors
/// If the database refuses it.
pub fn renew(w: &mut Writer<'_>, token: &str, lease_until: UtcInstant) -> Result<bool, StoreError> {
    let renewed = on!(w, c => diesel::update(account_letters::table
            .filter(account_letters::lease_token.eq(token)))
        .set(account_letters::lease_until.eq(At(lease_until)))
        .execute(c))?;
    Ok(renewed > 0)
}

/// Whether a lease is still held, and has not run out.
///
/// # Errors
/// If the database refuses the question.
pub fn is_held(r: &mut Reader<'_>, token: &str, now: UtcInstant) -> Result<bool, StoreError> {
    let held: Option<String> = on!(r, c => account_letters::table
        .filter(account_letters::lease_token.eq(token))
        .filter(account_letters::lease_until.assume_not_null().gt(At(now)))
        .select(account_letters::id)
        .first(c)
        .optional())?;
    Ok(held.is_some())
}

/// Records what came of an attempt under a lease; false if the lease was lost to somebody else.
///
/// # Errors
/// If the database refuses it.
pub fn record_attempt(
    w: &mut Writer<'_>,
    letter: &LeasedLetter,
    attempt: &Attempt,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let (state, next, error, ended) = match attempt {
        Attempt::Accepted(_) => ("accepted", letter.next_attempt_at, None, Some(At(now))),
        Attempt::Again(at, error) => ("queued", *at, Some(error), None),
        Attempt::Failed(error) => ("failed", letter.next_attempt_at, Some(error), Some(At(now))),
    };
    let recorded = on!(w, c => diesel::update(account_letters::table
            .filter(account_letters::id.eq(letter.id.to_string()))
            .filter(account_letters::state.eq("leased"))
            .filter(account_letters::lease_token.eq(&letter.lease_token)))
        .set((
            account_letters::state.eq(state),
            account_letters::next_attempt_at.eq(At(next)),
            account_letters::last_error.eq(error),
            account_letters::ended_at.eq(ended),
            account_letters::lease_until.eq(None::<At>),
            account_letters::lease_token.eq(None::<String>),
        ))
        .execute(c))?;
    Ok(recorded == 1)
}

/// When a letter is to be sent next, or a lease runs out; with `after`, what comes later than that.
///
/// # Errors
/// If the database refuses the question.
pub fn next_attempt_at(
    r: &mut Reader<'_>,
    after: Option<UtcInstant>,
) -> Result<Option<UtcInstant>, StoreError> {
    let after = At(after.unwrap_or(UtcInstant::EPOCH));
    let queued: Option<At> = on!(r, c => account_letters::table
        .filter(account_letters::state.eq("queued"))
        .filter(account_letters::next_attempt_at.gt(after))
        .order(account_letters::next_attempt_at)
        .select(account_letters::next_attempt_at)
        .first(c)
        .optional())?;
    let leased: Option<Option<At>> = on!(r, c => account_letters::table
        .filter(account_letters::state.eq("leased"))
        .filter(account_letters::lease_until.assume_not_null().gt(after))
        .order(account_letters::lease_until)
        .select(account_letters::lease_until)
        .first(c)
        .optional())?;
    Ok(queued.into_iter().chain(leased.flatten()).map(|at| at.0).min())
}

/// Forgets letters that ended before an instant, and says how many.
///
/// # Errors
/// If the database refuses it.
pub fn delete_ended_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(account_letters::table
            .filter(account_letters::ended_at.assume_not_null().lt(At(before)))
            .filter(account_letters::ended_at.is_not_null()))
        .execute(c))?)
}
