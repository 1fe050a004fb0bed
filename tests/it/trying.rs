//! What docs/simulate.md tells people to type works as written, and shows what it says.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The commands of the document, each with the output that stands below it, if any does.
fn examples(text: &str) -> Vec<(String, Option<String>)> {
    let mut examples: Vec<(String, Option<String>)> = Vec::new();
    let mut blocks = text.split("```");
    blocks.next();
    while let Some(block) = blocks.next() {
        let (language, body) = block.split_once('\n').unwrap();
        match language {
            "sh" => examples.push((body.replace("\\\n", " "), None)),
            "text" => examples.last_mut().unwrap().1 = Some(body.to_owned()),
            _ => {}
        }
        blocks.next();
    }
    examples
}

/// The words of a command line, with what stands in double quotes as one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn the_examples_of_the_document_do_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/simulate.md")).unwrap();
    let examples = examples(&text);
    assert!(examples.len() >= 6, "only {} examples", examples.len());
    for (line, shown) in examples {
        if line.contains("--against-open-cases") {
            continue; // needs a server's database: tests/it/engine/foreseeing.rs
        }
        let words = words(&line);
        assert_eq!(words[0], "bscp-escalation", "{line}");
        let run = Command::new(env!("CARGO_BIN_EXE_bscp-escalation"))
            .args(&words[1..])
            .current_dir(root)
            .output()
            .unwrap();
        let said = String::from_utf8(run.stdout).unwrap();
        assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
        assert!(!said.is_empty(), "{line}");
        assert!(
            said.lines().all(|it| it.chars().count() <= 100
                || line.contains("--format")
                || line.contains("diff")),
            "{said}"
        );
        if let Some(shown) = shown {
            assert!(said.contains(&shown), "{line} says:\n{said}\nand not:\n{shown}");
        }
    }
}
