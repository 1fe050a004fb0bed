//! Adding a post, and changing one: where it stands, who holds it, and who stands in. Before nobody is
//! left in it, the page says what would happen to its cases.

use super::agency_form::not_yours;
use super::post_reading::{Ground, Owner};
use super::words::gap_in_words;
use super::{App, id};
use crate::directory::{Deputy, Holder, Post};
use crate::engine::{NewPost, Request};
use crate::ids::{AgencyId, PartnershipId, PersonId, PostId};
use crate::store::people::Versioned;
use crate::web::acting::{Once, answer_with};
use crate::web::fields::{Field, Reading, Sent};
use crate::web::page::Refused;
use crate::web::posted::Posted;
use crate::web::sheet::{SURE, Sheet, sure_of};
use crate::web::visitor::Visitor;
use actix_web::{HttpResponse, web};

async fn ground(
    app: &App,
    visitor: &Visitor,
    owner: Owner,
    before: Option<&Post>,
) -> Result<Ground, Refused> {
    let actor = visitor.actor.clone();
    match owner {
        Owner::Agency(agency_id) => {
            let book = app.agency_book(actor, agency_id).await?;
            if !book.is_kept {
                return Err(not_yours());
            }
            let named = (owner, book.agency.it.name);
            Ok(Ground::new(named, book.directory, &book.people, before))
        }
        Owner::Partnership(partnership_id) => {
            let book = app.partnership_book(actor, partnership_id).await?;
            if !book.is_kept {
                return Err(not_yours());
            }
            Ok(Ground::new((owner, book.partnership.name), book.directory, &[], before))
        }
    }
}

fn adding(ground: &Ground) -> Sheet {
    let address = ground.owner.address();
    Sheet {
        title: "Add a post".to_owned(),
        caption: ground.name.clone(),
        action: format!("{address}/posts/add"),
        back: (address, ground.name.clone()),
        button: "Add the post",
        ..Sheet::default()
    }
}

fn changing(ground: &Ground, post: &Post) -> Sheet {
    Sheet {
        title: "Change the post".to_owned(),
        caption: format!("{}, {}", post.title, ground.name),
        action: format!("/directory/posts/{}/change", post.id),
        back: (ground.owner.address(), ground.name.clone()),
        button: "Save",
        ..Sheet::default()
    }
}

/// `GET /directory/agencies/{id}/posts/add`
pub(super) async fn add_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let owner = Owner::Agency(id::<AgencyId>(&path)?);
    let ground = ground(&app, &visitor, owner, None).await?;
    Ok(adding(&ground).blank(&visitor, ground.fields(None), 0))
}

/// `POST /directory/agencies/{id}/posts/add`
pub(super) async fn add(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let owner = Owner::Agency(id::<AgencyId>(&path)?);
    let Posted { visitor, fields: sent } = posted;
    let ground = ground(&app, &visitor, owner, None).await?;
    save(&app, &visitor, sent, &ground, None).await
}

/// `GET /directory/partnerships/{id}/posts/add`
pub(super) async fn add_own_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let owner = Owner::Partnership(id::<PartnershipId>(&path)?);
    let ground = ground(&app, &visitor, owner, None).await?;
    Ok(adding(&ground).blank(&visitor, ground.fields(None), 0))
}

/// `POST /directory/partnerships/{id}/posts/add`
pub(super) async fn add_own(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let owner = Owner::Partnership(id::<PartnershipId>(&path)?);
    let Posted { visitor, fields: sent } = posted;
    let ground = ground(&app, &visitor, owner, None).await?;
    save(&app, &visitor, sent, &ground, None).await
}

/// `GET /directory/posts/{id}/change`
pub(super) async fn change_form(
    app: App,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let post = app.kept_post(visitor.actor.clone(), id::<PostId>(&path)?).await?;
    let owner = Owner::of(&post.it.place);
    let ground = ground(&app, &visitor, owner, Some(&post.it)).await?;
    let fields = ground.fields(Some(&post.it));
    Ok(changing(&ground, &post.it).blank(&visitor, fields, i64::from(post.version)))
}

/// `POST /directory/posts/{id}/change`
pub(super) async fn change(
    app: App,
    posted: Posted,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let Posted { visitor, fields: sent } = posted;
    let post = app.kept_post(visitor.actor.clone(), id::<PostId>(&path)?).await?;
    let owner = Owner::of(&post.it.place);
    let ground = ground(&app, &visitor, owner, Some(&post.it)).await?;
    save(&app, &visitor, sent, &ground, Some(&post)).await
}

/// What follows where nobody is left in the post; nothing where that was so before.
fn consequences(app: &App, ground: &Ground, new: &NewPost, before: Option<&Post>) -> Vec<String> {
    let now = app.now();
    if before.is_some_and(|post| ground.directory.standing(post, now).is_gap()) {
        return Vec::new();
    }
    let holders = new.holders.iter().map(|id| Holder { person_id: *id }).collect();
    let deputies =
        (1..).zip(&new.deputies).map(|(rank, id)| Deputy { person_id: *id, rank }).collect();
    let post = Post {
        id: before.map_or_else(PostId::new, |post| post.id),
        title: new.title.to_string(),
        place: new.place.clone(),
        role: new.role.clone(),
        mailbox_email: new.mailbox_email.clone(),
        holders,
        deputies,
    };
    // Somebody from elsewhere is there, for all that this part of the directory knows.
    let is_unknown = |id: PersonId| ground.directory.person(id).is_none();
    let mut named = new.holders.iter().chain(&new.deputies).copied();
    if named.any(is_unknown) {
        return Vec::new();
    }
    let after = ground.directory.clone().with_post(post.clone());
    gap_in_words(&post, &after.standing(&post, now)).into_iter().collect()
}

async fn save(
    app: &App,
    visitor: &Visitor,
    mut sent: Sent,
    ground: &Ground,
    before: Option<&Versioned<Post>>,
) -> Result<HttpResponse, Refused> {
    let once = Once::taken_from(&mut sent)?;
    let sure = sent.remove(SURE);
    let post = before.map(|found| &found.it);
    let sheet = post.map_or_else(|| adding(ground), |post| changing(ground, post));
    let fields: Vec<Field> =
        ground.fields(post).into_iter().map(|field| field.filled_with(&sent)).collect();
    let calendar = app.wall_calendar(visitor.actor.clone()).await?;
    let mut form = Reading::of(&sent, &fields, &calendar);
    let new = ground.read((app, visitor), &mut form, post).await?;
    let faults = form.faults;
    let Some(new) = new.filter(|_| faults.is_empty()) else {
        return Ok(sheet.again(visitor, fields, &faults, &once));
    };
    let warnings = consequences(app, ground, &new, post);
    if !warnings.is_empty() && sure != Some(sure_of(&warnings)) {
        return Ok(Sheet { warnings, ..sheet }.asks(visitor, fields, &once));
    }
    let mut request = once.request(visitor, &sheet.action, &sent);
    if before.is_none() {
        request = Request { expected_version: None, ..request };
    }
    let done = if before.is_none() { "post-added" } else { "post-changed" };
    let address = format!("{}?done={done}", ground.owner.address());
    let answering = move |_: &Versioned<Post>| answer_with(address.clone());
    let version = before.map_or(0, |found| i64::from(found.version));
    let saved = app.save_post(request, before.map(|found| found.it.id), new, answering).await;
    sheet.answered(visitor, fields, (&once, version), saved)
}
