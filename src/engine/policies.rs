//! The policy versions that cases use, kept at hand.

use super::EngineError;
use crate::calendar::{Calendar, CalendarError};
use crate::escalation::{PolicyRef, Refusal};
use crate::ids::PartnershipId;
use crate::policy::{Calendars, Policy};
use crate::store::{Reader, StoreError, closures, policies};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A policy version with its calendars, ready to decide by.
#[derive(Debug)]
pub struct LoadedPolicy {
    /// The policy.
    pub policy: Policy,
    /// Its calendars, with the days on which its partnership is closed.
    pub calendars: Calendars,
}

/// The policy versions in use. A version never changes; the days on which its partnership is closed
/// do, and are read each time.
#[derive(Default)]
pub(super) struct PolicyShelf {
    versions: Mutex<HashMap<(PartnershipId, PolicyRef), Shelved>>,
}

/// A version with the closures that its calendar was made with.
#[derive(Clone)]
struct Shelved {
    closures: BTreeSet<NaiveDate>,
    loaded: Arc<LoadedPolicy>,
}

impl LoadedPolicy {
    /// A policy with its calendars.
    ///
    /// # Errors
    /// What is wrong with a calendar.
    pub fn new(policy: Policy) -> Result<Self, CalendarError> {
        let calendars = Calendars::new(&policy)?;
        Ok(Self { policy, calendars })
    }

    /// A policy with its calendars, and its partnership's own closures in them.
    ///
    /// # Errors
    /// What is wrong with a calendar.
    pub fn with_closures(
        policy: Policy,
        closures: &BTreeSet<NaiveDate>,
    ) -> Result<Self, CalendarError> {
        let days: Vec<NaiveDate> = closures.iter().copied().collect();
        let calendars = Calendars::new(&policy)?.with_closures(&days);
        Ok(Self { policy, calendars })
    }

    /// The partnership's calendar: by which instants are said.
    pub fn calendar(&self) -> &Calendar {
        self.calendars.partnership()
    }
}

impl PolicyShelf {
    /// A version with its calendar as it is now: the partnership's closures are read in the
    /// transaction, so that no node decides by those of yesterday.
    pub(super) fn get(
        &self,
        r: &mut Reader<'_>,
        partnership_id: PartnershipId,
        which: &PolicyRef,
    ) -> Result<Arc<LoadedPolicy>, StoreError> {
        let closures = closures::days(r, partnership_id)?;
        self.get_with(r, partnership_id, which, closures)
    }

    /// A version with its calendar as it is with these closures.
    pub(super) fn get_with(
        &self,
        r: &mut Reader<'_>,
        partnership_id: PartnershipId,
        which: &PolicyRef,
        closures: BTreeSet<NaiveDate>,
    ) -> Result<Arc<LoadedPolicy>, StoreError> {
        let key = (partnership_id, which.clone());
        let held = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let policy = match held {
            Some(held) if held.closures == closures => return Ok(held.loaded),
            Some(held) => held.loaded.policy.clone(),
            None => {
                policies::find(r, partnership_id, which)?
                    .ok_or(StoreError::Missing("the case's policy version"))?
                    .policy
            }
        };
        let loaded = LoadedPolicy::with_closures(policy, &closures)
            .map_err(|error| StoreError::unreadable("a policy's calendar", error))?;
        let loaded = Arc::new(loaded);
        let shelved = Shelved { closures, loaded: Arc::clone(&loaded) };
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).insert(key, shelved);
        Ok(loaded)
    }
}

/// That a version is published, so that cases may go by it.
pub(super) fn published(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
) -> Result<(), EngineError> {
    match policies::find(r, partnership_id, which)?.and_then(|stored| stored.publication) {
        Some(_) => Ok(()),
        None => Err(Refusal::field("/version", "must be a published version of the policy").into()),
    }
}
