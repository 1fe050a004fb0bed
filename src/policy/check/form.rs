//! The form of a file, held against the table of keys.

use super::document::{Lines, below};
use super::mistake::Mistake;
use super::values;
use crate::policy::keys::{Kind, POLICY, Table};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong with the form of a file. Keys that are missing are named only where every line
/// could be read.
pub(super) fn form(lines: &Lines<'_>, root: &DeTable<'_>, is_whole: bool) -> Vec<Mistake> {
    let mut form = Form { lines, is_whole, found: Vec::new() };
    form.table("", &POLICY, root);
    form.found
}

struct Form<'a> {
    lines: &'a Lines<'a>,
    is_whole: bool,
    found: Vec<Mistake>,
}

impl Form<'_> {
    fn wrong(&mut self, path: &str, text: impl Into<String>) {
        self.found.push(self.lines.mistake(path, text));
    }

    fn table(&mut self, path: &str, table: &Table, given: &DeTable<'_>) {
        for (name, value) in given.iter() {
            let name: &str = name.get_ref();
            let path = below(path, name);
            match table.keys.iter().find(|key| key.name == name) {
                Some(key) => self.value(&path, &key.kind, value),
                None => self.unknown(&path, name, table, given),
            }
        }
        let there = |name: &str| given.iter().any(|(key, _)| key.get_ref() == name);
        let missing = table.keys.iter().filter(|key| key.is_required() && !there(key.name));
        for key in missing.filter(|_| self.is_whole) {
            let what = if path.is_empty() { "the policy" } else { "this" };
            let example = match &key.kind {
                Kind::Table(_) | Kind::Tables(_) => key.example.to_owned(),
                _ => format!("{} = {}", key.name, key.example),
            };
            self.found.push(self.lines.mistake(
                &below(path, key.name),
                format!("{what} needs the key '{}': add {example}", key.name),
            ));
        }
    }

    fn unknown(&mut self, path: &str, name: &str, table: &Table, given: &DeTable<'_>) {
        let free = table
            .keys
            .iter()
            .map(|key| key.name)
            .filter(|key| !given.iter().any(|(there, _)| there.get_ref() == *key));
        let text = match (home_of(name, table), values::nearest(name, free)) {
            (Some(home), _) => format!("there is no key '{name}' here; it belongs to: {home}"),
            (None, Some(meant)) => {
                format!("there is no key '{name}' here; did you mean '{meant}'?")
            }
            (None, None) => format!(
                "there is no key '{name}' here; remove it, or use one of: {}",
                table.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
            ),
        };
        self.wrong(path, text);
    }

    fn value(&mut self, path: &str, kind: &Kind, value: &Spanned<DeValue<'_>>) {
        match (kind, value.get_ref()) {
            (Kind::Table(table), DeValue::Table(given)) => self.table(path, table, given),
            (Kind::Tables(table), DeValue::Array(array)) => {
                for (index, element) in array.iter().enumerate() {
                    self.value(&format!("{path}[{index}]"), &Kind::Table(table), element);
                }
            }
            (Kind::ByName(kind), DeValue::Table(given)) => {
                for (name, value) in given.iter() {
                    self.value(&below(path, name.get_ref()), kind, value);
                }
            }
            (Kind::List(kind), DeValue::Array(array)) => {
                for (index, element) in array.iter().enumerate() {
                    self.value(&format!("{path}[{index}]"), kind, element);
                }
            }
            (Kind::Limits, value) => self.limits(path, value),
            (Kind::Anchors, DeValue::Array(array)) if array.is_empty() => {
                self.wrong(path, "name what starts the clock, such as \"stage entered\"");
            }
            (Kind::Anchors, DeValue::Array(array)) => {
                for (index, element) in array.iter().enumerate() {
                    self.value(&format!("{path}[{index}]"), &Kind::Anchor, element);
                }
            }
            (Kind::Whole { least, most }, DeValue::Integer(number)) => {
                let number = i64::from_str_radix(number.as_str(), number.radix());
                if !number.is_ok_and(|number| (*least..=*most).contains(&number)) {
                    self.wrong(path, format!("give a whole number from {least} to {most}"));
                }
            }
            (Kind::YesNo, DeValue::Boolean(_)) => {}
            (kind, DeValue::String(text)) => self.text(path, kind, text),
            (kind, value) => self.wrong(path, wrong_type(kind, value)),
        }
    }

    fn limits(&mut self, path: &str, value: &DeValue<'_>) {
        match value {
            DeValue::Table(by_class) if by_class.is_empty() => {
                self.wrong(path, "give at least one limit, such as \"5 working days\"");
            }
            DeValue::Table(by_class) => {
                for (class, limits) in by_class.iter() {
                    let path = below(path, class.get_ref());
                    match limits.get_ref() {
                        DeValue::Table(_) => {
                            self.wrong(&path, wrong_type(&Kind::Limit, limits.get_ref()));
                        }
                        limits => self.limits(&path, limits),
                    }
                }
            }
            DeValue::Array(limits) if limits.is_empty() => {
                self.wrong(path, "give at least one limit, such as \"5 working days\"");
            }
            DeValue::Array(limits) => {
                for (index, limit) in limits.iter().enumerate() {
                    self.value(&format!("{path}[{index}]"), &Kind::Limit, limit);
                }
            }
            DeValue::String(text) => self.text(path, &Kind::Limit, text),
            other => self.wrong(path, wrong_type(&Kind::Limits, other)),
        }
    }

    fn text(&mut self, path: &str, kind: &Kind, text: &str) {
        let result = match kind {
            Kind::Text | Kind::Class if text.trim().is_empty() => {
                Err("this is blank: write what people are to read".to_owned())
            }
            Kind::Text | Kind::Class => Ok(()),
            Kind::Slug => values::is_key(text, '-').then_some(()).ok_or_else(|| {
                "use small letters, digits and hyphens, at most 40, such as \"bscp\"".to_owned()
            }),
            Kind::Word => values::is_key(text, '_').then_some(()).ok_or_else(|| {
                "use small letters, digits and underscores, at most 40, such as \"level_of_need\""
                    .to_owned()
            }),
            Kind::Day => values::day(text),
            Kind::Time => values::time(text),
            Kind::Zone => values::zone(text),
            Kind::OneOf(words) => values::one_of(text, words),
            Kind::Allowance => values::allowance(text),
            Kind::Limit => values::limit(text),
            Kind::Who => values::who(text),
            Kind::RungOrRole => values::rung_or_role(text),
            Kind::Hours => values::hours(text),
            Kind::Anchor | Kind::Anchors => values::anchor(text),
            Kind::Milestone => values::milestone(text),
            Kind::Reminder => values::reminder(text),
            Kind::Whole { .. } => Err("write the number without quotes".to_owned()),
            Kind::YesNo => Err("write true or false, without quotes".to_owned()),
            Kind::List(_) => Err(format!("this is a list: put it in brackets, as [\"{text}\"]")),
            Kind::Limits | Kind::Table(_) | Kind::Tables(_) | Kind::ByName(_) => {
                Err(format!("this is no text but a {}", kind.in_words()))
            }
        };
        if let Err(text) = result {
            self.wrong(path, text);
        }
    }
}

