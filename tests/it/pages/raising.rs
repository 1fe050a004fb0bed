//! A challenge, from the first question to the first message.

use super::{at_browser, done, fill_in, filled};
use crate::on_each_database;
use crate::sign_on::page;
use serde_json::json;

/// Page by page: its address, and what is written there.
fn journey(agency: &str, practitioner: &str) -> [(&'static str, Vec<(&'static str, String)>); 8] {
    let text = |text: &str| text.to_owned();
    [
        (
            "agency",
            vec![
                ("receiving_agency_id", text(agency)),
                ("receiving_team", text("Referral and assessment")),
            ],
        ),
        (
            "about",
            vec![
                ("receiving_practitioner_id", text(practitioner)),
                ("area_of_disagreement", text("level_of_need")),
                ("urgency_class", text("standard")),
            ],
        ),
        (
            "child",
            vec![
                ("initials", text("K.M.")),
                ("decision_received_on-day", text("18")),
                ("decision_received_on-month", text("12")),
                ("decision_received_on-year", text("2026")),
            ],
        ),
        ("facts", vec![("facts", text("Came to school three times without a coat."))]),
        (
            "judgement",
            vec![
                ("judgement", text("Neglect.")),
                ("rationale", text("It goes on, and gets worse.")),
            ],
        ),
        (
            "risk",
            vec![
                ("risk", text("Another winter of this.")),
                ("childs_voice", text("Says it is cold.")),
            ],
        ),
        (
            "tried",
            vec![
                ("what_was_tried", text("Two calls.")),
                ("outcome_sought", text("An assessment.")),
            ],
        ),
        ("more", vec![("agreed", text("That it is cold."))]),
    ]
}

