//! The pages in a real browser: Debian's Chromium, driven by the scripts beside this file, against the
//! program as it is run, with the demonstration's story in it. docs/browser-tests.md says what is
//! asked, how one check is run alone, and where the screenshots are.
//!
//! ```text
//! cargo test --test browser
//! cargo test --test browser -- by_keyboard
//! ```

#![cfg(test)]

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
/// Cargo's folder for what tests make.
const TARGET: &str = env!("CARGO_TARGET_TMPDIR");
const LOCK: &str = include_str!("package-lock.json");
/// What the packages are told by, and installed with.
const PACKAGES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
const MISSING: &str = "BROWSER TESTS LEFT OUT";
const CHROMIUMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Options of cargo's own test runner that bring a value.
const WITH_VALUE: [&str; 6] =
    ["--test-threads", "--skip", "--format", "--color", "--logfile", "--shuffle-seed"];

/// Why they cannot run here.
struct LeftOut(String);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    match ready() {
        Ok((chromium, modules)) => run(&chromium, &modules, &filters(&arguments)),
        Err(LeftOut(why)) => {
            eprintln!("\n{MISSING}: {why}.\nThey need chromium, node (20 or newer) and npm.\n");
            if env::var_os("CI").is_some_and(|ci| !ci.is_empty()) {
                eprintln!("CI must not pass without them.");
                return ExitCode::FAILURE;
            }
            println!(
                "test result: ok. 0 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n"
            );
            ExitCode::SUCCESS
        }
    }
}

/// Parts of the names of the checks that are asked for; none for all.
fn filters(arguments: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if WITH_VALUE.contains(&argument.as_str()) {
            rest.next();
        } else if !argument.starts_with('-') {
            found.push(argument.clone());
        }
    }
    found
}

/// The browser, and the folder whose packages the scripts use.
fn ready() -> Result<(String, PathBuf), LeftOut> {
    let runs = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let chromium = CHROMIUMS.into_iter().find(|program| runs(program));
    let chromium = chromium.ok_or_else(|| LeftOut("no chromium found".to_owned()))?;
    let chromium = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join(chromium))
        .find(|path| path.is_file())
        .ok_or_else(|| LeftOut("no chromium found".to_owned()))?;
    for program in ["node", "npm"] {
        if !runs(program) {
            return Err(LeftOut(format!("no {program} found")));
        }
    }
    Ok((chromium.display().to_string(), installed()?))
}

/// Installs the packages of the lock file, once for each lock file.
fn installed() -> Result<PathBuf, LeftOut> {
    let mut hasher = DefaultHasher::new();
    LOCK.hash(&mut hasher);
    let folder = Path::new(TARGET).join(format!("browser-packages-{:016x}", hasher.finish()));
    if folder.join("node_modules").is_dir() {
        return Ok(folder);
    }
    // Made beside it and renamed, so that one that was cut off is not taken for a whole one.
    let begun = Path::new(TARGET).join(format!("browser-packages-begun-{}", std::process::id()));
    fs::create_dir_all(&begun).unwrap();
    for name in PACKAGES {
        fs::copy(Path::new(SCRIPTS).join(name), begun.join(name)).unwrap();
    }
    println!("installing the packages of tests/browser/package-lock.json");
    let output = Command::new("npm").arg("ci").current_dir(&begun).output().unwrap();
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        fs::remove_dir_all(&begun).unwrap();
        return Err(LeftOut(format!("npm ci did not work: {complaint}")));
    }
    // Another run may have been quicker.
    if fs::rename(&begun, &folder).is_err() {
        fs::remove_dir_all(&begun).unwrap();
    }
    Ok(folder)
}

/// The demonstration after its story, stopped when it goes out of scope.
struct Demonstration {
    process: Child,
    address: String,
    /// Held open: it goes on talking.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Demonstration {
    fn start(data_dir: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_bscp-escalation"))
            .args(["demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(data_dir.with_extension("log")).unwrap())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = String::new();
        while let Some(line) = output.next() {
            let line = line.unwrap();
            if let Some(address) = line.strip_prefix("The server stays up: ") {
                return Self { process, address: address.to_owned(), _output: output };
            }
            said += &format!("{line}\n");
        }
        panic!("the demonstration ended instead of staying up: {:?}\n{said}", process.wait());
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs the scripts against a server of their own.
fn run(chromium: &str, modules: &Path, filters: &[String]) -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let server = Demonstration::start(&folder.path().join("demo"));
    let screenshots = Path::new(TARGET).with_file_name("screenshots");
    let status = Command::new("node")
        .arg(Path::new(SCRIPTS).join("run.mjs"))
        .args(filters)
        .env("BROWSER_BASE", &server.address)
        .env("BROWSER_MAILBOX", folder.path().join("demo/mailbox"))
        .env("BROWSER_SCRATCH", folder.path())
        .env("BROWSER_SCREENSHOTS", screenshots)
        .env("BROWSER_CHROMIUM", chromium)
        .env("BROWSER_MODULES", modules.join("package.json"))
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .status()
        .unwrap();
    if status.success() {
        return ExitCode::SUCCESS;
    }
    let log = fs::read_to_string(folder.path().join("demo.log")).unwrap();
    eprintln!("the browser tests failed: {status}; the server said:\n{}", last_lines(&log));
    ExitCode::FAILURE
}

/// The end of a log that may be long.
fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(20)).copied().collect::<Vec<_>>().join("\n")
}
