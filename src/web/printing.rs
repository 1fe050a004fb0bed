//! A case on paper: all of it on one page, with nothing folded away. Reading it is reading the case.

use super::frame::{Frame, show};
use super::home::tag;
use super::ladder::{Step, steps};
use super::moments::Moment;
use super::page::Refused;
use super::record::{Message, OnCase, all_messages, people_on, whole_timeline};
use super::restricting::unseen;
use super::statements::{Said, Statement, ended, others, said_by, summary};
use super::visitor::Visitor;
use crate::directory::Side;
use crate::engine::{CaseView, Engine};
use crate::timeline::Entry;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;

type App = web::Data<Engine>;

#[derive(Template)]
#[template(path = "print.html", config = "src/web/askama.toml")]
struct Print {
    frame: Frame,
    reference: String,
    heading: String,
    printed_at: String,
    printed_by: String,
    entries_count: usize,
    status: String,
    waiting: Option<(String, String)>,
    ended: Option<Statement>,
    summary: Vec<Said>,
    steps: Vec<Step>,
    raising: Vec<Statement>,
    receiving: Vec<Statement>,
    others: Vec<Statement>,
    moments: Vec<Moment>,
    people: Vec<OnCase>,
    messages: Vec<Message>,
}

/// `GET /escalations/{id}/print`
async fn print(app: App, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let seen = app.view(visitor.actor.clone(), which).await;
    let seen = seen.map_err(|error| unseen(&visitor, &id, error))?;
    if seen.escalation.challenge().is_none() {
        return Err(Refused::NotNow {
            text: "A draft cannot be printed: it is sent first.".to_owned(),
            back: format!("/escalations/{}/draft", seen.escalation.reference),
        });
    }
    // What is printed is one moment's: the case as it was with the last entry that was read.
    let (view, entries) = whole_timeline(&app, &visitor, which).await?;
    let messages = all_messages(&app, &visitor, &view).await?;
    let page = whole(&app, &visitor, &view, &entries, messages)?;
    Ok(show(StatusCode::OK, &page))
}

fn whole(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
    entries: &[Entry],
    messages: Vec<Message>,
) -> Result<Print, Refused> {
    let (it, calendar, now) = (&view.escalation, view.loaded.calendar(), app.now());
    let challenge = it.challenge().ok_or(Refused::NotFound)?;
    let entry = it.current_entry();
    let (raiser, receiver) = (&it.raising.agency_name, &challenge.receiving.agency_name);
    Ok(Print {
        frame: Frame::of(visitor, format!("All of {}", it.reference)),
        reference: it.reference.clone(),
        heading: format!("{raiser} challenges {receiver}"),
        printed_at: calendar.say(now),
        printed_by: visitor.actor.name.clone(),
        entries_count: entries.len(),
        status: tag(it.status, entry.is_some_and(|entry| entry.due.at <= now)).0,
        waiting: entry.map(|entry| (super::home::waiting(it, entry), calendar.say(entry.due.at))),
        ended: it.ending().map(|ending| ended(view, ending)),
        summary: summary(view, challenge),
        steps: steps(view),
        raising: said_by(view, challenge, Side::Raising),
        receiving: said_by(view, challenge, Side::Receiving),
        others: others(view),
        moments: entries.iter().map(|entry| Moment::of(entry, calendar)).collect(),
        people: people_on(view),
        messages,
    })
}

/// The page.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![at("/escalations/{id}/print", "GET, HEAD").route(web::get().to(print))]
}
