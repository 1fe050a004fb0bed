//! A mail server whose encryption is wrong, or that somebody on the way has in hand (R17): no letter
//! and no password ever crosses in clear, each message waits with a reason that an operator
//! understands, and all arrive once it is well again, each once.

use super::outbox::{enqueue, new_notice, notice_to, taken_for, wind};
use super::sql::Raw;
use super::{entries, notices};
use crate::house::smtp_sink::{
    Act, BAD_CERTIFICATES, BAD_START_TLS, Encryption, Shown, SmtpSink, Verb, Wrong,
};
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use chrono::TimeDelta;
use tempfile::TempDir;

const LETTERS: usize = 4;

const NOBODY_TRUSTS: &str = "its certificate was issued by nobody whom this machine";
const IN_CLEAR: &str = "it answered in clear";
const HUNG_UP: &str = "it hung up instead of encrypting";

/// What is said of a certificate.
fn reason(shown: Shown) -> &'static str {
    match shown {
        Shown::Good => "nothing is wrong with it",
        Shown::SelfSigned | Shown::OfAnotherAuthority => NOBODY_TRUSTS,
        Shown::OfAnotherName => "its certificate is for another name than mail.smtp.host",
        Shown::Expired => "its certificate has expired",
        Shown::NotYetValid => "its certificate is not valid yet",
    }
}

/// What is said of each of [`BAD_START_TLS`].
const REASONS: [&str; 8] = [
    "it does not offer STARTTLS",
    "(454)",
    "(502)",
    "incomplete response",
    HUNG_UP,
    IN_CLEAR,
    IN_CLEAR,
    IN_CLEAR,
];

/// A house whose mail goes to a mail server that encrypts, and asks for a password.
struct Encrypted {
    house: House,
    sink: SmtpSink,
    /// Kept for its files.
    _dir: TempDir,
}

impl Encrypted {
    async fn build(database: Database, how: Encryption) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let (sink, settings) = SmtpSink::encrypted(how, dir.path()).await.unwrap();
        let wishes = Wishes { settings, real_mailer: true, ..Wishes::default() };
        Some(Self { house: House::build(database, wishes).await?, sink, _dir: dir })
    }

    async fn enqueue(&self, script: &str) {
        for number in 0..LETTERS {
            let to = format!("somebody{number}@domain{number}.example");
            assert!(enqueue(&self.house, new_notice(&self.house, script, &to)).await);
        }
    }

    /// All wait with this reason while it is wrong, nothing crosses in clear, and once it is well
    /// again all arrive, each once.
    async fn plays(&self, script: &str, wrong: Wrong, reason: &str) {
        let (house, sink) = (&self.house, &self.sink);
        let (before, signed_in) = (sink.received().len(), count(sink, "AUTH"));
        sink.do_wrong(wrong);
        self.enqueue(script).await;
        house.engine.deliver().await.unwrap();
        let mut raw = Raw::of(house);
        let of = format!("event_key = '{script}'");
        let letters = i64::try_from(LETTERS).unwrap();
        assert_eq!(
            raw.count("notices", &format!("{of} and state = 'queued'")),
            letters,
            "{script}"
        );
        let question = format!("select last_error as value from notices where {of}");
        for why in raw.texts(&question) {
            let begins = format!("connecting to 127.0.0.1:{}: not encrypted", sink.port());
            assert!(why.starts_with(&begins) && why.contains(reason), "{script}: {why}");
        }
        assert_eq!(sink.received().len(), before, "{script}");
        assert_eq!(count(sink, "AUTH"), signed_in, "{script}: a password was sent");
        assert_eq!(sink.seen_in_clear(), [""; 0], "{script}");

        sink.take_everything();
        wind(house, TimeDelta::minutes(1));
        house.engine.deliver().await.unwrap();
        assert_eq!(
            raw.count("notices", &format!("{of} and state = 'accepted'")),
            letters,
            "{script}"
        );
        assert_eq!(sink.received().len() - before, LETTERS, "{script}: each once");
        assert_eq!(sink.seen_in_clear(), [""; 0], "{script}");
    }
}

fn count(sink: &SmtpSink, command: &str) -> usize {
    sink.commands().iter().filter(|line| line.starts_with(command)).count()
}

