//! Periods as a calendar on the wall has them: the quarter before this one.

use super::Period;
use chrono::{Datelike, Months, NaiveDate};

/// A period that is told by the day on which somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelativePeriod {
    /// The calendar month before that of the day.
    LastMonth,
    /// The quarter of the calendar year before that of the day.
    LastQuarter,
    /// The financial year (1 April to 31 March) before that of the day.
    LastFinancialYear,
    /// From 1 April to the day before; on 1 April that is the whole year before.
    YearToDate,
}

impl RelativePeriod {
    /// All of them, each with its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("last_month", Self::LastMonth),
        ("last_quarter", Self::LastQuarter),
        ("last_financial_year", Self::LastFinancialYear),
        ("year_to_date", Self::YearToDate),
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(its, _)| *its == name).map(|(_, it)| it)
    }

    /// The period, as of a day; it is over on that day, and never empty. None at the end of the
    /// calendar.
    pub fn as_of(self, day: NaiveDate) -> Option<Period> {
        let yesterday = day.pred_opt()?;
        match self {
            Self::LastMonth => {
                let to = day.with_day(1)?.pred_opt()?;
                Period::dates(to.with_day(1)?, to)
            }
            Self::LastQuarter => {
                let within = day.checked_sub_months(Months::new(3))?;
                Period::quarter(within.year(), within.month0() / 3 + 1)
            }
            Self::LastFinancialYear => {
                Period::financial_year(Period::financial_year_of(day).checked_sub(1)?)
            }
            Self::YearToDate => {
                let year = Period::financial_year(Period::financial_year_of(yesterday))?;
                Period::dates(year.from, yesterday)
            }
        }
    }
}
