//! Lists that are narrowed, found by reference, and long.

use super::{at_browser, encoded};
use crate::engine::sql::Raw;
use crate::house::{House, Wishes};
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// What a long list has.
const MANY: i64 = 10_000;

fn rows(text: &str) -> usize {
    text.matches("<div class=\"due\">").count()
}

async fn list(browser: &mut Browser, more: &str) -> String {
    let answer = browser.get(&format!("/escalations?show=open{more}")).await;
    assert_eq!(answer.status, 200, "{more}: {}", answer.body);
    page(&answer).to_owned()
}

/// A case about another area, which the receiving side has refused at once and the hospital never had.
async fn another(house: &House) -> String {
    let mut draft = house.draft();
    draft["draft"]["area_of_disagreement"] = json!("progress_of_plan");
    let areas = include_str!("../../../config/policies/bscp.toml");
    assert!(areas.contains("\"progress_of_plan\""), "name an area that there is");
    house.raised_with(&draft).await
}

on_each_database! {
    async fn a_list_is_narrowed_by_its_address_and_each_filter_can_be_taken_away(house: &House) {
        let first = house.raised().await;
        let second = another(house).await;
        let priya = house.as_("Priya Nair").await;
        let up = json!({ "to_stage": 2, "reason": "canary" });
        assert_eq!(priya.command(&second, "early-escalations", &up).await.status, 200);
        let mut judith = at_browser(house, "Judith Hale").await;
        let all = list(&mut judith, "").await;
        assert_eq!(rows(&all), 2, "{all}");
        assert!(all.contains("Raised today"), "{all}");
        let (care, school) = (house.agency_id("social_care"), house.agency_id("primary"));
        let hospital = house.agency_id("hospital");
        for (filter, wanted) in [
            ("&stage=1".to_owned(), vec![&first]),
            ("&stage=2".to_owned(), vec![&second]),
            ("&area=progress_of_plan".to_owned(), vec![&second]),
            (format!("&raised_by={school}"), vec![&first, &second]),
            (format!("&raised_by={care}"), vec![]),
            (format!("&waiting={care}"), vec![&first, &second]),
            (format!("&waiting={hospital}"), vec![]),
            (format!("&waiting={care}&stage=1&area=level_of_need"), vec![&first]),
            ("&due_from=2026-12-21&due_to=2027-01-31".to_owned(), vec![&first, &second]),
            ("&due_from=2027-02-01".to_owned(), vec![]),
            ("&due_to=2026-12-21".to_owned(), vec![]),
            ("&stage=&area=&due_from=&waiting=".to_owned(), vec![&first, &second]),
        ] {
            let text = list(&mut judith, &filter).await;
            assert_eq!(rows(&text), wanted.len(), "{filter}: {text}");
            for reference in wanted {
                assert!(text.contains(&format!("href=\"/escalations/{reference}\"")), "{filter}");
            }
            let tags = text.matches("Take away this filter").count();
            assert_eq!(tags, filter.split('&').filter(|it| it.contains('=') && !it.ends_with('=')).count());
        }
        let text = list(&mut judith, "&stage=2&area=progress_of_plan").await;
        assert!(text.contains("href=\"/escalations?show=open&#38;area=progress_of_plan\""), "{text}");
        assert!(text.contains("href=\"/escalations?show=open&#38;stage=2\""), "{text}");
        assert!(text.contains("<option value=\"progress_of_plan\" selected>"), "{text}");
        assert!(text.contains("href=\"/escalations?show=open\">Clear filters"), "{text}");
        for wrong in ["&stage=no", "&area=%3Cb%3E", "&waiting=me", "&due_to=tomorrow"] {
            let answer = judith.get(&format!("/escalations?show=open{wrong}")).await;
            assert_eq!(answer.status, 400, "{wrong}");
        }
        // Whoever sees nothing sees nothing however they ask.
        let mut sam = at_browser(house, "Sam Porter").await;
        assert_eq!(rows(&list(&mut sam, &format!("&raised_by={school}")).await), 0);
    }

    async fn what_cases_are_about_is_known_of_those_that_were_there_before(house: &House) {
        let reference = another(house).await;
        let mut raw = Raw::of(house);
        let database = if raw.is_sqlite() { "sqlite" } else { "postgres" };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        for file in ["down.sql", "up.sql"] {
            let path = root.join("2026-11-22-000023_lists_by_area").join(file);
            raw.run(&fs::read_to_string(path).unwrap());
        }
        let area = "select area_of_disagreement as value from escalations";
        assert_eq!(raw.text(area), "progress_of_plan", "{reference}");
        // The record's own proof compares it too, when the house is left.
    }

    async fn a_case_is_found_by_its_reference_and_nothing_typed_stands_in_an_address(house: &House) {
        let reference = house.raised().await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let token = tom.form_token("/escalations").await;
        let find = |text: &str, token: &str| format!("form_token={token}&reference={}", encoded(text));
        let typed = format!("  {} ", reference.to_lowercase());
        let found = tom.post("/find-case", &find(&typed, &token)).await;
        assert_eq!(found.header("location"), Some(format!("/escalations/{reference}")));
        let nothing = tom.post("/find-case", &find("Quentin Zimmer", &token)).await;
        assert_eq!(nothing.status, 404);
        assert!(page(&nothing).contains("value=\"Quentin Zimmer\""), "{}", page(&nothing));
        assert_eq!(nothing.header("location"), None);
        let mut sam = at_browser(house, "Sam Porter").await;
        let token = sam.form_token("/escalations").await;
        let one = sam.post("/find-case", &find(&reference, &token)).await;
        let other = sam.post("/find-case", &find("ESC-2026-999999", &token)).await;
        let same = page(&one).replace(&reference, "ESC-2026-999999");
        assert_eq!((one.status, same.as_str()), (404, page(&other)));
        assert_eq!(sam.post("/find-case", "reference=x").await.status, 403, "a form of our own");
    }
}

