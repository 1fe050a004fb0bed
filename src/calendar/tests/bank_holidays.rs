//! The yearly rules and the one-off days, against the published lists.

use super::*;

const DIVISIONS: [Division; 3] =
    [Division::EnglandAndWales, Division::Scotland, Division::NorthernIreland];

fn of_year(division: Division, year: i32) -> Vec<(NaiveDate, &'static str)> {
    let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days();
    days.take_while(|day| day.year() == year)
        .filter_map(|day| Some((day, division.bank_holiday(day)?)))
        .collect()
}

#[test]
fn are_the_published_ones() {
    let mut total = 0;
    for (division, table) in DIVISIONS.into_iter().zip([
        published::ENGLAND_AND_WALES,
        published::SCOTLAND,
        published::NORTHERN_IRELAND,
    ]) {
        let published: Vec<NaiveDate> = published::days(&table).collect();
        let of_ten_years = (2019..=2028).flat_map(|year| of_year(division, year));
        let ours: Vec<NaiveDate> = of_ten_years.map(|(day, _)| day).collect();
        assert_eq!(ours, published, "{division:?}");
        total += ours.len();
    }
    assert_eq!(total, 280);
}

#[test]
fn were_given_and_moved_by_proclamation_everywhere() {
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
        for division in DIVISIONS {
            let found = division.bank_holiday(day(text));
            assert_eq!(found.is_some(), holiday, "{division:?} {text}: {found:?}");
            let rules = CalendarRules { division, ..plain_rules() };
            assert_eq!(Calendar::new(rules).unwrap().is_working_day(day(text)), !holiday, "{text}");
        }
    }
}

#[test]
fn were_given_to_scotland_alone() {
    for (text, in_scotland) in [("2026-06-15", true), ("2027-06-15", false)] {
        let holiday_in = |division: Division| division.bank_holiday(day(text)).is_some();
        assert_eq!(DIVISIONS.map(holiday_in), [false, in_scotland, false], "{text}");
    }
}

#[test]
fn are_as_many_weekdays_in_every_year_without_a_proclamation() {
    for year in 1900..2300 {
        let everywhere = match year {
            1981 | 1999 | 2002 | 2011 | 2012 | 2023 => 1,
            2022 => 2,
            _ => 0,
        };
        for (division, each_year) in DIVISIONS.into_iter().zip([8, 9, 10]) {
            let days = of_year(division, year);
            let own = usize::from(division == Division::Scotland && year == 2026);
            assert_eq!(days.len(), each_year + everywhere + own, "{year}: {days:?}");
            assert!(days.iter().all(|(day, _)| day.weekday().number_from_monday() <= 5));
        }
    }
}

#[test]
fn have_their_substitutes_whatever_weekday_they_fall_on() {
    // seven years that begin on each weekday
    for (year, scotland, northern_ireland) in [
        (2018, "01-01 01-02 11-30", "03-19 07-12"),
        (2019, "01-01 01-02 12-02", "03-18 07-12"),
        (2020, "01-01 01-02 11-30", "03-17 07-13"),
        (2015, "01-01 01-02 11-30", "03-17 07-13"),
        (2016, "01-01 01-04 11-30", "03-17 07-12"),
        (2011, "01-03 01-04 11-30", "03-17 07-12"),
        (2017, "01-02 01-03 11-30", "03-17 07-12"),
        (2024, "01-01 01-02 12-02", "03-18 07-12"),
        (2025, "01-01 01-02 12-01", "03-17 07-14"),
    ] {
        for (division, days) in
            [(Division::Scotland, scotland), (Division::NorthernIreland, northern_ireland)]
        {
            let names = ["New Year's Day", "2 January", "St Andrew's Day"];
            let names = [&names[..], &["St Patrick's Day", "Battle of the Boyne"]].concat();
            let ours = of_year(division, year).into_iter().filter(|(day, name)| {
                names.contains(name) && (division == Division::Scotland || day.month() > 1)
            });
            let ours: Vec<String> = ours.map(|(day, _)| day.format("%m-%d").to_string()).collect();
            assert_eq!(ours.join(" "), days, "{division:?} {year}");
        }
    }
}

#[test]
fn at_easter_follow_the_church() {
    // the earliest and latest Easter there can be, and the two exceptions of the epact
    for sunday in
        ["1818-03-22", "2285-03-22", "1943-04-25", "2038-04-25", "1981-04-19", "1954-04-18"]
    {
        let sunday = day(sunday);
        for division in DIVISIONS {
            let name = |day| division.bank_holiday(day);
            let monday = (division != Division::Scotland).then_some("Easter Monday");
            assert_eq!(name(sunday - Days::new(2)), Some("Good Friday"), "{sunday}");
            assert_eq!(name(sunday + Days::new(1)), monday, "{sunday}");
        }
    }
}

#[test]
fn bear_their_names() {
    let names = |division, year| -> Vec<_> {
        of_year(division, year).into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(
        names(Division::EnglandAndWales, 2022),
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
    assert_eq!(
        names(Division::Scotland, 2026),
        [
            "New Year's Day",
            "2 January",
            "Good Friday",
            "Early May bank holiday",
            "Spring bank holiday",
            "World Cup bank holiday",
            "Summer bank holiday",
            "St Andrew's Day",
            "Christmas Day",
            "Boxing Day",
        ]
    );
}

#[test]
fn come_out_the_same_in_years_that_are_not_kept() {
    for division in DIVISIONS {
        let rules = CalendarRules { division, ..plain_rules() };
        let calendar = Calendar::new(rules).unwrap();
        for year in [1978, 1999, 2000, 2060, 2061, 2150] {
            let christmas = day(&format!("{year}-12-20"));
            let mut by_hand = christmas;
            for number in 1..=30 {
                by_hand = by_hand.succ_opt().unwrap();
                while !calendar.is_working_day(by_hand) {
                    by_hand = by_hand.succ_opt().unwrap();
                }
                let due = calendar.due(
                    calendar.instant_of(christmas.and_time(time(9, 0))),
                    Allowance::WorkingDays(number),
                );
                assert_eq!(due.at, calendar.instant_of(by_hand.and_time(time(17, 0))), "{year}");
            }
        }
    }
}
