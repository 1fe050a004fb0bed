//! The log holds nobody's data (OWASP ASVS 5.0.0, 16.2.5) and cannot be written by a stranger
//! (16.4.1): forty canaries go through every operation of the program as it is run, rightly, wrongly
//! and with a database that fails, and everything that it logs at its most talkative is read.

use super::aim::Aim;
use super::canaries::{CANARIES, Kind, bodies, of};
use super::operations::{Asked, Operation, operations};
use crate::engine::sql::Raw;
use crate::house::smtp_sink::{Act, SmtpSink};
use crate::house::{Answer, Client, House, Wishes, fresh_settings, two_second_policy};
use crate::on_each_database;
use crate::process::until;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Who asks, beside somebody who is not signed in: both sides of the case, its partnership's officer,
/// and whoever runs the server.
const ASKING: [&str; 4] = ["Priya Nair", "Tom Okafor", "Judith Hale", "Ellis Grant"];
/// The officer among them.
const OFFICER: usize = 2;
/// Operations that ask nothing of the database, and so log nothing when it fails; the second because
/// this house has no identity provider.
const SILENT: [&str; 3] = ["livez", "begin_link_by_invitation", "read_server"];

/// The program, with what it logs.
struct Logging {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Logging {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Logging {
    fn start(config: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bscp-escalation"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&log);
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            let mut line = Vec::new();
            while errors.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned();
                heard.lock().unwrap().push(text);
                line.clear();
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server ended before it listened").unwrap();
            if let Some(address) = line.strip_prefix("Listening on http://") {
                break address.parse().unwrap();
            }
        };
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address, log }
    }

