//! Reading the policies of the partnerships that somebody has a part in.

use super::{Engine, EngineError};
use crate::access::Actor;
use crate::directory::Partnership;
use crate::escalation::{PolicyRef, Refusal};
use crate::ids::PartnershipId;
use crate::store::people::{self, Scope};
use crate::store::policies::{self, Listing, StoredPolicy};
use crate::store::{Reader, StoreError};

/// The policies of a partnership.
#[derive(Debug)]
pub struct PoliciesOf {
    /// The partnership.
    pub partnership: Partnership,
    /// All versions, the newest of each policy first; those that cannot be read apart.
    pub versions: Listing,
}

/// A policy version to be read.
#[derive(Debug)]
pub struct ReadPolicy {
    /// Whose it is.
    pub partnership: Partnership,
    /// The version.
    pub stored: StoredPolicy,
    /// Its file.
    pub text: String,
}

impl Engine {
    /// The policies that somebody may read: those of the partnerships that they have a part in, an
    /// administrator's are all.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn policies_for(&self, actor: Actor) -> Result<Vec<PoliciesOf>, EngineError> {
        let scope = self.directory_scope(actor).await?;
        let found: Result<_, StoreError> = self
            .store()
            .read(move |r| {
                let mut found = Vec::new();
                for partnership in in_scope(r, &scope)? {
                    let versions = policies::list(r, partnership.id)?;
                    found.push(PoliciesOf { partnership, versions });
                }
                Ok(found)
            })
            .await;
        Ok(found?)
    }

    /// A policy version, for somebody who may read it.
    ///
    /// # Errors
    /// Not found, whether it is not there or not theirs to read; or the database cannot be read.
    pub async fn read_policy(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
        which: PolicyRef,
    ) -> Result<ReadPolicy, EngineError> {
        let scope = self.directory_scope(actor).await?;
        self.store()
            .read(move |r| {
                let mut partnerships = in_scope(r, &scope)?.into_iter();
                let partnership = partnerships.find(|it| it.id == partnership_id);
                let partnership = partnership.ok_or(Refusal::NotFound)?;
                let stored = policies::find(r, partnership_id, &which)?;
                let text = policies::find_text(r, partnership_id, &which)?;
                let (stored, text) = stored.zip(text).ok_or(Refusal::NotFound)?;
                Ok(ReadPolicy { partnership, stored, text })
            })
            .await
    }
}

fn in_scope(r: &mut Reader<'_>, scope: &Scope) -> Result<Vec<Partnership>, StoreError> {
    let is_mine = |id: &PartnershipId| match scope {
        Scope::All => true,
        Scope::Partnerships(of) => of.contains(id),
    };
    let all = people::list_partnerships(r)?.into_iter().map(|found| found.it);
    Ok(all.filter(|it| is_mine(&it.id)).collect())
}
