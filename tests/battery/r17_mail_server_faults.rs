//! R17: a mail server that does everything wrong, by chance and to some destinations. Each message
//! ends taken or visibly failed, what goes elsewhere goes at once, and nothing goes twice but what
//! was taken without an answer.

use crate::dice::Dice;
use crate::house::smtp_sink::{Act, SmtpSink, Verb};
use crate::house::{Database, House, Wishes, block_on};
use crate::r18_backlog::{all_notices, mail_settings, prove_the_record, queue, somebody};
use crate::run::Outcome;
use bscp_escalation::store::notices::DeliveryState;
use chrono::TimeDelta;
use std::collections::BTreeMap;

const ACTS: [Act; 12] = [
    Act::Answer("421 4.3.2 going down"),
    Act::Answer("450 4.2.1 mailbox busy"),
    Act::Answer("451 4.3.0 try again later"),
    Act::Answer("452 4.2.2 mailbox full"),
    Act::Answer("550 5.1.1 no such user"),
    Act::Answer("552 5.2.2 mailbox full"),
    Act::Answer("554 5.7.1 not here"),
    Act::HangUp,
    Act::TakeAndHangUp,
    Act::AnswerAndHangUp,
    Act::FallSilent,
    Act::Drip,
];
const VERBS: [Verb; 3] = [Verb::Rcpt, Verb::Data, Verb::Message];
const BROKEN: u64 = 6;
const FINE: u64 = 30;

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
        let mut violations = Vec::new();
        for number in 0..BROKEN {
            let to = format!("victim{number}@broken{number}.example");
            sink.always_at(*dice.pick(&VERBS), &to, *dice.pick(&ACTS));
            queue(&house, vec![somebody(&house, &to, number)]).await;
        }
        for number in 0..FINE {
            let to = format!("somebody{number}@domain{}.example", dice.between(0, 5));
            queue(&house, vec![somebody(&house, &to, BROKEN + number)]).await;
        }
        house.engine.deliver().await.unwrap();
        let fine = sink.received().iter().filter(|it| it.to[0].starts_with("somebody")).count();
        if fine as u64 != FINE {
            violations.push(format!("I14: {fine} of {FINE} went to destinations that are well"));
        }
        // The fault lasts for a while, then it is over.
        for minutes in [1, 2] {
            house.clock.wind_on_to(house.clock.now().plus(TimeDelta::minutes(minutes)));
            house.engine.deliver().await.unwrap();
        }
        sink.take_everything();
        house.clock.wind_on_to(house.clock.now().plus(TimeDelta::hours(2)));
        house.engine.deliver().await.unwrap();
        let left = all_notices(&house)
            .await
            .into_iter()
            .filter(|it| !matches!(it.state, DeliveryState::Accepted | DeliveryState::Failed));
        violations.extend(left.map(|it| format!("I6: {} is still {:?}", it.id, it.state)));
        violations.extend(differing_twins(&sink));
        prove_the_record(house.engine.store(), &mut violations).await;
        Outcome { units: BROKEN + FINE, violations, untried: None }
    })
}

/// What went twice under one Message-ID and was not the same.
pub fn differing_twins(sink: &SmtpSink) -> Vec<String> {
    let mut seen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut differing = Vec::new();
    for mail in sink.received() {
        let text = String::from_utf8_lossy(&mail.data).into_owned();
        let id = text.lines().find(|line| line.starts_with("Message-ID: ")).unwrap_or_default();
        match seen.get(id) {
            Some(before) if *before != mail.data => {
                differing.push(format!("I6: two messages with {id}"));
            }
            _ => {
                seen.insert(id.to_owned(), mail.data);
            }
        }
    }
    differing
}
