//! R18u: however much waits, and though one destination is slow and one is dead, somebody else hears
//! within five minutes that an urgent message was refused, and within five minutes of a quarter of an
//! hour that it is not taken.
//!
//! The clock runs faster than the world, and the mail server's time-out is as much shorter; so our own
//! work counts many times over.

use crate::dice::Dice;
use crate::house::smtp_sink::{Act, SmtpSink, Verb};
use crate::house::{Database, House, Wishes, block_on};
use crate::r18_backlog::{mail_settings, prove_the_record, queue, somebody};
use crate::raw::Raw;
use crate::run::Outcome;
use bscp_escalation::clock::{Clock, UtcInstant};
use bscp_escalation::escalation::NoticeUrgency;
use chrono::TimeDelta;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How many messages wait beside those to the slow and the dead destination, in each half.
const BACKLOGS: [u64; 2] = [600, 1_000];
/// How many go to the slow one, and how many to the dead one.
const STUCK: u64 = 40;
/// A time-out of a second is half a minute of the clock, as it is by default.
const FAST: i32 = 30;
/// A time-out is a minute of the clock: worse than it is, and sooner over.
const FASTER: i32 = 60;
const TOLD_WITHIN: TimeDelta = TimeDelta::minutes(5);
const DELAY_MAX: TimeDelta = TimeDelta::minutes(15);
/// How long somebody watching waits for what does not happen.
const PATIENCE: Duration = Duration::from_secs(120);

/// A clock that runs faster than the world, until this is dropped.
struct Running(JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Running {
    fn begin(clock: &Clock, times: i32) -> Self {
        let (clock, began, at) = (clock.clone(), Instant::now(), clock.now());
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let passed = TimeDelta::from_std(began.elapsed()).unwrap();
                clock.wind_on_to(at.plus(passed * times));
            }
        }))
    }
}

pub fn trial(mut dice: Dice) -> Outcome {
    let database = if dice.one_in(2) { Database::Postgres } else { Database::Sqlite };
    block_on(async {
        let sink = SmtpSink::start().await.unwrap();
        let mut settings = mail_settings(&sink);
        // Of the clock's, which runs faster than the world in which a lease is renewed.
        settings.push(("mail.lease_seconds", "3600".to_owned()));
        let wishes = Wishes { settings, real_mailer: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else {
            return Outcome {
                untried: Some("there is no PostgreSQL".to_owned()),
                ..Outcome::default()
            };
        };
        let mut violations = Vec::new();
        let engine = house.engine.clone();
        pile_up(&house, &mut dice, 0, BACKLOGS[0]).await;
        stall(&sink, Act::Answer("550 5.1.1 no such user"), &house);
        let delivering = tokio::spawn(async move {
            loop {
                engine.deliver().await.unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let running = Running::begin(&house.clock, FAST);
        let began = raise_urgently(&house).await;
        let refused = told(&house, "notice_failed", began, &mut violations).await;
        if refused > TOLD_WITHIN {
            violations.push(format!("I7: refused, and told after {refused}"));
        }
        drop(running);

        sink.take_everything();
        stall(&sink, Act::Answer("451 4.3.0 try again later"), &house);
        pile_up(&house, &mut dice, BACKLOGS[0] + 2 * STUCK, BACKLOGS[1]).await;
        let running = Running::begin(&house.clock, FASTER);
        let began = raise_urgently(&house).await;
        let delayed = told(&house, "notice_delayed", began, &mut violations).await;
        if delayed < DELAY_MAX || delayed > DELAY_MAX + TOLD_WITHIN {
            violations.push(format!("I7: not taken, and told after {delayed}"));
        }
        drop(running);
        delivering.abort();
        eprintln!(
            "R18u {database:?}: told of a refusal after {} s, of a delay after {} s, of the clock",
            refused.num_seconds(),
            delayed.num_seconds()
        );
        prove_the_record(house.engine.store(), &mut violations).await;
        Outcome { units: 2, violations, untried: None }
    })
}

/// What an outage has left, of every urgency (all of it queued before what is urgent then), some of
/// it to a slow and to a dead destination.
async fn pile_up(house: &House, dice: &mut Dice, first: u64, count: u64) {
    let mut all = Vec::new();
    for number in 0..count + 2 * STUCK {
        let to = match number {
            it if it < STUCK => format!("slow{number}@slow.example"),
            it if it < 2 * STUCK => format!("dead{number}@dead.example"),
            _ => format!("somebody{number}@domain{}.example", dice.between(0, 40)),
        };
        let mut notice = somebody(house, &to, first + number);
        notice.urgency = match dice.between(0, 20) {
            0 => NoticeUrgency::Urgent,
            1..7 => NoticeUrgency::Asks,
            _ => NoticeUrgency::Informs,
        };
        all.push(notice);
    }
    queue(house, all).await;
}

/// What the slow, the dead and the victim's mail server do.
fn stall(sink: &SmtpSink, victims: Act, house: &House) {
    for number in 0..STUCK {
        sink.always_at(Verb::Rcpt, &format!("slow{number}@slow.example"), Act::Late);
    }
    for number in STUCK..2 * STUCK {
        sink.always_at(Verb::Rcpt, &format!("dead{number}@dead.example"), Act::FallSilent);
    }
    sink.always_for(&house.email("Tom Okafor"), victims);
}

/// Raises an urgent challenge, and says when it began to.
async fn raise_urgently(house: &House) -> UtcInstant {
    let priya = house.as_("Priya Nair").await;
    let mut draft = house.draft();
    draft["draft"]["urgency_class"] = json!("urgent");
    let begun = priya.post("/escalations", &draft).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let now = house.clock.now();
    let raised = priya.command(&begun.text("/reference"), "raising", &json!({})).await;
    assert_eq!(raised.status, 200, "{}", raised.body);
    now
}

/// How long after an instant the first message of a kind was taken, by the clock.
async fn told(
    house: &House,
    kind: &str,
    since: UtcInstant,
    violations: &mut Vec<String>,
) -> TimeDelta {
    let began = Instant::now();
    let mut raw = Raw::of(house);
    while raw.count("notices", &format!("kind = '{kind}' and state = 'accepted'")) == 0 {
        if began.elapsed() > PATIENCE {
            violations.push(format!("I7: nobody got a {kind} at all"));
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let after = house.clock.now().since(since);
    let waiting = raw.count("notices", "state in ('queued', 'leased')");
    if waiting < i64::try_from(STUCK / 2).unwrap() {
        violations.push(format!("{kind}: only {waiting} messages still waited: no load"));
    }
    after
}
