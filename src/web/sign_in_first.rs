//! The first second factor: for whoever signs in where everybody needs one and they have none yet.
//! The ticket of their password adds one and lets them in, and does nothing else.

use super::asking::{Asking, Hidden, Link, Way};
use super::cookies::{self, SESSION};
use super::factor_pages::{
    CHALLENGE, CREDENTIAL, CodeApp, FIRST_CODE, NO_PASSKEY, PasskeyPage, recovery_codes,
    wrong_first_code,
};
use super::fields::{Faults, Sent};
use super::frame::Frame;
use super::page::Refused;
use super::sign_in::with_cookie;
use super::sign_in_here::{Carried, TICKET, asked, sent, taken_in};
use super::visitor::visitor_by;
use crate::client_address::ClientAddress;
use crate::engine::{Added, Engine, EngineError, Holder, NewCodeSource};
use crate::escalation::Line;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

type App = web::Data<Engine>;

const TITLE: &str = "Add a second step";

fn hidden(ticket: &str, carried: &Carried) -> Hidden {
    let mut hidden = carried.hidden();
    hidden.push((TICKET, ticket.to_owned()));
    hidden
}

fn way(action: &str, button: &str, hidden: Hidden) -> Way {
    Way { action: action.to_owned(), hidden, button: button.to_owned() }
}

/// How they want to prove from now on that it is them.
pub(super) fn choose(app: &App, ticket: &str, carried: &Carried) -> HttpResponse {
    let mut page =
        Asking::new(Frame::for_anybody(TITLE), "/sign-in/add/app", "Use an app for codes");
    page.paragraphs = vec![
        "Your password is right. It is not enough here: what is written about children is kept \
         behind a second step, which you add now. It takes two minutes, once."
            .to_owned(),
        "An app on your phone makes a new code each half minute. You type it after your password."
            .to_owned(),
    ];
    page.hidden = hidden(ticket, carried);
    if app.why_no_passkeys().is_none() {
        page.paragraphs.push(
            "A passkey is kept by your phone or computer, and needs no password: a fingerprint, \
             your face or the device’s code is enough."
                .to_owned(),
        );
        page.others = vec![way("/sign-in/add/passkey", "Use a passkey", hidden(ticket, carried))];
    }
    page.links.push(Link::to("/sign-in", "Start again"));
    page.answer(&Faults::default(), StatusCode::OK)
}

fn app_page(
    ticket: &str,
    carried: &Carried,
    app: Option<NewCodeSource>,
    faults: &Faults,
    status: StatusCode,
) -> HttpResponse {
    let again = way("/sign-in/add/app", "Begin again with a new key", hidden(ticket, carried));
    let frame = Frame::for_anybody("Add an app for codes");
    let action = "/sign-in/add/app/code";
    CodeApp::new(frame, app, action, hidden(ticket, carried), again).answer(faults, status)
}

/// What is answered to a ticket that does not do any more.
fn too_late(error: EngineError) -> Refused {
    match error {
        EngineError::FactorRefused => Refused::NotNow {
            text: "This took too long, or you have a second step already. Sign in again."
                .to_owned(),
            back: "/sign-in".to_owned(),
        },
        other => other.into(),
    }
}

/// `POST /sign-in/add/app`: makes an app's secret, and shows it.
pub(super) async fn begin_app(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let (ticket, carried) = (asked(&sent, TICKET), Carried::of(&sent));
    let holder = Holder::Ticket(ticket.clone(), from.network());
    let begun = app.begin_one_time_codes(holder).await.map_err(too_late)?;
    Ok(app_page(&ticket, &carried, Some(begun), &Faults::default(), StatusCode::OK))
}

/// `POST /sign-in/add/app/code`: takes the app into use with its first code, and lets them in.
pub(super) async fn confirm_app(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let (ticket, carried) = (asked(&sent, TICKET), Carried::of(&sent));
    let holder = Holder::Ticket(ticket.clone(), from.network());
    match app.confirm_one_time_codes(holder, asked(&sent, FIRST_CODE)).await {
        Ok(added) => is_in(&app, &request, added, &carried).await,
        Err(EngineError::FactorRefused) => {
            let status = StatusCode::UNAUTHORIZED;
            Ok(app_page(&ticket, &carried, None, &wrong_first_code(), status))
        }
        Err(other) => Err(other.into()),
    }
}

async fn passkey_page(
    app: &App,
    from: ClientAddress,
    sent: &Sent,
    faults: &Faults,
    status: StatusCode,
) -> Result<HttpResponse, Refused> {
    let (ticket, carried) = (asked(sent, TICKET), Carried::of(sent));
    let holder = Holder::Ticket(ticket.clone(), from.network());
    let begun = app.begin_passkey(holder).await.map_err(too_late)?;
    let frame = Frame::for_anybody("Add a passkey");
    let action = "/sign-in/add/passkey/answer";
    let mut page = PasskeyPage::new(frame, begun, true, action, hidden(&ticket, &carried));
    page.otherwise = "Go back, sign in again, and choose the app for codes.";
    Ok(page.answer(faults, status))
}

/// `POST /sign-in/add/passkey`: asks the browser to make one.
pub(super) async fn begin_passkey(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    passkey_page(&app, from, &sent, &Faults::default(), StatusCode::OK).await
}

/// `POST /sign-in/add/passkey/answer`: takes it into use, and lets them in.
pub(super) async fn add_passkey(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let name = match Line::try_from(asked(&sent, "name")) {
        Ok(name) => name,
        Err(fault) => {
            let faults = Faults(vec![("name".to_owned(), format!("Its name: {fault}."))]);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return passkey_page(&app, from, &sent, &faults, status).await;
        }
    };
    let credential = credential(&sent)?;
    let holder = Holder::Ticket(asked(&sent, TICKET), from.network());
    match app.add_passkey(holder, &asked(&sent, CHALLENGE), name, credential).await {
        Ok(added) => is_in(&app, &request, added, &Carried::of(&sent)).await,
        Err(EngineError::FactorRefused) => {
            let faults = Faults(vec![(String::new(), NO_PASSKEY.to_owned())]);
            passkey_page(&app, from, &sent, &faults, StatusCode::UNAUTHORIZED).await
        }
        Err(other) => Err(other.into()),
    }
}

/// What the browser gave for a passkey.
pub(super) fn credential(sent: &Sent) -> Result<serde_json::Value, Refused> {
    let text = sent.get(CREDENTIAL).map(String::as_str).unwrap_or_default();
    serde_json::from_str(text).map_err(|_no_json| Refused::Unreadable)
}

/// Lets somebody in with their first factor: their recovery codes come before all else.
async fn is_in(
    app: &App,
    request: &HttpRequest,
    added: Added,
    carried: &Carried,
) -> Result<HttpResponse, Refused> {
    let signed_in = added.signed_in.ok_or(Refused::WrongCode)?;
    let secret = taken_in(app, request, signed_in).await?;
    let visitor = visitor_by(app, &secret).await?;
    let frame = Frame::of(&visitor, "Your recovery codes");
    let response = recovery_codes(frame, added.recovery_codes, carried);
    with_cookie(response, &cookies::set(SESSION, secret))
}
