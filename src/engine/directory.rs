//! Keeping the directory: who may change it, and the log of who did.

use super::change::{Answered, Answering, Request};
use super::keeping::{
    find_colleague, may_keep_person, may_move, partnerships_of_agency, partnerships_of_person,
    partnerships_of_place,
};
use super::{Engine, EngineError};
use crate::access::{self, Actor};
use crate::clock::UtcInstant;
use crate::directory::{
    Absence, Agency, Deputy, Holder, Person, PersonKind, Place, Post, Rung, Sector, is_role,
};
use crate::escalation::{Line, Refusal};
use crate::ids::{AbsenceId, AgencyId, PartnershipId, PersonId, PostId};
use crate::notify::is_address;
use crate::store::people::{Scope, Versioned};
use crate::store::{
    Reader, StoreError, account_secrets, changes, directory, failing_addresses, people, posts,
};

/// An agency as it is to be.
#[derive(Debug, Clone)]
pub struct NewAgency {
    /// Its name.
    pub name: Line,
    /// What kind of agency it is.
    pub sector: Sector,
    /// The partnerships that it serves.
    pub partnership_ids: Vec<PartnershipId>,
}

/// Somebody as they are to be.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Their name.
    pub name: Line,
    /// Their address.
    pub email: String,
    /// The agency they work for.
    pub agency_id: Option<AgencyId>,
    /// False once they have left.
    pub active: bool,
    /// May keep the directory.
    pub administrator: bool,
}

/// A post as it is to be.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Its title.
    pub title: Line,
    /// Where it stands.
    pub place: Place,
    /// Its role's key.
    pub role: Option<String>,
    /// A shared mailbox.
    pub mailbox_email: Option<String>,
    /// Who holds it.
    pub holders: Vec<PersonId>,
    /// Who stands in, the first first.
    pub deputies: Vec<PersonId>,
}

/// An absence as it is to be.
#[derive(Debug, Clone)]
pub struct NewAbsence {
    /// Its first instant.
    pub from_at: UtcInstant,
    /// The first instant after it.
    pub until_at: Option<UtcInstant>,
}

impl Engine {
    /// What somebody may read of the directory: the agencies of the partnerships that they have a
    /// part in; an administrator all.
    ///
    /// # Errors
    /// If the world failed.
    pub async fn directory_scope(&self, actor: Actor) -> Result<Scope, EngineError> {
        if actor.administrator {
            return Ok(Scope::All);
        }
        self.store()
            .read(move |r| {
                let of = directory::partnerships_of(r, &actor)?;
                Ok(Scope::Partnerships(of.into_iter().collect()))
            })
            .await
    }

    /// Adds an agency, or changes one.
    ///
    /// # Errors
    /// Not theirs, at fault, stale; or the world failed.
    pub async fn save_agency(
        &self,
        request: Request,
        which: Option<AgencyId>,
        new: NewAgency,
        answering: impl Answering<Versioned<Agency>>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let id = which.unwrap_or_default();
        self.once(request, answering, move |_, w, request| {
            let before = people::find_agency(w, id)?;
            let served = before.as_ref().map(|found| found.it.partnership_ids.as_slice());
            may_move(&request.actor, served, &new.partnership_ids)?;
            if which.is_some() && before.is_none() {
                return Err(Refusal::NotFound.into());
            }
            if new.partnership_ids.is_empty() {
                let detail = "an agency serves at least one partnership";
                return Err(Refusal::field("/partnership_ids", detail).into());
            }
            for (index, partnership_id) in new.partnership_ids.iter().enumerate() {
                let pointer = format!("/partnership_ids/{index}");
                if people::find_partnership(w, *partnership_id)?.is_none() {
                    return Err(Refusal::field(pointer, "no such partnership").into());
                }
                stands_once(pointer, &new.partnership_ids, index)?;
            }
            let it = Agency {
                id,
                name: new.name.to_string(),
                sector: new.sector,
                partnership_ids: new.partnership_ids.clone(),
            };
            let version = expected(request, before.as_ref().map(|found| found.version))?;
            people::save_agency(w, &it, version).map_err(stale)?;
            let by = Some(request.actor.person_id);
            changes::append(w, by, "agency saved", &id.to_string(), &it, now)?;
            Ok(Versioned { it, version: version.map_or(1, |version| version + 1) })
        })
        .await
    }

