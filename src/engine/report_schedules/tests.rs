//! What a file of scheduled reports may say, and how its mistakes are named.

use super::*;

const EXAMPLE: &str = include_str!("../../../config/report-schedules.example.toml");
const ZONE: Tz = chrono_tz::Europe::London;

fn entry(key: &str, value: &str) -> String {
    let good = [
        ("name", "\"board\""),
        ("schedule", "\"0 0 7 1 * *\""),
        ("partnership", "\"bromley\""),
        ("report", "\"disputes\""),
        ("period", "\"last_month\""),
        ("to", "[\"business_manager\"]"),
    ];
    let line =
        |(its, good): (&str, &str)| format!("{its} = {}\n", if its == key { value } else { good });
    "[[report]]\n".to_owned() + &good.map(line).concat()
}

fn mistakes(text: &str) -> Vec<String> {
    match ReportSchedule::parse(text, ZONE) {
        Err(ReportSchedulesError::Mistakes(mistakes)) => mistakes,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn the_example_is_as_it_must_be() {
    let schedules = ReportSchedule::parse(EXAMPLE, ZONE).unwrap();
    let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    assert_eq!(names, ["board-each-quarter", "open-cases-each-month"]);
    assert_eq!(schedules[0].report, ScheduledReport::Disputes);
    assert_eq!(schedules[1].report, ScheduledReport::Cases);
    assert_eq!(schedules[0].period, RelativePeriod::LastQuarter);
    let alan = ReportReader::Person("alan.greer@bscp.example".to_owned());
    let manager = ReportReader::Function(PartnershipFunction::BusinessManager);
    assert_eq!(schedules[0].to, [manager, alan]);
    let first: UtcInstant = "2026-10-05T06:00:00Z".parse().unwrap();
    assert_eq!(schedules[0].rule.latest_slot("2026-12-21T09:10:00Z".parse().unwrap()), Some(first));
    assert!(ReportSchedule::parse("", ZONE).unwrap().is_empty());
}

#[test]
fn a_mistake_is_named_by_report_and_key_with_what_to_write() {
    for (key, value, says) in [
        ("name", "\"\"", "small letters"),
        ("name", "\"Board\"", "small letters"),
        ("name", "\"a board\"", "small letters"),
        ("name", "\"a:b\"", "small letters"),
        ("partnership", "\" \"", "the partnership's key"),
        ("schedule", "\"0 9 * * Mon-Fri\"", "six fields"),
        ("schedule", "\"0 0 7 * * 1\"", "must name days of the week"),
        ("schedule", "\"soon\"", "six fields"),
        ("schedule", "\"0 0 25 * * *\"", "cannot be read"),
        ("schedule", "\"0 0 7 31 2 *\"", "never comes"),
        ("schedule", "\"0 0 7,9 1 * *\"", "more than once a day"),
        ("schedule", "\"0 0 * * * *\"", "more than once a day"),
        ("schedule", "\"* * * * * *\"", "more than once a day"),
        ("schedule", "\"0,30 0 7 1 1 *\"", "more than once a day"),
        ("report", "\"escalations\"", "write one of disputes, cases"),
        (
            "period",
            "\"last_week\"",
            "write one of last_month, last_quarter, last_financial_year, year_to_date",
        ),
        ("to", "[]", "is empty"),
        ("to", "[\"auditor\"]", "`auditor` (number 1) is nobody"),
        ("to", "[\"scrutineer\", \"Judith Hale\"]", "`Judith Hale` (number 2) is nobody"),
        ("to", "[\"scrutineer\", \"scrutineer\"]", "stands there twice"),
    ] {
        let told = mistakes(&entry(key, value));
        let [told] = told.as_slice() else { panic!("{key} = {value}: {told:?}") };
        assert!(told.starts_with("report `") && told.contains(&format!("`{key}`: ")), "{told}");
        assert!(told.contains(says), "{told}");
    }
    let good = entry("", "");
    let twice = mistakes(&(good.clone() + &good));
    assert_eq!(twice, ["report `board`, `name`: stands there twice: write another name"]);
    let several = entry("report", "\"x\"").replace("last_month", "y").replace("0 0 7 1", "0 7 1");
    assert_eq!(mistakes(&several).len(), 3, "all are told at once");
}

#[test]
fn what_is_no_file_of_reports_says_where() {
    for (text, line, says) in [
        ("[[report]]\nname = \"board\"\n", 1, "missing field `schedule`"),
        ("\n[[reports]]\n", 2, "unknown field `reports`"),
        (&entry("to", "\"scrutineer\""), 7, "expected a sequence"),
        (&(entry("", "") + "cc = []\n"), 8, "unknown field `cc`"),
        ("[[report]\n", 1, ""),
    ] {
        match ReportSchedule::parse(text, ZONE) {
            Err(ReportSchedulesError::NotUnderstood { line: at, reason }) => {
                assert_eq!(at, line, "{text}: {reason}");
                assert!(reason.contains(says), "{reason}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn once_a_day_holds_on_the_days_on_which_the_clocks_change() {
    for expression in ["0 0 7 * * *", "0 30 1 * * *", "0 0 2 * * *", "0 0 0 1 4,7,10,1 *"] {
        rule(expression, ZONE).unwrap();
    }
}
