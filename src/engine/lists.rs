//! Lists: of the cases and of the delivery problems that somebody may see.

use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::clock::UtcInstant;
use crate::escalation::{Escalation, Refusal};
use crate::ids::{EscalationId, NoticeId};
use crate::store::escalations::{self, Filter, Viewer};
use crate::store::notices::{self, DeliveryState, StoredNotice};
use std::sync::Arc;

/// A case in a list.
#[derive(Debug, Clone)]
pub struct ListedCase {
    /// The case.
    pub escalation: Escalation,
    /// Its policy version.
    pub loaded: Arc<LoadedPolicy>,
    /// Its place in the list's order.
    pub place: (UtcInstant, EscalationId),
}

impl Engine {
    /// A page of the cases that somebody may see, the soonest due first.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn list_cases(
        &self,
        actor: Actor,
        filter: Filter,
        after: Option<(UtcInstant, EscalationId)>,
        limit: i64,
    ) -> Result<Vec<ListedCase>, EngineError> {
        let engine = self.clone();
        let now = self.now();
        self.store()
            .read(move |r| {
                let viewer = Viewer {
                    person_id: actor.person_id,
                    post_ids: actor.posts.iter().map(|post| post.post_id).collect(),
                    officer_of: actor.officer_of().collect(),
                    auditor_of: actor.auditor_of().collect(),
                };
                let rows = escalations::list(r, &viewer, &filter, now, after, limit)?;
                rows.iter()
                    .map(|row| {
                        let escalation = row.escalation()?;
                        let loaded = engine.inner.policies.get(
                            r,
                            escalation.partnership_id,
                            &escalation.policy,
                        )?;
                        let place = (row.due_sort_at(), escalation.id);
                        Ok(ListedCase { escalation, loaded, place })
                    })
                    .collect()
            })
            .await
    }

    /// A page of the notices of the partnerships of which somebody is an officer.
    ///
    /// # Errors
    /// If they are of none.
    pub async fn list_notices(
        &self,
        actor: Actor,
        state: Option<DeliveryState>,
        after: Option<NoticeId>,
        limit: i64,
    ) -> Result<Vec<StoredNotice>, EngineError> {
        let of: Vec<_> = actor.officer_of().collect();
        if of.is_empty() {
            let who =
                "The partnership's officers see all notices. See a case's own under the case.";
            return Err(Refusal::NotYours(who.to_owned()).into());
        }
        let viewer = Some(actor.person_id);
        self.store()
            .read(move |r| Ok(notices::list_of_partnerships(r, viewer, &of, state, after, limit)?))
            .await
    }
}
