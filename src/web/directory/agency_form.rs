//! Adding an agency, and changing one.

use super::{App, id};
use crate::access;
use crate::directory::{Agency, Partnership, Sector};
use crate::engine::{AgencyBook, NewAgency, Request};
use crate::ids::AgencyId;
use crate::store::people::Versioned;
use crate::web::acting::{Once, answer_with};
use crate::web::acts::capital;
use crate::web::fields::{Field, Kind, Reading, Sent};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::Sheet;
use crate::web::visitor::Visitor;
use actix_web::{HttpResponse, web};

const SECTORS: [Sector; 12] = [
    Sector::ChildrensSocialCare,
    Sector::Police,
    Sector::HealthProvider,
    Sector::GeneralPractice,
    Sector::IntegratedCareBoard,
    Sector::School,
    Sector::EarlyYears,
    Sector::Probation,
    Sector::Housing,
    Sector::VoluntarySector,
    Sector::YouthJustice,
    Sector::Other,
];

fn fields(partnerships: &[Partnership], before: Option<&Agency>) -> Vec<Field> {
    let sectors = SECTORS
        .map(|it| (it.in_words().to_owned(), capital(it.in_words()).replace('\'', "’")))
        .to_vec();
    let choices: Vec<(String, String)> =
        partnerships.iter().map(|it| (it.id.to_string(), it.name.clone())).collect();
    let served: Vec<String> = match (before, partnerships) {
        (Some(agency), _) => agency.partnership_ids.iter().map(ToString::to_string).collect(),
        (None, [only]) => vec![only.id.to_string()],
        (None, _) => Vec::new(),
    };
    vec![
        Field::new("name", "Name", Kind::Line).holding(before.map(|agency| agency.name.as_str())),
        Field::new("sector", "What kind of agency is it?", Kind::Pick(sectors))
            .holding(before.map(|agency| agency.sector.in_words())),
        Field::new("partnership_ids", "Which partnerships does it serve?", Kind::Several(choices))
            .holding_several(&served),
    ]
}

fn read(form: &mut Reading<'_>) -> Option<NewAgency> {
    let (name, sector) = (form.needed_line("name"), form.needed_choice("sector"));
    let partnership_ids =
        form.several("partnership_ids").iter().filter_map(|id| id.parse().ok()).collect();
    let sector = sector?;
    let sector = SECTORS.into_iter().find(|it| it.in_words() == sector)?;
    Some(NewAgency { name: name?, sector, partnership_ids })
}

/// The partnerships for which the visitor keeps the directory.
async fn kept(app: &App, visitor: &Visitor) -> Result<Vec<Partnership>, Refused> {
    let mut all = app.partnerships_of(visitor.actor.clone()).await?;
    all.retain(|it| access::may_keep_directory(&visitor.actor, &[it.id]).is_ok());
    if all.is_empty() {
        return Err(not_yours());
    }
    Ok(all)
}

pub(super) fn not_yours() -> Refused {
    let who = "The partnership’s officers and the administrator keep the directory.";
    Refused::NotYours(who.to_owned())
}

fn adding() -> Sheet {
    Sheet {
        title: "Add an agency".to_owned(),
        lead: vec![
            "Its people and posts come next. Others can raise challenges with it as soon as \
                    it is here."
                .to_owned(),
        ],
        action: "/directory/agencies/add".to_owned(),
        back: ("/directory".to_owned(), "Directory".to_owned()),
        button: "Add the agency",
        ..Sheet::default()
    }
}

/// `GET /directory/agencies/add`
pub(super) async fn add_form(app: App, visitor: Visitor) -> Result<HttpResponse, Refused> {
    let partnerships = kept(&app, &visitor).await?;
    Ok(adding().blank(&visitor, fields(&partnerships, None), 0))
}

/// `POST /directory/agencies/add`
pub(super) async fn add(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let partnerships = kept(&app, &visitor).await?;
    save(&app, &visitor, sent, &adding(), None, fields(&partnerships, None)).await
}

fn changing(agency: &Agency) -> Sheet {
    let address = format!("/directory/agencies/{}", agency.id);
    Sheet {
        title: "Change the agency".to_owned(),
        caption: agency.name.clone(),
        action: format!("{address}/change"),
        back: (address, agency.name.clone()),
        button: "Save",
        ..Sheet::default()
    }
}

async fn known(
    app: &App,
    visitor: &Visitor,
    which: AgencyId,
) -> Result<(AgencyBook, Vec<Partnership>), Refused> {
    let book = app.agency_book(visitor.actor.clone(), which).await?;
    if !book.is_kept {
        return Err(not_yours());
    }
    Ok((book, kept(app, visitor).await?))
}

/// `GET /directory/agencies/{id}/change`
pub(super) async fn change_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (book, partnerships) = known(&app, &visitor, id(&path)?).await?;
    let agency = &book.agency;
    let fields = fields(&partnerships, Some(&agency.it));
    Ok(changing(&agency.it).blank(&visitor, fields, i64::from(agency.version)))
}

/// `POST /directory/agencies/{id}/change`
pub(super) async fn change(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which: AgencyId = id(&path)?;
    let Posted { visitor, fields: sent } = posted;
    let (book, partnerships) = known(&app, &visitor, which).await?;
    let there = (which, i64::from(book.agency.version));
    let fields = fields(&partnerships, Some(&book.agency.it));
    save(&app, &visitor, sent, &changing(&book.agency.it), Some(there), fields).await
}

async fn save(
    app: &App,
    visitor: &Visitor,
    mut sent: Sent,
    sheet: &Sheet,
    there: Option<(AgencyId, i64)>,
    fields: Vec<Field>,
) -> Result<HttpResponse, Refused> {
    let once = Once::taken_from(&mut sent)?;
    let fields: Vec<Field> = fields.into_iter().map(|field| field.filled_with(&sent)).collect();
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let mut form = Reading::of(&sent, &fields, &calendar);
    let new = read(&mut form);
    let faults = form.faults;
    let Some(new) = new.filter(|_| faults.is_empty()) else {
        return Ok(sheet.again(visitor, fields, &faults, &once));
    };
    let mut request = once.request(visitor, &sheet.action, &sent);
    if there.is_none() {
        request = Request { expected_version: None, ..request };
    }
    let done = if there.is_none() { "agency-added" } else { "agency-changed" };
    let answering = move |it: &Versioned<Agency>| {
        answer_with(format!("/directory/agencies/{}?done={done}", it.it.id))
    };
    let (which, version) = there.unzip();
    let saved = app.save_agency(request, which, new, answering).await;
    sheet.answered(visitor, fields, (&once, version.unwrap_or(0)), saved)
}
