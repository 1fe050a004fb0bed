//! Time along a picture, in local days.

use crate::clock::UtcInstant;
use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

/// The room that the name of a day needs, in pixels.
const LABEL: i64 = 78;
/// How many days there may be from one name to the next.
const STEPS: [u64; 10] = [1, 2, 4, 7, 14, 28, 56, 91, 182, 364];

/// Local days laid along a line of pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct DayAxis {
    zone: Tz,
    first: NaiveDate,
    from: UtcInstant,
    to: UtcInstant,
    left: i32,
    right: i32,
}

impl DayAxis {
    /// From the day of one instant to the end of the day of another.
    pub(super) fn over(
        from: UtcInstant,
        to: UtcInstant,
        zone: Tz,
        (left, right): (i32, i32),
    ) -> Self {
        let first = local_day(from, zone);
        let after = local_day(to.max(from), zone).checked_add_days(Days::new(1));
        let after = after.unwrap_or(NaiveDate::MAX);
        let (from, to) = (beginning(first, zone), beginning(after, zone));
        Self { zone, first, from, to, left, right }
    }

    /// The pixel of an instant; one that is outside is laid at the nearer end.
    #[expect(clippy::cast_possible_truncation, reason = "between two pixels, which are i32")]
    pub(super) fn pixel(&self, at: UtcInstant) -> i32 {
        let whole = self.to.since(self.from).num_seconds().max(1);
        let done = at.since(self.from).num_seconds().clamp(0, whole);
        self.left + (i64::from(self.right - self.left) * done / whole) as i32
    }

    /// The days that are named: where each begins and what it is called.
    pub(super) fn named(&self) -> Vec<(i32, String)> {
        let days = self.to.since(self.from).num_days().max(1);
        let room = i64::from(self.right - self.left) / LABEL;
        let fits = |step: &u64| days / i64::try_from(*step).unwrap_or(i64::MAX) <= room;
        let step = STEPS.into_iter().find(fits).unwrap_or(3_640);
        let format = if days > 300 { "%-d %b %Y" } else { "%a %-d %b" };
        let mut named = Vec::new();
        let mut day = self.first;
        while beginning(day, self.zone) < self.to {
            named.push((self.pixel(beginning(day, self.zone)), day.format(format).to_string()));
            let Some(next) = day.checked_add_days(Days::new(step)) else { break };
            day = next;
        }
        named
    }
}

fn local_day(at: UtcInstant, zone: Tz) -> NaiveDate {
    at.utc().with_timezone(&zone).date_naive()
}

/// When a local day begins. Where its midnight is skipped, the hour that the picture is off is not
/// to be seen.
fn beginning(day: NaiveDate, zone: Tz) -> UtcInstant {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = zone.from_local_datetime(&midnight).earliest();
    UtcInstant::new(local.map_or_else(|| midnight.and_utc(), |local| local.to_utc()))
}
