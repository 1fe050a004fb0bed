//! More senior people take over, and whoever stands in for them: the ladder never ends in nobody.

use super::case::{Case, STAGE_ENDS, names, set};
use crate::house::House;
use crate::on_each_database;
use reqwest::Method;
use serde_json::{Value, json};

/// The post in which Joel Mensah stands in for Karen Whitfield.
const KARENS_POST: &str = "Team manager, referral and assessment";

fn proposal() -> Value {
    json!({ "outcome": "plan_agreed", "terms": "canary-terms" })
}

fn position() -> Value {
    json!({
        "facts": "canary-facts", "judgement": "canary-judgement", "rationale": "canary-rationale"
    })
}

fn reasons(entry: &Value) -> Vec<&str> {
    let gaps = entry["gaps"].as_array().unwrap().iter();
    gaps.map(|gap| gap["reason"].as_str().unwrap()).collect()
}

/// A post of the made-up partnership, by its title, as the administrator reads it.
async fn post(house: &House, title: &str) -> Value {
    let posts = house.as_("Ellis Grant").await.get("/posts?limit=200").await.list("/items");
    posts.into_iter().find(|post| post["title"] == title).unwrap()
}

/// Karen Whitfield is back before her time.
async fn karen_is_back(house: &House) {
    let judith = house.as_("Judith Hale").await;
    let path = format!("/people/{}/absences", house.person_id("Karen Whitfield"));
    let absence = judith.get(&path).await.text("/items/0/id");
    let gone = judith.send(Method::DELETE, &format!("{path}/{absence}"), &[], None).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
}

/// Puts people in a post, and nobody else.
async fn put_in_post(house: &House, title: &str, holders: &[&str]) {
    let post = post(house, title).await;
    let holders: Vec<_> = holders.iter().map(|name| house.person_id(name)).collect();
    let body = json!({ "title": title, "place": post["place"], "holders": holders });
    let path = format!("/posts/{}", post["id"].as_str().unwrap());
    let etag = format!("\"{}\"", post["version"]);
    let headers = [("If-Match", etag.as_str())];
    let ellis = house.as_("Ellis Grant").await;
    let done = ellis.send(Method::PUT, &path, &headers, Some(body.to_string())).await;
    assert_eq!(done.status, 200, "{}", done.body);
}

/// A challenge of Priya Nair's to an agency as a whole.
fn draft_to(house: &House, agency: &str) -> Value {
    let mut draft = house.draft();
    draft["draft"]["receiving_agency_id"] = json!(house.agency_id(agency));
    for field in ["receiving_team", "receiving_practitioner_id"] {
        draft["draft"].as_object_mut().unwrap().remove(field);
    }
    draft
}

