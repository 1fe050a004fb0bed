//! The policy versions that cases use, kept at hand.

use crate::calendar::{Calendar, WorkingHoursError};
use crate::escalation::PolicyRef;
use crate::ids::PartnershipId;
use crate::policy::Policy;
use crate::store::{Reader, StoreError, closures, policies};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A policy version with its calendar, ready to decide by.
#[derive(Debug)]
pub struct LoadedPolicy {
    /// The policy.
    pub policy: Policy,
    /// Its calendar, with the days on which its partnership is closed.
    pub calendar: Calendar,
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
    /// A policy with its calendar.
    ///
    /// # Errors
    /// If its working day ends before it starts.
    pub fn new(policy: Policy) -> Result<Self, WorkingHoursError> {
        Self::with_closures(policy, &BTreeSet::new())
    }

    /// A policy with its calendar, and its partnership's own closures in that.
    ///
    /// # Errors
    /// If its working day ends before it starts.
    pub fn with_closures(
        policy: Policy,
        closures: &BTreeSet<NaiveDate>,
    ) -> Result<Self, WorkingHoursError> {
        let mut rules = policy.calendar.clone();
        rules.closures.extend(closures);
        let calendar = Calendar::new(rules)?;
        Ok(Self { policy, calendar })
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
