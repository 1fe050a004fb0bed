//! Policy versions: who proposed them, and who published them.

#[cfg(feature = "postgres")]
use super::conn::Conn;
use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::people::people_of;
use super::schema::{partnerships, policies, policy_publications};
use super::types::{At, id, of_word, word};
use crate::clock::UtcInstant;
use crate::escalation::PolicyRef;
use crate::ids::{PartnershipId, PersonId};
use crate::policy::Policy;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How somebody did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// On the server's console: whoever runs the server typed their address.
    Console,
    /// Through the API, signed in.
    Api,
}

/// Who did something, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub person_id: PersonId,
    /// Their name now.
    pub name: String,
    /// How.
    pub via: Via,
}

/// Who proposed a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposer {
    /// Somebody.
    Person(By),
    /// Nobody: the file was in the server's folder of policies.
    Folder,
    /// It was loaded before versions were proposed.
    Unknown,
}

/// Who published a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publisher {
    /// Somebody.
    Person(By),
    /// It was in force before versions were published.
    Migration,
}

/// That a version was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Who did it.
    pub by: Publisher,
    /// When.
    pub at: UtcInstant,
}

/// A policy version as it is stored.
#[derive(Debug, Clone)]
pub struct StoredPolicy {
    /// The partnership that it belongs to.
    pub partnership_id: PartnershipId,
    /// The policy.
    pub policy: Policy,
    /// The SHA-256 of its file.
    pub sha256: String,
    /// Who proposed it.
    pub proposer: Proposer,
    /// When.
    pub proposed_at: UtcInstant,
    /// Its publication; none while it waits for it, and is not in force.
    pub publication: Option<Publication>,
}

impl StoredPolicy {
    /// Which version it is.
    pub fn which(&self) -> PolicyRef {
        PolicyRef { key: self.policy.key.clone(), version: self.policy.version }
    }

    /// Who proposed it, if somebody did.
    pub fn proposed_by(&self) -> Option<PersonId> {
        match &self.proposer {
            Proposer::Person(by) => Some(by.person_id),
            Proposer::Folder | Proposer::Unknown => None,
        }
    }
}

/// A version that is there and cannot be read.
#[derive(Debug)]
pub struct UnreadablePolicy {
    /// Which one.
    pub which: PolicyRef,
    /// Its first day, and its last.
    days: (String, Option<String>),
    /// Whether it was published.
    pub is_published: bool,
    /// Why.
    pub error: StoreError,
}

impl UnreadablePolicy {
    /// Whether challenges would be raised under it on a day.
    pub fn is_effective_on(&self, day: NaiveDate) -> bool {
        let day = day.to_string(); // days as text are in the order of days
        self.days.0 <= day && self.days.1.as_ref().is_none_or(|until| day <= *until)
    }
}

/// The versions of a partnership's policies. One that cannot be read hides no other.
#[derive(Debug, Default)]
pub struct Listing {
    /// Those that can be read.
    pub readable: Vec<StoredPolicy>,
    /// Those that cannot, which was logged.
    pub unreadable: Vec<UnreadablePolicy>,
}

/// What is known of a version without reading its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionHead {
    /// Its number.
    pub version: i32,
    /// Its first day, as `2026-09-01`; such texts are in the order of days.
    pub effective_from: String,
    /// Whether it was published.
    pub is_published: bool,
}

impl Listing {
    /// All versions of a policy, readable or not.
    pub fn versions_of(&self, key: &str) -> Vec<VersionHead> {
        let readable =
            self.readable.iter().filter(|it| it.policy.key == key).map(|it| VersionHead {
                version: it.policy.version,
                effective_from: it.policy.effective_from.to_string(),
                is_published: it.publication.is_some(),
            });
        let unreadable = self.unreadable.iter().filter(|it| it.which.key == key);
        let unreadable = unreadable.map(|it| VersionHead {
            version: it.which.version,
            effective_from: it.days.0.clone(),
            is_published: it.is_published,
        });
        readable.chain(unreadable).collect()
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = policies)]
struct PolicyRow {
    partnership_id: String,
    key: String,
    version: i32,
    title: String,
    effective_from: String,
    effective_until: Option<String>,
    text: String,
    sha256: String,
    loaded_at: At,
    proposed_by: Option<String>,
    proposed_via: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = policy_publications)]
