//! Stands in until the calendar is there.
#![allow(missing_docs)]
use super::{Allowance, Calendar, Due};
use crate::clock::UtcInstant;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

pub type CalendarError = super::WorkingHoursError;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limit {
    allowance: Allowance,
    shown: Option<String>,
}
impl Limit {
    pub fn allowance(&self) -> Allowance {
        self.allowance
    }
}
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.allowance.fmt(f)?;
        self.shown.as_ref().map_or(Ok(()), |shown| write!(f, " ({shown})"))
    }
}
impl From<Allowance> for Limit {
    fn from(allowance: Allowance) -> Self {
        Self { allowance, shown: None }
    }
}
impl FromStr for Limit {
    type Err = super::AllowanceError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, shown) = match text.split_once(" (") {
            Some((first, shown)) => (first, Some(shown.trim_end_matches(')').to_owned())),
            None => (text, None),
        };
        Ok(Self { allowance: first.parse()?, shown })
    }
}
impl TryFrom<String> for Limit {
    type Error = super::AllowanceError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub from: UtcInstant,
    pub to: UtcInstant,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfHours {
    ClockRuns,
    ClockWaits,
    DutyTeam,
}
impl super::CalendarRules {
    pub fn stub_out_of_hours(&self) -> OutOfHours {
        OutOfHours::ClockRuns
    }
}
impl Calendar {
    pub fn due_of(&self, from: UtcInstant, limit: &Limit) -> Due {
        self.due(from, limit.allowance)
    }
    pub fn with_closures(&self, days: impl IntoIterator<Item = NaiveDate>) -> Self {
        let _ = days.into_iter().count();
        self.clone()
    }
    pub fn shifted(&self, due: &Due, _limit: &Limit, pauses: &[Interval]) -> Due {
        let total = pauses.iter().fold(TimeDelta::zero(), |sum, it| sum + it.to.since(it.from));
        Due { at: due.at.plus(total), derivation: due.derivation.clone() }
    }
    pub fn extended(&self, due: &Due, by: &Limit) -> Due {
        let more = self.due_of(due.at, by);
        Due {
            at: more.at,
            derivation: format!("{}; extended: {}", due.derivation, more.derivation),
        }
    }
    pub fn before(&self, at: UtcInstant, _allowance: Allowance) -> UtcInstant {
        at.plus(TimeDelta::days(-1))
    }
    pub fn share(
        &self,
        from: UtcInstant,
        due: UtcInstant,
        _limit: &Limit,
        percent: u8,
    ) -> UtcInstant {
        from.plus(due.since(from) / 100 * i32::from(percent))
    }
    pub fn is_open_at(&self, _at: UtcInstant) -> bool {
        true
    }
}
impl utoipa::PartialSchema for Limit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}
impl utoipa::ToSchema for Limit {}
