//! What is answered about agencies, people and posts.

use crate::clock::UtcInstant;
use crate::directory::{Absence, Agency, Partnership, Person, PersonKind, Place, Post, Sector};
use crate::ids::{AbsenceId, AgencyId, PartnershipId, PersonId, PostId};
use crate::store::failing_addresses::FailingAddress;
use crate::store::people::Versioned;
use crate::store::{Reader, StoreError, people};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A partnership.
#[derive(Serialize, ToSchema)]
pub struct PartnershipView {
    id: PartnershipId,
    key: String,
    name: String,
    reference_prefix: String,
    contact_email: String,
}

impl PartnershipView {
    pub fn of(it: Partnership) -> Self {
        Self {
            id: it.id,
            key: it.key,
            name: it.name,
            reference_prefix: it.reference_prefix,
            contact_email: it.contact_email,
        }
    }
}

/// An agency.
#[derive(Serialize, ToSchema)]
pub struct AgencyView {
    id: AgencyId,
    name: String,
    sector: Sector,
    partnership_ids: Vec<PartnershipId>,
    version: i32,
}

impl AgencyView {
    pub fn of(found: Versioned<Agency>) -> Self {
        let Versioned { it, version } = found;
        Self {
            id: it.id,
            name: it.name,
            sector: it.sector,
            partnership_ids: it.partnership_ids,
            version,
        }
    }
}

/// Somebody. The address is shown to those who keep the directory.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    id: PersonId,
    name: String,
    email: Option<String>,
    agency_id: Option<AgencyId>,
    active: bool,
    administrator: bool,
    /// Only for an agency's program: `machine`. What is read of a person can be sent back as it is.
    #[serde(skip_serializing_if = "is_a_person")]
    kind: PersonKind,
    /// Since when mail to them comes back; left out while it does not. Shown as the address is.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_fails_since: Option<UtcInstant>,
    /// Why it comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_fails_why: Option<String>,
    version: i32,
}

fn is_a_person(kind: &PersonKind) -> bool {
    *kind == PersonKind::Person
}

impl PersonView {
    pub fn of(found: Versioned<Person>, shows_email: bool) -> Self {
        let Versioned { it, version } = found;
        Self {
            id: it.id,
            name: it.name,
            email: shows_email.then_some(it.email),
            agency_id: it.agency_id,
            active: it.active,
            administrator: it.administrator,
            kind: it.kind,
            email_fails_since: None,
            email_fails_why: None,
            version,
        }
    }

    /// The same, with whether mail to them comes back.
    pub fn failing(mut self, failing: Option<&FailingAddress>) -> Self {
        let failing = failing.filter(|_| self.email.is_some());
        self.email_fails_since = failing.map(|it| it.since);
        self.email_fails_why = failing.map(|it| it.why.clone());
        self
    }
}

/// An absence.
#[derive(Serialize, ToSchema)]
pub struct AbsenceView {
    id: AbsenceId,
    person_id: PersonId,
    from_at: UtcInstant,
    /// None while its end is not known.
    until_at: Option<UtcInstant>,
}

impl AbsenceView {
    pub fn of(it: &Absence) -> Self {
        Self { id: it.id, person_id: it.person_id, from_at: it.from_at, until_at: it.until_at }
    }
}

/// Somebody in a post.
#[derive(Serialize, ToSchema)]
pub struct InPostView {
    person_id: PersonId,
    name: Option<String>,
    is_absent: bool,
}

/// A post, who holds it, who stands in, and what is wrong with that.
#[derive(Serialize, ToSchema)]
pub struct PostView {
    id: PostId,
    title: String,
    place: Place,
    /// What it is for beside its rung, as a policy names it, such as `duty_team`.
    role: Option<String>,
    mailbox_email: Option<String>,
    holders: Vec<InPostView>,
    /// In the order of asking.
    deputies: Vec<InPostView>,
    /// A gap that somebody has to mend, in words; none if there is none.
    gap: Option<&'static str>,
    /// None where the post is shown beside something else.
    version: Option<i32>,
}

/// Names and absences of the people in some posts.
pub struct Manning {
    people: BTreeMap<PersonId, (String, bool)>,
}

impl Manning {
    /// Looks them up.
    pub fn of<'p>(
        r: &mut Reader<'_>,
        posts: impl Iterator<Item = &'p Post>,
        now: UtcInstant,
    ) -> Result<Self, StoreError> {
        let mut ids: Vec<String> = Vec::new();
        for post in posts {
            ids.extend(post.holders.iter().map(|holder| holder.person_id.to_string()));
            ids.extend(post.deputies.iter().map(|deputy| deputy.person_id.to_string()));
        }
        let absences = people::absences_of(r, &ids, now)?;
        let people = people::people_of(r, &ids)?
            .into_iter()
            .map(|person| {
                let away = absences.iter().any(|a| a.person_id == person.id && a.covers(now));
                (person.id, (person.name, away || !person.active))
            })
            .collect();
        Ok(Self { people })
    }

    fn view(&self, person_id: PersonId) -> InPostView {
        let known = self.people.get(&person_id);
        InPostView {
            person_id,
            name: known.map(|(name, _)| name.clone()),
            is_absent: known.is_some_and(|(_, absent)| *absent),
        }
    }
}

impl PostView {
    /// A post; with `manning` also the names in it, and its gap.
    pub fn of(it: Post, manning: Option<(&Manning, i32)>) -> Self {
        let nobody = Manning { people: BTreeMap::new() };
        let of = manning.map_or(&nobody, |(manning, _)| manning);
        let holders: Vec<_> = it.holders.iter().map(|h| of.view(h.person_id)).collect();
        let deputies: Vec<_> = it.deputies.iter().map(|d| of.view(d.person_id)).collect();
        let gap = match manning {
            Some(_) if it.mailbox_email.is_none() => gap(&holders, &deputies),
            _ => None,
        };
        Self {
            id: it.id,
            title: it.title,
            place: it.place,
            role: it.role,
            mailbox_email: it.mailbox_email,
            holders,
            deputies,
            gap,
            version: manning.map(|(_, version)| version),
        }
    }
}

fn gap(holders: &[InPostView], deputies: &[InPostView]) -> Option<&'static str> {
    let has_holder = holders.iter().any(|holder| !holder.is_absent);
    let has_deputy = deputies.iter().any(|deputy| !deputy.is_absent);
    match (holders.is_empty(), has_holder, has_deputy) {
        (_, true, _) => None,
        (true, _, true) => Some("Vacant: a deputy is asked instead."),
        (true, _, false) => Some("Vacant: the next rung up is asked instead."),
        (false, _, true) => Some("Absent: a deputy is asked instead."),
        (false, _, false) => Some("Absent, without a deputy: the next rung up is asked instead."),
    }
}
