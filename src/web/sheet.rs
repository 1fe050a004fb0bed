//! A form about something besides a case: shown, shown again with its faults, and what became of it.
//! It carries the version that was read and a key of its own, as the forms of a case do.

use super::acting::Once;
use super::fields::{Faults, Field, Kind};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::visitor::Visitor;
use crate::access;
use crate::auth;
use crate::clock::UtcInstant;
use crate::engine::{Answered, EngineError};
use crate::escalation::Refusal;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The hidden field of somebody who was told what would follow, and wants it.
pub(super) const SURE: &str = "sure";

const CHANGED: &str = "Somebody changed this since you opened this page, and nothing of yours was \
    saved. Look at it, then decide whether to save this.";

/// A form: what it is about, and where it goes.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// What is done, as the heading.
    pub(super) title: String,
    /// To whom or what.
    pub(super) caption: String,
    /// What happens then.
    pub(super) lead: Vec<String>,
    /// What is bad about it.
    pub(super) warnings: Vec<String>,
    /// Where it is sent.
    pub(super) action: String,
    /// Where one came from, and its name.
    pub(super) back: (String, String),
    pub(super) button: &'static str,
    pub(super) is_grave: bool,
}

#[derive(Template)]
#[template(path = "sheet.html", config = "src/web/askama.toml")]
struct SheetPage<'s> {
    frame: Frame,
    sheet: &'s Sheet,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
    version: i64,
    form_key: String,
    sure: Option<String>,
}

/// What a form says of itself when it is sent after its consequences were shown.
pub(super) fn sure_of(warnings: &[String]) -> String {
    auth::digest(&warnings.join("\n"))
}

/// Whether somebody may do what is grave now: so that nobody fills in a form in vain.
///
/// # Errors
/// That they must prove again that it is them.
pub(super) fn freshly(visitor: &Visitor, now: UtcInstant) -> Result<(), Refused> {
    access::fresh_proof(&visitor.actor, now).map_err(|refusal| EngineError::from(refusal).into())
}

impl Sheet {
    /// The form as it is first shown.
    pub(super) fn blank(
        &self,
        visitor: &Visitor,
        fields: Vec<Field>,
        version: i64,
    ) -> HttpResponse {
        self.page(visitor, fields, &Faults::default(), &Once::of(version), StatusCode::OK)
    }

    /// The form with what was written, and what is wrong with it.
    pub(super) fn again(
        &self,
        visitor: &Visitor,
        fields: Vec<Field>,
        faults: &Faults,
        once: &Once,
    ) -> HttpResponse {
        self.page(visitor, fields, faults, once, StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The form with what was written, and what would follow from it: to be sent once more.
    pub(super) fn asks(&self, visitor: &Visitor, fields: Vec<Field>, once: &Once) -> HttpResponse {
        self.page(visitor, fields, &Faults::default(), once, StatusCode::OK)
    }

    fn page(
        &self,
        visitor: &Visitor,
        fields: Vec<Field>,
        faults: &Faults,
        once: &Once,
        status: StatusCode,
    ) -> HttpResponse {
        let title = if self.caption.is_empty() {
            self.title.clone()
        } else {
            format!("{}: {}", self.title, self.caption)
        };
        let page = SheetPage {
            frame: Frame::of(visitor, title).with_faults(!faults.is_empty()),
            sheet: self,
            fields: fields.into_iter().map(|field| field.with_fault_of(faults)).collect(),
            faults: faults.0.clone(),
            form_token: visitor.form_token.clone(),
            version: once.version,
            form_key: once.form_key.clone(),
            sure: (!self.warnings.is_empty()).then(|| sure_of(&self.warnings)),
        };
        show(status, &page)
    }

    /// What became of it: the page to go to; or the form again, with what was written. `version` is
    /// the one that is there now.
    ///
    /// # Errors
    /// What no field can mend.
    pub(super) fn answered(
        &self,
        visitor: &Visitor,
        fields: Vec<Field>,
        (once, version): (&Once, i64),
        done: Result<Answered, EngineError>,
    ) -> Result<HttpResponse, Refused> {
        match done {
            Ok(answered) => Ok(see_other(answered.answer.location.as_deref().unwrap_or("/"))),
            Err(EngineError::Refused(Refusal::Faulty(found))) => {
                let faults = Faults::of_engine(&found, &fields);
                Ok(self.again(visitor, fields, &faults, once))
            }
            Err(EngineError::Stale) => {
                let faults = Faults(vec![(String::new(), CHANGED.to_owned())]);
                let (once, status) = (Once::of(version), StatusCode::PRECONDITION_FAILED);
                Ok(self.page(visitor, fields, &faults, &once, status))
            }
            Err(EngineError::Refused(Refusal::NotNow(text))) => {
                Err(Refused::NotNow { text, back: self.back.0.clone() })
            }
            Err(other) => Err(other.into()),
        }
    }
}
