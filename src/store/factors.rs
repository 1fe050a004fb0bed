//! Second factors: apps that make one-time codes, recovery codes, passkeys.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{one_time_code_sources, passkeys, recovery_codes};
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::{PasskeyId, PersonId};
use diesel::prelude::*;

/// An app that makes one-time codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSource {
    /// Its id; its secret is sealed for this place.
    pub id: String,
    /// Its sealed secret.
    pub sealed_secret: String,
    /// When it was added.
    pub added_at: UtcInstant,
    /// When a code of it was last used.
    pub last_used_at: Option<UtcInstant>,
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose it is.
    pub person_id: PersonId,
    /// What its device calls it, as base64url.
    pub credential_id: String,
    /// What its person calls it.
    pub name: String,
    /// Its public key and counter.
    pub credential: String,
    /// When it was added.
    pub added_at: UtcInstant,
    /// When it was last used.
    pub last_used_at: Option<UtcInstant>,
}

/// What somebody can prove themselves with beside a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factors {
    /// Their app, once it has shown its first code.
    pub one_time_codes: Option<CodeSource>,
    /// Their passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// How many recovery codes they have not used.
    pub recovery_codes_left: i64,
}

impl Factors {
    /// How many there are; recovery codes are a way back in, and no factor of their own.
    pub fn count(&self) -> usize {
        self.passkeys.len() + usize::from(self.one_time_codes.is_some())
    }
}

/// Somebody's factors.
pub fn of_person(r: &mut Reader<'_>, person_id: PersonId) -> Result<Factors, StoreError> {
    let recovery_codes_left = on!(r, c => recovery_codes::table
        .filter(recovery_codes::person_id.eq(person_id.to_string()))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(c))?;
    Ok(Factors {
        one_time_codes: source(r, person_id, true)?,
        passkeys: passkeys_of(r, person_id)?,
        recovery_codes_left,
    })
}

/// Somebody's app: the one in use, or the one that waits for its first code.
pub fn source(
    r: &mut Reader<'_>,
    person_id: PersonId,
    in_use: bool,
) -> Result<Option<CodeSource>, StoreError> {
    let found: Option<(String, String, At, Option<At>)> = on!(r, c => one_time_code_sources::table
        .filter(one_time_code_sources::person_id.eq(person_id.to_string()))
        .filter(one_time_code_sources::confirmed_at.is_not_null().eq(in_use))
        .select((
            one_time_code_sources::id,
            one_time_code_sources::sealed_secret,
            one_time_code_sources::added_at,
            one_time_code_sources::last_used_at,
        ))
        .first(c)
        .optional())?;
    Ok(found.map(|(id, sealed_secret, added_at, last_used_at)| CodeSource {
        id,
        sealed_secret,
        added_at: added_at.0,
        last_used_at: last_used_at.map(|at| at.0),
    }))
}

