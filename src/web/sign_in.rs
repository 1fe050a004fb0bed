//! Signing in at an agency's identity provider, and signing out.

use super::cookies::{self, ATTEMPT, SESSION};
use super::fields::Faults;
use super::frame::{Frame, see_other};
use super::page::{Form, Page, Refused};
use super::posted::{FORM_TOKEN, Posted, comes_from_here, fields};
use super::sign_in_here::{self, Carried};
use super::visitor::visitor;
use crate::engine::{Arrived, Brought, Engine, SignOnError, SignOnRefused};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;

type App = web::Data<Engine>;

/// How somebody begins.
#[derive(Deserialize)]
struct Beginning {
    /// Where to go afterwards.
    return_to: Option<String>,
    /// To link an account instead of signing in with one that is linked.
    ticket: Option<String>,
    /// `yes`: the provider must ask afresh.
    again: Option<String>,
    /// What the page before did.
    done: Option<String>,
}

/// What a provider sends a browser back with (RFC 6749 section 4.1.2, RFC 9207). It may add more.
#[derive(Deserialize)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// The query; one that says a thing twice says nothing.
fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Refused> {
    web::Query::<T>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|_unreadable| Refused::SignOn(SignOnRefused::StartAgain))
}

/// An answer with a cookie set. A cookie of ours can always be written.
pub(super) fn with_cookie(
    mut response: HttpResponse,
    cookie: &actix_web::cookie::Cookie<'static>,
) -> Result<HttpResponse, Refused> {
    response.add_cookie(cookie).map_err(|error| {
        tracing::error!(%error, "setting a cookie failed");
        Refused::Failed { is_passing: false }
    })?;
    Ok(response)
}

/// `GET /sign-in`: who is signed in, or how to.
pub(super) async fn page(app: App, request: HttpRequest) -> Result<HttpResponse, Refused> {
    match visitor(&request).await {
        Ok(visitor) => {
            let text = format!("You are signed in as {}.", visitor.actor.name);
            let page = Page {
                frame: Frame::of(&visitor, "You are signed in"),
                links: vec![("/".to_owned(), "Home".to_owned())],
                ..Page::telling("", &[&text])
            };
            Ok(page.answer(StatusCode::OK))
        }
        Err(Refused::NotSignedIn) => {
            let asked: Beginning = query(&request)?;
            let carried = Carried::back_to(asked.return_to.as_deref());
            let said = sign_in_here::said(asked.done.as_deref());
            Ok(sign_in_here::page(&app, &carried, said, &Faults::default(), StatusCode::OK))
        }
        Err(other) => Err(other),
    }
}

/// `GET /sign-in/with/{provider}`: to the provider.
pub(super) async fn begin(
    app: App,
    request: HttpRequest,
    provider: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let asked: Beginning = query(&request)?;
    let afresh = asked.again.as_deref() == Some("yes");
    let (return_to, ticket) = (asked.return_to.as_deref(), asked.ticket.as_deref());
    let begun = app.begin_sign_on(&provider, return_to, ticket, afresh).await?;
    with_cookie(see_other(&begun.location), &cookies::set(ATTEMPT, begun.browser_secret))
}

/// `GET /sign-in/back/{provider}`: back from the provider.
pub(super) async fn finish(
    app: App,
    request: HttpRequest,
    provider: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let answer: Answer = query(&request)?;
    let brought = Brought {
        state: answer.state,
        code: answer.code,
        error: answer.error,
        issuer: answer.iss,
        browser_secret: cookies::held(&request, ATTEMPT),
        session_secret: cookies::held(&request, SESSION),
    };
    arrived(app.finish_sign_on(&provider, brought).await?)
}

fn arrived(arrived: Arrived) -> Result<HttpResponse, Refused> {
    match arrived {
        Arrived::SignedIn { session_secret, return_path } => {
            let response =
                with_cookie(see_other(&return_path), &cookies::set(SESSION, session_secret))?;
            with_cookie(response, &cookies::gone(ATTEMPT))
        }
        Arrived::Asked { person, provider, form_token } => {
            let text = format!(
                "From now on, whoever signs in with the account at {provider} that you just used \
                 acts here as {person}. Go on only if both are you."
            );
            let button = format!("Yes, I am {person}: link them");
            let form = Form { action: "/sign-in/link", token: form_token, button };
            let page = Page { form: Some(form), ..Page::telling("Link two accounts", &[&text]) };
            Ok(page.answer(StatusCode::OK))
        }
    }
}

/// `POST /sign-in/link`: yes, these two accounts are one person's.
pub(super) async fn link(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    comes_from_here(&request)?;
    let mut fields = fields(&request, &mut payload.into_inner()).await?;
    let token = fields.remove(FORM_TOKEN).ok_or(Refused::Forged)?;
    let secret = cookies::held(&request, ATTEMPT).ok_or(Refused::Forged)?;
    let before = cookies::held(&request, SESSION);
    arrived(app.confirm_link(&secret, &token, before).await?)
}

/// `POST /sign-out`: ends the session, and has the browser forget what it holds of us.
pub(super) async fn sign_out(
    app: App,
    request: HttpRequest,
    _posted: Posted,
) -> Result<HttpResponse, Refused> {
    if let Some(secret) = cookies::held(&request, SESSION) {
        app.sign_out_browser(&secret).await?;
    }
    let mut response = with_cookie(see_other("/sign-in"), &cookies::gone(SESSION))?;
    let clear = header::HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    response.headers_mut().insert(header::CLEAR_SITE_DATA, clear);
    Ok(response)
}

/// `POST /sign-in/logout/{provider}`: a provider says that a session there has ended (OpenID Connect
/// Back-Channel Logout 1.0). Its signed token is the proof; no browser takes part.
pub(super) async fn provider_logout(
    app: App,
    request: HttpRequest,
    provider: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let refused =
        || HttpResponse::BadRequest().json(serde_json::json!({ "error": "invalid_request" }));
    let Ok(mut fields) = fields(&request, &mut payload.into_inner()).await else {
        return Ok(refused());
    };
    let Some(token) = fields.remove("logout_token") else { return Ok(refused()) };
    match app.end_by_provider(&provider, &token).await {
        Ok(count) => {
            tracing::info!(provider = provider.as_str(), count, "a provider ended sessions");
            Ok(HttpResponse::Ok().finish())
        }
        Err(SignOnError::Refused(SignOnRefused::NotReachable)) => {
            Err(Refused::SignOn(SignOnRefused::NotReachable))
        }
        Err(SignOnError::Refused(_)) => Ok(refused()),
        Err(SignOnError::Failed(error)) => Err(error.into()),
    }
}
