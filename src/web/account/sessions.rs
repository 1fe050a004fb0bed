//! Where somebody is signed in, and ending that.

use super::overview::when;
use crate::access::ProofBy;
use crate::engine::Engine;
use crate::ids::SessionId;
use crate::web::frame::{Frame, see_other, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

type App = web::Data<Engine>;

struct Row {
    id: SessionId,
    begun: String,
    last_used: String,
    ends: String,
    by: &'static str,
    is_this: bool,
}

#[derive(Template)]
#[template(path = "sessions.html", config = "src/web/askama.toml")]
struct Sessions {
    frame: Frame,
    done: Option<&'static str>,
    rows: Vec<Row>,
    form_token: String,
}

/// What was done, in a word of the address.
#[derive(Deserialize)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

fn in_words(by: ProofBy) -> &'static str {
    match by {
        ProofBy::Password => "Password",
        ProofBy::SecondFactor => "Password and code",
        ProofBy::Passkey => "Passkey",
        ProofBy::SingleSignOn => "Your organisation",
        ProofBy::ApiToken => "A program",
        ProofBy::Console => "The server’s console",
    }
}

/// `GET /account/sessions`
pub(super) async fn list(
    app: App,
    visitor: Visitor,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Refused> {
    let found = app.own_sessions(&visitor.actor).await?;
    let row = |it: crate::store::sessions::Session| Row {
        id: it.id,
        begun: when(it.begun_at),
        last_used: when(it.last_used_at),
        ends: when(it.expires_at),
        by: in_words(it.proof.by),
        is_this: it.id == visitor.actor.session_id,
    };
    let page = Sessions {
        frame: Frame::of(&visitor, "Where you are signed in"),
        done: match query.done.as_deref() {
            Some("ended") => Some("Whoever used that session is signed out."),
            Some("others") => Some("You are signed in nowhere but here."),
            _ => None,
        },
        rows: found.into_iter().map(row).collect(),
        form_token: visitor.form_token.clone(),
    };
    Ok(show(StatusCode::OK, &page))
}

/// `POST /account/sessions/{id}/end`
pub(super) async fn end(
    app: App,
    posted: Posted,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let id: SessionId = id.parse().map_err(|_no_id| Refused::NotFound)?;
    app.end_own_session(posted.visitor.actor, id).await?;
    Ok(see_other("/account/sessions?done=ended"))
}

/// `POST /account/sessions/others/end`
pub(super) async fn end_others(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    app.end_other_sessions(posted.visitor.actor).await?;
    Ok(see_other("/account/sessions?done=others"))
}
