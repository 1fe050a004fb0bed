//! Periods by the day on which somebody asks: over, never empty, and said so that nobody counts on
//! their fingers.

use crate::reports::{Period, RelativePeriod};
use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_period_by_a_day_is_the_one_that_a_calendar_on_the_wall_shows() {
    let tries = [
        ("last_month", "2026-12-01", "2026-11-01", "2026-11-30", "November 2026"),
        ("last_month", "2026-03-31", "2026-02-01", "2026-02-28", "February 2026"),
        ("last_month", "2028-03-01", "2028-02-01", "2028-02-29", "February 2028"),
        ("last_month", "2027-01-15", "2026-12-01", "2026-12-31", "December 2026"),
        ("last_quarter", "2026-10-01", "2026-07-01", "2026-09-30", "July to September 2026"),
        ("last_quarter", "2026-12-31", "2026-07-01", "2026-09-30", "July to September 2026"),
        ("last_quarter", "2027-01-05", "2026-10-01", "2026-12-31", "October to December 2026"),
        ("last_quarter", "2026-05-31", "2026-01-01", "2026-03-31", "January to March 2026"),
        (
            "last_financial_year",
            "2027-04-01",
            "2026-04-01",
            "2027-03-31",
            "April 2026 to March 2027",
        ),
        (
            "last_financial_year",
            "2027-03-31",
            "2025-04-01",
            "2026-03-31",
            "April 2025 to March 2026",
        ),
        (
            "last_financial_year",
            "2026-12-21",
            "2025-04-01",
            "2026-03-31",
            "April 2025 to March 2026",
        ),
        ("year_to_date", "2026-12-21", "2026-04-01", "2026-12-20", "1 April to 20 December 2026"),
        (
            "year_to_date",
            "2027-01-05",
            "2026-04-01",
            "2027-01-04",
            "1 April 2026 to 4 January 2027",
        ),
        ("year_to_date", "2026-12-01", "2026-04-01", "2026-11-30", "April to November 2026"),
        ("year_to_date", "2027-04-01", "2026-04-01", "2027-03-31", "April 2026 to March 2027"),
        ("year_to_date", "2026-04-02", "2026-04-01", "2026-04-01", "1 April 2026"),
    ];
    for (name, today, from, to, words) in tries {
        let period = RelativePeriod::named(name).unwrap().as_of(day(today)).unwrap();
        assert_eq!((period.from, period.to), (day(from), day(to)), "{name} on {today}");
        assert_eq!(period.in_words(), words, "{name} on {today}");
    }
    assert_eq!(RelativePeriod::named("last_week"), None);
}

#[test]
fn a_period_is_over_on_its_day_and_never_empty() {
    for today in day("2023-01-01").iter_days().take(5 * 366) {
        for (name, relative) in RelativePeriod::ALL {
            let period = relative.as_of(today).unwrap();
            assert!(period.from <= period.to && period.to < today, "{name} on {today}");
        }
    }
}

#[test]
fn a_period_is_said_in_an_address_as_a_report_reads_it() {
    let said = |period: Option<Period>| period.unwrap().in_address();
    assert_eq!(said(Period::quarter(2026, 4)), "quarter=2026-Q4");
    assert_eq!(said(Period::quarter(2026, 1)), "quarter=2026-Q1");
    assert_eq!(said(Period::financial_year(2025)), "financial_year=2025");
    let dates = Period::dates(day("2026-04-01"), day("2026-12-20"));
    assert_eq!(said(dates), "from=2026-04-01&to=2026-12-20");
}
