//! Policies by their pages: read, checked, tried out, held against each other, proposed, published.

use super::{at_browser, encoded, fill_in, filled, hidden};
use crate::engine::sql::Raw;
use crate::on_each_database;
use crate::sign_on::{Browser, page};
use reqwest::Method;

const BSCP: &str = include_str!("../../../config/policies/bscp.toml");

/// Where version 1 of the house's policy stands.
async fn first_version(browser: &mut Browser) -> String {
    let list = page(&browser.get("/policies").await).to_owned();
    let row = list.split("<th scope=\"row\"><a href=\"").nth(1).unwrap_or_else(|| panic!("{list}"));
    row.split('"').next().unwrap().to_owned()
}

/// A next version of the policy, in force from a day on.
fn second(from: &str) -> String {
    BSCP.replace("\nversion = 1\n", "\nversion = 2\n")
        .replace("\"2026-09-01\"", &format!("\"{from}\""))
        .replacen("standard = \"1 working week\"", "standard = \"3 working days\"", 1)
}

/// Sends the page where a policy is written to one of its buttons.
async fn press(browser: &mut Browser, path: &str, text: &str) -> crate::house::Answer {
    let form = browser.get("/policies/check").await;
    // As a browser sends it.
    let text = text.replace('\n', "\r\n");
    browser.post(path, &filled(&form, &[("text", &text)])).await
}

