//! A page that asks one thing, and beside it other ways to go.

use super::fields::{Faults, Field, Kind};
use super::frame::{Frame, show};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// What a form carries out of sight.
pub(super) type Hidden = Vec<(&'static str, String)>;

/// A form of one button.
pub(super) struct Way {
    pub(super) action: String,
    pub(super) hidden: Hidden,
    pub(super) button: String,
}

/// A link; one that must not take the place of this page opens beside it.
pub(super) struct Link {
    pub(super) address: String,
    pub(super) text: String,
    pub(super) is_beside: bool,
}

/// A page with one form. Its heading is its title.
#[derive(Template)]
#[template(path = "asking.html", config = "src/web/askama.toml")]
pub(super) struct Asking {
    pub(super) frame: Frame,
    pub(super) back: Option<(&'static str, &'static str)>,
    pub(super) paragraphs: Vec<String>,
    /// What is done before the form is sent.
    pub(super) first: Vec<Link>,
    /// Where the form goes; nothing: to the address of the page, which may hold a secret.
    pub(super) action: &'static str,
    pub(super) hidden: Hidden,
    pub(super) fields: Vec<Field>,
    pub(super) faults: Vec<(String, String)>,
    pub(super) button: String,
    pub(super) others: Vec<Way>,
    pub(super) links: Vec<Link>,
}

impl Link {
    /// A link that takes the place of this page.
    pub(super) fn to(address: &str, text: &str) -> Self {
        Self { address: address.to_owned(), text: text.to_owned(), is_beside: false }
    }
}

impl Asking {
    /// A form with nothing but its button.
    pub(super) fn new(frame: Frame, action: &'static str, button: &str) -> Self {
        Self {
            frame,
            back: None,
            paragraphs: Vec::new(),
            first: Vec::new(),
            action,
            hidden: Vec::new(),
            fields: Vec::new(),
            faults: Vec::new(),
            button: button.to_owned(),
            others: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The page as an answer, with what was wrong with what was sent.
    pub(super) fn answer(mut self, faults: &Faults, status: StatusCode) -> HttpResponse {
        self.frame = self.frame.with_faults(!faults.is_empty());
        self.fields = self.fields.into_iter().map(|field| field.with_fault_of(faults)).collect();
        self.faults.clone_from(&faults.0);
        show(status, &self)
    }
}
