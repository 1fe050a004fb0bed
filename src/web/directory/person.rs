//! The page of somebody: their posts, when they are away, and their account.

use super::words::{Speaker, gap_in_words, place_in_words};
use super::{App, PlaceQuery, id};
use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::directory::{Absence, Directory, PersonKind, Place, Post};
use crate::engine::{Keeps, PersonBook};
use crate::ids::{AbsenceId, AgencyId, PersonId};
use crate::web::frame::{Frame, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

struct Held {
    title: String,
    place: String,
    address: String,
    capacity: &'static str,
    gap: Option<String>,
}

struct Away {
    id: AbsenceId,
    words: String,
}

struct Linked {
    address: String,
    words: String,
}

#[derive(Template)]
#[template(path = "person.html", config = "src/web/askama.toml")]
struct PersonPage {
    frame: Frame,
    done: Option<&'static str>,
    address: String,
    name: String,
    is_me: bool,
    state: Option<&'static str>,
    agency: Option<(AgencyId, String)>,
    email: Option<String>,
    failing: Option<String>,
    posts: Vec<Held>,
    absences: Vec<Away>,
    is_away: Option<String>,
    /// Who would be asked while they are away, where nobody covers.
    uncovered: Vec<String>,
    identities: Vec<Linked>,
    has_providers: bool,
    has_factors: bool,
    keeps: Keeps,
}

/// What was just done, in a sentence.
fn done_in_words(done: Option<&str>) -> Option<&'static str> {
    match done? {
        "absence-added" => Some(
            "The absence is recorded. Cases that begin or move meanwhile go to whoever covers.",
        ),
        "absence-removed" => Some("The absence was taken back. Cases go to them again."),
        "added" => Some("They are in the directory. Invite them next, so that they can sign in."),
        "changed" => Some("The entry was changed."),
        "invited" => {
            Some("An invitation is on its way. Its link works for 72 hours from when it is sent.")
        }
        "reset" => Some(
            "Their password, passkeys and codes work no more, and their sessions have ended. An \
             invitation is on its way to them.",
        ),
        "signed-out" => Some("All their sessions have ended."),
        "linked" => Some("The account is linked. A letter tells them."),
        "unlinked" => Some("The link is gone, and the sessions that began by it have ended."),
        _ => None,
    }
}

fn address_of(post: &Post) -> String {
    match &post.place {
        Place::Agency { agency_id, .. } => {
            format!("/directory/agencies/{agency_id}")
        }
        Place::Partnership { partnership_id, .. } => {
            format!("/directory/partnerships/{partnership_id}")
        }
    }
}

/// An absence in words.
pub(super) fn absence_in_words(absence: &Absence, calendar: &Calendar) -> String {
    let from = calendar.say(absence.from_at);
    match absence.until_at {
        Some(until) => format!("From {from} until {}", calendar.say(until)),
        None => format!("From {from}; the end is not known yet"),
    }
}

/// Of each post that somebody holds: what becomes of its cases while they are away, in a sentence.
pub(super) fn while_away(
    directory: &Directory,
    posts: &[Post],
    person_id: PersonId,
    now: UtcInstant,
) -> Vec<String> {
    let absence = Absence { id: AbsenceId::new(), person_id, from_at: now, until_at: None };
    let without = directory.clone().with_absence(absence);
    let held = posts.iter().filter(|post| post.holders.iter().any(|it| it.person_id == person_id));
    held.map(|post| {
        let standing = without.standing(post, now);
        match gap_in_words(post, &standing) {
            Some(gap) => format!("{}: {gap}", post.title),
            None => {
                let others = super::words::asked_in_words(&standing.asked);
                format!("{}: cases go to {others} meanwhile.", post.title)
            }
        }
    })
    .collect()
}

/// `GET /directory/people/{id}`
pub(super) async fn person(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
    query: web::Query<PlaceQuery>,
) -> Result<HttpResponse, Refused> {
    let which: PersonId = id(&path)?;
    let book = app.person_book(visitor.actor.clone(), which).await?;
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let now = app.now();
    let address = format!("/directory/people/{which}");
    let identities = if book.keeps.account {
        let linked = app.identities(visitor.actor.clone(), which).await?;
        linked
            .iter()
            .map(|it| Linked {
                address: format!("{address}/identities/{}/remove", it.id),
                words: format!("{} at {}", it.subject, it.provider),
            })
            .collect()
    } else {
        Vec::new()
    };
    let page = PersonPage {
        frame: Frame::of(&visitor, book.person.it.name.clone()),
        done: done_in_words(query.done.as_deref()),
        name: book.person.it.name.clone(),
        is_me: visitor.actor.person_id == which,
        state: state(&book),
        agency: book.agency.as_ref().map(|agency| (agency.id, agency.name.clone())),
        email: (book.shows_email && book.person.it.kind == PersonKind::Person)
            .then(|| book.person.it.email.clone()),
        failing: book.failing.as_ref().map(|it| {
            format!("Mail to them comes back since {}: {}.", calendar.say(it.since), it.why)
        }),
        posts: held(&book, now),
        absences: book
            .absences
            .iter()
            .map(|it| Away { id: it.id, words: absence_in_words(it, &calendar) })
            .collect(),
        is_away: is_away(&book, &calendar, now),
        uncovered: uncovered(&book, now),
        has_providers: app.providers().iter().next().is_some(),
        identities,
        has_factors: book.has_factors,
        keeps: book.keeps,
        address,
    };
    Ok(show(StatusCode::OK, &page))
}

fn state(book: &PersonBook) -> Option<&'static str> {
    let person = &book.person.it;
    match (person.active, person.kind, person.administrator) {
        (false, ..) => Some("They have left: nothing is sent to them, and they cannot sign in."),
        (true, PersonKind::Machine, _) => Some("A machine: a program that reads by API tokens."),
        (true, PersonKind::Person, true) => {
            Some("Administrator: keeps the directory, and sees no case.")
        }
        (true, PersonKind::Person, false) => None,
    }
}

fn held(book: &PersonBook, now: UtcInstant) -> Vec<Held> {
    let id = book.person.it.id;
    let posts = book.posts.iter().map(|post| {
        let holds = post.holders.iter().any(|holder| holder.person_id == id);
        let standing = book.directory.as_ref().map(|it| it.standing(post, now));
        Held {
            title: post.title.clone(),
            place: place_in_words(post),
            address: address_of(post),
            capacity: if holds { "Holds it" } else { "Stands in" },
            gap: standing.and_then(|standing| gap_in_words(post, &standing)),
        }
    });
    posts.collect()
}

fn is_away(book: &PersonBook, calendar: &Calendar, now: UtcInstant) -> Option<String> {
    if book.keeps.absences {
        let absence = book.absences.iter().find(|absence| absence.covers(now))?;
        return Some(match absence.until_at {
            Some(until) => format!("away until {}", calendar.say(until)),
            None => "away".to_owned(),
        });
    }
    let directory = book.directory.as_ref()?;
    Speaker { directory, calendar, now, tells_until: false }.away(book.person.it.id)
}

fn uncovered(book: &PersonBook, now: UtcInstant) -> Vec<String> {
    match &book.directory {
        Some(directory) if book.keeps.absences => {
            while_away(directory, &book.posts, book.person.it.id, now)
        }
        _ => Vec::new(),
    }
}
