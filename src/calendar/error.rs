//! What a calendar cannot be, in plain words.

use super::rules::{CalendarRules, Term};
use super::weekly_hours::DayHours;
use crate::calendar::Allowance;
use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};

/// Why rules make no calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A deadline at "the end of the day" would come before the day's work began.
    #[error(
        "the working day must start before it ends: day_starts is {day_starts} and day_ends is \
         {day_ends}"
    )]
    DayEndsBeforeItStarts {
        /// As the rules say.
        day_starts: NaiveTime,
        /// As the rules say.
        day_ends: NaiveTime,
    },
    /// The same for one weekday's own hours.
    #[error("hours.{}: a day must start before it ends, and it says {hours}", key(*weekday))]
    WeekdayEndsBeforeItStarts {
        /// The weekday.
        weekday: Weekday,
        /// What the rules say of it.
        hours: DayHours,
    },
    /// Clocks in working time would never run out, or hardly ever.
    #[error(
        "hours: a week needs at least one hour of work, and every day of it is closed or shorter"
    )]
    TooLittleWork,
    /// A cut-off that no working day has.
    #[error(
        "same_working_day_cut_off: {cut_off} is outside the working hours of every weekday; give a \
         time between their start and their end"
    )]
    CutOffOutsideHours {
        /// As the rules say.
        cut_off: NaiveTime,
    },
    /// "Immediately" must be a length of time.
    #[error(
        "immediately: \"{allowance}\" cannot be what \"immediately\" allows; give hours, minutes, \
         working hours or working minutes, such as \"1 hour\""
    )]
    ImmediatelyNotInTime {
        /// As the rules say.
        allowance: Allowance,
    },
    /// A term that ends before it begins.
    #[error("terms: the term from {} ends on {}, before it begins", term.from, term.until)]
    TermBackward {
        /// The term.
        term: Term,
    },
    /// Terms that overlap or stand in the wrong order.
    #[error(
        "terms: the term from {from} does not begin after the one before it, which ends on {until}; \
         list terms one after the other"
    )]
    TermsOverlap {
        /// When the term before ends.
        until: NaiveDate,
        /// When the next begins.
        from: NaiveDate,
    },
    /// No school for longer than any school holiday: a missing term would stop clocks in school
    /// days.
    #[error(
        "terms: no term between {until} and {from}, which is longer than a school holiday; a term \
         is missing"
    )]
    TermMissing {
        /// When the term before ends.
        until: NaiveDate,
        /// When the next begins.
        from: NaiveDate,
    },
}

/// The longest time without school: longer than any summer holiday.
const MOST_DAYS_WITHOUT_SCHOOL: TimeDelta = TimeDelta::days(100);
const LEAST_WORK_IN_A_WEEK: TimeDelta = TimeDelta::hours(1);

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A weekday's key in the rules.
fn key(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

impl CalendarRules {
    /// Everything that is wrong with them; nothing if they make a calendar.
    pub fn mistakes(&self) -> Vec<CalendarError> {
        let mut found = Vec::new();
        self.mistakes_of_hours(&mut found);
        if let Some(allowance) = self.immediately
            && !matches!(allowance, Allowance::Elapsed { .. } | Allowance::WorkingTime { .. })
        {
            found.push(CalendarError::ImmediatelyNotInTime { allowance });
        }
        self.mistakes_of_terms(&mut found);
        found
    }

    fn mistakes_of_hours(&self, found: &mut Vec<CalendarError>) {
        let CalendarRules { day_starts, day_ends, .. } = *self;
        if day_starts >= day_ends {
            found.push(CalendarError::DayEndsBeforeItStarts { day_starts, day_ends });
        }
        for weekday in WEEK {
            if let Some(hours @ DayHours::Open { opens, closes }) = self.hours.on(weekday)
                && opens >= closes
            {
                found.push(CalendarError::WeekdayEndsBeforeItStarts { weekday, hours });
            }
        }
        if !found.is_empty() {
            return;
        }
        let hours = || WEEK.into_iter().filter_map(|weekday| self.hours_on(weekday));
        let work: TimeDelta = hours().map(|(opens, closes)| closes - opens).sum();
        if work < LEAST_WORK_IN_A_WEEK {
            found.push(CalendarError::TooLittleWork);
        } else if let Some(cut_off) = self.same_working_day_cut_off
            && !hours().any(|(opens, closes)| opens <= cut_off && cut_off <= closes)
        {
            found.push(CalendarError::CutOffOutsideHours { cut_off });
        }
    }

    fn mistakes_of_terms(&self, found: &mut Vec<CalendarError>) {
        for term in self.terms.iter().filter(|term| term.until < term.from) {
            found.push(CalendarError::TermBackward { term: *term });
        }
        for (before, after) in self.terms.iter().zip(self.terms.iter().skip(1)) {
            let (until, from) = (before.until, after.from);
            if from <= until {
                found.push(CalendarError::TermsOverlap { until, from });
            } else if from - until > MOST_DAYS_WITHOUT_SCHOOL {
                found.push(CalendarError::TermMissing { until, from });
            }
        }
    }
}
