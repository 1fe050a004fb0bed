//! One's own passkeys.

use super::code_app::{holder, was_added};
use super::overview::back_to_account;
use crate::engine::{Engine, EngineError};
use crate::escalation::{Line, Refusal};
use crate::ids::PasskeyId;
use crate::web::factor_pages::{CHALLENGE, NO_PASSKEY, PasskeyPage};
use crate::web::fields::{Faults, Sent};
use crate::web::frame::Frame;
use crate::web::page::Refused;
use crate::web::posted::{FORM_TOKEN, Posted};
use crate::web::sign_in_first::credential;
use crate::web::sign_in_here::asked;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

type App = web::Data<Engine>;

async fn page(
    app: &App,
    visitor: &Visitor,
    sent: &Sent,
    faults: &Faults,
    status: StatusCode,
) -> Result<HttpResponse, Refused> {
    let begun = app.begin_passkey(holder(visitor)).await?;
    let frame = Frame::of(visitor, "Add a passkey");
    let hidden = vec![(FORM_TOKEN, visitor.form_token.clone())];
    let mut page = PasskeyPage::new(frame, begun, true, "/account/passkeys/answer", hidden);
    page.otherwise = "Go back, and add an app for codes instead.";
    page.back = ("/account", "Your account");
    page.fields = page.fields.into_iter().map(|field| field.filled_with(sent)).collect();
    Ok(page.answer(faults, status))
}

/// `POST /account/passkeys`: asks the browser to make one.
pub(super) async fn begin(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    page(&app, &visitor, &sent, &Faults::default(), StatusCode::OK).await
}

/// `POST /account/passkeys/answer`: takes it into use.
pub(super) async fn add(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let name = match Line::try_from(asked(&sent, "name")) {
        Ok(name) => name,
        Err(fault) => {
            let text = format!("What do you call it? It {fault}.");
            let faults = Faults(vec![("name".to_owned(), text)]);
            return page(&app, &visitor, &sent, &faults, status).await;
        }
    };
    let (challenge_id, credential) = (asked(&sent, CHALLENGE), credential(&sent)?);
    match app.add_passkey(holder(&visitor), &challenge_id, name, credential).await {
        Ok(added) => Ok(was_added(&visitor, added, "/account?done=passkey")),
        Err(EngineError::Refused(Refusal::Faulty(_))) => {
            let faults = Faults(vec![(String::new(), NO_PASSKEY.to_owned())]);
            page(&app, &visitor, &sent, &faults, status).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /account/passkeys/{id}/removal`
pub(super) async fn remove(
    app: App,
    posted: Posted,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let id: PasskeyId = id.parse().map_err(|_no_id| Refused::NotFound)?;
    back_to_account(app.remove_passkey(posted.visitor.actor, id).await, "passkey-removed")
}
