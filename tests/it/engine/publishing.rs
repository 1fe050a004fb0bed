//! A policy version comes into force by two people: one officer proposes it, another publishes it.

use super::sql::Raw;
use super::{case, raise_many, sleep_until, version};
use crate::house::{Answer, Client, House, PASSWORD};
use crate::on_each_database;
use bscp_escalation::engine::{DirectoryFile, Engine, PolicyLoadError, Proposed};
use bscp_escalation::escalation::PolicyRef;
use bscp_escalation::ids::PersonId;
use bscp_escalation::store::policies::Via;
use reqwest::Method;
use serde_json::{Value, json};

fn second() -> String {
    version(2, "2026-12-21", &[("1 working week", "2 working days")])
}

fn which(version: i32) -> PolicyRef {
    PolicyRef { key: "bscp".to_owned(), version }
}

fn id(house: &House, name: &str) -> PersonId {
    house.person_id(name).parse().unwrap()
}

async fn propose(house: &House, text: String, by: &str) -> Result<Proposed, PolicyLoadError> {
    house.engine.propose_policy(text, Some(id(house, by))).await
}

async fn publish(house: &House, version: i32, by: &str) -> Result<bool, PolicyLoadError> {
    let of = house.founded.partnership.id;
    house.engine.publish_policy(of, which(version), id(house, by), Via::Console).await
}

async fn post_policy(client: &Client, text: &str) -> Answer {
    client.post("/policies", &json!({ "text": text })).await
}

async fn post_publication(client: &Client, version: i32) -> Answer {
    let path = format!("/policies/bscp/versions/{version}/publications");
    client.post(&path, &json!({})).await
}

/// The version under which a challenge is raised now.
async fn in_force(house: &House) -> i64 {
    let reference = raise_many(house, 1).await.remove(0);
    case(house, &reference).await.number("/policy/version")
}

fn count(house: &House, table: &str) -> i64 {
    Raw::of(house).count(table, "1 = 1")
}

#[track_caller]
fn refused(answer: &Answer, status: u16, said: &str) {
    assert_eq!((answer.status, answer.text("/detail").as_str()), (status, said), "{}", answer.body);
}

const OFFICERS: &str =
    "The partnership's officers decide on its policies and on the days it is closed.";
const ANOTHER: &str = "You proposed this version. Another officer of the partnership publishes it.";

