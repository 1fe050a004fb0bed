//! The secret that makes the first administrator, by its digest: one at a time.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{identities, passkeys, people, set_up_secrets};
use super::types::At;
use crate::clock::UtcInstant;
use diesel::prelude::*;

/// The key of the only row.
const ONLY_ONE: i32 = 1;

/// Whether somebody can sign in who makes others administrators, by a password, a passkey or an
/// identity provider. While nobody can, a set-up secret works.
pub fn has_administrator(r: &mut Reader<'_>) -> Result<bool, StoreError> {
    let found: i64 = on!(r, c => people::table
        .filter(people::active.eq(true))
        .filter(people::administrator.eq(true))
        .filter(
            people::password_hash
                .is_not_null()
                .or(people::id.eq_any(passkeys::table.select(passkeys::person_id)))
                .or(people::id.eq_any(identities::table.select(identities::person_id))),
        )
        .count()
        .get_result(c))?;
    Ok(found > 0)
}

/// Keeps a secret's digest instead of the one before.
pub fn replace(w: &mut Writer<'_>, digest: &str, expires_at: UtcInstant) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(set_up_secrets::table)
        .values((
            set_up_secrets::only_one.eq(ONLY_ONE),
            set_up_secrets::digest.eq(digest),
            set_up_secrets::expires_at.eq(At(expires_at)),
            set_up_secrets::wrong_guesses.eq(0),
        ))
        .on_conflict(set_up_secrets::only_one)
        .do_update()
        .set((
            set_up_secrets::digest.eq(digest),
            set_up_secrets::expires_at.eq(At(expires_at)),
            set_up_secrets::wrong_guesses.eq(0),
        ))
        .execute(c))?;
    Ok(())
}

/// Uses the secret up; false if it is another one or has run out. Of two that use it at once, one
/// does.
pub fn use_up(w: &mut Writer<'_>, digest: &str, now: UtcInstant) -> Result<bool, StoreError> {
    let used = on!(w, c => diesel::delete(set_up_secrets::table
            .filter(set_up_secrets::digest.eq(digest))
            .filter(set_up_secrets::expires_at.gt(At(now))))
        .execute(c))?;
    Ok(used == 1)
}

/// Counts a wrong guess; at `guesses_max` of them the secret is dead.
pub fn guessed_wrong(w: &mut Writer<'_>, guesses_max: i32) -> Result<(), StoreError> {
    on!(w, c => diesel::update(set_up_secrets::table)
        .set(set_up_secrets::wrong_guesses.eq(set_up_secrets::wrong_guesses + 1))
        .execute(c))?;
    on!(w, c => diesel::delete(set_up_secrets::table
            .filter(set_up_secrets::wrong_guesses.ge(guesses_max)))
        .execute(c))?;
    Ok(())
}
