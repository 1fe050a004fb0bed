//! docs/reports.md says what stands beside the figures.

use super::super::*;
use super::histories::*;

const DOCUMENT: &str = include_str!("../../../docs/reports.md");

#[test]
fn the_document_holds_the_definitions_that_are_shown() {
    let printed = definitions(&for_officers(&question(), &[]));
    if std::env::var_os("PRINT_DEFINITIONS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reports.md"), &printed).unwrap();
    }
    assert!(
        DOCUMENT == printed,
        "print it anew: PRINT_DEFINITIONS=1 cargo test --lib the_document_holds_the_definitions"
    );
}

#[test]
fn every_column_of_the_lists_is_defined() {
    let all = CaseLine::COLUMNS.iter().chain(StayLine::COLUMNS);
    for ListColumn { key, definition } in all {
        assert!(definition.ends_with('.') && definition.len() > 10, "{key}: {definition}");
    }
}
