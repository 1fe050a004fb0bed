//! API tokens, by their digests.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::api_tokens;
use super::types::{At, id, json, of_json, optional_id};
use crate::access::TokenScope;
use crate::clock::UtcInstant;
use crate::ids::{AgencyId, ApiTokenId, PersonId};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// What its owner calls it.
    pub name: String,
    /// In whose name it acts: somebody, or a machine.
    pub person_id: PersonId,
    /// Their agency when it was made: it is good for that one only.
    pub agency_id: Option<AgencyId>,
    /// What it is good for.
    pub scopes: BTreeSet<TokenScope>,
    /// When it was made.
    pub made_at: UtcInstant,
    /// Who made it.
    pub made_by: PersonId,
    /// The first instant at which it is good no more.
    pub expires_at: UtcInstant,
    /// The last day on which it was used, in UTC.
    pub last_used_on: Option<NaiveDate>,
    /// When it was taken back.
    pub revoked_at: Option<UtcInstant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
struct Row {
    id: String,
    name: String,
    person_id: String,
    agency_id: Option<String>,
    scopes: String,
    made_at: At,
    made_by: String,
    expires_at: At,
    last_used_on: Option<String>,
    revoked_at: Option<At>,
}

impl Row {
    fn into_token(self) -> Result<ApiToken, StoreError> {
        let day = |text: String| {
            text.parse().map_err(|error| StoreError::unreadable("a token's last day", error))
        };
        Ok(ApiToken {
            id: id("a token's id", &self.id)?,
            name: self.name,
            person_id: id("a token's person", &self.person_id)?,
            agency_id: optional_id("a token's agency", self.agency_id.as_deref())?,
            scopes: of_json("a token's scopes", &self.scopes)?,
            made_at: self.made_at.0,
            made_by: id("a token's maker", &self.made_by)?,
            expires_at: self.expires_at.0,
            last_used_on: self.last_used_on.map(day).transpose()?,
            revoked_at: self.revoked_at.map(|at| at.0),
        })
    }
}

/// Keeps a token's digest.
pub fn insert(w: &mut Writer<'_>, it: &ApiToken, digest: &str) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(it.id.to_string()),
            api_tokens::digest.eq(digest),
            api_tokens::name.eq(&it.name),
            api_tokens::person_id.eq(it.person_id.to_string()),
            api_tokens::agency_id.eq(it.agency_id.map(|id| id.to_string())),
            api_tokens::scopes.eq(json("a token's scopes", &it.scopes)?),
            api_tokens::made_at.eq(At(it.made_at)),
            api_tokens::made_by.eq(it.made_by.to_string()),
            api_tokens::expires_at.eq(At(it.expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// A token by its digest.
pub fn find_by_digest(r: &mut Reader<'_>, digest: &str) -> Result<Option<ApiToken>, StoreError> {
    let row: Option<Row> = on!(r, c => api_tokens::table
        .filter(api_tokens::digest.eq(digest))
        .select(Row::as_select())
        .first(c)
        .optional())?;
    row.map(Row::into_token).transpose()
}

/// Somebody's, the first made first.
pub fn of_person(r: &mut Reader<'_>, person_id: PersonId) -> Result<Vec<ApiToken>, StoreError> {
    let rows: Vec<Row> = on!(r, c => api_tokens::table
        .filter(api_tokens::person_id.eq(person_id.to_string()))
        .order(api_tokens::id)
        .select(Row::as_select())
        .load(c))?;
    rows.into_iter().map(Row::into_token).collect()
}

/// Notes the day on which a token was used.
pub fn note_use(
    w: &mut Writer<'_>,
    token_id: ApiTokenId,
    day: NaiveDate,
) -> Result<(), StoreError> {
    on!(w, c => diesel::update(api_tokens::table.find(token_id.to_string()))
        .set(api_tokens::last_used_on.eq(day.to_string()))
        .execute(c))?;
    Ok(())
}

/// Takes somebody's token back; false if there is none that is good.
pub fn revoke(
    w: &mut Writer<'_>,
    person_id: PersonId,
    token_id: ApiTokenId,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let revoked = on!(w, c => diesel::update(api_tokens::table
            .filter(api_tokens::id.eq(token_id.to_string()))
            .filter(api_tokens::person_id.eq(person_id.to_string()))
            .filter(api_tokens::revoked_at.is_null()))
        .set(api_tokens::revoked_at.eq(At(now)))
        .execute(c))?;
    Ok(revoked == 1)
}
