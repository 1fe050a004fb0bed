//! How what waits goes out: no destination holds up another, the urgent goes first and nothing waits
//! for ever, what has become pointless does not go, and whoever is not reached is not all alone.

use super::outbox::{
    enqueue, failed, header, house_and_sink, house_and_sink_with, lease, new_notice, notice_to,
    taken_for, wind,
};
use super::sql::Raw;
use super::{entries, raise_many, sleep_until};
use crate::house::smtp_sink::{Act, SmtpSink, Verb};
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use crate::process::until;
use bscp_escalation::escalation::NoticeUrgency;
use bscp_escalation::ids::PersonId;
use bscp_escalation::store::account_letters::{self, AccountLetterKind};
use bscp_escalation::store::{StoreError, outbox};
use chrono::TimeDelta;
use serde_json::json;
use std::time::Duration;

const LATER: Act = Act::Answer("451 4.3.0 try again later");
const TOM: &str = "tom.okafor@socialcare.example";
const JUDITH: &str = "judith.hale@bscp.example";

/// Waits until so many messages were taken.
async fn taken(sink: &SmtpSink, count: usize) {
    let waiting = tokio::time::timeout(Duration::from_secs(60), sink.wait_for(count)).await;
    assert!(waiting.is_ok(), "{} of {count} were taken", sink.received().len());
}

fn tries(sink: &SmtpSink, domain: &str) -> usize {
    let of = format!("@{domain}>");
    let commands = sink.commands();
    commands.iter().filter(|it| it.starts_with("RCPT") && it.contains(&of)).count()
}

async fn enqueue_letter(house: &House, name: &str, kind: AccountLetterKind) {
    let person_id: PersonId = house.person_id(name).parse().unwrap();
    let now = house.clock.now();
    let queued: Result<(), StoreError> = house
        .engine
        .store()
        .write(move |w| account_letters::enqueue(w, person_id, kind, now))
        .await;
    queued.unwrap();
}

