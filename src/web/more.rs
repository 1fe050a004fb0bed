//! Everything that somebody can open besides their cases, on one page.

use super::frame::{Frame, show};
use super::page::Refused;
use super::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;

/// A place to go, and what is found there.
struct Place {
    address: String,
    title: &'static str,
    hint: &'static str,
}

struct Group {
    title: &'static str,
    places: Vec<Place>,
}

#[derive(Template)]
#[template(path = "more.html", config = "src/web/askama.toml")]
struct More {
    frame: Frame,
    groups: Vec<Group>,
}

/// What whoever comes can open: a place that would refuse them is left out.
fn groups(_visitor: &Visitor) -> Vec<Group> {
    let place = |address: &str, title, hint| Place { address: address.to_owned(), title, hint };
    let account = Group {
        title: "You",
        places: vec![
            place(
                "/account",
                "Your account",
                "Your posts, your password, codes and passkeys, and where you are signed in.",
            ),
            place(
                "/account/messages",
                "Your messages",
                "What you are sent, where it goes, and when.",
            ),
            place(
                "/account/calendar",
                "Your calendar",
                "See in Outlook, Google or your phone what waits for you, and until when.",
            ),
        ],
    };
    let work = Group {
        title: "Your work",
        places: vec![place(
            "/escalations?show=resolved",
            "Resolved cases",
            "What came of them, and what was learned.",
        )],
    };
    vec![work, account]
}

async fn more(visitor: Visitor) -> Result<HttpResponse, Refused> {
    let groups = groups(&visitor);
    let frame = Frame::of(&visitor, "More");
    Ok(show(StatusCode::OK, &More { frame, groups }))
}

/// The page.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![at("/more", "GET, HEAD").route(web::get().to(more))]
}
