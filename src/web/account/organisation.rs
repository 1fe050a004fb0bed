//! Linking one's account at an organisation, so that one signs in here as one does at work.

use super::links::way_to_provider;
use crate::engine::{Engine, EngineError};
use crate::escalation::Refusal;
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sign_in_here::asked;
use actix_web::{HttpResponse, web};

type App = web::Data<Engine>;

/// `POST /account/organisation`: the way to an organisation's sign-in.
pub(super) async fn link(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let key = asked(&posted.fields, "provider");
    let name = app.providers().find(&key).map(|found| found.name.clone()).unwrap_or_default();
    match app.link_address(posted.visitor.actor, key).await {
        Ok(address) => Ok(way_to_provider(&name, address)),
        Err(EngineError::Refused(Refusal::Faulty(_))) => Err(Refused::NotNow {
            text: "This organisation does not sign in people of yours.".to_owned(),
            back: "/account".to_owned(),
        }),
        Err(other) => Err(other.into()),
    }
}
