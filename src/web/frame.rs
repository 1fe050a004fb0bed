//! What stands around every page, and how a page becomes an answer.

use super::look::Look;
use super::visitor::Visitor;
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use std::sync::Arc;

/// What stands around a page.
pub(super) struct Frame {
    pub(super) title: String,
    /// A form on it has a fault.
    pub(super) is_faulty: bool,
    pub(super) visitor: Option<Signed>,
    pub(super) look: Arc<Look>,
}

/// Whoever is at the page, as its head shows them.
pub(super) struct Signed {
    pub(super) name: String,
    pub(super) form_token: String,
}

impl Frame {
    /// Around a page for somebody who is signed in.
    pub(super) fn of(visitor: &Visitor, title: impl Into<String>) -> Self {
        let (name, form_token) = (visitor.actor.name.clone(), visitor.form_token.clone());
        let visitor = Some(Signed { name, form_token });
        Self { title: title.into(), is_faulty: false, visitor, look: Look::here() }
    }

    /// Around a page for whoever comes.
    pub(super) fn for_anybody(title: impl Into<String>) -> Self {
        Self { title: title.into(), is_faulty: false, visitor: None, look: Look::here() }
    }

    /// The same, around a form that has a fault or not.
    pub(super) fn with_faults(mut self, is_faulty: bool) -> Self {
        self.is_faulty = is_faulty;
        self
    }
}

/// A page as an answer.
pub(super) fn show(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "making a page failed");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// On to another page.
pub(super) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address)).finish()
}
