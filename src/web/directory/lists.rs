//! The agencies by kind, the search by name, and the posts that need somebody.

use super::words::{asked_in_words, gap_in_words, place_in_words};
use super::{App, PAGE, Paging, PlaceQuery};
use crate::access;
use crate::directory::{Agency, Directory, Partnership, Place, Post};
use crate::web::acts::capital;
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

struct AgencyRow {
    address: String,
    name: String,
    /// The titles of its posts that need somebody.
    gaps: Vec<String>,
}

/// Agencies of a kind.
struct Kind {
    title: String,
    agencies: Vec<AgencyRow>,
}

/// A link and its words.
struct Link {
    address: String,
    title: String,
}

#[derive(Template)]
#[template(path = "directory.html", config = "src/web/askama.toml")]
struct DirectoryPage {
    frame: Frame,
    form_token: String,
    partnerships: Vec<Link>,
    kinds: Vec<Kind>,
    count: usize,
    paging: Paging,
    adds: Vec<Link>,
    me: String,
}

/// `GET /directory`: the agencies, by kind and name.
pub(super) async fn agencies(
    app: App,
    visitor: Visitor,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let actor = &visitor.actor;
    let (found, count) = app.agencies_with_gaps(actor.clone(), Paging::rows(query.page)).await?;
    let paging = Paging::of(query.page, count)?;
    let partnerships = app.partnerships_of(actor.clone()).await?;
    let page = DirectoryPage {
        frame: Frame::of(&visitor, format!("Directory{}", paging.in_title())),
        form_token: visitor.form_token.clone(),
        adds: adds(&visitor, &partnerships),
        partnerships: partnerships.iter().map(own).collect(),
        kinds: by_kind(found),
        count,
        paging,
        me: format!("/directory/people/{}", actor.person_id),
    };
    Ok(show(StatusCode::OK, &page))
}

fn own(partnership: &Partnership) -> Link {
    Link {
        address: format!("/directory/partnerships/{}", partnership.id),
        title: partnership.name.clone(),
    }
}

/// What whoever comes may add here.
fn adds(visitor: &Visitor, partnerships: &[Partnership]) -> Vec<Link> {
    let actor = &visitor.actor;
    let keeps_one =
        partnerships.iter().any(|it| access::may_keep_directory(actor, &[it.id]).is_ok());
    let link =
        |address: &str, title: &str| Link { address: address.to_owned(), title: title.to_owned() };
    let agency = keeps_one.then(|| link("/directory/agencies/add", "Add an agency"));
    let person = actor
        .administrator
        .then(|| link("/directory/people/add", "Add somebody who works for no agency"));
    agency.into_iter().chain(person).collect()
}

fn by_kind(found: Vec<(Agency, Vec<Post>)>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for (agency, gaps) in found {
        let title = capital(agency.sector.in_words()).replace('\'', "’");
        let row = AgencyRow {
            address: format!("/directory/agencies/{}", agency.id),
            name: agency.name,
            gaps: gaps.into_iter().map(|post| post.title).collect(),
        };
        match kinds.last_mut().filter(|kind| kind.title == title) {
            Some(kind) => kind.agencies.push(row),
            None => kinds.push(Kind { title, agencies: vec![row] }),
        }
    }
    kinds
}

struct Hit {
    address: String,
    name: String,
    besides: String,
}

#[derive(Template)]
#[template(path = "directory_search.html", config = "src/web/askama.toml")]
struct SearchPage {
    frame: Frame,
    form_token: String,
    name: String,
    fault: Option<&'static str>,
    /// None before anything was searched for.
    found: Option<(Vec<Hit>, Vec<Hit>)>,
    has_more: bool,
}

fn search_page(visitor: &Visitor, name: String, fault: Option<&'static str>) -> SearchPage {
    SearchPage {
        frame: Frame::of(visitor, "Search the directory").with_faults(fault.is_some()),
        form_token: visitor.form_token.clone(),
        name,
        fault,
        found: None,
        has_more: false,
    }
}

/// `GET /directory/search`: the form.
pub(super) async fn search_form(visitor: Visitor) -> HttpResponse {
    show(StatusCode::OK, &search_page(&visitor, String::new(), None))
}

/// `POST /directory/search`: what was found.
pub(super) async fn search(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields } = posted;
    let name = fields.get("name").map(|name| name.trim().to_owned()).unwrap_or_default();
    if name.chars().count() < 2 {
        let fault = "Name: write at least two letters of it";
        let page = search_page(&visitor, name, Some(fault));
        return Ok(show(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let found = app.search_directory(visitor.actor.clone(), name.clone(), PAGE + 1).await?;
    let has_more = found.people.len() > PAGE || found.agencies.len() > PAGE;
    let agencies = found.agencies.into_iter().take(PAGE).map(|agency| Hit {
        address: format!("/directory/agencies/{}", agency.id),
        besides: capital(agency.sector.in_words()).replace('\'', "’"),
        name: agency.name,
    });
    let people = found.people.into_iter().take(PAGE).map(|(person, agency)| Hit {
        address: format!("/directory/people/{}", person.id),
        besides: agency.unwrap_or_else(|| "The partnership".to_owned()),
        name: person.name,
    });
    let mut page = search_page(&visitor, name, None);
    page.found = Some((agencies.collect(), people.collect()));
    page.has_more = has_more;
    Ok(show(StatusCode::OK, &page))
}

struct GapRow {
    address: String,
    place: String,
    title: String,
    what: String,
    words: String,
}

#[derive(Template)]
#[template(path = "directory_gaps.html", config = "src/web/askama.toml")]
struct GapsPage {
    frame: Frame,
    rows: Vec<GapRow>,
    count: usize,
    paging: Paging,
}

fn gap_row(partnership: &Partnership, directory: &Directory, post: &Post, words: String) -> GapRow {
    let agency = match &post.place {
        Place::Agency { agency_id, .. } => directory.agency(*agency_id),
        Place::Partnership { .. } => None,
    };
    GapRow {
        address: match agency {
            Some(agency) => format!("/directory/agencies/{}", agency.id),
            None => format!("/directory/partnerships/{}", partnership.id),
        },
        place: agency.map_or(partnership.name.clone(), |agency| agency.name.clone()),
        title: post.title.clone(),
        what: place_in_words(post),
        words,
    }
}

/// `GET /directory/gaps`: the posts that need somebody.
pub(super) async fn gaps(
    app: App,
    visitor: Visitor,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let now = app.now();
    let mut rows: Vec<GapRow> = Vec::new();
    for found in app.gaps(visitor.actor.clone()).await? {
        for post in &found.posts {
            let standing = found.directory.standing(post, now);
            let fallback = || format!("A case would go to {}.", asked_in_words(&standing.asked));
            let words = gap_in_words(post, &standing).unwrap_or_else(fallback);
            rows.push(gap_row(&found.partnership, &found.directory, post, words));
        }
    }
    let count = rows.len();
    let paging = Paging::of(query.page, count)?;
    let (from, limit) = Paging::rows(query.page);
    let page = GapsPage {
        frame: Frame::of(&visitor, format!("Posts that need somebody{}", paging.in_title())),
        rows: rows.into_iter().skip(from).take(limit).collect(),
        count,
        paging,
    };
    Ok(show(StatusCode::OK, &page))
}
