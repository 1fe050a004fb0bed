//! Looking at a case in an emergency, by those whose post allows it.
//!
//! Nothing here tells whether a case is there: whoever holds such a post gets the same page and the same
//! answers for each reference, and everybody else the page of a case that is not there.

use super::acting::{Once, answer_with};
use super::fields::{Faults, Field, Kind, Reading, Sent};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::access::looks_in_emergencies;
use crate::engine::{CaseView, Engine, EngineError};
use crate::escalation::Refusal;
use crate::ids::EscalationId;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;

type App = web::Data<Engine>;

/// What stands in the address after a look was taken.
pub(super) const LOOK: &str = "break-glass";
/// What the case says then.
pub(super) const LOOKED: &str = "You can read this case for four hours. Those on it are told that you \
    look at it, and why. An officer of the partnership looks into it afterwards.";

#[derive(Template)]
#[template(path = "look.html", config = "src/web/askama.toml")]
struct Look {
    frame: Frame,
    reference: String,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    form_key: String,
}

/// Why somebody does not see a case. Whoever could look at one in an emergency is told where, whether
/// this one is there or not.
pub(super) fn unseen(visitor: &Visitor, id: &str, error: EngineError) -> Refused {
    match error {
        EngineError::Refused(Refusal::NotFound)
            if looks_in_emergencies(&visitor.actor) && is_plain(id) =>
        {
            Refused::PerhapsEmergency { address: format!("/escalations/{id}/{LOOK}") }
        }
        other => other.into(),
    }
}

/// Whether a text can be a reference or an id, and so stand in an address.
pub(super) fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

fn fields() -> Vec<Field> {
    vec![
        Field::new("reason", "Why can it not wait?", Kind::Prose)
            .hint("What you must find out, and what may happen to the child meanwhile."),
    ]
}

fn page(
    visitor: &Visitor,
    id: &str,
    fields: Vec<Field>,
    faults: &Faults,
    form_key: String,
    status: StatusCode,
) -> HttpResponse {
    let page = Look {
        frame: Frame::of(visitor, format!("Look at {id} in an emergency"))
            .with_faults(!faults.is_empty()),
        reference: id.to_owned(),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        form_key,
    };
    show(status, &page)
}

/// Whether somebody sees a case; that they do is no reading of it.
pub(super) async fn is_seen(
    app: &App,
    visitor: &Visitor,
    which: EscalationId,
) -> Result<bool, Refused> {
    match app.are_possible(visitor.actor.clone(), which, Vec::new()).await {
        Ok(_) => Ok(true),
        Err(EngineError::Refused(Refusal::NotFound)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// `GET /escalations/{id}/break-glass`: the form.
async fn form(app: App, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    if is_seen(&app, &visitor, which).await? && is_plain(&id) {
        return Ok(see_other(&format!("/escalations/{id}")));
    }
    if !looks_in_emergencies(&visitor.actor) || !is_plain(&id) {
        return Err(Refused::NotFound);
    }
    let Once { form_key, .. } = Once::of(0);
    Ok(page(&visitor, &id, fields(), &Faults::default(), form_key, StatusCode::OK))
}

/// `POST /escalations/{id}/break-glass`: looks.
async fn look(app: App, posted: Posted, id: web::Path<String>) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    if !looks_in_emergencies(&visitor.actor) || !is_plain(&id) {
        return Err(Refused::NotFound);
    }
    let once = Once::taken_from(&mut sent)?;
    let sent: Sent = sent;
    let fields: Vec<Field> = fields().into_iter().map(|it| it.filled_with(&sent)).collect();
    let calendar = app.own_calendar(visitor.actor.clone()).await?;
    let mut reading = Reading::of(&sent, &fields, &calendar);
    let reason = reading.needed_prose("reason");
    let faults = reading.faults;
    let again = |faults: &Faults, fields| {
        let key = once.form_key.clone();
        Ok(page(&visitor, &id, fields, faults, key, StatusCode::UNPROCESSABLE_ENTITY))
    };
    let Some(reason) = reason.filter(|_| faults.is_empty()) else { return again(&faults, fields) };
    let address = format!("/escalations/{id}");
    let request = once.request(&visitor, &format!("{address}/{LOOK}"), &sent);
    let next = format!("{address}?done={LOOK}");
    let location = next.clone();
    let answering = move |_: &CaseView| answer_with(location.clone());
    let which = app.resolve(&id).await?;
    match app.break_glass(request, which, reason, answering).await {
        Ok(_) => Ok(see_other(&next)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            again(&Faults::of_engine(&found, &fields), fields)
        }
        Err(EngineError::Refused(Refusal::NotYours(text))) => {
            Err(Refused::NotNow { text, back: address })
        }
        Err(EngineError::Refused(Refusal::NotFound)) => Err(Refused::NotFound),
        Err(other) => Err(other.into()),
    }
}

/// The pages.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![
        at("/escalations/{id}/break-glass", "GET, HEAD, POST")
            .route(web::get().to(form))
            .route(web::post().to(look)),
    ]
}
