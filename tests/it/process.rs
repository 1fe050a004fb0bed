//! The program as it is run: started, killed, started again, beside another of its kind.

use crate::engine::proving::raised_by_key;
use crate::engine::sql::Raw;
use crate::house::{Client, Database, House, Wishes, block_on, fresh_settings, two_second_policy};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_bscp-escalation");
const BSCP: &str = include_str!("../../config/policies/bscp.toml");
/// How long a test waits for what must happen by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something is so, looking again and again.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, looking).await;
    found.unwrap_or_else(|_elapsed| panic!("waited in vain for: {what}"))
}

/// Plays the demonstration in a folder, and kills it once it has said `lines`; answers all that
/// it said, and its exit code if it came to its end.
fn demonstration(folder: &Path, kill_after_lines: Option<usize>) -> (Vec<String>, Option<i32>) {
    let mut child = Command::new(PROGRAM)
        .args(["demo", "--once", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        said.push(line.unwrap());
        if kill_after_lines.is_some_and(|lines| said.len() >= lines) {
            child.kill().unwrap();
        }
    }
    (said, child.wait().unwrap().code())
}

/// What the story's timeline says, without the times of day.
fn timeline(said: &[String]) -> Vec<String> {
    let begins = said.iter().position(|line| line.starts_with("The timeline of")).unwrap();
    said[begins + 1..]
        .iter()
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let (sequence, rest) = line.trim().split_once("  ").unwrap();
            format!("{sequence} {}", rest.split_once("  ").unwrap().1)
        })
        .collect()
}

/// The messages about the case in a mailbox: to whom and about what, sorted.
fn mailbox(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.join("mailbox")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let header = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.to_owned()
        };
        let subject = header("Subject: ");
        if text.contains("ESC-2026-000001")
            && !subject.contains("wait")
            && !subject.contains("today")
        {
            found.push(format!("{} {subject}", header("To: ")));
        }
    }
    found.sort();
    found
}

#[test]
fn a_story_that_is_killed_again_and_again_goes_on_without_loss_or_repetition() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, code) = demonstration(&folder.path().join("whole"), None);
    assert_eq!(code, Some(0), "{whole:#?}");

    let killed = folder.path().join("killed");
    for lines in [3, 6, 8, 12, 19, 24, 48, 52, 56, 68, 74] {
        let (said, code) = demonstration(&killed, Some(lines));
        assert_eq!(code, None, "it came to its end before it was killed: {said:#?}");
    }
    let (at_last, code) = demonstration(&killed, None);
    assert_eq!(code, Some(0), "{at_last:#?}");
    assert_eq!(timeline(&at_last), timeline(&whole));
    assert_eq!(mailbox(&killed), mailbox(&folder.path().join("whole")));
}

#[test]
fn a_two_second_stage_behaves_the_same_on_the_real_clock() {
    block_on(async {
        let policy = Some(two_second_policy());
        let wishes = Wishes { policy: policy.clone(), ..Wishes::default() };
        let wound = House::build(Database::Sqlite, wishes).await.unwrap();
        let reference = wound.raised().await;
        for seconds in [2, 4, 6, 8] {
            wound.advance_to(&format!("2026-12-21T09:10:{seconds:02}Z")).await;
        }
        let expected = kinds(&wound.as_("Judith Hale").await, &reference).await;
        assert_eq!(expected.iter().filter(|kind| *kind == "deadline_passed").count(), 4);

        let wishes = Wishes { policy, real_clock: true, workers: true, ..Wishes::default() };
        let real = House::build(Database::Sqlite, wishes).await.unwrap();
        let reference = real.raised().await;
        let judith = real.as_("Judith Hale").await;
        let seen = until("the case being overdue in its last stage", async || {
            let kinds = kinds(&judith, &reference).await;
            (kinds.len() >= expected.len()).then_some(kinds)
        })
        .await;
        assert_eq!(seen, expected);
        real.prove_the_record().await;
    });
}

