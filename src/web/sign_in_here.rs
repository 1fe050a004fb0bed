//! Signing in with a password, and with a code where one is asked for.
//!
//! Whoever signs in has no session yet that a form could belong to; that it comes from a page of ours
//! is asked of the browser. The ticket of the first step goes from page to page in the form, opens
//! nothing by itself, and is good for ten minutes.

use super::again::{self, KEPT};
use super::asking::{Asking, Hidden, Link, Way};
use super::cookies::{self, SESSION};
use super::fields::{Faults, Field, Kind, Sent};
use super::frame::{Frame, show};
use super::page::{Refused, and_back};
use super::posted::{comes_from_here, fields};
use super::sign_in::with_cookie;
use super::visitor::visitor_by;
use super::{sign_in_first, sign_in_passkey};
use crate::auth::oidc::return_path;
use crate::client_address::ClientAddress;
use crate::engine::{self, Code, Engine, EngineError, SignInStep, SignedIn};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

type App = web::Data<Engine>;

const RETURN_TO: &str = "return_to";
pub(super) const TICKET: &str = "ticket";
/// With what somebody can take the second step.
const WAYS: &str = "ways";
const BY_APP: &str = "app";
const BY_BOTH: &str = "app, passkey";
const BY_PASSKEY: &str = "passkey";
const WRONG: &str = "This does not work. Check the email address and the password.";
const WRONG_CODE: &str = "The code was not right, or was used already. Wait for the next one. After \
    five tries, or ten minutes, start again.";
pub(super) const PROVE: &str = "Prove that it is you";

/// What goes along while somebody signs in.
pub(super) struct Carried {
    /// Where to go afterwards.
    pub(super) return_to: String,
    /// What they had written when their session was over, sealed for them.
    pub(super) kept: Option<String>,
}

impl Carried {
    /// Nothing but a way back.
    pub(super) fn back_to(return_to: Option<&str>) -> Self {
        Self { return_to: return_path(return_to).to_owned(), kept: None }
    }

    /// What a form carried.
    pub(super) fn of(sent: &Sent) -> Self {
        let kept = sent.get(KEPT).filter(|kept| !kept.is_empty()).cloned();
        Self { kept, ..Self::back_to(sent.get(RETURN_TO).map(String::as_str)) }
    }

    /// The same in the next form.
    pub(super) fn hidden(&self) -> Hidden {
        let kept = self.kept.clone().map(|kept| (KEPT, kept));
        [(RETURN_TO, self.return_to.clone())].into_iter().chain(kept).collect()
    }
}

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/web/askama.toml")]
struct SignInPage {
    frame: Frame,
    said: Option<&'static str>,
    is_kept: bool,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    hidden: Hidden,
    providers: Vec<(String, String)>,
    others: Vec<Way>,
}

/// What a page before this one did, in a word of its address.
pub(super) fn said(word: Option<&str>) -> Option<&'static str> {
    match word? {
        "password" => Some("Your password is set. Sign in with it."),
        _ => None,
    }
}

/// The page where somebody signs in.
pub(super) fn page(
    app: &App,
    carried: &Carried,
    said: Option<&'static str>,
    faults: &Faults,
    status: StatusCode,
) -> HttpResponse {
    let fields = [
        Field::new("email", "Email address", Kind::Email),
        Field::new("password", "Password", Kind::Password),
    ];
    let is_kept = carried.kept.is_some();
    // Whoever has something kept in this page goes to their organisation beside it.
    let back = if is_kept { "/" } else { carried.return_to.as_str() };
    let providers = app
        .providers()
        .iter()
        .map(|of| (format!("/sign-in/with/{}?{}", of.key, and_back(back)), of.name.clone()));
    let passkey = app.why_no_passkeys().is_none().then(|| passkey_way(carried));
    let again = is_kept.then(|| Way {
        action: "/sign-in/again".to_owned(),
        hidden: carried.hidden(),
        button: "I have signed in in another tab: show what I wrote".to_owned(),
    });
    let page = SignInPage {
        frame: Frame::for_anybody("Sign in").with_faults(!faults.is_empty()),
        said,
        is_kept,
        fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
        faults: faults.0.clone(),
        hidden: carried.hidden(),
        providers: providers.collect(),
        others: passkey.into_iter().chain(again).collect(),
    };
    show(status, &page)
}

fn passkey_way(carried: &Carried) -> Way {
    Way {
        action: "/sign-in/passkey".to_owned(),
        hidden: carried.hidden(),
        button: "Sign in with a passkey".to_owned(),
    }
}

