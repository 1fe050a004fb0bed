//! The account's first page: who somebody is here, and how they sign in.

use crate::clock::UtcInstant;
use crate::directory::{Person, Post};
use crate::engine::{Engine, EngineError};
use crate::escalation::Refusal;
use crate::ids::{AgencyId, PasskeyId, PersonId};
use crate::store::factors::Factors;
use crate::store::{Reader, people, posts};
use crate::web::frame::{Frame, see_other, show};
use crate::web::page::Refused;
use crate::web::visitor::Visitor;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

type App = web::Data<Engine>;

/// A post of theirs.
struct Held {
    title: String,
    standing: String,
    /// Who stands in, in the order of asking.
    deputies: String,
}

struct Key {
    id: PasskeyId,
    name: String,
    words: String,
}

#[derive(Template)]
#[template(path = "account.html", config = "src/web/askama.toml")]
struct Account {
    frame: Frame,
    done: Option<&'static str>,
    facts: Vec<(&'static str, String)>,
    posts: Vec<Held>,
    has_password: bool,
    code_app: Option<String>,
    recovery_codes_left: i64,
    has_factor: bool,
    is_required: bool,
    passkeys: Vec<Key>,
    has_passkeys: bool,
    linked: Vec<String>,
    providers: Vec<(String, String)>,
    form_token: String,
}

/// What is known of somebody, for themselves.
struct Known {
    person: Person,
    agency: Option<String>,
    has_password: bool,
    posts: Vec<Post>,
    names: BTreeMap<PersonId, String>,
}

/// What was done, in a word of the address.
#[derive(Deserialize)]
pub(super) struct DoneQuery {
    done: Option<String>,
}

fn said(word: Option<&str>) -> Option<&'static str> {
    Some(match word? {
        "password" => {
            "Your password was changed, and you are signed out everywhere else. An email tells you \
             so."
        }
        "app" => "The app was added: from now on its codes count. An email tells you so.",
        "app-removed" => {
            "The app was removed: its codes do not count any more. An email tells you so."
        }
        "passkey" => "The passkey was added: you can sign in with it. An email tells you so.",
        "passkey-removed" => "The passkey was removed. An email tells you so.",
        _ => return None,
    })
}

/// An instant on the wall clock of those who read it, as the letters about an account have it.
pub(super) fn when(at: UtcInstant) -> String {
    let local = at.utc().with_timezone(&chrono_tz::Europe::London);
    local.format("%a %-d %b %Y, %H:%M").to_string()
}

/// Back to this page after something was removed. Sent twice, the second finds it gone.
pub(super) fn back_to_account(
    removed: Result<(), EngineError>,
    word: &str,
) -> Result<HttpResponse, Refused> {
    match removed {
        Ok(()) => Ok(see_other(&format!("/account?done={word}"))),
        Err(EngineError::Refused(Refusal::NotFound)) => Ok(see_other("/account")),
        Err(EngineError::Refused(Refusal::NotNow(text))) => {
            Err(Refused::NotNow { text, back: "/account".to_owned() })
        }
        Err(other) => Err(other.into()),
    }
}

fn known(r: &mut Reader<'_>, person_id: PersonId) -> Result<Known, EngineError> {
    let person = people::find_person(r, person_id)?.ok_or(EngineError::NotSignedIn)?.it;
    let agency = match person.agency_id {
        Some(agency_id) => people::find_agency(r, agency_id)?.map(|found| found.it.name),
        None => None,
    };
    let posts = posts::posts_of_person(r, person_id)?;
    let ids: Vec<String> = posts
        .iter()
        .flat_map(|post| {
            let holders = post.holders.iter().map(|holder| holder.person_id);
            holders.chain(post.deputies.iter().map(|deputy| deputy.person_id))
        })
        .map(|id| id.to_string())
        .collect();
    let names = people::people_of(r, &ids)?.into_iter().map(|it| (it.id, it.name)).collect();
    let has_password = people::find_password_hash(r, person_id)?.is_some();
    Ok(Known { person, agency, has_password, posts, names })
}

impl Known {
    fn name(&self, id: PersonId) -> &str {
        self.names.get(&id).map_or("somebody who has left", String::as_str)
    }

    fn names_of(&self, ids: impl Iterator<Item = PersonId>) -> String {
        ids.map(|id| self.name(id)).collect::<Vec<_>>().join(", ")
    }

    fn held(&self, post: &Post) -> Held {
        let is_holder = post.holders.iter().any(|it| it.person_id == self.person.id);
        let holders = self.names_of(post.holders.iter().map(|it| it.person_id));
        let mut deputies = post.deputies.clone();
        deputies.sort_by_key(|it| it.rank);
        Held {
            title: post.title.clone(),
            standing: match (is_holder, holders.is_empty()) {
                (true, _) => "You hold this post.".to_owned(),
                (false, true) => "Nobody holds this post: you stand in.".to_owned(),
                (false, false) => format!("You stand in while {holders} is away."),
            },
            deputies: self.names_of(deputies.iter().map(|it| it.person_id)),
        }
    }
}

fn used(added_at: UtcInstant, last_used_at: Option<UtcInstant>) -> String {
    let last = last_used_at
        .map_or_else(|| "not used yet".to_owned(), |at| format!("last used {}", when(at)));
    format!("Added {}, {last}.", when(added_at))
}

/// `GET /account`
pub(super) async fn overview(
    app: App,
    visitor: Visitor,
    query: web::Query<DoneQuery>,
) -> Result<HttpResponse, Refused> {
    let actor = &visitor.actor;
    let person_id = actor.person_id;
    let known: Result<Known, EngineError> = app.store().read(move |r| known(r, person_id)).await;
    let known = known?;
    let factors = app.factors(actor.clone()).await?;
    let identities = app.identities(actor.clone(), person_id).await?;
    let posts = known.posts.iter().map(|post| known.held(post)).collect();
    let agency =
        known.agency.clone().unwrap_or_else(|| "None: you work for the partnership".into());
    let name_of = |key: &str| {
        app.providers().find(key).map_or_else(|| key.to_owned(), |found| found.name.clone())
    };
    let is_theirs = |agencies: &BTreeSet<AgencyId>| {
        known.person.agency_id.is_some_and(|agency_id| agencies.contains(&agency_id))
    };
    let providers = app.providers().iter().filter(|of| {
        is_theirs(&of.agencies) && !identities.iter().any(|it| it.issuer == of.issuer)
    });
    let Factors { one_time_codes, passkeys, recovery_codes_left } = factors;
    let key = |it: crate::store::factors::Passkey| Key {
        id: it.id,
        words: used(it.added_at, it.last_used_at),
        name: it.name,
    };
    let page = Account {
        frame: Frame::of(&visitor, "Your account"),
        done: said(query.done.as_deref()),
        facts: vec![
            ("Name", known.person.name.clone()),
            ("Email address", known.person.email.clone()),
            ("Agency", agency),
        ],
        posts,
        has_password: known.has_password,
        has_factor: one_time_codes.is_some() || !passkeys.is_empty(),
        code_app: one_time_codes.map(|it| used(it.added_at, it.last_used_at)),
        recovery_codes_left,
        is_required: app.second_factor_is_required(),
        passkeys: passkeys.into_iter().map(key).collect(),
        has_passkeys: app.why_no_passkeys().is_none(),
        linked: identities.iter().map(|it| name_of(&it.provider)).collect(),
        providers: providers.map(|of| (of.key.clone(), of.name.clone())).collect(),
        form_token: visitor.form_token.clone(),
    };
    Ok(show(StatusCode::OK, &page))
}
