//! The yearly rule and the one-off days, against the published lists.

use super::*;

/// As published for England and Wales.
pub(super) const PUBLISHED: [&str; 40] = [
    "2024-01-01",
    "2024-03-29",
    "2024-04-01",
    "2024-05-06",
    "2024-05-27",
    "2024-08-26",
    "2024-12-25",
    "2024-12-26",
    "2025-01-01",
    "2025-04-18",
    "2025-04-21",
    "2025-05-05",
    "2025-05-26",
    "2025-08-25",
    "2025-12-25",
    "2025-12-26",
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-04",
    "2026-05-25",
    "2026-08-31",
    "2026-12-25",
    "2026-12-28",
    "2027-01-01",
    "2027-03-26",
    "2027-03-29",
    "2027-05-03",
    "2027-05-31",
    "2027-08-30",
    "2027-12-27",
    "2027-12-28",
    "2028-01-03",
    "2028-04-14",
    "2028-04-17",
    "2028-05-01",
    "2028-05-29",
    "2028-08-28",
    "2028-12-25",
    "2028-12-26",
];

fn of_year(year: i32) -> Vec<(NaiveDate, &'static str)> {
    let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days();
    days.take_while(|day| day.year() == year)
        .filter_map(|day| Some((day, Division::EnglandAndWales.bank_holiday(day)?)))
        .collect()
}

#[test]
fn are_the_published_ones() {
    for year in 2024..=2028 {
        let published: Vec<_> =
            PUBLISHED.iter().map(|text| day(text)).filter(|day| day.year() == year).collect();
        let ours: Vec<_> = of_year(year).into_iter().map(|(day, _)| day).collect();
        assert_eq!(ours, published);
    }
}

#[test]
fn were_given_and_moved_by_proclamation() {
    for (text, holiday) in [
        ("1981-07-29", true),
        ("1995-05-01", false),
        ("1995-05-08", true),
        ("1999-12-31", true),
        ("2002-05-27", false),
        ("2002-06-03", true),
        ("2002-06-04", true),
        ("2011-04-29", true),
        ("2012-05-28", false),
        ("2012-06-04", true),
        ("2012-06-05", true),
        ("2020-05-04", false),
        ("2020-05-08", true),
        ("2022-05-30", false),
        ("2022-06-02", true),
        ("2022-06-03", true),
        ("2022-09-19", true),
        ("2023-05-01", true),
        ("2023-05-08", true),
    ] {
        let found = Division::EnglandAndWales.bank_holiday(day(text));
        assert_eq!(found.is_some(), holiday, "{text}: {found:?}");
        assert_eq!(calendar().is_working_day(day(text)), !holiday, "{text}");
    }
}

#[test]
fn are_eight_weekdays_in_every_year_without_a_proclamation() {
    for year in 1900..2300 {
        let days = of_year(year);
        let proclaimed = match year {
            1981 | 1999 | 2002 | 2011 | 2012 | 2023 => 1,
            2022 => 2,
            _ => 0,
        };
        assert_eq!(days.len(), 8 + proclaimed, "{year}: {days:?}");
        assert!(days.iter().all(|(day, _)| day.weekday().number_from_monday() <= 5));
    }
}

#[test]
fn at_easter_follow_the_church() {
    // the earliest and latest Easter there can be, and the two exceptions of the epact
    for sunday in
        ["1818-03-22", "2285-03-22", "1943-04-25", "2038-04-25", "1981-04-19", "1954-04-18"]
    {
        let sunday = day(sunday);
        let name = |day| Division::EnglandAndWales.bank_holiday(day);
        assert_eq!(name(sunday - Days::new(2)), Some("Good Friday"), "{sunday}");
        assert_eq!(name(sunday + Days::new(1)), Some("Easter Monday"), "{sunday}");
    }
}

#[test]
fn bear_their_names() {
    let names: Vec<_> = of_year(2022).into_iter().map(|(_, name)| name).collect();
    assert_eq!(
        names,
        [
            "New Year's Day",
            "Good Friday",
            "Easter Monday",
            "Early May bank holiday",
            "Spring bank holiday",
            "Platinum Jubilee of Queen Elizabeth II",
            "Summer bank holiday",
            "State funeral of Queen Elizabeth II",
            "Boxing Day",
            "Christmas Day",
        ]
    );
}
