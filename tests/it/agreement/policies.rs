//! The policies that are played: every shipped one, and random ones with whatever the language has.

use super::Place;
use super::random::Random;
use bscp_escalation::directory::Sector;
use bscp_escalation::policy::Policy;
use bscp_escalation::simulation::{Missing, Setting, Simulation};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const SECTORS: [Sector; 6] = [
    Sector::School,
    Sector::ChildrensSocialCare,
    Sector::Police,
    Sector::HealthProvider,
    Sector::GeneralPractice,
    Sector::EarlyYears,
];
const MISSING: [&str; 8] = [
    "raising.line_manager",
    "receiving.practitioner",
    "receiving.line_manager",
    "receiving.service_manager",
    "raising.head_of_service",
    "partnership.business_manager",
    "partnership.scrutineer",
    "everybody",
];

/// Made-up partnerships, each under a policy of its own.
pub fn places(random: &mut Random, count: usize) -> Vec<Place> {
    let shipped = shipped();
    let mut places: Vec<Place> = Vec::new();
    while places.len() < count {
        let number = places.len() + 1;
        let text = match shipped.get(places.len() % (3 * shipped.len())) {
            Some(text) => text.clone(),
            None => generated(random),
        };
        let text: String = text
            .lines()
            .map(|line| match line.starts_with("partnership = ") {
                true => format!("partnership = \"p{number}\"\n"),
                false => format!("{line}\n"),
            })
            .collect();
        // Not judged: what the check refuses, and a server would never publish, is played as well.
        let policy = Policy::read(&text).unwrap_or_else(|mistake| panic!("{mistake}\n{text}"));
        let setting = setting(random, number);
        let simulation = Simulation::new(policy.clone(), setting.clone()).unwrap();
        places.push(Place { policy, text, setting, simulation });
    }
    places
}

fn setting(random: &mut Random, number: usize) -> Setting {
    let mut missing = |times: usize| -> Vec<Missing> {
        let count = if random.once_in(times) { 1 + random.below(2) } else { 0 };
        (0..count).map(|_| random.pick(&MISSING).parse().unwrap()).collect()
    };
    let (vacant, absent) = (missing(3), missing(4));
    Setting {
        raising_sector: *random.pick(&SECTORS),
        receiving_sector: *random.pick(&SECTORS),
        vacant,
        absent,
        first_number: number as u64 * 10_000,
        ..Setting::default()
    }
}

fn shipped() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/policies");
    let mut files = Vec::new();
    for folder in [root.clone(), root.join("made-up")] {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        files.extend(paths.filter(|path| path.extension().is_some_and(|it| it == "toml")));
    }
    files.sort();
    assert!(!files.is_empty());
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

const LIMITS: [&str; 14] = [
    "90 minutes",
    "24 hours",
    "48 hours",
    "1 working day",
    "2 working days",
    "3 working days",
    "5 working days",
    "1 working week",
    "10 working days",
    "3 days",
    "14 days",
    "4 working hours",
    "same working day",
    "36 hours",
];
const REMINDERS: [&str; 5] = ["1 working day before", "2 hours before", "half way", "80%", "25%"];
const AGENCIES: [&str; 8] = [
    "raising.practitioner",
    "receiving.practitioner",
    "raising.line_manager",
    "receiving.line_manager",
    "raising.service_manager",
    "receiving.service_manager",
    "raising.director",
    "receiving.director",
];

fn limit(random: &mut Random) -> String {
    let one = |random: &mut Random| format!("\"{}\"", random.pick(&LIMITS));
    match random.below(5) {
        0 => format!("{{ standard = {}, urgent = {} }}", one(random), one(random)),
        1 => format!("[{}, {}]", one(random), one(random)),
        _ => one(random),
    }
}

/// A policy with whatever the language has, by chance.
fn generated(random: &mut Random) -> String {
    let mut text = String::from(HEAD);
    for (key, what) in [
        ("extension", "at_most = \"5 working days\"\ntimes = 2"),
        ("pause", "at_most = \"5 working days\"\ntimes = 2"),
        ("step_down", "times = 1"),
        ("reopening", "within = \"28 days\""),
    ] {
        if random.once_in(2) {
            writeln!(text, "[{key}]\n{what}").unwrap();
        }
    }
    let again = if random.once_in(3) { "until_acknowledged_every = \"6 hours\"" } else { "" };
    writeln!(text, "[overdue]\ntell = [\"partnership.business_manager\"]\nagain_each_working_day_at = \"09:00\"\n{again}").unwrap();
    let stages = 2 + random.below(3);
    if random.once_in(3) {
        writeln!(
            text,
            "[[caps]]\nfrom_stage = 1\nto_stage = 2\nlimits = \"{}\"",
            random.pick(&LIMITS)
        )
        .unwrap();
    }
    for stage in 1..=stages {
        one_stage(random, &mut text, stage == stages);
    }
    text
}

