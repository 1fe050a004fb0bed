//! What the documents tell people to type works as written.

#![cfg(test)]

use bscp_escalation::timeline::Entry;
use serde_json::Value;
use std::env;
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const README: &str = include_str!("../README.md");
const TIMELINE_FORMAT: &str = include_str!("../docs/timeline-format.md");
/// Where the README says that the demonstration listens.
const ADDRESS: &str = "http://127.0.0.1:8080";
const MISSING: &str = "README WALK SKIPPED: no curl found; install it to run the README's walk.";

/// The demonstration, stopped when it goes out of scope.
struct Demo {
    process: Child,
    address: String,
    /// Held open: it goes on talking.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    /// Starts it on a free port, lets the story play, and waits until it stays up.
    fn start(data_dir: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_bscp-escalation"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while let Some(line) = output.next() {
            let line = line.unwrap();
            if let Some(address) = line.strip_prefix("The server stays up: ") {
                return Self { process, address: address.to_owned(), _output: output };
            }
            said.push_str(&line);
            said.push('\n');
        }
        panic!("the demonstration ended instead of staying up: {:?}\n{said}", process.wait());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The code blocks of a language in a text, each as it stands.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).map(|rest| rest.split("```\n").next().unwrap()).collect()
}

fn curl_is_there() -> bool {
    Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok()
}

#[test]
fn the_walk_of_the_readme_works_as_written() {
    if !curl_is_there() {
        assert!(
            env::var_os("CI").is_none_or(|ci| ci.is_empty()),
            "{MISSING} CI must not pass without it."
        );
        writeln!(io::stderr(), "\n{MISSING}\n").unwrap();
        return;
    }
    let (_, walk) = README.split_once("<!-- walk -->").unwrap();
    let (walk, _) = walk.split_once("<!-- /walk -->").unwrap();
    let walk = blocks(walk, "sh").concat();
    assert_eq!(walk.matches(ADDRESS).count(), 1, "the address stands in the first line alone");

    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(&dir.path().join("demo"));
    let ran = Command::new("sh")
        .args(["-euc", &walk.replace(ADDRESS, &demo.address)])
        .env("no_proxy", "*")
        .output()
        .unwrap();
    let answers = String::from_utf8(ran.stdout).unwrap();
    let complaints = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}\n{answers}\n{complaints}", ran.status);
    assert_eq!(complaints, "");

    let mut rest = answers.as_str();
    for told in [
        r#""name":"Priya Nair""#,
        r#""pointer":"/immediate_danger/action_taken""#,
        "\nESC-",
        "\n\"due_in_words\":\"1 working week (5 working days) after ",
        "\n\"reference\":\"ESC-",
        "\netag: \"3\"",
        "\n\"waiting_for\":{\"sides\":[\"receiving\"]",
        "\n\"waiting_for\":{\"sides\":[\"raising\"]",
        r#""status":403"#,
        "\n\"status\":\"resolved\"\n",
        "\n\"what\":\"began a challenge; the child was not in immediate danger\"",
        "\n\"what\":\"resolved: both sides agreed on decision_changed\"",
        "\n\"subject\":\"Resolved: escalation ESC-",
        r#""status":404"#,
    ] {
        let Some((_, after)) = rest.split_once(told) else {
            panic!("the walk does not come to {told:?} where the README has it:\n{answers}");
        };
        rest = after;
    }
}

#[test]
fn the_timeline_s_worked_example_is_what_the_code_computes() {
    let example = blocks(TIMELINE_FORMAT, "sh").concat();
    let canonical = example.split('\'').find(|part| part.starts_with('{')).unwrap();
    let shown: Value =
        serde_json::from_str(blocks(TIMELINE_FORMAT, "json").concat().trim()).unwrap();

    let mut entry: Value = serde_json::from_str(canonical).unwrap();
    entry["hash"] = shown["hash"].clone();
    for field in ["by", "event", "previous_hash", "recorded_at", "sequence"] {
        assert_eq!(entry[field], shown[field], "{field}");
    }
    let entry: Entry = serde_json::from_value(entry).unwrap();
    assert_eq!(entry.canonical().unwrap(), canonical);
    assert_eq!(entry.compute_hash().unwrap(), entry.hash);
}
