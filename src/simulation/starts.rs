//! Starts that tell a policy's weak points: a Friday afternoon, Christmas Eve, the clock changes.

use crate::calendar::Calendar;
use crate::clock::UtcInstant;
use crate::policy::Policy;
use chrono::{Datelike, NaiveDate, NaiveTime, Offset, Weekday};

/// A start, and why it is telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingStart {
    /// The instant.
    pub at: UtcInstant,
    /// Why.
    pub why: &'static str,
}

/// A telling set of starts in the first year of a policy: a plain Monday morning, a Friday at
/// 16:50, Christmas Eve, and the day before each change of the clocks, in the order of time.
pub fn telling_starts(policy: &Policy, calendar: &Calendar) -> Vec<TellingStart> {
    let days = || policy.effective_from.iter_days().take(366);
    let works_on = |weekday: Weekday| {
        move |day: &NaiveDate| day.weekday() == weekday && calendar.is_working_day(*day)
    };
    let christmas_eve = |day: &NaiveDate| (day.month(), day.day()) == (12, 24);
    let mut starts = Vec::new();
    let mut add = |day: Option<NaiveDate>, (hour, minute): (u32, u32), why: &'static str| {
        let time = NaiveTime::from_hms_opt(hour, minute, 0);
        if let (Some(day), Some(time)) = (day, time) {
            starts.push(TellingStart { at: calendar.instant_of(day.and_time(time)), why });
        }
    };
    add(days().find(works_on(Weekday::Mon)), (9, 10), "a Monday morning");
    add(days().find(works_on(Weekday::Fri)), (16, 50), "a Friday afternoon");
    add(days().find(christmas_eve), (11, 30), "Christmas Eve");
    for day in days().filter(|day| clocks_change_on(calendar, day.succ_opt())) {
        add(Some(day), (16, 0), "the day before the clocks change");
    }
    starts.sort_by_key(|start| start.at);
    starts
}

/// Whether the clock on the wall is put on or back on a day.
fn clocks_change_on(calendar: &Calendar, day: Option<NaiveDate>) -> bool {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let offset = |day: NaiveDate| {
        let at = calendar.instant_of(day.and_time(noon));
        calendar.local(at).offset().fix()
    };
    let before = day.and_then(|day| day.pred_opt());
    day.zip(before).is_some_and(|(day, before)| offset(day) != offset(before))
}
