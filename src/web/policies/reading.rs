//! A policy version, to be read.

use super::words::{self, Remark, Said, StageWords, Terms};
use super::{App, PolicyPath, address, list, version};
use crate::access;
use crate::store::policies::StoredPolicy;
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// What was just done to it.
#[derive(Deserialize)]
pub(super) struct ReadQuery {
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "policy.html", config = "src/web/askama.toml")]
struct PolicyPage {
    frame: Frame,
    address: String,
    partnership: String,
    title: String,
    version: i32,
    state: &'static str,
    is_live: bool,
    done: Option<&'static str>,
    proposed: String,
    published: Option<String>,
    /// Whether whoever reads it may publish it; and if they may not, why.
    may_publish: bool,
    waits: Option<String>,
    may_propose: bool,
    has_others: bool,
    preamble: Vec<Remark>,
    head: Vec<Said>,
    stages: Vec<StageWords>,
    clocks: Vec<Said>,
    permissions: Vec<Said>,
    terms: Vec<Terms>,
    text: String,
}

/// `GET /partnerships/{id}/policies/{key}/{version}`: a version in words, and its file.
pub(super) async fn read(
    app: App,
    visitor: Visitor,
    path: PolicyPath,
    query: web::Query<ReadQuery>,
) -> Result<HttpResponse, Refused> {
    let found = version(&app, &visitor, path).await?;
    let (stored, policy) = (&found.stored, &found.stored.policy);
    let all = family(&app, &visitor, stored).await?;
    let (state, is_live) = list::state(stored, &all, app.now());
    let can_be_published = can_be_published(stored, &all);
    let of = stored.partnership_id;
    let publishing = access::may_publish_policy(&visitor.actor, of, stored.proposed_by());
    let page = PolicyPage {
        frame: Frame::of(&visitor, format!("{}, version {}", policy.title, policy.version)),
        address: address(of, &stored.which()),
        partnership: found.partnership.name,
        title: policy.title.clone(),
        version: policy.version,
        state,
        is_live,
        done: done(query.done.as_deref()),
        proposed: list::proposed(stored),
        published: list::published(stored),
        may_publish: can_be_published && publishing.is_ok(),
        waits: publishing.err().filter(|_| can_be_published).map(|why| why.to_string()),
        may_propose: access::may_set_rules(&visitor.actor, of).is_ok(),
        has_others: all.len() > 1,
        preamble: words::preamble(&found.text),
        head: words::head(policy),
        stages: words::stages(policy),
        clocks: words::clocks(policy),
        permissions: words::permissions(policy),
        terms: words::terms(policy),
        text: found.text.clone(),
    };
    Ok(show(StatusCode::OK, &page))
}

/// All versions of the same policy that can be read, the newest first.
pub(super) async fn family(
    app: &App,
    visitor: &Visitor,
    stored: &StoredPolicy,
) -> Result<Vec<StoredPolicy>, Refused> {
    let all = app.policies_for(visitor.actor.clone()).await?;
    let of = all.into_iter().find(|of| of.partnership.id == stored.partnership_id);
    let versions = of.map(|of| of.versions.readable).unwrap_or_default();
    Ok(versions.into_iter().filter(|it| it.policy.key == stored.policy.key).collect())
}

/// Whether a version still waits to be published, and no later one was.
pub(super) fn can_be_published(stored: &StoredPolicy, family: &[StoredPolicy]) -> bool {
    let is_later = |it: &StoredPolicy| it.policy.version > stored.policy.version;
    let is_overtaken = family.iter().any(|it| is_later(it) && it.publication.is_some());
    stored.publication.is_none() && !is_overtaken
}

fn done(what: Option<&str>) -> Option<&'static str> {
    match what {
        Some("proposed") => Some(
            "The version is proposed. It is not in force: another officer of the partnership reads \
             it and publishes it.",
        ),
        Some("published") => Some(
            "The version is published. New challenges are raised under it from its first day on. \
             Open cases keep the version that they were raised under.",
        ),
        _ => None,
    }
}
