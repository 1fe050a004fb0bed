//! R1: the server is killed at random instants, under a mixed load and with deadlines falling due
//! and mail going out all the while.

use crate::dice::Dice;
use crate::house::smtp_sink::SmtpSink;
use crate::load::{self, Cases, Journal, Load, People, Servers, WRITERS};
use crate::program::{Ground, pause, until};
use crate::run::Outcome;
use std::collections::HashMap;
use std::time::Duration;

/// How often the server is killed in a trial, always on the same database.
const KILLS: u64 = 10;

pub fn on_sqlite(dice: Dice) -> Outcome {
    trial(dice, |settings| Some(Ground::sqlite(settings)))
}

pub fn on_postgres(dice: Dice) -> Outcome {
    trial(dice, Ground::postgres)
}

fn trial(
    mut dice: Dice,
    ground: impl FnOnce(&[(&'static str, String)]) -> Option<Ground>,
) -> Outcome {
    let mail = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let mail = mail.unwrap();
    let sink = mail.block_on(SmtpSink::start()).unwrap();
    let settings = [
        ("mail.smtp.host", sink.host()),
        ("mail.smtp.port", sink.port().to_string()),
        ("mail.smtp.security", "none".to_owned()),
        // One message at a time, so that a kill can make no more than one go twice.
        ("mail.smtp.connections_max", "1".to_owned()),
        ("mail.lease_seconds", "10".to_owned()),
        ("mail.smtp.timeout_seconds", "5".to_owned()),
    ];
    let Some(ground) = ground(&settings) else {
        return Outcome {
            untried: Some("there is no PostgreSQL".to_owned()),
            ..Outcome::default()
        };
    };
    let mut outcome = Outcome::held(KILLS);
    let violations = &mut outcome.violations;
    let mut program = ground.start();
    let cases = Cases::default();
    let people = People::sign_in(&program);
    let (mut journal, mut slowest) = (Journal::new(), Duration::ZERO);
    let (mut unknown, mut were_done) = (0, 0);
    for kill in 0..KILLS {
        let after = Duration::from_millis(dice.between(1, 1500));
        let servers = Servers::only(&program);
        let load = Load::new(&ground, &people, &servers, &cases, kill.to_string());
        let mut written = load.run(WRITERS, &mut dice, |_| {
            pause(after);
            program.kill();
        });
        program = ground.start();
        slowest = slowest.max(program.ready_after);
        unknown += load::unknown(&written);
        match load::resolve(&mut written, program.address) {
            Ok(done) => were_done += done,
            Err(lost) => violations.push(lost),
        }
        load::check_answers(&written, program.address, 5, violations);
        journal.extend(written);
    }
    eprintln!(
        "  done/not done: {}; {unknown} had no answer, {were_done} of them were done; ready again \
         after {slowest:?} at most",
        load::tally(&journal)
    );
    until("every deadline and message being done with", || {
        let open = "select id as a, reference as b from escalations \
                    where next_act_at is not null and not is_overdue";
        let unsent = "select id as a, state as b from notices where state in ('queued', 'leased')";
        ground.rows(open).is_empty() && ground.rows(unsent).is_empty()
    });
    program.stop();
    load::check_no_failures(&journal, violations);
    load::check_effects(&ground, &journal, violations);
    check_mail(&ground, &sink, violations);
    violations.extend(ground.prove_the_record());
    outcome
}

/// Every message was taken, and no more of them twice than there were kills (I6).
fn check_mail(ground: &Ground, sink: &SmtpSink, violations: &mut Vec<String>) {
    let mut times: HashMap<String, u64> = HashMap::new();
    for message in sink.received() {
        let text = String::from_utf8_lossy(&message.data).into_owned();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
        *times.entry(id.expect("a message has an id").to_owned()).or_default() += 1;
    }
    let twice: u64 = times.values().map(|times| times - 1).sum();
    if twice > KILLS {
        violations.push(format!("I6: {KILLS} kills, and {twice} messages more than there are"));
    }
    for notice in ground.rows("select id as a, state as b from notices") {
        let was_taken = times.keys().any(|id| id.contains(&notice.a));
        if notice.b == "failed" || (notice.b == "accepted" && !was_taken) {
            violations.push(format!("I6: {} is {} and was not taken", notice.a, notice.b));
        }
    }
    if times.is_empty() {
        violations.push("no mail went out: the trial tried nothing".to_owned());
    }
}
