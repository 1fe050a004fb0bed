//! Somebody with a pencil: all that the definitions say about how the numbers of a published report
//! hang together, over all its tables, as equations; solved, no number that is not shown comes out.
//! Written from the definitions, not from how the report is made.

use super::super::*;
use super::histories::*;
use std::collections::BTreeMap;

/// A number of the report: table, row, column.
type Place = (String, String, String);

/// Arithmetic by this prime: exact, and no equation holds by it that does not hold.
const PRIME: i128 = (1 << 61) - 1;

#[derive(Default)]
struct Pencil {
    unknown: BTreeMap<Place, usize>,
    known: BTreeMap<Place, i128>,
    /// Each so many times which unknown; what they add up to makes no difference to whether it can
    /// be solved.
    equations: Vec<BTreeMap<usize, i128>>,
}

impl Pencil {
    fn read(report: &Report) -> Self {
        let mut pencil = Self::default();
        for table in report.sections.iter().flat_map(|section| &section.tables) {
            for row in &table.rows {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    let place = (table.key.clone(), row.key.clone(), column.key.clone());
                    match cell {
                        Cell::Count { value } => {
                            pencil.known.insert(place, i128::from(*value));
                        }
                        Cell::Suppressed if column.kind == ColumnKind::Count => {
                            let number = pencil.unknown.len();
                            pencil.unknown.insert(place, number);
                        }
                        _ => {}
                    }
                }
            }
        }
        pencil
    }

    /// These and those add up to the same, as far as all of them are in the report.
    fn same(&mut self, these: &[Place], those: &[Place]) {
        let mut equation = BTreeMap::new();
        for (places, times) in [(these, 1), (those, PRIME - 1)] {
            for place in places {
                if let Some(unknown) = self.unknown.get(place) {
                    *equation.entry(*unknown).or_insert(0) += times;
                } else if !self.known.contains_key(place) {
                    return;
                }
            }
        }
        equation.retain(|_, times| {
            *times %= PRIME;
            *times != 0
        });
        if !equation.is_empty() {
            self.equations.push(equation);
        }
    }

    /// The unknowns that have one solution only.
    fn solved(&self) -> Vec<&Place> {
        let mut solved: BTreeMap<usize, BTreeMap<usize, i128>> = BTreeMap::new();
        for equation in &self.equations {
            let mut left = equation.clone();
            while let Some((unknown, times)) =
                left.iter().find(|(unknown, _)| solved.contains_key(unknown)).map(|(a, b)| (*a, *b))
            {
                take(&mut left, &solved[&unknown], times);
            }
            let Some((pivot, times)) = left.iter().next().map(|(a, b)| (*a, *b)) else { continue };
            let by = inverse(times);
            left.values_mut().for_each(|times| *times = *times * by % PRIME);
            for row in solved.values_mut() {
                if let Some(times) = row.get(&pivot).copied() {
                    take(row, &left, times);
                }
            }
            solved.insert(pivot, left);
        }
        let alone = |number: &usize| solved.get(number).is_some_and(|row| row.len() == 1);
        self.unknown.iter().filter(|(_, number)| alone(number)).map(|(place, _)| place).collect()
    }
}

/// Takes so many times one row from another.
fn take(from: &mut BTreeMap<usize, i128>, row: &BTreeMap<usize, i128>, times: i128) {
    for (unknown, there) in row {
        let now = from.entry(*unknown).or_insert(0);
        *now = (*now - there * times % PRIME + PRIME) % PRIME;
        if *now == 0 {
            from.remove(unknown);
        }
    }
}

fn inverse(of: i128) -> i128 {
    let (mut result, mut base, mut power) = (1, of, PRIME - 2);
    while power > 0 {
        if power & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        power >>= 1;
    }
    result
}

fn place(table: &str, row: &str, column: &str) -> Place {
    (table.to_owned(), row.to_owned(), column.to_owned())
}

