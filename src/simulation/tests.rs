//! Simulations: scripts, courses and what they look like.

use super::*;
use crate::clock::UtcInstant;
use crate::escalation::Status;
use crate::policy::Policy;
use std::collections::BTreeSet;

const BSCP: &str = include_str!("../../config/policies/bscp.toml");

fn simulation(setting: Setting) -> Simulation {
    Simulation::new(Policy::parse(BSCP).unwrap(), setting).unwrap()
}

fn at(simulation: &Simulation, local: &str) -> UtcInstant {
    local.parse::<WallTime>().unwrap().instant(simulation.calendar())
}

fn acts(lines: &[&str]) -> Vec<Act> {
    lines.iter().map(|line| line.parse().unwrap_or_else(|why| panic!("{line}: {why}"))).collect()
}

fn report(setting: Setting, start: &str, lines: &[&str]) -> Report {
    let simulation = simulation(setting);
    let course = simulation.play(at(&simulation, start), &acts(lines), None);
    Report::of(&simulation, &[course])
}

#[test]
fn every_act_reads_back_as_it_was_written() {
    for does in [
        "acknowledges",
        "accepts",
        "accepts in part",
        "needs information",
        "refuses",
        "states position",
        "proposes plan_agreed",
        "confirms",
        "declines",
        "escalates early",
        "escalates early to stage 3",
        "withdraws",
        "reopens",
        "reopens at stage 3",
        "determines plan_agreed",
        "refers to court",
        "convenes panel",
        "records discussion",
        "arranges meeting + 3 working days",
        "records meeting",
        "ticks speak",
        "sets action",
        "pauses for 2 working days",
        "resumes",
        "extends by 2 working days",
        "extends speak by 24 hours",
        "urgency urgent",
        "steps down to stage 1",
        "protects until 2026-12-24 12:00",
    ] {
        for when in [
            "raised",
            "raised + 3 hours",
            "stage 2 + 1 working day at 16:30",
            "at 2026-12-24 12:00",
        ] {
            for by in ["raising", "partnership", "receiving.director"] {
                let line = format!("{when}: {by} {does}");
                let act: Act = line.parse().unwrap_or_else(|why| panic!("{line}: {why}"));
                assert_eq!(act.to_string(), line);
                let json = serde_json::to_value(&act).unwrap();
                assert_eq!(serde_json::from_value::<Act>(json).unwrap(), act);
            }
        }
    }
}

#[test]
fn what_is_no_act_is_refused_with_what_to_write() {
    for (line, told) in [
        ("receiving acknowledges", "WHEN: WHO DOES WHAT"),
        ("soon: receiving acknowledges", "must say when"),
        ("stage one: receiving acknowledges", "must say when"),
        ("raised + 2 moons: receiving acknowledges", "must be a length"),
        ("raised + 2 hours at 12:00: receiving acknowledges", "must be a length"),
        ("raised + 1001 days: receiving acknowledges", "must be a length"),
        ("raised: somebody acknowledges", "must be a side"),
        ("raised: receiving dances", "one of: acknowledges"),
        ("raised: receiving", "one of: acknowledges"),
        ("raised: receiving steps down to stage x", "must number a stage"),
        ("at noon: receiving acknowledges", "must be a local time"),
    ] {
        let why = line.parse::<Act>().unwrap_err();
        assert!(why.contains(told), "{line}: {why}");
    }
}

#[test]
fn days_count_at_midday_or_as_said_and_hours_run_on() {
    let simulation = simulation(Setting::default());
    let calendar = simulation.calendar();
    for (from, length, to) in [
        ("2026-12-24 17:00", "1 working day", "2026-12-29 12:00"),
        ("2026-12-24 17:00", "1 working day at 16:30", "2026-12-29 16:30"),
        ("2026-12-24 17:00", "1 day", "2026-12-25 12:00"),
        ("2026-12-24 17:00", "0 days", "2026-12-24 17:00"),
        ("2026-12-24 17:00", "1 working week", "2027-01-05 12:00"),
        ("2027-03-27 16:00", "24 hours", "2027-03-28 17:00"),
        ("2026-12-24 17:00", "90 minutes", "2026-12-24 18:30"),
    ] {
        let from = at(&simulation, from);
        let length: Length = length.parse().unwrap();
        assert_eq!(calendar.say(length.after(calendar, from)), calendar.say(at(&simulation, to)));
    }
}

#[test]
fn the_telling_starts_are_told_with_why() {
    let simulation = simulation(Setting::default());
    let starts = telling_starts(simulation.policy(), simulation.calendar());
    let said: Vec<String> = starts
        .iter()
        .map(|it| format!("{} {}", simulation.calendar().say(it.at), it.why))
        .collect();
    assert_eq!(
        said,
        [
            "Fri 4 Sep 2026, 16:50 a Friday afternoon",
            "Mon 7 Sep 2026, 09:10 a Monday morning",
            "Sat 24 Oct 2026, 16:00 the day before the clocks change",
            "Thu 24 Dec 2026, 11:30 Christmas Eve",
            "Sat 27 Mar 2027, 16:00 the day before the clocks change",
        ]
    );
}

