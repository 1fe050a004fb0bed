//! Signing in with a password, and with a code where one is asked for.
//!
//! Whoever signs in has no session yet that a form could belong to; that it comes from a page of ours
//! is asked of the browser. The ticket of the first step goes from page to page in the form, opens
//! nothing by itself, and is good for ten minutes.

use super::cookies::{self, SESSION};
use super::fields::{Faults, Field, Kind, Sent};
use super::frame::{Frame, see_other, show};
use super::page::{Refused, and_back};
use super::posted::{comes_from_here, fields};
use super::sign_in::with_cookie;
use crate::auth::oidc::return_path;
use crate::client_address::ClientAddress;
use crate::engine::{Code, Engine, EngineError, SignInStep, SignedIn, Way};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

type App = web::Data<Engine>;

const RETURN_TO: &str = "return_to";
const TICKET: &str = "ticket";
const WRONG: &str = "This does not work. Check the email address and the password.";
const WRONG_CODE: &str = "The code was not right, or was used already. Wait for the next one.";

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/web/askama.toml")]
struct SignInPage {
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    return_to: String,
    providers: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "code.html", config = "src/web/askama.toml")]
struct CodePage {
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    return_to: String,
    ticket: String,
}

/// The page where somebody signs in.
pub(super) fn page(
    app: &App,
    return_to: &str,
    faults: &Faults,
    status: StatusCode,
) -> HttpResponse {
    let fields = [
        Field::new("email", "Email address", Kind::Email),
        Field::new("password", "Password", Kind::Password),
    ];
    let providers = app
        .providers()
        .iter()
        .map(|of| (format!("/sign-in/with/{}?{}", of.key, and_back(return_to)), of.name.clone()));
    let page = SignInPage {
        frame: Frame::for_anybody("Sign in").with_faults(!faults.is_empty()),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        return_to: return_to.to_owned(),
        providers: providers.collect(),
    };
    show(status, &page)
}

fn code_page(ticket: String, return_to: &str, faults: &Faults, status: StatusCode) -> HttpResponse {
    let fields = [
        Field::new("one_time_code", "Code of your app", Kind::Digits)
            .hint("The six digits that it shows now."),
        Field::new("recovery_code", "Or a code from your paper", Kind::Line).optional(),
    ];
    let page = CodePage {
        frame: Frame::for_anybody("Prove that it is you").with_faults(!faults.is_empty()),
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        return_to: return_to.to_owned(),
        ticket,
    };
    show(status, &page)
}

async fn sent(request: &HttpRequest, payload: web::Payload) -> Result<Sent, Refused> {
    comes_from_here(request)?;
    fields(request, &mut payload.into_inner()).await
}

fn asked(sent: &Sent, name: &str) -> String {
    sent.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// `POST /sign-in/password`: the first step.
pub(super) async fn with_password(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let return_to = return_path(sent.get(RETURN_TO).map(String::as_str)).to_owned();
    let password = sent.get("password").cloned().unwrap_or_default();
    match app.sign_in(asked(&sent, "email"), password, from.network()).await {
        Ok(SignInStep::In(signed_in)) => is_in(&app, &request, signed_in, &return_to).await,
        Ok(SignInStep::ProveFactor { ticket, ways }) => {
            if ways.iter().all(|way| *way == Way::Passkey) {
                return Err(Refused::NotNow {
                    text:
                        "Your account asks for your passkey, and the page for it is to come. Sign \
                           in through your organisation, or ask the administrator."
                            .to_owned(),
                    back: "/sign-in".to_owned(),
                });
            }
            Ok(code_page(ticket, &return_to, &Faults::default(), StatusCode::OK))
        }
        Ok(SignInStep::AddFactor { .. }) => Err(Refused::NotNow {
            text: "Your account needs a second factor first, and the page for it is to come. Ask \
                   the administrator."
                .to_owned(),
            back: "/sign-in".to_owned(),
        }),
        Err(EngineError::NotSignedIn) => {
            let faults = Faults(vec![("email".to_owned(), WRONG.to_owned())]);
            Ok(page(&app, &return_to, &faults, StatusCode::UNAUTHORIZED))
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /sign-in/code`: the second step.
pub(super) async fn with_code(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let return_to = return_path(sent.get(RETURN_TO).map(String::as_str)).to_owned();
    let ticket = asked(&sent, TICKET);
    let code = match (asked(&sent, "one_time_code"), asked(&sent, "recovery_code")) {
        (code, paper) if paper.is_empty() => Code::OneTime(code.replace(' ', "")),
        (_, paper) => Code::Recovery(paper),
    };
    match app.prove_factor(&ticket, code, from.network()).await {
        Ok(signed_in) => is_in(&app, &request, signed_in, &return_to).await,
        Err(EngineError::FactorRefused) => {
            let faults = Faults(vec![("one_time_code".to_owned(), WRONG_CODE.to_owned())]);
            Ok(code_page(ticket, &return_to, &faults, StatusCode::UNAUTHORIZED))
        }
        Err(other) => Err(other.into()),
    }
}

async fn is_in(
    app: &App,
    request: &HttpRequest,
    signed_in: SignedIn,
    return_to: &str,
) -> Result<HttpResponse, Refused> {
    let before = cookies::held(request, SESSION);
    let secret = app.keep_in_browser(signed_in, before).await?;
    with_cookie(see_other(return_to), &cookies::set(SESSION, secret))
}
