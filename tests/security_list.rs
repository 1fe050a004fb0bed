//! The list of security requirements tells the truth: `docs/asvs.md` has every requirement of OWASP
//! ASVS 5.0.0 at levels 1 and 2, every test that it names exists, and what it says it counts.
//!
//! `WRITE_COUNTS=1 cargo test --test security_list` writes the counts anew.

#![cfg(test)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Number and level of each requirement, in the standard's order.
const IDS: &str = include_str!("security_list/ids.txt");
const STATES: [&str; 4] = ["met", "partly", "not met", "not applicable"];
const HEAD: &str = "| id | level | what it means here | state | proof |";
const BEGIN: &str = "<!-- counts -->\n";
const END: &str = "<!-- /counts -->";

struct Row {
    id: String,
    level: String,
    meaning: String,
    state: String,
    proof: String,
}

impl Row {
    fn chapter(&self) -> &str {
        self.id.split('.').next().unwrap()
    }

    /// The tests that it names: file and function.
    fn tests(&self) -> Vec<(&str, &str)> {
        let code = self.proof.split('`').skip(1).step_by(2);
        code.filter_map(|code| code.split_once("::")).collect()
    }
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn rows() -> Vec<Row> {
    let text = read("docs/asvs.md");
    let counted = text.split_once(END).expect("the counts come first").1;
    let lines = counted.lines().filter(|line| line.starts_with('|'));
    let lines = lines.filter(|line| *line != HEAD && !line.starts_with("|---"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, level, meaning, state, proof] = cells.try_into().unwrap_or_else(|cells| {
            panic!("not five cells: {cells:?}");
        });
        let [id, level, meaning, state, proof] =
            [id, level, meaning, state, proof].map(str::to_owned);
        Row { id, level, meaning, state, proof }
    };
    lines.map(row).collect()
}

/// Fails with everything that is wrong, a line each.
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_requirement_is_there_once_and_in_order() {
    let rows = rows();
    let listed: Vec<String> = rows.iter().map(|row| format!("{} {}", row.id, row.level)).collect();
    let wanted: Vec<&str> = IDS.lines().collect();
    assert_eq!(wanted.len(), 253, "the standard has 70 at level 1 and 183 at level 2");
    let missing = wanted.iter().filter(|id| !listed.iter().any(|listed| listed == *id));
    let unknown = listed.iter().filter(|id| !wanted.contains(&id.as_str()));
    none(&missing.map(|id| format!("missing in docs/asvs.md: {id}")).collect::<Vec<_>>());
    none(&unknown.map(|id| format!("unknown, or of another level: {id}")).collect::<Vec<_>>());
    assert_eq!(listed, wanted, "twice, or not in order");
}

#[test]
fn every_row_says_what_it_means_and_how_it_stands() {
    let mut wrong = Vec::new();
    for row in rows() {
        let Row { id, meaning, state, proof, .. } = &row;
        let words = meaning.split_whitespace().count();
        if !(6..=14).contains(&words) {
            wrong.push(format!("{id}: say it in 6 to 14 words, not in {words}"));
        }
        if !STATES.contains(&state.as_str()) {
            wrong.push(format!("{id}: `{state}` is none of {STATES:?}"));
        }
        if proof.is_empty() {
            wrong.push(format!("{id}: say which test proves it, or why not"));
        }
        if state == "met" && row.tests().is_empty() {
            wrong.push(format!("{id}: it is met, and no test is named"));
        }
    }
    none(&wrong);
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut texts: HashMap<String, String> = HashMap::new();
    let mut wrong = Vec::new();
    for row in rows() {
        for (file, test) in row.tests() {
            if !path(file).is_file() {
                wrong.push(format!("{}: there is no {file}", row.id));
                continue;
            }
            let text = texts.entry(file.to_owned()).or_insert_with(|| read(file));
            if !text.contains(&format!("fn {test}(")) {
                wrong.push(format!("{}: {file} has no test {test}", row.id));
            }
        }
    }
    none(&wrong);
}

/// How many of these rows are in each state, after how many there are.
fn count(rows: &[&Row]) -> [usize; 5] {
    let in_state = |state: &str| rows.iter().filter(|row| row.state == state).count();
    let [met, partly, not_met, not_applicable] = STATES.map(in_state);
    [rows.len(), met, partly, not_met, not_applicable]
}

fn table(rows: &[Row]) -> String {
    let line = |name: &str, rows: &[&Row]| {
        let numbers = count(rows).map(|number| number.to_string()).join(" | ");
        format!("| {name} | {numbers} |\n")
    };
    let mut text = format!("| | in all | {} |\n|---|---|---|---|---|---|\n", STATES.join(" | "));
    let mut chapters: Vec<&str> = rows.iter().map(Row::chapter).collect();
    chapters.dedup();
    for chapter in chapters {
        let of_it: Vec<&Row> = rows.iter().filter(|row| row.chapter() == chapter).collect();
        text += &line(&format!("V{chapter}"), &of_it);
    }
    for level in ["1", "2"] {
        let of_it: Vec<&Row> = rows.iter().filter(|row| row.level == level).collect();
        text += &line(&format!("level {level}"), &of_it);
    }
    text + &line("**all**", &rows.iter().collect::<Vec<_>>())
}

fn sentence(rows: &[Row]) -> String {
    let [all, met, partly, not_met, not_applicable] = count(&rows.iter().collect::<Vec<_>>());
    format!(
        "Of the {all} requirements at levels 1 and 2, {not_applicable} do not apply here. Of the other {}, \
         {met} are met, {partly} partly, {not_met} not.\n",
        all - not_applicable
    )
}

#[test]
fn the_counts_are_what_is_there() {
    let rows = rows();
    for (file, right) in [("docs/asvs.md", table(&rows)), ("docs/security.md", sentence(&rows))] {
        let text = read(file);
        let (before, rest) = text.split_once(BEGIN).expect("where the counts begin");
        let (told, after) = rest.split_once(END).expect("where the counts end");
        if std::env::var_os("WRITE_COUNTS").is_some() {
            fs::write(path(file), format!("{before}{BEGIN}{right}{END}{after}")).unwrap();
            continue;
        }
        assert_eq!(told, right, "{file}: WRITE_COUNTS=1 writes it anew. It should be:\n{right}");
    }
}

#[test]
fn nothing_waits_for_work_that_is_under_way() {
    let rows = rows();
    let waiting = rows.iter().filter_map(|row| {
        let (_, part) = row.proof.split_once("pending:")?;
        Some(format!("{} ({}): waits for{part}", row.id, row.meaning))
    });
    none(&waiting.collect::<Vec<_>>());
}