/// Rows and columns that add up.
fn totals(pencil: &mut Pencil, table: &Table) {
    let keys = |is_such: bool| -> Vec<&str> {
        let rows = table.rows.iter().filter(|row| row.is_total == is_such);
        rows.map(|row| row.key.as_str()).collect()
    };
    if !keys(true).is_empty() {
        for column in &table.columns {
            let parts: Vec<Place> =
                keys(false).iter().map(|row| place(&table.key, row, &column.key)).collect();
            pencil.same(&parts, &[place(&table.key, "total", &column.key)]);
        }
    }
    if table.columns.iter().any(|column| column.key == "total") {
        for row in &table.rows {
            let columns = table.columns.iter().filter(|column| column.key != "total");
            let parts: Vec<Place> =
                columns.map(|column| place(&table.key, &row.key, &column.key)).collect();
            pencil.same(&parts, &[place(&table.key, &row.key, "total")]);
        }
    }
}

/// What the definitions say is the same in several tables.
fn links(pencil: &mut Pencil, report: &Report) {
    let count = |table: &str, row: &str| place(table, row, "count");
    let raised = count("status", "total");
    for table in [
        "areas",
        "levels_of_need",
        "urgency_classes",
        "immediate_danger",
        "topics",
        "furthest_stage",
    ] {
        pencil.same(&[raised.clone()], &[count(table, "total")]);
    }
    pencil.same(&[raised.clone()], &[place("sectors", "total", "total")]);
    pencil.same(&[raised.clone()], &[place("months", "total", "raised")]);
    pencil.same(&[raised.clone()], &[place("headline", "period", "raised")]);
    pencil.same(&[raised.clone()], &[count("ended_how", "total"), count("status", "open")]);
    let resolved = count("status", "resolved");
    for table in ["resolved_by_furthest_stage", "outcomes"] {
        pencil.same(&[resolved.clone()], &[count(table, "total")]);
    }
    let how = ["agreed", "determined", "referred"].map(|how| count("ended_how", how));
    pencil.same(&[resolved], &how);
    pencil.same(&[count("status", "withdrawn")], &[count("ended_how", "withdrawn")]);
    pencil.same(&[count("ended_how", "total")], &[place("learning", "total", "ended")]);
    for row in table(report, "answers").rows.iter().map(|row| row.key.as_str()) {
        let kinds = ["on_time", "not_agreed", "acknowledged_only", "silent", "refused"];
        let kinds = kinds.map(|kind| place("answers", row, kind));
        pencil.same(&[place("on_time", row, "decided")], &kinds);
        pencil.same(&[count("time_elapsed", row)], &[count("time_working", row)]);
    }
}

#[test]
fn no_number_that_is_not_shown_can_be_solved() {
    let mut unknown = 0;
    for seed in 0..120 {
        let made = cases(1_000 + seed, [15, 40, 120, 400, 1_500, 40][seed as usize % 6]);
        let smallest = [3, 5, 10][seed as usize % 3];
        let report =
            tally(&question(), &made).report(&names(), Audience::Publication, smallest).unwrap();
        let mut pencil = Pencil::read(&report);
        report
            .sections
            .iter()
            .flat_map(|it| &it.tables)
            .for_each(|table| totals(&mut pencil, table));
        links(&mut pencil, &report);
        let solved = pencil.solved();
        // of curves and distributions no sums are written
        assert!(solved.is_empty(), "seed {seed}: {solved:?}");
        unknown += pencil.unknown.len();
        assert!(pencil.equations.len() > 5 || pencil.unknown.len() < 20);
    }
    assert!(unknown > 2_000, "{unknown}");
}

/// The pencil works: what is left of a total is solved.
#[test]
fn what_is_alone_is_solved() {
    let mut report = for_officers(&question(), &cases(1, 200));
    let status = report.sections.iter_mut().flat_map(|it| &mut it.tables);
    for table in status.filter(|table| table.key == "status") {
        table.rows[1].cells[0] = Cell::Suppressed;
    }
    let mut pencil = Pencil::read(&report);
    pencil.same(
        &["open", "resolved", "withdrawn"].map(|row| place("status", row, "count")),
        &[place("status", "total", "count")],
    );
    assert_eq!(pencil.solved(), [&place("status", "resolved", "count")]);
}
