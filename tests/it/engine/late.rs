//! A server that was down: whatever fell due meanwhile happens once, late, and is said to be late.

use super::sql::Raw;
use super::{case, entries, raise_many, sleep_until};
use crate::house::{House, Wishes};
use crate::on_each_database;
use serde_json::json;

/// Thursday; 30 days after the first working week ran out.
const AWAKE: &str = "2027-01-28T10:00:00Z";

/// Three challenges that fall due at different times, the last raised the soonest.
async fn three_cases(house: &House) -> [String; 3] {
    let monday = house.raised().await;
    sleep_until(house, "2026-12-22T09:10:00Z");
    let tuesday = house.raised().await;
    let mut draft = house.draft();
    draft["draft"]["urgency_class"] = json!("urgent");
    let urgent = house.raised_with(&draft).await;
    [monday, tuesday, urgent]
}

on_each_database! {
    async fn after_thirty_days_down_each_case_moves_one_stage_and_is_recorded_late(house: &House) {
        let cases = three_cases(house).await;
        sleep_until(house, AWAKE);
        let ticked = house.engine.tick().await.unwrap();
        assert_eq!((ticked.acted_count, ticked.failed_count), (3, 0));

        let late_seconds = [
            (28 * 24 + 17) * 3600, // since Wed 30 Dec, 17:00
            (27 * 24 + 17) * 3600, // since Thu 31 Dec, 17:00
            (35 * 24 + 17) * 3600, // since Wed 23 Dec, 17:00
        ];
        let due_at = [
            "2027-02-04T17:00:00.000000Z",
            "2027-02-04T17:00:00.000000Z",
            "2027-01-29T17:00:00.000000Z",
        ];
        for ((reference, late_seconds), due_at) in cases.iter().zip(late_seconds).zip(due_at) {
            let now = case(house, reference).await;
            assert_eq!(now.number("/stage"), 2, "one stage, not all that the time would do for");
            assert_eq!(now.text("/stage_entries/0/left/at"), "2027-01-28T10:00:00.000000Z");
            assert_eq!(now.text("/stage_entries/1/entered_at"), "2027-01-28T10:00:00.000000Z");
            assert_eq!(now.text("/due_at"), due_at, "the time counts from when people were told");
            let passed = entries(house, reference, "deadline_passed").await;
            assert_eq!(passed.len(), 1);
            assert_eq!(passed[0]["event"]["late_seconds"], late_seconds);
            assert_eq!(passed[0]["event"]["due_at"], now.text("/stage_entries/0/due/at"));
            assert_eq!(passed[0]["event"]["answer"], "silence");
        }
    }

    async fn the_longest_overdue_case_comes_first(house: &House) {
        let [monday, tuesday, urgent] = three_cases(house).await;
        sleep_until(house, AWAKE);
        let mut raw = Raw::of(house);
        let before = raw.count("notices", "kind = 'action_needed'");
        house.engine.tick().await.unwrap();
        let query = "select e.reference as value from notices n \
                     join escalations e on e.id = n.escalation_id \
                     where n.kind = 'action_needed' order by n.id";
        let mut told = raw.texts(query).split_off(usize::try_from(before).unwrap());
        told.dedup();
        assert_eq!(told, [urgent, monday, tuesday]);
    }

    async fn looking_again_at_the_same_time_changes_nothing(house: &House) {
        three_cases(house).await;
        sleep_until(house, AWAKE);
        house.engine.tick().await.unwrap();
        let mut raw = Raw::of(house);
        let mut rows = || {
            let tables = ["timeline_entries", "stage_entries", "notices"];
            tables.map(|table| raw.count(table, "1 = 1"))
        };
        let once = rows();
        for _ in 0..3 {
            let again = house.engine.tick().await.unwrap();
            assert_eq!((again.acted_count, again.failed_count), (0, 0));
        }
        assert_eq!(rows(), once);
    }

    async fn whoever_is_told_late_is_told_once_a_case(house: &House) {
        let monday = house.raised().await;
        sleep_until(house, AWAKE);
        house.settle().await;
        assert_eq!(Raw::of(house).count("notices", "bundle = 'late' and state = 'accepted'"), 0);
        sleep_until(house, "2027-01-28T10:01:00Z");
        house.settle().await;
        let stage_2 = |name: &str| {
            let about = format!("escalation {monday} (stage 2)");
            let mails = house.mails_to(name).into_iter();
            mails.filter(|mail| mail.subject.contains(&about)).count()
        };
        // Karen Whitfield's absence is over by then; Tom Okafor is informed.
        for name in ["Priya Nair", "Margaret Bell", "Karen Whitfield", "Tom Okafor"] {
            assert_eq!(stage_2(name), 1, "{name}");
        }
        assert_eq!(stage_2("Joel Mensah"), 0, "the deputy of somebody who is back");
        assert_eq!(stage_2("Ruth Calloway"), 0, "nobody of a later stage is told early");
    }

    async fn whoever_is_told_late_of_several_cases_has_one_letter_that_lists_them(house: &House) {
        let cases = three_cases(house).await;
        sleep_until(house, AWAKE);
        house.settle().await;
        let before = house.mails_to("Priya Nair").len();
        sleep_until(house, "2027-01-28T10:01:00Z");
        house.settle().await;
        let mails = house.mails_to("Priya Nair").split_off(before);
        assert_eq!(mails.len(), 1, "{:?}", mails.iter().map(|it| &it.subject).collect::<Vec<_>>());
        let letter = &mails[0];
        assert_eq!(letter.subject, "Moved late: 3 escalations need you to look at them");
        for said in ["Wed 30 Dec 2026, 17:00", "Thu 31 Dec 2026, 17:00", "Thu 28 Jan 2027, 10:00"] {
            assert!(letter.text.contains(said), "{said}: {}", letter.text);
        }
        for reference in &cases {
            assert!(letter.text.contains(&format!("/escalations/{reference}")), "{}", letter.text);
        }
        for private in ["canary", "Q.Z.", "RPP-0417"] {
            assert!(!letter.text.contains(private), "{private}");
        }
        // Each of the messages is on record as taken, under the letter that carried it.
        let mut raw = Raw::of(house);
        let email = house.email("Priya Nair");
        let of = format!("recipient_email = '{email}' and bundle = 'late'");
        assert_eq!(raw.count("notices", &format!("{of} and state = 'accepted'")), 3);
        let letters = raw.texts(&format!("select distinct sent_as as value from notices where {of}"));
        assert_eq!(letters.len(), 1);
        assert!(letter.message_id.contains(&letters[0]), "{}", letter.message_id);
        assert_eq!(raw.count("notices", "state in ('queued', 'leased')"), 0);
    }

    async fn nobody_is_told_of_what_moved_late_before_all_of_it_has_moved(house: &House) {
        let [_, tuesday, _] = three_cases(house).await;
        sleep_until(house, AWAKE);
        let mut raw = Raw::of(house);
        let of_tuesday = format!("where reference = '{tuesday}'");
        let mut set_due = |at: &str| {
            raw.run(&format!("update escalations set next_act_at = '{at}' {of_tuesday}"));
        };
        // One of three is still to be caught up with.
        set_due("2027-03-01T00:00:00.000000Z");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 2);
        set_due("2026-12-31T17:00:00.000000Z");
        let before = house.mails_to("Priya Nair").len();
        sleep_until(house, "2027-01-28T10:05:00Z");
        house.engine.deliver().await.unwrap();
        assert_eq!(house.mails_to("Priya Nair").len(), before, "told of two of three");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 1);
        sleep_until(house, "2027-01-28T10:07:00Z");
        house.settle().await;
        let mails = house.mails_to("Priya Nair").split_off(before);
        let subjects: Vec<&str> = mails.iter().map(|it| it.subject.as_str()).collect();
        assert_eq!(subjects, ["Moved late: 3 escalations need you to look at them"]);
    }

    async fn catching_up_that_does_not_end_keeps_nobody_from_being_told(house: &House) {
        let [_, tuesday, _] = three_cases(house).await;
        sleep_until(house, AWAKE);
        let mut raw = Raw::of(house);
        let mut set_due = |at: &str| {
            let of = format!("where reference = '{tuesday}'");
            raw.run(&format!("update escalations set next_act_at = '{at}' {of}"));
        };
        set_due("2027-03-01T00:00:00.000000Z");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 2);
        set_due("2026-12-31T17:00:00.000000Z");
        let before = house.mails_to("Priya Nair").len();
        sleep_until(house, "2027-01-28T10:09:59Z");
        house.engine.deliver().await.unwrap();
        assert_eq!(house.mails_to("Priya Nair").len(), before);
        sleep_until(house, "2027-01-28T10:10:00Z");
        house.engine.deliver().await.unwrap();
        let mails = house.mails_to("Priya Nair").split_off(before);
        let subjects: Vec<&str> = mails.iter().map(|it| it.subject.as_str()).collect();
        assert_eq!(subjects, ["Moved late: 2 escalations need you to look at them"]);
    }

    async fn a_case_climbs_one_stage_each_time_its_window_runs_out(house: &House) {
        let reference = raise_many(house, 1).await.remove(0);
        sleep_until(house, AWAKE);
        for stage in 2..=4 {
            house.settle().await;
            let now = case(house, &reference).await;
            assert_eq!(now.number("/stage"), stage);
            sleep_until(house, &now.text("/due_at"));
        }
        house.settle().await;
        let last = case(house, &reference).await;
        assert_eq!((last.number("/stage"), last.text("/status")), (4, "open".to_owned()));
        assert_eq!(last.body["overdue"], true);
        let late: Vec<_> = entries(house, &reference, "deadline_passed").await;
        let late: Vec<_> = late.iter().map(|entry| entry["event"]["late_seconds"].clone()).collect();
        assert_eq!(late, [json!((28 * 24 + 17) * 3600), json!(0), json!(0), json!(0)]);
    }

    async fn an_overdue_case_is_told_of_again_once_however_long_nobody_looked(house: &House) {
        let mut draft = house.draft();
        draft["draft"]["start_stage"] = json!({ "stage": 4, "reason": "The risk asks for it." });
        let reference = house.raised_with(&draft).await;
        house.advance_to("2026-12-30T17:00:00Z").await;
        assert_eq!(case(house, &reference).await.body["overdue"], true);
        let to_judith = || house.mails_to("Judith Hale").into_iter();
        let overdue = || to_judith().filter(|mail| mail.subject.starts_with("Overdue")).count();
        assert_eq!(overdue(), 1);

        house.advance_to(AWAKE).await;
        assert_eq!(overdue(), 2, "one message for all the mornings that were missed");
        assert_eq!(entries(house, &reference, "overdue_told_again").await.len(), 1);
        house.advance_to("2027-01-29T09:00:00Z").await;
        assert_eq!(overdue(), 3, "and again on the next working day");
        house.advance_to("2027-01-31T12:00:00Z").await;
        assert_eq!(overdue(), 3, "not at the weekend");
        house.advance_to("2027-02-01T09:00:00Z").await;
        assert_eq!(overdue(), 4);
    }
}

on_each_database! {
    async fn more_cases_than_a_batch_are_all_acted_on_in_one_look(database: Database) {
        let wishes = Wishes { settings: vec![("engine.batch", "2".to_owned())], ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        raise_many(&house, 7).await;
        sleep_until(&house, "2026-12-30T16:59:59Z");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 0, "not a second early");
        sleep_until(&house, "2026-12-30T17:00:00Z");
        assert_eq!(house.engine.tick().await.unwrap().acted_count, 7);
        house.prove_the_record().await;
    }
}
