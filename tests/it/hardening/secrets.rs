//! Secrets are never shown, and a log line is one line whatever a client sends.

use super::sent_raw;
use crate::house::{Database, House, Wishes, block_on, fresh_settings};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bscp-escalation");
const CANARY: &str = "canary-s3cret";

fn ran(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(PROGRAM).args(arguments).envs(environment.iter().copied()).output().unwrap()
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn path(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_program_never_shows_a_secret_that_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let key = path(folder.path(), "token.key", &format!("{CANARY}{CANARY}{CANARY}"));
    let password = path(folder.path(), "password", &format!("{CANARY}\n"));
    // Nobody listens there: each command fails where it would use the password.
    let url = format!("postgres://me:{CANARY}@127.0.0.1:1/cases?sslpassword={CANARY}");
    let plain = "postgres://me@127.0.0.1:1/cases";
    let with = |url: &str, more: &str| {
        format!(
            "[database]\nurl = {url:?}\n{more}\nbusy_timeout_seconds = 1\n[auth]\ntoken_key_file = {key:?}\n"
        )
    };
    let smtp = format!(
        "[mail.smtp]\nhost = \"smtp.example.org\"\nusername = \"u\"\npassword_file = {password:?}\n"
    );
    let in_url = path(folder.path(), "a.toml", &(with(&url, "") + &smtp));
    let in_file =
        path(folder.path(), "b.toml", &with(plain, &format!("password_file = {password:?}")));
    let mut tries = Vec::new();
    for config in [&in_url, &in_file] {
        for command in [
            &["config", "check"][..],
            &["migrate"],
            &["serve"],
            &["timeline", "verify"],
            &["policy", "publish", "bscp", "1", "--partnership", "p", "--by", "a@example.org"],
        ] {
            tries.push(ran(&[command, &["--config", config]].concat(), &[("RUST_BACKTRACE", "1")]));
        }
    }
    tries.push(ran(&["migrate", "--database-url", &url], &[]));
    tries.push(ran(&["migrate", "--set", &format!("database.url={url}")], &[]));
    tries.push(ran(&["migrate"], &[("BSCP_DATABASE__URL", &url)]));
    tries.push(ran(&["migrate"], &[("BSCP_DATABASE_PASSWORD", CANARY)]));
    tries.push(ran(&["config", "check", "--set", &format!("mail.smtp.password={CANARY}")], &[]));
    let codes: Vec<Option<i32>> = tries.iter().map(|output| output.status.code()).collect();
    assert_eq!(codes[0], Some(0), "{}", told(&tries[0]));
    assert!(codes[10..].iter().all(|code| *code == Some(78)), "{codes:?}");
    for output in &tries {
        let told = told(output);
        assert!(!told.is_empty());
        assert!(!told.contains(CANARY), "{told}");
        assert!(!told.contains(&format!("%{:02X}%", CANARY.as_bytes()[0])), "{told}");
    }
}

#[cfg(feature = "postgres")]
#[test]
fn the_password_for_postgresql_comes_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let Some(url) = Database::Postgres.fresh(&folder) else { return };
    // Everybody is trusted there; an odd password must not break the address.
    let password = path(folder.path(), "password", "p@ss/w?rd&#%:é\n");
    let key = folder.path().join("token.key");
    let config = path(
        folder.path(),
        "bscp.toml",
        &format!(
            "[database]\nurl = {url:?}\npassword_file = {password:?}\n[auth]\ntoken_key_file = {key:?}\n"
        ),
    );
    let output = ran(&["migrate", "--config", &config], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("at the newest schema"), "{}", told(&output));
    fs::remove_file(password).unwrap();
    let output = ran(&["migrate", "--config", &config], &[]);
    assert!(told(&output).contains("reading database.password_file"), "{}", told(&output));
}

#[test]
fn whatever_a_client_sends_a_log_line_is_one_line() {
    block_on(async {
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = path(folder.path(), "bscp.toml", &fresh_settings(&house));
        let settings = ["--set", "log.format=json", "--set", "log.level=trace"];
        let mut server = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--config", &config])
            .args(settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = said.find_map(|line| {
            line.strip_prefix("Listening on http://").map(|address| address.parse().unwrap())
        });
        let address = address.expect("the server listens");
        let log = std::thread::spawn({
            let errors = server.stderr.take().unwrap();
            move || BufReader::new(errors).lines().map_while(Result::ok).collect::<Vec<_>>()
        });
        let hostile = "\u{1b}[31mred%0d%0a{\"level\":\"ERROR\"}%1b%e2%80%a8";
        let escaped = hostile.replace('\u{1b}', "%1b").replace('"', "%22");
        let answers = tokio::task::spawn_blocking(move || {
            let mut answers = Vec::new();
            for head in [
                format!("GET /{escaped} HTTP/1.1\r\nHost: x\r\n"),
                format!("GET /api/v1/escalations/{escaped} HTTP/1.1\r\nHost: {{}}\"\\n\r\n"),
                format!("GET /livez?{escaped} HTTP/1.1\r\nHost: x\r\n"),
                "GET /livez HTTP/1.1\r\nHost: x\r\nUser-Agent: \u{80}\t{\"a\":1}\\n\r\n".to_owned(),
                "HACK\u{7f} /livez HTTP/1.1\r\nHost: x\r\n".to_owned(),
                "POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: \t\"\\r\\n\"\r\n"
                    .to_owned(),
                "GET /livez HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {\"a\"}\\n, 1.2.3.4\r\n\
                 Referer: {\"\\n\r\n"
                    .to_owned(),
            ] {
                let request = format!("{head}Connection: close\r\n\r\n");
                answers.push(sent_raw(address, request.as_bytes()));
            }
            answers
        });
        let answers = answers.await.unwrap();
        assert!(answers.iter().any(|answer| answer.contains("200 OK")), "{answers:?}");
        server.kill().unwrap();
        server.wait().unwrap();
        let lines = log.join().unwrap();
        assert!(!lines.is_empty(), "trace says something");
        for line in &lines {
            let entry: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("no JSON line ({error}): {line:?}"));
            assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
            assert!(!line.contains(char::is_control), "{line:?}");
        }
    });
}
