//! What stands around every page, and how a page becomes an answer.

use super::visitor::Visitor;
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::{StatusCode, header};
use askama::Template;

/// What stands around a page.
pub(super) struct Frame {
    pub(super) title: String,
    /// A form on it has a fault.
    pub(super) is_faulty: bool,
    pub(super) visitor: Option<Signed>,
}

/// Whoever is at the page, as its head shows them.
pub(super) struct Signed {
    pub(super) name: String,
    pub(super) form_token: String,
    /// Whether challenges are theirs to raise: they are people's who work for an agency.
    pub(super) can_raise: bool,
}

impl Frame {
    /// Around a page for somebody who is signed in.
    pub(super) fn of(visitor: &Visitor, title: impl Into<String>) -> Self {
        let (name, form_token) = (visitor.actor.name.clone(), visitor.form_token.clone());
        let can_raise = visitor.actor.agency_id.is_some();
        let visitor = Some(Signed { name, form_token, can_raise });
        Self { title: title.into(), is_faulty: false, visitor }
    }

    /// Around a page for whoever comes.
    pub(super) fn for_anybody(title: impl Into<String>) -> Self {
        Self { title: title.into(), is_faulty: false, visitor: None }
    }

    /// The same, around a form that has a fault or not.
    pub(super) fn with_faults(mut self, is_faulty: bool) -> Self {
        self.is_faulty = is_faulty;
        self
    }
}

/// What the few pages may load that ask a browser for a passkey: our own script, beside what all may.
const WITH_SCRIPT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The text of a page as an answer.
pub(super) fn html(status: StatusCode, text: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(text)
}

/// A page as an answer.
pub(super) fn show(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => html(status, text),
        Err(error) => {
            tracing::error!(%error, "making a page failed");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// A page as an answer that loads our own script.
pub(super) fn show_with_script(status: StatusCode, page: &impl Template) -> HttpResponse {
    let mut response = show(status, page);
    let policy = header::HeaderValue::from_static(WITH_SCRIPT);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// On to another page.
pub(super) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}

/// `GET /assets/pages.css`: how the pages look.
pub(super) async fn style_sheet() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .body(include_str!("templates/pages.css"))
}

/// `GET /assets/passkeys.js`: asks the browser for a passkey, which no form can.
pub(super) async fn passkeys_script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .body(include_str!("templates/passkeys.js"))
}