on_each_database! {
    async fn what_was_proposed_is_in_force_only_once_somebody_else_has_published_it(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let proposed = post_policy(&judith, &second()).await;
        assert_eq!(proposed.status, 201, "{}", proposed.body);
        let location = "/api/v1/policies/bscp/versions/2".to_owned();
        assert_eq!(proposed.header("location"), Some(location));
        assert_eq!(proposed.text("/state"), "proposed");
        assert_eq!(proposed.text("/proposed_by/name"), "Judith Hale");
        assert_eq!(proposed.text("/proposed_by/via"), "api");
        assert_eq!(proposed.text("/proposed_at"), "2026-12-21T09:10:00.000000Z");
        assert_eq!(proposed.body["published_at"], Value::Null);
        assert_eq!(in_force(house).await, 1);

        refused(&post_publication(&judith, 2).await, 403, ANOTHER);
        assert_eq!(in_force(house).await, 1);

        sleep_until(house, "2026-12-21T10:00:00Z");
        let alan = house.as_("Professor Alan Greer").await;
        let published = post_publication(&alan, 2).await;
        assert_eq!((published.status, published.text("/state").as_str()), (201, "published"));
        assert_eq!(published.text("/published_by/name"), "Professor Alan Greer");
        assert_eq!(published.text("/published_at"), "2026-12-21T10:00:00.000000Z");
        assert_eq!(in_force(house).await, 2);
        let again = post_publication(&alan, 2).await;
        refused(&again, 409, "This version is published already.");

        let priya = house.as_("Priya Nair").await;
        let read = priya.get("/policies/bscp/versions/2").await;
        assert_eq!((read.status, &read.body), (200, &published.body), "everybody reads who did");
        assert_ne!(read.header("etag"), proposed.header("etag"), "its state is another");
        let listed = priya.get("/policies").await.list("/items");
        let states: Vec<&str> = listed.iter().map(|it| it["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["published", "published"]);
    }

    async fn only_the_partnerships_officers_decide(house: &House) {
        for name in ["Priya Nair", "Ruth Calloway", "Ellis Grant"] {
            let client = house.as_(name).await;
            refused(&post_policy(&client, &second()).await, 403, OFFICERS);
        }
        assert!(propose(house, second(), "Judith Hale").await.unwrap().is_new);
        for name in ["Priya Nair", "Ruth Calloway", "Ellis Grant"] {
            let client = house.as_(name).await;
            refused(&post_publication(&client, 2).await, 403, OFFICERS);
            let of_console = [
                propose(house, version(3, "2026-12-22", &[]), name).await.unwrap_err(),
                publish(house, 2, name).await.unwrap_err(),
            ];
            assert_eq!(of_console.map(|error| error.to_string()), [OFFICERS, OFFICERS]);
        }
        assert_eq!((count(house, "policies"), count(house, "policy_publications")), (2, 1));
        // A panel member is an officer too.
        let moira = house.as_("Moira Stennett").await;
        assert_eq!(post_publication(&moira, 2).await.status, 201);
    }

    async fn the_console_needs_two_people_too(house: &House) {
        assert!(propose(house, second(), "Professor Alan Greer").await.unwrap().is_new);
        let own = publish(house, 2, "Professor Alan Greer").await.unwrap_err();
        assert_eq!(own.to_string(), ANOTHER);
        assert!(publish(house, 2, "Judith Hale").await.unwrap());
        assert!(!publish(house, 2, "Moira Stennett").await.unwrap(), "it was published already");
        let judith = house.as_("Judith Hale").await;
        let read = judith.get("/policies/bscp/versions/2").await;
        assert_eq!(read.text("/proposed_by/via"), "console");
        assert_eq!(read.text("/published_by/via"), "console");
        assert_eq!(read.text("/published_by/name"), "Judith Hale");
        let nothing = publish(house, 3, "Judith Hale").await.unwrap_err();
        assert!(matches!(nothing, PolicyLoadError::NoVersion { version: 3, .. }), "{nothing}");
    }

    async fn whoever_has_left_decides_nothing(house: &House) {
        assert!(propose(house, second(), "Judith Hale").await.unwrap().is_new);
        Raw::of(house).change_one(if Raw::of(house).is_sqlite() {
            "update people set active = 0 where name = 'Moira Stennett'"
        } else {
            "update people set active = false where name = 'Moira Stennett'"
        });
        let left = publish(house, 2, "Moira Stennett").await.unwrap_err();
        assert_eq!(left.to_string(), "They do not work here any more.");
    }

    async fn what_the_folder_proposes_waits_for_one_officer(house: &House) {
        let proposed = house.engine.propose_policy(second(), None).await.unwrap();
        assert!(proposed.is_new && !proposed.is_published);
        let again = house.engine.propose_policy(second(), None).await.unwrap();
        assert_eq!(again, Proposed { is_new: false, ..proposed });
        assert_eq!(in_force(house).await, 1);
        let judith = house.as_("Judith Hale").await;
        let read = judith.get("/policies/bscp/versions/2").await;
        assert_eq!((read.text("/state").as_str(), &read.body["proposed_by"]), ("proposed", &Value::Null));
        assert_eq!(post_publication(&judith, 2).await.status, 201);
        assert_eq!(in_force(house).await, 2);
    }

    async fn every_mistake_of_a_file_is_named_with_its_place(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let faulty = version(2, "2026-12-22", &[
            ("urgency_after_protective_deadline = \"urgent\"", "urgency_after_protective_deadline = \"soon\""),
            ("day_ends = \"17:00\"", "day_ends = \"08:00\""),
        ]);
        let answer = post_policy(&judith, &faulty).await;
        assert_eq!((answer.status, answer.faults()), (422, vec!["/text".to_owned(); 2]));
        let details: Vec<String> =
            (0..2).map(|n| answer.text(&format!("/errors/{n}/detail"))).collect();
        assert_eq!(details, [
            "line 32: urgency_after_protective_deadline: 'soon' is not one of urgency_classes",
            "line 75: calendar.day_ends: the working day must start before it ends: day_starts is \
             09:00:00 and day_ends is 08:00:00",
        ]);
        for (text, said) in [
            ("key = ", "line 1"),
            ("", "needs the key"),
            ("key = \"\0\"", "line 1"),
            ("# \0", "line 1"),
        ] {
            let answer = post_policy(&judith, text).await;
            let is_of_text = |fault: &String| fault == "/text";
            assert!(answer.faults().iter().all(is_of_text), "{text:?}: {}", answer.body);
            assert!(answer.text("/errors/0/detail").contains(said), "{}", answer.body);
        }
        let elsewhere = version(2, "2026-12-22", &[("\"bromley\"", "\"elsewhere\"")]);
        let answer = post_policy(&judith, &elsewhere).await;
        assert_eq!(answer.faults(), ["/text"]);
        assert_eq!(count(house, "policies"), 1);
    }

    async fn a_version_follows_on_those_before(house: &House) {
        assert!(house.load_policy(version(3, "2027-02-01", &[])).await.unwrap());
        let judith = house.as_("Judith Hale").await;
        for (text, said) in [
            (second(), "version 2 of the policy 'bscp' comes after version 3, which is here already: \
                raise `version` in the file"),
            (version(4, "2027-01-31", &[]), "effective_from is before that of version 3 (2027-02-01), \
                which is published: a later version does not begin earlier"),
            (version(3, "2027-02-02", &[]), "version 3 of the policy 'bscp' was loaded before with \
                other words, and a version never changes: raise `version` in the file"),
        ] {
            let answer = post_policy(&judith, &text).await;
            assert_eq!((answer.status, answer.faults()), (422, vec!["/text".to_owned()]));
            assert_eq!(answer.text("/errors/0/detail"), said);
        }
        let same = post_policy(&judith, &version(3, "2027-02-01", &[])).await;
        let said = "This version is here already, with the same words, and is published.";
        refused(&same, 409, said);
        // On the same day is not before; and a day in the past is no matter.
        assert_eq!(post_policy(&judith, &version(4, "2027-02-01", &[])).await.status, 201);
        let waits = post_policy(&judith, &version(4, "2027-02-01", &[])).await;
        refused(&waits, 409, "This version is here already, with the same words, and waits for \
            another officer to publish it.");
        // Another policy counts versions of its own.
        let other = version(1, "2026-01-01", &[("key = \"bscp\"", "key = \"other\"\ntopic = \"other\"")]);
        assert_eq!(post_policy(&judith, &other).await.status, 201);
    }

    async fn a_version_that_was_overtaken_is_not_published_any_more(house: &House) {
        assert!(propose(house, second(), "Judith Hale").await.unwrap().is_new);
        assert!(house.load_policy(version(3, "2026-12-21", &[])).await.unwrap());
        let alan = house.as_("Professor Alan Greer").await;
        refused(&post_publication(&alan, 2).await, 409, "Version 3 was published before it. Propose \
            these words again with a higher version.");
        assert_eq!(in_force(house).await, 3);
    }

    async fn the_same_request_again_decides_once(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let alan = house.as_("Professor Alan Greer").await;
        let keyed = async |client: &Client, path: &str, body: Value| {
            let headers = [("Idempotency-Key", "once")];
            client.send(Method::POST, path, &headers, Some(body.to_string())).await
        };
        for (client, path, body) in [
            (&judith, "/policies", json!({ "text": second() })),
            (&alan, "/policies/bscp/versions/2/publications", json!({})),
        ] {
            let first = keyed(client, path, body.clone()).await;
            let again = keyed(client, path, body).await;
            assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
            assert_eq!(again.header("idempotency-replayed").as_deref(), Some("true"));
            assert_eq!(again.body, first.body);
        }
        assert_eq!((count(house, "policies"), count(house, "policy_publications")), (2, 2));
    }

    async fn two_nodes_that_start_at_once_propose_a_file_once(house: &House) {
        let node = house.another_node().await;
        let start = |engine: &Engine| {
            let engine = engine.clone();
            async move { engine.propose_policy(second(), None).await.unwrap().is_new }
        };
        let (one, other) = tokio::join!(start(&house.engine), start(&node));
        assert!(one != other, "one of them was first: {one} {other}");
        let (alan, moira) =
            tokio::join!(publish(house, 2, "Professor Alan Greer"), publish(house, 2, "Moira Stennett"));
        assert!(alan.unwrap() != moira.unwrap());
        assert_eq!((count(house, "policies"), count(house, "policy_publications")), (2, 2));
    }

    async fn where_two_partnerships_have_a_policy_of_one_key_the_request_says_whose(house: &House) {
        let file = r#"
            [partnership]
            key = "lewisham"
            name = "Lewisham Safeguarding Children Partnership"
            reference_prefix = "LEW"
            contact_email = "partnership@lewisham.example"
            [[people]]
            name = "Noor Haddad"
            email = "noor.haddad@lewisham.example"
            [[posts]]
            title = "Business manager"
            function = "business_manager"
            holders = ["noor.haddad@lewisham.example"]
        "#;
        let file = DirectoryFile::parse(file).unwrap();
        let lewisham = house.engine.found_partnership(file).await.unwrap();
        let noor = lewisham.people[0].clone();
        house.engine.set_password(noor.id, &noor.email, PASSWORD.to_owned()).await.unwrap();
        let noor = Client::sign_in(house.address, &noor.email).await;
        let theirs = second().replace("\"bromley\"", "\"lewisham\"");
        assert_eq!(post_policy(&noor, &second()).await.status, 403, "not hers");
        assert_eq!(post_policy(&noor, &theirs).await.status, 201);
        assert_eq!(post_policy(&house.as_("Judith Hale").await, &second()).await.status, 201);

        // One officer of both.
        let alan = house.as_("Professor Alan Greer").await;
        let post = json!({ "title": "Independent scrutineer", "holders": [house.person_id("Professor Alan Greer")],
            "place": { "of": "partnership", "partnership_id": lewisham.partnership.id, "function": "scrutineer" } });
        assert_eq!(house.as_("Ellis Grant").await.post("/posts", &post).await.status, 201);
        let answer = post_publication(&alan, 2).await;
        assert_eq!((answer.status, answer.faults()), (422, vec!["/partnership_id".to_owned()]));
        let path = "/policies/bscp/versions/2/publications";
        let body = json!({ "partnership_id": lewisham.partnership.id });
        let published = alan.post(path, &body).await;
        assert_eq!(published.status, 201, "{}", published.body);
        assert_eq!(published.text("/partnership_id"), lewisham.partnership.id.to_string());
        assert_eq!(in_force(house).await, 1, "ours still waits");
        // A neighbour does not learn that ours is there.
        let ours = json!({ "partnership_id": house.founded.partnership.id });
        assert_eq!(noor.post(path, &ours).await.status, 404);
    }

    async fn a_version_that_cannot_be_read_and_was_never_published_holds_nothing_up(house: &House) {
        assert!(propose(house, second(), "Judith Hale").await.unwrap().is_new);
        let mut raw = Raw::of(house);
        raw.drop_triggers();
        raw.put_policy("key = ", "version = 2");
        assert_eq!(in_force(house).await, 1);
        assert!(house.load_policy(version(3, "2026-12-21", &[])).await.unwrap());
        assert_eq!(in_force(house).await, 3);
    }
}
