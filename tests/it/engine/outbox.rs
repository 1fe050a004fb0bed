//! Messages over a real mail server: each goes once, again after a while, or visibly never; and
//! somebody hears of those that never go.

use super::sql::Raw;
use super::{case, entries, notices as listed, sleep_until};
use crate::house::smtp_sink::{Act, Received, SmtpSink, Verb};
use crate::house::{Database, House, Wishes};
use crate::on_each_database;
use bscp_escalation::clock::UtcInstant;
use bscp_escalation::engine::EngineError;
use bscp_escalation::escalation::{NoticeKind, NoticeUrgency};
use bscp_escalation::ids::NoticeId;
use bscp_escalation::notify::Letter;
use bscp_escalation::store::StoreError;
use bscp_escalation::store::notices::{self, NewNotice, StoredNotice};
use bscp_escalation::store::outbox::{self, Attempt, Leased, Room};
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const NO_SUCH_USER: Act = Act::Answer("550 5.1.1 no such user");
const LATER: Act = Act::Answer("451 4.3.0 try again later");
const TOM: &str = "tom.okafor@socialcare.example";
const JUDITH: &str = "judith.hale@bscp.example";
const PARTNERSHIP: &str = "partnership@bscp.example";

/// A house whose mail goes to a mail server.
pub async fn house_and_sink(database: Database, retry_days_max: u32) -> Option<(House, SmtpSink)> {
    house_and_sink_with(database, ("mail.retry_days_max", retry_days_max.to_string())).await
}

/// The same, with another setting.
pub async fn house_and_sink_with(
    database: Database,
    more: (&'static str, String),
) -> Option<(House, SmtpSink)> {
    let sink = SmtpSink::start().await.unwrap();
    let settings = vec![
        ("mail.smtp.host", sink.host()),
        ("mail.smtp.port", sink.port().to_string()),
        ("mail.smtp.security", "none".to_owned()),
        ("mail.from_email", "escalations@bscp.example".to_owned()),
        ("mail.reply_to", PARTNERSHIP.to_owned()),
        more,
    ];
    let wishes = Wishes { settings, real_mailer: true, ..Wishes::default() };
    Some((House::build(database, wishes).await?, sink))
}

/// What went to an address.
pub fn taken_for(sink: &SmtpSink, address: &str) -> Vec<Received> {
    sink.received().into_iter().filter(|mail| mail.to == [address]).collect()
}

/// A message's headers in small letters, unfolded, and its body.
fn parsed(mail: &Received) -> (BTreeMap<String, String>, String) {
    let text = String::from_utf8(mail.data.clone()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let headers = unfolded.lines().map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_lowercase(), value.to_owned())
    });
    (headers.collect(), body.to_owned())
}

pub fn header(mail: &Received, name: &str) -> String {
    let (headers, _) = parsed(mail);
    headers.get(name).unwrap_or_else(|| panic!("no {name} in {headers:?}")).clone()
}

/// Who is on the list of delivery problems.
pub async fn failed(house: &House) -> Vec<String> {
    let list = listed(house, "failed").await;
    list.iter().map(|notice| notice["recipient"].as_str().unwrap().to_owned()).collect()
}

/// The one message of a case to somebody, as the case shows it.
pub async fn notice_to(house: &House, reference: &str, name: &str) -> Value {
    let judith = house.as_("Judith Hale").await;
    let list = judith.get(&format!("/escalations/{reference}/notices?limit=200")).await;
    let mut of = list.list("/items").into_iter().filter(|notice| notice["recipient"] == name);
    let one = of.next().unwrap_or_else(|| panic!("no message to {name}"));
    assert!(of.next().is_none(), "several messages to {name}");
    one
}

pub fn wind(house: &House, length: TimeDelta) {
    sleep_until(house, &house.clock.now().plus(length).to_string());
}

fn letter() -> Letter {
    Letter {
        subject: "A letter".to_owned(),
        greeting_name: String::new(),
        paragraphs: Vec::new(),
        link: "https://escalations.example/".to_owned(),
        reply_to_hint: "Questions: the partnership".to_owned(),
        partnership: "The partnership".to_owned(),
    }
}