/// Copies of the only case, under other ids and references.
fn copies(raw: &mut Raw) {
    let columns = "partnership_id, policy_key, policy_version, status, stage, raising_agency_id, \
        receiving_agency_id, raiser_id, drafted_at, raised_at, due_at, due_sort_at, next_act_at, \
        is_overdue, version, head_hash, is_restricted, area_of_disagreement";
    let (number, id, reference) = if raw.is_sqlite() {
        (
            format!(
                "(with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) select i from n)",
                MANY - 1
            ),
            "printf('%08x-0000-7000-8000-000000000000', i)",
            "printf('ESC-2027-%06d', i)",
        )
    } else {
        (
            format!("(select i from generate_series(1, {}) as n(i))", MANY - 1),
            "lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000'",
            "'ESC-2027-' || lpad(i::text, 6, '0')",
        )
    };
    raw.run(&format!(
        "insert into escalations (id, reference, state, {columns}) \
         select {id}, {reference}, state, {columns} from escalations cross join {number} as numbers"
    ));
    let columns = "position, post_id, person_id, is_waiting";
    raw.run(&format!(
        "insert into seats (escalation_id, {columns}) \
         select {id}, {columns} from seats cross join {number} as numbers"
    ));
    if !raw.is_sqlite() {
        raw.run("analyze");
    }
}

on_each_database! {
    async fn ten_thousand_cases_are_read_page_by_page(database: Database) {
        let Some(house) = House::build(database, Wishes::default()).await else { return };
        house.raised().await;
        let mut raw = Raw::of(&house);
        copies(&mut raw);
        let mut took = Vec::new();
        for (name, show) in [("Judith Hale", "open"), ("Tom Okafor", "needs-me")] {
            let mut browser = at_browser(&house, name).await;
            let mut way = format!("/escalations?show={show}");
            for number in 1..=3 {
                let begun = Instant::now();
                let answer = browser.get(&way).await;
                took.push((name, number, begun.elapsed()));
                let text = page(&answer).to_owned();
                assert_eq!((answer.status, rows(&text)), (200, 25), "{way}");
                assert!(text.contains(&format!(", page {number} of 400 – Escalations</title>")), "{text}");
                let last = number * 25;
                let shown = format!("Cases {} to {last} of 10000", last - 24);
                assert!(text.contains(&shown), "{shown}: {text}");
                let (_, next) = text.split_once("class=\"next\"><a href=\"").unwrap();
                way = next.split('"').next().unwrap().replace("&#38;", "&");
            }
            let home = page(&browser.get("/").await).to_owned();
            assert!(home.contains("<strong>10000</strong>"), "{home}");
        }
        println!("{database:?}: {took:?}");
        // What no index served would take far longer, also with nothing optimised.
        let slowest = took.iter().map(|(.., took)| *took).max().unwrap();
        assert!(slowest.as_secs() < 5, "{took:?}");
    }
}
