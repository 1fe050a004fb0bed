//! Publishing a version that another officer proposed.

use super::differences::{Said, first_day, said};
use super::{App, PolicyPath, address, list, reading, version};
use crate::access;
use crate::engine::{EngineError, Request};
use crate::escalation::Refusal;
use crate::store::policies::StoredPolicy;
use crate::web::acting::{Once, answer_with};
use crate::web::frame::{Frame, see_other, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "policy_publication.html", config = "src/web/askama.toml")]
struct PublicationPage {
    frame: Frame,
    address: String,
    title: String,
    version: i32,
    proposed: String,
    first_day: String,
    has_begun: bool,
    /// The version that it comes after, and what it says otherwise.
    before: Option<(i32, Vec<Said>)>,
    form_token: String,
    form_key: String,
}

/// `GET /partnerships/{id}/policies/{key}/{version}/publication`: what publishing would do.
pub(super) async fn form(
    app: App,
    visitor: Visitor,
    path: PolicyPath,
) -> Result<HttpResponse, Refused> {
    let found = version(&app, &visitor, path).await?;
    let stored = &found.stored;
    let of = stored.partnership_id;
    access::may_publish_policy(&visitor.actor, of, stored.proposed_by())
        .map_err(EngineError::Refused)?;
    let address = address(of, &stored.which());
    let family = reading::family(&app, &visitor, stored).await?;
    if !reading::can_be_published(stored, &family) {
        let text = "This version is published already, or a later one was published before it.";
        return Err(Refused::NotNow { text: text.to_owned(), back: address });
    }
    let policy = &stored.policy;
    let before =
        family.iter().find(|it| it.publication.is_some() && it.policy.version < policy.version);
    let before = match before {
        Some(before) => Some((before.policy.version, said(&before.policy, policy)?)),
        None => None,
    };
    let today = app.now().utc().with_timezone(&policy.calendar.zone).date_naive();
    let page = PublicationPage {
        frame: Frame::of(
            &visitor,
            format!("Publish version {} of {}", policy.version, policy.title),
        ),
        address,
        title: policy.title.clone(),
        version: policy.version,
        proposed: list::proposed(stored),
        first_day: first_day(policy),
        has_begun: policy.effective_from <= today,
        before,
        form_token: visitor.form_token.clone(),
        form_key: Once::of(0).form_key,
    };
    Ok(show(StatusCode::OK, &page))
}

/// `POST /partnerships/{id}/policies/{key}/{version}/publication`: publishes it.
pub(super) async fn publish(
    app: App,
    posted: Posted,
    path: PolicyPath,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let found = version(&app, &visitor, path).await?;
    let (of, which) = (found.stored.partnership_id, found.stored.which());
    let address = address(of, &which);
    let request = once.request(&visitor, &format!("{address}/publication"), &sent);
    let request = Request { expected_version: None, ..request };
    let location = format!("{address}?done=published");
    let answering = move |_: &StoredPolicy| answer_with(location.clone());
    match app.publish_policy_on_request(request, Some(of), which, answering).await {
        Ok(answered) => Ok(see_other(answered.answer.location.as_deref().unwrap_or(&address))),
        Err(EngineError::Refused(Refusal::NotNow(text))) => {
            Err(Refused::NotNow { text, back: address })
        }
        Err(other) => Err(other.into()),
    }
}
