//! Who read a case, what of it, when, and why they could: for those who may know.

use super::frame::{Frame, show};
use super::page::Refused;
use super::restricting::unseen;
use super::visitor::Visitor;
use crate::access::Standing;
use crate::engine::Engine;
use crate::ids::CaseViewId;
use crate::store::case_views::Viewed;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

/// How many readings a page shows.
const PAGE: i64 = 50;

struct Reading {
    when: String,
    who: String,
    what: &'static str,
    why: &'static str,
    /// Somebody who sees it in an emergency only.
    is_notable: bool,
}

#[derive(Template)]
#[template(path = "views.html", config = "src/web/askama.toml")]
struct Views {
    frame: Frame,
    reference: String,
    readings: Vec<Reading>,
    next: Option<CaseViewId>,
    is_first: bool,
    sees_views: bool,
}

/// From which reading on.
#[derive(Deserialize)]
struct ViewsQuery {
    after: Option<CaseViewId>,
}

fn what_in_words(what: Viewed) -> &'static str {
    match what {
        Viewed::Case => "The case",
        Viewed::Timeline => "Its timeline",
        Viewed::Notices => "Its messages",
    }
}

fn why_in_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Raiser => "Raised it",
        Standing::Acting => "Had to act in it",
        Standing::Reached => "It had reached them",
        Standing::Officer => "Officer of the partnership",
        Standing::Auditor => "Auditor",
        Standing::GlassBroken => "Looked in an emergency",
    }
}

/// `GET /escalations/{id}/views`
async fn views(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
    query: web::Query<ViewsQuery>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let found = app.case_views(visitor.actor.clone(), which, query.after, PAGE + 1).await;
    let (view, mut found) = found.map_err(|error| unseen(&visitor, &id, error))?;
    let has_more = i64::try_from(found.len()).is_ok_and(|length| length > PAGE);
    if has_more {
        found.pop();
    }
    let calendar = view.loaded.calendar();
    let reference = view.escalation.reference.clone();
    let page = Views {
        frame: Frame::of(&visitor, format!("Who read {reference}")),
        reference,
        next: found.last().filter(|_| has_more).map(|it| it.id),
        readings: found
            .iter()
            .map(|it| Reading {
                when: calendar.say(it.at),
                who: it.name.clone(),
                what: what_in_words(it.what),
                why: why_in_words(it.standing),
                is_notable: it.standing == Standing::GlassBroken,
            })
            .collect(),
        is_first: query.after.is_none(),
        sees_views: true,
    };
    Ok(show(StatusCode::OK, &page))
}

/// The page.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![at("/escalations/{id}/views", "GET, HEAD").route(web::get().to(views))]
}
