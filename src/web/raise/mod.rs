//! Raising a challenge: the first question, then one thing a page, then a last look, then it is sent.
//! Each page is saved as it is left; whoever stops finds their draft on the first page.

mod again;
mod check;
mod steps;

pub(super) use again::{begin_again, step_again};
pub(super) use check::{check_page, raise, raised};

use super::acting::{Once, answer_with};
use super::fields::{Faults, Field, Kind, Reading, Sent};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::engine::{CaseView, Engine, EngineError, NewDraft, PlaceToRaise, Request};
use crate::escalation::{Command, Content, Draft, ImmediateDanger, Refusal};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use steps::{Choices, Known, Step, fields, filled};
use uuid::Uuid;

type App = web::Data<Engine>;

#[derive(Template)]
#[template(path = "question.html", config = "src/web/askama.toml")]
struct Question {
    frame: Frame,
    caption: String,
    title: String,
    intro: Vec<&'static str>,
    action: String,
    back: Option<String>,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    version: i64,
    form_key: String,
    button: &'static str,
}

/// The field that asks where, for those who can raise in several places.
const PLACE: &str = "place";

/// A place as a form names it.
fn place_key(place: &PlaceToRaise) -> String {
    format!("{} {}", place.partnership_id, place.policy_key)
}

fn place_field(places: &[PlaceToRaise]) -> Option<Field> {
    let is_one = places
        .iter()
        .all(|it| places.first().is_some_and(|first| first.partnership_id == it.partnership_id));
    let words = |place: &PlaceToRaise| {
        if is_one {
            return place.policy_title.clone();
        }
        format!("{}: {}", place.partnership_name, place.policy_title)
    };
    let choices = places.iter().map(|place| (place_key(place), words(place))).collect();
    let label = if is_one {
        "Which policy is the challenge under?"
    } else {
        "In which partnership do you raise it?"
    };
    (places.len() > 1).then(|| Field::new(PLACE, label, Kind::Choice(choices)))
}

/// The place that was chosen, or the only one.
fn chosen<'p>(places: &'p [PlaceToRaise], sent: &Sent) -> Option<&'p PlaceToRaise> {
    match places {
        [only] => Some(only),
        several => several.iter().find(|place| sent.get(PLACE) == Some(&place_key(place))),
    }
}

async fn danger_fields(app: &App, visitor: &Visitor) -> Result<Vec<Field>, Refused> {
    let places = app.places_to_raise(visitor.actor.clone()).await?;
    Ok(asked_first(&places))
}

fn asked_first(places: &[PlaceToRaise]) -> Vec<Field> {
    let answers = [("no", "No"), ("yes", "Yes")];
    let answers = answers.map(|(key, title)| (key.to_owned(), title.to_owned())).to_vec();
    let danger = vec![
        Field::new(
            "in_immediate_danger",
            "Is the child in immediate danger?",
            Kind::Choice(answers),
        ),
        Field::new("action_taken", "If so: what was done?", Kind::Prose)
            .hint("Whom you called, and what they answered."),
        Field::new("taken_at", "If so: when was it done?", Kind::Instant),
        Field::new("taken_by", "If so: who did it?", Kind::Line),
    ];
    danger.into_iter().chain(place_field(places)).collect()
}

fn danger_page(
    visitor: &Visitor,
    fields: Vec<Field>,
    faults: &Faults,
    form_key: String,
    status: StatusCode,
) -> HttpResponse {
    let page = Question {
        frame: Frame::of(visitor, "Raise a challenge").with_faults(!faults.is_empty()),
        caption: "Raise a challenge".to_owned(),
        title: "First: is the child safe?".to_owned(),
        intro: vec![
            "If a child is in danger now, call 999, the local front door or the out-of-hours team \
             first. A challenge goes on beside that, never instead of it.",
        ],
        action: "/raise".to_owned(),
        back: None,
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        version: 0,
        form_key,
        button: "Save and go on",
    };
    show(status, &page)
}

/// `GET /raise`: the first question.
pub(super) async fn begin_page(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let form_key = Uuid::new_v4().to_string();
    let fields = danger_fields(&app, &visitor).await?;
    Ok(danger_page(&visitor, fields, &Faults::default(), form_key, StatusCode::OK))
}

/// `POST /raise`: begins the draft.
pub(super) async fn begin(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let places = app.places_to_raise(visitor.actor.clone()).await?;
    let fields: Vec<Field> =
        asked_first(&places).into_iter().map(|it| it.filled_with(&sent)).collect();
    let place = chosen(&places, &sent);
    let calendar = match place.or(places.first()) {
        Some(place) => app.calendar_of_place(place.clone()).await?,
        None => app.own_calendar(visitor.actor.clone()).await?,
    };
    let mut form = Reading::of(&sent, &fields, &calendar);
    let answer = form.needed_choice("in_immediate_danger");
    let danger = ImmediateDanger {
        in_immediate_danger: answer.as_deref() == Some("yes"),
        action_taken: form.prose("action_taken"),
        taken_at: form.instant("taken_at"),
        taken_by: form.line("taken_by"),
    };
    if place.is_none() {
        form.needed_choice(PLACE);
    }
    let mut faults = form.faults;
    if faults.is_empty() {
        faults = Faults::of_engine(&danger.faults(app.now()), &fields);
    }
    let again = |faults: &Faults, fields| {
        let key = once.form_key.clone();
        Ok(danger_page(&visitor, fields, faults, key, StatusCode::UNPROCESSABLE_ENTITY))
    };
    if !faults.is_empty() {
        return again(&faults, fields);
    }
    let request = Request { expected_version: None, ..once.request(&visitor, "/raise", &sent) };
    let new = NewDraft {
        partnership_id: place.map(|place| place.partnership_id),
        policy_key: place.map(|place| place.policy_key.clone()),
        topic: None,
        immediate_danger: danger,
        draft: Draft::default(),
    };
    let first = Step::Agency.address();
    let answering = move |view: &CaseView| {
        answer_with(format!("/escalations/{}/draft/{first}", view.escalation.reference))
    };
    match app.begin_draft(request, new, answering).await {
        Ok(answered) => Ok(see_other(answered.answer.location.as_deref().unwrap_or("/"))),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            again(&Faults::of_engine(&found, &fields), fields)
        }
        Err(other) => Err(other.into()),
    }
}

