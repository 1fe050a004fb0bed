//! Sessions and their refresh tokens.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{refresh_tokens, sessions};
use super::types::{At, id, of_word, word};
use crate::access::Proof;
use crate::clock::UtcInstant;
use crate::ids::{PersonId, SessionId};
use chrono::TimeDelta;
use diesel::prelude::*;

/// A signed-in session: the family of its refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub person_id: PersonId,
    /// How its person proved who they are, when it began.
    pub proof: Proof,
    /// When it began.
    pub begun_at: UtcInstant,
    /// When it was last used, to the minute; exactly when it was renewed.
    pub last_used_at: UtcInstant,
    /// When it ends whatever happens.
    pub expires_at: UtcInstant,
    /// When it was ended; none while it lives.
    pub ended_at: Option<UtcInstant>,
}

/// A refresh token, found by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session that it belongs to.
    pub session: Session,
    /// Whether it was used before: then somebody else has it too.
    pub was_used: bool,
}

impl Session {
    /// Whether it is open at `now`, having lain idle for no longer than `idle`.
    pub fn is_live(&self, idle: TimeDelta, now: UtcInstant) -> bool {
        self.ended_at.is_none() && self.expires_at > now && self.last_used_at.plus(idle) > now
    }
}

type SessionRow = (String, String, At, String, At, At, At, Option<At>);

/// In the order of [`SessionRow`].
const COLUMNS: (
    sessions::id,
    sessions::person_id,
    sessions::proved_at,
    sessions::proved_by,
    sessions::created_at,
    sessions::last_used_at,
    sessions::expires_at,
    sessions::ended_at,
) = (
    sessions::id,
    sessions::person_id,
    sessions::proved_at,
    sessions::proved_by,
    sessions::created_at,
    sessions::last_used_at,
    sessions::expires_at,
    sessions::ended_at,
);

fn session(
    (session, person, proved, by, begun, last_used, expires, ended): SessionRow,
) -> Result<Session, StoreError> {
    Ok(Session {
        id: id("a session's id", &session)?,
        person_id: id("a session's person", &person)?,
        proof: Proof { at: proved.0, by: of_word("a session's proof", &by)? },
        begun_at: begun.0,
        last_used_at: last_used.0,
        expires_at: expires.0,
        ended_at: ended.map(|at| at.0),
    })
}

/// Begins a session with its first refresh token.
pub fn insert(w: &mut Writer<'_>, it: &Session, token_digest: &str) -> Result<(), StoreError> {
    insert_session(w, it)?;
    insert_token(w, it.id, token_digest, it.last_used_at)
}

/// Begins a session that something else than a refresh token stands for.
pub(super) fn insert_session(w: &mut Writer<'_>, it: &Session) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(it.id.to_string()),
            sessions::person_id.eq(it.person_id.to_string()),
            sessions::created_at.eq(At(it.begun_at)),
            sessions::proved_at.eq(At(it.proof.at)),
            sessions::proved_by.eq(word("a session's proof", &it.proof.by)?),
            sessions::last_used_at.eq(At(it.last_used_at)),
            sessions::expires_at.eq(At(it.expires_at)),
        ))
        .execute(c))?;
    Ok(())
}

fn insert_token(
    w: &mut Writer<'_>,
    session_id: SessionId,
    digest: &str,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest),
            refresh_tokens::session_id.eq(session_id.to_string()),
            refresh_tokens::issued_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(())
}

/// A session.
pub fn find(r: &mut Reader<'_>, session_id: SessionId) -> Result<Option<Session>, StoreError> {
    let row: Option<SessionRow> = on!(r, c => sessions::table
        .find(session_id.to_string())
        .select(COLUMNS)
        .first(c)
        .optional())?;
    row.map(session).transpose()
}

/// Uses a refresh token up, and says what it was; none if there is no such token. Of two that use
/// it at once, one finds it used.
pub fn use_token(
    w: &mut Writer<'_>,
    digest: &str,
    now: UtcInstant,
) -> Result<Option<RefreshToken>, StoreError> {
    let found: Option<String> = on!(w, c => refresh_tokens::table
        .find(digest)
        .select(refresh_tokens::session_id)
        .first(c)
        .optional())?;
    let Some(session_id) = found else {
        return Ok(None);
    };
    let used = on!(w, c => diesel::update(refresh_tokens::table
            .filter(refresh_tokens::digest.eq(digest))
            .filter(refresh_tokens::used_at.is_null()))
        .set(refresh_tokens::used_at.eq(At(now)))
        .execute(c))?;
    let session = find(w, id("a token's session", &session_id)?)?
        .ok_or(StoreError::Missing("the token's session"))?;
    Ok(Some(RefreshToken { session, was_used: used == 0 }))
}

/// Goes on with a session under a new refresh token.
pub fn renew(
    w: &mut Writer<'_>,
    session_id: SessionId,
    token_digest: &str,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::update(sessions::table.find(session_id.to_string()))
        .set(sessions::last_used_at.eq(At(now)))
        .execute(c))?;
    insert_token(w, session_id, token_digest, now)
}

/// Ends a session; its access tokens die with it. False if it had ended before.
pub fn end(w: &mut Writer<'_>, session_id: SessionId, now: UtcInstant) -> Result<bool, StoreError> {
    let ended = on!(w, c => diesel::update(sessions::table
            .filter(sessions::id.eq(session_id.to_string()))
            .filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(At(now)))
        .execute(c))?;
    Ok(ended == 1)
}

/// The sessions of somebody that were neither ended nor ran out, the newest first.
pub fn of_person(
    r: &mut Reader<'_>,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> = on!(r, c => sessions::table
        .filter(sessions::person_id.eq(person_id.to_string()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(At(now)))
        .order(sessions::id.desc())
        .select(COLUMNS)
        .load(c))?;
    rows.into_iter().map(session).collect()
}

/// Remembers that a session was used.
pub fn touch(w: &mut Writer<'_>, session_id: SessionId, now: UtcInstant) -> Result<(), StoreError> {
    on!(w, c => diesel::update(sessions::table
            .filter(sessions::id.eq(session_id.to_string()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::last_used_at.lt(At(now))))
        .set(sessions::last_used_at.eq(At(now)))
        .execute(c))?;
    Ok(())
}

/// Ends all sessions of somebody but this one, and says how many.
pub fn end_all_of(
    w: &mut Writer<'_>,
    person_id: PersonId,
    but: Option<SessionId>,
    now: UtcInstant,
) -> Result<usize, StoreError> {
    let but = but.map(|id| id.to_string()).unwrap_or_default();
    Ok(on!(w, c => diesel::update(sessions::table
            .filter(sessions::person_id.eq(person_id.to_string()))
            .filter(sessions::id.ne(&but))
            .filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(At(now)))
        .execute(c))?)
}

/// Forgets sessions that expired before an instant, and says how many.
pub fn delete_expired_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    let old = sessions::expires_at.lt(At(before));
    on!(w, c => diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(
            sessions::table.filter(old).select(sessions::id))))
        .execute(c))?;
    Ok(on!(w, c => diesel::delete(sessions::table.filter(sessions::expires_at.lt(At(before))))
        .execute(c))?)
}
