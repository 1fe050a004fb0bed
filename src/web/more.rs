//! Everything that somebody can open besides their cases, on one page.

use super::frame::{Frame, show};
use super::page::Refused;
use super::visitor::Visitor;
use crate::engine::sees_addresses;
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
fn groups(visitor: &Visitor) -> Vec<Group> {
    let place = |address: &str, title, hint| Place { address: address.to_owned(), title, hint };
    let all = vec![
        Group {
            title: "Your work",
            places: vec![
                place(
                    "/escalations?show=resolved",
                    "Resolved cases",
                    "What came of them, and what was learned.",
                ),
                place("/find-case", "Find a case", "By its reference."),
            ],
        },
        Group {
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
        },
        Group { title: "What was learned", places: report_places(visitor) },
        Group { title: "Directory", places: directory_places(visitor) },
        Group {
            title: "Policies",
            places: vec![place(
                "/policies",
                "Policies",
                "Read them, check a new version, and try out what it would do.",
            )],
        },
        Group { title: "Administration", places: administration_places(visitor) },
        Group {
            title: "Help",
            places: vec![
                place("/help", "Help", "What to do first, what each state means, whom to ask."),
                place("/accessibility", "Accessibility", "What was tested how, and what was not."),
            ],
        },
    ];
    all.into_iter().filter(|group| !group.places.is_empty()).collect()
}

fn report_places(visitor: &Visitor) -> Vec<Place> {
    let reports = Place {
        address: "/reports".to_owned(),
        title: "Reports",
        hint: "Figures, cases and pictures of your partnership’s disputes.",
    };
    visitor.actor.officer_of().next().map(|_officer| reports).into_iter().collect()
}

fn directory_places(visitor: &Visitor) -> Vec<Place> {
    let place = |address: String, title, hint| Place { address, title, hint };
    vec![
        place(
            "/directory".to_owned(),
            "Agencies, posts and people",
            "Who holds which post, who is away, and who covers.",
        ),
        place(
            format!("/directory/people/{}", visitor.actor.person_id),
            "Your entry and absences",
            "Say when you are away, so that somebody else is asked.",
        ),
        place(
            "/directory/gaps".to_owned(),
            "Posts that need somebody",
            "Where nobody can be reached, and who would be asked instead.",
        ),
    ]
}

fn administration_places(visitor: &Visitor) -> Vec<Place> {
    let place = |address: &str, title, hint| Place { address: address.to_owned(), title, hint };
    let actor = &visitor.actor;
    let hint = "Your API tokens, closures and, for those who keep the directory, the server.";
    let mut places = vec![place("/administration", "Administration", hint)];
    if actor.officer_of().next().is_some() {
        let hint = "Messages that did not arrive, and whom to ring.";
        places.push(place("/messages", "Delivery problems", hint));
    }
    if sees_addresses(actor) {
        let hint = "People from whose address mail comes back.";
        places.push(place("/messages/addresses", "Addresses that fail", hint));
    }
    places
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
