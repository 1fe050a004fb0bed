//! Policies, for reading.

use super::answer::{plain, read};
use super::escalations::ReadProblems;
use super::extract::{App, Signed};
use super::page::Page;
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::engine::EngineError;
use crate::escalation::{PolicyRef, Refusal};
use crate::ids::PartnershipId;
use crate::policy::{OnDeadline, OnRefusal, Stage, Term};
use crate::store::people::{self, Scope};
use crate::store::policies::{self, StoredPolicy};
use crate::store::{Reader, StoreError};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A stage of a policy.
#[derive(Serialize, ToSchema)]
pub struct StageView {
    stage: u32,
    title: String,
    /// The time it allows, by urgency class.
    limits: BTreeMap<String, String>,
    /// Who must act: sides and rungs.
    act: Vec<String>,
    /// Who is told beside them.
    copy: Vec<String>,
    /// Who may determine the outcome.
    determine: Vec<String>,
    /// `escalate` or `notify`.
    on_deadline: &'static str,
    /// `prompt` or `escalate`.
    on_refusal: &'static str,
}

/// A policy version.
#[derive(Serialize, ToSchema)]
pub struct PolicyView {
    partnership_id: PartnershipId,
    key: String,
    version: i32,
    title: String,
    label: String,
    effective_from: NaiveDate,
    effective_until: Option<NaiveDate>,
    review_on: Option<NaiveDate>,
    approved_by: String,
    source: String,
    urgency_classes: Vec<String>,
    areas_of_disagreement: Vec<Term>,
    outcomes: Vec<Term>,
    stages: Vec<StageView>,
    loaded_at: UtcInstant,
    /// The SHA-256 of its file.
    sha256: String,
}

fn words<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn stage_view((stage, it): (u32, Stage)) -> StageView {
    StageView {
        stage,
        limits: it.limits.in_words(),
        act: words(&it.act),
        copy: words(&it.copy),
        determine: words(&it.determine),
        on_deadline: match it.on_deadline {
            OnDeadline::Escalate => "escalate",
            OnDeadline::Notify => "notify",
            OnDeadline::Inform => "inform",
        },
        on_refusal: match it.on_refusal {
            OnRefusal::Prompt => "prompt",
            OnRefusal::Escalate => "escalate",
            OnRefusal::Inform => "inform",
        },
        title: it.title,
    }
}

impl PolicyView {
    fn of(stored: StoredPolicy) -> Self {
        let it = stored.policy;
        Self {
            partnership_id: stored.partnership_id,
            key: it.key,
            version: it.version,
            title: it.title,
            label: it.label,
            effective_from: it.effective_from,
            effective_until: it.effective_until,
            review_on: it.review_on,
            approved_by: it.approved_by,
            source: it.source,
            urgency_classes: it.urgency_classes,
            areas_of_disagreement: it.areas_of_disagreement,
            outcomes: it.outcomes,
            stages: (1..).zip(it.stages).map(stage_view).collect(),
            loaded_at: stored.loaded_at,
            sha256: stored.sha256,
        }
    }
}

pub(super) fn all_in(r: &mut Reader<'_>, scope: &Scope) -> Result<Vec<StoredPolicy>, StoreError> {
    let mut all = Vec::new();
    for found in people::list_partnerships(r)? {
        let is_mine = match scope {
            Scope::All => true,
            Scope::Partnerships(of) => of.contains(&found.it.id),
        };
        if is_mine {
            all.extend(policies::list(r, found.it.id)?);
        }
    }
    Ok(all)
}

/// List policies
///
/// All versions, of the partnerships that you have a part in.
#[utoipa::path(
    get, path = "/api/v1/policies", tag = "policies",
    responses((status = 200, description = "All of them: there are few.", body = Page<PolicyView>), ReadProblems),
    security(("bearer" = []))
)]
pub async fn list_policies(app: App, signed: Signed) -> Result<HttpResponse, Problem> {
    let scope = app.directory_scope(signed.0).await?;
    let all: Result<_, StoreError> = app.store().read(move |r| all_in(r, &scope)).await;
    let all = all.map_err(EngineError::Store)?;
    let items = all.into_iter().map(PolicyView::of).collect();
    Ok(plain(&Page { items, next: None }))
}

/// Read a policy version
#[utoipa::path(
    get, path = "/api/v1/policies/{key}/versions/{version}", tag = "policies",
    params(("key" = String, Path, description = "Its key, such as `bscp`."), ("version" = i32, Path, description = "Its version.")),
    responses((status = 200, description = "The policy version, which never changes; its ETag is in the header.", body = PolicyView), (status = 304, description = "You have it already."), ReadProblems),
    security(("bearer" = []))
)]
pub async fn read_policy(
    app: App,
    signed: Signed,
    path: web::Path<(String, i32)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (key, version) = path.into_inner();
    let which = PolicyRef { key, version };
    let scope = app.directory_scope(signed.0).await?;
    let all: Result<_, StoreError> = app.store().read(move |r| all_in(r, &scope)).await;
    let mut all = all.map_err(EngineError::Store)?.into_iter();
    let one =
        all.find(|stored| stored.policy.key == which.key && stored.policy.version == which.version);
    let one = PolicyView::of(one.ok_or(Refusal::NotFound)?);
    Ok(read(&request, i64::from(one.version), &one))
}