fn wrong_type(kind: &Kind, value: &DeValue<'_>) -> String {
    match (kind, value) {
        (Kind::Day, DeValue::Datetime(_)) => {
            "put the day in quotes, such as \"2026-09-01\"".to_owned()
        }
        (Kind::Time, DeValue::Datetime(_)) => {
            "put the time in quotes, such as \"09:00\"".to_owned()
        }
        (Kind::Limit | Kind::Limits | Kind::Allowance, _) => {
            "write a limit in quotes, such as \"5 working days\"".to_owned()
        }
        (Kind::Whole { .. }, _) => "write a whole number, such as 1".to_owned(),
        (Kind::YesNo, _) => "write true or false".to_owned(),
        (Kind::List(of), _) => {
            format!("write a list in brackets, [\"...\", \"...\"], of: {}", of.in_words())
        }
        (Kind::Table(_) | Kind::Tables(_) | Kind::ByName(_), _) => {
            format!("this must be a {}", kind.in_words())
        }
        (kind, _) => format!("write a text in quotes: {}", kind.in_words()),
    }
}

/// The tables that know a key which does not belong where it stands.
fn home_of(name: &str, not: &Table) -> Option<String> {
    let mut homes = Vec::new();
    search(&POLICY, name, &mut homes);
    homes.retain(|home| *home != not.name);
    homes.dedup();
    (!homes.is_empty()).then(|| homes.join(", "))
}

fn search(table: &Table, name: &str, homes: &mut Vec<&'static str>) {
    for key in table.keys {
        if key.name == name && !homes.contains(&table.name) {
            homes.push(table.name);
        }
        match &key.kind {
            Kind::Table(below) | Kind::Tables(below) | Kind::ByName(Kind::Table(below)) => {
                search(below, name, homes);
            }
            _ => {}
        }
    }
}
