//! One bad record, policy or message holds up no other (I14).

use super::outbox::house_and_sink;
use super::sql::Raw;
use super::{BSCP, case, entries, notices, raise_many, sleep_until, version};
use crate::house::smtp_sink::Act;
use crate::house::{Client, House};
use crate::on_each_database;
use bscp_escalation::engine::Beat;
use serde_json::Value;

/// Makes a case unreadable, and answers what it was.
fn spoil(house: &House, reference: &str) -> String {
    let mut raw = Raw::of(house);
    let state = format!("select state as value from escalations where reference = '{reference}'");
    let before = raw.text(&state);
    raw.change_one(&format!("update escalations set state = '{{' where reference = '{reference}'"));
    before
}

fn mend(house: &House, reference: &str, state: &str) {
    let state = state.replace('\'', "''");
    let mend = format!("update escalations set state = '{state}' where reference = '{reference}'");
    Raw::of(house).change_one(&mend);
}

on_each_database! {
    async fn a_case_that_cannot_be_read_holds_up_no_other_and_goes_on_once_it_is_mended(
        house: &House
    ) {
        let spoiled = raise_many(house, 1).await.remove(0);
        sleep_until(house, "2026-12-22T09:10:00Z");
        let others = raise_many(house, 3).await;
        let state = spoil(house, &spoiled); // the first in line
        sleep_until(house, "2026-12-31T17:00:00Z");
        let ticked = house.engine.tick().await.unwrap();
        assert_eq!((ticked.acted_count, ticked.failed_count), (3, 1));
        let ticked = house.engine.tick().await.unwrap();
        assert_eq!((ticked.acted_count, ticked.failed_count), (0, 0), "it was set aside");
        for reference in &others {
            assert_eq!(case(house, reference).await.number("/stage"), 2);
        }
        let mut raw = Raw::of(house);
        assert_eq!(raw.count("stage_entries", "stage = 2"), 3, "nothing half done");
        assert_eq!(raw.count("set_aside_cases", "tries = 1"), 1);

        // The alarm goes out at once, and once.
        house.settle().await;
        sleep_until(house, "2026-12-31T17:02:00Z");
        let ticked = house.engine.tick().await.unwrap();
        assert_eq!((ticked.acted_count, ticked.failed_count), (0, 1), "it is tried each minute");
        house.engine.deliver().await.unwrap();
        let mails = house.mails_to("Judith Hale").into_iter();
        let alarms: Vec<_> = mails.filter(|mail| mail.subject.starts_with("Act by hand")).collect();
        assert_eq!(alarms.len(), 1);
        assert!(alarms[0].subject.contains(&spoiled), "{}", alarms[0].subject);
        let stranger = Client::stranger(house.address);
        assert_eq!(stranger.get("//readyz").await.status, 200, "all others are served");
        assert_eq!(house.engine.beat().await.unwrap(), Beat::Withheld, "and somebody must look");

        mend(house, &spoiled, &state);
        sleep_until(house, "2026-12-31T17:03:00Z");
        house.settle().await;
        let passed = entries(house, &spoiled, "deadline_passed").await;
        assert_eq!(passed[0]["event"]["late_seconds"], 24 * 3600 + 180);
        assert_eq!(raw.count("set_aside_cases", "1 = 1"), 0);
        assert_eq!(house.engine.beat().await.unwrap(), Beat::NotDue);
    }

    async fn a_case_that_the_database_refuses_to_move_holds_up_no_other(house: &House) {
        let cases = raise_many(house, 30).await; // more than are acted on together
        let mut raw = Raw::of(house);
        let id = raw.text(&format!(
            "select id as value from escalations where reference = '{}'", cases[7]
        ));
        // A stay that is there already is in the way of the next.
        raw.run(&format!(
            "insert into stage_entries select escalation_id, 2, 1, 3, entered_at, due_at, due_at, \
             'agreed' from stage_entries where escalation_id = '{id}'"
        ));
        sleep_until(house, "2026-12-30T17:00:00Z");
        let ticked = house.engine.tick().await.unwrap();
        assert_eq!((ticked.acted_count, ticked.failed_count), (29, 1));
        assert_eq!(raw.count("timeline_entries", "kind = 'deadline_passed'"), 29);
        let mine = format!("escalation_id = '{id}' and sequence > 3");
        assert_eq!(raw.count("timeline_entries", &mine), 0, "what it did was undone");
        raw.drop_triggers();
        raw.change_one(&format!(
            "delete from stage_entries where escalation_id = '{id}' and number = 2"
        ));
        sleep_until(house, "2026-12-30T17:01:00Z");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 1);
    }

    async fn a_policy_that_cannot_be_read_holds_up_its_own_cases_only(house: &House) {
        let under_1 = raise_many(house, 1).await.remove(0);
        let second = version(2, "2026-12-22", &[]);
        assert!(house.load_policy(second).await.unwrap());
        sleep_until(house, "2026-12-22T09:10:00Z");
        let under_2 = raise_many(house, 1).await.remove(0);
        let mut raw = Raw::of(house);
        raw.drop_triggers();
        raw.change_one("update policies set text = 'key = ' where version = 1");
        // A policy that was read stays at hand: the other node has read none yet.
        let node = house.another_node().await;
        sleep_until(house, "2026-12-31T17:00:00Z");
        let ticked = node.tick().await.unwrap();
        assert_eq!((ticked.acted_count, ticked.failed_count), (1, 1), "{ticked:?}");
        assert_eq!(case(house, &under_2).await.number("/stage"), 2);
        assert_eq!(case(house, &under_1).await.number("/stage"), 1);

        let mended = BSCP.replace('\'', "''");
        raw.change_one(&format!("update policies set text = '{mended}' where version = 1"));
        sleep_until(house, "2026-12-31T17:01:00Z");
        assert_eq!(node.tick().await.unwrap().acted_count, 1, "it goes on once it is mended");
    }

    async fn chasers_and_digests_go_out_beside_a_case_that_cannot_be_read(house: &House) {
        house.engine.run_jobs().await.unwrap();
        let cases = raise_many(house, 2).await;
        let state = spoil(house, &cases[0]);
        house.settle().await;
        sleep_until(house, "2026-12-29T09:00:00Z"); // the day before both are due
        house.engine.run_jobs().await.unwrap();
        house.settle().await;
        let daily = |name: &str, begins: &str| {
            let mails = house.mails_to(name).into_iter();
            mails.filter(|mail| mail.subject.starts_with(begins)).collect::<Vec<_>>()
        };
        let chaser = daily("Tom Okafor", "Action needed: 1 escalation waits");
        assert_eq!(chaser.len(), 1);
        assert!(chaser[0].text.contains(&cases[1]) && !chaser[0].text.contains(&cases[0]));
        assert_eq!(daily("Judith Hale", "Escalations today").len(), 1);
        mend(house, &cases[0], &state);
    }

    async fn a_message_of_no_known_kind_or_id_is_set_aside_and_somebody_is_told_instead(
        house: &House
    ) {
        for (column, value) in [("kind", "'nonsense'"), ("id", "'no id at all'")] {
            let reference = raise_many(house, 1).await.remove(0);
            let mut raw = Raw::of(house);
            let before = house.mails_to("Judith Hale").len();
            let failed = raw.count("notices", "state = 'failed'");
            let all = raw.count("notices", "state = 'queued'");
            let email = house.email("Tom Okafor");
            raw.change_one(&format!(
                "update notices set {column} = {value} \
                 where recipient_email = '{email}' and state = 'queued'"
            ));
            house.engine.deliver().await.unwrap();
            // All others went, and one more: the business manager is told instead.
            assert_eq!(raw.count("notices", "state in ('queued', 'leased')"), 0, "{column}");
            assert_eq!(raw.count("notices", "state = 'failed'"), failed + 1, "{column}");
            let told = house.mails_to("Judith Hale").split_off(before);
            assert_eq!(told.len(), 1, "{column}");
            assert!(told[0].text.contains("Tom Okafor") && told[0].text.contains(&reference));
            assert!(all > 1, "there were others");
            let told = entries(house, &reference, "notice_failed").await;
            assert_eq!(told.len(), 1, "{column}");
        }
        // The list is there, with the one that has an id.
        let list = notices(house, "failed").await;
        assert_eq!(list.len(), 1);
        assert_eq!((&list[0]["recipient"], &list[0]["kind"]), (&"Tom Okafor".into(), &Value::Null));
    }

    async fn a_message_that_cannot_be_read_holds_up_no_other_and_is_on_the_list(house: &House) {
        raise_many(house, 1).await;
        let mut raw = Raw::of(house);
        let all = raw.count("notices", "1 = 1");
        let email = house.email("Tom Okafor");
        raw.change_one(&format!(
            "update notices set letter = '{{' where recipient_email = '{email}'"
        ));
        for _ in 0..3 {
            house.engine.deliver().await.unwrap();
        }
        // All others went, and one more: the business manager is told instead.
        assert_eq!(raw.count("notices", "state = 'accepted'"), all);
        assert_eq!(raw.count("notices", "state = 'failed'"), 1);
        assert_eq!(house.mails_to("Judith Hale").len(), 1);
        let list = notices(house, "failed").await;
        assert_eq!(list.len(), 1);
        assert_eq!(list[0]["recipient"], "Tom Okafor");
    }
}

