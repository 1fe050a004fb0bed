//! The directory: agencies, posts and people, who is away and who covers, and where nobody can be
//! reached. Everybody reads that of their partnerships; whoever keeps it changes it here. A name is
//! searched for by a form that is sent, so that none stands in an address.

mod absences;
mod accounts;
mod agency;
mod agency_form;
mod lists;
mod partnership;
mod person;
mod person_form;
mod post_form;
mod post_reading;
mod words;

use super::page::Refused;
use super::routes::At;
use crate::engine::Engine;
use actix_web::{Resource, web};
use serde::Deserialize;
use std::str::FromStr;

type App = web::Data<Engine>;

/// How many rows a page shows.
const PAGE: usize = 25;

/// Where in a list, and what was just done.
#[derive(Deserialize)]
pub(super) struct PlaceQuery {
    /// Which page of the list, from 1.
    pub(super) page: Option<usize>,
    /// What was just done.
    pub(super) done: Option<String>,
}

/// Which page of how many.
pub(super) struct Paging {
    /// This one, from 1.
    pub(super) number: usize,
    /// How many there are, at least one.
    pub(super) count: usize,
}

impl Paging {
    /// The page that was asked for, of so many rows.
    ///
    /// # Errors
    /// That there is no such page.
    pub(super) fn of(asked: Option<usize>, rows: usize) -> Result<Self, Refused> {
        let (number, count) = (asked.unwrap_or(1), rows.div_ceil(PAGE).max(1));
        if (1..=count).contains(&number) {
            Ok(Self { number, count })
        } else {
            Err(Refused::NotFound)
        }
    }

    /// The first row of a page, and how many it shows.
    pub(super) fn rows(asked: Option<usize>) -> (usize, usize) {
        (asked.unwrap_or(1).saturating_sub(1).saturating_mul(PAGE), PAGE)
    }

    /// What a page's title says of it; nothing where there is but one.
    pub(super) fn in_title(&self) -> String {
        if self.count == 1 {
            return String::new();
        }
        format!(" (page {} of {})", self.number, self.count)
    }

    /// The page before.
    pub(super) fn before(&self) -> Option<usize> {
        (self.number > 1).then(|| self.number.saturating_sub(1))
    }

    /// The page after.
    pub(super) fn after(&self) -> Option<usize> {
        (self.number < self.count).then(|| self.number.saturating_add(1))
    }
}

/// An id as it stands in an address; what is none is nothing that is here.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Refused> {
    text.parse().map_err(|_no_id: T::Err| Refused::NotFound)
}

/// A page that is read, and the form that it may be.
macro_rules! sheet {
    ($at:expr, $path:expr, $form:path, $send:path) => {
        $at($path, "GET, HEAD, POST").route(web::get().to($form)).route(web::post().to($send))
    };
}
pub(super) use sheet;

/// The pages.
pub(super) fn resources(at: At) -> Vec<Resource> {
    let read = "GET, HEAD";
    let agency = "/directory/agencies/{id}";
    let person = "/directory/people/{id}";
    let partnership = "/directory/partnerships/{id}";
    vec![
        at("/directory", read).route(web::get().to(lists::agencies)),
        sheet!(at, "/directory/search", lists::search_form, lists::search),
        at("/directory/gaps", read).route(web::get().to(lists::gaps)),
        sheet!(at, "/directory/agencies/add", agency_form::add_form, agency_form::add),
        at(agency, read).route(web::get().to(agency::agency)),
        sheet!(at, &format!("{agency}/change"), agency_form::change_form, agency_form::change),
        sheet!(at, &format!("{agency}/people/add"), person_form::add_form, person_form::add),
        sheet!(at, &format!("{agency}/posts/add"), post_form::add_form, post_form::add),
        at(partnership, read).route(web::get().to(partnership::partnership)),
        sheet!(
            at,
            &format!("{partnership}/posts/add"),
            post_form::add_own_form,
            post_form::add_own
        ),
        sheet!(at, "/directory/posts/{id}/change", post_form::change_form, post_form::change),
        sheet!(at, "/directory/people/add", person_form::add_own_form, person_form::add_own),
        at(person, read).route(web::get().to(person::person)),
        sheet!(at, &format!("{person}/change"), person_form::change_form, person_form::change),
        sheet!(at, &format!("{person}/absences/add"), absences::add_form, absences::add),
        sheet!(
            at,
            &format!("{person}/absences/{{absence}}/remove"),
            absences::remove_form,
            absences::remove
        ),
        sheet!(at, &format!("{person}/invite"), accounts::invite_form, accounts::invite),
        sheet!(at, &format!("{person}/reset"), accounts::reset_form, accounts::reset),
        sheet!(at, &format!("{person}/sign-out"), accounts::sign_out_form, accounts::sign_out),
        sheet!(at, &format!("{person}/identities/add"), accounts::link_form, accounts::link),
        sheet!(
            at,
            &format!("{person}/identities/{{identity}}/remove"),
            accounts::unlink_form,
            accounts::unlink
        ),
    ]
}
