//! Idempotency-Key: the same request again has the same answer and no second effect.

use super::{assert_problem, at_once, bare_draft, begun, count_of, entries, raised_by, walk};
use crate::house::{Answer, Client};
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

async fn keyed(client: &Client, path: &str, key: &str, etag: Option<&str>, body: &Value) -> Answer {
    let mut headers = vec![("Idempotency-Key", key)];
    headers.extend(etag.map(|etag| ("If-Match", etag)));
    client.send(Method::POST, path, &headers, Some(body.to_string())).await
}

#[track_caller]
fn assert_replay(first: &Answer, second: &Answer) {
    assert_eq!(first.header("idempotency-replayed"), None, "the first is no replay");
    assert_eq!(second.header("idempotency-replayed").as_deref(), Some("true"));
    assert_eq!(second.status, first.status);
    assert_eq!(second.body, first.body);
    for header in ["etag", "location", "content-type"] {
        assert_eq!(second.header(header), first.header(header), "{header}");
    }
}

on_each_database! {
    async fn the_same_request_again_has_the_same_answer_and_one_effect(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let draft = house.draft();
        let first = keyed(&priya, "/escalations", "begin", None, &draft).await;
        assert_eq!(first.status, 201, "{}", first.body);
        let second = keyed(&priya, "/escalations", "begin", None, &draft).await;
        assert_replay(&first, &second);
        let reference = first.text("/reference");
        assert_eq!(walk(&priya, "/escalations", 200).await.len(), 1);
        assert_eq!(
            first.header("location"),
            Some(format!("/api/v1/escalations/{}", first.text("/id")))
        );

        // The ETag is stale by the second time: the answer is still the one that was given.
        let path = format!("/escalations/{reference}/raising");
        let etag = first.header("etag").unwrap();
        let raised = keyed(&priya, &path, "raise", Some(&etag), &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        house.settle().await;
        let notices = walk(&priya, &format!("/escalations/{reference}/notices"), 200).await;
        let count = entries(&priya, &reference).await;
        let mails = house.engine.mailer().sent().len();
        assert!(!notices.is_empty() && mails > 0);
        for _ in 0..3 {
            let again = keyed(&priya, &path, "raise", Some(&etag), &json!({})).await;
            assert_replay(&raised, &again);
        }
        house.settle().await;
        assert_eq!(entries(&priya, &reference).await, count);
        assert_eq!(walk(&priya, &format!("/escalations/{reference}/notices"), 200).await, notices);
        assert_eq!(house.engine.mailer().sent().len(), mails, "somebody was told twice");

        // Much later, when the case has moved on, too.
        house.advance_to("2026-12-22T09:10:00Z").await;
        let priya = house.as_("Priya Nair").await;
        let move_on = json!({ "reason": "The risk has grown." });
        assert_eq!(priya.command(&reference, "early-escalations", &move_on).await.status, 200);
        let again = keyed(&priya, &path, "raise", Some(&etag), &json!({})).await;
        assert_replay(&raised, &again);
    }

    async fn a_key_is_for_one_request_only(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let first = keyed(&priya, "/escalations", "mine", None, &bare_draft()).await;
        assert_eq!(first.status, 201);
        let other = keyed(&priya, "/escalations", "mine", None, &house.draft()).await;
        assert_problem(&other, 422, "key-used-otherwise");
        let path = format!("/people/{}/absences", house.person_id("Priya Nair"));
        let absence = json!({ "from_at": "2026-12-22T09:00:00Z" });
        assert_problem(
            &keyed(&priya, &path, "mine", None, &absence).await,
            422,
            "key-used-otherwise",
        );
        let path = format!("/escalations/{}/raising", first.text("/reference"));
        let elsewhere = keyed(&priya, &path, "mine", Some("\"1\""), &json!({})).await;
        assert_problem(&elsewhere, 422, "key-used-otherwise");
        assert_eq!(walk(&priya, "/escalations", 200).await.len(), 1);
        let replay = keyed(&priya, "/escalations", "mine", None, &bare_draft()).await;
        assert_replay(&first, &replay);
    }

    async fn a_request_that_was_refused_does_not_use_its_key_up(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let reference = begun(&priya, &bare_draft()).await;
        let path = format!("/escalations/{reference}");
        let raising = format!("{path}/raising");
        let etag = priya.get(&path).await.header("etag").unwrap();
        let refused = keyed(&priya, &raising, "raise", Some(&etag), &json!({})).await;
        assert_problem(&refused, 422, "faulty");
        let draft = Some(house.draft().to_string());
        let whole =
            priya.send(Method::PUT, &format!("{path}/draft"), &[("If-Match", &etag)], draft).await;
        assert_eq!(whole.status, 200, "{}", whole.body);
        let stale = keyed(&priya, &raising, "raise", Some(&etag), &json!({})).await;
        assert_problem(&stale, 412, "stale");
        let etag = whole.header("etag").unwrap();
        let raised = keyed(&priya, &raising, "raise", Some(&etag), &json!({})).await;
        assert_eq!(raised.status, 200, "{}", raised.body);
        assert_eq!(raised.header("idempotency-replayed"), None);
    }

    async fn sixteen_at_once_with_one_key_begin_one_draft(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let draft = house.draft();
        let all = (0..16).map(|_| {
            let (priya, draft) = (priya.clone(), draft.clone());
            async move { keyed(&priya, "/escalations", "once", None, &draft).await }
        });
        let answers = at_once(all.collect()).await;
        let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(count_of(&answers, 201), 16, "{told:?}");
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
        let replays = answers.iter().filter(|a| a.header("idempotency-replayed").is_some());
        assert_eq!(replays.count(), 15);
        assert_eq!(walk(&priya, "/escalations", 200).await.len(), 1);
        assert_eq!(answers[0].text("/reference"), "ESC-2026-000001");
        assert_eq!(begun(&priya, &draft).await, "ESC-2026-000002", "no reference was used up");
    }

    async fn sixteen_at_once_with_one_key_raise_once(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let reference = begun(&priya, &house.draft()).await;
        let all = (0..16).map(|_| {
            let (priya, path) = (priya.clone(), format!("/escalations/{reference}/raising"));
            async move { keyed(&priya, &path, "raise", Some("\"1\""), &json!({})).await }
        });
        let answers = at_once(all.collect()).await;
        let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(count_of(&answers, 200), 16, "{told:?}");
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
        house.settle().await;
        let tom = house.mails_to("Tom Okafor");
        assert_eq!(tom.len(), 1, "he was told once");
    }

    async fn the_same_key_of_two_people_is_two_keys(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let grace = house.as_("Grace Adeyemi").await;
        let hers = keyed(&priya, "/escalations", "key", None, &bare_draft()).await;
        let other = keyed(&grace, "/escalations", "key", None, &bare_draft()).await;
        assert_eq!((hers.status, other.status), (201, 201));
        assert_eq!(other.header("idempotency-replayed"), None);
        assert_ne!(hers.text("/id"), other.text("/id"));
        assert_eq!(other.text("/raiser/name"), "Grace Adeyemi");
    }

    async fn the_directory_is_kept_once_too(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let person = json!({ "name": "Nadia Costa", "email": "nadia.costa@sundial.example",
            "agency_id": house.agency_id("nursery") });
        let all = (0..8).map(|_| {
            let (judith, person) = (judith.clone(), person.clone());
            async move { keyed(&judith, "/people", "nadia", None, &person).await }
        });
        let answers = at_once(all.collect()).await;
        assert_eq!(count_of(&answers, 201), 8, "{}", answers[0].body);
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
        let path = format!("/people/{}/absences", answers[0].text("/id"));
        let absence = json!({ "from_at": "2026-12-22T09:00:00Z" });
        let first = keyed(&judith, &path, "away", None, &absence).await;
        assert_eq!(first.status, 201, "{}", first.body);
        let second = keyed(&judith, &path, "away", None, &absence).await;
        assert_replay(&first, &second);
        assert_eq!(judith.get(&path).await.list("/items").len(), 1);
    }

    async fn a_key_is_one_to_255_plain_characters(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let too_long = "k".repeat(256);
        for key in ["", too_long.as_str()] {
            let answer = keyed(&priya, "/escalations", key, None, &bare_draft()).await;
            assert_problem(&answer, 400, "bad-request");
        }
        let longest = "k".repeat(255);
        for key in ["k", "a b/c", longest.as_str()] {
            let answer = keyed(&priya, "/escalations", key, None, &bare_draft()).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        assert_eq!(raised_by(&priya, &house.draft()).await, "ESC-2026-000004");
    }
}
