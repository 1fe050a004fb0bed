//! R19: the server is killed right after the mail server has answered that it took a message, before
//! that is recorded. What goes twice goes as the same message, at most once a kill and letter that
//! was on its way, and nothing is lost.

use crate::dice::Dice;
use crate::house::smtp_sink::SmtpSink;
use crate::house::{House, Wishes, block_on};
use crate::r17_mail_server_faults::differing_twins;
use crate::r18_backlog::{prove_the_record, queue, somebody};
use crate::run::Outcome;
use bscp_escalation::store::notices::{self, DeliveryState};
use bscp_escalation::store::{DatabaseUrl, Store, StoreError, StoreOptions};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_bscp-escalation");
const KILLS: u64 = 3;
const MESSAGES: u64 = 40;
/// One message on its way at a time: so each kill hits one.
const CONNECTIONS: u64 = 1;

pub fn trial(mut dice: Dice) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("house.sqlite3").display());
    block_on(furnish(&url, &mut dice));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sink = runtime.block_on(SmtpSink::start()).unwrap();
    let config = folder.path().join("bscp.toml");
    std::fs::write(&config, settings(folder.path(), &url, &sink)).unwrap();
    let served: Arc<Mutex<Option<Child>>> = Arc::default();
    let countdown = Arc::new(AtomicU64::new(0));
    let (victim, left) = (Arc::clone(&served), Arc::clone(&countdown));
    sink.after_each(move || {
        // From one to none: this is the message after which it is killed.
        let counted = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if counted == Ok(1)
            && let Some(child) = victim.lock().unwrap().as_mut()
        {
            child.kill().unwrap();
        }
    });
    for _ in 0..KILLS {
        let taken = sink.received().len();
        let after = dice.between(1, 6);
        countdown.store(after, Ordering::SeqCst);
        let child = start(&config);
        *served.lock().unwrap() = Some(child);
        let heard = sink.received().len();
        assert!(heard >= taken);
        wait_for_death(&served);
    }
    let child = start(&config);
    let taken_all = runtime.block_on(async {
        let all = tokio::time::timeout(Duration::from_secs(90), async {
            loop {
                let to: BTreeSet<String> =
                    sink.received().into_iter().map(|it| it.to[0].clone()).collect();
                if to.len() as u64 == MESSAGES {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        all.await.is_ok()
    });
    let outcome = block_on(judge(child, &url, &sink, taken_all));
    drop(sink);
    runtime.shutdown_background();
    outcome
}

/// Founds a partnership and queues messages; nothing is sent.
async fn furnish(url: &str, dice: &mut Dice) {
    let wishes = Wishes { real_clock: true, ..Wishes::default() };
    let house = House::build_on(url, tempfile::tempdir().unwrap(), wishes).await;
    let mut all = Vec::new();
    for number in 0..MESSAGES {
        let to = format!("somebody{number}@domain{}.example", dice.between(0, 9));
        all.push(somebody(&house, &to, number));
    }
    queue(&house, all).await;
}

fn settings(folder: &Path, url: &str, sink: &SmtpSink) -> String {
    format!(
        "data_dir = {folder:?}\n[database]\nurl = {url:?}\n[http]\nworkers = 1\n\
         [engine]\ntick_seconds = 1\n[auth]\nsecond_factor = \"optional\"\n\
         [mail]\nfrom_email = \"escalations@bscp.example\"\nlease_seconds = 10\n\
         [mail.smtp]\nhost = {:?}\nport = {}\nsecurity = \"none\"\n\
         connections_max = {CONNECTIONS}\n",
        sink.host(),
        sink.port()
    )
}

fn start(config: &Path) -> Child {
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    std::thread::spawn(move || while lines.next().is_some_and(|line| line.is_ok()) {});
    child
}

fn wait_for_death(served: &Mutex<Option<Child>>) {
    for _ in 0..600 {
        if let Some(child) = served.lock().unwrap().as_mut()
            && child.try_wait().unwrap().is_some()
        {
            return;
        }
        crate::program::pause(Duration::from_millis(100));
    }
    panic!("the server sent nothing for a minute");
}

async fn judge(mut child: Child, url: &str, sink: &SmtpSink, taken_all: bool) -> Outcome {
    let options = StoreOptions {
        url: url.parse::<DatabaseUrl>().unwrap(),
        connections_max: 2,
        busy_timeout_seconds: 10,
    };
    // What a killed server had goes again once its lease has run out.
    for _ in 0..120 {
        let store = Store::open_as_it_is(options.clone()).unwrap();
        if open(&store).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let store = Store::open_as_it_is(options).unwrap();
    let mut violations = Vec::new();
    let received = sink.received().len() as u64;
    if !taken_all {
        violations.push(format!("I6: {received} messages went, and not to all of {MESSAGES}"));
    }
    if received > MESSAGES + KILLS {
        violations.push(format!("I6: {} went twice after {KILLS} kills", received - MESSAGES));
    }
    violations.extend(differing_twins(sink));
    violations.extend(open(&store).await);
    prove_the_record(&store, &mut violations).await;
    eprintln!("R19: {KILLS} kills, {} went twice", received.saturating_sub(MESSAGES));
    Outcome { units: KILLS, violations, untried: None }
}

/// What did not end as taken by the mail server.
async fn open(store: &Store) -> Vec<String> {
    let recorded: Result<_, StoreError> = store
        .read(|r| {
            let of = bscp_escalation::store::people::list_partnerships(r)?[0].it.id;
            notices::list_of_partnerships(r, None, &[of], None, None, i64::MAX)
        })
        .await;
    let all = recorded.unwrap().into_iter();
    let open = all.filter(|it| it.state != DeliveryState::Accepted);
    open.map(|it| format!("I6: {} is {:?}", it.id, it.state)).collect()
}
