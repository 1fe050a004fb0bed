//! Reading what is counted of cases, for reports: all of it in one pass, in pieces, so that memory
//! does not grow with the number of cases.

use super::Engine;
use crate::clock::UtcInstant;
use crate::ids::{EscalationId, PartnershipId};
use crate::reports::CaseFacts;
use crate::store::reports::{self, FactsPlace};
use crate::store::{Reader, Store, StoreError};
use chrono::TimeDelta;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many cases are read in one transaction.
const PIECE: i64 = 4_000;
/// Into how many times of equal length a period is cut, so that whoever is done first takes the next.
const SLICES: i32 = 32;

/// Which cases' facts are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsAsked {
    /// Of this partnership.
    pub partnership_id: PartnershipId,
    /// Raised within this time.
    pub raised: Range<UtcInstant>,
    /// Without these: they are not there for whoever asks.
    pub hidden: BTreeSet<EscalationId>,
}

/// What facts added up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedFacts<T> {
    /// The sum.
    pub sum: T,
    /// How many cases are in it.
    pub cases_count: u64,
    /// How many are not, because their facts are still to be made or cannot be read.
    pub left_out_count: u64,
}

impl Engine {
    /// Adds up the facts of all cases that are asked for; see [`fold_facts`].
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn fold_facts<T: Send + 'static>(
        &self,
        asked: FactsAsked,
        start: impl Fn() -> T,
        each: impl Fn(&mut T, &CaseFacts) + Send + Sync + 'static,
        merge: impl Fn(T, T) -> T,
    ) -> Result<FoldedFacts<T>, StoreError> {
        fold_facts(self.store(), asked, start, each, merge).await
    }
}

/// Adds up the facts of all cases that are asked for, each once, in no order: two connections read at
/// once, each into a sum of its own that begins with `start`, and `merge` joins the two.
///
/// Pieces are read one after the other, so a case that changes meanwhile is counted as it was before
/// or as it is after. Facts that cannot be read hold up no report: they are counted, and logged once.
///
/// # Errors
/// If the database cannot be read.
pub async fn fold_facts<T: Send + 'static>(
    store: &Store,
    asked: FactsAsked,
    start: impl Fn() -> T,
    each: impl Fn(&mut T, &CaseFacts) + Send + Sync + 'static,
    merge: impl Fn(T, T) -> T,
) -> Result<FoldedFacts<T>, StoreError> {
    let (partnership_id, raised) = (asked.partnership_id, asked.raised.clone());
    let span: Option<_> = store.read(move |r| reports::span(r, partnership_id, &raised)).await?;
    let empty = || FoldedFacts { sum: start(), cases_count: 0, left_out_count: 0 };
    let Some((first, last)) = span else { return Ok(empty()) };
    let slices = slices(first, last);
    let pass = Arc::new(Pass { asked, slices, next: AtomicUsize::new(0), each });
    let (one, other) =
        tokio::try_join!(add_up(store, &pass, empty()), add_up(store, &pass, empty()))?;
    let left_out_count = one.left_out_count + other.left_out_count;
    if left_out_count > 0 {
        tracing::error!(left_out_count, "a report leaves cases out whose facts cannot be read");
    }
    Ok(FoldedFacts {
        sum: merge(one.sum, other.sum),
        cases_count: one.cases_count + other.cases_count,
        left_out_count,
    })
}

/// One pass over the facts, which two share.
struct Pass<E> {
    asked: FactsAsked,
    /// The times that are still to be read, from `next` on.
    slices: Vec<Range<UtcInstant>>,
    next: AtomicUsize,
    each: E,
}

/// The time from the first to the last instant, both with it, in slices.
fn slices(first: UtcInstant, last: UtcInstant) -> Vec<Range<UtcInstant>> {
    let end = last.plus(TimeDelta::microseconds(1));
    let step = end.since(first) / SLICES;
    let cuts = (1..SLICES).map(|number| first.plus(step * number));
    let starts = std::iter::once(first).chain(cuts.clone());
    starts.zip(cuts.chain([end])).map(|(from, until)| from..until).collect()
}

/// Adds up one slice after the other, until none is left.
async fn add_up<T, E>(
    store: &Store,
    pass: &Arc<Pass<E>>,
    mut so_far: FoldedFacts<T>,
) -> Result<FoldedFacts<T>, StoreError>
where
    T: Send + 'static,
    E: Fn(&mut T, &CaseFacts) + Send + Sync + 'static,
{
    while let Some(slice) = pass.slices.get(pass.next.fetch_add(1, Ordering::Relaxed)).cloned() {
        let mut after: Option<FactsPlace> = None;
        loop {
            let (pass, slice) = (Arc::clone(pass), slice.clone());
            let (done, last) =
                store.read(move |r| pass.add_piece(r, &slice, after, so_far)).await?;
            so_far = done;
            if last.is_none() {
                break;
            }
            after = last;
        }
    }
    Ok(so_far)
}

impl<E> Pass<E> {
    /// Adds up one piece; with the place of its last case, if there may be more after it.
    fn add_piece<T>(
        &self,
        r: &mut Reader<'_>,
        slice: &Range<UtcInstant>,
        after: Option<FactsPlace>,
        mut so_far: FoldedFacts<T>,
    ) -> Result<(FoldedFacts<T>, Option<FactsPlace>), StoreError>
    where
        E: Fn(&mut T, &CaseFacts),
    {
        let FactsAsked { partnership_id, hidden, .. } = &self.asked;
        let (mut rows_count, mut last) = (0, None);
        reports::read(r, *partnership_id, slice, (after, PIECE), |row| {
            rows_count += 1;
            if hidden.is_empty() || !hidden.contains(&row.escalation_id()?) {
                match row.facts() {
                    Ok(facts) => {
                        (self.each)(&mut so_far.sum, &facts);
                        so_far.cases_count += 1;
                    }
                    Err(_counted) => so_far.left_out_count += 1,
                }
            }
            last = Some(row);
            Ok(())
        })?;
        let last = last.filter(|_| rows_count == PIECE);
        let last = last.map(|row| reports::place(r, row.escalation_id()?)).transpose()?;
        Ok((so_far, last))
    }
}
