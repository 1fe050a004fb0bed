//! The key that signs access tokens: proposed by one person, approved by another.

use super::App;
use crate::access;
use crate::engine::{EngineError, Request};
use crate::ids::PersonId;
use crate::store::people;
use crate::store::signing_keys::Generation;
use crate::web::acting::{Once, answer_with};
use crate::web::directory::PlaceQuery;
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{Sheet, freshly};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use std::collections::BTreeMap;

const ADDRESS: &str = "/administration/keys";

struct Row {
    number: i32,
    proposed: String,
    approved: String,
    can_approve: bool,
}

#[derive(Template)]
#[template(path = "keys.html", config = "src/web/askama.toml")]
struct KeysPage {
    frame: Frame,
    done: Option<&'static str>,
    rows: Vec<Row>,
    can_propose: bool,
}

/// The names of these people.
async fn names(
    app: &App,
    ids: impl Iterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, String>, Refused> {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    let found: Result<_, crate::store::StoreError> =
        app.store().read(move |r| people::people_of(r, &ids)).await;
    let found = found.map_err(EngineError::Store)?;
    Ok(found.into_iter().map(|person| (person.id, person.name)).collect())
}

/// `GET /administration/keys`
pub(super) async fn keys(
    app: App,
    visitor: Visitor,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let actor = &visitor.actor;
    let all = app.list_key_rotations(actor.clone()).await?;
    let calendar = app.wall_calendar(actor.clone()).await?;
    let people = all
        .iter()
        .flat_map(|it| [Some(it.proposed_by), it.approved.map(|(by, _)| by)].into_iter().flatten());
    let names = names(&app, people).await?;
    let name = |id: PersonId| names.get(&id).map_or("somebody who has left", String::as_str);
    let row = |it: &Generation| Row {
        number: it.number,
        proposed: format!("{}, {}", name(it.proposed_by), calendar.say(it.proposed_at)),
        approved: match it.approved {
            Some((by, at)) => format!("{}, {}", name(by), calendar.say(at)),
            None => "Waits for somebody else".to_owned(),
        },
        can_approve: it.approved.is_none()
            && access::may_approve_key_rotation(actor, it.proposed_by).is_ok(),
    };
    let waits = all.first().is_some_and(|newest| newest.approved.is_none());
    let page = KeysPage {
        frame: Frame::of(&visitor, "Signing keys"),
        done: match query.done.as_deref() {
            Some("proposed") => Some(
                "The key is proposed. It does nothing until another administrator or an officer \
                 has approved it.",
            ),
            Some("approved") => Some("The key is in force. Nobody has to sign in again."),
            _ => None,
        },
        rows: all.iter().map(row).collect(),
        can_propose: !waits && access::may_propose_key_rotation(actor).is_ok(),
    };
    Ok(show(StatusCode::OK, &page))
}

fn back() -> (String, String) {
    (ADDRESS.to_owned(), "Signing keys".to_owned())
}

fn proposing() -> Sheet {
    Sheet {
        title: "Propose a new signing key".to_owned(),
        lead: vec![
            "Do this when somebody who knew the key has left, or at the times that your rules say."
                .to_owned(),
            "It does nothing until another administrator or an officer has approved it. Nobody has \
             to sign in again."
                .to_owned(),
        ],
        action: format!("{ADDRESS}/propose"),
        back: back(),
        button: "Propose a new key",
        ..Sheet::default()
    }
}

/// `GET /administration/keys/propose`
pub(super) async fn propose_form(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    access::may_propose_key_rotation(&visitor.actor).map_err(EngineError::from)?;
    freshly(&visitor, app.now())?;
    Ok(proposing().blank(&visitor, Vec::new(), 0))
}

/// `POST /administration/keys/propose`
pub(super) async fn propose(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let sheet = proposing();
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering = |_: &Generation| answer_with(format!("{ADDRESS}?done=proposed"));
    let done = app.propose_key_rotation(request, answering).await;
    sheet.answered(&visitor, Vec::new(), (&once, 0), done)
}

fn approving(number: i32) -> Sheet {
    Sheet {
        title: "Approve a new signing key".to_owned(),
        caption: format!("Key {number}"),
        lead: vec![
            "New access tokens are signed with it at once, on every server. Those of the key before \
             stay good for their time."
                .to_owned(),
        ],
        action: format!("{ADDRESS}/{number}/approve"),
        back: back(),
        button: "Approve the key",
        ..Sheet::default()
    }
}

/// `GET /administration/keys/{number}/approve`
pub(super) async fn approve_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let number: i32 = crate::web::directory::id(&path)?;
    let all = app.list_key_rotations(visitor.actor.clone()).await?;
    let found = all.into_iter().find(|it| it.number == number).ok_or(Refused::NotFound)?;
    access::may_approve_key_rotation(&visitor.actor, found.proposed_by)
        .map_err(EngineError::from)?;
    if found.approved.is_some() {
        let text = "This key is approved already.".to_owned();
        return Err(Refused::NotNow { text, back: ADDRESS.to_owned() });
    }
    freshly(&visitor, app.now())?;
    Ok(approving(number).blank(&visitor, Vec::new(), 0))
}

/// `POST /administration/keys/{number}/approve`
pub(super) async fn approve(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let number: i32 = crate::web::directory::id(&path)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let sheet = approving(number);
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering = |_: &Generation| answer_with(format!("{ADDRESS}?done=approved"));
    let done = app.approve_key_rotation(request, number, answering).await;
    sheet.answered(&visitor, Vec::new(), (&once, 0), done)
}
