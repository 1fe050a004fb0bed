//! People at identity providers: issuer and subject, and whose account they are linked with.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::identities;
use super::types::{At, id, optional_id};
use crate::clock::UtcInstant;
use crate::ids::{IdentityId, PersonId};
use diesel::prelude::*;

/// Somebody at an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The provider's key when it was linked.
    pub provider: String,
    /// The provider, to the letter.
    pub issuer: String,
    /// Who, at that issuer.
    pub subject: String,
    /// Whose account it is linked with.
    pub person_id: PersonId,
    /// When it was linked.
    pub linked_at: UtcInstant,
    /// Who linked it.
    pub linked_by: Option<PersonId>,
    /// When it last signed somebody in.
    pub last_used_at: Option<UtcInstant>,
}

type Row = (String, String, String, String, String, At, Option<String>, Option<At>);

fn identity(row: Row) -> Result<Identity, StoreError> {
    let (its_id, provider, issuer, subject, person, linked, by, used) = row;
    Ok(Identity {
        id: id("an identity's id", &its_id)?,
        provider,
        issuer,
        subject,
        person_id: id("an identity's person", &person)?,
        linked_at: linked.0,
        linked_by: optional_id("who linked an identity", by.as_deref())?,
        last_used_at: used.map(|at| at.0),
    })
}

/// Whoever this is.
pub fn find(
    r: &mut Reader<'_>,
    issuer: &str,
    subject: &str,
) -> Result<Option<Identity>, StoreError> {
    let row: Option<Row> = on!(r, c => identities::table
        .filter(identities::issuer.eq(issuer))
        .filter(identities::subject.eq(subject))
        .first(c)
        .optional())?;
    row.map(identity).transpose()
}

/// Somebody's, in the order of their linking.
pub fn of_person(r: &mut Reader<'_>, person_id: PersonId) -> Result<Vec<Identity>, StoreError> {
    let rows: Vec<Row> = on!(r, c => identities::table
        .filter(identities::person_id.eq(person_id.to_string()))
        .order(identities::id)
        .load(c))?;
    rows.into_iter().map(identity).collect()
}

/// Links one; a unique violation if it is linked already.
pub fn insert(w: &mut Writer<'_>, it: &Identity) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(identities::table)
        .values((
            identities::id.eq(it.id.to_string()),
            identities::provider.eq(&it.provider),
            identities::issuer.eq(&it.issuer),
            identities::subject.eq(&it.subject),
            identities::person_id.eq(it.person_id.to_string()),
            identities::linked_at.eq(At(it.linked_at)),
            identities::linked_by.eq(it.linked_by.map(|by| by.to_string())),
            identities::last_used_at.eq(it.last_used_at.map(At)),
        ))
        .execute(c))?;
    Ok(())
}

/// Notes that one signed somebody in.
pub fn note_use(
    w: &mut Writer<'_>,
    identity_id: IdentityId,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::update(identities::table.find(identity_id.to_string()))
        .set(identities::last_used_at.eq(At(now)))
        .execute(c))?;
    Ok(())
}

/// Takes a link back, and says what it was.
pub fn delete(
    w: &mut Writer<'_>,
    person_id: PersonId,
    identity_id: IdentityId,
) -> Result<Option<Identity>, StoreError> {
    let all = of_person(w, person_id)?;
    let found = all.into_iter().find(|identity| identity.id == identity_id);
    if found.is_some() {
        on!(w, c => diesel::delete(identities::table.find(identity_id.to_string())).execute(c))?;
    }
    Ok(found)
}
