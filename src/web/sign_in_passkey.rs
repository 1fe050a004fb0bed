//! Signing in with a passkey. A form cannot ask a device for one: the page with the challenge loads
//! our script, which does so and then sends the page's own form.

use super::factor_pages::{CHALLENGE, NO_PASSKEY, PasskeyPage};
use super::fields::Faults;
use super::frame::Frame;
use super::page::Refused;
use super::sign_in_first::credential;
use super::sign_in_here::{self, Carried, asked, is_in, sent};
use crate::client_address::ClientAddress;
use crate::engine::{Engine, EngineError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

type App = web::Data<Engine>;

/// The page that asks for a passkey.
pub(super) async fn challenge(app: &App, carried: &Carried) -> Result<HttpResponse, Refused> {
    let begun = app.begin_passkey_proof().await?;
    let frame = Frame::for_anybody("Sign in with a passkey");
    let action = "/sign-in/passkey/answer";
    let page = PasskeyPage::new(frame, begun, false, action, carried.hidden());
    Ok(page.answer(&Faults::default(), StatusCode::OK))
}

/// `POST /sign-in/passkey`: begins.
pub(super) async fn begin(
    app: App,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    challenge(&app, &Carried::of(&sent)).await
}

/// `POST /sign-in/passkey/answer`: lets them in whose passkey it is.
pub(super) async fn answer(
    app: App,
    from: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let sent = sent(&request, payload).await?;
    let carried = Carried::of(&sent);
    let (challenge_id, credential) = (asked(&sent, CHALLENGE), credential(&sent)?);
    match app.sign_in_by_passkey(&challenge_id, credential, from.network()).await {
        Ok(signed_in) => is_in(&app, &request, signed_in, &carried).await,
        Err(EngineError::FactorRefused) => {
            let faults = Faults(vec![(String::new(), NO_PASSKEY.to_owned())]);
            let status = StatusCode::UNAUTHORIZED;
            Ok(sign_in_here::page(&app, &carried, None, &faults, status))
        }
        Err(other) => Err(other.into()),
    }
}
