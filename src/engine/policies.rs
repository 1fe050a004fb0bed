//! The policy versions that cases use, kept at hand.

use crate::calendar::{Calendar, WorkingHoursError};
use crate::escalation::PolicyRef;
use crate::ids::PartnershipId;
use crate::policy::Policy;
use crate::store::{Reader, StoreError, policies};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A policy version with its calendar, ready to decide by.
#[derive(Debug)]
pub struct LoadedPolicy {
    /// The policy.
    pub policy: Policy,
    /// Its calendar.
    pub calendar: Calendar,
}

/// The policy versions in use. A version never changes, so what is here is right for ever.
#[derive(Default)]
pub(super) struct PolicyShelf {
    versions: Mutex<HashMap<(PartnershipId, PolicyRef), Arc<LoadedPolicy>>>,
}

impl LoadedPolicy {
    /// A policy with its calendar.
    ///
    /// # Errors
    /// If its working day ends before it starts.
    pub fn new(policy: Policy) -> Result<Self, WorkingHoursError> {
        let calendar = Calendar::new(policy.calendar.clone())?;
        Ok(Self { policy, calendar })
    }
}

impl PolicyShelf {
    pub(super) fn get(
        &self,
        r: &mut Reader<'_>,
        partnership_id: PartnershipId,
        which: &PolicyRef,
    ) -> Result<Arc<LoadedPolicy>, StoreError> {
        let key = (partnership_id, which.clone());
        let held = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(held) = held {
            return Ok(held);
        }
        let stored = policies::find(r, partnership_id, which)?
            .ok_or(StoreError::Missing("the case's policy version"))?;
        let loaded = LoadedPolicy::new(stored.policy)
            .map_err(|error| StoreError::unreadable("a policy's calendar", error))?;
        let loaded = Arc::new(loaded);
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(versions.entry(key).or_insert(loaded)))
    }
}