    fn lines(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    fn says(&self, what: &str) -> bool {
        self.log.lock().unwrap().iter().any(|line| line.contains(what))
    }
}

/// Everybody who asks, with a case of theirs.
struct Asking<'h> {
    house: &'h House,
    server: Logging,
    operations: Vec<Operation>,
    clients: Vec<(&'static str, Client)>,
    reference: String,
    /// Their tokens.
    tokens: Vec<String>,
}

impl<'h> Asking<'h> {
    async fn begin(house: &'h House, server: Logging) -> Self {
        let mut clients = Vec::new();
        let mut tokens = Vec::new();
        for name in ASKING {
            let client = Client::sign_in(server.address, &house.email(name)).await;
            tokens.extend([client.token.clone().unwrap(), client.refresh_token.clone().unwrap()]);
            clients.push((name, client));
        }
        clients.push(("a stranger", Client::stranger(server.address)));
        let mut draft = house.draft();
        let child = json!({ "initials": "Q.Z.J.", "local_reference": "RPP-0417-XQ" });
        draft["draft"]["child"] = child;
        draft["draft"]["facts"] = json!(of(&[Kind::Child, Kind::Prose]).join("; "));
        let priya = &clients[0].1;
        let begun = priya.post("/escalations", &draft).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let reference = begun.text("/reference");
        let raised = priya.command(&reference, "raising", &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        let operations = operations(house).await;
        Self { house, server, operations, clients, reference, tokens }
    }

    fn aim(&self, mark: &str) -> Aim {
        Aim::at(self.house, &self.reference)
            .with("absences", super::aim::NOTHING)
            .with("posts", super::aim::NOTHING)
            .marked(mark)
    }

    async fn send(&self, asked: &Asked, client: &Client) -> Answer {
        let answer = asked.send(client).await;
        for name in ["location", "link", "content-disposition", "refresh"] {
            let shown = answer.header(name).unwrap_or_default();
            for (_, what, canary) in CANARIES {
                assert!(!shown.contains(canary), "{name} tells the {what}: {shown}");
            }
        }
        answer
    }

    /// Every operation, as everybody, as of the version that is there, so that what may be done is
    /// done; between them with all the prose that a body may hold.
    async fn ask_rightly(&mut self) {
        let words = of(&[Kind::Child, Kind::Prose, Kind::Secret]);
        let chunks: Vec<_> = words.chunks(8).collect();
        for at in 0..self.clients.len() {
            for operation in self.operations.clone() {
                self.sign_in_again(at).await;
                let all = at == 0;
                let (first, count) = if all { (0, chunks.len()) } else { (at % chunks.len(), 1) };
                for words in &chunks[first..first + count] {
                    let mark = words.join(" ");
                    let case = format!("/escalations/{}", self.reference);
                    let read = self.clients[at].1.get(&case).await;
                    let etag = read.header("etag").unwrap_or_else(|| "\"1\"".to_owned());
                    let asked = operation.asked_as_of(&etag, &self.aim(&mark));
                    self.send(&asked, &self.clients[at].1).await;
                }
            }
        }
    }

    /// Every operation with canaries in each place of the body where they do not belong, in the
    /// address, in the query and in the headers.
    async fn ask_wrongly(&mut self) {
        let mut canaries = CANARIES.iter().map(|(_, _, value)| *value).cycle();
        for at in [OFFICER, ASKING.len()] {
            for operation in self.operations.clone() {
                self.sign_in_again(at).await;
                let asked = operation.asked(&self.aim("Plainly"));
                let client = &self.clients[at].1;
                if let Some((_, plausible)) = &asked.body {
                    for body in bodies(plausible, &mut canaries) {
                        self.send(&asked.clone().with_body(&body), client).await;
                    }
                }
                for wrong in addresses(&operation, &asked, &mut canaries) {
                    self.send(&wrong, client).await;
                }
                for wrong in headers(&asked) {
                    self.send(&wrong, client).await;
                }
                let mut forged = client.clone();
                forged.token = Some(of(&[Kind::Secret])[5].to_owned());
                self.send(&asked, &forged).await;
            }
        }
    }

    /// Every operation while one table after the other is missing.
    async fn ask_while_the_database_fails(&mut self) {
        // How often each of them has failed.
        let mut failed = vec![0; self.operations.len()];
        for (turn, table) in tables(&mut Raw::of(self.house)).iter().enumerate() {
            self.sign_in_again(OFFICER).await;
            Raw::of(self.house).run(&format!("alter table {table} rename to gone"));
            // Without these everything fails; without another one, what needs it.
            let is_needed = ["people", "sessions"].contains(&table.as_str());
            for (place, operation) in self.operations.iter().enumerate() {
                let is_new = failed[place] < 2;
                if !is_new && !is_needed && (place + turn) % 3 != 0 {
                    continue;
                }
                let client = &self.clients[OFFICER].1;
                let mark = of(&[Kind::Child, Kind::Prose])[..6].join(" ");
                let mut asked = operation.asked(&self.aim(&mark));
                // Plainly at first: what it brings along is refused before some failures.
                if !is_new {
                    if operation.is_read() {
                        asked = asked.with_query("?cursor=17%20March%202015");
                    }
                    for (name, value) in brought() {
                        asked = asked.with_header(name, value);
                    }
                }
                failed[place] += usize::from(self.send(&asked, client).await.status >= 500);
            }
            Raw::of(self.house).run(&format!("alter table gone rename to {table}"));
        }
    }

    /// They may have signed out. What was guessed wrongly is forgotten: it is not throttling that is
    /// tried here.
    async fn sign_in_again(&mut self, at: usize) {
        Raw::of(self.house).run("delete from failed_guesses");
        let Some(name) = ASKING.get(at) else { return };
        if self.clients[at].1.get("/me").await.status != 200 {
            let client = Client::sign_in(self.server.address, &self.house.email(name)).await;
            self.tokens.extend(client.token.clone());
            self.tokens.extend(client.refresh_token.clone());
            self.clients[at].1 = client;
        }
    }
}

/// The headers that a request brings along.
fn brought() -> [(&'static str, &'static str); 6] {
    let of_request = of(&[Kind::Request]);
    [
        ("Idempotency-Key", of_request[0]),
        ("User-Agent", of_request[1]),
        ("Referer", of_request[2]),
        ("X-Forwarded-For", of_request[3]),
        ("X-Forwarded-Host", of_request[4]),
        ("Cookie", "session=session-c00k1e-canary"),
    ]
}

fn headers(asked: &Asked) -> Vec<Asked> {
    let mut all: Vec<Asked> =
        brought().iter().map(|(name, value)| asked.clone().with_header(name, value)).collect();
    for name in ["If-Match", "If-None-Match", "X-Request-Id", "traceparent", "Accept", "Origin"] {
        all.push(asked.clone().with_header(name, "Ottoline Brackenbury"));
    }
    all.push(asked.clone().with_header("Forwarded", "for=203.0.113.77;host=canary-host.example"));
    all.push(asked.clone().with_header("Host", "canary-host.example"));
    all
}

/// The same request with a canary in the place of each parameter of its address, behind it, and in
/// its query.
fn addresses(
    operation: &Operation,
    asked: &Asked,
    canaries: &mut impl Iterator<Item = &'static str>,
) -> Vec<Asked> {
    let mut encoded = || {
        let canary = canaries.next().unwrap();
        canary.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>()
    };
    let parts: Vec<&str> = operation.path.split('/').collect();
    let mut all = Vec::new();
    for (place, _) in parts.iter().enumerate().filter(|(_, part)| part.starts_with('{')) {
        let mut address: Vec<String> = asked.address.split('/').map(str::to_owned).collect();
        address[place] = encoded();
        all.push(address.join("/"));
    }
    all.push(format!("{}/{}", asked.address, encoded()));
    all.push(format!("{}?{}={}", asked.address, encoded(), encoded()));
    for name in ["cursor", "limit", "state", "status", "agency_id"] {
        all.push(format!("{}?{name}={}%0D%0A%1B%5B31m", asked.address, encoded()));
    }
    all.into_iter().map(|address| Asked { address, ..asked.clone() }).collect()
}

/// The tables of the program's own.
fn tables(raw: &mut Raw) -> Vec<String> {
    let query = if raw.is_sqlite() {
        "select name as value from sqlite_master where type = 'table' order by name"
    } else {
        "select table_name::text as value from information_schema.tables \
         where table_schema = 'public' order by table_name"
    };
    let own = |name: &String| !name.starts_with("sqlite_") && !name.starts_with("__");
    raw.texts(query).into_iter().filter(own).collect()
}

/// A mail server that knows some people's addresses and repeats them when it refuses them.
async fn mail_server() -> SmtpSink {
    let sink = SmtpSink::start().await.unwrap();
    sink.always_for(
        "karen.whitfield@socialcare.example",
        Act::Answer("550 5.1.1 <karen.whitfield@socialcare.example>: Whitfield, Karen has left"),
    );
    sink.always_for(
        "margaret.bell@ravensbourne.example",
        Act::Answer("451 4.7.1 <margaret.bell@ravensbourne.example>: greylisted"),
    );
    sink
}

fn settings(house: &House, sink: &SmtpSink) -> String {
    format!(
        "{}public_url = \"https://escalations.example\"\nrequests_per_minute = 0\nrequests_per_minute_of_network = 0\n[log]\nformat = \"json\"\nlevel = \"trace\"\n[mail.smtp]\nhost = {:?}\nport = {}\n\
         security = \"none\"\n",
        fresh_settings(house),
        sink.host(),
        sink.port()
    )
}

/// Each line is one entry as a program reads it, and none of the words stands in one.
fn assert_keeps_confidence(lines: &[String], words: &[String]) {
    for line in lines {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| {
            panic!("a line of the log is no entry: {error}: {line}");
        });
        assert!(entry["timestamp"].is_string() && entry["level"].is_string(), "{line}");
        let shown = [line.to_lowercase(), decoded(line).to_lowercase()];
        for word in words {
            let tells = shown.iter().any(|line| line.contains(&word.to_lowercase()));
            assert!(!tells, "the log tells {word}: {line}");
        }
    }
}

/// With what is percent-encoded in it read.
fn decoded(line: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    while let [first, others @ ..] = rest {
        let code = others.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

on_each_database! {
    async fn forty_canaries_go_through_every_operation_and_none_into_the_log(database: Database) {
        let wishes =
            Wishes { policy: Some(two_second_policy()), real_clock: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let sink = mail_server().await;
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bscp.toml");
        std::fs::write(&config, settings(&house, &sink)).unwrap();
        let mut asking = Asking::begin(&house, Logging::start(&config)).await;
        asking.ask_rightly().await;
        asking.ask_wrongly().await;
        let server = &asking.server;
        until("a letter being refused and one being put off", async || {
            let both = server.says("was given up") && server.says("is tried again");
            both.then_some(())
        })
        .await;
        asking.ask_while_the_database_fails().await;

        let lines = asking.server.lines();
        let mut words: Vec<String> =
            CANARIES.iter().map(|(_, _, value)| (*value).to_owned()).collect();
        words.extend(asking.tokens.clone());
        words.push(asking.reference.clone());
        assert_keeps_confidence(&lines, &words);
        // That there was something to find: every operation failed, and its entry says which.
        for operation in &asking.operations {
            let route = format!("\"{}\"", operation.path);
            let failed = lines
                .iter()
                .any(|line| line.contains(&route) && line.contains("failed\""));
            let is_silent = SILENT.contains(&operation.id.as_str());
            assert!(failed || is_silent, "no entry of the log is of {}", operation.named());
        }
        // Whom the requests themselves made up is named as they named them.
        let is_made_up = |to: &String| to.ends_with("@sundial.example");
        for letter in sink.received() {
            if letter.to.iter().any(is_made_up) {
                continue;
            }
            let text = String::from_utf8(letter.data).unwrap().replace("=\r\n", "");
            for word in of(&[Kind::Child, Kind::Prose, Kind::Secret, Kind::Request]) {
                assert!(!text.contains(word), "a letter tells {word}: {text}");
            }
        }
    }

    /// OWASP ASVS 5.0.0, 16.2.1, 16.2.2, 16.2.4, 16.3.1 to 16.3.3.
    async fn the_log_says_who_signed_in_and_what_was_refused_to_whom(database: Database) {
        let wishes = Wishes { real_clock: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bscp.toml");
        let settings = fresh_settings(&house);
        std::fs::write(&config, format!("{settings}[log]\nformat = \"json\"\n")).unwrap();
        let server = Logging::start(&config);
        let stranger = Client::stranger(server.address);
        let wrong = json!({ "email": house.email("Priya Nair"), "password": "not hers at all" });
        let wrong = stranger.post("/sessions", &wrong).await;
        let priya = Client::sign_in(server.address, &house.email("Priya Nair")).await;
        let not_hers = priya.post("/machines", &json!({ "name": "One", "agency_id": super::aim::NOTHING })).await;
        let nothing = priya.get("/escalations/ESC-2026-000777").await;
        let twice = stranger.send(reqwest::Method::POST, "/sessions", &[], Some(r#"{"email":"a","email":"b"}"#.to_owned())).await;
        let fine = priya.get("/me").await;
        assert_eq!(fine.status, 200);
        let id = house.person_id("Priya Nair");
        // What a request logs, it logs before the next is answered; it is read a little later.
        let lines = until("the last entry", async || {
            let lines = server.lines();
            let last = twice.header("x-request-id").unwrap();
            lines.iter().any(|line| line.contains(&last)).then_some(lines)
        })
        .await;
        let entries: Vec<Value> =
            lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |answer: &Answer| -> Vec<&Value> {
            let id = answer.header("x-request-id").unwrap();
            entries.iter().filter(|entry| entry["span"]["request_id"] == id.as_str()).collect()
        };
        for (answer, status, route, whose) in [
            (&wrong, 401, "/api/v1/sessions", None),
            (&not_hers, 403, "/api/v1/machines", Some(&id)),
            (&nothing, 404, "/api/v1/escalations/{id}", Some(&id)),
            (&twice, 400, "/api/v1/sessions", None),
        ] {
            assert_eq!(answer.status, status, "{}", answer.body);
            let [entry] = of(answer)[..] else { panic!("{route}: {:?}", of(answer)) };
            assert_eq!(entry["fields"]["message"], "a request was refused");
            let span = &entry["span"];
            assert_eq!((&span["status"], &span["route"]), (&json!(status), &json!(route)));
            assert_eq!(span.get("person_id"), whose.map(|id| json!(id)).as_ref(), "{entry}");
            assert_eq!(span["client"], "127.0.0.1");
            assert!(entry["timestamp"].as_str().unwrap().ends_with('Z'), "{entry}");
        }
        assert!(of(&fine).is_empty(), "{:?}", of(&fine));
        let signed_in: Vec<&Value> = entries
            .iter()
            .filter(|entry| entry["fields"]["message"] == "somebody signed in")
            .collect();
        let [entry] = signed_in[..] else { panic!("{signed_in:?}") };
        assert_eq!(entry["fields"]["person_id"], json!(id));
        assert_eq!(entry["fields"]["by"], "Password");
    }
}
