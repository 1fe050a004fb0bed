//! Delivery problems: what did not arrive, whom to ring about it, and which addresses fail.

use super::{App, PAGE};
use crate::calendar::Calendar;
use crate::engine::TroubledNotice;
use crate::ids::{NoticeId, PersonId};
use crate::store::delivery_problems::Trouble;
use crate::web::directory::{Paging, PlaceQuery};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// Which messages, and where in the list.
#[derive(Deserialize)]
pub(super) struct MessagesQuery {
    show: Option<String>,
    before: Option<NoticeId>,
}

const ALL: [Trouble; 4] = [Trouble::Failed, Trouble::CameBack, Trouble::Delayed, Trouble::Waiting];

/// A list's address, its name, what is said where it is empty, and what to do about what is in it.
fn words(trouble: Trouble) -> (&'static str, &'static str, &'static str, &'static str) {
    match trouble {
        Trouble::Failed => (
            "failed",
            "Not delivered",
            "Every message was delivered, or is on its way.",
            "Their mail server refused these, or took them for days on end not at all. Somebody else \
             was told. Ring whoever it was for, and correct their address in the directory.",
        ),
        Trouble::CameBack => (
            "came-back",
            "Came back",
            "No message came back.",
            "Their mail server took these, and sent them back later. Somebody else was told. Ring \
             whoever it was for, and correct their address in the directory.",
        ),
        Trouble::Delayed => (
            "delayed",
            "Delayed",
            "No message is delayed.",
            "Their mail server does not take these for now. They are tried again and again. If it \
             presses, ring them.",
        ),
        Trouble::Waiting => (
            "waiting",
            "Waiting",
            "No message waits.",
            "These go out in a moment. If they stay here for minutes, tell whoever runs the server.",
        ),
    }
}

struct Tab {
    address: &'static str,
    title: &'static str,
    is_here: bool,
}

struct Row {
    since: String,
    to: String,
    person: Option<PersonId>,
    reference: Option<String>,
    subject: String,
    said: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "deliveries.html", config = "src/web/askama.toml")]
struct DeliveriesPage {
    frame: Frame,
    tabs: Vec<Tab>,
    address: &'static str,
    title: &'static str,
    empty: &'static str,
    advice: &'static str,
    rows: Vec<Row>,
    next: Option<NoticeId>,
    is_first: bool,
}

/// `GET /messages`: what did not arrive, the newest first.
pub(super) async fn messages(
    app: App,
    visitor: Visitor,
    query: web::Query<MessagesQuery>,
) -> Result<HttpResponse, Refused> {
    let asked = query.show.as_deref().unwrap_or("failed");
    let trouble = ALL.into_iter().find(|it| words(*it).0 == asked).ok_or(Refused::NotFound)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let actor = visitor.actor.clone();
    let mut found = app.troubled_notices(actor.clone(), (trouble, query.before), limit).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let calendar = app.wall_calendar(actor).await?;
    let (address, title, empty, advice) = words(trouble);
    let page = DeliveriesPage {
        frame: Frame::of(&visitor, format!("Delivery problems: {title}")),
        tabs: ALL
            .into_iter()
            .map(|it| Tab { address: words(it).0, title: words(it).1, is_here: it == trouble })
            .collect(),
        next: found.last().filter(|_| has_more).map(|last| last.notice.id),
        rows: found.iter().map(|it| row(it, &calendar)).collect(),
        address,
        title,
        empty,
        advice,
        is_first: query.before.is_none(),
    };
    Ok(show(StatusCode::OK, &page))
}

fn row(found: &TroubledNotice, calendar: &Calendar) -> Row {
    let notice = &found.notice;
    let is_on_the_way = notice.ended_at.is_none() && notice.attempts > 0;
    Row {
        since: calendar.say(notice.queued_at),
        to: notice.recipient_name.clone(),
        person: notice.person_id,
        reference: found.reference.clone(),
        subject: notice.subject().to_owned(),
        said: notice.last_error.clone(),
        next: is_on_the_way.then(|| calendar.say(notice.next_attempt_at)),
    }
}

struct FailingRow {
    id: PersonId,
    name: String,
    email: String,
    since: String,
    why: String,
}

#[derive(Template)]
#[template(path = "failing_addresses.html", config = "src/web/askama.toml")]
struct AddressesPage {
    frame: Frame,
    rows: Vec<FailingRow>,
    paging: Paging,
}

/// `GET /messages/addresses`: everybody from whose address mail comes back.
pub(super) async fn addresses(
    app: App,
    visitor: Visitor,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let failing = app.failing_addresses(visitor.actor.clone()).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let paging = Paging::of(query.page, failing.len())?;
    let (from, limit) = Paging::rows(query.page);
    let rows = failing.into_iter().skip(from).take(limit).map(|(person, failing)| FailingRow {
        id: person.id,
        name: person.name,
        email: person.email,
        since: calendar.say(failing.since),
        why: failing.why,
    });
    let page = AddressesPage {
        frame: Frame::of(&visitor, format!("Addresses that fail{}", paging.in_title())),
        rows: rows.collect(),
        paging,
    };
    Ok(show(StatusCode::OK, &page))
}
