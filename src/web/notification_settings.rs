//! What somebody is sent, and when: the page that says it, and the choice that there is.

use super::fields::{Faults, Field, Kind};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::clock::UtcInstant;
use crate::engine::{Engine, EngineError, OwnLetters, TOGETHER_HOURS};
use crate::escalation::Refusal;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

const WHEN: &str = "when";
const HOUR: &str = "together_at_hour";
const AT_ONCE: &str = "at-once";
const TOGETHER: &str = "together";
/// The hour that is offered to whoever has chosen none.
const USUAL_HOUR: u32 = 8;

/// The page.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![
        at("/account/messages", "GET, HEAD, POST")
            .route(web::get().to(page))
            .route(web::post().to(save)),
    ]
}

#[derive(Template)]
#[template(path = "notification_settings.html", config = "src/web/askama.toml")]
struct MessagesPage {
    frame: Frame,
    done: Option<&'static str>,
    email: String,
    /// Since when mail to them comes back, and why.
    failing: Option<(String, String)>,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    /// What waits for their hour, and when it goes.
    waiting: Option<String>,
    reminders: Option<String>,
    digest: Option<String>,
}

/// What the page's address may say beside it.
#[derive(Deserialize)]
struct PageQuery {
    done: Option<String>,
}

fn fields() -> [Field; 2] {
    let choices = [(AT_ONCE, "At once, one by one"), (TOGETHER, "Together, once each working day")];
    let choices = choices.map(|(key, title)| (key.to_owned(), title.to_owned())).to_vec();
    let hours = TOGETHER_HOURS.map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect();
    [
        Field::new(WHEN, "When do you want these?", Kind::Choice(choices)),
        Field::new(HOUR, "If together: at what time?", Kind::Pick(hours))
            .hint("The time on the clock here. On a day that is not worked, the next one that is."),
    ]
}

/// A moment as somebody reads it on the wall.
fn said(letters: &OwnLetters, at: UtcInstant) -> String {
    match &letters.calendar {
        Some(calendar) => calendar.say(at),
        None => at.utc().format("%a %-d %b %Y, %H:%M UTC").to_string(),
    }
}

/// What waits, in a sentence; nothing where nothing does.
fn waiting(letters: &OwnLetters) -> Option<String> {
    let at = said(letters, letters.waiting.go_at?);
    Some(match letters.waiting.count {
        1 => format!("1 message waits for you. It goes on {at}."),
        count => format!("{count} messages wait for you. They go together on {at}."),
    })
}

fn shown(
    visitor: &Visitor,
    letters: &OwnLetters,
    fields: [Field; 2],
    faults: &Faults,
    done: Option<&'static str>,
    status: StatusCode,
) -> HttpResponse {
    let page = MessagesPage {
        frame: Frame::of(visitor, "Your messages").with_faults(!faults.is_empty()),
        done,
        email: letters.email.clone(),
        failing: letters.failing.as_ref().map(|it| (said(letters, it.since), it.why.clone())),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        waiting: waiting(letters),
        reminders: letters.next_reminders_at.map(|at| said(letters, at)),
        digest: letters.next_digest_at.map(|at| said(letters, at)),
    };
    show(status, &page)
}

async fn page(
    app: App,
    visitor: Visitor,
    query: web::Query<PageQuery>,
) -> Result<HttpResponse, Refused> {
    let letters = app.own_letters(visitor.actor.clone()).await?;
    let hour = letters.together_at_hour;
    let done = match (query.done.as_deref(), hour) {
        (Some(AT_ONCE), None) => {
            Some("Every message comes at once from now on. What waited is on its way.")
        }
        (Some(TOGETHER), Some(_)) => Some(
            "What only informs you comes together from now on. What asks you to act still comes at \
             once.",
        ),
        _ => None,
    };
    let [when, at] = fields();
    let choice = if hour.is_some() { TOGETHER } else { AT_ONCE };
    let at_hour = hour.unwrap_or(USUAL_HOUR).to_string();
    let fields = [when.holding(Some(choice)), at.holding(Some(&at_hour))];
    Ok(shown(&visitor, &letters, fields, &Faults::default(), done, StatusCode::OK))
}

async fn save(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let fields = fields().map(|field| field.filled_with(&sent));
    let [when, at] = &fields;
    let mut faults = Faults::default();
    let hour = match (when.value(), at.value().parse::<u32>()) {
        (AT_ONCE, _) => None,
        (TOGETHER, Ok(hour)) => Some(hour),
        (TOGETHER, Err(_no_hour)) => {
            faults.add(HOUR, "If together: at what time? Choose one of these");
            None
        }
        _ => {
            faults.add(WHEN, "When do you want these? Choose one of these");
            None
        }
    };
    if faults.is_empty() {
        match app.have_letters_together(visitor.actor.clone(), hour).await {
            Err(EngineError::Refused(Refusal::Faulty(found))) => {
                faults = Faults::of_engine(&found, &fields);
            }
            done => {
                done?;
                let choice = if hour.is_some() { TOGETHER } else { AT_ONCE };
                return Ok(see_other(&format!("/account/messages?done={choice}")));
            }
        }
    }
    let letters = app.own_letters(visitor.actor.clone()).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(shown(&visitor, &letters, fields, &faults, None, status))
}
