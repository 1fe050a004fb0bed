//! List = count = chart = export: every count of every table is counted again from the lines of the
//! list as they are exported, one simple question a cell.

use super::super::*;
use super::histories::*;
use std::collections::{BTreeMap, BTreeSet};

type Line = BTreeMap<&'static str, String>;

fn keyed(columns: &[ListColumn], cells: Vec<String>) -> Line {
    assert_eq!(columns.len(), cells.len());
    columns.iter().map(|column| column.key).zip(cells).collect()
}

/// The list, as texts.
struct Exported {
    cases: Vec<Line>,
    /// By reference.
    stays: BTreeMap<String, Vec<Line>>,
}

impl Exported {
    fn of(question: &Question, cases: &[CaseFacts]) -> Self {
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

    fn of_period(&self) -> impl Iterator<Item = &Line> {
        self.cases.iter().filter(|case| case["in_period"] == "yes")
    }

    fn cases(&self, is_such: impl Fn(&Line) -> bool) -> u64 {
        self.of_period().filter(|case| is_such(case)).count() as u64
    }

    fn add(&self, key: &str, is_such: impl Fn(&Line) -> bool) -> u64 {
        self.of_period()
            .filter(|case| is_such(case))
            .map(|case| case[key].parse::<u64>().unwrap())
            .sum()
    }

    /// Stays of cases that are such, in and out of the period.
    fn stays_of(&self, is_such: impl Fn(&Line) -> bool) -> impl Iterator<Item = &Line> {
        let cases = self.cases.iter().filter(move |case| is_such(case));
        cases.flat_map(|case| self.stays.get(&case["reference"]).into_iter().flatten())
    }

    fn stays(&self, is_such: impl Fn(&Line) -> bool) -> u64 {
        self.stays_of(|case| case["in_period"] == "yes").filter(|stay| is_such(stay)).count() as u64
    }
}

fn is_resolving(why: &str) -> bool {
    ["agreed", "determined", "referred"].contains(&why)
}

/// How a stay was answered, worked out from what happened rather than read.
fn answer(stay: &Line) -> &'static str {
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

const DECIDED: [&str; 5] = ["on_time", "not_agreed", "acknowledged_only", "silent", "refused"];

/// The count in a cell, or the two of a share; none if the cell is no count.
fn recounted(
    it: &Exported,
    question: &Question,
    table: &str,
    row: &str,
    column: &str,
) -> Option<(u64, Option<u64>)> {
    let all = row == "total";
    let all_columns = column == "total";
    let count = |is_such: &dyn Fn(&Line) -> bool| Some((it.cases(is_such), None));
    let is = |key: &'static str| move |case: &Line| all || case[key] == row;
    let is_decided = |stay: &&Line| DECIDED.contains(&answer(stay));
    Some(match table {
        "headline" => {
            let flag = if row == "period" { "in_period" } else { "in_period_before" };
            let cases: Vec<&Line> = it.cases.iter().filter(|case| case[flag] == "yes").collect();
            let resolved = cases.iter().filter(|case| case["status"] == "resolved");
            let stays: Vec<&Line> =
                it.stays_of(|case| case[flag] == "yes").filter(is_decided).collect();
            match column {
                "raised" => (cases.len() as u64, None),
                "lowest_stage" => {
                    let lowest = resolved.clone().filter(|case| case["furthest_stage"] == "1");
                    (lowest.count() as u64, Some(resolved.count() as u64))
                }
                "on_time" => {
                    let on_time = stays.iter().filter(|stay| answer(stay) == "on_time");
                    (on_time.count() as u64, Some(stays.len() as u64))
                }
                _ => return None,
            }
        }
        "months" => {
            let (from, to) = (question.period.from.to_string(), question.period.to.to_string());
            let within = |day: &str| (all || day.starts_with(row)) && *from <= *day && *day <= *to;
            let any = || it.stays_of(|_| true);
            let count = match column {
                "raised" => it.cases.iter().filter(|case| within(&case["raised_on"])).count(),
                "resolved" => any()
                    .filter(|stay| is_resolving(&stay["left_why"]) && within(&stay["left_on"]))
                    .count(),
                "withdrawn" => any()
                    .filter(|stay| stay["left_why"] == "withdrawn" && within(&stay["left_on"]))
                    .count(),
                "reopened" => any()
                    .filter(|stay| stay["entered_why"] == "reopened" && within(&stay["entered_on"]))
                    .count(),
                "open_at_end" if all => return None,
                "open_at_end" => {
                    // no day of a month comes after this in the order of texts
                    let end = to.clone().min(format!("{row}-31"));
                    let is_open = |case: &&Line| {
                        let stays = &it.stays[&case["reference"]];
                        let ended = |stay: &&Line| {
                            let why = stay["left_why"].as_str();
                            (is_resolving(why) || why == "withdrawn") && stay["left_on"] <= end
                        };
                        let again = |stay: &&Line| {
                            stay["entered_why"] == "reopened" && stay["entered_on"] <= end
                        };
                        case["raised_on"] <= end
                            && stays.iter().filter(ended).count()
                                == stays.iter().filter(again).count()
                    };
                    it.cases.iter().filter(is_open).count()
                }
                other => panic!("{other}"),
            };
            (count as u64, None)
        }
        "status" => return count(&is("status")),
        "sectors" => {
            let title = |key: &str| {
                let words = key.replace('_', " ").replace("childrens", "children's");
                words[..1].to_uppercase() + &words[1..]
            };
            return count(&|case| {
                (all || case["raising_sector"] == title(row))
                    && (all_columns || case["receiving_sector"] == title(column))
            });
        }
        "agencies_by_agencies" => {
            return count(&|case| {
                (all || case["raising_agency_id"] == row)
                    && (all_columns || case["receiving_agency_id"] == column)
            });
        }
        "agencies" | "never_raised" | "never_in_time" => {
            let challenged = |case: &Line| {
                case["in_period"] == "yes" && (all || case["receiving_agency_id"] == row)
            };
            let stays = |kind: Option<&str>| {
                let stays = it.stays_of(challenged).filter(is_decided);
                stays.filter(|stay| kind.is_none_or(|kind| answer(stay) == kind)).count() as u64
            };
            match column {
                "raised" => return count(&is("raising_agency_id")),
                "received" => return count(&is("receiving_agency_id")),
                "decided" => (stays(None), None),
                "silent" if table == "never_in_time" => (stays(Some("silent")), None),
                kind => (stays(Some(kind)), Some(stays(None))),
            }
        }
        "areas" => return count(&is("area_of_disagreement")),
        "urgency_classes" => return count(&is("urgency_class")),
        "topics" => return count(&is("topic")),
        "immediate_danger" => return count(&is("immediate_danger")),
        "levels_of_need" => {
            let written = |case: &Line| {
                case["level_of_need"]
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase()
            };
            return count(&|case| match row {
                "total" => true,
                "not_stated" => written(case).is_empty(),
                "other" => false,
                row => Some(&*written(case)) == row.strip_prefix("level:"),
            });
        }
        "furthest_stage" => return count(&is("furthest_stage")),
        "resolved_by_furthest_stage" => {
            let here = it.cases(|case| {
                case["status"] == "resolved" && (all || case["furthest_stage"] == row)
            });
            let resolved = it.cases(|case| case["status"] == "resolved");
            (here, (column == "share").then_some(resolved))
        }
        "time_elapsed" | "time_working" => {
            let finished = |stay: &Line| stay["stage"] == row && !stay["left_at"].is_empty();
            let number = |stay: &Line, key: &str| stay[key].parse::<u64>().unwrap();
            let within = |stay: &Line| {
                finished(stay)
                    && match table {
                        "time_elapsed" => stay["left_at"] <= stay["due_at"],
                        _ => {
                            number(stay, "working_minutes") <= number(stay, "limit_working_minutes")
                        }
                    }
            };
            match column {
                "count" => (it.stays(finished), None),
                "within_limit" => (it.stays(within), Some(it.stays(finished))),
                _ => return None,
            }
        }
        "time_to_ending" if column == "count" => {
            return count(&|case| !case["first_ended_at"].is_empty());
        }
        "survival" => {
            let days = |case: &Line| match case["minutes_to_first_ending"].as_str() {
                "" => question.as_of.since(at(&case["raised_at"])).num_minutes() / 1_440,
                minutes => minutes.parse::<i64>().unwrap() / 1_440,
            };
            let shown: i64 = row.parse().unwrap();
            match column {
                "seen_open" => return count(&|case| days(case) >= shown),
                "ended" => {
                    return count(&|case| days(case) < shown && !case["first_ended_at"].is_empty());
                }
                _ => return None,
            }
        }
        "answers" => {
            let count = it.stays(|stay| {
                (all || stay["stage"] == row) && (all_columns || answer(stay) == column)
            });
            (count, None)
        }
        "on_time" => {
            let here = |kind: Option<&str>| {
                it.stays(|stay| {
                    (all || stay["stage"] == row)
                        && kind.map_or(is_decided(&stay), |kind| answer(stay) == kind)
                })
            };
            match column {
                "decided" => (here(None), None),
                _ => (here(Some("on_time")), Some(here(None))),
            }
        }
        "server_lateness" => {
            let missed = |stay: &Line| !stay["missed_due_at"].is_empty();
            let soon = |stay: &Line| {
                missed(stay) && stay["recorded_late_seconds"].parse::<i64>().unwrap() <= 60
            };
            match column {
                "count" => (it.stays(missed), None),
                "within_a_minute" => (it.stays(soon), Some(it.stays(missed))),
                _ => return None,
            }
        }
        "work" => {
            let key = match row {
                "reminders" => "reminder_count",
                "told_again" => "told_again_count",
                "failed_messages" => "failed_message_count",
                "delayed_messages" => "delayed_message_count",
                "extensions" => "extension_count",
                "pauses" => "pause_count",
                "meetings" => "meeting_count",
                "reopenings" => "reopening_count",
                other => panic!("{other}"),
            };
            match column {
                "times" => (it.add(key, |_| true), None),
                _ => (it.cases(|case| case[key] != "0"), Some(it.cases(|_| true))),
            }
        }
        "hand_overs" => {
            let count = it.stays(|stay| match row {
                "total" => stay["entered_why"] != "raised",
                why => stay["entered_why"] == why,
            });
            (count, None)
        }
        "ended_how" => {
            return count(&|case| case["status"] != "open" && (all || case["ended_how"] == row));
        }
        "outcomes" => {
            return count(&|case| {
                let outcome = case["outcome"].as_str();
                let is_it = outcome == row || (row == "not stated" && outcome.is_empty());
                case["status"] == "resolved" && (all || is_it)
            });
        }
        "actions" => {
            let of = |key| it.add(key, |_| true);
            let (done, open, overdue) =
                (of("action_done_count"), of("action_open_count"), of("action_overdue_count"));
            let count = match row {
                "done" => done,
                "open" => open,
                "overdue" => overdue,
                _ => done + open + overdue,
            };
            (count, None)
        }
        "learning" => {
            let here = |case: &Line| {
                case["status"] != "open" && (all || case["area_of_disagreement"] == row)
            };
            let with =
                |key: &str| (it.cases(|case| here(case) && case[key] != "0"), Some(it.cases(here)));
            match column {
                "ended" => (it.cases(here), None),
                "feedback" => with("feedback_count"),
                "debrief" => with("debrief_count"),
                "with_learning" => with("learning_count"),
                _ => (it.add("learning_count", here), None),
            }
        }
        "ages" => {
            let (from, to) = match row {
                "total" => (0, u32::MAX),
                "0" => (0, 5),
                "6" => (6, 10),
                "11" => (11, 20),
                "21" => (21, 40),
                "41" => (41, 60),
                _ => (61, u32::MAX),
            };
            let count = it.cases.iter().filter(|case| {
                let age = case["working_days_open"].parse::<u32>();
                case["status"] == "open"
                    && age.is_ok_and(|age| (from..=to).contains(&age))
                    && (all_columns || case["stage"] == column)
            });
            (count.count() as u64, None)
        }
        "falling_due" => {
            // ten working days on from Friday 20 November 2026
            let last = "2026-12-04";
            let count = it.cases.iter().filter(|case| {
                let (due, overdue) = (case["due_on"].as_str(), case["overdue"] == "yes");
                case["status"] == "open"
                    && match row {
                        "total" => true,
                        "overdue" => overdue,
                        "later" => !overdue && due > last,
                        day => !overdue && due == day,
                    }
            });
            (count.count() as u64, None)
        }
        _ => return None,
    })
}

/// Compares every cell of a report; how many counts there were.
fn compare(question: &Question, cases: &[CaseFacts]) -> u64 {
    let report = for_officers(question, cases);
    let list = Exported::of(question, cases);
    let mut compared = 0;
    for table in report.sections.iter().flat_map(|section| &section.tables) {
        for row in &table.rows {
            assert_eq!(row.cells.len(), table.columns.len(), "{}", table.key);
            for (column, cell) in table.columns.iter().zip(&row.cells) {
                let place = format!("{} / {} / {}", table.key, row.key, column.key);
                let again = recounted(&list, question, &table.key, &row.key, &column.key);
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