async fn kinds(client: &Client, reference: &str) -> Vec<String> {
    let timeline = client.get(&format!("/escalations/{reference}/timeline?limit=200")).await;
    let of = |entry: &Value| entry.pointer("/kind").and_then(Value::as_str).map(str::to_owned);
    timeline.list("/items").iter().filter_map(of).collect()
}

/// A server process.
struct Served {
    child: Child,
    address: SocketAddr,
    /// What it said since it listens.
    said: Arc<Mutex<Vec<String>>>,
}

impl Served {
    fn start(config: &Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server ended before it listened").unwrap();
            if let Some(address) = line.strip_prefix("Listening on http://") {
                break address.parse().unwrap();
            }
        };
        // What else it says is read, so that it never waits for a reader.
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| heard.lock().unwrap().push(line));
        });
        Self { child, address, said }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program to its end: its exit code, what it answered, and what it complained of.
fn ran(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_policy_is_proposed_and_published_on_the_console_by_two_people() {
    block_on(async {
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (config, file) = (path("bscp.toml"), path("second.toml"));
        std::fs::write(&config, fresh_settings(&house)).unwrap();
        std::fs::write(&file, BSCP.replace("version = 1", "version = 2")).unwrap();
        let [judith, alan, priya] =
            ["Judith Hale", "Professor Alan Greer", "Priya Nair"].map(|name| house.email(name));
        let load = |by: &str| ran(&["policy", "load", &file, "--by", by, "--config", &config]);
        let publish = |by: &str| {
            let which = ["policy", "publish", "bscp", "2", "--partnership", "bromley"];
            ran(&[&which[..], &["--by", by, "--config", &config]].concat())
        };

        let (code, _, complaint) = load(&priya);
        assert_eq!(code, Some(1));
        assert!(complaint.contains("The partnership's officers decide"), "{complaint}");
        let (code, answer, complaint) = load(&judith);
        assert_eq!(code, Some(0), "{complaint}");
        assert!(answer.contains("second.toml: proposed (bscp, version 2)\n"), "{answer}");
        let how = "bscp-escalation policy publish bscp 2 --partnership bromley --by EMAIL";
        assert!(answer.contains(how), "{answer}");

        let (code, _, complaint) = publish(&judith);
        assert_eq!(code, Some(1));
        assert!(
            complaint.contains("Another officer of the partnership publishes it"),
            "{complaint}"
        );
        let (_, _, complaint) = publish("nobody@example.org");
        assert!(complaint.contains("nobody in the directory has the address"), "{complaint}");
        for told in ["published", "was published already"] {
            let said = (Some(0), format!("bscp, version 2: {told}\n"));
            let (code, answer, complaint) = publish(&alan);
            assert_eq!((code, answer), said, "{complaint}");
        }
        let (code, answer, _) = load(&judith);
        assert_eq!(code, Some(0));
        assert_eq!(answer, format!("{file}: was there already (bscp, version 2)\n"));
    });
}

#[test]
fn what_the_folder_of_policies_proposes_waits_and_the_server_says_so() {
    block_on(async {
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bscp.toml");
        let policies = folder.path().join("policies");
        std::fs::create_dir(&policies).unwrap();
        // The order of the names is not that of the versions.
        std::fs::write(policies.join("a.toml"), BSCP.replace("version = 1", "version = 3"))
            .unwrap();
        std::fs::write(policies.join("b.toml"), BSCP.replace("version = 1", "version = 2"))
            .unwrap();
        std::fs::write(policies.join("c.toml"), BSCP).unwrap();
        let settings = fresh_settings(&house);
        std::fs::write(&config, format!("{settings}[policies]\ndir = {policies:?}\n")).unwrap();
        for _ in 0..2 {
            let server = Served::start(&config);
            let judith = Client::sign_in(server.address, &house.email("Judith Hale")).await;
            let listed = judith.get("/policies").await.list("/items");
            let states: Vec<String> =
                listed.iter().map(|it| format!("{} {}", it["version"], it["state"])).collect();
            assert_eq!(states, ["3 \"proposed\"", "2 \"proposed\"", "1 \"published\""]);
            for version in [2, 3] {
                let how = format!(
                    "version {version} of the policy bscp was proposed. It is not in force: another \
                     officer publishes it, through the API or with `bscp-escalation policy publish \
                     bscp {version} --partnership bromley --by EMAIL`."
                );
                until("the server saying what waits", async || {
                    server.said.lock().unwrap().iter().any(|line| line.contains(&how)).then_some(())
                })
                .await;
            }
        }
    });
}

#[cfg(feature = "postgres")]
#[test]
fn two_servers_on_one_postgresql_share_the_due_work_though_one_of_them_is_killed() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let Some(url) = Database::Postgres.fresh(&dir) else { return };
        // A house founds the partnership, and is only a client and a judge afterwards.
        let wishes =
            Wishes { policy: Some(two_second_policy()), real_clock: true, ..Wishes::default() };
        let config = dir.path().join("bscp.toml");
        let house = House::build_on(&url, dir, wishes).await;
        std::fs::write(&config, fresh_settings(&house)).unwrap();
        let first = Served::start(&config);
        let second = Served::start(&config);

        let mut references = Vec::new();
        for number in 0..20 {
            let address = if number % 2 == 0 { first.address } else { second.address };
            let priya = Client::sign_in(address, &house.email("Priya Nair")).await;
            let begun = priya.post("/escalations", &house.draft()).await;
            let reference = begun.text("/reference");
            let raised = priya.command(&reference, "raising", &json!({})).await;
            assert_eq!(raised.status, 200, "{}", raised.body);
            references.push(reference);
            if number == 12 {
                drop(Served::start(&config));
            }
        }
        // One is killed in the midst of the due work; the other goes on alone.
        drop(first);
        let judith = Client::sign_in(second.address, &house.email("Judith Hale")).await;
        for reference in &references {
            let kinds = until("a case being overdue in its last stage", async || {
                let kinds = kinds(&judith, reference).await;
                let passed = kinds.iter().filter(|kind| *kind == "deadline_passed").count();
                (passed >= 4).then_some(kinds)
            })
            .await;
            assert_eq!(
                kinds.iter().filter(|kind| *kind == "stage_entered").count(),
                4,
                "{reference}"
            );
            assert_eq!(
                kinds.iter().filter(|kind| *kind == "deadline_passed").count(),
                4,
                "{reference}"
            );
            let notices = until("every notice being sent", async || {
                let all = judith.get(&format!("/escalations/{reference}/notices?limit=200")).await;
                let all = all.list("/items");
                // What a case has moved past before it went is cancelled.
                let is_done = |notice: &Value| {
                    ["accepted", "cancelled"].iter().any(|state| notice["state"] == *state)
                };
                all.iter().all(is_done).then_some(all)
            })
            .await;
            let mut told: Vec<String> =
                notices.iter().map(|n| format!("{} {}", n["recipient"], n["subject"])).collect();
            let count = told.len();
            told.sort();
            told.dedup();
            assert_eq!(told.len(), count, "somebody was told twice of {reference}");
        }
        house.prove_the_record().await;
    });
}

