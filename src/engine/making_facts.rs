//! Making what is counted of cases anew from their timelines, and proving that what is kept is that.

use super::Engine;
use super::keeping_facts::{Measuring, made_anew};
use super::policies::PolicyShelf;
use crate::escalation::Escalation;
use crate::ids::EscalationId;
use crate::store::reports::{self, WhyNoFacts};
use crate::store::{Reader, Store, StoreError, Writer, escalations, timeline};
use crate::timeline::Entry;

/// How many cases are made in one transaction: as of those that are due, so that whoever wants to
/// write meanwhile does not wait.
const CASES_TOGETHER: i64 = 25;
/// How many cases are compared in one transaction.
const PAGE: i64 = 100;

/// What became of making facts anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FactsMade {
    /// Of how many cases they were made.
    pub made_count: u64,
    /// Of how many they could not be: what is stored of them cannot be read.
    pub failed_count: u64,
}

/// What became of comparing the facts that are kept with the timelines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactsVerified {
    /// How many cases there are, drafts among them.
    pub cases_count: u64,
    /// Of how many the facts are still to be made: the server does it at its next start.
    pub to_make_count: u64,
    /// The cases whose facts are not what their timelines say, by their references, each with what is
    /// wrong.
    pub differing: Vec<(String, &'static str)>,
}

/// Which cases are next: after one of them, so many at the most.
type WhichCases =
    fn(&mut Reader<'_>, Option<EscalationId>, i64) -> Result<Vec<EscalationId>, StoreError>;

impl Engine {
    /// Makes the facts that are still to be made: those of cases from before facts were kept, and of
    /// those whose timelines could not be read.
    ///
    /// # Errors
    /// If the database cannot be read or written. What cannot be made is left.
    pub async fn catch_up_facts(&self) -> Result<FactsMade, StoreError> {
        let made = self.make_facts(reports::to_make).await?;
        if made.made_count > 0 {
            tracing::info!(made_count = made.made_count, "made the facts that reports count");
        }
        Ok(made)
    }

    /// Makes the facts of all cases anew, whatever is kept.
    ///
    /// # Errors
    /// As [`Engine::catch_up_facts`].
    pub async fn rebuild_facts(&self) -> Result<FactsMade, StoreError> {
        self.make_facts(escalations::ids_after).await
    }

    async fn make_facts(&self, which: WhichCases) -> Result<FactsMade, StoreError> {
        let mut made = FactsMade::default();
        let mut after = None;
        loop {
            let engine = self.clone();
            let (last, batch): (Option<EscalationId>, FactsMade) = self
                .store()
                .write(move |w| {
                    let together = which(w, after, CASES_TOGETHER)?;
                    let last = together.last().copied();
                    Ok::<_, StoreError>((last, make_together(&engine.inner.policies, w, together)?))
                })
                .await?;
            made.made_count += batch.made_count;
            made.failed_count += batch.failed_count;
            let Some(last) = last else { return Ok(made) };
            after = Some(last);
        }
    }
}

fn make_together(
    shelf: &PolicyShelf,
    w: &mut Writer<'_>,
    cases: Vec<EscalationId>,
) -> Result<FactsMade, StoreError> {
    let mut made = FactsMade::default();
    for which in cases {
        let it = match escalations::lock(w, which) {
            Ok(Some(stored)) => stored.escalation,
            Ok(None) => continue,
            Err(error) if error.is_about_what_is_stored() => {
                tracing::error!(
                    escalation_id = %which, %error,
                    "a case cannot be read, and its facts are left as they are"
                );
                made.failed_count += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        if it.raised_at.is_none() {
            continue;
        }
        let kept = reports::find(w, which)?.and_then(|kept| kept.facts.ok());
        let measuring = Measuring::of(shelf, w, &it, kept.as_ref())?;
        let facts = made_anew(w, measuring, &it)?;
        if facts.are_known() {
            made.made_count += 1
        } else {
            made.failed_count += 1
        }
        facts.save(w, &it)?;
    }
    Ok(made)
}

/// Compares the facts that are kept of every case with its timeline, in a database that need not be a
/// running server's.
///
/// # Errors
/// If the database cannot be read.
pub async fn verify_facts(store: &Store) -> Result<FactsVerified, StoreError> {
    let mut verified = FactsVerified::default();
    let mut after = None;
    loop {
        let page: Vec<Compared> = store.read(move |r| compare_page(r, after)).await?;
        let Some(last) = page.last() else { return Ok(verified) };
        after = Some(last.escalation_id);
        for compared in page {
            verified.cases_count += 1;
            match compared.facts {
                Facts::Hold => {}
                Facts::ToBeMade => verified.to_make_count += 1,
                Facts::Differ(what) => verified.differing.push((compared.reference, what)),
            }
        }
    }
}

struct Compared {
    escalation_id: EscalationId,
    reference: String,
    facts: Facts,
}

/// How the facts that are kept of a case stand to its timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facts {
    Hold,
    ToBeMade,
    /// With what is wrong.
    Differ(&'static str),
}

fn compare_page(
    r: &mut Reader<'_>,
    after: Option<EscalationId>,
) -> Result<Vec<Compared>, StoreError> {
    let shelf = PolicyShelf::default();
    let ids = escalations::ids_after(r, after, PAGE)?;
    let mut page = Vec::with_capacity(ids.len());
    for which in ids {
        let read = escalations::find(r, which)
            .and_then(|stored| Ok((stored, timeline::list(r, which, 0, i64::MAX)?)));
        let (reference, facts) = match read {
            Ok((Some(stored), entries)) => {
                let facts = compare(&shelf, r, &stored.escalation, &entries)?;
                (stored.escalation.reference, facts)
            }
            Ok((None, _)) => continue,
            Err(error) if error.is_about_what_is_stored() => {
                let what = "its state or its timeline cannot be read";
                (which.to_string(), Facts::Differ(what))
            }
            Err(error) => return Err(error),
        };
        page.push(Compared { escalation_id: which, reference, facts });
    }
    Ok(page)
}

/// Compares the facts that are kept of a case with what its timeline says.
pub(super) fn compare(
    shelf: &PolicyShelf,
    r: &mut Reader<'_>,
    it: &Escalation,
    entries: &[Entry],
) -> Result<Facts, StoreError> {
    let kept = reports::find(r, it.id)?;
    let Some(kept) = kept else {
        let missing = it.raised_at.is_some();
        let what = "no facts are kept of it";
        return Ok(if missing { Facts::Differ(what) } else { Facts::Hold });
    };
    let facts = match kept.facts {
        Ok(facts) => facts,
        Err(WhyNoFacts::ToBeMade) => return Ok(Facts::ToBeMade),
        Err(WhyNoFacts::Unreadable(_)) => {
            return Ok(Facts::Differ("the facts that are kept of it cannot be read"));
        }
    };
    if kept.case_version != it.version {
        return Ok(Facts::Differ("the facts that are kept of it are of another version"));
    }
    let measuring = Measuring::of(shelf, r, it, Some(&facts))?;
    let made = match measuring.fold(r, entries) {
        Ok(folding) => folding.facts(),
        Err(error) if error.is_about_what_is_stored() => None,
        Err(error) => return Err(error),
    };
    let what = "the facts that are kept of it are not what its timeline says";
    Ok(if made == Some(facts) { Facts::Hold } else { Facts::Differ(what) })
}
