//! Somebody's account, for whoever keeps it: inviting them, taking away what they have lost, ending
//! their sessions, linking their organisation's account. Each is a page that says what follows, and
//! one button.

use super::{App, id};
use crate::engine::{EngineError, INVITATION_HOURS, Keeps, PersonBook, Request};
use crate::escalation::Refusal;
use crate::ids::{IdentityId, PersonId};
use crate::store::identities::Identity;
use crate::web::acting::{Once, answer_with};
use crate::web::fields::{Field, Kind, Reading};
use crate::web::frame::see_other;
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{Sheet, freshly};
use crate::web::visitor::Visitor;
use actix_web::{HttpResponse, web};

type Path = web::Path<String>;

/// Somebody, if the visitor may do this with their account.
async fn allowed(
    app: &App,
    visitor: &Visitor,
    which: PersonId,
    may: fn(&Keeps) -> bool,
) -> Result<PersonBook, Refused> {
    let book = app.person_book(visitor.actor.clone(), which).await?;
    if may(&book.keeps) {
        return Ok(book);
    }
    Err(Refused::NotYours(
        "Whoever keeps the directory, or an administrator, does this.".to_owned(),
    ))
}

fn sheet(book: &PersonBook, title: &str, what: &str, lead: &[&str]) -> Sheet {
    let person = &book.person.it;
    let address = format!("/directory/people/{}", person.id);
    Sheet {
        title: title.to_owned(),
        caption: person.name.clone(),
        lead: lead.iter().map(|text| (*text).to_owned()).collect(),
        action: format!("{address}/{what}"),
        back: (address, person.name.clone()),
        ..Sheet::default()
    }
}

/// Back to the person, with what was done.
fn done(which: PersonId, what: &str) -> String {
    format!("/directory/people/{which}?done={what}")
}

fn invitation(book: &PersonBook) -> Sheet {
    let hours = format!(
        "They are sent a letter to {}. By its link they choose a password themselves; it works for \
         {INVITATION_HOURS} hours. An earlier invitation works no more.",
        if book.shows_email { book.person.it.email.as_str() } else { "their address" }
    );
    Sheet {
        button: "Send the invitation",
        ..sheet(book, "Send an invitation", "invite", &[&hours])
    }
}

/// `GET /directory/people/{id}/invite`
pub(super) async fn invite_form(
    app: App,
    visitor: Visitor,
    path: Path,
) -> Result<HttpResponse, Refused> {
    let book = allowed(&app, &visitor, id(&path)?, |keeps| keeps.invitation).await?;
    Ok(invitation(&book).blank(&visitor, Vec::new(), 0))
}

/// `POST /directory/people/{id}/invite`
pub(super) async fn invite(app: App, posted: Posted, path: Path) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let book = allowed(&app, &visitor, which, |keeps| keeps.invitation).await?;
    let sheet = invitation(&book);
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering = move |_: &PersonId| answer_with(done(which, "invited"));
    let invited = app.invite(request, which, answering).await;
    sheet.answered(&visitor, Vec::new(), (&once, 0), invited)
}

fn reset_sheet(book: &PersonBook) -> Sheet {
    let lead = [
        "For somebody who has lost their telephone, their passkey or their codes, or whose password \
         somebody else may know.",
        "Their password, passkeys, codes and API tokens work no more. They are signed out everywhere, \
         and sent an invitation to begin anew.",
    ];
    let warning = "Make sure that it is they who ask: ring them on a number that you know. Whoever \
                   reads their mail can sign in as them afterwards.";
    Sheet {
        warnings: vec![warning.to_owned()],
        button: "Take them away",
        is_grave: true,
        ..sheet(book, "Take away password and second factors", "reset", &lead)
    }
}

fn of_another(visitor: &Visitor, which: PersonId) -> Result<(), Refused> {
    if visitor.actor.person_id == which {
        return Err(Refused::NotYours("Another administrator does this for you.".to_owned()));
    }
    Ok(())
}

/// `GET /directory/people/{id}/reset`
pub(super) async fn reset_form(
    app: App,
    visitor: Visitor,
    path: Path,
) -> Result<HttpResponse, Refused> {
    let which = id(&path)?;
    let book = allowed(&app, &visitor, which, |keeps| keeps.account).await?;
    of_another(&visitor, which)?;
    freshly(&visitor, app.now())?;
    if !book.has_factors {
        return Err(Refused::NotNow {
            text: "They have no password and no second factor. Send an invitation.".to_owned(),
            back: format!("/directory/people/{which}"),
        });
    }
    Ok(reset_sheet(&book).blank(&visitor, Vec::new(), 0))
}

/// `POST /directory/people/{id}/reset`
pub(super) async fn reset(app: App, posted: Posted, path: Path) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let visitor = posted.visitor;
    let book = allowed(&app, &visitor, which, |keeps| keeps.account).await?;
    of_another(&visitor, which)?;
    // Sent twice, there is nothing left to take, and one invitation is enough.
    if book.has_factors {
        app.reset_factors(visitor.actor, which).await?;
    }
    Ok(see_other(&done(which, "reset")))
}

