//! Whatever is done to a file, it is refused with its mistakes named, or it says something else, or
//! it means the same: nothing is passed over in silence.

use super::*;

const MUTATIONS: u64 = 500;

/// A row of numbers that is the same each time.
struct Row(u64);

impl Row {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn of<'t, T: ?Sized>(&mut self, things: &[&'t T]) -> &'t T {
        things[self.below(things.len())]
    }
}

const CHARACTERS: [&str; 14] =
    ["\"", "=", "[", "]", "{", "}", ",", "#", " ", "\n", "x", "0", "\u{e9}", "\\"];
const TOKENS: [&str; 22] = [
    "hours", "working days", "days", "working weeks", "minutes", "school days", "months", "0", "1",
    "3", "99", "4294967296", "-1", "escalate", "notify", "inform", "true", "raising", "receiving",
    "partnership", "urgent", "stages",
];

fn mutated(file: &str, row: &mut Row) -> String {
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    let (here, there) = (row.below(lines.len()), row.below(lines.len()));
    match row.below(10) {
        0 => drop(lines.remove(here)),
        1 => lines.insert(there, lines[here].clone()),
        2 => lines.swap(here, there),
        3 => lines.truncate(here.max(1)),
        4 | 5 => return by_character(file, row),
        _ => return by_token(file, row),
    }
    lines.join("\n")
}

fn by_character(file: &str, row: &mut Row) -> String {
    let mut characters: Vec<char> = file.chars().collect();
    let at = row.below(characters.len());
    match row.below(3) {
        0 => drop(characters.remove(at)),
        1 => characters.insert(at, row.of(&CHARACTERS).chars().next().unwrap()),
        _ => characters[at] = row.of(&CHARACTERS).chars().next().unwrap(),
    }
    characters.into_iter().collect()
}

/// A word of the file in place of another: a key, a value, a unit, a number.
fn by_token(file: &str, row: &mut Row) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut words: Vec<(usize, &str)> = Vec::new();
    for (start, _) in file.char_indices() {
        let is_first = !file[..start].chars().next_back().is_some_and(is_word);
        let word = file[start..].split(|c: char| !is_word(c)).next().unwrap();
        if is_first && !word.is_empty() {
            words.push((start, word));
        }
    }
    let (start, word) = words[row.below(words.len())];
    let (_, other) = words[row.below(words.len())];
    let number = row.below(1000).to_string();
    let instead = match row.below(4) {
        0 => row.of(&TOKENS),
        1 if word.parse::<u32>().is_ok() => &number,
        2 => "",
        _ => other,
    };
    format!("{}{instead}{}", &file[..start], &file[start + word.len()..])
}

/// What a file says, without comments, blanks and the order of its keys.
fn said(file: &str) -> Option<toml::Table> {
    toml::from_str(file).ok()
}

fn mutate(name: &str, file: &str, seed: u64) {
    let original = Policy::parse(file).unwrap();
    let mut row = Row(seed);
    let (mut refused, mut same) = (0, 0);
    for number in 0..MUTATIONS {
        let text = mutated(file, &mut row);
        match Policy::parse(&text) {
            Err(found) => {
                refused += 1;
                assert!(!found.is_empty(), "{name} {number}");
                for mistake in found {
                    assert!(!mistake.text.is_empty() && mistake.line >= 1, "{mistake:?}");
                    assert!(mistake.line <= text.matches('\n').count() + 1, "{mistake:?}");
                }
            }
            // What says the same is the same; what says something else, is: a default in words.
            Ok(policy) if policy == original => {
                same += 1;
                let (now, before) = (said(&text).unwrap(), said(file).unwrap());
                let rewritten: toml::Table = toml::from_str(&toml::to_string(&policy).unwrap()).unwrap();
                let of_original: toml::Table =
                    toml::from_str(&toml::to_string(&original).unwrap()).unwrap();
                assert_eq!(rewritten, of_original, "{name} {number}");
                let _ = (now, before);
            }
            Ok(policy) => assert_ne!(said(&text), said(file), "{name} {number} {policy:?}"),
        }
    }
    assert!(refused > MUTATIONS / 4, "{name}: {refused} refused, {same} the same");
}

#[test]
fn nothing_is_passed_over_in_silence() {
    for (seed, (name, file)) in (2026..).zip(FILES) {
        mutate(name, file, seed);
    }
}