pub fn new_notice(house: &House, event_key: &str, email: &str) -> NewNotice {
    NewNotice {
        id: NoticeId::new(),
        event_key: event_key.to_owned(),
        escalation_id: None,
        partnership_id: house.founded.partnership.id,
        kind: NoticeKind::Digest,
        person_id: None,
        recipient_name: "Somebody".to_owned(),
        recipient_email: email.to_owned(),
        letter: letter(),
        thread: None,
        urgency: NoticeUrgency::Informs,
        bundle: None,
        about_notice_id: None,
    }
}

/// Leases what there is, as another node would.
pub async fn lease(house: &House, seconds: i64) -> Vec<Leased> {
    let now = house.clock.now();
    let until = now.plus(TimeDelta::seconds(seconds));
    let room = Room {
        letters_max: 10,
        per_destination: 10,
        on_their_way: BTreeMap::new(),
        oldest_first: false,
        holds_bundles: false,
    };
    let leased: Result<_, StoreError> =
        house.engine.store().write(move |w| outbox::lease(w, now, until, &room)).await;
    leased.unwrap()
}

pub async fn enqueue(house: &House, notice: NewNotice) -> bool {
    let now = house.clock.now();
    let queued: Result<bool, StoreError> =
        house.engine.store().write(move |w| notices::enqueue(w, &notice, now)).await;
    queued.unwrap()
}

on_each_database! {
    async fn a_recipient_has_one_message_about_an_event(house: &House) {
        assert!(enqueue(house, new_notice(house, "event:1", "sam@example.org")).await);
        assert!(!enqueue(house, new_notice(house, "event:1", "SAM@example.org")).await, "twice");
        assert!(enqueue(house, new_notice(house, "event:2", "sam@example.org")).await);
        assert!(enqueue(house, new_notice(house, "event:1", "alex@example.org")).await);
        let said = Raw::of(house).refusal(
            "update notices set event_key = 'event:1' where event_key = 'event:2'",
        );
        assert!(said.contains("unique"), "{said}");
    }

    async fn a_lease_that_ran_out_is_taken_by_another_and_its_first_holder_writes_nothing(
        house: &House
    ) {
        assert!(enqueue(house, new_notice(house, "event:1", "sam@example.org")).await);
        let lease = async || -> Vec<StoredNotice> {
            lease(house, 60).await.into_iter().flat_map(|letter| letter.notices).collect()
        };
        let died = lease().await.remove(0);
        assert_eq!(lease().await.len(), 0, "it is being sent by somebody");
        assert_eq!(house.engine.deliver().await.unwrap(), 0);
        wind(house, TimeDelta::seconds(59));
        assert_eq!(house.engine.deliver().await.unwrap(), 0, "the lease has a second left");
        wind(house, TimeDelta::seconds(1));
        let second = lease().await.remove(0);
        assert_eq!((died.attempts, second.attempts), (1, 2));
        assert_eq!(died.id, second.id, "the same message, under the same Message-ID");

        // The first holder wakes up, while the second still sends.
        let record = async |notice: StoredNotice| {
            let now = house.clock.now();
            let accepted = Attempt::Accepted("250 Ok".to_owned());
            let recorded: Result<bool, EngineError> = house
                .engine
                .store()
                .write(move |w| Ok(outbox::record_attempt(w, &notice, &accepted, now)?))
                .await;
            recorded.unwrap()
        };
        assert!(!record(died).await, "a lease that was lost writes nothing");
        let mut raw = Raw::of(house);
        assert_eq!(raw.text("select state as value from notices"), "leased");
        wind(house, TimeDelta::seconds(60));
        assert_eq!(house.engine.deliver().await.unwrap(), 1, "a third finishes it");
        assert_eq!(raw.text("select state as value from notices"), "accepted");
        assert!(!record(second).await, "nor does it once the message has ended");
        assert_eq!(house.mails_to_address("sam@example.org").len(), 1);
    }
}

