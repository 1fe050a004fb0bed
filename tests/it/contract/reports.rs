//! Reports: who may have them, in which forms, and that what they count is what is there.

use super::{NOBODY, assert_faults, assert_problem};
use crate::house::{Answer, Client, House};
use crate::on_each_database;
use serde_json::{Value, json};

/// Words of a child and of a narrative in every draft of the house.
const CANARIES: [&str; 2] = ["Q.Z.", "RPP-0417"];

pub fn of(house: &House, what: &str) -> String {
    format!("/partnerships/{}/reports/{what}", house.founded.partnership.id)
}

pub fn table<'r>(report: &'r Value, key: &str) -> &'r Value {
    let sections = report["sections"].as_array().unwrap().iter();
    let mut tables = sections.flat_map(|section| section["tables"].as_array().unwrap());
    tables.find(|table| table["key"] == key).unwrap_or_else(|| panic!("no table {key}"))
}

pub fn cell<'r>(report: &'r Value, of: &str, row: &str, column: &str) -> &'r Value {
    let table = table(report, of);
    let place = |list: &Value, key: &str| {
        let found = list.as_array().unwrap().iter().position(|it| it["key"] == key);
        found.unwrap_or_else(|| panic!("no {key} in {list}"))
    };
    let row = &table["rows"][place(&table["rows"], row)];
    &row["cells"][place(&table["columns"], column)]
}

pub fn text(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.as_str().unwrap()
}

