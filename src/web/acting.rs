//! Doing something to a case: the form of an act, and what becomes of it.
//!
//! A form carries the version that its person read and a key of its own. Sent twice, by a double
//! click or by Back, it has one effect; sent after somebody else changed the case, it has none, and is
//! shown again with what was written.

use super::acts::{Act, ActKind, Words};
use super::case::possible;
use super::fields::{Faults, Field, Kind, Reading, Sent};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::visitor::Visitor;
use crate::auth;
use crate::engine::{CaseView, Engine, EngineError, Idempotency, Request};
use crate::escalation::{Command, Refusal};
use crate::store::idempotency::StoredAnswer;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

type App = web::Data<Engine>;

/// The hidden fields: the version that was read, and the form's own key.
const VERSION: &str = "version";
const FORM_KEY: &str = "form_key";

/// What was changed by somebody else meanwhile.
const CHANGED: &str = "Somebody changed this case since you opened this page, and nothing of yours \
    was sent. Look at the case, then decide whether to send this.";

#[derive(Template)]
#[template(path = "act.html", config = "src/web/askama.toml")]
struct ActPage {
    frame: Frame,
    reference: String,
    action: String,
    words: Words,
    /// What it is about, such as the proposal's terms.
    about: Vec<String>,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    version: i64,
    form_key: String,
}

/// A case's version and a key, as a form carries them.
pub(super) struct Once {
    pub(super) version: i64,
    pub(super) form_key: String,
}

impl Once {
    /// For a new form.
    pub(super) fn of(version: i64) -> Self {
        Self { version, form_key: Uuid::new_v4().to_string() }
    }

    /// What a form carried, taken out of its fields.
    pub(super) fn taken_from(sent: &mut Sent) -> Result<Self, Refused> {
        let version = sent.remove(VERSION).and_then(|text| text.parse().ok());
        let form_key = sent.remove(FORM_KEY).filter(|key| (1..=64).contains(&key.len()));
        match (version, form_key) {
            (Some(version), Some(form_key)) => Ok(Self { version, form_key }),
            _ => Err(Refused::Unreadable),
        }
    }

    /// The request that a form is.
    pub(super) fn request(&self, visitor: &Visitor, path: &str, sent: &Sent) -> Request {
        // With the length of each part before it, no two forms make one text.
        let mut whole = format!("{}:{path}", path.len());
        for (name, value) in sent {
            whole += &format!("{}:{name}{}:{value}", name.len(), value.len());
        }
        let fingerprint = auth::digest(&whole);
        Request {
            actor: visitor.actor.clone(),
            expected_version: Some(self.version),
            idempotency: Some(Idempotency { key: format!("form:{}", self.form_key), fingerprint }),
        }
    }
}

/// How a change by a form is answered: with the page to go to.
pub(super) fn answer_with(address: String) -> Result<StoredAnswer, EngineError> {
    Ok(StoredAnswer {
        fingerprint: String::new(),
        status: i32::from(StatusCode::SEE_OTHER.as_u16()),
        location: Some(address),
        etag: None,
        body: String::new(),
    })
}

/// Where a case's act stands: `do/respond`, `do/agree/2`.
type ActPath = web::Path<(String, String, String)>;

fn act_at(kind: &str, which: &str) -> Result<Act, Refused> {
    let kind = ActKind::at(kind).ok_or(Refused::NotFound)?;
    Ok(Act { kind, which: which.to_owned() })
}

/// `GET /escalations/{id}/do/{act}`: the form of an act.
pub(super) async fn form(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (id, kind) = path.into_inner();
    blank(&app, &visitor, &id, act_at(&kind, "")?).await
}

/// The same of an act about something numbered.
pub(super) async fn numbered_form(
    app: App,
    visitor: Visitor,
    path: ActPath,
) -> Result<HttpResponse, Refused> {
    let (id, kind, which) = path.into_inner();
    blank(&app, &visitor, &id, act_at(&kind, &which)?).await
}

