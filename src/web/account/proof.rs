//! Proving again that it is still the same person, before a grave act: asked in the place of the
//! refusal, and then back to what they were about to do.

use crate::access::ProofBy;
use crate::client_address::ClientAddress;
use crate::engine::{Engine, EngineError, ProofOffered, Written};
use crate::escalation::Refusal;
use crate::web::again;
use crate::web::asking::{Asking, Hidden, Link, Way};
use crate::web::cookies::{self, SESSION};
use crate::web::factor_pages::{CHALLENGE, CREDENTIAL, PasskeyPage};
use crate::web::fields::{Faults, Field, Kind, Sent};
use crate::web::frame::Frame;
use crate::web::page::Refused;
use crate::web::posted::{FORM_TOKEN, Posted};
use crate::web::sign_in::with_cookie;
use crate::web::sign_in_first::credential;
use crate::web::sign_in_here::{Carried, PROVE, asked, taken_in};
use crate::web::visitor::{Visitor, visitor, visitor_by};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};

type App = web::Data<Engine>;

const NOT_PROVED: &str = "This does not prove that it is you. Check the password, and type the code \
    that your app shows now. After ten that were wrong, wait five minutes.";

/// Where a page or a form wanted a fresh proof, asks for it instead of refusing.
pub async fn prove_first(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let refused = response.response().error().and_then(|error| error.as_error::<Refused>());
    if !matches!(refused, Some(Refused::ProveAgain)) {
        return Ok(response);
    }
    let (request, _refused) = response.into_parts();
    let page = match ask(&request).await {
        Ok(page) => page,
        Err(refused) => refused.error_response(),
    };
    Ok(ServiceResponse::new(request, page))
}

async fn ask(request: &HttpRequest) -> Result<HttpResponse, Refused> {
    let app = request.app_data::<App>().ok_or(Refused::NotSignedIn)?;
    let visitor = visitor(request).await?;
    let written = request.extensions().get::<Written>().cloned();
    let kept = match written {
        Some(written) => Some(again::sealed(app, visitor.actor.person_id, &written)?),
        None => None,
    };
    let here = (request.method() == Method::GET).then(|| request.path());
    let carried = Carried { kept, ..Carried::back_to(here.or(Some("/account"))) };
    page(app, &visitor, &carried, &Faults::default(), StatusCode::FORBIDDEN).await
}

fn hidden(visitor: &Visitor, carried: &Carried) -> Hidden {
    let mut hidden = carried.hidden();
    hidden.push((FORM_TOKEN, visitor.form_token.clone()));
    hidden
}

/// The page that asks for a proof: for all that somebody would sign in with.
async fn page(
    app: &App,
    visitor: &Visitor,
    carried: &Carried,
    faults: &Faults,
    status: StatusCode,
) -> Result<HttpResponse, Refused> {
    if visitor.actor.proof.by == ProofBy::SingleSignOn {
        return at_organisation(app, visitor, carried, faults, status).await;
    }
    let factors = app.factors(visitor.actor.clone()).await?;
    let has_app = factors.one_time_codes.is_some();
    let has_passkey = !factors.passkeys.is_empty() && app.why_no_passkeys().is_none();
    let passkey = Way {
        action: "/account/proof/passkey".to_owned(),
        hidden: hidden(visitor, carried),
        button: "Use your passkey".to_owned(),
    };
    let is_by_passkey_alone = has_passkey && !has_app;
    let (action, button) = if is_by_passkey_alone {
        ("/account/proof/passkey", "Use your passkey")
    } else {
        ("/account/proof", "It is me: go on")
    };
    let mut page = Asking::new(Frame::of(visitor, PROVE), action, button);
    page.paragraphs = vec![
        "What you are about to do is asked for twice, so that nobody does it who only found your \
         screen open. Nothing was done yet, and nothing is lost: you go on from where you are."
            .to_owned(),
    ];
    page.hidden = hidden(visitor, carried);
    if !is_by_passkey_alone {
        page.fields.push(Field::new("password", "Password", Kind::Password));
        if has_passkey {
            page.others.push(passkey);
        }
    }
    if has_app {
        let code = Field::new("one_time_code", "Code of your app", Kind::Digits)
            .hint("The six digits that it shows now. One that you used already does not count.");
        page.fields.push(code);
    }
    page.links = vec![Link::to("/", "Cancel")];
    Ok(page.answer(faults, status))
}

/// Whoever signed in with their organisation proves themselves there, in another tab.
async fn at_organisation(
    app: &App,
    visitor: &Visitor,
    carried: &Carried,
    faults: &Faults,
    status: StatusCode,
) -> Result<HttpResponse, Refused> {
    let person_id = visitor.actor.person_id;
    let identities = app.identities(visitor.actor.clone(), person_id).await?;
    let frame = Frame::of(visitor, PROVE);
    let mut page = Asking::new(frame, "/sign-in/again", "I have signed in again: go on");
    page.paragraphs = vec![
        "What you are about to do is asked for twice. Sign in with your organisation once more: it \
         opens beside this page. Then come back to this page, and go on. Nothing is lost."
            .to_owned(),
    ];
    let of = |key: &str| app.providers().find(key);
    page.first = identities
        .iter()
        .filter_map(|it| of(&it.provider))
        .map(|of| Link {
            address: format!("/sign-in/with/{}?again=yes&return_to=/account", of.key),
            text: format!("Sign in again with {} (opens a new tab)", of.name),
            is_beside: true,
        })
        .collect();
    page.hidden = carried.hidden();
    page.links = vec![Link::to("/", "Cancel")];
    Ok(page.answer(faults, status))
}

/// `POST /account/proof/passkey`: asks the browser for a passkey.
pub(super) async fn challenge(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let begun = app.begin_passkey_proof().await?;
    let hidden = hidden(&visitor, &Carried::of(&sent));
    let frame = Frame::of(&visitor, PROVE);
    let mut page = PasskeyPage::new(frame, begun, false, "/account/proof", hidden);
    page.otherwise = "Go back, and use your password and a code, if you have an app.";
    page.back = ("/account", "Your account");
    Ok(page.answer(&Faults::default(), StatusCode::OK))
}

fn offered(sent: &Sent) -> Result<ProofOffered, Refused> {
    if sent.contains_key(CREDENTIAL) {
        let (challenge_id, credential) = (asked(sent, CHALLENGE), credential(sent)?);
        return Ok(ProofOffered::Passkey { challenge_id, credential });
    }
    let code = asked(sent, "one_time_code").replace(' ', "");
    Ok(ProofOffered::Typed {
        password: sent.get("password").cloned(),
        one_time_code: (!code.is_empty()).then_some(code),
    })
}

/// `POST /account/proof`: goes on in a new session, with what they were about to do.
pub(super) async fn prove(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    posted: Posted,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let carried = Carried::of(&sent);
    let offered = offered(&sent)?;
    match app.prove_again(visitor.actor.clone(), offered, from.network()).await {
        Ok(signed_in) => {
            let secret = taken_in(&app, &request, signed_in).await?;
            let visitor = visitor_by(&app, &secret).await?;
            let response = again::after_proof(&app, &visitor, &carried).await?;
            with_cookie(response, &cookies::set(SESSION, secret))
        }
        Err(EngineError::Refused(Refusal::Faulty(_))) => {
            let faults = Faults(vec![("password".to_owned(), NOT_PROVED.to_owned())]);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&app, &visitor, &carried, &faults, status).await
        }
        Err(other) => Err(other.into()),
    }
}