on_each_database! {
    async fn a_report_counts_the_cases_that_its_list_holds(house: &House) {
        for _ in 0..3 {
            house.raised().await;
        }
        let judith = house.as_("Judith Hale").await;
        let report = judith.get(&of(house, "disputes")).await;
        assert_eq!(report.status, 200, "{}", report.body);
        let listed = judith.get(&of(house, "cases")).await;
        assert_eq!(listed.list("/items").len(), 3);
        let raised = cell(&report.body, "headline", "period", "raised");
        assert_eq!(*raised, json!({ "is": "count", "value": 3 }));
        let export = judith.get(&of(house, "cases?form=csv")).await;
        let mut rows = csv::Reader::from_reader(text(&export).as_bytes());
        assert_eq!(rows.records().map(Result::unwrap).count(), 3);
        for section in report.list("/sections") {
            for table in section["tables"].as_array().unwrap() {
                let definition = table["definition"].as_str().unwrap();
                assert!(definition.len() > 20, "{}: {definition}", table["key"]);
            }
        }
        // A draft is no case yet; what is withdrawn is one, and says so.
        let priya = house.as_("Priya Nair").await;
        assert_eq!(priya.post("/escalations", &house.draft()).await.status, 201);
        let reference = house.raised().await;
        let withdrawn = json!({ "reason": "It was settled." });
        assert_eq!(priya.command(&reference, "withdrawals", &withdrawn).await.status, 200);
        let report = judith.get(&of(house, "disputes")).await;
        assert_eq!(cell(&report.body, "headline", "period", "raised")["value"], 4);
        let lines = judith.get(&of(house, "cases")).await.list("/items");
        let statuses: Vec<&str> = lines.iter().map(|it| it["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["open", "open", "open", "withdrawn"]);
    }

    async fn themes_of_learning_are_counted_once_a_case_and_no_word_of_learning_is_told(
        house: &House
    ) {
        let judith = house.as_("Judith Hale").await;
        let priya = house.as_("Priya Nair").await;
        let withdrawn = json!({ "reason": "It was settled." });
        for (number, themes) in [["drift", "roles"], ["drift", "drift"], ["", ""]].iter().enumerate() {
            let reference = house.raised().await;
            let ended = priya.command(&reference, "withdrawals", &withdrawn).await;
            assert_eq!(ended.status, 200, "{}", ended.body);
            for theme in themes.iter().filter(|theme| !theme.is_empty()) {
                let feedback = json!({
                    "text": "canary-text", "learning": "canary-learning", "themes": [theme]
                });
                let given = priya.command(&reference, "feedback", &feedback).await;
                assert_eq!(given.status, 200, "{number}: {}", given.body);
            }
        }
        // Of one that is open nothing is counted yet.
        let open = house.raised().await;
        let debrief = json!({ "held_on": "2026-12-21", "with": "canary-with", "themes": ["drift"] });
        let done = priya.command(&open, "debriefs", &debrief).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let report = judith.get(&of(house, "disputes")).await.body;
        for (theme, count) in [("drift", 2), ("roles", 1), ("thresholds", 0)] {
            let counted = cell(&report, "learning_themes", theme, "count");
            assert_eq!(*counted, json!({ "is": "count", "value": count }), "{theme}");
            let share = cell(&report, "learning_themes", theme, "share");
            assert_eq!(*share, json!({ "is": "share", "value": count, "of": 3 }), "{theme}");
        }
        let lines = judith.get(&of(house, "cases")).await.list("/items");
        let themes: Vec<&Value> = lines.iter().map(|line| &line["learning_themes"]).collect();
        assert_eq!(themes, [&json!(["drift", "roles"]), &json!(["drift"]), &json!([]), &json!(["drift"])]);
        let export = judith.get(&of(house, "cases?form=csv")).await;
        assert!(text(&export).contains("drift; roles"));
        let public = judith.get(&of(house, "disputes?audience=publication")).await.body;
        for (theme, shown) in [("drift", false), ("roles", false), ("thresholds", true)] {
            let counted = cell(&public, "learning_themes", theme, "count");
            assert_eq!(counted["is"] == "count", shown, "{theme}");
        }
        for form in ["json", "csv", "html"] {
            let read = judith.get(&of(house, &format!("disputes?form={form}"))).await;
            assert!(!read.body.to_string().contains("canary"), "{form}");
        }
        assert!(!text(&export).contains("canary"));
    }

    async fn a_report_has_many_forms_and_no_child_in_any(house: &House) {
        let reference = house.raised().await;
        let judith = house.as_("Judith Hale").await;
        let forms = [
            ("disputes?form=csv", "text/csv; charset=utf-8", "section,"),
            ("disputes?form=html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
            ("disputes?form=pdf", "application/pdf", "%PDF-1."),
            (
                "disputes?form=xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "PK",
            ),
            ("picture?form=svg", "image/svg+xml", "<svg"),
            ("picture", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ];
        for (what, kind, begins) in forms {
            let answer = judith.get(&of(house, what)).await;
            assert_eq!(answer.header("content-type").as_deref(), Some(kind), "{what}");
            let body = text(&answer);
            let begin: String = body.chars().take(40).collect();
            assert!(body.to_lowercase().starts_with(&begins.to_lowercase()), "{what}: {begin}");
            assert!(!body.contains("<script"), "{what}");
            for canary in CANARIES {
                assert!(!body.contains(canary), "{what}: {canary}");
            }
        }
        let page = judith.get(&of(house, "disputes?form=html")).await;
        assert!(text(&page).contains("/assets/report.css"));
        let style = Client::stranger(house.address).get("//assets/report.css").await;
        assert_eq!(style.header("content-type").as_deref(), Some("text/css; charset=utf-8"));
        let picture = judith.get(&format!("/escalations/{reference}/picture")).await;
        assert!(text(&picture).contains("<svg") && text(&picture).contains(&reference));
        let alone = judith.get(&format!("/escalations/{reference}/picture?form=svg")).await;
        assert!(text(&alone).starts_with("<svg"));
        for canary in CANARIES {
            assert!(!text(&picture).contains(canary), "{canary}");
        }
    }

    async fn what_is_for_publication_leaves_small_counts_out(house: &House) {
        for _ in 0..2 {
            house.raised().await;
        }
        let judith = house.as_("Judith Hale").await;
        let report = judith.get(&of(house, "disputes?audience=publication")).await;
        let raised = cell(&report.body, "headline", "period", "raised");
        assert_eq!(*raised, json!({ "is": "suppressed" }));
        for _ in 0..4 {
            house.raised().await;
        }
        let report = judith.get(&of(house, "disputes?audience=publication")).await;
        assert_eq!(cell(&report.body, "headline", "period", "raised")["value"], 6);
        let query = "disputes?audience=publication&topics=general";
        assert_faults(&judith.get(&of(house, query)).await, &["/audience"]);
        let query = "disputes?audience=publication&smallest_count=2";
        assert_faults(&judith.get(&of(house, query)).await, &["/smallest_count"]);
    }

    async fn a_period_is_said_in_one_way(house: &House) {
        house.raised().await;
        let judith = house.as_("Judith Hale").await;
        let counted = async |query: &str| {
            let report = judith.get(&of(house, &format!("disputes?{query}"))).await;
            assert_eq!(report.status, 200, "{query}: {}", report.body);
            cell(&report.body, "headline", "period", "raised")["value"].as_u64().unwrap()
        };
        for query in
            ["financial_year=2026", "quarter=2026-Q4", "from=2026-01-01&to=2026-12-31", ""]
        {
            assert_eq!(counted(query).await, 1, "{query}");
        }
        for query in
            ["financial_year=2025", "quarter=2026-Q1", "from=2026-01-01&to=2026-01-01", "sectors=police"]
        {
            assert_eq!(counted(query).await, 0, "{query}");
        }
        let social_care = house.agency_id("social_care");
        assert_eq!(counted(&format!("agencies={social_care},{NOBODY}")).await, 1);
        for (query, fault) in [
            ("financial_year=2026&quarter=2026-Q4", "/financial_year"),
            ("financial_year=1999", "/financial_year"),
            ("quarter=2026-Q5", "/quarter"),
            ("quarter=Q4", "/quarter"),
            ("from=2026-01-02", "/to"),
            ("to=2026-01-02", "/from"),
            ("from=2026-01-02&to=2026-01-01", "/to"),
            ("agencies=someone", "/agencies"),
            ("sectors=bakery", "/sectors"),
        ] {
            let answer = judith.get(&of(house, &format!("disputes?{query}"))).await;
            assert_faults(&answer, &[fault]);
        }
        let unknown = judith.get(&of(house, "disputes?period=2026")).await;
        assert_problem(&unknown, 400, "bad-request");
    }

    /// The first is raised on Monday at nine, the second on Tuesday.
    async fn a_list_holds_the_cases_of_its_period(house: &House) {
        let first = house.raised().await;
        house.advance_to("2026-12-22T09:10:00Z").await;
        let second = house.raised().await;
        let judith = house.as_("Judith Hale").await;
        for (days, wanted) in [
            ("from=2026-12-21&to=2026-12-22", vec![&first, &second]),
            ("from=2026-12-21&to=2026-12-21", vec![&first]),
            ("from=2026-12-22&to=2026-12-22", vec![&second]),
            ("from=2026-12-22&to=2030-01-01", vec![&second]),
            ("from=2026-12-23&to=2030-01-01", vec![]),
            ("from=2020-01-01&to=2026-12-20", vec![]),
            ("quarter=2026-Q4", vec![&first, &second]),
            ("quarter=2028-Q1", vec![]),
        ] {
            let lines = judith.get(&of(house, &format!("cases?{days}"))).await.list("/items");
            let found: Vec<&str> = lines.iter().map(|it| it["reference"].as_str().unwrap()).collect();
            assert_eq!(found, wanted, "{days}");
            let report = judith.get(&of(house, &format!("disputes?{days}"))).await;
            let raised = cell(&report.body, "headline", "period", "raised")["value"].as_u64();
            assert_eq!(raised, Some(wanted.len() as u64), "{days}");
        }
    }

    async fn officers_have_reports_and_nobody_else(house: &House) {
        let reference = house.raised().await;
        for what in ["disputes", "cases", "picture"] {
            for name in ["Judith Hale", "Professor Alan Greer", "Moira Stennett"] {
                assert_eq!(house.as_(name).await.get(&of(house, what)).await.status, 200, "{name}");
            }
            for name in ["Priya Nair", "Tom Okafor"] {
                assert_problem(&house.as_(name).await.get(&of(house, what)).await, 403, "not-yours");
            }
            let stranger = Client::stranger(house.address);
            assert_problem(&stranger.get(&of(house, what)).await, 401, "not-signed-in");
            let judith = house.as_("Judith Hale").await;
            let nowhere = judith.get(&format!("/partnerships/{NOBODY}/reports/{what}")).await;
            assert_problem(&nowhere, 404, "not-found");
        }
        // Whom a case excludes is not shown it, nor counted it.
        let moira = house.as_("Moira Stennett").await;
        let excluded = house.person_id("Moira Stennett");
        let judith = house.as_("Judith Hale").await;
        let body = json!({
            "restriction": { "reason": "other", "excluded": [excluded] },
            "reason": "It is about somebody whom she knows.",
        });
        let restricted = judith.command(&reference, "restrictions", &body).await;
        assert_eq!(restricted.status, 200, "{}", restricted.body);
        assert_eq!(moira.get(&of(house, "cases")).await.list("/items").len(), 0);
        assert_eq!(judith.get(&of(house, "cases")).await.list("/items").len(), 1);
        let hers = moira.get(&of(house, "disputes")).await;
        assert_eq!(cell(&hers.body, "headline", "period", "raised")["value"], 0);
        let gone = moira.get(&format!("/escalations/{reference}/picture")).await;
        assert_problem(&gone, 404, "not-found");
    }

    async fn a_draft_has_no_picture(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let begun = priya.post("/escalations", &house.draft()).await;
        let path = format!("/escalations/{}/picture", begun.text("/reference"));
        assert_problem(&priya.get(&path).await, 409, "not-now");
    }
}
