//! The examples of docs/calendars.md, run.

use super::*;
use chrono::NaiveDateTime;

const DOCUMENT: &str = include_str!("../../../docs/calendars.md");

/// The fenced blocks of a kind and a text, with the heading that they stand under.
fn blocks() -> impl Iterator<Item = (String, &'static str, &'static str)> {
    let mut heading = String::new();
    DOCUMENT.split("\n```").enumerate().filter_map(move |(place, part)| {
        let is_block = place % 2 == 1;
        if is_block {
            let (kind, text) = part.split_once('\n').unwrap();
            return Some((heading.clone(), kind, text));
        }
        let mut headings = part.lines().filter_map(|line| line.strip_prefix("## "));
        if let Some(last) = headings.next_back() {
            heading = last.to_owned();
        }
        None
    })
}

/// The four keys that are always there, with those of a block in their stead or beside them.
fn calendar_with(always: &str, block: &str) -> Calendar {
    let key = |line: &str| line.split('=').next().unwrap().to_owned();
    let replaced: Vec<String> = block.lines().map(key).collect();
    let kept = always.lines().filter(|line| !replaced.contains(&key(line)));
    let text = kept.chain(block.lines()).collect::<Vec<_>>().join("\n");
    Calendar::new(toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))).unwrap()
}

fn read(calendar: &Calendar, text: &str) -> UtcInstant {
    let local = NaiveDateTime::parse_from_str(text, "%a %d %b %Y, %H:%M");
    calendar.instant_of(local.unwrap_or_else(|error| panic!("{text}: {error}")))
}

/// What an example comes to: lines of a key and a text.
fn check(calendar: &Calendar, example: &str) -> usize {
    let lines: Vec<(&str, &str)> = example
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(key, text)| (key, text.trim()))
        .collect();
    let all = |wanted: &str| -> Vec<&str> {
        lines.iter().filter(|(key, _)| *key == wanted).map(|(_, text)| *text).collect()
    };
    let from = read(calendar, all("from")[0]);
    let limits: Vec<Limit> = all("limit").iter().map(|text| text.parse().unwrap()).collect();
    let pauses: Vec<Interval> = all("paused")
        .iter()
        .map(|text| text.split_once(" to ").unwrap())
        .map(|(from, to)| Interval { from: read(calendar, from), to: read(calendar, to) })
        .collect();
    let mut due = calendar.due_of_shortest(from, &limits).unwrap();
    due = calendar.shifted(&due, &limits[0], &pauses);
    for further in all("further") {
        due = calendar.extended(&due, &further.parse().unwrap());
    }
    let mut then = None;
    for (key, text) in &lines {
        match *key {
            "due" => assert_eq!(due.derivation, *text),
            "ahead" => then = Some(calendar.before(due.at, text.parse().unwrap())),
            "share" => {
                then = Some(calendar.share(from, due.at, &limits[0], text.parse().unwrap()));
            }
            "then" => assert_eq!(calendar.say(then.take().unwrap()), *text, "{example}"),
            _ => assert!(["from", "limit", "paused", "further"].contains(key), "{key}?"),
        }
    }
    lines.iter().filter(|(key, _)| *key == "due" || *key == "then").count()
}

#[test]
fn the_examples_come_out_as_they_stand() {
    let always = blocks().find(|(_, kind, _)| *kind == "toml").unwrap().2;
    let (mut calendar, mut under, mut checked) = (calendar_with(always, ""), String::new(), 0);
    for (heading, kind, text) in blocks() {
        // keys hold until the next keys or the next heading
        if heading != under {
            (calendar, under) = (calendar_with(always, ""), heading);
        }
        match kind {
            "toml" => calendar = calendar_with(always, text),
            "example" => checked += check(&calendar, text),
            other => panic!("a block of {other:?}"),
        }
    }
    assert!(checked >= 35, "{checked} examples were found");
}
