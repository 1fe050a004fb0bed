//! Which slot of which time-of-day job was run.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::job_runs;
use super::types::At;
use crate::clock::UtcInstant;
use diesel::prelude::*;

/// The latest slot of a job that was run.
pub fn last_slot(r: &mut Reader<'_>, job: &str) -> Result<Option<UtcInstant>, StoreError> {
    let slot: Option<At> = on!(r, c => job_runs::table
        .filter(job_runs::job.eq(job))
        .order(job_runs::slot_at.desc())
        .select(job_runs::slot_at)
        .first(c)
        .optional())?;
    Ok(slot.map(|at| at.0))
}

/// Claims a slot of a job for this transaction; false if it was run already.
pub fn claim(
    w: &mut Writer<'_>,
    job: &str,
    slot_at: UtcInstant,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let inserted = on!(w, c => diesel::insert_into(job_runs::table)
        .values((
            job_runs::job.eq(job),
            job_runs::slot_at.eq(At(slot_at)),
            job_runs::ran_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Forgets a job's slots before an instant, and says how many. Never its latest: without that one,
/// a job that runs more rarely would look as if it never had.
pub fn delete_before(
    w: &mut Writer<'_>,
    job: &str,
    before: UtcInstant,
) -> Result<usize, StoreError> {
    let Some(last) = last_slot(w, job)? else { return Ok(0) };
    Ok(on!(w, c => diesel::delete(job_runs::table
            .filter(job_runs::job.eq(job))
            .filter(job_runs::slot_at.lt(At(before.min(last)))))
        .execute(c))?)
}