async fn draft_of(app: &App, visitor: &Visitor, id: &str) -> Result<(CaseView, Draft), Refused> {
    let which = app.resolve(id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    match view.escalation.content.clone() {
        Content::Draft(draft) if view.escalation.ending().is_none() => Ok((view, *draft)),
        _ => Err(Refused::NotNow {
            text: "This is no draft any more.".to_owned(),
            back: format!("/escalations/{}", view.escalation.reference),
        }),
    }
}

/// `GET /escalations/{id}/draft/{step}`: a page of the journey.
pub(super) async fn step_page(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (id, step) = path.into_inner();
    let step = Step::at(&step)?;
    let (view, draft) = draft_of(&app, &visitor, &id).await?;
    let known = known(&app, &visitor, &view, &draft).await?;
    let fields = fields(step, &view, &draft, &known);
    let once = Once::of(view.escalation.version);
    Ok(question(&visitor, &view, step, fields, &Faults::default(), &once, StatusCode::OK))
}

/// The agencies that a challenge can be raised with, and the people of the one that was chosen; by
/// name.
async fn known(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
    draft: &Draft,
) -> Result<Known, Refused> {
    let it = &view.escalation;
    let all = app.agencies_of(visitor.actor.clone(), it.partnership_id).await?;
    let others = all.into_iter().filter(|agency| agency.id != it.raising.agency_id);
    let agencies = others.map(|agency| (agency.id.to_string(), agency.name)).collect();
    let people = match draft.receiving_agency_id {
        None => Vec::new(),
        Some(agency) => {
            let people =
                app.people_of_agency(visitor.actor.clone(), it.partnership_id, agency).await?;
            people.into_iter().map(|person| (person.id.to_string(), person.name)).collect()
        }
    };
    Ok(Known { agencies: by_name(agencies), people: by_name(people) })
}

fn by_name(mut choices: Choices) -> Choices {
    choices.sort_by_key(|(_, name)| name.to_lowercase());
    choices
}

fn question(
    visitor: &Visitor,
    view: &CaseView,
    step: Step,
    fields: Vec<Field>,
    faults: &Faults,
    once: &Once,
    status: StatusCode,
) -> HttpResponse {
    let reference = &view.escalation.reference;
    let base = format!("/escalations/{reference}/draft");
    let before = step.number().checked_sub(2).and_then(|at| Step::ALL.get(at));
    let title = format!("{}: {reference}", step.title());
    let page = Question {
        frame: Frame::of(visitor, title).with_faults(!faults.is_empty()),
        caption: format!("{reference}, page {} of {}", step.number(), Step::ALL.len() + 1),
        title: step.title().to_owned(),
        intro: Vec::new(),
        action: format!("{base}/{}", step.address()),
        back: before.map(|before| format!("{base}/{}", before.address())),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        version: once.version,
        form_key: once.form_key.clone(),
        button: "Save and go on",
    };
    show(status, &page)
}

/// `POST /escalations/{id}/draft/{step}`: saves the page, and goes on.
pub(super) async fn step(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (id, step) = path.into_inner();
    let step = Step::at(&step)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let (view, draft) = draft_of(&app, &visitor, &id).await?;
    let it = &view.escalation;
    let known = known(&app, &visitor, &view, &draft).await?;
    let fields: Vec<Field> = fields(step, &view, &draft, &known)
        .into_iter()
        .map(|field| field.filled_with(&sent))
        .collect();
    let mut form = Reading::of(&sent, &fields, view.loaded.calendar());
    let draft = filled(step, draft, &mut form);
    let faults = form.faults;
    let again = |faults: &Faults, once: &Once, status| {
        Ok(question(&visitor, &view, step, fields.clone(), faults, once, status))
    };
    if !faults.is_empty() {
        return again(&faults, &once, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let base = format!("/escalations/{}/draft", it.reference);
    let request = once.request(&visitor, &format!("{base}/{}", step.address()), &sent);
    let next = match step.next() {
        Some(next) => format!("{base}/{}", next.address()),
        None => base,
    };
    let immediate_danger = it.immediate_danger.clone();
    let command = Command::ChangeDraft { immediate_danger, draft: Box::new(draft) };
    let location = next.clone();
    let answering = move |_: &CaseView| answer_with(location.clone());
    match app.change(request, it.id, command, answering).await {
        Ok(_) => Ok(see_other(&next)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            let faults = Faults::of_engine(&found, &fields);
            again(&faults, &once, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(EngineError::Stale) => {
            let text = "This draft was changed in another window, and nothing of this page was \
                        saved. Look at it, then save it again.";
            let faults = Faults(vec![(String::new(), text.to_owned())]);
            again(&faults, &Once::of(it.version), StatusCode::PRECONDITION_FAILED)
        }
        Err(other) => Err(other.into()),
    }
}
