//! The pages of second factors, for whoever adds their first one while they sign in and for whoever
//! is in: an app's secret, a passkey's challenge, recovery codes.

use super::asking::{Hidden, Way};
use super::fields::{Faults, Field, Kind};
use super::frame::{Frame, show, show_with_script};
use super::sign_in_here::Carried;
use crate::engine::{BegunCeremony, NewCodeSource};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

pub(super) const CREDENTIAL: &str = "credential";
pub(super) const CHALLENGE: &str = "challenge_id";
pub(super) const FIRST_CODE: &str = "one_time_code";
/// What is said of a first code that does not do.
pub(super) const WRONG_FIRST_CODE: &str = "This is not the code that the app shows now. Check that \
    the clock of the phone is right, and try the next code. If it goes on, or ten minutes have \
    passed, begin again.";
/// What is said of a passkey that does not do.
pub(super) const NO_PASSKEY: &str = "The passkey did not do, or came too late. Try again, on the \
    device that has it.";

/// An app that is being added: its secret, and the form for its first code.
#[derive(Template)]
#[template(path = "code_app.html", config = "src/web/askama.toml")]
pub(super) struct CodeApp {
    pub(super) frame: Frame,
    /// The secret in groups of four, and the address that an app on the same device reads; shown
    /// once, so not again beside a wrong code.
    pub(super) secret: Option<(String, String)>,
    pub(super) action: &'static str,
    pub(super) hidden: Hidden,
    pub(super) fields: Vec<Field>,
    pub(super) faults: Vec<(String, String)>,
    /// The way to begin again.
    pub(super) other: Way,
}

impl CodeApp {
    /// The page for an app.
    pub(super) fn new(
        frame: Frame,
        app: Option<NewCodeSource>,
        action: &'static str,
        hidden: Hidden,
        other: Way,
    ) -> Self {
        let field =
            Field::new(FIRST_CODE, "The code that the app shows", Kind::Digits).hint("Six digits.");
        Self {
            frame,
            secret: app.map(|app| (in_groups(&app.secret), app.url)),
            action,
            hidden,
            fields: vec![field],
            faults: Vec::new(),
            other,
        }
    }

    /// The page as an answer.
    pub(super) fn answer(mut self, faults: &Faults, status: StatusCode) -> HttpResponse {
        self.frame = self.frame.with_faults(!faults.is_empty());
        self.fields = self.fields.into_iter().map(|field| field.with_fault_of(faults)).collect();
        self.faults.clone_from(&faults.0);
        show(status, &self)
    }
}

/// A wrong first code.
pub(super) fn wrong_first_code() -> Faults {
    Faults(vec![(FIRST_CODE.to_owned(), WRONG_FIRST_CODE.to_owned())])
}

/// A secret as people copy it: four letters at a time.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// The page that asks the browser for a passkey.
#[derive(Template)]
#[template(path = "passkey.html", config = "src/web/askama.toml")]
pub(super) struct PasskeyPage {
    pub(super) frame: Frame,
    pub(super) lead: &'static str,
    /// What to do where no script runs.
    pub(super) otherwise: &'static str,
    /// `create` or `get`, as the browser calls it.
    ceremony: &'static str,
    options: String,
    pub(super) action: &'static str,
    pub(super) hidden: Hidden,
    pub(super) fields: Vec<Field>,
    faults: Vec<(String, String)>,
    pub(super) button: &'static str,
    pub(super) back: (&'static str, &'static str),
}

impl PasskeyPage {
    /// The page for a challenge; `is_new` where the passkey is to be made.
    pub(super) fn new(
        frame: Frame,
        begun: BegunCeremony,
        is_new: bool,
        action: &'static str,
        mut hidden: Hidden,
    ) -> Self {
        hidden.push((CHALLENGE, begun.challenge_id));
        let name = Field::new("name", "What do you call it?", Kind::Line)
            .hint("Such as “work phone”, so that you know it again.");
        Self {
            frame,
            lead: if is_new {
                "Your device makes a passkey and keeps it. From then on a fingerprint, your face or \
                 the device’s own code is enough to sign in."
            } else {
                "Your device asks you for a fingerprint, your face or its own code."
            },
            otherwise: "Go back, and sign in with your password and a code.",
            ceremony: if is_new { "create" } else { "get" },
            options: begun.options.to_string(),
            action,
            hidden,
            fields: if is_new { vec![name] } else { Vec::new() },
            faults: Vec::new(),
            button: if is_new { "Make the passkey" } else { "Use your passkey" },
            back: ("/sign-in", "Back to the sign-in page"),
        }
    }

    /// The page as an answer: one of the few that load our script.
    pub(super) fn answer(mut self, faults: &Faults, status: StatusCode) -> HttpResponse {
        self.frame = self.frame.with_faults(!faults.is_empty());
        self.fields = self.fields.into_iter().map(|field| field.with_fault_of(faults)).collect();
        self.faults.clone_from(&faults.0);
        show_with_script(status, &self)
    }
}

/// The paper: shown once.
#[derive(Template)]
#[template(path = "recovery_codes.html", config = "src/web/askama.toml")]
struct RecoveryCodes {
    frame: Frame,
    codes: Vec<String>,
    /// Where to go on; or the form that shows what was written.
    next: String,
    others: Vec<Way>,
}

/// Shows fresh recovery codes, and leads on.
pub(super) fn recovery_codes(frame: Frame, codes: Vec<String>, carried: &Carried) -> HttpResponse {
    let again = carried.kept.is_some().then(|| Way {
        action: "/sign-in/again".to_owned(),
        hidden: carried.hidden(),
        button: "I have kept them: show what I wrote".to_owned(),
    });
    let others = again.into_iter().collect();
    let page = RecoveryCodes { frame, codes, next: carried.return_to.clone(), others };
    show(StatusCode::OK, &page)
}
