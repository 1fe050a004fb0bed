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

/// Forgets nodes that were not here since an instant, and says how many.
pub fn delete_before(w: &mut Writer<'_>, before: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(nodes::table.filter(nodes::seen_at.lt(At(before)))).execute(c))?)
}

/// Forgets what was recorded by a clock that showed a later time than this one, and says how many.
pub fn delete_after(w: &mut Writer<'_>, after: UtcInstant) -> Result<usize, StoreError> {
    Ok(on!(w, c => diesel::delete(nodes::table.filter(nodes::seen_at.gt(At(after)))).execute(c))?)
}