/// Adds an app that waits for its first code, instead of the one that waits now.
pub fn insert_waiting(
    w: &mut Writer<'_>,
    person_id: PersonId,
    it: &CodeSource,
) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(one_time_code_sources::table
            .filter(one_time_code_sources::person_id.eq(person_id.to_string()))
            .filter(one_time_code_sources::confirmed_at.is_null()))
        .execute(c))?;
    on!(w, c => diesel::insert_into(one_time_code_sources::table)
        .values((
            one_time_code_sources::id.eq(&it.id),
            one_time_code_sources::person_id.eq(person_id.to_string()),
            one_time_code_sources::sealed_secret.eq(&it.sealed_secret),
            one_time_code_sources::key_generation.eq(0),
            one_time_code_sources::added_at.eq(At(it.added_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Takes the app into use that waited, with the step of its first code, instead of the one before.
pub fn confirm(
    w: &mut Writer<'_>,
    person_id: PersonId,
    source_id: &str,
    step: i64,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(one_time_code_sources::table
            .filter(one_time_code_sources::person_id.eq(person_id.to_string()))
            .filter(one_time_code_sources::id.ne(source_id)))
        .execute(c))?;
    let confirmed = on!(w, c => diesel::update(one_time_code_sources::table
            .filter(one_time_code_sources::id.eq(source_id))
            .filter(one_time_code_sources::confirmed_at.is_null()))
        .set((
            one_time_code_sources::confirmed_at.eq(At(now)),
            one_time_code_sources::last_step.eq(step),
            one_time_code_sources::last_used_at.eq(At(now)),
        ))
        .execute(c))?;
    if confirmed == 1 { Ok(()) } else { Err(StoreError::Missing("the app that waits")) }
}

/// Uses a step of an app up, in one statement; false if it, or a later one, was used before.
pub fn use_step(
    w: &mut Writer<'_>,
    source_id: &str,
    step: i64,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let used = on!(w, c => diesel::update(one_time_code_sources::table
            .filter(one_time_code_sources::id.eq(source_id))
            .filter(one_time_code_sources::last_step.lt(step)))
        .set((
            one_time_code_sources::last_step.eq(step),
            one_time_code_sources::last_used_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(used == 1)
}

/// Removes somebody's app, also one that waits; false if there is none in use.
pub fn delete_sources(w: &mut Writer<'_>, person_id: PersonId) -> Result<bool, StoreError> {
    let there = source(w, person_id, true)?.is_some();
    on!(w, c => diesel::delete(one_time_code_sources::table
            .filter(one_time_code_sources::person_id.eq(person_id.to_string())))
        .execute(c))?;
    Ok(there)
}

/// Gives somebody this set of recovery codes instead of the one before.
pub fn replace_recovery_codes(
    w: &mut Writer<'_>,
    person_id: PersonId,
    digests: &[String],
    now: UtcInstant,
) -> Result<(), StoreError> {
    delete_recovery_codes(w, person_id)?;
    for digest in digests {
        on!(w, c => diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::digest.eq(digest),
                recovery_codes::person_id.eq(person_id.to_string()),
                recovery_codes::made_at.eq(At(now)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Takes all recovery codes from somebody.
pub fn delete_recovery_codes(w: &mut Writer<'_>, person_id: PersonId) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(recovery_codes::table
            .filter(recovery_codes::person_id.eq(person_id.to_string())))
        .execute(c))?;
    Ok(())
}

/// Uses a recovery code of somebody up, in one statement; false if it is none, or was used.
pub fn use_recovery_code(
    w: &mut Writer<'_>,
    person_id: PersonId,
    digest: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let used = on!(w, c => diesel::update(recovery_codes::table
            .filter(recovery_codes::digest.eq(digest))
            .filter(recovery_codes::person_id.eq(person_id.to_string()))
            .filter(recovery_codes::used_at.is_null()))
        .set(recovery_codes::used_at.eq(At(now)))
        .execute(c))?;
    Ok(used == 1)
}

type PasskeyRow = (String, String, String, String, String, At, Option<At>);

fn passkey(
    (key, person, credential_id, name, credential, added_at, last_used_at): PasskeyRow,
) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: id("a passkey's id", &key)?,
        person_id: id("a passkey's person", &person)?,
        credential_id,
        name,
        credential,
        added_at: added_at.0,
        last_used_at: last_used_at.map(|at| at.0),
    })
}

fn passkeys_of(r: &mut Reader<'_>, person_id: PersonId) -> Result<Vec<Passkey>, StoreError> {
    let rows: Vec<PasskeyRow> = on!(r, c => passkeys::table
        .filter(passkeys::person_id.eq(person_id.to_string()))
        .order(passkeys::id)
        .select(passkeys::all_columns)
        .load(c))?;
    rows.into_iter().map(passkey).collect()
}

/// The passkey that a device calls so.
pub fn find_passkey(
    r: &mut Reader<'_>,
    credential_id: &str,
) -> Result<Option<Passkey>, StoreError> {
    let row: Option<PasskeyRow> = on!(r, c => passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .select(passkeys::all_columns)
        .first(c)
        .optional())?;
    row.map(passkey).transpose()
}

/// Adds a passkey.
pub fn insert_passkey(w: &mut Writer<'_>, it: &Passkey) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(it.id.to_string()),
            passkeys::person_id.eq(it.person_id.to_string()),
            passkeys::credential_id.eq(&it.credential_id),
            passkeys::name.eq(&it.name),
            passkeys::credential.eq(&it.credential),
            passkeys::added_at.eq(At(it.added_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Keeps a passkey's new counter, if nobody has used it since it was read.
pub fn use_passkey(
    w: &mut Writer<'_>,
    read: &Passkey,
    credential: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let used = on!(w, c => diesel::update(passkeys::table
            .filter(passkeys::id.eq(read.id.to_string()))
            .filter(passkeys::credential.eq(&read.credential)))
        .set((passkeys::credential.eq(credential), passkeys::last_used_at.eq(At(now))))
        .execute(c))?;
    Ok(used == 1)
}

/// Removes a passkey of somebody; false if they have none with this id.
pub fn delete_passkey(
    w: &mut Writer<'_>,
    person_id: PersonId,
    passkey_id: PasskeyId,
) -> Result<bool, StoreError> {
    let gone = on!(w, c => diesel::delete(passkeys::table
            .filter(passkeys::id.eq(passkey_id.to_string()))
            .filter(passkeys::person_id.eq(person_id.to_string())))
        .execute(c))?;
    Ok(gone == 1)
}

/// Removes all that somebody has beside a password.
pub fn delete_all(w: &mut Writer<'_>, person_id: PersonId) -> Result<(), StoreError> {
    delete_sources(w, person_id)?;
    delete_recovery_codes(w, person_id)?;
    on!(w, c => diesel::delete(
            passkeys::table.filter(passkeys::person_id.eq(person_id.to_string())))
        .execute(c))?;
    Ok(())
}