    /// Adds somebody, or changes them.
    ///
    /// # Errors
    /// As [`Engine::save_agency`].
    pub async fn save_person(
        &self,
        request: Request,
        which: Option<PersonId>,
        new: NewPerson,
        answering: impl Answering<Versioned<Person>>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let id = which.unwrap_or_default();
        self.once(request, answering, move |_, w, request| {
            let before = people::find_person(w, id)?;
            let of = partnerships_of_agency(w, "/agency_id", new.agency_id)?;
            let was_of = match &before {
                Some(before) => Some(partnerships_of_person(w, &before.it)?),
                None => None,
            };
            may_move(&request.actor, was_of.as_deref(), &of)?;
            if which.is_some() && before.is_none() {
                return Err(Refusal::NotFound.into());
            }
            let was_administrator = before.as_ref().is_some_and(|found| found.it.administrator);
            // Else an officer could put an address of their own there, and ask for a new password.
            if (new.administrator || was_administrator) && !request.actor.administrator {
                let who = "Only an administrator makes, changes or unmakes administrators.";
                return Err(Refusal::NotYours(who.to_owned()).into());
            }
            let it = Person {
                id,
                name: new.name.to_string(),
                email: people::normal_email(&new.email),
                agency_id: new.agency_id,
                active: new.active,
                administrator: new.administrator,
                kind: before.as_ref().map_or(PersonKind::Person, |found| found.it.kind),
            };
            if it.kind == PersonKind::Machine && (it.administrator || it.agency_id.is_none()) {
                let detail = "a machine has an agency, and is no administrator";
                return Err(Refusal::field("/administrator", detail).into());
            }
            check_address("/email", &it.email)?;
            if people::find_id_by_email(w, &it.email)?.is_some_and(|other| other != id) {
                let detail = "somebody has this address already";
                return Err(Refusal::field("/email", detail).into());
            }
            // Letters with a link go to the address: whoever sets it may let themselves in.
            let moves = before.as_ref().is_some_and(|before| before.it.email != it.email);
            if moves || it.administrator != was_administrator {
                access::fresh_proof(&request.actor, now)?;
            }
            let version = expected(request, before.as_ref().map(|found| found.version))?;
            people::save_person(w, &it, version).map_err(stale)?;
            // Whoever saves them says that the address is right.
            failing_addresses::clear(w, id)?;
            if moves || !it.active {
                // What was sent to the old address opens nothing any more.
                account_secrets::delete_of(w, id)?;
            }
            let by = Some(request.actor.person_id);
            changes::append(w, by, "person saved", &id.to_string(), &it, now)?;
            Ok(Versioned { it, version: version.map_or(1, |version| version + 1) })
        })
        .await
    }

    /// Adds a post, or changes one, with its holders and deputies.
    ///
    /// # Errors
    /// As [`Engine::save_agency`].
    pub async fn save_post(
        &self,
        request: Request,
        which: Option<PostId>,
        new: NewPost,
        answering: impl Answering<Versioned<Post>>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let id = which.unwrap_or_default();
        self.once(request, answering, move |_, w, request| {
            let before = posts::find_post(w, id)?;
            let of = partnerships_of_place(w, &new.place)?;
            let was_of = match &before {
                Some(before) => Some(partnerships_of_place(w, &before.it.place)?),
                None => None,
            };
            may_move(&request.actor, was_of.as_deref(), &of)?;
            if which.is_some() && before.is_none() {
                return Err(Refusal::NotFound.into());
            }
            let place = checked_place(&new.place)?;
            if new.role.as_ref().is_some_and(|role| !is_role(role)) {
                return Err(Refusal::field("/role", NO_ROLE).into());
            }
            if let Some(email) = &new.mailbox_email {
                check_address("/mailbox_email", email)?;
            }
            check_people(w, &request.actor, "/holders", &new.holders, &of)?;
            check_people(w, &request.actor, "/deputies", &new.deputies, &of)?;
            let it = new.post(id, place);
            if brings_in_officers(before.as_ref().map(|found| &found.it), &it) {
                access::fresh_proof(&request.actor, now)?;
            }
            let version = expected(request, before.as_ref().map(|found| found.version))?;
            posts::save_post(w, &it, version).map_err(stale)?;
            let by = Some(request.actor.person_id);
            changes::append(w, by, "post saved", &id.to_string(), &it, now)?;
            Ok(Versioned { it, version: version.map_or(1, |version| version + 1) })
        })
        .await
    }

    /// Adds an absence. Everybody may say that they themselves are away.
    ///
    /// # Errors
    /// As [`Engine::save_agency`].
    pub async fn add_absence(
        &self,
        request: Request,
        person_id: PersonId,
        new: NewAbsence,
        answering: impl Answering<Absence>,
    ) -> Result<Answered, EngineError> {
        let now = self.now();
        let id = AbsenceId::new();
        self.once(request, answering, move |_, w, request| {
            may_keep_person(w, &request.actor, person_id)?;
            if new.until_at.is_some_and(|until| until <= new.from_at) {
                return Err(Refusal::field("/until_at", "must be after from_at").into());
            }
            let it = Absence { id, person_id, from_at: new.from_at, until_at: new.until_at };
            people::insert_absence(w, &it)?;
            let by = Some(request.actor.person_id);
            changes::append(w, by, "absence added", &person_id.to_string(), &it, now)?;
            Ok(it)
        })
        .await
    }

    /// The absences of somebody that have not ended, for themselves and for those who keep them.
    ///
    /// # Errors
    /// Not theirs, not found; or the world failed.
    pub async fn absences(
        &self,
        actor: Actor,
        person_id: PersonId,
    ) -> Result<Vec<Absence>, EngineError> {
        let now = self.now();
        self.store()
            .read(move |r| {
                may_keep_person(r, &actor, person_id)?;
                Ok(people::absences_of(r, &[person_id.to_string()], now)?)
            })
            .await
    }

