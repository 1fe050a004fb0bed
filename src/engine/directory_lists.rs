//! Lists of the directory: agencies, people, and the posts in which nobody can be reached; of the
//! partnerships that somebody has a part in.

use super::looking_up::{has_part, keeps, scope_of};
use super::{Engine, EngineError};
use crate::access::Actor;
use crate::clock::UtcInstant;
use crate::directory::{Agency, Directory, Partnership, Person, Place, Post};
use crate::ids::{AgencyId, PersonId};
use crate::store::people::{Scope, Versioned};
use crate::store::{Reader, StoreError, directory, people, posts};
use std::collections::{BTreeMap, BTreeSet};

/// How many rows are read at once.
const AT_ONCE: i64 = 500;

/// What a search found.
#[derive(Debug, Default)]
pub struct FoundInDirectory {
    /// Agencies, by name.
    pub agencies: Vec<Agency>,
    /// People who work here now, by name, with their agencies' names.
    pub people: Vec<(Person, Option<String>)>,
}

/// The posts of a partnership and its agencies that need somebody.
#[derive(Debug)]
pub struct Gaps {
    /// Whose.
    pub partnership: Partnership,
    /// What says who would be asked instead.
    pub directory: Directory,
    /// The posts, by agency.
    pub posts: Vec<Post>,
}

/// Reads a list to its end.
pub(super) fn whole<T>(
    mut page: impl FnMut(Option<&T>, i64) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut all: Vec<T> = Vec::new();
    loop {
        let next = page(all.last(), AT_ONCE)?;
        let is_last = i64::try_from(next.len()).is_ok_and(|length| length < AT_ONCE);
        all.extend(next);
        if is_last {
            return Ok(all);
        }
    }
}

/// The people of one agency, or of all in scope, in the order of their ids: also those who left.
pub(super) fn people_in(
    r: &mut Reader<'_>,
    scope: &Scope,
    of: Option<AgencyId>,
) -> Result<Vec<Person>, StoreError> {
    let all = whole(|last: Option<&Versioned<Person>>, limit| {
        people::list_people(r, scope, of, last.map(|found| found.it.id), limit)
    })?;
    Ok(all.into_iter().map(|found| found.it).collect())
}

/// The partnerships in scope, by name.
pub(super) fn partnerships_in(
    r: &mut Reader<'_>,
    scope: &Scope,
) -> Result<Vec<Partnership>, StoreError> {
    let all = people::list_partnerships(r)?.into_iter().map(|found| found.it);
    Ok(all.filter(|it| has_part(scope, &[it.id])).collect())
}

/// All agencies in scope, by kind, then by name.
fn agencies_in(r: &mut Reader<'_>, scope: &Scope) -> Result<Vec<Agency>, StoreError> {
    let all = whole(|last: Option<&Versioned<Agency>>, limit| {
        people::list_agencies(r, scope, last.map(|found| found.it.id), limit)
    })?;
    let mut all: Vec<Agency> = all.into_iter().map(|found| found.it).collect();
    all.sort_by_cached_key(|it| (it.sector, it.name.to_lowercase(), it.id));
    Ok(all)
}

/// Everybody in scope who works here now, by name: those of its agencies, and those in its
/// partnerships' own posts. An administrator finds machines too.
pub(super) fn everybody_in(r: &mut Reader<'_>, scope: &Scope) -> Result<Vec<Person>, StoreError> {
    let mut all = people_in(r, scope, None)?;
    let there: BTreeSet<PersonId> = all.iter().map(|person| person.id).collect();
    for partnership in partnerships_in(r, scope)? {
        let own = posts::posts_of(r, &[], partnership.id)?;
        let besides = in_posts(&own).filter(|id| !there.contains(id));
        let besides: Vec<String> = besides.map(|id| id.to_string()).collect();
        all.extend(people::people_of(r, &besides)?);
    }
    all.retain(|person| person.active && (*scope == Scope::All || person.is_somebody_here()));
    all.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
    all.dedup_by_key(|person| person.id);
    Ok(all)
}

/// Everybody who holds one of these posts, or stands in for it.
fn in_posts(posts: &[Post]) -> impl Iterator<Item = PersonId> {
    posts.iter().flat_map(|post| {
        let holders = post.holders.iter().map(|holder| holder.person_id);
        holders.chain(post.deputies.iter().map(|deputy| deputy.person_id))
    })
}

