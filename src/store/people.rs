//! Partnerships, agencies, people and their absences.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::{absences, agencies, agency_partnerships, partnerships, people};
use super::types::{At, id, of_word, optional_id, word};
use crate::clock::UtcInstant;
use crate::directory::{Absence, Agency, Partnership, Person};
use crate::ids::{AbsenceId, AgencyId, PartnershipId, PersonId};
use diesel::prelude::*;

/// Something with the version that its ETag shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The thing.
    pub it: T,
    /// Its version, counted up with every change.
    pub version: i32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = partnerships)]
struct PartnershipRow {
    id: String,
    key: String,
    name: String,
    reference_prefix: String,
    contact_email: String,
    version: i32,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = agencies)]
struct AgencyRow {
    id: String,
    name: String,
    sector: String,
    version: i32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = people)]
#[diesel(treat_none_as_null = true)]
struct PersonRow {
    id: String,
    name: String,
    email: String,
    agency_id: Option<String>,
    active: bool,
    administrator: bool,
    version: i32,
    kind: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = absences)]
struct AbsenceRow {
    id: String,
    person_id: String,
    from_at: At,
    until_at: Option<At>,
}

impl PartnershipRow {
    fn into_partnership(self) -> Result<Versioned<Partnership>, StoreError> {
        let it = Partnership {
            id: id("a partnership's id", &self.id)?,
            key: self.key,
            name: self.name,
            reference_prefix: self.reference_prefix,
            contact_email: self.contact_email,
        };
        Ok(Versioned { it, version: self.version })
    }
}

impl PersonRow {
    fn into_person(self) -> Result<Versioned<Person>, StoreError> {
        let it = Person {
            id: id("a person's id", &self.id)?,
            name: self.name,
            email: self.email,
            agency_id: optional_id("a person's agency", self.agency_id.as_deref())?,
            active: self.active,
            administrator: self.administrator,
            kind: of_word("a person's kind", &self.kind)?,
        };
        Ok(Versioned { it, version: self.version })
    }
}

/// Of which agencies a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Of all.
    All,
    /// Of those that serve one of these partnerships.
    Partnerships(Vec<PartnershipId>),
}

impl Scope {
    /// The partnerships' ids; none for all.
    pub(super) fn ids(&self) -> Option<Vec<String>> {
        match self {
            Self::All => None,
            Self::Partnerships(of) => Some(of.iter().map(ToString::to_string).collect()),
        }
    }
}

/// The form in which addresses are stored and compared.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// All partnerships, by name.
pub fn list_partnerships(r: &mut Reader<'_>) -> Result<Vec<Versioned<Partnership>>, StoreError> {
    let rows: Vec<PartnershipRow> = on!(r, c => partnerships::table
        .order((partnerships::name, partnerships::id))
        .select(PartnershipRow::as_select())
        .load(c))?;
    rows.into_iter().map(PartnershipRow::into_partnership).collect()
}

/// A partnership.
pub fn find_partnership(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
) -> Result<Option<Versioned<Partnership>>, StoreError> {
    let row: Option<PartnershipRow> = on!(r, c => partnerships::table
        .find(partnership_id.to_string())
        .select(PartnershipRow::as_select())
        .first(c)
        .optional())?;
    row.map(PartnershipRow::into_partnership).transpose()
}

/// A partnership by its key.
pub fn find_partnership_by_key(
    r: &mut Reader<'_>,
    key: &str,
) -> Result<Option<Partnership>, StoreError> {
    let row: Option<PartnershipRow> = on!(r, c => partnerships::table
        .filter(partnerships::key.eq(key))
        .select(PartnershipRow::as_select())
        .first(c)
        .optional())?;
    Ok(row.map(PartnershipRow::into_partnership).transpose()?.map(|found| found.it))
}

/// Adds a partnership.
pub fn insert_partnership(w: &mut Writer<'_>, it: &Partnership) -> Result<(), StoreError> {
    let row = PartnershipRow {
        id: it.id.to_string(),
        key: it.key.clone(),
        name: it.name.clone(),
        reference_prefix: it.reference_prefix.clone(),
        contact_email: normal_email(&it.contact_email),
        version: 1,
    };
    on!(w, c => diesel::insert_into(partnerships::table).values(&row).execute(c))?;
    Ok(())
}

/// Agencies after one (in the order of their ids), at most `limit`.
pub fn list_agencies(
    r: &mut Reader<'_>,
    scope: &Scope,
    after: Option<AgencyId>,
    limit: i64,
) -> Result<Vec<Versioned<Agency>>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<AgencyRow> = on!(r, c => {
        let mut query = agencies::table
            .filter(agencies::id.gt(&after))
            .order(agencies::id)
            .limit(limit)
            .select(AgencyRow::as_select())
            .into_boxed();
        if let Some(of) = scope.ids() {
            query = query.filter(agencies::id.eq_any(
                agency_partnerships::table
                    .filter(agency_partnerships::partnership_id.eq_any(of))
                    .select(agency_partnerships::agency_id),
            ));
        }
        query.load(c)
    })?;
    with_partnerships(r, rows)
}

