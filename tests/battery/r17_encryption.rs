//! R17t: a mail server whose encryption is wrong, or that somebody on the way has in hand. Nothing of
//! a letter or a password crosses in clear, each message waits with its reason, and all arrive once
//! it is well again, each once.

use crate::dice::Dice;
use crate::house::smtp_sink::{
    Act, BAD_CERTIFICATES, BAD_START_TLS, Encryption, SmtpSink, Verb, Wrong,
};
use crate::house::{Database, House, Wishes, block_on};
use crate::r17_mail_server_faults::differing_twins;
use crate::r18_backlog::{all_notices, prove_the_record, queue, somebody};
use crate::run::Outcome;
use bscp_escalation::store::notices::DeliveryState;
use chrono::TimeDelta;

const ROUNDS: u64 = 4;
const LETTERS: u64 = 8;

pub fn trial(mut dice: Dice) -> Outcome {
    let database = if dice.one_in(2) { Database::Postgres } else { Database::Sqlite };
    let how = *dice.pick(&[Encryption::StartTls, Encryption::FromTheFirstByte]);
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let (sink, settings) = SmtpSink::encrypted(how, dir.path()).await.unwrap();
        let wishes = Wishes { settings, real_mailer: true, ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else {
            return Outcome {
                untried: Some("there is no PostgreSQL".to_owned()),
                ..Outcome::default()
            };
        };
        let mut violations = Vec::new();
        for round in 0..ROUNDS {
            let wrong = match how {
                Encryption::StartTls if !dice.one_in(3) => {
                    let (verb, act) = *dice.pick(&BAD_START_TLS);
                    Wrong::At(verb, act)
                }
                _ => Wrong::Certificate(*dice.pick(&BAD_CERTIFICATES)),
            };
            let for_once = dice.one_in(3);
            violations.extend(play(&house, &sink, round, wrong, for_once).await);
        }
        violations.extend(differing_twins(&sink));
        prove_the_record(house.engine.store(), &mut violations).await;
        Outcome { units: ROUNDS * LETTERS, violations, untried: None }
    })
}

async fn play(
    house: &House,
    sink: &SmtpSink,
    round: u64,
    wrong: Wrong,
    for_once: bool,
) -> Vec<String> {
    let mut violations = Vec::new();
    let before = sink.received().len();
    match wrong {
        // One connection only.
        Wrong::At(verb, act) if for_once => {
            sink.always(Verb::Rset, Act::HangUp);
            sink.once(verb, act);
        }
        _ => sink.do_wrong(wrong),
    }
    for number in 0..LETTERS {
        let number = round * LETTERS + number;
        let to = format!("somebody{number}@domain{number}.example");
        queue(house, vec![somebody(house, &to, number)]).await;
    }
    house.engine.deliver().await.unwrap();
    let waiting = all_notices(house).await;
    let waiting = waiting.iter().filter(|it| it.state == DeliveryState::Queued);
    let reasons: Vec<&str> = waiting.filter_map(|it| it.last_error.as_deref()).collect();
    let expected = match wrong {
        Wrong::At(..) if for_once => 1,
        _ => LETTERS,
    };
    if reasons.len() as u64 != expected || !reasons.iter().all(|it| it.contains("not encrypted")) {
        violations.push(format!("I6: {wrong:?}: {expected} should wait: {reasons:?}"));
    }
    sink.take_everything();
    house.clock.wind_on_to(house.clock.now().plus(TimeDelta::hours(1)));
    house.engine.deliver().await.unwrap();
    let taken = sink.received().len() - before;
    if taken as u64 != LETTERS {
        violations.push(format!("I6: {wrong:?}: {taken} of {LETTERS} were taken"));
    }
    let seen = sink.seen_in_clear();
    if !seen.is_empty() {
        violations.push(format!("{wrong:?}: in clear: {seen:?}"));
    }
    violations
}
