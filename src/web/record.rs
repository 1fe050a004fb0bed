//! What a case's record shows beside the case: its timeline, its people, and what they were sent.

use super::case::sees_views;
use super::frame::{Frame, show};
use super::moments::Moment;
use super::page::Refused;
use super::restricting::unseen;
use super::visitor::Visitor;
use crate::calendar::Calendar;
use crate::directory::{Seat, Side};
use crate::engine::{CaseView, Engine};
use crate::ids::{EscalationId, NoticeId};
use crate::rendering::{DisputeFigure, DisputePicture, RenderingError, dispute_figure};
use crate::store::notices::{DeliveryState, StoredNotice};
use crate::timeline::Entry;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

/// How many entries, or messages, a page shows.
const PAGE: i64 = 50;

/// How many entries, or messages, are read at once where all are wanted.
const AT_ONCE: i64 = 500;

#[derive(Template)]
#[template(path = "timeline.html", config = "src/web/askama.toml")]
struct Timeline {
    frame: Frame,
    reference: String,
    moments: Vec<Moment>,
    next: Option<i64>,
    is_first: bool,
    /// On the first page: how the dispute went, as a picture with its table.
    picture: Option<DisputeFigure>,
    sees_views: bool,
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
    let found = app.timeline(visitor.actor.clone(), which, after, PAGE + 1).await;
    let (view, mut entries) = found.map_err(|error| unseen(&visitor, &id, error))?;
    let has_more = i64::try_from(entries.len()).is_ok_and(|length| length > PAGE);
    let picture = match after {
        0 if has_more => pictured(&app, &whole_timeline(&app, &visitor, which).await?).await?,
        0 => pictured(&app, &(view.clone(), entries.clone())).await?,
        _ => None,
    };
    if has_more {
        entries.pop();
    }
    let calendar = view.loaded.calendar();
    let reference = view.escalation.reference.clone();
    let page = Timeline {
        frame: Frame::of(&visitor, format!("Timeline of {reference}")),
        reference,
        next: entries.last().filter(|_| has_more).map(|entry| entry.sequence),
        moments: entries.iter().map(|entry| Moment::of(entry, calendar)).collect(),
        is_first: after == 0,
        picture,
        sees_views: sees_views(&visitor, &view, app.now()),
    };
    Ok(show(StatusCode::OK, &page))
}

/// A case with all of its timeline, as of one moment.
pub(super) async fn whole_timeline(
    app: &App,
    visitor: &Visitor,
    which: EscalationId,
) -> Result<(CaseView, Vec<Entry>), Refused> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |entry| entry.sequence);
        let (view, more) = app.timeline(visitor.actor.clone(), which, after, AT_ONCE).await?;
        let is_last = i64::try_from(more.len()).is_ok_and(|count| count < AT_ONCE);
        entries.extend(more);
        if is_last {
            return Ok((view, entries));
        }
    }
}

/// How a dispute went; nothing of a draft.
async fn pictured(
    app: &App,
    (view, entries): &(CaseView, Vec<Entry>),
) -> Result<Option<DisputeFigure>, Refused> {
    let Some(picture) = DisputePicture::of(&view.escalation, entries, app.now()) else {
        return Ok(None);
    };
    let zone = view.loaded.calendar().rules().zone;
    // Where it does not keep other requests waiting.
    let drawn = web::block(move || dispute_figure(&picture, "dispute", zone)).await;
    let drawn = drawn.map_err(|_stopped: actix_web::error::BlockingError| Refused::Failed {
        is_passing: true,
    })?;
    drawn.map(Some).map_err(|error: RenderingError| {
        tracing::error!(%error, "drawing a dispute failed");
        Refused::Failed { is_passing: false }
    })
}

/// Somebody on a case.
pub(super) struct OnCase {
    pub(super) name: String,
    pub(super) post: String,
    pub(super) side: &'static str,
}

/// A message about a case, and what became of it.
pub(super) struct Message {
    pub(super) when: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) state: &'static str,
    pub(super) is_bad: bool,
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
    sees_views: bool,
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

impl Message {
    fn of(notice: &StoredNotice, calendar: &Calendar) -> Self {
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
        Self { when, to: notice.recipient_name.clone(), subject, state, is_bad }
    }
}

/// Everybody whom a case has reached.
pub(super) fn people_on(view: &CaseView) -> Vec<OnCase> {
    let person = |seat: &Seat| OnCase {
        name: seat.name.clone(),
        post: seat.post_title.clone().filter(|post| *post != seat.name).unwrap_or_default(),
        side: side_in_words(seat.side),
    };
    view.escalation.reached().into_iter().map(person).collect()
}

/// Every message about a case.
pub(super) async fn all_messages(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
) -> Result<Vec<Message>, Refused> {
    let (which, calendar) = (view.escalation.id, view.loaded.calendar());
    let mut messages = Vec::new();
    let mut after = None;
    loop {
        let notices = app.case_notices(visitor.actor.clone(), which, after, AT_ONCE).await?;
        messages.extend(notices.iter().map(|notice| Message::of(notice, calendar)));
        after = notices.last().map(|notice| notice.id);
        if i64::try_from(notices.len()).is_ok_and(|count| count < AT_ONCE) {
            return Ok(messages);
        }
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
    let view = app.view(visitor.actor.clone(), which).await;
    let view = view.map_err(|error| unseen(&visitor, &id, error))?;
    let actor = visitor.actor.clone();
    let mut notices = app.case_notices(actor, which, query.after, PAGE + 1).await?;
    let has_more = i64::try_from(notices.len()).is_ok_and(|length| length > PAGE);
    if has_more {
        notices.pop();
    }
    let calendar = view.loaded.calendar();
    let reference = view.escalation.reference.clone();
    let page = Messages {
        frame: Frame::of(&visitor, format!("People and messages of {reference}")),
        reference,
        people: people_on(&view),
        next: notices.last().filter(|_| has_more).map(|notice| notice.id),
        messages: notices.iter().map(|notice| Message::of(notice, calendar)).collect(),
        is_first: query.after.is_none(),
        sees_views: sees_views(&visitor, &view, app.now()),
    };
    Ok(show(StatusCode::OK, &page))
}
