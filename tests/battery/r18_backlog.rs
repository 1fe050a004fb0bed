//! R18: what an outage has piled up goes out: the urgent first, of each urgency the oldest, each once,
//! and what has become pointless not at all.

use crate::dice::Dice;
use crate::house::smtp_sink::SmtpSink;
use crate::house::{Database, House, Wishes, block_on};
use crate::run::Outcome;
use bscp_escalation::engine::prove;
use bscp_escalation::escalation::{NoticeKind, NoticeUrgency};
use bscp_escalation::ids::{EscalationId, NoticeId};
use bscp_escalation::notify::Letter;
use bscp_escalation::store::notices::{self, DeliveryState, NewNotice, StoredNotice};
use bscp_escalation::store::{Store, StoreError, Writer, escalations};
use serde_json::json;
use std::time::Instant;

/// How many wait; more where the program is built for use.
const BACKLOG: u64 = if cfg!(debug_assertions) { 2_000 } else { 20_000 };
const POINTLESS: u64 = 20;

/// The settings of a house whose mail goes to a sink.
pub fn mail_settings(sink: &SmtpSink) -> Vec<(&'static str, String)> {
    vec![
        ("mail.smtp.host", sink.host()),
        ("mail.smtp.port", sink.port().to_string()),
        ("mail.smtp.security", "none".to_owned()),
        ("mail.smtp.timeout_seconds", "1".to_owned()),
        ("mail.from_email", "escalations@bscp.example".to_owned()),
    ]
}

/// A message to an address.
pub fn somebody(house: &House, to: &str, number: u64) -> NewNotice {
    NewNotice {
        id: NoticeId::new(),
        event_key: format!("battery:{number}"),
        escalation_id: None,
        partnership_id: house.founded.partnership.id,
        kind: NoticeKind::Digest,
        person_id: None,
        recipient_name: "Somebody".to_owned(),
        recipient_email: to.to_owned(),
        letter: Letter {
            subject: format!("Letter {number}"),
            greeting_name: String::new(),
            paragraphs: Vec::new(),
            link: "https://escalations.example/".to_owned(),
            reply_to_hint: "Questions: the partnership".to_owned(),
            partnership: "The partnership".to_owned(),
        },
        thread: None,
        urgency: NoticeUrgency::Informs,
        bundle: None,
        about_notice_id: None,
    }
}

/// Queues messages in one transaction.
pub async fn queue(house: &House, all: Vec<NewNotice>) {
    let now = house.clock.now();
    let queue = move |w: &mut Writer<'_>| -> Result<(), StoreError> {
        for notice in &all {
            notices::enqueue(w, notice, now)?;
        }
        Ok(())
    };
    house.engine.store().write(queue).await.unwrap();
}

/// Every message of the house's partnership.
pub async fn all_notices(house: &House) -> Vec<StoredNotice> {
    let of = [house.founded.partnership.id];
    let all: Result<_, StoreError> = house
        .engine
        .store()
        .read(move |r| notices::list_of_partnerships(r, None, &of, None, None, i64::MAX))
        .await;
    all.unwrap()
}

/// Proves the whole record, and names what is broken.
pub async fn prove_the_record(store: &Store, violations: &mut Vec<String>) {
    let proof = prove(store).await.unwrap();
    violations.extend(proof.breaches.iter().map(ToString::to_string));
}

async fn withdrawn_case(house: &House) -> EscalationId {
    let reference = house.raised().await;
    let priya = house.as_("Priya Nair").await;
    let reason = json!({ "reason": "It was settled by a call." });
    let withdrawn = priya.command(&reference, "withdrawals", &reason).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
    house.settle().await;
    let found: Result<_, StoreError> =
        house.engine.store().read(move |r| escalations::find_id(r, &reference)).await;
    found.unwrap().unwrap()
}

pub fn trial(mut dice: Dice) -> Outcome {
    let database = if dice.one_in(2) { Database::Postgres } else { Database::Sqlite };
    block_on(async {
        let sink = SmtpSink::start().await.unwrap();
        let settings = mail_settings(&sink);
        let wishes = Wishes { settings, real_mailer: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else {
            return Outcome {
                untried: Some("there is no PostgreSQL".to_owned()),
                ..Outcome::default()
            };
        };
        let ended = withdrawn_case(&house).await;
        let before = sink.received().len();
        let mut all = Vec::new();
        let mut urgent_count = 0;
        for number in 0..BACKLOG {
            let to = format!("somebody{number}@domain{}.example", dice.between(0, 40));
            let mut notice = somebody(&house, &to, number);
            notice.urgency = match dice.between(0, 10) {
                0 => NoticeUrgency::Urgent,
                1..4 => NoticeUrgency::Asks,
                _ => NoticeUrgency::Informs,
            };
            urgent_count += usize::from(notice.urgency == NoticeUrgency::Urgent);
            all.push(notice);
        }
        for number in 0..POINTLESS {
            let mut notice = somebody(&house, "nobody@domain0.example", BACKLOG + number);
            notice.escalation_id = Some(ended);
            notice.kind = NoticeKind::ActionNeeded;
            all.push(notice);
        }
        queue(&house, all).await;
        let began = Instant::now();
        house.engine.deliver().await.unwrap();
        let per_second = BACKLOG as f64 / began.elapsed().as_secs_f64();
        eprintln!("R18 {database:?}: {BACKLOG} messages, {per_second:.0} a second");
        let mut violations = Vec::new();
        let sent: Vec<String> =
            sink.received().split_off(before).iter().map(|it| it.to[0].clone()).collect();
        let mut once = sent.clone();
        once.sort();
        once.dedup();
        if sent.len() as u64 != BACKLOG || once.len() as u64 != BACKLOG {
            violations.push(format!("I6: {} went, {} recipients", sent.len(), once.len()));
        }
        violations.extend(judge(&house, &sent, urgent_count).await);
        prove_the_record(house.engine.store(), &mut violations).await;
        Outcome { units: BACKLOG + POINTLESS, violations, untried: None }
    })
}

/// Whether the urgent went first, and what is pointless not at all.
async fn judge(house: &House, sent: &[String], urgent_count: usize) -> Vec<String> {
    let mut violations = Vec::new();
    let notices = all_notices(house).await;
    let cancelled = notices.iter().filter(|it| it.state == DeliveryState::Cancelled).count();
    if cancelled as u64 != POINTLESS {
        violations.push(format!("{cancelled} of {POINTLESS} pointless messages were cancelled"));
    }
    let open = notices.iter().filter(|it| it.ended_at.is_none()).count();
    if open > 0 {
        violations.push(format!("I6: {open} messages did not come to an end"));
    }
    // Every fourth turn is for what has waited longest; a turn may take several places at once.
    let first: std::collections::BTreeSet<&String> =
        sent.iter().take(urgent_count * 2 + 20).collect();
    let urgent = notices.iter().filter(|it| it.is_urgent());
    let late = urgent.filter(|it| !first.contains(&it.recipient_email)).count();
    if late > 0 {
        violations.push(format!("{late} urgent messages went after many that are not"));
    }
    violations
}
