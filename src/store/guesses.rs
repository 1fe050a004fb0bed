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

/// Whose wrong guesses are counted together.
#[derive(Debug, Clone, Copy)]
pub enum CountedBy<'a> {
    /// All from this network.
    Network(&'a str),
    /// All at this account, from networks that its person does not use.
    Account(&'a str),
}

/// When guesses of this kind were made since an instant, the first first, at most `limit`.
pub fn made(
    r: &mut Reader<'_>,
    what: &str,
    by: CountedBy<'_>,
    since: UtcInstant,
    limit: i64,
) -> Result<Vec<UtcInstant>, StoreError> {
    let found: Vec<At> = on!(r, c => {
        let of_kind = failed_guesses::table
            .filter(failed_guesses::what.eq(what))
            .filter(failed_guesses::guessed_at.gt(At(since)))
            .order(failed_guesses::guessed_at)
            .limit(limit)
            .select(failed_guesses::guessed_at)
            .into_boxed();
        let query = match by {
            CountedBy::Network(network) => of_kind.filter(failed_guesses::network.eq(network)),
            CountedBy::Account(account) => of_kind.filter(failed_guesses::account.eq(account)),
        };
        query.load(c)
    })?;
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
