//! The directory as people look it up: an agency, a partnership or somebody with their posts, who is
//! away, and who would be asked where nobody is. What is read is what the API answers; what may be
//! changed is asked of the rules that decide the change.

use super::directory_lists::{partnerships_in, people_in};
use super::keeping::{
    find_colleague, may_keep_person, may_move, partnerships_of_person, partnerships_of_place,
};
use super::{Engine, EngineError, found};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::directory::{Absence, Agency, Directory, Partnership, Person, PersonKind, Place, Post};
use crate::escalation::Refusal;
use crate::ids::{AgencyId, PartnershipId, PersonId, PostId};
use crate::store::failing_addresses::FailingAddress;
use crate::store::people::{Scope, Versioned};
use crate::store::{Reader, StoreError, directory, factors, failing_addresses, people, posts};

/// An agency as the directory shows it.
#[derive(Debug)]
pub struct AgencyBook {
    /// The agency.
    pub agency: Versioned<Agency>,
    /// The partnerships that it serves and the viewer has a part in.
    pub partnerships: Vec<Partnership>,
    /// Its posts, and everybody in them.
    pub directory: Directory,
    /// Who works there now, by name.
    pub people: Vec<Person>,
    /// Whether the viewer may change it, its posts and its people.
    pub is_kept: bool,
}

/// A partnership as the directory shows it.
#[derive(Debug)]
pub struct PartnershipBook {
    /// The partnership.
    pub partnership: Partnership,
    /// Its own posts, and everybody in them.
    pub directory: Directory,
    /// Whether the viewer may change its posts.
    pub is_kept: bool,
}

/// What a viewer may do with somebody's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keeps {
    /// Change the entry.
    pub entry: bool,
    /// See and change when they are away.
    pub absences: bool,
    /// Send them an invitation.
    pub invitation: bool,
    /// Take their factors, end their sessions, link accounts with them.
    pub account: bool,
}

/// Somebody as the directory shows them.
#[derive(Debug)]
pub struct PersonBook {
    /// Who.
    pub person: Versioned<Person>,
    /// Where they work.
    pub agency: Option<Agency>,
    /// The posts that they hold or stand in for, of the partnerships that the viewer has a part in.
    pub posts: Vec<Post>,
    /// The directory of those posts; none where they are in none.
    pub directory: Option<Directory>,
    /// Their absences that have not ended; empty for those who may not see them.
    pub absences: Vec<Absence>,
    /// Since when mail to them comes back; none for those who do not see their address.
    pub failing: Option<FailingAddress>,
    /// Whether the viewer sees their address.
    pub shows_email: bool,
    /// Whether there is a password or a factor that could be taken away. Told to administrators.
    pub has_factors: bool,
    /// What the viewer may do.
    pub keeps: Keeps,
}

/// Whether somebody keeps what belongs to these partnerships.
pub(super) fn keeps(actor: &Actor, of: &[PartnershipId]) -> bool {
    may_move(actor, Some(of), of).is_ok()
}

pub(super) fn has_part(scope: &Scope, of: &[PartnershipId]) -> bool {
    match scope {
        Scope::All => true,
        Scope::Partnerships(mine) => of.iter().any(|one| mine.contains(one)),
    }
}

pub(super) fn scope_of(r: &mut Reader<'_>, actor: &Actor) -> Result<Scope, StoreError> {
    if actor.administrator {
        return Ok(Scope::All);
    }
    Ok(Scope::Partnerships(directory::partnerships_of(r, actor)?.into_iter().collect()))
}

