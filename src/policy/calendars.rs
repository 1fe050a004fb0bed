//! The calendars of a policy: the partnership's, and those of sectors that keep other hours.

use super::file::Policy;
use crate::calendar::{Calendar, CalendarError};
use crate::directory::Sector;
use chrono::NaiveDate;

/// The calendars that a policy's clocks count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendars {
    partnership: Calendar,
    of_sectors: Vec<(Vec<Sector>, Calendar)>,
}

impl Calendars {
    /// The calendars of a policy.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(policy: &Policy) -> Result<Self, CalendarError> {
        let of_sectors = policy
            .other_hours
            .iter()
            .map(|other| Ok((other.sectors.clone(), Calendar::new(other.calendar.clone())?)));
        Ok(Self {
            partnership: Calendar::new(policy.calendar.clone())?,
            of_sectors: of_sectors.collect::<Result<_, CalendarError>>()?,
        })
    }

    /// The partnership's: by which dates are said, and whose days count unless a policy says other.
    pub fn partnership(&self) -> &Calendar {
        &self.partnership
    }

    /// The calendar of an agency of a sector; the partnership's if the sector keeps no other hours.
    pub fn of(&self, sector: Option<Sector>) -> &Calendar {
        let other = sector.and_then(|sector| {
            self.of_sectors.iter().find(|(sectors, _)| sectors.contains(&sector))
        });
        other.map_or(&self.partnership, |(_, calendar)| calendar)
    }

    /// The same with further days on which nobody works.
    #[must_use]
    pub fn with_closures(&self, days: &[NaiveDate]) -> Self {
        let closed = |calendar: &Calendar| calendar.with_closures(days.iter().copied());
        Self {
            partnership: closed(&self.partnership),
            of_sectors: self
                .of_sectors
                .iter()
                .map(|(sectors, calendar)| (sectors.clone(), closed(calendar)))
                .collect(),
        }
    }
}
