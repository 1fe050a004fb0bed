//! Changing one's own password.

use super::links::{chosen, new_password_fields, of_password};
use crate::client_address::ClientAddress;
use crate::engine::{Engine, EngineError};
use crate::escalation::Refusal;
use crate::web::asking::{Asking, Link};
use crate::web::fields::{Faults, Field, Kind};
use crate::web::frame::{Frame, see_other};
use crate::web::page::Refused;
use crate::web::posted::{FORM_TOKEN, Posted};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

type App = web::Data<Engine>;

fn page(visitor: &Visitor, faults: &Faults, status: StatusCode) -> HttpResponse {
    let frame = Frame::of(visitor, "Change your password");
    let mut page = Asking::new(frame, "/account/password", "Change the password");
    page.back = Some(("/account", "Your account"));
    page.paragraphs = vec![
        "Wherever else you are signed in, you are signed out. You get an email that says so."
            .to_owned(),
    ];
    page.hidden = vec![(FORM_TOKEN, visitor.form_token.clone())];
    let present = Field::new("current_password", "Your password now", Kind::Password);
    page.fields = [present].into_iter().chain(new_password_fields()).collect();
    page.links = vec![Link::to("/account", "Cancel")];
    page.answer(faults, status)
}

/// `GET /account/password`
pub(super) async fn form(visitor: Visitor) -> HttpResponse {
    page(&visitor, &Faults::default(), StatusCode::OK)
}

/// `POST /account/password`: changes it.
pub(super) async fn change(
    app: App,
    from: ClientAddress,
    posted: Posted,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let again = |faults: &Faults| Ok(page(&visitor, faults, StatusCode::UNPROCESSABLE_ENTITY));
    let password = match chosen(&sent) {
        Ok(password) => password,
        Err(faults) => return again(&faults),
    };
    let current = sent.get("current_password").cloned().unwrap_or_default();
    let actor = visitor.actor.clone();
    match app.change_password(actor, current, password, from.network()).await {
        Ok(()) => Ok(see_other("/account?done=password")),
        Err(EngineError::Refused(Refusal::Faulty(found))) => {
            match found.iter().find(|fault| fault.pointer == "/password") {
                Some(fault) => again(&of_password(&fault.detail)),
                None => {
                    let text = "Your password now: this is not it. If you do not know it, sign out, \
                                and ask for a new one on the sign-in page";
                    let name = "current_password".to_owned();
                    again(&Faults(vec![(name, text.to_owned())]))
                }
            }
        }
        Err(other) => Err(other.into()),
    }
}
