//! The cases of a report as a page: all of them or as many as a page holds, and what is missing.

use super::made_up::instant;
use super::made_up_disputes::cases;
use super::reading::{starts, texts_of, xml};
use crate::calendar::{Calendar, CalendarRules, Division};
use crate::ids::PartnershipId;
use crate::rendering::{LISTED_MAX, ListHead, case_list_page};
use crate::reports::{CaseLine, Filters, List, Names, Period, Question};
use chrono::NaiveTime;
use chrono_tz::Europe::London;

fn calendar() -> Calendar {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let rules = CalendarRules::new(London, Division::EnglandAndWales, time(9), time(17));
    Calendar::new(rules).unwrap()
}

fn lines(count: usize) -> Vec<CaseLine> {
    let question = Question {
        partnership_id: PartnershipId::made_up(1),
        period: Period::dates("2000-01-01".parse().unwrap(), "2199-12-31".parse().unwrap())
            .unwrap(),
        before: None,
        filters: Filters::default(),
        as_of: instant("2100-01-01T00:00:00Z"),
        calendar: calendar(),
    };
    let names = Names::default();
    let list = List::new(&question, &names);
    let lines: Vec<CaseLine> =
        cases(i64::try_from(count).unwrap()).iter().filter_map(|case| list.case(case)).collect();
    assert_eq!(lines.len(), count);
    lines
}

fn page(lines: &[CaseLine], left_out_count: u64) -> String {
    let links = [("/cases?form=csv&quarter=2026-Q4".to_owned(), "All <columns>".to_owned())];
    let head = ListHead {
        period: Period::quarter(2026, 4).unwrap(),
        as_of: instant("2027-01-05T07:00:00Z"),
        left_out_count,
        style_sheet: "/reports.css",
        links: &links,
    };
    case_list_page(&head, lines, London).unwrap()
}

#[test]
fn a_list_has_a_line_a_case_and_says_what_it_is_about() {
    let mut three = lines(3);
    three[1].raising_agency = "<script>alert(1)</script>".to_owned();
    let text = page(&three, 0);
    assert!(!text.contains("<script"));
    let pieces = xml(&text, &["meta", "link"]);
    let about = texts_of(&pieces, "dd");
    let period = "1 October 2026 to 31 December 2026 (a quarter)";
    assert_eq!(about, [period, "Tue 5 Jan 2027, 07:00", "3"]);
    let rows: Vec<String> =
        texts_of(&pieces, "th").into_iter().filter(|text| text.starts_with("ESC-")).collect();
    assert_eq!(rows, ["ESC-2026-000000", "ESC-2026-000001", "ESC-2026-000002"]);
    assert!(texts_of(&pieces, "td").contains(&three[1].raising_agency), "as it is written");
    let anchors = starts(&pieces).into_iter().filter(|(name, _)| name == "a");
    let addresses: Vec<&String> = anchors.map(|(_, attributes)| &attributes["href"]).collect();
    assert_eq!(addresses, ["#main", "/cases?form=csv&quarter=2026-Q4"]);
}

#[test]
fn a_list_that_is_too_long_or_leaves_cases_out_says_so() {
    let text = page(&lines(LISTED_MAX + 5), 12);
    assert!(text.contains("<dd>1,005; the first 1,000 stand here</dd>"));
    assert!(text.contains("<dd>12: ask the administrator</dd>"));
    assert_eq!(text.matches("<th scope=\"row\">").count(), LISTED_MAX);
    assert_eq!(page(&[], 0).matches("There are no rows").count(), 1);
}
