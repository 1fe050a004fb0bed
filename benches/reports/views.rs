//! Each view of the reports, as it is asked for.

use crate::house::Client;
use crate::made_up::DAYS;
use crate::measuring::{Cost, Measure};
use crate::raw::Raw;
use crate::served::Served;
use bscp_escalation::directory::Sector;
use bscp_escalation::engine::ReportWish;
use bscp_escalation::reports::{Audience, Filters, Period};
use chrono::{Days, NaiveDate};

/// How many lines a list of the cases of a while has: nearly as many as it may.
const LINES: u64 = 49_000;

/// Measures all of them.
pub async fn measure(url: &str, cases: u64) {
    let served = Served::on(url).await;
    let mut raw = Raw::connect(url);
    let facts = raw.number("select count(*) as value from report_cases");
    assert_eq!(facts, i64::try_from(cases).unwrap(), "the database is of another bench");
    let bytes = raw.number("select cast(avg(length(facts)) as bigint) as value from report_cases");
    println!("{bytes} bytes of facts a case");
    let today: NaiveDate = "2026-12-21".parse().unwrap();
    let officer = served.officer().await;
    let measure = Measure::begin(&mut raw);
    let counting = measure
        .cost_of(async || {
            assert_eq!(raw.number("select count(*) as value from report_cases"), facts)
        })
        .await;
    counting.say("count(*) of the same rows");
    reports(&served, &measure, today, counting).await;
    forms(&served, &measure, &officer, today).await;
    lists(&served, &measure, &officer, today, cases).await;
}

/// The reports themselves, in no form.
async fn reports(served: &Served, measure: &Measure, today: NaiveDate, counting: Cost) {
    let by = served.officer_id;
    for (name, wish) in wishes(served, today) {
        let made = measure.cost_of(async || {
            let made = served.engine.report_on_console(by, wish.clone()).await.unwrap();
            assert_eq!(made.left_out_count, 0);
            assert!(!made.it.sections.is_empty());
        });
        let made = made.await;
        made.say(&format!("{name} ({:.1} x counting)", made.seconds / counting.seconds));
    }
}

fn last_days(today: NaiveDate, days: u64) -> Period {
    Period::dates(today - Days::new(days - 1), today).unwrap()
}

fn wishes(served: &Served, today: NaiveDate) -> Vec<(&'static str, ReportWish)> {
    let year = ReportWish {
        partnership_id: served.partnership_id,
        period: last_days(today, DAYS / 2),
        beside_year_before: false,
        filters: Filters::default(),
        audience: Audience::Officers,
        smallest_count: None,
    };
    let with = |filters: Filters| ReportWish { filters, ..year.clone() };
    let words = |word: &str| vec![word.to_owned()];
    let none = Filters::default;
    vec![
        ("a year", year.clone()),
        ("a year beside the year before", ReportWish { beside_year_before: true, ..year.clone() }),
        (
            "all cases in one period",
            ReportWish { period: last_days(today, DAYS + 1), ..year.clone() },
        ),
        ("a quarter", ReportWish { period: Period::quarter(2026, 3).unwrap(), ..year.clone() }),
        (
            "for publication, beside the year before",
            ReportWish {
                audience: Audience::Publication,
                beside_year_before: true,
                ..year.clone()
            },
        ),
        ("of an agency", with(Filters { agencies: vec![served.agency_id], ..none() })),
        ("of a sector", with(Filters { sectors: vec![Sector::School], ..none() })),
        ("of a topic", with(Filters { topics: words("general"), ..none() })),
        (
            "of an area of disagreement",
            with(Filters { areas_of_disagreement: words("timeliness"), ..none() }),
        ),
        ("of a level of need", with(Filters { levels_of_need: words("level 3"), ..none() })),
        ("of an urgency class", with(Filters { urgency_classes: words("urgent"), ..none() })),
    ]
}

/// The report of a year beside the year before, in each form, from the door.
async fn forms(served: &Served, measure: &Measure, officer: &Client, today: NaiveDate) {
    let Period { from, to, .. } = last_days(today, DAYS / 2);
    for form in ["json", "csv", "xlsx", "html", "pdf"] {
        let query = format!("disputes?from={from}&to={to}&beside_year_before=true&form={form}");
        from_the_door(
            served,
            measure,
            officer,
            &format!("a year beside the year before, {form}"),
            &query,
        )
        .await;
    }
}

/// The lines of the first cases and of the last, as many as a list may have.
async fn lists(served: &Served, measure: &Measure, officer: &Client, today: NaiveDate, cases: u64) {
    let days = (LINES * DAYS / cases).clamp(1, DAYS / 2);
    let last = last_days(today, days);
    let first = last_days(today - Days::new(DAYS - days), days);
    for (name, Period { from, to, .. }) in [("first", first), ("last", last)] {
        for view in ["cases?form=json", "cases?form=csv", "picture?form=html", "picture?form=svg"] {
            let query = format!("{view}&from={from}&to={to}");
            let name = format!("{view}, the {name} {days} days");
            from_the_door(served, measure, officer, &name, &query).await;
        }
    }
}

/// Asks the server as anybody does, and reads the answer to its end.
async fn from_the_door(
    served: &Served,
    measure: &Measure,
    officer: &Client,
    name: &str,
    query: &str,
) {
    let of = served.partnership_id;
    let url = format!("http://{}/api/v1/partnerships/{of}/reports/{query}", served.address);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut bytes = 0;
    let cost = measure.cost_of(async || {
        let asked = http.get(&url).bearer_auth(officer.token.as_ref().unwrap());
        let mut answer = asked.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{query}");
        bytes = 0;
        while let Some(piece) = answer.chunk().await.unwrap() {
            bytes += piece.len();
        }
    });
    let cost = cost.await;
    cost.say(&format!("{name} ({} kB)", bytes / 1_000));
}
