//! Lists: of the cases and of the delivery problems that somebody may see.

use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::clock::UtcInstant;
use crate::escalation::{Escalation, Refusal};
use crate::ids::{EscalationId, NoticeId};
use crate::store::escalations::{self, Filter, Viewer};
use crate::store::notices::{self, DeliveryState, StoredNotice};
use crate::store::projections::ListedRow;
use crate::store::{Reader, StoreError};
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
                let viewer = Viewer::of(&actor);
                Ok(engine.cases_after(r, &viewer, &filter, now, after, limit)?)
            })
            .await
    }

    /// As [`Engine::list_cases`], in a transaction that is there. What cannot be read is left out, and
    /// others take its place: a page that came out short would be taken for the last.
    pub(super) fn cases_after(
        &self,
        r: &mut Reader<'_>,
        viewer: &Viewer,
        filter: &Filter,
        now: UtcInstant,
        mut after: Option<(UtcInstant, EscalationId)>,
        limit: i64,
    ) -> Result<Vec<ListedCase>, StoreError> {
        let mut listed = Vec::new();
        loop {
            let wanted = limit - i64::try_from(listed.len()).unwrap_or(limit);
            let rows = escalations::list(r, viewer, filter, now, after, wanted)?;
            let is_last = i64::try_from(rows.len()).unwrap_or(0) < wanted;
            for row in &rows {
                after = Some(row.place()?);
                match self.listed(r, row) {
                    Ok(case) => listed.push(case),
                    Err(error) if error.is_about_what_is_stored() => {
                        tracing::error!(%error, "a case is left out of a list");
                    }
                    Err(error) => return Err(error),
                }
            }
            if is_last || i64::try_from(listed.len()).unwrap_or(limit) >= limit {
                return Ok(listed);
            }
        }
    }

    fn listed(&self, r: &mut Reader<'_>, row: &ListedRow) -> Result<ListedCase, StoreError> {
        let escalation = row.escalation()?;
        let policies = &self.inner.policies;
        let loaded = policies.get(r, escalation.partnership_id, &escalation.policy)?;
        Ok(ListedCase { escalation, loaded, place: row.place()? })
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
