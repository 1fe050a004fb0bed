//! Bank holidays given or moved once, by royal proclamation or by statute.
//!
//! A new proclamation is one more row here. Until the row is released, a partnership can list the
//! day among its calendar's closures: deadlines come out the same.

/// A year, a month from 1, and a day of the month.
pub(super) type YearMonthDay = (i32, u32, u32);

/// A bank holiday in one year only.
pub(super) struct OneOffDay {
    pub(super) day: YearMonthDay,
    /// The yearly bank holiday that became an ordinary day that year, if this one was moved.
    pub(super) instead_of: Option<YearMonthDay>,
    pub(super) name: &'static str,
}

const fn added(day: YearMonthDay, name: &'static str) -> OneOffDay {
    OneOffDay { day, instead_of: None, name }
}

const fn moved(from: YearMonthDay, to: YearMonthDay, name: &'static str) -> OneOffDay {
    OneOffDay { day: to, instead_of: Some(from), name }
}

/// Everywhere in the United Kingdom, since 1978, the first year with the early May bank holiday.
pub(super) const UNITED_KINGDOM: &[OneOffDay] = &[
    added((1981, 7, 29), "Wedding of the Prince of Wales"),
    moved((1995, 5, 1), (1995, 5, 8), "Early May bank holiday (VE Day)"),
    added((1999, 12, 31), "Millennium Eve"),
    added((2002, 6, 3), "Golden Jubilee of Queen Elizabeth II"),
    moved((2002, 5, 27), (2002, 6, 4), "Spring bank holiday"),
    added((2011, 4, 29), "Wedding of Prince William"),
    moved((2012, 5, 28), (2012, 6, 4), "Spring bank holiday"),
    added((2012, 6, 5), "Diamond Jubilee of Queen Elizabeth II"),
    moved((2020, 5, 4), (2020, 5, 8), "Early May bank holiday (VE Day)"),
    moved((2022, 5, 30), (2022, 6, 2), "Spring bank holiday"),
    added((2022, 6, 3), "Platinum Jubilee of Queen Elizabeth II"),
    added((2022, 9, 19), "State funeral of Queen Elizabeth II"),
    added((2023, 5, 8), "Coronation of King Charles III"),
];

/// In Scotland alone.
pub(super) const SCOTLAND: &[OneOffDay] = &[
    // proclaimed on 3 February 2026
    added((2026, 6, 15), "World Cup bank holiday"),
];
