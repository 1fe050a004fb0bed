//! Proving every timeline: nothing changed, nothing missing, and the stored state is what it adds
//! up to.

use super::Engine;
use crate::ids::EscalationId;
use crate::store::{Reader, Store, StoreError, escalations, projections, timeline};
use crate::timeline::{self as chain, Break};

/// How many cases are read in one transaction.
const PAGE: i64 = 100;

/// What became of verifying a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The case.
    pub escalation_id: EscalationId,
    /// Its reference.
    pub reference: String,
    /// The first thing that is wrong.
    pub broken: Break,
}

/// What became of verifying all cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many cases there are.
    pub cases_count: u64,
    /// How many entries they have.
    pub entries_count: u64,
    /// Those that are broken.
    pub broken: Vec<Verdict>,
}

impl Engine {
    /// Walks every case.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn verify_timelines(&self) -> Result<Verified, StoreError> {
        verify_timelines(self.store()).await
    }
}

/// Walks every case of a database, which need not be a running server's.
///
/// # Errors
/// If the database cannot be read.
pub async fn verify_timelines(store: &Store) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    let mut after = None;
    loop {
        let page: Vec<Checked> = store.read(move |r| check_page(r, after)).await?;
        let Some(last) = page.last() else { return Ok(verified) };
        after = Some(last.escalation_id);
        for checked in page {
            verified.cases_count += 1;
            verified.entries_count += checked.entries_count;
            if let Some(broken) = checked.broken {
                let Checked { escalation_id, reference, .. } = checked;
                verified.broken.push(Verdict { escalation_id, reference, broken });
            }
        }
    }
}

struct Checked {
    escalation_id: EscalationId,
    reference: String,
    entries_count: u64,
    broken: Option<Break>,
}

fn check_page(r: &mut Reader<'_>, after: Option<EscalationId>) -> Result<Vec<Checked>, StoreError> {
    let ids = escalations::ids_after(r, after, PAGE)?;
    ids.into_iter().map(|which| check(r, which)).collect()
}

fn check(r: &mut Reader<'_>, which: EscalationId) -> Result<Checked, StoreError> {
    let entries = match timeline::list(r, which, 0, i64::MAX) {
        Ok(entries) => entries,
        Err(StoreError::Unreadable { .. }) => return Ok(unreadable(which)),
        Err(error) => return Err(error),
    };
    let stored = match escalations::find(r, which) {
        Ok(Some(stored)) => stored,
        Ok(None) | Err(StoreError::Unreadable { .. }) => return Ok(unreadable(which)),
        Err(error) => return Err(error),
    };
    let kinds = timeline::kinds(r, which)?;
    let head = entries.last().map(|entry| entry.hash.as_str());
    let broken = match chain::verify(&entries) {
        Err(broken) => Some(broken),
        // Entries that were cut off at the end leave a chain that is whole: the stored head tells.
        Ok(_) if head != Some(stored.head_hash.as_str()) => Some(Break::StateDiffers("head")),
        Ok(_) if !entries.iter().map(|entry| entry.event.kind()).eq(&kinds) => {
            Some(Break::StateDiffers("kind of an entry"))
        }
        Ok(folded) if folded != stored.escalation => Some(Break::StateDiffers("state")),
        Ok(_) => projections::differing(r, &stored)?.map(Break::StateDiffers),
    };
    Ok(Checked {
        escalation_id: which,
        reference: stored.escalation.reference,
        entries_count: u64::try_from(entries.len()).unwrap_or(u64::MAX),
        broken,
    })
}

fn unreadable(which: EscalationId) -> Checked {
    Checked {
        escalation_id: which,
        reference: which.to_string(),
        entries_count: 0,
        broken: Some(Break::StateDiffers("state or an entry (it cannot be read)")),
    }
}
