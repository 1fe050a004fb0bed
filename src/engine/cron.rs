//! Cron expressions: when time-of-day jobs run.
//!
//! The crate's reading of an expression differs from what people expect in two ways, so this adapter
//! stands before it. It counts Sunday as 1, so digits for days of the week are refused: write
//! `Mon-Fri`. And in a time zone it skips what falls into the spring gap and runs twice what falls
//! into the repeated hour, so the expression is read on the local wall clock as if it had neither,
//! and then brought to an instant: in the gap the first instant after it, in the repeated hour the
//! earlier one.

use crate::clock::UtcInstant;
use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use cron::Schedule;
use std::str::FromStr;
use thiserror::Error;

/// When a job runs.
#[derive(Debug, Clone)]
pub struct CronRule {
    schedule: Schedule,
    zone: Tz,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CronError {
    /// The number of fields.
    #[error(
        "'{0}' must have six fields: second minute hour day month weekday, such as '0 0 9 * * Mon-Fri'"
    )]
    Fields(String),
    /// Digits for days of the week.
    #[error(
        "'{0}' must name days of the week (Mon-Fri), not number them: numbers mean different days in different systems"
    )]
    WeekdayDigits(String),
    /// Anything else.
    #[error("'{0}' cannot be read: {1}")]
    Unreadable(String, String),
}

impl CronRule {
    /// Reads an expression for a time zone's wall clock.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [_, _, _, _, _, weekday] = fields.as_slice() else {
            return Err(CronError::Fields(text.to_owned()));
        };
        if weekday.chars().any(|c| c.is_ascii_digit()) {
            return Err(CronError::WeekdayDigits(text.to_owned()));
        }
        let schedule = Schedule::from_str(text)
            .map_err(|error| CronError::Unreadable(text.to_owned(), error.to_string()))?;
        Ok(Self { schedule, zone })
    }

    /// The latest slot at or before `now`; none if there never was one.
    pub fn latest_slot(&self, now: UtcInstant) -> Option<UtcInstant> {
        // On the second pass through the repeated hour the wall clock shows less than it did on the
        // first, whose slots have come all the same: so an hour ahead is looked at too.
        let wall = self.on_the_wall(now) + TimeDelta::hours(1) + TimeDelta::seconds(1);
        self.schedule
            .after(&wall)
            .rev()
            .map(|slot| self.at_the_wall(slot))
            .find(|slot| *slot <= now)
    }

    /// The next slot after `now`.
    pub fn next_slot(&self, now: UtcInstant) -> Option<UtcInstant> {
        let wall = self.on_the_wall(now) - TimeDelta::hours(1);
        self.schedule.after(&wall).map(|slot| self.at_the_wall(slot)).find(|slot| *slot > now)
    }

    /// The day that the wall clock shows at an instant.
    pub fn day_of(&self, at: UtcInstant) -> NaiveDate {
        self.on_the_wall(at).date_naive()
    }

    /// The wall clock's reading, as if it were UTC.
    fn on_the_wall(&self, at: UtcInstant) -> DateTime<Utc> {
        at.utc().with_timezone(&self.zone).naive_local().and_utc()
    }

    fn at_the_wall(&self, wall: DateTime<Utc>) -> UtcInstant {
        let local = wall.naive_utc();
        let mut candidate = local;
        // A gap is at most some hours long; a quarter of an hour divides every one there was.
        for _ in 0..96 {
            if let Some(found) = self.zone.from_local_datetime(&candidate).earliest() {
                return UtcInstant::new(found.to_utc());
            }
            candidate += TimeDelta::minutes(15);
            candidate -= TimeDelta::seconds(candidate.and_utc().timestamp() % 900);
        }
        UtcInstant::new(wall)
    }
}

#[cfg(test)]
mod tests {
    use super::CronRule;
    use crate::clock::UtcInstant;

    fn at(text: &str) -> UtcInstant {
        text.parse().unwrap()
    }

    fn london(text: &str) -> CronRule {
        CronRule::parse(text, chrono_tz::Europe::London).unwrap()
    }

    #[test]
    fn numbers_for_days_of_the_week_are_refused() {
        assert!(CronRule::parse("0 0 9 * * 1-5", chrono_tz::Europe::London).is_err());
        assert!(CronRule::parse("0 9 * * Mon-Fri", chrono_tz::Europe::London).is_err());
    }

    #[test]
    fn a_slot_is_on_the_local_wall_clock_in_summer_and_winter() {
        let rule = london("0 0 9 * * Mon-Fri");
        assert_eq!(rule.latest_slot(at("2026-07-06T12:00:00Z")), Some(at("2026-07-06T08:00:00Z")));
        assert_eq!(rule.latest_slot(at("2026-12-21T09:00:00Z")), Some(at("2026-12-21T09:00:00Z")));
        assert_eq!(rule.latest_slot(at("2026-12-21T08:59:59Z")), Some(at("2026-12-18T09:00:00Z")));
        assert_eq!(rule.next_slot(at("2026-12-18T09:00:00Z")), Some(at("2026-12-21T09:00:00Z")));
    }

    #[test]
    fn a_slot_in_the_spring_gap_runs_right_after_it() {
        let rule = london("0 30 1 * * *");
        assert_eq!(rule.next_slot(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
        assert_eq!(rule.latest_slot(at("2026-03-29T01:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
    }

    #[test]
    fn a_slot_in_the_repeated_hour_runs_once_in_the_first_pass() {
        let rule = london("0 30 1 * * *");
        let first = at("2026-10-25T00:30:00Z");
        assert_eq!(rule.latest_slot(at("2026-10-25T00:30:00Z")), Some(first));
        assert_eq!(rule.latest_slot(at("2026-10-25T01:15:00Z")), Some(first));
        assert_eq!(rule.latest_slot(at("2026-10-25T01:45:00Z")), Some(first));
        assert_eq!(rule.next_slot(first), Some(at("2026-10-26T01:30:00Z")));
    }
}
