//! What somebody wrote into a form that was not taken: because their session was over, because they
//! had to prove first that it is them, or because the form was of a session before.
//!
//! Nothing is lost and nothing is done: it comes back as a page, and only its reader sends it, with
//! this session's token. On the way it is sealed for whoever wrote it (`engine::written`), so that
//! the next person at the same screen gets nothing of it.

use super::acts::capital;
use super::cookies::{self, SESSION};
use super::fields::{Faults, Sent};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::{FORM_TOKEN, comes_from_here, fields};
use super::sign_in_here::{self, Carried};
use super::visitor::{Visitor, visitor};
use super::{acting, raise};
use crate::auth::is_same_secret;
use crate::engine::{Engine, Written};
use crate::ids::PersonId;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

type App = web::Data<Engine>;

/// The field that carries what was written, sealed.
pub(super) const KEPT: &str = "kept";
/// What is never kept: it is asked for anew.
const SECRET: [&str; 10] = [
    "password",
    "password_again",
    "current_password",
    "one_time_code",
    "recovery_code",
    "secret",
    "credential",
    "challenge_id",
    "ticket",
    FORM_TOKEN,
];
/// What a form carries out of sight.
const UNSEEN: [&str; 3] = ["version", "form_key", "return_to"];

const SIGNED_OUT: &str = "You were signed out before this was sent, and nothing of it was done. Look \
    at it, then send it.";
const OTHER_SESSION: &str = "You signed in anew since you opened this page, and nothing of it was \
    done. Look at it, then send it.";
const NOT_SIGNED_IN: &str = "You are not signed in yet in this browser.";

#[derive(Template)]
#[template(path = "kept.html", config = "src/web/askama.toml")]
struct KeptPage {
    frame: Frame,
    lead: &'static str,
    /// What was written, by what was asked.
    words: Vec<(String, String)>,
    action: String,
    hidden: Vec<(String, String)>,
    form_token: String,
    button: &'static str,
}

/// Seals what was written for whoever wrote it.
pub(super) fn sealed(app: &App, person_id: PersonId, written: &Written) -> Result<String, Refused> {
    // One that carries another already is on its way back: what it carries is what matters.
    if let Some(kept) = written.fields.get(KEPT) {
        return Ok(kept.clone());
    }
    let mut written = written.clone();
    written.fields.retain(|name, _| !SECRET.contains(&name.as_str()));
    Ok(app.seal_written(person_id, written)?)
}

/// Refuses a form of a session that is over. Where it is whole, what was written goes along into the
/// page on which its writer signs in.
pub(super) async fn session_over(request: &HttpRequest, payload: &mut Payload) -> Refused {
    match sign_in_with(request, payload).await {
        Ok(page) => Refused::shown(page),
        Err(refused) => refused,
    }
}