on_each_database! {
    async fn everybody_reads_a_policy_in_words_and_as_its_file(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        assert!(page(&priya.get("/more").await).contains("href=\"/policies\""));
        let address = first_version(&mut priya).await;
        let shown = priya.get(&address).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        let text = page(&shown);
        for words in [
            "<dd>1 September 2026</dd>",
            ">In force</span>",
            "Stage 3: Service managers",
            "Standard: 1 working week; urgent: 24 hours",
            "<dt>Must act</dt><dd>The raising side’s line manager",
            "It moves to stage 2.",
            "<p class=\"words\">What is a default, on the wording of the London procedures",
            "<li class=\"words\">the safety of the child is paramount",
            "Step up, step down or closure",
            "[[stages]]",
            "09:00 to 17:00, by the clock of Europe/London",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.contains("Moira Stennett") || text.contains("Judith Hale"), "who published it");
        assert!(!text.contains("/publication\"") && !text.contains("Write the next"), "{text}");
        for path in [address.replace("/1", "/7"), address.replace("bscp", "other")] {
            assert_eq!(priya.get(&path).await.status, 404, "{path}");
        }
        let mut stranger = Browser::at_address(house.address);
        assert_eq!(stranger.get(&address).await.status, 303, "to the sign-in page");
    }

    async fn a_check_names_every_mistake_by_its_line_and_loses_nothing(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let wrong = BSCP.replace("label = \"stage\"", "lable = \"stage\"")
            .replacen("1 working week", "1 wroking week", 1);
        let line = wrong.lines().position(|line| line.contains("wroking")).unwrap() + 1;
        let answer = press(&mut priya, "/policies/check", &wrong).await;
        assert_eq!(answer.status, 422);
        let text = page(&answer);
        assert!(text.contains("<title>Error: Check a policy"), "{text}");
        assert!(text.contains("<td><code>lable = &#34;stage&#34;</code></td>"), "{text}");
        assert!(text.contains("did you mean &#39;label&#39;?"), "what to write instead: {text}");
        assert!(text.contains(&format!("<th scope=\"row\">{line}</th>")), "{text}");
        assert!(text.contains("<a href=\"#text\">The file has 2 mistakes."), "{text}");
        assert!(text.contains("id=\"text-fault\"") && text.contains("id=\"mistake-2\""), "{text}");
        let kept = text.split("<textarea").nth(1).unwrap();
        assert!(kept.contains("1 wroking week") && kept.contains("[calendar]"), "{kept}");
        for path in ["/policies/propose", "/policies/simulation"] {
            assert_eq!(press(&mut priya, path, &wrong).await.status, 422, "{path}");
        }
        let good = press(&mut priya, "/policies/check", &second("2027-01-01")).await;
        assert_eq!(good.status, 200);
        let text = page(&good);
        assert!(text.contains("No mistakes found") && text.contains("version 2"), "{text}");
        assert!(!text.contains("/policies/propose"), "it is not hers to propose: {text}");
        assert_eq!(Raw::of(house).count("policies", "1 = 1"), 1);
    }

    async fn a_policy_is_tried_out_and_nothing_is_written(house: &House) {
        let mut priya = at_browser(house, "Priya Nair").await;
        let path = format!("{}/simulation", first_version(&mut priya).await);
        let written = [
            ("start-day", "21"), ("start-month", "12"), ("start-year", "2026"),
            ("start-time", "9:10"), ("urgency_class", "standard"),
            ("area_of_disagreement", "level_of_need"),
            ("acts", "stage 1 + 2 working days: receiving acknowledges"),
        ];
        let played = fill_in(&mut priya, &path, &[&written[..], &[("as", "page")]].concat()).await;
        assert_eq!(played.status, 200, "{}", played.body);
        let text = page(&played);
        for words in ["Wed 30 Dec 2026, 17:00", "without 25 and 28 Dec", "asked to act",
            "<h2 id=\"course-1\">", "value=\"21\"", "receiving acknowledges</textarea>"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let file = fill_in(&mut priya, &path, &[&written[..], &[("as", "calendar")]].concat()).await;
        assert_eq!(file.header("content-type").as_deref(), Some("text/calendar; charset=utf-8"));
        assert!(page(&file).starts_with("BEGIN:VCALENDAR"), "{}", file.body);
        let faulty = [("start-day", "31"), ("start-month", "2"), ("start-year", "2026"),
            ("urgency_class", "standard"), ("acts", "somebody does something"), ("as", "page")];
        let again = fill_in(&mut priya, &path, &faulty).await;
        assert_eq!(again.status, 422);
        let text = page(&again);
        assert!(text.contains("href=\"#start\"") && text.contains("href=\"#acts\""), "{text}");
        assert!(text.contains("Line 1:") && text.contains("somebody does something</textarea>"), "{text}");
        // With a file that the server does not have: what to try is asked first.
        let asked = press(&mut priya, "/policies/simulation", &second("2027-01-01")).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        assert!(page(&asked).contains("Try out version 2") && page(&asked).contains("name=\"text\""));
        let token = &hidden(&asked)["form_token"];
        let form = format!("form_token={token}&text={}&as=page", encoded(&second("2027-01-01")));
        let played = priya.post("/policies/simulation", &form).await;
        assert_eq!(played.status, 200, "{}", played.body);
        assert!(page(&played).matches("<table>").count() >= 4, "telling moments: {}", played.body);
        let mut raw = Raw::of(house);
        for table in ["escalations", "notices", "idempotency_keys"] {
            assert_eq!(raw.count(table, "1 = 1"), 0, "{table}");
        }
    }

    async fn one_officer_proposes_and_another_publishes(house: &House) {
        let reference = house.raised().await;
        let text = second("2026-12-01");
        let mut priya = at_browser(house, "Priya Nair").await;
        let refused = press(&mut priya, "/policies/propose", &text).await;
        assert_eq!(refused.status, 403);
        assert!(page(&refused).contains("officers") && page(&refused).contains("3 working days"));
        let mut judith = at_browser(house, "Judith Hale").await;
        let form = judith.get("/policies/check").await;
        let form = filled(&form, &[("text", &text)]);
        let (one, two) =
            (judith.post("/policies/propose", &form).await, judith.post("/policies/propose", &form).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        assert_eq!(one.header("location"), two.header("location"), "a double click proposes once");
        let address = one.header("location").unwrap().replace("?done=proposed", "");
        let hers = page(&judith.get(&one.header("location").unwrap()).await).to_owned();
        assert!(hers.contains("The version is proposed.") && hers.contains("Another officer"), "{hers}");
        assert!(!hers.contains("/publication\""), "she may not publish her own: {hers}");
        assert_eq!(judith.get(&format!("{address}/publication")).await.status, 403);
        let differ = page(&judith.get(&format!("{address}/differences")).await).to_owned();
        assert!(differ.contains("1 working week") && differ.contains("3 working days"), "{differ}");
        assert!(differ.contains("<td>1 September 2026</td>") && differ.contains("2 working days sooner"), "{differ}");
        assert!(differ.contains("; under version 2: "), "{differ}");
        assert!(differ.contains(&reference) && differ.contains("Publishing moves none"), "{differ}");
        let others = priya.get(&format!("{address}/differences")).await;
        assert_eq!(others.status, 200, "{}", others.body);
        assert!(page(&others).contains("3 working days"), "{}", others.body);
        assert!(!page(&others).contains(&reference), "open cases are for officers: {}", others.body);
        let changed = press(&mut judith, "/policies/propose", &text.replace("3 working days", "4 working days")).await;
        assert_eq!(changed.status, 422);
        assert!(page(&changed).contains("a version never changes"), "{}", changed.body);
        assert!(page(&changed).contains("4 working days"), "nothing is lost");

        let publication = format!("{address}/publication");
        let form = judith.get("/policies/check").await;
        assert_eq!(judith.post(&publication, &filled(&form, &[])).await.status, 403);
        let mut alan = at_browser(house, "Professor Alan Greer").await;
        let asked = alan.get(&publication).await;
        let words = page(&asked);
        assert!(words.contains("Open cases keep the version") && words.contains("Judith Hale"), "{words}");
        assert!(words.contains("1 December 2026") && words.contains("3 working days"), "{words}");
        let form = filled(&asked, &[]);
        let (one, two) = (alan.post(&publication, &form).await, alan.post(&publication, &form).await);
        assert_eq!((one.status, two.status), (303, 303), "{} {}", one.body, two.body);
        let after = page(&alan.get(&one.header("location").unwrap()).await).to_owned();
        assert!(after.contains("The version is published.") && after.contains(">In force</span>"), "{after}");
        assert!(after.contains("Alan Greer, 21 December 2026"), "{after}");
        assert_eq!(alan.get(&publication).await.status, 409, "once is enough");
        assert_eq!(Raw::of(house).count("policy_publications", "version = 2"), 1);
        let case = page(&judith.get(&format!("/escalations/{reference}")).await).to_owned();
        assert!(case.contains("policy, version 1"), "the open case keeps its own: {case}");
        let list = page(&alan.get("/policies").await).to_owned();
        assert!(list.contains("Replaced by a later version"), "{list}");
    }

    async fn a_form_of_another_session_proposes_and_publishes_nothing(house: &House) {
        let mut judith = at_browser(house, "Judith Hale").await;
        let form = judith.get("/policies/check").await;
        let mut alan = at_browser(house, "Professor Alan Greer").await;
        let forged = alan.post("/policies/propose", &filled(&form, &[("text", &second("2027-01-01"))])).await;
        assert_eq!(forged.status, 403, "{}", forged.body);
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site")];
        let body = filled(&form, &[("text", &second("2027-01-01"))]);
        let other = judith.send(Method::POST, "/policies/propose", &headers, Some(body)).await;
        assert_eq!(other.status, 403);
        assert_eq!(Raw::of(house).count("policies", "1 = 1"), 1);
    }
}