on_each_database! {
    async fn a_message_given_up_in_a_case_that_cannot_be_read_is_on_the_list_all_the_same(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        let cases = raise_many(&house, 3).await;
        let state = spoil(&house, &cases[0]);
        sink.always_for(&house.email("Tom Okafor"), Act::Answer("550 5.1.1 no such user"));
        let delivered = house.engine.deliver().await;
        assert!(delivered.is_ok(), "{delivered:?}");
        let mut raw = Raw::of(&house);
        assert_eq!(raw.count("notices", "state in ('queued', 'leased')"), 0);
        assert_eq!(raw.count("notices", "state = 'failed'"), 3);
        assert_eq!(notices(&house, "failed").await.len(), 3);
        mend(&house, &cases[0], &state);
        house.prove_the_record().await;
    }

    async fn a_message_that_cannot_be_recorded_does_not_make_the_others_go_twice(
        database: Database
    ) {
        let Some((house, sink)) = house_and_sink(database, 5).await else { return };
        raise_many(&house, 12).await;
        let mut raw = Raw::of(&house);
        let all = raw.count("notices", "1 = 1");
        let email = house.email("Tom Okafor");
        let to_tom = raw.count("notices", &format!("recipient_email = '{email}'"));
        let when = format!("new.state = 'accepted' and new.recipient_email = '{email}'");
        raw.run(&if raw.is_sqlite() {
            format!(
                "create trigger refused before update on notices when {when} \
                 begin select raise(abort, 'refused by the test'); end"
            )
        } else {
            format!(
                "create trigger refused before update on notices for each row when ({when}) \
                 execute function refuse_change('refused by the test')"
            )
        });
        while house.engine.deliver().await.is_err() {}
        assert_eq!(raw.count("notices", "state = 'accepted'"), all - to_tom);
        assert_eq!(i64::try_from(sink.received().len()).unwrap(), all, "each went once");
    }
}
