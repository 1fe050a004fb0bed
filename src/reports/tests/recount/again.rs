//! Each cell of a report, counted again from the lines of the list.

use super::exported::{Exported, Line, answer, is_decided, is_resolving};
use crate::reports::Question;
use crate::reports::tests::histories::at;

/// The count in a cell, or the two of a share.
pub type Counted = (u64, Option<u64>);

/// A cell that is to be counted again.
pub struct Asked<'a> {
    pub it: &'a Exported,
    pub question: &'a Question,
    pub table: &'a str,
    pub row: &'a str,
    pub column: &'a str,
    /// Whether it is in a row, or a column, of totals.
    pub all: bool,
    pub all_columns: bool,
}

impl Asked<'_> {
    /// None if the cell is no count.
    pub fn again(&self) -> Option<Counted> {
        match self.table {
            "headline" => self.headline(),
            "months" => self.month(),
            "sectors" | "agencies_by_agencies" => self.matrix(),
            "agencies" | "never_raised" | "never_in_time" => self.agency(),
            "time_elapsed" | "time_working" => self.time(),
            "survival" => self.survival(),
            "answers" | "on_time" | "server_lateness" | "hand_overs" => self.stays(),
            "ended_how" | "outcomes" | "actions" | "learning" => self.ending(),
            "learning_themes" => self.theme(),
            "ages" | "falling_due" => self.open_now(),
            "work" => self.work(),
            _ => self.cases(),
        }
    }

    fn is<'l>(&'l self, key: &'static str) -> impl Fn(&Line) -> bool + 'l {
        move |case: &Line| self.all || case[key] == self.row
    }

    fn count(&self, is_such: impl Fn(&Line) -> bool) -> Option<Counted> {
        Some((self.it.cases(is_such), None))
    }

    fn cases(&self) -> Option<Counted> {
        let written = |case: &Line| {
            case["level_of_need"].split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
        };
        let is_resolved = |case: &Line| case["status"] == "resolved";
        match self.table {
            "status" => self.count(self.is("status")),
            "areas" => self.count(self.is("area_of_disagreement")),
            "urgency_classes" => self.count(self.is("urgency_class")),
            "topics" => self.count(self.is("topic")),
            "immediate_danger" => self.count(self.is("immediate_danger")),
            "furthest_stage" => self.count(self.is("furthest_stage")),
            "levels_of_need" => self.count(|case| match self.row {
                "total" => true,
                "not_stated" => written(case).is_empty(),
                "other" => {
                    !written(case).is_empty() && !LEVELS_OF_ROWS.contains(&written(case).as_str())
                }
                row => Some(&*written(case)) == row.strip_prefix("level:"),
            }),
            "resolved_by_furthest_stage" => {
                let here = |case: &Line| is_resolved(case) && self.is("furthest_stage")(case);
                let whole = (self.column == "share").then(|| self.it.cases(is_resolved));
                Some((self.it.cases(here), whole))
            }
            "time_to_ending" if self.column == "count" => {
                self.count(|case| !case["first_ended_at"].is_empty())
            }
            _ => None,
        }
    }

    fn headline(&self) -> Option<Counted> {
        let flag = if self.row == "period" { "in_period" } else { "in_period_before" };
        let is_in = |case: &Line| case[flag] == "yes";
        let cases: Vec<&Line> = self.it.cases.iter().filter(|case| is_in(case)).collect();
        let resolved: Vec<&&Line> =
            cases.iter().filter(|case| case["status"] == "resolved").collect();
        let stays: Vec<&Line> = self.it.stays_of(is_in).filter(|stay| is_decided(stay)).collect();
        let such = |count: usize, of: usize| Some((count as u64, Some(of as u64)));
        match self.column {
            "raised" => Some((cases.len() as u64, None)),
            "lowest_stage" => {
                let lowest = resolved.iter().filter(|case| case["furthest_stage"] == "1");
                such(lowest.count(), resolved.len())
            }
            "on_time" => {
                let on_time = stays.iter().filter(|stay| answer(stay) == "on_time");
                such(on_time.count(), stays.len())
            }
            _ => None,
        }
    }

    fn month(&self) -> Option<Counted> {
        let period = self.question.period;
        let (from, to) = (period.from.to_string(), period.to.to_string());
        let within =
            |day: &str| (self.all || day.starts_with(self.row)) && *from <= *day && *day <= *to;
        let stays = |is_such: &dyn Fn(&Line) -> bool| {
            self.it.stays_of(|_| true).filter(|stay| is_such(stay)).count()
        };
        let count = match self.column {
            "raised" => self.it.cases.iter().filter(|case| within(&case["raised_on"])).count(),
            "resolved" => {
                stays(&|stay| is_resolving(&stay["left_why"]) && within(&stay["left_on"]))
            }
            "withdrawn" => {
                stays(&|stay| stay["left_why"] == "withdrawn" && within(&stay["left_on"]))
            }
            "reopened" => {
                stays(&|stay| stay["entered_why"] == "reopened" && within(&stay["entered_on"]))
            }
            "open_at_end" if self.all => return None,
            "open_at_end" => {
                // no day of a month comes after this in the order of texts
                let end = to.clone().min(format!("{}-31", self.row));
                self.it.cases.iter().filter(|case| self.it.is_open_on(case, &end)).count()
            }
            other => panic!("{other}"),
        };
        Some((count as u64, None))
    }

    fn matrix(&self) -> Option<Counted> {
        let title = |key: &str| {
            let words = key.replace('_', " ").replace("childrens", "children's");
            words[..1].to_uppercase() + &words[1..]
        };
        self.count(|case| match self.table {
            "sectors" => {
                (self.all || case["raising_sector"] == title(self.row))
                    && (self.all_columns || case["receiving_sector"] == title(self.column))
            }
            _ => {
                (self.all || case["raising_agency_id"] == self.row)
                    && (self.all_columns || case["receiving_agency_id"] == self.column)
            }
        })
    }

    fn agency(&self) -> Option<Counted> {
        let challenged =
            |case: &Line| case["in_period"] == "yes" && self.is("receiving_agency_id")(case);
        let stays = |kind: Option<&str>| {
            let stays = self.it.stays_of(challenged).filter(|stay| is_decided(stay));
            stays.filter(|stay| kind.is_none_or(|kind| answer(stay) == kind)).count() as u64
        };
        match self.column {
            "raised" => self.count(self.is("raising_agency_id")),
            "received" => self.count(self.is("receiving_agency_id")),
            "decided" => Some((stays(None), None)),
            "silent" if self.table == "never_in_time" => Some((stays(Some("silent")), None)),
            kind => Some((stays(Some(kind)), Some(stays(None)))),
        }
    }

    fn time(&self) -> Option<Counted> {
        let finished = |stay: &Line| stay["stage"] == self.row && !stay["left_at"].is_empty();
        let number = |stay: &Line, key: &str| stay[key].parse::<u64>().unwrap();
        let within = |stay: &Line| {
            finished(stay)
                && match self.table {
                    "time_elapsed" => stay["left_at"] <= stay["due_at"],
                    _ => number(stay, "working_minutes") <= number(stay, "limit_working_minutes"),
                }
        };
        match self.column {
            "count" => Some((self.it.stays(finished), None)),
            "within_limit" => Some((self.it.stays(within), Some(self.it.stays(finished)))),
            _ => None,
        }
    }

    fn survival(&self) -> Option<Counted> {
        let days = |case: &Line| match case["minutes_to_first_ending"].as_str() {
            "" => self.question.as_of.since(at(&case["raised_at"])).num_minutes() / 1_440,
            minutes => minutes.parse::<i64>().unwrap() / 1_440,
        };
        let shown: i64 = self.row.parse().unwrap();
        match self.column {
            "seen_open" => self.count(|case| days(case) >= shown),
            "ended" => self.count(|case| days(case) < shown && !case["first_ended_at"].is_empty()),
            _ => None,
        }
    }

    fn stays(&self) -> Option<Counted> {
        let here = |stay: &Line| self.all || stay["stage"] == self.row;
        let missed = |stay: &Line| !stay["missed_due_at"].is_empty();
        let soon = |stay: &Line| {
            missed(stay) && stay["recorded_late_seconds"].parse::<i64>().unwrap() <= 60
        };
        let count = |is_such: &dyn Fn(&Line) -> bool| self.it.stays(is_such);
        let decided = |stay: &Line| here(stay) && is_decided(stay);
        Some(match (self.table, self.column) {
            ("answers", column) => {
                (count(&|stay| here(stay) && (self.all_columns || answer(stay) == column)), None)
            }
            ("on_time", "decided") => (count(&decided), None),
            ("on_time", _) => {
                let on_time = count(&|stay| here(stay) && answer(stay) == "on_time");
                (on_time, Some(count(&decided)))
            }
            ("server_lateness", "count") => (count(&missed), None),
            ("server_lateness", "within_a_minute") => (count(&soon), Some(count(&missed))),
            ("server_lateness", _) => return None,
            _ if self.all => (count(&|stay| stay["entered_why"] != "raised"), None),
            _ => (count(&|stay| stay["entered_why"] == self.row), None),
        })
    }

    fn work(&self) -> Option<Counted> {
        let key = match self.row {
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
        let cases = || (self.it.cases(|case| case[key] != "0"), Some(self.it.cases(|_| true)));
        let times = || (self.it.add(key, |_| true), None);
        Some(if self.column == "times" { times() } else { cases() })
    }

    fn ending(&self) -> Option<Counted> {
        let ended = |case: &Line| case["status"] != "open";
        let of_area = |case: &Line| ended(case) && self.is("area_of_disagreement")(case);
        let with = |key: &str| {
            let such = self.it.cases(|case| of_area(case) && case[key] != "0");
            Some((such, Some(self.it.cases(of_area))))
        };
        let actions = |key| self.it.add(key, |_| true);
        let all_actions = || {
            actions("action_done_count")
                + actions("action_open_count")
                + actions("action_overdue_count")
        };
        match (self.table, self.row, self.column) {
            ("ended_how", ..) => self.count(|case| ended(case) && self.is("ended_how")(case)),
            ("outcomes", row, _) => self.count(|case| {
                let outcome = case["outcome"].as_str();
                let is_it = outcome == row || (row == "not stated" && outcome.is_empty());
                case["status"] == "resolved" && (self.all || is_it)
            }),
            ("actions", "done", _) => Some((actions("action_done_count"), None)),
            ("actions", "open", _) => Some((actions("action_open_count"), None)),
            ("actions", "overdue", _) => Some((actions("action_overdue_count"), None)),
            ("actions", ..) => Some((all_actions(), None)),
            (_, _, "ended") => self.count(of_area),
            (_, _, "feedback") => with("feedback_count"),
            (_, _, "debrief") => with("debrief_count"),
            (_, _, "with_learning") => with("learning_count"),
            _ => Some((self.it.add("learning_count", of_area), None)),
        }
    }

    fn theme(&self) -> Option<Counted> {
        let ended = |case: &Line| case["status"] != "open";
        let chose = |case: &Line| {
            ended(case) && case["learning_themes"].split("; ").any(|it| it == self.row)
        };
        let whole = (self.column == "share").then(|| self.it.cases(ended));
        Some((self.it.cases(chose), whole))
    }

    fn open_now(&self) -> Option<Counted> {
        let (from, to) = match self.row {
            "0" => (0, 5),
            "6" => (6, 10),
            "11" => (11, 20),
            "21" => (21, 40),
            "41" => (41, 60),
            "61" => (61, u32::MAX),
            _ => (0, u32::MAX),
        };
        let is_of_age = |case: &Line| {
            let age = case["working_days_open"].parse::<u32>().unwrap();
            (from..=to).contains(&age) && (self.all_columns || case["stage"] == self.column)
        };
        // ten working days on
        let last = match self.question.as_of.to_string().get(..10).unwrap() {
            "2026-11-20" => "2026-12-04",
            "2027-12-01" => "2027-12-15",
            other => panic!("{other}"),
        };
        let falls_due = |case: &Line| {
            let (due, overdue) = (case["due_on"].as_str(), case["overdue"] == "yes");
            match self.row {
                "total" => true,
                "overdue" => overdue,
                "later" => !overdue && due > last,
                day => !overdue && due == day,
            }
        };
        let is_such = |case: &&Line| {
            case["status"] == "open"
                && if self.table == "ages" { is_of_age(case) } else { falls_due(case) }
        };
        Some((self.it.cases.iter().filter(is_such).count() as u64, None))
    }
}

/// The levels that have rows of their own where there are not more than twelve.
const LEVELS_OF_ROWS: [&str; 5] = ["level 3", "level 4", "other", "3/4", "level 2"];
