//! Who may not hear of a case, who looks at it in an emergency, and who sits on its panel.

use super::{at_browser, done, fill_in, filled};
use crate::house::{House, Wishes};
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use serde_json::{Value, json};

const LOOK: &str = "The child is in hospital, and nobody of the case can be reached.";

/// Somebody leads on safeguarding in social care.
async fn leads(house: &House, name: &str) {
    let place = json!({
        "of": "agency", "agency_id": house.agency_id("social_care"), "rung": "line_manager",
        "team": "Safeguarding unit", "safeguarding_lead": true
    });
    let post =
        json!({ "title": "Made for this", "place": place, "holders": [house.person_id(name)] });
    let added = house.as_("Ellis Grant").await.post("/posts", &post).await;
    assert_eq!(added.status, 201, "{}", added.body);
}

async fn restriction_of(house: &House, reference: &str) -> Value {
    let seen = house.as_("Judith Hale").await.get(&format!("/escalations/{reference}")).await;
    seen.body["challenge"]["restriction"].clone()
}

async fn text_of(browser: &mut Browser, path: &str) -> (u16, String) {
    let answer = browser.get(path).await;
    (answer.status, page(&answer).to_owned())
}

on_each_database! {
    async fn a_case_is_restricted_by_names_and_the_restriction_lifted(house: &House) {
        let reference = house.raised().await;
        let case = format!("/escalations/{reference}");
        let path = format!("{case}/do/restrict");
        let mut tom = at_browser(house, "Tom Okafor").await;
        assert_eq!(tom.get(&case).await.status, 200);
        assert_eq!(tom.get(&path).await.status, 409, "it is the raiser's and the officers'");
        let mut priya = at_browser(house, "Priya Nair").await;
        let form = priya.get(&path).await;
        let tom_on_case = format!("on_case-{}", house.person_id("Tom Okafor"));
        assert!(page(&form).contains(&format!("name=\"{tom_on_case}\"")), "{}", page(&form));
        // Who is named and not there is told, with what was written kept, and nothing is done.
        let wrong = [
            ("why", "manager_is_the_block"),
            ("excluded", "karen whitfield\nRuth Callaway"),
            ("reason", "canary-why"),
        ];
        let faulty = fill_in(&mut priya, &path, &wrong).await;
        assert_eq!(faulty.status, 422);
        let text = page(&faulty);
        assert!(text.contains("<title>Error: Restrict"), "{text}");
        assert!(text.contains("‘Ruth Callaway’. Did you mean Ruth Calloway?"), "{text}");
        assert!(text.contains("karen whitfield\nRuth Callaway</textarea>"), "{text}");
        assert!(text.contains("canary-why"), "{text}");
        assert_eq!(restriction_of(house, &reference).await, Value::Null);

        let right = [
            (tom_on_case.as_str(), "yes"),
            ("why", "manager_is_the_block"),
            ("excluded", "karen whitfield\n"),
            ("reason", "canary-why"),
        ];
        let after = done(&mut priya, &path, &right).await;
        assert!(page(&after).contains("The case is restricted."), "{}", page(&after));
        let excluded = restriction_of(house, &reference).await["excluded"].clone();
        let mut wanted = ["Tom Okafor", "Karen Whitfield"].map(|name| house.person_id(name));
        wanted.sort();
        assert_eq!(excluded, json!(wanted));
        let nothing = text_of(&mut tom, "/escalations/ESC-2026-999999").await;
        assert_eq!(text_of(&mut tom, &case).await, nothing);
        // What was restricted once an officer changes, and finds the names there.
        assert_eq!(priya.get(&path).await.status, 409);
        let mut judith = at_browser(house, "Judith Hale").await;
        let form = page(&judith.get(&path).await).to_owned();
        assert!(form.contains("Karen Whitfield\nTom Okafor</textarea>"), "{form}");

        done(&mut judith, &format!("{case}/do/lift-restriction"), &[("reason", "Over.")]).await;
        assert_eq!(restriction_of(house, &reference).await, Value::Null);
        let record = page(&judith.get(&format!("{case}/timeline")).await).to_owned();
        assert!(record.contains("Why: canary-why"), "{record}");
    }

    async fn whoever_may_look_in_an_emergency_does_and_an_officer_looks_into_it(house: &House) {
        leads(house, "Leah Morris").await;
        let reference = house.raised().await;
        let (case, nothing) = (format!("/escalations/{reference}"), "/escalations/ESC-2026-999999");
        let mut leah = at_browser(house, "Leah Morris").await;
        // She is led to where she can look, whether the case is there or not.
        for path in ["", "/timeline", "/messages", "/print", "/views", "/break-glass"] {
            let (status, text) = text_of(&mut leah, &format!("{case}{path}")).await;
            let (none, of_none) = text_of(&mut leah, &format!("{nothing}{path}")).await;
            assert_eq!(status, if path == "/break-glass" { 200 } else { 404 }, "{path}");
            assert!(text.contains(&format!("{case}/break-glass")), "{path}: {text}");
            let keyless = |text: &str| {
                let text = text.replace("ESC-2026-999999", &reference);
                let (before, rest) = text.split_once("name=\"form_key\" value=\"").unwrap_or((text.as_str(), ""));
                format!("{before}{}", rest.split_once('"').map_or("", |(_, rest)| rest))
            };
            assert_eq!((status, keyless(&text)), (none, keyless(&of_none)), "{path}");
        }
        // Nobody else is: for them it is not there, nor is the page.
        let mut sam = at_browser(house, "Sam Porter").await;
        let (status, text) = text_of(&mut sam, &format!("{case}/break-glass")).await;
        assert_eq!((status, text), text_of(&mut sam, nothing).await);
        let stolen = format!("form_token={}&reason=x", sam.form_token("/").await);
        assert_eq!(sam.post(&format!("{case}/break-glass"), &stolen).await.status, 404);

        let path = format!("{case}/break-glass");
        let short = fill_in(&mut leah, &path, &[("reason", "why")]).await;
        assert_eq!(short.status, 422);
        assert!(page(&short).contains("at least 10 characters"), "{}", page(&short));
        let form = filled(&leah.get(&path).await, &[("reason", LOOK)]);
        let (one, two) = (leah.post(&path, &form).await, leah.post(&path, &form).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        let seen = page(&leah.get(&one.header("location").unwrap()).await).to_owned();
        assert!(seen.contains("You look at this case in an emergency, until"), "{seen}");
        assert!(!seen.contains("/do/"), "she can do nothing: {seen}");
        assert_eq!(leah.get(&path).await.status, 303, "she sees it now");
        let none = filled(&leah.get(&format!("{nothing}/break-glass")).await, &[("reason", LOOK)]);
        assert_eq!(leah.post(&format!("{nothing}/break-glass"), &none).await.status, 404);

        let mut judith = at_browser(house, "Judith Hale").await;
        let review = format!("{case}/do/look-review/1");
        let form = page(&judith.get(&review).await).to_owned();
        assert!(form.contains("Leah Morris") && form.contains(LOOK), "{form}");
        let after = done(&mut judith, &review, &[("note", "canary: it was needed")]).await;
        assert!(page(&after).contains("canary: it was needed"), "{}", page(&after));
        assert_eq!(judith.get(&review).await.status, 409, "once");
        let seen = house.as_("Judith Hale").await.get(&case).await;
        assert_eq!(seen.list("/glass_breaks").len(), 1, "the double click looked once");
        let mut priya = at_browser(house, "Priya Nair").await;
        assert_eq!(priya.get(&review).await.status, 409);
    }
}

/// The shipped policy with a panel in its last stage.
fn with_panel() -> String {
    let determine = "determine = [\"partnership.scrutineer\", \"partnership.panel_member\"]";
    let text = include_str!("../../../config/policies/bscp.toml");
    assert!(text.contains(determine));
    let panel = format!(
        "{determine}\n\n[stages.panel]\nsize = 2\nchair = [\"partnership.scrutineer\"]\n\
         independent = true\n"
    );
    text.replace(determine, &panel)
}

on_each_database! {
    async fn a_panel_is_named_by_its_page_and_then_determines(database: Database) {
        let wishes = Wishes { policy: Some(with_panel()), ..Wishes::default() };
        let Some(house) = House::build(database, wishes).await else { return };
        let reference = house.raised().await;
        let case = format!("/escalations/{reference}");
        let path = format!("{case}/do/panel");
        let mut judith = at_browser(&house, "Judith Hale").await;
        assert_eq!(judith.get(&path).await.status, 409, "not before the last stage");
        let up = json!({ "to_stage": 4, "reason": "canary" });
        let moved = house.as_("Priya Nair").await.command(&reference, "early-escalations", &up).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
        house.settle().await;
        let mut priya = at_browser(&house, "Priya Nair").await;
        assert!(!page(&priya.get(&case).await).contains("do/panel"), "the officers' to do");
        let offered = page(&judith.get(&case).await).to_owned();
        assert!(offered.contains("do/panel") && !offered.contains("do/determine"), "{offered}");
        let form = page(&judith.get(&path).await).to_owned();
        assert!(form.contains("At least 2 people sit on it."), "{form}");

        let chair = ("chair_id", "Professor Alan Greer");
        for (names, why) in [
            ("Tom Okafor", "Tom Okafor made the decision in dispute"),
            ("Leah Morris", "one of the two agencies"),
            ("", "Write their names, one a line"),
        ] {
            let refused = fill_in(&mut judith, &path, &[("member_ids", names), chair]).await;
            assert_eq!(refused.status, 422, "{names}");
            let text = page(&refused);
            assert!(text.contains(why) && text.contains("href=\"#member_ids\""), "{why}: {text}");
            assert!(text.contains("value=\"Professor Alan Greer\""), "{text}");
        }
        let named = [("member_ids", "dr ian lowe"), chair];
        let after = done(&mut judith, &path, &named).await;
        let text = page(&after);
        assert!(text.contains("Panel: Dr Ian Lowe, Professor Alan Greer."), "{text}");
        assert!(text.contains("Professor Alan Greer chairs it."), "{text}");
        house.settle().await;
        let mut ian = at_browser(&house, "Dr Ian Lowe").await;
        assert!(page(&ian.get(&case).await).contains("do/determine"));
        house.prove_the_record().await;
    }
}
