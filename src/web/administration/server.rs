//! What there is to administer, how the server is, and who cannot sign in yet.

use super::App;
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::engine::{ServerState, sees_addresses};
use crate::ids::PersonId;
use crate::store::nodes::Node;
use crate::web::acts::capital;
use crate::web::directory::{Paging, PlaceQuery};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

/// For how many seconds a node may be silent before it counts as gone.
const SILENT_SECONDS: i64 = 120;

struct Place {
    address: String,
    title: String,
    hint: &'static str,
}

#[derive(Template)]
#[template(path = "administration.html", config = "src/web/askama.toml")]
struct HubPage {
    frame: Frame,
    places: Vec<Place>,
}

/// `GET /administration`
pub(super) async fn hub(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let actor = &visitor.actor;
    let place = |address: &str, title: &str, hint| Place {
        address: address.to_owned(),
        title: title.to_owned(),
        hint,
    };
    let mut places = vec![place(
        "/administration/tokens",
        "Your API tokens",
        "For programs that read or write here in your name.",
    )];
    if sees_addresses(actor) {
        places.push(place(
            "/administration/server",
            "How the server is",
            "Whether deadlines and messages are looked after.",
        ));
        places.push(place(
            "/administration/accounts",
            "People who cannot sign in yet",
            "Invite them.",
        ));
        places.push(place(
            "/administration/keys",
            "Signing keys",
            "A new key is proposed by one person, and approved by another.",
        ));
    }
    if actor.administrator {
        places.push(place(
            "/administration/machines",
            "Machines",
            "Programs of agencies, and their API tokens.",
        ));
    }
    for partnership in app.partnerships_of(actor.clone()).await? {
        places.push(Place {
            address: super::closures::address(partnership.id),
            title: format!("Closures of {}", partnership.name),
            hint: "Days on which nobody works, and working deadlines out again.",
        });
    }
    let page = HubPage { frame: Frame::of(&visitor, "Administration"), places };
    Ok(show(StatusCode::OK, &page))
}

struct NodeRow {
    id: String,
    started: String,
    seen: String,
    is_here: bool,
}

struct AsideRow {
    reference: String,
    since: String,
    reason: String,
    tries: i32,
    again: String,
}

#[derive(Template)]
#[template(path = "server.html", config = "src/web/askama.toml")]
struct ServerPage {
    frame: Frame,
    version: &'static str,
    ailments: Vec<String>,
    waiting: i64,
    oldest: Option<String>,
    failed: i64,
    nodes: Vec<NodeRow>,
    aside_count: i64,
    aside: Vec<AsideRow>,
}

/// `GET /administration/server`
pub(super) async fn server(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let state = app.server_state(visitor.actor.clone()).await?;
    let (calendar, now) = (app.wall_calendar(visitor.actor.clone()).await?, app.now());
    Ok(show(StatusCode::OK, &server_page(&visitor, &state, &calendar, now)))
}

fn server_page(
    visitor: &Visitor,
    state: &ServerState,
    calendar: &Calendar,
    now: UtcInstant,
) -> ServerPage {
    let numbers = &state.numbers;
    let ailments = numbers.signs.ailments();
    let node = |it: &Node| NodeRow {
        id: it.id.clone(),
        started: calendar.say(it.started_at),
        seen: calendar.say(it.seen_at),
        is_here: now.since(it.seen_at).num_seconds() <= SILENT_SECONDS,
    };
    let aside = |it: &crate::store::due::CaseAside| AsideRow {
        reference: it.reference.clone(),
        since: calendar.say(it.since),
        reason: it.reason.clone(),
        tries: it.tries,
        again: calendar.say(it.try_again_at),
    };
    ServerPage {
        frame: Frame::of(visitor, "How the server is"),
        version: env!("CARGO_PKG_VERSION"),
        ailments: ailments.iter().map(|it| format!("{}.", capital(&it.to_string()))).collect(),
        waiting: numbers.waiting_count,
        oldest: numbers.oldest_waiting_seconds.map(ago),
        failed: numbers.failed_count,
        nodes: state.nodes.iter().map(node).collect(),
        aside_count: numbers.signs.set_aside_count,
        aside: state.aside.iter().map(aside).collect(),
    }
}

/// A length of time, as people say it.
fn ago(seconds: i64) -> String {
    let (number, unit) = match seconds {
        ..60 => (seconds.max(0), "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

struct PersonRow {
    id: PersonId,
    name: String,
    invited: String,
}

#[derive(Template)]
#[template(path = "accounts.html", config = "src/web/askama.toml")]
struct AccountsPage {
    frame: Frame,
    rows: Vec<PersonRow>,
    count: usize,
    paging: Paging,
}

/// `GET /administration/accounts`: the people who cannot sign in yet.
pub(super) async fn accounts(
    app: App,
    visitor: Visitor,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let all = app.people_without_account(visitor.actor.clone()).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let count = all.len();
    let paging = Paging::of(query.page, count)?;
    let (from, limit) = Paging::rows(query.page);
    let rows = all.into_iter().skip(from).take(limit).map(|(person, until)| PersonRow {
        id: person.id,
        name: person.name,
        invited: match until {
            Some(until) => format!("Invited. The link works until {}.", calendar.say(until)),
            None => "No invitation of theirs works.".to_owned(),
        },
    });
    let page = AccountsPage {
        frame: Frame::of(&visitor, format!("People who cannot sign in yet{}", paging.in_title())),
        rows: rows.collect(),
        count,
        paging,
    };
    Ok(show(StatusCode::OK, &page))
}
