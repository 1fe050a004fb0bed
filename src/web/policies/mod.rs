//! The pages of the policies: reading a version in words and as its file, checking a new one, trying
//! it out, holding two versions against each other, proposing and publishing.

mod differences;
mod editor;
mod list;
mod publishing;
mod reading;
mod trying;
mod words;

use super::page::Refused;
use super::routes::At;
use super::visitor::Visitor;
use crate::engine::{Engine, ReadPolicy};
use crate::escalation::PolicyRef;
use crate::ids::PartnershipId;
use actix_web::{Resource, web};
use chrono::NaiveDate;

type App = web::Data<Engine>;

/// Which version: the partnership's id, the policy's key, its number.
type PolicyPath = web::Path<(String, String, i32)>;

/// Where the page of a version stands.
fn address(of: PartnershipId, which: &PolicyRef) -> String {
    format!("/partnerships/{of}/policies/{}/{}", which.key, which.version)
}

/// A version that somebody may read.
async fn version(app: &App, visitor: &Visitor, path: PolicyPath) -> Result<ReadPolicy, Refused> {
    let (of, key, version) = path.into_inner();
    let of = of.parse().map_err(|_no_id| Refused::NotFound)?;
    Ok(app.read_policy(visitor.actor.clone(), of, PolicyRef { key, version }).await?)
}

/// A day as pages write it: `24 November 2026`.
fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// The core's words with the apostrophes that pages have.
fn curly(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| signs.get(at)).is_some_and(|sign| sign.is_alphabetic())
    };
    let curled = signs.iter().enumerate().map(|(at, sign)| match sign {
        // Between letters it is one; before or after a word it is a quotation mark.
        '\'' if is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)) => '’',
        other => *other,
    });
    curled.collect()
}

/// The pages.
pub(super) fn resources(at: At) -> Vec<Resource> {
    const READ: &str = "GET, HEAD";
    const FORM: &str = "GET, HEAD, POST";
    let version = |rest: &str| format!("/partnerships/{{id}}/policies/{{key}}/{{version}}{rest}");
    vec![
        at("/policies", READ).route(web::get().to(list::list)),
        at("/policies/check", FORM)
            .route(web::get().to(editor::blank))
            .route(web::post().to(editor::check)),
        at("/policies/propose", "POST").route(web::post().to(editor::propose)),
        at("/policies/simulation", "POST").route(web::post().to(trying::try_text)),
        at(&version(""), READ).route(web::get().to(reading::read)),
        at(&version("/next"), READ).route(web::get().to(editor::next)),
        at(&version("/simulation"), FORM)
            .route(web::get().to(trying::form))
            .route(web::post().to(trying::try_version)),
        at(&version("/differences"), READ).route(web::get().to(differences::differences)),
        at(&version("/publication"), FORM)
            .route(web::get().to(publishing::form))
            .route(web::post().to(publishing::publish)),
    ]
}