/// The posts of a directory that need somebody, by agency; the partnership's own first.
fn unheld(directory: &Directory, now: UtcInstant) -> Vec<Post> {
    let is_gap = |post: &&Post| directory.standing(post, now).is_gap();
    let mut found: Vec<Post> = directory.posts().iter().filter(is_gap).cloned().collect();
    found.sort_by_cached_key(|post| {
        let agency = match &post.place {
            Place::Agency { agency_id, .. } => directory.agency(*agency_id),
            Place::Partnership { .. } => None,
        };
        (agency.map(|it| it.name.to_lowercase()), post.place.rung(), post.title.clone())
    });
    found
}

/// The posts that need somebody, by agency.
fn gaps_of(
    r: &mut Reader<'_>,
    scope: &Scope,
    agencies: &[Agency],
    now: UtcInstant,
) -> Result<BTreeMap<AgencyId, Vec<Post>>, StoreError> {
    let mut found: BTreeMap<AgencyId, Vec<Post>> = BTreeMap::new();
    for partnership in partnerships_in(r, scope)? {
        let theirs = agencies.iter().filter(|it| it.partnership_ids.contains(&partnership.id));
        // Of several partnerships that an agency serves, the first says who is asked instead.
        let ids: Vec<AgencyId> =
            theirs.map(|agency| agency.id).filter(|id| !found.contains_key(id)).collect();
        if ids.is_empty() {
            continue;
        }
        let directory = directory::load(r, partnership.id, &ids, &[], &[], now)?;
        for id in ids {
            found.entry(id).or_default();
        }
        for post in unheld(&directory, now) {
            if let Place::Agency { agency_id, .. } = post.place {
                found.entry(agency_id).or_default().push(post);
            }
        }
    }
    Ok(found)
}

impl Engine {
    /// The partnerships that somebody has a part in, by name.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn partnerships_of(&self, actor: Actor) -> Result<Vec<Partnership>, EngineError> {
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                Ok(partnerships_in(r, &scope)?)
            })
            .await
    }

    /// The agencies by kind and name, each with its posts that need somebody: `limit` of them from
    /// one on; and how many there are in all.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn agencies_with_gaps(
        &self,
        actor: Actor,
        (from, limit): (usize, usize),
    ) -> Result<(Vec<(Agency, Vec<Post>)>, usize), EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let all = agencies_in(r, &scope)?;
                let count = all.len();
                let page: Vec<Agency> = all.into_iter().skip(from).take(limit).collect();
                let mut gaps = gaps_of(r, &scope, &page, now)?;
                let with_gaps = |agency: Agency| {
                    let theirs = gaps.remove(&agency.id).unwrap_or_default();
                    (agency, theirs)
                };
                Ok((page.into_iter().map(with_gaps).collect(), count))
            })
            .await
    }

    /// Every post that needs somebody, by partnership.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn gaps(&self, actor: Actor) -> Result<Vec<Gaps>, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let all = agencies_in(r, &scope)?;
                let mut found = Vec::new();
                for partnership in partnerships_in(r, &scope)? {
                    let theirs =
                        all.iter().filter(|it| it.partnership_ids.contains(&partnership.id));
                    let ids: Vec<AgencyId> = theirs.map(|agency| agency.id).collect();
                    let directory = directory::load(r, partnership.id, &ids, &[], &[], now)?;
                    let posts = unheld(&directory, now);
                    found.push(Gaps { partnership, directory, posts });
                }
                Ok(found)
            })
            .await
    }

    /// Agencies and people whose names hold a text, at most `limit` of each.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn search_directory(
        &self,
        actor: Actor,
        text: String,
        limit: usize,
    ) -> Result<FoundInDirectory, EngineError> {
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let wanted = text.trim().to_lowercase();
                let fits = |name: &str| name.to_lowercase().contains(&wanted);
                let all = agencies_in(r, &scope)?;
                let everybody = everybody_in(r, &scope)?;
                let named = everybody.into_iter().filter(|person| fits(&person.name)).take(limit);
                let people = named.map(|person| {
                    let agency = all.iter().find(|agency| Some(agency.id) == person.agency_id);
                    let agency = agency.map(|agency| agency.name.clone());
                    (person, agency)
                });
                let people = people.collect();
                let mut agencies: Vec<Agency> =
                    all.into_iter().filter(|agency| fits(&agency.name)).collect();
                agencies.sort_by_cached_key(|agency| (agency.name.to_lowercase(), agency.id));
                agencies.truncate(limit);
                Ok(FoundInDirectory { agencies, people })
            })
            .await
    }

    /// The agencies that somebody keeps, by kind and name: where they may add people.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn kept_agencies(&self, actor: Actor) -> Result<Vec<Agency>, EngineError> {
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let mut all = agencies_in(r, &scope)?;
                all.retain(|agency| keeps(&actor, &agency.partnership_ids));
                Ok(all)
            })
            .await
    }
}
