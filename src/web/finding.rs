//! Finding a case by its reference. What was typed is sent in the form and never in an address: somebody
//! may type a child's name there.

use super::fields::{Faults, Field, Kind, Sent};
use super::frame::{Frame, see_other, show};
use super::page::Refused;
use super::posted::Posted;
use super::restricting::{is_plain, is_seen};
use super::visitor::Visitor;
use crate::engine::Engine;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Resource, web};
use askama::Template;

type App = web::Data<Engine>;

const NOTHING: &str = "There is no case with this reference that you can see. A reference is such as \
    ESC-2026-000123; it stands in every message about the case.";

#[derive(Template)]
#[template(path = "find.html", config = "src/web/askama.toml")]
struct Find {
    frame: Frame,
    fields: Vec<Field>,
    faults: Vec<(String, String)>,
    form_token: String,
}

fn page(visitor: &Visitor, field: Field, faults: &Faults, status: StatusCode) -> HttpResponse {
    let page = Find {
        frame: Frame::of(visitor, "Find a case").with_faults(!faults.is_empty()),
        fields: vec![field.with_fault_of(faults)],
        faults: faults.0.clone(),
        form_token: visitor.form_token.clone(),
    };
    show(status, &page)
}

fn field() -> Field {
    Field::new("reference", "Reference of the case", Kind::Line).hint("Such as ESC-2026-000123.")
}

/// `GET /find-case`
async fn form(visitor: Visitor) -> HttpResponse {
    page(&visitor, field(), &Faults::default(), StatusCode::OK)
}

/// `POST /find-case`
async fn find(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields } = posted;
    let sent: Sent = fields;
    let written = sent.get("reference").map_or("", String::as_str);
    let reference: String = written.split_whitespace().collect::<String>().to_uppercase();
    if is_plain(&reference) {
        let which = app.resolve(&reference).await?;
        if is_seen(&app, &visitor, which).await? {
            return Ok(see_other(&format!("/escalations/{reference}")));
        }
    }
    let faults = Faults(vec![("reference".to_owned(), NOTHING.to_owned())]);
    Ok(page(&visitor, field().filled_with(&sent), &faults, StatusCode::NOT_FOUND))
}

/// The page.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![at("/find-case", "GET, HEAD, POST").route(web::get().to(form)).route(web::post().to(find))]
}
