//! One's own app for codes, and the recovery codes that stand in for it.

use super::overview::back_to_account;
use crate::engine::{Added, Engine, EngineError, Holder, NewCodeSource};
use crate::escalation::Refusal;
use crate::web::asking::{Hidden, Way};
use crate::web::factor_pages::{CodeApp, FIRST_CODE, recovery_codes, wrong_first_code};
use crate::web::fields::Faults;
use crate::web::frame::{Frame, see_other};
use crate::web::page::Refused;
use crate::web::posted::{FORM_TOKEN, Posted};
use crate::web::sign_in_here::{Carried, asked};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

type App = web::Data<Engine>;

pub(super) fn holder(visitor: &Visitor) -> Holder {
    Holder::Signed(Box::new(visitor.actor.clone()))
}

fn token(visitor: &Visitor) -> Hidden {
    vec![(FORM_TOKEN, visitor.form_token.clone())]
}

fn page(
    visitor: &Visitor,
    app: Option<NewCodeSource>,
    faults: &Faults,
    status: StatusCode,
) -> HttpResponse {
    let again = Way {
        action: "/account/code-app".to_owned(),
        hidden: token(visitor),
        button: "Begin again with a new key".to_owned(),
    };
    let frame = Frame::of(visitor, "Add an app for codes");
    CodeApp::new(frame, app, "/account/code-app/code", token(visitor), again).answer(faults, status)
}

/// `POST /account/code-app`: makes an app's secret, and shows it. An app that is there goes on until
/// the new one has shown its first code.
pub(super) async fn begin(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let visitor = posted.visitor;
    let begun = app.begin_one_time_codes(holder(&visitor)).await?;
    Ok(page(&visitor, Some(begun), &Faults::default(), StatusCode::OK))
}

/// `POST /account/code-app/code`: takes the app into use with its first code.
pub(super) async fn confirm(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    match app.confirm_one_time_codes(holder(&visitor), asked(&sent, FIRST_CODE)).await {
        Ok(added) => Ok(was_added(&visitor, added, "/account?done=app")),
        Err(EngineError::Refused(Refusal::Faulty(_))) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page(&visitor, None, &wrong_first_code(), status))
        }
        Err(other) => Err(other.into()),
    }
}

/// On from a factor that was added; with the first one come recovery codes.
pub(super) fn was_added(visitor: &Visitor, added: Added, next: &str) -> HttpResponse {
    if added.recovery_codes.is_empty() {
        return see_other(next);
    }
    let frame = Frame::of(visitor, "Your recovery codes");
    recovery_codes(frame, added.recovery_codes, &Carried::back_to(Some(next)))
}

/// `POST /account/code-app/removal`
pub(super) async fn remove(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let removed = app.remove_one_time_codes(posted.visitor.actor).await;
    back_to_account(removed, "app-removed")
}

/// `POST /account/recovery-codes`: fresh ones, instead of those on the paper.
pub(super) async fn renew_paper(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let visitor = posted.visitor;
    let codes = app.renew_recovery_codes(visitor.actor.clone()).await?;
    let frame = Frame::of(&visitor, "Your new recovery codes");
    Ok(recovery_codes(frame, codes, &Carried::back_to(Some("/account"))))
}
