//! What happens at a time of day: chasers at 09:00 and digests at 08:30 on weekdays, housekeeping at
//! 03:15, each slot once.

use super::sql::Raw;
use super::{raise_many, sleep_until};
use crate::house::{House, Wishes};
use crate::on_each_database;
use bscp_escalation::notify::Sent;
use reqwest::Method;
use serde_json::json;

/// Runs the jobs at a time, and answers how many ran.
async fn jobs_at(house: &House, at: &str) -> u64 {
    sleep_until(house, at);
    house.engine.tick().await.unwrap();
    let ran = house.engine.run_jobs().await.unwrap();
    house.settle().await;
    ran
}

fn chasers(house: &House, name: &str) -> Vec<Sent> {
    let mails = house.mails_to(name).into_iter();
    mails.filter(|mail| mail.subject.contains("for you")).collect()
}

fn digests(house: &House) -> Vec<Sent> {
    let mails = house.mails_to("Judith Hale").into_iter();
    mails.filter(|mail| mail.subject.starts_with("Escalations today")).collect()
}

on_each_database! {
    async fn the_first_start_ever_makes_up_for_nothing(house: &House) {
        raise_many(house, 1).await;
        assert_eq!(house.engine.run_jobs().await.unwrap(), 0);
        assert_eq!(house.engine.run_jobs().await.unwrap(), 0);
        let mut raw = Raw::of(house);
        assert_eq!(raw.count("notices", "kind in ('chaser', 'digest')"), 0);
        assert_eq!(jobs_at(house, "2026-12-22T08:29:59Z").await, 1, "housekeeping at 03:15");
        assert_eq!(jobs_at(house, "2026-12-22T08:30:00Z").await, 1, "digests");
        assert_eq!(jobs_at(house, "2026-12-22T09:00:00Z").await, 1, "chasers");
    }

    async fn whoever_has_the_next_move_is_chased_for_what_is_due_by_the_next_working_days_end(
        house: &House
    ) {
        house.engine.run_jobs().await.unwrap();
        let wednesday = house.raised().await; // due Wed 30 Dec, 17:00
        sleep_until(house, "2026-12-22T09:10:00Z");
        let thursday = house.raised().await; // due Thu 31 Dec, 17:00
        for (morning, count) in [("22T10", 0), ("23T09", 0), ("24T09", 0)] {
            if morning != "22T10" {
                jobs_at(house, &format!("2026-12-{morning}:00:00Z")).await;
            }
            assert_eq!(chasers(house, "Tom Okafor").len(), count, "{morning}");
        }
        jobs_at(house, "2026-12-29T09:00:00Z").await;
        let first = chasers(house, "Tom Okafor");
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].subject, "Action needed: 1 escalation waits for you");
        let line = format!("{wednesday} (stage 1): due Wed 30 Dec 2026, 17:00");
        assert!(first[0].text.contains(&line), "{}", first[0].text);
        assert!(!first[0].text.contains(&thursday), "{}", first[0].text);

        jobs_at(house, "2026-12-30T09:00:00Z").await;
        let second = chasers(house, "Tom Okafor").remove(1);
        assert_eq!(second.subject, "Action needed: 2 escalations wait for you");
        let (one, other) = (second.text.find(&wednesday), second.text.find(&thursday));
        assert!(one.is_some() && one < other, "the soonest due first: {}", second.text);
        assert_eq!(chasers(house, "Priya Nair").len(), 0, "the other side has the next move");
    }

    async fn a_proposal_turns_the_chaser_to_the_side_that_has_to_answer(house: &House) {
        house.engine.run_jobs().await.unwrap();
        let reference = house.raised().await;
        let tom = house.as_("Tom Okafor").await;
        let proposal = json!({ "outcome": "decision_changed", "terms": "We assess this week." });
        assert_eq!(tom.command(&reference, "proposals", &proposal).await.status, 200);
        jobs_at(house, "2026-12-29T09:00:00Z").await;
        assert_eq!(chasers(house, "Priya Nair").len(), 1);
        assert_eq!(chasers(house, "Tom Okafor").len(), 0);
    }

    async fn before_christmas_the_next_working_day_is_the_one_after_it(house: &House) {
        house.engine.run_jobs().await.unwrap();
        let mut draft = house.draft();
        let deadline = json!({ "at": "2026-12-29T12:00:00Z", "reason": "A hearing." });
        draft["draft"]["protective_deadline"] = deadline;
        let reference = house.raised_with(&draft).await;
        jobs_at(house, "2026-12-23T09:00:00Z").await;
        assert_eq!(chasers(house, "Tom Okafor").len(), 0);
        jobs_at(house, "2026-12-24T09:00:00Z").await;
        let chased = chasers(house, "Tom Okafor");
        assert_eq!(chased.len(), 1, "25 and 28 December are no working days");
        assert!(chased[0].text.contains(&format!("{reference} (stage 1): due Tue 29 Dec")));
    }

    async fn the_business_manager_hears_each_weekday_how_things_stand(house: &House) {
        house.engine.run_jobs().await.unwrap();
        raise_many(house, 1).await;
        let mut draft = house.draft();
        draft["draft"]["start_stage"] = json!({ "stage": 4, "reason": "The risk asks for it." });
        let high = house.raised_with(&draft).await;
        jobs_at(house, "2026-12-22T08:30:00Z").await;
        assert_eq!(digests(house)[0].subject, "Escalations today: 2 open, 0 overdue");
        jobs_at(house, "2026-12-30T17:00:00Z").await; // one is in stage 2 now, one overdue
        jobs_at(house, "2026-12-31T08:30:00Z").await;
        let last = digests(house).pop().unwrap();
        assert_eq!(last.subject, "Escalations today: 2 open, 1 overdue");
        let overdue = format!("{high} (stage 4): overdue since Wed 30 Dec 2026, 17:00");
        assert!(last.text.contains(&overdue), "{}", last.text);
        let text = last.text.replace('\n', " ");
        assert!(text.contains("Joel Mensah stands in"), "a gap that somebody has to mend: {text}");
        assert!(text.contains("Messages that could not be delivered: 0"), "{text}");
        let before = digests(house).len();
        jobs_at(house, "2027-01-03T12:00:00Z").await; // Sunday, after the bank holiday on Friday
        assert_eq!(digests(house).len(), before + 1, "Friday's; a weekday, if no working day");
    }

    async fn a_slot_is_run_once_however_often_it_is_asked_for(house: &House) {
        house.engine.run_jobs().await.unwrap();
        raise_many(house, 1).await;
        assert_eq!(jobs_at(house, "2026-12-29T09:00:00Z").await, 3);
        for _ in 0..3 {
            assert_eq!(house.engine.run_jobs().await.unwrap(), 0);
        }
        assert_eq!(jobs_at(house, "2026-12-29T16:00:00Z").await, 0);
        assert_eq!((chasers(house, "Tom Okafor").len(), digests(house).len()), (1, 1));
    }

    async fn of_the_slots_that_were_missed_only_the_latest_is_caught_up(house: &House) {
        house.engine.run_jobs().await.unwrap();
        raise_many(house, 1).await;
        // Down from Monday for eight days; each job had missed several slots.
        assert_eq!(jobs_at(house, "2026-12-29T20:00:00Z").await, 3);
        assert_eq!((chasers(house, "Tom Okafor").len(), digests(house).len()), (1, 1));
        assert_eq!(house.engine.run_jobs().await.unwrap(), 0);
        assert_eq!(jobs_at(house, "2026-12-30T09:00:00Z").await, 3, "and then as ever");
    }

    async fn two_nodes_run_a_slot_once(house: &House) {
        let node = house.another_node().await;
        assert_eq!(house.engine.run_jobs().await.unwrap(), 0);
        house.raised().await;
        let mut raw = Raw::of(house);
        for (day, chased) in [(22, 0), (23, 0), (24, 0), (29, 1), (30, 2)] {
            sleep_until(house, &format!("2026-12-{day}T09:00:00Z"));
            let ran = tokio::join!(
                house.engine.run_jobs(), node.run_jobs(), house.engine.run_jobs(), node.run_jobs()
            );
            let ran = [ran.0, ran.1, ran.2, ran.3].map(Result::unwrap);
            assert_eq!(ran.iter().sum::<u64>(), 3, "each job once: {ran:?}");
            assert_eq!(raw.count("notices", "kind = 'chaser'"), chased);
        }
        assert_eq!(raw.count("notices", "kind = 'digest'"), 5);
    }

    async fn a_job_that_fails_runs_again_and_does_not_keep_the_others_from_running(house: &House) {
        house.engine.run_jobs().await.unwrap();
        raise_many(house, 1).await;
        house.settle().await;
        let mut raw = Raw::of(house);
        let when = "new.kind = 'chaser'";
        let (refuse, allow) = if raw.is_sqlite() {
            let begin = format!("create trigger refused before insert on notices when {when} ");
            let end = "begin select raise(abort, 'refused by the test'); end";
            (begin + end, "drop trigger refused")
        } else {
            let begin = "create trigger refused before insert on notices for each row ";
            let end = format!("when ({when}) execute function refuse_change('refused')");
            (begin.to_owned() + &end, "drop trigger refused on notices")
        };
        raw.run(&refuse);
        sleep_until(house, "2026-12-29T09:00:00Z");
        assert!(house.engine.run_jobs().await.is_err());
        house.settle().await;
        assert_eq!(digests(house).len(), 1, "the digest goes out all the same");
        raw.run(allow);
        assert_eq!(house.engine.run_jobs().await.unwrap(), 1);
        house.settle().await;
        assert_eq!(chasers(house, "Tom Okafor").len(), 1);
    }

    async fn housekeeping_forgets_answers_and_sessions_that_nobody_needs_any_more(house: &House) {
        house.engine.run_jobs().await.unwrap();
        let priya = house.as_("Priya Nair").await;
        let headers = [("Idempotency-Key", "a-key-of-this-test")];
        let body = house.draft().to_string();
        let post = async || {
            priya.send(Method::POST, "/escalations", &headers, Some(body.clone())).await
        };
        let (first, again) = (post().await, post().await);
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.text("/reference"), again.text("/reference"));
        let mut raw = Raw::of(house);
        let mut kept = || {
            ["idempotency_keys", "sessions", "refresh_tokens"].map(|table| raw.count(table, "1 = 1"))
        };
        assert_eq!(kept(), [1, 1, 1]);
        jobs_at(house, "2026-12-29T03:15:00Z").await;
        assert_eq!(kept(), [1, 1, 1], "not yet eight days old");
        jobs_at(house, "2026-12-30T03:15:00Z").await;
        assert_eq!(kept(), [0, 0, 0]);
        assert_eq!(Raw::of(house).count("escalations", "1 = 1"), 1, "what was done stays");
    }
}

