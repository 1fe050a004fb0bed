//! Founding a partnership from a directory file: its agencies, people, posts and absences.
//!
//! For whoever runs the server, on the machine itself. A file is loaded once; afterwards the
//! directory is kept through the API.

use super::{Engine, EngineError};
use crate::clock::UtcInstant;
use crate::directory::{
    Absence, Agency, Deputy, Holder, Partnership, PartnershipFunction, Person, PersonKind, Place,
    Post, Rung, Sector, is_role,
};
use crate::ids::{AbsenceId, AgencyId, PartnershipId, PersonId, PostId};
use crate::notify::is_address;
use crate::store::{StoreError, Writer, changes, people, posts};
use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;

/// A directory file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryFile {
    partnership: PartnershipEntry,
    #[serde(default)]
    pub(super) agencies: Vec<AgencyEntry>,
    #[serde(default)]
    people: Vec<PersonEntry>,
    #[serde(default)]
    pub(super) posts: Vec<PostEntry>,
    #[serde(default)]
    absences: Vec<AbsenceEntry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartnershipEntry {
    key: String,
    name: String,
    reference_prefix: String,
    contact_email: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgencyEntry {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) sector: Sector,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonEntry {
    name: String,
    email: String,
    agency: Option<String>,
    #[serde(default)]
    administrator: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostEntry {
    title: String,
    pub(super) agency: Option<String>,
    pub(super) rung: Option<Rung>,
    pub(super) role: Option<String>,
    team: Option<String>,
    #[serde(default)]
    safeguarding_lead: bool,
    pub(super) function: Option<PartnershipFunction>,
    pub(super) mailbox: Option<String>,
    #[serde(default)]
    pub(super) holders: Vec<String>,
    #[serde(default)]
    deputies: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct AbsenceEntry {
    person: String,
    from: UtcInstant,
    until: Option<UtcInstant>,
}

/// What was founded.
#[derive(Debug, Clone)]
pub struct Founded {
    /// The partnership.
    pub partnership: Partnership,
    /// Everybody in it, in the order of the file.
    pub people: Vec<Person>,
    /// The agencies, by their key in the file.
    pub agencies: BTreeMap<String, AgencyId>,
}

/// Why a directory file was not loaded.
#[derive(Debug, Error)]
pub enum FoundingError {
    /// It cannot be read.
    #[error("the directory file cannot be read: {0}")]
    Unreadable(String),
    /// Something in it is wrong.
    #[error("the directory file says {0}")]
    Wrong(String),
    /// The partnership is there already.
    #[error("the partnership '{0}' is there already: keep its directory through the API")]
    There(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl DirectoryFile {
    /// Reads a directory file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn parse(text: &str) -> Result<Self, FoundingError> {
        toml::from_str(text).map_err(|error| FoundingError::Unreadable(error.to_string()))
    }

    /// The key of the partnership that it founds.
    pub fn partnership_key(&self) -> &str {
        &self.partnership.key
    }

    /// The addresses of its people, in the order of the file.
    pub fn emails(&self) -> Vec<String> {
        self.people.iter().map(|person| person.email.clone()).collect()
    }

    fn check(&self) -> Result<(), FoundingError> {
        let addresses = self
            .people
            .iter()
            .map(|person| &person.email)
            .chain(self.posts.iter().filter_map(|post| post.mailbox.as_ref()))
            .chain([&self.partnership.contact_email]);
        for address in addresses {
            if !is_address(address) {
                return Err(wrong(format!("'{address}', which is not an email address")));
            }
        }
        let roles = self.posts.iter().filter_map(|post| post.role.as_deref());
        if let Some(role) = roles.into_iter().find(|role| !is_role(role)) {
            return Err(wrong(format!(
                "role = \"{role}\": use small letters, digits and underscores, at most 40 of them, \
                 such as \"duty_team\""
            )));
        }
        Ok(())
    }
}

fn wrong(what: String) -> FoundingError {
    FoundingError::Wrong(what)
}

impl Engine {
    /// Founds a partnership, as a whole or not at all.
    ///
    /// # Errors
    /// What is wrong with the file, or that the partnership is there already.
    pub async fn found_partnership(&self, file: DirectoryFile) -> Result<Founded, FoundingError> {
        file.check()?;
        let now = self.now();
        self.store().write(move |w| found(w, &file, now)).await
    }
}

fn found(
    w: &mut Writer<'_>,
    file: &DirectoryFile,
    now: UtcInstant,
) -> Result<Founded, FoundingError> {
    if people::find_partnership_by_key(w, &file.partnership.key)?.is_some() {
        return Err(FoundingError::There(file.partnership.key.clone()));
    }
    let partnership = Partnership {
        id: PartnershipId::new(),
        key: file.partnership.key.clone(),
        name: file.partnership.name.clone(),
        reference_prefix: file.partnership.reference_prefix.clone(),
        contact_email: people::normal_email(&file.partnership.contact_email),
    };
    people::insert_partnership(w, &partnership)?;
    let key = partnership.id.to_string();
    changes::append(w, None, "partnership founded", &key, &partnership, now)?;
    let mut founding = Founding {
        partnership_id: partnership.id,
        agencies: BTreeMap::new(),
        people: BTreeMap::new(),
    };
    for entry in &file.agencies {
        founding.agency(w, entry)?;
    }
    let mut everybody = Vec::new();
    for entry in &file.people {
        everybody.push(founding.person(w, entry)?);
    }
    for entry in &file.posts {
        let post = founding.post(entry)?;
        posts::save_post(w, &post, None)?;
    }
    for entry in &file.absences {
        let absence = Absence {
            id: AbsenceId::new(),
            person_id: founding.person_id(&entry.person)?,
            from_at: entry.from,
            until_at: entry.until,
        };
        people::insert_absence(w, &absence)?;
    }
    Ok(Founded { partnership, people: everybody, agencies: founding.agencies })
}

struct Founding {
    partnership_id: PartnershipId,
    agencies: BTreeMap<String, AgencyId>,
    people: BTreeMap<String, PersonId>,
}

impl Founding {
    fn agency(&mut self, w: &mut Writer<'_>, entry: &AgencyEntry) -> Result<(), FoundingError> {
        let agency = Agency {
            id: AgencyId::new(),
            name: entry.name.clone(),
            sector: entry.sector,
            partnership_ids: vec![self.partnership_id],
        };
        people::save_agency(w, &agency, None)?;
        if self.agencies.insert(entry.key.clone(), agency.id).is_some() {
            return Err(wrong(format!("the agency '{}' twice", entry.key)));
        }
        Ok(())
    }

    fn person(&mut self, w: &mut Writer<'_>, entry: &PersonEntry) -> Result<Person, FoundingError> {
        let person = Person {
            id: PersonId::new(),
            name: entry.name.clone(),
            email: people::normal_email(&entry.email),
            agency_id: entry.agency.as_deref().map(|key| self.agency_id(key)).transpose()?,
            active: true,
            administrator: entry.administrator,
            kind: PersonKind::Person,
        };
        if self.people.insert(person.email.clone(), person.id).is_some() {
            return Err(wrong(format!("'{}' twice", entry.email)));
        }
        people::save_person(w, &person, None)?;
        Ok(person)
    }

    fn agency_id(&self, key: &str) -> Result<AgencyId, FoundingError> {
        self.agencies
            .get(key)
            .copied()
            .ok_or_else(|| wrong(format!("'{key}', which is none of its agencies")))
    }

    fn person_id(&self, email: &str) -> Result<PersonId, FoundingError> {
        self.people
            .get(&people::normal_email(email))
            .copied()
            .ok_or_else(|| wrong(format!("'{email}', which is none of its people")))
    }

    fn post(&self, entry: &PostEntry) -> Result<Post, FoundingError> {
        let place = match (&entry.agency, entry.rung, entry.function) {
            (Some(key), Some(rung), None) if rung != Rung::Partnership => Place::Agency {
                agency_id: self.agency_id(key)?,
                rung,
                team: entry.team.clone(),
                safeguarding_lead: entry.safeguarding_lead,
            },
            (None, None, Some(function)) if !entry.safeguarding_lead => {
                Place::Partnership { partnership_id: self.partnership_id, function }
            }
            _ => {
                return Err(wrong(format!(
                    "of the post '{}' neither an agency with a rung of it, nor a function in the \
                     partnership",
                    entry.title
                )));
            }
        };
        let ids = |emails: &[String]| -> Result<Vec<PersonId>, FoundingError> {
            emails.iter().map(|email| self.person_id(email)).collect()
        };
        Ok(Post {
            id: PostId::new(),
            title: entry.title.clone(),
            place,
            role: entry.role.clone(),
            mailbox_email: entry.mailbox.clone(),
            holders: ids(&entry.holders)?
                .into_iter()
                .map(|person_id| Holder { person_id })
                .collect(),
            deputies: (1..)
                .zip(ids(&entry.deputies)?)
                .map(|(rank, person_id)| Deputy { person_id, rank })
                .collect(),
        })
    }
}
