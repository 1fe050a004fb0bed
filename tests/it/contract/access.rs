//! docs/access.md has a row for every operation of the API document, and for no other.

use crate::house::Client;
use crate::on_each_database;
use std::collections::BTreeSet;

const TEXT: &str = include_str!("../../../docs/access.md");

/// The operations that have a row.
fn rows() -> Vec<String> {
    let rows = TEXT.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(operation, _)| operation.to_owned()).collect()
}

on_each_database! {
    async fn every_operation_has_its_row_in_the_document_about_access(house: &House) {
        let document = Client::stranger(house.address).get("/openapi.json").await.body;
        let mut operations = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                operations.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let rows = rows();
        let told: BTreeSet<String> = rows.iter().cloned().collect();
        assert_eq!(told.len(), rows.len(), "docs/access.md: an operation stands there twice");
        let without_row: Vec<_> = operations.difference(&told).collect();
        let without_operation: Vec<_> = told.difference(&operations).collect();
        assert_eq!(without_row, [] as [&String; 0], "say in docs/access.md who may do these");
        assert_eq!(without_operation, [] as [&String; 0], "docs/access.md: there are no such");
    }
}