on_each_database! {
    async fn a_message_is_accepted_once_by_the_mail_server(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        let reference = house.raised().await;
        let tom = notice_to(&house, &reference, "Tom Okafor").await;
        assert_eq!((&tom["state"], &tom["attempts"]), (&"accepted".into(), &1.into()));
        assert_eq!(tom["ended_at"], "2026-12-21T09:10:00.000000Z");
        let mut raw = Raw::of(&house);
        let answers = raw.texts("select distinct answer as value from notices");
        assert_eq!(answers, ["250 2.0.0 Ok: queued as SINK"]);
        let rows = raw.count("notices", "state = 'accepted'");
        assert_eq!(rows, raw.count("notices", "1 = 1"));
        assert_eq!(i64::try_from(sink.received().len()).unwrap(), rows);
        let ids: BTreeSet<_> = sink.received().iter().map(|m| header(m, "message-id")).collect();
        assert_eq!(ids.len(), sink.received().len(), "two messages with one Message-ID");
        assert!(sink.received().iter().all(|mail| mail.to.len() == 1), "one recipient each");
    }

    async fn a_letter_says_that_it_is_automatic_and_belongs_to_a_thread(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        let reference = house.raised().await;
        house.advance_to("2026-12-30T17:00:00Z").await;
        let to_priya = taken_for(&sink, &house.email("Priya Nair"));
        let to_tom = taken_for(&sink, TOM);
        assert!(to_priya.len() >= 2 && to_tom.len() >= 2);
        for mail in sink.received() {
            let (headers, body) = parsed(&mail);
            assert_eq!(headers["auto-submitted"], "auto-generated");
            assert_eq!(headers["x-auto-response-suppress"], "All");
            assert_eq!(headers["in-reply-to"], headers["references"]);
            assert!(headers["references"].contains(&reference));
            assert_eq!(headers["reply-to"], PARTNERSHIP);
            assert_eq!(mail.from, "escalations@bscp.example");
            assert!(headers["content-type"].starts_with("multipart/alternative"));
            let parts = ["text/plain", "text/html"].map(|part| body.find(part).unwrap());
            assert!(parts[0] < parts[1], "the better form comes last");
            let whole = String::from_utf8(mail.data).unwrap();
            let whole = whole.replace("=\r\n", "");
            for private in ["canary", "Q.Z.", "RPP-0417"] {
                assert!(!whole.contains(private), "{private} in a message");
            }
            assert!(whole.contains(&format!("https://escalations.example/escalations/{reference}")));
        }
        assert_eq!(header(&to_priya[0], "references"), header(&to_priya[1], "references"));
        assert_ne!(header(&to_priya[0], "references"), header(&to_tom[0], "references"));
        assert_eq!(header(&to_tom[0], "date"), "Mon, 21 Dec 2026 09:10:00 +0000");
    }

    async fn a_message_that_is_not_taken_now_is_tried_after_a_minute_and_ever_more_rarely(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(TOM, LATER);
        let reference = house.raised().await;
        for (attempts, minutes) in (1..).zip([1, 2, 4, 8, 16, 32, 60, 60, 60]) {
            let tom = notice_to(&house, &reference, "Tom Okafor").await;
            assert_eq!((&tom["state"], &tom["attempts"]), (&"queued".into(), &attempts.into()));
            assert!(tom["last_error"].as_str().unwrap().contains("451 4.3.0 try again later"));
            let next = house.clock.now().plus(TimeDelta::minutes(minutes));
            assert_eq!(tom["next_attempt_at"], next.to_string());
            sleep_until(&house, &next.plus(TimeDelta::seconds(-1)).to_string());
            assert_eq!(house.engine.deliver().await.unwrap(), 0, "tried too soon");
            sleep_until(&house, &next.to_string());
            // After a quarter of an hour somebody else is told too.
            let tried = if attempts + 1 == 5 { 2 } else { 1 };
            assert_eq!(house.engine.deliver().await.unwrap(), tried);
        }
        sink.take_everything();
        wind(&house, TimeDelta::hours(1));
        house.settle().await;
        let tom = notice_to(&house, &reference, "Tom Okafor").await;
        assert_eq!(tom["state"], "accepted");
        assert_eq!(tom["next_attempt_at"], Value::Null);
        assert_eq!(taken_for(&sink, TOM).len(), 1);
        assert_eq!(header(&taken_for(&sink, TOM)[0], "date"), "Mon, 21 Dec 2026 09:10:00 +0000");
        assert_eq!(entries(&house, &reference, "notice_failed").await.len(), 0);
    }

    async fn a_message_that_went_but_was_not_answered_goes_again_as_the_same_message(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        for _ in 0..2 {
            sink.once(Verb::Message, Act::TakeAndHangUp);
        }
        house.raised().await;
        let first = sink.received();
        wind(&house, TimeDelta::minutes(1));
        house.settle().await;
        let all = sink.received();
        assert_eq!(all.len(), first.len() + 2, "two were unanswered, and went again");
        let ids: BTreeSet<_> = all.iter().map(|mail| header(mail, "message-id")).collect();
        assert_eq!(ids.len(), first.len());
        for again in &all[first.len()..] {
            assert!(first.contains(again), "another message under the same Message-ID");
        }
        assert_eq!(Raw::of(&house).count("notices", "state <> 'accepted'"), 0);
    }

    async fn a_mail_server_that_hangs_up_after_its_answer_has_the_message(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always(Verb::Message, Act::AnswerAndHangUp);
        house.raised().await;
        wind(&house, TimeDelta::hours(1));
        house.settle().await;
        let mut raw = Raw::of(&house);
        let all = raw.count("notices", "state = 'accepted' and attempts = 1");
        assert_eq!(all, raw.count("notices", "1 = 1"));
        assert_eq!(i64::try_from(sink.received().len()).unwrap(), all);
    }

    async fn a_mail_server_that_falls_silent_costs_its_time_and_not_the_message(
        database: Database
    ) {
        let more = ("mail.smtp.timeout_seconds", "1".to_owned());
        let Some((house, sink)) = house_and_sink_with(database, more).await else { return };
        sink.once(Verb::Data, Act::FallSilent);
        house.raised().await;
        let mut raw = Raw::of(&house);
        let why = raw.text("select last_error as value from notices where state = 'queued'");
        assert!(why.contains("did not finish taking the message within 1 seconds"), "{why}");
        wind(&house, TimeDelta::minutes(1));
        house.settle().await;
        assert_eq!(raw.count("notices", "state <> 'accepted'"), 0);
        let all = raw.count("notices", "1 = 1");
        assert_eq!(i64::try_from(sink.received().len()).unwrap(), all, "each went once");
    }

    async fn a_refused_recipient_is_given_up_at_once_and_the_business_manager_is_told(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(TOM, NO_SUCH_USER);
        let reference = house.raised().await;
        let list = listed(&house, "failed").await;
        assert_eq!(list.len(), 1);
        assert_eq!((&list[0]["recipient"], &list[0]["attempts"]), (&"Tom Okafor".into(), &1.into()));
        assert!(list[0]["last_error"].as_str().unwrap().contains("550 5.1.1 no such user"));
        assert_eq!(list[0]["ended_at"], "2026-12-21T09:10:00.000000Z");

        let told = entries(&house, &reference, "notice_failed").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["event"]["recipient"], "Tom Okafor");
        assert_eq!(told[0]["event"]["notice_id"], list[0]["id"]);
        assert_eq!(told[0]["event"]["to_last_resort"], false);
        assert_eq!(told[0]["by"]["doer"], "time");
        let to_judith = taken_for(&sink, JUDITH);
        assert_eq!(to_judith.len(), 1);
        let whole = String::from_utf8(to_judith[0].data.clone()).unwrap().replace("=\r\n", "");
        assert!(whole.contains("Tom Okafor") && !whole.contains(TOM), "{whole}");

        wind(&house, TimeDelta::days(6));
        house.settle().await;
        assert_eq!(failed(&house).await, ["Tom Okafor"], "it stays on the list, and is alone there");
        assert_eq!(entries(&house, &reference, "notice_failed").await.len(), 1);
        let rcpt = format!("RCPT TO:<{TOM}>");
        let tries = sink.commands().into_iter().filter(|line| line.starts_with(&rcpt)).count();
        assert_eq!(tries, 1, "what was refused for good is not tried again");
        let now = case(&house, &reference).await;
        assert_eq!(now.text("/due_at"), "2026-12-30T17:00:00.000000Z", "its limit stands");
        house.prove_the_record().await;
    }

    async fn where_the_business_manager_cannot_be_reached_the_partnerships_address_is_told(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always_for(JUDITH, NO_SUCH_USER);
        let mut draft = house.draft();
        let stage_3 = serde_json::json!({ "stage": 3, "reason": "The risk asks for it." });
        draft["draft"]["start_stage"] = stage_3; // where she is copied in
        let reference = house.raised_with(&draft).await;
        assert_eq!(failed(&house).await, ["Judith Hale", "Judith Hale"]);
        let told = entries(&house, &reference, "notice_failed").await;
        let to_last_resort: Vec<_> =
            told.iter().map(|entry| entry["event"]["to_last_resort"].clone()).collect();
        assert_eq!(to_last_resort, [false, true]);
        let at_last = taken_for(&sink, PARTNERSHIP);
        assert_eq!(at_last.len(), 1);
        assert!(header(&at_last[0], "subject").contains("nobody reached"));
        house.prove_the_record().await;
    }

    async fn where_nobody_at_all_can_be_reached_it_stays_on_the_list_and_nothing_goes_round(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        for address in [TOM, JUDITH, PARTNERSHIP] {
            sink.always_for(address, NO_SUCH_USER);
        }
        let reference = house.raised().await;
        let name = &house.founded.partnership.name;
        assert_eq!(failed(&house).await, ["Tom Okafor", "Judith Hale", name]);
        let commands = sink.commands().len();
        for _ in 0..3 {
            wind(&house, TimeDelta::days(1));
            house.settle().await;
        }
        assert_eq!(failed(&house).await, ["Tom Okafor", "Judith Hale", name]);
        assert_eq!(entries(&house, &reference, "notice_failed").await.len(), 2);
        assert_eq!(sink.commands().len(), commands, "it went round");
        assert_eq!(Raw::of(&house).count("notices", "state in ('queued', 'leased')"), 0);
        house.prove_the_record().await;
    }

    async fn an_outage_of_four_days_loses_nothing(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        sink.always(Verb::Connect, Act::HangUp);
        house.raised().await;
        let end: UtcInstant = "2026-12-25T09:10:00Z".parse().unwrap();
        while house.clock.now() < end {
            wind(&house, TimeDelta::hours(1));
            house.settle().await;
        }
        let mut raw = Raw::of(&house);
        let all = raw.count("notices", "1 = 1");
        assert_eq!(raw.count("notices", "state = 'queued' and attempts > 90"), all);
        assert_eq!(sink.received(), []);

        sink.take_everything();
        wind(&house, TimeDelta::hours(1));
        house.settle().await;
        assert_eq!(raw.count("notices", "state = 'accepted'"), all);
        assert_eq!(i64::try_from(sink.received().len()).unwrap(), all, "each went once");
        assert_eq!(failed(&house).await, [""; 0]);
    }

    async fn an_outage_longer_than_messages_are_tried_ends_on_the_list(database: Database) {
        let Some((house, sink)) = house_and_sink(database, 1).await else { return };
        sink.always(Verb::Connect, Act::HangUp);
        let reference = house.raised().await;
        let mut raw = Raw::of(&house);
        let all = raw.count("notices", "1 = 1");
        for _ in 0..22 {
            wind(&house, TimeDelta::hours(1));
            house.settle().await;
        }
        assert_eq!(raw.count("notices", "state = 'queued'"), all, "a day is not over");
        for _ in 0..3 {
            wind(&house, TimeDelta::hours(1));
            house.settle().await;
        }
        assert_eq!(raw.count("notices", "state = 'failed'"), all);
        let told = entries(&house, &reference, "notice_failed").await;
        assert_eq!(i64::try_from(told.len()).unwrap(), all);

        sink.take_everything();
        wind(&house, TimeDelta::hours(1));
        house.settle().await;
        assert_eq!(taken_for(&sink, JUDITH).len(), told.len(), "the business manager hears of each");
        assert_eq!(sink.received().len(), told.len(), "what was given up does not come after all");
        house.prove_the_record().await;
    }
}
