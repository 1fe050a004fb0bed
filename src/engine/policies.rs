//! Policies: loading their files, and keeping the versions that cases use at hand.

use super::{Engine, EngineError};
use crate::calendar::{Calendar, CalendarError};
use crate::escalation::{PolicyRef, Refusal};
use crate::ids::PartnershipId;
use crate::policy::{Calendars, Mistake, Policy};
use crate::store::policies::StoredPolicy;
use crate::store::{Reader, StoreError, people, policies};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// A policy version with its calendar, ready to decide by.
#[derive(Debug)]
pub struct LoadedPolicy {
    /// The policy.
    pub policy: Policy,
    /// Its calendars.
    pub calendars: Calendars,
}

/// The policy versions in use. A version never changes, so what is here is right for ever.
#[derive(Default)]
pub(super) struct PolicyShelf {
    versions: Mutex<HashMap<(PartnershipId, PolicyRef), Arc<LoadedPolicy>>>,
}

/// Why a policy file was not loaded.
#[derive(Debug, Error)]
pub enum PolicyLoadError {
    /// It has mistakes.
    #[error("the policy has mistakes:\n{}", list(.0))]
    Mistakes(Vec<Mistake>),
    /// Its partnership is not in the directory.
    #[error("the policy is for the partnership '{0}', which this server does not have")]
    NoPartnership(String),
    /// Its version is there already with other words.
    #[error(
        "version {version} of the policy '{key}' was loaded before with other words, and a version \
         never changes: raise `version` in the file"
    )]
    Changed {
        /// The policy's key.
        key: String,
        /// The version.
        version: i32,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("  {mistake}")).collect();
    lines.join("\n")
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

    /// The partnership's calendar: by which instants are said.
    pub fn calendar(&self) -> &Calendar {
        self.calendars.partnership()
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

/// That a version is there and cases may go by it.
pub(super) fn published(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
) -> Result<(), EngineError> {
    match policies::find(r, partnership_id, which)? {
        Some(_) => Ok(()),
        None => Err(Refusal::field("/version", "must be a published version of the policy").into()),
    }
}

impl Engine {
    /// Loads a policy file. The same file again changes nothing; false says that it was there.
    ///
    /// # Errors
    /// Its mistakes, or that its version is there with other words.
    pub async fn load_policy(&self, text: String) -> Result<bool, PolicyLoadError> {
        let policy = Policy::parse(&text).map_err(PolicyLoadError::Mistakes)?;
        let sha256: String =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let now = self.now();
        let loading = move |w: &mut crate::store::Writer<'_>| {
            let partnership = people::find_partnership_by_key(w, &policy.partnership)?
                .ok_or_else(|| PolicyLoadError::NoPartnership(policy.partnership.clone()))?;
            let which = PolicyRef { key: policy.key.clone(), version: policy.version };
            if let Some(there) = policies::find(w, partnership.id, &which)? {
                if there.sha256 == sha256 {
                    return Ok(false);
                }
                let PolicyRef { key, version } = which;
                return Err(PolicyLoadError::Changed { key, version });
            }
            let stored =
                StoredPolicy { partnership_id: partnership.id, policy, sha256, loaded_at: now };
            policies::insert(w, &stored, &text)?;
            Ok(true)
        };
        self.store().write(loading).await
    }
}
