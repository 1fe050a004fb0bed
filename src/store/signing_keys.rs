//! Generations of the key that signs access tokens: proposed by one person, approved by another.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::signing_keys;
use super::types::{At, id, optional_id};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;

/// A generation of the signing key, in force once it is approved. Generation 0 is the key file's own
/// and stands in no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// From 1; each rotation has the next.
    pub number: i32,
    /// Under which the key is derived from the key file's.
    pub salt: [u8; 32],
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: UtcInstant,
    /// Who approved it, and when; none while it waits.
    pub approved: Option<(PersonId, UtcInstant)>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct GenerationRow {
    number: i32,
    salt: String,
    proposed_by: String,
    proposed_at: At,
    approved_by: Option<String>,
    approved_at: Option<At>,
}

impl GenerationRow {
    fn into_generation(self) -> Result<Generation, StoreError> {
        // Neither the error nor the log says anything of the salt.
        let unreadable = || StoreError::unreadable("a signing key's salt", "it is not 32 bytes");
        let salt = URL_SAFE_NO_PAD
            .decode(&self.salt)
            .map_err(|_withheld: base64::DecodeError| unreadable())?;
        let approved_by = optional_id("who approved a signing key", self.approved_by.as_deref())?;
        Ok(Generation {
            number: self.number,
            salt: salt.try_into().map_err(|_withheld: Vec<u8>| unreadable())?,
            proposed_by: id("who proposed a signing key", &self.proposed_by)?,
            proposed_at: self.proposed_at.0,
            approved: approved_by.zip(self.approved_at.map(|at| at.0)),
        })
    }
}

/// The generation in force and the one before it, the newest first; empty while the key file's own
/// is in force.
pub fn newest_two_approved(r: &mut Reader<'_>) -> Result<Vec<Generation>, StoreError> {
    let rows: Vec<GenerationRow> = on!(r, c => signing_keys::table
        .filter(signing_keys::approved_at.is_not_null())
        .order(signing_keys::number.desc())
        .limit(2)
        .select(GenerationRow::as_select())
        .load(c))?;
    rows.into_iter().map(GenerationRow::into_generation).collect()
}

/// All generations, the newest first.
pub fn list(r: &mut Reader<'_>) -> Result<Vec<Generation>, StoreError> {
    let rows: Vec<GenerationRow> = on!(r, c => signing_keys::table
        .order(signing_keys::number.desc())
        .select(GenerationRow::as_select())
        .load(c))?;
    rows.into_iter().map(GenerationRow::into_generation).collect()
}

/// Adds a generation that waits for its approval.
///
/// # Errors
/// A unique violation if its number is taken or another one waits.
pub fn insert(w: &mut Writer<'_>, it: &Generation) -> Result<(), StoreError> {
    let row = GenerationRow {
        number: it.number,
        salt: URL_SAFE_NO_PAD.encode(it.salt),
        proposed_by: it.proposed_by.to_string(),
        proposed_at: At(it.proposed_at),
        approved_by: it.approved.map(|(by, _)| by.to_string()),
        approved_at: it.approved.map(|(_, at)| At(at)),
    };
    on!(w, c => diesel::insert_into(signing_keys::table).values(&row).execute(c))?;
    Ok(())
}

/// Approves a generation that waits; from then on it is in force.
///
/// # Errors
/// [`StoreError::Stale`] if it does not wait any more.
pub fn approve(
    w: &mut Writer<'_>,
    number: i32,
    by: PersonId,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let approved = on!(w, c => diesel::update(signing_keys::table
            .filter(signing_keys::number.eq(number))
            .filter(signing_keys::approved_at.is_null()))
        .set((
            signing_keys::approved_by.eq(Some(by.to_string())),
            signing_keys::approved_at.eq(Some(At(now))),
        ))
        .execute(c))?;
    if approved == 1 { Ok(()) } else { Err(StoreError::Stale("the signing key")) }
}
