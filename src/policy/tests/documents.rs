//! The documents say what holds: the reference is the one that is printed, and every example of the
//! how-to can be written.

use super::*;

const LANGUAGE: &str = include_str!("../../../docs/policy-language.md");
const HOW_TO: &str = include_str!("../../../docs/write-your-policy.md");

#[test]
fn the_reference_is_the_one_that_is_printed() {
    assert!(
        LANGUAGE == language(),
        "print it anew: bscp-escalation policy language > docs/policy-language.md"
    );
}

/// Where in the file a part of an example goes.
enum Place {
    Top,
    Calendar,
    Stage(usize),
    End,
}

/// The place that a comment of an example names: `# In stage 2, without determine:`.
fn place(line: &str) -> Option<(Place, Option<&str>)> {
    let said = line.strip_prefix("# ")?.strip_suffix(':')?;
    let (said, without) = match said.split_once(", without ") {
        Some((said, key)) => (said, Some(key)),
        None => (said, None),
    };
    let place = match said {
        "At the top" => Place::Top,
        "In [calendar]" => Place::Calendar,
        "At the end" => Place::End,
        said => Place::Stage(said.strip_prefix("In stage ")?.parse().ok()?),
    };
    Some((place, without))
}

/// Where a place begins and ends in the lines of a file.
fn range(lines: &[String], place: &Place) -> (usize, usize) {
    let position = |from: usize, is_it: &dyn Fn(&str) -> bool| {
        let found = lines[from..].iter().position(|line| is_it(line));
        found.map_or(lines.len(), |index| from + index)
    };
    match place {
        Place::Top => (0, position(0, &|line| line == "[calendar]")),
        Place::Calendar => {
            let from = position(0, &|line| line == "[calendar]") + 1;
            (from, position(from, &|line| line.starts_with('[')))
        }
        Place::Stage(number) => {
            let mut from = 0;
            for _ in 0..*number {
                from = position(from, &|line| line == "[[stages]]") + 1;
            }
            (from, position(from, &|line| line == "[[stages]]"))
        }
        Place::End => (lines.len(), lines.len()),
    }
}

/// The file with a part of an example in its place: a key that is there is replaced.
fn put(file: &str, place: &Place, without: Option<&str>, part: &[&str]) -> String {
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    let tables = part.iter().position(|line| line.starts_with('[')).unwrap_or(part.len());
    let (keys, tables) = part.split_at(tables);
    let key_of = |line: &str| line.split_once(" = ").map(|(key, _)| key.to_owned());
    for key in keys {
        let (from, to) = range(&lines, place);
        let is_it = |line: &String| key_of(line).is_some() && key_of(line) == key_of(key);
        match lines[from..to].iter().position(is_it) {
            Some(index) => lines[from + index] = (*key).to_owned(),
            None => lines.insert(from, (*key).to_owned()),
        }
    }
    if let Some(without) = without {
        let (from, to) = range(&lines, place);
        let is_it = |line: &String| key_of(line).as_deref() == Some(without);
        let index = lines[from..to].iter().position(is_it).expect("the key is there");
        lines.remove(from + index);
    }
    let (_, to) = range(&lines, place);
    lines.splice(to..to, tables.iter().map(|line| (*line).to_owned()));
    lines.join("\n")
}

#[test]
fn every_example_of_the_how_to_is_checked() {
    let mut count = 0;
    for block in HOW_TO.split("```toml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut file = BSCP.to_owned();
        let lines: Vec<&str> = block.lines().collect();
        let heads: Vec<usize> = (0..lines.len()).filter(|it| place(lines[*it]).is_some()).collect();
        assert_eq!(heads.first(), Some(&0), "an example says first where it goes:\n{block}");
        for (number, head) in heads.iter().enumerate() {
            let end = heads.get(number + 1).copied().unwrap_or(lines.len());
            let part: Vec<&str> =
                lines[head + 1..end].iter().filter(|line| !line.is_empty()).copied().collect();
            let (place, without) = place(lines[*head]).unwrap();
            file = put(&file, &place, without, &part);
        }
        match Policy::parse(&file) {
            Ok(policy) => assert_ne!(policy, bscp(), "{block}\nchanges nothing"),
            Err(found) => {
                let said: Vec<String> = found.iter().map(ToString::to_string).collect();
                panic!("{block}\n{said:#?}");
            }
        }
        count += 1;
    }
    assert!(count >= 10, "{count} examples");
}

#[test]
fn a_policy_at_a_glance() {
    let glance = bscp().at_a_glance();
    for line in [
        "bscp, version 1, for children; in force from 1 Sep 2026, review 1 Sep 2027",
        "Stage 3: Service managers, named and designated professionals, heads of service",
        "    standard: 1 working week; urgent: 24 hours",
        "    then: it moves to stage 4",
        "    then: the outcome is determined by the partnership's scrutineer; the partnership's panel member",
    ] {
        assert!(glance.lines().any(|it| it == line), "{glance}\nlacks\n{line}");
    }
    let glance = Policy::parse(EVERY_KEY).unwrap().at_a_glance();
    for text in [
        "Steps 1 to 3 together: ",
        "task: Speak to the raiser (the receiving side's line",
        "a panel determines",
    ] {
        assert!(glance.contains(text), "{glance}\nlacks\n{text}");
    }
    let glance = Policy::parse(REFERRAL).unwrap().at_a_glance();
    assert!(glance.contains("the partnership may refer it to The regional board"), "{glance}");
}
