//! Policy versions.

use super::conn::{Reader, Writer, on};
use super::error::StoreError;
use super::schema::policies;
use super::types::{At, id};
use crate::clock::UtcInstant;
use crate::escalation::PolicyRef;
use crate::ids::PartnershipId;
use crate::policy::Policy;
use chrono::NaiveDate;
use diesel::prelude::*;

/// A policy version as it is stored.
#[derive(Debug, Clone)]
pub struct StoredPolicy {
    /// The partnership that it belongs to.
    pub partnership_id: PartnershipId,
    /// The policy.
    pub policy: Policy,
    /// The SHA-256 of its file.
    pub sha256: String,
    /// When it was loaded.
    pub loaded_at: UtcInstant,
}

/// A version that is there and cannot be read.
#[derive(Debug)]
pub struct UnreadablePolicy {
    /// Which one.
    pub which: PolicyRef,
    /// Its first day, and its last.
    days: (String, Option<String>),
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
}

impl PolicyRow {
    fn into_stored(self) -> Result<StoredPolicy, StoreError> {
        let policy = Policy::read(&self.text)
            .map_err(|mistake| StoreError::unreadable("a policy", mistake))?;
        Ok(StoredPolicy {
            partnership_id: id("a policy's partnership", &self.partnership_id)?,
            policy,
            sha256: self.sha256,
            loaded_at: self.loaded_at.0,
        })
    }
}

/// A version of a partnership's policy.
pub fn find(
    r: &mut Reader<'_>,
    partnership_id: PartnershipId,
    which: &PolicyRef,
) -> Result<Option<StoredPolicy>, StoreError> {
    let row: Option<PolicyRow> = on!(r, c => policies::table
        .find((partnership_id.to_string(), &which.key, which.version))
        .select(PolicyRow::as_select())
        .first(c)
        .optional())?;
    row.map(PolicyRow::into_stored).transpose()
}

/// All versions of a partnership's policies, the newest of each first.
pub fn list(r: &mut Reader<'_>, partnership_id: PartnershipId) -> Result<Listing, StoreError> {
    let rows: Vec<PolicyRow> = on!(r, c => policies::table
        .filter(policies::partnership_id.eq(partnership_id.to_string()))
        .order((policies::key, policies::version.desc()))
        .select(PolicyRow::as_select())
        .load(c))?;
    let mut listing = Listing::default();
    for row in rows {
        let which = PolicyRef { key: row.key.clone(), version: row.version };
        let days = (row.effective_from.clone(), row.effective_until.clone());
        match row.into_stored() {
            Ok(stored) => listing.readable.push(stored),
            Err(error) => {
                let PolicyRef { key, version } = &which;
                tracing::error!(%partnership_id, key, version, %error, "passed over a policy");
                listing.unreadable.push(UnreadablePolicy { which, days, error });
            }
        }
    }
    Ok(listing)
}

/// Adds a version.
pub fn insert(w: &mut Writer<'_>, it: &StoredPolicy, text: &str) -> Result<(), StoreError> {
    let row = PolicyRow {
        partnership_id: it.partnership_id.to_string(),
        key: it.policy.key.clone(),
        version: it.policy.version,
        title: it.policy.title.clone(),
        effective_from: it.policy.effective_from.to_string(),
        effective_until: it.policy.effective_until.map(|day| day.to_string()),
        text: text.to_owned(),
        sha256: it.sha256.clone(),
        loaded_at: At(it.loaded_at),
    };
    on!(w, c => diesel::insert_into(policies::table).values(&row).execute(c))?;
    Ok(())
}
