//! Asking for a report by its page.

use super::at_browser;
use crate::on_each_database;
use crate::sign_on::page;

const QUARTER: &str = "report=disputes&period=quarter&quarter=2026-Q4";

on_each_database! {
    async fn what_is_asked_becomes_the_address_of_a_report(house: &House) {
        house.raised().await;
        let mut judith = at_browser(house, "Judith Hale").await;
        assert!(page(&judith.get("/more").await).contains("href=\"/reports\""));
        let form = page(&judith.get("/reports").await).to_owned();
        assert!(form.contains("October to December 2026"), "{form}");
        let (_, pack) = form.split_once("<ul class=\"places\">\n<li><a href=\"").unwrap();
        let pack = pack.split('"').next().unwrap().replace("&#38;", "&");
        assert!(pack.contains("financial_year=2025&audience=publication"), "{pack}");
        let agency = house.agency_id("primary");
        let more = format!(
            "&agency={agency}&sector=school&area=level_of_need&urgency=standard&level=&topic=\
             &from-day=&from-month=&from-year="
        );
        for (asked, wanted) in [
            (QUARTER.to_owned(), "/reports/disputes?quarter=2026-Q4".to_owned()),
            (
                format!("{QUARTER}&audience=publication&beside-year=yes"),
                "/reports/disputes?quarter=2026-Q4&audience=publication&beside_year_before=true"
                    .to_owned(),
            ),
            (
                format!("report=cases&period=financial_year&financial_year=2026{more}"),
                format!(
                    "/reports/cases?financial_year=2026&agencies={agency}&sectors=school\
                     &areas_of_disagreement=level_of_need&urgency_classes=standard"
                ),
            ),
            (
                "report=picture&period=dates&from-day=1&from-month=12&from-year=2026\
                 &to-day=31&to-month=12&to-year=2026".to_owned(),
                "/reports/picture?from=2026-12-01&to=2026-12-31".to_owned(),
            ),
        ] {
            let answer = judith.get(&format!("/reports?{asked}")).await;
            let location = answer.header("location").unwrap_or_else(|| panic!("{asked}: {}", answer.body));
            assert!(location.ends_with(&wanted), "{asked}: {location}");
            let report = judith.get(&location).await;
            assert_eq!(report.status, 200, "{location}: {}", report.body);
            assert!(page(&report).contains("href=\"/reports\""), "{location}");
        }
        assert_eq!(judith.get(&pack).await.status, 200);
    }

    async fn what_is_missing_or_cannot_be_is_told_and_nothing_is_lost(house: &House) {
        let mut judith = at_browser(house, "Judith Hale").await;
        for (asked, field, why) in [
            ("report=cases", "period", "choose one of these"),
            ("period=quarter&quarter=2026-Q4&report=", "report", "choose one of these"),
            ("report=cases&period=quarter", "quarter", "choose one of these"),
            ("report=cases&period=dates&from-day=2&from-month=2&from-year=2026", "to", "write the day"),
            (
                "report=cases&period=dates&from-day=2&from-month=2&from-year=2026\
                 &to-day=1&to-month=2&to-year=2026",
                "to",
                "must not be before the first day",
            ),
            (
                "report=disputes&period=quarter&quarter=2026-Q4&audience=publication&sector=school",
                "audience",
                "take the filters away",
            ),
        ] {
            let answer = judith.get(&format!("/reports?{asked}")).await;
            assert_eq!(answer.status, 422, "{asked}");
            let text = page(&answer);
            assert!(text.contains("<title>Error: Reports"), "{text}");
            let at_field = format!("href=\"#{field}\"");
            assert!(text.contains(&at_field) && text.to_lowercase().contains(why), "{asked}: {text}");
        }
        let kept = judith.get("/reports?report=cases&sector=police&level=Tier%203").await;
        let text = page(&kept);
        for words in [
            "value=\"cases\" checked",
            "<option value=\"police\" selected>",
            "value=\"Tier 3\"",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    async fn nobody_but_an_officer_asks_for_reports(house: &House) {
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert!(!page(&tom.get("/more").await).contains("/reports"));
        assert_eq!(tom.get("/reports").await.status, 403);
        assert_eq!(tom.get(&format!("/reports?{QUARTER}")).await.status, 403);
    }
}
