//! Adding somebody, and changing their entry: their name, address and agency, and that they have left.

use super::agency_form::not_yours;
use super::words::gap_in_words;
use super::{App, id};
use crate::directory::{Agency, Person};
use crate::engine::{NewPerson, PersonBook, Request};
use crate::ids::{AgencyId, PersonId};
use crate::store::people::Versioned;
use crate::web::acting::{Once, answer_with};
use crate::web::fields::{Field, Kind, Reading, Sent};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{SURE, Sheet, sure_of};
use crate::web::visitor::Visitor;
use actix_web::{HttpResponse, web};

/// Which agencies a form offers.
enum Where {
    /// This one, which the address names.
    Only(AgencyId),
    /// None: the partnership's own people.
    Nowhere,
    /// One of these, or none.
    OneOf(Vec<Agency>),
}

fn yes_or_no(yes: &str, no: &str) -> Kind {
    Kind::Choice(vec![("yes".to_owned(), yes.to_owned()), ("no".to_owned(), no.to_owned())])
}

fn said(is_so: bool) -> Option<&'static str> {
    Some(if is_so { "yes" } else { "no" })
}

fn fields(visitor: &Visitor, places: &Where, before: Option<&Person>) -> Vec<Field> {
    let mut fields = vec![
        Field::new("name", "Name", Kind::Line)
            .hint("As they sign. Everybody of the partnership reads it.")
            .holding(before.map(|person| person.name.as_str())),
        Field::new("email", "Email address", Kind::Line)
            .hint("Their own at work. Letters about cases go there, and they sign in with it.")
            .holding(before.map(|person| person.email.as_str())),
    ];
    if let Where::OneOf(agencies) = places {
        let choices =
            agencies.iter().map(|agency| (agency.id.to_string(), agency.name.clone())).collect();
        let now = before.and_then(|person| person.agency_id).map(|id| id.to_string());
        let field = Field::new("agency_id", "Works for", Kind::Pick(choices))
            .optional()
            .hint("Leave it empty for the partnership’s own people.")
            .holding(now.as_deref());
        fields.push(field);
    }
    if let Some(before) = before {
        let kind = yes_or_no("Yes", "No, they have left");
        let field =
            Field::new("active", "Do they still work here?", kind).holding(said(before.active));
        fields.push(field);
    }
    if visitor.actor.administrator {
        let kind = yes_or_no("Yes: they keep the whole directory, and see no case", "No");
        let is_one = before.is_some_and(|person| person.administrator);
        let field =
            Field::new("administrator", "Are they an administrator?", kind).holding(said(is_one));
        fields.push(field);
    }
    fields
}

fn read(form: &mut Reading<'_>, places: &Where, before: Option<&Person>) -> Option<NewPerson> {
    let (name, email) = (form.needed_line("name"), form.needed_line("email"));
    let agency_id = match places {
        Where::Only(agency_id) => Some(*agency_id),
        Where::Nowhere => None,
        Where::OneOf(agencies) => {
            let chosen = form.choice("agency_id");
            agencies.iter().map(|it| it.id).find(|id| Some(id.to_string()) == chosen)
        }
    };
    let active = match before {
        Some(_) => form.needed_choice("active")? == "yes",
        None => true,
    };
    // Whoever is not asked leaves it as it is.
    let was = before.is_some_and(|person| person.administrator);
    let administrator = form.choice("administrator").map_or(was, |chosen| chosen == "yes");
    Some(NewPerson { name: name?, email: email?.to_string(), agency_id, active, administrator })
}

fn adding(address: &str, place: &str) -> Sheet {
    Sheet {
        title: "Add somebody".to_owned(),
        caption: place.to_owned(),
        lead: vec![
            "They can be named for posts at once. Invite them afterwards, so that they can \
                    sign in."
                .to_owned(),
        ],
        action: if address == "/directory" {
            "/directory/people/add".to_owned()
        } else {
            format!("{address}/people/add")
        },
        back: (address.to_owned(), place.to_owned()),
        button: "Add them",
        ..Sheet::default()
    }
}

async fn at_agency(app: &App, visitor: &Visitor, path: &str) -> Result<(Sheet, Where), Refused> {
    let which: AgencyId = id(path)?;
    let book = app.agency_book(visitor.actor.clone(), which).await?;
    if !book.is_kept {
        return Err(not_yours());
    }
    let address = format!("/directory/agencies/{which}");
    Ok((adding(&address, &book.agency.it.name), Where::Only(which)))
}

/// `GET /directory/agencies/{id}/people/add`
pub(super) async fn add_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (sheet, places) = at_agency(&app, &visitor, &path).await?;
    Ok(sheet.blank(&visitor, fields(&visitor, &places, None), 0))
}

/// `POST /directory/agencies/{id}/people/add`
pub(super) async fn add(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let (sheet, places) = at_agency(&app, &visitor, &path).await?;
    save(&app, &visitor, sent, sheet, &places, None).await
}

