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
    "hours",
    "working days",
    "days",
    "working weeks",
    "minutes",
    "school days",
    "months",
    "0",
    "1",
    "3",
    "99",
    "4294967296",
    "-1",
    "escalate",
    "notify",
    "inform",
    "true",
    "raising",
    "receiving",
    "partnership",
    "urgent",
    "stages",
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

/// Mutates a file: what becomes of it is refused, or different, or the same.
fn mutate(file: &str, seed: u64) {
    let original = Policy::parse(file).unwrap();
    let mut row = Row(seed);
    let (mut refused, mut different, mut in_other_words) = (0, 0, 0);
    for number in 0..MUTATIONS {
        let text = mutated(file, &mut row);
        match Policy::parse(&text) {
            Err(found) => {
                refused += 1;
                assert!(!found.is_empty(), "{number}");
                for mistake in found {
                    assert!(!mistake.text.is_empty() && mistake.line >= 1, "{mistake:?}");
                    assert!(mistake.line <= text.matches('\n').count() + 1, "{mistake:?}");
                }
            }
            // Only a comment, a blank or an order was changed.
            Ok(policy) if said(&text) == said(file) => assert_eq!(policy, original, "{number}"),
            Ok(policy) if policy == original => in_other_words += 1,
            Ok(_) => different += 1,
        }
    }
    // Such as a default that is no longer said, or "15:0" for "15:00": Eq sees every field.
    assert!(in_other_words < 10, "{in_other_words}");
    assert!(refused > MUTATIONS / 4 && different > 10, "{refused} refused, {different} different");
}

macro_rules! mutate_each {
    ($($name:ident: $index:literal),+) => {$(
        #[test]
        fn $name() {
            mutate(FILES[$index].1, 2026 + $index);
        }
    )+};
}

mutate_each!(
    bscp_mutated: 0,
    london_mutated: 1,
    lincolnshire_mutated: 2,
    sefton_mutated: 3,
    alerts_mutated: 4,
    every_key_mutated: 5,
    referral_mutated: 6
);
