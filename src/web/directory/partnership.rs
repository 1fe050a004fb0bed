//! The page of a partnership: its own posts with who is in them.

use super::agency::done_in_words;
use super::words::{PostLine, Speaker, of_partnership};
use super::{App, PlaceQuery, id};
use crate::ids::PartnershipId;
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "partnership.html", config = "src/web/askama.toml")]
struct PartnershipPage {
    frame: Frame,
    done: Option<&'static str>,
    address: String,
    name: String,
    contact: String,
    posts: Vec<PostLine>,
    is_kept: bool,
}

/// `GET /directory/partnerships/{id}`
pub(super) async fn partnership(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let which: PartnershipId = id(&path)?;
    let book = app.partnership_book(visitor.actor.clone(), which).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let speaker = Speaker {
        directory: &book.directory,
        calendar: &calendar,
        now: app.now(),
        tells_until: book.is_kept,
    };
    let posts = of_partnership(&book.directory, which);
    let page = PartnershipPage {
        frame: Frame::of(&visitor, book.partnership.name.clone()),
        done: done_in_words(query.done.as_deref()),
        address: format!("/directory/partnerships/{which}"),
        name: book.partnership.name.clone(),
        contact: book.partnership.contact_email.clone(),
        posts: posts.into_iter().map(|post| speaker.line(post)).collect(),
        is_kept: book.is_kept,
    };
    Ok(show(StatusCode::OK, &page))
}