/// The case on which an act can be done now.
async fn open_to(app: &App, visitor: &Visitor, id: &str, act: &Act) -> Result<CaseView, Refused> {
    let which = app.resolve(id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    if !possible(app, visitor, &view).await?.contains(act) {
        let reference = view.escalation.reference;
        return Err(Refused::NotNow {
            text: "This cannot be done now, or is not yours to do. The case may have moved on."
                .to_owned(),
            back: format!("/escalations/{reference}"),
        });
    }
    Ok(view)
}

/// The form of an act with what somebody had written into it before they signed in anew.
pub(super) async fn again(
    app: &App,
    visitor: &Visitor,
    (id, kind, which): (&str, &str, &str),
    mut sent: Sent,
    (faults, status): (&Faults, StatusCode),
) -> Result<HttpResponse, Refused> {
    let act = act_at(kind, which)?;
    let once = Once::taken_from(&mut sent)?;
    let view = open_to(app, visitor, id, &act).await?;
    let fields = act.fields(&view).into_iter().map(|it| it.filled_with(&sent)).collect();
    Ok(page(visitor, &view, &act, fields, faults, &once, status))
}

async fn blank(app: &App, visitor: &Visitor, id: &str, act: Act) -> Result<HttpResponse, Refused> {
    let view = open_to(app, visitor, id, &act).await?;
    let fields = act.fields(&view);
    let once = Once::of(view.escalation.version);
    Ok(page(visitor, &view, &act, fields, &Faults::default(), &once, StatusCode::OK))
}

fn page(
    visitor: &Visitor,
    view: &CaseView,
    act: &Act,
    fields: Vec<Field>,
    faults: &Faults,
    once: &Once,
    status: StatusCode,
) -> HttpResponse {
    let words = act.kind.words();
    let it = &view.escalation;
    let page = ActPage {
        frame: Frame::of(visitor, format!("{}: {}", words.title, it.reference))
            .with_faults(!faults.is_empty()),
        reference: it.reference.clone(),
        action: address(view, act),
        about: about(view, act),
        words,
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
        version: once.version,
        form_key: once.form_key.clone(),
    };
    show(status, &page)
}

fn address(view: &CaseView, act: &Act) -> String {
    let base =
        format!("/escalations/{}/do/{}", view.escalation.reference, act.kind.words().address);
    if act.which.is_empty() { base } else { format!("{base}/{}", act.which) }
}

/// The words of what an act is about.
fn about(view: &CaseView, act: &Act) -> Vec<String> {
    let it = &view.escalation;
    let number = act.which.parse::<u32>();
    match (act.kind, number) {
        (ActKind::AgreeToProposal | ActKind::DeclineProposal, Ok(number)) => {
            let found = it.proposals.iter().find(|proposal| proposal.number == number);
            let outcomes = &view.loaded.policy.outcomes;
            found.map_or_else(Vec::new, |proposal| {
                let outcome = super::case::titled(outcomes, &proposal.outcome);
                vec![
                    format!("{outcome}, proposed by {}:", proposal.by.name),
                    proposal.terms.as_str().to_owned(),
                ]
            })
        }
        (ActKind::CompleteAction, Ok(number)) => {
            let found = it.actions.iter().find(|action| action.number == number);
            found.map(|action| action.what.as_str().to_owned()).into_iter().collect()
        }
        (ActKind::RecordMeeting, Ok(number)) => {
            let found = it.meetings.iter().find(|meeting| meeting.number == number);
            found.map(|meeting| meeting.purpose.as_str().to_owned()).into_iter().collect()
        }
        (ActKind::TickTask, _) => {
            let tasks = it.current_entry().map_or(&[][..], |entry| &entry.tasks);
            let found = tasks.iter().find(|task| task.key == act.which);
            found.map(|task| task.title.clone()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `POST /escalations/{id}/do/{act}`: does it.
pub(super) async fn act(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (id, kind) = path.into_inner();
    done(&app, posted, &id, act_at(&kind, "")?).await
}

/// The same of an act about something numbered.
pub(super) async fn numbered_act(
    app: App,
    posted: Posted,
    path: ActPath,
) -> Result<HttpResponse, Refused> {
    let (id, kind, which) = path.into_inner();
    done(&app, posted, &id, act_at(&kind, &which)?).await
}

async fn done(app: &App, posted: Posted, id: &str, act: Act) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let which = app.resolve(id).await?;
    let view = app.view(visitor.actor.clone(), which).await?;
    let fields: Vec<Field> =
        act.fields(&view).into_iter().map(|it| it.filled_with(&sent)).collect();
    let mut reading = Reading::of(&sent, &fields, view.loaded.calendar());
    let command = act.command(&mut reading);
    let faults = reading.faults;
    let again = |fields, faults: &Faults, once: &Once, status| {
        Ok(page(&visitor, &view, &act, fields, faults, once, status))
    };
    let Some(command) = command.filter(|_| faults.is_empty()) else {
        if faults.is_empty() {
            return Err(Refused::NotFound);
        }
        return again(fields, &faults, &once, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let address = address(&view, &act);
    let request = once.request(&visitor, &address, &sent);
    match give(app, request, &view, command, act.kind).await {
        Ok(location) => Ok(see_other(&location)),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            let faults = Faults::of_engine(&found, &fields);
            again(fields, &faults, &once, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(EngineError::Stale) => {
            let faults = Faults(vec![(String::new(), CHANGED.to_owned())]);
            again(
                fields,
                &faults,
                &Once::of(view.escalation.version),
                StatusCode::PRECONDITION_FAILED,
            )
        }
        Err(EngineError::Refused(Refusal::NotNow(text) | Refusal::NotYours(text))) => {
            Err(Refused::NotNow {
                text,
                back: format!("/escalations/{}", view.escalation.reference),
            })
        }
        Err(other) => Err(other.into()),
    }
}

/// Gives the command, and says where to go.
async fn give(
    app: &App,
    request: Request,
    view: &CaseView,
    command: Command,
    kind: ActKind,
) -> Result<String, EngineError> {
    let it = &view.escalation;
    let address = format!("/escalations/{}?done={}", it.reference, kind.words().address);
    let fallback = address.clone();
    let answering = move |_: &CaseView| answer_with(address.clone());
    let answered = app.change(request, it.id, command, answering).await?;
    Ok(answered.answer.location.unwrap_or(fallback))
}