fn one_stage(random: &mut Random, text: &mut String, is_last: bool) {
    let rung = *random.pick(&["practitioner", "line_manager", "service_manager", "director"]);
    writeln!(text, "[[stages]]\ntitle = \"A stage\"").unwrap();
    let deciders = "\"partnership.scrutineer\", \"partnership.panel_member\"";
    if is_last {
        writeln!(text, "act = [\"raising.{rung}\", \"receiving.{rung}\", {deciders}]").unwrap();
        writeln!(text, "determine = [{deciders}]").unwrap();
    } else {
        writeln!(text, "act = [\"raising.{rung}\", \"receiving.{rung}\"]").unwrap();
    }
    writeln!(text, "limits = {}", limit(random)).unwrap();
    let mut perhaps = |line: String, times: usize, random: &mut Random| {
        if random.once_in(times) {
            writeln!(text, "{line}").unwrap();
        }
    };
    let reminder = *random.pick(&REMINDERS);
    perhaps(format!("reminders = [\"{reminder}\", \"1 hour before\"]"), 2, random);
    perhaps(format!("warn_other_side = \"{}\"", random.pick(&REMINDERS)), 3, random);
    perhaps("acknowledge_within = \"1 working day\"".to_owned(), 3, random);
    perhaps("on_refusal = \"escalate\"".to_owned(), 3, random);
    perhaps("on_deadline = \"notify\"".to_owned(), 5, random);
    perhaps("on_silence = \"notify\"".to_owned(), 6, random);
    perhaps("hours_of = \"receiving\"".to_owned(), 4, random);
    perhaps("exit_needs = [\"discussion\"]".to_owned(), 6, random);
    perhaps(format!("consult = [\"{}\"]", random.pick(&AGENCIES)), 4, random);
    perhaps(
        format!("copy = [\"{}\", \"partnership.business_manager\"]", random.pick(&AGENCIES)),
        2,
        random,
    );
    if is_last && random.once_in(3) {
        writeln!(text, "[stages.panel]\nsize = 3\nagencies = 2\nsectors = [\"health_provider\"]\nindependent = true\nchair = [\"partnership.scrutineer\"]\nconvene_within = {}\ndecide_within = {}", limit(random), limit(random)).unwrap();
    }
    for key in ["speak", "letter"].iter().take(random.below(3)) {
        let start = *random.pick(&[
            "stage entered",
            "answered",
            "acknowledged",
            "discussion held",
            "raised",
        ]);
        let end = *random.pick(&[
            "ticked off",
            "answered",
            "discussion held",
            "positions stated",
            "meeting arranged",
        ]);
        let then = *random.pick(&["inform", "notify", "escalate"]);
        let start = if *key == "letter" && random.once_in(2) { "speak ended" } else { start };
        let start = if start == end { "stage entered" } else { start };
        writeln!(text, "[[stages.tasks]]\nkey = \"{key}\"\ntitle = \"The task {key}\"\nlimits = {}\nstarts = \"{start}\"\nends = \"{end}\"\non_deadline = \"{then}\"", limit(random)).unwrap();
        if random.once_in(2) {
            writeln!(text, "who = [\"{}\"]", random.pick(&AGENCIES)).unwrap();
        }
        if random.once_in(2) {
            writeln!(text, "reminders = [\"{}\"]", random.pick(&REMINDERS)).unwrap();
        }
        if random.once_in(4) {
            writeln!(text, "when = {{ urgency_class = [\"urgent\"] }}").unwrap();
        }
    }
}

const HEAD: &str = r#"
key = "random"
title = "A random policy"
partnership = "somewhere"
version = 1
effective_from = "2026-09-01"
approved_by = "nobody"
source = "chance"
population = "children"
urgency_classes = ["standard", "urgent"]
urgency_after_protective_deadline = "urgent"
areas_of_disagreement = [{ key = "one", title = "One" }, { key = "other", title = "Other" }]
outcomes = [{ key = "plan_agreed", title = "Plan agreed" }, { key = "not_changed", title = "Not changed" }]
[calendar]
zone = "Europe/London"
division = "england-and-wales"
day_starts = "09:00"
day_ends = "17:00"
[roles.director]
title = "director of safeguarding"
rung = "head_of_service"
"#;
