//! The directory: who keeps it, who sees what of it, and what may not stand in it.

use super::{
    NOBODY, agency, as_sent, assert_faults, assert_problem, ids, on_condition, post_titled, walk,
};
use crate::house::{Answer, Client, House, PASSWORD};
use crate::on_each_database;
use bscp_escalation::directory::{Directory, Rung, Sector, Side};
use bscp_escalation::engine::DirectoryFile;
use bscp_escalation::store::{Reader, StoreError, directory};
use reqwest::Method;
use serde_json::{Value, json};

pub(super) async fn put(
    client: &Client,
    path: &str,
    read: &Answer,
    field: &str,
    value: Value,
) -> Answer {
    let mut body = as_sent(read);
    body[field] = value;
    on_condition(client, Method::PUT, path, &read.header("etag").unwrap(), &body).await
}

async fn delete(client: &Client, path: &str) -> Answer {
    client.send(Method::DELETE, path, &[], None).await
}

/// A partnership next door, with an officer and a school of its own.
async fn neighbours(house: &House) -> (Client, String) {
    let file = r#"
        [partnership]
        key = "lewisham"
        name = "Lewisham Safeguarding Children Partnership"
        reference_prefix = "LEW"
        contact_email = "partnership@lewisham.example"
        [[agencies]]
        key = "hilltop"
        name = "Hilltop School"
        sector = "school"
        [[people]]
        name = "Noor Haddad"
        email = "noor.haddad@lewisham.example"
        [[posts]]
        title = "Business manager"
        function = "business_manager"
        holders = ["noor.haddad@lewisham.example"]
    "#;
    let founded =
        house.engine.found_partnership(DirectoryFile::parse(file).unwrap()).await.unwrap();
    let noor = &founded.people[0];
    house.engine.set_password(noor.id, &noor.email, PASSWORD.to_owned()).await.unwrap();
    (Client::sign_in(house.address, &noor.email).await, founded.agencies["hilltop"].to_string())
}

