//! Which part of the directory belongs to which partnership, and who keeps it: nobody takes, changes
//! or names what is another partnership's.

use super::EngineError;
use crate::access::{self, Actor};
use crate::directory::{Person, Place};
use crate::escalation::Refusal;
use crate::ids::{AgencyId, PartnershipId, PersonId};
use crate::store::{Reader, people, posts};

/// The partnerships that an agency serves; none without an agency.
///
/// # Errors
/// A fault at the pointer if there is no such agency.
pub(super) fn partnerships_of_agency(
    r: &mut Reader<'_>,
    pointer: &str,
    agency_id: Option<AgencyId>,
) -> Result<Vec<PartnershipId>, EngineError> {
    let Some(agency_id) = agency_id else { return Ok(Vec::new()) };
    let found = people::find_agency(r, agency_id)?;
    let agency = found.ok_or_else(|| Refusal::field(pointer, "no such agency"))?;
    Ok(agency.it.partnership_ids)
}

/// The partnerships that a post's place belongs to.
///
/// # Errors
/// A fault if there is no such agency or partnership.
pub(super) fn partnerships_of_place(
    r: &mut Reader<'_>,
    place: &Place,
) -> Result<Vec<PartnershipId>, EngineError> {
    match place {
        Place::Agency { agency_id, .. } => {
            partnerships_of_agency(r, "/place/agency_id", Some(*agency_id))
        }
        Place::Partnership { partnership_id, .. } => {
            if people::find_partnership(r, *partnership_id)?.is_none() {
                return Err(Refusal::field("/place/partnership_id", "no such partnership").into());
            }
            Ok(vec![*partnership_id])
        }
    }
}

/// The partnerships that somebody belongs to: those that their agency serves. The partnership's own
/// people have no agency: they belong where they hold a post.
pub(super) fn partnerships_of_person(
    r: &mut Reader<'_>,
    person: &Person,
) -> Result<Vec<PartnershipId>, EngineError> {
    if person.agency_id.is_some() {
        return partnerships_of_agency(r, "/agency_id", person.agency_id);
    }
    let theirs = posts::posts_of_person(r, person.id)?;
    let at_partnerships = theirs.iter().filter_map(|post| match post.place {
        Place::Partnership { partnership_id, .. } => Some(partnership_id),
        Place::Agency { .. } => None,
    });
    Ok(at_partnerships.collect())
}

/// Somebody who works here now and whom one of these partnerships may name: its own people, those of
/// the agencies that serve it, and those who belong to no partnership. Another partnership's people
/// are as if they were not there: to name them would show who they are.
pub(super) fn find_colleague(
    r: &mut Reader<'_>,
    person_id: PersonId,
    of: &[PartnershipId],
) -> Result<Option<Person>, EngineError> {
    let Some(found) =
        people::find_person(r, person_id)?.filter(|found| found.it.is_somebody_here())
    else {
        return Ok(None);
    };
    let theirs = partnerships_of_person(r, &found.it)?;
    let is_colleague = theirs.is_empty() || theirs.iter().any(|one| of.contains(one));
    Ok(is_colleague.then_some(found.it))
}

/// Whether somebody may change what belongs to the partnerships `before`, if it is there, so that it
/// belongs to those `after`. They keep each of them: nobody takes what is another partnership's, or
/// leaves something there. What several share is kept by the administrator, or by whoever is an
/// officer of them all: an officer of one could otherwise put somebody of their own into a post that
/// is on the other's cases.
///
/// # Errors
/// Who may.
pub(super) fn may_move(
    actor: &Actor,
    before: Option<&[PartnershipId]>,
    after: &[PartnershipId],
) -> Result<(), Refusal> {
    let is_nobodys = before.map_or(after.is_empty(), <[_]>::is_empty);
    if is_nobodys {
        return access::may_keep_directory(actor, &[]);
    }
    let mut all = before.unwrap_or_default().iter().chain(after);
    all.try_for_each(|one| access::may_keep_directory(actor, &[*one]))
}

/// Whether somebody may keep what belongs to a person, such as their absences: they themselves, and
/// those who keep their part of the directory.
///
/// # Errors
/// Not theirs, or not found.
pub(super) fn may_keep_person(
    r: &mut Reader<'_>,
    actor: &Actor,
    person_id: PersonId,
) -> Result<(), EngineError> {
    let person = people::find_person(r, person_id)?;
    if actor.person_id == person_id {
        return Ok(());
    }
    let of = match &person {
        Some(person) => partnerships_of_person(r, &person.it)?,
        None => Vec::new(),
    };
    access::may_keep_directory(actor, &of)?;
    person.map(|_| ()).ok_or_else(|| Refusal::NotFound.into())
}
