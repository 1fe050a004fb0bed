//! Help, and what is known of how well the pages can be used: for anybody, signed in or not.

use super::frame::{Frame, show};
use super::routes::At;
use super::visitor::{Visitor, visitor};
use crate::engine::{Engine, WhomToAsk};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Resource, web};
use askama::Template;

type App = web::Data<Engine>;

/// A state of a case, and what it means in one sentence.
struct State {
    name: &'static str,
    meaning: &'static str,
}

const STATES: [State; 5] = [
    State { name: "Draft", meaning: "Somebody is still writing it, and nobody else sees it." },
    State { name: "Open", meaning: "The other side was told, and a clock runs." },
    State {
        name: "Overdue",
        meaning: "The time ran out, and nobody has settled it: people are told again until somebody \
                  acts.",
    },
    State { name: "Resolved", meaning: "Both sides agreed, or the partnership decided." },
    State { name: "Withdrawn", meaning: "The side that raised it took it back, with a reason." },
];

#[derive(Template)]
#[template(path = "help.html", config = "src/web/askama.toml")]
struct Help {
    frame: Frame,
    is_signed_in: bool,
    states: [State; 5],
    whom: Vec<WhomToAsk>,
}

#[derive(Template)]
#[template(path = "accessibility.html", config = "src/web/askama.toml")]
struct Accessibility {
    frame: Frame,
    whom: Vec<WhomToAsk>,
}

/// Whoever is there, and whom they may ask. Help is there for somebody whose session has ended, and
/// while the database is not: then without names. Why is in the log.
async fn whoever(app: &App, request: &HttpRequest) -> (Option<Visitor>, Vec<WhomToAsk>) {
    let Ok(visitor) = visitor(request).await else { return (None, Vec::new()) };
    let whom = match app.whom_to_ask(visitor.actor.clone()).await {
        Ok(whom) => whom,
        Err(error) => {
            tracing::error!(%error, "help goes without names");
            Vec::new()
        }
    };
    (Some(visitor), whom)
}

fn frame(visitor: Option<&Visitor>, title: &str) -> Frame {
    visitor.map_or_else(|| Frame::for_anybody(title), |visitor| Frame::of(visitor, title))
}

/// `GET /help`: what this is for, what to do first, and whom to ask.
async fn help(app: App, request: HttpRequest) -> HttpResponse {
    let (visitor, whom) = whoever(&app, &request).await;
    let frame = frame(visitor.as_ref(), "Help");
    let page = Help { frame, is_signed_in: visitor.is_some(), states: STATES, whom };
    show(StatusCode::OK, &page)
}

/// `GET /accessibility`: what was tested how, and what was not.
async fn accessibility(app: App, request: HttpRequest) -> HttpResponse {
    let (visitor, whom) = whoever(&app, &request).await;
    let frame = frame(visitor.as_ref(), "Accessibility");
    show(StatusCode::OK, &Accessibility { frame, whom })
}

/// The pages.
pub(super) fn resources(at: At) -> Vec<Resource> {
    vec![
        at("/help", "GET, HEAD").route(web::get().to(help)),
        at("/accessibility", "GET, HEAD").route(web::get().to(accessibility)),
    ]
}
