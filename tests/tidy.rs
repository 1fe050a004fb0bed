//! The house keeps its shape: which room may use which, what stands in one place only, how long a
//! file may be. Reads the sources as text; a failure names the file and says what to do.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

const CORE: [&str; 7] =
    ["calendar", "directory", "policy", "escalation", "timeline", "access", "reports"];

/// What a room may use beside itself, `clock` and `ids`; none if it may use everything. A room that
/// is not here must be added before it is built.
fn may_use(room: &str) -> Option<Vec<&'static str>> {
    let with_core = |more: &[&'static str]| Some([&CORE, more].concat());
    match room {
        "clock" | "ids" | "calendar" | "directory" | "auth" | "config" | "watch" => {
            Some(Vec::new())
        }
        "policy" => Some(vec!["calendar", "directory"]),
        "escalation" => Some(vec!["calendar", "directory", "policy"]),
        "timeline" | "notify" => Some(vec!["escalation"]),
        "access" => Some(vec!["directory", "escalation"]),
        "reports" => Some(vec!["calendar", "directory", "policy", "escalation", "timeline"]),
        "rendering" => Some(vec!["reports", "directory", "policy", "escalation", "timeline"]),
        "simulation" => Some(vec!["calendar", "directory", "policy", "escalation", "access"]),
        "store" => with_core(&["notify"]),
        "providers" | "client_address" => Some(vec!["auth"]),
        "engine" => with_core(&["store", "notify", "auth", "simulation", "providers", "watch"]),
        "api" | "web" => {
            let more = ["store", "engine", "auth", "simulation", "watch", "rendering"];
            // A page of a report is asked by the API's query, and refuses in its words.
            let of_room =
                if room == "web" { ["client_address", "api"] } else { ["client_address"; 2] };
            with_core(&[&more[..], &of_room].concat())
        }
        "app" | "cli" | "demo" | "lib" | "main" => None,
        _ => panic!("src/{room}: a new room; say in tests/tidy.rs what it may use"),
    }
}

/// What may stand only in the files whose path begins so, and why.
const KEPT: [(&str, &[&str], &str); 12] = [
    ("diesel", &["store/"], "only the store knows the database"),
    (
        "actix_web",
        &["api/", "web/", "app", "cli/", "client_address", "demo/"],
        "only the doors know the web server",
    ),
    ("reqwest", &["providers/", "watch/", "demo/"], "only these call out, under their limits"),
    ("lettre", &["notify/", "config/"], "only notify knows how mail leaves"),
    // In engine/mod.rs `cron` is the adapter's module, not the crate.
    (" cron::", &["engine/cron.rs", "engine/mod.rs"], "the adapter stands before the crate"),
    ("Utc::now", &["clock.rs"], "take `now` as an argument"),
    ("Local::now", &["clock.rs"], "take `now` as an argument"),
    ("SystemTime::now", &["clock.rs"], "take `now` as an argument"),
    ("Instant::now", &["clock.rs"], "take `now` as an argument"),
    ("Writer<", &["store/", "engine/", "app", "cli/", "demo/"], "changes go through the engine"),
    ("store().write(", &["engine/", "app", "cli/", "demo/"], "changes go through the engine"),
    ("crate::{", &[], "write one `use crate::room::…` a room, so that this test can read it"),
];

const LINES_MAX: usize = 500;

/// Every Rust file below `src`, by its path there, with its lines of code; comments left out.
fn sources() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                let code = |line: &&str| !line.trim_start().starts_with("//");
                // A comment keeps its place as an empty line, so that lines can be counted.
                let lines = text.lines().map(|line| if code(&line) { line } else { "" });
                found.push((name, lines.map(str::to_owned).collect()));
            }
        }
    }
    assert!(found.len() > 100, "the sources were not found");
    found
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/") || file.ends_with("/tests.rs")
}

/// Fails with everything that is wrong, a sentence a line.
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_room_uses_only_the_rooms_that_it_may() {
    let mut wrong = Vec::new();
    for (file, lines) in sources().iter().filter(|(file, _)| !is_test(file)) {
        let room = file.split(['/', '.']).next().unwrap();
        let Some(allowed) = may_use(room) else { continue };
        for rest in lines.iter().flat_map(|line| line.split("crate::").skip(1)) {
            let used = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            if used != room && used != "clock" && used != "ids" && !allowed.contains(&used) {
                wrong.push(format!("src/{file}: {room} may not use {used}"));
            }
            if room == "store" && used == "notify" && !rest.starts_with("notify::Letter;") {
                wrong.push(format!("src/{file}: of notify the store may use Letter only"));
            }
        }
        // `super::super::` from a room's file leaves the room, and would not be seen above.
        let depth = file.split('/').count() - usize::from(file.ends_with("/mod.rs"));
        let way_out = "super::".repeat(depth);
        if lines.iter().any(|line| line.contains(&way_out)) {
            wrong.push(format!("src/{file}: another room is named by `crate::`, not by `super::`"));
        }
    }
    none(&wrong);
}

#[test]
fn what_belongs_in_one_place_stands_there_only() {
    let mut wrong = Vec::new();
    for (file, lines) in sources().iter().filter(|(file, _)| !is_test(file)) {
        for (what, places, why) in KEPT {
            let is_here = lines.iter().any(|line| line.contains(what));
            if is_here && !places.iter().any(|place| file.starts_with(place)) {
                wrong.push(format!("src/{file}: `{what}` may not stand here: {why}"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn no_file_is_longer_than_somebody_reads() {
    let long = |(file, lines): &(String, Vec<String>)| {
        let count = lines.len();
        (count > LINES_MAX && !is_test(file))
            .then(|| format!("src/{file}: {count} lines; split it, {LINES_MAX} are the most"))
    };
    none(&sources().iter().filter_map(long).collect::<Vec<_>>());
}

#[test]
fn every_migration_is_written_for_both_databases() {
    let names = |database: &str| -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        let mut files = Vec::new();
        for migration in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            for file in fs::read_dir(migration.path()).unwrap().map(Result::unwrap) {
                let names = (migration.file_name(), file.file_name());
                files.push(format!("{}/{}", names.0.to_string_lossy(), names.1.to_string_lossy()));
            }
        }
        files.sort();
        files
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty(), "the migrations were not found");
    let alone = |these: &[String], those: &[String], where_: &str| -> Vec<String> {
        let missing = these.iter().filter(|name| !those.contains(name));
        missing.map(|name| format!("migrations/{where_}/{name} is missing")).collect()
    };
    none(&[alone(&sqlite, &postgres, "postgres"), alone(&postgres, &sqlite, "sqlite")].concat());
}
