//! The same figures by another program in another language, from the exported lists.

use super::super::*;
use super::histories::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reports/recompute.py");
const MISSING: &str = "FIGURES NOT COMPARED: no python3 found; install it to work them out again.";

fn write(path: &Path, columns: &[ListColumn], lines: impl Iterator<Item = Vec<String>>) {
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(columns.iter().map(|column| column.key)).unwrap();
    lines.for_each(|cells| writer.write_record(cells).unwrap());
    writer.flush().unwrap();
}

/// What the script says, by table, row and column; none if it cannot be run here.
fn worked_out(question: &Question, cases: &[CaseFacts]) -> Option<BTreeMap<[String; 3], String>> {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|ran| ran.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "{MISSING}");
        eprintln!("{MISSING}");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let (of_cases, of_stays) = (folder.path().join("cases.csv"), folder.path().join("stays.csv"));
    let names = names();
    let list = List::new(question, &names);
    let lines = cases.iter().filter_map(|case| list.case(case)).map(|line| line.cells());
    write(&of_cases, CaseLine::COLUMNS, lines);
    let stays = cases.iter().flat_map(|case| list.stays(case)).map(|line| line.cells());
    write(&of_stays, StayLine::COLUMNS, stays);
    let before = question.before.unwrap();
    let days = [question.period.from, question.period.to, before.from, before.to];
    let mut python = Command::new("python3");
    python.arg(SCRIPT).arg(of_cases).arg(of_stays);
    python.args(days.map(|day| day.to_string())).arg(question.as_of.to_string());
    let ran = python.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let said = String::from_utf8(ran.stdout).unwrap();
    let line = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let mut next = || cells.next().unwrap();
        ([next(), next(), next()], next())
    };
    Some(said.lines().map(line).collect())
}

/// A cell as the script writes it; none where it says nothing.
fn written(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Count { value } | Cell::Minutes { value } => Some(value.to_string()),
        Cell::Share { value, of } => Some(format!("{value}/{of}")),
        Cell::Words { value } => Some(value.clone()),
        Cell::Nothing => None,
        cell => panic!("{cell:?}"),
    }
}

fn compare(question: &Question, cases: &[CaseFacts]) {
    let Some(mut worked_out) = worked_out(question, cases) else { return };
    let report = for_officers(question, cases);
    let mut compared = 0;
    for table in report.sections.iter().flat_map(|section| &section.tables) {
        for row in &table.rows {
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                let place = [table.key.clone(), row.key.clone(), column.key.clone()];
                let said = worked_out.remove(&place);
                match (written(cell), said) {
                    // the script says nothing of what does not occur
                    (Some(nought), None) => {
                        assert!(nought == "0" || nought.starts_with("0/"), "{place:?}: {nought}");
                    }
                    (cell, said) => assert_eq!(cell, said, "{place:?}"),
                }
                compared += 1;
            }
        }
    }
    assert!(worked_out.is_empty(), "not in the report: {worked_out:?}");
    assert!(compared > 500, "{compared}");
}

#[test]
fn another_program_comes_to_the_same_figures() {
    for (seed, count) in [(41, 300), (42, 60), (43, 1_000)] {
        compare(&question(), &cases(seed, count));
    }
}