on_each_database! {
    async fn at_stage_2_it_moved_on_from_the_front_line_which_still_sees_and_speaks(
        house: &House
    ) {
        let case = Case::raised_by(house, "Daniel Osei", &house.draft()).await;
        house.advance_to(STAGE_ENDS[0]).await;
        assert_eq!(names(&case.seen().await, "/stage_entries/1/acting"),
            ["Priya Nair", "Joel Mensah"]);
        for name in ["Daniel Osei", "Tom Okafor"] {
            case.refuses(name, "proposals", &proposal(), 403).await;
            let seen = case.seen_by(name).await;
            assert_eq!(seen.number("/stage"), 2);
            assert_eq!(seen.body["you"]["is_acting"], false);
            assert!(case.list(name, "timeline").await.len() > 3);
            let stated = case.does(name, "positions", &position()).await;
            assert_eq!(stated.list("/positions").last().unwrap()["stage"], 2);
        }
        let answer = json!({ "stance": "accepts", "rationale": "canary-rationale" });
        case.refuses("Tom Okafor", "responses", &answer, 403).await;
        case.does("Joel Mensah", "proposals", &proposal()).await;
        case.refuses("Daniel Osei", "proposals/1/confirmations", &json!({}), 403).await;
        assert!(case.last_subject_to("Priya Nair").starts_with("Action needed by"));
        assert!(case.last_subject_to("Daniel Osei").starts_with("For your information"));
        let done = case.does("Priya Nair", "proposals/1/confirmations", &json!({})).await;
        assert_eq!(done.text("/status"), "resolved");
        assert!(case.last_subject_to("Daniel Osei").starts_with("Resolved"));
    }

    async fn each_stage_asks_more_senior_people_and_nobody_sees_it_before(house: &House) {
        let case = Case::raised(house).await;
        let stages = [
            // Priya Nair is designated lead herself: at stage 2 the rung above joins her.
            (["Margaret Bell", "Joel Mensah"], vec!["Priya Nair", "Margaret Bell", "Joel Mensah"]),
            (["Simon Achebe", "Ruth Calloway"],
                vec!["Margaret Bell", "Simon Achebe", "Ruth Calloway"]),
        ];
        for ((newcomers, acting), end) in stages.into_iter().zip(STAGE_ENDS) {
            for name in newcomers {
                let early = case.as_(name).await.get(&case.path()).await;
                assert_eq!(early.status, 404, "{name} sees it before it reached them");
                assert_eq!(case.subjects_to(name), [] as [&str; 0]);
            }
            house.advance_to(end).await;
            let seen = case.seen().await;
            assert_eq!(names(&seen, "/waiting_for/people").last().unwrap(), acting.last().unwrap());
            let stage = seen.number("/stage");
            assert_eq!(names(&seen, &format!("/stage_entries/{}/acting", stage - 1)), acting);
            for name in newcomers {
                assert!(case.last_subject_to(name).starts_with("Action needed by"), "{name}");
                assert_eq!(case.seen_by(name).await.body["you"]["is_acting"], true, "{name}");
            }
        }
    }

    async fn the_deputy_of_an_absent_manager_is_told_and_may_act(house: &House) {
        let case = Case::at_stage(house, 2).await;
        assert!(case.last_subject_to("Joel Mensah").starts_with("Action needed by 5pm Thu 7 Jan"));
        assert_eq!(case.subjects_to("Karen Whitfield"), [] as [&str; 0]);
        let entry = case.seen().await.body["stage_entries"][1].clone();
        assert_eq!(reasons(&entry), ["absent_deputy_stands_in"]);
        let warning = entry["gaps"][0]["warning"].as_str().unwrap();
        for name in ["Karen Whitfield", "Joel Mensah"] {
            assert!(warning.contains(name), "{warning}");
        }
        let joel = &entry["acting"].as_array().unwrap()[2];
        assert_eq!((&joel["name"], &joel["capacity"]), (&json!("Joel Mensah"), &json!("deputy")));

        case.does("Joel Mensah", "acknowledgements", &json!({})).await;
        let refusal = json!({ "stance": "refuses", "rationale": "canary-rationale" });
        let done = case.does("Joel Mensah", "responses", &refusal).await;
        assert_eq!(done.text("/responses/0/by/post_title"), KARENS_POST);
    }

    async fn a_manager_who_is_back_may_act_in_what_reached_her_post(house: &House) {
        let case = Case::at_stage(house, 2).await;
        karen_is_back(house).await;
        case.does("Karen Whitfield", "acknowledgements", &json!({})).await;
        let done = case.does("Karen Whitfield", "proposals", &proposal()).await;
        assert_eq!(done.text("/proposals/0/by/name"), "Karen Whitfield");
        assert_eq!(done.text("/proposals/0/by/post_title"), KARENS_POST);
    }

    async fn with_the_manager_back_a_challenge_is_hers_and_not_her_deputys(house: &House) {
        karen_is_back(house).await;
        let case = Case::at_stage(house, 2).await;
        assert!(case.last_subject_to("Karen Whitfield").starts_with("Action needed by"));
        assert_eq!(case.subjects_to("Joel Mensah"), [] as [&str; 0]);
        assert_eq!(case.as_("Joel Mensah").await.get(&case.path()).await.status, 404);
        assert_eq!(reasons(&case.seen().await.body["stage_entries"][1]), [] as [&str; 0]);

        // She falls ill in the middle of it: her deputy stands in.
        let away = json!({ "from_at": "2026-12-30T17:00:00Z" });
        let path = format!("/people/{}/absences", house.person_id("Karen Whitfield"));
        let ill = case.as_("Karen Whitfield").await.post(&path, &away).await;
        assert_eq!(ill.status, 201, "{}", ill.body);
        case.does("Joel Mensah", "acknowledgements", &json!({})).await;
    }

    async fn a_shared_mailbox_is_told_beside_whoever_holds_its_post(house: &House) {
        let mut draft = house.draft();
        draft["draft"].as_object_mut().unwrap().remove("receiving_practitioner_id");
        let case = Case::raised_by(house, "Priya Nair", &draft).await;
        let front_door = || house.mails_to_address("front.door@socialcare.example");
        assert!(front_door()[0].subject.starts_with("Action needed by 5pm Wed 30 Dec"));
        assert!(case.last_subject_to("Tom Okafor").starts_with("Action needed by"));
        case.does("Priya Nair", "withdrawals", &json!({ "reason": "canary-reason" })).await;
        assert_eq!(front_door().last().unwrap().subject, case.last_subject_to("Tom Okafor"));
    }

    async fn for_a_vacant_post_the_next_rung_up_is_asked_and_the_gap_is_shown(house: &House) {
        let title = "Service manager, referral and assessment";
        let vacant = post(house, title).await;
        assert_eq!(vacant["holders"], json!([]));
        assert!(vacant["gap"].as_str().unwrap().starts_with("Vacant"), "{vacant}");

        let case = Case::at_stage(house, 3).await;
        let subject = case.last_subject_to("Ruth Calloway");
        assert!(subject.starts_with("Action needed by 5pm Thu 14 Jan"), "{subject}");
        let seen = case.seen_by("Ruth Calloway").await;
        assert_eq!(seen.body["you"]["is_acting"], true);
        let entry = &seen.body["stage_entries"][2];
        let gaps = entry["gaps"].as_array().unwrap();
        let gap = gaps.iter().find(|gap| gap["reason"] == "vacant").unwrap();
        assert_eq!((&gap["post_id"], &gap["side"]), (&vacant["id"], &json!("receiving")));
        assert!(gap["warning"].as_str().unwrap().contains(title), "{gap}");

        let mails = house.mails_to("Judith Hale");
        let mail = mails.iter().rfind(|mail| mail.subject.contains(&case.reference)).unwrap();
        assert!(mail.subject.starts_with("Action needed: nobody reached in escalation"));
        assert!(mail.text.contains(title), "{}", mail.text);
        case.does("Ruth Calloway", "proposals", &proposal()).await;
    }

    async fn a_gap_that_was_mended_is_gone(house: &House) {
        let title = "Service manager, referral and assessment";
        put_in_post(house, title, &["Leah Morris"]).await;
        assert_eq!(post(house, title).await["gap"], Value::Null);
        let case = Case::at_stage(house, 3).await;
        let seen = case.seen().await;
        assert!(names(&seen, "/stage_entries/2/acting").contains(&"Leah Morris".to_owned()));
        assert!(!reasons(&seen.body["stage_entries"][2]).contains(&"vacant"));
        assert!(case.last_subject_to("Ruth Calloway").starts_with("For your information"));
    }

    async fn where_an_agency_has_nobody_above_the_partnership_is_asked(house: &House) {
        let case = Case::raised_by(house, "Priya Nair", &draft_to(house, "probation")).await;
        case.does("Paul Hinds", "acknowledgements", &json!({})).await;
        house.advance_to(STAGE_ENDS[0]).await;
        let seen = case.seen_by("Paul Hinds").await;
        let acting = names(&seen, "/stage_entries/1/acting");
        assert_eq!(acting, ["Priya Nair", "Margaret Bell", "Judith Hale"]);
        assert!(reasons(&seen.body["stage_entries"][1]).contains(&"no_post"));
        assert!(case.last_subject_to("Judith Hale").starts_with("Action needed by"));
        // Nobody answers for an agency but its own people; the ladder goes on all the same.
        let refusal = json!({ "stance": "refuses", "rationale": "canary-rationale" });
        case.refuses("Judith Hale", "responses", &refusal, 403).await;
        house.advance_to(STAGE_ENDS[1]).await;
        house.advance_to(STAGE_ENDS[2]).await;
        let asked = names(&case.seen().await, "/stage_entries/3/acting");
        assert!(asked.contains(&"Professor Alan Greer".to_owned()), "{asked:?}");
    }

    async fn where_the_partnership_has_nobody_its_own_address_is_told(house: &House) {
        put_in_post(house, "Business manager", &[]).await;
        let case = Case::raised_by(house, "Priya Nair", &draft_to(house, "probation")).await;
        house.advance_to(STAGE_ENDS[0]).await;
        let entry = case.seen_by("Priya Nair").await.body["stage_entries"][1].clone();
        assert!(reasons(&entry).contains(&"partnership_unmanned"), "{entry}");
        let mails = house.mails_to_address("partnership@bscp.example");
        let reference = &case.reference;
        let asked = format!("Action needed by 5pm Thu 7 Jan: escalation {reference} (stage 2)");
        assert!(mails.iter().any(|mail| mail.subject == asked), "{mails:?}");
    }

    async fn standing_in_for_an_agency_does_not_make_somebody_the_panel(house: &House) {
        let mut draft = draft_to(house, "probation");
        draft["draft"]["start_stage"] = json!({ "stage": 4, "reason": "canary-reason" });
        let case = Case::raised_by(house, "Priya Nair", &draft).await;
        let asked = names(&case.seen().await, "/stage_entries/0/acting");
        assert_eq!(asked, ["Margaret Bell", "Professor Alan Greer", "Moira Stennett"]);
        let told = case.last_subject_to("Judith Hale");
        assert!(told.starts_with("Action needed: nobody reached in escalation"), "{told}");
        let determination = json!({
            "outcome": "plan_agreed", "decision": "canary-decision", "rationale": "canary-rationale"
        });
        case.refuses("Judith Hale", "determinations", &determination, 403).await;
        case.does("Professor Alan Greer", "determinations", &determination).await;
    }

    async fn a_senior_who_joined_stays_when_the_same_rung_is_named_again(house: &House) {
        let case = Case::at_stage(house, 4).await;
        let asked = names(&case.seen().await, "/stage_entries/3/acting");
        assert!(asked.contains(&"Margaret Bell".to_owned()), "{asked:?}");
        assert!(asked.contains(&"Simon Achebe".to_owned()), "{asked:?}");
        case.does("Simon Achebe", "proposals", &proposal()).await;
    }

    async fn nobody_stands_on_both_sides_of_a_disagreement(house: &House) {
        // Joel Mensah manages the one team, and stands in for the manager of the other.
        let case = Case::raised_by(house, "Leah Morris", &house.draft()).await;
        house.advance_to(STAGE_ENDS[0]).await;
        let seen = case.seen().await;
        let acting = seen.list("/stage_entries/1/acting");
        let on = |side: &str| {
            let of_side = acting.iter().filter(|seat| seat["side"] == side);
            of_side.map(|seat| seat["name"].as_str().unwrap().to_owned()).collect()
        };
        let (raising, receiving): (Vec<_>, Vec<_>) = (on("raising"), on("receiving"));
        assert_eq!(raising, ["Joel Mensah"]);
        assert_eq!(receiving, ["Ruth Calloway"], "somebody else answers for the other team");
        let asked = case.told("Action needed by 5pm Thu 7 Jan");
        assert_eq!(asked, set(["Joel Mensah", "Ruth Calloway"]));
    }
}