/// An agency.
pub fn find_agency(
    r: &mut Reader<'_>,
    agency_id: AgencyId,
) -> Result<Option<Versioned<Agency>>, StoreError> {
    let row: Option<AgencyRow> = on!(r, c => agencies::table
        .find(agency_id.to_string())
        .select(AgencyRow::as_select())
        .first(c)
        .optional())?;
    Ok(with_partnerships(r, row.into_iter().collect())?.pop())
}

/// All agencies of a partnership, and these beside them, whatever partnership they serve now.
pub fn agencies_beside(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    agency_ids: &[AgencyId],
) -> Result<Vec<Agency>, StoreError> {
    let agency_ids: Vec<String> = agency_ids.iter().map(ToString::to_string).collect();
    let rows: Vec<AgencyRow> = on!(r, c => agencies::table
        .filter(agencies::id.eq_any(
            agency_partnerships::table
                .filter(agency_partnerships::partnership_id.eq(partnership_id.to_string()))
                .select(agency_partnerships::agency_id),
        )
        .or(agencies::id.eq_any(&agency_ids)))
        .order(agencies::id)
        .select(AgencyRow::as_select())
        .load(c))?;
    Ok(with_partnerships(r, rows)?.into_iter().map(|found| found.it).collect())
}

fn with_partnerships(
    r: &mut Reader<'_>,
    rows: Vec<AgencyRow>,
) -> Result<Vec<Versioned<Agency>>, StoreError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let links: Vec<(String, String)> = on!(r, c => agency_partnerships::table
        .filter(agency_partnerships::agency_id.eq_any(&ids))
        .order((agency_partnerships::agency_id, agency_partnerships::partnership_id))
        .select((agency_partnerships::agency_id, agency_partnerships::partnership_id))
        .load(c))?;
    rows.into_iter()
        .map(|row| {
            let mine = links.iter().filter(|(agency, _)| *agency == row.id);
            let it = Agency {
                id: id("an agency's id", &row.id)?,
                name: row.name.clone(),
                sector: of_word("an agency's sector", &row.sector)?,
                partnership_ids: mine
                    .map(|(_, of)| id("an agency's partnership", of))
                    .collect::<Result<_, _>>()?,
            };
            Ok(Versioned { it, version: row.version })
        })
        .collect()
}

