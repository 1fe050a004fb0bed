//! Reading one case: what somebody may see of it.

use super::policies::LoadedPolicy;
use super::{Engine, EngineError};
use crate::access::{self, Actor, Relation};
use crate::clock::UtcInstant;
use crate::escalation::{Escalation, Refusal};
use crate::ids::{CaseViewId, EscalationId, NoticeId};
use crate::store::case_views::{self, CaseViewed, Viewed};
use crate::store::notices::{self, StoredNotice};
use crate::store::{Reader, StoreError, escalations, timeline};
use crate::timeline::Entry;
use chrono::TimeDelta;
use std::str::FromStr;
use std::sync::Arc;

/// How long somebody's reading of the same thing counts as one.
const ONE_VIEW: TimeDelta = TimeDelta::minutes(1);

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
        now: UtcInstant,
    ) -> Result<Self, Refusal> {
        let relation = access::may_see(actor, &escalation, now)?;
        Ok(Self { escalation, relation, loaded })
    }
}

impl Engine {
    /// The id of a case by its id or by its reference. For a reference that nothing has it is an id
    /// that nothing has, so that what comes next takes the same way, and the same time, as for a
    /// case that somebody may not see.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn resolve(&self, id_or_reference: &str) -> Result<EscalationId, EngineError> {
        if let Ok(id) = EscalationId::from_str(id_or_reference) {
            return Ok(id);
        }
        let reference = id_or_reference.to_owned();
        let found: Result<_, StoreError> =
            self.store().read(move |r| escalations::find_id(r, &reference)).await;
        Ok(found?.unwrap_or_default())
    }

    /// A case. That it was read is written down.
    ///
    /// # Errors
    /// Not found if it is not there or the person may not see it.
    pub async fn view(&self, actor: Actor, which: EscalationId) -> Result<CaseView, EngineError> {
        let (view, ()) = self.viewed(actor, which, Viewed::Case, |_| Ok(())).await?;
        Ok(view)
    }

    fn view_in(
        &self,
        r: &mut Reader<'_>,
        actor: &Actor,
        which: EscalationId,
        now: UtcInstant,
    ) -> Result<CaseView, EngineError> {
        let stored = escalations::find(r, which)?.ok_or(Refusal::NotFound)?;
        let it = stored.escalation;
        let relation = access::may_see(actor, &it, now)?;
        let loaded = self.inner.policies.get(r, it.partnership_id, &it.policy)?;
        Ok(CaseView { escalation: it, relation, loaded })
    }

    /// The one way to read of a case: asks whether they may see it, reads, and hands nothing out
    /// before it is written down who read it. What somebody reads again within a minute is one row.
    async fn viewed<T: Send + 'static>(
        &self,
        actor: Actor,
        which: EscalationId,
        what: Viewed,
        more: impl FnOnce(&mut Reader<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(CaseView, T), EngineError> {
        let engine = self.clone();
        let now = self.now();
        let person_id = actor.person_id;
        let (view, more, is_written) = self
            .store()
            .read(move |r| {
                let view = engine.view_in(r, &actor, which, now)?;
                let viewed = (what, view.relation.standing);
                let since = now.plus(-ONE_VIEW);
                let is_written = case_views::is_there(r, which, person_id, viewed, since)?;
                Ok::<_, EngineError>((view, more(r)?, is_written))
            })
            .await?;
        if !is_written {
            let viewed = (what, view.relation.standing);
            let write = move |w: &mut crate::store::Writer<'_>| {
                case_views::append(w, which, person_id, viewed, now)
            };
            self.store().write::<_, StoreError, _>(write).await?;
        }
        Ok((view, more))
    }

    /// A part of a case's timeline. That it was read is written down.
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
        self.viewed(actor, which, Viewed::Timeline, move |r| timeline::list(r, which, after, limit))
            .await
    }

    /// A part of a case's notices, with their delivery state. That they were read is written down.
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
        let (_, notices) = self
            .viewed(actor, which, Viewed::Notices, move |r| {
                notices::list_of_escalation(r, which, after, limit)
            })
            .await?;
        Ok(notices)
    }

    /// A case, and who read it: a part of the list, the first first. Reading the list is not reading the
    /// case.
    ///
    /// # Errors
    /// Not found as for [`Engine::view`]; not theirs if they may not see who read it.
    pub async fn case_views(
        &self,
        actor: Actor,
        which: EscalationId,
        after: Option<CaseViewId>,
        limit: i64,
    ) -> Result<(CaseView, Vec<CaseViewed>), EngineError> {
        let (engine, now) = (self.clone(), self.now());
        self.store()
            .read(move |r| {
                let view = engine.view_in(r, &actor, which, now)?;
                access::may_see_views(&actor, &view.escalation, now)?;
                Ok((view, case_views::list(r, which, after, limit)?))
            })
            .await
    }
}
