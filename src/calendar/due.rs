//! From a start and an allowance to the instant it runs out, and the sum in words.

use super::rules::is_weekend;
use super::wording::{Day, month};
use crate::calendar::{Allowance, Calendar};
use crate::clock::UtcInstant;
use chrono::{Datelike, NaiveDate, NaiveTime, Offset, TimeDelta, Timelike, Weekday};
use serde::{Deserialize, Serialize};
use std::fmt;

/// When an allowance runs out, and how that comes about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Due {
    /// The instant.
    pub at: UtcInstant,
    /// The sum in words, to be checked by hand.
    pub derivation: String,
}

const WORKING_WEEK: u32 = 5;

impl Calendar {
    /// When an allowance that starts at `from` runs out: always after `from`.
    ///
    /// The start day is not counted. Days, working or not, run to the close of the last one.
    /// Elapsed time runs on regardless, also when the clocks change.
    pub fn due(&self, from: UtcInstant, allowance: Allowance) -> Due {
        match allowance {
            Allowance::Elapsed { seconds } => self.after_elapsed(from, seconds),
            Allowance::WorkingDays(days) => self.after_working_days(from, days, &allowance),
            Allowance::WorkingWeeks(weeks) => {
                let days = weeks.saturating_mul(WORKING_WEEK);
                let words = format!("{allowance} ({})", Allowance::WorkingDays(days));
                self.after_working_days(from, days, &words)
            }
            Allowance::CalendarDays(days) => self.after_calendar_days(from, days),
        }
    }

    /// The first instant at which it is `time` on a working day later than the local day of
    /// `after`: "each working day at 09:00".
    pub fn next_working_day_at(&self, after: UtcInstant, time: NaiveTime) -> UtcInstant {
        self.count_working_days(after, 1, time).at
    }

    fn after_working_days(&self, from: UtcInstant, days: u32, words: &dyn fmt::Display) -> Due {
        let counted = self.count_working_days(from, days, self.rules().day_ends);
        let (start, end) = (Day(counted.start), self.say(counted.at));
        Due { at: counted.at, derivation: format!("{words} after {start}{counted}: {end}") }
    }

    fn after_calendar_days(&self, from: UtcInstant, days: u32) -> Due {
        let start = self.local(from).date_naive();
        let at = (start.iter_days().skip(days.max(1) as usize))
            .map(|day| self.instant_of(day.and_time(self.rules().day_ends)))
            .find(|at| *at > from)
            .unwrap_or_else(|| beyond_the_last_date(from));
        let words = Allowance::CalendarDays(days);
        Due { at, derivation: format!("{words} after {}: {}", Day(start), self.say(at)) }
    }

    fn after_elapsed(&self, from: UtcInstant, seconds: u32) -> Due {
        let at = from.plus(TimeDelta::seconds(i64::from(seconds.max(1))));
        let words = Allowance::Elapsed { seconds };
        let say = |at| match seconds % 60 {
            0 => self.say(at),
            _ => format!("{}:{:02}", self.say(at), self.local(at).second()),
        };
        let mut derivation = format!("{words} after {}: {}", say(from), say(at));
        if let Some(day) = self.clock_change(from, at) {
            derivation.push_str(&format!(" (clocks change on {})", Day(day)));
        }
        Due { at, derivation }
    }

    /// Counts working days after the local day of `from`, and ends at `time` on the last.
    fn count_working_days(&self, from: UtcInstant, days: u32, time: NaiveTime) -> Counted {
        let start = self.local(from).date_naive();
        let mut counted =
            Counted { start, at: beyond_the_last_date(from), weekends: 0, skipped: Vec::new() };
        let mut left = days.max(1);
        for day in start.iter_days().skip(1) {
            if self.is_working_day(day) {
                left = left.saturating_sub(1);
                if left == 0 {
                    counted.at = self.instant_of(day.and_time(time));
                    // so at once, unless clocks went back over midnight into the day before
                    if counted.at > from {
                        break;
                    }
                }
            } else if is_weekend(day) {
                // a Sunday is its Saturday's weekend, unless the count starts with it
                if day.weekday() == Weekday::Sat || counted.weekends == 0 {
                    counted.weekends += 1;
                }
            } else {
                counted.skipped.push(day);
            }
        }
        counted
    }

    /// The local day on which the clocks changed between two instants, if they show it.
    fn clock_change(&self, from: UtcInstant, to: UtcInstant) -> Option<NaiveDate> {
        let offset = |at| self.local(at).offset().fix();
        let before = offset(from);
        if offset(to) == before {
            return None;
        }
        // `low` is before the change and `high` after it
        let (mut low, mut high) = (0, to.since(from).num_seconds());
        while high - low > 1 {
            let middle = low.midpoint(high);
            if offset(from.plus(TimeDelta::seconds(middle))) == before {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(self.local(from.plus(TimeDelta::seconds(high))).date_naive())
    }
}

/// Where a count ends that runs past the last date there is, some 260,000 years on: still after
/// its start.
fn beyond_the_last_date(from: UtcInstant) -> UtcInstant {
    from.plus(TimeDelta::days(1))
}

/// A count of working days. Displays what it left out, to follow the start day in a sentence:
/// ", without 25 and 28 Dec and the weekend"; nothing if it left nothing out.
struct Counted {
    start: NaiveDate,
    at: UtcInstant,
    weekends: u32,
    /// Bank holidays and closures from Monday to Friday, in order.
    skipped: Vec<NaiveDate>,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_year = self.skipped.iter().any(|day| day.year() != self.start.year());
        let same_month =
            |a: &NaiveDate, b: &NaiveDate| (a.year(), a.month()) == (b.year(), b.month());
        let mut parts: Vec<String> =
            self.skipped.chunk_by(same_month).map(|days| days_of_month(days, with_year)).collect();
        match self.weekends {
            0 => {}
            1 => parts.push("the weekend".to_owned()),
            _ => parts.push("the weekends".to_owned()),
        }
        if parts.is_empty() { Ok(()) } else { write!(f, ", without {}", listed(&parts)) }
    }
}

/// Days of one month, such as "25 and 28 Dec".
fn days_of_month(days: &[NaiveDate], with_year: bool) -> String {
    let numbers: Vec<String> = days.iter().map(|day| day.day().to_string()).collect();
    let Some(day) = days.first() else {
        return String::new();
    };
    let mut text = format!("{} {}", listed(&numbers), month(day.month()));
    if with_year {
        text.push_str(&format!(" {}", day.year()));
    }
    text
}

/// "a", "a and b", "a, b and c".
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
