//! Everything that a mail server may do wrong (R17): what becomes of the one message, and that all
//! others arrive, each once.

use super::outbox::{enqueue, house_and_sink_with, new_notice, taken_for, wind};
use super::sql::Raw;
use crate::house::House;
use crate::house::smtp_sink::{Act, Verb};
use crate::on_each_database;
use chrono::TimeDelta;

/// What becomes of the message that it happens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is taken all the same.
    Taken,
    /// It is tried again, and taken then.
    Again,
    /// It is tried again though it was taken: the mail server has it twice, as the same message.
    Twice,
    /// It is given up, and on the list.
    Failed,
}

use Fate::{Again, Failed, Taken, Twice};

const OTHERS: usize = 5;

/// What the mail server does at a command for the victim's message, and what becomes of it.
const SCRIPTS: &[(&str, Verb, Act, Fate)] = &[
    ("421 at the recipient", Verb::Rcpt, Act::Answer("421 4.3.2 going down"), Again),
    ("450 at the recipient", Verb::Rcpt, Act::Answer("450 4.2.1 mailbox busy"), Again),
    ("451 at the recipient", Verb::Rcpt, Act::Answer("451 4.3.0 try again later"), Again),
    ("452 at the recipient", Verb::Rcpt, Act::Answer("452 4.2.2 mailbox full"), Again),
    ("535 at the recipient", Verb::Rcpt, Act::Answer("535 5.7.8 sign in first"), Again),
    ("550 at the recipient", Verb::Rcpt, Act::Answer("550 5.1.1 no such user"), Failed),
    ("552 at the recipient", Verb::Rcpt, Act::Answer("552 5.2.2 mailbox full"), Failed),
    ("554 at the recipient", Verb::Rcpt, Act::Answer("554 5.7.1 not here"), Failed),
    ("hangs at the recipient", Verb::Rcpt, Act::FallSilent, Again),
    ("a byte a second at the recipient", Verb::Rcpt, Act::Drip, Again),
    ("hangs up at the recipient", Verb::Rcpt, Act::HangUp, Again),
    ("451 at the data", Verb::Data, Act::Answer("451 4.3.0 try again later"), Again),
    ("554 at the data", Verb::Data, Act::Answer("554 5.5.1 no valid recipients"), Failed),
    ("hangs at the data", Verb::Data, Act::FallSilent, Again),
    ("hangs up at the data", Verb::Data, Act::HangUp, Again),
    ("452 after the message", Verb::Message, Act::Answer("452 4.3.1 disk full"), Again),
    ("552 after the message", Verb::Message, Act::Answer("552 5.3.4 too large"), Failed),
    ("554 after the message", Verb::Message, Act::Answer("554 5.7.1 refused"), Failed),
    ("hangs up before the last answer", Verb::Message, Act::HangUp, Again),
    ("takes it and hangs up", Verb::Message, Act::TakeAndHangUp, Twice),
    ("hangs instead of the last answer", Verb::Message, Act::FallSilent, Again),
    ("hangs up after the last answer", Verb::Message, Act::AnswerAndHangUp, Taken),
];

/// What the mail server does to everybody: all wait, and all arrive once it is over.
const FOR_ALL: &[(&str, Verb, Act)] = &[
    ("hangs before its greeting", Verb::Connect, Act::FallSilent),
    ("a greeting of ten megabytes", Verb::Connect, Act::Flood),
    ("a byte a second from the greeting on", Verb::Connect, Act::Drip),
    ("554 as its greeting", Verb::Connect, Act::Answer("554 5.3.2 no service here")),
    ("hangs at the hello", Verb::Ehlo, Act::FallSilent),
    ("421 at the sender", Verb::Mail, Act::Answer("421 4.3.2 going down")),
    ("530 at the sender", Verb::Mail, Act::Answer("530 5.7.0 sign in first")),
    ("550 at the sender", Verb::Mail, Act::Answer("550 5.7.1 not you")),
    ("hangs at the sender", Verb::Mail, Act::FallSilent),
];

async fn enqueue_others(house: &House, script: &str) {
    for number in 0..OTHERS {
        let to = format!("somebody{number}@domain{number}.example");
        enqueue(house, new_notice(house, script, &to)).await;
    }
}

fn accepted(house: &House, script: &str) -> i64 {
    Raw::of(house).count("notices", &format!("event_key = '{script}' and state = 'accepted'"))
}

/// Whom a script of [`SCRIPTS`] happens to, at a destination of their own.
fn victim(number: usize) -> String {
    format!("victim@broken{number}.example")
}

on_each_database! {
    async fn whatever_happens_to_one_message_all_others_arrive_and_it_is_taken_or_on_the_list(
        database: Database
    ) {
        let more = ("mail.smtp.timeout_seconds", "1".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        // All at once, so that their waiting is one waiting.
        for (number, (script, verb, act, _)) in SCRIPTS.iter().enumerate() {
            sink.always_at(*verb, &victim(number), *act);
            enqueue(&house, new_notice(&house, script, &victim(number))).await;
            enqueue_others(&house, script).await;
        }
        house.engine.deliver().await.unwrap();
        let state = |number: usize| {
            let of = format!("recipient_email = '{}'", victim(number));
            Raw::of(&house).text(&format!("select state as value from notices where {of}"))
        };
        for (number, (script, .., fate)) in SCRIPTS.iter().enumerate() {
            let is_taken = i64::from(*fate == Taken);
            let others = i64::try_from(OTHERS).unwrap();
            assert_eq!(accepted(&house, script), others + is_taken, "{script}: the others arrive");
            let expected = match fate {
                Taken => "accepted",
                Again | Twice => "queued",
                Failed => "failed",
            };
            assert_eq!(state(number), expected, "{script}");
        }
        sink.take_everything();
        wind(&house, TimeDelta::minutes(1));
        house.engine.deliver().await.unwrap();
        for (number, (script, .., fate)) in SCRIPTS.iter().enumerate() {
            let is_at_last = if *fate == Failed { "failed" } else { "accepted" };
            assert_eq!(state(number), is_at_last, "{script}");
            let taken = taken_for(&sink, &victim(number));
            let times = match fate {
                Failed => 0,
                Taken | Again => 1,
                Twice => 2,
            };
            assert_eq!(taken.len(), times, "{script}");
            assert!(taken.windows(2).all(|both| both[0] == both[1]), "{script}: another message");
        }
        let to_others = sink.received().iter().filter(|it| it.to[0].starts_with("somebody")).count();
        assert_eq!(to_others, OTHERS * SCRIPTS.len(), "the others arrive, each once");
    }

    async fn whatever_happens_to_all_messages_they_all_arrive_once_it_is_over(database: Database) {
        let more = ("mail.smtp.timeout_seconds", "1".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        for (script, verb, act) in FOR_ALL {
            let before = sink.received().len();
            sink.always(*verb, *act);
            // No connection of the script before is of use.
            sink.always(Verb::Rset, Act::HangUp);
            enqueue_others(&house, script).await;
            house.engine.deliver().await.unwrap();
            // However long a greeting is, it may be read in time.
            if *act != Act::Flood {
                assert_eq!(accepted(&house, script), 0, "{script}");
                assert_eq!(sink.received().len(), before, "{script}");
            }
            sink.take_everything();
            wind(&house, TimeDelta::minutes(1));
            house.engine.deliver().await.unwrap();
            assert_eq!(accepted(&house, script), i64::try_from(OTHERS).unwrap(), "{script}");
            assert_eq!(sink.received().len() - before, OTHERS, "{script}: each once");
        }
        assert_eq!(Raw::of(&house).count("notices", "state <> 'accepted'"), 0);
    }
}