fn without_agency(visitor: &Visitor) -> Result<Sheet, Refused> {
    if !visitor.actor.administrator {
        let who = "Only an administrator adds somebody who works for no agency.";
        return Err(Refused::NotYours(who.to_owned()));
    }
    Ok(adding("/directory", "Directory"))
}

/// `GET /directory/people/add`
pub(super) async fn add_own_form(visitor: Visitor) -> Result<HttpResponse, Refused> {
    let sheet = without_agency(&visitor)?;
    Ok(sheet.blank(&visitor, fields(&visitor, &Where::Nowhere, None), 0))
}

/// `POST /directory/people/add`
pub(super) async fn add_own(app: App, posted: Posted) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let sheet = without_agency(&visitor)?;
    save(&app, &visitor, sent, sheet, &Where::Nowhere, None).await
}

fn changing(person: &Person) -> Sheet {
    let address = format!("/directory/people/{}", person.id);
    Sheet {
        title: "Change the entry".to_owned(),
        caption: person.name.clone(),
        lead: vec!["Saving it says that the address is right.".to_owned()],
        action: format!("{address}/change"),
        back: (address, person.name.clone()),
        button: "Save",
        ..Sheet::default()
    }
}

async fn known(app: &App, visitor: &Visitor, path: &str) -> Result<(PersonBook, Where), Refused> {
    let which: PersonId = id(path)?;
    let book = app.person_book(visitor.actor.clone(), which).await?;
    if !book.keeps.entry {
        return Err(not_yours());
    }
    let mut agencies = app.kept_agencies(visitor.actor.clone()).await?;
    agencies.sort_by_cached_key(|agency| agency.name.to_lowercase());
    Ok((book, Where::OneOf(agencies)))
}

/// `GET /directory/people/{id}/change`
pub(super) async fn change_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (book, places) = known(&app, &visitor, &path).await?;
    let person = &book.person;
    let fields = fields(&visitor, &places, Some(&person.it));
    Ok(changing(&person.it).blank(&visitor, fields, i64::from(person.version)))
}

/// `POST /directory/people/{id}/change`
pub(super) async fn change(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let (book, places) = known(&app, &visitor, &path).await?;
    let sheet = changing(&book.person.it);
    save(&app, &visitor, sent, sheet, &places, Some(&book)).await
}

/// What follows where somebody leaves: the posts in which nobody is left.
fn consequences(app: &App, book: &PersonBook, new: &NewPerson) -> Vec<String> {
    let person = &book.person.it;
    let Some(directory) = book.directory.as_ref().filter(|_| person.active && !new.active) else {
        return Vec::new();
    };
    let now = app.now();
    let gone = Person { active: false, ..person.clone() };
    let after = directory.clone().with_people(vec![gone]);
    let was_gap = |post: &crate::directory::Post| directory.standing(post, now).is_gap();
    let left = book.posts.iter().filter(|post| !was_gap(post));
    let words = left.filter_map(|post| {
        let gap = gap_in_words(post, &after.standing(post, now))?;
        Some(format!("{}: {gap}", post.title))
    });
    words.collect()
}

async fn save(
    app: &App,
    visitor: &Visitor,
    mut sent: Sent,
    sheet: Sheet,
    places: &Where,
    before: Option<&PersonBook>,
) -> Result<HttpResponse, Refused> {
    let once = Once::taken_from(&mut sent)?;
    let sure = sent.remove(SURE);
    let person = before.map(|book| &book.person);
    let fields: Vec<Field> = fields(visitor, places, person.map(|found| &found.it))
        .into_iter()
        .map(|field| field.filled_with(&sent))
        .collect();
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let mut form = Reading::of(&sent, &fields, &calendar);
    let new = read(&mut form, places, person.map(|found| &found.it));
    let faults = form.faults;
    let Some(new) = new.filter(|_| faults.is_empty()) else {
        return Ok(sheet.again(visitor, fields, &faults, &once));
    };
    let warnings = before.map(|book| consequences(app, book, &new)).unwrap_or_default();
    if !warnings.is_empty() && sure != Some(sure_of(&warnings)) {
        return Ok(Sheet { warnings, ..sheet }.asks(visitor, fields, &once));
    }
    let mut request = once.request(visitor, &sheet.action, &sent);
    if before.is_none() {
        request = Request { expected_version: None, ..request };
    }
    let done = if before.is_none() { "added" } else { "changed" };
    let answering = move |it: &Versioned<Person>| {
        answer_with(format!("/directory/people/{}?done={done}", it.it.id))
    };
    let version = person.map_or(0, |found| i64::from(found.version));
    let saved = app.save_person(request, person.map(|found| found.it.id), new, answering).await;
    sheet.answered(visitor, fields, (&once, version), saved)
}