/// Adds an agency, or changes it if it is at `version`.
pub fn save_agency(
    w: &mut Writer<'_>,
    it: &Agency,
    version: Option<i32>,
) -> Result<(), StoreError> {
    let agency_id = it.id.to_string();
    let sector = word("a sector", &it.sector)?;
    if let Some(version) = version {
        let changed = on!(w, c => diesel::update(
                agencies::table.find(&agency_id).filter(agencies::version.eq(version)))
            .set((
                agencies::name.eq(&it.name),
                agencies::sector.eq(&sector),
                agencies::version.eq(version.saturating_add(1)),
            ))
            .execute(c))?;
        if changed != 1 {
            return Err(StoreError::Stale("the agency"));
        }
        on!(w, c => diesel::delete(agency_partnerships::table
                .filter(agency_partnerships::agency_id.eq(&agency_id)))
            .execute(c))?;
    } else {
        let row = AgencyRow { id: agency_id.clone(), name: it.name.clone(), sector, version: 1 };
        on!(w, c => diesel::insert_into(agencies::table).values(&row).execute(c))?;
    }
    for partnership_id in &it.partnership_ids {
        on!(w, c => diesel::insert_into(agency_partnerships::table)
            .values((
                agency_partnerships::agency_id.eq(&agency_id),
                agency_partnerships::partnership_id.eq(partnership_id.to_string()),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// People after one (in the order of their ids), at most `limit`, of one agency or all in scope.
pub fn list_people(
    r: &mut Reader<'_>,
    scope: &Scope,
    agency_id: Option<AgencyId>,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<Versioned<Person>>, StoreError> {
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows: Vec<PersonRow> = on!(r, c => {
        let mut query = people::table
            .filter(people::id.gt(&after))
            .order(people::id)
            .limit(limit)
            .select(PersonRow::as_select())
            .into_boxed();
        if let Some(of) = agency_id {
            query = query.filter(people::agency_id.eq(of.to_string()));
        }
        if let Some(of) = scope.ids() {
            query = query.filter(people::agency_id.eq_any(
                agency_partnerships::table
                    .filter(agency_partnerships::partnership_id.eq_any(of))
                    .select(agency_partnerships::agency_id.nullable()),
            ));
        }
        query.load(c)
    })?;
    rows.into_iter().map(PersonRow::into_person).collect()
}

/// These people.
pub fn people_of(r: &mut Reader<'_>, ids: &[String]) -> Result<Vec<Person>, StoreError> {
    let rows: Vec<PersonRow> = on!(r, c => people::table
        .filter(people::id.eq_any(ids))
        .order(people::id)
        .select(PersonRow::as_select())
        .load(c))?;
    rows.into_iter().map(|row| row.into_person().map(|found| found.it)).collect()
}

/// Somebody.
pub fn find_person(
    r: &mut Reader<'_>,
    person_id: PersonId,
) -> Result<Option<Versioned<Person>>, StoreError> {
    let row: Option<PersonRow> = on!(r, c => people::table
        .find(person_id.to_string())
        .select(PersonRow::as_select())
        .first(c)
        .optional())?;
    row.map(PersonRow::into_person).transpose()
}

/// Somebody's id and password hash, by the address that they sign in with.
pub fn find_credentials(
    r: &mut Reader<'_>,
    email: &str,
) -> Result<Option<(PersonId, Option<String>)>, StoreError> {
    if email.contains('\0') {
        return Ok(None); // PostgreSQL has no such text, and would call the question an error
    }
    let found: Option<(String, Option<String>)> = on!(r, c => people::table
        .filter(people::email.eq(normal_email(email)))
        .filter(people::active.eq(true))
        .filter(people::kind.eq("person"))
        .select((people::id, people::password_hash))
        .first(c)
        .optional())?;
    found.map(|(person, hash)| Ok((id("a person's id", &person)?, hash))).transpose()
}

/// Somebody's password hash, if they have a password.
pub fn find_password_hash(
    r: &mut Reader<'_>,
    person_id: PersonId,
) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> = on!(r, c => people::table
        .find(person_id.to_string())
        .select(people::password_hash)
        .first(c)
        .optional())?;
    Ok(found.flatten())
}

/// Takes somebody's password away.
pub fn remove_password(w: &mut Writer<'_>, person_id: PersonId) -> Result<(), StoreError> {
    on!(w, c => diesel::update(people::table.find(person_id.to_string()))
        .set(people::password_hash.eq(None::<String>))
        .execute(c))?;
    Ok(())
}

/// Whose address it is, also if they have left.
pub fn find_id_by_email(r: &mut Reader<'_>, email: &str) -> Result<Option<PersonId>, StoreError> {
    let found: Option<String> = on!(r, c => people::table
        .filter(people::email.eq(normal_email(email)))
        .select(people::id)
        .first(c)
        .optional())?;
    found.map(|person| id("a person's id", &person)).transpose()
}

/// Adds somebody, or changes them if they are at `version`.
pub fn save_person(
    w: &mut Writer<'_>,
    it: &Person,
    version: Option<i32>,
) -> Result<(), StoreError> {
    let row = PersonRow {
        id: it.id.to_string(),
        name: it.name.clone(),
        email: normal_email(&it.email),
        agency_id: it.agency_id.map(|id| id.to_string()),
        active: it.active,
        administrator: it.administrator,
        version: version.map_or(1, |version| version.saturating_add(1)),
        kind: word("a person's kind", &it.kind)?,
    };
    match version {
        None => {
            on!(w, c => diesel::insert_into(people::table).values(&row).execute(c))?;
        }
        Some(version) => {
            let changed = on!(w, c => diesel::update(
                    people::table.filter(people::id.eq(&row.id)).filter(people::version.eq(version)))
                .set(&row)
                .execute(c))?;
            if changed != 1 {
                return Err(StoreError::Stale("the person"));
            }
        }
    }
    Ok(())
}

/// Sets somebody's password hash.
pub fn set_password_hash(
    w: &mut Writer<'_>,
    person_id: PersonId,
    hash: &str,
) -> Result<(), StoreError> {
    let changed = on!(w, c => diesel::update(people::table.find(person_id.to_string()))
        .set(people::password_hash.eq(hash))
        .execute(c))?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Missing("the person")) }
}

/// The absences of these people that have not ended by `now`.
pub fn absences_of(
    r: &mut Reader<'_>,
    ids: &[String],
    now: UtcInstant,
) -> Result<Vec<Absence>, StoreError> {
    let rows: Vec<AbsenceRow> = on!(r, c => absences::table
        .filter(absences::person_id.eq_any(ids))
        .filter(absences::until_at.is_null().or(absences::until_at.gt(At(now))))
        .order((absences::from_at, absences::id))
        .select(AbsenceRow::as_select())
        .load(c))?;
    rows.into_iter()
        .map(|row| {
            Ok(Absence {
                id: id("an absence's id", &row.id)?,
                person_id: id("an absence's person", &row.person_id)?,
                from_at: row.from_at.0,
                until_at: row.until_at.map(|at| at.0),
            })
        })
        .collect()
}

/// Adds an absence.
pub fn insert_absence(w: &mut Writer<'_>, it: &Absence) -> Result<(), StoreError> {
    let row = AbsenceRow {
        id: it.id.to_string(),
        person_id: it.person_id.to_string(),
        from_at: At(it.from_at),
        until_at: it.until_at.map(At),
    };
    on!(w, c => diesel::insert_into(absences::table).values(&row).execute(c))?;
    Ok(())
}

/// Takes an absence back, and says whether it was there.
pub fn delete_absence(
    w: &mut Writer<'_>,
    person_id: PersonId,
    absence_id: AbsenceId,
) -> Result<bool, StoreError> {
    let deleted = on!(w, c => diesel::delete(absences::table
            .filter(absences::id.eq(absence_id.to_string()))
            .filter(absences::person_id.eq(person_id.to_string())))
        .execute(c))?;
    Ok(deleted == 1)
}
