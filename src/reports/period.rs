//! The periods that a report can be about.

use super::{Period, PeriodKind};
use chrono::{Datelike, Months, NaiveDate};

impl Period {
    /// A quarter of a calendar year: the first is January to March. None if there is no such
    /// quarter.
    pub fn quarter(year: i32, quarter: u32) -> Option<Self> {
        let month = quarter.checked_sub(1)?.checked_mul(3)?.checked_add(1)?;
        let from = NaiveDate::from_ymd_opt(year, month, 1)?;
        Self::months(from, 3, PeriodKind::Quarter)
    }

    /// The financial year that begins on 1 April of `year`. None if there is no such year.
    pub fn financial_year(year: i32) -> Option<Self> {
        Self::months(NaiveDate::from_ymd_opt(year, 4, 1)?, 12, PeriodKind::FinancialYear)
    }

    /// The year in which the financial year of a day began.
    pub fn financial_year_of(day: NaiveDate) -> i32 {
        if day.month() < 4 { day.year() - 1 } else { day.year() }
    }

    /// The period in words, as short as they can be: `July to September 2026`, `1 April 2026 to
    /// 4 January 2027`.
    pub fn in_words(self) -> String {
        let Self { from, to, .. } = self;
        let same_year = from.year() == to.year();
        let is_of_months = from.day() == 1 && to.succ_opt().is_none_or(|next| next.day() == 1);
        let last = to.format(if is_of_months { "%B %Y" } else { "%-d %B %Y" });
        let begins = match (is_of_months, same_year) {
            (true, true) if from.month() == to.month() => return last.to_string(),
            (true, true) => "%B",
            (true, false) => "%B %Y",
            (false, _) if from == to => return last.to_string(),
            (false, true) => "%-d %B",
            (false, false) => "%-d %B %Y",
        };
        format!("{} to {last}", from.format(begins))
    }

    /// The period in the words of a report's address: `quarter=2026-Q3`.
    pub fn in_address(self) -> String {
        match self.kind {
            PeriodKind::Quarter => {
                format!("quarter={}-Q{}", self.from.year(), self.from.month0() / 3 + 1)
            }
            PeriodKind::FinancialYear => format!("financial_year={}", self.from.year()),
            PeriodKind::Dates => format!("from={}&to={}", self.from, self.to),
        }
    }

    /// From one day to another, both with it. None if the last is before the first.
    pub fn dates(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (from <= to).then_some(Self { from, to, kind: PeriodKind::Dates })
    }

    /// The same period a year before; one that ends with February ends with it there too.
    pub fn year_before(self) -> Option<Self> {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(12));
        let to = match self.to.succ_opt()? {
            next if next.day() == 1 => back(next)?.pred_opt()?,
            _ => back(self.to)?,
        };
        Some(Self { from: back(self.from)?, to, kind: self.kind })
    }

    fn months(from: NaiveDate, count: u32, kind: PeriodKind) -> Option<Self> {
        let to = from.checked_add_months(Months::new(count))?.pred_opt()?;
        Some(Self { from, to, kind })
    }
}
