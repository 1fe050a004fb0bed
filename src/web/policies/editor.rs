//! Where a policy file is written, checked and proposed. Every mistake is named by its line and
//! column, with what to write instead; and whatever happens, the text is shown again.

use super::trying::TEXT;
use super::{App, PolicyPath, address, curly, version};
use crate::engine::{EngineError, Request};
use crate::escalation::Refusal;
use crate::policy::{Mistake, Policy};
use crate::store::policies::StoredPolicy;
use crate::web::acting::{Once, answer_with};
use crate::web::frame::{Frame, see_other, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// A mistake, and the line that it stands in.
struct Row {
    line: usize,
    column: usize,
    key: String,
    text: String,
    written: String,
}

#[derive(Template)]
#[template(path = "policy_editor.html", config = "src/web/askama.toml")]
struct EditorPage {
    frame: Frame,
    text: String,
    mistakes: Vec<Row>,
    /// Why it was not taken: its mistakes, or something else, such as that its version is there already.
    fault: Option<String>,
    /// Title and version, where no mistake was found.
    good: Option<(String, i32)>,
    may_propose: bool,
    form_token: String,
    form_key: String,
}

impl EditorPage {
    fn of(visitor: &Visitor, text: String) -> Self {
        Self::titled(visitor, "Check a policy", text)
    }

    fn titled(visitor: &Visitor, title: &str, text: String) -> Self {
        Self {
            frame: Frame::of(visitor, title),
            text,
            mistakes: Vec::new(),
            fault: None,
            good: None,
            may_propose: visitor.actor.officer_of().next().is_some(),
            form_token: visitor.form_token.clone(),
            form_key: Once::of(0).form_key,
        }
    }

    fn faulty(mut self, status: StatusCode) -> HttpResponse {
        self.frame = self.frame.with_faults(true);
        show(status, &self)
    }
}

/// `GET /policies/check`: where to write a policy file.
pub(super) async fn blank(visitor: Visitor) -> HttpResponse {
    show(StatusCode::OK, &EditorPage::of(&visitor, String::new()))
}

/// `GET /partnerships/{id}/policies/{key}/{version}/next`: the same, beginning with the file of a
/// version.
pub(super) async fn next(
    app: App,
    visitor: Visitor,
    path: PolicyPath,
) -> Result<HttpResponse, Refused> {
    let found = version(&app, &visitor, path).await?;
    Ok(show(StatusCode::OK, &EditorPage::titled(&visitor, "Write a new version", found.text)))
}

/// `POST /policies/check`: names every mistake, or says that there is none.
pub(super) async fn check(posted: Posted) -> HttpResponse {
    let Posted { visitor, fields: mut sent } = posted;
    let text = text_of(&mut sent);
    match Policy::parse(&text) {
        Err(mistakes) => with_mistakes(&visitor, text, &mistakes),
        Ok(policy) => {
            let good = Some((policy.title, policy.version));
            show(StatusCode::OK, &EditorPage { good, ..EditorPage::of(&visitor, text) })
        }
    }
}

/// The file as it was written: browsers send other ends of lines.
fn text_of(sent: &mut crate::web::fields::Sent) -> String {
    sent.remove(TEXT).unwrap_or_default().replace("\r\n", "\n")
}

/// The page again, with every mistake.
pub(super) fn with_mistakes(visitor: &Visitor, text: String, mistakes: &[Mistake]) -> HttpResponse {
    let row = |mistake: &Mistake| {
        let written = mistake.line.checked_sub(1).and_then(|index| text.lines().nth(index));
        Row {
            line: mistake.line,
            column: mistake.column,
            key: mistake.key.clone(),
            text: curly(&mistake.text),
            written: written.unwrap_or_default().trim().to_owned(),
        }
    };
    let mistakes: Vec<Row> = mistakes.iter().map(row).collect();
    let fault = Some(match mistakes.len() {
        1 => "The file has a mistake. It stands below, with its line.".to_owned(),
        count => format!("The file has {count} mistakes. They stand below, each with its line."),
    });
    let page = EditorPage { mistakes, fault, ..EditorPage::of(visitor, text) };
    page.faulty(StatusCode::UNPROCESSABLE_ENTITY)
}

/// `POST /policies/propose`: proposes it, for another officer to publish.
pub(super) async fn propose(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let request = once.request(&visitor, "/policies/propose", &sent);
    let request = Request { expected_version: None, ..request };
    let text = text_of(&mut sent);
    if let Err(mistakes) = Policy::parse(&text) {
        return Ok(with_mistakes(&visitor, text, &mistakes));
    }
    let answering = |stored: &StoredPolicy| {
        let address = address(stored.partnership_id, &stored.which());
        answer_with(format!("{address}?done=proposed"))
    };
    match app.propose_policy_on_request(request, text.clone(), answering).await {
        Ok(answered) => Ok(see_other(answered.answer.location.as_deref().unwrap_or("/policies"))),
        Err(EngineError::Refused(refusal)) => Ok(refused(&visitor, text, refusal)),
        Err(other) => Err(other.into()),
    }
}

/// The page again, with why it was not proposed.
fn refused(visitor: &Visitor, text: String, refusal: Refusal) -> HttpResponse {
    let (status, why) = match refusal {
        Refusal::Faulty(found) => {
            let found: Vec<String> = found.into_iter().map(|fault| curly(&fault.detail)).collect();
            (StatusCode::UNPROCESSABLE_ENTITY, found.join(" "))
        }
        Refusal::NotYours(why) => (StatusCode::FORBIDDEN, curly(&why)),
        other => (StatusCode::CONFLICT, curly(&other.to_string())),
    };
    EditorPage { fault: Some(why), ..EditorPage::of(visitor, text) }.faulty(status)
}
