//! The last look at a challenge, sending it, and what is said then.

use super::steps::{Known, Step, fields};
use super::{App, draft_of, known};
use crate::directory::Party;
use crate::engine::{CaseView, EngineError};
use crate::escalation::{Draft, FieldFault, Refusal};
use crate::web::acting::{Once, answer_with};
use crate::web::acts::capital;
use crate::web::fields::{Field, Kind};
use crate::web::frame::{Frame, see_other, show};
use crate::web::home::waiting;
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::statements::titled;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

struct Part {
    title: &'static str,
    change: String,
    rows: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "check.html", config = "src/web/askama.toml")]
struct Check {
    frame: Frame,
    reference: String,
    parts: Vec<Part>,
    faults: Vec<(String, String)>,
    receiving: String,
    is_whole: bool,
    form_token: String,
    version: i64,
    form_key: String,
}

/// What is written under a field, in words.
fn shown(field: &Field) -> String {
    let value = match &field.kind {
        Kind::Choice(choices) | Kind::Pick(choices) => choices
            .iter()
            .find(|(key, _)| key == field.value())
            .map_or_else(String::new, |(_, title)| title.clone()),
        Kind::Date | Kind::Instant => {
            let parts = field.parts();
            let written: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
            written.join(" ").trim().to_owned()
        }
        _ => field.value().to_owned(),
    };
    if value.is_empty() { "Not filled in".to_owned() } else { value }
}

fn check(
    visitor: &Visitor,
    view: &CaseView,
    draft: &Draft,
    known: &Known,
    found: Vec<(String, String)>,
    status: StatusCode,
) -> HttpResponse {
    let it = &view.escalation;
    let base = format!("/escalations/{}/draft", it.reference);
    let part = |step: Step| Part {
        title: step.title(),
        change: format!("{base}/{}", step.address()),
        rows: fields(step, view, draft, known)
            .iter()
            .map(|field| (field.label.clone(), shown(field)))
            .collect(),
    };
    let receiving = draft.receiving_agency_id.map(|id| id.to_string());
    let receiving = known.agencies.iter().find(|(id, _)| Some(id) == receiving.as_ref());
    let once = Once::of(it.version);
    let page = Check {
        frame: Frame::of(visitor, format!("Check your challenge: {}", it.reference))
            .with_faults(!found.is_empty()),
        reference: it.reference.clone(),
        parts: Step::ALL.into_iter().map(part).collect(),
        is_whole: found.is_empty(),
        faults: found,
        receiving: receiving.map_or_else(|| "the other agency".to_owned(), |it| it.1.clone()),
        form_token: visitor.form_token.clone(),
        version: once.version,
        form_key: once.form_key,
    };
    show(status, &page)
}

/// What the draft still lacks, each with the page where it is asked.
fn lacking(view: &CaseView, draft: &Draft) -> Vec<(String, String)> {
    let receiving = draft.receiving_agency_id.map(|agency_id| Party {
        agency_id,
        agency_name: String::new(),
        team: None,
    });
    let found = draft.complete(receiving, view.loaded.policy.ordinary_class());
    let faults = match found {
        Ok(_whole) => Vec::new(),
        Err(faults) => faults,
    };
    asked_where(view, &faults)
}

/// What is at fault with a draft, each with the page where it is asked.
fn asked_where(view: &CaseView, faults: &[FieldFault]) -> Vec<(String, String)> {
    let base = format!("/escalations/{}/draft", view.escalation.reference);
    let place = |fault: &FieldFault| {
        let name = fault.pointer.split('/').nth(2).unwrap_or_default();
        let step = match name {
            "receiving_agency_id" | "receiving_team" => Step::Agency,
            "area_of_disagreement" | "urgency_class" | "receiving_practitioner_id" => Step::About,
            "child" | "level_of_need" | "decision_received_on" => Step::Child,
            "facts" | "judgement" | "rationale" => Step::Facts,
            "risk" | "childs_voice" | "protective_deadline" => Step::Risk,
            "what_was_tried" | "outcome_sought" => Step::Tried,
            _ => Step::More,
        };
        (format!("{base}/{}", step.address()), capital(&fault.detail))
    };
    faults.iter().map(place).collect()
}

/// `GET /escalations/{id}/draft`: all of it once more.
pub(in crate::web) async fn check_page(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (view, draft) = draft_of(&app, &visitor, &id).await?;
    let known = known(&app, &visitor, &view, &draft).await?;
    let lacking = lacking(&view, &draft);
    Ok(check(&visitor, &view, &draft, &known, lacking, StatusCode::OK))
}

/// `POST /escalations/{id}/draft`: raises it.
pub(in crate::web) async fn raise(
    app: App,
    posted: Posted,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let address = format!("/escalations/{}/raised", view.escalation.reference);
    let request = once.request(&visitor, &address, &sent);
    let location = address.clone();
    let answering = move |_: &CaseView| answer_with(location.clone());
    match app.raise(request, which, answering).await {
        Ok(_) => Ok(see_other(&address)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            let (view, draft) = draft_of(&app, &visitor, &id).await?;
            let known = known(&app, &visitor, &view, &draft).await?;
            let found = asked_where(&view, &found);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(check(&visitor, &view, &draft, &known, found, status))
        }
        Err(EngineError::Stale) => Err(Refused::NotNow {
            text: "This draft was changed in another window. Look at it again before you send it."
                .to_owned(),
            back: format!("/escalations/{}/draft", view.escalation.reference),
        }),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "raised.html", config = "src/web/askama.toml")]
struct Raised {
    frame: Frame,
    reference: String,
    receiving: String,
    area: String,
    people: String,
    due: String,
}

/// `GET /escalations/{id}/raised`: that it was sent, what happens next, and by when.
pub(in crate::web) async fn raised(
    app: App,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which = app.resolve(&id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let it = &view.escalation;
    let (Some(challenge), Some(entry)) = (it.challenge(), it.current_entry()) else {
        return Ok(see_other(&format!("/escalations/{}", it.reference)));
    };
    let areas = &view.loaded.policy.areas_of_disagreement;
    let page = Raised {
        frame: Frame::of(&visitor, format!("Challenge sent: {}", it.reference)),
        reference: it.reference.clone(),
        receiving: challenge.receiving.agency_name.clone(),
        area: titled(areas, &challenge.area_of_disagreement).to_owned(),
        people: waiting(it, entry),
        due: view.loaded.calendar().say(entry.due.at),
    };
    Ok(show(StatusCode::OK, &page))
}
