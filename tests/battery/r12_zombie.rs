//! R12: of two nodes on one PostgreSQL one is killed, or stopped where it stands and woken much
//! later. The other takes over within half a minute, and what wakes does no harm.

use crate::dice::Dice;
use crate::house::smtp_sink::SmtpSink;
use crate::load::PRIYA;
use crate::program::{Ground, Program, pause, until};
use crate::run::Outcome;
use crate::wire::Ask;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const CASES: usize = 24;
const STAGES: usize = 4;
/// How long a dead node's part may lie before another has taken it over.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(30);
/// How long a stopped node stays stopped after the other has done everything.
const ASLEEP: Duration = Duration::from_secs(20);

/// Two-second stages, so that much is due at any instant.
pub fn trial(mut dice: Dice) -> Outcome {
    let mail = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let mail = mail.unwrap();
    let sink = mail.block_on(SmtpSink::start()).unwrap();
    let settings = [
        ("mail.smtp.host", sink.host()),
        ("mail.smtp.port", sink.port().to_string()),
        ("mail.smtp.security", "none".to_owned()),
        // One message at a time: no more than one can be on its way when the node stops.
        ("mail.smtp.connections_max", "1".to_owned()),
        ("mail.smtp.timeout_seconds", "5".to_owned()),
    ];
    let Some(ground) = Ground::postgres(&settings) else {
        let untried = Some("there is no PostgreSQL".to_owned());
        return Outcome { untried, ..Outcome::default() };
    };
    let mut outcome = Outcome::held(1);
    let is_killed = dice.one_in(3);
    let after = Duration::from_millis(dice.between(500, 4_000));
    let victim = ground.start();
    let survivor = ground.start();
    let token = survivor.token(PRIYA);
    (0..CASES).for_each(|_| raise(&ground, &survivor, &token));
    pause(after);
    let mut asleep = None;
    if is_killed {
        victim.kill();
    } else {
        victim.signal("STOP");
        asleep = Some(victim);
    }
    let began = Instant::now();
    let violations = &mut outcome.violations;
    while count(&ground, "timeline_entries", "kind = 'deadline_passed'") < CASES * STAGES {
        if began.elapsed() > TAKEN_OVER_WITHIN {
            violations.push(format!("I4: not taken over within {TAKEN_OVER_WITHIN:?}"));
            break;
        }
        pause(Duration::from_millis(200));
    }
    let waits = "state in ('queued', 'leased')";
    while count(&ground, "notices", waits) > 0 {
        if began.elapsed() > TAKEN_OVER_WITHIN * 2 {
            violations.push("I6: messages of the dead node were not taken over".to_owned());
            break;
        }
        pause(Duration::from_millis(200));
    }
    eprintln!("  taken over within {:.1?}", began.elapsed());
    if let Some(victim) = asleep {
        pause(ASLEEP);
        victim.signal("CONT");
        until("the woken node being ready", || {
            victim.ask(&Ask::get("/readyz", "")).is_ok_and(|it| it.is_done())
        });
        pause(Duration::from_secs(2));
        victim.stop();
    }
    survivor.stop();
    check(&ground, &sink, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

fn raise(ground: &Ground, program: &Program, token: &str) {
    let ask = |path: String, body: String, if_match: Option<String>| Ask {
        method: "POST",
        body,
        if_match,
        ..Ask::get(path, token)
    };
    let draft = ground.draft("made-up facts").to_string();
    let begun = program.ask(&ask("/api/v1/escalations".to_owned(), draft, None)).unwrap();
    assert_eq!(begun.status, 201, "{}", begun.body);
    let path = format!("/api/v1/escalations/{}/raising", begun.text("/reference"));
    let etag = begun.header("etag").map(str::to_owned);
    let raised = program.ask(&ask(path, json!({}).to_string(), etag)).unwrap();
    assert_eq!(raised.status, 200, "{}", raised.body);
}

fn count(ground: &Ground, table: &str, condition: &str) -> usize {
    let question =
        format!("select cast(count(*) as text) as a, '' as b from {table} where {condition}");
    ground.rows(&question)[0].a.parse().unwrap()
}

fn check(ground: &Ground, sink: &SmtpSink, violations: &mut Vec<String>) {
    for (table, condition, wanted) in [
        ("timeline_entries", "kind = 'deadline_passed'", CASES * STAGES),
        ("timeline_entries", "kind = 'stage_entered'", CASES * STAGES),
        ("stage_entries", "1 = 1", CASES * STAGES),
        // What a case has moved past before it went is cancelled.
        ("notices", "state not in ('accepted', 'cancelled')", 0),
    ] {
        let found = count(ground, table, condition);
        if found != wanted {
            violations.push(format!("I3: {found} of {table} where {condition}, not {wanted}"));
        }
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for message in sink.received() {
        let text = String::from_utf8_lossy(&message.data).into_owned();
        let id = text.lines().find(|line| line.starts_with("Message-ID: "));
        *seen.entry(id.expect("a message has an id").to_owned()).or_default() += 1;
    }
    let twice: usize = seen.values().map(|times| times - 1).sum();
    if twice > 1 {
        violations.push(format!("I6: {twice} messages went twice, and one was on its way"));
    }
    let sent = count(ground, "notices", "state = 'accepted'");
    // The one that was on its way may have gone before the node died, and have become pointless
    // before another could tell: it arrived, and stands as cancelled.
    if seen.len() < sent || seen.len() > sent + 1 {
        violations.push(format!("I6: {} messages arrived, {sent} were sent", seen.len()));
    }
}
