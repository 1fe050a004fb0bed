//! What a case's record shows beside the case: its timeline, its people, and what they were sent.

use super::frame::{Frame, show};
use super::page::Refused;
use super::visitor::Visitor;
use crate::directory::Side;
use crate::engine::Engine;
use crate::ids::NoticeId;
use crate::store::notices::DeliveryState;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

/// How many entries, or messages, a page shows.
const PAGE: i64 = 50;

struct Moment {
    when: String,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "timeline.html", config = "src/web/askama.toml")]
struct Timeline {
    frame: Frame,
    reference: String,
    moments: Vec<Moment>,
    next: Option<i64>,
    is_first: bool,
}

/// From where on.
#[derive(Deserialize)]
pub(super) struct EntriesQuery {
    after: Option<i64>,
}

/// `GET /escalations/{id}/timeline`: everything that happened, the first first.
pub(super) async fn timeline(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
    query: web::Query<EntriesQuery>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let after = query.after.unwrap_or(0);
    let (view, mut entries) = app.timeline(visitor.actor.clone(), which, after, PAGE + 1).await?;
    let has_more = i64::try_from(entries.len()).is_ok_and(|length| length > PAGE);
    if has_more {
        entries.pop();
    }
    let calendar = view.loaded.calendar();
    let reference = view.escalation.reference.clone();
    let page = Timeline {
        frame: Frame::of(&visitor, format!("Timeline of {reference}")),
        reference,
        next: entries.last().filter(|_| has_more).map(|entry| entry.sequence),
        moments: entries
            .iter()
            .map(|entry| Moment {
                when: calendar.say(entry.recorded_at),
                who: entry.by.in_words(),
                what: entry.event.in_words(),
            })
            .collect(),
        is_first: after == 0,
    };
    Ok(show(StatusCode::OK, &page))
}

struct OnCase {
    name: String,
    post: String,
    side: &'static str,
}

struct Message {
    when: String,
    to: String,
    subject: String,
    state: &'static str,
    is_bad: bool,
}

#[derive(Template)]
#[template(path = "messages.html", config = "src/web/askama.toml")]
struct Messages {
    frame: Frame,
    reference: String,
    people: Vec<OnCase>,
    messages: Vec<Message>,
    next: Option<NoticeId>,
    is_first: bool,
}

/// From which message on.
#[derive(Deserialize)]
pub(super) struct MessagesQuery {
    after: Option<NoticeId>,
}

fn side_in_words(side: Side) -> &'static str {
    match side {
        Side::Raising => "Raising side",
        Side::Receiving => "Receiving side",
        Side::Partnership => "Partnership",
    }
}

fn state_in_words(state: DeliveryState) -> (&'static str, bool) {
    match state {
        DeliveryState::Queued => ("Waiting to be sent", false),
        DeliveryState::Leased => ("Being sent", false),
        DeliveryState::Accepted => ("Taken by their mail server", false),
        DeliveryState::Failed => ("Not delivered: somebody else was told", true),
        DeliveryState::Cancelled => ("Not sent: it was no longer needed", false),
    }
}

/// `GET /escalations/{id}/messages`: who is on the case, and whether their messages arrived.
pub(super) async fn messages(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
    query: web::Query<MessagesQuery>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let actor = visitor.actor.clone();
    let mut notices = app.case_notices(actor, which, query.after, PAGE + 1).await?;
    let has_more = i64::try_from(notices.len()).is_ok_and(|length| length > PAGE);
    if has_more {
        notices.pop();
    }
    let calendar = view.loaded.calendar();
    let reference = view.escalation.reference.clone();
    let message = |notice: &crate::store::notices::StoredNotice| {
        let (state, is_bad) = if notice.waits_for_its_hour() {
            ("Waits for the hour at which they want such messages", false)
        } else {
            state_in_words(notice.state)
        };
        let subject = match &notice.letter {
            Ok(letter) => letter.subject.clone(),
            Err(_unreadable) => "A message that cannot be read".to_owned(),
        };
        let when = calendar.say(notice.queued_at);
        Message { when, to: notice.recipient_name.clone(), subject, state, is_bad }
    };
    let person = |seat: &crate::directory::Seat| OnCase {
        name: seat.name.clone(),
        post: seat.post_title.clone().unwrap_or_default(),
        side: side_in_words(seat.side),
    };
    let page = Messages {
        frame: Frame::of(&visitor, format!("People and messages of {reference}")),
        reference,
        people: view.escalation.reached().into_iter().map(person).collect(),
        next: notices.last().filter(|_| has_more).map(|notice| notice.id),
        messages: notices.iter().map(message).collect(),
        is_first: query.after.is_none(),
    };
    Ok(show(StatusCode::OK, &page))
}
