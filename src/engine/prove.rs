//! Proving a whole database, offline: the invariants that can be asked of what is stored. Every
//! trial of the battery ends with it (docs/reliability.md).

use super::making_facts::{Facts, compare};
use super::policies::PolicyShelf;
use super::publishing::text_sha256;
use super::verify::verify_timelines;
use crate::escalation::{Event, PolicyRef};
use crate::ids::EscalationId;
use crate::store::proving::{self, AnswerPlace, PinnedText};
use crate::store::{Reader, Store, StoreError, escalations, timeline};
use crate::timeline::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many rows are read in one transaction.
const PAGE: i64 = 100;
/// More breaches than this are of one cause: the first ones tell.
const BREACHES_MAX: usize = 100;

/// A promise of the record, by its name in docs/reliability.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// I1: what was answered is there.
    Durable,
    /// I2: a transition's state, entries, deadline and messages are there all or none.
    Whole,
    /// I3: a stage is entered once a round; stays are numbered without gaps.
    Once,
    /// I8: the chain holds, and the stored state is what it adds up to.
    Provable,
    /// I9: a case goes by the policy version that its timeline says, as it was when it was loaded.
    Pinned,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Durable => "I1 (what was answered is there)",
            Self::Whole => "I2 (all of a transition or none)",
            Self::Once => "I3 (each stage once)",
            Self::Provable => "I8 (the record adds up)",
            Self::Pinned => "I9 (under its own policy version)",
        })
    }
}

/// A record that breaks a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which promise.
    pub invariant: Invariant,
    /// Which record: a reference or an id.
    pub record: String,
    /// What is wrong; never the content.
    pub what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.invariant, self.record, self.what)
    }
}

/// What became of proving a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// How many cases there are.
    pub cases_count: u64,
    /// How many entries they have.
    pub entries_count: u64,
    /// How many kept answers were looked up.
    pub answers_count: u64,
    /// Of how many cases what reports count is still to be made: none but after an upgrade, or where a
    /// timeline could not be read.
    pub facts_to_make_count: u64,
    /// What is broken, the first found first; at most a hundred.
    pub breaches: Vec<Breach>,
}

impl Proof {
    fn add(&mut self, invariant: Invariant, record: impl Into<String>, what: impl Into<String>) {
        if self.breaches.len() < BREACHES_MAX {
            self.breaches.push(Breach { invariant, record: record.into(), what: what.into() });
        }
    }
}

/// Proves I1, I2, I3, I8 and I9 of everything in a database, which need not be a running server's.
///
/// # Errors
/// If the database cannot be read. What is broken in it is no error.
pub async fn prove(store: &Store) -> Result<Proof, StoreError> {
    let mut proof = Proof::default();
    let verified = verify_timelines(store).await?;
    proof.cases_count = verified.cases_count;
    proof.entries_count = verified.entries_count;
    for verdict in &verified.broken {
        proof.add(Invariant::Provable, &verdict.reference, verdict.broken.to_string());
    }
    prove_references(store, &mut proof).await?;
    prove_policies(store, &mut proof).await?;
    prove_cases(store, &mut proof).await?;
    prove_answers(store, &mut proof).await?;
    Ok(proof)
}

/// I1: every reference that was given out belongs to a case. A case whose rows are all gone leaves a
/// hole here and nowhere else.
async fn prove_references(store: &Store, proof: &mut Proof) -> Result<(), StoreError> {
    let missing: Vec<String> = store.read(proving::missing_references).await?;
    for reference in missing {
        proof.add(Invariant::Durable, reference, "was given out, and there is no such case");
    }
    Ok(())
}

/// I9: no policy version was changed since it was loaded.
async fn prove_policies(store: &Store, proof: &mut Proof) -> Result<(), StoreError> {
    let texts: Vec<PinnedText> = store.read(proving::pinned_texts).await?;
    for it in texts.iter().filter(|it| it.sha256 != text_sha256(&it.text)) {
        let which = format!("policy {} version {}", it.which.key, it.which.version);
        proof.add(Invariant::Pinned, which, "its text is not the one that was loaded");
    }
    Ok(())
}

async fn prove_cases(store: &Store, proof: &mut Proof) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page: Vec<Looked> = store.read(move |r| look_page(r, after)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.escalation_id);
        for looked in page {
            proof.facts_to_make_count += u64::from(looked.has_facts_to_make);
            for (invariant, what) in looked.found {
                proof.add(invariant, looked.reference.clone(), what);
            }
        }
    }
}

/// What was found in a case.
struct Looked {
    escalation_id: EscalationId,
    reference: String,
    has_facts_to_make: bool,
    found: Vec<(Invariant, String)>,
}

fn look_page(r: &mut Reader<'_>, after: Option<EscalationId>) -> Result<Vec<Looked>, StoreError> {
    let shelf = PolicyShelf::default();
    let ids = escalations::ids_after(r, after, PAGE)?;
    ids.into_iter().map(|which| look(&shelf, r, which)).collect()
}

