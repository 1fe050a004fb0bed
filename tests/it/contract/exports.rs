//! Exports to a spreadsheet.

use super::assert_problem;
use super::directory::put;
use crate::house::{Answer, Client};
use crate::on_each_database;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

type Row = BTreeMap<String, String>;

fn rows(answer: &Answer) -> Vec<Row> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = answer.body.as_str().unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Result<Vec<Row>, csv::Error> = reader.deserialize().collect();
    rows.unwrap()
}

on_each_database! {
    async fn an_export_has_the_cases_of_the_list_and_nothing_that_calculates(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let agency = format!("/agencies/{}", house.agency_id("social_care"));
        let read = judith.get(&agency).await;
        let named = "=HYPERLINK(\"https://evil.example\",\"Social care\")\n, of \"Bromley\"";
        let named = put(&judith, &agency, &read, "name", json!(named.replace('\n', " "))).await;
        assert_eq!(named.status, 200, "{}", named.body);
        for _ in 0..3 {
            house.raised().await;
        }
        let export = judith.get("/exports/escalations").await;
        assert_eq!(export.header("content-type").as_deref(), Some("text/csv; charset=utf-8"));
        let kept = export.header("content-disposition").unwrap();
        assert_eq!(kept, "attachment; filename=\"escalations.csv\"");
        let shown = rows(&export);
        let listed = judith.get("/escalations?limit=200").await.list("/items");
        assert_eq!((shown.len(), listed.len()), (3, 3));
        for (row, case) in shown.iter().zip(&listed) {
            assert_eq!(row["reference"], case["reference"].as_str().unwrap());
            assert_eq!(row["due_at"], case["due_at"].as_str().unwrap());
            assert_eq!((row["status"].as_str(), row["stage"].as_str()), ("open", "1"));
            assert_eq!(row["overdue"], "false");
            let receiving = case["receiving_agency"].as_str().unwrap();
            assert!(receiving.starts_with("=HYPERLINK("));
            assert_eq!(row["receiving_agency"], format!("'{receiving}"));
            assert!(row.values().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
        }
        for word in ["Q.Z.", "RPP-0417"] {
            assert!(!export.body.as_str().unwrap().contains(word), "{word} is a child's");
        }
        let none = rows(&judith.get("/exports/escalations?status=withdrawn").await);
        assert_eq!(none, [] as [Row; 0]);
    }

    async fn an_export_holds_what_somebody_may_see(house: &House) {
        let reference = house.raised().await;
        for (name, count) in [("Priya Nair", 1), ("Judith Hale", 1), ("Ellis Grant", 0), ("Simon Achebe", 0)] {
            let export = house.as_(name).await.get("/exports/escalations").await;
            assert_eq!(rows(&export).len(), count, "{name}");
            assert_eq!(export.body.as_str().unwrap().contains(&reference), count == 1, "{name}");
        }
        let stranger = Client::stranger(house.address);
        assert_problem(&stranger.get("/exports/escalations").await, 401, "not-signed-in");
        let judith = house.as_("Judith Hale").await;
        assert_problem(&judith.get("/exports/escalations?limit=5").await, 400, "bad-request");
    }

    async fn an_export_is_whole_however_many_there_are(house: &House) {
        let priya = house.as_("Priya Nair").await;
        for _ in 0..205 {
            assert_eq!(priya.post("/escalations", &house.draft()).await.status, 201);
        }
        let shown = rows(&priya.get("/exports/escalations?status=draft").await);
        let ids: BTreeSet<&String> = shown.iter().map(|row| &row["id"]).collect();
        assert_eq!((shown.len(), ids.len()), (205, 205));
    }
}
