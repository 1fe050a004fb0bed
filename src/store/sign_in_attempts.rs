//! Ways to an identity provider and back, each in one browser and once; and the tickets of those
//! who want to link an account there with theirs here.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{link_tickets, sign_in_attempts};
use super::types::{At, id, optional_id};
use crate::clock::UtcInstant;
use crate::ids::PersonId;
use diesel::prelude::*;

/// One way there and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The digest of its state.
    pub state_digest: String,
    /// The digest of the secret that its browser holds.
    pub browser_digest: String,
    /// The provider's key.
    pub provider: String,
    /// Where to go afterwards.
    pub return_path: String,
    /// The provider must ask afresh.
    pub wants_fresh: bool,
    /// Whose account is to be linked; none to sign in.
    pub links: Option<PersonId>,
    /// When it began.
    pub begun_at: UtcInstant,
    /// When it is too late.
    pub expires_at: UtcInstant,
}

/// Whom a provider named in an attempt that is to link an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Who, there.
    pub subject: String,
    /// The session there.
    pub provider_session: Option<String>,
    /// When they proved who they are.
    pub proved_at: Option<UtcInstant>,
}

/// Begins an attempt.
pub fn insert(w: &mut Writer<'_>, it: &Attempt) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(sign_in_attempts::table)
        .values((
            sign_in_attempts::state_digest.eq(&it.state_digest),
            sign_in_attempts::browser_digest.eq(&it.browser_digest),
            sign_in_attempts::provider.eq(&it.provider),
            sign_in_attempts::return_path.eq(&it.return_path),
            sign_in_attempts::wants_fresh.eq(it.wants_fresh),
            sign_in_attempts::links_person_id.eq(it.links.map(|id| id.to_string())),
            sign_in_attempts::begun_at.eq(At(it.begun_at)),
            sign_in_attempts::expires_at.eq(At(it.expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

type Row = (String, String, String, String, bool, Option<String>, At, At);

fn attempt(row: Row) -> Result<Attempt, StoreError> {
    let (state_digest, browser_digest, provider, return_path, wants_fresh, links, begun, expires) =
        row;
    Ok(Attempt {
        state_digest,
        browser_digest,
        provider,
        return_path,
        wants_fresh,
        links: optional_id("whose account an attempt links", links.as_deref())?,
        begun_at: begun.0,
        expires_at: expires.0,
    })
}

const COLUMNS: (
    sign_in_attempts::state_digest,
    sign_in_attempts::browser_digest,
    sign_in_attempts::provider,
    sign_in_attempts::return_path,
    sign_in_attempts::wants_fresh,
    sign_in_attempts::links_person_id,
    sign_in_attempts::begun_at,
    sign_in_attempts::expires_at,
) = (
    sign_in_attempts::state_digest,
    sign_in_attempts::browser_digest,
    sign_in_attempts::provider,
    sign_in_attempts::return_path,
    sign_in_attempts::wants_fresh,
    sign_in_attempts::links_person_id,
    sign_in_attempts::begun_at,
    sign_in_attempts::expires_at,
);

/// Uses an attempt up, if it is this browser's way to this provider and not too late. Another
/// browser's try leaves it as it is. Of two that come at once, one gets it.
pub fn use_up(
    w: &mut Writer<'_>,
    state_digest: &str,
    browser_digest: &str,
    provider: &str,
    now: UtcInstant,
) -> Result<Option<Attempt>, StoreError> {
    let used = on!(w, c => diesel::update(sign_in_attempts::table
            .filter(sign_in_attempts::state_digest.eq(state_digest))
            .filter(sign_in_attempts::browser_digest.eq(browser_digest))
            .filter(sign_in_attempts::provider.eq(provider))
            .filter(sign_in_attempts::expires_at.gt(At(now)))
            .filter(sign_in_attempts::used_at.is_null()))
        .set(sign_in_attempts::used_at.eq(At(now)))
        .execute(c))?;
    if used == 0 {
        return Ok(None);
    }
    let row: Row = on!(w, c => sign_in_attempts::table
        .find(state_digest)
        .select(COLUMNS)
        .first(c))?;
    attempt(row).map(Some)
}

/// Keeps whom the provider named, until they say that they are to be linked.
pub fn keep(w: &mut Writer<'_>, state_digest: &str, found: &Found) -> Result<(), StoreError> {
    on!(w, c => diesel::update(sign_in_attempts::table.find(state_digest))
        .set((
            sign_in_attempts::subject.eq(&found.subject),
            sign_in_attempts::provider_session.eq(&found.provider_session),
            sign_in_attempts::proved_at.eq(found.proved_at.map(At)),
        ))
        .execute(c))?;
    Ok(())
}

/// Uses up what was kept in this browser.
pub fn use_kept(
    w: &mut Writer<'_>,
    browser_digest: &str,
    now: UtcInstant,
) -> Result<Option<(Attempt, Found)>, StoreError> {
    let used = on!(w, c => diesel::update(sign_in_attempts::table
            .filter(sign_in_attempts::browser_digest.eq(browser_digest))
            .filter(sign_in_attempts::subject.is_not_null())
            .filter(sign_in_attempts::expires_at.gt(At(now)))
            .filter(sign_in_attempts::linked_at.is_null()))
        .set(sign_in_attempts::linked_at.eq(At(now)))
        .execute(c))?;
    if used == 0 {
        return Ok(None);
    }
    let row: Row = on!(w, c => sign_in_attempts::table
        .filter(sign_in_attempts::browser_digest.eq(browser_digest))
        .select(COLUMNS)
        .first(c))?;
    let kept: (Option<String>, Option<String>, Option<At>) = on!(w, c => sign_in_attempts::table
        .filter(sign_in_attempts::browser_digest.eq(browser_digest))
        .select((
            sign_in_attempts::subject,
            sign_in_attempts::provider_session,
            sign_in_attempts::proved_at,
        ))
        .first(c))?;
    let subject = kept.0.ok_or(StoreError::Missing("the subject of an attempt"))?;
    let found = Found { subject, provider_session: kept.1, proved_at: kept.2.map(|at| at.0) };
    Ok(Some((attempt(row)?, found)))
}

/// Makes a ticket for somebody who wants to link an account at a provider.
pub fn insert_ticket(
    w: &mut Writer<'_>,
    digest: &str,
    person_id: PersonId,
    provider: &str,
    expires_at: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(link_tickets::table)
        .values((
            link_tickets::digest.eq(digest),
            link_tickets::person_id.eq(person_id.to_string()),
            link_tickets::provider.eq(provider),
            link_tickets::expires_at.eq(At(expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Uses a ticket up, and says whose it is.
pub fn use_ticket(
    w: &mut Writer<'_>,
    digest: &str,
    provider: &str,
    now: UtcInstant,
) -> Result<Option<PersonId>, StoreError> {
    let used = on!(w, c => diesel::update(link_tickets::table
            .filter(link_tickets::digest.eq(digest))
            .filter(link_tickets::provider.eq(provider))
            .filter(link_tickets::expires_at.gt(At(now)))
            .filter(link_tickets::used_at.is_null()))
        .set(link_tickets::used_at.eq(At(now)))
        .execute(c))?;
    if used == 0 {
        return Ok(None);
    }
    let person: String = on!(w, c => link_tickets::table
        .find(digest)
        .select(link_tickets::person_id)
        .first(c))?;
    id("a ticket's person", &person).map(Some)
}

/// Forgets attempts and tickets that were too late before an instant.
pub fn delete_expired_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(sign_in_attempts::table
            .filter(sign_in_attempts::expires_at.lt(At(before))))
        .execute(c))?;
    on!(w, c => diesel::delete(link_tickets::table.filter(link_tickets::expires_at.lt(At(before))))
        .execute(c))?;
    Ok(())
}

/// How many attempts there are; for tests and for whoever runs the server.
pub fn count(r: &mut Reader<'_>) -> Result<i64, StoreError> {
    Ok(on!(r, c => sign_in_attempts::table.count().get_result(c))?)
}