fn look(
    shelf: &PolicyShelf,
    r: &mut Reader<'_>,
    which: EscalationId,
) -> Result<Looked, StoreError> {
    let mut looked = Looked {
        escalation_id: which,
        reference: which.to_string(),
        has_facts_to_make: false,
        found: Vec::new(),
    };
    let read = escalations::find(r, which)
        .and_then(|stored| Ok((stored, timeline::list(r, which, 0, i64::MAX)?)));
    let (stored, entries) = match read {
        Ok((Some(stored), entries)) => (stored, entries),
        // Said by the timelines' own proof.
        Ok((None, _)) => return Ok(looked),
        Err(error) if error.is_about_what_is_stored() => return Ok(looked),
        Err(error) => return Err(error),
    };
    looked.reference.clone_from(&stored.escalation.reference);
    looked.found.extend(stages_once(&entries).map(|what| (Invariant::Once, what)));
    let said = policy_by(&entries);
    if said != Some(&stored.escalation.policy) {
        let what = "it goes by another policy version than its timeline says".to_owned();
        looked.found.push((Invariant::Pinned, what));
    }
    match compare(shelf, r, &stored.escalation, &entries)? {
        Facts::Hold => {}
        Facts::ToBeMade => looked.has_facts_to_make = true,
        Facts::Differ(what) => looked.found.push((Invariant::Provable, what.to_owned())),
    }
    let told = proving::told_of(r, which)?;
    looked.found.extend(told_whole(which, &entries, &told).map(|what| (Invariant::Whole, what)));
    Ok(looked)
}

/// I3, from the entries alone: stays are numbered 1, 2, 3 and no stage is entered twice a round. Says
/// the first that is not so.
fn stages_once(entries: &[Entry]) -> Option<String> {
    let mut stays: u32 = 0;
    let mut entered: BTreeSet<(u32, u32)> = BTreeSet::new();
    for entry in entries {
        let Event::StageEntered { entry: stay, .. } = &entry.event else { continue };
        stays += 1;
        if stay.number != stays {
            return Some(format!("entry {} begins stay {}", entry.sequence, stay.number));
        }
        if !entered.insert((stay.round, stay.stage)) {
            let (sequence, stage) = (entry.sequence, stay.stage);
            return Some(format!("entry {sequence} enters stage {stage} a second time"));
        }
    }
    None
}

/// The policy version that a case goes by, from the entries alone.
fn policy_by(entries: &[Entry]) -> Option<&PolicyRef> {
    entries.iter().rev().find_map(|entry| match &entry.event {
        Event::PolicyMoved { policy, .. }
        | Event::Raised { policy, .. }
        | Event::Drafted { policy, .. } => Some(policy),
        _ => None,
    })
}

/// I2: each entered stage has messages, and each message about a transition has its transition. Says
/// the first that is not so.
fn told_whole(which: EscalationId, entries: &[Entry], told: &[String]) -> Option<String> {
    let recorded: BTreeMap<i64, _> =
        entries.iter().map(|entry| (entry.sequence, entry.recorded_at)).collect();
    let begins = format!("escalation:{which}:");
    let mut versions = BTreeSet::new();
    for key in told {
        // Daily lists and the like are about no transition.
        let Some(version) = key.strip_prefix(&begins) else { continue };
        match version.parse::<i64>() {
            Ok(version) if recorded.contains_key(&version) => versions.insert(version),
            _ => return Some(format!("a message tells of version {version}, which is not there")),
        };
    }
    entries.iter().find_map(|entry| {
        let enters = matches!(entry.event, Event::StageEntered { .. });
        // Messages carry the version after all entries of their transition.
        let is_told = versions
            .range(entry.sequence..)
            .next()
            .is_some_and(|version| recorded.get(version) == Some(&entry.recorded_at));
        let what = || format!("entry {} enters a stage, and nobody was told", entry.sequence);
        (enters && !is_told).then(what)
    })
}

/// I1: what was answered to a request is there: each kept answer that shows a case at a version has
/// a case that came so far.
async fn prove_answers(store: &Store, proof: &mut Proof) -> Result<(), StoreError> {
    let mut after: Option<AnswerPlace> = None;
    loop {
        let place = after.take();
        let page: Vec<(AnswerPlace, String)> =
            store.read(move |r| proving::answers_after(r, place.as_ref(), PAGE)).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        for (_, body) in page {
            let Some((reference, version)) = shown_case(&body) else { continue };
            proof.answers_count += 1;
            let asked = reference.clone();
            let found: Option<i64> = store.read(move |r| proving::version_of(r, &asked)).await?;
            if found.is_none_or(|found| found < version) {
                let what = match found {
                    Some(found) => format!("version {version} was answered, and {found} is there"),
                    None => format!("version {version} was answered, and there is no such case"),
                };
                proof.add(Invariant::Durable, reference, what);
            }
        }
    }
}

/// The case that an answer shows, and its version then.
fn shown_case(body: &str) -> Option<(String, i64)> {
    #[derive(serde::Deserialize)]
    struct Shown {
        reference: String,
        version: i64,
    }
    // Other answers show no case.
    serde_json::from_str::<Shown>(body).map(|shown| (shown.reference, shown.version)).ok()
}
