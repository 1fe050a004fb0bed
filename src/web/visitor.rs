//! Whoever is at a page.

use super::cookies;
use super::page::Refused;
use crate::access::Actor;
use crate::engine::Engine;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest, web};
use std::future::Future;
use std::pin::Pin;

/// Somebody who is signed in at a browser.
pub struct Visitor {
    /// Who.
    pub actor: Actor,
    /// What every form on their pages carries, as `form_token`.
    pub form_token: String,
}

impl FromRequest for Visitor {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match visitor(&request).await {
                Err(Refused::NotSignedIn) if request.method() == Method::GET => {
                    let here = request.uri().path_and_query();
                    let return_to = here.map(ToString::to_string).unwrap_or_default();
                    Err(Refused::SignInFirst { return_to })
                }
                other => other,
            }
        })
    }
}

/// Whoever is at the browser that sent this.
///
/// # Errors
/// Nobody is signed in there; or the world failed.
pub(super) async fn visitor(request: &HttpRequest) -> Result<Visitor, Refused> {
    let engine = request.app_data::<web::Data<Engine>>().ok_or(Refused::NotSignedIn)?;
    let secret = cookies::held(request, cookies::SESSION).ok_or(Refused::NotSignedIn)?;
    visitor_by(engine, &secret).await
}

/// Whoever has the session that a cookie stands for.
///
/// # Errors
/// As [`visitor`].
pub(super) async fn visitor_by(engine: &Engine, secret: &str) -> Result<Visitor, Refused> {
    let found = engine.authenticate_browser(secret).await?;
    tracing::Span::current().record("person_id", tracing::field::display(found.actor.person_id));
    Ok(Visitor { actor: found.actor, form_token: found.form_token })
}
