//! Policies: reading them, proposing versions, publishing them.

use super::answer::{plain, read, respond, stored};
use super::escalations::{ChangeProblems, ReadProblems};
use super::extract::{App, Ask, CreationHeaders, Signed};
use super::page::Page;
use super::problem::Problem;
use crate::clock::UtcInstant;
use crate::engine::EngineError;
use crate::escalation::{PolicyRef, Refusal};
use crate::ids::{PartnershipId, PersonId};
use crate::policy::{OnDeadline, OnRefusal, Stage, Term};
use crate::store::idempotency::StoredAnswer;
use crate::store::people::{self, Scope};
use crate::store::policies::{self, By, Proposer, Publication, Publisher, StoredPolicy, Via};
use crate::store::{Reader, StoreError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
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
    /// What it is for, where several policies are in force at once.
    topic: String,
    topic_title: Option<String>,
    label: String,
    effective_from: NaiveDate,
    effective_until: Option<NaiveDate>,
    review_on: Option<NaiveDate>,
    approved_by: String,
    source: String,
    urgency_classes: Vec<String>,
    areas_of_disagreement: Vec<Term>,
    outcomes: Vec<Term>,
    /// What can be learned: chosen with feedback and with a debrief.
    learning_themes: Vec<Term>,
    stages: Vec<StageView>,
    /// `proposed`: it waits for a second officer to publish it, and nothing is raised under it; or
    /// `published`.
    state: &'static str,
    proposed_at: UtcInstant,
    /// None where nobody did: the file was in the server's folder.
    proposed_by: Option<ByView>,
    published_at: Option<UtcInstant>,
    /// None also where it was in force before versions were published.
    published_by: Option<ByView>,
    /// The SHA-256 of its file.
    sha256: String,
}

/// Who did something, and how.
#[derive(Serialize, ToSchema)]
pub struct ByView {
    person_id: PersonId,
    name: String,
    via: Via,
}

impl ByView {
    fn of(by: By) -> Self {
        Self { person_id: by.person_id, name: by.name, via: by.via }
    }
}

/// A policy file.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyBody {
    /// The file as it is, in TOML.
    text: String,
}

/// Whose policy version is published.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationBody {
    /// Needed only if several of your partnerships have a policy of this key.
    partnership_id: Option<PartnershipId>,
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
        let (published_at, published_by) = match stored.publication {
            Some(Publication { by: Publisher::Person(by), at }) => (Some(at), Some(ByView::of(by))),
            Some(Publication { by: Publisher::Migration, at }) => (Some(at), None),
            None => (None, None),
        };
        let proposed_by = match stored.proposer {
            Proposer::Person(by) => Some(ByView::of(by)),
            Proposer::Folder | Proposer::Unknown => None,
        };
        Self {
            partnership_id: stored.partnership_id,
            key: it.key,
            version: it.version,
            title: it.title,
            topic: it.topic,
            topic_title: it.topic_title,
            label: it.label,
            effective_from: it.effective_from,
            effective_until: it.effective_until,
            review_on: it.review_on,
            approved_by: it.approved_by,
            source: it.source,
            urgency_classes: it.urgency_classes,
            areas_of_disagreement: it.areas_of_disagreement,
            outcomes: it.outcomes,
            learning_themes: it.learning_themes,
            stages: (1..).zip(it.stages).map(stage_view).collect(),
            state: if published_at.is_some() { "published" } else { "proposed" },
            proposed_at: stored.proposed_at,
            proposed_by,
            published_at,
            published_by,
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
            all.extend(policies::list(r, found.it.id)?.readable);
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
    responses((status = 200, description = "The policy version, whose text never changes; its ETag is in the header.", body = PolicyView), (status = 304, description = "You have it already."), ReadProblems),
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
    let one = one.ok_or(Refusal::NotFound)?;
    Ok(read(&request, state_version(&one), &PolicyView::of(one)))
}

/// What the ETag shows: the text never changes, and the state once.
fn state_version(it: &StoredPolicy) -> i64 {
    if it.publication.is_some() { 2 } else { 1 }
}

fn answer(it: &StoredPolicy) -> Result<StoredAnswer, EngineError> {
    let PolicyRef { key, version } = it.which();
    let location = format!("/api/v1/policies/{key}/versions/{version}");
    let view = PolicyView::of(it.clone());
    stored(StatusCode::CREATED, Some(location), state_version(it), &view)
}

/// Propose a policy version
///
/// For the partnership's officers. It is kept as it is and is not in force until another officer has
/// published it. All mistakes of the file are named at once, each with its line or key.
#[utoipa::path(
    post, path = "/api/v1/policies", tag = "policies", request_body = PolicyBody,
    params(CreationHeaders),
    responses((status = 201, description = "The policy version, proposed.", body = PolicyView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn propose_policy(app: App, ask: Ask<PolicyBody>) -> Result<HttpResponse, Problem> {
    respond(app.propose_policy_on_request(ask.request, ask.body.text, answer).await?)
}

/// Publish a policy version
///
/// For another officer than the one who proposed it. From now on it is in force in its time; open
/// cases keep the version that they were raised under.
#[utoipa::path(
    post, path = "/api/v1/policies/{key}/versions/{version}/publications", tag = "policies",
    request_body = PublicationBody,
    params(("key" = String, Path, description = "Its key, such as `bscp`."), ("version" = i32, Path, description = "Its version."), CreationHeaders),
    responses((status = 201, description = "The policy version, published.", body = PolicyView), ChangeProblems),
    security(("bearer" = []))
)]
pub async fn publish_policy(
    app: App,
    path: web::Path<(String, i32)>,
    ask: Ask<PublicationBody>,
) -> Result<HttpResponse, Problem> {
    let (key, version) = path.into_inner();
    let which = PolicyRef { key, version };
    let of = ask.body.partnership_id;
    respond(app.publish_policy_on_request(ask.request, of, which, answer).await?)
}
