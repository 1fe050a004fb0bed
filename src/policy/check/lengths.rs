//! Which of two limits is longer, found out by the calendar itself.

use super::reading::Meaning;
use crate::calendar::{Allowance, Calendar, Limit, OutOfHours};
use crate::clock::UtcInstant;
use chrono::{NaiveTime, TimeDelta};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// Two years have every kind of week in them.
const SAMPLE_DAYS: usize = 730;
/// A start in the morning and one in the afternoon.
const SAMPLE_HOURS: [u32; 2] = [10, 16];

/// A start from which one limit runs out later than another, in words.
pub(super) struct Later {
    from: String,
    this: String,
    other: String,
}

impl Later {
    /// "from Mon 7 Sep 2026, 10:00 it runs out on ..., the other on ...".
    pub(super) fn in_words(&self) -> String {
        format!("from {}, until {} and not {}", self.from, self.this, self.other)
    }
}

/// When limits run out from the starts at which they are compared: worked out once a limit.
#[derive(Default)]
pub(super) struct Samples {
    starts: OnceCell<Rc<[UtcInstant]>>,
    dues: RefCell<HashMap<Limit, Rc<[UtcInstant]>>>,
}

impl Meaning<'_> {
    /// The starts at which limits are compared.
    pub(super) fn sample_starts(&self) -> Rc<[UtcInstant]> {
        let starts = || {
            let Some(calendars) = &self.calendars else { return Rc::default() };
            let calendar = calendars.partnership();
            let days = self.policy.effective_from.iter_days().take(SAMPLE_DAYS);
            let hours = SAMPLE_HOURS.iter().filter_map(|hour| NaiveTime::from_hms_opt(*hour, 0, 0));
            days.flat_map(|day| hours.clone().map(move |time| day.and_time(time)))
                .map(|local| calendar.instant_of(local))
                .collect()
        };
        Rc::clone(self.samples.starts.get_or_init(starts))
    }

    /// When a limit runs out from each of them.
    fn sample_dues(&self, calendar: &Calendar, limit: &Limit) -> Rc<[UtcInstant]> {
        if let Some(dues) = self.samples.dues.borrow().get(limit) {
            return Rc::clone(dues);
        }
        let starts = self.sample_starts();
        let dues: Rc<[UtcInstant]> =
            starts.iter().map(|from| calendar.due_of(*from, limit).at).collect();
        self.samples.dues.borrow_mut().insert(limit.clone(), Rc::clone(&dues));
        dues
    }

    /// Whether limits, of which the shortest counts, run out later than others from most starts.
    /// From some they may well be sooner, as 48 hours are beside two working days.
    pub(super) fn longer(&self, these: &[Limit], others: &[Limit]) -> Option<Later> {
        let calendar = self.calendars.as_ref()?.partnership();
        if these.is_empty() || others.is_empty() || surely_not_longer(calendar, these, others) {
            return None;
        }
        let starts = self.sample_starts();
        let dues = |limits: &[Limit]| -> Vec<Rc<[UtcInstant]>> {
            limits.iter().map(|limit| self.sample_dues(calendar, limit)).collect()
        };
        let (these, others) = (dues(these), dues(others));
        let soonest = |of: &[Rc<[UtcInstant]>], index: usize| {
            of.iter().filter_map(|dues| dues.get(index).copied()).min()
        };
        let mut later = starts.iter().enumerate().filter_map(|(index, from)| {
            let (this, other) = (soonest(&these, index)?, soonest(&others, index)?);
            (this > other).then_some((*from, this, other))
        });
        let (from, this, other) = later.next()?;
        (2 * (later.count() + 1) > starts.len()).then(|| Later {
            from: calendar.say(from),
            this: calendar.say(this),
            other: calendar.say(other),
        })
    }
}

/// When the shortest of several limits runs out.
pub(super) fn soonest(
    calendar: &Calendar,
    from: UtcInstant,
    limits: &[Limit],
) -> Option<UtcInstant> {
    limits.iter().map(|limit| calendar.due_of(from, limit).at).min()
}

/// What can be told without counting.
fn surely_not_longer(calendar: &Calendar, these: &[Limit], others: &[Limit]) -> bool {
    // Then hours, too, may begin late.
    let waits = calendar.rules().out_of_hours == OutOfHours::ClockWaits;
    let not_longer = |this: &Limit, other: &Limit| {
        if this == other {
            return true;
        }
        let is_plain = |limit: &Limit| Limit::from(limit.allowance()) == *limit;
        match (working_days(this.allowance()), working_days(other.allowance())) {
            (Some(this_days), Some(other_days)) if is_plain(this) && is_plain(other) => {
                this_days <= other_days
            }
            _ if waits => false,
            _ => most(this.allowance()).is_some_and(|most| most <= least(other.allowance())),
        }
    };
    others.iter().all(|other| these.iter().any(|this| not_longer(this, other)))
}

fn working_days(allowance: Allowance) -> Option<u32> {
    match allowance {
        Allowance::WorkingDays(days) => Some(days),
        Allowance::WorkingWeeks(weeks) => Some(weeks.saturating_mul(5)),
        _ => None,
    }
}

/// No clock of this length is longer.
fn most(allowance: Allowance) -> Option<TimeDelta> {
    match allowance {
        Allowance::Elapsed { seconds } => Some(TimeDelta::seconds(seconds.into())),
        _ => None,
    }
}

/// No clock of this length is shorter, wherever its first and last day begin and end.
fn least(allowance: Allowance) -> TimeDelta {
    let whole_days = |days: u32| TimeDelta::days(i64::from(days.saturating_sub(2)));
    match allowance {
        Allowance::Elapsed { seconds } | Allowance::WorkingTime { seconds } => {
            TimeDelta::seconds(seconds.into())
        }
        Allowance::CalendarDays(days) => whole_days(days),
        Allowance::Weeks(weeks) => whole_days(weeks.saturating_mul(7)),
        Allowance::Months(months) => whole_days(months.saturating_mul(28)),
        other => working_days(other).map_or(TimeDelta::zero(), whole_days),
    }
}
