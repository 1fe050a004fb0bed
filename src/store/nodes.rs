//! Which nodes run on this database, and what time it is by the one clock that all of them share.

use super::conn::{Conn, Reader, Writer, on};
use super::error::StoreError;
use super::schema::nodes;
use super::types::At;
use crate::clock::UtcInstant;
use diesel::prelude::*;

/// The database server's time; none on SQLite, which has no clock but this machine's.
///
/// Differs by database because only PostgreSQL is another machine.
pub fn time(r: &mut Reader<'_>) -> Result<Option<UtcInstant>, StoreError> {
    match r.conn() {
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            let now: chrono::DateTime<chrono::Utc> =
                diesel::select(diesel::dsl::sql::<diesel::sql_types::Timestamptz>(
                    "clock_timestamp()",
                ))
                .get_result(c)?;
            Ok(Some(UtcInstant::new(now)))
        }
        Conn::Sqlite(_) => Ok(None),
    }
}

/// Records that a node was here.
pub fn seen(
    w: &mut Writer<'_>,
    id: &str,
    started_at: UtcInstant,
    now: UtcInstant,
) -> Result<(), StoreError> {
    on!(w, c => diesel::insert_into(nodes::table)
        .values((nodes::id.eq(id), nodes::started_at.eq(At(started_at)), nodes::seen_at.eq(At(now))))
        .on_conflict(nodes::id)
        .do_update()
        .set(nodes::seen_at.eq(At(now)))
        .execute(c))?;
    Ok(())
}

/// When any node was here last.
pub fn latest_seen_at(r: &mut Reader<'_>) -> Result<Option<UtcInstant>, StoreError> {
    let at: Option<At> = on!(r, c => nodes::table
        .order(nodes::seen_at.desc())
        .select(nodes::seen_at)
        .first(c)
        .optional())?;
    Ok(at.map(|at| at.0))
}

/// A server process that runs on this database, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id, another one with each start.
    pub id: String,
    /// When it started.
    pub started_at: UtcInstant,
    /// When it was here last.
    pub seen_at: UtcInstant,
}

/// The nodes that were here last, the latest first; at most `limit`.
pub fn list(r: &mut Reader<'_>, limit: i64) -> Result<Vec<Node>, StoreError> {
    let rows: Vec<(String, At, At)> = on!(r, c => nodes::table
        .order(nodes::seen_at.desc())
        .limit(limit)
        .select((nodes::id, nodes::started_at, nodes::seen_at))
        .load(c))?;
    let node =
        |(id, started, seen): (String, At, At)| Node { id, started_at: started.0, seen_at: seen.0 };
    Ok(rows.into_iter().map(node).collect())
}

/// Forgets nodes that were not here since an instant, and says how many.
pub fn delete_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(nodes::table.filter(nodes::seen_at.lt(At(before)))).execute(c))?)
}

/// Forgets what was recorded by a clock that showed a later time than this one, and says how many.
pub fn delete_after(w: &mut Writer<'_>, after: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(nodes::table.filter(nodes::seen_at.gt(At(after)))).execute(c))?)
}