struct PublicationRow {
    partnership_id: String,
    key: String,
    version: i32,
    published_by: Option<String>,
    published_via: String,
    published_at: At,
}

/// A version and its publication.
type Rows = (PolicyRow, Option<PublicationRow>);

/// The names of those who proposed and published.
type Names = BTreeMap<PersonId, String>;

fn by(person: &str, via: &str, names: &Names) -> Result<By, StoreError> {
    let person_id = id("who dealt with a policy", person)?;
    let name = names.get(&person_id).ok_or(StoreError::Missing("who dealt with a policy"))?;
    let via = of_word("how a policy was dealt with", via)?;
    Ok(By { person_id, name: name.clone(), via })
}

impl PublicationRow {
    fn into_publication(self, names: &Names) -> Result<Publication, StoreError> {
        let by = match &self.published_by {
            Some(person) => Publisher::Person(by(person, &self.published_via, names)?),
            None => Publisher::Migration,
        };
        Ok(Publication { by, at: self.published_at.0 })
    }
}

impl PolicyRow {
    fn which(&self) -> PolicyRef {
        PolicyRef { key: self.key.clone(), version: self.version }
    }

    fn into_stored(
        self,
        publication: Option<PublicationRow>,
        names: &Names,
    ) -> Result<StoredPolicy, StoreError> {
        let policy = Policy::read(&self.text)
            .map_err(|mistake| StoreError::unreadable("a policy", mistake))?;
        let proposer = match (&self.proposed_by, &self.proposed_via) {
            (Some(person), Some(via)) => Proposer::Person(by(person, via, names)?),
            (_, Some(_)) => Proposer::Folder,
            (_, None) => Proposer::Unknown,
        };
        Ok(StoredPolicy {
            partnership_id: id("a policy's partnership", &self.partnership_id)?,
            policy,
            sha256: self.sha256,
            proposer,
            proposed_at: self.loaded_at.0,
            publication: publication.map(|row| row.into_publication(names)).transpose()?,
        })
    }
}

/// Versions with their publications, and the names of the people in them.
fn whole(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    rows: Vec<PolicyRow>,
) -> Result<(Vec<Rows>, Names), StoreError> {
    let publications: Vec<PublicationRow> = on!(r, c => policy_publications::table
        .filter(policy_publications::partnership_id.eq(partnership_id.to_string()))
        .select(PublicationRow::as_select())
        .load(c))?;
    let mut publications: BTreeMap<(String, i32), PublicationRow> =
        publications.into_iter().map(|row| ((row.key.clone(), row.version), row)).collect();
    let rows: Vec<Rows> = rows
        .into_iter()
        .map(|row| {
            let publication = publications.remove(&(row.key.clone(), row.version));
            (row, publication)
        })
        .collect();
    let people: Vec<String> = rows
        .iter()
        .flat_map(|(row, publication)| {
            let published_by = publication.as_ref().and_then(|row| row.published_by.clone());
            row.proposed_by.clone().into_iter().chain(published_by)
        })
        .collect();
    let names = people_of(r, &people)?.into_iter().map(|person| (person.id, person.name)).collect();
    Ok((rows, names))
}

/// A version of a partnership's policy.
pub fn find(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
) -> Result<Option<StoredPolicy>, StoreError> {
    if which.key.contains('\0') {
        return Ok(None); // PostgreSQL has no such text, and would call the question an error
    }
    let row: Option<PolicyRow> = on!(r, c => policies::table
        .find((partnership_id.to_string(), &which.key, which.version))
        .select(PolicyRow::as_select())
        .first(c)
        .optional())?;
    let (rows, names) = whole(r, partnership_id, row.into_iter().collect())?;
    let found = rows.into_iter().next();
    found.map(|(row, publication)| row.into_stored(publication, &names)).transpose()
}

