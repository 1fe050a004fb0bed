//! The sessions that a browser's cookie stands for, found by the cookie's digest; which session at
//! a provider they came of; and the logout tokens that ended some.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{browser_sessions, logout_tokens, refresh_tokens, sessions};
use super::sessions::{Session, find, insert_session};
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::ids::{PersonId, SessionId};
use diesel::prelude::*;

/// Where a session's person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInAt {
    /// The provider.
    pub issuer: String,
    /// Who, there.
    pub subject: String,
    /// The session there, if it has a name.
    pub provider_session: Option<String>,
}

/// Begins a session with its cookie.
pub fn insert(
    w: &mut Writer<'_>,
    it: &Session,
    cookie_digest: &str,
    at: &SignedInAt,
) -> Result<(), StoreError> {
    insert_session(w, it)?;
    on!(w, c => diesel::insert_into(browser_sessions::table)
        .values((
            browser_sessions::cookie_digest.eq(cookie_digest),
            browser_sessions::session_id.eq(it.id.to_string()),
            browser_sessions::issuer.eq(Some(&at.issuer)),
            browser_sessions::subject.eq(Some(&at.subject)),
            browser_sessions::provider_session.eq(&at.provider_session),
        ))
        .execute(c))?;
    Ok(())
}

/// Hands a session that has just begun over to a browser: its cookie stands for it, and its refresh
/// token for nothing any more.
pub fn hand_over(
    w: &mut Writer<'_>,
    session_id: SessionId,
    cookie_digest: &str,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(browser_sessions::table)
        .values((
            browser_sessions::cookie_digest.eq(cookie_digest),
            browser_sessions::session_id.eq(session_id.to_string()),
        ))
        .execute(c))?;
    on!(w, c => diesel::delete(refresh_tokens::table
            .filter(refresh_tokens::session_id.eq(session_id.to_string())))
        .execute(c))?;
    Ok(())
}

/// The session of a cookie.
pub fn find_by_cookie(
    r: &mut Reader<'_>,
    cookie_digest: &str,
) -> Result<Option<Session>, StoreError> {
    let found: Option<String> = on!(r, c => browser_sessions::table
        .find(cookie_digest)
        .select(browser_sessions::session_id)
        .first(c)
        .optional())?;
    let Some(session_id) = found else { return Ok(None) };
    find(r, id("a cookie's session", &session_id)?)
}

/// Which sessions are meant.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All of somebody at a provider.
    Subject(&'a str),
    /// One session there, of whomever.
    Session(&'a str),
    /// One session there, of somebody; and sessions of theirs whose name there is not known.
    SubjectAndSession(&'a str, &'a str),
}

/// Ends the sessions that came of a provider's, and says how many.
pub fn end_of(
    w: &mut Writer<'_>,
    issuer: &str,
    which: Which<'_>,
    now: UtcInstant,
) -> Result<usize, StoreError> {
    let ids: Vec<String> = on!(w, c => {
        let query = browser_sessions::table
            .filter(browser_sessions::issuer.eq(issuer))
            .select(browser_sessions::session_id)
            .into_boxed();
        match which {
            Which::Subject(subject) => query.filter(browser_sessions::subject.eq(subject)),
            Which::Session(session) => {
                query.filter(browser_sessions::provider_session.eq(session))
            }
            Which::SubjectAndSession(subject, session) => query
                .filter(browser_sessions::subject.eq(subject))
                .filter(
                    browser_sessions::provider_session
                        .eq(session)
                        .or(browser_sessions::provider_session.is_null())
                        .assume_not_null(),
                ),
        }
        .load(c)
    })?;
    Ok(on!(w, c => diesel::update(sessions::table
            .filter(sessions::id.eq_any(&ids))
            .filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(At(now)))
        .execute(c))?)
}

/// Ends the sessions that somebody began at a provider as this subject.
pub fn end_of_identity(
    w: &mut Writer<'_>,
    person_id: PersonId,
    (issuer, subject): (&str, &str),
    now: UtcInstant,
) -> Result<(), StoreError> {
    let ids: Vec<String> = on!(w, c => browser_sessions::table
        .filter(browser_sessions::issuer.eq(issuer))
        .filter(browser_sessions::subject.eq(subject))
        .select(browser_sessions::session_id)
        .load(c))?;
    on!(w, c => diesel::update(sessions::table
            .filter(sessions::id.eq_any(&ids))
            .filter(sessions::person_id.eq(person_id.to_string()))
            .filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(At(now)))
        .execute(c))?;
    Ok(())
}

/// Takes a logout token in; false if it was taken in before.
pub fn take_logout_token(
    w: &mut Writer<'_>,
    issuer: &str,
    jti: &str,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let inserted = on!(w, c => diesel::insert_into(logout_tokens::table)
        .values((
            logout_tokens::issuer.eq(issuer),
            logout_tokens::jti.eq(jti),
            logout_tokens::seen_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Forgets logout tokens that were taken in before an instant: they are too old to come again.
pub fn delete_logout_tokens_before(
    w: &mut Writer<'_>,
    before: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(logout_tokens::table.filter(logout_tokens::seen_at.lt(At(before))))
        .execute(c))?;
    Ok(())
}