#[test]
fn where_everybody_is_silent_the_case_climbs_to_the_top_and_stays_open() {
    let report = report(Setting::default(), "2026-12-21 09:10", &[]);
    let course = &report.courses[0];
    let due: Vec<&str> = course
        .steps
        .iter()
        .filter(|step| step.happened.iter().any(|words| words.contains(" begins ")))
        .map(|step| step.running[0].due_at_local.as_str())
        .collect();
    assert_eq!(
        due,
        [
            "Wed 30 Dec 2026, 17:00",
            "Thu 7 Jan 2027, 17:00",
            "Thu 14 Jan 2027, 17:00",
            "Thu 21 Jan 2027, 17:00"
        ]
    );
    assert_eq!(course.status, Some(Status::Open));
    assert!(course.stands.starts_with("open and overdue in stage 4 of 4"), "{}", course.stands);
}

#[test]
fn a_refused_act_is_shown_and_the_case_goes_on() {
    let report = report(
        Setting::default(),
        "2026-12-21 09:10",
        &[
            "stage 1 + 1 hour: partnership determines plan_agreed",
            "stage 1 + 2 hours: receiving confirms",
            "stage 9: raising withdraws",
            "at 2026-12-01 09:00: raising withdraws",
            "raised + 3 hours: raising withdraws",
        ],
    );
    let course = &report.courses[0];
    let refused: Vec<&str> =
        course.steps.iter().filter_map(|step| step.refused.as_deref()).collect();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(refused[1], "There is no proposal on the table.");
    assert_eq!(course.status, Some(Status::Withdrawn));
    assert_eq!(
        course.unplayed,
        ["stage 9: raising withdraws", "at 2026-12-01 09:00: raising withdraws"]
    );
}

#[test]
fn where_nobody_is_there_the_partnership_is_told_all_the_same() {
    for missing in ["vacant", "absent"] {
        let everybody = vec![Missing::Everybody];
        let setting = match missing {
            "vacant" => Setting { vacant: everybody, ..Setting::default() },
            _ => Setting { absent: everybody, ..Setting::default() },
        };
        let report = report(setting, "2026-12-21 09:10", &[]);
        for step in &report.courses[0].steps {
            let told = step.told.iter().any(|it| it.name == "The partnership");
            assert!(told || step.told.is_empty(), "{missing}: {step:?}");
        }
        assert!(report.courses[0].stands.contains("stage 4 of 4"));
    }
}

#[test]
fn a_challenge_that_cannot_be_raised_says_why() {
    let late = "2026-12-20 12:00".parse().unwrap();
    let setting = Setting { protective_deadline: Some(late), ..Setting::default() };
    let report = report(setting, "2026-12-21 09:10", &[]);
    let course = &report.courses[0];
    assert_eq!(course.status, None);
    assert!(course.steps[0].refused.as_ref().unwrap().contains("must be in the future"));
    assert!(table(&report).contains("REFUSED"));
}

#[test]
fn the_table_fits_a_terminal() {
    let simulation = simulation(Setting::default());
    let starts = telling_starts(simulation.policy(), simulation.calendar());
    let courses: Vec<Course> =
        starts.iter().map(|start| simulation.play(start.at, &[], None)).collect();
    let table = table(&Report::of(&simulation, &courses));
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
}

#[test]
fn the_calendar_file_keeps_the_rules_of_its_form() {
    let report =
        report(Setting::default(), "2026-12-21 09:10", &["stage 1 + 1 day: receiving refuses"]);
    let file = calendar_file(&report);
    assert_eq!(file, calendar_file(&report), "the same in every run");
    assert!(file.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
    for line in file.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    let unfolded = file.replace("\r\n ", "");
    let lines: Vec<&str> = unfolded.lines().collect();
    let all = |name: &str| -> Vec<&str> {
        lines.iter().filter_map(|line| line.strip_prefix(name)).collect()
    };
    let uids: BTreeSet<&str> = all("UID:").into_iter().collect();
    let entries = all("BEGIN:VEVENT").len();
    assert!(entries > 8, "{unfolded}");
    assert_eq!(uids.len(), entries, "each entry has an id of its own");
    assert_eq!(all("DTSTAMP:").len(), entries);
    assert!(all("DTSTART:").contains(&"20261230T170000Z"), "{unfolded}");
}

#[test]
fn what_a_new_version_says_otherwise_is_told_and_what_moves() {
    let old = Policy::parse(BSCP).unwrap();
    let newer = BSCP.replace("version = 1", "version = 2").replacen(
        "limits = { standard = \"1 working week\", urgent = \"1 working day\" }\nact = [\"raising.line_manager\"",
        "limits = { standard = \"2 working days\", urgent = \"1 working day\" }\nact = [\"raising.line_manager\"",
        1,
    );
    let new = Policy::parse(&newer).unwrap();
    let said: Vec<String> =
        differences(&old, &new).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["version: 1 -> 2", "stage 2, limits, standard: 1 working week -> 2 working days"]
    );
    assert_eq!(differences(&old, &old).unwrap(), []);
    let simulation = simulation(Setting::default());
    let start = at(&simulation, "2026-12-18 16:50");
    let moved = shifts(&old, &new, &Setting::default(), &[start]).unwrap();
    let words: Vec<String> =
        moved.iter().map(|it| it.in_words("stage", simulation.calendar())).collect();
    assert_eq!(
        words[0],
        "stage 2, standard, raised Fri 18 Dec 2026, 16:50, everybody silent: \
         due Wed 6 Jan 2027, 17:00 -> Thu 31 Dec 2026, 17:00 (3 working days sooner)"
    );
    assert_eq!(words.len(), 3, "the later stages move with it: {words:?}");
    assert_eq!(shifts(&old, &old, &Setting::default(), &[start]).unwrap(), []);
}
