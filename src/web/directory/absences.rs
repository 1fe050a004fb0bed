//! When somebody is away: told by themselves, or by whoever keeps the directory.

use super::person::{absence_in_words, while_away};
use super::{App, id};
use crate::calendar::Calendar;
use crate::directory::Absence;
use crate::engine::{EngineError, NewAbsence, PersonBook, Request};
use crate::escalation::Refusal;
use crate::ids::{AbsenceId, PersonId};
use crate::web::acting::{Once, answer_with};
use crate::web::fields::{Field, Kind, Reading};
use crate::web::frame::see_other;
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::Sheet;
use crate::web::visitor::Visitor;
use actix_web::{HttpResponse, web};

fn fields(is_me: bool) -> Vec<Field> {
    let (from, until) = if is_me {
        ("From when are you away?", "When are you back?")
    } else {
        ("From when are they away?", "When are they back?")
    };
    vec![
        Field::new("from_at", from, Kind::Instant),
        Field::new("until_at", until, Kind::Instant)
            .optional()
            .hint("Leave it empty while the end is not known."),
    ]
}

/// Whose absences the visitor keeps.
async fn kept(app: &App, visitor: &Visitor, which: PersonId) -> Result<PersonBook, Refused> {
    let book = app.person_book(visitor.actor.clone(), which).await?;
    if book.keeps.absences {
        return Ok(book);
    }
    Err(Refused::NotYours(
        "They themselves, the partnership’s officers and the administrator record absences."
            .to_owned(),
    ))
}

fn sheet(app: &App, visitor: &Visitor, book: &PersonBook) -> Sheet {
    let person = &book.person.it;
    let is_me = visitor.actor.person_id == person.id;
    let mut lead = vec![
        "From the first moment on, whoever covers sees the cases, and is asked and told of what is \
         new."
            .to_owned(),
    ];
    if let Some(directory) = &book.directory {
        lead.extend(while_away(directory, &book.posts, person.id, app.now()));
    }
    Sheet {
        title: "Add an absence".to_owned(),
        caption: if is_me { "Your absences".to_owned() } else { person.name.clone() },
        lead,
        action: format!("/directory/people/{}/absences/add", person.id),
        back: (format!("/directory/people/{}", person.id), person.name.clone()),
        button: "Add the absence",
        ..Sheet::default()
    }
}

/// `GET /directory/people/{id}/absences/add`
pub(super) async fn add_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let book = kept(&app, &visitor, which).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let now = app.now();
    let fields = fields(visitor.actor.person_id == which)
        .into_iter()
        .map(|field| if field.name == "from_at" { field.at(Some(now), &calendar) } else { field });
    Ok(sheet(&app, &visitor, &book).blank(&visitor, fields.collect(), 0))
}

fn read(form: &mut Reading<'_>) -> Option<NewAbsence> {
    let (from_at, until_at) = (form.needed_instant("from_at"), form.instant("until_at"));
    let new = NewAbsence { from_at: from_at?, until_at };
    if new.until_at.is_some_and(|until| until <= new.from_at) {
        form.faults.add("until_at", "The end must be after the beginning");
    }
    Some(new)
}

/// `POST /directory/people/{id}/absences/add`
pub(super) async fn add(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let book = kept(&app, &visitor, which).await?;
    let sheet = sheet(&app, &visitor, &book);
    let calendar: Calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let fields: Vec<Field> = fields(visitor.actor.person_id == which)
        .into_iter()
        .map(|field| field.filled_with(&sent))
        .collect();
    let mut form = Reading::of(&sent, &fields, &calendar);
    let new = read(&mut form);
    let faults = form.faults;
    let Some(new) = new.filter(|_| faults.is_empty()) else {
        return Ok(sheet.again(&visitor, fields, &faults, &once));
    };
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering =
        move |_: &Absence| answer_with(format!("/directory/people/{which}?done=absence-added"));
    let done = app.add_absence(request, which, new, answering).await;
    sheet.answered(&visitor, fields, (&once, 0), done)
}

fn removal(book: &PersonBook, absence: &Absence, calendar: &Calendar) -> Sheet {
    let person = &book.person.it;
    Sheet {
        title: "Take an absence back".to_owned(),
        caption: person.name.clone(),
        lead: vec![format!("{}.", absence_in_words(absence, calendar))],
        action: format!("/directory/people/{}/absences/{}/remove", person.id, absence.id),
        back: (format!("/directory/people/{}", person.id), person.name.clone()),
        button: "Take it back",
        ..Sheet::default()
    }
}

/// `GET /directory/people/{id}/absences/{absence}/remove`
pub(super) async fn remove_form(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (person, absence) = path.into_inner();
    let (which, absence): (PersonId, AbsenceId) = (id(&person)?, id(&absence)?);
    let book = kept(&app, &visitor, which).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let found = book.absences.iter().find(|it| it.id == absence).ok_or(Refused::NotFound)?;
    Ok(removal(&book, found, &calendar).blank(&visitor, Vec::new(), 0))
}

/// `POST /directory/people/{id}/absences/{absence}/remove`
pub(super) async fn remove(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (person, absence) = path.into_inner();
    let (which, absence): (PersonId, AbsenceId) = (id(&person)?, id(&absence)?);
    let visitor = posted.visitor;
    match app.remove_absence(visitor.actor, which, absence).await {
        // Sent twice, it is gone all the same.
        Ok(()) | Err(EngineError::Refused(Refusal::NotFound)) => {
            Ok(see_other(&format!("/directory/people/{which}?done=absence-removed")))
        }
        Err(other) => Err(other.into()),
    }
}
