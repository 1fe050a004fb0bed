//! A case on paper, its picture, and who read it.

use super::{at_browser, done};
use crate::house::House;
use crate::on_each_database;
use crate::sign_on::page;
use serde_json::json;

const TERMS: &str = "canary-terms: an assessment begins on Monday.";

/// A case in which much has happened.
async fn rich(house: &House) -> String {
    let reference = house.raised().await;
    let case = format!("/escalations/{reference}");
    let mut tom = at_browser(house, "Tom Okafor").await;
    let answer = [("stance", "refuses"), ("rationale", "canary-answer")];
    done(&mut tom, &format!("{case}/do/respond"), &answer).await;
    let meeting = [
        ("at-day", "22"),
        ("at-month", "12"),
        ("at-year", "2026"),
        ("at-time", "14:00"),
        ("place", "canary-room"),
        ("purpose", "canary-purpose"),
    ];
    done(&mut tom, &format!("{case}/do/meeting"), &meeting).await;
    let action = [("what", "canary-what"), ("owner", "canary-owner"), ("due_on-day", "23")];
    let action = [&action[..], &[("due_on-month", "12"), ("due_on-year", "2026")]].concat();
    done(&mut tom, &format!("{case}/do/action"), &action).await;
    let priya = house.as_("Priya Nair").await;
    let up = json!({ "reason": "canary-early", "to_stage": 2 });
    let moved = priya.command(&reference, "early-escalations", &up).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    let proposal = json!({ "outcome": "plan_agreed", "terms": TERMS });
    let proposed = priya.command(&reference, "proposals", &proposal).await;
    assert_eq!(proposed.status, 200, "{}", proposed.body);
    house.settle().await;
    reference
}

on_each_database! {
    async fn all_of_a_case_stands_on_the_page_that_is_printed(house: &House) {
        let reference = rich(house).await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let case = page(&tom.get(&format!("/escalations/{reference}")).await).to_owned();
        assert!(case.contains(&format!("href=\"/escalations/{reference}/print\"")), "{case}");
        let answer = tom.get(&format!("/escalations/{reference}/print")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let text = page(&answer);
        let title = format!("<title>All of {reference} – Escalations</title>");
        assert!(text.contains(&title), "no child in the title: {text}");
        for words in [
            "OFFICIAL-SENSITIVE", "Q.Z.", "RPP-0417", "canary-facts", "canary-judgement",
            "canary-rationale", "canary-risk", "canary-voice", "canary-tried", "canary-sought",
            "canary-answer", "canary-room", "canary-purpose", "canary-what", "canary-owner",
            "canary-early", TERMS, "Mon 21 Dec 2026", "by Tom Okafor", "arranged a meeting",
            "Taken by their mail server",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let seen = house.as_("Tom Okafor").await.get(&format!("/escalations/{reference}")).await;
        for entry in seen.list("/stage_entries") {
            let derivation = entry["due"]["derivation"].as_str().unwrap();
            let shown = derivation.replace('\'', "&#39;");
            assert!(text.contains(&shown), "{derivation}: {text}");
        }
        assert!(!text.contains("<details"), "nothing is folded away");
        let views = house.as_("Judith Hale").await;
        let views = views.get(&format!("/escalations/{reference}/views?limit=200")).await;
        for what in ["case", "timeline", "notices"] {
            let is_it = |it: &serde_json::Value| it["name"] == "Tom Okafor" && it["what"] == what;
            assert!(views.list("/items").iter().any(is_it), "{what}: {}", views.body);
        }
        let mut sam = at_browser(house, "Sam Porter").await;
        let refused = sam.get(&format!("/escalations/{reference}/print")).await;
        let nothing = sam.get("/escalations/ESC-2026-999999/print").await;
        assert_eq!((refused.status, page(&refused)), (404, page(&nothing)));
    }

    async fn the_timeline_begins_with_its_picture_and_the_same_as_a_table(house: &House) {
        let reference = rich(house).await;
        let mut tom = at_browser(house, "Tom Okafor").await;
        let text = page(&tom.get(&format!("/escalations/{reference}/timeline")).await).to_owned();
        assert_eq!(text.matches("<svg").count(), 1, "{text}");
        assert!(text.contains(&format!("How {reference} went")), "{text}");
        let (_, table) = text.split_once("<table>").unwrap();
        let (table, _) = table.split_once("</table>").unwrap();
        for words in ["answered: refuses", "stage 2 begins", "arranged a meeting"] {
            assert!(table.contains(words), "{words}: {table}");
        }
        assert!(!table.contains("canary"), "{table}");
        assert!(text.contains("Why: canary-early"), "the reason stands in the record: {text}");
        let later = page(&tom.get(&format!("/escalations/{reference}/timeline?after=2")).await)
            .to_owned();
        assert!(!later.contains("<svg"), "{later}");
    }

    async fn who_read_a_case_is_shown_to_those_who_may_know(house: &House) {
        let reference = house.raised().await;
        let path = format!("/escalations/{reference}/views");
        let mut tom = at_browser(house, "Tom Okafor").await;
        let case = page(&tom.get(&format!("/escalations/{reference}")).await).to_owned();
        assert!(!case.contains("/views\""), "he may not see it, and is not offered it: {case}");
        assert_eq!(tom.get(&path).await.status, 403);
        let mut judith = at_browser(house, "Judith Hale").await;
        let shown = judith.get(&path).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        let text = page(&shown).to_owned();
        assert!(text.contains(">Tom Okafor<") && text.contains("Had to act in it"), "{text}");
        assert!(!text.contains(">Judith Hale</th>"), "reading the list is no reading of the case");
        let case = page(&judith.get(&format!("/escalations/{reference}")).await).to_owned();
        assert!(case.contains(&format!("href=\"{path}\"")), "{case}");
        let text = page(&judith.get(&path).await).to_owned();
        assert!(text.contains(">Judith Hale</th>"), "{text}");
        let mut sam = at_browser(house, "Sam Porter").await;
        let (refused, nothing) = (
            sam.get(&path).await,
            sam.get("/escalations/ESC-2026-999999/views").await,
        );
        assert_eq!((refused.status, page(&refused)), (404, page(&nothing)));
    }
}