on_each_database! {
    async fn answers_are_kept_as_long_as_the_operator_says(database: Database) {
        let settings = vec![("engine.keep_answers_days", "30".to_owned())];
        let Some(house) = House::build(database, Wishes { settings, ..Wishes::default() }).await
        else {
            return;
        };
        house.engine.run_jobs().await.unwrap();
        let priya = house.as_("Priya Nair").await;
        let headers = [("Idempotency-Key", "a-key-of-this-test")];
        let body = Some(house.draft().to_string());
        assert_eq!(priya.send(Method::POST, "/escalations", &headers, body).await.status, 201);
        let mut raw = Raw::of(&house);
        jobs_at(&house, "2027-01-20T03:15:00Z").await;
        assert_eq!(raw.count("idempotency_keys", "1 = 1"), 1);
        jobs_at(&house, "2027-01-21T03:15:00Z").await;
        assert_eq!(raw.count("idempotency_keys", "1 = 1"), 0);
    }

    async fn a_job_that_runs_once_a_month_runs_although_housekeeping_runs_between(
        database: Database
    ) {
        let settings = vec![("schedule.digests", "0 30 8 1 * *".to_owned())];
        let Some(house) = House::build(database, Wishes { settings, ..Wishes::default() }).await
        else {
            return;
        };
        house.engine.run_jobs().await.unwrap();
        for day in ["2026-12-22", "2026-12-31", "2027-01-02", "2027-01-20", "2027-02-02"] {
            jobs_at(&house, &format!("{day}T12:00:00Z")).await;
        }
        assert_eq!(digests(&house).len(), 2, "1 January's and 1 February's");
        let mut raw = Raw::of(&house);
        assert!(raw.count("job_runs", "1 = 1") < 12, "old slots are forgotten");
    }
}