/// `GET /directory/people/{id}/sign-out`
pub(super) async fn sign_out_form(
    app: App,
    visitor: Visitor,
    path: Path,
) -> Result<HttpResponse, Refused> {
    let book = allowed(&app, &visitor, id(&path)?, |keeps| keeps.account).await?;
    freshly(&visitor, app.now())?;
    let lead = ["They are signed out on every device at once. They can sign in again."];
    let sheet = Sheet {
        button: "End their sessions",
        is_grave: true,
        ..sheet(&book, "End their sessions", "sign-out", &lead)
    };
    Ok(sheet.blank(&visitor, Vec::new(), 0))
}

/// `POST /directory/people/{id}/sign-out`
pub(super) async fn sign_out(
    app: App,
    posted: Posted,
    path: Path,
) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let visitor = posted.visitor;
    allowed(&app, &visitor, which, |keeps| keeps.account).await?;
    app.end_sessions_of(visitor.actor, which).await?;
    Ok(see_other(&done(which, "signed-out")))
}

fn link_sheet(book: &PersonBook) -> Sheet {
    let lead = ["They sign in with this account from then on, and a letter tells them. Their \
                 organisation’s IT support knows what it calls them."];
    Sheet {
        button: "Link the account",
        ..sheet(book, "Link an account of their organisation", "identities/add", &lead)
    }
}

fn link_fields(app: &App, book: &PersonBook) -> Vec<Field> {
    let fits = |agencies: &std::collections::BTreeSet<crate::ids::AgencyId>| {
        book.agency.as_ref().is_some_and(|agency| agencies.contains(&agency.id))
    };
    let of_theirs = app.providers().iter().filter(|provider| fits(&provider.agencies));
    let providers: Vec<(String, String)> =
        of_theirs.map(|provider| (provider.key.clone(), provider.name.clone())).collect();
    vec![
        Field::new("provider", "Where they sign in", Kind::Pick(providers)),
        Field::new("subject", "What they are called there", Kind::Line)
            .hint("The subject (sub) that the provider gives them; never their email address."),
    ]
}

/// `GET /directory/people/{id}/identities/add`
pub(super) async fn link_form(
    app: App,
    visitor: Visitor,
    path: Path,
) -> Result<HttpResponse, Refused> {
    let book = allowed(&app, &visitor, id(&path)?, |keeps| keeps.account).await?;
    freshly(&visitor, app.now())?;
    Ok(link_sheet(&book).blank(&visitor, link_fields(&app, &book), 0))
}

/// `POST /directory/people/{id}/identities/add`
pub(super) async fn link(app: App, posted: Posted, path: Path) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let Posted { visitor, fields: mut sent } = posted;
    let once = Once::taken_from(&mut sent)?;
    let book = allowed(&app, &visitor, which, |keeps| keeps.account).await?;
    let sheet = link_sheet(&book);
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let fields: Vec<Field> =
        link_fields(&app, &book).into_iter().map(|field| field.filled_with(&sent)).collect();
    let mut form = Reading::of(&sent, &fields, &calendar);
    let (provider, subject) = (form.needed_choice("provider"), form.needed_line("subject"));
    let faults = form.faults;
    let (Some(provider), Some(subject)) = (provider, subject) else {
        return Ok(sheet.again(&visitor, fields, &faults, &once));
    };
    let request =
        Request { expected_version: None, ..once.request(&visitor, &sheet.action, &sent) };
    let answering = move |_: &Identity| answer_with(done(which, "linked"));
    let named = (provider, subject.to_string());
    let linked = app.link_identity(request, which, named, answering).await;
    sheet.answered(&visitor, fields, (&once, 0), linked)
}

/// `GET /directory/people/{id}/identities/{identity}/remove`
pub(super) async fn unlink_form(
    app: App,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (person, identity) = path.into_inner();
    let (which, identity): (PersonId, IdentityId) = (id(&person)?, id(&identity)?);
    let book = allowed(&app, &visitor, which, |keeps| keeps.account).await?;
    freshly(&visitor, app.now())?;
    let linked = app.identities(visitor.actor.clone(), which).await?;
    let found = linked.into_iter().find(|it| it.id == identity).ok_or(Refused::NotFound)?;
    let words = format!(
        "{} at {}: they cannot sign in by it any more, and the sessions that began by it end. A \
         letter tells them.",
        found.subject, found.provider
    );
    let what = format!("identities/{identity}/remove");
    let sheet = Sheet {
        button: "Take the link back",
        is_grave: true,
        ..sheet(&book, "Take a link back", &what, &[&words])
    };
    Ok(sheet.blank(&visitor, Vec::new(), 0))
}

/// `POST /directory/people/{id}/identities/{identity}/remove`
pub(super) async fn unlink(
    app: App,
    posted: Posted,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (person, identity) = path.into_inner();
    let (which, identity): (PersonId, IdentityId) = (id(&person)?, id(&identity)?);
    let visitor = posted.visitor;
    allowed(&app, &visitor, which, |keeps| keeps.account).await?;
    match app.unlink_identity(visitor.actor, which, identity).await {
        // Sent twice, it is gone all the same.
        Ok(()) | Err(EngineError::Refused(Refusal::NotFound)) => {
            Ok(see_other(&done(which, "unlinked")))
        }
        Err(other) => Err(other.into()),
    }
}