#[test]
fn a_fresh_server_is_set_up_by_the_secret_in_its_file_and_an_invitation_is_printed() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("bscp.toml");
        let data = dir.path().join("data");
        std::fs::write(&config, format!("data_dir = {data:?}\n[http]\nworkers = 1\n")).unwrap();
        let served = Served::start(&config);
        let file = data.join("set-up-secret");
        let hint = until("the hint", async || {
            let said = served.said.lock().unwrap().join("\n");
            said.contains("set-up-secret` makes a new one").then_some(said)
        })
        .await;
        let secret = std::fs::read_to_string(&file).unwrap().trim().to_owned();
        assert!(hint.contains(file.to_str().unwrap()) && !hint.contains(&secret), "{hint}");
        let chosen = "slow amber teapots wander north";
        let email = "robin.ashe@example.org";
        let body =
            json!({ "secret": secret, "name": "Robin Ashe", "email": email, "password": chosen });
        let stranger = Client::stranger(served.address);
        assert_eq!(stranger.post("/set-up", &body).await.status, 201);
        assert!(!file.exists());

        let run = |arguments: &[&str]| {
            let ran = Command::new(PROGRAM).args(arguments).arg("--config").arg(&config).output();
            let ran = ran.unwrap();
            (ran.status.code(), String::from_utf8(ran.stdout).unwrap())
        };
        assert_eq!(run(&["set-up-secret"]).0, Some(1), "there is an administrator");
        assert_eq!(run(&["person", "invite", "nobody@example.org"]).0, Some(1));
        let (code, said) = run(&["person", "invite", email]);
        assert_eq!(code, Some(0), "{said}");
        let link = said.lines().find(|line| line.starts_with("http")).unwrap();
        let body = json!({ "secret": link.rsplit('/').next().unwrap(), "password": "x" });
        assert_eq!(stranger.post("/invitations/redeem", &body).await.faults(), ["/password"]);
        let body = json!({ "email": email, "password": chosen });
        let first = stranger.post("/sessions", &body).await;
        assert_eq!((first.status, first.text("/next").as_str()), (202, "add_second_factor"));
    });
}