async fn sign_in_with(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<HttpResponse, Refused> {
    let app = request.app_data::<App>().ok_or(Refused::NotSignedIn)?;
    let secret = cookies::held(request, SESSION).ok_or(Refused::NotSignedIn)?;
    let was = app.was_at_browser(&secret).await?.ok_or(Refused::NotSignedIn)?;
    let mut fields = fields(request, payload).await?;
    let token = fields.remove(FORM_TOKEN).unwrap_or_default();
    if !is_same_secret(&token, &was.form_token) || fields.is_empty() {
        return Err(Refused::NotSignedIn);
    }
    let written = Written { path: request.path().to_owned(), fields };
    let kept = Some(sealed(app, was.person_id, &written)?);
    let carried = Carried { kept, ..Carried::back_to(None) };
    let status = StatusCode::UNAUTHORIZED;
    Ok(sign_in_here::page(app, &carried, None, &Faults::default(), status))
}

/// Refuses a form whose token is not this session's. That its page was ours, the browser says: where
/// it is a form of long texts, it is shown again with them.
pub(super) async fn of_another_session(
    request: &HttpRequest,
    visitor: &Visitor,
    written: Written,
) -> Refused {
    let Some(app) = request.app_data::<App>() else { return Refused::Forged };
    match form(app, visitor, &written, OTHER_SESSION, StatusCode::FORBIDDEN).await {
        Ok(Some(page)) => Refused::shown(page),
        Ok(None) | Err(_) => Refused::Forged,
    }
}

/// The form itself with what was written, where it is one of those with long texts.
async fn form(
    app: &App,
    visitor: &Visitor,
    written: &Written,
    note: &str,
    status: StatusCode,
) -> Result<Option<HttpResponse>, Refused> {
    let parts: Vec<&str> = written.path.trim_matches('/').split('/').collect();
    let sent: Sent = written.fields.clone();
    let faults = Faults(vec![(String::new(), note.to_owned())]);
    let shown = match *parts.as_slice() {
        ["raise"] => raise::begin_again(app, visitor, sent, &faults, status).await?,
        ["escalations", id, "draft", step] => {
            raise::step_again(app, visitor, (id, step), sent, (&faults, status)).await?
        }
        ["escalations", id, "do", kind] => {
            acting::again(app, visitor, (id, kind, ""), sent, (&faults, status)).await?
        }
        ["escalations", id, "do", kind, which] => {
            acting::again(app, visitor, (id, kind, which), sent, (&faults, status)).await?
        }
        _ => return Ok(None),
    };
    Ok(Some(shown))
}

/// After signing in: on to where somebody wanted to go, or to what they had written. Of what another
/// wrote they get nothing.
pub(super) async fn after_sign_in(
    app: &App,
    visitor: &Visitor,
    carried: &Carried,
) -> Result<HttpResponse, Refused> {
    let Some(kept) = &carried.kept else { return Ok(see_other(&carried.return_to)) };
    let Some(written) = app.open_written(visitor.actor.person_id, kept)? else {
        return Ok(see_other("/"));
    };
    match form(app, visitor, &written, SIGNED_OUT, StatusCode::OK).await {
        Ok(Some(page)) => Ok(page),
        Err(failed @ Refused::Failed { .. }) => Err(failed),
        // Another kind of form; or one that is not theirs any more, whose words are theirs still.
        Ok(None) | Err(_) => {
            let title = "You are signed in again";
            Ok(kept_page(visitor, written, (title, "Nothing was sent yet.", "Send it now")))
        }
    }
}

/// After a proof: on with what somebody was about to do.
pub(super) async fn after_proof(
    app: &App,
    visitor: &Visitor,
    carried: &Carried,
) -> Result<HttpResponse, Refused> {
    let Some(kept) = &carried.kept else { return Ok(see_other(&carried.return_to)) };
    let Some(written) = app.open_written(visitor.actor.person_id, kept)? else {
        return Ok(see_other("/account"));
    };
    let lead = "Nothing was done yet. Go on with what you were about to do: the proof counts for \
                five minutes.";
    Ok(kept_page(visitor, written, ("It is you", lead, "Go on")))
}

fn kept_page(
    visitor: &Visitor,
    written: Written,
    (title, lead, button): (&str, &'static str, &'static str),
) -> HttpResponse {
    let is_seen = |(name, text): &(&String, &String)| {
        !UNSEEN.contains(&name.as_str()) && !text.trim().is_empty()
    };
    let label = |name: &str| capital(&name.replace(['_', '-'], " "));
    let words = written.fields.iter().filter(is_seen);
    let page = KeptPage {
        frame: Frame::of(visitor, title),
        lead,
        words: words.map(|(name, text)| (label(name), text.clone())).collect(),
        action: written.path,
        hidden: written.fields.into_iter().collect(),
        form_token: visitor.form_token.clone(),
        button,
    };
    show(StatusCode::OK, &page)
}

/// `POST /sign-in/again`: whoever signed in in another tab sees in this one what they had written.
/// Nothing is changed, so it takes no token of a session that the page could not know.
pub(super) async fn go_on(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    comes_from_here(&request)?;
    let sent = fields(&request, &mut payload.into_inner()).await?;
    let carried = Carried::of(&sent);
    match visitor(&request).await {
        Ok(visitor) => after_sign_in(&app, &visitor, &carried).await,
        Err(Refused::NotSignedIn) => {
            let faults = Faults(vec![(String::new(), NOT_SIGNED_IN.to_owned())]);
            let status = StatusCode::UNAUTHORIZED;
            Ok(sign_in_here::page(&app, &carried, None, &faults, status))
        }
        Err(other) => Err(other),
    }
}