/// The file of a version, as it was proposed.
pub fn find_text(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
) -> Result<Option<String>, StoreError> {
    if which.key.contains('\0') {
        return Ok(None); // as in `find`
    }
    Ok(on!(r, c => policies::table
        .find((partnership_id.to_string(), &which.key, which.version))
        .select(policies::text)
        .first(c)
        .optional())?)
}

/// All versions of a partnership's policies, the newest of each first.
pub fn list(r: &mut Reader<'_>, partnership_id: PartnershipId) -> Result<Listing, StoreError> {
    let rows: Vec<PolicyRow> = on!(r, c => policies::table
        .filter(policies::partnership_id.eq(partnership_id.to_string()))
        .order((policies::key, policies::version.desc()))
        .select(PolicyRow::as_select())
        .load(c))?;
    let (rows, names) = whole(r, partnership_id, rows)?;
    let mut listing = Listing::default();
    for (row, publication) in rows {
        let which = row.which();
        let days = (row.effective_from.clone(), row.effective_until.clone());
        let is_published = publication.is_some();
        match row.into_stored(publication, &names) {
            Ok(stored) => listing.readable.push(stored),
            Err(error) => {
                let PolicyRef { key, version } = &which;
                tracing::error!(%partnership_id, key, version, %error, "passed over a policy");
                listing.unreadable.push(UnreadablePolicy { which, days, is_published, error });
            }
        }
    }
    Ok(listing)
}

/// Holds a partnership's policies until the transaction ends: whoever else wants to add a version or
/// to publish one waits.
///
/// Differs by database because SQLite's writing transaction is the only one there is.
pub fn lock(w: &mut Writer<'_>, partnership_id: PartnershipId) -> Result<(), StoreError> {
    match w.conn() {
        #[cfg(feature = "postgres")]
        Conn::Postgres(c) => {
            let row = partnerships::table
                .find(partnership_id.to_string())
                .select(partnerships::id)
                .for_no_key_update();
            row.first::<String>(c).map(|_id| ())?;
        }
        Conn::Sqlite(_) => {}
    }
    Ok(())
}

/// Adds a version, which waits for its publication.
pub fn insert(w: &mut Writer<'_>, it: &StoredPolicy, text: &str) -> Result<(), StoreError> {
    let (proposed_by, proposed_via) = match &it.proposer {
        Proposer::Person(by) => {
            (Some(by.person_id.to_string()), Some(word("how a policy was proposed", &by.via)?))
        }
        Proposer::Folder => (None, Some("folder".to_owned())),
        Proposer::Unknown => (None, None),
    };
    let row = PolicyRow {
        partnership_id: it.partnership_id.to_string(),
        key: it.policy.key.clone(),
        version: it.policy.version,
        title: it.policy.title.clone(),
        effective_from: it.policy.effective_from.to_string(),
        effective_until: it.policy.effective_until.map(|day| day.to_string()),
        text: text.to_owned(),
        sha256: it.sha256.clone(),
        loaded_at: At(it.proposed_at),
        proposed_by,
        proposed_via,
    };
    on!(w, c => diesel::insert_into(policies::table).values(&row).execute(c))?;
    Ok(())
}

/// Publishes a version: from then on it is in force in its time.
pub fn publish(
    w: &mut Writer<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
    by: &By,
    now: UtcInstant,
) -> Result<(), StoreError> {
    let row = PublicationRow {
        partnership_id: partnership_id.to_string(),
        key: which.key.clone(),
        version: which.version,
        published_by: Some(by.person_id.to_string()),
        published_via: word("how a policy was published", &by.via)?,
        published_at: At(now),
    };
    on!(w, c => diesel::insert_into(policy_publications::table).values(&row).execute(c))?;
    Ok(())
}