    /// Takes an absence back.
    ///
    /// # Errors
    /// As [`Engine::save_agency`].
    pub async fn remove_absence(
        &self,
        actor: Actor,
        person_id: PersonId,
        absence_id: AbsenceId,
    ) -> Result<(), EngineError> {
        let now = self.now();
        self.store()
            .write(move |w| {
                may_keep_person(w, &actor, person_id)?;
                if !people::delete_absence(w, person_id, absence_id)? {
                    return Err(Refusal::NotFound.into());
                }
                let by = Some(actor.person_id);
                let gone = absence_id.to_string();
                changes::append(w, by, "absence removed", &person_id.to_string(), &gone, now)?;
                Ok(())
            })
            .await
    }
}

const NO_ROLE: &str = "must be small letters, digits and underscores, at most 40 of them, such as \
    duty_team";

impl NewPost {
    fn post(&self, id: PostId, place: Place) -> Post {
        Post {
            id,
            title: self.title.to_string(),
            place,
            role: self.role.clone(),
            mailbox_email: self.mailbox_email.clone(),
            holders: self
                .holders
                .iter()
                .map(|person_id| Holder { person_id: *person_id })
                .collect(),
            deputies: (1..)
                .zip(&self.deputies)
                .map(|(rank, person_id)| Deputy { person_id: *person_id, rank })
                .collect(),
        }
    }
}

/// Whether somebody comes into a post of the partnership who was not in it: they would see all of
/// its cases.
fn brings_in_officers(before: Option<&Post>, after: &Post) -> bool {
    let people = |post: &Post| -> Vec<PersonId> {
        let holders = post.holders.iter().map(|holder| holder.person_id);
        holders.chain(post.deputies.iter().map(|deputy| deputy.person_id)).collect()
    };
    let was_in = before.filter(|post| post.place == after.place).map(people).unwrap_or_default();
    matches!(after.place, Place::Partnership { .. })
        && people(after).iter().any(|person_id| !was_in.contains(person_id))
}

/// The version to change from: none to add. What was read must be what is there.
fn expected(request: &Request, there: Option<i32>) -> Result<Option<i32>, EngineError> {
    match (there, request.expected_version) {
        (Some(version), Some(read)) if read != i64::from(version) => Err(EngineError::Stale),
        (version, _) => Ok(version),
    }
}

/// Somebody else was first between the reading and the saving: their change must not be lost.
pub(super) fn stale(error: StoreError) -> EngineError {
    match error {
        StoreError::Stale(_) => EngineError::Stale,
        other => other.into(),
    }
}

fn check_address(pointer: &str, email: &str) -> Result<(), Refusal> {
    if is_address(email) {
        return Ok(());
    }
    Err(Refusal::field(pointer, "must be an email address, such as sam.taylor@example.org"))
}

fn checked_place(place: &Place) -> Result<Place, Refusal> {
    let mut place = place.clone();
    if let Place::Agency { rung, team, .. } = &mut place {
        if *rung == Rung::Partnership {
            let detail = "must be a rung of an agency; the partnership's posts have a function";
            return Err(Refusal::field("/place/rung", detail));
        }
        let line = team.take().map(Line::try_from).transpose();
        *team = line.map_err(|detail| Refusal::field("/place/team", detail))?.map(String::from);
    }
    Ok(place)
}

fn check_people(
    r: &mut Reader<'_>,
    by: &Actor,
    pointer: &str,
    ids: &[PersonId],
    of: &[PartnershipId],
) -> Result<(), EngineError> {
    for (index, person_id) in ids.iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        // Whoever sees everybody may name everybody: one person may serve two partnerships.
        let found = if by.administrator {
            people::find_person(r, *person_id)?
                .filter(|found| found.it.is_somebody_here())
                .map(|found| found.it)
        } else {
            find_colleague(r, *person_id, of)?
        };
        if found.is_none() {
            return Err(Refusal::field(pointer, "must be somebody who works here now").into());
        }
        stands_once(pointer, ids, index)?;
    }
    Ok(())
}

fn stands_once<T: PartialEq>(pointer: String, all: &[T], index: usize) -> Result<(), Refusal> {
    if all.iter().take(index).any(|earlier| Some(earlier) == all.get(index)) {
        return Err(Refusal::field(pointer, "stands here twice"));
    }
    Ok(())
}

/// Whether somebody sees addresses: those who keep the directory do.
pub fn sees_addresses(actor: &Actor) -> bool {
    actor.administrator || actor.officer_of().next().is_some()
}

/// A missing thing is an answer, not a fault, where somebody asked for it by its id.
pub fn found<T>(what: Result<Option<T>, StoreError>) -> Result<T, EngineError> {
    what?.ok_or_else(|| Refusal::NotFound.into())
}
