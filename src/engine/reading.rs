//! Reading one case: what somebody may see of it.

use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::{self, Actor, Relation};
use crate::escalation::{Escalation, Refusal};
use crate::ids::{EscalationId, NoticeId};
use crate::store::notices::{self, StoredNotice};
use crate::store::{Reader, StoreError, escalations, timeline};
use crate::timeline::Entry;
use std::str::FromStr;
use std::sync::Arc;

/// A case, for somebody who may see it.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// The case.
    pub escalation: Escalation,
    /// What they are to it.
    pub relation: Relation,
    /// The policy version that it keeps.
    pub loaded: Arc<LoadedPolicy>,
}

impl CaseView {
    /// The case as `actor` may see it.
    ///
    /// # Errors
    /// Not found if they may not.
    pub fn of(
        actor: &Actor,
        escalation: Escalation,
        loaded: Arc<LoadedPolicy>,
    ) -> Result<Self, Refusal> {
        let relation = access::may_see(actor, &escalation)?;
        Ok(Self { escalation, relation, loaded })
    }
}

impl Engine {
    /// The id of a case by its id or by its reference.
    ///
    /// # Errors
    /// Not found, also for what is neither.
    pub async fn resolve(&self, id_or_reference: &str) -> Result<EscalationId, EngineError> {
        if let Ok(id) = EscalationId::from_str(id_or_reference) {
            return Ok(id);
        }
        let reference = id_or_reference.to_owned();
        let found: Result<_, StoreError> =
            self.store().read(move |r| escalations::find_id(r, &reference)).await;
        found?.ok_or_else(|| Refusal::NotFound.into())
    }

    /// A case.
    ///
    /// # Errors
    /// Not found if it is not there or the person may not see it.
    pub async fn view(&self, actor: Actor, which: EscalationId) -> Result<CaseView, EngineError> {
        let engine = self.clone();
        self.store().read(move |r| engine.view_in(r, &actor, which)).await
    }

    pub(super) fn view_in(
        &self,
        r: &mut Reader<'_>,
        actor: &Actor,
        which: EscalationId,
    ) -> Result<CaseView, EngineError> {
        let stored = escalations::find(r, which)?.ok_or(Refusal::NotFound)?;
        let it = &stored.escalation;
        let loaded = self.inner.policies.get(r, it.partnership_id, &it.policy)?;
        Ok(CaseView::of(actor, stored.escalation, loaded)?)
    }

    /// A part of a case's timeline.
    ///
    /// # Errors
    /// As [`Engine::view`].
    pub async fn timeline(
        &self,
        actor: Actor,
        which: EscalationId,
        after: i64,
        limit: i64,
    ) -> Result<(CaseView, Vec<Entry>), EngineError> {
        let engine = self.clone();
        self.store()
            .read(move |r| {
                let view = engine.view_in(r, &actor, which)?;
                Ok((view, timeline::list(r, which, after, limit)?))
            })
            .await
    }

    /// A part of a case's notices, with their delivery state.
    ///
    /// # Errors
    /// As [`Engine::view`].
    pub async fn case_notices(
        &self,
        actor: Actor,
        which: EscalationId,
        after: Option<NoticeId>,
        limit: i64,
    ) -> Result<Vec<StoredNotice>, EngineError> {
        let engine = self.clone();
        self.store()
            .read(move |r| {
                engine.view_in(r, &actor, which)?;
                Ok(notices::list_of_escalation(r, which, after, limit)?)
            })
            .await
    }
}