on_each_database! {
    async fn an_officer_and_the_administrator_keep_the_agencies(house: &House) {
        let partnership = house.founded.partnership.id;
        let priya = house.as_("Priya Nair").await;
        for keeper in ["Judith Hale", "Ellis Grant"] {
            let keeper = house.as_(keeper).await;
            let new = json!({ "name": " Elm Tree Surgery ", "sector": "health_provider",
                "partnership_ids": [partnership] });
            let added = keeper.post("/agencies", &new).await;
            assert_eq!(added.status, 201, "{}", added.body);
            let path = format!("/agencies/{}", added.text("/id"));
            assert_eq!(added.header("location"), Some(format!("/api/v1{path}")));
            assert_eq!(added.text("/name"), "Elm Tree Surgery");
            let read = priya.get(&path).await;
            assert_eq!((read.status, &read.body), (200, &added.body), "everybody reads it");
            assert_eq!(read.header("etag"), added.header("etag"));
            let changed = put(&keeper, &path, &read, "sector", json!("other")).await;
            assert_eq!(changed.status, 200, "{}", changed.body);
            assert_eq!(changed.text("/sector"), "other");
            assert!(ids(&priya.get("/agencies").await).contains(&read.text("/id")));
        }
    }

    async fn nobody_else_keeps_the_directory(house: &House) {
        let partnership = house.founded.partnership.id;
        let primary = house.agency_id("primary");
        let tom_id = house.person_id("Tom Okafor");
        let ellis = house.as_("Ellis Grant").await;
        let post = post_titled(&ellis, "Class teacher").await;
        let school = agency(house, &ellis, "primary").await;
        let tom = ellis.get(&format!("/people/{tom_id}")).await;
        for name in ["Priya Nair", "Ruth Calloway", "DCI Joanna Hart"] {
            let client = house.as_(name).await;
            let new = [
                (
                    "/agencies".to_owned(),
                    json!({ "name": "Ours", "sector": "other", "partnership_ids": [partnership] }),
                ),
                (
                    "/people".to_owned(),
                    json!({ "name": "Ours", "email": "ours@example.org", "agency_id": primary }),
                ),
                ("/posts".to_owned(), json!({ "title": "Ours", "place": post.body["place"] })),
                (
                    format!("/people/{tom_id}/absences"),
                    json!({ "from_at": "2026-12-21T00:00:00Z" }),
                ),
            ];
            for (path, body) in new {
                assert_problem(&client.post(&path, &body).await, 403, "not-yours");
            }
            for (kind, read) in [("posts", &post), ("agencies", &school), ("people", &tom)] {
                let path = format!("/{kind}/{}", read.text("/id"));
                let body = as_sent(read);
                let answer =
                    on_condition(&client, Method::PUT, &path, &read.header("etag").unwrap(), &body)
                        .await;
                assert_problem(&answer, 403, "not-yours");
            }
        }
    }

    async fn an_agency_serves_partnerships_that_there_are_each_once(house: &House) {
        let partnership = house.founded.partnership.id;
        let ellis = house.as_("Ellis Grant").await;
        for of in [
            json!([]),
            json!([NOBODY]),
            json!([partnership, NOBODY]),
            json!([partnership, partnership]),
        ] {
            let new = json!({ "name": "Elm Tree", "sector": "other", "partnership_ids": of });
            let answer = ellis.post("/agencies", &new).await;
            assert_problem(&answer, 422, "faulty");
            assert!(answer.faults()[0].starts_with("/partnership_ids"), "{of}: {}", answer.body);
        }
        let unknown =
            json!({ "name": "Elm Tree", "sector": "other", "partnership_ids": [partnership] });
        let path = format!("/agencies/{NOBODY}");
        let answer = on_condition(&ellis, Method::PUT, &path, "\"1\"", &unknown).await;
        assert_problem(&answer, 404, "not-found");
    }

    async fn an_officer_adds_and_changes_people_of_the_agencies(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let nursery = house.agency_id("nursery");
        let new = json!({ "name": "Nadia Costa", "email": "Nadia.Costa@Sundial.Example",
            "agency_id": nursery });
        let added = judith.post("/people", &new).await;
        assert_eq!(added.status, 201, "{}", added.body);
        assert_eq!(added.text("/email"), "nadia.costa@sundial.example");
        assert_eq!(
            (&added.body["active"], &added.body["administrator"]),
            (&json!(true), &json!(false))
        );
        let path = format!("/people/{}", added.text("/id"));
        assert_eq!(added.header("location"), Some(format!("/api/v1{path}")));
        let read = judith.get(&path).await;
        assert_eq!(read.body, added.body);
        let moved =
            put(&judith, &path, &read, "agency_id", json!(house.agency_id("primary"))).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
        let raised =
            put(&judith, &path, &judith.get(&path).await, "administrator", json!(true)).await;
        assert_problem(&raised, 403, "not-yours");
        let ellis = house.as_("Ellis Grant").await;
        let raised =
            put(&ellis, &path, &ellis.get(&path).await, "administrator", json!(true)).await;
        assert_eq!(raised.status, 200, "only an administrator makes administrators");
    }

    async fn an_address_is_an_address_and_one_persons_alone(house: &House) {
        let ellis = house.as_("Ellis Grant").await;
        let primary = house.agency_id("primary");
        let new =
            |email: &str| json!({ "name": "Nadia Costa", "email": email, "agency_id": primary });
        for email in [
            "nadia",
            "nadia@",
            "@example.org",
            "a b@example.org",
            "a@b@c",
            "a@example.org\r\nBcc: x@y.org",
        ] {
            assert_faults(&ellis.post("/people", &new(email)).await, &["/email"]);
        }
        let tom = house.email("Tom Okafor");
        assert_faults(&ellis.post("/people", &new(&tom.to_uppercase())).await, &["/email"]);
        let path = format!("/people/{}", house.person_id("Tom Okafor"));
        let read = ellis.get(&path).await;
        assert_eq!(put(&ellis, &path, &read, "active", json!(false)).await.status, 200);
        assert_faults(&ellis.post("/people", &new(&tom)).await, &["/email"]);
        let path = format!("/people/{}", house.person_id("Sam Porter"));
        let taken = put(&ellis, &path, &ellis.get(&path).await, "email", json!(tom)).await;
        assert_faults(&taken, &["/email"]);
        let mut nowhere = new("nadia@example.org");
        nowhere["agency_id"] = json!(NOBODY);
        assert_faults(&ellis.post("/people", &nowhere).await, &["/agency_id"]);
    }

    async fn addresses_are_for_those_who_keep_the_directory(house: &House) {
        let priya = house.as_("Priya Nair").await;
        let tom_path = format!("/people/{}", house.person_id("Tom Okafor"));
        assert_eq!(priya.get(&tom_path).await.body["email"], Value::Null);
        let own = priya.get(&format!("/people/{}", house.person_id("Priya Nair"))).await;
        assert_eq!(own.text("/email"), house.email("Priya Nair"), "but one's own is");
        let listed = priya.get("/people?limit=200").await;
        assert!(listed.list("/items").iter().all(|person| person["email"].is_null()));
        assert!(!listed.body.to_string().contains('@'));
        for keeper in ["Judith Hale", "Professor Alan Greer", "Ellis Grant"] {
            let keeper = house.as_(keeper).await;
            assert_eq!(keeper.get(&tom_path).await.text("/email"), house.email("Tom Okafor"));
            let listed = keeper.get("/people?limit=200").await.list("/items");
            assert!(listed.iter().all(|person| person["email"].is_string()));
        }
    }

    async fn a_post_has_holders_deputies_and_a_gap_in_words(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let daniel = house.person_id("Daniel Osei");
        let place = json!({ "of": "agency", "agency_id": house.agency_id("primary"),
            "rung": "line_manager", "team": null });
        let added = judith.post("/posts", &json!({ "title": "Deputy lead", "place": place })).await;
        assert_eq!(added.status, 201, "{}", added.body);
        let path = format!("/posts/{}", added.text("/id"));
        assert_eq!(added.header("location"), Some(format!("/api/v1{path}")));
        let read = judith.get(&path).await;
        assert_eq!(read.header("etag"), added.header("etag"));
        assert!(read.text("/gap").starts_with("Vacant"), "{}", read.body);
        let manned = put(&judith, &path, &read, "holders", json!([daniel])).await;
        assert_eq!(manned.status, 200, "{}", manned.body);
        let read = judith.get(&path).await;
        assert_eq!(read.body["gap"], Value::Null);
        assert_eq!(read.text("/holders/0/name"), "Daniel Osei");
        let me = house.as_("Daniel Osei").await.get("/me").await;
        let titles: Vec<Value> =
            me.list("/posts").iter().map(|post| post["title"].clone()).collect();
        assert!(titles.contains(&json!("Deputy lead")), "{titles:?}");
        let path = format!("/people/{daniel}");
        let left = put(&judith, &path, &judith.get(&path).await, "active", json!(false)).await;
        assert_eq!(left.status, 200, "{}", left.body);
        let read = judith.get(&format!("/posts/{}", added.text("/id"))).await;
        assert!(read.text("/gap").starts_with("Absent"), "who has left does not fill a post");
    }

    async fn a_post_may_have_a_role_beside_its_rung(house: &House) {
        let judith = house.as_("Judith Hale").await;
        let founded = post_titled(&judith, "Designated doctor").await;
        assert_eq!(founded.text("/role"), "senior_liaison_officer");
        let place = json!({ "of": "agency", "agency_id": house.agency_id("primary"),
            "rung": "head_of_service", "team": null });
        let new = json!({ "title": "Duty officer", "place": place, "role": "duty_team" });
        let added = judith.post("/posts", &new).await;
        assert_eq!((added.status, added.text("/role")), (201, "duty_team".to_owned()));
        let path = format!("/posts/{}", added.text("/id"));
        let read = judith.get(&path).await;
        assert_eq!(read.text("/role"), "duty_team");
        for role in [json!("tier_2"), Value::Null] {
            let changed = put(&judith, &path, &judith.get(&path).await, "role", role.clone()).await;
            assert_eq!(changed.status, 200, "{}", changed.body);
            assert_eq!(judith.get(&path).await.body["role"], role);
        }
    }

    async fn a_directory_file_with_a_role_that_is_no_key_is_refused(house: &House) {
        let file = r#"
            [partnership]
            key = "lewisham"
            name = "Lewisham"
            reference_prefix = "LEW"
            contact_email = "partnership@lewisham.example"
            [[posts]]
            title = "Business manager"
            function = "business_manager"
            role = "The Boss"
        "#;
        let refused =
            house.engine.found_partnership(DirectoryFile::parse(file).unwrap()).await.unwrap_err();
        let said = refused.to_string();
        assert!(said.contains("role = \"The Boss\": use small letters"), "{said}");
    }

    async fn a_cases_directory_has_every_sector_and_the_posts_that_stand_in(house: &House) {
        let partnership_id = house.founded.partnership.id;
        let [primary, icb] = ["primary", "icb"].map(|key| house.founded.agencies[key]);
        let load = async |sectors: &'static [Sector]| -> Directory {
            let now = house.engine.now();
            let loading = move |r: &mut Reader<'_>| -> Result<Directory, StoreError> {
                directory::load(r, partnership_id, &[primary], sectors, &[], now)
            };
            house.engine.store().read(loading).await.unwrap()
        };
        let liaison = |of: &Directory| {
            let party = of.agencies_of_sector(Sector::IntegratedCareBoard).remove(0);
            let (role, rung) = ("senior_liaison_officer", Rung::ServiceManager);
            let now = house.engine.now();
            of.route_to_role(Side::Receiving, &party, role, rung, "liaison officer", now).seats
        };
        let alone = load(&[]).await;
        assert_eq!(alone.sector_of(primary), Some(Sector::School));
        assert_eq!(alone.sector_of(icb), Some(Sector::IntegratedCareBoard));
        assert_eq!(alone.agencies_of_sector(Sector::HealthProvider).len(), 2);
        assert_eq!(liaison(&alone)[0].name, "Judith Hale", "its posts were not asked for");
        let with_board = load(&[Sector::IntegratedCareBoard]).await;
        assert_eq!(liaison(&with_board)[0].name, "Dr Ian Lowe");
    }

    async fn an_absence_is_added_shown_and_taken_back(house: &House) {
        let tom = house.as_("Tom Okafor").await;
        let judith = house.as_("Judith Hale").await;
        let path = format!("/people/{}/absences", house.person_id("Tom Okafor"));
        let backwards =
            json!({ "from_at": "2026-12-22T09:00:00Z", "until_at": "2026-12-22T09:00:00Z" });
        assert_faults(&tom.post(&path, &backwards).await, &["/until_at"]);
        let mut absences = Vec::new();
        for (client, from, until) in [
            (&tom, "2026-12-21T09:00:00+01:00", json!("2026-12-21T12:00:00Z")),
            (&judith, "2026-12-24T09:00:00Z", Value::Null),
        ] {
            let added = client.post(&path, &json!({ "from_at": from, "until_at": until })).await;
            assert_eq!(added.status, 201, "{}", added.body);
            let location = format!("/api/v1{path}/{}", added.text("/id"));
            assert_eq!(added.header("location"), Some(location));
            absences.push(added.text("/id"));
        }
        for client in [&tom, &judith] {
            assert_eq!(ids(&client.get(&path).await), absences);
        }
        let post = post_titled(&tom, "Social worker, referral and assessment").await;
        assert_eq!(post.body.pointer("/holders/0/is_absent"), Some(&json!(true)));
        let priya = house.as_("Priya Nair").await;
        assert_problem(&priya.get(&path).await, 403, "not-yours");
        assert_problem(&delete(&priya, &format!("{path}/{}", absences[0])).await, 403, "not-yours");
        let elsewhere =
            format!("/people/{}/absences/{}", house.person_id("Judith Hale"), absences[0]);
        assert_problem(&delete(&judith, &elsewhere).await, 404, "not-found");
        for (client, absence) in [(&tom, &absences[0]), (&judith, &absences[1])] {
            let address = format!("{path}/{absence}");
            assert_eq!(delete(client, &address).await.status, 204);
            assert_problem(&delete(client, &address).await, 404, "not-found");
        }
        assert_eq!(ids(&tom.get(&path).await).len(), 0);
        let nobody = format!("/people/{NOBODY}/absences");
        let ellis = house.as_("Ellis Grant").await;
        let answer = ellis.post(&nobody, &json!({ "from_at": "2026-12-22T09:00:00Z" })).await;
        assert_problem(&answer, 404, "not-found");
        assert_problem(&ellis.get(&nobody).await, 404, "not-found");
    }

    async fn all_notices_are_for_the_partnerships_officers(house: &House) {
        house.raised().await;
        for name in ["Priya Nair", "Tom Okafor", "Ruth Calloway", "Ellis Grant"] {
            assert_problem(&house.as_(name).await.get("/notices").await, 403, "not-yours");
        }
        for name in ["Judith Hale", "Professor Alan Greer", "Moira Stennett"] {
            let officer = house.as_(name).await;
            let all = walk(&officer, "/notices", 200).await;
            assert!(!all.is_empty());
            assert_eq!(walk(&officer, "/notices?state=accepted", 200).await, all);
            assert!(walk(&officer, "/notices?state=failed", 200).await.is_empty());
            assert!(!officer.get("/notices").await.body.to_string().contains("canary"));
        }
    }

    async fn a_neighbouring_partnership_is_none_of_ours(house: &House) {
        let (noor, hilltop) = neighbours(house).await;
        let judith = house.as_("Judith Hale").await;
        let priya = house.as_("Priya Nair").await;
        let ellis = house.as_("Ellis Grant").await;
        house.raised().await;
        assert_eq!(ids(&noor.get("/agencies").await), [hilltop.as_str()]);
        assert!(walk(&noor, "/notices", 200).await.is_empty());
        assert!(walk(&noor, "/escalations", 200).await.is_empty());
        for client in [&judith, &priya] {
            assert_problem(&client.get(&format!("/agencies/{hilltop}")).await, 404, "not-found");
            assert_eq!(client.get("/partnerships").await.list("/items").len(), 1);
        }
        assert_eq!(ellis.get("/partnerships").await.list("/items").len(), 2);
        let tom = format!("/people/{}", house.person_id("Tom Okafor"));
        assert_problem(&noor.get(&tom).await, 404, "not-found");
        assert_problem(&noor.get(&format!("{tom}/absences")).await, 403, "not-yours");
        let absence = json!({ "from_at": "2026-12-22T09:00:00Z" });
        assert_problem(&noor.post(&format!("{tom}/absences"), &absence).await, 403, "not-yours");
        let read = ellis.get(&format!("/agencies/{hilltop}")).await;
        let path = format!("/agencies/{hilltop}");
        assert_problem(&put(&judith, &path, &read, "name", json!("Ours")).await, 403, "not-yours");
        let post = post_titled(&judith, "Class teacher").await;
        let path = format!("/posts/{}", post.text("/id"));
        assert_problem(&noor.get(&path).await, 404, "not-found");
        assert_problem(&put(&noor, &path, &post, "title", json!("Ours")).await, 403, "not-yours");
        let ours = house.founded.partnership.id.to_string();
        for partnership in [ours.as_str(), "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b"] {
            let path = format!("/partnerships/{partnership}/deadline-recounts");
            let recount = json!({ "reason": "To see whether it is there.", "apply": false });
            assert_problem(&noor.post(&path, &recount).await, 404, "not-found");
        }
    }
}