on_each_database! {
    async fn a_teacher_raises_a_challenge_page_by_page(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let first = fill_in(&mut priya, "/raise", &[("in_immediate_danger", "no")]).await;
        assert_eq!(first.status, 303, "{}", first.body);
        let way = first.header("location").unwrap();
        let base = way.strip_suffix("/agency").unwrap().to_owned();
        let unfinished = priya.get(&base).await;
        let text = page(&unfinished);
        assert!(text.contains("Before you can send this"), "{text}");
        assert!(!text.contains("Send the challenge to"), "nothing to send yet: {text}");
        let agency = house.agency_id("social_care");
        let tom = house.person_id("Tom Okafor");
        for (step, written) in journey(&agency, &tom) {
            let written: Vec<(&str, &str)> =
                written.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let next = fill_in(&mut priya, &format!("{base}/{step}"), &written).await;
            assert_eq!(next.status, 303, "{step}: {}", next.body);
        }
        let check = priya.get(&base).await;
        let text = page(&check).to_owned();
        for words in ["K.M.", "Came to school three times", "Another winter", "18 12 2026"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.contains("Send the challenge to"), "{text}");
        assert!(house.mails_to("Tom Okafor").is_empty(), "nobody is told of a draft");
        let sent = done(&mut priya, &base, &[]).await;
        let text = page(&sent);
        let reference = base.split('/').nth(2).unwrap();
        assert!(text.contains(&format!("Your reference is {reference}")), "{text}");
        assert!(text.contains("They have until") && text.contains("Tom Okafor"), "{text}");
        house.settle().await;
        assert_eq!(house.mails_to("Tom Okafor").len(), 1);
        let case = house.as_("Priya Nair").await.get(&format!("/escalations/{reference}")).await;
        assert_eq!(case.text("/challenge/child/initials"), "K.M.");
        assert_eq!(case.body["challenge"]["decision_received_on"], json!("2026-12-18"));
    }

    async fn immediate_danger_comes_first_and_what_was_done_is_kept(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let nothing = fill_in(&mut priya, "/raise", &[]).await;
        assert_eq!(nothing.status, 422, "the question must be answered");
        let bare = fill_in(&mut priya, "/raise", &[("in_immediate_danger", "yes"), ("taken_by", "Me")]).await;
        assert_eq!(bare.status, 422);
        let text = page(&bare);
        assert!(text.contains("<title>Error: ") && text.contains("href=\"#action_taken\""), "{text}");
        assert!(text.contains("value=\"Me\""), "nothing is lost: {text}");
        assert!(text.contains("value=\"yes\" checked"), "{text}");
        let whole = [
            ("in_immediate_danger", "yes"), ("action_taken", "Called 999."), ("taken_by", "Me"),
            ("taken_at-day", "21"), ("taken_at-month", "12"), ("taken_at-year", "2026"),
            ("taken_at-time", "8:50"),
        ];
        let begun = fill_in(&mut priya, "/raise", &whole).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let way = begun.header("location").unwrap();
        let reference = way.split('/').nth(2).unwrap();
        let case = house.as_("Priya Nair").await.get(&format!("/escalations/{reference}")).await;
        assert_eq!(case.text("/immediate_danger/taken_at"), "2026-12-21T08:50:00.000000Z");
    }

    async fn whoever_can_raise_under_several_policies_is_asked_which(house: &House) {
        let head = "key = \"plan\"\ntopic = \"plan\"\ntopic_title = \"About plans\"";
        let plan = include_str!("../../../config/policies/bscp.toml");
        assert!(house.load_policy(plan.replace("key = \"bscp\"", head)).await.unwrap());
        let mut priya = at_browser(house, "Priya Nair").await;
        let form = priya.get("/raise").await;
        let text = page(&form).to_owned();
        assert!(text.contains("Which policy is the challenge under?"), "{text}");
        assert!(text.contains("(About plans)"), "{text}");
        let values = text.split("name=\"place\" value=\"").skip(1);
        let values: Vec<&str> = values.map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(values.len(), 2, "{text}");
        let plan = values.iter().find(|value| value.ends_with(" plan")).unwrap();
        for place in ["", "made up"] {
            let written = [("in_immediate_danger", "no"), ("place", place)];
            let faulty = priya.post("/raise", &filled(&form, &written)).await;
            assert_eq!(faulty.status, 422, "{}", faulty.body);
            assert!(page(&faulty).contains("href=\"#place\""), "{}", faulty.body);
        }
        let written = [("in_immediate_danger", "no"), ("place", plan)];
        let begun = priya.post("/raise", &filled(&form, &written)).await;
        assert_eq!(begun.status, 303, "{}", begun.body);
        let way = begun.header("location").unwrap();
        let reference = way.split('/').nth(2).unwrap();
        let case = house.as_("Priya Nair").await.get(&format!("/escalations/{reference}")).await;
        assert_eq!(case.text("/policy/key"), "plan");
        let mut judith = at_browser(house, "Judith Hale").await;
        assert!(!page(&judith.get("/").await).contains("/raise"), "and they are not offered it");
        let refused = judith.get("/raise").await;
        assert_eq!(refused.status, 403, "people of an agency raise challenges");
    }

    async fn a_form_sent_twice_begins_one_draft_and_raises_it_once(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let form = priya.get("/raise").await;
        let form = filled(&form, &[("in_immediate_danger", "no")]);
        let (one, two) = (priya.post("/raise", &form).await, priya.post("/raise", &form).await);
        assert_eq!((one.status, two.status), (303, 303));
        assert_eq!(one.header("location"), two.header("location"));
        let mut raw = crate::engine::sql::Raw::of(house);
        assert_eq!(raw.count("escalations", "1 = 1"), 1);
    }

    async fn a_page_with_a_fault_is_shown_again_as_it_was_written(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let first = fill_in(&mut priya, "/raise", &[("in_immediate_danger", "no")]).await;
        let base = first.header("location").unwrap().replace("/agency", "");
        let written = [
            ("initials", "<b>K</b>"), ("decision_received_on-day", "31"),
            ("decision_received_on-month", "2"), ("decision_received_on-year", "2026"),
        ];
        let again = fill_in(&mut priya, &format!("{base}/child"), &written).await;
        assert_eq!(again.status, 422);
        let text = page(&again);
        assert!(text.contains("Write a day that there is"), "{text}");
        assert!(text.contains("value=\"&#60;b&#62;K&#60;/b&#62;\""), "{text}");
        assert!(text.contains("value=\"31\"") && text.contains("href=\"#decision_received_on\""));
        let others = priya.get(&format!("{base}/nothing")).await;
        assert_eq!(others.status, 404);
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_eq!(tom.get(&base).await.status, 404, "a draft is its writer's alone");
    }
}
