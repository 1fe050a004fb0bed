//! Letters about somebody's own account: invitations, new passwords, odd sign-ins.
//!
//! Their own outbox, beside that of the cases: an account may belong to no partnership, and a secret
//! that goes out in a letter is made when it is sent, so that the database never holds one.

use super::conn::{Writer, on};
use super::error::StoreError;
use super::schema::account_letters;
use super::types::{At, word};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;
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
