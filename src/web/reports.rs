//! Reports as pages, where the links in letters lead: the same query as the API's, answered as a page
//! with links to the other forms. Whoever is not signed in signs in first and comes back.

use super::page::Refused;
use super::visitor::Visitor;
use crate::api::{Links, ReportCasesQuery, ReportPictureQuery, ReportQuery, RequestLimits};
use crate::engine::Engine;
use crate::ids::PartnershipId;
use actix_web::{HttpRequest, HttpResponse, Resource, web};
use serde::de::DeserializeOwned;

type App = web::Data<Engine>;

const FORMS: [(&str, &str); 3] = [
    ("pdf", "A document to print (PDF)"),
    ("xlsx", "A spreadsheet (XLSX)"),
    ("csv", "Comma-separated values (CSV)"),
];
const LIST_FORMS: [(&str, &str); 1] = [("csv", "Comma-separated values (CSV), with all columns")];

/// `GET /partnerships/{id}/reports/disputes`
async fn disputes(
    app: App,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    check(&visitor, &request)?;
    let (of, query) = (partnership(&id)?, query::<ReportQuery>(&request)?);
    let mut links = in_forms(&request, &FORMS);
    links.push((cases_address(&request, of), "The cases that are counted".to_owned()));
    links.extend([ask_again(), home()]);
    Ok(query.page(&app, visitor.actor, of, links).await?)
}

/// `GET /partnerships/{id}/reports/cases`
async fn cases(
    app: App,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    check(&visitor, &request)?;
    let (of, query) = (partnership(&id)?, query::<ReportCasesQuery>(&request)?);
    let mut links = in_forms(&request, &LIST_FORMS);
    links.extend([ask_again(), home()]);
    Ok(query.page(&app, visitor.actor, of, links).await?)
}

/// `GET /partnerships/{id}/reports/picture`
async fn picture(
    app: App,
    visitor: Visitor,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    check(&visitor, &request)?;
    let (of, query) = (partnership(&id)?, query::<ReportPictureQuery>(&request)?);
    let cases = (cases_address(&request, of), "The cases that are pictured".to_owned());
    let links = vec![cases, ask_again(), home()];
    Ok(query.answer(&app, visitor.actor, of, links).await?)
}

/// Whether somebody may ask once more now: a report costs more than other pages.
pub(super) fn check(visitor: &Visitor, request: &HttpRequest) -> Result<(), Refused> {
    if let Some(limits) = request.app_data::<web::Data<RequestLimits>>() {
        limits.check_person(visitor.actor.person_id)?;
    }
    Ok(())
}

/// A partnership's id; what is none is nothing that is here.
fn partnership(id: &str) -> Result<PartnershipId, Refused> {
    id.parse().map_err(|_no_id| Refused::NotFound)
}

fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Refused> {
    web::Query::<T>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .map_err(|error| Refused::unreadable_query(&error.to_string()))
}

/// The parts of the query that say of which cases, and not in which form.
fn of_which_cases<'q>(
    request: &'q HttpRequest,
    without: &'q [&str],
) -> impl Iterator<Item = &'q str> {
    let parts = request.query_string().split('&').filter(|part| !part.is_empty());
    parts.filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !without.contains(&name)
    })
}

fn ask_again() -> (String, String) {
    ("/reports".to_owned(), "Ask for another report".to_owned())
}

fn home() -> (String, String) {
    ("/".to_owned(), "Home".to_owned())
}

/// Where the same stands in other forms.
fn in_forms(request: &HttpRequest, forms: &[(&str, &str)]) -> Links {
    let link = |(form, words): &(&str, &str)| {
        let form = format!("form={form}");
        let parts = of_which_cases(request, &["form"]).chain([form.as_str()]);
        let address = format!("{}?{}", request.path(), parts.collect::<Vec<_>>().join("&"));
        (address, (*words).to_owned())
    };
    forms.iter().map(link).collect()
}

/// Where the cases stand that a report counts.
fn cases_address(request: &HttpRequest, of: PartnershipId) -> String {
    let of_reports_only = ["form", "audience", "smallest_count", "beside_year_before"];
    let parts: Vec<&str> = of_which_cases(request, &of_reports_only).collect();
    let joint = if parts.is_empty() { "" } else { "?" };
    format!("/partnerships/{of}/reports/cases{joint}{}", parts.join("&"))
}

/// The pages.
pub(super) fn resources(at: super::routes::At) -> Vec<Resource> {
    vec![
        at("/partnerships/{id}/reports/disputes", "GET, HEAD").route(web::get().to(disputes)),
        at("/partnerships/{id}/reports/cases", "GET, HEAD").route(web::get().to(cases)),
        at("/partnerships/{id}/reports/picture", "GET, HEAD").route(web::get().to(picture)),
    ]
}
