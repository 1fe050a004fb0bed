//! All policies, each with its versions.

use super::{App, address, day};
use crate::clock::UtcInstant;
use crate::engine::PoliciesOf;
use crate::store::policies::{Proposer, Publisher, StoredPolicy};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// A version in the list.
struct Row {
    address: String,
    version: i32,
    state: &'static str,
    is_live: bool,
    dates: String,
    proposed: String,
    published: String,
}

/// A policy with its versions, the newest first.
struct Family {
    id: String,
    title: String,
    rows: Vec<Row>,
}

struct Group {
    partnership: String,
    families: Vec<Family>,
    /// Versions that are there and cannot be read, in words.
    unreadable: Vec<String>,
}

#[derive(Template)]
#[template(path = "policies.html", config = "src/web/askama.toml")]
struct Policies {
    frame: Frame,
    groups: Vec<Group>,
    may_propose: bool,
}

/// `GET /policies`: every version of every policy that somebody may read.
pub(super) async fn list(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let found = app.policies_for(visitor.actor.clone()).await?;
    let now = app.now();
    let page = Policies {
        frame: Frame::of(&visitor, "Policies"),
        groups: found.into_iter().map(|of| group(of, now)).collect(),
        may_propose: visitor.actor.officer_of().next().is_some(),
    };
    Ok(show(StatusCode::OK, &page))
}

fn group(of: PoliciesOf, now: UtcInstant) -> Group {
    let unreadable = of.versions.unreadable.iter().map(|it| {
        let which = &it.which;
        format!(
            "Version {} of “{}” cannot be read. Tell whoever runs the server.",
            which.version, which.key
        )
    });
    let unreadable = unreadable.collect();
    let all = of.versions.readable;
    let mut families: Vec<Family> = Vec::new();
    for stored in &all {
        let row = row(stored, &all, now);
        let id = format!("policy-{}", stored.policy.key);
        match families.iter_mut().find(|family| family.id == id) {
            Some(family) => family.rows.push(row),
            None => {
                families.push(Family { id, title: stored.policy.title.clone(), rows: vec![row] })
            }
        }
    }
    Group { partnership: of.partnership.name, families, unreadable }
}

fn row(stored: &StoredPolicy, all: &[StoredPolicy], now: UtcInstant) -> Row {
    let policy = &stored.policy;
    let (state, is_live) = state(stored, all, now);
    let from = format!("From {}", day(policy.effective_from));
    Row {
        address: address(stored.partnership_id, &stored.which()),
        version: policy.version,
        state,
        is_live,
        dates: match policy.effective_until {
            Some(until) => format!("{from} to {}", day(until)),
            None => from,
        },
        proposed: proposed(stored),
        published: published(stored).unwrap_or_else(|| "Not yet".to_owned()),
    }
}

/// A version's state in words, and whether challenges are raised under it today.
pub(super) fn state(
    stored: &StoredPolicy,
    all: &[StoredPolicy],
    now: UtcInstant,
) -> (&'static str, bool) {
    let policy = &stored.policy;
    let today = now.utc().with_timezone(&policy.calendar.zone).date_naive();
    let is_live = |it: &StoredPolicy| it.publication.is_some() && it.policy.is_effective_on(today);
    let is_newer =
        |it: &&StoredPolicy| it.policy.key == policy.key && it.policy.version > policy.version;
    let is_behind = all.iter().filter(is_newer).any(is_live);
    let is_overtaken = all.iter().filter(is_newer).any(|it| it.publication.is_some());
    if stored.publication.is_none() {
        let state = if is_overtaken { "Proposed, and overtaken" } else { "Proposed" };
        (state, false)
    } else if is_behind {
        ("Replaced by a later version", false)
    } else if policy.effective_from > today {
        ("Published, not in force yet", false)
    } else if is_live(stored) {
        ("In force", true)
    } else {
        ("No longer in force", false)
    }
}

/// Who proposed a version, and when.
pub(super) fn proposed(stored: &StoredPolicy) -> String {
    let zone = &stored.policy.calendar.zone;
    let on = day(stored.proposed_at.utc().with_timezone(zone).date_naive());
    match &stored.proposer {
        Proposer::Person(it) => format!("{}, {on}", it.name),
        Proposer::Folder => format!("From the server’s folder, {on}"),
        Proposer::Unknown => format!("Before proposals were recorded, {on}"),
    }
}

/// Who published a version, and when; none where nobody did.
pub(super) fn published(stored: &StoredPolicy) -> Option<String> {
    let publication = stored.publication.as_ref()?;
    let zone = &stored.policy.calendar.zone;
    let on = day(publication.at.utc().with_timezone(zone).date_naive());
    Some(match &publication.by {
        Publisher::Person(it) => format!("{}, {on}", it.name),
        Publisher::Migration => format!("Before publications were recorded, {on}"),
    })
}