on_each_database! {
    async fn whatever_is_wrong_with_starttls_nothing_crosses_in_clear_and_all_arrives_when_it_is_well(
        database: Database
    ) {
        let Some(it) = Encrypted::build(database, Encryption::StartTls).await else { return };
        for shown in BAD_CERTIFICATES {
            it.plays(&format!("{shown:?}"), Wrong::Certificate(shown), reason(shown)).await;
        }
        for (number, ((verb, act), reason)) in BAD_START_TLS.into_iter().zip(REASONS).enumerate() {
            it.plays(&format!("{number}: {act:?}"), Wrong::At(verb, act), reason).await;
        }
        // What was looked for in vain would have been seen: this is what crosses in clear.
        let wire = String::from_utf8_lossy(&it.sink.wire()).into_owned();
        assert!(wire.contains("EHLO bscp.example\r\nSTARTTLS\r\n"), "the wire was not heard");
        assert!(count(&it.sink, "AUTH") > 0, "it was never signed in");
    }

    async fn whatever_is_wrong_with_tls_nothing_crosses_in_clear_and_all_arrives_when_it_is_well(
        database: Database
    ) {
        let how = Encryption::FromTheFirstByte;
        let Some(it) = Encrypted::build(database, how).await else { return };
        for shown in BAD_CERTIFICATES {
            it.plays(&format!("{shown:?}"), Wrong::Certificate(shown), reason(shown)).await;
        }
        assert!(!it.sink.wire().is_empty() && count(&it.sink, "AUTH") > 0);
        assert!(!String::from_utf8_lossy(&it.sink.wire()).contains("EHLO"));
    }

    async fn one_connection_that_is_not_encrypted_holds_up_no_other_letter(database: Database) {
        let Some(it) = Encrypted::build(database, Encryption::StartTls).await else { return };
        for (number, (verb, act)) in BAD_START_TLS.into_iter().enumerate() {
            let script = &format!("{number}: {act:?}");
            let before = it.sink.received().len();
            // A connection that was kept would not ask for encryption again.
            it.sink.always(Verb::Rset, Act::HangUp);
            it.sink.once(verb, act);
            it.enqueue(script).await;
            it.house.engine.deliver().await.unwrap();
            assert_eq!(it.sink.received().len() - before, LETTERS - 1, "{script}");
            it.sink.take_everything();
            wind(&it.house, TimeDelta::minutes(1));
            it.house.engine.deliver().await.unwrap();
            assert_eq!(it.sink.received().len() - before, LETTERS, "{script}: each once");
        }
        assert_eq!(Raw::of(&it.house).count("notices", "state <> 'accepted'"), 0);
        assert_eq!(it.sink.seen_in_clear(), [""; 0]);
    }

    async fn a_case_shows_why_its_message_waits_and_then_why_it_was_given_up(database: Database) {
        let Some(it) = Encrypted::build(database, Encryption::StartTls).await else { return };
        it.sink.do_wrong(Wrong::Certificate(Shown::Expired));
        let reference = it.house.raised().await;
        let waits = notice_to(&it.house, &reference, "Tom Okafor").await;
        assert_eq!((&waits["state"], &waits["attempts"]), (&"queued".into(), &1.into()));
        let why = waits["last_error"].as_str().unwrap().to_owned();
        assert!(why.ends_with("so nothing was sent: its certificate has expired"), "{why}");
        wind(&it.house, TimeDelta::days(6));
        it.house.engine.deliver().await.unwrap();
        let failed = notices(&it.house, "failed").await;
        let tom = failed.iter().find(|notice| notice["recipient"] == "Tom Okafor").unwrap();
        assert_eq!(tom["last_error"], why.as_str());
        assert_eq!(entries(&it.house, &reference, "notice_failed").await.len(), failed.len());
        it.sink.take_everything();
        wind(&it.house, TimeDelta::hours(1));
        it.house.engine.deliver().await.unwrap();
        let told = taken_for(&it.sink, &it.house.email("Judith Hale"));
        assert_eq!(told.len(), failed.len(), "somebody hears of each that was given up");
        assert_eq!(it.sink.seen_in_clear(), [""; 0]);
    }
}
