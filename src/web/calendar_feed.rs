//! What waits for somebody, in their own calendar: the page where they make and end a private address,
//! and what their calendar fetches from it.

use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::auth;
use crate::client_address::ClientAddress;
use crate::clock::UtcInstant;
use crate::engine::{CalendarFeed, Engine, EngineError, ListedCase};
use crate::rendering::{FeedEntry, calendar_feed};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Resource, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

/// The pages, and what calendars fetch.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![
        at("/account/calendar", "GET, HEAD, POST")
            .route(web::get().to(page))
            .route(web::post().to(make)),
        at("/account/calendar/end", "POST").route(web::post().to(end)),
        at("/calendar/{secret}.ics", "GET, HEAD").route(web::get().to(fetch)),
    ]
}

#[derive(Template)]
#[template(path = "calendar_feed.html", config = "src/web/askama.toml")]
struct CalendarPage {
    frame: Frame,
    done: Option<&'static str>,
    /// When the address was made that works now, in words.
    made: Option<String>,
    /// When a calendar last used it.
    read: String,
    number: i32,
    form_secret: String,
    form_token: String,
}

#[derive(Template)]
#[template(path = "calendar_made.html", config = "src/web/askama.toml")]
struct MadePage {
    frame: Frame,
    address: String,
    /// The same for a calendar that opens by itself.
    subscribe: Option<String>,
}

/// What the page's address may say beside it.
#[derive(Deserialize)]
struct PageQuery {
    done: Option<String>,
}

async fn page(
    app: App,
    visitor: Visitor,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Refused> {
    let address = app.calendar_address(&visitor.actor).await?;
    let day = |at: UtcInstant| at.utc().format("%-d %B %Y").to_string();
    let done = query.done.as_deref() == Some("ended") && address.made_at.is_none();
    let page = CalendarPage {
        frame: Frame::of(&visitor, "Your calendar"),
        done: done.then_some(
            "The address has ended. Calendars that have it find nothing there any more; take it out \
             of yours.",
        ),
        made: address.made_at.map(day),
        read: address.last_read_at.map_or_else(|| "Not yet".to_owned(), day),
        number: address.number,
        form_secret: auth::random_secret().map_err(EngineError::from)?,
        form_token: visitor.form_token.clone(),
    };
    Ok(show(StatusCode::OK, &page))
}

/// Makes the address and shows it: nothing else knows it, so it cannot be shown by another page.
async fn make(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, mut fields } = posted;
    let number = fields.remove("number").and_then(|text| text.parse().ok());
    let (Some(number), Some(secret)) = (number, fields.remove("form_secret")) else {
        return Err(Refused::Unreadable);
    };
    let made = app.make_calendar_address(visitor.actor.clone(), number, secret).await;
    let address = match made {
        Err(EngineError::Stale) => {
            return Err(Refused::NotNow {
                text: "Another address was made or ended since you opened the page, and none was \
                       made now. Go on to your calendar’s page to see how it stands."
                    .to_owned(),
                back: "/account/calendar".to_owned(),
            });
        }
        made => made?,
    };
    let page = MadePage {
        frame: Frame::of(&visitor, "Your private address"),
        subscribe: address.strip_prefix("https://").map(|rest| format!("webcal://{rest}")),
        address,
    };
    Ok(show(StatusCode::OK, &page))
}

async fn end(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    app.end_calendar_address(posted.visitor.actor).await?;
    Ok(see_other("/account/calendar?done=ended"))
}

/// `GET /calendar/{secret}.ics`: what waits for whoever has the address. The secret in it is all that
/// proves it, so no cookie is looked at, and it stands in no log.
async fn fetch(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    secret: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let feed = app.calendar_feed(&secret, from.network()).await?;
    tracing::Span::current().record("person_id", tracing::field::display(feed.person_id));
    let text = calendar_feed(&entries(&app, &feed));
    let etag = format!("\"{}\"", auth::digest(&text));
    let held = request.headers().get(header::IF_NONE_MATCH);
    let is_held = held.and_then(|held| held.to_str().ok()).is_some_and(|held| means(held, &etag));
    let mut answer = if is_held { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, etag))
        // The person's own program keeps it, and asks whether it is still so.
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    if is_held {
        return Ok(answer.finish());
    }
    Ok(answer
        .insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH"))
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"escalations.ics\""))
        .body(text))
}

/// Whether an If-None-Match means this tag: weakly, as a proxy that compresses marks it.
fn means(held: &str, etag: &str) -> bool {
    let mut tags = held.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == etag || tag == "*")
}

fn entries<'f>(app: &Engine, feed: &'f CalendarFeed) -> Vec<FeedEntry<'f>> {
    let entry = |it: &'f ListedCase, is_over| {
        let entry = it.escalation.stage_entries.last();
        let due = entry.map(|entry| it.loaded.calendar().say(entry.due.at));
        FeedEntry {
            case: &it.escalation,
            label: &it.loaded.policy.label,
            due_in_words: due.unwrap_or_default(),
            link: app.link_to(&it.escalation.reference),
            is_over,
        }
    };
    let waiting = feed.waiting.iter().map(|it| entry(it, false));
    waiting.chain(feed.ended.iter().map(|it| entry(it, true))).collect()
}
