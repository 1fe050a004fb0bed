//! The list as it is exported, and the simple questions that are asked of its lines.

use super::super::histories::names;
use crate::reports::{CaseFacts, CaseLine, List, ListColumn, Question, StayLine};
use std::collections::BTreeMap;

pub type Line = BTreeMap<&'static str, String>;

fn keyed(columns: &[ListColumn], cells: Vec<String>) -> Line {
    assert_eq!(columns.len(), cells.len());
    columns.iter().map(|column| column.key).zip(cells).collect()
}

/// The list, as texts.
pub struct Exported {
    pub cases: Vec<Line>,
    /// By reference.
    stays: BTreeMap<String, Vec<Line>>,
}

impl Exported {
    pub fn of(question: &Question, cases: &[CaseFacts]) -> Self {
        let names = names();
        let list = List::new(question, &names);
        let lines: Vec<CaseLine> = cases.iter().filter_map(|case| list.case(case)).collect();
        let mut stays: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in cases.iter().flat_map(|case| list.stays(case)) {
            let keyed = keyed(StayLine::COLUMNS, line.cells());
            stays.entry(line.reference.clone()).or_default().push(keyed);
        }
        let cases = lines.iter().map(|line| keyed(CaseLine::COLUMNS, line.cells())).collect();
        Self { cases, stays }
    }

    pub fn of_period(&self) -> impl Iterator<Item = &Line> {
        self.cases.iter().filter(|case| case["in_period"] == "yes")
    }

    pub fn cases(&self, is_such: impl Fn(&Line) -> bool) -> u64 {
        self.of_period().filter(|case| is_such(case)).count() as u64
    }

    pub fn add(&self, key: &str, is_such: impl Fn(&Line) -> bool) -> u64 {
        self.of_period()
            .filter(|case| is_such(case))
            .map(|case| case[key].parse::<u64>().unwrap())
            .sum()
    }

    /// Whether a case was open when a local day ended.
    pub fn is_open_on(&self, case: &Line, day: &str) -> bool {
        let stays = &self.stays[&case["reference"]];
        let ended = |stay: &&Line| {
            let why = stay["left_why"].as_str();
            (is_resolving(why) || why == "withdrawn") && *stay["left_on"] <= *day
        };
        let again = |stay: &&Line| stay["entered_why"] == "reopened" && *stay["entered_on"] <= *day;
        *case["raised_on"] <= *day
            && stays.iter().filter(ended).count() == stays.iter().filter(again).count()
    }

    /// Stays of cases that are such, in and out of the period.
    pub fn stays_of(&self, is_such: impl Fn(&Line) -> bool) -> impl Iterator<Item = &Line> {
        let cases = self.cases.iter().filter(move |case| is_such(case));
        cases.flat_map(|case| self.stays.get(&case["reference"]).into_iter().flatten())
    }

    pub fn stays(&self, is_such: impl Fn(&Line) -> bool) -> u64 {
        self.stays_of(|case| case["in_period"] == "yes").filter(|stay| is_such(stay)).count() as u64
    }
}

pub fn is_resolving(why: &str) -> bool {
    ["agreed", "determined", "referred"].contains(&why)
}

/// How a stay was answered, worked out from what happened rather than read.
pub fn answer(stay: &Line) -> &'static str {
    let refused = stay["stance"] == "refuses";
    if !stay["missed_due_at"].is_empty() {
        return match stay["answer_at_deadline"].as_str() {
            "silence" => "silent",
            "acknowledged_only" => "acknowledged_only",
            "refusal" => "refused",
            "answered_not_agreed" => "not_agreed",
            other => panic!("{other}"),
        };
    }
    match stay["left_why"].as_str() {
        "" => "running",
        "refused" => "refused",
        why if is_resolving(why) => "on_time",
        _ if stay["answered_at"].is_empty() => "ended_before",
        _ if refused => "refused",
        _ => "on_time",
    }
}

pub fn is_decided(stay: &Line) -> bool {
    DECIDED.contains(&answer(stay))
}

const DECIDED: [&str; 5] = ["on_time", "not_agreed", "acknowledged_only", "silent", "refused"];