/// A second step that was asked for.
struct SecondStep {
    ticket: String,
    /// One of [`BY_APP`], [`BY_BOTH`], [`BY_PASSKEY`]; a code from the paper does beside each.
    ways: String,
    carried: Carried,
}

impl SecondStep {
    fn page(&self, faults: &Faults, status: StatusCode) -> HttpResponse {
        let mut page = Asking::new(Frame::for_anybody(PROVE), "/sign-in/code", "Sign in");
        page.hidden = self.carried.hidden();
        page.hidden.push((TICKET, self.ticket.clone()));
        page.hidden.push((WAYS, self.ways.clone()));
        let paper = |label| Field::new("recovery_code", label, Kind::Line);
        if self.ways == BY_PASSKEY {
            page.paragraphs =
                vec!["Use your passkey, below. If you have lost it, type a code.".to_owned()];
            page.fields = vec![paper("A code from your paper")];
        } else {
            let code = Field::new("one_time_code", "Code of your app", Kind::Digits)
                .hint("The six digits that it shows now.");
            page.fields = vec![code, paper("Or a code from your paper").optional()];
        }
        if self.ways != BY_APP {
            page.others.push(passkey_way(&self.carried));
        }
        page.links.push(Link::to("/sign-in", "Start again"));
        page.answer(faults, status)
    }
}

/// A form of somebody who is not signed in, from a page of ours.
pub(super) async fn sent(request: &HttpRequest, payload: web::Payload) -> Result<Sent, Refused> {
    comes_from_here(request)?;
    fields(request, &mut payload.into_inner()).await
}

/// A field, without what stands around it.
pub(super) fn asked(sent: &Sent, name: &str) -> String {
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
    let carried = Carried::of(&sent);
    let password = sent.get("password").cloned().unwrap_or_default();
    match app.sign_in(asked(&sent, "email"), password, from.network()).await {
        Ok(SignInStep::In(signed_in)) => is_in(&app, &request, signed_in, &carried).await,
        Ok(SignInStep::ProveFactor { ticket, ways }) => {
            if ways.iter().all(|way| *way == engine::Way::Passkey) {
                return sign_in_passkey::challenge(&app, &carried).await;
            }
            let has = |way| ways.contains(&way);
            let ways = match (has(engine::Way::OneTimeCode), has(engine::Way::Passkey)) {
                (true, true) => BY_BOTH,
                (false, true) => BY_PASSKEY,
                (_, false) => BY_APP,
            };
            let step = SecondStep { ticket, ways: ways.to_owned(), carried };
            Ok(step.page(&Faults::default(), StatusCode::OK))
        }
        Ok(SignInStep::AddFactor { ticket }) => Ok(sign_in_first::choose(&app, &ticket, &carried)),
        Err(EngineError::NotSignedIn) => {
            let faults = Faults(vec![("email".to_owned(), WRONG.to_owned())]);
            Ok(page(&app, &carried, None, &faults, StatusCode::UNAUTHORIZED))
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
    let step = SecondStep {
        ticket: asked(&sent, TICKET),
        ways: asked(&sent, WAYS),
        carried: Carried::of(&sent),
    };
    let code = match (asked(&sent, "one_time_code"), asked(&sent, "recovery_code")) {
        (code, paper) if paper.is_empty() => Code::OneTime(code.replace(' ', "")),
        (_, paper) => Code::Recovery(paper),
    };
    match app.prove_factor(&step.ticket, code, from.network()).await {
        Ok(signed_in) => is_in(&app, &request, signed_in, &step.carried).await,
        Err(EngineError::FactorRefused) => {
            let name = if step.ways == BY_PASSKEY { "recovery_code" } else { "one_time_code" };
            let faults = Faults(vec![(name.to_owned(), WRONG_CODE.to_owned())]);
            Ok(step.page(&faults, StatusCode::UNAUTHORIZED))
        }
        Err(other) => Err(other.into()),
    }
}

/// Takes somebody in who has proved who they are: to where they wanted to go, or to what they wrote.
pub(super) async fn is_in(
    app: &App,
    request: &HttpRequest,
    signed_in: SignedIn,
    carried: &Carried,
) -> Result<HttpResponse, Refused> {
    let secret = taken_in(app, request, signed_in).await?;
    let visitor = visitor_by(app, &secret).await?;
    let response = again::after_sign_in(app, &visitor, carried).await?;
    with_cookie(response, &cookies::set(SESSION, secret))
}

/// Hands a session over to the browser; what its cookie is to hold.
pub(super) async fn taken_in(
    app: &App,
    request: &HttpRequest,
    signed_in: SignedIn,
) -> Result<String, Refused> {
    let before = cookies::held(request, SESSION);
    Ok(app.keep_in_browser(signed_in, before).await?)
}
