//! The reference of the policy language, written from the table of keys.

use super::keys::{Key, Kind, POLICY, Presence, Table};
use super::{Anchor, Milestone, Who};
use std::fmt::Write;

/// The reference in Markdown: `docs/policy-language.md`.
pub fn language() -> String {
    let mut text = HEAD.to_owned();
    let mut tables = Vec::new();
    collect(&POLICY, &mut tables);
    for table in tables {
        section(&mut text, table);
    }
    text.push_str("\n## Kinds of values\n\n");
    text.push_str(VALUES);
    list(&mut text, "Who", "A side and a rung, or a function of the partnership:", Who::words());
    text.push_str(
        "\nBeside these, `raising.` or `receiving.` with the key of a role that the policy \
         declares in `[roles]`.\n",
    );
    list(&mut text, "Start of a clock", "What a clock can count from:", Anchor::words());
    text.push_str(
        "\nBeside these, another task of the stage by its key with `done`, `missed` or `ended`, \
         such as `speak done`. `decision received` is the end of that day, and needs \
         `decision_received_on` in `require`.\n",
    );
    list(&mut text, "End of a task", "What can end a task:", Milestone::words());
    text.push_str(
        "\n`ticked off` is done by whoever the task is for. Everything else is seen by itself when \
         it happens.\n",
    );
    text
}

const HEAD: &str = "\
# The policy language

Every key that a policy file may say. This file is printed by `bscp-escalation policy language`
from the table that `policy check` goes by; a test holds the two together. How to write a policy
step by step stands in [write-your-policy.md](write-your-policy.md).

A policy is a TOML file: `key = value`, tables in brackets, lists of tables in double brackets,
comments after `#`. Keys that stand before the first bracket belong to the policy itself.
";

const VALUES: &str = "\
**Text, days, times** stand in quotes: `\"2026-09-01\"`, `\"09:00\"`.

**Length of time**: a whole number and a unit, or a word:

- `\"90 minutes\"`, `\"48 hours\"` run on through nights, weekends and holidays;
- `\"4 working hours\"`, `\"30 working minutes\"` run within working hours only;
- `\"5 working days\"`, `\"1 working week\"` (five working days), `\"5 school days\"`;
- `\"28 days\"`, `\"2 weeks\"`, `\"3 months\"` count days of any kind;
- `\"same working day\"` ends with the working day on which it starts, or with the next one where
  it starts after the cut-off or on no working day;
- `\"immediately\"` allows what the calendar says, an hour if it says nothing.

Days, weeks and months do not count the day on which they start, and end with their last day, as the
calendar's `start_day_counts` and `days_end` say.

**Limit**: a length of time; then, where it differs from the calendar, `, to close of business`,
`, to midnight` or `, to the same time`, and `, start day counted` or `, start day not counted`;
and in brackets what else the policy prints for it, which is shown and never counted:
`\"48 hours (two working days)\"`, `\"5 working days, to midnight, start day counted\"`.

**Limits**: one limit for every urgency class; a list of which the shortest counts,
`[\"5 working days\", \"7 days\"]`; or a table from class to either,
`{ standard = \"5 working days\", urgent = \"24 hours\" }`. A class that is not named has the
ordinary class's.

**Reminder**: a length of time `before` the clock runs out, or a share of it:
`\"1 working day before\"`, `\"half way\"`, `\"80%\"`. One that would come before the clock starts,
as in an urgent case, does not come.
";

/// The tables in the order in which they are read, each once.
fn collect(table: &'static Table, tables: &mut Vec<&'static Table>) {
    if tables.iter().any(|there| there.name == table.name) {
        return;
    }
    tables.push(table);
    for key in table.keys {
        if let Kind::Table(below) | Kind::Tables(below) | Kind::ByName(Kind::Table(below)) =
            &key.kind
        {
            collect(below, tables);
        }
    }
}

// Writing to a text cannot fail, so what `write!` answers is not looked at.
fn section(text: &mut String, table: &Table) {
    let _ = write!(text, "\n## {}\n\n{}\n", table.name, table.about);
    for key in table.keys {
        entry(text, key);
    }
}

fn entry(text: &mut String, key: &Key) {
    let Key { name, kind, presence, meaning, example } = key;
    let (what, words) = match kind {
        Kind::OneOf(words) => ("one of the words below".to_owned(), *words),
        Kind::List(Kind::OneOf(words)) => ("list of the words below".to_owned(), *words),
        kind => (kind.in_words(), &[][..]),
    };
    let there = match presence {
        Presence::Required => "needed".to_owned(),
        Presence::Default(default) => format!("if left out: {default}"),
    };
    let is_value = !matches!(kind, Kind::Table(_) | Kind::Tables(_) | Kind::ByName(_))
        || example.starts_with(['[', '{']) && !example.starts_with("[[");
    let example = if is_value { format!("`{name} = {example}`") } else { example.to_string() };
    let _ = write!(text, "\n### `{name}`\n\n{meaning}\n\n- {what}; {there}\n- {example}\n");
    for (word, means) in words {
        let _ = writeln!(text, "- `\"{word}\"`: {means}");
    }
}

fn list<'w>(text: &mut String, title: &str, about: &str, words: impl Iterator<Item = &'w str>) {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    let _ = write!(text, "\n### {title}\n\n{about} {}.\n", words.join(", "));
}