#[test]
fn the_doctor_looks_and_changes_nothing() {
    block_on(async {
        let house = House::build(Database::Sqlite, Wishes::default()).await.unwrap();
        raised_by_key(&house, "a").await;
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bscp.toml");
        std::fs::write(&config, fresh_settings(&house)).unwrap();
        let config = config.to_str().unwrap();
        let (code, said, complaint) = ran(&["doctor", "--deep", "--config", config]);
        assert_eq!(code, Some(0), "{said}{complaint}");
        assert!(said.contains("1 cases, 3 entries, 2 kept answers: nothing is broken"), "{said}");

        let mut raw = Raw::of(&house);
        raw.drop_triggers();
        raw.change_one("update escalations set is_overdue = 1");
        let (code, said, _) = ran(&["doctor", "--deep", "--config", config]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("I8 (the record adds up): ESC-2026-000001: "), "{said}");
        assert!(said.ends_with("1 is broken\n"), "{said}");
        let (code, said, _) = ran(&["doctor", "--config", config]);
        assert_eq!(code, Some(0), "{said}");

        raw.run("delete from __diesel_schema_migrations where version = '20261122000016'");
        let (code, _, complaint) = ran(&["doctor", "--deep", "--config", config]);
        assert_eq!(code, Some(1));
        assert!(complaint.contains("older version of this program"), "{complaint}");
        let nowhere = folder.path().join("nothing.sqlite3");
        let nowhere = format!("sqlite:{}", nowhere.display());
        let (code, _, complaint) = ran(&["doctor", "--database-url", &nowhere]);
        assert_eq!(code, Some(1));
        assert!(complaint.contains("there is no file"), "{complaint}");
        assert!(!folder.path().join("nothing.sqlite3").exists());
    });
}

#[test]
fn a_second_server_on_the_same_file_is_refused_and_says_why() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("bscp.toml");
        let data = dir.path().join("data");
        std::fs::write(&config, format!("data_dir = {data:?}\n[http]\nworkers = 1\n")).unwrap();
        let config = config.to_str().unwrap();
        let first = Served::start(Path::new(config));
        let second = ["serve", "--listen", "127.0.0.1:0", "--config", config];
        let (code, said, complaint) = ran(&second);
        assert_eq!((code, said.as_str()), (Some(75), ""), "{complaint}");
        assert!(complaint.contains("another server runs on"), "{complaint}");
        assert!(complaint.contains("One server uses a SQLite file at a time"), "{complaint}");
        // Whoever looks is not refused, and the first goes on.
        assert_eq!(ran(&["doctor", "--deep", "--config", config]).0, Some(0));
        let stranger = Client::stranger(first.address);
        assert_eq!(stranger.get("//readyz").await.status, 200);
        drop(first); // killed
        drop(Served::start(Path::new(config)));
    });
}