on_each_database! {
    async fn a_destination_that_hangs_holds_up_no_other(database: Database) {
        let more = ("mail.smtp.timeout_seconds", "20".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        for number in 0..6 {
            let to = format!("somebody{number}@dead.example");
            sink.always_for(&to, Act::FallSilent);
            enqueue(&house, new_notice(&house, &format!("dead:{number}"), &to)).await;
        }
        for number in 0..12 {
            let to = format!("somebody{number}@fine.example");
            enqueue(&house, new_notice(&house, &format!("fine:{number}"), &to)).await;
        }
        let engine = house.engine.clone();
        let delivering = tokio::spawn(async move { engine.deliver().await });
        taken(&sink, 12).await;
        // Two of eight places are the dead one's, and both still hang.
        assert_eq!(tries(&sink, "dead.example"), 2);
        // What is queued meanwhile goes meanwhile, a letter about an account as well.
        enqueue(&house, new_notice(&house, "fine:later", "later@fine.example")).await;
        enqueue_letter(&house, "Priya Nair", AccountLetterKind::PasswordChanged).await;
        house.engine.wake();
        taken(&sink, 14).await;
        assert_eq!(taken_for(&sink, &house.email("Priya Nair")).len(), 1);
        assert_eq!(tries(&sink, "dead.example"), 2);
        delivering.abort();
    }

    async fn a_letter_about_an_account_that_hangs_holds_up_no_message_and_no_other_letter(
        database: Database
    ) {
        let more = ("mail.smtp.timeout_seconds", "20".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        sink.always_for(TOM, Act::FallSilent);
        for _ in 0..3 {
            enqueue_letter(&house, "Tom Okafor", AccountLetterKind::PasswordChanged).await;
        }
        enqueue(&house, new_notice(&house, "fine", "somebody@fine.example")).await;
        let engine = house.engine.clone();
        let delivering = tokio::spawn(async move { engine.deliver().await });
        taken(&sink, 1).await;
        delivering.abort();
        // Another node takes the other letters of that destination; this one's hang still.
        let mut raw = Raw::of(&house);
        assert_eq!(raw.count("account_letters", "state = 'leased'"), 2);
        assert_eq!(raw.count("account_letters", "state = 'queued'"), 1);
    }

    async fn a_letter_about_an_account_that_is_not_taken_now_is_tried_again(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(TOM, LATER);
        enqueue_letter(&house, "Tom Okafor", AccountLetterKind::PasswordChanged).await;
        let mut raw = Raw::of(&house);
        for (attempts, minutes) in (1..).zip([1, 2, 4]) {
            assert_eq!(house.engine.deliver().await.unwrap(), 1);
            let is = format!("state = 'queued' and attempts = {attempts}");
            assert_eq!(raw.count("account_letters", &is), 1);
            wind(&house, TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
            assert_eq!(house.engine.deliver().await.unwrap(), 0, "tried too soon");
            wind(&house, TimeDelta::seconds(1));
        }
        sink.take_everything();
        house.settle().await;
        assert_eq!(raw.count("account_letters", "state = 'accepted' and attempts = 4"), 1);
        assert_eq!(taken_for(&sink, TOM).len(), 1);
    }

    async fn what_is_urgent_goes_first_and_nothing_waits_for_ever(database: Database) {
        let more = ("mail.smtp.connections_max", "1".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        for (number, urgency) in [
            NoticeUrgency::Informs, NoticeUrgency::Informs, NoticeUrgency::Informs,
            NoticeUrgency::Asks, NoticeUrgency::Asks, NoticeUrgency::Urgent,
            NoticeUrgency::Urgent, NoticeUrgency::Urgent, NoticeUrgency::Urgent,
        ]
        .into_iter()
        .enumerate()
        {
            let to = format!("somebody{number}@domain{number}.example");
            let mut notice = new_notice(&house, &format!("event:{number}"), &to);
            notice.urgency = urgency;
            enqueue(&house, notice).await;
            wind(&house, TimeDelta::seconds(1));
        }
        assert_eq!(house.engine.deliver().await.unwrap(), 9);
        let order: Vec<usize> = sink
            .received()
            .iter()
            .map(|it| it.to[0]["somebody".len()..].split('@').next().unwrap().parse().unwrap())
            .collect();
        let place = |which: usize| order.iter().position(|it| *it == which).unwrap();
        assert_eq!(order[..3], [5, 6, 7], "the most urgent first, of them the oldest: {order:?}");
        assert!(place(0) < place(3), "every fourth goes to what has waited longest: {order:?}");
        for class in [&[0, 1, 2][..], &[3, 4], &[5, 6, 7, 8]] {
            assert!(class.is_sorted_by_key(|it| place(*it)), "oldest first: {order:?}");
        }
    }

    async fn a_lease_is_renewed_while_its_message_is_being_sent(database: Database) {
        let more = ("mail.smtp.timeout_seconds", "30".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        sink.always(Verb::Data, Act::FallSilent);
        enqueue(&house, new_notice(&house, "event", "somebody@slow.example")).await;
        let engine = house.engine.clone();
        let delivering = tokio::spawn(async move { engine.deliver().await });
        until("the message being sent", async || {
            (tries(&sink, "slow.example") == 1).then_some(())
        })
        .await;
        wind(&house, TimeDelta::seconds(19));
        let runs_out = house.clock.now().plus(TimeDelta::seconds(20)).to_string();
        let mut raw = Raw::of(&house);
        let renewed = if raw.is_sqlite() {
            format!("lease_until = '{runs_out}'")
        } else {
            format!("lease_until = timestamptz '{runs_out}'")
        };
        until("the lease being renewed", async || {
            (raw.count("notices", &renewed) == 1).then_some(())
        })
        .await;
        wind(&house, TimeDelta::seconds(2));
        let node = house.another_node().await;
        assert_eq!(node.deliver().await.unwrap(), 0, "it is being sent");
        // Its sender dies: within thirty seconds it is another's.
        delivering.abort();
        wind(&house, TimeDelta::seconds(18));
        assert_eq!(node.deliver().await.unwrap(), 1);
        assert_eq!(raw.count("notices", "state = 'accepted' and attempts = 2"), 1);
    }

    async fn whoever_asks_somebody_to_act_in_vain_for_a_quarter_of_an_hour_tells_somebody_else_once(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(TOM, LATER);
        let reference = house.raised().await;
        let told = async || entries(&house, &reference, "notice_delayed").await.len();
        for minutes in [1, 2, 4] {
            wind(&house, TimeDelta::minutes(minutes));
            house.settle().await;
        }
        assert_eq!((told().await, taken_for(&sink, JUDITH).len()), (0, 0), "seven minutes");
        wind(&house, TimeDelta::minutes(8));
        house.settle().await;
        assert_eq!((told().await, taken_for(&sink, JUDITH).len()), (1, 1));
        let letter = &taken_for(&sink, JUDITH)[0];
        assert!(header(letter, "subject").contains("a message waits"), "{letter:?}");
        for minutes in [16, 32, 60, 60] {
            wind(&house, TimeDelta::minutes(minutes));
            house.settle().await;
        }
        assert_eq!((told().await, taken_for(&sink, JUDITH).len()), (1, 1), "once");
        assert_eq!(notice_to(&house, &reference, "Tom Okafor").await["state"], "queued");
        sink.take_everything();
        wind(&house, TimeDelta::hours(1));
        house.settle().await;
        assert_eq!(notice_to(&house, &reference, "Tom Okafor").await["state"], "accepted");
        assert_eq!(failed(&house).await, [""; 0]);
        house.prove_the_record().await;
    }

    async fn what_tells_of_a_message_that_was_taken_meanwhile_does_not_go(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(TOM, LATER);
        sink.always_for(JUDITH, LATER);
        let reference = house.raised().await;
        for minutes in [1, 2, 4, 8] {
            wind(&house, TimeDelta::minutes(minutes));
            house.settle().await;
        }
        assert_eq!(notice_to(&house, &reference, "Judith Hale").await["kind"], "notice_delayed");
        sink.take_everything();
        sink.always_for(JUDITH, LATER);
        wind(&house, TimeDelta::minutes(16));
        house.settle().await; // Tom's goes
        assert_eq!(notice_to(&house, &reference, "Tom Okafor").await["state"], "accepted");
        sink.take_everything();
        wind(&house, TimeDelta::hours(1));
        house.settle().await;
        let to_judith = notice_to(&house, &reference, "Judith Hale").await;
        assert_eq!(to_judith["state"], "cancelled");
        assert!(to_judith["last_error"].as_str().unwrap().contains("was taken"), "{to_judith}");
        assert_eq!(taken_for(&sink, JUDITH).len(), 0);
    }

    async fn what_asks_to_act_in_a_case_that_has_ended_does_not_go_and_what_tells_of_the_end_does(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(TOM, LATER);
        let reference = house.raised().await;
        let priya = house.as_("Priya Nair").await;
        let reason = json!({ "reason": "It was settled by a call." });
        wind(&house, TimeDelta::seconds(1));
        let withdrawn = priya.command(&reference, "withdrawals", &reason).await;
        assert_eq!(withdrawn.status, 200, "{}", withdrawn.body);
        sink.take_everything();
        wind(&house, TimeDelta::minutes(5));
        house.settle().await;
        let to_tom = taken_for(&sink, TOM);
        assert_eq!(to_tom.len(), 1, "that of the end alone");
        assert!(header(&to_tom[0], "subject").starts_with("Withdrawn"), "{to_tom:?}");
        let mut raw = Raw::of(&house);
        let why = raw.texts("select last_error as value from notices where state = 'cancelled'");
        assert_eq!(why, ["not sent: it asks to act in a case that has ended since"]);
        assert_eq!(raw.count("notices", "state in ('queued', 'leased')"), 0);
    }

    async fn what_asks_to_answer_a_proposal_that_was_answered_does_not_go(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        let reference = house.raised().await;
        let asked = async |state: &str| {
            let mut raw = Raw::of(&house);
            let of = format!("kind = 'proposal_to_answer' and state = '{state}'");
            raw.texts(&format!("select coalesce(last_error, '') as value from notices where {of}"))
        };
        let does = async |name: &str, command: &str, body: serde_json::Value| {
            let answer = house.as_(name).await.command(&reference, command, &body).await;
            assert_eq!(answer.status, 200, "{name}, {command}: {}", answer.body);
        };
        let proposal = json!({ "outcome": "decision_changed", "terms": "A strategy meeting." });
        let no = json!({ "reason": "It does not go far enough." });
        let why = "not sent: it asks to answer a proposal that is not on the table any more";
        let minute = TimeDelta::minutes(1);

        // Declined, and another one is put, by the other side, before the letter could go.
        sink.always(Verb::Rcpt, LATER);
        does("Tom Okafor", "proposals", proposal.clone()).await;
        house.engine.deliver().await.unwrap();
        let first = asked("queued").await.len();
        assert!(first > 0);
        wind(&house, TimeDelta::seconds(1));
        does("Priya Nair", "proposals/1/refusals", no.clone()).await;
        wind(&house, TimeDelta::seconds(1));
        does("Priya Nair", "proposals", proposal.clone()).await;
        sink.take_everything();
        wind(&house, minute);
        house.settle().await;
        assert_eq!(asked("cancelled").await, vec![why; first]);
        let arrived = asked("accepted").await.len();
        assert!(arrived > 0, "the other proposal's own letters go");

        // Confirmed, so that the case has ended.
        let no = json!({ "reason": "Not any more." });
        does("Tom Okafor", "proposals/2/refusals", no).await;
        house.settle().await;
        sink.always(Verb::Rcpt, LATER);
        wind(&house, TimeDelta::seconds(1));
        does("Tom Okafor", "proposals", proposal.clone()).await;
        house.engine.deliver().await.unwrap();
        wind(&house, TimeDelta::seconds(1));
        does("Priya Nair", "proposals/3/confirmations", json!({})).await;
        sink.take_everything();
        wind(&house, minute);
        house.settle().await;
        let ended = asked("cancelled").await.split_off(first);
        assert_eq!(ended, vec!["not sent: it asks to act in a case that has ended since"; first]);
        assert_eq!(asked("accepted").await.len(), arrived, "nobody was asked in vain");
        assert_eq!(Raw::of(&house).count("notices", "state in ('queued', 'leased')"), 0);
        assert_eq!(failed(&house).await, [""; 0]);
    }

    async fn what_asks_to_act_in_a_stage_that_is_over_does_not_go(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 30).await else { return };
        sink.always_for(TOM, LATER);
        let reference = house.raised().await;
        sleep_until(&house, "2026-12-30T17:00:00Z");
        house.engine.tick().await.unwrap();
        sink.take_everything();
        house.settle().await;
        let mut raw = Raw::of(&house);
        let email = house.email("Tom Okafor");
        let of = format!("recipient_email = '{email}'");
        let cancelled = format!("{of} and state = 'cancelled' and kind = 'action_needed'");
        assert_eq!(raw.count("notices", &cancelled), 1);
        assert!(raw.count("notices", &format!("{of} and state = 'accepted'")) >= 1, "of stage 2");
        for mail in taken_for(&sink, TOM) {
            assert!(!header(&mail, "subject").starts_with("Action needed"), "{mail:?}");
        }
        assert_eq!(entries(&house, &reference, "notice_failed").await.len(), 0);
    }
}

on_each_database! {
    async fn a_sender_whose_lease_ran_out_holds_nothing_and_may_send_nothing(house: &House) {
        enqueue(house, new_notice(house, "event", "somebody@fine.example")).await;
        let leased = lease(house, 20).await.remove(0);
        let held = async || {
            let (token, now) = (leased.token.clone(), house.clock.now());
            let held: Result<bool, StoreError> =
                house.engine.store().read(move |r| outbox::is_held(r, &token, now)).await;
            held.unwrap()
        };
        let renewed = async || {
            let (token, until) = (leased.token.clone(), house.clock.now().plus(TimeDelta::days(1)));
            let renewed: Result<bool, StoreError> =
                house.engine.store().write(move |w| outbox::renew(w, &token, until)).await;
            renewed.unwrap()
        };
        assert!(held().await);
        wind(house, TimeDelta::seconds(20));
        assert!(!held().await, "it has run out, though nobody has taken over yet");
        assert_eq!(house.engine.deliver().await.unwrap(), 1);
        assert!(!held().await && !renewed().await, "it is another's");
    }

    async fn many_late_messages_go_out_as_one_letter_a_person(house: &House) {
        raise_many(house, 12).await;
        house.settle().await;
        let before = house.engine.mailer().sent().len();
        sleep_until(house, "2027-01-28T10:00:00Z");
        house.settle().await;
        sleep_until(house, "2027-01-28T10:01:00Z");
        house.settle().await;
        let mut raw = Raw::of(house);
        let recipients = raw.number(
            "select count(distinct recipient_email) as value from notices where bundle = 'late'",
        );
        let letters = house.engine.mailer().sent().split_off(before);
        let late = letters.iter().filter(|it| it.subject.starts_with("Moved late: 12"));
        assert_eq!(i64::try_from(late.count()).unwrap(), recipients);
        assert!(raw.count("notices", "bundle = 'late'") >= 12 * recipients);
        assert_eq!(raw.count("notices", "state in ('queued', 'leased')"), 0);
    }
}

/// The wishes of a house with a mail server that is not there.
#[test]
fn a_mail_server_that_is_not_there_costs_no_message() {
    crate::house::block_on(async {
        let gone = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = gone.local_addr().unwrap().port();
        drop(gone);
        for host in ["127.0.0.1", "no-such-host.invalid"] {
            let settings = vec![
                ("mail.smtp.host", host.to_owned()),
                ("mail.smtp.port", port.to_string()),
                ("mail.smtp.security", "none".to_owned()),
                ("mail.smtp.timeout_seconds", "2".to_owned()),
            ];
            let wishes = Wishes { settings, real_mailer: true, ..Wishes::default() };
            let house = House::build(Database::Sqlite, wishes).await.unwrap();
            house.raised().await;
            let mut raw = Raw::of(&house);
            assert_eq!(raw.count("notices", "state <> 'queued' or attempts <> 1"), 0, "{host}");
            assert!(raw.count("notices", "last_error like 'connecting to %'") > 0, "{host}");
        }
    });
}
