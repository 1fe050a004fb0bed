//! The part of the directory that a case needs, and somebody who is signed in.

use super::conn::Reader;
use super::error::StoreError;
use super::{people, posts};
use crate::access::{Actor, HeldPost, Proof};
use crate::clock::UtcInstant;
use crate::directory::{Agency, Directory, Place, Post, SeatCapacity, Sector};
use crate::ids::{AgencyId, PartnershipId, PersonId, SessionId};
use std::collections::BTreeSet;

/// The directory of these agencies and a partnership, with `besides` in it whatever post they hold.
/// The partnership's agencies of `sectors` are in it with their posts too, to stand in.
pub fn load(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    agency_ids: &[AgencyId],
    sectors: &[Sector],
    besides: &[PersonId],
    now: UtcInstant,
) -> Result<Directory, StoreError> {
    let partnership = people::find_partnership(r, partnership_id)?
        .ok_or(StoreError::Missing("the case's partnership"))?;
    let agencies = people::agencies_beside(r, partnership_id, agency_ids)?;
    let stands_in = |agency: &&Agency| {
        sectors.contains(&agency.sector) && agency.partnership_ids.contains(&partnership_id)
    };
    let with_posts: BTreeSet<AgencyId> = agency_ids
        .iter()
        .copied()
        .chain(agencies.iter().filter(stands_in).map(|agency| agency.id))
        .collect();
    let with_posts: Vec<AgencyId> = with_posts.into_iter().collect();
    let posts = posts::posts_of(r, &with_posts, partnership_id)?;
    let mut ids: BTreeSet<PersonId> = besides.iter().copied().collect();
    for post in &posts {
        ids.extend(post.holders.iter().map(|holder| holder.person_id));
        ids.extend(post.deputies.iter().map(|deputy| deputy.person_id));
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let found = people::people_of(r, &ids)?;
    let absences = people::absences_of(r, &ids, now)?;
    Ok(Directory::new(partnership.it, posts, found, absences).with_agencies(agencies))
}

/// Somebody who is signed in, as the directory knows them at `now`; none if they have left.
pub fn find_actor(
    r: &mut Reader<'_>,
    person_id: PersonId,
    session_id: SessionId,
    proof: Proof,
    now: UtcInstant,
) -> Result<Option<Actor>, StoreError> {
    let Some(person) = people::find_person(r, person_id)?.filter(|found| found.it.active) else {
        return Ok(None);
    };
    let mut held = Vec::new();
    for post in posts::posts_of_person(r, person_id)? {
        let holds = post.holders.iter().any(|holder| holder.person_id == person_id);
        if holds || !has_present_holder(r, &post, now)? {
            held.push(HeldPost {
                post_id: post.id,
                title: post.title,
                place: post.place,
                capacity: if holds { SeatCapacity::Holder } else { SeatCapacity::Deputy },
            });
        }
    }
    Ok(Some(Actor {
        person_id,
        session_id,
        proof,
        name: person.it.name,
        agency_id: person.it.agency_id,
        administrator: person.it.administrator,
        posts: held,
    }))
}

fn has_present_holder(
    r: &mut Reader<'_>,
    post: &Post,
    now: UtcInstant,
) -> Result<bool, StoreError> {
    let ids: Vec<String> = post.holders.iter().map(|h| h.person_id.to_string()).collect();
    if ids.is_empty() {
        return Ok(false);
    }
    let absences = people::absences_of(r, &ids, now)?;
    let present = people::people_of(r, &ids)?.into_iter().any(|person| {
        person.active && !absences.iter().any(|a| a.person_id == person.id && a.covers(now))
    });
    Ok(present)
}

/// The partnerships whose business somebody may have a part in: those that their agency serves,
/// and those in which they hold a post.
pub fn partnerships_of(
    r: &mut Reader<'_>,
    actor: &Actor,
) -> Result<BTreeSet<PartnershipId>, StoreError> {
    let mut found: BTreeSet<PartnershipId> = actor
        .posts
        .iter()
        .filter_map(|post| match post.place {
            Place::Partnership { partnership_id, .. } => Some(partnership_id),
            Place::Agency { .. } => None,
        })
        .collect();
    if let Some(agency_id) = actor.agency_id
        && let Some(agency) = people::find_agency(r, agency_id)?
    {
        found.extend(agency.it.partnership_ids);
    }
    Ok(found)
}