impl Engine {
    /// An agency, its posts and its people.
    ///
    /// # Errors
    /// Not found for an agency of partnerships that are not theirs; or the world failed.
    pub async fn agency_book(
        &self,
        actor: Actor,
        agency_id: AgencyId,
    ) -> Result<AgencyBook, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let agency = found(people::find_agency(r, agency_id))?;
                let partnerships: Vec<Partnership> = partnerships_in(r, &scope)?
                    .into_iter()
                    .filter(|it| agency.it.partnership_ids.contains(&it.id))
                    .collect();
                let first = partnerships.first().ok_or(Refusal::NotFound)?;
                let directory = directory::load(r, first.id, &[agency_id], &[], &[], now)?;
                let people = people_of_agency(r, agency_id)?;
                let is_kept = keeps(&actor, &agency.it.partnership_ids);
                Ok(AgencyBook { agency, partnerships, directory, people, is_kept })
            })
            .await
    }

    /// A partnership and its own posts.
    ///
    /// # Errors
    /// Not found for a partnership that is not theirs; or the world failed.
    pub async fn partnership_book(
        &self,
        actor: Actor,
        partnership_id: PartnershipId,
    ) -> Result<PartnershipBook, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                if !has_part(&scope, &[partnership_id]) {
                    return Err(Refusal::NotFound.into());
                }
                let partnership = found(people::find_partnership(r, partnership_id))?.it;
                let directory = directory::load(r, partnership_id, &[], &[], &[], now)?;
                let is_kept = keeps(&actor, &[partnership_id]);
                Ok(PartnershipBook { partnership, directory, is_kept })
            })
            .await
    }

    /// A post with its version, for whoever keeps it.
    ///
    /// # Errors
    /// Not found where they have no part, not theirs where they do not keep it.
    pub async fn kept_post(
        &self,
        actor: Actor,
        post_id: PostId,
    ) -> Result<Versioned<Post>, EngineError> {
        self.store()
            .read(move |r| {
                let post = found(posts::find_post(r, post_id))?;
                let of = partnerships_of_place(r, &post.it.place)?;
                let scope = scope_of(r, &actor)?;
                if !has_part(&scope, &of) {
                    return Err(Refusal::NotFound.into());
                }
                may_move(&actor, Some(&of), &of)?;
                Ok(post)
            })
            .await
    }

    /// Somebody, their posts, and what the viewer may do with their entry.
    ///
    /// # Errors
    /// Not found for people of partnerships that are not theirs; or the world failed.
    pub async fn person_book(
        &self,
        actor: Actor,
        person_id: PersonId,
    ) -> Result<PersonBook, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                let scope = scope_of(r, &actor)?;
                let person = found(people::find_person(r, person_id))?;
                let of = partnerships_of_person(r, &person.it)?;
                let is_me = actor.person_id == person_id;
                if !is_me && !has_part(&scope, &of) {
                    return Err(Refusal::NotFound.into());
                }
                let agency = match person.it.agency_id {
                    Some(id) => people::find_agency(r, id)?.map(|found| found.it),
                    None => None,
                };
                let (posts, directory) = posts_in(r, &scope, person_id, now)?;
                let keeps = kept_of(r, &actor, &person.it, &of)?;
                let shows_email = is_me || super::sees_addresses(&actor);
                let mut failing = failing_addresses::of(r, &[person_id])?;
                let absences = if keeps.absences {
                    people::absences_of(r, &[person_id.to_string()], now)?
                } else {
                    Vec::new()
                };
                Ok(PersonBook {
                    agency,
                    posts,
                    directory,
                    absences,
                    failing: failing.remove(&person_id).filter(|_| shows_email),
                    shows_email,
                    has_factors: keeps.account && has_factors(r, person_id)?,
                    keeps,
                    person,
                })
            })
            .await
    }

    /// Whoever keeps part of the directory and may name somebody by their address finds their id by
    /// it; none where nobody has it. Whether they may be named is asked when it is done.
    ///
    /// # Errors
    /// Not theirs, or the world failed.
    pub async fn person_of_address(
        &self,
        actor: Actor,
        email: String,
    ) -> Result<Option<PersonId>, EngineError> {
        if !super::sees_addresses(&actor) {
            access::may_keep_directory(&actor, &[])?;
        }
        self.store()
            .read(move |r| {
                let Some(id) = people::find_id_by_email(r, &email)? else { return Ok(None) };
                match scope_of(r, &actor)? {
                    Scope::All => Ok(Some(id)),
                    Scope::Partnerships(of) => {
                        Ok(find_colleague(r, id, &of)?.map(|person| person.id))
                    }
                }
            })
            .await
    }
}

fn people_of_agency(r: &mut Reader<'_>, id: AgencyId) -> Result<Vec<Person>, StoreError> {
    let mut all = people_in(r, &Scope::All, Some(id))?;
    all.retain(Person::is_somebody_here);
    all.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
    Ok(all)
}

/// The posts of somebody that a viewer may read, and the directory of those of the first partnership
/// among them.
fn posts_in(
    r: &mut Reader<'_>,
    scope: &Scope,
    person_id: PersonId,
    now: UtcInstant,
) -> Result<(Vec<Post>, Option<Directory>), EngineError> {
    let mut theirs = Vec::new();
    let mut of: Option<PartnershipId> = None;
    let mut agencies = Vec::new();
    for post in posts::posts_of_person(r, person_id)? {
        let places = partnerships_of_place(r, &post.place)?;
        if !has_part(scope, &places) {
            continue;
        }
        of = of.or_else(|| places.iter().find(|one| has_part(scope, &[**one])).copied());
        if let Place::Agency { agency_id, .. } = post.place {
            agencies.push(agency_id);
        }
        theirs.push(post);
    }
    let directory = match of {
        Some(of) => Some(directory::load(r, of, &agencies, &[], &[person_id], now)?),
        None => None,
    };
    Ok((theirs, directory))
}

fn kept_of(
    r: &mut Reader<'_>,
    actor: &Actor,
    person: &Person,
    of: &[PartnershipId],
) -> Result<Keeps, EngineError> {
    let absences = match may_keep_person(r, actor, person.id) {
        Ok(()) => person.is_somebody_here(),
        Err(EngineError::Refused(_)) => false,
        Err(error) => return Err(error),
    };
    let is_somebody = person.is_somebody_here();
    Ok(Keeps {
        entry: keeps(actor, of) && (actor.administrator || !person.administrator),
        absences,
        invitation: is_somebody && access::may_invite(actor, of, person.administrator).is_ok(),
        account: person.kind == PersonKind::Person && access::may_keep_accounts(actor).is_ok(),
    })
}

fn has_factors(r: &mut Reader<'_>, person_id: PersonId) -> Result<bool, StoreError> {
    Ok(people::find_password_hash(r, person_id)?.is_some()
        || factors::of_person(r, person_id)?.count() > 0)
}
