//! The page of an agency: its posts with who is in them, and its people.

use super::words::{PostLine, Speaker, asked_in_words, of_agency};
use super::{App, Paging, PlaceQuery, id};
use crate::ids::{AgencyId, PersonId};
use crate::web::acts::capital;
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

struct Colleague {
    id: PersonId,
    name: String,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "agency.html", config = "src/web/askama.toml")]
struct AgencyPage {
    frame: Frame,
    done: Option<&'static str>,
    address: String,
    name: String,
    sector: String,
    partnerships: Vec<(String, String)>,
    posts: Vec<PostLine>,
    /// The rungs without any post, and who would be asked.
    missing: Vec<String>,
    people: Vec<Colleague>,
    count: usize,
    paging: Paging,
    is_kept: bool,
}

/// What was just done, in a sentence.
pub(super) fn done_in_words(done: Option<&str>) -> Option<&'static str> {
    match done? {
        "agency-added" => Some("The agency is in the directory. Add its people and posts next."),
        "agency-changed" => Some("The agency was changed."),
        "post-added" => Some("The post is in the directory. Cases reach it from now on."),
        "post-changed" => Some("The post was changed. Cases reach whoever is in it from now on."),
        _ => None,
    }
}

/// `GET /directory/agencies/{id}`
pub(super) async fn agency(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let which: AgencyId = id(&path)?;
    let book = app.agency_book(visitor.actor.clone(), which).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let now = app.now();
    let speaker =
        Speaker { directory: &book.directory, calendar: &calendar, now, tells_until: book.is_kept };
    let paging = Paging::of(query.page, book.people.len())?;
    let (from, limit) = Paging::rows(query.page);
    let agency = &book.agency.it;
    let missing = book.directory.rungs_without_post(which, now).into_iter().map(|(rung, asked)| {
        format!("No post of {}. A case would go to {}.", rung.in_words(), asked_in_words(&asked))
    });
    let page = AgencyPage {
        frame: Frame::of(&visitor, format!("{}{}", agency.name, paging.in_title())),
        done: done_in_words(query.done.as_deref()),
        address: format!("/directory/agencies/{which}"),
        name: agency.name.clone(),
        sector: capital(agency.sector.in_words()).replace('\'', "’"),
        partnerships: book
            .partnerships
            .iter()
            .map(|it| (format!("/directory/partnerships/{}", it.id), it.name.clone()))
            .collect(),
        posts: of_agency(&book.directory, which).into_iter().map(|it| speaker.line(it)).collect(),
        missing: missing.collect(),
        count: book.people.len(),
        people: book
            .people
            .iter()
            .skip(from)
            .take(limit)
            .map(|person| Colleague {
                id: person.id,
                name: person.name.clone(),
                note: speaker.away(person.id),
            })
            .collect(),
        paging,
        is_kept: book.is_kept,
    };
    Ok(show(StatusCode::OK, &page))
}
