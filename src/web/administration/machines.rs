//! The agencies' programs, for administrators.

use super::App;
use crate::access;
use crate::directory::Person;
use crate::engine::{EngineError, NewMachine, Request};
use crate::ids::{AgencyId, PersonId};
use crate::store::people::Versioned;
use crate::web::acting::{Once, answer_with};
use crate::web::directory::{Paging, PlaceQuery};
use crate::web::fields::{Field, Kind, Reading};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{Sheet, freshly};
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

struct Row {
    id: PersonId,
    name: String,
    agency: String,
}

#[derive(Template)]
#[template(path = "machines.html", config = "src/web/askama.toml")]
struct MachinesPage {
    frame: Frame,
    rows: Vec<Row>,
    paging: Paging,
}

/// The agencies, by name: a machine belongs to one.
async fn agencies(app: &App, visitor: &Visitor) -> Result<Vec<(AgencyId, String)>, Refused> {
    access::may_keep_accounts(&visitor.actor).map_err(EngineError::from)?;
    let all = app.kept_agencies(visitor.actor.clone()).await?;
    let mut named: Vec<_> = all.into_iter().map(|agency| (agency.id, agency.name)).collect();
    named.sort_by_cached_key(|(id, name)| (name.to_lowercase(), *id));
    Ok(named)
}

/// `GET /administration/machines`
pub(super) async fn machines(
    app: App,
    visitor: Visitor,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let all = app.machines(visitor.actor.clone()).await?;
    let agencies = agencies(&app, &visitor).await?;
    let paging = Paging::of(query.page, all.len())?;
    let (from, limit) = Paging::rows(query.page);
    let name_of = |id: Option<AgencyId>| {
        let found = agencies.iter().find(|(agency, _)| Some(*agency) == id);
        found.map_or(String::new(), |(_, name)| name.clone())
    };
    let rows = all.into_iter().skip(from).take(limit);
    let rows = rows.map(|it| Row { id: it.id, agency: name_of(it.agency_id), name: it.name });
    let page = MachinesPage {
        frame: Frame::of(&visitor, format!("Machines{}", paging.in_title())),
        rows: rows.collect(),
        paging,
    };
    Ok(show(StatusCode::OK, &page))
}

fn sheet() -> Sheet {
    Sheet {
        title: "Add a machine".to_owned(),
        lead: vec![
            "A program of an agency. It reads through API tokens, never signs in, holds no post, and \
             sees no case."
                .to_owned(),
        ],
        action: "/administration/machines/add".to_owned(),
        back: ("/administration/machines".to_owned(), "Machines".to_owned()),
        button: "Add the machine",
        ..Sheet::default()
    }
}

fn fields(agencies: &[(AgencyId, String)]) -> Vec<Field> {
    let choices = agencies.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    vec![
        Field::new("name", "Name", Kind::Line).hint("What it is called in the directory."),
        Field::new("agency_id", "Whose is it?", Kind::Pick(choices)),
    ]
}

/// `GET /administration/machines/add`
pub(super) async fn add_form(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let agencies = agencies(&app, &visitor).await?;
    freshly(&visitor, app.now())?;
    Ok(sheet().blank(&visitor, fields(&agencies), 0))
}

/// `POST /administration/machines/add`
pub(super) async fn add(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let agencies = agencies(&app, &visitor).await?;
    let (sheet, calendar) = (sheet(), app.wall_calendar(visitor.actor.clone()).await?);
    let fields: Vec<Field> =
        fields(&agencies).into_iter().map(|field| field.filled_with(&sent)).collect();
    let mut form = Reading::of(&sent, &fields, &calendar);
    let (name, chosen) = (form.needed_line("name"), form.needed_choice("agency_id"));
    let faults = form.faults;
    let agency = agencies.iter().map(|(id, _)| *id).find(|id| Some(id.to_string()) == chosen);
    let (Some(name), Some(agency_id)) = (name, agency) else {
        return Ok(sheet.again(&visitor, fields, &faults, &once));
    };
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering =
        |it: &Versioned<Person>| answer_with(format!("/administration/machines/{}", it.it.id));
    let added = app.add_machine(request, NewMachine { name, agency_id }, answering).await;
    sheet.answered(&visitor, fields, (&once, 0), added)
}
