//! Europe/London puts its clocks forward on 28 March 2027 and back on 31 October 2027. The end of a
//! working day is 17:00 on the wall; elapsed hours run on regardless.

use super::{case, raise_many, sleep_until};
use crate::house::House;
use crate::on_each_database;
use serde_json::json;

/// Raises at a time, and answers when the case is due and how that was worked out.
async fn due(house: &House, at: &str, urgent_stage: Option<u32>) -> (String, String, String) {
    sleep_until(house, at);
    let reference = match urgent_stage {
        None => raise_many(house, 1).await.remove(0),
        Some(stage) => {
            let mut draft = house.draft();
            draft["draft"]["urgency_class"] = json!("urgent");
            draft["draft"]["start_stage"] = json!({ "stage": stage, "reason": "The risk." });
            house.raised_with(&draft).await
        }
    };
    let case = case(house, &reference).await;
    (reference, case.text("/due_at"), case.text("/due_in_words"))
}

/// The case is in this stage until the last second, and in the next one from then on.
async fn moves_at(house: &House, reference: &str, second_before: &str, at: &str) {
    let stage = case(house, reference).await.number("/stage");
    sleep_until(house, second_before);
    house.engine.tick().await.unwrap();
    assert_eq!(case(house, reference).await.number("/stage"), stage, "too soon");
    sleep_until(house, at);
    house.engine.tick().await.unwrap();
    assert_eq!(case(house, reference).await.number("/stage"), stage + 1, "too late");
}

on_each_database! {
    async fn a_working_week_over_the_spring_change_ends_at_five_on_the_wall(house: &House) {
        // Monday at 09:00 GMT; Good Friday and Easter Monday lie between.
        let (reference, due_at, words) = due(house, "2027-03-22T09:00:00Z", None).await;
        assert_eq!(due_at, "2027-03-31T16:00:00.000000Z", "17:00 BST");
        assert!(words.contains("Wed 31 Mar 2027, 17:00"), "{words}");
        moves_at(house, &reference, "2027-03-31T15:59:59Z", "2027-03-31T16:00:00Z").await;
    }

    async fn a_working_week_over_the_autumn_change_ends_at_five_on_the_wall(house: &House) {
        // Monday at 09:00 BST.
        let (reference, due_at, words) = due(house, "2027-10-25T08:00:00Z", None).await;
        assert_eq!(due_at, "2027-11-01T17:00:00.000000Z", "17:00 GMT");
        assert!(words.contains("Mon 1 Nov 2027, 17:00"), "{words}");
        moves_at(house, &reference, "2027-11-01T16:59:59Z", "2027-11-01T17:00:00Z").await;
    }

    async fn a_week_that_ends_before_a_change_is_not_touched_by_it(house: &House) {
        let (_, due_at, _) = due(house, "2027-03-15T09:00:00Z", None).await;
        assert_eq!(due_at, "2027-03-22T17:00:00.000000Z", "17:00 GMT");
        let (_, due_at, _) = due(house, "2027-10-18T08:00:00Z", None).await;
        assert_eq!(due_at, "2027-10-25T16:00:00.000000Z", "17:00 BST");
    }

    async fn twenty_four_hours_are_twenty_four_hours_over_both_changes(house: &House) {
        let saturday = "2027-03-27T12:00:00Z";
        let (reference, due_at, words) = due(house, saturday, Some(3)).await;
        assert_eq!(due_at, "2027-03-28T12:00:00.000000Z");
        assert!(words.contains("Sun 28 Mar 2027, 13:00"), "{words}");
        assert!(words.contains("clocks change"), "{words}");
        moves_at(house, &reference, "2027-03-28T11:59:59Z", "2027-03-28T12:00:00Z").await;

        let saturday = "2027-10-30T11:00:00Z"; // 12:00 BST
        let (reference, due_at, words) = due(house, saturday, Some(3)).await;
        assert_eq!(due_at, "2027-10-31T11:00:00.000000Z");
        assert!(words.contains("Sun 31 Oct 2027, 11:00"), "{words}");
        moves_at(house, &reference, "2027-10-31T10:59:59Z", "2027-10-31T11:00:00Z").await;
    }

    async fn the_day_is_the_one_on_the_wall_when_a_challenge_is_raised_at_midnight(house: &House) {
        // 23:30 UTC on Monday is 00:30 BST on Tuesday 6 April: Tuesday is the start day.
        let (_, due_at, words) = due(house, "2027-04-05T23:30:00Z", None).await;
        assert_eq!(due_at, "2027-04-13T16:00:00.000000Z");
        assert!(words.contains("after Tue 6 Apr"), "{words}");
        // 23:30 UTC in winter is the same day.
        let (_, due_at, words) = due(house, "2027-11-08T23:30:00Z", None).await;
        assert_eq!(due_at, "2027-11-15T17:00:00.000000Z");
        assert!(words.contains("after Mon 8 Nov"), "{words}");
    }

    async fn a_protective_deadline_is_the_instant_that_was_typed(house: &House) {
        sleep_until(house, "2027-10-25T08:00:00Z");
        let mut draft = house.draft();
        // 01:30 on the wall came twice that night: with its offset it is one instant.
        let deadline = json!({ "at": "2027-10-31T01:30:00+00:00", "reason": "A discharge." });
        draft["draft"]["protective_deadline"] = deadline;
        let reference = house.raised_with(&draft).await;
        let now = case(house, &reference).await;
        assert_eq!(now.text("/due_at"), "2027-10-31T01:30:00.000000Z");
        moves_at(house, &reference, "2027-10-31T01:29:59Z", "2027-10-31T01:30:00Z").await;
    }

    async fn jobs_keep_to_the_clock_on_the_wall(house: &House) {
        house.engine.run_jobs().await.unwrap();
        // Friday in GMT, and Wednesday in BST: 09:00 on the wall both times.
        for (before, at) in [
            ("2027-03-26T08:59:59Z", "2027-03-26T09:00:00Z"),
            ("2027-03-31T07:59:59Z", "2027-03-31T08:00:00Z"),
            ("2027-10-29T07:59:59Z", "2027-10-29T08:00:00Z"),
            ("2027-11-01T08:59:59Z", "2027-11-01T09:00:00Z"),
        ] {
            sleep_until(house, before);
            house.engine.run_jobs().await.unwrap();
            sleep_until(house, at);
            assert_eq!(house.engine.run_jobs().await.unwrap(), 1, "the chasers at {at}");
        }
    }
}
