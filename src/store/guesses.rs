//! Wrong guesses at passwords, codes and secrets: what throttling counts, shared by all nodes.

use super::conn::{Conn, Reader, Writer, on};
use super::error::StoreError;
use super::schema::failed_guesses;
use super::types::At;
use crate::clock::UtcInstant;
use diesel::prelude::*;
use uuid::Uuid;

/// Lets nobody else count guesses under this name until the transaction ends, so that of many at
/// once no more pass than may.
pub fn lock(w: &mut Writer<'_>, name: &str) -> Result<(), StoreError> {
    match w.conn() {
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            diesel::sql_query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<diesel::sql_types::Text, _>(name)
                .execute(c)?;
        }
        // The transaction holds the only lock there is.
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

/// When the guesses of this kind from a network were made since an instant, the first first, at
/// most `limit`.
pub fn of_network(
    r: &mut Reader<'_>,
    what: &str,
    network: &str,
    since: UtcInstant,
    limit: i64,
) -> Result<Vec<UtcInstant>, StoreError> {
    let found: Vec<At> = on!(r, c => failed_guesses::table
        .filter(failed_guesses::network.eq(network))
        .filter(failed_guesses::what.eq(what))
        .filter(failed_guesses::guessed_at.gt(At(since)))
        .order(failed_guesses::guessed_at)
        .limit(limit)
        .select(failed_guesses::guessed_at)
        .load(c))?;
    Ok(found.into_iter().map(|at| at.0).collect())
}

/// The same of an account, from networks that its person does not use.
pub fn of_account(
    r: &mut Reader<'_>,
    what: &str,
    account: &str,
    since: UtcInstant,
    limit: i64,
) -> Result<Vec<UtcInstant>, StoreError> {
    let found: Vec<At> = on!(r, c => failed_guesses::table
        .filter(failed_guesses::account.eq(account))
        .filter(failed_guesses::what.eq(what))
        .filter(failed_guesses::guessed_at.gt(At(since)))
        .order(failed_guesses::guessed_at)
        .limit(limit)
        .select(failed_guesses::guessed_at)
        .load(c))?;
    Ok(found.into_iter().map(|at| at.0).collect())
}

/// Counts a guess as wrong, and says by what it can be taken back. `account` is left out for one
/// from a network that its person uses.
pub fn insert(
    w: &mut Writer<'_>,
    what: &str,
    network: &str,
    account: Option<&str>,
    now: UtcInstant,
) -> Result<String, StoreError> {
    let id = Uuid::now_v7().to_string();
    on!(w, c => diesel::insert_into(failed_guesses::table)
        .values((
            failed_guesses::id.eq(&id),
            failed_guesses::what.eq(what),
            failed_guesses::network.eq(network),
            failed_guesses::account.eq(account),
            failed_guesses::guessed_at.eq(At(now)),
        ))
        .execute(c))?;
    Ok(id)
}

/// Takes a guess back that was right.
pub fn delete(w: &mut Writer<'_>, id: &str) -> Result<(), StoreError> {
    on!(w, c => diesel::delete(failed_guesses::table.find(id)).execute(c))?;
    Ok(())
}

/// Forgets guesses that were made before an instant, and says how many.
pub fn delete_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(failed_guesses::table
            .filter(failed_guesses::guessed_at.lt(At(before))))
        .execute(c))?)
}
