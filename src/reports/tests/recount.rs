//! List = count = chart = export: every count of every table is counted again from the lines of the
//! list as they are exported, one simple question a cell.

mod again;
mod exported;

use super::super::*;
use super::histories::*;
use again::Asked;
use exported::Exported;
use std::collections::BTreeSet;

/// Compares every cell of a report; how many counts there were.
pub(super) fn compare(question: &Question, cases: &[CaseFacts]) -> u64 {
    let report = for_officers(question, cases);
    let list = Exported::of(question, cases);
    let mut compared = 0;
    for table in report.sections.iter().flat_map(|section| &section.tables) {
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.key);
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                let place = format!("{} / {} / {}", table.key, row.key, column.key);
                let asked = Asked {
                    it: &list,
                    question,
                    table: &table.key,
                    row: &row.key,
                    column: &column.key,
                    all: row.key == "total",
                    all_columns: column.key == "total",
                };
                let again = asked.again();
                match (cell, again) {
                    (Cell::Count { value }, Some((count, None))) => {
                        assert_eq!(*value, count, "{place}")
                    }
                    (Cell::Share { value, of }, Some((part, Some(whole)))) => {
                        assert_eq!((*value, *of), (part, whole), "{place}");
                    }
                    (Cell::Nothing, None | Some((0, Some(0)))) => {}
                    // what is to come was not counted
                    (Cell::Nothing, Some(_)) if column.key == "open_at_end" => {
                        assert!(row.key > question.as_of.to_string(), "{place}");
                    }
                    (Cell::Share { of: 1_000, .. }, None) => assert_eq!(table.key, "survival"),
                    (Cell::Minutes { .. } | Cell::Words { .. }, None) => {}
                    (cell, again) => panic!("{place}: {cell:?}, {again:?}"),
                }
                compared += u64::from(again.is_some());
            }
        }
        totals_add_up(table);
    }
    compared
}

fn count_in(cell: &Cell) -> u64 {
    match cell {
        Cell::Count { value } => *value,
        cell => panic!("{cell:?}"),
    }
}

fn totals_add_up(table: &Table) {
    let Some((total, rows)) = table.rows.split_last().filter(|(last, _)| last.is_total) else {
        assert!(table.rows.iter().all(|row| !row.is_total), "{}", table.key);
        return;
    };
    for (at, column) in table.columns.iter().enumerate() {
        if matches!(total.cells[at], Cell::Count { .. }) {
            let sum: u64 = rows.iter().map(|row| count_in(&row.cells[at])).sum();
            assert_eq!(count_in(&total.cells[at]), sum, "{} / {}", table.key, column.key);
        }
    }
    if table.columns.last().is_some_and(|column| column.key == "total") {
        for row in &table.rows {
            let (total, cells) = row.cells.split_last().unwrap();
            assert_eq!(count_in(total), cells.iter().map(count_in).sum::<u64>(), "{}", table.key);
        }
    }
}

#[test]
fn every_count_is_counted_again_from_the_list() {
    let cases = cases(6, 1_000);
    let counted = compare(&question(), &cases);
    assert!(counted > 500, "{counted}");
    // what the histories are made of is there at all
    let has =
        |is_such: &dyn Fn(&CaseFacts) -> bool| cases.iter().filter(|case| is_such(case)).count();
    assert!(has(&|case| case.reopened_at.len() > 1) > 5);
    assert!(has(&|case| case.stays.iter().any(|stay| stay.missed.is_some())) > 200);
    assert!(has(&|case| case.stays.iter().any(|stay| stay.left.is_none())) > 100);
}

#[test]
fn every_count_holds_with_filters_and_in_other_periods() {
    let cases = cases(7, 400);
    let sectors = vec![crate::directory::Sector::School];
    let with = |filters: Filters| Question { filters, ..question() };
    let text = |words: &str| vec![words.to_owned()];
    let asked = [
        with(Filters { sectors, ..Filters::default() }),
        with(Filters { agencies: vec![agency(2).0, agency(8).0], ..Filters::default() }),
        with(Filters { topics: text("conference"), ..Filters::default() }),
        with(Filters { areas_of_disagreement: text("threshold"), ..Filters::default() }),
        with(Filters { levels_of_need: text("LEVEL 3"), ..Filters::default() }),
        with(Filters { urgency_classes: text("urgent"), ..Filters::default() }),
        Question { period: Period::quarter(2026, 3).unwrap(), before: None, ..question() },
        Question {
            period: Period::dates(day("2025-02-11"), day("2026-10-25")).unwrap(),
            ..question()
        },
    ];
    let all = Exported::of(&question(), &cases).cases.len();
    for question in asked.iter().take(6) {
        let some = Exported::of(question, &cases).cases.len();
        assert!(0 < some && some < all, "{:?}", question.filters);
    }
    for question in &asked {
        assert!(compare(question, &cases) > 300);
    }
}

#[test]
fn no_case_and_one_case_are_counted_too() {
    compare(&question(), &[]);
    for seed in 0..200 {
        compare(&question(), &cases(seed, 1));
    }
}

#[test]
fn cases_counted_apart_and_added_in_any_order_are_the_same() {
    let (question, cases) = (question(), cases(8, 600));
    let whole = for_officers(&question, &cases);
    let thirds: Vec<Tally> = (0..3)
        .map(|third| {
            tally(&question, &cases.iter().skip(third).step_by(3).cloned().collect::<Vec<_>>())
        })
        .collect();
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]] {
        let mut sum = Tally::new(question.clone());
        order.iter().for_each(|at| sum.merge(thirds[*at].clone()));
        assert_eq!(sum.report(&names(), Audience::Officers, 5), Ok(whole.clone()), "{order:?}");
    }
    let mut backwards = cases;
    backwards.reverse();
    assert_eq!(for_officers(&question, &backwards), whole);
}

#[test]
fn keys_are_unique_and_every_definition_says_what_is_left_out() {
    let report = for_officers(&question(), &cases(9, 50));
    let tables: Vec<&Table> = report.sections.iter().flat_map(|section| &section.tables).collect();
    let keys: BTreeSet<&str> = tables.iter().map(|table| table.key.as_str()).collect();
    assert_eq!(keys.len(), tables.len());
    for table in tables {
        let says = ["not", "never", "left out", "once", "only"];
        assert!(says.iter().any(|word| table.definition.contains(word)), "{}", table.key);
        let rows: BTreeSet<&str> = table.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(rows.len(), table.rows.len(), "{}", table.key);
    }
}
